# SPDX-License-Identifier: BSD-3-Clause
"""What koictl changes: each command once, with what it does to the two nodes and to a client."""
import json
import subprocess
import time

import pytest

import netns
from nodes import BUILD, Koi
from pair import FAST_A, FAST_B, Pair, make_pair
from wait import SLOW, never, wait_for

pytestmark = [pytest.mark.usefixtures('needs_koi'), pytest.mark.serial]

# An address that is handed over is answered by the next request or the one after that.
HANDED_OVER_MS = 5 * SLOW


@pytest.fixture
def pair(lab) -> Pair:
    return make_pair(lab, FAST_A, FAST_B)


@pytest.fixture
def preempting(lab) -> Pair:
    return make_pair(lab, FAST_A | {'preempt': True}, FAST_B | {'preempt': True})


def order(node: Koi, words: str) -> str:
    done = node.koictl(*words.split())
    assert done.returncode == 0, f'{words}: {done.stderr}'
    return done.stdout


def masters(pair: Pair, master: Koi, other_state: str = 'BACKUP') -> None:
    master.wait_state('MASTER')
    pair.other(master).wait_state(other_state)


def handed_over(pair: Pair, since_ns: int) -> None:
    assert pair.probe.settled_ms(since_ns) <= HANDED_OVER_MS
    pair.check_one_master(since_ns)


def test_down_and_up(pair):
    """Down gives the address away with a farewell; up takes part again, as backup."""
    since_ns = time.time_ns()
    order(pair.a, 'vhid 1@lan down')
    masters(pair, pair.b, 'INIT')
    assert pair.a.vhid()['up'] == 0
    assert [advert for _, advert in pair.captures['a'].adverts(since_ns) if advert.is_bow_out()]
    never('it comes back by itself', lambda: pair.a.state != 'INIT', pair.a.master_down_s)
    order(pair.a, 'vhid 1@lan up')
    masters(pair, pair.b)
    handed_over(pair, since_ns)


def test_nudge(pair):
    """Down and up at once: the address goes over without a lost probe, and comes back so."""
    for node in (pair.a, pair.b, pair.a):
        since_ns = time.time_ns()
        order(node, 'vhid 1@lan down')
        order(node, 'vhid 1@lan up')
        masters(pair, pair.other(node))
        handed_over(pair, since_ns)


def test_backup(pair):
    """The master steps back, and stays backup while the other serves."""
    since_ns = time.time_ns()
    order(pair.a, 'vhid 1@lan backup')
    masters(pair, pair.b)
    assert pair.a.vhid()['last_reason'].startswith('user requested')
    handed_over(pair, since_ns)


def test_master(pair):
    """The better one that is backup takes its address back."""
    order(pair.a, 'vhid 1@lan backup')
    masters(pair, pair.b)
    since_ns = time.time_ns()
    order(pair.a, 'vhid 1@lan master')
    masters(pair, pair.a)
    assert pair.a.vhid()['last_reason'].startswith('user requested')
    handed_over(pair, since_ns)


def test_timers_until_reload(pair):
    """advskew is in the next advertisement, and what the file says again after a reload."""
    before = pair.transitions()

    def advertised(skew: int, since_ns: int) -> None:
        wait_for(f'skew {skew}', lambda: any(
            advert.advskew == skew for _, advert in pair.captures['a'].adverts(since_ns)), 1)
    since_ns = time.time_ns()
    order(pair.a, 'vhid 1@lan advbase 0 advskew 20')
    advertised(20, since_ns)
    assert pair.a.vhid()['advskew'] == 20
    since_ns = time.time_ns()
    order(pair.a, 'reload')
    advertised(FAST_A['advskew'], since_ns)
    assert pair.a.vhid()['advskew'] == FAST_A['advskew']
    assert pair.transitions() == before
    assert pair.probe.settled_ms(since_ns) == 0


def test_demote(preempting):
    """As the sysctl: it adds; the other preempts, and gives back when it is taken away."""
    a, b = preempting.a, preempting.b
    since_ns = time.time_ns()
    order(a, 'demote +240')
    masters(preempting, b)
    assert (a.vhid()['demotion'], a.vhid()['effective_advskew']) == (240, 240)
    assert 'operator' in order(a, 'show demotion')
    order(a, 'demote +10')
    assert a.vhid()['demotion'] == 250
    order(a, 'demote -250')
    masters(preempting, a)
    assert a.ask('/carp/demotion')['sum'] == 0
    handed_over(preempting, since_ns)


def test_demote_by_cause(preempting):
    """A health script's cause: it has a name, outlives a reload, and ends by itself or by 0."""
    a, b = preempting.a, preempting.b
    order(a, 'demote --cause dns 100')
    masters(preempting, b)
    order(a, 'reload')
    assert a.ask('/carp/demotion')['sum'] == 100
    assert 'dns' in order(a, 'show demotion')
    order(a, 'demote --cause dns 0')
    masters(preempting, a)

    order(a, 'demote --cause http 100 --for 1s')
    asked = time.monotonic()
    masters(preempting, b)
    wait_for('its end', lambda: a.ask('/carp/demotion')['sum'] == 0, 3)
    assert time.monotonic() - asked > 0.9
    masters(preempting, a)


def test_maintenance(pair):
    """Everything goes to the other, without a lost probe; off: it could have it again."""
    since_ns = time.time_ns()
    said = order(pair.a, 'maintenance on')
    assert pair.b.address in said
    masters(pair, pair.b)
    handed_over(pair, since_ns)
    order(pair.a, 'reload')
    assert 'maintenance' in order(pair.a, 'show demotion')
    order(pair.a, 'maintenance off')
    assert pair.a.ask('/carp/demotion')['sum'] == 0
    killed_ns = pair.b.kill()
    pair.takes_over(pair.a, killed_ns)


def test_maintenance_refused(pair):
    """Nobody would take over: it says so and serves on."""
    pair.b.stop()
    since_ns = time.time_ns()
    done = pair.a.koictl('maintenance', 'on')
    assert done.returncode == 1
    assert '1@lan' in done.stderr
    assert pair.a.state == 'MASTER'
    assert pair.a.ask('/carp/demotion')['sum'] == 0
    assert pair.probe.settled_ms(since_ns) == 0


def test_set_preempt(pair):
    """From now on the better one takes over; after a reload the file's word counts."""
    order(pair.a, 'vhid 1@lan backup')
    masters(pair, pair.b)
    never('A is MASTER', lambda: pair.a.state != 'BACKUP', pair.a.master_down_s)
    since_ns = time.time_ns()
    order(pair.a, 'set preempt on')
    masters(pair, pair.a)
    assert pair.a.vhid()['last_reason'].startswith('preempting a slower master')
    handed_over(pair, since_ns)
    assert pair.a.ask('/carp/settings')['preempt'] == 1
    order(pair.a, 'reload')
    assert pair.a.ask('/carp/settings')['preempt'] == 0


def test_set_allow(pair):
    """Off: bows out, goes to INIT and says why; on: takes part again."""
    since_ns = time.time_ns()
    order(pair.a, 'set allow off')
    masters(pair, pair.b, 'INIT')
    handed_over(pair, since_ns)
    assert pair.a.ask('/carp/demotion')['sum'] > 0
    order(pair.a, 'set allow on')
    pair.a.wait_state('BACKUP')
    assert pair.a.ask('/carp/demotion')['sum'] == 0


def test_set_log(pair):
    assert pair.a.ask('/carp/settings')['log'] == 1
    order(pair.a, 'set log 0')
    quiet = len(pair.a.process.log)
    order(pair.a, 'vhid 1@lan down')
    masters(pair, pair.b, 'INIT')
    assert 'MASTER -> INIT' not in pair.a.process.log[quiet:]


def test_reload_of_a_wrong_file(pair):
    """koictl says what is wrong in the file, and nothing changes."""
    before = pair.transitions()
    pair.a.config['vhids'][0]['advskew'] = 255
    pair.a.write_config()
    done = pair.a.koictl('reload')
    assert done.returncode == 1
    assert '/vhids/0/advskew: 255' in done.stderr + done.stdout
    assert pair.a.vhid()['advskew'] == FAST_A['advskew']
    assert pair.transitions() == before


REFUSED = ['vhid 9@lan down', 'vhid 1@wan master', 'vhid 1@lan advbase 0 advskew 0',
           'vhid 1@lan advskew 255', 'demote --cause maintenance 10', 'demote --cause x 2147483648',
           'demote --cause x 0 --for 10s']
USAGE = ['vhid 1@lan', 'vhid 1@lan sideways', 'demote 240', 'demote', 'set preempt perhaps', 'set',
         'maintenance', 'maintenance perhaps', 'reload now', 'demote --cause x 5 --for ever']


def test_refused(pair):
    """Each says why on one line, and changes nothing."""
    before = [pair.transitions(), pair.a.vhid()['advskew'], pair.a.ask('/carp/demotion')['sum']]
    for expected, commands in ((1, REFUSED), (2, USAGE)):
        for words in commands:
            done = pair.a.koictl(*words.split())
            assert (words, done.returncode) == (words, expected), done.stderr
            assert done.stderr.startswith('koictl: ')
    assert [pair.transitions(), pair.a.vhid()['advskew'],
            pair.a.ask('/carp/demotion')['sum']] == before


def test_json(pair):
    done = pair.a.koictl('--json', 'demote', '+1')
    assert done.returncode == 0
    json.loads(done.stdout or '{}')
    assert pair.a.ask('/carp/demotion')['sum'] == 1


def test_another_user(pair):
    """Who is neither root, nor koi's user, nor of its group changes nothing."""
    words = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups',
             str(BUILD / 'app/koictl'), '-f', pair.a.prefix, 'vhid', '1@lan', 'down']
    done = subprocess.run(netns.command(pair.a.netns, words), capture_output=True, text=True,
                          timeout=10)
    assert done.returncode == 3, done.stderr
    assert pair.a.state == 'MASTER'
