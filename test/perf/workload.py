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
    for path in write_captures(pathlib.Path(sys.argv[1])).values():
        print(path)
