# SPDX-License-Identifier: BSD-3-Clause
"""Hold one thread of a program, as a debugger does; the others go on."""
import contextlib
import ctypes
import os
from collections.abc import Iterator

from netns import libc

PTRACE_DETACH = 17
PTRACE_SEIZE = 0x4206
PTRACE_INTERRUPT = 0x4207
WAIT_ALL = 0x40000000


def ptrace(request: int, tid: int) -> None:
    arguments = (ctypes.c_long(request), ctypes.c_long(tid), ctypes.c_void_p(), ctypes.c_void_p())
    if libc.ptrace(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f'ptrace {request:#x} of {tid}: {os.strerror(number)}')


@contextlib.contextmanager
def held(tid: int) -> Iterator[None]:
    ptrace(PTRACE_SEIZE, tid)
    try:
        ptrace(PTRACE_INTERRUPT, tid)
        os.waitpid(tid, WAIT_ALL)
        yield
    finally:
        ptrace(PTRACE_DETACH, tid)
