# SPDX-License-Identifier: BSD-3-Clause
"""Network namespaces: make, enter for a socket, run a command in one, remove."""
import contextlib
import ctypes
import os
import pathlib
import socket
import subprocess
from collections.abc import Iterator

CLONE_NEWNET = 0x40000000
ETH_P_ALL = 3
SOL_PACKET = 263
PACKET_AUXDATA = 8
PACKET_IGNORE_OUTGOING = 23
SO_RCVBUFFORCE = 33
SO_TIMESTAMPNS = 35

libc = ctypes.CDLL(None, use_errno=True)


def ip(*words: str) -> str:
    done = subprocess.run(['ip', *words], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"ip {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


def ip_batch_in(netns: str, lines: list[str]) -> None:
    """Commands of ip(8), one a line, in a namespace."""
    done = subprocess.run(['ip', '-n', netns, '-batch', '-'], input='\n'.join(lines),
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f'ip -n {netns} -batch: {done.stderr.strip()}')


def write_sysctls(netns: str, values: dict[str, str], *, must_exist: bool = True) -> None:
    """/proc/sys/net shows the namespace of the thread that opens a file in it."""
    with entered(netns):
        for name, value in values.items():
            path = pathlib.Path('/proc/sys', name)
            if must_exist or path.exists():
                path.write_text(value)


def command(netns: str, words: list[str]) -> list[str]:
    """
    The same command inside the namespace. It dies with whoever started it, and goes before what
    else the machine has to do: a lab's hosts stand for machines of their own.
    """
    return ['nice', '-n', '-15', 'setpriv', '--pdeathsig', 'KILL', 'ip', 'netns', 'exec', netns,
            *words]


def existing() -> list[str]:
    folder = pathlib.Path('/run/netns')
    return [p.name for p in folder.iterdir()] if folder.is_dir() else []


@contextlib.contextmanager
def entered(netns: str) -> Iterator[None]:
    """Move the calling thread into the namespace for the time of a with block."""
    home = os.open('/proc/thread-self/ns/net', os.O_RDONLY)
    there = os.open(f'/run/netns/{netns}', os.O_RDONLY)
    try:
        if libc.setns(there, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f'setns {netns}')
        yield
    finally:
        libc.setns(home, CLONE_NEWNET)
        os.close(there)
        os.close(home)


def packet_socket(netns: str, interface: str, *, receive: bool = True) -> socket.socket:
    """A raw socket on one interface that sees what others send, not what this host sends."""
    protocol = ETH_P_ALL if receive else 0
    with entered(netns):
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(protocol))
        s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
        s.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        s.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        s.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        s.bind((interface, protocol))
    return s
