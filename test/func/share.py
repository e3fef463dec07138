# SPDX-License-Identifier: BSD-3-Clause
"""
Several runs of pytest share the tests: each takes the next that none of the others has taken, by
making a file in a folder that all of them are given.
"""
import hashlib
import pathlib

import pytest

Group = list[pytest.Item]


def has_own_scene(item: pytest.Item) -> bool:
    """It uses what is built once for its module."""
    definitions = getattr(item, '_fixtureinfo').name2fixturedefs.values()
    return any(d.scope == 'module' for several in definitions for d in several)


def groups(items: list[pytest.Item]) -> list[Group]:
    """What has to stay together, and the longest first, so that nobody is left with it alone."""
    found: dict[str, Group] = {}
    for item in items:
        key = str(item.path) if has_own_scene(item) else item.nodeid
        found.setdefault(key, []).append(item)
    return sorted(found.values(), key=lambda group: group[0].get_closest_marker('long') is None)


def claim(folder: pathlib.Path, group: Group) -> bool:
    name = hashlib.sha1(group[0].nodeid.encode()).hexdigest()
    try:
        (folder / name).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
