# SPDX-License-Identifier: BSD-3-Clause
"""A peer that is nothing but its advertisements: a client says that it is master."""
import threading

from advert import Advert, frame
from nodes import SECRET, Client


class FakeMaster:
    """
    Advertises until stopped. Its frames come from the client's own MAC, so that the bridge goes on
    flooding what is sent to the virtual MAC.
    """

    def __init__(self, client: Client, *, vhid: int = 1, advbase: int = 1, advskew: int = 0):
        self._client = client
        self._advert = Advert(vhid, advbase, advskew)
        self._interval_s = advbase + advskew / 256
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        c = self._client
        while not self._stop.is_set():
            self._advert.counter += 1
            signed = self._advert.signed(SECRET, [c.lab.virtual])
            c.send(frame(signed.payload(), c.address, signed.vhid, source_mac=c.mac))
            self._stop.wait(self._interval_s)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
