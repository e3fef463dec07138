#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Fail if forwarding a packet takes more instructions than it did.

usage: instructions.py ROUTE FILE [--write]

ROUTE is build/test/perf/route, FILE has the instructions for each packet that were counted last;
--write counts them anew. Valgrind knows no AVX-512: only the scalar way is counted.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import workload

BURSTS = 500
PACKETS = BURSTS * 64
MARGIN = 0.03


def count(route: str, capture: pathlib.Path, folder: pathlib.Path) -> float:
    """Instructions of the stages for each packet."""
    done = subprocess.run(
        ['valgrind', '--tool=callgrind', f'--callgrind-out-file={folder}/out',
         '--toggle-collect=forward_burst', route, str(capture), str(BURSTS)],
        capture_output=True, text=True, check=True)
    return int(re.search(r'Collected : (\d+)', done.stderr).group(1)) / PACKETS


def main() -> int:
    route, numbers = sys.argv[1], pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory(prefix='koi-count-') as name:
        folder = pathlib.Path(name)
        found = {family: round(count(route, path, folder), 1)
                 for family, path in workload.write_forward_captures(folder).items()}
    if sys.argv[3:] == ['--write']:
        numbers.write_text(json.dumps(found, indent=1) + '\n')
        return 0
    expected = json.loads(numbers.read_text())
    status = 0
    for family, value in found.items():
        is_worse = value > expected[family] * (1 + MARGIN)
        print(f'{family}: {value} instructions a packet, {expected[family]} expected'
              f'{": too many" if is_worse else ""}')
        status |= is_worse
    return int(status)


if __name__ == '__main__':
    sys.exit(main())
