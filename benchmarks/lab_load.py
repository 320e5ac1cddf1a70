"""The lab under a class: thirty clients, ten moves a second, on loopback.

    python -m benchmarks.lab_load [--seconds 20] [--clients 30] [--rate 10] [--rest 0.2] [--burst 1]

Starts ``steppe lab`` on a free port, waits until its start is ready, and asks it for moves that all
differ, so that no answer comes from the cache. Moves come at the stated rate whatever the answers
take; each goes to the next client that is free. ``--rest`` is the share of moves at rest (1,000
futures), the others are dragged (100). Prints times from asking to the last byte, waiting for a
client included, errors, and the server's memory. Before it comes a burst: as many moves as there
are clients, all at rest and at once (``--burst 0`` leaves it out).
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from steppe.lab.serve import LOOPBACK, listen

LEVERS = (
    ("budget.russia", "factor", 0.0, 2.0),
    ("budget.china", "factor", 0.0, 3.0),
    ("technology.china", "value", 0.0, 1.0),
    ("afghan_instability", "value", 0.0, 3.0),
)
SECONDS_MOST = 600


class Client:
    """A browser: one connection that is kept."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connection = http.client.HTTPConnection(LOOPBACK, port, timeout=60)

    def ask(self, path: str) -> tuple[int, bytes]:
        try:
            self.connection.request("GET", path)
            got = self.connection.getresponse()
            return got.status, got.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise


def moves(count: int, rest: float, seed: int) -> list[tuple[int, str]]:
    """So many moves, all different: number of futures, and path."""
    luck = random.Random(seed)
    found = []
    for n in range(count):
        size = 1000 if luck.random() < rest else 100
        levers = ""
        for address, kind, low, high in luck.sample(LEVERS, luck.randint(1, 3)):
            levers += (
                f"&l={address}:{kind}:{luck.uniform(low, high):.6f}:{luck.choice((2026, 2028))}"
            )
        found.append((size, f"/api/move?n={size}{levers}&move={n}"))
    return found


def memory(pid: int) -> tuple[float, float]:
    """Resident memory now and at its highest, MB; not a number where the system does not say."""
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        told = dict(line.split(":", 1) for line in lines if ":" in line)
        return tuple(int(told[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))  # type: ignore[return-value]
    return float("nan"), float("nan")


def started(port: int) -> tuple[subprocess.Popen[bytes], float, float]:
    """A server, seconds until it answers, and until its start is ready."""
    code = "from steppe.cli.main import entry; entry()"
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", code, "lab", "--no-browser", "--port", str(port)],
        stdout=subprocess.DEVNULL,
    )
    client, up = Client(port), 0.0
    while True:
        with contextlib.suppress(OSError):
            up = up or (client.ask("/")[0] and time.perf_counter() - began)
            if json.loads(client.ask("/api/ready")[1])["ready"] == 1.0:
                return process, up, time.perf_counter() - began
        if process.poll() is not None:
            raise SystemExit("the server has ended")
        time.sleep(0.05)


def load(port: int, asked: list[tuple[int, str]], clients: int, rate: float) -> list[tuple]:
    """Ask at a rate; (futures, seconds, status, server's milliseconds) of each move."""
    local, done = threading.local(), []
    began = time.perf_counter()

    def one(number: int, size: int, path: str) -> None:
        due = began + number / rate
        if not hasattr(local, "client"):
            local.client = Client(port)
        try:
            status, body = local.client.ask(path)
            own = json.loads(body).get("ms", 0.0) if status == 200 else 0.0
        except (OSError, http.client.HTTPException):
            status, own = 0, 0.0
        done.append((size, time.perf_counter() - due, status, own))

    with ThreadPoolExecutor(clients) as pool:
        for number, (size, path) in enumerate(asked):
            time.sleep(max(0.0, began + number / rate - time.perf_counter()))
            pool.submit(one, number, size, path)
    return done


def burst(port: int, clients: int, seed: int) -> list[float]:
    """All clients ask at once for different moves at rest: milliseconds of each answer."""
    asked = [path for _, path in moves(clients, 1.0, seed)]
    return sorted(1000 * row[1] for row in load(port, [(1000, p) for p in asked], clients, 1e9)
                  if row[2] == 200)  # fmt: skip


def quantile(values: list[float], level: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(level * len(ordered)))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--clients", type=int, default=30)
    parser.add_argument("--rate", type=float, default=10.0)
    parser.add_argument("--rest", type=float, default=0.2)
    parser.add_argument("--burst", type=int, default=3, help="bursts")
    given = parser.parse_args()
    if not (
        0 < given.seconds <= SECONDS_MOST and 0 < given.rate <= 100 and 1 <= given.clients <= 200
    ):
        parser.error(f"at most {SECONDS_MOST} seconds, 100 moves a second, 200 clients")
    with listen(LOOPBACK, 0) as free:
        port = free.getsockname()[1]
    process, up, ready = started(port)
    try:
        first = Client(port)
        setup = time.perf_counter()
        first.ask("/api/setup")
        setup = time.perf_counter() - setup
        for size, path in moves(6, 0.5, 7):
            assert first.ask(path)[0] == 200, size
        bursts = [burst(port, given.clients, 100 + n) for n in range(given.burst)]
        before = memory(process.pid)[0]
        asked = moves(int(given.seconds * given.rate), given.rest, 1)
        done = load(port, asked, given.clients, given.rate)
        after, highest = memory(process.pid)
    finally:
        process.terminate()
        process.wait(20)
    print(f"{os.cpu_count()} cores; load average {os.getloadavg()[0]:.1f}")
    print(f"answers after {up:.1f} s, start ready after {ready:.1f} s, setup in {setup:.2f} s")
    for times in bursts:
        print(
            f"burst of {given.clients} at rest: {len(times)} answered, p50 "
            f"{quantile(times, 0.5):.0f} ms, last {times[-1]:.0f} ms"
        )
    print(f"{len(done)} moves, {given.rate:g} a second, {given.clients} clients")
    print("futures  moves   p50 ms   p95 ms  worst ms  computing p50 ms")
    for size in sorted({row[0] for row in done}):
        good = [row for row in done if row[0] == size and row[2] == 200]
        times = [1000 * row[1] for row in good]
        if times:
            own = quantile([row[3] for row in good], 0.5)
            told = (quantile(times, 0.5), quantile(times, 0.95), max(times), own)
            print(f"{size:7d} {len(good):6d} " + " ".join(f"{value:8.0f}" for value in told))
    failed = [row[2] for row in done if row[2] != 200]
    print(f"errors: {len(failed)} {sorted(set(failed)) if failed else ''}")
    print(f"memory: {before:.0f} MB before, {after:.0f} MB after, {highest:.0f} MB at most")


if __name__ == "__main__":
    main()
