#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Start koi and ask it everything from ten clients while its vhids take over.

It ends by SIGKILL: ThreadSanitizer does not see that the EAL waits for the workers, and would
report that their memory is freed.
"""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

CLIENTS = 10
SECONDS = 5.0  # a master-down time, and some more
QUERIES = [
    "/carp/list", "/carp/table", "/carp/vhid,1@lan", "/carp/stats", "/carp/stats,2@lan",
    "/carp/demotion", "/carp/events", "/carp/settings", "/interface/list", "/interface/table",
    "/interface/info,lan", "/neigh/table,lan", "/worker/stats", "/koi/health",
]
CONFIG = {
    "workers": {"idle": "sleep"},
    "interfaces": [{"name": "lan", "device": "net_ring0", "addresses": ["192.0.2.2/24"]}],
    "vhids": [
        {"interface": "lan", "vhid": vhid, "pass": "x", "addresses": [f"192.0.2.{100 + vhid}/24"]}
        for vhid in range(1, 11)
    ],
}


class Client(threading.Thread):
    """Asks in turn until koi is gone."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.answers = 0
        self.bad: list[str] = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(30)
        self.socket.connect(str(path))
        self.socket.recv(65536)

    def run(self) -> None:
        try:
            while True:
                for query in QUERIES:
                    self.ask(query)
        except (ConnectionError, EOFError):
            self.socket.close()  # koi is gone

    def ask(self, query: str) -> None:
        self.socket.send(query.encode())
        text = self.socket.recv(65536).decode()
        if not text:
            raise EOFError
        answer = json.loads(text)[query.split(",")[0]]
        if answer is None or "error" in answer:
            self.bad.append(text)
        self.answers += 1


def wait_for(path: Path, koi: subprocess.Popen) -> None:
    deadline = time.monotonic() + 30
    while not path.exists():
        if koi.poll() is not None or time.monotonic() > deadline:
            sys.exit("koi does not start")
        time.sleep(0.01)


def wait_for_answers(path: Path) -> None:
    """The socket is there before koi's queries are: until the last of them is known."""
    deadline = time.monotonic() + 60
    while True:
        client = Client(path)
        for query in QUERIES:
            client.ask(query)
        client.socket.close()
        if not client.bad:
            return
        if time.monotonic() > deadline:
            sys.exit(f"koi does not answer: {client.bad}")
        time.sleep(0.05)


def run(koi: str, folder: Path) -> int:
    config = folder / "koi.json"
    config.write_text(json.dumps(CONFIG))
    prefix = f"race-{os.getpid()}"
    telemetry = folder / "dpdk" / prefix / "dpdk_telemetry.v2"
    environment = dict(os.environ, RUNTIME_DIRECTORY=str(folder), XDG_RUNTIME_DIR=str(folder))
    process = subprocess.Popen(
        [koi, "--no-huge", "--no-pci", "--lcores", "0@0,1@0", "--file-prefix", prefix,
         "--", "-c", str(config)], env=environment)
    try:
        wait_for(telemetry, process)
        wait_for_answers(telemetry)
        clients = [Client(telemetry) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        time.sleep(SECONDS)
    finally:
        process.kill()
        status = process.wait()
        shutil.rmtree(f"/run/koi/{prefix}", ignore_errors=True)  # of root's koi
    for client in clients:
        client.join(timeout=30)
    answers = sum(client.answers for client in clients)
    bad = [text for client in clients for text in client.bad]
    print(f"{answers} answers, {len(bad)} of them errors, exit status {status}", *bad[:3])
    return 0 if status == -signal.SIGKILL and answers > 100 and not bad else 1


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        sys.exit(run(sys.argv[1], Path(name)))
