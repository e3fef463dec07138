# SPDX-License-Identifier: BSD-3-Clause
"""
Two routers: everybody's default gateway on both of their LANs is a virtual address, for both
families.

    client 10.0.0.128 ── br0 ──┬── koi A ──┬── brwan ── server 10.1.0.200
           fd00::1:0           └── koi B ──┘                   fd01::200
"""
import re
import subprocess

import netns
from lab import Lab
from nodes import Client, Koi, Node
from process import Process
from twolan import WAN, add_wan, configure_two, plug_wan
from wait import SLOW, wait_for

VHIDS = ('1@lan', '2@wan')
LAN4, LAN6 = '10.0.0.100', 'fd00::100'
WAN4, WAN6 = '10.1.0.100', 'fd01::100'
SERVER4, SERVER6 = '10.1.0.200', 'fd01::200'
# Adverts each 102 and 203 ms, master-down times of 305 and 609 ms.
SKEWS = {'a': 26, 'b': 52}
OWN = {'a': 11, 'b': 12}


def loses_nothing(told: str) -> bool:
    """... as ping says it."""
    return ' 0% packet loss' in told


def of_family(family: int, four: str, six: str) -> str:
    return four if family == 4 else six


def server_address(family: int) -> str:
    return of_family(family, SERVER4, SERVER6)


def own_address(name: str, side: str, family: int) -> str:
    """Of koi a or b on the lan or the wan."""
    net = 0 if side == 'lan' else 1
    return of_family(family, f'10.{net}.0.{OWN[name]}', f'fd0{net}::{OWN[name]}')


def default_route(node: Node, family: int, gateway: str) -> None:
    node.run('ip', f'-{family}', 'route', 'replace', 'default', 'via', gateway)


class Routers:
    """Built here, started by start(), so that a test may change what is configured."""

    def __init__(self, lab: Lab):
        self.lab = lab
        add_wan(lab)
        self.a = self._koi('a', (0, 1))
        self.b = self._koi('b', (1, 0))
        self.client = lab.client().use_ipv6()
        self.server = Client(lab, 'sv', SERVER4, bridge=WAN).use_ipv6(SERVER6)
        for host, four, six in ((self.client, LAN4, LAN6), (self.server, WAN4, WAN6)):
            default_route(host, 4, four)
            default_route(host, 6, six)

    def _koi(self, name: str, cpus: tuple[int, ...]) -> Koi:
        host = OWN[name]
        koi = self.lab.koi(name, own_address(name, 'lan', 4), cpus=cpus)
        plug_wan(koi)
        configure_two(koi, host, SKEWS[name], preempt=True)
        for i, (interface, vhid) in enumerate(zip(koi.config['interfaces'], koi.config['vhids'])):
            interface['addresses'].append(f'fd0{i}::{host}/64')
            vhid['addresses'].append(f'fd0{i}::100/64')
        return koi

    @property
    def both(self) -> tuple[Koi, Koi]:
        return self.a, self.b

    def start(self) -> 'Routers':
        """A is MASTER of both, and all own addresses are in use."""
        for koi in self.both:
            koi.start(wait=False)
        for koi, state in zip(self.both, ('MASTER', 'BACKUP')):
            koi.process.wait_log('koi: ready:', 10)
            self.wait_states(koi, state)
            wait_for(f'own addresses of {koi.name}', lambda: is_ready(koi), 10)
        return self

    def wait_states(self, koi: Koi, state: str, seconds: float = 5) -> None:
        for vhid in VHIDS:
            koi.wait_state(state, seconds, vhid=vhid)

    def wan_gets(self, key: str, value) -> None:
        """The same for the WAN interface of both."""
        for koi in self.both:
            koi.config['interfaces'][1][key] = value

    def both_get(self, key: str, value) -> None:
        for koi in self.both:
            koi.config[key] = value

    def ping(self, address: str, *options: str, count: int = 3) -> str:
        """What ping says at the client, whether or not it is answered."""
        return tell(self.client, 'ping', '-n', '-i', '0.05', '-W', f'{3 * SLOW:g}',
                    '-c', str(count), *options, address)

    def serve(self, port: int) -> Process:
        """An iperf3 at the server that takes one connection."""
        iperf = self.server.start_process(
            ['iperf3', '-s', '-1', '--forceflush', '-p', str(port)], f'iperf{port}')
        iperf.wait_log('Server listening', 5)
        return iperf

    def transitions(self) -> list[int]:
        return [koi.vhid(vhid)['transitions'] for koi in self.both for vhid in VHIDS]


def is_ready(koi: Koi) -> bool:
    names = [interface['name'] for interface in koi.config['interfaces']]
    return all(koi.ask(f'/interface/info,{name}')['tentative_addresses'] == 0 for name in names)


def tell(node: Node, *words: str, seconds: float = 20) -> str:
    """All that a program says, whatever its exit status."""
    done = subprocess.run(netns.command(node.netns, list(words)), capture_output=True, text=True,
                          timeout=seconds * SLOW)
    return done.stdout + done.stderr


def drops(koi: Koi, interface: str, reason: str) -> int:
    return koi.ask(f'/interface/info,{interface}')['drops_by_reason'][reason]


def hops_of(told: str) -> list[str]:
    """The addresses in the lines of traceroute -n or tracepath -n, hop by hop; * for silence."""
    lines = re.findall(r'^ *\d+[:?]* +(\S+)', told, re.MULTILINE)
    return [line for line in lines if line != '[LOCALHOST]']
