#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Run every sample scenario and compare with the output that is kept beside it.

usage: check_scenarios.py CARP-SCENARIO [--write]

Samples (scenarios/*.json) must fit the schema, and what they print must be scenarios/*.out to the
octet; --write makes the .out files anew. Files in refused/ must be refused with exit status 3,
and each line of the .err file beside must be among what they print on standard error.
"""
import json
import subprocess
import sys
from pathlib import Path

import jsonschema

HERE = Path(__file__).resolve().parent
EXIT_INVALID = 3


def run(program: str, path: Path) -> subprocess.CompletedProcess:
    return subprocess.run([program, path.name], cwd=path.parent, capture_output=True, text=True,
                          timeout=30, check=False)


def check_sample(program: str, schema: jsonschema.Draft202012Validator, path: Path,
                 write: bool) -> list[str]:
    errors = [f"{path.name}: schema: {e.json_path}: {e.message}"
              for e in schema.iter_errors(json.loads(path.read_text()))]
    result = run(program, path)
    if result.returncode != 0:
        return errors + [f"{path.name}: exit status {result.returncode}: {result.stderr}"]
    for line in result.stdout.splitlines():
        json.loads(line)
    expected = path.with_suffix(".out")
    if write:
        expected.write_text(result.stdout)
    elif not expected.exists():
        errors.append(f"{path.name}: no {expected.name} beside it")
    elif expected.read_text() != result.stdout:
        errors.append(f"{path.name}: prints something else than {expected.name}:\n"
                      + first_difference(expected.read_text(), result.stdout))
    return errors


def first_difference(expected: str, got: str) -> str:
    want, have = expected.splitlines(), got.splitlines()
    for number in range(max(len(want), len(have))):
        a = want[number] if number < len(want) else "(end)"
        b = have[number] if number < len(have) else "(end)"
        if a != b:
            return f"  line {number + 1}\n    expected {a}\n    got      {b}"
    return "  only in line ends"


def check_refused(program: str, path: Path) -> list[str]:
    result = run(program, path)
    errors = []
    if result.returncode != EXIT_INVALID:
        errors.append(f"{path.name}: exit status {result.returncode}, not {EXIT_INVALID}")
    if result.stdout:
        errors.append(f"{path.name}: ran although it is invalid")
    got = sorted(result.stderr.splitlines())
    want = sorted(path.with_suffix(".err").read_text().splitlines())
    errors += [f"{path.name}: not reported: {line}" for line in want if line not in got]
    errors += [f"{path.name}: not expected: {line}" for line in got if line not in want]
    return errors


def main() -> int:
    program = str(Path(sys.argv[1]).resolve())
    write = "--write" in sys.argv[2:]
    document = json.loads((HERE / "scenario.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(document)
    schema = jsonschema.Draft202012Validator(document)
    samples = sorted((HERE / "scenarios").glob("*.json"))
    refused = sorted((HERE / "refused").glob("*.json"))
    errors = []
    for path in samples:
        errors += check_sample(program, schema, path, write)
    for path in refused:
        errors += check_refused(program, path)
    for error in errors:
        print(error)
    print(f"{len(samples)} samples, {len(refused)} refused files, {len(errors)} errors")
    return 1 if errors or not samples or not refused else 0


if __name__ == "__main__":
    sys.exit(main())
