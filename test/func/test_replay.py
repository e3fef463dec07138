# SPDX-License-Identifier: BSD-3-Clause
"""replay: strict among koi outlives restarts, clocks that are set back, and lost state files."""
import json

import pytest

from frames import CARP
from nodes import Koi
from pair import FAST_A, FAST_B, Pair, make_pair
from wait import wait_for

pytestmark = pytest.mark.usefixtures('needs_koi')

# Ten years ahead of any clock of today: the seconds are in the upper half.
AHEAD = 0x7fffffff << 32


def make_strict(node: Koi) -> None:
    node.config['vhids'][0]['replay'] = 'strict'


@pytest.fixture
def pair(lab) -> Pair:
    return make_pair(lab, FAST_A, FAST_B, make_strict)


def counters(pair: Pair, node: Koi) -> list[int]:
    return [advert.counter for _, advert in pair.captures[node.name].adverts()]


def set_counter(node: Koi, counter: int) -> None:
    """As if the clock had been there when the node ran last."""
    state = json.loads(node.state_path.read_text())
    state['vhids']['1@lan']['counter'] = f'{counter:016x}'
    node.state_path.write_text(json.dumps(state))


def floors(node: Koi) -> list[int]:
    """The counters of peers that are saved."""
    state = json.loads(node.state_path.read_text())
    return [int(floor['last'], 16) for floor in state['vhids']['1@lan']['floors']]


def change_masters(pair: Pair, end: str) -> None:
    """The master ends, the other takes over, the first returns as backup and hears it."""
    master = pair.a if pair.a.state == 'MASTER' else pair.b
    other = pair.other(master)
    getattr(master, end)()
    other.wait_state('MASTER')
    master.start()
    master.wait_state('BACKUP')
    wait_for('the master to be heard',
             lambda: master.vhid().get('master_address') == other.address, 2)


def assert_nothing_refused(pair: Pair) -> None:
    assert [node.stats()['drop_replay'] for node in (pair.a, pair.b)] == [0, 0]


def assert_rising(pair: Pair) -> None:
    for node in (pair.a, pair.b):
        found = counters(pair, node)
        assert found == sorted(set(found))


def test_restarts_of_both(pair):
    """Killed and stopped, each in turn."""
    for end in ('kill', 'kill', 'stop', 'stop'):
        change_masters(pair, end)
        assert_nothing_refused(pair)
    assert_rising(pair)


def test_clock_set_back(pair):
    """It was ten years ahead: the counters go on from there."""
    pair.a.stop()
    pair.b.wait_state('MASTER')
    set_counter(pair.a, AHEAD)
    pair.a.start()
    pair.a.wait_state('BACKUP')
    for _ in range(4):
        change_masters(pair, 'kill')
        assert_nothing_refused(pair)
    assert_rising(pair)
    assert counters(pair, pair.a)[-1] > AHEAD


@pytest.mark.parametrize('file', ['kept', 'lost'])
def test_recorded_before_a_restart(pair, file):
    """What B had heard of A before it was restarted is not taken again, if B knows."""
    wait_for('adverts', lambda: len(counters(pair, pair.a)) > 5, 3)
    recorded = [f.data for f in pair.captures['a'].frames() if f.ip_protocol == CARP]
    pair.b.stop()
    pair.a.process.kill()
    if file == 'lost':
        pair.b.state_path.unlink()
    pair.b.start()
    pair.client.send(*recorded)
    wait_for('them', lambda: pair.b.stats()['received'] >= len(recorded), 2)
    refused = len(recorded) if file == 'kept' else 0
    assert pair.b.stats()['drop_replay'] == refused


def test_lost_file_and_the_way_back(pair):
    """A's counter is below what B has heard of it: B does not believe it until it is told to."""
    pair.a.stop()
    pair.b.wait_state('MASTER')
    set_counter(pair.a, AHEAD)
    pair.a.start()
    pair.a.wait_state('BACKUP')
    change_masters(pair, 'stop')                # B has heard A's high counters
    pair.a.stop()
    pair.b.wait_state('MASTER')
    pair.a.state_path.unlink()
    pair.a.start()
    pair.b.stop()
    pair.a.wait_state('MASTER')
    pair.b.start()
    pair.b.wait_state('MASTER')
    assert pair.a.state == 'MASTER'
    assert pair.b.stats()['drop_replay'] > 0

    done = pair.b.koictl('vhid', '1@lan', 'replay', 'forget')
    assert done.returncode == 0, done.stderr
    pair.b.wait_state('BACKUP')
    wait_for('it to be saved', lambda: max(floors(pair.b), default=0) < AHEAD, 1)
    pair.b.kill()
    pair.b.start()
    pair.b.wait_state('BACKUP')
    wait_for('A to be heard', lambda: pair.b.vhid().get('master_address') == pair.a.address, 2)
    assert_nothing_refused(pair)


def test_bad_file(pair):
    """It is put aside, and said so; koi starts."""
    pair.b.stop()
    pair.b.state_path.write_text('{ "version": 1, "vhids": [] }\n')
    pair.b.start()
    pair.b.wait_state('BACKUP')
    assert 'replay.json: not understood' in pair.b.process.log
    assert pair.b.state_path.with_name('replay.json.bad').exists()
