# SPDX-License-Identifier: BSD-3-Clause
"""A short soak; a long one is test/func/soak.py --seconds 1800."""
import os
import time

import pytest

from soak import soak

pytestmark = pytest.mark.usefixtures('needs_koi')

SECONDS = float(os.environ.get('KOI_TEST_SOAK', '40'))
SEED = int(os.environ.get('KOI_TEST_SEED', time.time_ns() % 100000))


def test_soak(record_property):
    found = soak(SECONDS, SEED)
    for name, value in found.items():
        record_property(name, value)
    assert found['double_masters'] == []
    assert found['faults'] == []
