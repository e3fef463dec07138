# SPDX-License-Identifier: BSD-3-Clause
"""Figures of several sets: what they say, and on which machine."""
import os
import pathlib
import platform
import re
import statistics
import subprocess
from dataclasses import asdict, dataclass

from turns import Slices

FLOOR = 'testpmd io'
# A set in which the device alone was slower than this beside the best one does not count.
DISTURBED = 1.1


@dataclass(frozen=True)
class Line:
    """One program at one workload; the ratio is that of its speed to the reference's."""
    workload: str
    subject: str
    sets: int
    cycles: float
    cycles_min: float
    cycles_max: float
    ratio: float
    ratio_min: float
    ratio_max: float


def tsc_hz() -> float:
    """The kernel computes its BogoMIPS from the frequency of the time stamp counter."""
    text = pathlib.Path('/proc/cpuinfo').read_text()
    return float(re.search(r'^bogomips\s*:\s*([\d.]+)', text, re.M).group(1)) * 1e6 / 2


def program_output(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).strip()


def machine(is_no_huge: bool, cpus: tuple[int, int]) -> dict:
    text = pathlib.Path('/proc/cpuinfo').read_text()
    return {
        'cpu': re.search(r'^model name\s*:\s*(.*)$', text, re.M).group(1),
        'is_virtual': ' hypervisor' in text,
        'cpus': os.cpu_count(),
        'main_cpu': cpus[0],
        'worker_cpu': cpus[1],
        'tsc_mhz': round(tsc_hz() / 1e6, 1),
        'hugepages': not is_no_huge,
        'kernel': platform.release(),
        'dpdk': program_output('dpkg-query', '-W', '-f', '${Version}', 'libdpdk-dev'),
    }


def undisturbed(sets: list[dict[str, Slices]]) -> list[dict[str, Slices]]:
    """Judged by the floor, which knows nothing of what is compared."""
    fastest = max(s[FLOOR].best() for s in sets)
    return [s for s in sets if s[FLOOR].best() * DISTURBED >= fastest]


def lines_of(workload: str, sets: list[dict[str, Slices]], reference: str) -> list[Line]:
    lines = []
    sets = undisturbed(sets)
    for subject in sets[0]:
        cycles = [tsc_hz() / s[subject].best() for s in sets]
        ratios = [s[subject].best() / s[reference].best() for s in sets]
        lines.append(Line(workload, subject, len(sets),
                          statistics.median(cycles), min(cycles), max(cycles),
                          statistics.median(ratios), min(ratios), max(ratios)))
    return lines


def print_head(reference: str) -> None:
    print(f'{"workload":14}{"sets":5}{"program":22}{"cycles":>7}{"(min..max)":>14}   '
          f'speed / {reference} (min..max)')


def print_lines(lines: list[Line]) -> None:
    for line in lines:
        spread = f'{line.cycles_min:.1f}..{line.cycles_max:.1f}'
        print(f'{line.workload:14}{line.sets:<5}{line.subject:22}{line.cycles:7.1f}{spread:>14}   '
              f'{line.ratio:.3f} ({line.ratio_min:.3f}..{line.ratio_max:.3f})', flush=True)


def document(description: dict, options: dict, lines: list[Line],
             sets: dict[str, list[dict[str, Slices]]]) -> dict:
    return {
        'machine': description,
        'options': options,
        'lines': [asdict(line) for line in lines],
        'frames_per_second': {workload: [{name: s.rates for name, s in one.items()} for one in many]
                              for workload, many in sets.items()},
    }
