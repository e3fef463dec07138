# SPDX-License-Identifier: BSD-3-Clause
"""The lab itself, proved with ucarp: what it measures is what happens."""
import pytest

from advert import Advert, frame
from master import FakeMaster
from masters import assert_one_master, competing_adverts, double_answers
from nodes import SECRET
from wait import wait_for


def test_advert_agrees_with_ucarp(lab):
    """A digest computed here is the one that ucarp sends, and ucarp accepts ours."""
    ucarp = lab.ucarp('u', '10.0.0.13').configure(advskew=10)
    client = lab.client()
    capture = ucarp.capture()
    ucarp.start()
    ucarp.wait_state('MASTER')
    at_ns, advert = wait_for('an advertisement', capture.adverts, 2)[0]
    assert advert.is_signed(SECRET, [lab.virtual])
    assert not advert.is_signed('other', [lab.virtual])

    better = Advert(vhid=1, advskew=0, counter=7).signed(SECRET, [lab.virtual])
    client.send(frame(better.payload(), client.address, 1))
    ucarp.wait_state('BACKUP')


def test_probe_measures_a_silence(lab):
    """An address that is taken away for a time is unanswered for that time."""
    host = lab.client('host', '10.0.0.7')
    host.run('ip', 'address', 'add', f'{lab.virtual}/24', 'dev', 'e0')
    probe = lab.client().probe(lab.virtual)
    probe.wait_answer(5)
    host.set_cable(False)
    wait_for('silence', lambda: len(probe.of('quiet')) == 2, 2)
    host.set_cable(True)
    gaps = wait_for('gaps', lambda: probe.gaps() if len(probe.gaps()) == 2 else None, 2)
    for gap in gaps:
        assert 20 < gap.silent_ms < 2000
        assert abs(gap.lost - gap.silent_ms) < 10
    summary = probe.stop()
    for kind in ('arp', 'icmp'):
        assert summary[kind]['sent'] == summary[kind]['answered'] + summary[kind]['lost']
        assert summary[kind]['doubles'] == 0


def test_probe_sees_two_masters(lab):
    """Two hosts with one address: each request is answered twice."""
    for name, address in (('h1', '10.0.0.7'), ('h2', '10.0.0.8')):
        host = lab.client(name, address)
        host.run('ip', 'address', 'add', f'{lab.virtual}/24', 'dev', 'e0')
    probe = lab.client().probe(lab.virtual)
    double = wait_for('a second answer', lambda: probe.of('double'), 2)[0]
    assert len(set(double['macs'])) == 2


def test_two_who_advertise_are_noticed(lab):
    """The check that there is one master can fail: two claim it, and neither yields."""
    captures, peers = [], []
    for name, address in (('m1', '10.0.0.7'), ('m2', '10.0.0.8')):
        client = lab.client(name, address)
        captures.append(client.capture(only_carp=True))
        peers.append(FakeMaster(client, advbase=0, advskew=26))
    wait_for('competition', lambda: competing_adverts(captures, lab.virtual, 0.2), 2)
    for peer in peers:
        peer.stop()
    with pytest.raises(AssertionError, match='advertises'):
        assert_one_master(captures, lab.virtual, 0.2)


def test_two_who_answer_are_noticed(lab):
    captures = []
    for name, address in (('h1', '10.0.0.7'), ('h2', '10.0.0.8')):
        host = lab.client(name, address)
        host.run('ip', 'address', 'add', f'{lab.virtual}/24', 'dev', 'e0')
        captures.append(host.capture())
    lab.client().probe(lab.virtual)
    wait_for('double answers', lambda: double_answers(captures, lab.virtual), 2)
