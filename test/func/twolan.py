# SPDX-License-Identifier: BSD-3-Clause
"""Hosts on two LANs, and interfaces whose link really falls."""
import netns
from lab import Lab
from nodes import SECRET, Koi, Node

WAN = 'brwan'


def add_wan(lab: Lab) -> None:
    netns.ip_batch_in(lab.switch, [
        f'link add {WAN} type bridge stp_state 0 forward_delay 0 mcast_snooping 0',
        f'link set {WAN} up'])


def wan_port(node: Node) -> str:
    return f'w-{node.name}'


def plug_wan(node: Node) -> None:
    """A second cable, e1, to the other bridge."""
    port = wan_port(node)
    netns.ip('link', 'add', 'e1', 'netns', node.netns, 'type', 'veth',
             'peer', 'name', port, 'netns', node.lab.switch)
    netns.ip_batch_in(node.lab.switch, [f'link set {port} master {WAN} up'])
    netns.ip_batch_in(node.netns, ['link set e1 up'])
    node.run('ethtool', '-K', 'e1', 'tx', 'off')


def configure_two(koi: Koi, host: int, skew: int, **carp) -> Koi:
    """vhid 1 on the LAN and vhid 2 on the WAN, both with the same skew."""
    interfaces = [{'name': 'lan', 'device': 'net_af_packet0,iface=e0',
                   'addresses': [f'10.0.0.{host}/24']},
                  {'name': 'wan', 'device': 'net_af_packet1,iface=e1',
                   'addresses': [f'10.1.0.{host}/24']}]
    vhids = [{'interface': 'lan', 'vhid': 1, 'advbase': 0, 'advskew': skew, 'pass': SECRET,
              'addresses': ['10.0.0.100/24']},
             {'interface': 'wan', 'vhid': 2, 'advbase': 0, 'advskew': skew, 'pass': SECRET,
              'addresses': ['10.1.0.100/24']}]
    koi.config = {'carp': carp, 'workers': {'idle': 'sleep'}, 'interfaces': interfaces,
                  'vhids': vhids}
    return koi


class Tap:
    """
    koi's LAN interface as a tap device, bridged to the cable. af_packet never shows a link that
    falls; a tap does when its kernel end is set down.
    """

    def __init__(self, koi: Koi):
        self.koi = koi
        koi.config['interfaces'][0]['device'] = 'net_tap0,iface=tap0'

    def bridge(self) -> None:
        """After koi has made the device. Its port has the kernel end's MAC, which a bridge would
        take for its own: the kernel end gets another one."""
        netns.ip_batch_in(self.koi.netns, [
            'link set tap0 address 02:00:00:00:00:7a',
            'link add brtap type bridge stp_state 0 forward_delay 0 mcast_snooping 0',
            'link set e0 master brtap', 'link set tap0 master brtap',
            'link set brtap up', 'link set tap0 up'])

    def set_link(self, is_up: bool) -> None:
        netns.ip('-n', self.koi.netns, 'link', 'set', 'tap0', 'up' if is_up else 'down')
