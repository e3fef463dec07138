#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
Remove what tests have left whose process is gone: namespaces, folders, sockets. Their programs have
ended with them. Names carry the process id; nobody else's are touched.
"""
import contextlib
import functools
import pathlib
import re
import shutil

import netns

NAME = re.compile(r'(?:koilab|koi-test-|koiperf-|race-)(\d+)(?:$|[x-])')
FOLDERS = ('/run/dpdk', '/run/koi', '/var/lib/koi', '/tmp')


def is_left_over(name: str) -> bool:
    match = NAME.match(name)
    return match is not None and not pathlib.Path(f'/proc/{match[1]}').exists()


@functools.cache
def remove_leftovers() -> None:
    """Once in a run. Another that runs beside may be at it, too."""
    for name in filter(is_left_over, netns.existing()):
        with contextlib.suppress(RuntimeError):
            netns.ip('netns', 'delete', name)
    for folder in map(pathlib.Path, FOLDERS):
        for path in folder.iterdir() if folder.is_dir() else ():
            if is_left_over(path.name):
                shutil.rmtree(path, ignore_errors=True)


if __name__ == '__main__':
    remove_leftovers()
