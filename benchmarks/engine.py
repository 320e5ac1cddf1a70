"""The compiled engine against the same model in Mesa, alternately, on the same cores.

Run it with ``make bench``. Each round measures one side and then the other:

- engine: ``simulate_spans`` with a thread for each core, yearly data of every run handed on;
- Mesa: ``mesa.batch_run`` of ``SecurityModel`` with a process for each core and
  ``data_collection_period=1``, so yearly data of every run as well.

Compiling is left out of both (it happens once for an installation); starting worker
processes is part of what ``batch_run`` costs, so a second table gives the cost of a run
in one process, without it. Peak memory of the engine is read in fresh processes.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from mesa import batch_run

from steppe.explore.problem import Problem, assemble
from steppe.explore.replicates import simulate_span, simulate_spans
from steppe.model.security import SecurityModel
from steppe.scenarios.load import load_resolved

SPAN = 250
ROUNDS = {100: 5, 1_000: 3, 10_000: 3}


def engine(problem: Problem, runs: int, workers: int) -> None:
    packages = 0
    spans = [range(n, min(n + SPAN, runs)) for n in range(0, runs, SPAN)]
    for _, outcome in simulate_spans(problem, spans, workers):
        packages += int(outcome.packages.sum())
    assert packages > 0


def mesa(problem: Problem, runs: int, workers: int) -> None:
    rows = batch_run(
        SecurityModel,
        # Tables are wrapped: batch_run would take a tuple for a list of values.
        parameters={
            "tables": [problem.tables(0)],
            "run": range(runs),
            "seed": problem.seed,
        },
        number_processes=workers,
        data_collection_period=1,
        display_progress=False,
    )
    assert len(rows) == runs * problem.tables(0).years


def timed(function: Callable[..., None], *arguments: object) -> float:
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def interval(values: list[float]) -> str:
    return f"{statistics.median(values):.4g} ({min(values):.4g} to {max(values):.4g})"


def peak_memory(runs: int) -> float:
    """Peak resident memory, MiB, of a fresh process that streams some runs (Linux)."""
    code = (
        "import re; from benchmarks.engine import *; "
        "p = assemble(load_resolved('baseline', 'point'), 1); simulate_span(p, range(1)); "
        f"engine(p, {runs}, {os.cpu_count()}); "
        "print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=_root()
    )
    return float(done.stdout) / 1024


def _root() -> str:
    return os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, nargs="+", default=list(ROUNDS))
    parser.add_argument("--rounds", type=int, help="rounds for every size")
    parser.add_argument("--scenario", default="baseline")
    chosen = parser.parse_args()
    workers = os.cpu_count() or 1
    problem = assemble(load_resolved(chosen.scenario, "point"), 1)
    if problem.until is not None:
        parser.error("only free runs are the same in both: name another scenario")
    simulate_span(problem, range(2))
    print(
        f"{chosen.scenario}, {problem.tables(0).years} years; Python {platform.python_version()}, "
        f"{workers} cores; seconds: median (least to most)"
    )
    print(f"{'runs':>7} {'rounds':>7} {'engine':>28} {'Mesa batch_run':>28} {'ratio':>24}")
    for runs in chosen.runs:
        rounds = chosen.rounds or ROUNDS.get(runs, 3)
        ours, theirs = [], []
        for _ in range(rounds):
            ours.append(timed(engine, problem, runs, workers))
            theirs.append(timed(mesa, problem, runs, workers))
        ratios = [b / a for a, b in zip(ours, theirs, strict=True)]
        print(
            f"{runs:>7} {rounds:>7} {interval(ours):>28} {interval(theirs):>28} "
            f"{interval(ratios):>24}",
            flush=True,
        )
    one_process(problem)
    print("\npeak memory of the engine, MiB, streaming yearly data")
    for runs in chosen.runs:
        print(f"{runs:>7} runs: {peak_memory(runs):.0f}", flush=True)


def one_process(problem: Problem) -> None:
    """Cost of one run on one core, no worker processes: engine and Mesa in turn."""
    ours, theirs = [], []
    for turn in range(7):
        span = range(turn * 200, turn * 200 + 200)
        ours.append(timed(simulate_span, problem, span) / 200 * 1e3)
        start = time.perf_counter()
        for run in range(turn * 5, turn * 5 + 5):
            problem.model(run).run_until(9999)
        theirs.append((time.perf_counter() - start) / 5 * 1e3)
    ratios = [b / a for a, b in zip(ours, theirs, strict=True)]
    print(
        f"\none run on one core, milliseconds: engine {interval(ours)}, Mesa {interval(theirs)}, "
        f"ratio {interval(ratios)}"
    )


if __name__ == "__main__":
    main()
