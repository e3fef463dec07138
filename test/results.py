#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Count the results that meson and pytest left as JUnit files, one file a layer."""
import argparse
import pathlib
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field


@dataclass
class Results:
    passed: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)

    def add(self, other: 'Results') -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped |= other.skipped

    def line(self) -> str:
        text = f'{self.passed} passed, {len(self.failed)} failed'
        return text + (f', {len(self.skipped)} skipped' if self.skipped else '')


def read_layer(path: pathlib.Path) -> Results:
    results = Results()
    for case in ElementTree.parse(path).iter('testcase'):
        name = f"{case.get('classname', '')}::{case.get('name', '')}"
        skip = case.find('skipped')
        if case.find('failure') is not None or case.find('error') is not None:
            # a test that fails and whose clean-up fails too is reported twice by pytest
            if name not in results.failed:
                results.failed.append(name)
        elif skip is not None:
            results.skipped[name] = skip.get('message') or 'says no reason'
        else:
            results.passed += 1
    return results


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--logs', type=pathlib.Path, required=True)
    parser.add_argument('--layer', help='only this one, as a line of progress')
    parser.add_argument('--broken', help='a step that failed before its tests could run')
    options = parser.parse_args()

    if options.layer:
        path = options.logs / f'{options.layer}.xml'
        results = read_layer(path) if path.exists() else Results()
        print(f"{'':9} {options.layer:9} {results.line()}")
        for name in results.failed:
            print(f"{'':20}failed: {name}")
        for name, reason in results.skipped.items():
            print(f"{'':20}skipped: {name}: {reason}")
        return 0

    total = Results()
    for path in sorted(options.logs.glob('*.xml')):
        total.add(read_layer(path))
    if options.broken:
        total.failed.append(options.broken)
    print(total.line())
    return 1 if total.failed or total.passed == 0 else 0


if __name__ == '__main__':
    sys.exit(main())
