# SPDX-License-Identifier: BSD-3-Clause
"""A terminal for a program that draws: a pty, and as much of its control sequences as koictl uses."""
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading

from wait import wait_for

SEQUENCE = re.compile(r'\x1b\[(\??)([0-9;]*)([A-Za-z])')
ALTERNATE = '1049'
CURSOR = '25'


class Terminal:
    def __init__(self, words: list[str], rows: int, columns: int, **environment: str):
        self.rows, self.columns = rows, columns
        self._main, other = pty.openpty()
        self._set_size()
        self.settings = termios.tcgetattr(other)
        self._other = other
        self.program = subprocess.Popen(
            words, stdin=other, stdout=other, stderr=other, start_new_session=True,
            env={**os.environ, 'TERM': 'xterm', **environment},
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.is_alternate = False
        self.has_cursor = True
        self.text = ''
        self.overflows: list[str] = []
        self._lines: dict[int, str] = {}
        self._row = 0
        self._pending = ''
        self._lock = threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()

    def _set_size(self) -> None:
        fcntl.ioctl(self._main, termios.TIOCSWINSZ,
                    struct.pack('HHHH', self.rows, self.columns, 0, 0))

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._main, 4096)
            except OSError:
                return
            with self._lock:
                self.text += data.decode(errors='replace')
                self._take(data.decode(errors='replace'))

    def _take(self, data: str) -> None:
        data = self._pending + data
        cut = data.rfind('\x1b')
        is_whole = cut < 0 or SEQUENCE.match(data, cut)
        self._pending = '' if is_whole else data[cut:]
        data = data if is_whole else data[:cut]
        at = 0
        for match in SEQUENCE.finditer(data):
            self._put(data[at:match.start()])
            self._obey(*match.groups())
            at = match.end()
        self._put(data[at:])

    def _put(self, text: str) -> None:
        line = self._lines.get(self._row, '') + text.rstrip('\r\n')
        if self.is_alternate and (len(line) > self.columns or self._row > self.rows):
            self.overflows.append(line)
        self._lines[self._row] = line

    def _obey(self, private: str, numbers: str, letter: str) -> None:
        if private and letter in 'hl':
            if numbers == ALTERNATE:
                self.is_alternate = letter == 'h'
            elif numbers == CURSOR:
                self.has_cursor = letter == 'h'
        elif letter == 'H':
            self._row = int((numbers or '1').split(';')[0])
            self._lines[self._row] = ''
        elif letter == 'J':
            self._lines = {}

    def screen(self) -> str:
        with self._lock:
            return '\n'.join(self._lines[row] for row in sorted(self._lines))

    def wait_screen(self, *texts: str, seconds: float = 3) -> str:
        def has_all() -> str | None:
            screen = self.screen()
            return screen if all(text in screen for text in texts) else None
        return wait_for(f'{texts} on the screen:\n{self.screen()}\n', has_all, seconds)

    def resize(self, rows: int, columns: int) -> None:
        with self._lock:
            self.rows, self.columns = rows, columns
            self._lines = {}
            self._set_size()

    def type(self, keys: str) -> None:
        os.write(self._main, keys.encode())

    def wait_end(self, seconds: float = 3) -> int:
        return self.program.wait(seconds)

    def is_restored(self) -> bool:
        """As it was found: main screen, cursor, line discipline."""
        return (not self.is_alternate and self.has_cursor
                and termios.tcgetattr(self._other) == self.settings)

    def close(self) -> None:
        if self.program.poll() is None:
            self.program.send_signal(signal.SIGKILL)
            self.program.wait()
        os.close(self._other)
        os.close(self._main)
