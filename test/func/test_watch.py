# SPDX-License-Identifier: BSD-3-Clause
"""koictl watch at a terminal: it lives, fits, follows, and leaves the terminal as it was."""
import os
import re
import signal
import time

import pytest

from nodes import BUILD, Koi
from pair import FAST_A, FAST_B, Pair, make_pair
from terminal import Terminal
from wait import wait_for

pytestmark = pytest.mark.usefixtures('needs_koi')


@pytest.fixture
def watch(lab):
    """Opens a watch of a node."""
    opened = []

    def open_watch(node: Koi, rows: int = 30, columns: int = 120, **environment) -> Terminal:
        opened.append(Terminal([str(BUILD / 'app/koictl'), '-f', node.prefix, 'watch'], rows,
                               columns, **environment))
        return opened[-1]
    yield open_watch
    for terminal in opened:
        terminal.close()


def test_follows_a_takeover(lab, watch):
    """The roles, the reason and the event, without a key pressed."""
    pair: Pair = make_pair(lab, FAST_A, FAST_B)
    terminal = watch(pair.b)
    terminal.wait_screen('1@lan', 'BACKUP', pair.a.address)
    pair.a.stop()
    terminal.wait_screen('MASTER', '10.0.0.11 bowed out')
    assert pair.b.koictl('demote', '+7').returncode == 0
    terminal.wait_screen('DEMOTION 7', 'operator')
    terminal.type('q')
    assert terminal.wait_end() == 0
    wait_for('the terminal', terminal.is_restored, 1)
    assert not terminal.overflows


@pytest.fixture
def alone(lab) -> Koi:
    koi = lab.koi('a', '10.0.0.11').configure(**FAST_A).start()
    koi.wait_state('MASTER')
    return koi


@pytest.mark.parametrize('end', ['ctrl-c', 'term', 'hup'])
def test_leaves_the_terminal(alone, watch, end):
    terminal = watch(alone)
    terminal.wait_screen('1@lan')
    assert terminal.is_alternate
    if end == 'ctrl-c':
        terminal.type('\x03')
    else:
        os.kill(terminal.program.pid, {'term': signal.SIGTERM, 'hup': signal.SIGHUP}[end])
    terminal.wait_end()
    wait_for('the terminal', terminal.is_restored, 1)


def test_resize(alone, watch):
    """Smaller and larger: every line fits, at once."""
    terminal = watch(alone, 40, 200)
    terminal.wait_screen('1@lan', 'MASTER')
    for rows, columns in ((10, 40), (5, 20), (1, 10), (50, 250)):
        terminal.resize(rows, columns)
        drawn = len(terminal.text)
        wait_for('a page', lambda: len(terminal.text) > drawn, 1)
    terminal.wait_screen('1@lan', 'MASTER', 'master timed out')
    terminal.overflows.clear()
    drawn = len(terminal.text)
    wait_for('the next page', lambda: len(terminal.text) > drawn, 2)
    assert not terminal.overflows


def test_koi_ends_and_returns(alone, watch):
    """It says that nobody answers, and goes on when somebody does."""
    terminal = watch(alone)
    terminal.wait_screen('MASTER')
    alone.kill()
    killed = time.monotonic()
    wait_for('a word about it', lambda: 'answer' in terminal.screen(), 4)
    assert terminal.program.poll() is None
    assert time.monotonic() - killed < 4
    alone.start()
    alone.wait_state('MASTER')
    wait_for('the page', lambda: '1@lan' in terminal.screen()
             and 'no koi answers' not in terminal.screen(), 4)


def test_stopped_koi_does_not_hang_it(alone, watch):
    """A koi that hangs: it says so, and keys work on."""
    terminal = watch(alone)
    terminal.wait_screen('MASTER')
    alone.process.signal(signal.SIGSTOP)
    terminal.wait_screen('no answer for', seconds=6)
    terminal.type('q')
    assert terminal.wait_end() == 0
    alone.process.signal(signal.SIGCONT)


def test_no_colours(alone, watch):
    terminal = watch(alone, NO_COLOR='1')
    terminal.wait_screen('MASTER')
    assert not re.search(r'\x1b\[[0-9;]*3[0-9]m', terminal.text)


def test_without_a_terminal(alone):
    """Into a file or a pipe: one page, without control sequences."""
    done = alone.koictl('watch')
    assert done.returncode == 0
    assert '1@lan' in done.stdout and '\x1b' not in done.stdout
