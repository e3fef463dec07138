# SPDX-License-Identifier: BSD-3-Clause
"""The operator's command: what it prints and how it ends."""
import json
import subprocess

import pytest

from lab import Lab
from nodes import BUILD

pytestmark = pytest.mark.usefixtures('needs_koi')

SHOWN = {
    'vhid 1@lan': ['lan', 'MASTER', '00:00:5e:00:01:01', '10.0.0.100'],
    'stats': ['received', 'sent', 'drop_auth', 'ip4_forwarded', 'drop_ip6_no_route'],
    'stats 1@lan': ['received', 'sent', 'drop_auth'],
    'neighbors lan': [],
    'interfaces': ['lan', 'up'],
    'workers': ['1'],
    'events': ['BACKUP', 'MASTER', 'master timed out'],
    'demotion': ['0'],
}


@pytest.fixture(scope='module')
def koi(needs_koi):
    lab = Lab()
    try:
        koi = lab.koi('k', '10.0.0.11').configure(advbase=0, advskew=26)
        koi.start()
        koi.wait_state('MASTER')
        yield koi
    finally:
        lab.close()


def test_show(koi):
    """Interfaces and vhids, a line each."""
    done = koi.koictl('show')
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert any(line.split()[0] == 'lan' and 'up' in line for line in lines)
    assert any('1@lan' in line and 'MASTER' in line for line in lines)


@pytest.mark.parametrize('what', SHOWN)
def test_show_what(koi, what):
    done = koi.koictl('show', *what.split())
    assert done.returncode == 0, done.stderr
    for word in SHOWN[what]:
        assert word in done.stdout


@pytest.mark.parametrize('what', ['', *SHOWN])
def test_json(koi, what):
    done = koi.koictl('--json', 'show', *what.split())
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)


def test_version(koi):
    done = koi.koictl('version')
    assert done.returncode == 0
    assert 'koi' in done.stdout


def test_check(koi, tmp_path):
    done = koi.koictl('check', str(koi.config_path))
    assert done.returncode == 0, done.stderr
    wrong = tmp_path / 'wrong.json'
    wrong.write_text('{"carp": {"log": 3}}')
    done = koi.koictl('check', str(wrong))
    assert done.returncode == 1
    assert '/carp/log' in done.stdout + done.stderr


@pytest.mark.parametrize('words', ['show vhid 9@lan', 'show neighbors nosuch'])
def test_refused(koi, words):
    done = koi.koictl(*words.split())
    assert done.returncode == 1
    assert done.stderr


@pytest.mark.parametrize('words', ['', 'nosuch', 'show nosuch', '--nosuch show'])
def test_usage(koi, words):
    done = koi.koictl(*words.split())
    assert done.returncode == 2
    assert done.stderr


def test_nobody_answers(needs_koi):
    done = subprocess.run([str(BUILD / 'app/koictl'), '-f', 'koi-that-is-not', 'show'],
                          capture_output=True, text=True, timeout=10)
    assert done.returncode == 3
    assert done.stderr
