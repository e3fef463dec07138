# SPDX-License-Identifier: BSD-3-Clause
"""A worker makes no system call while it has work, nor while it polls for some."""
import subprocess

import pytest

from frames import arp_request
from pcap import write_pcap

pytestmark = pytest.mark.usefixtures('needs_koi')

TRACE_S = 5


def received(koi) -> int:
    return koi.ask('/interface/info,lan')['rx_packets']


def test_no_system_calls(lab):
    """ARP requests without end from a pcap device; strace sees nothing of the thread."""
    koi = lab.koi('k', '10.0.0.11').configure(idle='poll')
    traffic = lab.folder / 'requests.pcap'
    write_pcap(traffic, [arp_request(f'02:00:00:00:00:{n:02x}', f'10.0.0.{n}', address)
                         for n in range(20, 60) for address in (koi.address, lab.virtual)])
    koi.config['interfaces'][0]['device'] = f'net_pcap0,rx_pcap={traffic},infinite_rx=1'
    koi.start()
    koi.wait_state('MASTER')
    tids = koi.threads(r'^(koi|rte|lcore)-worker')
    assert len(tids) == 1
    before = received(koi)
    trace = lab.folder / 'strace'
    done = subprocess.run(['timeout', '--signal', 'INT', str(TRACE_S), 'strace', '-o',
                           str(trace), '-p', str(tids[0])], capture_output=True, text=True)
    assert 'attached' in done.stderr, done.stderr
    assert received(koi) - before > 10_000
    assert trace.read_text() == ''
