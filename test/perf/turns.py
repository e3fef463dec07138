# SPDX-License-Identifier: BSD-3-Clause
"""Programs that take turns on one core: only one runs at a time, and all see the same weather."""
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from subject import Subject

WARM_UP_S = 0.03
SLICE_S = 0.1
# A slice in which the worker had to wait longer for its core is taken again, so often.
WAITED_MAX_NS = 1000000
TRIES = 5
# Of the frames of a slice, for what is in flight at its two ends.
UNANSWERED_MAX = 0.001


@dataclass
class Slices:
    """Frames that a program answered in a second, slice by slice."""
    rates: list[float] = field(default_factory=list)

    def best(self) -> float:
        """The undisturbed speed: the 90th percentile."""
        ordered = sorted(self.rates)
        return ordered[min(len(ordered) - 1, int(0.9 * len(ordered)))]


def measure(subject: Subject) -> tuple[float, int]:
    """The frames that it answers in a second, and how long it waited for its core meanwhile."""
    began, waited_ns = time.monotonic(), subject.waited_ns()
    received, sent = subject.counts()
    time.sleep(SLICE_S)
    ended, waited_ns_end = time.monotonic(), subject.waited_ns()
    received_end, sent_end = subject.counts()
    received, sent = received_end - received, sent_end - sent
    if sent < (1 - UNANSWERED_MAX) * received:
        raise RuntimeError(f'{subject.name}: {received} frames received, {sent} answered')
    return sent / (ended - began), waited_ns_end - waited_ns


def take_slice(subject: Subject) -> float:
    """Let it run, alone; the frames that it answers in a second."""
    for _ in range(TRIES):
        subject.resume()
        time.sleep(WARM_UP_S)
        rate, waited_ns = measure(subject)
        subject.stop()
        if waited_ns <= WAITED_MAX_NS:
            break
    return rate


def take_turns(subjects: Iterable[Subject], rounds: int) -> dict[str, Slices]:
    slices = {subject.name: Slices() for subject in subjects}
    for _ in range(rounds):
        for subject in subjects:
            slices[subject.name].rates.append(take_slice(subject))
    return slices
