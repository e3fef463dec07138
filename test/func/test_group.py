# SPDX-License-Identifier: BSD-3-Clause
"""Group failover: a host that has lost one of its links gives the addresses of both away."""
import time

import pytest

from nodes import Koi
from twolan import WAN, Tap, add_wan, configure_two, plug_wan
from wait import SLOW, wait_for

pytestmark = [pytest.mark.usefixtures('needs_koi'), pytest.mark.serial]

VHIDS = ('1@lan', '2@wan')


class Scene:
    def __init__(self, lab, skews: tuple[int, int] = (100, 200)):
        add_wan(lab)
        self.a: Koi = lab.koi('a', '10.0.0.11', cpus=(0, 1))
        self.b: Koi = lab.koi('b', '10.0.0.12', cpus=(1, 0))
        for node, host, skew in ((self.a, 11, skews[0]), (self.b, 12, skews[1])):
            plug_wan(node)
            configure_two(node, host, skew, preempt=True)
        self.tap = Tap(self.a)
        self.a.start()
        self.tap.bridge()
        self.b.start()
        clients = (lab.client('cl'), lab.client('cw', '10.1.0.128', bridge=WAN))
        self.probes = {vhid: client.probe(address) for vhid, client, address in
                       zip(VHIDS, clients, ('10.0.0.100', '10.1.0.100'))}
        self.masters(self.a, self.b)

    def masters(self, master: Koi, other: Koi, other_state: str = 'BACKUP') -> None:
        for vhid in VHIDS:
            master.wait_state('MASTER', 5, vhid=vhid)
        wait_for(f'{other.name} gives both away',
                 lambda: 'MASTER' not in [other.state_of(v) for v in VHIDS], 2)
        assert other.state_of('2@wan') == other_state

    def silent_ms(self, since_ns: int) -> dict[str, float]:
        return {vhid: probe.settled_ms(since_ns) for vhid, probe in self.probes.items()}


def test_one_link_fails(lab, record_property):
    """B takes both, and gives both back when the link is there again."""
    scene = Scene(lab)
    a, b = scene.a, scene.b
    failed_ns = time.time_ns()
    scene.tap.set_link(False)
    scene.masters(b, a)
    assert a.state_of('1@lan') == 'INIT'
    assert a.vhid('1@lan')['last_reason'] == 'hardware interface down'
    told = a.vhid('2@wan')
    assert told['demotion'] == 240 and told['effective_advskew'] == 240
    silent = scene.silent_ms(failed_ns)
    record_property('taken_ms', silent)
    # the WAN is given away by skew, which the better one hears at once
    assert silent['2@wan'] < 500 * SLOW
    assert silent['1@lan'] < 3e3 * 200 / 256 + 500 * SLOW

    healed_ns = time.time_ns()
    scene.tap.set_link(True)
    scene.masters(a, b)
    assert a.vhid('2@wan')['demotion'] == 0
    silent = scene.silent_ms(healed_ns)
    record_property('given_back_ms', silent)
    assert max(silent.values()) < 100 * SLOW


def test_again_and_again(lab):
    """The demotion that came is the demotion that goes."""
    scene = Scene(lab, (20, 40))
    for _ in range(3):
        scene.tap.set_link(False)
        scene.masters(scene.b, scene.a)
        scene.tap.set_link(True)
        scene.masters(scene.a, scene.b)
    assert scene.a.ask('/carp/demotion')['sum'] == 0
