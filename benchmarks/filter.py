"""The filter's time and noise on the shipped record: ``python -m benchmarks.filter``."""

from __future__ import annotations

import time

import numpy as np

from steppe.calibration.filter import filtered
from steppe.explore.problem import assemble
from steppe.scenarios.load import load_resolved

SEEDS = 20
PARTICLES = (20, 50, 100, 400)


def main() -> None:
    """Print the time of one likelihood, and its mean and variance over seeds."""
    problem = assemble(load_resolved("baseline-2022", "point"), 1)
    tables = problem.tables(0)
    assert problem.followed is not None
    history, sums, _ = problem.followed
    filtered(tables, history, 2022, 2, 1, sums)  # compiles
    print(f"{'particles':>10}{'ms':>8}{'mean':>10}{'variance':>10}   over {SEEDS} seeds")
    for count in PARTICLES:
        begun = time.perf_counter()
        found = [
            filtered(tables, history, 2022, count, seed, sums).log_likelihood
            for seed in range(1, SEEDS + 1)
        ]
        spent = (time.perf_counter() - begun) / SEEDS * 1e3
        print(f"{count:>10}{spent:>8.0f}{np.mean(found):>10.1f}{np.var(found, ddof=1):>10.1f}")


if __name__ == "__main__":
    main()
