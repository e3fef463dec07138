# SPDX-License-Identifier: BSD-3-Clause
"""IPv6 addresses that come and go by reload, on VLANs, and unicast peers."""
import time

import pytest

from advert import virtual_mac
from frames import NA, solicitation
from ipv6 import VIRTUAL6, dual_stack, is_advert6, is_na, link_local, only_ipv6, own6, wait_own
from nodes import Koi
from pair import FAST_A, FAST_B, Pair, make_pair
from test_reload import Undisturbed
from vlan import add_vlan, configure_vlans, make_hub
from wait import never, wait_for

pytestmark = [pytest.mark.usefixtures('needs_koi'), pytest.mark.serial]

NEW = 'fd00::101'


def is_announced(pair: Pair, address: str, since_ns: int) -> bool:
    return any(f.neighbour and f.neighbour.type == NA and not f.neighbour.is_answer and
               f.neighbour.target == address for f in pair.captures['a'].frames(since_ns))


@pytest.mark.parametrize('order', ['ab', 'ba'])
def test_addresses(lab, order):
    """An IPv6 address more, and less, of a running vhid, on one host after the other."""
    pair = make_pair(lab, FAST_A, FAST_B, only_ipv6, virtual=VIRTUAL6)
    before = Undisturbed(pair)
    nodes = [getattr(pair, name) for name in order]
    for node in nodes:
        node.config['vhids'][0]['addresses'].append(f'{NEW}/64')
        since_ns = node.reload()
        if node is pair.a:
            pair.client.ask(solicitation(pair.client.mac, pair.client.address6, NEW), is_na(NEW))
            wait_for('the announcement', lambda: is_announced(pair, NEW, since_ns), 1)
    for node in nodes:
        node.config['vhids'][0]['addresses'].pop()
        node.reload()
    since_ns = pair.client.send(solicitation(pair.client.mac, pair.client.address6, NEW))
    never('a transition or an answer', lambda: pair.transitions() != before.transitions or
          pair.captures['a'].answers(NEW, since_ns), 1.5 * pair.b.master_down_s)
    before.check()


@pytest.mark.parametrize('order', ['ab', 'ba'])
def test_second_family(lab, order):
    """A vhid of IPv4 gets its first IPv6 address, and loses it again: nobody takes over."""
    def hurry(node: Koi) -> None:
        node.config['vhids'][0]['address_grace_s'] = 1
    pair = make_pair(lab, FAST_A, FAST_B, hurry)
    before = Undisturbed(pair)
    nodes = [getattr(pair, name) for name in order]
    good = [list(node.config['vhids'][0]['addresses']) for node in nodes]
    for node in nodes:
        node.config['vhids'][0]['addresses'].append(f'{VIRTUAL6}/64')
        since_ns = node.reload()
        assert f'{link_local(node.mac)}/64' in node.ask('/interface/info,lan')['addresses']
    wait_for('IPv6', lambda: pair.captures['a'].first(is_advert6, since_ns), 3)
    assert pair.b.vhid()['source6'] == link_local(pair.b.mac)
    for node, addresses in zip(nodes, good):
        node.config['vhids'][0]['addresses'] = addresses
        node.reload()
        assert node.ask('/interface/info,lan')['addresses'] == [f'{node.address}/24']
    never('a transition', lambda: pair.transitions() != before.transitions,
          1.5 * pair.b.master_down_s)
    before.check()


def test_own_address(lab):
    """An own address that comes is asked for, and those that stay are not asked for again."""
    koi = lab.koi('k', '10.0.0.11').configure(**FAST_A)
    only_ipv6(koi)
    koi.start()
    wait_own(koi)
    capture = koi.capture()
    koi.config['interfaces'][0]['addresses'].append('fd00::211/64')
    koi.reload()
    assert koi.ask('/interface/info,lan')['tentative_addresses'] == 1
    wait_own(koi)
    asked = {f.neighbour.target for f in capture.frames() if f.neighbour and f.ip_source == '::'}
    assert asked == {'fd00::211'}


def test_vlan(lab):
    """The same virtual link-local address in two VLANs; a Linux host in one of them."""
    make_hub(lab)
    client = lab.client('c', '10.100.0.128', bridge=add_vlan(lab, 100)).use_ipv6()
    koi = configure_vlans(lab.koi('k', '10.0.0.11'), 11, {0: 26, 100: 26})
    for vhid, own in zip(koi.config['vhids'], koi.config['interfaces']):
        vhid['addresses'].append('fe80::5e:1/64')
    koi.config['interfaces'][1]['addresses'].append('fd00::11/64')
    koi.config['vhids'][1]['addresses'].append(f'{VIRTUAL6}/64')
    koi.start()
    for name in ('1@lan', '1@lan.100'):
        koi.wait_state('MASTER', vhid=name)
    client.run('ping', '-6', '-c', '2', '-i', '0.05', '-W', '1', 'fe80::5e:1%e0')
    client.run('ping', '-6', '-c', '2', '-i', '0.05', '-W', '1', VIRTUAL6)
    assert client.neighbour6(VIRTUAL6) == virtual_mac(1)
    capture = lab.capture('e0', namespace=client.netns)
    heard = wait_for('an advertisement', lambda: capture.first(is_advert6), 2)
    assert (heard.vid, heard.ip_source) == (0, link_local(koi.mac))


@pytest.mark.parametrize('kind', ['global', 'link-local'])
def test_peers(lab, kind):
    """To the peer's address and MAC, from the address that it knows; takeover as with the group."""
    macs: dict[str, str] = {}

    def address_of(name: str) -> str:
        return {'a': 'fd00::11', 'b': 'fd00::12'}[name] if kind == 'global' else \
            {'a': 'fe80::11', 'b': 'fe80::12'}[name]

    def use_peers(node: Koi) -> None:
        only_ipv6(node)
        other = 'b' if node.name == 'a' else 'a'
        node.config['interfaces'][0]['addresses'] = [f'{own6(node)}/64',
                                                     f'fe80::{own6(node)[6:]}/64']
        node.config['vhids'][0]['peers'] = [address_of(other)]
        macs[node.name] = node.mac
    pair = make_pair(lab, FAST_A, FAST_B, use_peers, virtual=VIRTUAL6)
    since_ns = time.time_ns()
    wait_for('adverts', lambda: len(pair.captures['a'].adverts(since_ns)) > 3, 3)
    told = {(f.ip_source, f.ip_destination, f.destination)
            for f in pair.captures['a'].frames(since_ns) if f.ip_protocol == 112}
    assert told == {(address_of('a'), address_of('b'), macs['b'])}
    killed_ns = pair.a.kill()
    pair.takes_over(pair.b, killed_ns)
    assert pair.silence_s(killed_ns) <= pair.b.master_down_s + 0.1
    assert pair.b.stats()['drop_peer'] == 0


def test_dual_stack_with_peers_of_one_family(lab):
    """IPv4 by unicast, IPv6 to the group."""
    def use_peers(node: Koi) -> None:
        dual_stack(node)
        node.config['vhids'][0]['peers'] = ['10.0.0.12' if node.name == 'a' else '10.0.0.11']
    pair = make_pair(lab, FAST_A, FAST_B, use_peers)
    since_ns = time.time_ns()
    wait_for('adverts', lambda: len(pair.captures['a'].adverts(since_ns)) > 5, 3)
    assert {f.ip_destination for f in pair.captures['a'].frames(since_ns)
            if f.ip_protocol == 112} == {'10.0.0.12', 'ff02::12'}
