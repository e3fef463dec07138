# SPDX-License-Identifier: BSD-3-Clause
"""What a soak has shown: who claimed to be master, who answered, and how long nobody did."""
from dataclasses import dataclass, field

from nodes import SECRET
from soak_lab import ADDRESS, TIMERS, SoakLab
from wait import SLOW

# Two answer at once: the first moment of a takeover; ucarp hears and yields up to a second late.
OVERLAP_NS = int(0.05e9 * SLOW)
UCARP_OVERLAP_NS = int(2e9 * SLOW)
# How often the claim may change hands after one event: away, and back.
CHANGES = 2


@dataclass
class Record:
    """When something was done to the LAN, and when two masters are no fault."""
    actions: list[int] = field(default_factory=list)
    excuses: list[tuple[int, int]] = field(default_factory=list)

    def excuse(self, from_ns: int, to_ns: int) -> None:
        """Nodes cannot hear each other, or have just begun to."""
        self.excuses.append((from_ns, to_ns))

    def left_of(self, begin: int, end: int, more: list[tuple[int, int]]) -> int:
        """The longest part of a time that nothing excuses."""
        longest = 0
        for excuse_begin, excuse_end in sorted(self.excuses + more):
            if excuse_end <= begin or excuse_begin >= end:
                continue
            longest = max(longest, excuse_begin - begin)
            begin = max(begin, excuse_end)
        return max(longest, end - begin)


def claims(lab: SoakLab, vhid: int, names: str) -> list[tuple[int, str]]:
    """Valid advertisements that are no farewells."""
    return sorted((at, who) for who in names for at, advert in lab.captures[who].adverts()
                  if advert.vhid == vhid and not advert.is_bow_out()
                  and advert.is_signed(SECRET, [ADDRESS[vhid]]))


def ucarp_windows(lab: SoakLab, vhid: int) -> list[tuple[int, int]]:
    """
    ucarp claims although it could have heard a master, which it handles late. A preempting backup
    takes over from it, until the master that is there says so again, an interval later.
    """
    if 'u' not in TIMERS[vhid]:
        return []
    return [(at - OVERLAP_NS, at + UCARP_OVERLAP_NS) for at, _ in claims(lab, vhid, 'u')]


def competing_claims(lab: SoakLab, vhid: int, record: Record) -> list[str]:
    """Two koi that advertise in turn although nothing has been done for a while."""
    found = []
    excuses = ucarp_windows(lab, vhid)
    actions = iter(sorted(record.actions))
    next_action = next(actions, None)
    holder, changes = '', 0
    for at, who in claims(lab, vhid, 'ab'):
        while next_action is not None and next_action <= at:
            changes, next_action = 0, next(actions, None)
        if who == holder:
            continue
        holder = who
        if record.left_of(at, at + 1, excuses) == 0:
            continue
        changes += 1
        if changes > CHANGES:
            found.append(f'vhid {vhid}: change {changes} of claims at {at / 1e9:.3f}')
    return found


def double_answers(lab: SoakLab, vhid: int, record: Record) -> list[str]:
    """Times in which two nodes answered."""
    spans = sorted((begin, end, who) for who in TIMERS[vhid]
                   for begin, end in lab.captures[who].spans[ADDRESS[vhid]])
    excuses = ucarp_windows(lab, vhid)
    found = []
    for i, (_, end, who) in enumerate(spans):
        for later, later_end, other in spans[i + 1:]:
            if later > end:
                break
            left_ns = record.left_of(later, min(end, later_end), excuses)
            limit_ns = UCARP_OVERLAP_NS if 'u' in (who, other) else OVERLAP_NS
            if other != who and left_ns > limit_ns:
                found.append(f'vhid {vhid}: {who} and {other} answer at {later / 1e9:.3f} for '
                             f'{left_ns / 1e6:.1f} ms')
    return found


def double_masters(lab: SoakLab, record: Record) -> list[str]:
    return [text for vhid in TIMERS for judge in (competing_claims, double_answers)
            for text in judge(lab, vhid, record)]


def longest_silences(lab: SoakLab, vhid: int) -> list[tuple[float, float]]:
    """The five longest, in ms, and when they ended."""
    gaps = [(g.silent_ms, g.to_ns / 1e9) for g in lab.probes[vhid].gaps() if g.kind == 'icmp']
    return sorted(gaps, reverse=True)[:5]
