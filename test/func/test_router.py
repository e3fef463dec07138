# SPDX-License-Identifier: BSD-3-Clause
"""What goes through a pair of routers whose addresses are virtual."""
import socket

import pytest

import netns
from capture import Capture
from frames import echo_request, echo_request6
from nodes import Client
from ping import Ping
from routers import (LAN4, LAN6, SERVER4, SERVER6, WAN6, Routers, drops, hops_of, loses_nothing,
                     own_address, server_address, tell)
from twolan import WAN, wan_port
from vlan import make_hub
from wait import wait_for

pytestmark = pytest.mark.usefixtures('needs_koi')

LAN_MAC = '00:00:5e:00:01:01'


@pytest.fixture
def routers(lab) -> Routers:
    return Routers(lab).start()


def test_ways_through(routers):
    """The gateway is virtual; who tells of a packet's end says its own name."""
    for family in (4, 6):
        server = server_address(family)
        assert loses_nothing(routers.ping(server))
        assert loses_nothing(routers.ping(server, '-s', '1400'))
        told = tell(routers.client, 'traceroute', f'-{family}', '-n', '-q', '1', '-w', '3', server)
        assert hops_of(told) == [own_address('a', 'lan', family), server], told
        told = tell(routers.client, 'tracepath', f'-{family}', '-n', server)
        assert own_address('a', 'lan', family) in told, told
        assert 'pmtu 1500' in told and 'reached' in told, told
    assert LAN_MAC in routers.client.run('ip', 'neighbour', 'show', LAN4)
    assert routers.client.neighbour6(LAN6) == LAN_MAC


# ---------------------------------------------------------------------------------------------
# What cannot be forwarded
# ---------------------------------------------------------------------------------------------

REFUSALS = {
    # what: (IPv4, IPv6), the words of ping for both, and options
    'no route': (('172.16.1.1', 'fd99::1'),
                 ('Destination Net Unreachable', 'Destination unreachable: No route')),
    'nobody there': (('10.1.0.77', 'fd01::77'),
                     ('Destination Host Unreachable', 'Destination unreachable: Address')),
    'time exceeded': ((SERVER4, SERVER6),
                      ('Time to live exceeded', 'Time exceeded: Hop limit'), '-t', '1'),
}


def test_refusals(lab):
    """From the master's own address. The backup gets the same frames and says nothing."""
    make_hub(lab)
    routers = Routers(lab).start()
    heard = [routers.b.capture(), lab.capture(wan_port(routers.b), namespace=lab.switch)]
    for what, (addresses, words, *options) in REFUSALS.items():
        for family, address, word in zip((4, 6), addresses, words):
            told = routers.ping(address, '-W', '8', *options, count=1)
            source = own_address('a', 'lan', family)
            assert f'From {source} icmp_seq=1 {word}' in told, f'{what}: {told}'
    assert drops(routers.b, 'lan', 'drop_ip4_wrong_mac') >= len(REFUSALS)
    assert drops(routers.b, 'lan', 'drop_ip6_wrong_mac') >= len(REFUSALS)
    assert not [f for capture in heard for f in capture.frames() if is_error(f)]


def is_error(frame) -> bool:
    """ICMP, and neither an echo nor neighbour discovery."""
    if frame.ip_protocol == 1:
        return frame.ip_payload[0] not in (0, 8)
    return frame.ip_protocol == 58 and frame.ip_payload[0] < 128


# ---------------------------------------------------------------------------------------------
# MTU
# ---------------------------------------------------------------------------------------------

MTU = 1400


def advertise_whole_mss(server: Client) -> None:
    """As if its link took 1500 octets: that the way is narrower has to be found out."""
    for family, gateway, mss in ((4, '10.1.0.100', 1460), (6, WAN6, 1440)):
        server.run('ip', f'-{family}', 'route', 'replace', 'default', 'via', gateway,
                   'advmss', str(mss))


def learnt_mtu(routers: Routers, address: str) -> bool:
    return f'mtu {MTU}' in routers.client.run('ip', 'route', 'get', address)


def transfer(routers: Routers, address: str, octets: str) -> str:
    routers.serve(5201)
    return tell(routers.client, 'iperf3', '-c', address, '-p', '5201', '-n', octets,
                '--connect-timeout', '3000')


def test_narrow_link(lab):
    """Who sends is told, or the packet is cut."""
    routers = Routers(lab)
    routers.wan_gets('mtu', MTU)
    netns.ip('-n', routers.server.netns, 'link', 'set', 'e0', 'mtu', str(MTU))
    advertise_whole_mss(routers.server)
    routers.start()
    for family, too_big in ((4, f'Frag needed and DF set (mtu = {MTU})'),
                            (6, f'Packet too big: mtu={MTU}')):
        address = server_address(family)
        head = 28 if family == 4 else 48
        assert loses_nothing(routers.ping(address, '-M', 'do', '-s', str(MTU - head), count=1))
        told = routers.ping(address, '-M', 'do', '-s', str(MTU - head + 1), count=1)
        assert f'From {own_address("a", "lan", family)}' in told and too_big in told, told
        assert learnt_mtu(routers, address)
        routers.client.run('ip', f'-{family}', 'route', 'flush', 'cache')
        assert not learnt_mtu(routers, address)
        told = transfer(routers, address, '2M')
        assert 'iperf Done' in told, told
        assert learnt_mtu(routers, address)
    told = tell(routers.client, 'tracepath', '-n', SERVER4)
    assert f'pmtu {MTU}' in told, told


def test_fragments(lab):
    """
    Without DF a long packet arrives in pieces. (Pieces cannot be sent to koi here: af_packet has
    the kernel put them together before.)
    """
    routers = Routers(lab)
    routers.wan_gets('mtu', MTU)
    netns.ip('-n', routers.server.netns, 'link', 'set', 'e0', 'mtu', str(MTU))
    routers.start()
    arriving = lab.capture('e0', namespace=routers.server.netns)
    assert loses_nothing(routers.ping(SERVER4, '-M', 'dont', '-s', '1472', count=2))
    pieces = [len(f.data) - 14 for f in arriving.frames() if f.ip_protocol == 1]
    # 1500 are 1396, as the length of a piece is a multiple of 8, and 124.
    assert pieces == [1396, 124, 1396, 124]
    assert routers.a.ask('/interface/info,lan')['counters']['ip4_fragmented'] == 2


# ---------------------------------------------------------------------------------------------
# To a virtual address on a backup
# ---------------------------------------------------------------------------------------------

def is_echo(f, kind: int) -> bool:
    """kind 8 is a request, of either family."""
    first = f.ip_payload[:1]
    return (f.ip_protocol == 1 and first == bytes([kind]) or
            f.ip_protocol == 58 and first == bytes([128 if kind == 8 else 129]))


def test_virtual_address_on_a_backup(routers):
    """From the other side it goes on to the master, by the virtual MAC."""
    b = routers.b
    leaving = b.capture()
    for family, virtual in ((4, LAN4), (6, LAN6)):
        routers.server.run('ip', f'-{family}', 'route', 'add', virtual, 'via',
                           own_address('b', 'wan', family))
        told = tell(routers.server, 'ping', '-n', '-c', '2', '-i', '0.1', '-W', '3', virtual)
        assert loses_nothing(told), told
        passed = [f for f in leaving.frames() if is_echo(f, 8) and f.ip_destination == virtual]
        assert [f.destination for f in passed] == [LAN_MAC] * 2
    told = b.ask('/interface/info,wan')['counters']
    assert told['ip4_forwarded'] + told['ip4_unresolved'] == 2
    assert b.ask(f'/fwd/route,{LAN4}')['role'] == 'BACKUP'


def test_virtual_address_from_its_own_side(routers):
    """It would go back to where it came from, and then again."""
    b, client = routers.b, routers.client
    leaving = b.capture()
    client.send(*(echo_request(b.mac, client.mac, client.address, LAN4, 7, n) for n in range(3)),
                *(echo_request6(b.mac, client.mac, client.address6, LAN6, 7, n) for n in range(3)))
    for family in (4, 6):
        reason = f'drop_ip{family}_back_to_master'
        wait_for(reason, lambda: drops(b, 'lan', reason) == 3, 3)
    assert not [f for f in leaving.frames() if is_echo(f, 8)]


# ---------------------------------------------------------------------------------------------
# Routes
# ---------------------------------------------------------------------------------------------

FAR4, FAR6 = '172.16.9.9', 'fd16::9'


def reach(server: Client, *addresses: str) -> None:
    """The server is these, too."""
    for address in addresses:
        server.run('ip', 'address', 'add', address, 'dev', 'lo', 'nodad')


def use_ipv6_on_lo(server: Client) -> None:
    netns.write_sysctls(server.netns, {'net/ipv6/conf/lo/disable_ipv6': '0'})


ROUTES = [
    {'prefix': '172.16.0.0/16', 'via': SERVER4}, {'prefix': 'fd16::/32', 'via': SERVER6},
    {'prefix': '172.16.66.0/24', 'blackhole': True},
    {'prefix': 'fd16:0:66::/48', 'blackhole': True},
]
MORE = [{'prefix': '172.17.0.0/16', 'via': SERVER4}, {'prefix': 'fd17::/32', 'via': SERVER6}]
MORE4, MORE6 = '172.17.0.1', 'fd17::1'


def test_routes(lab):
    """By a gateway, to nowhere, and one that comes and goes while others are in use."""
    routers = Routers(lab)
    use_ipv6_on_lo(routers.server)
    reach(routers.server, FAR4, FAR6, MORE4, MORE6)
    routers.both_get('routes', ROUTES)
    routers.start()
    for address in (FAR4, FAR6):
        assert loses_nothing(routers.ping(address))
    for family, address in ((4, '172.16.66.1'), (6, 'fd16:0:66::1')):
        assert '100% packet loss' in routers.ping(address, '-W', '0.2', count=2)
        assert drops(routers.a, 'lan', f'drop_ip{family}_blackhole') == 2

    pings = [Ping(routers.client, address) for address in (FAR4, FAR6)]
    for routes, works in ((ROUTES + MORE, True), (ROUTES, False)) * 2:
        routers.a.config['routes'] = routes
        routers.a.reload()
        for address in (MORE4, MORE6):
            assert loses_nothing(routers.ping(address, count=1)) == works
    for ping in pings:
        assert ping.stop() == set()


def test_equal_cost(lab):
    """Both gateways are used, and each flow has one of them."""
    routers = Routers(lab)
    second = Client(lab, 's2', '10.1.0.201', bridge=WAN).use_ipv6('fd01::201')
    routers.both_get('routes', [
        {'prefix': '172.16.0.0/16', 'via': [SERVER4, second.address]},
        {'prefix': 'fd16::/32', 'via': [SERVER6, second.address6]}])
    routers.start()
    heard = {host.name: lab.capture('e0', namespace=host.netns)
             for host in (routers.server, second)}
    ports = range(20000, 20032)
    for address in (FAR4, FAR6):
        send_flows(routers.client, address, ports, 4)
        by = wait_for('all of them', lambda: arrived(heard, address, len(ports) * 4), 5)
        assert set(by) == set(ports)
        assert all(len(hosts) == 1 for hosts in by.values()), by
        assert {host for hosts in by.values() for host in hosts} == set(heard)


def send_flows(client: Client, address: str, ports: range, each: int) -> None:
    """UDP to the discard port."""
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    for port in ports:
        with netns.entered(client.netns):
            s = socket.socket(family, socket.SOCK_DGRAM)
        with s:
            s.bind(('', port))
            for _ in range(each):
                s.sendto(b'koi', (address, 9))


def arrived(heard: dict[str, Capture], address: str, count: int) -> dict[int, set[str]] | None:
    """Who got which source port, once there are so many datagrams."""
    found = [(int.from_bytes(f.ip_payload[:2], 'big'), name) for name, capture in heard.items()
             for f in capture.frames() if f.ip_protocol == 17 and f.ip_destination == address]
    if len(found) < count:
        return None
    by: dict[int, set[str]] = {}
    for port, name in found:
        by.setdefault(port, set()).add(name)
    return by
