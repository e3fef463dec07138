# SPDX-License-Identifier: BSD-3-Clause
"""Programs that take turns on one core: only one runs at a time, and all see the same weather."""
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from subject import Subject

WARM_UP_S = 0.03
SLICE_S = 0.1
# Of the frames of a slice, for what is in flight at its two ends.
UNANSWERED_MAX = 0.001
# A slice in which the worker had to wait longer for its core is taken again, so often.
WAITED_MAX_NS = 1000000
TRIES = 5


@dataclass
class Slices:
    """Frames that a program answered in a second, slice by slice."""
    rates: list[float] = field(default_factory=list)

    def best(self) -> float:
        """The undisturbed speed: the 90th percentile."""
        ordered = sorted(self.rates)
        return ordered[min(len(ordered) - 1, int(0.9 * len(ordered)))]


@dataclass(frozen=True)
class Slice:
    rate: float
    is_answered: bool
    waited_ns: int


def measure(subject: Subject) -> Slice:
    """What it does in a slice: the frames it sent in a second, and how long it waited meanwhile."""
    waited_ns = subject.waited_ns()
    began = time.monotonic()
    received, sent = subject.counts()
    time.sleep(SLICE_S)
    received_end, sent_end = subject.counts()
    # Reading may take long on a busy machine; the time between two readings is part of this.
    ended = time.monotonic()
    received, sent = received_end - received, sent_end - sent
    return Slice(sent / (ended - began), sent >= (1 - UNANSWERED_MAX) * received,
                 subject.waited_ns() - waited_ns)


def take_slice(subject: Subject) -> float:
    """Let it run, alone; the frames that it answers in a second."""
    answered = []
    for _ in range(TRIES):
        subject.resume()
        time.sleep(WARM_UP_S)
        subject.wait_answering()
        taken = measure(subject)
        subject.stop()
        if taken.is_answered:
            answered.append(taken)
            if taken.waited_ns <= WAITED_MAX_NS:
                break
    if not answered:
        raise RuntimeError(f'{subject.name}: leaves frames unanswered')
    return answered[-1].rate


def take_turns(subjects: Iterable[Subject], rounds: int) -> dict[str, Slices]:
    slices = {subject.name: Slices() for subject in subjects}
    for _ in range(rounds):
        for subject in subjects:
            slices[subject.name].rates.append(take_slice(subject))
    return slices
