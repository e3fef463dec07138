# SPDX-License-Identifier: BSD-3-Clause
"""What a new master says and how it answers, octet by octet."""
import pytest

from advert import Advert, frame, virtual_mac
from frames import ARP_REPLY, ZERO_MAC, Frame, arp_request, echo_request, mac_bytes
from nodes import SECRET
from wait import wait_for

pytestmark = pytest.mark.usefixtures('needs_koi')

OWN = '10.0.0.11'
FAST = {'advbase': 0, 'advskew': 26}
GRATUITOUS = bytes.fromhex(
    'ffffffffffff 00005e000101 0806'                    # to all, from the virtual MAC
    '0001 0800 06 04 0001'                              # Ethernet, IPv4, request
    '00005e000101 0a000064 000000000000 0a000064')      # 10.0.0.100 is at the virtual MAC


@pytest.fixture
def koi(lab):
    return lab.koi('k', OWN).configure(**FAST)


def is_arp_reply(address: str):
    return lambda f: f.arp is not None and f.arp.op == ARP_REPLY and f.arp.sender == address


def is_echo_reply(address: str, sequence: int):
    return lambda f: (f.echo is not None and f.echo.is_reply and f.echo.source == address
                      and f.echo.sequence == sequence)


def test_announcements(lab, koi):
    """Advertisement, gratuitous ARP; the ARP again with the two advertisements that follow."""
    capture = koi.capture()
    koi.start()
    wait_for('five advertisements', lambda: len(capture.adverts()) >= 5, 3)

    def kind(f: Frame) -> str:
        return 'advert' if f.ip_protocol == 112 else 'arp'
    spoken = [kind(f) for f in capture.frames() if f.ip_protocol == 112 or f.arp]
    assert spoken[:9] == ['advert', 'arp', 'advert', 'arp', 'advert', 'arp', 'advert', 'advert']
    for f in capture.frames():
        if f.arp:
            assert f.data[:42] == GRATUITOUS and not any(f.data[42:])


def test_advert_frame(lab, koi):
    """Every octet of an advertisement that is not the digest's is what the manual says."""
    capture = koi.capture(only_carp=True)
    koi.start()
    wait_for('advertisements', lambda: len(capture.frames()) >= 3, 3)
    first, second = capture.frames()[1:3]
    for f in (first, second):
        advert = Advert.parse(f.ip_payload)
        assert advert.is_signed(SECRET, [lab.virtual])
        expected = Advert(1, FAST['advbase'], FAST['advskew'], counter=advert.counter)
        expected = expected.signed(SECRET, [lab.virtual])
        sent = bytearray(f.data)
        sent[18:20] = b'\0\0'       # IP identification
        sent[24:26] = b'\0\0'       # and the checksum that covers it
        built = bytearray(frame(expected.payload(), OWN, 1))
        built[24:26] = b'\0\0'
        assert sent == built
    assert Advert.parse(second.ip_payload).counter == Advert.parse(first.ip_payload).counter + 1


def test_arp_reply(lab, koi):
    """The virtual MAC is the reply's sender, in Ethernet and in ARP; for probes as well."""
    client = lab.client()
    koi.start()
    koi.wait_state('MASTER')
    for sender in (client.address, '0.0.0.0'):
        reply = client.ask(arp_request(client.mac, sender, lab.virtual),
                           is_arp_reply(lab.virtual))
        assert (reply.source, reply.destination) == (virtual_mac(1), client.mac)
        assert (reply.arp.sender_mac, reply.arp.sender) == (virtual_mac(1), lab.virtual)
        assert (reply.arp.target_mac, reply.arp.target) == (client.mac, sender)


def test_echo_reply(lab, koi):
    client = lab.client()
    koi.start()
    koi.wait_state('MASTER')
    for sequence, (mac, address, source) in enumerate((
            (virtual_mac(1), lab.virtual, virtual_mac(1)),
            (koi.mac, lab.virtual, virtual_mac(1)),
            (koi.mac, OWN, koi.mac))):
        reply = client.ask(echo_request(mac, client.mac, client.address, address, 5, sequence),
                           is_echo_reply(address, sequence))
        assert (reply.source, reply.destination) == (source, client.mac)
        assert reply.ip_payload[8:] == b'koi' * 8


def test_own_address_in_every_state(lab, koi):
    """The host's own address is answered with the port's MAC, whatever the vhid does."""
    client = lab.client()

    def ask_own() -> None:
        reply = client.ask(arp_request(client.mac, client.address, OWN), is_arp_reply(OWN))
        assert (reply.source, reply.arp.sender_mac) == (koi.mac, koi.mac)
        client.ask(echo_request(koi.mac, client.mac, client.address, OWN, 6, 0),
                   is_echo_reply(OWN, 0))
    koi.config['vhids'][0]['state'] = 'down'
    koi.start()
    assert koi.state == 'INIT'
    ask_own()
    koi.stop()

    del koi.config['vhids'][0]['state']
    koi.config['vhids'][0] |= {'advbase': 1, 'advskew': 0}
    koi.start()
    assert koi.state == 'BACKUP'
    ask_own()
    koi.wait_state('MASTER')
    ask_own()


def neighbours(koi) -> dict[str, str]:
    table = koi.ask('/neigh/table,lan')
    return {n['address']: n['mac'] for n in table['neighbours'].values()}


def test_neighbours_are_learned(lab, koi):
    client = lab.client()
    koi.start()
    koi.wait_state('MASTER')
    client.ask(arp_request(client.mac, client.address, OWN), is_arp_reply(OWN))
    wait_for('the client in the table', lambda: client.address in neighbours(koi), 1)
    assert neighbours(koi)[client.address] == client.mac


def test_nothing_is_learned_from_our_own_mac(lab, koi):
    """Somebody claims to be at a virtual MAC of ours: nobody is."""
    client = lab.client()
    koi.start()
    koi.wait_state('MASTER')
    client.send(arp_request(virtual_mac(1), '10.0.0.66', OWN))
    request = bytearray(arp_request(client.mac, '10.0.0.67', OWN))
    request[22:28] = mac_bytes(virtual_mac(1))      # only the ARP sender lies
    client.send(bytes(request))
    client.send(arp_request(client.mac, '10.0.0.68', OWN))
    wait_for('the honest one in the table', lambda: '10.0.0.68' in neighbours(koi), 1)
    assert not {'10.0.0.66', '10.0.0.67'} & neighbours(koi).keys()
    assert ZERO_MAC not in neighbours(koi).values()
