# SPDX-License-Identifier: BSD-3-Clause
"""Next hops on a link: asked for, kept, lost, and never asked for in a name that is not ours.

    client 10.0.0.128 ── br0 ── koi ── brwan 10.1.0.0/16 ── server 10.1.0.200
           fd00::1:0                         fd01::/64             fd01::200
"""
import ipaddress
import struct
import time

import pytest

import netns
from frames import checksum
from lab import Lab
from nodes import Client, Koi
from twolan import WAN, add_wan, configure_two, plug_wan, wan_port
from wait import wait_for

pytestmark = pytest.mark.usefixtures('needs_koi')

SERVER = '10.1.0.200'
SERVER6 = 'fd01::200'
NOBODY = '10.1.0.77'
VIRTUAL_MAC = '00:00:5e:00:01:01'


class Router:
    """One koi between two LANs, a client and a server."""

    def __init__(self, lab: Lab, *, skew: int = 26, addresses: bool = True):
        self.lab = lab
        add_wan(lab)
        self.koi = self.add_koi('k', 11, skew, addresses=addresses)
        self.client = lab.client()
        self.server = Client(lab, 'sv', SERVER, bridge=WAN)
        self.client.run('ip', 'route', 'add', '10.1.0.0/16', 'via', '10.0.0.100')
        self.server.run('ip', 'route', 'add', '10.0.0.0/24', 'via', '10.1.0.100')

    def add_koi(self, name: str, host: int, skew: int, *, addresses: bool = True) -> Koi:
        koi = Koi(self.lab, name, f'10.0.0.{host}')
        plug_wan(koi)
        configure_two(koi, host, skew)
        koi.config['interfaces'][1]['addresses'] = [f'10.1.0.{host}/16'] if addresses else []
        koi.config['vhids'][1]['addresses'] = ['10.1.0.100/16']
        return koi

    def start(self) -> 'Router':
        self.koi.start()
        for vhid in '1@lan', '2@wan':
            wait_for(f'{vhid} to be MASTER',
                     lambda: self.koi.ask(f'/carp/vhid,{vhid}')['state'] == 'MASTER', 5)
        return self

    def neighbour(self, address: str) -> dict:
        table = self.koi.ask('/neigh/table,wan')['neighbours'].values()
        return next((n for n in table if n['address'] == address), {'state': 'none'})

    def stats(self) -> dict:
        return self.koi.ask('/neigh/stats')

    def wait_state(self, address: str, *states: str, seconds: float = 3) -> dict:
        wait_for(f'{address} to be {states}, not {self.neighbour(address)}',
                 lambda: self.neighbour(address)['state'] in states, seconds)
        return self.neighbour(address)

    def ping(self, address: str = SERVER, count: int = 1, seconds: int = 2) -> str:
        return self.client.run('sh', '-c',
                               f'ping -n -c {count} -W {seconds} -i 0.2 {address} || true')


@pytest.fixture
def router(lab):
    return Router(lab).start()


def arp_of(capture, target: str) -> list:
    """Requests for an address: who sent them to whom, in whose name."""
    wanted = ipaddress.ip_address(target).packed
    frames = [f.data for f in capture.frames() if f.data[12:14] == b'\x08\x06']
    return [(f[0:6].hex(':'), f[6:12].hex(':'), str(ipaddress.ip_address(f[28:32])))
            for f in frames if f[20:22] == b'\0\1' and f[38:42] == wanted]


def packet(router: Router, destination: str) -> bytes:
    """UDP to the discard port, by the virtual MAC."""
    head = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 28, 1, 0, 64, 17, 0,
                       ipaddress.ip_address(router.client.address).packed,
                       ipaddress.ip_address(destination).packed)
    head = head[:10] + struct.pack('!H', checksum(head)) + head[12:]
    mac = bytes.fromhex(VIRTUAL_MAC.replace(':', ''))
    source = bytes.fromhex(router.client.mac.replace(':', ''))
    return mac + source + b'\x08\0' + head + struct.pack('!HHHH', 9, 9, 8, 0)


def test_packet_waits_for_the_answer(router):
    """Not even the first one is lost."""
    assert ' 0% packet loss' in router.ping()
    entry = router.wait_state(SERVER, 'reachable')
    assert entry['mac'] == router.server.mac
    router.ping()
    wait_for('its use to be seen', lambda: 'used_age_ms' in router.neighbour(SERVER), 3)
    counters = router.stats()['counters']
    assert counters['held_sent'] >= 1
    assert counters['drop_held_expired'] == 0
    assert router.stats()['held'] == 0


def test_one_in_use_is_probed_by_unicast(router):
    """What is known by hearsay is used, and asked whether it is true."""
    capture = router.lab.capture(wan_port(router.koi), namespace=router.lab.switch)
    router.server.run('ping', '-n', '-c', '1', '10.1.0.100')
    assert router.wait_state(SERVER, 'stale', 'reachable')['state'] == 'stale'
    # The kernel has said where it is; it must not be asked in between.
    assert ' 0% packet loss' in router.ping()
    router.wait_state(SERVER, 'delay')
    router.wait_state(SERVER, 'reachable', seconds=8)
    asked = arp_of(capture, SERVER)
    assert asked and all(to == router.server.mac for to, _, _ in asked), asked
    assert {name for _, _, name in asked} == {'10.1.0.11'}


def test_change_of_mac_is_followed(router):
    """Somebody else has the address now and says so to everybody."""
    router.ping()
    router.wait_state(SERVER, 'reachable')
    other = '02:00:00:00:77:01'
    netns.ip('-n', router.server.netns, 'link', 'set', 'e0', 'address', other)
    raw = ipaddress.ip_address(SERVER).packed
    mac = bytes.fromhex(other.replace(':', ''))
    router.server.send(b'\xff' * 6 + mac + bytes.fromhex('08060001080006040001') + mac + raw +
                       bytes(6) + raw)
    wait_for('the new MAC', lambda: router.neighbour(SERVER).get('mac') == other, 2)
    assert ' 0% packet loss' in router.ping()


def test_one_that_moved_without_a_word_is_found_again(router):
    """Probes go unanswered, then everybody is asked."""
    router.server.run('ping', '-n', '-c', '1', '10.1.0.100')
    router.wait_state(SERVER, 'stale')
    netns.write_sysctls(router.server.netns, {'net/ipv4/conf/e0/arp_notify': '0'})
    netns.ip('-n', router.server.netns, 'link', 'set', 'e0', 'address', '02:00:00:00:77:02')
    router.server.run('ip', 'neighbour', 'replace', '10.1.0.100', 'dev', 'e0', 'lladdr',
                      '00:00:5e:00:01:02', 'nud', 'permanent')
    router.ping()
    router.wait_state(SERVER, 'probe', seconds=8)
    wait_for('the new MAC', lambda: router.neighbour(SERVER).get('mac') == '02:00:00:00:77:02', 8)
    assert ' 0% packet loss' in router.ping()


def test_sender_is_told_of_one_that_does_not_answer(router):
    """After three requests; then at once, and without more requests."""
    capture = router.lab.capture(wan_port(router.koi), namespace=router.lab.switch)
    router.ping(NOBODY)
    router.wait_state(NOBODY, 'failed', seconds=5)
    assert 'Destination Host Unreachable' in router.ping(NOBODY)
    asked = arp_of(capture, NOBODY)
    assert len(asked) == 3, asked
    assert all(to == 'ff:ff:ff:ff:ff:ff' for to, _, _ in asked)
    counters = router.stats()['counters']
    assert counters['failures'] == 1
    assert counters['drop_held_unreachable'] + counters['drop_held_expired'] >= 1
    wait_for('it to be forgotten', lambda: router.neighbour(NOBODY)['state'] == 'none', 6)


def test_clean_stop_while_packets_wait(router):
    """Frames of a port are given back before its pool goes."""
    router.client.send(packet(router, NOBODY), packet(router, '10.1.0.78'))
    wait_for('packets that wait', lambda: router.stats()['held'] == 2, 2)
    router.koi.stop()


def test_scan_exhausts_nothing(router):
    """65,000 addresses, nobody there: who answers stays, and so does the election."""
    router.ping()
    router.wait_state(SERVER, 'reachable')
    before = router.koi.ask('/carp/vhid,1@lan')
    frames = [packet(router, f'10.1.{1 + n // 250}.{1 + n % 250}') for n in range(62000)]
    blast = router.client.blast(frames, 4)
    worst = 0
    while blast.poll() is None:
        stats = router.stats()
        worst = max(worst, stats['states']['incomplete'] + stats['states']['failed'])
        assert ' 0% packet loss' in router.ping(seconds=5)
        time.sleep(0.2)
    assert 100 < worst <= 1024
    assert router.neighbour(SERVER)['mac'] == router.server.mac
    assert router.stats()['held'] <= 512
    after = router.koi.ask('/carp/vhid,1@lan')
    assert (after['state'], after['transitions']) == ('MASTER', before['transitions'])
    wait_for('what was held to be let go', lambda: router.stats()['held'] == 0, 6)
    wait_for('the failures to be forgotten',
             lambda: router.stats()['states']['failed'] == 0, 12)


def test_backup_asks_in_its_own_name(router):
    """A packet to the backup's own MAC is forwarded, too; but it is not the virtual address."""
    backup = router.add_koi('b', 12, 100)
    backup.start()
    wait_for('the backup', lambda: backup.ask('/carp/vhid,2@wan')['state'] == 'BACKUP', 5)
    capture = router.lab.capture(wan_port(backup), namespace=router.lab.switch)
    mac = bytes.fromhex(backup.mac.replace(':', ''))
    frame = mac + packet(router, NOBODY)[6:]
    for _ in range(5):
        router.client.send(frame)
        time.sleep(0.3)
    asked = wait_for('requests', lambda: arp_of(capture, NOBODY), 3)
    wan_mac = backup.run('cat', '/sys/class/net/e1/address').strip()
    assert {(mac, name) for _, mac, name in asked} == {(wan_mac, '10.1.0.12')}


def test_master_without_an_own_address_asks_as_the_virtual_one(lab):
    """... and as BACKUP not at all."""
    router = Router(lab, addresses=False).start()
    capture = lab.capture(wan_port(router.koi), namespace=lab.switch)
    assert ' 0% packet loss' in router.ping()
    assert {(mac, name) for _, mac, name in arp_of(capture, SERVER)} == {
        ('00:00:5e:00:01:02', '10.1.0.100')}
    backup = router.add_koi('b', 12, 100, addresses=False)
    backup.start()
    wait_for('the backup', lambda: backup.ask('/carp/vhid,2@wan')['state'] == 'BACKUP', 5)
    silent = lab.capture(wan_port(backup), namespace=lab.switch)
    mac = bytes.fromhex(backup.mac.replace(':', ''))
    for _ in range(3):
        router.client.send(mac + packet(router, NOBODY)[6:])
        time.sleep(0.5)
    wait_for('requests that cannot be sent',
             lambda: backup.ask('/neigh/stats')['counters']['requests_without_source'] >= 2, 4)
    assert not arp_of(silent, NOBODY)


def test_static_neighbour_is_not_asked(lab):
    """It has its MAC from the start, whatever it says."""
    router = Router(lab)
    router.koi.config['neighbors'] = [
        {'interface': 'wan', 'address': SERVER, 'mac': router.server.mac}]
    router.start()
    capture = lab.capture(wan_port(router.koi), namespace=lab.switch)
    entry = router.neighbour(SERVER)
    assert (entry['state'], entry['pinned'], entry['mac']) == ('static', 1, router.server.mac)
    assert ' 0% packet loss' in router.ping()
    assert not arp_of(capture, SERVER)
    del router.koi.config['neighbors']
    router.koi.reload()
    assert router.neighbour(SERVER)['state'] in ('stale', 'delay')
    assert router.neighbour(SERVER)['pinned'] == 0


def test_gateway_is_resolved_before_it_is_needed(lab):
    """... and kept so; one that comes by a reload, too."""
    router = Router(lab)
    router.koi.config['routes'] = [{'prefix': '10.9.0.0/16', 'via': SERVER}]
    router.start()
    entry = router.wait_state(SERVER, 'reachable')
    assert entry['pinned'] == 1
    router.client.run('ip', 'route', 'add', '10.9.0.0/16', 'via', '10.0.0.100')
    netns.ip('-n', router.server.netns, 'address', 'add', '10.9.0.1/32', 'dev', 'e0')
    capture = lab.capture(wan_port(router.koi), namespace=lab.switch)
    assert ' 0% packet loss' in router.ping('10.9.0.1')
    assert not arp_of(capture, SERVER)
    router.koi.config['routes'].append({'prefix': '10.8.0.0/16', 'via': NOBODY})
    router.koi.reload()
    assert router.wait_state(NOBODY, 'incomplete', 'failed')['pinned'] == 1
    router.koi.config['routes'] = []
    router.koi.reload()
    wait_for('the gateway to be forgotten',
             lambda: router.neighbour(NOBODY)['state'] == 'none', 10)
    assert router.neighbour(SERVER)['pinned'] == 0


def use_ipv6(router: Router) -> None:
    """The same in IPv6, before koi starts."""
    lan, wan = router.koi.config['interfaces']
    lan['addresses'].append('fd00::11/64')
    wan['addresses'].append('fd01::11/64')
    for vhid, address in zip(router.koi.config['vhids'], ('fd00::100/64', 'fd01::100/64')):
        vhid['addresses'].append(address)
    router.client.use_ipv6()
    router.server.use_ipv6(SERVER6)
    router.client.run('ip', '-6', 'route', 'add', 'fd01::/64', 'via', 'fd00::100')
    router.server.run('ip', '-6', 'route', 'add', 'fd00::/64', 'via', 'fd01::100')


def solicitations_of(capture, target: str) -> list[tuple[str, str]]:
    """For an address: to which MAC, and as whom."""
    wanted = ipaddress.ip_address(target).packed
    return [(f.data[0:6].hex(':'), str(ipaddress.ip_address(f.data[22:38])))
            for f in capture.frames() if f.data[12:14] == b'\x86\xdd' and
            f.data[54:55] == b'\x87' and f.data[62:78] == wanted]


def test_ipv6_neighbour_is_asked_for_and_probed(lab):
    """By multicast, then by unicast, always in an own name."""
    router = Router(lab)
    use_ipv6(router)
    router.start()
    capture = lab.capture(wan_port(router.koi), namespace=lab.switch)
    wait_for('own addresses',
             lambda: router.koi.ask('/interface/info,wan')['tentative_addresses'] == 0, 4)
    assert ' 0% packet loss' in router.ping(SERVER6, count=3)
    entry = router.wait_state(SERVER6, 'reachable')
    assert (entry['family'], entry['mac']) == ('ipv6', router.server.mac)
    # The kernel asks with its own MAC in the question: it has moved, by hearsay.
    other = '02:00:00:00:77:06'
    netns.ip('-n', router.server.netns, 'link', 'set', 'e0', 'address', other)
    router.server.run('ping', '-6', '-n', '-c', '1', 'fd01::11')
    wait_for('the new MAC', lambda: router.neighbour(SERVER6).get('mac') == other, 3)
    assert ' 0% packet loss' in router.ping(SERVER6)
    router.wait_state(SERVER6, 'reachable', seconds=9)
    asked = solicitations_of(capture, SERVER6)
    assert asked[0] == ('33:33:ff:00:02:00', 'fd01::11')
    assert {name for _, name in asked} == {'fd01::11'}
    assert ' 0% packet loss' in router.ping(SERVER6)
