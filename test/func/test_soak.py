# SPDX-License-Identifier: BSD-3-Clause
"""A short soak; a long one is test/func/soak.py --seconds 1800."""
import os
import time

import pytest

from soak import soak

# A shorter stall of the machine explains nothing: a backup's patience is 609 ms.
pytestmark = [pytest.mark.usefixtures('needs_koi'), pytest.mark.serial, pytest.mark.stall_ms(100)]

SECONDS = float(os.environ.get('KOI_TEST_SOAK', '30'))
SEED = int(os.environ.get('KOI_TEST_SEED', time.time_ns() % 100000))


def test_soak(record_property):
    found = soak(SECONDS, SEED)
    for name, value in found.items():
        record_property(name, value)
    faults = found['double_masters'] + found['faults']
    assert not faults
