# SPDX-License-Identifier: BSD-3-Clause
"""What a master of IPv6 addresses says and how it answers; and what a backup does not."""
import time

import pytest

from advert import Advert, virtual_mac
from frames import (ALL_NODES, NA, OVERRIDE, ROUTER, Frame, echo_request6, group_mac6, solicitation,
                    solicited_node)
from ipv6 import VIRTUAL6, dual_stack, is_advert6, is_na, link_local, only_ipv6, own6, wait_own
from nodes import SECRET
from test_takeover import is_echo_reply
from twolan import add_wan, configure_two, plug_wan
from wait import wait_for

pytestmark = pytest.mark.usefixtures('needs_koi')

FAST = {'advbase': 0, 'advskew': 26}


@pytest.fixture
def koi(lab):
    koi = lab.koi('k', '10.0.0.11').configure(**FAST)
    only_ipv6(koi)
    return koi


@pytest.fixture
def client(lab):
    return lab.client().use_ipv6()


def test_linux_client(koi, client):
    """ping and the neighbour table of a Linux host: the virtual address is at the virtual MAC."""
    koi.start()
    koi.wait_state('MASTER')
    client.run('ping', '-6', '-c', '3', '-i', '0.05', '-W', '1', VIRTUAL6)
    assert client.neighbour6(VIRTUAL6) == virtual_mac(1)
    wait_own(koi)
    client.run('ping', '-6', '-c', '2', '-i', '0.05', '-W', '1', own6(koi))
    assert client.neighbour6(own6(koi)) == koi.mac


def test_advert_frame(koi):
    """From the link-local address of the port's MAC to ff02::12, hop limit 255, virtual MAC."""
    capture = koi.capture()
    koi.start()
    f = wait_for('an advertisement', lambda: capture.first(is_advert6), 3)
    assert (f.source, f.destination) == (virtual_mac(1), group_mac6('ff02::12'))
    assert (f.ip_source, f.ip_destination) == (link_local(koi.mac), 'ff02::12')
    assert f.data[21] == 255
    assert int.from_bytes(f.data[14:18], 'big') == 0x6e000000
    advert = Advert.parse(f.ip_payload)
    assert advert.is_signed(SECRET, [VIRTUAL6])
    assert koi.vhid()['source6'] == link_local(koi.mac)
    stats = koi.stats()
    assert stats['sent6'] > 0 and stats['sent'] == 0


def test_announcements(koi):
    """Advertisement, unsolicited NA; the NA again with the two advertisements that follow."""
    capture = koi.capture()
    koi.start()
    wait_for('five advertisements',
             lambda: len([f for f in capture.frames() if is_advert6(f)]) >= 5, 3)

    def kind(f: Frame) -> str | None:
        if is_advert6(f):
            return 'advert'
        return 'na' if f.neighbour and f.neighbour.type == NA else None
    spoken = [kind(f) for f in capture.frames() if kind(f)]
    assert spoken[:8] == ['advert', 'na', 'advert', 'na', 'advert', 'na', 'advert', 'advert']
    for f in capture.frames():
        if kind(f) == 'na':
            assert (f.source, f.destination) == (virtual_mac(1), group_mac6(ALL_NODES))
            assert (f.ip_source, f.ip_destination, f.data[21]) == (VIRTUAL6, ALL_NODES, 255)
            assert (f.neighbour.target, f.neighbour.mac) == (VIRTUAL6, virtual_mac(1))
            assert f.neighbour.flags == OVERRIDE


def test_solicited_answer(koi, client):
    """To the group and to the virtual MAC; from an address, and from nobody."""
    koi.start()
    koi.wait_state('MASTER')
    for destination, mac in ((None, None), (VIRTUAL6, virtual_mac(1)), (VIRTUAL6, koi.mac)):
        reply = client.ask(solicitation(client.mac, client.address6, VIRTUAL6,
                                        destination=destination, destination_mac=mac),
                           is_na(VIRTUAL6))
        assert (reply.source, reply.destination) == (virtual_mac(1), client.mac)
        assert reply.neighbour.mac == virtual_mac(1)
        assert reply.neighbour.flags & OVERRIDE
    for sequence, mac in enumerate((virtual_mac(1), koi.mac)):
        reply = client.ask(echo_request6(mac, client.mac, client.address6, VIRTUAL6, 5, sequence),
                           is_echo_reply(VIRTUAL6, sequence))
        assert reply.source == virtual_mac(1)


def test_backup_is_silent(lab, koi, client):
    """Neither NS nor echo, whatever the MAC, is answered by a backup; its own address is."""
    master = lab.koi('m', '10.0.0.12').configure(**FAST)
    only_ipv6(master)
    master.start()
    master.wait_state('MASTER')
    koi.config['vhids'][0]['advskew'] = 100
    capture = koi.capture()
    koi.start()
    koi.wait_state('BACKUP')
    wait_own(koi)
    since_ns = time.time_ns()
    for mac in (virtual_mac(1), koi.mac, group_mac6(solicited_node(VIRTUAL6))):
        client.send(solicitation(client.mac, client.address6, VIRTUAL6, destination_mac=mac),
                    solicitation(client.mac, '::', VIRTUAL6, destination_mac=mac),
                    echo_request6(mac, client.mac, client.address6, VIRTUAL6, 5, 1))
    client.ask(solicitation(client.mac, client.address6, own6(koi)), is_na(own6(koi)))
    assert not [f for f in capture.frames(since_ns) if VIRTUAL6 == f.ip_source
                or f.neighbour and f.neighbour.target == VIRTUAL6]


def test_link_local_virtual_address(koi, client):
    virtual = 'fe80::5e:1'
    koi.config['vhids'][0]['addresses'] = [f'{virtual}/64']
    koi.start()
    koi.wait_state('MASTER')
    client.run('ping', '-6', '-c', '2', '-i', '0.05', '-W', '1', f'{virtual}%e0')
    assert client.neighbour6(virtual) == virtual_mac(1)


def test_router_flag(lab, client):
    """Who forwards says so in its advertisements, and the Linux host notes it."""
    add_wan(lab)
    koi = lab.koi('k', '10.0.0.11')
    plug_wan(koi)
    configure_two(koi, 11, 26)
    koi.config['interfaces'][0]['addresses'].append('fd00::11/64')
    koi.config['interfaces'][1]['addresses'].append('fd01::11/64')
    koi.config['vhids'][0]['addresses'].append(f'{VIRTUAL6}/64')
    capture = koi.capture()
    koi.start()
    koi.wait_state('MASTER')
    announced = wait_for('the announcement', lambda: capture.first(
        lambda f: f.neighbour is not None and f.neighbour.type == NA), 2)
    assert announced.neighbour.flags == ROUTER | OVERRIDE
    client.run('ping', '-6', '-c', '1', '-W', '1', VIRTUAL6)
    assert 'router' in client.run('ip', '-6', 'neighbour', 'show', VIRTUAL6)
    assert koi.ask('/interface/info,lan')['is_router'] == 1


def test_two_families(lab, koi, client):
    """One vhid, an advertisement of each family in each interval, and one digest over all."""
    koi.configure(**FAST)
    dual_stack(koi)
    capture = koi.capture()
    koi.start()
    wait_for('advertisements', lambda: len(capture.adverts()) >= 8, 3)
    frames = [f for f in capture.frames() if f.ip_protocol == 112][:8]
    assert [f.is_ipv6 for f in frames] == [False, True] * 4
    for f in frames:
        assert Advert.parse(f.ip_payload).is_signed(SECRET, [lab.virtual, VIRTUAL6])
    client.run('ping', '-6', '-c', '1', '-W', '1', VIRTUAL6)
    client.run('ping', '-c', '1', '-W', '1', lab.virtual)
