#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
Random events on a LAN of two koi and ucarp, one after the other, while a client asks for the
addresses. At most one koi is out of the election at a time, so somebody has to answer always.

    test/func/soak.py --seconds 1800 --seed 7
"""
import argparse
import copy
import json
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable

from nodes import SECRET
from soak_judge import Record, double_masters, longest_silences
from soak_lab import NAME, TIMERS, SoakLab, interval_s, longest_down_s
from wait import SLOW, wait_for

# After nodes hear each other again: the worse one's next advertisement, and ucarp a second late.
HEALING_NS = int((interval_s(2, 'u') + 2) * 1e9 * SLOW)
# A life must be this long for its memory to be judged, its first part is the warm-up.
LIFE_S = 15
WARM_UP_S = 5
COURSE_S = 20
# The history of events fills its memory as they come, 1,024 of them: that much is no leak.
GROWTH_KIB = 1280
# A stall of the machine that explains a transition: much of the shorter patience, of 305 ms.
STALL_MS = 100


def let_pass(seconds: float) -> None:
    end = time.monotonic() + seconds
    wait_for('time', lambda: time.monotonic() >= end, seconds + 1)


class Memory:
    """The resident size of one process, from its warm-up on."""

    def __init__(self, kib: int):
        self.started = time.monotonic()
        self.warm_kib: int | None = None
        self.last_kib = kib
        self.course: list[tuple[int, int]] = []    # age in seconds, size

    def sample(self, kib: int) -> None:
        self.last_kib = kib
        if not self.course or self.age_s - self.course[-1][0] >= COURSE_S:
            self.course.append((round(self.age_s), kib))
        if self.warm_kib is None and time.monotonic() - self.started > WARM_UP_S:
            self.warm_kib = kib

    @property
    def age_s(self) -> float:
        return time.monotonic() - self.started


class Soak:
    def __init__(self, seconds: float, seed: int):
        self.seconds = seconds
        self.seed = seed
        self.random = random.Random(seed)
        self.lab = SoakLab(preempt=self.random.random() < 0.7)
        self.record = Record()
        self.counts: Counter[str] = Counter()
        self.faults: list[str] = []
        self.story: list[str] = []
        self.memory: dict[int, Memory] = {}
        self.growth: list[tuple[float, int]] = []
        self.started = time.monotonic()

    @property
    def progress(self) -> float:
        return (time.monotonic() - self.started) / self.seconds

    # Events. Each leaves the LAN as it found it, with all nodes in the election.

    def victim(self) -> str:
        """Whose process ends: one koi in the first half, the other, then old, in the second."""
        return 'a' if self.progress < 0.5 else 'b'

    def pause(self) -> None:
        """Mostly shorter than the patience of vhid 2, which ucarp shares, at times longer."""
        let_pass(self.random.uniform(*self.random.choices([(0.05, 1.0), (1.0, 5.0)], [8, 1])[0]))
        self.record.actions.append(time.time_ns())

    def restart(self, who: str, end: Callable[[], object]) -> None:
        self.close_life(who)
        self.tell(f'end {who}')
        self.lab.down.add(who)
        end()
        self.pause()
        if self.random.random() < 0.5:
            self.lab.wait_settled()
        self.tell(f'start {who}')
        self.lab.bring_up(who)

    def kill(self) -> None:
        who = self.victim()
        self.restart(who, self.lab.nodes[who].kill)

    def stop(self) -> None:
        who = self.victim()
        self.restart(who, self.lab.nodes[who].stop)

    def kill_ucarp(self) -> None:
        self.restart('u', self.lab.ucarp.kill)

    def stop_ucarp(self) -> None:
        self.restart('u', self.lab.ucarp.stop)

    def freeze(self) -> None:
        """SIGSTOP, for less or more than the others' patience, and SIGCONT."""
        who = self.random.choice('ab')
        process = self.lab.nodes[who].process
        self.tell(f'freeze {who}')
        self.lab.down.add(who)
        process.signal(signal.SIGSTOP)
        self.pause()
        process.signal(signal.SIGCONT)
        self.lab.down.discard(who)

    def pull_cable(self) -> None:
        who = self.random.choice('abu')
        self.tell(f'pull {who}')
        begin_ns = time.time_ns()
        self.lab.nodes[who].set_cable(False)
        self.lab.down.add(who)
        self.pause()
        self.lab.nodes[who].set_cable(True)
        self.lab.down.discard(who)
        self.record.excuse(begin_ns, time.time_ns() + HEALING_NS)

    def partition(self) -> None:
        begin_ns = time.time_ns()
        self.lab.set_isolated(True)
        self.pause()
        self.lab.set_isolated(False)
        self.record.excuse(begin_ns, time.time_ns() + HEALING_NS)

    def demote(self) -> None:
        """Up and down again, by the file."""
        who = self.random.choice('ab')
        self.tell(f'demote {who}')
        koi = self.lab.koi[who]
        koi.config['carp']['demotion'] = 240
        koi.reload()
        self.pause()
        self.lab.wait_settled()
        self.tell(f'promote {who}')
        koi.config['carp']['demotion'] = 0
        koi.reload()

    def order(self, who: str, *words: str) -> None:
        """koictl, which may refuse."""
        self.tell(f'{who} {words[0]}')
        done = self.lab.koi[who].koictl(*words)
        if done.returncode not in (0, 1):
            self.faults.append(f'koictl {" ".join(words)}: {done.returncode} {done.stderr}')

    def nudge(self) -> None:
        who, name = self.random.choice('ab'), self.random.choice(list(NAME.values()))
        self.order(who, 'vhid', name, 'down')
        if self.random.random() < 0.5:
            self.pause()
        self.order(who, 'vhid', name, 'up')

    def maintain(self) -> None:
        who = self.random.choice('ab')
        self.order(who, 'maintenance', 'on')
        self.pause()
        self.order(who, 'maintenance', 'off')

    def reload_others(self) -> None:
        """Vhids come, change and go beside those that stay."""
        koi = self.lab.koi[self.random.choice('ab')]
        stay = copy.deepcopy(koi.config['vhids'])
        for skew in self.random.sample(range(100, 200), 3):
            koi.config['vhids'] = stay + [
                {'interface': 'lan', 'vhid': n, 'advbase': 0, 'advskew': skew, 'pass': SECRET,
                 'addresses': [f'10.0.0.{200 + n}/24']}
                for n in self.random.sample(range(3, 30), self.random.randint(0, 20))]
            koi.reload()
        koi.config['vhids'] = stay
        koi.reload()

    def reload_nothing(self) -> None:
        for koi in self.lab.koi.values():
            koi.reload()

    def reload_wrong(self) -> None:
        koi = self.lab.koi[self.random.choice('ab')]
        before = koi.process.log.count('nothing has changed')
        koi.config_path.write_text('{ "vhids": [')
        koi.process.signal(signal.SIGHUP)
        wait_for('refusal', lambda: koi.process.log.count('nothing has changed') > before, 2)
        koi.write_config()

    # The kinds of events, by weight; those of the second list are to change no koi's state.
    DISTURBING = [(kill, 3), (stop, 3), (freeze, 3), (pull_cable, 2), (partition, 2), (demote, 3),
                  (nudge, 3), (maintain, 2)]
    HARMLESS = [(reload_others, 3), (reload_nothing, 1), (reload_wrong, 1), (kill_ucarp, 1),
                (stop_ucarp, 1)]

    def tell(self, what: str) -> None:
        states = ' '.join(f'{who}{vhid}:{self.lab.state_of(who, vhid)[0]}' for vhid in TIMERS
                          for who in self.lab.healthy(vhid))
        self.story.append(f'{time.time():.3f} {what:14} {states}')
        self.record.actions.append(time.time_ns())

    def step(self) -> None:
        kinds = self.DISTURBING + self.HARMLESS
        event = self.random.choices([k for k, _ in kinds], [w for _, w in kinds])[0]
        self.counts[event.__name__] += 1
        # the end of a hold-down is a transition that no event explains
        is_harmless = (event in [k for k, _ in self.HARMLESS]
                       and not any(self.lab.is_held_down(vhid) for vhid in TIMERS))
        before = self.lab.transitions()
        at = time.time_ns()
        self.tell(event.__name__)
        event(self)
        self.tell('over')
        try:
            self.lab.wait_settled()
        except AssertionError as missed:
            self.faults.append(f'{event.__name__} at {at / 1e9:.3f}: {missed}')
            raise
        if is_harmless and self.lab.transitions() != before and not self.has_stalled(at):
            self.faults.append(f'unexplained: {event.__name__} at {at / 1e9:.3f}: '
                               f'{before} -> {self.lab.transitions()}')

    # The machine itself

    def stalls_ns(self) -> list[tuple[int, int]]:
        """Times in which the machine did not run the lab as it has to."""
        return [(int((at_ms - late_ms) * 1e6), int(at_ms * 1e6))
                for at_ms, late_ms in self.lab.lab.stalls() if late_ms >= STALL_MS]

    def has_stalled(self, since_ns: int) -> bool:
        return any(end > since_ns for _, end in self.stalls_ns())

    # Memory and exit statuses

    def sample_memory(self) -> None:
        for who, koi in self.lab.koi.items():
            kib = self.lab.resident_kib(who)
            self.memory.setdefault(koi.process.pid, Memory(kib)).sample(kib)

    def close_life(self, who: str) -> None:
        memory = self.memory.pop(self.lab.nodes[who].process.pid, None)
        if memory is not None and memory.age_s >= LIFE_S and memory.warm_kib is not None:
            self.growth.append((memory.age_s, memory.last_kib - memory.warm_kib))
            self.tell(f'memory of {who}: {memory.course}')

    def check_alive(self) -> None:
        for who, node in self.lab.nodes.items():
            if not node.is_running:
                raise AssertionError(f'{who} has ended: {node.process.wait()}\n'
                                     f'{node.process.log[-2000:]}')

    def run(self) -> None:
        self.lab.start()
        self.started = time.monotonic()
        while self.progress < 1:
            self.sample_memory()
            self.step()
            self.check_alive()
        self.tell('end')
        for who in 'ab':
            self.close_life(who)

    def summary(self) -> dict:
        stalls = self.stalls_ns()
        for begin, end in stalls:
            self.record.excuse(begin, end + HEALING_NS)
        doubles = double_masters(self.lab, self.record)
        silences = {vhid: longest_silences(self.lab, vhid) for vhid in TIMERS}
        for vhid, (silent_ms, at) in ((v, s[0]) for v, s in silences.items() if s):
            is_stall = any(begin < at * 1e9 and end > at * 1e9 - silent_ms * 1e6
                           for begin, end in stalls)
            if silent_ms > 1e3 * (longest_down_s(vhid) + 1) * SLOW and not is_stall:
                self.faults.append(f'vhid {vhid}: nobody answered for {silent_ms} ms, until '
                                   f'{at:.3f}')
        self.faults += [f'memory grew by {kib} KiB in {age_s:.0f} s'
                        for age_s, kib in self.growth if kib > GROWTH_KIB]
        return {
            'seed': self.seed, 'preempt': self.lab.preempt,
            'seconds': round(time.monotonic() - self.started, 1),
            'events': sum(self.counts.values()), 'kinds': dict(self.counts),
            'double_masters': doubles,
            'longest_silences_ms': silences,
            # of the probe itself: what was longer than this is the machine's
            'probe_stalls_ms': self.probe_stalls(),
            'machine_stalls': len(stalls), 'machine_stall_ms': self.lab.lab.worst_stall_ms(),
            'transitions': self.lab.transitions(),
            'memory_growth_kib': [(round(age), kib) for age, kib in self.growth],
            'exit': self.end_statuses(), 'faults': self.faults,
        }

    def probe_stalls(self) -> list[tuple[float, float]]:
        """The five longest, and when they ended."""
        found = [(event['ms'], event['at_ns'] / 1e9) for probe in self.lab.probes.values()
                 for event in probe.of('stall')]
        return sorted(found, reverse=True)[:5]

    def end_statuses(self) -> dict[str, int]:
        """A clean end of both koi: 0. Kills and stops meanwhile have been checked as they came."""
        found = {}
        for who, koi in self.lab.koi.items():
            koi.process.signal(signal.SIGTERM)
            found[who] = koi.process.wait()
            if found[who] != 0:
                self.faults.append(f'{who}: exit status {found[who]}')
        return found


def soak(seconds: float, seed: int, is_told: bool = False) -> dict:
    print(f'soak: seed {seed}, {seconds:g} s', flush=True)
    run = Soak(seconds, seed)
    try:
        run.run()
        found = run.summary()
        if is_told:
            print(*run.story, sep='\n')
        if found['double_masters'] or found['faults']:
            print(*run.story, run.lab.diagnosis(), sep='\n')
        return found
    except Exception:
        print(run.counts, run.faults, *run.story, run.lab.diagnosis(), sep='\n')
        raise
    finally:
        run.lab.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0].strip())
    parser.add_argument('--seconds', type=float, default=60)
    parser.add_argument('--seed', type=int, default=time.time_ns() % 100000)
    parser.add_argument('--story', action='store_true', help='tell each event')
    options = parser.parse_args()
    found = soak(options.seconds, options.seed, options.story)
    print(json.dumps(found, indent=1))
    return 1 if found['double_masters'] or found['faults'] else 0


if __name__ == '__main__':
    sys.exit(main())
