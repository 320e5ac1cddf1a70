"""Memory of sweeps: peak of the process that writes, and of one that reads, as runs grow tenfold.

``python -m benchmarks.sweep_memory`` stores made-up outcomes, so that the engine's time does not
limit the number of runs: what is measured is writing, putting the ledger in order, opening, and
adding up two outcomes in parts of a hundred points. Every size is a process of its own. On Linux.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from steppe.cli.sweep_execution import manifest_of
from steppe.explore.sweep.load import read_sweep
from steppe.explore.sweep.problem import prepare
from steppe.results.sweep.layout import STATUS
from steppe.results.sweep.reading import open_sweep
from steppe.results.sweep.store import open_or_create

REPLICATES = 1000
PART = 100


def write(points: int, directory: Path) -> None:
    """Fill a directory with made-up outcomes of 1,000 replicates of each point."""
    problem = prepare(
        read_sweep(
            {
                "name": "memory", "title": "Memory", "on": "baseline", "replicates": REPLICATES,
                "parameters": "point", "yearly": [], "design": {"method": "lhs", "size": points},
                "factors": [{"quantity": "budget.russia", "factor": [0.5, 1.5]}],
            },
            "benchmark",
        )
    )  # fmt: skip
    manifest = manifest_of(problem, ("steppe", "sweep"))
    store = open_or_create(directory, manifest, problem.design.points, problem.design.to_json())
    luck = np.random.default_rng(1)
    for chunk in store.missing():
        along, runs = store.spans(chunk)
        shape = len(along), len(runs)
        arrays = {STATUS.name: np.ones(shape, STATUS.dtype)}
        for array in manifest.arrays:
            numbers = luck.integers(0, 40, (*shape, *manifest.lengths(array)))
            arrays[array.name] = numbers.astype(array.dtype)
        store.write(chunk, arrays, [])
    store.finish()


def read(points: int, directory: Path) -> None:
    """Open a directory and add up two outcomes, part by part."""
    data = open_sweep(directory)
    for begin in range(0, points, PART):
        part = data.isel(point=slice(begin, begin + PART))
        float(part["packages"].sum()), float((part["first_year"] > 0).sum())


def peak(action: str, points: int, directory: Path) -> float:
    """Peak memory of an action in a process of its own, in MiB."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.sweep_memory", action, str(points), str(directory)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(done.stdout)


def own_peak() -> float:
    """Peak memory of this process, in MiB."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    """Print a line for each number of runs; or do one action and print its peak."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("action", nargs="?", choices=("write", "read"))
    parser.add_argument("points", nargs="?", type=int)
    parser.add_argument("directory", nargs="?", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    chosen = parser.parse_args()
    if chosen.action:
        {"write": write, "read": read}[chosen.action](chosen.points, chosen.directory)
        print(own_peak())
        return
    print(f"Python {platform.python_version()}; peak MiB")
    print(f"{'runs':>12}{'writing':>10}{'reading':>10}{'one array whole':>18}")
    for runs in chosen.sizes:
        points = max(1, runs // REPLICATES)
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "out"
            found = [peak(action, points, place) for action in ("write", "read")]
            whole = open_sweep(place, ["first_year"])["first_year"].nbytes / 2**20
        print(f"{runs:>12,}{found[0]:>10.0f}{found[1]:>10.0f}{whole:>18.0f}", flush=True)


if __name__ == "__main__":
    main()
