#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What many routes cost: the time to start with them, memory, and the time to change some.

Starts koi with a routes_file of that many routes, changes 1,000 of them by a reload, then all of
them; once while nothing arrives, and once while packets to changed routes are forwarded, none of
which may be lost. Devices are virtual; no hugepages.
"""
import argparse
import ipaddress
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / 'func'))

import frames  # noqa: E402
import pcap  # noqa: E402
from telemetry import Telemetry  # noqa: E402
from wait import wait_for  # noqa: E402

START_S = 120
MANAGER = 'koi-manager'
# Lengths as often as in the Internet's table, roughly.
LENGTHS4 = {24: 60, 23: 10, 22: 12, 21: 5, 20: 5, 19: 3, 18: 2, 16: 2, 25: 1}
LENGTHS6 = {48: 48, 44: 10, 40: 10, 36: 5, 33: 3, 32: 24}
FLOWS = 256
# What net_pcap gives to the first port.
PORT_MAC = '02:70:63:61:70:00'
HOST_MAC = '02:00:00:00:00:01'
HOPS4 = [f'10.1.0.{n}' for n in range(10, 26)]
HOPS6 = [f'fd00:1::{n:x}' for n in range(10, 26)]


def networks(count: int, lengths: dict[int, int], pick, bits: int) -> list[tuple[int, int]]:
    """Different prefixes, as number and length, sorted."""
    found: set[tuple[int, int]] = set()
    choice, weight = list(lengths), list(lengths.values())
    while len(found) < count:
        for length in random.choices(choice, weight, k=count - len(found)):
            shift = bits - length
            found.add((pick() >> shift << shift, length))
    return sorted(found)


def pick4() -> int:
    """From 11.0.0.0 to 126.255.255.255, where no prefix of the configuration is."""
    return random.randrange(11 << 24, 127 << 24)


def picker6(blocks: int):
    """Within so many allocations of a /32: those of the Internet lie close together, too."""
    block = [0x20010000 + random.randrange(0x0a0f0000) for _ in range(blocks)]
    return lambda: random.choice(block) << 96 | random.getrandbits(96)


def text_of(network: tuple[int, int], bits: int) -> str:
    kind = ipaddress.IPv4Address if bits == 32 else ipaddress.IPv6Address
    return f'{kind(network[0])}/{network[1]}'


def make_routes(count4: int, count6: int) -> list[tuple[str, int, str]]:
    """Prefix, family and next hop of each route."""
    routes = [(text_of(n, 32), 4, random.choice(HOPS4))
              for n in networks(count4, LENGTHS4, pick4, 32)]
    routes += [(text_of(n, 128), 6, random.choice(HOPS6))
               for n in networks(count6, LENGTHS6, picker6(count6 // 5 + 1), 128)]
    return routes


def write_routes(path: pathlib.Path, routes: list[tuple[str, int, str]]) -> None:
    path.write_text(''.join(f'{prefix} via {hop}\n' for prefix, _, hop in routes))


def other_hops(routes: list[tuple[str, int, str]], count: int) -> list[tuple[str, int, str]]:
    """The same routes, so many of them by another next hop."""
    changed = set(random.sample(range(len(routes)), min(count, len(routes))))
    return [(prefix, family, (HOPS4 if family == 4 else HOPS6)[
             ((HOPS4 if family == 4 else HOPS6).index(hop) + 1) % 16] if i in changed else hop)
            for i, (prefix, family, hop) in enumerate(routes)]


def packets_to(routes: list[tuple[str, int, str]]) -> list[bytes]:
    """Packets to the first addresses of some routes."""
    packets = []
    for prefix, family, _ in random.sample(routes, min(FLOWS, len(routes))):
        address = prefix.partition('/')[0]
        if family == 4:
            packets.append(frames.echo_request(PORT_MAC, HOST_MAC, '10.0.0.7', address, 1, 1))
        else:
            packets.append(frames.echo_request6(PORT_MAC, HOST_MAC, 'fd00::7', address, 1, 1))
    return packets


def took(begin: float, cpu_s: float) -> dict:
    """Seconds, and those of the thread that does the work: the machine may do other things, too."""
    return {'s': round(time.monotonic() - begin, 3), 'cpu_s': round(cpu_s, 3)}


class Koi:
    """A koi with two interfaces and the routes of a file; what it is to forward arrives for ever."""

    def __init__(self, folder: pathlib.Path, koi: pathlib.Path, packets: list[bytes] | None = None):
        self.folder, self.koi = folder, koi
        self.routes = folder / 'routes.txt'
        self.config = folder / 'koi.json'
        self.prefix = f'koiload-{os.getpid()}'
        device = 'net_null0,no-rx=1'
        if packets is not None:
            pcap.write_pcap(folder / 'packets.pcap', packets)
            device = f'net_pcap0,rx_pcap={folder}/packets.pcap,infinite_rx=1'
        self.config.write_text(json.dumps({
            'workers': {'idle': 'poll' if packets is not None else 'sleep'},
            'interfaces': [
                {'name': 'lan', 'device': device, 'mac_mode': 'promiscuous',
                 'addresses': ['10.0.0.2/24', 'fd00::2/64']},
                {'name': 'wan', 'device': 'net_null1,no-rx=1', 'mac_mode': 'promiscuous',
                 'addresses': ['10.1.0.2/24', 'fd00:1::2/64']}],
            'neighbors': [{'interface': 'wan', 'address': hop, 'mac': '02:00:00:00:01:01'}
                          for hop in HOPS4 + HOPS6],
            'vhids': [], 'routes_file': 'routes.txt'}))
        self.popen: subprocess.Popen | None = None
        self.log = folder / 'koi.log'

    def command(self, memory: list[str]) -> list[str]:
        return [str(self.koi), '--lcores', '0@0,1@1', '--no-huge', '--no-pci', '--file-prefix',
                self.prefix] + memory + ['--', '-c', str(self.config)]

    def needed_mib(self) -> int:
        """What it says that it needs, when it is given too little."""
        run = subprocess.run(self.command(['-m', '64']), capture_output=True, text=True,
                             timeout=START_S, check=False)
        return int(re.search(r'needs (\d+) MiB', run.stderr)[1])

    def start(self) -> dict:
        """Until it is ready."""
        begin = time.monotonic()
        with self.log.open('w') as out:
            self.popen = subprocess.Popen(self.command([]), stdout=out, stderr=out)
        wait_for('koi is ready', self._is_ready, START_S)
        return took(begin, self._cpu_s('koi'))

    def _cpu_s(self, name: str) -> float:
        """How long the thread of that name has run."""
        for task in pathlib.Path(f'/proc/{self.popen.pid}/task').iterdir():
            if (task / 'comm').read_text().strip() == name:
                return int((task / 'schedstat').read_text().split()[0]) / 1e9
        raise RuntimeError(f'no thread {name}')

    def _is_ready(self) -> bool:
        if self.popen.poll() is not None:
            raise RuntimeError(self.log.read_text())
        return 'ready:' in self.log.read_text()

    def reload(self, routes: list[tuple[str, int, str]]) -> dict:
        """From the command to its end."""
        write_routes(self.routes, routes)
        begin = time.monotonic()
        cpu_s = self._cpu_s(MANAGER)
        subprocess.run([str(self.koi.parent / 'koictl'), '-f', self.prefix, 'reload'], check=True,
                       timeout=START_S, stdout=subprocess.DEVNULL)
        return took(begin, self._cpu_s(MANAGER) - cpu_s)

    def ask(self, query: str) -> dict:
        telemetry = Telemetry(self.prefix, START_S)
        try:
            return telemetry.ask(query)
        finally:
            telemetry.close()

    def traffic(self) -> dict:
        """Packets so far: received, sent, dropped."""
        lan, wan = (self.ask(f'/interface/info,{name}') for name in ('lan', 'wan'))
        return {'received': lan['rx_packets'], 'sent': wan['tx_packets'],
                'dropped': lan['drops'] + wan['drops']}

    def resident_mib(self) -> int:
        status = pathlib.Path(f'/proc/{self.popen.pid}/status').read_text()
        return int(re.search(r'VmRSS:\s+(\d+)', status)[1]) // 1024

    def stop(self) -> None:
        if self.popen is not None:
            self.popen.terminate()
            self.popen.wait(START_S)


def measure(koi: Koi, routes: list[tuple[str, int, str]]) -> dict:
    write_routes(koi.routes, routes)
    figures = {'needed_mib': koi.needed_mib(), 'start': koi.start()}
    figures['tables'] = koi.ask('/fwd/tables')
    figures['resident_mib'] = koi.resident_mib()
    changed = other_hops(routes, 1000)
    figures['reload_same'] = koi.reload(routes)
    figures['reload_1000'] = koi.reload(changed)
    figures['reload_all'] = koi.reload(other_hops(changed, len(routes)))
    figures['changes'] = koi.ask('/fwd/tables')['changes'] - figures['tables']['changes']
    return figures


def measure_loss(koi: Koi, routes: list[tuple[str, int, str]]) -> dict:
    """Packets that were forwarded and dropped from before a reload of 1,000 routes to after it."""
    write_routes(koi.routes, routes)
    koi.start()
    wait_for('packets are forwarded', lambda: koi.traffic()['sent'] > 0, START_S)
    before = koi.traffic()
    figures = {'reload_1000': koi.reload(other_hops(routes, 1000))}
    after = koi.traffic()
    return figures | {key: after[key] - before[key] for key in before}


def judge(figures: dict, count: int) -> list[str]:
    wrong = []
    if figures['changes'] != count + min(1000, count):
        wrong.append(f"{figures['changes']} routes have changed")
    if figures['forwarding']['sent'] == 0 or figures['forwarding']['dropped'] != 0:
        wrong.append('packets were lost')
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--koi', type=pathlib.Path, default='build/app/koi')
    parser.add_argument('--ip4', type=int, default=1000000, metavar='ROUTES')
    parser.add_argument('--ip6', type=int, default=200000, metavar='ROUTES')
    args = parser.parse_args()

    random.seed(1)
    routes = make_routes(args.ip4, args.ip6)
    with tempfile.TemporaryDirectory(prefix='koi-load-') as name:
        folder, path = pathlib.Path(name), args.koi.resolve()
        quiet, busy = Koi(folder, path), None
        try:
            figures = measure(quiet, routes)
            quiet.stop()
            busy = Koi(folder, path, packets_to(routes))
            figures['forwarding'] = measure_loss(busy, routes)
        finally:
            for koi in (quiet, busy):
                if koi is not None:
                    koi.stop()
    print(json.dumps(figures, indent=2))
    wrong = judge(figures, len(routes))
    for text in wrong:
        print(text, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
