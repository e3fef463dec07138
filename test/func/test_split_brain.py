# SPDX-License-Identifier: BSD-3-Clause
"""Two masters that cannot hear each other, and what each says when they can again."""
import time

import pytest

import netns
from frames import ARP_REQUEST, BROADCAST
from pair import FAST_A, FAST_B, Pair, make_pair
from wait import never, wait_for

pytestmark = pytest.mark.usefixtures('needs_koi')


def isolate(pair: Pair, isolated: bool) -> None:
    """The switch carries nothing between the two; both still hear the client."""
    word = 'on' if isolated else 'off'
    for node in (pair.a, pair.b):
        netns.ip('-n', pair.a.lab.switch, 'link', 'set', node.port, 'type', 'bridge_slave',
                 'isolated', word)


def has_event(node, kind: str) -> bool:
    events = node.ask('/carp/events,0')['events']
    return any(e['type'] == kind for e in events.values())


def announced(pair: Pair, since_ns: int) -> bool:
    return any(f.arp and f.arp.op == ARP_REQUEST and f.destination == BROADCAST
               for f in pair.captures['a'].frames(since_ns))


@pytest.mark.serial
def test_partition_inside_the_switch(lab):
    """The client sees both answer; healed, the better one stays and is alone."""
    pair = make_pair(lab, FAST_A, FAST_B)
    isolate(pair, True)
    pair.b.wait_state('MASTER')
    assert pair.a.state == 'MASTER'
    wait_for('answers of both', lambda: pair.probe.of('double'), 2)

    isolate(pair, False)
    pair.b.wait_state('BACKUP')
    assert pair.a.state == 'MASTER'
    wait_for('the end of it', lambda: pair.a.vhid()['split_brain'] == 0, 3)
    settled_ns = time.time_ns()
    never('two answer', lambda: pair.probe.of('double', settled_ns), 1)
    pair.check_one_master(settled_ns)


def test_while_it_lasts(lab):
    """One that hears and is not heard says so, and announces again once it has won."""
    pair = make_pair(lab, FAST_A, FAST_B)
    isolate(pair, True)
    pair.b.wait_state('MASTER')
    # A hears B, B does not hear A: what A sends to the group is stopped at B's own port
    netns.ip('-n', lab.switch, 'link', 'set', pair.a.port, 'type', 'bridge_slave', 'isolated',
             'off')
    netns.ip('-n', lab.switch, 'link', 'set', pair.b.port, 'type', 'bridge_slave', 'isolated',
             'off', 'mcast_flood', 'off')
    told = wait_for('the gauge', lambda: (t := pair.a.vhid())['split_brain'] and t, 2)
    assert told['master_address'] == pair.b.address
    wait_for('the event', lambda: has_event(pair.a, 'split brain'), 1)
    assert f'split brain: {pair.b.address}' in pair.a.process.log
    assert pair.a.stats()['split_brain'] > 0
    never('the gauge is 0', lambda: pair.a.vhid()['split_brain'] == 0, 1)
    assert pair.b.state == 'MASTER'
    healed_ns = time.time_ns()
    netns.ip('-n', lab.switch, 'link', 'set', pair.b.port, 'type', 'bridge_slave', 'mcast_flood',
             'on')
    pair.b.wait_state('BACKUP')
    wait_for('the end of it', lambda: pair.a.vhid()['split_brain'] == 0, 3)
    wait_for('the event', lambda: has_event(pair.a, 'split brain ended'), 1)
    wait_for('the announcement', lambda: announced(pair, healed_ns), 3)
