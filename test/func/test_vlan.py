# SPDX-License-Identifier: BSD-3-Clause
"""802.1Q sub-interfaces: the same vhid, and so the same virtual MAC, with a role in each VLAN."""
import time

import pytest

from advert import virtual_mac
from frames import ARP_REPLY, BROADCAST, Frame, arp_request, echo_request, ethernet, tagged
from lab import Lab
from nodes import SECRET, Client, Koi
from test_takeover import is_arp_reply, is_echo_reply
from vlan import add_vlan, address_in, configure_vlans, interface_of, make_hub
from wait import never, wait_for

pytestmark = pytest.mark.usefixtures('needs_koi')

VLANS = (0, 100, 200)
# A has the address of VLAN 100 only when B is gone, B the others only when A is gone.
SKEWS_A = {0: 26, 100: 52, 200: 26}
SKEWS_B = {0: 52, 100: 26, 200: 52}
MASTER_OF = {0: 'a', 100: 'b', 200: 'a'}


class Scene:
    def __init__(self, lab: Lab):
        self.lab = lab
        make_hub(lab)
        bridges = {vid: add_vlan(lab, vid) if vid else 'br0' for vid in VLANS}
        self.a: Koi = configure_vlans(lab.koi('a', '10.0.0.11', cpus=(0, 1)), 11, SKEWS_A,
                                      preempt=True)
        self.b: Koi = configure_vlans(lab.koi('b', '10.0.0.12', cpus=(1, 0)), 12, SKEWS_B,
                                      preempt=True)
        self.clients = {vid: lab.client(f'c{vid}', address_in(vid, 128), bridge=bridge)
                        for vid, bridge in bridges.items()}
        self.captures = {vid: lab.capture('e0', namespace=client.netns)
                         for vid, client in self.clients.items()}

    def start(self) -> 'Scene':
        for node in (self.a, self.b):
            node.start(wait=False)
        for vid, name in MASTER_OF.items():
            master, backup = (self.a, self.b) if name == 'a' else (self.b, self.a)
            master.process.wait_log('koi: ready:', 5)
            master.wait_state('MASTER', vhid=f'1@{interface_of(vid)}')
            backup.wait_state('BACKUP', vhid=f'1@{interface_of(vid)}')
        return self

    def heard(self, vid: int, since_ns: int) -> list[Frame]:
        """What a host of the VLAN hears: what is tagged still is for others."""
        return [f for f in self.captures[vid].frames(since_ns) if f.vid == 0]

    def adverts(self, vid: int, since_ns: int) -> list[Frame]:
        return [f for f in self.heard(vid, since_ns) if f.ip_protocol == 112]


@pytest.fixture
def scene(lab) -> Scene:
    return Scene(lab).start()


def test_roles(scene):
    """Each VLAN hears one master, with the host's address there, and nothing of the others."""
    since_ns = time.time_ns()
    masters = {0: 11, 100: 12, 200: 11}
    for vid, host in masters.items():
        wait_for(f'adverts in {vid}', lambda: len(scene.adverts(vid, since_ns)) > 2, 2)
        heard = {(f.ip_source, f.source) for f in scene.adverts(vid, since_ns)}
        assert heard == {(address_in(vid, host), virtual_mac(1))}
    for node in (scene.a, scene.b):
        assert [node.stats()[c] for c in ('drop_auth', 'drop_vhid', 'drop_ttl')] == [0, 0, 0]


@pytest.mark.parametrize('host', [100, 11, 12])
def test_answers(scene, host):
    """ARP and echo in each VLAN, for the virtual address and for each node's own."""
    for vid, client in scene.clients.items():
        address = address_in(vid, host)
        told = client.ask(arp_request(client.mac, client.address, address), is_arp_reply(address))
        mac = told.arp.sender_mac
        if host == 100:
            assert mac == virtual_mac(1)
        client.ask(echo_request(mac, client.mac, client.address, address, 7, vid),
                   is_echo_reply(address, vid))
        asked = [f.arp for f in client._listen.frames() if f.arp and f.arp.op == ARP_REPLY]
        assert {a.sender for a in asked} == {address}


def test_failover(scene, record_property):
    """B dies: A takes over in VLAN 100, announces there and nowhere else, and loses no probe."""
    probes = {vid: client.probe(address_in(vid, 100)) for vid, client in scene.clients.items()}
    for probe in probes.values():
        probe.wait_answer(3)
    before = {vid: scene.a.vhid(f'1@{interface_of(vid)}')['transitions'] for vid in VLANS}
    killed_ns = scene.b.kill()
    scene.a.wait_state('MASTER', vhid='1@lan.100')
    probes[100].wait_answer(2)
    gap = wait_for('the gap', lambda: probes[100].longest('icmp', killed_ns), 2)
    record_property('silent_ms', gap.silent_ms)
    # A waits for the master-down time of its own skew
    assert gap.silent_ms < 3e3 * SKEWS_A[100] / 256 + 50
    for vid in VLANS:
        announced = [f for f in scene.heard(vid, killed_ns) if f.arp
                     and f.destination == BROADCAST and f.arp.sender == address_in(100, 100)]
        assert {f.source for f in announced} == ({virtual_mac(1)} if vid == 100 else set())
    for vid in (0, 200):
        assert not probes[vid].gaps(killed_ns)
        assert scene.a.vhid(f'1@{interface_of(vid)}')['transitions'] == before[vid]


def drops(koi: Koi, interface: str, reason: str) -> int:
    return koi.ask(f'/interface/info,{interface}')['drops_by_reason'][reason]


@pytest.fixture
def alone(lab) -> tuple[Koi, Client]:
    """A koi with VLAN 100, and a client that sends what it likes."""
    koi = configure_vlans(lab.koi('a', '10.0.0.11'), 11, {0: 26, 100: 26})
    client = lab.client()
    koi.start()
    for name in ('1@lan', '1@lan.100'):
        koi.wait_state('MASTER', vhid=name)
    return koi, client


def fence(client: Client) -> None:
    """What was sent before has been handled."""
    client.ask(arp_request(client.mac, client.address, '10.0.0.11'), is_arp_reply('10.0.0.11'))


def test_unknown_vlan(alone):
    koi, client = alone
    request = arp_request(client.mac, client.address, '10.0.0.100')
    before = drops(koi, 'lan', 'drop_vlan')
    client.send(*(tagged(request, vid) for vid in (1, 99, 101, 4094, 4095)))
    fence(client)
    assert drops(koi, 'lan', 'drop_vlan') == before + 5


@pytest.mark.parametrize('priority', [0, 7])
def test_priority_tag(alone, priority):
    """A tag without a VLAN is a priority: the frame belongs to the untagged interface."""
    _, client = alone
    request = arp_request(client.mac, client.address, '10.0.0.100')

    def answered(f: Frame) -> bool:
        return is_arp_reply('10.0.0.100')(f) and f.vid == 0
    client.ask(tagged(request, 0, priority), answered)


def test_priority_in_a_vlan(alone):
    """The priority does not decide where a frame belongs; the answer is in the same VLAN."""
    koi, client = alone
    capture = koi.capture()
    request = arp_request(client.mac, address_in(100, 128), address_in(100, 100))
    since_ns = client.send(tagged(request, 100, priority=5))
    answer = wait_for('an answer',
                      lambda: capture.first(is_arp_reply(address_in(100, 100)), since_ns), 1)
    assert answer.vid == 100


def test_double_tag(alone):
    koi, client = alone
    capture = koi.capture()
    request = arp_request(client.mac, address_in(100, 128), address_in(100, 100))
    before = drops(koi, 'lan.100', 'drop_ethertype')
    since_ns = client.send(tagged(tagged(request, 100), 100), tagged(tagged(request, 0), 100),
                           tagged(tagged(request, 300), 100))
    fence(client)
    assert drops(koi, 'lan.100', 'drop_ethertype') == before + 3
    assert not capture.answers(address_in(100, 100), since_ns)


def test_short_frames(alone):
    """Tags with little or nothing behind them: no answer, no damage, and each is counted.

    The kernel itself drops a tag without two octets after the type that it carries.
    """
    koi, client = alone
    capture = koi.capture()
    request = tagged(arp_request(client.mac, address_in(100, 128), address_in(100, 100)), 100)
    echo = tagged(echo_request(virtual_mac(1), client.mac, address_in(100, 128),
                               address_in(100, 100), 1, 1), 100)
    whole = len(request)
    cuts = [request[:n] for n in range(20, whole)] + [echo[:n] for n in range(20, 46)]
    before = koi.ask('/interface/info,lan.100')['drops']
    since_ns = client.send(*cuts)
    fence(client)
    assert not capture.answers(address_in(100, 100), since_ns)
    assert koi.ask('/interface/info,lan.100')['drops'] == before + len(cuts)
    assert koi.process.is_alive


def test_untagged_for_a_vlan_address(alone):
    """An address of the VLAN is asked for without a tag, and the other way round: silence."""
    _, client = alone
    capture = client.lab.capture('e0', namespace=client.netns)
    since_ns = client.send(
        arp_request(client.mac, client.address, address_in(100, 100)),
        tagged(arp_request(client.mac, client.address, '10.0.0.100'), 100),
        ethernet(virtual_mac(1), client.mac, 0x88b5, b'not for anybody'))
    fence(client)
    never('an answer', lambda: capture.answers(address_in(100, 100), since_ns) or
          capture.answers('10.0.0.100', since_ns), 0.1)


def test_ucarp(lab):
    """ucarp, which knows no VLANs, and koi behind a tag share an address; each takes over."""
    make_hub(lab)
    bridge = add_vlan(lab, 100)
    virtual = address_in(100, 100)
    koi = configure_vlans(lab.koi('k', '10.0.0.11'), 11, {0: 26, 100: 0}, preempt=True)
    koi.config['vhids'][1] |= {'advbase': 1, 'pass': SECRET}
    ucarp = lab.ucarp('u', address_in(100, 13), virtual=virtual, bridge=bridge)
    ucarp.configure(advskew=100, preempt=True).start()
    client = lab.client('c', address_in(100, 128), bridge=bridge)
    probe = client.probe(virtual)
    ucarp.wait_state('MASTER')
    probe.wait_answer(2)
    koi.start()
    koi.wait_state('MASTER', 5, vhid='1@lan.100')
    ucarp.wait_state('BACKUP')
    assert koi.stats()['drop_auth'] == 0
    stopped_ns = koi.stop()
    ucarp.wait_state('MASTER')
    probe.wait_answer(2, stopped_ns)
