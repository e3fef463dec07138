# SPDX-License-Identifier: BSD-3-Clause
"""What a soak has shown: who claimed to be master when, and how long nobody answered."""
from dataclasses import dataclass, field

from advert import Advert
from nodes import SECRET
from soak_lab import ADDRESS, TIMERS, SoakLab, interval_s
from wait import SLOW

# Two claim at once: the first moment of a takeover; ucarp hears and yields up to a second late.
OVERLAP_NS = int(0.05e9 * SLOW)
UCARP_OVERLAP_NS = int(2e9 * SLOW)


@dataclass
class Reign:
    """From a node's first advertisement to its last without a pause or a farewell."""
    who: str
    from_ns: int
    to_ns: int


@dataclass
class Excuses:
    """Times in which two masters are no fault: nodes that cannot hear each other, and healing."""
    windows: list[tuple[int, int]] = field(default_factory=list)

    def add(self, from_ns: int, to_ns: int) -> None:
        self.windows.append((from_ns, to_ns))

    def left_of(self, from_ns: int, to_ns: int) -> int:
        """How much of a time no window covers, if windows do not overlap."""
        covered = sum(max(0, min(to_ns, end) - max(from_ns, begin))
                      for begin, end in self.windows)
        return to_ns - from_ns - covered


def reigns(lab: SoakLab, vhid: int, who: str) -> list[Reign]:
    found: list[Reign] = []
    # a demoted one is slower than its settings say
    pause_ns = 2.5e9 * max(interval_s(vhid, who), TIMERS[vhid][who][0] + 1)
    is_over = True
    for at, advert in lab.captures[who].adverts():
        if advert.vhid != vhid or not is_valid(advert, vhid):
            continue
        if advert.is_bow_out():
            is_over = True
        elif is_over or at - found[-1].to_ns > pause_ns:
            found.append(Reign(who, at, at))
            is_over = False
        else:
            found[-1].to_ns = at
    return found


def is_valid(advert: Advert, vhid: int) -> bool:
    return advert.is_signed(SECRET, [ADDRESS[vhid]])


def tolerated_ns(*names: str) -> int:
    return UCARP_OVERLAP_NS if 'u' in names else OVERLAP_NS


def double_masters(lab: SoakLab, vhid: int, excuses: Excuses) -> list[str]:
    every = sorted((r for who in TIMERS[vhid] for r in reigns(lab, vhid, who)),
                   key=lambda r: r.from_ns)
    found = []
    for i, first in enumerate(every):
        for second in every[i + 1:]:
            begin, end = second.from_ns, min(first.to_ns, second.to_ns)
            if begin > first.to_ns:
                break
            if first.who == second.who:
                continue
            left_ns = excuses.left_of(begin, end)
            if left_ns > tolerated_ns(first.who, second.who):
                found.append(f'vhid {vhid}: {first.who} and {second.who} at {begin / 1e9:.3f} '
                             f'for {left_ns / 1e6:.1f} ms')
    return found


def double_answers(lab: SoakLab, vhid: int, excuses: Excuses) -> list[str]:
    """Times in which two nodes answered."""
    spans = sorted((begin, end, who) for who in TIMERS[vhid]
                   for begin, end in lab.captures[who].spans[ADDRESS[vhid]])
    found = []
    for i, (_, end, who) in enumerate(spans):
        for later, later_end, other in spans[i + 1:]:
            if later > end:
                break
            left_ns = excuses.left_of(later, min(end, later_end))
            if other != who and left_ns > tolerated_ns(who, other):
                found.append(f'vhid {vhid}: {who} and {other} answer at {later / 1e9:.3f} for '
                             f'{left_ns / 1e6:.1f} ms')
    return found


def longest_silences(lab: SoakLab, vhid: int) -> list[tuple[float, float]]:
    """The five longest, in ms, and when they ended."""
    gaps = [(g.silent_ms, g.to_ns / 1e9) for g in lab.probes[vhid].gaps() if g.kind == 'icmp']
    return sorted(gaps, reverse=True)[:5]
