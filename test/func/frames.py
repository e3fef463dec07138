# SPDX-License-Identifier: BSD-3-Clause
"""Frames as octets: what the lab sends and captures. No more than the tests need."""
import socket
import struct
from dataclasses import dataclass
from functools import cached_property

ETHERTYPE_IPV4 = 0x0800
ETHERTYPE_ARP = 0x0806
ETHERTYPE_VLAN = 0x8100
ICMP = 1
CARP = 112
BROADCAST = 'ff:ff:ff:ff:ff:ff'
ZERO_MAC = '00:00:00:00:00:00'
ARP_REQUEST = 1
ARP_REPLY = 2


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
    def ip_protocol(self) -> int | None:
        is_ip = self.ethertype == ETHERTYPE_IPV4 and len(self.data) >= 34
        return self.data[23] if is_ip else None

    @property
    def ip_source(self) -> str:
        return socket.inet_ntoa(self.data[26:30])

    @property
    def ip_destination(self) -> str:
        return socket.inet_ntoa(self.data[30:34])

    @property
    def ip_payload(self) -> bytes:
        start = 14 + (self.data[14] & 15) * 4
        return self.data[start:14 + int.from_bytes(self.data[16:18], 'big')]

    @cached_property
    def echo(self) -> Echo | None:
        if self.ip_protocol != ICMP or self.ip_payload[0] not in (0, 8):
            return None
        identifier, sequence = struct.unpack('!HH', self.ip_payload[4:8])
        return Echo(self.ip_payload[0] == 0, identifier, sequence, self.ip_source,
                    self.ip_destination)

    def answers_for(self, address: str) -> bool:
        """True for an ARP reply or an echo reply that speaks for the address."""
        if self.arp is not None:
            return self.arp.op == ARP_REPLY and self.arp.sender == address
        return self.echo is not None and self.echo.is_reply and self.echo.source == address

    def __str__(self) -> str:
        what = self.arp or self.echo
        if what is None:
            what = f'type {self.ethertype:#06x} protocol {self.ip_protocol} {self.data.hex()}'
        return f'{self.time_ns / 1e9:.6f} {self.source} > {self.destination} {what}'
