# SPDX-License-Identifier: BSD-3-Clause
"""Routes of the configuration as koi has them, and what a reload makes of them."""
import pytest

from nodes import Koi
from test_reload import hang_up

pytestmark = pytest.mark.usefixtures('needs_koi')

# One that carries nothing, for there to be somewhere to forward to.
FAR = {'name': 'far', 'device': 'net_null1,no-rx=1', 'mac_mode': 'promiscuous',
       'addresses': ['10.1.0.2/24']}


@pytest.fixture
def koi(lab) -> Koi:
    node = lab.koi('a', '10.0.0.2').configure()
    node.config['interfaces'].append(dict(FAR))
    node.config['routes'] = [
        {'prefix': '0.0.0.0/0', 'via': '10.1.0.1'},
        {'prefix': '172.16.0.0/12', 'via': ['10.1.0.8', '10.1.0.7']},
        {'prefix': '192.168.0.0/16', 'blackhole': True},
        {'prefix': '10.2.0.0/16', 'interface': 'far'},
    ]
    node.config['routes_file'] = 'routes.txt'
    write_file(node, 100)
    return node


def write_file(node: Koi, count: int) -> None:
    """So many routes to 20.0.0.0/24 and the next ones."""
    (node.config_path.parent / 'routes.txt').write_text(
        ''.join(f'20.{n >> 8}.{n & 255}.0/24 via 10.1.0.9\n' for n in range(count)))


def kind(node: Koi, address: str) -> str:
    return node.ask(f'/fwd/route,{address}')['kind']


def hops(node: Koi, address: str) -> list[str]:
    return [hop['address'] for hop in node.ask(f'/fwd/route,{address}')['next_hops'].values()]


def test_what_a_configuration_means(koi):
    koi.start().wait_state('MASTER')
    assert hops(koi, '8.8.8.8') == ['10.1.0.1']
    assert hops(koi, '172.31.255.255') == ['10.1.0.7', '10.1.0.8']
    assert hops(koi, '20.0.99.1') == ['10.1.0.9']
    assert hops(koi, '20.0.100.1') == ['10.1.0.1']
    assert kind(koi, '192.168.1.1') == 'blackhole'
    assert kind(koi, '10.2.3.4') == 'connected'
    assert kind(koi, '10.0.0.2') == 'local'
    assert kind(koi, '10.0.0.255') == 'martian'
    assert kind(koi, '127.0.0.1') == 'martian'
    virtual = koi.ask(f'/fwd/route,{koi.lab.virtual}')
    assert (virtual['kind'], virtual['vhid'], virtual['role']) == ('virtual', '1@lan', 'MASTER')
    assert virtual['mac'] == '00:00:5e:00:01:01'
    assert koi.ask('/fwd/route,2001:db8::1') == {'error': 'there are no IPv6 routes'}
    assert '10.1.0.0/24' in koi.koictl('show', 'route', '10.1.0.77').stdout
    koi.stop()


def test_a_reload_changes_what_differs(koi):
    koi.start()
    changes = koi.ask('/fwd/tables')['changes']
    koi.config['routes'][0]['via'] = '10.1.0.99'
    del koi.config['routes'][2]
    koi.config['vhids'] = []
    write_file(koi, 110)
    koi.reload()
    assert hops(koi, '8.8.8.8') == ['10.1.0.99']
    assert hops(koi, '192.168.1.1') == ['10.1.0.99']
    assert hops(koi, '20.0.109.1') == ['10.1.0.9']
    assert kind(koi, koi.lab.virtual) == 'connected'
    # The default route, the blackhole, the vhid's address, and those of the file.
    assert koi.ask('/fwd/tables')['changes'] == changes + 3 + 10
    koi.stop()


def test_what_has_no_room_changes_nothing(koi):
    koi.start()
    tables = koi.ask('/fwd/tables')
    room = tables['ip4']['routes_max']
    koi.config['routes'][0]['via'] = '10.1.0.99'
    koi.write_config()
    write_file(koi, room)
    text = hang_up(koi, 'a change needs a restart')
    assert f'the table has room for {room}' in text
    assert hops(koi, '8.8.8.8') == ['10.1.0.1']
    assert koi.ask('/fwd/tables') == tables

    write_file(koi, 100)
    koi.config['interfaces'][0]['addresses'].append('fd00::2/64')
    koi.config['interfaces'][1]['addresses'] = FAR['addresses'] + ['fd01::2/64']
    koi.write_config()
    hang_up(koi, 'no table to forward IPv6 by: a change needs a restart')
    assert koi.ask('/fwd/tables') == tables
    koi.stop()


def test_static_neighbours_are_next_hops_at_once(koi):
    macs = {f'10.1.0.{n}': f'02:00:00:00:01:{n:02x}' for n in range(1, 50) if n != 2}
    koi.config['neighbors'] = [{'interface': 'far', 'address': address, 'mac': mac}
                               for address, mac in macs.items()]
    koi.start()
    for destination in ('8.8.8.8', '172.16.0.1', '20.0.0.1'):
        for hop in koi.ask(f'/fwd/route,{destination}')['next_hops'].values():
            assert (hop['state'], hop['mac']) == ('resolved', macs[hop['address']])
    koi.stop()


def test_one_interface_has_no_tables(lab):
    koi = lab.koi('a', '10.0.0.2').configure().start()
    assert koi.ask('/fwd/tables') == {'memory_bytes': 0, 'changes': 0}
    assert koi.ask('/fwd/route,10.0.0.1') == {'error': 'there are no routes: nothing is forwarded'}
    koi.stop()
