"""Scaling of sweeps: one and two threads here, one and two Dask workers on loopback, in turn.

``python -m benchmarks.scaling`` fills the same sweep in each way, round after round, so that
what else the machine does falls on all of them. The scheduler and the workers are processes of
their own, as ``dask scheduler`` and ``dask worker`` start them. Each way first fills the sweep
once unmeasured: compiling and reading evidence are left out. Needs the extra ``cluster``.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from steppe.cli.execution import warm_up
from steppe.cli.sweep_execution import fill, manifest_of
from steppe.explore.sweep.load import read_sweep
from steppe.explore.sweep.problem import SweepProblem, prepare
from steppe.results.lock import locked


class Way(NamedTuple):
    """A way of filling a sweep: threads here, or Dask workers of one thread each."""

    kind: str
    count: int


WAYS: Final = (Way("threads", 1), Way("threads", 2), Way("workers", 1), Way("workers", 2))


@contextmanager
def cluster(workers: int) -> Iterator[str]:
    """Address of a scheduler on loopback with workers of one thread, which end with it."""
    from distributed import Client

    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:

        def start(*words: str) -> None:
            command = [sys.executable, "-m", *words, "--host", "127.0.0.1", "--no-dashboard"]
            process = subprocess.Popen(
                command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)

        told = Path(folder) / "scheduler.json"
        start("distributed.cli.dask_scheduler", "--port", "0", "--scheduler-file", str(told))
        with Client(scheduler_file=str(told), timeout=60) as client:
            address = str(client.scheduler.address)
            for _ in range(workers):
                start("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny")
            client.wait_for_workers(workers, timeout=120)
        yield address


def seconds(problem: SweepProblem, way: Way, address: str | None) -> float:
    """Seconds of filling a directory that is new."""
    manifest = manifest_of(problem, ("steppe", "sweep"))
    with tempfile.TemporaryDirectory() as folder, locked(Path(folder)):
        begin = time.perf_counter()
        fill(Path(folder), problem, manifest, way.count, address)
        return time.perf_counter() - begin


def measured(problem: SweepProblem, way: Way) -> float:
    """Seconds of a second filling, by a way that has filled the sweep before."""
    with ExitStack() as stack:
        address = stack.enter_context(cluster(way.count)) if way.kind == "workers" else None
        seconds(problem, way, address)
        return seconds(problem, way, address)


def swept(points: int, replicates: int) -> SweepProblem:
    """A sweep of free runs of 44 years, in chunks of 1,000 runs."""
    return prepare(
        read_sweep(
            {
                "name": "scaling", "title": "Scaling", "on": "baseline", "replicates": replicates,
                "design": {"method": "lhs", "size": points},
                "chunk": [max(1, 1000 // replicates), min(1000, replicates)],
                "factors": [{"quantity": "budget.russia", "factor": [0.5, 1.5]}],
            },
            "benchmark",
        )
    )  # fmt: skip


def main() -> None:
    """Print runs a second of each way, and how many times those of one thread here they are."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--points", type=int, default=100)
    parser.add_argument("--replicates", type=int, default=200)
    chosen = parser.parse_args()
    problem = swept(chosen.points, chosen.replicates)
    warm_up(problem.problem)
    runs = chosen.points * chosen.replicates
    speeds: dict[Way, list[float]] = {way: [] for way in WAYS}
    for _ in range(chosen.rounds):
        for way in WAYS:
            speeds[way].append(runs / measured(problem, way))
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores; {runs:,} runs, "
        f"{chosen.rounds} rounds; median (least to most)"
    )
    print(f"{'':>12}{'runs a second':>26}{'times one of its kind':>28}")
    for way, found in speeds.items():
        alone = speeds[Way(way.kind, 1)]
        speed = f"{statistics.median(found):,.0f} ({min(found):,.0f} to {max(found):,.0f})"
        print(f"{way.count:>3} {way.kind:<8}{speed:>26}{times(found, alone):>28}", flush=True)
    for count in (1, 2):
        beside = times(speeds[Way("workers", count)], speeds[Way("threads", count)])
        print(f"{count} on the cluster are {beside} times {count} here")


def times(found: list[float], other: list[float]) -> str:
    """Ratio of two ways, round by round: median, least and most."""
    ratios = [a / b for a, b in zip(found, other, strict=True)]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


if __name__ == "__main__":
    main()
