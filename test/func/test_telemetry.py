# SPDX-License-Identifier: BSD-3-Clause
"""Telemetry answers whole, however much there is to tell."""
import json
import re
import threading
import time

import pytest

from big import big_config
from frames import arp_request
from lab import Lab
from pair import FAST_A, FAST_B, make_pair
from telemetry import Telemetry
from wait import wait_for

pytestmark = pytest.mark.usefixtures('needs_koi')

INTERFACES = 8
VHIDS = INTERFACES * 255
KEY = re.compile(r'[a-z0-9_]+')


@pytest.fixture(scope='module')
def big(needs_koi):
    """Two thousand vhids, all of them master, and one that has all addresses it may have."""
    lab = Lab()
    try:
        koi = lab.koi('k', '10.0.0.11')
        koi.config = big_config(VHIDS)
        koi.config['vhids'][0]['addresses'] = [f'10.0.{200 + n // 250}.{1 + n % 250}/16'
                                               for n in range(255)]
        koi.start(ready_s=20)
        wait_for('all of them master', lambda: all(
            koi.vhid(f'255@lan{i}')['state'] == 'MASTER' for i in range(INTERFACES)), 20)
        yield koi, Telemetry(koi.prefix)
    finally:
        lab.close()


def assert_keys(value) -> None:
    """Names of things are values, never keys."""
    if isinstance(value, dict):
        for key, inner in value.items():
            assert KEY.fullmatch(key), key
            assert_keys(inner)
    elif isinstance(value, list):
        for inner in value:
            assert isinstance(inner, (str, int)), inner


@pytest.mark.parametrize('command', [
    '/carp/list', '/carp/vhid,1@lan0', '/carp/vhid,255@lan7', '/carp/stats', '/carp/stats,1@lan0',
    '/carp/demotion', '/carp/events,0', '/carp/settings', '/interface/list', '/interface/info,lan0',
    '/neigh/table,lan0', '/worker/stats', '/koi/health'])
def test_endpoint(big, command):
    _, telemetry = big
    reply = telemetry.raw(command)
    assert len(reply) < telemetry.max_len
    parsed = json.loads(reply)
    assert list(parsed) == [command.split(',')[0]]
    assert parsed[command.split(',')[0]], 'says nothing'
    assert_keys(next(iter(parsed.values())))


def test_list_is_whole(big):
    _, telemetry = big
    names = telemetry.pages('/carp/list', 'vhids')
    assert len(names) == len(set(names)) == VHIDS
    assert set(names) == {f'{v}@lan{i}' for v in range(1, 256) for i in range(INTERFACES)}
    assert telemetry.pages('/interface/list', 'interfaces') == [f'lan{i}'
                                                                for i in range(INTERFACES)]


def test_all_addresses_of_a_vhid(big):
    koi, telemetry = big
    told = telemetry.ask('/carp/vhid,1@lan0')['addresses']
    assert sorted(told) == sorted(koi.config['vhids'][0]['addresses'])


def test_events_are_whole(big):
    """The history is full: two transitions of each vhid. Reading on from `next` misses none."""
    _, telemetry = big
    sequences: list[int] = []
    since = 0
    while True:
        page = telemetry.ask(f'/carp/events,{since}')
        if not page['events']:
            break
        if page['missed']:
            # so many have happened meanwhile that some were forgotten: begin with what is left
            sequences.clear()
        sequences += [e['sequence'] for e in page['events'].values()]
        assert page['next'] > since
        since = page['next']
    assert len(sequences) >= 1000
    assert sequences == list(range(sequences[0], sequences[0] + len(sequences)))


@pytest.mark.parametrize('command', [
    '/carp/vhid', '/carp/vhid,', '/carp/vhid,1@nowhere', '/carp/vhid,x', '/carp/vhid,256@lan0',
    '/carp/stats,1@nowhere', '/carp/list,x', '/carp/list,99999999999', '/interface/info',
    '/interface/info,nosuch', '/neigh/table', '/neigh/table,nosuch', '/carp/events,x'])
def test_wrong_parameters(big, command):
    """A question about nothing gets null or an empty list, and the next question its answer."""
    koi, telemetry = big
    reply = json.loads(telemetry.raw(command))[command.split(',')[0]]
    assert not reply or reply.get('count', 0) >= 0
    assert telemetry.ask('/koi/health')['ready'] == 1
    assert koi.process.is_alive


def test_neighbour_table_is_whole(lab):
    """A thousand neighbours: all of them are told, page by page."""
    koi = lab.koi('k', '10.0.0.11').configure(advbase=0, advskew=26)
    koi.config['interfaces'][0]['addresses'] = ['10.0.0.11/16']
    client = lab.client()
    koi.start()
    koi.wait_state('MASTER')
    telemetry = Telemetry(koi.prefix)
    wanted = {f'10.0.{n // 250 + 1}.{n % 250 + 1}': f'02:00:00:03:{n >> 8:02x}:{n & 255:02x}'
              for n in range(1000)}

    def known() -> dict[str, str]:
        return {n['address']: n['mac'] for n in telemetry.pages('/neigh/table,lan', 'neighbours')}

    def all_known() -> bool:
        missing = wanted.items() - known().items()
        # what the policer did not let through is said again
        for address, mac in list(missing)[:100]:
            client.send(arp_request(mac, address, koi.address))
        return not missing
    wait_for('all in the table', all_known, 20)


def test_ten_clients_during_failovers(lab):
    """Ten ask for everything without pause while the master changes: every answer is whole."""
    pair = make_pair(lab, FAST_A | {'preempt': True}, FAST_B | {'preempt': True})
    stop = threading.Event()
    wrong: list[str] = []
    asked = [0] * 10

    def ask(number: int) -> None:
        telemetry = Telemetry(pair.b.prefix)
        while not stop.is_set():
            for command in ('/carp/list', '/carp/vhid,1@lan', '/carp/stats', '/carp/stats,1@lan',
                            '/carp/events,0', '/carp/demotion', '/interface/info,lan',
                            '/neigh/table,lan', '/worker/stats', '/koi/health'):
                try:
                    assert_keys(telemetry.ask(command))
                    asked[number] += 1
                except (ValueError, OSError, KeyError, AssertionError) as error:
                    wrong.append(f'{command}: {error}')
                    return
        telemetry.close()

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(10)]
    pair.b.forget_connection()      # DPDK serves ten
    for thread in threads:
        thread.start()
    for _ in range(3):
        killed_ns = pair.a.kill()
        wait_for('answers of B', lambda: len(pair.answers(pair.b, killed_ns)) > 100, 5)
        started_ns = time.time_ns()
        pair.a.start()
        wait_for('answers of A', lambda: len(pair.answers(pair.a, started_ns)) > 100, 5)
    stop.set()
    for thread in threads:
        thread.join()
    assert not wrong, wrong[:5]
    assert min(asked) > 10
    assert pair.b.process.is_alive
