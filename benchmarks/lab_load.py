"""The lab under a class: thirty clients, ten moves a second, on loopback.

    python -m benchmarks.lab_load [--seconds 20] [--clients 30] [--rate 10] [--rest 0.2] [--burst 1]

Starts ``steppe lab`` on a free port, waits until its start is ready, and asks it for moves that all
differ, so that no answer comes from the cache. Moves come at the stated rate whatever the answers
take; each goes to the next client that is free. ``--rest`` is the share of moves at rest, which
leave the number of futures to the lab as a page does (1,000, or 100 in a crowd); the others are
dragged (100). Prints times from asking to the last byte, waiting for a client included, errors, and
the server's memory.

Before it come bursts (``--burst 0`` leaves them out): as many moves as there are clients, all at
rest and at once. Whoever gets fewer futures asks again for all after one to three seconds, as a
page does, and so does who is told to. At the end, when the server is gone, this process computes
each answer of the bursts itself, one after the other, and counts those that are not the same.
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
from typing import NamedTuple
from urllib.parse import parse_qsl

from steppe.lab.answers import Answers
from steppe.lab.futures import Engine
from steppe.lab.serve import LOOPBACK, listen

LEVERS = (
    ("budget.russia", "factor", 0.0, 2.0),
    ("budget.china", "factor", 0.0, 3.0),
    ("technology.china", "value", 0.0, 1.0),
    ("afghan_instability", "value", 0.0, 3.0),
)
SECONDS_MOST = 600
REST, DRAGGED = "at rest", "dragged"
DRAG, FULL = 100, 1000


class Asked(NamedTuple):
    """What became of a move; ``futures`` and ``own`` (milliseconds) as the server says."""

    kind: str
    path: str
    seconds: float
    status: int
    futures: int
    own: float
    body: bytes


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


def moves(count: int, rest: float, seed: int) -> list[tuple[str, str]]:
    """So many moves, all different: kind, and path."""
    luck = random.Random(seed)
    found = []
    for n in range(count):
        kind = REST if luck.random() < rest else DRAGGED
        query = f"move={n}" if kind is REST else f"n={DRAG}&move={n}"
        for address, way, low, high in luck.sample(LEVERS, luck.randint(1, 3)):
            number, year = luck.uniform(low, high), luck.choice((2026, 2028))
            query += f"&l={address}:{way}:{number:.6f}:{year}"
        found.append((kind, f"/api/move?{query}"))
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


def load(port: int, asked: list[tuple[str, str]], clients: int, rate: float) -> list[Asked]:
    """Ask at a rate."""
    local, done = threading.local(), []
    began = time.perf_counter()

    def one(number: int, kind: str, path: str) -> None:
        due = began + number / rate
        if not hasattr(local, "client"):
            local.client = Client(port)
        try:
            status, body = local.client.ask(path)
        except (OSError, http.client.HTTPException):
            status, body = 0, b""
        took = time.perf_counter() - due
        told = json.loads(body) if status == 200 else {"n": 0, "ms": 0.0}
        done.append(Asked(kind, path, took, status, told["n"], told["ms"], b""))

    with ThreadPoolExecutor(clients) as pool:
        for number, (kind, path) in enumerate(asked):
            time.sleep(max(0.0, began + number / rate - time.perf_counter()))
            pool.submit(one, number, kind, path)
    return done


def burst(port: int, clients: int, seed: int) -> list[Asked]:
    """All clients ask at once for different moves at rest, and again until each has all futures.

    Returns
    -------
    list of Asked
        The first thing each was told, and what it got at last, seconds since the burst began.
    """
    paths = [path for _, path in moves(clients, 1.0, seed)]
    together = threading.Barrier(clients)
    found: list[Asked] = []

    def one(number: int) -> None:
        luck, client = random.Random(seed + number), Client(port)
        client.connection.connect()
        together.wait()
        began, path = time.perf_counter(), paths[number]
        while True:
            status, body = client.ask(path)
            told = json.loads(body) if status == 200 else {"n": 0, "ms": 0.0}
            took = time.perf_counter() - began
            found.append(Asked(REST, path, took, status, told["n"], told["ms"], body))
            if told["n"] == FULL:
                return
            time.sleep(1.0 + 2.0 * luck.random())
            path = f"{paths[number]}&n={FULL}"

    with ThreadPoolExecutor(clients) as pool:
        for job in [pool.submit(one, number) for number in range(clients)]:
            job.result()
    return found


def wrong(bursts: list[list[Asked]]) -> int:
    """Answers that differ from those computed here, each alone."""
    answers, count = Answers(Engine()), 0
    assert answers.engine.pasts.get(answers.engine.grounds.get("baseline-2022"), 1).wait(FULL, 600)
    for row in (row for rows in bursts for row in rows if row.status == 200):
        pairs = [pair for pair in parse_qsl(row.path.split("?")[1]) if pair[0] != "n"]
        move = answers.move([*pairs, ("n", str(row.futures))])
        alone = json.loads(answers.figures(move, threading.Event()))
        count += {**json.loads(row.body), "ms": 0} != {**alone, "ms": 0}
    return count


def tell(rows: list[Asked]) -> None:
    """Print what became of a burst."""
    first = [row for row in rows if "&n=" not in row.path]
    good = [row for row in first if row.status == 200]
    full = [row for row in rows if row.futures == FULL]
    times = [1000 * row.seconds for row in good]
    print(
        f"burst of {len(first)} at rest: {len(good)} answered at once, "
        f"{sum(row.futures == FULL for row in good)} with {FULL} futures and "
        f"{sum(0 < row.futures < FULL for row in good)} with fewer, p50 {quantile(times, 0.5):.0f}"
        f" ms, last {max(times):.0f} ms; told to ask again {sum(r.status != 200 for r in rows)}; "
        f"all {FULL} for all {len(full)} after {max(row.seconds for row in full):.1f} s"
    )


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
        for kind, path in moves(6, 0.5, 7):
            assert first.ask(path)[0] == 200, kind
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
    for rows in bursts:
        tell(rows)
    if bursts:
        print(f"answers of the bursts that are wrong: {wrong(bursts)}")
    print(f"{len(done)} moves, {given.rate:g} a second, {given.clients} clients")
    print("move     futures  moves   p50 ms   p95 ms  worst ms  computing p50 ms")
    for kind, futures in sorted({(row.kind, row.futures) for row in done if row.status == 200}):
        good = [row for row in done if (row.kind, row.futures, row.status) == (kind, futures, 200)]
        times = [1000 * row.seconds for row in good]
        own = quantile([row.own for row in good], 0.5)
        told = (quantile(times, 0.5), quantile(times, 0.95), max(times), own)
        print(
            f"{kind:8} {futures:7d} {len(good):6d} " + " ".join(f"{value:8.0f}" for value in told)
        )
    failed = [row.status for row in done if row.status != 200]
    print(f"errors: {len(failed)} {sorted(set(failed)) if failed else ''}")
    print(f"memory: {before:.0f} MB before, {after:.0f} MB after, {highest:.0f} MB at most")


if __name__ == "__main__":
    main()
