# SPDX-License-Identifier: BSD-3-Clause
"""A reload applies the difference: what did not change does not notice it."""
import copy
import signal
import time

import pytest

from frames import ARP_REQUEST, BROADCAST, arp_request
from nodes import SECRET, Koi
from pair import FAST_A, FAST_B, Pair, make_pair
from test_takeover import is_arp_reply
from wait import SLOW, never, wait_for

pytestmark = [pytest.mark.usefixtures('needs_koi'), pytest.mark.serial]

# How soon after the log's word a new address must be answered: a worker's turn.
AT_ONCE_S = 0.05 * SLOW


class Undisturbed:
    """Since its creation: no transition of 1@lan on either node, no lost probe, no late advert."""

    def __init__(self, pair: Pair):
        self.pair = pair
        self.transitions = pair.transitions()
        self.since_ns = time.time_ns()

    def check(self) -> None:
        pair = self.pair
        assert pair.silence_s(self.since_ns) == 0, pair.probe.gaps(self.since_ns)
        assert pair.transitions() == self.transitions
        times = [at for at, advert in pair.captures['a'].adverts(self.since_ns)
                 if advert.vhid == 1]
        late = [b - a for a, b in zip(times, times[1:]) if b - a > 2e9 * pair.a.interval_s]
        assert not late
        pair.check_one_master(self.since_ns)
        for node in (pair.a, pair.b):
            assert node.stats()['drop_auth'] == 0


@pytest.fixture
def pair(lab) -> Pair:
    return make_pair(lab, FAST_A, FAST_B)


def other_vhid(number: int, **changes) -> dict:
    return {'interface': 'lan', 'vhid': number, 'advbase': 0, 'advskew': 26, 'pass': SECRET,
            'addresses': [f'10.0.0.{200 + number}/24'], **changes}


def hang_up(node: Koi, text: str) -> str:
    """SIGHUP with the file as it lies there; what the log says until @p text."""
    start = len(node.process.log)
    node.process.signal(signal.SIGHUP)
    return wait_for(f'"{text}"', lambda: text in node.process.log[start:]
                    and node.process.log[start:], 5)


def test_others_come_and_go(pair):
    """Other vhids are added, changed and removed beside one that stays."""
    before = Undisturbed(pair)
    a = pair.a
    own = copy.deepcopy(a.config['vhids'])
    for number in range(2, 6):
        # the one that stays does not keep its place in the file
        a.config['vhids'] = [other_vhid(n) for n in range(2, number + 1)] + own
        a.reload()
        a.wait_state('MASTER', 2, vhid=f'{number}@lan')
    a.config['vhids'][0] |= {'advskew': 99, 'addresses': ['10.0.0.250/24', '10.0.0.251/24']}
    a.reload()
    assert a.vhid('2@lan')['advskew'] == 99
    since_ns = time.time_ns()
    a.config['vhids'] = own
    a.reload()
    farewells = {advert.vhid for _, advert in pair.captures['a'].adverts(since_ns)
                 if advert.is_bow_out()}
    assert farewells == {2, 3, 4, 5}
    assert a.ask('/carp/list,0')['vhids'] == ['1@lan']
    before.check()


def test_same_file(pair):
    """Nothing has changed; nothing happens, again and again."""
    before = Undisturbed(pair)
    for _ in range(10):
        pair.a.reload()
        pair.b.reload()
    before.check()


def asks(pair: Pair, address: str) -> bool:
    """Does somebody answer for the address, at once?"""
    client = pair.a.lab.nodes[-1]
    try:
        client.ask(arp_request(client.mac, client.address, address), is_arp_reply(address),
                   AT_ONCE_S)
    except AssertionError:
        return False
    return True


def is_announced(pair: Pair, address: str, since_ns: int) -> bool:
    return any(f.arp and f.arp.op == ARP_REQUEST and f.destination == BROADCAST
               and f.arp.sender == f.arp.target == address
               for f in pair.captures['a'].frames(since_ns))


@pytest.mark.parametrize('order', ['ab', 'ba'])
def test_addresses(pair, order):
    """An address more, and less, of a running vhid, on one host after the other."""
    before = Undisturbed(pair)
    new = '10.0.0.101'
    nodes = [getattr(pair, name) for name in order]
    assert not asks(pair, new)
    for node in nodes:
        node.config['vhids'][0]['addresses'].append(f'{new}/24')
        since_ns = node.reload()
        if node is pair.a:
            assert asks(pair, new)
            wait_for('the announcement', lambda: is_announced(pair, new, since_ns), 1)
    for node in nodes:
        node.config['vhids'][0]['addresses'].pop()
        node.reload()
        if node is pair.a:
            assert not asks(pair, new)
    never('a transition', lambda: pair.transitions() != before.transitions,
          1.5 * pair.b.master_down_s)
    before.check()


def test_advskew(pair):
    """The next advertisement has the new skew; the roles stay."""
    before = Undisturbed(pair)
    pair.a.config['vhids'][0]['advskew'] = 30
    reloaded_ns = pair.a.reload()
    wait_for('the new skew', lambda: any(advert.advskew == 30 for _, advert in
                                         pair.captures['a'].adverts(reloaded_ns)), 1)
    pair.b.config['vhids'][0]['advskew'] = 60
    pair.b.reload()
    assert pair.b.vhid()['advskew'] == 60
    before.check()


@pytest.mark.parametrize('order', ['ab', 'ba'])
def test_password(pair, order):
    """Accept the new one everywhere, swap everywhere, forget the old one: no transition."""
    before = Undisturbed(pair)
    steps = [{'pass': SECRET, 'pass_accept': ['a new secret']},
             {'pass': 'a new secret', 'pass_accept': [SECRET]},
             {'pass': 'a new secret', 'pass_accept': []}]
    for step in steps:
        for node in (getattr(pair, name) for name in order):
            node.config['vhids'][0] |= step
            node.reload()
            heard = node.vhid()['received']
            if node is pair.b:
                wait_for('an advert', lambda: node.vhid()['received'] > heard, 1)
    never('a transition', lambda: pair.transitions() != before.transitions,
          1.5 * pair.b.master_down_s)
    assert [node.stats()['drop_auth'] for node in (pair.a, pair.b)] == [0, 0]
    assert pair.silence_s(before.since_ns) == 0


def test_wrong_file(pair):
    """Every error is named, nothing changes, and the next file is taken."""
    before = Undisturbed(pair)
    good = copy.deepcopy(pair.a.config)
    pair.a.config['vhids'][0]['advskew'] = 255
    pair.a.config['vhids'].append(other_vhid(2) | {'colour': 'red'})
    pair.a.write_config()
    said = hang_up(pair.a, 'nothing has changed')
    assert '/vhids/0/advskew' in said and '/vhids/1/colour' in said
    assert SECRET not in said
    pair.a.config_path.write_text('{"vhids": [')
    assert ': 1:11: ' in hang_up(pair.a, 'nothing has changed')
    pair.a.config_path.unlink()
    hang_up(pair.a, 'nothing has changed')
    assert pair.a.ask('/carp/list,0')['vhids'] == ['1@lan']
    assert pair.a.vhid()['advskew'] == FAST_A['advskew']
    pair.a.config = good
    pair.a.reload()
    before.check()


def test_restart_needed(pair):
    """What only a restart can change is refused by name."""
    before = Undisturbed(pair)
    good = copy.deepcopy(pair.a.config)
    pair.a.config['interfaces'][0]['device'] = 'net_af_packet0,iface=e1'
    pair.a.write_config()
    assert '/interfaces/0/device' in hang_up(pair.a, 'nothing has changed')
    pair.a.config = copy.deepcopy(good)
    pair.a.config['interfaces'][0]['name'] = 'wan'
    pair.a.config['vhids'][0]['interface'] = 'wan'
    pair.a.write_config()
    assert '/interfaces' in hang_up(pair.a, 'nothing has changed')
    pair.a.config = good
    pair.a.reload()
    before.check()
