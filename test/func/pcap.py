# SPDX-License-Identifier: BSD-3-Clause
"""Capture files of the classic format."""
import pathlib
import struct


def write_pcap(path: pathlib.Path, frames: list[bytes]) -> None:
    with path.open('wb') as f:
        f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for number, frame in enumerate(frames):
            f.write(struct.pack('<IIII', number, 0, len(frame), len(frame)) + frame)


def read_frames(path: pathlib.Path) -> list[bytes]:
    octets, at, frames = path.read_bytes(), 24, []
    while at < len(octets):
        length = struct.unpack_from('<I', octets, at + 8)[0]
        frames.append(octets[at + 16:at + 16 + length])
        at += 16 + length
    return frames
