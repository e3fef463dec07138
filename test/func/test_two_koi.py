# SPDX-License-Identifier: BSD-3-Clause
"""Two koi: takeover times, and never two masters."""
import os
import time

import pytest

from masters import takeovers
from nodes import Koi
from pair import FAST_A, FAST_B, Pair, make_pair
from wait import SLOW, never, wait_for

pytestmark = [pytest.mark.usefixtures('needs_koi'), pytest.mark.serial]

ALTERNATIONS = int(os.environ.get('KOI_TEST_ALTERNATIONS', '10'))
KILL_SLACK_S = 0.050 * SLOW
BOW_OUT_S = 0.020 * SLOW


def alternate(pair: Pair, end, limit_s) -> list[float]:
    """End the master, wait for the other, start the first again; the silences."""
    master = pair.a
    silences = []
    for number in range(ALTERNATIONS):
        backup = pair.other(master)
        at_ns = end(number, master)
        pair.takes_over(backup, at_ns)
        silences.append(pair.silence_s(at_ns))
        assert silences[-1] <= limit_s(number, backup), f'alternation {number}: {silences}'
        master.start()
        master.wait_state('BACKUP')
        master = backup
    assert len(takeovers(list(pair.captures.values()), pair.virtual)) == ALTERNATIONS + 1
    pair.check_one_master()
    return silences


def test_kill_and_stop(lab, record_property):
    """The times that the manual promises, with the timers that everybody uses."""
    pair = make_pair(lab, {'advskew': 0}, {'advskew': 100})
    killed_ns = pair.a.kill()
    pair.takes_over(pair.b, killed_ns)
    killed_s = pair.silence_s(killed_ns)
    record_property('killed_s', killed_s)
    assert killed_s <= pair.b.master_down_s + KILL_SLACK_S

    started_ns = time.time_ns()
    pair.a.start()
    never('A takes over without preempt', lambda: pair.a.state == 'MASTER',
          pair.a.master_down_s + 0.5)
    assert pair.silence_s(started_ns) < 0.1 * SLOW

    stopped_ns = pair.b.stop()
    pair.takes_over(pair.a, stopped_ns)
    stopped_s = pair.silence_s(stopped_ns)
    record_property('stopped_s', stopped_s)
    assert stopped_s <= BOW_OUT_S
    pair.check_one_master()


def test_alternations(lab, record_property):
    """The master is killed and stopped in turn, again and again."""
    pair = make_pair(lab, FAST_A, FAST_B)

    def end(number: int, node: Koi) -> int:
        return node.stop() if number % 2 else node.kill()

    def limit_s(number: int, backup: Koi) -> float:
        return BOW_OUT_S if number % 2 else backup.master_down_s + KILL_SLACK_S

    silences = alternate(pair, end, limit_s)
    record_property('killed_s', [round(s, 4) for s in silences[0::2]])
    record_property('stopped_s', [round(s, 4) for s in silences[1::2]])


def test_preempt_alternations(lab):
    """The better one returns and takes over while the other is alive: who does not yield shows."""
    pair = make_pair(lab, FAST_A | {'preempt': True}, FAST_B | {'preempt': True})
    for _ in range(ALTERNATIONS // 2):
        killed_ns = pair.a.kill()
        pair.takes_over(pair.b, killed_ns)
        started_ns = time.time_ns()
        pair.a.start()
        pair.takes_over(pair.a, started_ns)
        pair.b.wait_state('BACKUP')
        assert pair.silence_s(started_ns) <= BOW_OUT_S
    pair.check_one_master()


def test_partition_heals(lab):
    """Both are master while they cannot hear each other; when they can, the better one stays."""
    pair = make_pair(lab, FAST_A, FAST_B)
    pair.a.set_cable(False)
    pair.b.wait_state('MASTER')
    assert pair.a.state == 'MASTER'
    healed_ns = time.time_ns()
    pair.a.set_cable(True)
    pair.b.wait_state('BACKUP')
    assert pair.a.state == 'MASTER'
    settled_ns = time.time_ns()
    assert settled_ns - healed_ns < (2 * pair.b.interval_s + 0.05 * SLOW) * 1e9
    pair.takes_over(pair.a, settled_ns)
    pair.check_one_master(settled_ns)


def test_equal_settings(lab):
    """Two that start together with the same settings: one becomes master and stays it."""
    nodes = [lab.koi('a', '10.0.0.11', cpus=(0, 1)).configure(**FAST_A),
             lab.koi('b', '10.0.0.12', cpus=(1, 0)).configure(**FAST_A)]
    captures = [node.capture() for node in nodes]
    for node in nodes:
        node.start(wait=False)
    for node in nodes:
        node.process.wait_log('koi: ready:', 5)

    def one_master() -> bool:
        return sorted(node.state for node in nodes) == ['BACKUP', 'MASTER']
    wait_for('one master', one_master, 5 * nodes[0].master_down_s)
    never('two masters or none', lambda: not one_master(), 3 * nodes[0].master_down_s)
    master = next(node for node in nodes if node.state == 'MASTER')
    assert takeovers(captures, lab.virtual)[-1][1] == master.port
