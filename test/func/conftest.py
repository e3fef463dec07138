# SPDX-License-Identifier: BSD-3-Clause
"""The fixture that builds and removes the lab."""
import os
import pathlib
import shutil
from collections.abc import Callable, Iterator

import pytest

from lab import Lab
from nodes import BUILD


def why_not() -> str | None:
    """Why the tests cannot run here, None if they can."""
    if os.geteuid() != 0:
        return 'network namespaces need root'
    if not (BUILD / 'test/func/vipprobe').exists():
        return f'{BUILD}/test/func/vipprobe is not built'
    if not os.access('/proc/self/ns/net', os.R_OK):
        return 'the kernel has no network namespaces'
    missing = [p for p in ('ip', 'ethtool', 'setpriv', 'nice') if shutil.which(p) is None]
    return f"not installed: {', '.join(missing)}" if missing else None


def pytest_collection_modifyitems(items) -> None:
    reason = why_not()
    for item in items:
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    labs = getattr(item, 'labs', [])
    if report.when != 'call' or not report.failed:
        return
    stall_ms = max((lab.worst_stall_ms() for lab in labs), default=0)
    if stall_ms > 0:
        report.outcome = 'skipped'
        reason = f'not judged: the machine stood still for {stall_ms:.0f} ms ({call.excinfo.value})'
        report.longrepr = (str(item.path), item.location[1], ' '.join(reason.split())[:300])
        return
    item.has_failed = True
    for lab in labs:
        report.sections.append((lab.name, lab.diagnosis()))


@pytest.fixture
def new_lab(request) -> Iterator[Callable[[], Lab]]:
    """Builds a lab at each call and removes all of them."""
    labs = request.node.labs = []

    def build() -> Lab:
        labs.append(Lab())
        return labs[-1]
    yield build
    if os.environ.get('KOI_LAB_KEEP') and getattr(request.node, 'has_failed', False):
        print(f'kept: {[(lab.name, str(lab.folder)) for lab in labs]}')
        return
    for lab in labs:
        lab.close()


@pytest.fixture
def lab(new_lab) -> Lab:
    return new_lab()


@pytest.fixture(scope='session')
def needs_koi() -> pathlib.Path:
    koi = BUILD / 'app/koi'
    if not koi.exists():
        pytest.skip(f'{koi} is not built')
    return koi
