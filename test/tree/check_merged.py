# SPDX-License-Identifier: BSD-3-Clause
"""No file holds the markers of a merge that nobody has finished."""
import pathlib
import re
import sys

MARKER = re.compile(r'^(<{7}|>{7}|\|{7}) ', re.MULTILINE)
FOLDERS = ('app', 'config', 'docs', 'lib', 'scripts', 'test')


def main() -> int:
    root = pathlib.Path(sys.argv[1])
    files = [p for folder in FOLDERS for p in sorted((root / folder).rglob('*')) if p.is_file()]
    files += [p for p in root.iterdir() if p.is_file()]
    found = [p for p in files if MARKER.search(p.read_text(errors='replace'))]
    for path in found:
        print(f'{path.relative_to(root)}: has markers of a merge')
    return 1 if found or not files else 0


if __name__ == '__main__':
    sys.exit(main())
