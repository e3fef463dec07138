# SPDX-License-Identifier: BSD-3-Clause
"""A node that was stopped does not blame the others for it."""
import signal
import time

import pytest

from held import held
from pair import FAST_A, FAST_B, Pair, make_pair
from wait import SLOW, never, wait_for

pytestmark = [pytest.mark.usefixtures('needs_koi'), pytest.mark.serial]

WORKER = r'^(koi|rte|lcore)-worker'


def let_pass(seconds: float) -> None:
    """Time is what these tests are about."""
    end = time.monotonic() + seconds
    wait_for('time', lambda: time.monotonic() >= end, seconds + 1)


def test_stopped_backup(lab):
    """It slept through twice its master-down time, and its master lives: no transition."""
    pair = make_pair(lab, FAST_A, FAST_B)
    before = pair.transitions()
    pair.b.process.signal(signal.SIGSTOP)
    let_pass(2 * pair.b.master_down_s)
    pair.b.process.signal(signal.SIGCONT)
    never('a transition', lambda: pair.transitions() != before, 2 * pair.b.master_down_s)
    assert [pair.a.state, pair.b.state] == ['MASTER', 'BACKUP']
    pair.check_one_master()


def test_stopped_master(lab):
    """It wakes as MASTER, and hears the new one before it says anything for the address."""
    pair = make_pair(lab, FAST_A, FAST_B)
    # the slower of the two is master, so that it must yield
    pair.a.kill()
    pair.b.wait_state('MASTER')
    pair.a.start()
    pair.a.wait_state('BACKUP')
    stopped_ns = pair.b.process.signal(signal.SIGSTOP)
    pair.takes_over(pair.a, stopped_ns)
    let_pass(2 * pair.b.interval_s)

    continued_ns = pair.b.process.signal(signal.SIGCONT)
    pair.b.wait_state('BACKUP')
    never('B is MASTER', lambda: pair.b.state != 'BACKUP', 2 * pair.b.master_down_s)
    said = pair.captures['b']
    assert not said.adverts(continued_ns)
    assert not pair.answers(pair.b, continued_ns)
    assert pair.a.state == 'MASTER'


def test_held_control_of_a_slow_master(lab):
    """Its worker stops answering before the faster backup, whose patience is short, takes over."""
    pair = make_pair(lab, {'advskew': 200}, {'advskew': 0})
    said = pair.captures['a']
    count = len(said.adverts())
    wait_for('an advert', lambda: len(said.adverts()) > count, 2 * pair.a.interval_s)
    # when the next one is nearly due, the backup has the shortest time left
    let_pass(pair.a.interval_s - 0.1)
    since_ns = time.time_ns()
    with held(pair.a.process.pid):
        pair.takes_over(pair.b, since_ns)
        let_pass(2 * pair.a.interval_s)
    pair.a.wait_state('BACKUP')
    pair.check_one_master(since_ns)


def hold_worker(pair: Pair, node) -> None:
    """Hold the worker for a second: an event says so, and no state changes."""
    before = pair.transitions()
    tids = node.threads(WORKER)
    assert len(tids) == 1
    with held(tids[0]):
        let_pass(1.0)
    since_ns = time.time_ns()

    def stalled() -> bool:
        events = node.ask('/carp/events,0')['events']
        return any(e['type'] == 'worker stalled' for e in events.values())
    wait_for('event: worker stalled', stalled, 2)
    never('a transition', lambda: pair.transitions() != before, 2 * pair.b.master_down_s)
    pair.check_one_master(since_ns)


def test_held_worker_of_the_backup(lab):
    """Its timer would have fired while it could not hear."""
    pair = make_pair(lab, FAST_A, FAST_B)
    hold_worker(pair, pair.b)


def test_held_worker_of_the_master(lab):
    """A second without adverts is less than the backup's patience."""
    pair = make_pair(lab, {'advbase': 0, 'advskew': 150}, {'advbase': 0, 'advskew': 180})
    hold_worker(pair, pair.a)


def test_stopped_master_alone(lab):
    """Nobody took over: it listens for a while, finds that it is still master, and goes on."""
    koi = lab.koi('k', '10.0.0.11').configure(**FAST_A)
    probe = lab.client().probe(lab.virtual)
    koi.start()
    koi.wait_state('MASTER')
    probe.wait_answer(2)
    koi.process.signal(signal.SIGSTOP)
    wait_for('silence', lambda: len(probe.of('quiet')) == 2, 2)
    let_pass(2 * koi.master_down_s)
    continued_ns = koi.process.signal(signal.SIGCONT)
    capture = koi.capture()
    probe.wait_answer(2, continued_ns)
    wait_for('adverts', lambda: len(capture.adverts()) >= 2, 2)
    assert koi.vhid()['transitions'] == 2
    answered = min(e['at_ns'] for e in probe.of('answer', continued_ns))
    assert (answered - continued_ns) / 1e9 < 2 * koi.interval_s + 0.1 * SLOW
