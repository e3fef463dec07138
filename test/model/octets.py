# SPDX-License-Identifier: BSD-3-Clause
"""Words and checksums."""
import struct


def word(octets: bytes, at: int) -> int:
    return octets[at] << 8 | octets[at + 1]


def checksum(octets: bytes) -> int:
    """RFC 1071."""
    if len(octets) % 2:
        octets = bytes(octets) + b'\0'
    total = sum(struct.unpack(f'!{len(octets) // 2}H', octets))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff


def fix4(ip: bytearray) -> None:
    """Write the checksum of an IPv4 header."""
    head = (ip[0] & 15) * 4
    ip[10:12] = b'\0\0'
    ip[10:12] = checksum(ip[:head]).to_bytes(2, 'big')
