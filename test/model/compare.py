# SPDX-License-Identifier: BSD-3-Clause
"""Is what became of a frame what the model says?"""
import collections

from model import HELD, Fate, Model, Output
from octets import checksum, fix4, word


class Judge:
    def __init__(self, model: Model):
        self.model = model
        self.macs_of_flow: dict[tuple, bytes] = {}

    def judge(self, frame, got) -> tuple[Fate, str]:
        """(what is expected, what is wrong or nothing)"""
        interface, _, octets = frame
        risen, dropped, outputs = got
        fate = self.model.judge(interface, octets)
        expected = collections.Counter(fate.counters)
        if 'ip4_fragmented' in fate.counters and 'ip4_unresolved' in fate.counters:
            expected['ip4_unresolved'] = len(outputs)  # each fragment waits for itself
        if expected != risen:
            return fate, f'model {" ".join(sorted(expected - collections.Counter(risen)))}, ' \
                         f'koi {" ".join(sorted(collections.Counter(risen) - expected))}'
        if dropped != fate.is_dropped:
            return fate, f'dropped {dropped} times'
        return fate, self.compare_outputs(fate.outputs, outputs)

    def compare_outputs(self, expected: list[Output], got: list) -> str:
        if len(expected) == 1 and expected[0].mtu != 0:
            return self.compare_fragments(expected[0], got)
        if len(expected) != len(got):
            return f'{len(got)} frames go out, not {len(expected)}'
        for e, g in zip(expected, got):
            why = self.compare_output(e, g)
            if why != '':
                return why
        return ''

    def compare_place(self, e: Output, kind: int, interface: int, next_hop: bytes,
                      mac: bytes) -> str:
        if (kind, interface) != (e.kind, e.interface):
            return f'goes out as {kind} by {interface}, not {e.kind} by {e.interface}'
        if kind == HELD:
            return '' if next_hop[:len(e.next_hop)] == e.next_hop else 'another next hop'
        if e.next_macs and mac not in e.next_macs:
            return 'another destination MAC'
        if e.flow and self.macs_of_flow.setdefault(e.flow, mac) != mac:
            return 'a flow has changed its way'
        return ''

    def compare_output(self, e: Output, got: tuple) -> str:
        kind, interface, next_hop, octets = got
        why = self.compare_place(e, kind, interface, next_hop, octets[:6])
        if why != '':
            return why
        if e.is_own and e.octets[6:8] == b'\x08\x00':
            return compare_own4(e.octets, octets[6:])
        return compare_octets('', e.octets, octets[6:])

    def compare_fragments(self, e: Output, got: list) -> str:
        """RFC 791: they make the packet again."""
        whole, body, at = e.octets[8:], b'', None
        place = word(whole, 6) & 0x1fff
        total, head = word(whole, 2), (whole[0] & 15) * 4
        if len(got) < 2:
            return f'{len(got)} fragments'
        for n, (kind, interface, next_hop, octets) in enumerate(got):
            ip, is_last = octets[14:], n == len(got) - 1
            own_head = (ip[0] & 15) * 4
            why = self.compare_place(e, kind, interface, next_hop, octets[:6])
            if why != '':
                return f'a fragment: {why}'
            at = (word(whole, 6) & 0x1fff) * 8 if at is None else at
            flags = word(whole, 6) & (0xe000 if is_last else 0xc000) | (0 if is_last else 0x2000)
            if word(ip, 2) > e.mtu or word(ip, 2) != len(ip) or checksum(ip[:own_head]) != 0:
                return 'a fragment with a wrong length or checksum'
            is_whole = is_last or (len(ip) - own_head) % 8 == 0
            if word(ip, 6) != (flags | at // 8) or not is_whole:
                return 'a fragment with wrong flags or place'
            # A later fragment should not have had what is not copied.
            right = [options(whole[20:head], is_copy) for is_copy in (n != 0, n and place == 0)]
            if options(ip[20:own_head], False) not in right:
                return 'a fragment with wrong options'
            if (ip[1], ip[4:6], ip[8:10], ip[12:20]) != \
                    (whole[1], whole[4:6], whole[8:10], whole[12:20]) or \
                    octets[6:14] != e.octets[:8]:
                return 'a fragment with another header'
            body, at = body + ip[own_head:], at + len(ip) - own_head
        return compare_octets('fragments: ', whole[head:total], body)


def options(octets: bytes, is_copy: bool) -> list[bytes]:
    """All, or those that each fragment has; what fills up may come and go: RFC 791 section 3.1."""
    made, at = [], 0
    while at < len(octets) and octets[at] != 0:
        length = 1 if octets[at] == 1 else octets[at + 1]
        if octets[at] != 1 and (octets[at] & 0x80 or not is_copy):
            made.append(octets[at:at + length])
        at += length
    return made


def compare_own4(mine: bytes, theirs: bytes) -> str:
    """The identification is the router's; an error may quote what forwarding has changed."""
    a, b = bytearray(mine[8:]), bytearray(theirs[8:])
    if checksum(b[:20]) != 0 or a[20] != 0 and checksum(b[20:]) != 0:
        return 'a wrong checksum of our own'
    b[4:6] = a[4:6]
    fix4(b)
    if b[9] == 1 and b[20] in (3, 11) and len(b) >= 48 and b[36] == a[36] - 1:
        b[36] = a[36]
        b[38:40] = a[38:40]
        b[22:24] = a[22:24]
    return compare_octets('our own: ', mine[:8] + bytes(a), theirs[:8] + bytes(b))


def compare_octets(what: str, mine: bytes, theirs: bytes) -> str:
    if len(mine) != len(theirs):
        return f'{what}{len(theirs) - len(mine):+} octets'
    for i, (a, b) in enumerate(zip(mine, theirs)):
        if a != b:
            return f'{what}octet {i + 6} of the frame differs'
    return ''
