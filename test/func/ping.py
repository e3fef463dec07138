# SPDX-License-Identifier: BSD-3-Clause
"""ping(8) beside a test: what it lost, and for how long it was not answered."""
import re
import signal

from nodes import Client
from wait import wait_for


class Ping:
    """ping beside the test, every 5 ms."""

    def __init__(self, client: Client, address: str):
        self.address = address
        self.process = client.start_process(['ping', '-n', '-D', '-i', '0.005', address],
                                            f'ping-{address}'.replace(':', '-'))
        self.wait_answers()

    def answers(self) -> list[tuple[float, int]]:
        """When which number came back."""
        found = re.findall(r'^\[([\d.]+)\].*icmp_seq=(\d+) ttl', self.process.log, re.MULTILINE)
        return [(float(at), int(number)) for at, number in found]

    def wait_answers(self, count: int = 20) -> None:
        """So many more, in a row."""
        first = len(self.answers())

        def are_there() -> bool:
            numbers = [number for _, number in self.answers()[-count:]]
            return len(self.answers()) >= first + count and \
                numbers == list(range(numbers[0], numbers[0] + count))
        wait_for(f'answers from {self.address}', are_there, 5)

    def silent_s(self, since_s: float = 0) -> float:
        """The longest time without an answer that ended after @p since_s."""
        times = [at for at, _ in self.answers()]
        return max(later - earlier for earlier, later in zip(times, times[1:]) if later > since_s)

    def stop(self) -> set[int]:
        """Which were lost."""
        self.wait_answers()
        self.process.signal(signal.SIGINT)
        self.process.wait()
        numbers = {number for _, number in self.answers()}
        return set(range(1, max(numbers))) - numbers
