# SPDX-License-Identifier: BSD-3-Clause
"""A program that runs in a namespace and writes its output to a file."""
import pathlib
import signal
import subprocess
import time

import netns
from wait import wait_for


class Process:
    def __init__(self, namespace: str, words: list[str], log: pathlib.Path,
                 environment: dict[str, str] | None = None):
        self.log_path = log
        # A second start continues the file; this run's part begins here.
        self._log_start = log.stat().st_size if log.exists() else 0
        with log.open('ab') as out:
            self._popen = subprocess.Popen(netns.command(namespace, words), stdout=out, stderr=out,
                                           stdin=subprocess.DEVNULL, env=environment)
        self.pid = self._popen.pid

    @property
    def log(self) -> str:
        with self.log_path.open('rb') as f:
            f.seek(self._log_start)
            return f.read().decode(errors='replace')

    def wait_log(self, text: str, seconds: float) -> None:
        def has_text() -> bool:
            return text in self.log or self._popen.poll() is not None
        wait_for(f'"{text}" in {self.log_path.name}', has_text, seconds)
        assert text in self.log, \
            f'{self.log_path.name}: exit status {self._popen.returncode}:\n{self.log}'

    @property
    def is_alive(self) -> bool:
        return self._popen.poll() is None

    def signal(self, number: int) -> int:
        """Send a signal; the time it was sent, as the captures count it."""
        at_ns = time.time_ns()
        self._popen.send_signal(number)
        return at_ns

    def wait(self, seconds: float = 5) -> int:
        """The exit status, negative if a signal ended it."""
        return self._popen.wait(seconds)

    def kill(self) -> int:
        """SIGKILL: no clean-up, no farewell."""
        at_ns = self.signal(signal.SIGKILL)
        self.wait()
        return at_ns

    def remove(self) -> None:
        """Whatever state it is in, be rid of it."""
        if self.is_alive:
            self._popen.kill()
            self._popen.wait()
