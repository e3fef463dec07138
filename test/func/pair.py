# SPDX-License-Identifier: BSD-3-Clause
"""The usual scene: two koi, A master and B its backup, and a client that probes."""
from collections.abc import Callable
from dataclasses import dataclass

from capture import Capture
from masters import assert_one_master
from nodes import Client, Koi
from probe import Probe
from wait import wait_for

# Timers a tenth of the usual: adverts each 102 and 203 ms, master-down times of 305 and 609 ms.
FAST_A = {'advbase': 0, 'advskew': 26}
FAST_B = {'advbase': 0, 'advskew': 52}


@dataclass
class Pair:
    a: Koi
    b: Koi
    captures: dict[str, Capture]
    probe: Probe
    virtual: str
    client: Client

    def other(self, node: Koi) -> Koi:
        return self.b if node is self.a else self.a

    def answers(self, node: Koi, since_ns: int) -> list:
        return self.captures[node.name].answers(self.virtual, since_ns)

    def transitions(self) -> list[int]:
        return [node.vhid()['transitions'] for node in (self.a, self.b)]

    def check_one_master(self, since_ns: int = 0) -> None:
        interval_s = min(self.a.interval_s, self.b.interval_s)
        assert_one_master(list(self.captures.values()), self.virtual, interval_s, since_ns)

    def takes_over(self, node: Koi, since_ns: int) -> None:
        """The node becomes MASTER and the client has its answers again."""
        node.wait_state('MASTER')
        wait_for('answers', lambda: len(self.answers(node, since_ns)) > 100, 2)

    def silence_s(self, since_ns: int) -> float:
        """The longest time without an answer after an event, once the probe has settled it."""
        return self.probe.settled_ms(since_ns) / 1e3


def make_pair(lab, a: dict, b: dict, prepare: Callable[[Koi], object] = lambda node: None, *,
              virtual: str | None = None) -> Pair:
    """
    @p prepare adds to the configuration of each node before it starts; @p virtual is what is probed
    and judged, if it is not the usual address.
    """
    virtual = virtual or lab.virtual
    node_a = lab.koi('a', '10.0.0.11', cpus=(0, 1)).configure(**a)
    node_b = lab.koi('b', '10.0.0.12', cpus=(1, 0)).configure(**b)
    for node in (node_a, node_b):
        prepare(node)
    client = lab.client()
    if ':' in virtual:
        client.use_ipv6()
    pair = Pair(node_a, node_b, {'a': node_a.capture(), 'b': node_b.capture()},
                client.probe(virtual), virtual, client)
    node_a.start()
    node_a.wait_state('MASTER')
    node_b.start()
    node_b.wait_state('BACKUP')
    pair.probe.wait_answer(2)
    return pair
