#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What it costs koi to forward a packet, beside dpdk-testpmd and DPDK's l3fwd.

README.md in this folder says how programs are compared.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
# Captures and the telemetry client are those of the functional tests.
sys.path.append(str(HERE.parent / 'func'))

import report  # noqa: E402
import subject  # noqa: E402
import turns  # noqa: E402
import workload  # noqa: E402

PORTS = 2
EXAMPLES = pathlib.Path('/usr/share/dpdk/examples')
# It asks for checksums by the device, which net_pcap refuses to promise.
OFFLOAD = '.offloads = RTE_ETH_RX_OFFLOAD_CHECKSUM,'
WIDE = '--force-max-simd-bitwidth=512'


class OneLcore(subject.Place):
    """l3fwd has as many transmit queues as lcores and net_pcap one: its main lcore is the worker."""

    def eal(self, prefix: str) -> list[str]:
        words = super().eal(prefix)
        words[words.index('--lcores') + 1] = f'1@{self.worker_cpu}'
        return words


class Forwarder(subject.Subject):
    """A program with a worker and two ports."""

    def _find_worker(self) -> pathlib.Path:
        tasks = pathlib.Path(f'/proc/{self._popen.pid}/task')
        return tasks / str(self._popen.pid) if self.name.startswith('l3fwd') \
            else super()._find_worker()

    def counts(self) -> tuple[int, int]:
        stats = [self._telemetry.ask(f'/ethdev/stats,{port}') for port in range(PORTS)]
        return sum(s['ipackets'] for s in stats), sum(s['opackets'] for s in stats)


def device(port: int, capture: pathlib.Path) -> str:
    return f'net_pcap{port},rx_pcap={capture},infinite_rx=1'


def build_l3fwd(folder: pathlib.Path) -> pathlib.Path | None:
    """DPDK's own example from the package dpdk-doc; None if it is not there."""
    if not (EXAMPLES / 'l3fwd').is_dir():
        return None
    for name in ('l3fwd', 'common'):
        shutil.copytree(EXAMPLES / name, folder / name)
    main = folder / 'l3fwd/main.c'
    main.write_text(main.read_text().replace(OFFLOAD, '.offloads = 0,'))
    subprocess.run(['make', '-s', 'shared'], cwd=folder / 'l3fwd', check=True,
                   capture_output=True)
    return folder / 'l3fwd/build/l3fwd'


def koi_config(captures: list[pathlib.Path]) -> dict:
    """Gateways whose MACs are known, one on each port."""
    own = [('192.0.2.1/24', '2001:db8::1/64'), ('198.51.100.1/24', '2001:db8:1::1/64')]
    via = [('192.0.2.254', '2001:db8::fe'), ('198.51.100.254', '2001:db8:1::fe')]
    to = [('198.18.0.0/24', '2001:200::/64'), ('198.18.1.0/24', '2001:200:0:1::/64')]
    return {
        'workers': {'idle': 'poll'},
        'interfaces': [{'name': f'port{n}', 'device': device(n, captures[n]),
                        'mac_mode': 'promiscuous', 'addresses': list(own[n])}
                       for n in range(PORTS)],
        'vhids': [],
        'routes': [{'prefix': prefix, 'via': gateway} for n in range(PORTS)
                   for prefix, gateway in zip(to[n], via[n])],
        'neighbors': [{'interface': f'port{n}', 'address': gateway,
                       'mac': f'02:00:00:00:01:0{n}'} for n in range(PORTS)
                      for gateway in via[n]],
    }


def commands(options: argparse.Namespace, captures: list[pathlib.Path], l3fwd: pathlib.Path | None,
             folder: pathlib.Path) -> dict[str, list[str]]:
    """How each program is started; the same width of vectors for all."""
    eal = ['{eal}'] + ([WIDE] if options.wide else [])
    ports = [word for n in range(PORTS) for word in ('--vdev', device(n, captures[n]))]
    config = folder / 'koi.json'
    config.write_text(json.dumps(koi_config(captures)))
    pmd = ['dpdk-testpmd', *eal, *ports, '--', '--nb-cores=1', '--total-num-mbufs=16384',
           '--stats-period=30', '--auto-start', '--burst=64']
    started = {
        'koi': [str(options.koi), *eal, '--', '-c', str(config)],
        report.FLOOR: [*pmd, '--forward-mode=io'],
        'macswap': [*pmd, '--forward-mode=macswap'],
    }
    for lookup in ('lpm', 'fib') if l3fwd else ():
        started[f'l3fwd {lookup}'] = [
            str(l3fwd), *eal, *ports, '--', '-p', '3', '-P', '--parse-ptype',
            '--config=(0,0,1),(1,0,1)', f'--lookup={lookup}']
    return started


def run_set(started: dict[str, list[str]], rounds: int,
            place: subject.Place) -> dict[str, turns.Slices]:
    running: list[Forwarder] = []
    try:
        for name, words in started.items():
            where = OneLcore(**vars(place)) if name.startswith('l3fwd') else place
            running.append(Forwarder(name, words, where))
        for one in running:
            one.wait_started()
        return turns.take_turns(running, rounds)
    finally:
        for one in running:
            one.end()


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--sets', type=int, default=5, help='each starts all programs afresh (5)')
    parser.add_argument('--rounds', type=int, default=15,
                        help='turns of each program in a set (15)')
    parser.add_argument('--koi', type=pathlib.Path, default=HERE.parent.parent / 'build/app/koi')
    parser.add_argument('--only', action='append', choices=('forward4', 'forward6'))
    parser.add_argument('--wide', action='store_true', help='let all programs use AVX-512')
    return parser.parse_args()


def main() -> None:
    options = parse_options()
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        sys.exit('forward.py: needs two CPUs, one of them for the worker that is measured')
    subject.MEMORY_MIB = 192
    report.print_head(report.FLOOR)
    with tempfile.TemporaryDirectory(prefix='koi-perf-') as name:
        folder = pathlib.Path(name)
        place = subject.Place(cpus[0], cpus[1], False, folder)
        l3fwd = build_l3fwd(folder)
        by_port = [workload.write_forward_captures(folder, f'02:70:63:61:70:{n:02x}', f'-{n}')
                   for n in range(PORTS)]
        for family in options.only or ('forward4', 'forward6'):
            captures = [port[family] for port in by_port]
            started = commands(options, captures, l3fwd, folder)
            sets = [run_set(started, options.rounds, place) for _ in range(options.sets)]
            report.print_lines(report.lines_of(family, sets, report.FLOOR))


if __name__ == '__main__':
    main()
