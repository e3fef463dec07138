# SPDX-License-Identifier: BSD-3-Clause
"""Router advertisements: the master is everybody's default router, and a takeover changes nothing."""
import re
import struct
import subprocess
import time

import pytest

import netns
from advert import virtual_mac
from frames import ALL_NODES, ICMPV6, Frame, ethernet, group_mac6, icmpv6, lladdr
from ipv6 import dual_stack
from wait import wait_for

pytestmark = pytest.mark.usefixtures('needs_koi')

ROUTER = 'fe80::5e:1'
FAST = {'advbase': 0, 'advskew': 26}
SLOW = {'advbase': 0, 'advskew': 60}
RS = 133
RA = 134
ADVERTISED = {
    'interval_s': 4, 'lifetime_s': 1200, 'preference': 'high', 'mtu': 1400,
    'prefixes': [{'prefix': 'fd00::/64', 'valid_s': 7200, 'preferred_s': 3600}],
    'dns': ['fd00::53'],
}


def is_ra(f: Frame) -> bool:
    return f.is_ipv6 and f.ip_protocol == ICMPV6 and f.ip_payload[0] == RA


def lifetime(f: Frame) -> int:
    return struct.unpack('!H', f.ip_payload[6:8])[0]


def router(lab, name: str, address: str, timing: dict, **advertised):
    """Both families, a virtual link-local address, and router advertisements."""
    koi = lab.koi(name, address).configure(**timing)
    dual_stack(koi)
    koi.config['vhids'][0]['addresses'].append(f'{ROUTER}/64')
    koi.config['interfaces'][0]['router_advertisement'] = {**ADVERTISED, **advertised}
    return koi


@pytest.fixture
def pair(lab):
    """A master and its backup."""
    first = router(lab, 'a', '10.0.0.11', FAST).start()
    first.wait_state('MASTER')
    second = router(lab, 'b', '10.0.0.12', SLOW).start()
    second.wait_state('BACKUP')
    return first, second


@pytest.fixture
def client(lab):
    return lab.client().use_ipv6()


def rs(client) -> bytes:
    group = 'ff02::2'
    message = bytes([RS, 0, 0, 0, 0, 0, 0, 0]) + lladdr(1, client.mac)
    return ethernet(group_mac6(group), client.mac, 0x86dd,
                    icmpv6(client.address6, group, message))


def default_routers(client) -> list[str]:
    routes = client.run('ip', '-6', 'route', 'show', 'default')
    return re.findall(r'via (\S+)', routes)


def test_frame(lab, pair, client):
    """From the virtual link-local address and the virtual MAC, to all nodes, hop limit 255."""
    capture = pair[0].capture()
    f = wait_for('a router advertisement', lambda: capture.first(is_ra), 6)
    assert (f.source, f.destination) == (virtual_mac(1), group_mac6(ALL_NODES))
    assert (f.ip_source, f.ip_destination, f.data[21]) == (ROUTER, ALL_NODES, 255)
    assert lifetime(f) == 1200
    info = wait_for('the count', lambda: pair[0].ask('/interface/info,lan'), 1)
    assert info['router_adverts'] >= 1 and info['router_advert_age_ms'] < 7000


def test_rdisc6(pair, client):
    """What another implementation makes of the answer to its question, and how soon it comes."""
    time.sleep(3.1)
    done = subprocess.run(netns.command(client.netns, ['rdisc6', '-1', '-w', '3600', 'e0']),
                          capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stdout + done.stderr
    told = re.sub(r' +', ' ', done.stdout)
    for line in ('Hop limit : 64', 'Stateful address conf. : No', 'Router preference : high',
                 'Router lifetime : 1200', 'Prefix : fd00::/64', 'On-link : Yes',
                 'Autonomous address conf.: Yes', 'Valid time : 7200', 'Pref. time : 3600',
                 'MTU : 1400', 'Recursive DNS server : fd00::53', 'DNS server lifetime : 12',
                 f'Source link-layer address: {virtual_mac(1).upper()}', f'from {ROUTER}'):
        assert line in told, f'{line!r} is not in\n{told}'


def test_solicitations(lab):
    """Answered within half a second, and a flood of them once in three seconds; not by a backup."""
    # Nobody else asks: neither the client's kernel nor that of the bridge and its ports.
    client = lab.client()
    netns.write_sysctls(client.netns, {'net/ipv6/conf/e0/router_solicitations': '0'})
    netns.write_sysctls(lab.switch, {'net/ipv6/conf/all/disable_ipv6': '1',
                                     'net/ipv6/conf/default/disable_ipv6': '1'})
    client.use_ipv6()
    koi = router(lab, 'a', '10.0.0.11', FAST, interval_s=1800, lifetime_s=9000,
                 dns_lifetime_s=9000)
    capture = koi.capture()
    koi.start()
    wait_for('the first one', lambda: capture.first(is_ra), 5)
    backup = router(lab, 'b', '10.0.0.12', SLOW)
    silent = backup.capture()
    backup.start()
    backup.wait_state('BACKUP')
    time.sleep(3.1)
    since_ns = client.send(rs(client))
    answer = wait_for('an answer', lambda: capture.first(is_ra, since_ns), 1)
    assert answer.time_ns - since_ns < 600_000_000
    flood_ns = time.time_ns()
    while time.time_ns() < flood_ns + 7_000_000_000:
        client.send(rs(client))
        time.sleep(0.02)
    answers = [f.time_ns for f in capture.frames(flood_ns) if is_ra(f)]
    assert 2 <= len(answers) <= 3
    for earlier, later in zip([answer.time_ns] + answers, answers):
        assert later - earlier > 2_950_000_000
    assert not [f for f in silent.frames() if is_ra(f)]


def test_client_keeps_its_router(pair, client):
    """kill -9 of the master: the default route and the address that the client made stay."""
    first, second = pair
    everywhere = [node.capture() for node in pair]
    wait_for('a default route', lambda: default_routers(client) == [ROUTER], 10)
    made = re.findall(r'inet6 (fd00::\S+)/64 .*mngtmpaddr',
                      client.run('ip', '-6', 'address', 'show', 'dev', 'e0'))
    assert made
    killed_ns = first.kill()
    while time.time_ns() < killed_ns + 1_500_000_000:
        assert default_routers(client) == [ROUTER]
        time.sleep(0.02)
    second.wait_state('MASTER')
    f = wait_for('its advertisement', lambda: everywhere[1].first(is_ra, killed_ns), 2)
    assert (f.source, f.ip_source) == (virtual_mac(1), ROUTER)
    client.run('ping', '-6', '-c', '1', '-W', '1', f'{ROUTER}%e0')
    assert client.neighbour6(ROUTER) == virtual_mac(1)
    assert default_routers(client) == [ROUTER]
    assert made[0] in client.run('ip', '-6', 'address', 'show', 'dev', 'e0')
    assert not [f for f in everywhere[1].frames() if is_ra(f) and f.time_ns < killed_ns]


def test_nobody_takes_the_router_back(pair, client):
    """Neither a bow-out by command nor the end of koi sends a lifetime of 0."""
    first, second = pair
    captures = [node.capture() for node in pair]
    wait_for('a default route', lambda: default_routers(client) == [ROUTER], 10)
    assert first.koictl('vhid', '1@lan', 'down').returncode == 0
    second.wait_state('MASTER')
    since_ns = time.time_ns()
    wait_for('its advertisement', lambda: captures[1].first(is_ra), 5)
    assert default_routers(client) == [ROUTER]
    second.stop()
    first.stop()
    time.sleep(0.2)
    assert default_routers(client) == [ROUTER]
    heard = [f for capture in captures for f in capture.frames() if is_ra(f)]
    assert heard and all(lifetime(f) == 1200 for f in heard)
    assert not [f for f in captures[0].frames(since_ns) if is_ra(f)]


def test_reload(lab, pair, client):
    """A reload tells what is new, and without the key the router is silent."""
    first = pair[0]
    capture = first.capture()
    first.config['interfaces'][0]['router_advertisement']['lifetime_s'] = 1300
    since_ns = first.reload()
    f = wait_for('the new lifetime',
                 lambda: capture.first(lambda f: is_ra(f) and lifetime(f) == 1300, since_ns), 4)
    assert f.time_ns - since_ns < 3_600_000_000
    del first.config['interfaces'][0]['router_advertisement']
    first.reload()
    since_ns = time.time_ns()
    client.send(rs(client))
    time.sleep(5)
    assert not [f for f in capture.frames(since_ns) if is_ra(f)]
