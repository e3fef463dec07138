# SPDX-License-Identifier: BSD-3-Clause
"""What the workers are given: requests from many neighbours, in captures for net_pcap."""
import ipaddress
import pathlib
import random
import sys

# Frames and captures are those of the functional tests.
sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / 'func'))

import frames  # noqa: E402
import pcap  # noqa: E402

FLOWS = 256
LAN = ipaddress.ip_network('10.0.0.0/20')
VIRTUAL = '10.0.0.1'
OWN = '10.0.0.2'
LAN6 = ipaddress.ip_network('fd00:1::/64')
VIRTUAL6 = 'fd00:1::1'
OWN6 = 'fd00:1::2'
VHID = 1
VIRTUAL_MAC = f'00:00:5e:00:01:{VHID:02x}'
# What net_pcap gives to the first port.
PORT_MAC = '02:70:63:61:70:00'
# Without the checksum, which no virtual device has.
FRAME_MIN = 60
# Of the host that sends what is forwarded.
FORWARD_MAC = '02:00:00:00:00:01'


def neighbours() -> list[tuple[str, str]]:
    """Address and MAC of hosts scattered over the LAN, the same ones in every run."""
    picked = random.Random(1).sample(range(16, LAN.num_addresses - 1), FLOWS)
    return [(str(LAN[n]), f'02:00:00:00:{n >> 8:02x}:{n & 255:02x}') for n in picked]


def arp_requests(target: str) -> list[bytes]:
    return [frames.arp_request(mac, address, target).ljust(FRAME_MIN, b'\0')
            for address, mac in neighbours()]


def echo_requests(target: str, target_mac: str) -> list[bytes]:
    return [frames.echo_request(target_mac, mac, address, target, 1 + number, 1, b'koi' * 6)
            for number, (address, mac) in enumerate(neighbours())]


def neighbours6() -> list[tuple[str, str]]:
    """The same hosts, with addresses made of their MACs."""
    return [(str(LAN6[0x0200_00ff_fe00_0000 | int(mac.replace(':', ''), 16) & 0xffff]), mac)
            for _, mac in neighbours()]


def solicitations(target: str) -> list[bytes]:
    return [frames.solicitation(mac, address, target) for address, mac in neighbours6()]


def echo_requests6(target: str, target_mac: str) -> list[bytes]:
    return [frames.echo_request6(target_mac, mac, address, target, 1 + number, 1, b'koi' * 6)
            for number, (address, mac) in enumerate(neighbours6())]


def reference_of(name: str) -> str:
    """What icmpecho is given instead, as it answers nothing of IPv6."""
    return name.replace('nd-', 'arp-').replace('echo6-', 'echo-')


def to_forward4(target_mac: str, number: int) -> bytes:
    """A UDP packet to one of two networks in turn, as DPDK's l3fwd has them."""
    source = f'192.0.2.{10 + number % 240}'
    target = f'198.18.{number % 2}.{1 + number * 7 % 250}'
    return frames.udp(target_mac, FORWARD_MAC, source, target, 1024 + number).ljust(
        FRAME_MIN, b'\0')


def to_forward6(target_mac: str, number: int) -> bytes:
    """Likewise over IPv6; a header more, and 64 octets on the wire no more."""
    target = f'2001:200:0:{number % 2}::1'
    return frames.udp6(target_mac, FORWARD_MAC, f'2001:db8::{10 + number:x}', target,
                       1024 + number)


def write_forward_captures(folder: pathlib.Path, target_mac: str = PORT_MAC,
                           name: str = '') -> dict[str, pathlib.Path]:
    """What is forwarded, sent to this MAC."""
    paths = {}
    for family, make in (('forward4', to_forward4), ('forward6', to_forward6)):
        paths[family] = folder / f'{family}{name}.pcap'
        pcap.write_pcap(paths[family], [make(target_mac, number) for number in range(FLOWS)])
    return paths


def write_captures(folder: pathlib.Path) -> dict[str, pathlib.Path]:
    """One capture for each thing that is measured."""
    contents = {
        'arp-virtual': arp_requests(VIRTUAL),
        'arp-own': arp_requests(OWN),
        'echo-virtual': echo_requests(VIRTUAL, VIRTUAL_MAC),
        'echo-own': echo_requests(OWN, PORT_MAC),
        'nd-virtual': solicitations(VIRTUAL6),
        'nd-own': solicitations(OWN6),
        'echo6-virtual': echo_requests6(VIRTUAL6, VIRTUAL_MAC),
        'echo6-own': echo_requests6(OWN6, PORT_MAC),
    }
    paths = {}
    for name, content in contents.items():
        paths[name] = folder / f'{name}.pcap'
        pcap.write_pcap(paths[name], content)
    return paths


if __name__ == '__main__':
    where = pathlib.Path(sys.argv[1])
    for path in (write_captures(where) | write_forward_captures(where)).values():
        print(path)
