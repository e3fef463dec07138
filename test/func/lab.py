# SPDX-License-Identifier: BSD-3-Clause
"""One LAN for a test: hosts in network namespaces on a bridge in a namespace of its own."""
import contextlib
import itertools
import os
import pathlib
import shutil
import tempfile
import time

import netns
from capture import Capture
from leftovers import remove_leftovers
from nodes import Client, Koi, Node, Ucarp
from probe import Probe
from process import Process
from stall import the_watch


class Lab:
    """
    Names carry the process id, so that labs do not meet; what a killed run left is removed by the
    next. close() takes everything away, in any state.
    """
    _numbers = itertools.count()

    def __init__(self, virtual: str = '10.0.0.100'):
        remove_leftovers()
        the_watch()
        self.name = f'koilab{os.getpid()}x{next(self._numbers)}'
        self.virtual = virtual
        self.switch = f'{self.name}-sw'
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f'{self.name}-'))
        self.nodes: list[Node] = []
        self.processes: list[Process] = []
        self.probes: list[Probe] = []
        self.captures: list[Capture] = []
        self.sockets: list = []
        self.is_open = True
        netns.ip('netns', 'add', self.switch)
        netns.ip_batch_in(self.switch, [
            'link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0',
            'link set br0 up'])
        # A bridge that asks a firewall loses what is malformed.
        netns.write_sysctls(self.switch, {f'net/bridge/bridge-nf-call-{tables}': '0'
                                          for tables in ('iptables', 'ip6tables', 'arptables')},
                            must_exist=False)
        self._since_ms = time.time() * 1e3

    def stalls(self) -> list[tuple[float, float]]:
        """Of the machine, in the life of this lab."""
        return the_watch().stalls(self._since_ms)

    def worst_stall_ms(self) -> float:
        return the_watch().worst_ms(self._since_ms)

    def plug(self, node: Node) -> None:
        """Make the node's namespace and its cable to the bridge."""
        netns.ip('netns', 'add', node.netns)
        self.nodes.append(node)
        netns.write_sysctls(node.netns, {
            'net/ipv6/conf/all/disable_ipv6': '1', 'net/ipv6/conf/default/disable_ipv6': '1'})
        netns.ip('link', 'add', 'e0', 'netns', node.netns, 'type', 'veth',
                 'peer', 'name', node.port, 'netns', self.switch)
        netns.ip_batch_in(self.switch, [f'link set {node.port} master {node.bridge} up'])
        netns.ip_batch_in(node.netns, ['link set lo up', 'link set e0 up'])
        # Unfinished checksums would leave the host: af_packet passes them on as they are.
        node.run('ethtool', '-K', 'e0', 'tx', 'off')

    def koi(self, name: str, address: str, **options) -> Koi:
        return Koi(self, name, address, **options)

    def ucarp(self, name: str, address: str, **options) -> Ucarp:
        return Ucarp(self, name, address, **options)

    def client(self, name: str = 'cl', address: str = '10.0.0.128', **options) -> Client:
        return Client(self, name, address, **options)

    def capture(self, interface: str, *, namespace: str | None = None, **options) -> Capture:
        capture = Capture(namespace or self.switch, interface, **options)
        self.captures.append(capture)
        return capture

    def diagnosis(self) -> str:
        """What one wants to see of a failed test."""
        parts = []
        for process in {p.log_path: p for p in self.processes}.values():
            parts.append(f'--- {process.log_path.name}\n{process.log_path.read_text()[-3000:]}')
        for node in self.nodes:
            if isinstance(node, Koi) and node.is_running:
                with contextlib.suppress(OSError, ValueError, KeyError):
                    parts.append(f'--- {node.name}: {node.vhid()}\n{node.stats()}')
        for capture in self.captures:
            parts.append(f'--- last frames at {capture.interface}\n{capture.tail()}')
        for probe in self.probes:
            parts.append(f'--- probe\n' + '\n'.join(map(str, probe.events[-12:])))
        return '\n'.join(parts)

    def close(self) -> None:
        self.is_open = False
        for probe in self.probes:
            probe.stop()
        for process in self.processes:
            process.remove()
        for closable in self.captures + self.sockets:
            closable.close()
        for node in self.nodes:
            if isinstance(node, Koi):
                node.forget()
            netns.ip('netns', 'delete', node.netns)
        netns.ip('netns', 'delete', self.switch)
        shutil.rmtree(self.folder)
