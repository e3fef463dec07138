# SPDX-License-Identifier: BSD-3-Clause
"""Flows go on through the other router when one is gone, and back when it returns."""
import json
import time

import pytest

from nodes import Client, Koi
from ping import Ping
from process import Process
from routers import (OWN, SKEWS, Routers, default_route, is_ready, loses_nothing, server_address,
                     tell)
from twolan import Tap
from vlan import add_vlan, configure_vlans, make_hub
from wait import SLOW, wait_for

pytestmark = [pytest.mark.usefixtures('needs_koi'), pytest.mark.serial]

FAMILIES = (4, 6)
# From when B has taken over until the first answer.
WORK_S = 0.2
IPERF_S = 4


class Transfer:
    """iperf3 over TCP beside the test; not as fast as it could, or nothing else would run."""

    def __init__(self, routers: Routers, address: str, port: int):
        routers.serve(port)
        self.process: Process = routers.client.start_process(
            ['iperf3', '-c', address, '-p', str(port), '-t', str(IPERF_S), '-i', '0.1', '-b', '20M',
             '-J'], f'transfer{port}')

    def rates(self) -> list[float]:
        """Of each tenth of a second, when the connection has ended well."""
        self.process.wait(seconds=IPERF_S + 10 * SLOW)
        told = json.loads(self.process.log)
        assert 'error' not in told, told['error']
        return [interval['sum']['bits_per_second'] for interval in told['intervals']]


def longest_silence_s(rates: list[float]) -> float:
    silent = longest = 0
    for rate in rates:
        silent = silent + 1 if rate == 0 else 0
        longest = max(longest, silent)
    return longest / 10


def check_return(a: Koi, pings: list[Ping], since_s: float, record_property) -> None:
    """
    The better one takes back what it had, and hardly anything is lost. What the other sends before
    it has heard so turns the switch back to it, at worst until the next advertisement.
    """
    for ping in pings:
        ping.stop()
    silent = [ping.silent_s(since_s) for ping in pings]
    record_property('return_ms', [round(s * 1e3) for s in silent])
    assert max(silent) < a.interval_s + WORK_S * SLOW


def test_connections_survive(lab, record_property):
    """kill -9 of the master during TCP connections; then it returns."""
    routers = Routers(lab).start()
    a, b = routers.both
    transfers = [Transfer(routers, server_address(family), 5200 + family) for family in FAMILIES]
    pings = [Ping(routers.client, server_address(family)) for family in FAMILIES]
    a.kill()
    routers.wait_states(b, 'MASTER')
    for ping in pings:
        ping.wait_answers()
    silent = [ping.silent_s() for ping in pings]
    record_property('silent_ms', [round(s * 1e3) for s in silent])
    assert max(silent) < b.master_down_s + WORK_S * SLOW

    returned_s = time.time()
    a.start(ready_s=10)
    routers.wait_states(a, 'MASTER')
    routers.wait_states(b, 'BACKUP')
    rates = [transfer.rates() for transfer in transfers]
    record_property('tcp_silent_s', [longest_silence_s(r) for r in rates])
    assert all(sum(r[-5:]) > 0 for r in rates)
    check_return(a, pings, returned_s, record_property)


def test_one_link_fails(lab, record_property):
    """A loses its LAN and gives the WAN away as well, or answers would come back to it."""
    routers = Routers(lab)
    a, b = routers.both
    tap = Tap(a)
    a.start(ready_s=10)
    tap.bridge()
    b.start(ready_s=10)
    routers.wait_states(a, 'MASTER')
    routers.wait_states(b, 'BACKUP')
    pings = [Ping(routers.client, server_address(family)) for family in FAMILIES]
    tap.set_link(False)
    routers.wait_states(b, 'MASTER')
    for ping in pings:
        ping.wait_answers()
    silent = [ping.silent_s() for ping in pings]
    record_property('silent_ms', [round(s * 1e3) for s in silent])
    assert max(silent) < b.master_down_s + WORK_S * SLOW
    healed_s = time.time()
    tap.set_link(True)
    routers.wait_states(a, 'MASTER')
    routers.wait_states(b, 'BACKUP')
    check_return(a, pings, healed_s, record_property)


VID = 100
VLAN_SERVER4, VLAN_SERVER6 = '10.100.0.200', 'fd64::200'


def configure_port(koi: Koi, host: int, skew: int) -> None:
    """The second network is a VLAN of the first one's port."""
    configure_vlans(koi, host, {0: skew, VID: skew}, preempt=True)
    for interface, vhid, net in zip(koi.config['interfaces'], koi.config['vhids'],
                                    ('fd00', 'fd64')):
        interface['addresses'].append(f'{net}::{host}/64')
        vhid['addresses'].append(f'{net}::100/64')


def test_vlan_of_the_same_port(lab):
    """One port, two networks: through A, then through B."""
    make_hub(lab)
    server = Client(lab, 'sv', VLAN_SERVER4, bridge=add_vlan(lab, VID)).use_ipv6(VLAN_SERVER6)
    client = lab.client().use_ipv6()
    a, b = (lab.koi(name, f'10.0.0.{OWN[name]}') for name in 'ab')
    for koi in (a, b):
        configure_port(koi, OWN[koi.name], SKEWS[koi.name])
        koi.start(ready_s=10)
        wait_for('own addresses', lambda: is_ready(koi), 10)
    for host, gateways in ((client, ('10.0.0.100', 'fd00::100')),
                           (server, ('10.100.0.100', 'fd64::100'))):
        for family, gateway in zip(FAMILIES, gateways):
            default_route(host, family, gateway)
    for koi in (a, b):
        for vhid in ('1@lan', f'1@lan.{VID}'):
            koi.wait_state('MASTER', 5, vhid=vhid)
        for address in (VLAN_SERVER4, VLAN_SERVER6):
            told = tell(client, 'ping', '-n', '-c', '3', '-i', '0.05', '-W', '3', address)
            assert loses_nothing(told), told
        told = koi.ask(f'/interface/info,lan.{VID}')['counters']
        assert told['ip4_forwarded'] >= 2 and told['ip6_forwarded'] >= 2
        if koi is a:
            a.kill()
