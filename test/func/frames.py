# SPDX-License-Identifier: BSD-3-Clause
"""Frames as octets: what the lab sends and captures. No more than the tests need."""
import socket
import struct
from dataclasses import dataclass
from functools import cached_property

ETHERTYPE_IPV4 = 0x0800
ETHERTYPE_ARP = 0x0806
ETHERTYPE_VLAN = 0x8100
ETHERTYPE_IPV6 = 0x86dd
ICMP = 1
UDP = 17
ICMPV6 = 58
CARP = 112
BROADCAST = 'ff:ff:ff:ff:ff:ff'
ZERO_MAC = '00:00:00:00:00:00'
ARP_REQUEST = 1
ARP_REPLY = 2
NS = 135
NA = 136
ROUTER, SOLICITED, OVERRIDE = 4, 2, 1
ALL_NODES = 'ff02::1'


def mac_bytes(mac: str) -> bytes:
    return bytes.fromhex(mac.replace(':', ''))


def mac_text(octets: bytes) -> str:
    return octets.hex(':')


def checksum(data: bytes) -> int:
    if len(data) % 2:
        data += b'\0'
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ethernet(destination: str, source: str, ethertype: int, payload: bytes) -> bytes:
    return mac_bytes(destination) + mac_bytes(source) + struct.pack('!H', ethertype) + payload


def tagged(frame: bytes, vid: int, priority: int = 0) -> bytes:
    """The frame with an 802.1Q tag after its addresses."""
    return frame[:12] + struct.pack('!HH', ETHERTYPE_VLAN, priority << 13 | vid) + frame[12:]


def ipv4(source: str, destination: str, protocol: int, payload: bytes, *, ttl: int = 64,
         tos: int = 0, length: int | None = None) -> bytes:
    """@p length instead of the true one for what is cut short."""
    def header(total: int) -> bytes:
        return struct.pack('!BBHHHBBH4s4s', 0x45, tos, length or 20 + len(payload), 0, 0x4000, ttl,
                           protocol, total, socket.inet_aton(source),
                           socket.inet_aton(destination))
    return header(checksum(header(0))) + payload


def udp(destination_mac: str, source_mac: str, source: str, destination: str, source_port: int,
        payload: bytes = b'') -> bytes:
    """To the discard port, without a checksum."""
    message = struct.pack('!HHHH', source_port, 9, 8 + len(payload), 0) + payload
    return ethernet(destination_mac, source_mac, ETHERTYPE_IPV4,
                    ipv4(source, destination, UDP, message))


def group_mac6(group: str) -> str:
    return '33:33:' + mac_text(socket.inet_pton(socket.AF_INET6, group)[12:])


def solicited_node(address: str) -> str:
    low = socket.inet_pton(socket.AF_INET6, address)[13:]
    return socket.inet_ntop(socket.AF_INET6, bytes.fromhex('ff02' + '00' * 9 + '01ff') + low)


def ipv6(source: str, destination: str, protocol: int, payload: bytes, *,
         hop_limit: int = 255, traffic_class: int = 0, length: int | None = None) -> bytes:
    return (struct.pack('!IHBB', 6 << 28 | traffic_class << 20,
                        len(payload) if length is None else length, protocol, hop_limit) +
            socket.inet_pton(socket.AF_INET6, source) +
            socket.inet_pton(socket.AF_INET6, destination) + payload)


def udp6(destination_mac: str, source_mac: str, source: str, destination: str, source_port: int,
         payload: bytes = b'') -> bytes:
    """To the discard port, with a checksum that is not right."""
    message = struct.pack('!HHHH', source_port, 9, 8 + len(payload), 1) + payload
    return ethernet(destination_mac, source_mac, ETHERTYPE_IPV6,
                    ipv6(source, destination, UDP, message))


def icmpv6(source: str, destination: str, message: bytes, **header) -> bytes:
    """The IPv6 packet of a message whose checksum is still 0."""
    pseudo = (socket.inet_pton(socket.AF_INET6, source) +
              socket.inet_pton(socket.AF_INET6, destination) +
              struct.pack('!II', len(message), ICMPV6))
    total = checksum(pseudo + message)
    return ipv6(source, destination, ICMPV6,
                message[:2] + struct.pack('!H', total) + message[4:], **header)


def lladdr(kind: int, mac: str) -> bytes:
    """The option with a MAC: kind 1 of the source, 2 of the target."""
    return bytes([kind, 1]) + mac_bytes(mac)


def solicitation(source_mac: str, source: str, target: str, *,
                 destination: str | None = None, destination_mac: str | None = None) -> bytes:
    """From :: it asks whether the target is free, and has no MAC."""
    group = destination or solicited_node(target)
    message = bytes([NS, 0, 0, 0, 0, 0, 0, 0]) + socket.inet_pton(socket.AF_INET6, target)
    if source != '::':
        message += lladdr(1, source_mac)
    return ethernet(destination_mac or group_mac6(group), source_mac, ETHERTYPE_IPV6,
                    icmpv6(source, group, message))


def advertisement(source_mac: str, source: str, target: str, *, flags: int = OVERRIDE,
                  destination: str = ALL_NODES) -> bytes:
    message = (bytes([NA, 0, 0, 0, flags << 5, 0, 0, 0]) +
               socket.inet_pton(socket.AF_INET6, target) + lladdr(2, source_mac))
    return ethernet(group_mac6(destination), source_mac, ETHERTYPE_IPV6,
                    icmpv6(source, destination, message))


def echo_request6(destination_mac: str, source_mac: str, source: str, destination: str,
                  identifier: int, sequence: int, data: bytes = b'koi' * 8) -> bytes:
    message = struct.pack('!BBHHH', 128, 0, 0, identifier, sequence) + data
    return ethernet(destination_mac, source_mac, ETHERTYPE_IPV6,
                    icmpv6(source, destination, message, hop_limit=64))


def arp(op: int, sender_mac: str, sender: str, target_mac: str, target: str) -> bytes:
    return struct.pack('!HHBBH6s4s6s4s', 1, ETHERTYPE_IPV4, 6, 4, op, mac_bytes(sender_mac),
                       socket.inet_aton(sender), mac_bytes(target_mac), socket.inet_aton(target))


def arp_request(source_mac: str, sender: str, target: str, *,
                destination: str = BROADCAST) -> bytes:
    return ethernet(destination, source_mac, ETHERTYPE_ARP,
                    arp(ARP_REQUEST, source_mac, sender, ZERO_MAC, target))


def echo_request(destination_mac: str, source_mac: str, source: str, destination: str,
                 identifier: int, sequence: int, data: bytes = b'koi' * 8) -> bytes:
    head = struct.pack('!BBHHH', 8, 0, 0, identifier, sequence)
    total = checksum(head + data)
    message = struct.pack('!BBHHH', 8, 0, total, identifier, sequence) + data
    return ethernet(destination_mac, source_mac, ETHERTYPE_IPV4,
                    ipv4(source, destination, ICMP, message))


@dataclass(frozen=True)
class Arp:
    op: int
    sender_mac: str
    sender: str
    target_mac: str
    target: str


@dataclass(frozen=True)
class Echo:
    is_reply: bool
    identifier: int
    sequence: int
    source: str
    destination: str


@dataclass(frozen=True)
class Neighbour:
    """@p flags of an advertisement: 4 router, 2 solicited, 1 override."""
    type: int
    flags: int
    target: str
    mac: str | None

    @property
    def is_answer(self) -> bool:
        return self.type == NA and bool(self.flags & SOLICITED)


@dataclass
class Frame:
    """A captured frame; what it carries is read when asked for."""
    time_ns: int
    data: bytes
    vid: int = 0

    @property
    def destination(self) -> str:
        return mac_text(self.data[:6])

    @property
    def source(self) -> str:
        return mac_text(self.data[6:12])

    @property
    def ethertype(self) -> int:
        return int.from_bytes(self.data[12:14], 'big')

    @cached_property
    def arp(self) -> Arp | None:
        if self.ethertype != ETHERTYPE_ARP or len(self.data) < 42:
            return None
        op, sha, spa, tha, tpa = struct.unpack('!H6s4s6s4s', self.data[20:42])
        return Arp(op, mac_text(sha), socket.inet_ntoa(spa), mac_text(tha), socket.inet_ntoa(tpa))

    @property
    def is_ipv6(self) -> bool:
        return self.ethertype == ETHERTYPE_IPV6 and len(self.data) >= 54

    @property
    def ip_protocol(self) -> int | None:
        """Of IPv6 what follows the header, be it an extension."""
        if self.is_ipv6:
            return self.data[20]
        is_ip = self.ethertype == ETHERTYPE_IPV4 and len(self.data) >= 34
        return self.data[23] if is_ip else None

    @property
    def ip_source(self) -> str:
        if self.is_ipv6:
            return socket.inet_ntop(socket.AF_INET6, self.data[22:38])
        return socket.inet_ntoa(self.data[26:30])

    @property
    def ip_destination(self) -> str:
        if self.is_ipv6:
            return socket.inet_ntop(socket.AF_INET6, self.data[38:54])
        return socket.inet_ntoa(self.data[30:34])

    @property
    def ip_payload(self) -> bytes:
        if self.is_ipv6:
            return self.data[54:54 + int.from_bytes(self.data[18:20], 'big')]
        start = 14 + (self.data[14] & 15) * 4
        return self.data[start:14 + int.from_bytes(self.data[16:18], 'big')]

    @cached_property
    def echo(self) -> Echo | None:
        kinds = {ICMP: {0: True, 8: False}, ICMPV6: {129: True, 128: False}}
        kind = kinds.get(self.ip_protocol, {})
        if len(self.ip_payload) < 8 or self.ip_payload[0] not in kind:
            return None
        identifier, sequence = struct.unpack('!HH', self.ip_payload[4:8])
        return Echo(kind[self.ip_payload[0]], identifier, sequence, self.ip_source,
                    self.ip_destination)

    @cached_property
    def neighbour(self) -> Neighbour | None:
        """A neighbour solicitation or advertisement."""
        if self.ip_protocol != ICMPV6 or len(self.ip_payload) < 24 or \
                self.ip_payload[0] not in (NS, NA):
            return None
        message = self.ip_payload
        target = socket.inet_ntop(socket.AF_INET6, message[8:24])
        mac = mac_text(message[26:32]) if len(message) >= 32 else None
        return Neighbour(message[0], message[4] >> 5, target, mac)

    def answers_for(self, address: str) -> bool:
        """True for an ARP reply, a solicited NA or an echo reply that speaks for the address."""
        if self.arp is not None:
            return self.arp.op == ARP_REPLY and self.arp.sender == address
        if self.neighbour is not None:
            return self.neighbour.is_answer and self.neighbour.target == address
        return self.echo is not None and self.echo.is_reply and self.echo.source == address

    def __str__(self) -> str:
        what = self.arp or self.echo
        if what is None:
            what = f'type {self.ethertype:#06x} protocol {self.ip_protocol} {self.data.hex()}'
        return f'{self.time_ns / 1e9:.6f} {self.source} > {self.destination} {what}'
