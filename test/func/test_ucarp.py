# SPDX-License-Identifier: BSD-3-Clause
"""koi and ucarp in one group: each accepts the other, one answers, each takes over."""
import time

import pytest

from lab import Lab
from nodes import Koi, Ucarp
from wait import SLOW, never, wait_for

pytestmark = [pytest.mark.usefixtures('needs_koi'), pytest.mark.long]

# koi's skew and ucarp's
SKEWS = {'same': (50, 50), 'koi better': (0, 100), 'ucarp better': (100, 0)}
TAKEOVER_SLACK_S = 0.100 * SLOW
# ucarp handles what it captured late
UCARP_LATE_S = 1.5


class Group:
    """One LAN with both, koi at port 0 and ucarp at port 1 of the captures."""

    def __init__(self, lab: Lab, skews: tuple[int, int], preempt: bool):
        self.lab = lab
        self.koi: Koi = lab.koi('k', '10.0.0.11').configure(advskew=skews[0], preempt=preempt)
        self.ucarp: Ucarp = lab.ucarp('u', '10.0.0.12').configure(advskew=skews[1],
                                                                  preempt=preempt)
        self.captures = {self.koi: self.koi.capture(), self.ucarp: self.ucarp.capture()}
        self.probe = lab.client().probe(lab.virtual)

    def answers(self, node, since_ns: int) -> int:
        return len(self.captures[node].answers(self.lab.virtual, since_ns))

    def has_one_master(self) -> bool:
        return [self.koi.state, self.ucarp.state].count('MASTER') == 1


@pytest.fixture
def groups(new_lab):
    """The three relations of skew side by side: they wait for the same timers."""
    return lambda preempt: {name: Group(new_lab(), skews, preempt)
                            for name, skews in SKEWS.items()}


def watch_only_answers(groups: list[Group], master: str) -> None:
    """For as long as the others would need to time out, only this one answers, and steadily."""
    nodes = {g: getattr(g, master) for g in groups}
    for g, node in nodes.items():
        # ucarp says first that it is backup and then takes its address away
        other = g.ucarp if node is g.koi else g.koi
        wait_for('silence', lambda: g.answers(other, time.time_ns() - 100_000_000) == 0, 2)
    since_ns = time.time_ns()

    def is_disturbed() -> list[str]:
        return [g.lab.name for g in groups if nodes[g].state != 'MASTER'
                or not g.has_one_master()]
    never('the master changed', is_disturbed, 4.2)
    for g in groups:
        answers = {node: g.answers(node, since_ns) for node in g.captures}
        assert answers.pop(nodes[g]) > 4000
        assert list(answers.values()) == [0]


@pytest.mark.parametrize('preempt', [False, True], ids=['no preempt', 'preempt'])
def test_koi_first(groups, preempt):
    """koi is master; ucarp joins; koi bows out."""
    every = groups(preempt)
    for g in every.values():
        g.koi.start()
    for g in every.values():
        g.koi.wait_state('MASTER')
        g.ucarp.start()
    if preempt:
        better = every.pop('ucarp better')
        better.ucarp.wait_state('MASTER')
        better.koi.wait_state('BACKUP', UCARP_LATE_S)
        assert better.koi.stats()['drop_auth'] == 0
        watch_only_answers([better], 'ucarp')
    watch_only_answers(list(every.values()), 'koi')

    for g in every.values():
        stopped_ns = g.koi.stop()
        g.ucarp.wait_state('MASTER', UCARP_LATE_S)
        wait_for('answers', lambda: g.answers(g.ucarp, stopped_ns) > 10, 1)


@pytest.mark.parametrize('preempt', [False, True], ids=['no preempt', 'preempt'])
def test_ucarp_first(groups, preempt, record_property):
    """ucarp is master; koi joins; ucarp dies."""
    every = groups(preempt)
    for g in every.values():
        g.ucarp.start()
    for g in every.values():
        g.ucarp.wait_state('MASTER')
        g.koi.start()
    if preempt:
        better = every.pop('koi better')
        better.koi.wait_state('MASTER')
        better.ucarp.wait_state('BACKUP', UCARP_LATE_S)
        watch_only_answers([better], 'koi')
    watch_only_answers(list(every.values()), 'ucarp')

    for name, g in every.items():
        assert g.koi.stats()['drop_auth'] == 0
        killed_ns = g.ucarp.kill()
        wait_for('answers', lambda: g.answers(g.koi, killed_ns) > 10, g.koi.master_down_s + 1)
        first_ns = g.captures[g.koi].answers(g.lab.virtual, killed_ns)[0].time_ns
        takeover_s = (first_ns - killed_ns) / 1e9
        record_property(name, takeover_s)
        assert takeover_s <= g.koi.master_down_s + TAKEOVER_SLACK_S
