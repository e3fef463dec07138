# SPDX-License-Identifier: BSD-3-Clause
"""IPv6 in the lab: fd00::/64 beside 10.0.0.0/24, and the virtual address fd00::100."""
from frames import Frame
from nodes import Koi
from wait import wait_for

VIRTUAL6 = 'fd00::100'


def own6(node: Koi) -> str:
    """10.0.0.11 has fd00::11."""
    return f"fd00::{node.address.rsplit('.', 1)[1]}"


def link_local(mac: str) -> str:
    """What RFC 4291 appendix A makes of a MAC, whose first zeros are not written."""
    octets = [int(o, 16) for o in mac.split(':')]
    octets[0] ^= 2
    eui = octets[:3] + [0xff, 0xfe] + octets[3:]
    return 'fe80::' + ':'.join(f'{eui[i] << 8 | eui[i + 1]:x}' for i in range(0, 8, 2))


def only_ipv6(node: Koi) -> None:
    node.config['interfaces'][0]['addresses'] = [f'{own6(node)}/64']
    node.config['vhids'][0]['addresses'] = [f'{VIRTUAL6}/64']


def dual_stack(node: Koi) -> None:
    node.config['interfaces'][0]['addresses'].append(f'{own6(node)}/64')
    node.config['vhids'][0]['addresses'].append(f'{VIRTUAL6}/64')


def is_advert6(f: Frame) -> bool:
    return f.is_ipv6 and f.ip_protocol == 112


def is_na(address: str):
    return lambda f: f.neighbour is not None and f.neighbour.is_answer and \
        f.neighbour.target == address


def wait_own(node: Koi, seconds: float = 3) -> None:
    """No own address is tentative any more."""
    wait_for('own addresses',
             lambda: node.ask('/interface/info,lan')['tentative_addresses'] == 0, seconds)
