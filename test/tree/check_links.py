# SPDX-License-Identifier: BSD-3-Clause
"""
Documents point at what exists: the links of all Markdown files, with their #sections, and the
paths that they mention as code.
"""
import pathlib
import re
import sys

FENCE = re.compile(r'^(```|~~~).*?^\1\s*$', re.MULTILINE | re.DOTALL)
LINK = re.compile(r'\[[^\]]*\]\(([^)\s]+)\)')
CODE = re.compile(r'`([^`\n]+)`')
PATH = re.compile(r'(\.ci|app|config|docs|lib|scripts|test)/[\w./-]*')
HEADING = re.compile(r'^#+\s+(.*?)\s*$', re.MULTILINE)
NOT_OURS = re.compile(r'[a-z]+:')
# Stand for a name of the reader's choice.
PLACEHOLDER = re.compile(r'[A-Z]{2,}|/m[./_]')


def documents(root: pathlib.Path) -> list[pathlib.Path]:
    """Every Markdown file outside build folders."""
    return sorted(p for p in root.rglob('*.md')
                  if not any(part.startswith(('build', '.')) for part in p.relative_to(root).parts))


def anchors(path: pathlib.Path) -> set[str]:
    """The #sections of a document, as GitHub makes them of headings."""
    text = FENCE.sub('', path.read_text())
    plain = (re.sub(r'[`*]|\]\([^)]*\)|\[', '', h).lower() for h in HEADING.findall(text))
    return {re.sub(r'[^\w\- ]', '', h).replace(' ', '-') for h in plain}


def link_problem(document: pathlib.Path, target: str) -> str | None:
    name, _, section = target.partition('#')
    path = (document.parent / name).resolve() if name else document
    if not path.exists():
        return f'{target} does not exist'
    if section and (path.suffix != '.md' or section not in anchors(path)):
        return f'{target}: no such section'
    return None


def problems(root: pathlib.Path, document: pathlib.Path) -> list[str]:
    text = FENCE.sub('', document.read_text())
    found = [link_problem(document, target) for target in LINK.findall(text)
             if not NOT_OURS.match(target)]
    for path in CODE.findall(text):
        if PATH.fullmatch(path) and not PLACEHOLDER.search(path) and not (root / path).exists():
            found.append(f'{path} does not exist')
    return [f'{document.relative_to(root)}: {p}' for p in found if p is not None]


def main() -> int:
    root = pathlib.Path(sys.argv[1]).resolve()
    found = [p for document in documents(root) for p in problems(root, document)]
    print('\n'.join(found) if found else f'{len(documents(root))} documents')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
