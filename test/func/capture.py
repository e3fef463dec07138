# SPDX-License-Identifier: BSD-3-Clause
"""What one node sends, taken at its bridge port with the kernel's time stamps."""
import bisect
import ctypes
import select
import socket
import struct
import threading
import time
from collections.abc import Callable

import netns
from advert import Advert
from frames import CARP, Frame

SO_ATTACH_FILTER = 26
BATCH = 256
TP_STATUS_VLAN_VALID = 1 << 4
VID_MASK = 0xfff
AUXDATA = struct.Struct('IIIHHHH')

# Classic BPF: accept IPv4 of protocol 112, drop all else; for floods, whose frames would be many.
ONLY_CARP = [
    (0x28, 0, 0, 12),       # ldh [12]
    (0x15, 0, 3, 0x0800),   # jeq IPv4, else drop
    (0x30, 0, 0, 23),       # ldb [23]
    (0x15, 0, 1, CARP),     # jeq 112, else drop
    (0x06, 0, 0, 0x40000),  # ret all
    (0x06, 0, 0, 0),        # ret nothing
]


def read_control(control: list) -> tuple[int, int]:
    """Time in nanoseconds, and the VLAN whose tag the kernel has taken off, or 0."""
    time_ns = vid = 0
    for level, _, data in control:
        if level == netns.SOL_PACKET:
            status, _, _, _, _, tci, _ = AUXDATA.unpack(data)
            vid = tci & VID_MASK if status & TP_STATUS_VLAN_VALID else 0
        else:
            seconds, nanoseconds = struct.unpack('qq', data)
            time_ns = seconds * 10**9 + nanoseconds
    return time_ns, vid


def attach_filter(s: socket.socket, program: list[tuple[int, int, int, int]]) -> None:
    code = ctypes.create_string_buffer(b''.join(struct.pack('HBBI', *line) for line in program))
    s.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER,
                 struct.pack('HL', len(program), ctypes.addressof(code)))


class Capture:
    """Frames that come in at an interface from now on, collected by a thread."""

    def __init__(self, namespace: str, interface: str, *, only_carp: bool = False):
        self.interface = interface
        self._frames: list[Frame] = []
        self._socket = netns.packet_socket(namespace, interface)
        if only_carp:
            attach_filter(self._socket, ONLY_CARP)
        self._socket.setblocking(False)
        self._stop = False
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._thread.start()

    def _collect(self) -> None:
        ancillary = socket.CMSG_SPACE(16) + socket.CMSG_SPACE(AUXDATA.size)
        while not self._stop:
            if not select.select([self._socket], [], [], 0.05)[0]:
                continue
            for _ in range(BATCH):
                try:
                    data, control, _, _ = self._socket.recvmsg(2048, ancillary)
                except (BlockingIOError, OSError):
                    break
                time_ns, vid = read_control(control)
                self._keep(Frame(time_ns, data, vid))

    def _keep(self, frame: Frame) -> None:
        self._frames.append(frame)

    def close(self) -> None:
        self._stop = True
        self._thread.join()
        self._socket.close()

    def dropped(self) -> int:
        """Frames that the kernel could not keep since the last call."""
        return struct.unpack('II', self._socket.getsockopt(netns.SOL_PACKET, 6, 8))[1]

    def frames(self, since_ns: int = 0, until_ns: int | None = None) -> list[Frame]:
        # There may be many, in the order of time, and those asked for are the newest.
        frames = list(self._frames)
        begin = bisect.bisect_left(frames, since_ns, key=lambda f: f.time_ns)
        end = len(frames)
        if until_ns is not None:
            end = bisect.bisect_left(frames, until_ns, begin, key=lambda f: f.time_ns)
        return frames[begin:end]

    def adverts(self, since_ns: int = 0) -> list[tuple[int, Advert]]:
        """Time and content of each advertisement, valid or not."""
        parsed = [(f.time_ns, Advert.parse(f.ip_payload)) for f in self.frames(since_ns)
                  if f.ip_protocol == CARP]
        return [(at, advert) for at, advert in parsed if advert is not None]

    def answers(self, address: str, since_ns: int = 0) -> list[Frame]:
        return [f for f in self.frames(since_ns) if f.answers_for(address)]

    def first(self, matches: Callable[[Frame], bool], since_ns: int = 0) -> Frame | None:
        # The newest frames are of interest: walk backwards, as far as since_ns.
        found = None
        for frame in reversed(list(self._frames)):
            if frame.time_ns < since_ns:
                break
            if matches(frame):
                found = frame
        return found

    def tail(self, count: int = 12) -> str:
        return '\n'.join(str(f) for f in self._frames[-count:])


class AnswerSpans(Capture):
    """
    For long runs: keeps advertisements, and of the answers for some addresses only when they came:
    from, to, for each address. A pause of more than PAUSE_NS ends a span.
    """
    PAUSE_NS = 10_000_000

    def __init__(self, namespace: str, interface: str, addresses: list[str]):
        self.spans: dict[str, list[list[int]]] = {address: [] for address in addresses}
        super().__init__(namespace, interface)

    def _keep(self, frame: Frame) -> None:
        if frame.ip_protocol == CARP:
            super()._keep(frame)
        for address, spans in self.spans.items():
            if not frame.answers_for(address):
                continue
            if spans and frame.time_ns - spans[-1][1] <= self.PAUSE_NS:
                spans[-1][1] = frame.time_ns
            else:
                spans.append([frame.time_ns, frame.time_ns])


def now_ns() -> int:
    return time.time_ns()
