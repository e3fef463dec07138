# SPDX-License-Identifier: BSD-3-Clause
"""CARP advertisements, written a second time: independent of koi, so that both can be wrong once.

scapy's CARP layer is not used: its digest does not agree with any implementation.
"""
import hashlib
import hmac
import ipaddress
import struct
from dataclasses import dataclass, replace

from frames import ETHERTYPE_IPV4, checksum, ethernet, ipv4

PROTOCOL = 112
GROUP = '224.0.0.18'
GROUP_MAC = '01:00:5e:00:00:12'
GROUP6 = 'ff02::12'
GROUP_MAC6 = '33:33:00:00:00:12'
BOW_OUT = 255


def virtual_mac(vhid: int) -> str:
    return f'00:00:5e:00:01:{vhid:02x}'


def digest(key: str, vhid: int, addresses: list[str], counter: bytes) -> bytes:
    """HMAC-SHA1 over version, type, vhid, the sorted addresses of both families, the counter."""
    parsed = {ipaddress.ip_address(a) for a in addresses}
    packed = [a.packed for version in (4, 6)
              for a in sorted(p for p in parsed if p.version == version)]
    message = bytes([2, 1, vhid]) + b''.join(packed) + counter
    return hmac.new(key.encode(), message, hashlib.sha1).digest()


@dataclass
class Advert:
    """What an advertisement says, in the order of the wire."""
    vhid: int
    advbase: int = 1
    advskew: int = 0
    demote: int = 0
    counter: int = 1
    version: int = 2
    type: int = 1
    authlen: int = 7
    digest: bytes = b''

    @classmethod
    def parse(cls, payload: bytes) -> 'Advert | None':
        if len(payload) < 36:
            return None
        first, vhid, skew, authlen, demote, base, _, counter = struct.unpack('!6BHQ', payload[:16])
        return cls(vhid, base, skew, demote, counter, first >> 4, first & 15, authlen,
                   payload[16:36])

    def signed(self, key: str, addresses: list[str]) -> 'Advert':
        counter = struct.pack('!Q', self.counter)
        return replace(self, digest=digest(key, self.vhid, addresses, counter))

    def is_signed(self, key: str, addresses: list[str]) -> bool:
        return hmac.compare_digest(self.digest, self.signed(key, addresses).digest)

    def is_bow_out(self) -> bool:
        return self.advbase == BOW_OUT and self.advskew == BOW_OUT

    def payload(self) -> bytes:
        head = bytes([self.version << 4 | self.type, self.vhid, self.advskew, self.authlen,
                      self.demote, self.advbase])
        tail = struct.pack('!Q', self.counter) + self.digest
        return head + struct.pack('!H', checksum(head + b'\0\0' + tail)) + tail


def frame(payload: bytes, source: str, vhid: int, *, ttl: int = 255, group: str = GROUP,
          group_mac: str = GROUP_MAC, source_mac: str | None = None) -> bytes:
    """The Ethernet frame that carries an advertisement."""
    packet = ipv4(source, group, PROTOCOL, payload, ttl=ttl, tos=0xe0)
    return ethernet(group_mac, source_mac or virtual_mac(vhid), ETHERTYPE_IPV4, packet)
