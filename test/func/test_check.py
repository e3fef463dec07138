# SPDX-License-Identifier: BSD-3-Clause
"""koi --check without root, hugepages or DPDK; the samples."""
import json
import pathlib
import shutil
import subprocess
import tempfile
import time

import pytest

from big import big_config
from nodes import BUILD
from wait import SLOW

pytestmark = pytest.mark.usefixtures('needs_koi')

KOI = BUILD / 'app/koi'
WRONG = {'advskew': 255, 'advbase': 256, 'surplus': True}
SAMPLES = sorted((pathlib.Path(__file__).resolve().parents[2] / 'config').glob('*.json'))


@pytest.fixture
def folder():
    """One that everybody may enter, unlike pytest's own."""
    path = pathlib.Path(tempfile.mkdtemp(prefix='koi-check-'))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def check_as_nobody(path: pathlib.Path) -> subprocess.CompletedProcess:
    """A copy of the program where nobody can reach it, whoever owns the checkout."""
    program = path.parent / 'koi'
    if not program.exists():
        shutil.copy(KOI, program)
    return subprocess.run(['setpriv', '--reuid', 'nobody', '--regid', 'nogroup', '--clear-groups',
                           '--bounding-set=-all', str(program), '--check', str(path)],
                          capture_output=True, text=True, timeout=10)


def test_valid_as_nobody(folder):
    path = folder / 'koi.json'
    path.write_text(json.dumps(big_config(4)))
    done = check_as_nobody(path)
    assert done.returncode == 0, done.stderr


def test_all_errors_are_named(folder):
    path = folder / 'koi.json'
    path.write_text(json.dumps(big_config(3, **WRONG)))
    done = check_as_nobody(path)
    assert done.returncode == 3
    for n in range(3):
        assert f'{path}: /vhids/{n}/advskew: 255 is not in 0..254' in done.stderr
        assert f'/vhids/{n}/advbase: ' in done.stderr
        assert f'/vhids/{n}/surplus: ' in done.stderr


def test_a_big_wrong_file_in_a_second(folder, record_property):
    path = folder / 'koi.json'
    path.write_text(json.dumps(big_config(4096, **WRONG)))
    begin = time.monotonic()
    done = subprocess.run([KOI, '--check', path], capture_output=True, text=True, timeout=20)
    seconds = time.monotonic() - begin
    record_property('check_s', seconds)
    assert done.returncode == 3
    assert sum('/vhids/' in line for line in done.stderr.splitlines()) >= 3 * 4096
    assert seconds < 1 * SLOW


def test_syntax_error_has_a_place(folder):
    path = folder / 'koi.json'
    path.write_text('{\n  "vhids": [,]\n}\n')
    done = check_as_nobody(path)
    assert done.returncode == 3
    assert ':2:' in done.stderr or 'line 2' in done.stderr


@pytest.mark.parametrize('form', [['--check', 'FILE'], ['-t', 'FILE'],
                                  ['--', '--check', 'FILE'], ['--', '-c', 'FILE', '-t']])
def test_forms_of_check(folder, form):
    path = folder / 'koi.json'
    path.write_text(json.dumps(big_config(1)))
    words = [str(path) if w == 'FILE' else w for w in form]
    done = subprocess.run([KOI, *words], capture_output=True, text=True, timeout=10)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize('sample', SAMPLES, ids=lambda p: p.name)
def test_sample_starts(lab, sample):
    """A sample whose devices need no NIC is not only valid, it starts."""
    config = json.loads(sample.read_text())
    if 'interfaces' not in config:
        pytest.skip('no configuration')
    devices = [i['device'] for i in config['interfaces'] if 'device' in i]
    missing = [d for d in devices if not d.startswith('net_')]
    if missing:
        pytest.skip(f'needs {missing[0]}')
    koi = lab.koi('k', '10.0.0.11', cpus=(0, 1, 0))
    names = [d.split('iface=')[1].split(',')[0] for d in devices if 'iface=' in d]
    for number, name in enumerate(names):
        koi.run('ip', 'link', 'add', name, 'up', 'type', 'veth', 'peer', f'far{number}')
    koi.config_path = sample
    koi.process = koi.start_process(koi.command_line())
    koi.process.wait_log('koi: ready:', 5)
    koi.stop()
