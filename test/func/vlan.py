# SPDX-License-Identifier: BSD-3-Clause
"""A VLAN of the lab: a bridge of its own behind a relay that tags, for hosts that know no VLANs."""
import netns
from lab import Lab
from nodes import BUILD, SECRET, Koi
from process import Process


def make_hub(lab: Lab) -> None:
    """
    A virtual MAC is at one port in one VLAN and at another in the next. A switch learns for each
    VLAN; this bridge knows none, and so it must not learn at all.
    """
    netns.ip('-n', lab.switch, 'link', 'set', 'br0', 'type', 'bridge', 'ageing_time', '0')


def add_vlan(lab: Lab, vid: int) -> str:
    """The bridge whose hosts are in the VLAN."""
    bridge, trunk, access = f'br{vid}', f'trunk{vid}', f'access{vid}'
    netns.ip_batch_in(lab.switch, [
        f'link add {bridge} type bridge stp_state 0 forward_delay 0 mcast_snooping 0',
        f'link set {bridge} up',
        f'link add {trunk} type veth peer name {trunk}r',
        f'link add {access} type veth peer name {access}r',
        f'link set {trunk} master br0 up', f'link set {access} master {bridge} up',
        f'link set {trunk}r up', f'link set {access}r up'])
    relay = Process(lab.switch, [str(BUILD / 'test/func/vlanrelay'), f'{trunk}r', f'{access}r',
                                 str(vid)], lab.folder / f'relay{vid}.log')
    lab.processes.append(relay)
    relay.wait_log('ready', 5)
    return bridge


def address_in(vid: int, host: int) -> str:
    """10.0.0.x without a tag, 10.VID.0.x with one."""
    return f'10.{vid}.0.{host}'


def interface_of(vid: int) -> str:
    return f'lan.{vid}' if vid else 'lan'


def configure_vlans(koi: Koi, host: int, skews: dict[int, int], **carp) -> Koi:
    """vhid 1 on each VLAN (0: without a tag), with the skew that @p skews says."""
    interfaces = [{'name': 'lan', 'device': 'net_af_packet0,iface=e0',
                   'addresses': [f'{address_in(0, host)}/24']}]
    interfaces += [{'name': interface_of(vid), 'parent': 'lan', 'vlan': vid,
                    'addresses': [f'{address_in(vid, host)}/24']} for vid in skews if vid]
    vhids = [{'interface': interface_of(vid), 'vhid': 1, 'advbase': 0, 'advskew': skew,
              'pass': SECRET, 'addresses': [f'{address_in(vid, 100)}/24']}
             for vid, skew in skews.items()]
    koi.config = {'carp': carp, 'workers': {'idle': 'sleep'}, 'interfaces': interfaces,
                  'vhids': vhids}
    return koi
