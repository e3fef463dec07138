# SPDX-License-Identifier: BSD-3-Clause
"""The programs that are compared: each has one worker, on the same core, and one net_pcap port."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
from dataclasses import dataclass

import workload
from telemetry import Telemetry, socket_path
from wait import wait_for

MEMORY_MIB = 128
START_S = 30
# For an answer from the telemetry socket; much, as other work may keep the machine busy.
ANSWER_S = 30
# Enough to see that it answers, and not just that it begins to.
FRAMES_TO_BEGIN = 100000


@dataclass(frozen=True)
class Place:
    """Where the programs run, the same for all."""
    main_cpu: int
    worker_cpu: int
    is_no_huge: bool
    folder: pathlib.Path

    def eal(self, prefix: str) -> list[str]:
        memory = ['--no-huge'] if self.is_no_huge else ['--in-memory']
        return ['--lcores', f'0@{self.main_cpu},1@{self.worker_cpu}', '-n', '1', '-m',
                str(MEMORY_MIB), '--no-pci', '--file-prefix', prefix] + memory


def device(capture: pathlib.Path) -> str:
    return f'net_pcap0,rx_pcap={capture},infinite_rx=1'


def koi_config(capture: pathlib.Path) -> dict:
    prefix_len = workload.LAN.prefixlen
    prefix_len6 = workload.LAN6.prefixlen
    return {
        'workers': {'idle': 'poll'},
        'interfaces': [{'name': 'lan', 'device': device(capture), 'mac_mode': 'promiscuous',
                        'addresses': [f'{workload.OWN}/{prefix_len}',
                                      f'{workload.OWN6}/{prefix_len6}']}],
        'vhids': [{'interface': 'lan', 'vhid': workload.VHID, 'pass': 'perf',
                   'addresses': [f'{workload.VIRTUAL}/{prefix_len}',
                                 f'{workload.VIRTUAL6}/{prefix_len6}']}],
    }


class Subject:
    """A running program. It is stopped except while it has its turn."""
    started = 0

    def __init__(self, name: str, words: list[str], place: Place):
        self.name = name
        Subject.started += 1
        self.prefix = f'koiperf-{os.getpid()}-{Subject.started}'
        self._log = place.folder / f'{self.prefix}.{name}.log'
        command = [word for part in words
                   for word in (place.eal(self.prefix) if part == '{eal}' else [part])]
        with self._log.open('wb') as out:
            self._popen = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=out,
                                           start_new_session=True)
        self._telemetry: Telemetry | None = None
        self._worker: pathlib.Path | None = None

    def _check_alive(self) -> None:
        if self._popen.poll() is not None:
            text = self._log.read_text(errors='replace')
            raise RuntimeError(f'{self.name}: exit status {self._popen.returncode}\n{text}')

    def _has_port(self) -> bool:
        self._check_alive()
        try:
            self._telemetry = self._telemetry or Telemetry(self.prefix, ANSWER_S)
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        # The socket is there before the port is.
        return bool(self._telemetry.ask('/ethdev/list'))

    def _find_worker(self) -> pathlib.Path:
        tasks = pathlib.Path(f'/proc/{self._popen.pid}/task')
        return next(t for t in tasks.iterdir()
                    if (t / 'comm').read_text().strip() in ('lcore-worker-1', 'rte-worker-1'))

    def wait_started(self) -> None:
        """Until it answers for the first time; then it is stopped."""
        wait_for(f'{self.name} has a port', self._has_port, START_S)
        self._worker = self._find_worker()
        self.wait_answering()
        self.stop()

    def wait_answering(self) -> None:
        """Until it answers all that it gets, as in a turn."""
        wait_for(f'{self.name} answers', self._answers_all, START_S)

    def _answers_all(self) -> bool:
        self._check_alive()
        received, sent = self.counts()
        first_received, first_sent = received, sent
        while received < first_received + FRAMES_TO_BEGIN:
            received, sent = self.counts()
        return sent - first_sent >= 0.99 * (received - first_received)

    def counts(self) -> tuple[int, int]:
        """Frames received and sent so far."""
        stats = self._telemetry.ask('/ethdev/stats,0')
        return stats['ipackets'], stats['opackets']

    def waited_ns(self) -> int:
        """How long the worker has been ready to run while its core did something else."""
        return int((self._worker / 'schedstat').read_text().split()[1])

    def stop(self) -> None:
        self._popen.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._popen.send_signal(signal.SIGCONT)

    def end(self) -> None:
        if self._telemetry is not None:
            self._telemetry.close()
        if self._popen.poll() is None:
            self.resume()
            self._popen.send_signal(signal.SIGINT)
            try:
                self._popen.wait(5)
            except subprocess.TimeoutExpired:
                self._popen.kill()
                self._popen.wait()
        shutil.rmtree(socket_path(self.prefix).parent, ignore_errors=True)


def start_koi(name: str, binary: pathlib.Path, capture: pathlib.Path, place: Place) -> Subject:
    config = place.folder / f'{capture.stem}.{name}.json'
    config.write_text(json.dumps(koi_config(capture)))
    return Subject(name, [str(binary), '{eal}', '--', '-c', str(config)], place)


def start_testpmd(name: str, mode: str, capture: pathlib.Path, place: Place,
                  burst: int = 32) -> Subject:
    return Subject(name, ['dpdk-testpmd', '{eal}', '--vdev', device(capture), '--', '--nb-cores=1',
                          '--total-num-mbufs=16384', '--stats-period=30', '--auto-start',
                          f'--burst={burst}', f'--forward-mode={mode}'], place)
