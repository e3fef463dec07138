#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The same seed gives the same trace, in another process, too.

usage: check_repeatable.py CARP-SIM CARP-TIES
"""
import subprocess
import sys

SEEDS = "200"
TRACED = ("7", "8", "9")


def output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def main() -> int:
    sim, ties = sys.argv[1:3]
    commands = [(sim, "--seeds", SEEDS), (ties, "--seeds", SEEDS)]
    commands += [(sim, "--seed", seed, "--trace") for seed in TRACED]
    hashes = {output(sim, "--seed", seed).split()[-1] for seed in TRACED}
    different = [" ".join(c) for c in commands if output(*c) != output(*c)]
    for command in different:
        print(f"differs from run to run: {command}")
    if len(hashes) != len(TRACED):
        print("different seeds have the same trace")
    return 1 if different or len(hashes) != len(TRACED) else 0


if __name__ == "__main__":
    sys.exit(main())
