# SPDX-License-Identifier: BSD-3-Clause
"""Programs that koi starts when a vhid changes its state."""
import json
import os
import pathlib
import re
import signal

import pytest

from wait import wait_for

pytestmark = pytest.mark.usefixtures('needs_koi')

SCRIPT = """#!/bin/sh
echo "$1 $2 $KOI_VHID $KOI_INTERFACE $KOI_FROM $KOI_TO $KOI_SEQUENCE $KOI_REASON" >>{out}
"""


@pytest.fixture
def koi(lab):
    return lab.koi('k', '10.0.0.11').configure()


class Program:
    """A script that writes down what it is told."""

    def __init__(self, folder: pathlib.Path, name: str, script: str = SCRIPT):
        self.path = folder / name
        self.out = folder / f'{name}.out'
        self.path.write_text(script.format(out=self.out))
        self.path.chmod(0o755)

    @property
    def config(self) -> dict:
        return {'exec': str(self.path)}

    @property
    def told(self) -> list[str]:
        return self.out.read_text().splitlines() if self.out.exists() else []

    def wait_told(self, count: int, seconds: float = 2) -> list[str]:
        wait_for(f'{self.path.name} told {count} times', lambda: len(self.told) >= count, seconds)
        return self.told


def helper_of(koi) -> int:
    """The helper is the only child of koi, and named so."""
    for stat in pathlib.Path('/proc').glob('[0-9]*/stat'):
        try:
            text = stat.read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        match = re.fullmatch(r'(\d+) \(koi-notify\) \S (\d+) .*', text.strip())
        if match and int(match[2]) == koi.process.pid:
            return int(match[1])
    raise AssertionError('no helper')


def is_gone(pid: int) -> bool:
    try:
        stat = pathlib.Path(f'/proc/{pid}/stat').read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
    return stat.rpartition(')')[2].split()[0] == 'Z'


def test_the_life_of_a_vhid(koi):
    """From the start to a clean stop; the numbers are those of the events."""
    program = Program(koi.lab.folder, 'event')
    koi.config['notify'] = [program.config]
    koi.start()
    koi.wait_state('MASTER')
    program.wait_told(2)
    events = koi.ask('/carp/events,0')['events'].values()
    numbers = {(e['from'], e['to']): e['sequence'] for e in events if 'from' in e}
    health = koi.ask('/koi/health')
    helper = helper_of(koi)
    koi.stop()
    told = program.wait_told(3)
    assert told[0] == '1@lan BACKUP 1 lan INIT BACKUP ' \
        f"{numbers['INIT', 'BACKUP']} initialization complete"
    assert told[1].startswith(
        f"1@lan MASTER 1 lan BACKUP MASTER {numbers['BACKUP', 'MASTER']} master timed out")
    assert told[2].startswith('1@lan INIT 1 lan MASTER INIT ')
    assert health['notify_started'] == 2
    assert health['notify_failed'] + health['notify_pending'] + health['notify_lost'] == 0
    wait_for('the helper ends', lambda: is_gone(helper), 2)


def test_helper_holds_nothing_of_koi(koi):
    koi.start()
    helper = helper_of(koi)
    links = [os.readlink(f) for f in pathlib.Path(f'/proc/{helper}/fd').iterdir()]
    assert not [link for link in links if '/run' in link or 'huge' in link]
    assert len(links) == 5
    assert pathlib.Path(f'/proc/{helper}/cmdline').read_bytes().rstrip(b'\0') == b'koi-notify'
    status = pathlib.Path(f'/proc/{helper}/status').read_text()
    assert int(re.search(r'VmRSS:\s+(\d+) kB', status)[1]) < 32768


def test_helper_ends_when_koi_is_killed(koi):
    program = Program(koi.lab.folder, 'event')
    koi.config['notify'] = [program.config]
    koi.start()
    helper = helper_of(koi)
    koi.kill()
    wait_for('the helper ends', lambda: is_gone(helper), 2)


def test_koi_goes_on_without_its_helper(koi):
    program = Program(koi.lab.folder, 'event')
    koi.config['notify'] = [program.config]
    koi.start()
    program.wait_told(1)
    os.kill(helper_of(koi), signal.SIGKILL)
    koi.process.wait_log('koi.notify: the process that starts programs', 2)
    koi.wait_state('MASTER')
    wait_for('a lost state', lambda: koi.ask('/koi/health')['notify_lost'] == 1, 2)
    koi.stop()
    assert len(program.told) == 1
    assert koi.process.log.count('has ended: none is started') == 1


def test_failures_are_in_the_log(koi):
    program = Program(koi.lab.folder, 'bad', '#!/bin/sh\necho does not work >&2\nexit 9\n')
    koi.config['notify'] = [program.config]
    koi.start()
    koi.process.wait_log(f'koi.notify: 1@lan: {program.path}: does not work', 2)
    koi.process.wait_log(f'koi.notify: 1@lan: {program.path}: BACKUP: exit status 9', 2)
    wait_for('counted', lambda: koi.ask('/koi/health')['notify_failed'] == 1, 2)


def test_reload_changes_the_programs(koi):
    first = Program(koi.lab.folder, 'first')
    second = Program(koi.lab.folder, 'second')
    koi.config['notify'] = [first.config]
    koi.start()
    first.wait_told(1)
    koi.config['notify'] = [second.config]
    koi.config_path.write_text(json.dumps(koi.config))
    koi.process.signal(signal.SIGHUP)
    koi.process.wait_log('koi.config: reloaded', 2)
    koi.wait_state('MASTER')
    second.wait_told(1, 5)
    koi.stop()
    assert [line.split()[1] for line in second.wait_told(2)] == ['MASTER', 'INIT']
    assert [line.split()[1] for line in first.told] == ['BACKUP']


def test_election_does_not_wait_for_a_program(koi):
    """A program that hangs: the state, the log and a clean stop come in their time."""
    program = Program(koi.lab.folder, 'hang', SCRIPT + '[ $2 = INIT ] || exec sleep 30\n')
    koi.config['notify'] = [program.config]
    koi.start()
    program.wait_told(1)
    koi.wait_state('MASTER')
    wait_for('waits', lambda: koi.ask('/koi/health')['notify_pending'] == 1, 2)
    helper = helper_of(koi)
    koi.stop(2)
    assert not is_gone(helper)
    told = program.wait_told(2, 14)
    assert [line.split()[1] for line in told] == ['BACKUP', 'INIT']
    wait_for('the helper ends', lambda: is_gone(helper), 5)
