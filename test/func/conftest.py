# SPDX-License-Identifier: BSD-3-Clause
"""The fixture that builds and removes the lab, and how tests are run and judged."""
import os
import pathlib
import shutil
import signal
import time
from collections.abc import Callable, Iterator

import pytest
from _pytest.runner import runtestprotocol

import share
from lab import Lab
from nodes import BUILD
from stall import STALL_MS, the_watch

# How often a test is run that fails while the machine stands still.
ATTEMPTS = 3


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


def pytest_addoption(parser) -> None:
    parser.addoption('--claims', type=pathlib.Path,
                     help='a folder: share the tests with other runs that are given it')


def end_once(_number, _frame) -> None:
    """Clean up, whatever else is sent meanwhile."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def pytest_configure(config) -> None:
    config.addinivalue_line('markers', 'serial: is judged by milliseconds, so nothing runs beside')
    config.addinivalue_line('markers', 'long: takes ten seconds or more')
    config.addinivalue_line('markers', 'stall_ms(limit): a stall that is shorter is no excuse')
    # A script's job in the background is started with SIGINT ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end_once)


def pytest_collection_modifyitems(items) -> None:
    reason = why_not()
    for item in items:
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session) -> bool | None:
    claims = session.config.getoption('--claims')
    if claims is None or session.testsfailed or session.config.option.collectonly:
        return None
    for group in share.groups(session.items):
        if not share.claim(claims, group):
            continue
        for item, following in zip(group, [*group[1:], None]):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem) -> bool:
    """
    A test that fails has failed. Only if the machine stood still meanwhile, it says nothing of koi,
    and is run again; if that goes on, the test is not judged. One that fails beside others, with
    which it shares the machine, has a second try as well, but no third, and is judged by it.
    """
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for attempt in range(1, ATTEMPTS + 1):
        since_ms = time.time() * 1e3
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        failed = next((r for r in reports if r.failed), None)
        stall_ms = stalled_ms(item, since_ms) if failed else 0
        is_second_try = failed and attempt == 1 and item.config.getoption('--claims') is not None
        if stall_ms == 0 and not is_second_try:
            break
        why = f'the machine stood still for {stall_ms:.0f} ms' if stall_ms else 'it was not alone'
        reason = f'{why} ({brief(failed)})'
        if attempt == ATTEMPTS:
            not_judged(item, reports, reason)
        else:
            item.user_properties[:] = [('run_again', reason)]
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def stalled_ms(item, since_ms: float) -> float:
    if why_not():
        return 0
    marker = item.get_closest_marker('stall_ms')
    worst_ms = the_watch().worst_ms(since_ms)
    return worst_ms if worst_ms >= (marker.args[0] if marker else STALL_MS) else 0


def brief(report) -> str:
    crash = getattr(report.longrepr, 'reprcrash', None)
    return ' '.join((crash.message if crash else report.longreprtext).split())[:300]


def not_judged(item, reports, reason: str) -> None:
    for report in reports:
        if report.failed:
            report.outcome = 'skipped'
            report.longrepr = (str(item.path), item.location[1], f'not judged: {reason}')


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.when == 'setup':
        item.has_failed = False
    if report.failed:
        item.has_failed = True
        for lab in getattr(item, 'labs', []):
            if lab.is_open:
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
