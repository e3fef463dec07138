# SPDX-License-Identifier: BSD-3-Clause
"""The FreeBSD handbook's three hosts: two with an address each, a third that backs up both."""
import time

import pytest

from frames import arp_request
from masters import assert_one_master
from nodes import SECRET, Koi
from test_takeover import is_arp_reply
from wait import never, wait_for

pytestmark = [pytest.mark.usefixtures('needs_koi'), pytest.mark.serial]

ADDRESS = {1: '10.0.0.100', 2: '10.0.0.101'}
NAME = {1: '1@lan', 2: '2@lan'}
# With advbase 0 a skew of 100 would be slower than the others' patience: half of the usual ratio.
SKEW = 26
BACKUP_SKEW = 52
TAKEOVER_S = 3 * BACKUP_SKEW / 256


class Hosts:
    def __init__(self, lab):
        self.lab = lab
        self.a: Koi = lab.koi('a', '10.0.0.11', cpus=(0, 1)).configure()
        self.b: Koi = lab.koi('b', '10.0.0.12', cpus=(1, 0)).configure()
        self.provider: Koi = lab.koi('p', '10.0.0.13', cpus=(0, 1)).configure()
        self.set_vhids(self.a, {1: SKEW})
        self.set_vhids(self.b, {2: SKEW})
        self.set_vhids(self.provider, {1: BACKUP_SKEW, 2: BACKUP_SKEW})
        self.captures = [node.capture() for node in (self.a, self.b, self.provider)]
        self.client = lab.client('cl', '10.0.0.128')
        for node in (self.a, self.b):
            node.start()
        self.a.wait_state('MASTER', vhid=NAME[1])
        self.b.wait_state('MASTER', vhid=NAME[2])
        self.provider.start()
        self.expect(first='a', second='b')
        # the 64 addresses above its own are a probe's, and a client has one of them
        self.probes = {1: self.client.probe(ADDRESS[1]),
                       2: lab.client('cm', '10.0.0.30').probe(ADDRESS[2])}
        for probe in self.probes.values():
            probe.wait_answer(2)

    @staticmethod
    def set_vhids(node: Koi, skews: dict[int, int]) -> None:
        node.config['vhids'] = [
            {'interface': 'lan', 'vhid': vhid, 'advbase': 0, 'advskew': skew, 'pass': SECRET,
             'addresses': [f'{ADDRESS[vhid]}/24']} for vhid, skew in skews.items()]

    def expect(self, *, first: str, second: str) -> None:
        """Who has which; the others that know the vhid and run are its backups."""
        owner = {1: (self.a, first), 2: (self.b, second)}
        for vhid, (host, master) in owner.items():
            states = {True: 'MASTER', False: 'BACKUP'}
            self.provider.wait_state(states[master == 'p'], 3, vhid=NAME[vhid])
            if host.is_running:
                host.wait_state(states[master != 'p'], 3, vhid=NAME[vhid])

    def silent_ms(self, vhid: int, since_ns: int) -> float:
        return self.probes[vhid].settled_ms(since_ns)

    def check(self) -> None:
        for address in ADDRESS.values():
            assert_one_master(self.captures, address, SKEW / 256)


@pytest.fixture
def hosts(lab) -> Hosts:
    return Hosts(lab)


def nudge(hosts: Hosts, vhid: int) -> int:
    """Down and up on the provider; the time it began."""
    at_ns = time.time_ns()
    for word in ('down', 'up'):
        done = hosts.provider.koictl('vhid', NAME[vhid], word)
        assert done.returncode == 0, done.stderr
    return at_ns


def test_each_failure_and_return(hosts, record_property):
    """The provider takes over, keeps the address on return, and gives it back when told to."""
    order = [(1, hosts.a, {'first': 'p', 'second': 'b'}),
             (2, hosts.b, {'first': 'a', 'second': 'p'})]
    for vhid, host, failed in order:
        other = 3 - vhid
        before_ns = time.time_ns()
        killed_ns = host.kill()
        hosts.expect(**failed)
        silent_ms = hosts.silent_ms(vhid, killed_ns)
        record_property(f'taken_{vhid}_ms', silent_ms)
        assert silent_ms < 1e3 * TAKEOVER_S + 100

        host.start()
        hosts.expect(**failed)
        never('it comes back by itself', lambda: host.state_of(NAME[vhid]) != 'BACKUP', 0.5)
        nudged_ns = nudge(hosts, vhid)
        hosts.expect(first='a', second='b')
        # the probes are 1 ms apart: at most one may find nobody
        assert hosts.silent_ms(vhid, nudged_ns) < 3
        assert hosts.silent_ms(other, before_ns) == 0
    hosts.check()


def test_both_fail(hosts):
    """The provider has both, and answers for both from both virtual MACs."""
    for host in (hosts.a, hosts.b):
        host.kill()
    hosts.expect(first='p', second='p')
    client = hosts.client
    macs = {vhid: client.ask(arp_request(client.mac, client.address, address),
                             is_arp_reply(address)).arp.sender_mac
            for vhid, address in ADDRESS.items()}
    assert macs == {1: '00:00:5e:00:01:01', 2: '00:00:5e:00:01:02'}
    hosts.check()


def test_provider_fails(hosts):
    """Nobody notices, neither when it goes nor when it returns."""
    since_ns = time.time_ns()
    hosts.provider.kill()
    hosts.provider.start()
    hosts.expect(first='a', second='b')
    hosts.provider.stop()
    hosts.provider.start()
    hosts.expect(first='a', second='b')
    wait_for('time', lambda: time.time_ns() > since_ns + TAKEOVER_S * 1e9, 3)
    assert [hosts.silent_ms(vhid, since_ns) for vhid in (1, 2)] == [0, 0]
    hosts.check()


def test_nudge_without_another(hosts):
    """Down leaves the address to whoever is there; up comes back as backup."""
    hosts.a.kill()
    hosts.expect(first='p', second='b')
    done = hosts.provider.koictl('vhid', NAME[1], 'down')
    assert done.returncode == 0, done.stderr
    hosts.provider.wait_state('INIT', 2, vhid=NAME[1])
    assert hosts.provider.koictl('vhid', NAME[1], 'up').returncode == 0
    hosts.provider.wait_state('MASTER', 3, vhid=NAME[1])
