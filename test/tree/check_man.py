# SPDX-License-Identifier: BSD-3-Clause
"""The manual names what there is: every key of the schema, every option of the programs."""
import json
import pathlib
import re
import sys

OPTION = re.compile(r'\{ "([a-z-]+)", (?:no|required|optional)_argument, NULL, \'(\w)\' \}')
PAGES = {'koi.8': 'app/args.c', 'koictl.8': 'app/koictl.c'}


def schema_keys(node) -> set[str]:
    """The names of all properties, wherever in the schema."""
    if isinstance(node, list):
        return set().union(*map(schema_keys, node), set())
    if not isinstance(node, dict):
        return set()
    keys = set(node['properties']) if isinstance(node.get('properties'), dict) else set()
    return keys.union(*map(schema_keys, node.values()))


def missing_keys(root: pathlib.Path) -> list[str]:
    page = (root / 'docs/man/koi.json.5.scd').read_text()
    keys = schema_keys(json.loads((root / 'config/koi.schema.json').read_text()))
    return [f'koi.json.5.scd: no {key}' for key in sorted(keys) if f'*{key}*' not in page]


def missing_options(root: pathlib.Path, page: str, source: str) -> list[str]:
    text = (root / f'docs/man/{page}.scd').read_text()
    options = OPTION.findall((root / source).read_text())
    if not options:
        return [f'{source}: no options found']
    return [f'{page}.scd: no -{letter}, --{name}' for name, letter in options
            if f'*-{letter}*, *--{name}*' not in text]


def main() -> int:
    root = pathlib.Path(sys.argv[1])
    found = missing_keys(root)
    for page, source in PAGES.items():
        found += missing_options(root, page, source)
    print('\n'.join(found) or 'the manual is complete')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
