# SPDX-License-Identifier: BSD-3-Clause
"""Every module has a README, its one public header, and a place in docs/architecture.md."""
import pathlib
import sys


def problems(root: pathlib.Path, module: pathlib.Path) -> list[str]:
    wanted = [module / 'README.md', module / 'meson.build']
    # base is a collection: a header for each part
    if module.name != 'base':
        wanted.append(module / f'{module.name}.h')
    found = [f'{path.relative_to(root)} does not exist' for path in wanted if not path.exists()]
    if f'lib/{module.name}/README.md' not in (root / 'docs/architecture.md').read_text():
        found.append(f'docs/architecture.md: no lib/{module.name}')
    return found


def main() -> int:
    root = pathlib.Path(sys.argv[1])
    modules = sorted(p for p in (root / 'lib').iterdir() if p.is_dir())
    found = [p for module in modules for p in problems(root, module)]
    print('\n'.join(found) or f'{len(modules)} modules')
    return 1 if found or not modules else 0


if __name__ == '__main__':
    sys.exit(main())
