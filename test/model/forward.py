#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Compare what koi does with packets of random headers with what a model in Python says.

usage: forward.py --fates build/test/model/fates [--count N] [--seed N]
"""
import argparse
import collections
import pathlib
import struct
import subprocess
import sys
import tempfile
import time

import compare
import world
from headers import Frames
from model import Model

BATCH = 512
SHOWN = 20


class Fates:
    """The harness: frames in, fates out."""

    def __init__(self, program: str, folder: pathlib.Path):
        config, known = world.write(folder)
        self.process = subprocess.Popen([program, str(config), str(known)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.names = []
        while (line := self.process.stdout.readline()) not in (b'\n', b''):
            self.names.append(line.decode().strip())

    def ask(self, frames: list[tuple[int, int, bytes]]) -> list[tuple[dict[str, int], int, list]]:
        batch = b''.join(struct.pack('=HHH', i, first, len(f)) + f for i, first, f in frames)
        self.process.stdin.write(struct.pack('=I', len(batch)) + batch)
        self.process.stdin.flush()
        head = self.process.stdout.read(4)
        if len(head) != 4:
            sys.exit('the harness has ended')
        answer = self.process.stdout.read(struct.unpack('=I', head)[0])
        at, fates = 0, []
        for _ in frames:
            fate, at = self.parse(answer, at)
            fates.append(fate)
        return fates

    def parse(self, answer: bytes, at: int):
        """((counters, dropped, outputs), where the next one begins)"""
        dropped, counters, outputs = answer[at:at + 3]
        at += 3
        risen = {self.names[answer[at + 2 * i]]: answer[at + 2 * i + 1] for i in range(counters)}
        at += 2 * counters
        out = []
        for _ in range(outputs):
            kind, interface, length = struct.unpack_from('=BBH', answer, at)
            out.append((kind, interface, answer[at + 4:at + 20], answer[at + 20:at + 20 + length]))
            at += 20 + length
        return (risen, dropped, out), at

    def end(self) -> int:
        self.process.stdin.close()
        return self.process.wait(timeout=20)


def show(frame: tuple[int, int, bytes], expected, got, why: str) -> None:
    interface, first, octets = frame
    print(f'{world.NAMES[interface]}, {len(octets)} octets, first segment {first}: {why}')
    print(f'    {octets[:150].hex()}')
    print(f'    model {" ".join(expected.counters)}, dropped {int(expected.is_dropped)}')
    print(f'    koi   {" ".join(got[0])}, dropped {got[1]}')


def run(fates: Fates, count: int, seed: int) -> int:
    frames, judge = Frames(seed), compare.Judge(Model())
    seen: collections.Counter[str] = collections.Counter()
    wrong: collections.Counter[str] = collections.Counter()
    for begin in range(0, count, BATCH):
        batch = [frames.next() for _ in range(min(BATCH, count - begin))]
        for frame, got in zip(batch, fates.ask(batch)):
            expected, why = judge.judge(frame, got)
            seen.update(expected.counters)
            if why == '':
                continue
            if wrong[why] < 2 and len(wrong) < SHOWN:
                show(frame, expected, got, why)
            wrong[why] += 1
    for name in fates.names:
        print(f'{seen[name]:9} {name}')
    for why, times in wrong.most_common(SHOWN):
        print(f'{times:9} times: {why}')
    return sum(wrong.values())


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument('--fates', required=True)
    parser.add_argument('--count', type=int, default=2_000_000)
    parser.add_argument('--seed', type=int, default=int(time.time()))
    args = parser.parse_args()
    print(f'seed {args.seed}', flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix='koi-model-') as name:
        fates = Fates(args.fates, pathlib.Path(name))
        wrong = run(fates, args.count, args.seed)
        status = fates.end()
    print(f'{args.count} packets in {time.monotonic() - began:.0f} s, seed {args.seed}: '
          f'{wrong} disagreements')
    return int(wrong != 0 or status != 0)


if __name__ == '__main__':
    sys.exit(main())
