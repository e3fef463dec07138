# SPDX-License-Identifier: BSD-3-Clause
"""Each kind of bad advertisement moves its counter and nothing else."""
from dataclasses import replace

import pytest
from scapy.all import IP, Ether, Raw
from scapy.layers.vrrp import VRRP, VRRPv3

from advert import GROUP, GROUP_MAC, Advert
from lab import Lab
from nodes import SECRET
from wait import wait_for

pytestmark = pytest.mark.usefixtures('needs_koi')

VIRTUAL = '10.0.0.100'
PEER = '10.0.0.12'
# what koi itself does while it is master
OWN_COUNTERS = {'sent', 'sent6'}


def good(**fields) -> Advert:
    """Faster than koi's: if it counted, koi would yield."""
    return Advert(1, **fields).signed(SECRET, [VIRTUAL])


def packet(payload: bytes, **ip) -> Ether:
    header = {'src': PEER, 'dst': GROUP, 'proto': 112, 'ttl': 255, 'flags': 'DF'} | ip
    return Ether(src='02:00:00:00:00:12', dst=GROUP_MAC) / IP(**header) / Raw(payload)


def vrrp(layer, **ip) -> Ether:
    header = {'src': PEER, 'dst': GROUP, 'proto': 112, 'ttl': 255} | ip
    return Ether(src='02:00:00:00:00:12', dst=GROUP_MAC) / IP(**header) / layer


def with_bad_sum(advert: Advert) -> bytes:
    payload = bytearray(advert.payload())
    payload[6] ^= 0xff
    return bytes(payload)


SEVEN = [f'10.9.0.{i}' for i in range(1, 8)]
CASES = {
    'ttl 254': (packet(good().payload(), ttl=254), 'drop_ttl'),
    'ttl 1': (packet(good().payload(), ttl=1), 'drop_ttl'),
    'one octet short': (packet(good().payload()[:35]), 'drop_len'),
    'truncated': (packet(good().payload()[:8]), 'drop_len'),
    'empty': (packet(b''), 'drop_len'),
    'checksum': (packet(with_bad_sum(good())), 'drop_sum'),
    'version 4': (packet(replace(good(), version=4).payload()), 'drop_ver'),
    'type 2': (packet(replace(good(), type=2).payload()), 'drop_type'),
    'vhid of nobody': (packet(Advert(9).signed(SECRET, [VIRTUAL]).payload()), 'drop_vhid'),
    'password': (packet(Advert(1).signed('wrong', [VIRTUAL]).payload()), 'drop_auth'),
    'other address': (packet(Advert(1).signed(SECRET, ['10.0.0.101']).payload()), 'drop_auth'),
    'more addresses': (packet(Advert(1).signed(SECRET, [VIRTUAL, '10.0.0.101']).payload()),
                       'drop_auth'),
    'counter altered': (packet(replace(good(), counter=99).payload()), 'drop_auth'),
    'vrrpv2': (vrrp(VRRP(vrid=1, priority=200, addrlist=['10.9.0.1'])), 'foreign_vrrp'),
    'vrrpv2, seven addresses': (vrrp(VRRP(vrid=1, priority=200, addrlist=SEVEN)),
                                'foreign_vrrp'),
    'vrrpv3': (vrrp(VRRPv3(vrid=1, priority=200, addrlist=['10.9.0.1'])), 'foreign_vrrp'),
}


@pytest.fixture(scope='module')
def master(needs_koi):
    """koi as a slow master, alone with a client."""
    lab = Lab(VIRTUAL)
    try:
        koi = lab.koi('k', '10.0.0.11').configure(advskew=200)
        client = lab.client()
        capture = koi.capture(only_carp=True)
        koi.start()
        koi.wait_state('MASTER')
        yield koi, client, capture
    finally:
        lab.close()


def moved(koi, before: dict) -> dict[str, int]:
    after = koi.stats()
    return {name: after[name] - before[name] for name in after
            if after[name] != before[name] and name not in OWN_COUNTERS}


def assert_moves(master, frame: bytes, expected: set[str]) -> None:
    """The frame moves these counters by one, and no other, and makes no transition."""
    koi, client, _ = master
    before, transitions = koi.stats(), koi.vhid()['transitions']
    client.send(frame)
    changes = wait_for('a counter', lambda: moved(koi, before), 1)
    # a fence: what comes later has been counted, too
    client.send(bytes(packet(Advert(9).signed(SECRET, [VIRTUAL]).payload())))
    fence = before['drop_vhid'] + 1 + ('drop_vhid' in expected)
    wait_for('the fence', lambda: koi.stats()['drop_vhid'] == fence, 1)
    changes = moved(koi, before)
    changes['drop_vhid'] -= 1
    changes['received'] -= 1
    assert {name: n for name, n in changes.items() if n} == dict.fromkeys(expected, 1)
    assert koi.state == 'MASTER'
    assert koi.vhid()['transitions'] == transitions


@pytest.mark.parametrize('frame, counter', CASES.values(), ids=CASES)
def test_refused(master, frame, counter):
    assert_moves(master, bytes(frame), {'received', counter})


def test_own_echo(master):
    """koi's own advertisement comes back, as it does from a hub or a hypervisor."""
    _, _, capture = master
    own = wait_for('an advertisement', capture.frames, 3)[-1]
    assert_moves(master, own.data, {'received', 'drop_echo'})


def test_trailing_octets(master):
    """Accepted, as everywhere, and counted; it is slower, so that koi stays and says so."""
    slower = Advert(1, advskew=254).signed(SECRET, [VIRTUAL])
    assert_moves(master, bytes(packet(slower.payload() + bytes(8))), {'received', 'trailing', 'split_brain'})


def test_genuine(master):
    """What the refused ones would have done."""
    koi, client, _ = master
    client.send(bytes(packet(good().payload())))
    koi.wait_state('BACKUP', 1)
