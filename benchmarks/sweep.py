"""Sweeps: runs a second with 1 to all threads, room on disk, and peak memory.

``python -m benchmarks.sweep`` measures each number of threads in turn, round after round, each
in a process of its own that fills a directory; ``--million`` adds one sweep of a million runs.
Compiling is left out, reading evidence and starting Python too: the time is that of filling.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

CODE = """
import json, re, sys, time
from pathlib import Path
from steppe.cli.execution import warm_up
from steppe.cli.sweep_execution import fill, manifest_of
from steppe.explore.sweep.load import read_sweep
from steppe.explore.sweep.problem import prepare
from steppe.results.lock import locked

scenario, points, replicates, workers, directory = sys.argv[1:]
problem = prepare(read_sweep({
    "name": "bench", "title": "Bench", "on": scenario, "replicates": int(replicates),
    "design": {"method": "lhs", "size": int(points)},
    "factors": [
        {"quantity": "budget.russia", "factor": [0.5, 1.5]},
        {"quantity": "trust_weight", "prior": [0.05, 0.95]},
        {"quantity": "domestic_price.*.russia", "value": [0.0, 1.0]},
    ],
}, "benchmark"))
manifest = manifest_of(problem, ("steppe", "sweep"))
warm_up(problem.problem)
with locked(Path(directory)):
    begin = time.perf_counter()
    fill(Path(directory), problem, manifest, int(workers))
    seconds = time.perf_counter() - begin
status = Path("/proc/self/status")
peak = re.search(r"VmHWM:\\s+(\\d+)", status.read_text()) if status.exists() else None
room = sum(f.stat().st_size for f in Path(directory).rglob("*") if f.is_file())
print(json.dumps({"seconds": seconds, "room": room, "peak": int(peak[1]) / 1024 if peak else None}))
"""


def measured(scenario: str, points: int, replicates: int, workers: int) -> dict[str, float]:
    """Seconds, bytes on disk and peak memory (MiB, on Linux) of one sweep in its own process."""
    with tempfile.TemporaryDirectory() as folder:
        asked = [scenario, points, replicates, workers, Path(folder) / "out"]
        done = subprocess.run(
            [sys.executable, "-c", CODE, *map(str, asked)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    """Print a line for each shape of a sweep and number of threads."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--points", type=int, default=100)
    parser.add_argument("--million", action="store_true", help="a million free runs at the end")
    chosen = parser.parse_args()
    cores = os.cpu_count() or 1
    threads = sorted({1, 2, *(n for n in (4, 8, 16, 32) if n < cores), cores})
    print(f"Python {platform.python_version()}, {cores} cores; median (least to most)")
    print(f"{'scenario':>14}{'points':>8}{'replicates':>12}{'threads':>9}"
          f"{'runs a second':>26}{'B a run':>9}{'peak MiB':>10}")  # fmt: skip
    for scenario, points, replicates in (
        ("baseline", chosen.points, 200),
        ("baseline", chosen.points * 200, 1),
        ("baseline-2022", chosen.points, 200),
    ):
        found: dict[int, list[dict[str, float]]] = {n: [] for n in threads}
        for _ in range(chosen.rounds):
            for n in threads:
                found[n].append(measured(scenario, points, replicates, n))
        for n, rounds in found.items():
            show(scenario, points, replicates, n, rounds)
    if chosen.million:
        show("baseline", 1000, 1000, cores, [measured("baseline", 1000, 1000, cores)])


def show(
    scenario: str, points: int, replicates: int, threads: int, rounds: list[dict[str, float]]
) -> None:
    """Print the line of one shape and number of threads."""
    runs = points * replicates
    speeds = [runs / one["seconds"] for one in rounds]
    speed = f"{statistics.median(speeds):,.0f} ({min(speeds):,.0f} to {max(speeds):,.0f})"
    peak = max(one["peak"] or 0.0 for one in rounds)
    print(f"{scenario:>14}{points:>8}{replicates:>12}{threads:>9}{speed:>26}"
          f"{rounds[0]['room'] / runs:>9.0f}{peak:>10.0f}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
