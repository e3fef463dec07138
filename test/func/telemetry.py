# SPDX-License-Identifier: BSD-3-Clause
"""A client of the DPDK telemetry socket, protocol version 2."""
import json
import pathlib
import socket


def socket_path(prefix: str) -> pathlib.Path:
    return pathlib.Path('/run/dpdk') / prefix / 'dpdk_telemetry.v2'


class Telemetry:
    """One connection; a request is a command with its parameters after a comma."""

    def __init__(self, prefix: str, timeout_s: float = 5.0):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(timeout_s)
        self._socket.connect(str(socket_path(prefix)))
        greeting = json.loads(self._socket.recv(4096))
        self.pid = greeting['pid']
        self.max_len = greeting['max_output_len']

    def raw(self, command: str) -> bytes:
        self._socket.send(command.encode())
        return self._socket.recv(self.max_len)

    def ask(self, command: str):
        """The value of the reply; it stands below the command's name, without parameters."""
        reply = json.loads(self.raw(command))
        return reply[command.split(',')[0]]

    def pages(self, command: str, key: str) -> list:
        """All pages of a list: COMMAND,FROM until a page is empty."""
        items: list = []
        start = 0
        while True:
            page = self.ask(f'{command},{start}')
            found = page[key]
            items += found.values() if isinstance(found, dict) else found
            if not found or page['next'] <= start:
                return items
            start = page['next']

    def close(self) -> None:
        self._socket.close()
