# SPDX-License-Identifier: BSD-3-Clause
"""Wait for what is to happen, never for time to pass."""
import os
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar('T')

# Stretches every deadline on a slow machine.
SLOW = float(os.environ.get('KOI_TEST_SLOW', '1'))
# Stretches only how long is waited for what is to come: where tests run beside one another it says
# nothing that it came late.
PATIENCE = SLOW * float(os.environ.get('KOI_TEST_PATIENCE', '1'))
POLL_S = 0.002


class DeadlineMissed(AssertionError):
    pass


def wait_for(what: str, happens: Callable[[], T], seconds: float) -> T:
    """The first true value of @p happens, within the deadline."""
    deadline = time.monotonic() + seconds * PATIENCE
    while True:
        value = happens()
        if value:
            return value
        if time.monotonic() > deadline:
            raise DeadlineMissed(f'{what}: not within {seconds * PATIENCE:g} s')
        time.sleep(POLL_S)


def never(what: str, happens: Callable[[], object], seconds: float) -> None:
    """Watch that something does not happen for as long as it would have had the time to."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = happens()
        assert not value, f'{what}: {value}'
        time.sleep(POLL_S)
