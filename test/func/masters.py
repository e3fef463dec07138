# SPDX-License-Identifier: BSD-3-Clause
"""Was there ever more than one master? Judged by what each node sent, not by what it says."""
from advert import Advert
from capture import Capture
from frames import Frame
from nodes import SECRET

# A takeover's first moment, in which the old master has not yet heard the new one.
TAKEOVER_NS = 5_000_000
# A request's sender address or sequence number is used again no earlier than this.
SAME_REQUEST_NS = 32_000_000


def claims(capture: Capture, virtual: str, since_ns: int) -> list[tuple[int, str, Advert]]:
    """
    Advertisements that claim mastership: valid, and no farewell. @p virtual is the address, or all
    of the vhid, separated by spaces.
    """
    return [(at, capture.interface, advert) for at, advert in capture.adverts(since_ns)
            if advert.is_signed(SECRET, virtual.split()) and not advert.is_bow_out()]


def takeovers(captures: list[Capture], virtual: str, since_ns: int = 0) -> list[tuple[int, str]]:
    """When who began to advertise after somebody else had."""
    found: list[tuple[int, str]] = []
    for at, who, _ in sorted((c for capture in captures
                              for c in claims(capture, virtual, since_ns)), key=lambda c: c[0]):
        if found and found[-1][1] == who:
            continue
        # what the old master sends before it has heard the new one is no takeover
        if len(found) > 1 and found[-2][1] == who and at - found[-1][0] < TAKEOVER_NS:
            continue
        found.append((at, who))
    return found


def competing_adverts(captures: list[Capture], virtual: str, interval_s: float,
                      since_ns: int = 0) -> list[str]:
    """Two who advertise in turn: a takeover sooner than an interval after another."""
    changes = takeovers(captures, virtual, since_ns)
    return [f'{second} advertises {(later - earlier) / 1e6:.1f} ms after {first} took over'
            for (earlier, first), (later, second) in zip(changes[1:], changes[2:])
            if later - earlier < interval_s * 1e9]


def request_of(answer: Frame) -> tuple:
    """What tells the request apart that was answered."""
    if answer.arp:
        return (answer.arp.target,)
    if answer.neighbour:
        return (answer.ip_destination,)
    return answer.echo.identifier, answer.echo.sequence


def double_answers(captures: list[Capture], virtual: str, since_ns: int = 0) -> list[str]:
    """Requests that two nodes answered, outside the first moment of a takeover."""
    changes = [at for at, _ in takeovers(captures, virtual, since_ns)]
    answered: dict[tuple, tuple[int, str]] = {}
    found = []
    answers = sorted(((f.time_ns, c.interface, f) for c in captures
                      for f in c.answers(virtual, since_ns)), key=lambda a: a[0])
    for at, who, frame in answers:
        request = request_of(frame)
        earlier, other = answered.get(request, (0, who))
        answered[request] = (at, who)
        if other == who or at - earlier > SAME_REQUEST_NS:
            continue
        if any(abs(at - change) < TAKEOVER_NS for change in changes):
            continue
        found.append(f'{other} and {who} answer {request} at {at / 1e9:.6f}')
    return found


def assert_one_master(captures: list[Capture], virtual: str, interval_s: float,
                      since_ns: int = 0) -> None:
    for capture in captures:
        assert capture.dropped() == 0, 'the capture is not complete'
    adverts = competing_adverts(captures, virtual, interval_s, since_ns)
    answers = double_answers(captures, virtual, since_ns)
    assert not adverts and not answers, '\n'.join(adverts[:10] + answers[:10])
