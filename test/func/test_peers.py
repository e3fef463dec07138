# SPDX-License-Identifier: BSD-3-Clause
"""Unicast peers: adverts go to hosts on a list, and only those of listed hosts count."""
import time

import pytest

from advert import GROUP, Advert, frame, virtual_mac
from nodes import SECRET, Koi
from pair import FAST_A, FAST_B, Pair, make_pair
from wait import never, wait_for

pytestmark = pytest.mark.usefixtures('needs_koi')

PEER_OF = {'10.0.0.11': '10.0.0.12', '10.0.0.12': '10.0.0.11'}


def use_peers(node: Koi) -> None:
    node.config['vhids'][0]['peers'] = [PEER_OF[node.address]]


@pytest.fixture
def pair(lab) -> Pair:
    return make_pair(lab, FAST_A, FAST_B, use_peers)


def test_adverts_are_unicast(pair):
    """To the peer's address and MAC, from the virtual MAC; nothing to the group."""
    capture = pair.captures['a']
    since_ns = time.time_ns()
    wait_for('adverts', lambda: len(capture.adverts(since_ns)) > 3, 3)
    told = {(f.ip_source, f.ip_destination, f.destination) for f in capture.frames(since_ns)
            if f.ip_protocol == 112}
    assert told == {(pair.a.address, pair.b.address, pair.b.mac)}
    for _, advert in capture.adverts(since_ns):
        assert advert.is_signed(SECRET, [pair.virtual])


def test_virtual_mac_is_taught(lab):
    """The switch learns where the virtual MAC is, although no advert comes from it."""
    def often(node: Koi) -> None:
        use_peers(node)
        node.config['vhids'][0]['announce_interval_s'] = 1
    pair = make_pair(lab, FAST_A, FAST_B, often)
    since_ns = time.time_ns()

    def taught() -> list:
        return [f for f in pair.captures['a'].frames(since_ns)
                if f.source == virtual_mac(1) and f.arp]
    wait_for('frames from the virtual MAC', lambda: len(taught()) >= 2, 4)


@pytest.mark.serial
def test_takeover_and_return(pair):
    """Kill and stop of the master, as with the group."""
    killed_ns = pair.a.kill()
    pair.takes_over(pair.b, killed_ns)
    assert pair.silence_s(killed_ns) <= pair.b.master_down_s + 0.1
    pair.a.start()
    pair.a.wait_state('BACKUP')
    stopped_ns = pair.b.stop()
    pair.takes_over(pair.a, stopped_ns)
    assert pair.silence_s(stopped_ns) <= 0.1
    pair.check_one_master()


@pytest.mark.parametrize('destination', ['group', 'node'])
def test_strangers(pair, destination):
    """A host with the secret that is not on the list: refused, counted, and of no effect."""
    client = pair.a.lab.nodes[-1]
    before = pair.transitions()
    nodes = (pair.a, pair.b)
    since = {node: node.stats() for node in nodes}
    for counter in range(1, 21):
        payload = Advert(1, 0, 1, counter=counter).signed(SECRET, [pair.virtual]).payload()
        for node in nodes:
            if destination == 'group':
                client.send(frame(payload, client.address, 1, source_mac=client.mac))
            else:
                client.send(frame(payload, client.address, 1, source_mac=client.mac,
                                  group=node.address, group_mac=node.mac))

    def refused(node: Koi) -> int:
        """Some of a burst do not even get as far as the list."""
        now = node.stats()
        assert now['drop_auth'] == since[node]['drop_auth']
        return sum(now[c] - since[node][c] for c in ('drop_peer', 'punt_policed'))
    for node in nodes:
        wait_for('refusals', lambda: refused(node) >= 20, 2)
        assert node.stats()['drop_peer'] > since[node]['drop_peer']
    never('a transition', lambda: pair.transitions() != before, 2 * pair.b.master_down_s)


def test_group_is_not_used_for_hellos(pair):
    """A backup with peers says nothing at all."""
    since_ns = time.time_ns()
    never('B speaks', lambda: [f for f in pair.captures['b'].frames(since_ns)
                               if f.ip_protocol == 112], 1)
    assert not [f for f in pair.captures['a'].frames() if f.ip_protocol == 112
                and f.ip_destination == GROUP]
