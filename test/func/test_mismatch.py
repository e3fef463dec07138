# SPDX-License-Identifier: BSD-3-Clause
"""Neighbours that do not match: named, with a guess at what is wrong with them."""
import struct
import time
from dataclasses import replace

import pytest

from advert import GROUP, GROUP_MAC, Advert, frame
from frames import ETHERTYPE_IPV4, checksum, ethernet, ipv4
from nodes import SECRET, Client, Koi
from pair import FAST_A
from wait import never, wait_for

pytestmark = pytest.mark.usefixtures('needs_koi')

ADDRESSES = ('10.0.0.100', '10.0.0.101', '10.0.0.102')
# What the other one has: secret, addresses; and what koi is to say of it.
NEIGHBOURS = {
    'password': ('another secret', ADDRESSES, 'password'),
    'no password': ('', ADDRESSES, 'password: peer has none'),
    'one less': (SECRET, ADDRESSES[:2], 'peer lacks 10.0.0.102'),
    'only one': (SECRET, ADDRESSES[:1], 'peer has only 10.0.0.100'),
}


@pytest.fixture
def koi(lab) -> Koi:
    koi = lab.koi('k', '10.0.0.11').configure(virtual=ADDRESSES, **FAST_A).start()
    koi.wait_state('MASTER')
    return koi


def has_event(koi: Koi, kind: str) -> bool:
    return any(e['type'] == kind for e in koi.ask('/carp/events,0')['events'].values())


def send_adverts(client: Client, secret: str, addresses: tuple[str, ...]) -> None:
    for counter in range(3):
        advert = Advert(1, 1, 0, counter=time.time_ns() + counter)
        payload = advert.signed(secret, list(addresses)).payload()
        client.send(frame(payload, client.address, 1, source_mac=client.mac))


@pytest.mark.parametrize('neighbour', NEIGHBOURS)
def test_guess(lab, koi, neighbour):
    """The guess is in telemetry, in an event and in the log, which never show a secret."""
    secret, addresses, guess = NEIGHBOURS[neighbour]
    client = lab.client()
    send_adverts(client, secret, addresses)
    wait_for('the guess', lambda: guess in koi.vhid().get('mismatch', ''), 3)
    assert koi.vhid()['mismatch_peer'] == client.address
    wait_for('all three', lambda: koi.stats()['drop_auth'] == 3, 1)
    wait_for('the event', lambda: has_event(koi, 'digest mismatch'), 1)
    wait_for('the log', lambda: guess in koi.process.log and client.address in koi.process.log, 1)
    assert guess in koi.koictl('show', 'vhid', '1@lan').stdout
    assert SECRET not in koi.process.log and 'another' not in koi.process.log
    assert koi.state == 'MASTER'


def test_ucarp_with_another_password(lab, koi):
    """Both are master; koi says why."""
    ucarp = lab.ucarp('u', '10.0.0.13').configure(secret='another secret', advskew=100)
    ucarp.start()
    ucarp.wait_state('MASTER')
    wait_for('the guess', lambda: 'password' in koi.vhid().get('mismatch', ''), 5)
    assert koi.vhid()['mismatch_peer'] == ucarp.address
    assert koi.state == 'MASTER'


def vrrp(version: int, vrid: int, source: str) -> bytes:
    """An advertisement of a VRRP router with one address."""
    tail = bytes([100, 1]) if version == 3 else bytes([1]) + b'\0'
    body = bytes([version << 4 | 1, vrid, 100, 1, 0, tail[0]])
    address = bytes([10, 0, 0, 99])
    rest = address if version == 3 else address + bytes(8)
    pseudo = b'' if version == 2 else (bytes(map(int, source.split('.'))) +
                                       bytes(map(int, GROUP.split('.'))) +
                                       struct.pack('!BBH', 0, 112, 8 + len(address)))
    total = checksum(pseudo + body + b'\0\0' + rest)
    packet = ipv4(source, GROUP, 112, body + struct.pack('!H', total) + rest, ttl=255)
    return ethernet(GROUP_MAC, f'00:00:5e:00:01:{vrid:02x}', ETHERTYPE_IPV4, packet)


@pytest.mark.parametrize('version', [2, 3])
def test_vrrp_neighbour(lab, koi, version):
    """Counted apart; one with our number shares the virtual MAC, and that is said."""
    client = lab.client()
    client.send(vrrp(version, 77, client.address))
    wait_for('the counter', lambda: koi.stats()['foreign_vrrp'] == 1, 1)
    never('a collision', lambda: 'collision' in koi.vhid(), 0.2)
    client.send(vrrp(version, 1, client.address))
    told = wait_for('the collision', lambda: koi.vhid().get('collision'), 1)
    assert f'VRRPv{version}' in told and client.address in told
    wait_for('the event', lambda: has_event(koi, 'virtual MAC collision'), 1)
    assert koi.stats()['drop_auth'] == 0
    assert koi.state == 'MASTER'


def test_forecast(lab, koi):
    """Who would win the next election: a better one that is heard of, or oneself."""
    assert koi.vhid()['next_master'] == 'self'
    client = lab.client()
    advert = Advert(1, 1, 0, counter=time.time_ns())
    signed = replace(advert).signed(SECRET, list(ADDRESSES))
    client.send(frame(signed.payload(), client.address, 1, source_mac=client.mac))
    wait_for('the heir', lambda: koi.vhid().get('heir') == client.address, 2)
