# SPDX-License-Identifier: BSD-3-Clause
"""Each kind of bad IPv6 packet moves its counter and nothing else."""
import pytest
from scapy.all import Ether, ICMPv6EchoRequest, IPv6, Raw
from scapy.layers.inet6 import (ICMPv6MLQuery, ICMPv6MLReport, ICMPv6ND_NA, ICMPv6ND_NS,
                                ICMPv6ND_RA, ICMPv6ND_Redirect, ICMPv6ND_RS, ICMPv6NDOptDstLLAddr,
                                ICMPv6NDOptSrcLLAddr, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment,
                                IPv6ExtHdrHopByHop, IPv6ExtHdrRouting, RouterAlert)

from advert import GROUP6, GROUP_MAC6, Advert, virtual_mac
from frames import group_mac6, solicitation, solicited_node
from ipv6 import VIRTUAL6, is_na, only_ipv6, own6, wait_own
from lab import Lab
from nodes import SECRET
from wait import wait_for

pytestmark = pytest.mark.usefixtures('needs_koi')

MAC = '02:00:00:00:00:66'
HOST, LINK_LOCAL = 'fd00::66', 'fe80::66'
SNM = solicited_node(VIRTUAL6)
SRC_MAC, DST_MAC = ICMPv6NDOptSrcLLAddr(lladdr=MAC), ICMPv6NDOptDstLLAddr(lladdr=MAC)


def packet(payload, *, src=HOST, dst=SNM, mac=None, **header) -> Ether:
    mac = mac or (group_mac6(dst) if dst.startswith('ff') else virtual_mac(1))
    return Ether(src=MAC, dst=mac) / IPv6(**({'src': src, 'dst': dst, 'hlim': 255} | header)) / payload


def ns(*options, target=VIRTUAL6, **fields):
    message = ICMPv6ND_NS(tgt=target, **fields)
    for option in options or (SRC_MAC,):
        message = message / option
    return message


def cut(frame: Ether, octets: int, *, length: int | None = None) -> bytes:
    """The frame without its last octets; its length in the header as it was, or @p length."""
    data = bytearray(bytes(frame))
    if length is not None:
        data[18:20] = length.to_bytes(2, 'big')
    return bytes(data[:-octets])


def advert(what: Advert = Advert(1, advskew=254), addresses=(VIRTUAL6,), **header) -> Ether:
    payload = what.signed(SECRET, list(addresses)).payload()
    fields = {'src': LINK_LOCAL, 'dst': GROUP6, 'nh': 112, 'hlim': 255} | header
    return Ether(src=virtual_mac(1), dst=GROUP_MAC6) / IPv6(**fields) / Raw(payload)


ECHO = ICMPv6EchoRequest(id=1, seq=1, data=b'koi' * 8)
TO_US = {'dst': VIRTUAL6}
EMPTY_OPTION, LONG_OPTION = Raw(bytes([1, 0, 0, 0, 0, 0, 0, 0])), Raw(bytes([1, 9, 0, 0, 0, 0, 0, 0]))
NOBODY = {'src': '::'}
CASES = {
    'ns, hop limit 254': (packet(ns(), hlim=254), 'drop_nd_hop_limit'),
    'ns, checksum': (packet(ns(cksum=0x1234)), 'drop_nd_checksum'),
    'ns, code': (packet(ns(code=1)), 'drop_nd_code'),
    'ns, option of length 0': (packet(ns(EMPTY_OPTION)), 'drop_nd_option'),
    'ns, option longer than the packet': (packet(ns(LONG_OPTION)), 'drop_nd_option'),
    'ns, half an option': (packet(ns(Raw(b'\x01\x01\x00'))), 'drop_nd_option'),
    'ns, group as target': (packet(ns(target='ff02::1')), 'drop_nd_target'),
    'ns, no target': (packet(ns(target='::')), 'drop_nd_target'),
    'ns, from a group': (packet(ns(), src='ff02::1'), 'drop_nd_source'),
    'ns, from nobody with a MAC': (packet(ns(), **NOBODY), 'drop_nd_source'),
    'ns, from nobody to us alone': (packet(ICMPv6ND_NS(tgt=VIRTUAL6), **NOBODY, **TO_US),
                                    'drop_nd_source'),
    'ns, from the loopback address': (packet(ns(), src='::1'), 'drop_nd_source'),
    'ns, too short': (packet(Raw(bytes([135, 0, 0, 0]) + bytes(12)), nh=58), 'drop_nd_len'),
    'ns, longer than the frame': (cut(packet(ns()), 8), 'drop_nd_header'),
    'ns, for somebody else': (packet(ns(target='fd00::77')), 'drop_nd_not_ours'),
    'ns, to another MAC': (packet(ns(), **TO_US, mac='02:00:00:00:00:77'), 'drop_nd_wrong_mac'),
    'ns, to the MAC of another vhid': (packet(ns(), **TO_US, mac=virtual_mac(2)),
                                       'drop_nd_wrong_mac'),
    'na, solicited and to all': (packet(ICMPv6ND_NA(tgt=HOST, S=1) / DST_MAC, dst='ff02::1'),
                                 'drop_nd_flags'),
    'na, from nobody': (packet(ICMPv6ND_NA(tgt=HOST, S=0) / DST_MAC, dst='ff02::1', **NOBODY),
                        'drop_nd_source'),
    'na, group as target': (packet(ICMPv6ND_NA(tgt='ff02::1', S=0) / DST_MAC, dst='ff02::1'),
                            'drop_nd_target'),
    'na, hop limit 1': (packet(ICMPv6ND_NA(tgt=HOST, S=0) / DST_MAC, dst='ff02::1', hlim=1),
                        'drop_nd_hop_limit'),
    'rs, hop limit 64': (packet(ICMPv6ND_RS(), dst='ff02::2', hlim=64), 'drop_nd_hop_limit'),
    'rs, from nobody with a MAC': (packet(ICMPv6ND_RS() / SRC_MAC, dst='ff02::2', **NOBODY),
                                   'drop_nd_source'),
    'ra, not from a link-local address': (packet(ICMPv6ND_RA(), dst='ff02::1'), 'drop_nd_source'),
    'ra, too short': (packet(Raw(bytes([134, 0, 0, 0]) + bytes(4)), nh=58, dst='ff02::1',
                             src=LINK_LOCAL), 'drop_nd_len'),
    'ra, option of length 0': (packet(ICMPv6ND_RA() / EMPTY_OPTION, dst='ff02::1',
                                      src=LINK_LOCAL), 'drop_nd_option'),
    'redirect': (packet(ICMPv6ND_Redirect(tgt=LINK_LOCAL, dst='fd00::99'), src=LINK_LOCAL,
                        **TO_US), 'drop_nd_redirect'),
    'mld query': (packet(ICMPv6MLQuery(), dst='ff02::1', src=LINK_LOCAL, hlim=1),
                  'drop_ip6_group'),
    'mld query behind a router alert': (
        packet(IPv6ExtHdrHopByHop(options=[RouterAlert()]) / ICMPv6MLQuery(), dst='ff02::1',
               src=LINK_LOCAL, hlim=1), 'drop_ip6_group'),
    'mld report': (packet(ICMPv6MLReport(mladdr=SNM), src=LINK_LOCAL, hlim=1), 'drop_ip6_group'),
    'ns behind options': (packet(IPv6ExtHdrDestOpt() / ns()), 'drop_ip6_group'),
    'ns in a fragment': (packet(IPv6ExtHdrFragment(m=1) / ns()), 'drop_ip6_group'),
    'echo behind options': (packet(IPv6ExtHdrDestOpt() / ECHO, **TO_US), 'drop_ip6_extension'),
    'echo behind hop-by-hop options': (packet(IPv6ExtHdrHopByHop() / ECHO, **TO_US),
                                       'drop_ip6_extension'),
    'echo behind a routing header': (
        packet(IPv6ExtHdrRouting(addresses=[HOST], segleft=1) / ECHO, **TO_US),
        'drop_ip6_extension'),
    'echo in a fragment': (packet(IPv6ExtHdrFragment(m=1) / ECHO, **TO_US), 'drop_ip6_fragment'),
    'echo from a group': (packet(ECHO, src='ff02::1', **TO_US), 'drop_ip6_martian'),
    'echo from the loopback address': (packet(ECHO, src='::1', **TO_US), 'drop_ip6_martian'),
    'echo from nobody': (packet(ECHO, **NOBODY, **TO_US), 'drop_ip6_martian'),
    'echo to all nodes': (packet(ECHO, dst='ff02::1'), 'drop_ip6_group'),
    'echo, version 4': (packet(ECHO, version=4, **TO_US), 'drop_ip6_header'),
    'echo, longer than the frame': (cut(packet(ECHO, **TO_US), 8), 'drop_ip6_header'),
    'no header': (Ether(src=MAC, dst=virtual_mac(1), type=0x86dd) / Raw(bytes(12)),
                  'drop_ip6_header'),
    'echo to another MAC': (packet(ECHO, **TO_US, mac='02:00:00:00:00:77'), 'drop_ip6_wrong_mac'),
    'udp': (packet(Raw(bytes(16)), nh=17, **TO_US), 'drop_ip6_no_service'),
    'nothing behind the header': (packet(Raw(b''), nh=59, **TO_US), 'drop_ip6_no_service'),
}


@pytest.fixture(scope='module')
def master(needs_koi):
    """koi as a master, alone with a host whose kernel knows no IPv6."""
    lab = Lab()
    try:
        koi = lab.koi('k', '10.0.0.11').configure(advskew=200)
        only_ipv6(koi)
        client = lab.client()
        koi.start()
        koi.wait_state('MASTER')
        wait_own(koi)
        yield koi, client
    finally:
        lab.close()


def drops(koi) -> dict[str, int]:
    return koi.ask('/interface/info,lan')['drops_by_reason']


def fence(client) -> None:
    """What was sent before has been handled."""
    client.ask(solicitation(client.mac, 'fd00::1:0', VIRTUAL6), is_na(VIRTUAL6))


def moved(koi, before: dict[str, int]) -> dict[str, int]:
    after = drops(koi)
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


@pytest.mark.parametrize('frame, counter', CASES.values(), ids=CASES)
def test_refused(master, frame, counter):
    koi, client = master
    fence(client)
    before, told = drops(koi), koi.vhid()
    neighbours = koi.ask('/neigh/table,lan')['count']
    client.send(bytes(frame))
    fence(client)
    assert moved(koi, before) == {counter: 1}
    assert koi.ask('/neigh/table,lan')['count'] == neighbours
    assert (koi.state, koi.vhid()['transitions']) == ('MASTER', told['transitions'])
    assert koi.ask('/interface/info,lan')['duplicate_addresses'] == 0


ADVERTS = {
    'hop limit 254': (advert(hlim=254), {'drop_ttl'}),
    'vhid of nobody': (advert(Advert(9)), {'drop_vhid'}),
    'other addresses': (advert(Advert(1), ['10.0.0.100']), {'drop_auth'}),
    'cut': (cut(advert(), 4, length=32), {'drop_len'}),
}


@pytest.mark.parametrize('frame, counters', ADVERTS.values(), ids=ADVERTS)
def test_refused_adverts(master, frame, counters):
    koi, client = master
    before = koi.stats()
    client.send(bytes(frame))

    def changes() -> dict[str, int]:
        after = koi.stats()
        return {name: after[name] - before[name] for name in after
                if after[name] != before[name] and not name.startswith('sent')}
    wait_for('a counter', changes, 1)
    assert changes() == dict.fromkeys({'received6'} | counters, 1)
    assert koi.state == 'MASTER'


def test_own_addresses(master):
    """What was refused has not hurt."""
    koi, client = master
    client.ask(solicitation(client.mac, 'fd00::1:0', own6(koi)), is_na(own6(koi)))
    assert koi.process.is_alive
