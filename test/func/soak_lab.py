# SPDX-License-Identifier: BSD-3-Clause
"""
The LAN of the soak: two koi that share two vhids, ucarp that shares the second, and a client that
asks for both addresses every millisecond.
"""
import pathlib

import netns
from capture import AnswerSpans
from lab import Lab
from nodes import SECRET, Carp, Koi, Ucarp
from wait import wait_for

ADDRESS = {1: '10.0.0.100', 2: '10.0.0.101'}
NAME = {1: '1@lan', 2: '2@lan'}
# vhid 1 has short timers; ucarp can do no less than a second.
TIMERS = {1: {'a': (0, 26), 'b': (0, 52)}, 2: {'a': (1, 0), 'b': (1, 50), 'u': (1, 100)}}
RANK = 'abu'


def interval_s(vhid: int, who: str) -> float:
    base, skew = TIMERS[vhid][who]
    return base + skew / 256


def master_down_s(vhid: int, who: str) -> float:
    base, skew = TIMERS[vhid][who]
    return 3 * skew / 256 if base == 0 else 3 * base + skew / 256


def longest_down_s(vhid: int) -> float:
    return max(master_down_s(vhid, who) for who in TIMERS[vhid])


class SoakLab:
    def __init__(self, preempt: bool):
        self.lab = Lab()
        self.preempt = preempt
        self.koi = {'a': self.lab.koi('a', '10.0.0.11', cpus=(0, 1)),
                    'b': self.lab.koi('b', '10.0.0.12', cpus=(1, 0))}
        self.ucarp: Ucarp = self.lab.ucarp('u', '10.0.0.13', virtual=ADDRESS[2])
        self.nodes: dict[str, Carp] = {**self.koi, 'u': self.ucarp}
        self.captures = {who: AnswerSpans(self.lab.switch, node.port, list(ADDRESS.values()))
                         for who, node in self.nodes.items()}
        self.lab.captures += self.captures.values()
        self.down: set[str] = set()  # do not take part at the moment
        self.probes = {1: self.lab.client('c1', '10.0.0.128').probe(ADDRESS[1]),
                       2: self.lab.client('c2', '10.0.0.30').probe(ADDRESS[2])}

    def start(self) -> None:
        for who, node in self.koi.items():
            node.configure(preempt=self.preempt)
            node.config['vhids'] = [
                {'interface': 'lan', 'vhid': vhid, 'advbase': timers[who][0],
                 'advskew': timers[who][1], 'pass': SECRET, 'addresses': [f'{ADDRESS[vhid]}/24']}
                for vhid, timers in TIMERS.items()]
        self.ucarp.configure(vhid=2, advbase=TIMERS[2]['u'][0], advskew=TIMERS[2]['u'][1],
                             preempt=self.preempt)
        for who in RANK:
            self.bring_up(who)
        self.wait_settled()

    def bring_up(self, who: str) -> None:
        node = self.nodes[who]
        node.start()
        if isinstance(node, Koi):
            for name in NAME.values():
                wait_for(f'{who} {name}', lambda: node.state_of(name) in ('BACKUP', 'MASTER'), 5)
        self.down.discard(who)

    def state_of(self, who: str, vhid: int) -> str:
        node = self.nodes[who]
        return node.state_of(NAME[vhid]) if isinstance(node, Koi) else node.state

    def healthy(self, vhid: int) -> list[str]:
        return [who for who in RANK if who in TIMERS[vhid] and who not in self.down]

    def masters(self, vhid: int) -> list[str]:
        return [who for who in self.healthy(vhid) if self.state_of(who, vhid) == 'MASTER']

    def is_demoted(self, who: str) -> bool:
        """By an event, or by itself: after send errors or a stall of the machine."""
        return who in self.koi and self.koi[who].ask('/carp/demotion')['sum'] > 0

    def best(self, vhid: int) -> str:
        """Whom preemption makes master."""
        return min(self.healthy(vhid), key=lambda who: (self.is_demoted(who), RANK.index(who)))

    def is_settled(self) -> bool:
        for vhid, probe in self.probes.items():
            masters = self.masters(vhid)
            if len(masters) != 1 or not probe.is_answered():
                return False
            if self.preempt and masters[0] != self.best(vhid):
                return False
        return True

    def wait_settled(self) -> None:
        # a node that has just come must hear, and may then be heard; ucarp is late by a second
        wait_for('one master of each', self.is_settled, 2 * longest_down_s(2) + 4)

    def transitions(self) -> dict[str, int]:
        return {f'{who} {name}': node.vhid(name)['transitions'] for who, node in self.koi.items()
                if who not in self.down for name in NAME.values()}

    def set_isolated(self, isolated: bool) -> None:
        """Among the nodes the switch carries nothing; all of them hear the clients."""
        netns.ip_batch_in(self.lab.switch, [
            f"link set {node.port} type bridge_slave isolated {'on' if isolated else 'off'}"
            for node in self.nodes.values()])

    def resident_kib(self, who: str) -> int:
        status = pathlib.Path(f'/proc/{self.nodes[who].process.pid}/status').read_text()
        return int(status.split('VmRSS:')[1].split()[0])

    def diagnosis(self) -> str:
        return self.lab.diagnosis()

    def close(self) -> None:
        self.lab.close()
