# SPDX-License-Identifier: BSD-3-Clause
"""A reload to as many vhids as koi can have, beside one whose timers are short."""
import time

import pytest

from big import big_config
from nodes import Koi
from pair import Pair, make_pair
from test_reload import Undisturbed, hang_up
from wait import SLOW, wait_for

pytestmark = [pytest.mark.usefixtures('needs_koi'), pytest.mark.serial]

VHIDS = 4096
# Adverts each 31 ms; the backup waits for 188 ms.
SHORT_A = {'advbase': 0, 'advskew': 8}
SHORT_B = {'advbase': 0, 'advskew': 16}
# What an idle machine keeps is 2 ms; two nodes and the tests share two cores here.
GAP_MAX_US = 50_000 * SLOW


def far_away(vhids: int) -> tuple[list[dict], list[dict]]:
    """Interfaces that carry nothing, and vhids on them, in prefixes of their own."""
    config = big_config(vhids)
    for entry in config['interfaces'] + config['vhids']:
        entry['addresses'] = ['11' + address.removeprefix('10') for address in entry['addresses']]
    for ifc in config['interfaces']:
        ifc['name'] = ifc['name'].replace('lan', 'far')
    for vhid in config['vhids']:
        vhid['interface'] = vhid['interface'].replace('lan', 'far')
    return config['interfaces'], config['vhids']


@pytest.fixture
def grown(lab) -> tuple[Pair, list[dict]]:
    """A pair with the interfaces, but not yet the vhids."""
    interfaces, vhids = far_away(VHIDS - 1)

    def prepare(node: Koi) -> None:
        node.config['interfaces'] += interfaces
    return make_pair(lab, SHORT_A, SHORT_B, prepare), vhids


def gap_us(node: Koi) -> int:
    return node.ask('/koi/health')['control_gap_max_10s_us']


def all_known(node: Koi) -> bool:
    return node.ask('/koi/health')['vhids'] == VHIDS


def test_to_4096(grown, record_property):
    pair, vhids = grown
    before = Undisturbed(pair)
    for node in (pair.a, pair.b):
        record_property(f'{node.name}_gap_before_us', gap_us(node))
        node.config['vhids'] += vhids
        start = time.monotonic()
        node.reload(seconds=20)
        record_property(f'{node.name}_reload_s', round(time.monotonic() - start, 3))
        assert all_known(node)
    # All become MASTER on interfaces where nobody answers, and advertise: some more work at once.
    for node in (pair.a, pair.b):
        wait_for('the last one', lambda: node.state_of('15@far16') == 'MASTER', 10)
    assert pair.transitions() == before.transitions
    gaps = {node.name: gap_us(node) for node in (pair.a, pair.b)}
    record_property('gap_us', gaps)
    assert max(gaps.values()) < GAP_MAX_US
    pair.check_one_master(before.since_ns)
    assert pair.silence_s(before.since_ns) < pair.b.master_down_s


def test_another_file_meanwhile(grown):
    """SIGHUP while a reload is under way: the file as it is then counts in the end."""
    pair, vhids = grown
    before = Undisturbed(pair)
    small = list(pair.a.config['vhids'])
    pair.a.config['vhids'] = small + vhids
    pair.a.write_config()
    pair.a.process.signal(1)
    pair.a.config['vhids'] = small
    pair.a.write_config()
    hang_up(pair.a, 'reloaded: 1 vhid,')
    assert pair.a.ask('/carp/list,0')['vhids'] == ['1@lan']
    assert pair.transitions() == before.transitions
