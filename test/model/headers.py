# SPDX-License-Identifier: BSD-3-Clause
"""Frames with random headers: most of them right but for one or two fields."""
import random

import world
from model import CARP_PROTOCOL, ICMP, ICMP6, TCP, UDP
from octets import checksum, fix4

GROUP4, GROUP6 = bytes([224, 0, 0, 18]), bytes.fromhex('ff020000000000000000000000000012')
MACS = [virtual for vhid in (1, 3, 4, 5, 6, 9) for virtual in [world.virtual_mac(vhid)]] + [
    *world.PORT_MAC, bytes.fromhex('020000000077'), b'\xff' * 6, bytes.fromhex('01005e000012'),
    bytes.fromhex('333300000012'), bytes.fromhex('00005e000200'), bytes(6)]

TO4 = [f'198.18.{n}.{last}' for n in range(9) for last in (7, 200)] + [
    '198.18.4.9', '198.18.4.77', '198.19.0.1', '198.20.0.1', '203.0.113.20', '203.0.113.99',
    '203.0.113.255', '8.8.8.8', '0.0.0.0', '0.1.2.3', '127.0.0.1', '126.255.255.255', '128.0.0.1',
    '223.255.255.255', '224.0.0.18', '224.0.0.1', '239.1.2.3', '240.0.0.1', '255.255.255.255',
    '255.255.255.254', '169.254.1.1', '169.253.255.255', '169.255.0.0']
TO6 = [f'2001:db8:10{n}:{sub}::7' for n in range(9) for sub in (0, '9000')] + [
    '2001:db8:104::77', '2001:db8:104:1::9', '2001:db8:108::20', '2001:db8:10a::1', '2001:db9::1',
    '::', '::1', '::2', '::ffff:1.2.3.4', 'ff02::12', 'ff02::1', 'ff05::2', 'ff0e::1', 'fe80::20',
    'febf::1', 'fec0::1', 'fe7f::1', 'fd00::1', *world.LINK_LOCAL]
for _net4, _net6 in [('10.0.0.', '2001:db8:a::'), ('192.0.2.', '2001:db8:b::'),
                     ('198.51.100.', '2001:db8:c::')]:
    TO4 += [f'{_net4}{n}' for n in (0, 1, 2, 3, 4, 5, 6, 7, 20, 21, 22, 23, 255)]
    TO6 += [f'{_net6}{n}' for n in (0, 1, 2, 3, 4, 5, 6, 7, 20, 21, 22, 23)]
TO4_OCTETS, TO6_OCTETS = [world.packed(a) for a in TO4], [world.packed(a) for a in TO6]
FROM4 = [world.packed(f'{net}{n}') for net in ('10.0.0.', '192.0.2.', '198.51.100.')
         for n in (20, 23, 77)]
FROM6 = [world.packed(f'{net}{n}') for net in ('2001:db8:a::', '2001:db8:b::', '2001:db8:c::')
         for n in (20, 23, 77)]
NEIGHBOUR_DISCOVERY = range(133, 138)


class Frames:
    def __init__(self, seed: int):
        self.r = random.Random(seed)
        self.virtual = [{v for i, v, role, _ in world.VHIDS if i == n and role == world.MASTER}
                        for n in range(3)]

    def one_in(self, n: int) -> bool:
        return self.r.random() * n < 1

    def mac(self, interface: int) -> bytes:
        if self.one_in(12):
            return self.r.choice(MACS)
        if self.virtual[interface] and self.one_in(2):
            return world.virtual_mac(next(iter(self.virtual[interface])))
        return world.PORT_MAC[interface]

    def next(self) -> tuple[int, int, bytes]:
        """(interface, octets of the first segment or 0, frame)"""
        interface = self.r.randrange(3)
        make = self.packet4 if self.one_in(2) else self.packet6
        kind, packet = make()
        if self.one_in(6):
            packet += self.r.randbytes(self.r.choice([1, 2, 7, 18, 46]))
        if self.one_in(60):
            packet = packet[:self.r.randrange(len(packet) + 1)]
        if self.one_in(500):
            kind = self.r.choice([b'\x08\x06', b'\x81\x00', b'\x88\xdd', b'\x08\x00', b'\x86\xdd'])
        frame = self.mac(interface) + b'\x02\0\0\0\0\x63' + kind + packet
        return interface, self.first_segment(len(frame)), frame

    def first_segment(self, length: int) -> int:
        """Devices put whole headers into the first segment, if they use several."""
        return self.r.randrange(128, length) if length > 200 and self.one_in(4) else 0

    def size(self) -> int:
        if not self.one_in(12):
            return self.r.choice([0, 1, 7, 8, 9, 20, 31])
        return self.r.choice([self.r.randrange(1500), 1232, 1231, 1233, 1240, 1252, 1260, 1253,
                              1452, 1460, 1472, 1480, 548, 549])

    def body(self, protocol: int) -> bytes:
        size = self.size()
        if protocol in (ICMP, ICMP6):
            kind = self.r.choice([0, 3, 4, 5, 8, 8, 8, 11, 12, 13] if protocol == ICMP else
                                 [1, 2, 3, 4, 100, 127, 128, 128, 128, 129, 130, 143, 200])
            code = self.r.randrange(3) if self.one_in(8) else 0
            return bytes([kind, code]) + self.r.randbytes(6 + size)
        ports = self.r.choice([1, 53, 4000, 65535]), self.r.choice([1, 53, 4000])
        return b''.join(p.to_bytes(2, 'big') for p in ports) + self.r.randbytes(4 + size)

    def options(self) -> bytes:
        r, made = self.r, b''
        while len(made) < 40 and not self.one_in(3):
            made += r.choice([
                b'\x01', b'\x07\x07\x04\0\0\0\0', b'\x44\x08\x05\0\0\0\0\0', b'\x94\x04\0\0',
                b'\x83\x07\x04\x0a\0\0\x09', b'\x89\x07\x04\x0a\0\0\x09', b'\x88\x04\0\x01', b'\0',
                bytes([r.randrange(256), r.randrange(12)]) + r.randbytes(r.randrange(6))])
        made = made[:40]
        return made + bytes(-len(made) % 4)

    def packet4(self) -> tuple[bytes, bytes]:
        r = self.r
        protocol = r.choice([UDP, UDP, TCP, ICMP, ICMP, CARP_PROTOCOL, r.randrange(256)])
        options = self.options() if self.one_in(8) else b''
        body = self.body(protocol)
        ip = bytearray(20) + options + body
        ip[0] = 0x45 + len(options) // 4
        ip[1] = r.randrange(256)
        ip[2:4] = len(ip).to_bytes(2, 'big')
        ip[4:6] = r.randbytes(2)
        ip[6:8] = r.choice([b'\0\0', b'\0\0', b'\x40\0', b'\x40\0', b'\x20\0', b'\0\x09',
                            b'\x20\x10', b'\x80\0', r.randbytes(2)]) if self.one_in(3) else b'\0\0'
        ip[8] = r.choice([0, 1, 2, 255, r.randrange(256)]) if self.one_in(4) else 64
        ip[9] = protocol
        ip[12:16] = self.address(FROM4, TO4_OCTETS, 6)
        ip[16:20] = self.address(TO4_OCTETS, TO4_OCTETS, 1)
        if protocol == CARP_PROTOCOL and self.one_in(2):
            ip[16:20] = GROUP4
        if self.one_in(10):
            self.spoil(ip, [0, 0, 2, 3, 3, 9, r.randrange(20)])
        fix4_if_it_can(ip)
        if self.one_in(20):
            self.spoil(ip, [10, 11, r.randrange(20)])
        return b'\x08\x00', bytes(ip)

    def address(self, usual: list[bytes], all_of_them: list[bytes], rarely: int) -> bytes:
        if self.one_in(60):
            return self.r.randbytes(len(usual[0]))
        return self.r.choice(usual if not self.one_in(rarely) else all_of_them)

    def spoil(self, ip: bytearray, places: list[int]) -> None:
        ip[self.r.choice(places)] = self.r.randrange(256)

    def extensions(self, protocol: int) -> tuple[int, bytes]:
        """Extension headers before this protocol: (first, octets)."""
        made, first = b'', protocol
        while len(made) < 64 and not self.one_in(2):
            kind = self.r.choice([0, 43, 44, 60, 51])
            length = 0 if kind == 44 else self.r.randrange(3)
            size = (length + 2) * 4 if kind == 51 else (length + 1) * 8
            made = bytes([first, length]) + self.r.choice(
                [bytes(size - 2), self.r.randbytes(size - 2)]) + made
            first = kind
        return first, made

    def packet6(self) -> tuple[bytes, bytes]:
        r = self.r
        protocol = r.choice([UDP, UDP, TCP, ICMP6, ICMP6, CARP_PROTOCOL, 59, r.randrange(256)])
        body = self.body(protocol)
        first = protocol
        if self.one_in(6):
            first, more = self.extensions(protocol)
            body = more + body
        ip = bytearray(40) + body
        ip[:4] = r.choice([b'\x60\0\0\0', bytes([0x60 | r.randrange(16)]) + r.randbytes(3)])
        ip[4:6] = len(body).to_bytes(2, 'big')
        ip[6] = first
        ip[7] = r.choice([0, 1, 2, 255, r.randrange(256)]) if self.one_in(4) else 64
        ip[8:24] = self.address(FROM6, TO6_OCTETS, 6)
        ip[24:40] = self.address(TO6_OCTETS, TO6_OCTETS, 1)
        if protocol == CARP_PROTOCOL and self.one_in(2):
            ip[24:40] = GROUP6
        if self.one_in(10):
            self.spoil(ip, [0, 4, 5, 5, 6, r.randrange(40)])
        if ip[6] == ICMP6 and len(ip) > 40 and ip[40] in NEIGHBOUR_DISCOVERY:
            ip[40] = 200
        return b'\x86\xdd', bytes(ip)


def fix4_if_it_can(ip: bytearray) -> None:
    """A header that claims to be longer than the packet has no checksum."""
    head = (ip[0] & 15) * 4
    if 20 <= head <= len(ip):
        fix4(ip)
    else:
        ip[10:12] = b'\0\0'
        ip[10:12] = checksum(ip[:20]).to_bytes(2, 'big')
