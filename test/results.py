#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
Count the results that meson and pytest left as JUnit files, LAYER.xml or LAYER-PART.xml, and the
steps that failed before their tests could run, STEP.broken.
"""
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
    run_again: dict[str, str] = field(default_factory=dict)

    def add(self, other: 'Results') -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped |= other.skipped
        self.run_again |= other.run_again

    def line(self) -> str:
        text = f'{self.passed} passed, {len(self.failed)} failed'
        text += f', {len(self.skipped)} skipped' if self.skipped else ''
        return text + (f', {len(self.run_again)} run again' if self.run_again else '')


def read_file(path: pathlib.Path) -> Results:
    results = Results()
    for case in ElementTree.parse(path).iter('testcase'):
        name = f"{case.get('classname', '')}::{case.get('name', '')}"
        skip = case.find('skipped')
        for prop in case.iter('property'):
            if prop.get('name') == 'run_again':
                results.run_again[name] = prop.get('value')
        if case.find('failure') is not None or case.find('error') is not None:
            # a test that fails and whose clean-up fails too is reported twice by pytest
            if name not in results.failed:
                results.failed.append(name)
        elif skip is not None:
            results.skipped[name] = skip.get('message') or 'says no reason'
        else:
            results.passed += 1
    return results


def read_layer(logs: pathlib.Path, layer: str) -> Results:
    results = Results()
    for path in sorted({*logs.glob(f'{layer}.xml'), *logs.glob(f'{layer}-*.xml')}):
        results.add(read_file(path))
    results.failed += [f'{layer}: {path.read_text().strip()}'
                       for path in logs.glob(f'{layer}.broken')]
    return results


def tell(layer: str, results: Results) -> None:
    print(f"{'':9} {layer:9} {results.line()}")
    for name in results.failed:
        print(f"{'':20}failed: {name}")
    for name, reason in results.run_again.items():
        print(f"{'':20}run again: {name}: {reason}")
    for name, reason in results.skipped.items():
        print(f"{'':20}skipped: {name}: {reason}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--logs', type=pathlib.Path, required=True)
    parser.add_argument('--layer', help='only this one, as a line of progress')
    options = parser.parse_args()

    if options.layer:
        tell(options.layer, read_layer(options.logs, options.layer))
        return 0
    total = read_layer(options.logs, '*')
    print(total.line())
    return 1 if total.failed or total.passed == 0 else 0


if __name__ == '__main__':
    sys.exit(main())
