# SPDX-License-Identifier: BSD-3-Clause
"""vipprobe, started in a client's namespace, and what it says."""
import json
import pathlib
import subprocess
import threading
import time
from dataclasses import dataclass

import netns
from wait import wait_for


@dataclass
class Gap:
    """Unanswered requests in a row, and the time between the answers before and after them."""
    kind: str
    from_ns: int
    to_ns: int
    lost: int
    silent_ms: float


class Probe:
    """@p program is vipprobe, as built."""

    def __init__(self, program: pathlib.Path, namespace: str, own: str, virtual: str):
        self.events: list[dict] = []
        self.kinds = {'nd', 'icmp6'} if ':' in virtual else {'arp', 'icmp'}
        self._popen = subprocess.Popen(
            netns.command(namespace, [str(program), 'e0', own, virtual]),
            stdout=subprocess.PIPE, text=True)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        for line in self._popen.stdout:
            self.events.append(json.loads(line))

    def of(self, event: str, since_ns: int = 0) -> list[dict]:
        return [e for e in list(self.events) if e['event'] == event
                and e.get('at_ns', e.get('from_ns', since_ns)) >= since_ns]

    def wait_answer(self, seconds: float, since_ns: int = 0) -> None:
        """Both kinds of request are answered."""
        def answered() -> bool:
            return {e['kind'] for e in self.of('answer', since_ns)} == self.kinds
        wait_for('answers to the probe', answered, seconds)

    def gaps(self, since_ns: int = 0) -> list[Gap]:
        names = ('kind', 'from_ns', 'to_ns', 'lost', 'silent_ms')
        return [Gap(*(e[n] for n in names)) for e in self.of('gap') if e['to_ns'] >= since_ns]

    def longest(self, kind: str, since_ns: int) -> Gap | None:
        found = [g for g in self.gaps(since_ns) if g.kind == kind]
        return max(found, key=lambda g: g.silent_ms, default=None)

    def is_answered(self) -> bool:
        """Both kinds, now."""
        last = {e['kind']: e['event'] for e in list(self.events)
                if e['event'] in ('answer', 'quiet')}
        return last == dict.fromkeys(self.kinds, 'answer')

    def settled_ms(self, since_ns: int, seconds: float = 3) -> float:
        """Once it is answered again: the longest time without an answer, 0 if none was lost."""
        wait_for('answers', self.is_answered, seconds)
        settled_ns = time.time_ns() + 100_000_000
        wait_for('the probe', lambda: time.time_ns() > settled_ns, 1)
        return max((g.silent_ms for g in self.gaps(since_ns)), default=0.0)

    def stop(self) -> dict:
        """End the probe; its summary, {} if it was stopped before."""
        if self._popen.poll() is None:
            self._popen.terminate()
        self._popen.wait(5)
        self._thread.join()
        summary = self.of('summary')
        return summary[0] if summary else {}
