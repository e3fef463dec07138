# SPDX-License-Identifier: BSD-3-Clause
"""The router that frames come to: its configuration, and what it knows of its neighbours."""
import ipaddress
import json
import pathlib

INIT, BACKUP, MASTER = 1, 2, 3
LAN, WAN, DMZ = range(3)
NAMES = ['lan', 'wan', 'dmz']
MTU = [1500, 1500, 1280]
PORT_MAC = [bytes.fromhex(f'02700000000{i}') for i in range(3)]
OWN = [['10.0.0.2/24', '2001:db8:a::2/64'], ['192.0.2.2/24', '2001:db8:b::2/64'],
       ['198.51.100.2/24', '2001:db8:c::2/64']]
LINK_LOCAL = ['fe80::70:ff:fe00:0', 'fe80::70:ff:fe00:1', 'fe80::70:ff:fe00:2']

# Interface, vhid, role, virtual addresses.
VHIDS = [
    (LAN, 1, MASTER, ['10.0.0.1/24', '2001:db8:a::1/64']),
    (LAN, 3, BACKUP, ['10.0.0.3/24', '2001:db8:a::3/64']),
    (LAN, 5, INIT, ['10.0.0.5/24', '2001:db8:a::5/64']),
    (WAN, 1, BACKUP, ['192.0.2.1/24', '2001:db8:b::1/64']),
    (WAN, 4, MASTER, ['192.0.2.4/24', '2001:db8:b::4/64']),
    (WAN, 6, INIT, ['192.0.2.6/24', '2001:db8:b::6/64']),
]

# Prefix, next hops, or None for a blackhole, or the interface whose link it is on.
ROUTES = [
    ('198.18.0.0/15', ['192.0.2.20']),
    ('198.18.2.0/24', ['192.0.2.22']),
    ('198.18.3.0/24', ['192.0.2.21']),
    ('198.18.4.0/24', ['192.0.2.20', '192.0.2.23']),
    ('198.18.5.0/24', ['198.51.100.20']),
    ('198.18.6.0/24', None),
    ('198.18.6.128/25', ['192.0.2.20']),
    ('198.18.7.7/32', ['10.0.0.20']),
    ('203.0.113.0/24', DMZ),
    ('2001:db8:100::/40', ['2001:db8:b::20']),
    ('2001:db8:102::/48', ['2001:db8:b::22']),
    ('2001:db8:103::/48', ['2001:db8:b::21']),
    ('2001:db8:104::/48', ['2001:db8:b::20', '2001:db8:b::23']),
    ('2001:db8:105::/48', ['2001:db8:c::20']),
    ('2001:db8:106::/48', None),
    ('2001:db8:106:8000::/49', ['2001:db8:b::20']),
    ('2001:db8:107::7/128', ['2001:db8:a::20']),
    ('2001:db8:108::/48', DMZ),
]

# Neighbours that have answered, and (None) those that have not.
HOSTS: list[tuple[int, str, bytes | None]] = []
for _i, (_net4, _net6) in enumerate([('10.0.0.', '2001:db8:a::'), ('192.0.2.', '2001:db8:b::'),
                                     ('198.51.100.', '2001:db8:c::')]):
    for _last, _known in [(20, True), (21, False), (23, True)]:
        for _n, _net in enumerate((_net4, _net6)):
            _mac = bytes([2, 0, 0, _n, _i, _last]) if _known else None
            HOSTS.append((_i, f'{_net}{_last}', _mac))
HOSTS.append((DMZ, '203.0.113.20', bytes.fromhex('020000000399')))
HOSTS.append((DMZ, '2001:db8:108::20', bytes.fromhex('020000000398')))


def config() -> dict:
    """As the daemon reads it."""
    def route(prefix, to):
        if to is None:
            return {'prefix': prefix, 'blackhole': True}
        if isinstance(to, int):
            return {'prefix': prefix, 'interface': NAMES[to]}
        return {'prefix': prefix, 'via': to}
    return {
        'interfaces': [{'name': name, 'device': f'net_null{i}', 'mtu': MTU[i],
                        'addresses': OWN[i]} for i, name in enumerate(NAMES)],
        'vhids': [{'interface': NAMES[i], 'vhid': vhid, 'pass': 'model', 'addresses': addresses}
                  for i, vhid, _, addresses in VHIDS],
        'routes': [route(*r) for r in ROUTES],
    }


def write(folder: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    """The files for the harness."""
    conf, known = folder / 'koi.json', folder / 'world'
    conf.write_text(json.dumps(config()))
    lines = [f'mac {i} {mac.hex(":")}' for i, mac in enumerate(PORT_MAC)]
    lines += [f'role {i} {vhid} {role}' for i, vhid, role, _ in VHIDS]
    lines += [f'host {i} {address} {mac.hex(":") if mac else "-"}' for i, address, mac in HOSTS]
    known.write_text('\n'.join(lines) + '\n')
    return conf, known


def virtual_mac(vhid: int) -> bytes:
    return bytes([0, 0, 0x5e, 0, 1, vhid])


def packed(text: str) -> bytes:
    return ipaddress.ip_interface(text).ip.packed
