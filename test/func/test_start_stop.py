# SPDX-License-Identifier: BSD-3-Clause
"""Start, stop, refuse: how long it takes and with which exit status it ends."""
import json
import pathlib
import signal
import subprocess
import time

import pytest

import netns
from nodes import BUILD
from wait import SLOW, wait_for

pytestmark = pytest.mark.usefixtures('needs_koi')

KOI = str(BUILD / 'app/koi')


def run(*words: str, timeout: float = 10) -> subprocess.CompletedProcess:
    return subprocess.run([KOI, *words], capture_output=True, text=True, timeout=timeout)


@pytest.fixture
def koi(lab):
    return lab.koi('k', '10.0.0.11').configure()


def test_ready_within_two_seconds(koi, record_property):
    begin = time.monotonic()
    koi.start()
    seconds = time.monotonic() - begin
    record_property('ready_s', seconds)
    assert seconds < 2 * SLOW
    assert 'koi: ready: 1 interface, 1 vhid, 1 worker' in koi.process.log


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGINT])
def test_clean_stop(koi, number):
    koi.start()
    koi.process.signal(number)
    assert koi.process.wait(5) == 0


def test_stop_while_nobody_reads_the_log(koi):
    """A reader that has stopped (Ctrl-S, a pager) stops the log, not koi."""
    koi.config_path.write_text(json.dumps(koi.config))
    koi.config_path.chmod(0o600)
    with subprocess.Popen(netns.command(koi.netns, koi.command_line()),
                          stderr=subprocess.PIPE) as process:
        wait_for('ready', lambda: koi.koictl('show').returncode == 0, 5)
        try:
            for _ in range(1500):  # 64 KiB and more
                process.send_signal(signal.SIGUSR1)
                time.sleep(0.002)
            assert koi.koictl('show').returncode == 0
            process.send_signal(signal.SIGTERM)
            assert process.wait(5) == 0
        finally:
            process.kill()


def test_restart_after_kill(koi):
    """What a killed koi leaves in /run does not hinder the next."""
    koi.start()
    koi.kill()
    koi.start()
    assert koi.ask('/koi/health')['ready'] == 1


def test_same_prefix_is_refused(koi):
    koi.start()
    second = subprocess.run(koi.command_line(), capture_output=True, text=True, timeout=10)
    assert second.returncode == 4
    assert str(koi.process.pid) in second.stdout + second.stderr
    assert koi.process.is_alive
    assert koi.ask('/koi/health')['ready'] == 1


def test_clean_stop_leaves_nothing_in_run(koi):
    folder = pathlib.Path('/run/koi') / koi.prefix
    koi.start()
    assert folder.is_dir()
    koi.stop()
    assert not folder.exists()


@pytest.mark.parametrize('words', [
    ['--no-huge', '--no-pci', '--', '--no-such-option'],
    ['--no-huge', '--no-pci', '--', '-c'],
    ['--no-huge', '--no-pci', '--', 'surplus'],
])
def test_usage_errors(words):
    done = run(*words)
    assert done.returncode == 2
    assert done.stderr


def test_one_lcore_is_not_enough(koi):
    koi.cpus = (0,)
    koi.start(wait=False)
    assert koi.process.wait(5) == 2
    assert 'needs two lcores' in koi.process.log


def test_config_before_the_dashes(koi):
    """-c is the EAL's there: a coremask. Nobody means a coremask that is a file."""
    koi.config_path.write_text(json.dumps(koi.config))
    done = run('-c', str(koi.config_path))
    assert done.returncode == 2
    assert 'did you mean -- -c' in done.stdout + done.stderr


def test_invalid_configuration(koi):
    koi.config['vhids'][0]['advskew'] = 255
    koi.start(wait=False)
    assert koi.process.wait(5) == 3
    assert '/vhids/0/advskew: 255 is not in 0..254' in koi.process.log


def test_no_such_device(koi):
    koi.config['interfaces'][0]['device'] = 'net_af_packet0,iface=nosuch'
    koi.start(wait=False)
    assert koi.process.wait(5) == 4


def test_too_little_memory(koi):
    koi.config_path.write_text(json.dumps(koi.config))
    koi.config_path.chmod(0o600)
    koi.process = koi.start_process(koi.command_line('-m', '4'))
    assert koi.process.wait(10) == 4
    assert 'MiB' in koi.process.log
    assert 'already stopped' not in koi.process.log


@pytest.mark.parametrize('option', ['--version', '--help', '-V', '-h'])
def test_says_what_it_is(option):
    done = run(option)
    assert done.returncode == 0
    assert 'koi' in done.stdout
