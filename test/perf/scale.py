#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
What 4,096 vhids cost: all MASTER at advbase 1, on 17 links that carry what they say. Prints the
control lcore's share of a core, how late advertisements are, and memory; then the worst gap of
control while a reload brings them all beside a vhid with short timers.

    nice -n -10 test/perf/scale.py --build build --seconds 60
"""
import argparse
import json
import os
import pathlib
import select
import socket
import struct
import sys
import time
from collections import defaultdict

FUNC = pathlib.Path(__file__).resolve().parents[1] / 'func'
sys.path.insert(0, str(FUNC))

VHIDS = 4096
INTERVAL_S = 1.0
SHORT = {'advbase': 0, 'advskew': 8}
TICKS = os.sysconf('SC_CLK_TCK')


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('--build', default=str(FUNC.parents[1] / 'build'))
    parser.add_argument('--seconds', type=float, default=30)
    parser.add_argument('--vhids', type=int, default=VHIDS)
    options = parser.parse_args()
    os.environ['KOI_BUILD'] = options.build
    return options


OPTIONS = parse_options()

import netns  # noqa: E402  KOI_BUILD has to be there first
from big import big_config  # noqa: E402
from capture import ONLY_CARP, attach_filter, read_control  # noqa: E402
from lab import Lab  # noqa: E402
from nodes import Koi  # noqa: E402


def add_links(lab: Lab, koi: Koi, count: int) -> None:
    """e1, e2, ...: cables without a bridge, whose other ends are heard in the switch's namespace."""
    netns.ip_batch_in(koi.netns, [
        f'link add e{i} type veth peer name x{i} netns {lab.switch}' for i in range(1, count)])
    netns.ip_batch_in(koi.netns, [f'link set e{i} up' for i in range(1, count)])
    netns.ip_batch_in(lab.switch, [f'link set x{i} up' for i in range(1, count)])


def configure(koi: Koi, config: dict) -> int:
    for number, ifc in enumerate(config['interfaces']):
        ifc['device'] = f'net_af_packet{number},iface=e{number}'
    koi.config = config
    return len(config['interfaces'])


def hear(namespace: str, seconds: float) -> dict[tuple[int, int], list[int]]:
    """When each vhid of each link has advertised."""
    times = defaultdict(list)
    with netns.entered(namespace):
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(netns.ETH_P_ALL))
    s.setsockopt(socket.SOL_SOCKET, netns.SO_RCVBUFFORCE, 1 << 26)
    s.setsockopt(socket.SOL_SOCKET, netns.SO_TIMESTAMPNS, 1)
    attach_filter(s, ONLY_CARP)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        select.select([s], [], [], 0.1)
        for _ in range(256):
            try:
                data, control, _, source = s.recvmsg(64, 256, socket.MSG_DONTWAIT)
            except BlockingIOError:
                break
            if source[0].startswith('br'):
                continue
            times[source[0], data[35]].append(read_control(control)[0])
    dropped = struct.unpack('II', s.getsockopt(netns.SOL_PACKET, 6, 8))[1]
    s.close()
    assert dropped == 0, f'{dropped} frames were not captured'
    return times


def cpu_s(koi: Koi) -> dict[str, float]:
    """By thread. The control lcore is the process's first thread."""
    found = {}
    for task in pathlib.Path(f'/proc/{koi.process.pid}/task').iterdir():
        fields = (task / 'stat').read_text().rsplit(')', 1)[1].split()
        name = 'control' if int(task.name) == koi.process.pid else (task / 'comm').read_text().strip()
        found[name] = found.get(name, 0) + (int(fields[11]) + int(fields[12])) / TICKS
    return found


def memory_mib(koi: Koi) -> dict[str, float]:
    lines = pathlib.Path(f'/proc/{koi.process.pid}/status').read_text().splitlines()
    return {line.split(':')[0]: round(int(line.split()[1]) / 1024, 1)
            for line in lines if line.startswith(('VmRSS', 'VmHWM'))}


def percentile(values: list[float], share: float) -> float:
    return round(values[min(len(values) - 1, int(len(values) * share))], 3)


def steady(lab: Lab, vhids: int, seconds: float) -> dict:
    koi = lab.koi('k', '10.0.0.11')
    add_links(lab, koi, configure(koi, big_config(vhids)))
    koi.start(ready_s=20)
    last = koi.config['vhids'][-1]
    koi.wait_state('MASTER', 20, vhid=f"{last['vhid']}@{last['interface']}")
    time.sleep(5)
    before, begin = cpu_s(koi), time.monotonic()
    times = hear(lab.switch, seconds)
    spent, passed = cpu_s(koi), time.monotonic() - begin
    late_ms = sorted((b - a) / 1e6 - INTERVAL_S * 1e3
                     for several in times.values() for a, b in zip(several, several[1:]))
    assert len(times) == vhids, f'{len(times)} vhids were heard'
    return {
        'vhids': vhids, 'adverts': sum(map(len, times.values())),
        'share_of_a_core': {name: round((spent[name] - before.get(name, 0)) / passed, 4)
                            for name in spent},
        'late_ms': {'median': percentile(late_ms, 0.5), 'p99': percentile(late_ms, 0.99),
                    'p99.9': percentile(late_ms, 0.999), 'max': percentile(late_ms, 1)},
        'control_gap_max_10s_us': koi.ask('/koi/health')['control_gap_max_10s_us'],
        'memory_mib': memory_mib(koi), 'machine_stall_ms': lab.worst_stall_ms(),
    }


def during_reload(lab: Lab, vhids: int) -> dict:
    koi = lab.koi('k', '10.0.0.11')
    config = big_config(vhids)
    add_links(lab, koi, configure(koi, config))
    every = config['vhids']
    every[0] |= SHORT
    koi.config['vhids'] = every[:1]
    koi.start(ready_s=20)
    koi.wait_state('MASTER', 5, vhid='1@lan0')
    time.sleep(11)    # of the start nothing is left in the last ten seconds
    before = koi.ask('/koi/health')['control_gap_max_10s_us']
    koi.config['vhids'] = every
    begin = time.monotonic()
    koi.reload(seconds=30)
    took_s = time.monotonic() - begin
    at_reload = koi.ask('/koi/health')['control_gap_max_10s_us']
    last = every[-1]
    koi.wait_state('MASTER', 20, vhid=f"{last['vhid']}@{last['interface']}")
    return {'control_gap_us': {'before': before, 'reload': at_reload,
                               'until all are MASTER': koi.ask('/koi/health')['control_gap_max_10s_us']},
            'reload_s': round(took_s, 3), 'transitions': koi.vhid('1@lan0')['transitions'],
            'machine_stall_ms': lab.worst_stall_ms()}


def main() -> int:
    for measure in (lambda lab: steady(lab, OPTIONS.vhids, OPTIONS.seconds),
                    lambda lab: during_reload(lab, OPTIONS.vhids)):
        lab = Lab()
        try:
            print(json.dumps(measure(lab), indent=1), flush=True)
        finally:
            lab.close()
    return 0


if __name__ == '__main__':
    sys.exit(main())
