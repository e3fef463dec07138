# SPDX-License-Identifier: BSD-3-Clause
"""As many ARP requests and forged adverts as the link carries change nothing."""
import json

import pytest

from advert import Advert, frame
from frames import arp_request
from pair import FAST_A, FAST_B
from wait import wait_for

pytestmark = [pytest.mark.usefixtures('needs_koi'), pytest.mark.serial]

SOURCES = 1000
MASTER_DOWN_TIMES = 10


def forged_adverts(virtual: str, source: str | None = None) -> list[bytes]:
    """From many hosts or from one, faster than anybody, with a secret that is not ours."""
    found = []
    for n in range(SOURCES):
        advert = Advert(1, 0, 1, counter=n).signed('not the secret', [virtual])
        found.append(frame(advert.payload(), source or f'10.0.{16 + n // 250}.{1 + n % 250}', 1,
                           source_mac=f'02:00:00:01:{n >> 8:02x}:{n & 255:02x}'))
    return found


def requests(virtual: str) -> list[bytes]:
    return [arp_request(f'02:00:00:02:{n >> 8:02x}:{n & 255:02x}',
                        f'10.0.0.{1 + n % 9}' if n % 2 else f'10.0.0.{101 + n % 100}', virtual)
            for n in range(SOURCES)]


@pytest.mark.parametrize('kind', ['arp', 'adverts', 'both', 'as the master'])
def test_flood(lab, kind, record_property):
    a = lab.koi('a', '10.0.0.11', cpus=(0, 1)).configure(**FAST_A)
    b = lab.koi('b', '10.0.0.12', cpus=(1, 0)).configure(**FAST_B)
    captures = {'a': a.capture(only_carp=True), 'b': b.capture(only_carp=True)}
    a.start()
    a.wait_state('MASTER')
    b.start()
    b.wait_state('BACKUP')
    frames = {'arp': requests(lab.virtual), 'adverts': forged_adverts(lab.virtual),
              'as the master': forged_adverts(lab.virtual, '10.0.0.11')}
    frames['both'] = [f for two in zip(frames['arp'], frames['adverts']) for f in two]
    wait_for('the master to be heard', lambda: b.vhid().get('master_address') == a.address, 1)
    before = [a.vhid()['transitions'], b.vhid()['transitions']]

    since_ns = captures['a'].frames()[-1].time_ns
    blast = lab.client().blast(frames[kind], MASTER_DOWN_TIMES * b.master_down_s)
    wait_for('the end of the flood', lambda: blast.poll() is not None,
             MASTER_DOWN_TIMES * b.master_down_s + 5)
    record_property('flood', json.loads(blast.stdout.read()))

    assert [a.state, b.state] == ['MASTER', 'BACKUP']
    assert [a.vhid()['transitions'], b.vhid()['transitions']] == before
    assert not captures['b'].adverts(since_ns)
    times = [at for at, _ in captures['a'].adverts(since_ns)]
    gaps = [(later - earlier) / 1e9 for earlier, later in zip(times, times[1:])]
    record_property('advert_gap_max_s', max(gaps))
    assert max(gaps) < 2 * a.interval_s
    if kind != 'arp':
        assert b.stats()['drop_auth'] > 0
