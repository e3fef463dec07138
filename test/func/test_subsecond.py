# SPDX-License-Identifier: BSD-3-Clause
"""advbase 0: takeover in milliseconds, and no false alarm while a worker is busy."""
import json
import os
import statistics
import time

import pytest

from frames import arp_request, mac_bytes
from nodes import Koi
from pair import Pair, make_pair
from test_flood import requests
from test_takeover import is_arp_reply
from wait import SLOW, wait_for

pytestmark = [pytest.mark.usefixtures('needs_koi'), pytest.mark.serial]

RUNS = int(os.environ.get('KOI_TEST_TAKEOVERS', '12'))
SHORTEST = {'advbase': 0, 'advskew': 1}
# The goal on an idle machine; here two nodes and the tests share two cores, with others beside.
GOAL_MS = 15
MEDIAN_MS = float(os.environ.get('KOI_TEST_TAKEOVER_MS', '40'))
# While the worker is busy: adverts each 31 ms, and a backup that waits for 141 ms.
BUSY_A = {'advbase': 0, 'advskew': 8}
BUSY_B = {'advbase': 0, 'advskew': 12}
BUSY_S = 5


def master_and_backup(pair: Pair) -> tuple[Koi, Koi]:
    """Whoever it is: with the shortest timers a busy machine may make them change places."""
    def found() -> tuple[Koi, Koi] | None:
        states = (pair.a.state, pair.b.state)
        return {('MASTER', 'BACKUP'): (pair.a, pair.b),
                ('BACKUP', 'MASTER'): (pair.b, pair.a)}.get(states)
    return wait_for('one master', found, 5)


def test_takeover_distribution(lab, record_property):
    """The master dies, again and again; how long nobody answered."""
    pair = make_pair(lab, SHORTEST, SHORTEST)
    silent = []
    for _ in range(RUNS):
        master, backup = master_and_backup(pair)
        killed_ns = master.kill()
        wait_for('answers', lambda: len(pair.answers(backup, killed_ns)) > 20, 2)
        silent.append(pair.probe.settled_ms(killed_ns))
        master.start()
    silent.sort()
    record_property('takeover_ms', {
        'median': statistics.median(silent), 'max': silent[-1],
        'below_goal': sum(s <= GOAL_MS for s in silent), 'of': RUNS})
    assert statistics.median(silent) < MEDIAN_MS * SLOW, silent


def test_busy_worker(lab, record_property):
    """The master's worker has more to do than it can for seconds: nobody takes over."""
    a = lab.koi('a', '10.0.0.11', cpus=(0, 1)).configure(**BUSY_A)
    b = lab.koi('b', '10.0.0.12', cpus=(1, 0)).configure(**BUSY_B)
    capture = a.capture(only_carp=True)
    client = lab.client()
    a.start()
    a.wait_state('MASTER')
    b.start()
    b.wait_state('BACKUP')
    before = [node.vhid()['transitions'] for node in (a, b)]
    since_ns = time.time_ns()
    # Requests for the master's own address, to its own MAC: the switch gives them to nobody else.
    mac = client.ask(arp_request(client.mac, client.address, a.address),
                     is_arp_reply(a.address)).arp.sender_mac
    blast = client.blast([mac_bytes(mac) + f[6:] for f in requests(a.address)], BUSY_S)
    wait_for('the end', lambda: blast.poll() is not None, BUSY_S + 5)
    record_property('flood', json.loads(blast.stdout.read()))
    record_property('worker', a.ask('/worker/stats')['workers']['0'])
    record_property('control_gap_us', [node.ask('/koi/health')['control_gap_max_10s_us']
                                       for node in (a, b)])
    times = [at for at, _ in capture.adverts(since_ns)]
    gaps = sorted((later - earlier) / 1e6 for earlier, later in zip(times, times[1:]))
    record_property('advert_gap_ms', {'median': statistics.median(gaps), 'max': gaps[-1]})
    assert [node.vhid()['transitions'] for node in (a, b)] == before
