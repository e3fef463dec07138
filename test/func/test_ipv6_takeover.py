# SPDX-License-Identifier: BSD-3-Clause
"""Takeovers of IPv6 addresses, alone and beside IPv4 ones: the bounds are those of IPv4."""
import signal

import pytest

import netns
from advert import GROUP_MAC6
from frames import NA
from ipv6 import VIRTUAL6, dual_stack, only_ipv6
from nodes import BUILD, Koi
from pair import FAST_A, FAST_B, make_pair
from process import Process
from wait import SLOW, never, wait_for

pytestmark = [pytest.mark.usefixtures('needs_koi'), pytest.mark.serial]

KILL_SLACK_S = 0.050 * SLOW
BOW_OUT_S = 0.020 * SLOW


def test_kill_and_stop(lab, record_property):
    """A vhid of IPv6 alone, with the timers that everybody uses."""
    pair = make_pair(lab, {'advskew': 0}, {'advskew': 100}, only_ipv6, virtual=VIRTUAL6)
    killed_ns = pair.a.kill()
    pair.takes_over(pair.b, killed_ns)
    killed_s = pair.silence_s(killed_ns)
    record_property('killed_s', killed_s)
    assert killed_s <= pair.b.master_down_s + KILL_SLACK_S
    pair.a.start()
    pair.a.wait_state('BACKUP')
    # two takeovers within an interval would look like two masters
    wait_for('an interval of B', lambda: len(pair.captures['b'].adverts(killed_ns)) >= 3, 5)
    stopped_ns = pair.b.stop()
    pair.takes_over(pair.a, stopped_ns)
    stopped_s = pair.silence_s(stopped_ns)
    record_property('stopped_s', stopped_s)
    assert stopped_s <= BOW_OUT_S
    pair.check_one_master()
    assert [pair.a.stats()[c] for c in ('sent', 'received', 'drop_auth')] == [0, 0, 0]


def test_two_families(lab, record_property):
    """One vhid of both: killed and stopped, both are there again within the same bounds."""
    pair = make_pair(lab, FAST_A, FAST_B, dual_stack, virtual=VIRTUAL6)
    probe4 = pair.client.probe(lab.virtual)
    probe4.wait_answer(2)
    killed_ns = pair.a.kill()
    pair.takes_over(pair.b, killed_ns)
    killed_s = [pair.silence_s(killed_ns), probe4.settled_ms(killed_ns) / 1e3]
    record_property('killed_s', killed_s)
    assert max(killed_s) <= pair.b.master_down_s + KILL_SLACK_S
    pair.a.start()
    pair.a.wait_state('BACKUP')
    stopped_ns = pair.b.stop()
    pair.takes_over(pair.a, stopped_ns)
    stopped_s = [pair.silence_s(stopped_ns), probe4.settled_ms(stopped_ns) / 1e3]
    record_property('stopped_s', stopped_s)
    assert max(stopped_s) <= BOW_OUT_S
    farewells = [f for f in pair.captures['b'].frames(stopped_ns)
                 if f.ip_protocol == 112 and f.ip_payload[5] == 255]
    assert sorted(f.is_ipv6 for f in farewells) == [False, True]


def test_neighbours_follow(lab):
    """The unsolicited NA moves the switch; a Linux host goes on without asking."""
    pair = make_pair(lab, FAST_A, FAST_B, only_ipv6, virtual=VIRTUAL6)
    since_ns = pair.a.kill()
    pair.takes_over(pair.b, since_ns)
    announced = [f for f in pair.captures['b'].frames(since_ns)
                 if f.neighbour and f.neighbour.type == NA and not f.neighbour.is_answer]
    assert announced
    assert pair.silence_s(since_ns) <= pair.b.master_down_s + KILL_SLACK_S


class Deaf:
    """A, and B behind a cable that may lose the advertisements of IPv6."""

    def __init__(self, lab):
        netns.ip_batch_in(lab.switch, [
            'link add brb type bridge stp_state 0 forward_delay 0 mcast_snooping 0',
            'link set brb up',
            'link add one type veth peer name oner', 'link add two type veth peer name twor',
            'link set one master br0 up', 'link set two master brb up',
            'link set oner up', 'link set twor up'])
        self.relay = Process(lab.switch, [str(BUILD / 'test/func/deafrelay'), 'oner', 'twor',
                                          GROUP_MAC6], lab.folder / 'deafrelay.log')
        lab.processes.append(self.relay)
        self.relay.wait_log('ready', 5)
        self.a: Koi = lab.koi('a', '10.0.0.11', cpus=(0, 1)).configure(**FAST_A)
        self.b: Koi = lab.koi('b', '10.0.0.12', cpus=(1, 0), bridge='brb').configure(**FAST_B)
        for node, state in ((self.a, 'MASTER'), (self.b, 'BACKUP')):
            dual_stack(node)
            node.start()
            node.wait_state(state)

    def set_deaf(self, is_deaf: bool) -> None:
        self.relay.signal(signal.SIGUSR1 if is_deaf else signal.SIGUSR2)


def wait_event(node: Koi, kind: str) -> dict:
    def found() -> list[dict]:
        return [e for e in node.ask('/carp/events,0')['events'].values() if e['type'] == kind]
    return wait_for(kind, found, 1)[0]


def test_one_family_is_silent(lab):
    """The BSDs would flap. koi says so, and stays; and says when it is over."""
    deaf = Deaf(lab)
    before = [node.vhid()['transitions'] for node in (deaf.a, deaf.b)]
    deaf.set_deaf(True)
    wait_for('the silence', lambda: deaf.b.vhid().get('silent_family') == 'IPv6', 3)
    assert wait_event(deaf.b, 'family silent')['vhid'] == '1@lan'
    never('a transition', lambda: [node.vhid()['transitions'] for node in (deaf.a, deaf.b)]
          != before, 2 * deaf.b.master_down_s)
    deaf.set_deaf(False)
    wait_for('both', lambda: 'silent_family' not in deaf.b.vhid(), 3)
    wait_event(deaf.b, 'family heard again')
    deaf.a.kill()
    deaf.b.wait_state('MASTER')
