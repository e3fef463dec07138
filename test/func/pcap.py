# SPDX-License-Identifier: BSD-3-Clause
"""Capture files of the classic format."""
import pathlib
import struct


def write_pcap(path: pathlib.Path, frames: list[bytes]) -> None:
    with path.open('wb') as f:
        f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for number, frame in enumerate(frames):
            f.write(struct.pack('<IIII', number, 0, len(frame), len(frame)) + frame)
