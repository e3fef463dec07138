# SPDX-License-Identifier: BSD-3-Clause
"""The hosts of the lab: koi, ucarp, and a Linux client. Each has its own namespace and port e0."""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable

import netns
from capture import Capture
from frames import Frame
from probe import Probe
from process import Process
from telemetry import Telemetry, socket_path
from wait import wait_for

SECRET = 'mekmitasdigoat'
BUILD = pathlib.Path(os.environ.get('KOI_BUILD') or
                     pathlib.Path(__file__).resolve().parents[2] / 'build')


class Node:
    """A namespace with an interface e0, whose other end is a port of a bridge of the lab."""

    def __init__(self, lab, name: str, address: str, *, bridge: str = 'br0'):
        self.lab = lab
        self.bridge = bridge
        self.name = name
        self.address = address
        self.netns = f'{lab.name}-{name}'
        self.port = f'p-{name}'
        lab.plug(self)
        self.mac = self.run('cat', '/sys/class/net/e0/address').strip()

    def run(self, *words: str, **options) -> str:
        done = subprocess.run(netns.command(self.netns, list(words)), capture_output=True,
                              text=True, timeout=30, **options)
        assert done.returncode == 0, f"{' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout

    def start_process(self, words: list[str], log: str | None = None) -> Process:
        process = Process(self.netns, words, self.lab.folder / f'{log or self.name}.log')
        self.lab.processes.append(process)
        return process

    def capture(self, **options) -> Capture:
        """What this node sends from now on."""
        return self.lab.capture(self.port, **options)

    def set_cable(self, plugged: bool) -> None:
        """Pull the cable or put it back, at the bridge."""
        netns.ip('-n', self.lab.switch, 'link', 'set', self.port, 'up' if plugged else 'down')


class Client(Node):
    """A Linux host with an address. What it probes with uses the 64 addresses above its own."""

    def __init__(self, lab, name: str, address: str, **options):
        super().__init__(lab, name, address, **options)
        netns.ip('-n', self.netns, 'address', 'add', f'{address}/24', 'dev', 'e0')
        self.address6: str | None = None
        self._socket: socket.socket | None = None
        self._listen: Capture | None = None

    def use_ipv6(self, address: str = 'fd00::1:0') -> 'Client':
        """An IPv6 address, and the link-local one that the kernel makes; both are there at once."""
        netns.write_sysctls(self.netns, {
            'net/ipv6/conf/e0/disable_ipv6': '0', 'net/ipv6/conf/e0/accept_dad': '0'})
        netns.ip('-n', self.netns, 'address', 'add', f'{address}/64', 'dev', 'e0', 'nodad')
        self.address6 = address
        return self

    def neighbour6(self, address: str) -> str | None:
        """The MAC that the kernel knows of an IPv6 address."""
        words = self.run('ip', '-6', 'neighbour', 'show', address, 'dev', 'e0').split()
        return words[words.index('lladdr') + 1] if 'lladdr' in words else None

    def probe(self, virtual: str) -> Probe:
        own = self.address6 if ':' in virtual else self.address
        probe = Probe(BUILD / 'test/func/vipprobe', self.netns, own, virtual)
        self.lab.probes.append(probe)
        return probe

    def send(self, *frames: bytes) -> int:
        """Send frames as they are; the time before the first."""
        if self._socket is None:
            self._socket = netns.packet_socket(self.netns, 'e0', receive=False)
            self.lab.sockets.append(self._socket)
        at_ns = time.time_ns()
        for frame in frames:
            self._socket.send(frame)
        return at_ns

    def ask(self, frame: bytes, matches: Callable[[Frame], bool],
            seconds: float = 1.0) -> Frame:
        """Send a frame and wait for one that answers it."""
        if self._listen is None:
            self._listen = self.lab.capture('e0', namespace=self.netns)
        since_ns = self.send(frame)
        return wait_for('an answer', lambda: self._listen.first(matches, since_ns), seconds)

    def blast(self, frames: list[bytes], seconds: float) -> subprocess.Popen:
        """Send the frames in turn as fast as the link carries them, beside the test."""
        source = self.lab.folder / 'blast.frames'
        source.write_bytes(b''.join(len(f).to_bytes(2, 'big') + f for f in frames))
        with source.open('rb') as stdin:
            return subprocess.Popen(
                netns.command(self.netns, [str(BUILD / 'test/func/vipblast'), 'e0', str(seconds)]),
                stdin=stdin, stdout=subprocess.PIPE, text=True)


class Carp(Node):
    """A node that takes part in the election."""
    process: Process | None = None

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.is_alive


class Koi(Carp):
    """koi on e0. The kernel keeps out: no address, no IPv6."""

    def __init__(self, lab, name: str, address: str, *, cpus: tuple[int, ...] = (0, 1),
                 bridge: str = 'br0'):
        super().__init__(lab, name, address, bridge=bridge)
        self.cpus = cpus
        self.prefix = self.netns
        self.config_path = lab.folder / f'{name}.json'
        self.config: dict = {}
        self.state_path = pathlib.Path('/var/lib/koi') / self.prefix / 'replay.json'
        self._telemetry: Telemetry | None = None

    def configure(self, *, vhid: int = 1, advbase: int = 1, advskew: int = 0,
                  virtual: tuple[str, ...] = (), secret: str = SECRET, idle: str = 'sleep',
                  **carp) -> 'Koi':
        """One interface, one vhid; @p carp becomes the object of that name."""
        addresses = [f'{a}/24' for a in virtual or (self.lab.virtual,)]
        self.config = {
            'carp': carp,
            'workers': {'idle': idle},
            'interfaces': [{'name': 'lan', 'device': 'net_af_packet0,iface=e0',
                            'addresses': [f'{self.address}/24']}],
            'vhids': [{'interface': 'lan', 'vhid': vhid, 'advbase': advbase, 'advskew': advskew,
                       'pass': secret, 'addresses': addresses}],
        }
        return self

    @property
    def master_down_s(self) -> float:
        v = self.config['vhids'][0]
        if v['advbase'] == 0:
            return 3 * v['advskew'] / 256
        return 3 * v['advbase'] + v['advskew'] / 256

    @property
    def interval_s(self) -> float:
        v = self.config['vhids'][0]
        return v['advbase'] + v['advskew'] / 256

    def command_line(self, *more_eal: str) -> list[str]:
        lcores = ','.join(f'{lcore}@{cpu}' for lcore, cpu in enumerate(self.cpus))
        return [str(BUILD / 'app/koi'), '--lcores', lcores, '--no-huge', '--no-pci',
                '--file-prefix', self.prefix, *more_eal, '--', '-c', str(self.config_path)]

    def write_config(self) -> None:
        self.config_path.write_text(json.dumps(self.config, indent=1))
        self.config_path.chmod(0o600)

    def start(self, *, ready_s: float = 5, wait: bool = True) -> 'Koi':
        self.write_config()
        self.process = self.start_process(self.command_line())
        self._telemetry = None
        if wait:
            self.process.wait_log('koi: ready:', ready_s)
        return self

    def reload(self, *, seconds: float = 5) -> int:
        """Write the configuration, SIGHUP, wait for the log to say that it is done."""
        self.write_config()
        done = self.process.log.count('koi.config: reloaded:')
        at_ns = self.process.signal(signal.SIGHUP)
        wait_for(f'reload of {self.name}',
                 lambda: self.process.log.count('koi.config: reloaded:') > done, seconds)
        return at_ns

    def stop(self, seconds: float = 5) -> int:
        """SIGTERM; the time it was sent. Its exit status is checked: a clean stop is 0."""
        at_ns = self.process.signal(signal.SIGTERM)
        status = self.process.wait(seconds)
        assert status == 0, f'{self.name}: exit status {status}\n{self.process.log[-2000:]}'
        return at_ns

    def kill(self) -> int:
        return self.process.kill()

    def ask(self, command: str):
        if self._telemetry is None:
            self._telemetry = Telemetry(self.prefix)
            self.lab.sockets.append(self._telemetry)
        return self._telemetry.ask(command)

    def forget_connection(self) -> None:
        """Leave the telemetry socket to others until the next question."""
        if self._telemetry is not None:
            self._telemetry.close()
            self._telemetry = None

    def vhid(self, name: str = '1@lan') -> dict:
        return self.ask(f'/carp/vhid,{name}')

    def state_of(self, name: str) -> str:
        told = self.vhid(name)
        return told['state'] if told else 'starts'

    @property
    def state(self) -> str:
        return self.state_of('1@lan')

    def stats(self) -> dict[str, int]:
        return self.ask('/carp/stats')

    def wait_state(self, state: str, seconds: float | None = None, vhid: str = '1@lan') -> None:
        seconds = seconds or self.master_down_s + 2
        wait_for(f'{self.name} {vhid} {state}', lambda: self.state_of(vhid) == state, seconds)

    def koictl(self, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run([str(BUILD / 'app/koictl'), '-f', self.prefix, *words],
                              capture_output=True, text=True, timeout=10)

    def threads(self, name: str) -> list[int]:
        """Thread ids whose name matches the expression."""
        tasks = pathlib.Path(f'/proc/{self.process.pid}/task').iterdir()
        return [int(t.name) for t in tasks if re.search(name, (t / 'comm').read_text())]

    def forget(self) -> None:
        """What a killed koi leaves behind."""
        shutil.rmtree(socket_path(self.prefix).parent, ignore_errors=True)
        shutil.rmtree(pathlib.Path('/run/koi') / self.prefix, ignore_errors=True)
        shutil.rmtree(self.state_path.parent, ignore_errors=True)


class Ucarp(Carp):
    """ucarp as its manual shows it: scripts add and delete the virtual address."""

    def __init__(self, lab, name: str, address: str, *, virtual: str | None = None, **options):
        super().__init__(lab, name, address, **options)
        self.virtual = virtual or lab.virtual
        netns.ip('-n', self.netns, 'address', 'add', f'{address}/24', 'dev', 'e0')
        for script, verb in (('up', 'add'), ('down', 'del')):
            path = lab.folder / f'{name}-{script}'
            path.write_text(f'#!/bin/sh\nip address {verb} {self.virtual}/24 dev "$1" 2>/dev/null\n'
                            'exit 0\n')
            path.chmod(0o755)
        self.words: list[str] = []

    def configure(self, *, vhid: int = 1, advbase: int = 1, advskew: int = 0,
                  secret: str = SECRET, preempt: bool = False) -> 'Ucarp':
        self.master_down_s = 3 * advbase + advskew / 256
        self.interval_s = advbase + advskew / 256
        folder = self.lab.folder
        self.words = ['ucarp', '-i', 'e0', '-s', self.address, '-v', str(vhid), '-p', secret,
                      '-a', self.virtual, '-b', str(advbase), '-k', str(advskew),
                      '-u', str(folder / f'{self.name}-up'), '-d', str(folder / f'{self.name}-down'),
                      '-z', *(['-P'] if preempt else [])]
        return self

    def start(self) -> 'Ucarp':
        self.process = self.start_process(self.words)
        self.process.wait_log('Switching to state: BACKUP', 5)
        return self

    @property
    def state(self) -> str:
        changes = re.findall(r'Switching to state: (\w+)', self.process.log)
        return changes[-1] if changes else 'BACKUP'

    def wait_state(self, state: str, seconds: float | None = None) -> None:
        # ucarp handles what it captured up to 0.9 s late
        seconds = seconds or self.master_down_s + 3
        wait_for(f'{self.name} {state}', lambda: self.state == state, seconds)

    def kill(self) -> int:
        """Its address would stay and go on answering: a dead host's does not."""
        self.set_cable(False)
        at_ns = self.process.kill()
        subprocess.run(netns.command(self.netns, ['ip', 'address', 'del',
                                                  f'{self.virtual}/24', 'dev', 'e0']),
                       capture_output=True)
        self.set_cable(True)
        return at_ns

    def stop(self) -> int:
        """SIGTERM: it takes its address away and sends no farewell."""
        at_ns = self.process.signal(signal.SIGTERM)
        self.process.wait()
        return at_ns
