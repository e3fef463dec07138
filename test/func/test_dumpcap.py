# SPDX-License-Identifier: BSD-3-Clause
"""dpdk-dumpcap shows what goes through koi's device, as tcpdump does on the kernel's."""
import pathlib
import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from nodes import Koi
from pcap import read_frames
from routers import tell
from wait import SLOW, wait_for

pytestmark = pytest.mark.usefixtures('needs_koi')

NEEDED_MIB = 256


def free_mib() -> int:
    values = dict(re.findall(r'^(\w+): +(\d+)', pathlib.Path('/proc/meminfo').read_text(), re.M))
    return int(values['HugePages_Free']) * int(values['Hugepagesize']) >> 10


@pytest.fixture
def hugepages(lab) -> Iterator[pathlib.Path]:
    """A folder for them that is this lab's own."""
    if shutil.which('dpdk-dumpcap') is None:
        pytest.skip('not installed: dpdk-dumpcap')
    if free_mib() < NEEDED_MIB:
        pytest.skip(f'another process joins koi by hugepages: {free_mib()} of {NEEDED_MIB} MiB')
    folder = lab.folder / 'huge'
    folder.mkdir()
    done = subprocess.run(['mount', '-t', 'hugetlbfs', 'none', str(folder)], capture_output=True)
    if done.returncode != 0:
        pytest.skip('no hugetlbfs can be mounted')
    yield folder
    for process in lab.processes:
        process.remove()
    subprocess.run(['umount', str(folder)], check=True)


class HugeKoi(Koi):
    """With shared memory."""
    folder: pathlib.Path

    def command_line(self, *more_eal: str) -> list[str]:
        words = super().command_line('--huge-dir', str(self.folder), *more_eal)
        return [word for word in words if word != '--no-huge']


def test_dumpcap(lab, hugepages):
    """The requests and the answers of a ping."""
    koi = HugeKoi(lab, 'a', '10.0.0.11')
    koi.folder = hugepages
    koi.configure(advbase=0, advskew=26).start(ready_s=10)
    koi.wait_state('MASTER')
    client = lab.client()
    file = lab.folder / 'dump.pcap'
    dump = koi.start_process(['dpdk-dumpcap', f'--file-prefix={koi.prefix}', '-i', '0', '-P',
                              '-f', 'icmp', '-c', '6', '-w', str(file)], 'dumpcap')
    dump.wait_log('File:', 10 * SLOW)
    wait_for('the capture', lambda: tell(client, 'ping', '-n', '-c', '1', '-W', '1', lab.virtual)
             and not dump.is_alive, 10 * SLOW)
    kinds = [frame[34] for frame in read_frames(file)]
    assert set(kinds) == {0, 8}
