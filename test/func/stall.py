# SPDX-License-Identifier: BSD-3-Clause
"""Did the machine stand still? stallwatch says, one on each CPU; it knows nothing of koi."""
import functools
import json
import os
import subprocess
import tempfile

from nodes import BUILD

# What stood still for so long cannot be judged by its times: some are 5 ms.
STALL_MS = 10


class StallWatch:
    def __init__(self) -> None:
        self._logs = []
        self._processes = []
        for cpu in sorted(os.sched_getaffinity(0)):
            log = tempfile.TemporaryFile('w+')
            # as urgent as what it stands for: the programs of a lab
            words = ['nice', '-n', '-15', 'setpriv', '--pdeathsig', 'KILL', str(BUILD / 'test/func/stallwatch'),
                     str(cpu), str(STALL_MS)]
            self._processes.append(subprocess.Popen(words, stdout=log, stdin=subprocess.DEVNULL))
            self._logs.append(log)

    def stalls(self, since_ms: float = 0) -> list[tuple[float, float]]:
        """When the machine ran again what it had not run on one of its CPUs, and for how long."""
        found = []
        for log in self._logs:
            log.seek(0)
            found += [json.loads(line) for line in log if line.endswith('\n')]
        return [(line['at_ms'], line['late_ms']) for line in found if line['at_ms'] >= since_ms]

    def worst_ms(self, since_ms: float = 0) -> float:
        """For how long one of the CPUs ran nothing of ours; 0 if never."""
        return max((late_ms for _, late_ms in self.stalls(since_ms)), default=0.0)


@functools.cache
def the_watch() -> StallWatch:
    """One for all labs; it ends with this process."""
    return StallWatch()
