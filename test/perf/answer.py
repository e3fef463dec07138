#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Cycles that koi's worker takes to answer ARP, ND and ICMP echo requests, beside dpdk-testpmd.

README.md in this folder says what is measured and how to read it.
"""
import argparse
import json
import os
import pathlib
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
# Frames, captures and the telemetry client are those of the functional tests.
sys.path.append(str(HERE.parent / 'func'))

import report  # noqa: E402
import subject  # noqa: E402
import turns  # noqa: E402
import workload  # noqa: E402

REFERENCE = 'icmpecho'
# Of 2 MiB, for the programs that are there at a time.
HUGEPAGES_NEEDED = 4 * subject.MEMORY_MIB // 2


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--sets', type=int, default=5, help='each starts all programs afresh (5)')
    parser.add_argument('--rounds', type=int, default=15,
                        help='turns of each program in a set (15)')
    parser.add_argument('--koi', type=pathlib.Path, action='append', metavar='PROGRAM',
                        help='build/app/koi; given again, builds are compared')
    parser.add_argument('--only', action='append', metavar='WORKLOAD',
                        help='arp-, echo-, nd-, echo6-, each with virtual or own')
    parser.add_argument('--json', type=pathlib.Path, metavar='FILE', help='write the figures there')
    parser.add_argument('--no-huge', action='store_true', help='do not use hugepages')
    options = parser.parse_args()
    options.koi = options.koi or [HERE.parent.parent / 'build/app/koi']
    for program in options.koi:
        if not program.exists():
            parser.error(f'{program} is not there: build koi, or name it by --koi')
    if shutil.which('dpdk-testpmd') is None:
        parser.error('dpdk-testpmd is not there: apt-get install dpdk-dev')
    if options.sets < 1 or options.rounds < 1:
        parser.error('--sets and --rounds are 1 at least')
    return options


def has_hugepages() -> bool:
    free = pathlib.Path('/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages')
    return free.exists() and int(free.read_text()) >= HUGEPAGES_NEEDED


def choose_place(options: argparse.Namespace, folder: pathlib.Path) -> subject.Place:
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        sys.exit('answer.py: needs two CPUs, one of them for the worker that is measured')
    return subject.Place(cpus[0], cpus[1], options.no_huge or not has_hugepages(), folder)


def start_all(kois: list[pathlib.Path], capture: pathlib.Path, reference: pathlib.Path,
              place: subject.Place) -> list[subject.Subject]:
    started = []
    try:
        for number, program in enumerate(kois):
            name = 'koi' if number == 0 else f'koi {number + 1}'
            started.append(subject.start_koi(name, program, capture, place))
        started.append(subject.start_testpmd(REFERENCE, 'icmpecho', reference, place))
        started.append(subject.start_testpmd('icmpecho, burst 64', 'icmpecho', reference, place,
                                             64))
        started.append(subject.start_testpmd(report.FLOOR, 'io', capture, place))
        for one in started:
            one.wait_started()
    except BaseException:
        end_all(started)
        raise
    return started


def end_all(started: list[subject.Subject]) -> None:
    for one in started:
        one.end()


def run_set(options: argparse.Namespace, capture: pathlib.Path, reference: pathlib.Path,
            place: subject.Place) -> dict[str, turns.Slices]:
    started = start_all(options.koi, capture, reference, place)
    try:
        return turns.take_turns(started, options.rounds)
    finally:
        end_all(started)


def run(options: argparse.Namespace, folder: pathlib.Path) -> None:
    place = choose_place(options, folder)
    sets: dict[str, list[dict[str, turns.Slices]]] = {}
    lines = []
    description = report.machine(place.is_no_huge, (place.main_cpu, place.worker_cpu))
    print(json.dumps(description))
    report.print_head(REFERENCE)
    captures = workload.write_captures(folder)
    for name, capture in captures.items():
        if options.only and name not in options.only:
            continue
        reference = captures[workload.reference_of(name)]
        sets[name] = [run_set(options, capture, reference, place) for _ in range(options.sets)]
        lines += report.lines_of(name, sets[name], REFERENCE)
        report.print_lines(lines[-len(sets[name][0]):])
    if options.json:
        settings = {'sets': options.sets, 'rounds': options.rounds,
                    'koi': [str(program) for program in options.koi]}
        text = json.dumps(report.document(description, settings, lines, sets), indent=1)
        options.json.write_text(text + '\n')


def main() -> None:
    options = parse_options()
    with tempfile.TemporaryDirectory(prefix='koi-perf-') as folder:
        run(options, pathlib.Path(folder))


if __name__ == '__main__':
    main()
