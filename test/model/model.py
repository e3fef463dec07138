# SPDX-License-Identifier: BSD-3-Clause
"""What a router does with a packet, by the standards: RFC 1812, RFC 8200, RFC 4443, RFC 791.

The standards do not say which of several faults of a packet is the reason; here it is the first in
this order: the header, the frame's destination, the source, the destination, options, TTL, next
hop, length. Where they leave a choice the model has that of docs/:

- An advertisement is taken whatever its source: hosts without an address send it from 0.0.0.0, and
  its digest says whether it is genuine.
- A source that is the broadcast address of a link of ours is no martian: that would take a lookup
  for each packet (RFC 1812 section 5.3.7: SHOULD NOT).
- An echo request with options is not answered.
- A link-local address of ours answers pings, and tells nobody that it has no other service.
"""
import ipaddress
from dataclasses import dataclass, field

import world
from octets import checksum, fix4, word
from world import BACKUP, INIT, MASTER

SENT, REPLY, CARP, HELD, LEFT = range(5)
FORWARD, LINK, LOCAL, VIRTUAL, BLACKHOLE, MARTIAN, NOWHERE = range(7)
CARP_PROTOCOL, ICMP, TCP, UDP, ICMP6 = 112, 1, 6, 17, 58
CARP_GROUP4, CARP_GROUP6 = bytes([224, 0, 0, 18]), b'\xff\x02' + bytes(13) + b'\x12'
LINK_LOCAL4 = bytes([169, 254])
WITH_PORTS = {TCP, UDP, 33, 132, 136}
# Behind so many extension headers koi no longer looks for what a packet is, and sends no error.
EXTENSIONS_FOLLOWED = 8
EXTENSIONS = {0, 43, 44, 51, 60, 135, 139, 140}


@dataclass
class Output:
    """A frame that goes out, without its destination: that is one of next_macs."""
    kind: int
    interface: int
    octets: bytes  # from the source MAC on
    next_macs: list[bytes] = field(default_factory=list)
    next_hop: bytes = b''
    flow: tuple = ()
    mtu: int = 0      # it is to be fragmented
    is_own: bool = False  # made by the router: the identification is its own


@dataclass
class Fate:
    counters: tuple[str, ...]
    outputs: list[Output] = field(default_factory=list)
    is_dropped: bool = False


@dataclass
class Hop:
    kind: int
    interface: int = 0
    vhid: int = 0
    role: int = 0
    gateways: list[bytes] = field(default_factory=list)


class Table:
    """Longest prefix first."""

    def __init__(self, bits: int):
        self.bits = bits
        self.by_len: dict[int, dict[int, Hop]] = {}

    def add(self, prefix: str, hop: Hop, is_weak: bool = False) -> None:
        net = ipaddress.ip_network(prefix)
        place = self.by_len.setdefault(net.prefixlen, {})
        key = int(net.network_address) >> (self.bits - net.prefixlen)
        if not (is_weak and key in place):
            place[key] = hop
        self.lens = sorted(self.by_len, reverse=True)

    def find(self, addr: bytes) -> Hop:
        value = int.from_bytes(addr, 'big')
        for length in self.lens:
            hop = self.by_len[length].get(value >> (self.bits - length))
            if hop is not None:
                return hop
        return Hop(NOWHERE)


def tables() -> dict[int, Table]:
    """By length of the address: what the configuration means."""
    t = {4: Table(32), 16: Table(128)}
    for prefix in ('0.0.0.0/8', '127.0.0.0/8', '224.0.0.0/4', '240.0.0.0/4'):
        t[4].add(prefix, Hop(MARTIAN))
    for prefix in ('::/128', '::1/128', '::ffff:0:0/96', 'ff00::/8', 'fe80::/10'):
        t[16].add(prefix, Hop(MARTIAN))
    for prefix, to in world.ROUTES:
        size = len(ipaddress.ip_network(prefix).network_address.packed)
        if to is None:
            t[size].add(prefix, Hop(BLACKHOLE))
        elif isinstance(to, int):
            t[size].add(prefix, Hop(LINK, to))
        else:
            gateways = [world.packed(g) for g in to]
            out = next(i for i in range(3) for own in world.OWN[i]
                       if ipaddress.ip_address(to[0]) in ipaddress.ip_interface(own).network)
            t[size].add(prefix, Hop(FORWARD, out, gateways=gateways))
    for i, addresses in enumerate(world.OWN):
        for text in addresses:
            a = ipaddress.ip_interface(text)
            size = len(a.ip.packed)
            t[size].add(str(a.network), Hop(LINK, i))
            if size == 4:
                for edge in (a.network.network_address, a.network.broadcast_address):
                    t[4].add(f'{edge}/32', Hop(BLACKHOLE, i))
            t[size].add(f'{a.ip}/{size * 8}', Hop(LOCAL, i))
    for i, vhid, role, addresses in world.VHIDS:
        for text in addresses:
            a = ipaddress.ip_interface(text).ip
            t[len(a.packed)].add(f'{a}/{len(a.packed) * 8}', Hop(VIRTUAL, i, vhid, role))
    return t


class Model:
    def __init__(self):
        self.tables = tables()
        self.hosts = {(i, world.packed(a)): mac for i, a, mac in world.HOSTS}
        self.masters = [{world.virtual_mac(v) for i, v, role, _ in world.VHIDS
                         if i == n and role == MASTER} for n in range(3)]
        self.link_local = [world.packed(a) for a in world.LINK_LOCAL]
        self.own = [{*map(world.packed, world.OWN[i]), self.link_local[i]} for i in range(3)]
        self.directed = {ipaddress.ip_interface(a[0]).network.broadcast_address.packed
                         for a in world.OWN} | \
                        {ipaddress.ip_interface(a[0]).network.network_address.packed
                         for a in world.OWN}

    def judge(self, interface: int, f: bytes) -> Fate:
        if f[12:14] == b'\x08\x00':
            return Packet4(self, interface, f).judge()
        if f[12:14] == b'\x86\xdd':
            return Packet6(self, interface, f).judge()
        return Fate((), [Output(LEFT, interface, f[6:])])


class Packet:
    """What both families have in common."""
    family = ''

    def __init__(self, model: Model, interface: int, f: bytes):
        self.m, self.interface, self.f, self.ip = model, interface, f, f[14:]

    def drop(self, reason: str, *counters: str, outputs=()) -> Fate:
        return Fate((self.received, f'drop_{self.family}_{reason}', *counters), list(outputs), True)

    def is_for_us(self) -> bool:
        return self.f[:6] == world.PORT_MAC[self.interface] or \
            self.f[:6] in self.m.masters[self.interface]

    def is_own_here(self) -> bool:
        """Advertisements may be sent to one peer."""
        return self.to in self.m.own[self.interface]

    def is_to_group(self) -> bool:
        return bool(self.f[0] & 1)

    def length_of(self, packet: bytes) -> int:
        return word(packet, 2) if self.family == 'ip4' else 40 + word(packet, 4)

    def send(self, hop: Hop, to: bytes, octets: bytes, is_own: bool = False):
        """(outputs, counters, failure): the next hop, and whether anybody knows its MAC."""
        interface = hop.interface
        source = world.PORT_MAC[interface]
        # What fills up a frame goes on with it, as far as there is room.
        if len(octets) - 14 > world.MTU[interface]:
            octets = octets[:14 + self.length_of(octets[14:])]
        if hop.kind == VIRTUAL:
            mac = world.virtual_mac(hop.vhid)
            return [Output(SENT, interface, source + octets[12:], [mac], is_own=is_own)], [], ''
        gateways = hop.gateways or [to]
        macs = [self.m.hosts.get((interface, g), b'') for g in gateways]
        if macs[0] is None:
            return [], [], 'host_unreachable'
        if macs[0] == b'':
            out = Output(HELD, interface, source + octets[12:], [], gateways[0], is_own=is_own)
            return [out], [f'{self.family}_unresolved'], ''
        flow = self.flow() if len(macs) > 1 and not is_own else ()
        return [Output(SENT, interface, source + octets[12:], macs, flow=flow,
                       is_own=is_own)], [], ''

    def answer(self, octets: bytes, counter: str, source_mac: bytes | None = None):
        """What the router itself sends, an error or a reply, on its way: outputs and counters."""
        to = self.destination_of(octets)
        hop = self.m.tables[len(to)].find(to)
        if hop.kind in (NOWHERE, BLACKHOLE, MARTIAN, LOCAL) or \
                (hop.kind == VIRTUAL and hop.role != BACKUP):
            return [], [counter, f'drop_{self.family}_reply']
        outputs, counters, failure = self.send(hop, to, octets, is_own=True)
        mtu, packet = world.MTU[hop.interface], octets[14:]
        is_long = self.length_of(packet) > mtu
        if failure or is_long and (self.family == 'ip6' or packet[6] & 0x40):
            return [], [counter, f'drop_{self.family}_reply']
        if is_long:
            outputs[0].mtu = mtu
            counters = [*counters, 'ip4_fragmented']
        return outputs, [counter, *counters]

    def route(self, to: bytes) -> Fate:
        """RFC 1812 section 5.2.1: by the longest prefix."""
        hop = self.m.tables[len(to)].find(to)
        if hop.kind == LOCAL or (hop.kind == VIRTUAL and hop.role == MASTER):
            return self.local(hop)
        if hop.kind == MARTIAN:
            return self.drop('martian')
        if hop.kind == VIRTUAL and hop.role == INIT:
            return self.drop('not_master')
        if hop.kind == VIRTUAL and hop.interface == self.interface:
            return self.drop('back_to_master')
        if hop.kind == BLACKHOLE:
            return self.drop('broadcast' if to in self.m.directed else 'blackhole')
        return self.forward(hop, to)


class Packet4(Packet):
    family, received = 'ip4', 'ip4_received'

    def judge(self) -> Fate:
        ip = self.ip
        is_to_group = self.is_to_group()
        if not self.is_sound():
            return self.drop('header')
        if not is_to_group and not self.is_for_us():
            return self.drop('wrong_mac')
        self.head = (ip[0] & 15) * 4
        self.source, self.to = ip[12:16], ip[16:20]
        self.total = word(ip, 2)
        self.fragment = word(ip, 6) & 0x3fff
        if ip[9] == CARP_PROTOCOL and (self.to == CARP_GROUP4 or self.is_own_here()):
            return self.carp()
        if self.source[0] in (0, 127) or self.source[0] >= 224:
            return self.drop('martian')
        if self.to[0] >= 224 or is_to_group:
            return self.drop('group')
        return self.unicast()

    def is_sound(self) -> bool:
        """RFC 1812 section 5.2.2."""
        ip = self.ip
        if len(ip) < 20 or ip[0] >> 4 != 4 or ip[0] & 15 < 5:
            return False
        head, total = (ip[0] & 15) * 4, word(ip, 2)
        return head <= total <= len(ip) and checksum(ip[:head]) == 0

    def carp(self) -> Fate:
        if self.fragment:
            return self.drop('fragment')
        return Fate((self.received, 'carp_received'), [Output(CARP, self.interface, self.f[6:])])

    def unicast(self) -> Fate:
        hop = self.m.tables[4].find(self.to)
        if hop.kind in (LOCAL, VIRTUAL) and hop.interface == self.interface and \
                hop.role in (0, MASTER):
            return self.local(hop)
        if hop.kind == MARTIAN:
            return self.drop('martian')
        if self.source[:2] == LINK_LOCAL4 or self.to[:2] == LINK_LOCAL4:
            return self.drop('link_local')
        if not self.are_options_good():
            return self.drop('options')
        return self.route(self.to)

    def local(self, hop: Hop) -> Fate:
        ip, head = self.ip, self.head
        if self.fragment:
            return self.drop('fragment')
        if ip[9] == ICMP and head == 20 and self.total >= 28 and ip[20:22] == b'\x08\0':
            return self.echo(hop)
        if ip[9] == ICMP:
            return self.drop('no_service')
        return self.refuse('no_service', 3, 3 if ip[9] == UDP else 2, 0, 'icmp4_unreachable')

    def echo(self, hop: Hop) -> Fate:
        ip, head = self.ip, self.head
        body = bytearray(ip)  # with what is behind it to fill the frame
        body[12:16], body[16:20], body[8] = self.to, self.source, 64
        body[head] = 0
        # RFC 1624: the checksum follows the type.
        total = (~word(body, head + 2) & 0xffff) + (~0x0800 & 0xffff)
        total = (total & 0xffff) + (total >> 16)
        body[head + 2:head + 4] = (~total & 0xffff).to_bytes(2, 'big')
        fix4(body)
        if hop.interface == self.interface:
            mac = world.PORT_MAC[hop.interface] if hop.kind == LOCAL else \
                world.virtual_mac(hop.vhid)
            out = Output(REPLY, self.interface, mac + self.f[12:14] + bytes(body), [self.f[6:12]])
            return Fate((self.received, 'echo_replies'), [out])
        outputs, counters = self.answer(bytes(12) + b'\x08\x00' + bytes(body), 'echo_replies')
        return Fate((self.received, *counters), outputs)

    def destination_of(self, octets: bytes) -> bytes:
        return octets[30:34]

    def may_be_told(self) -> bool:
        """RFC 1812 section 4.3.2.7."""
        if word(self.ip, 6) & 0x1fff:
            return False
        if self.ip[9] != ICMP:
            return True
        return self.total > self.head and self.ip[self.head] not in (3, 4, 5, 11, 12)

    def refuse(self, reason: str, kind: int, code: int, value: int, counter: str) -> Fate:
        if not self.may_be_told():
            return self.drop(reason)
        quote = self.ip[:min(self.total, 576 - 28)]
        error = bytearray(bytes([kind, code, 0, 0]) + value.to_bytes(4, 'big') + quote)
        error[2:4] = checksum(error).to_bytes(2, 'big')
        head = bytearray(20)
        head[:2], head[8], head[9] = b'\x45\xc0', 64, ICMP
        head[2:4] = (20 + len(error)).to_bytes(2, 'big')
        head[12:16], head[16:20] = world.packed(world.OWN[self.interface][0]), self.source
        fix4(head)
        outputs, counters = self.answer(bytes(12) + b'\x08\x00' + bytes(head + error), counter)
        return self.drop(reason, *counters, outputs=outputs)

    def are_options_good(self) -> bool:
        """RFC 1812 sections 4.2.2.1 and 5.3.13: well formed, and no source route."""
        options, at = self.ip[20:self.head], 0
        while at < len(options) and options[at] != 0:
            if options[at] == 1:
                at += 1
                continue
            if at + 1 >= len(options) or options[at + 1] < 2 or at + options[at + 1] > len(options):
                return False
            if options[at] in (131, 137):
                return False
            at += options[at + 1]
        return True

    def flow(self) -> tuple:
        """A fragment has no ports that could be relied upon."""
        key = (self.source, self.to, self.ip[9])
        if self.fragment or self.ip[9] not in WITH_PORTS:
            return key
        if self.total < self.head + 4:
            return ()  # too short for its ports: of no flow
        return (*key, self.ip[self.head:self.head + 4])

    def forward(self, hop: Hop, to: bytes) -> Fate:
        ip = bytearray(self.ip)
        if ip[8] <= 1:
            return self.refuse('ttl', 11, 0, 0, 'icmp4_time_exceeded')
        if hop.kind == NOWHERE:
            return self.refuse('no_route', 3, 0, 0, 'icmp4_unreachable')
        ip[8] -= 1
        fix4(ip)
        outputs, counters, failure = self.send(hop, to, self.f[:14] + bytes(ip))
        if failure:
            return self.refuse('host_unreachable', 3, 1, 0, 'icmp4_unreachable')
        mtu = world.MTU[hop.interface]
        if self.total > mtu and ip[6] & 0x40:
            return self.refuse('too_big', 3, 4, mtu, 'icmp4_too_big')
        if self.total > mtu and (self.fragment & 0x1fff) * 8 + self.total - self.head > 65535:
            return self.drop('header')
        if self.total > mtu:
            outputs[0].mtu = mtu
            counters = [*counters, 'ip4_fragmented']
        if outputs[0].kind == SENT:
            counters = [*counters, 'ip4_forwarded']
        return Fate((self.received, *counters), outputs)


class Packet6(Packet):
    family, received = 'ip6', 'ip6_received'

    def judge(self) -> Fate:
        ip = self.ip
        is_to_group = self.is_to_group()
        if len(ip) < 40 or ip[0] >> 4 != 6 or word(ip, 4) + 40 > len(ip):
            return self.drop('header')
        if not is_to_group and not self.is_for_us():
            return self.drop('wrong_mac')
        self.source, self.to, self.total = ip[8:24], ip[24:40], word(ip, 4) + 40
        if ip[6] == CARP_PROTOCOL and (self.to == CARP_GROUP6 or self.is_own_here()):
            return self.carp()
        if self.is_martian(self.source):
            return self.drop('martian')
        if self.to[0] == 0xff or is_to_group:
            return self.drop('group')
        return self.unicast()

    @staticmethod
    def is_martian(a: bytes) -> bool:
        """Of what begins with 64 zero bits RFC 4291 has given out no address of a host."""
        return a[0] == 0xff or a[:8] == bytes(8)

    def carp(self) -> Fate:
        return Fate((self.received, 'carp_received6'), [Output(CARP, self.interface, self.f[6:])])

    def unicast(self) -> Fate:
        def is_link_local(a):
            return a[0] == 0xfe and a[1] & 0xc0 == 0x80
        if self.to == self.m.link_local[self.interface]:
            return self.local(Hop(LOCAL, self.interface), is_told=False)
        hop = self.m.tables[16].find(self.to)
        if self.is_martian(self.to):
            return self.drop('martian')
        is_here = hop.kind in (LOCAL, VIRTUAL) and hop.interface == self.interface
        if is_link_local(self.to) or is_link_local(self.source) and not is_here:
            return self.drop('link_local')
        return self.route(self.to)

    def local(self, hop: Hop, is_told: bool = True) -> Fate:
        ip = self.ip
        if ip[6] == 44:
            return self.drop('fragment')
        if ip[6] in EXTENSIONS:
            return self.drop('extension')
        if ip[6] == ICMP6 and self.total >= 48 and ip[40] == 128 and ip[41] == 0:
            return self.echo(hop)
        if ip[6] == ICMP6 or not is_told:
            return self.drop('no_service')
        if ip[6] == UDP:
            return self.refuse('no_service', 1, 4, 0, 'icmp6_unreachable')
        return self.refuse('no_service', 4, 1, 6, 'icmp6_unreachable')

    def echo(self, hop: Hop) -> Fate:
        body = bytearray(self.ip)
        body[8:24], body[24:40], body[7], body[40] = self.to, self.source, 64, 129
        total = (~word(body, 42) & 0xffff) + (~0x8000 & 0xffff) + 0x8100
        total = (total & 0xffff) + (total >> 16)
        total = (total & 0xffff) + (total >> 16)
        body[42:44] = (~total & 0xffff).to_bytes(2, 'big')
        if hop.interface == self.interface:
            mac = world.PORT_MAC[hop.interface] if hop.kind == LOCAL else \
                world.virtual_mac(hop.vhid)
            out = Output(REPLY, self.interface, mac + self.f[12:14] + bytes(body), [self.f[6:12]])
            return Fate((self.received, 'echo_replies6'), [out])
        outputs, counters = self.answer(bytes(12) + b'\x86\xdd' + bytes(body), 'echo_replies6')
        return Fate((self.received, *counters), outputs)

    def destination_of(self, octets: bytes) -> bytes:
        return octets[38:54]

    def may_be_told(self) -> bool:
        """RFC 4443 section 2.4 (e): not about what may be an error or a redirect."""
        protocol, at, seen = self.ip[6], 40, 0
        while protocol in (0, 43, 44, 51, 60):
            if seen == EXTENSIONS_FOLLOWED:
                return False
            if at + 8 > self.total:
                return False
            if protocol == 44 and word(self.ip, at + 2) & 0xfff8:
                return True
            length = 8 if protocol == 44 else self.ip[at + 1] * 8 + 8
            if protocol == 51:
                length = self.ip[at + 1] * 4 + 8
            protocol, at, seen = self.ip[at], at + length, seen + 1
        if seen == EXTENSIONS_FOLLOWED:
            return False
        if protocol != ICMP6:
            return True
        return at + 8 <= self.total and self.ip[at] >= 128 and self.ip[at] != 137

    def refuse(self, reason: str, kind: int, code: int, value: int, counter: str) -> Fate:
        if not self.may_be_told():
            return self.drop(reason)
        quote = self.ip[:min(self.total, 1280 - 48)]
        error = bytearray(bytes([kind, code, 0, 0]) + value.to_bytes(4, 'big') + quote)
        head = bytearray(40)
        head[0], head[6], head[7] = 0x60, ICMP6, 64
        head[4:6] = len(error).to_bytes(2, 'big')
        head[8:24], head[24:40] = world.packed(world.OWN[self.interface][1]), self.source
        error[2:4] = checksum(head[8:40] + head[4:6] + bytes([0, ICMP6]) + error).to_bytes(2, 'big')
        outputs, counters = self.answer(bytes(12) + b'\x86\xdd' + bytes(head + error), counter)
        return self.drop(reason, *counters, outputs=outputs)

    def flow(self) -> tuple:
        key = (self.source, self.to, self.ip[6], self.ip[1] & 15, self.ip[2:4])
        if self.ip[6] not in WITH_PORTS:
            return key
        return (*key, self.ip[40:44]) if self.total >= 44 else ()

    def forward(self, hop: Hop, to: bytes) -> Fate:
        ip = bytearray(self.ip)
        if ip[7] <= 1:
            return self.refuse('ttl', 3, 0, 0, 'icmp6_time_exceeded')
        if hop.kind == NOWHERE:
            return self.refuse('no_route', 1, 0, 0, 'icmp6_unreachable')
        ip[7] -= 1
        outputs, counters, failure = self.send(hop, to, self.f[:14] + bytes(ip))
        if failure:
            return self.refuse('host_unreachable', 1, 3, 0, 'icmp6_unreachable')
        mtu = world.MTU[hop.interface]
        if self.total > mtu:
            return self.refuse('too_big', 2, 0, mtu, 'icmp6_too_big')
        if outputs[0].kind == SENT:
            counters = [*counters, 'ip6_forwarded']
        return Fate((self.received, *counters), outputs)
