# SPDX-License-Identifier: BSD-3-Clause
"""The host's own IPv6 addresses: duplicates are found, groups are told to switches."""
import socket

import pytest

from advert import virtual_mac
from frames import NS, Frame, advertisement, group_mac6, solicitation, solicited_node
from ipv6 import VIRTUAL6, dual_stack, is_na, link_local, only_ipv6, own6, wait_own
from nodes import Client, Koi
from wait import wait_for

pytestmark = pytest.mark.usefixtures('needs_koi')

FAST = {'advbase': 0, 'advskew': 26}


@pytest.fixture
def koi(lab):
    koi = lab.koi('k', '10.0.0.11').configure(**FAST)
    only_ipv6(koi)
    return koi


@pytest.fixture
def client(lab) -> Client:
    return lab.client().use_ipv6()


def info(koi: Koi) -> dict:
    return koi.ask('/interface/info,lan')


def events(koi: Koi, kind: str) -> list[dict]:
    return [e for e in koi.ask('/carp/events,0')['events'].values() if e['type'] == kind]


def is_probe(f: Frame) -> bool:
    return f.neighbour is not None and f.neighbour.type == NS and f.ip_source == '::'


def test_own_addresses_are_asked_for(koi):
    """Each once, from nobody, of its solicited-node group; virtual ones never; the vhid goes on."""
    capture = koi.capture()
    koi.start()
    koi.wait_state('MASTER')
    assert info(koi)['tentative_addresses'] == 2
    assert set(info(koi)['addresses']) == {f'{own6(koi)}/64', f'{link_local(koi.mac)}/64'}
    wait_own(koi)
    asked = [f for f in capture.frames() if is_probe(f)]
    assert sorted(f.neighbour.target for f in asked) == sorted([own6(koi), link_local(koi.mac)])
    for f in asked:
        group = solicited_node(f.neighbour.target)
        assert (f.source, f.destination, f.ip_destination) == (koi.mac, group_mac6(group), group)
        assert f.neighbour.mac is None
    assert info(koi)['duplicate_addresses'] == 0


@pytest.mark.parametrize('is_configured', [True, False])
def test_duplicate(koi, client, is_configured):
    """A Linux host has our address: said, not answered for; the vhid serves all the same."""
    taken = own6(koi) if is_configured else link_local(koi.mac)
    client.run('ip', 'address', 'add', f'{taken}/64', 'dev', 'e0', 'nodad')
    koi.start()
    wait_for('the duplicate', lambda: info(koi)['duplicate_addresses'] == 1, 3)
    assert info(koi)['duplicate_address'] == taken
    told = wait_for('the event', lambda: events(koi, 'duplicate address'), 1)
    assert [(e['interface'], e['address'], e['mac']) for e in told] == [('lan', taken, client.mac)]
    koi.process.wait_log('duplicate address', 1)
    koi.wait_state('MASTER')
    capture = koi.capture()
    since_ns = client.send(solicitation(client.mac, client.address6, taken))
    client.ask(solicitation(client.mac, client.address6, VIRTUAL6), is_na(VIRTUAL6))
    assert not [f for f in capture.frames(since_ns) if f.neighbour and f.neighbour.target == taken]


def test_two_ask_at_once(koi, client):
    """Somebody asks for the address while we do: neither has it."""
    capture = koi.capture()
    koi.start(wait=False)
    wait_for('our question', lambda: capture.first(
        lambda f: is_probe(f) and f.neighbour.target == own6(koi)), 5)
    client.send(solicitation(client.mac, '::', own6(koi)))
    wait_for('the duplicate', lambda: info(koi)['duplicate_addresses'] == 1, 3)


def test_linux_finds_ours(koi, client):
    """A Linux host that is given our address sees that it is a duplicate; so do we, as a probe."""
    koi.start()
    wait_own(koi)
    client.run('sysctl', '-qw', 'net.ipv6.conf.e0.accept_dad=1')
    client.run('ip', 'address', 'add', f'{own6(koi)}/64', 'dev', 'e0')
    wait_for('dadfailed', lambda: 'dadfailed' in client.run(
        'ip', '-6', 'address', 'show', 'dev', 'e0'), 3)
    assert info(koi)['duplicate_addresses'] == 0
    assert not events(koi, 'address conflict')


def test_conflict(koi, client):
    """Somebody claims an address that we use: told, not more often than in 10 s."""
    koi.start()
    wait_own(koi)
    for _ in range(3):
        client.send(advertisement(client.mac, own6(koi), own6(koi)))
    told = wait_for('the conflict', lambda: events(koi, 'address conflict'), 2)
    assert [(e['address'], e['mac']) for e in told] == [(own6(koi), client.mac)]
    client.ask(solicitation(client.mac, client.address6, own6(koi)), is_na(own6(koi)))
    assert len(events(koi, 'address conflict')) == 1


def test_claim_of_a_virtual_address(koi, client):
    """A claim while MASTER is a split brain; one by the virtual MAC is not."""
    koi.start()
    koi.wait_state('MASTER')
    client.send(advertisement(virtual_mac(1), VIRTUAL6, VIRTUAL6))
    client.ask(solicitation(client.mac, client.address6, VIRTUAL6), is_na(VIRTUAL6))
    assert not koi.vhid()['split_brain']
    client.send(advertisement(client.mac, VIRTUAL6, VIRTUAL6))
    wait_for('the split brain', lambda: koi.vhid()['split_brain'], 2)
    told = koi.vhid()
    assert (told['split_brain_claim'], told['split_brain_mac']) == (VIRTUAL6, client.mac)


def test_virtual_address_that_the_device_brings(koi):
    """Found when the MAC is known: at the start, with the place in the file; and at a reload."""
    good = list(koi.config['vhids'][0]['addresses'])
    koi.config['vhids'][0]['addresses'].append(f'{link_local(koi.mac)}/64')
    koi.start(wait=False)
    assert koi.process.wait() == 3
    error = f'/vhids/0/addresses/1: {link_local(koi.mac)} is the own link-local address of lan'
    assert error in koi.process.log
    koi.config['vhids'][0]['addresses'] = good
    koi.start()
    koi.config['vhids'][0]['addresses'] = good + [f'{link_local(koi.mac)}/64']
    koi.write_config()
    refused = koi.koictl('reload')
    assert refused.returncode == 1 and 'the file has errors' in refused.stderr
    assert error in koi.process.log


REPORTS4, REPORTS6 = '224.0.0.22', 'ff02::16'


def groups_of(report: Frame) -> set[str]:
    """The groups of an MLDv2 report, behind a hop-by-hop header of eight octets."""
    message = report.ip_payload[8:]
    assert message[0] == 143
    count = int.from_bytes(message[6:8], 'big')
    assert len(message) == 8 + 20 * count
    records = [message[at:at + 20] for at in range(8, len(message), 20)]
    return {socket.inet_ntop(socket.AF_INET6, record[4:]) for record in records}


def test_reports(lab, koi):
    """MLD and IGMP reports of every group, twice, from the port's MAC."""
    koi.configure(**FAST)
    dual_stack(koi)
    capture = koi.capture()
    koi.start()

    def reports(destination: str) -> list[Frame]:
        return [f for f in capture.frames()
                if f.ip_protocol in (0, 2) and f.ip_destination == destination]
    wait_for('reports', lambda: len(reports(REPORTS4)) >= 2 and len(reports(REPORTS6)) >= 2, 4)
    for f in reports(REPORTS4) + reports(REPORTS6):
        assert f.source == koi.mac
    assert all(f.data[21] == 1 for f in reports(REPORTS6))
    wanted = {'ff02::12'} | {solicited_node(a) for a in
                             (own6(koi), VIRTUAL6, link_local(koi.mac))}
    assert groups_of(reports(REPORTS6)[0]) == wanted
    assert reports(REPORTS4)[0].data.endswith(bytes([4, 0, 0, 0, 224, 0, 0, 18]))
