"""The filter's time and noise at draws of the installed posterior: ``python -m benchmarks.filter``.

With as many particles in every year, and shared out as a fit shares them out; then the noise by
year, by which they are.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from steppe.calibration.calibrate import SHARES
from steppe.calibration.filter import filtered
from steppe.calibration.installed import installed
from steppe.calibration.target import Target, record_target
from steppe.explore.draws import InstalledDraws
from steppe.model.names import START_YEAR

DRAWS = 12
SEEDS = 20
PARTICLES = (15, 31, 48, 96)
BY_YEAR = 48


def main() -> None:
    """Print the time of one likelihood, the variance of its logarithm over seeds, and by year."""
    found = installed()
    assert found is not None
    target = record_target(found.manifest.until, 2)
    draws = InstalledDraws(found, DRAWS)
    increments(target, draws, 2, 1)  # compiles
    print(f"{'particles':>10}{'shared out':>12}{'ms':>7}{'variance':>10}{'largest':>9}"
          f"   at {DRAWS} draws, over {SEEDS} seeds")  # fmt: skip
    for count in PARTICLES:
        for shares in ((), SHARES):
            begun = time.perf_counter()
            logs = increments(replace(target, shares=shares), draws, count, SEEDS).sum(axis=2)
            spent = (time.perf_counter() - begun) / logs.size * 1e3
            noise = logs.var(axis=1, ddof=1)
            print(f"{count:>10}{'yes' if shares else 'no':>12}{spent:>7.0f}"
                  f"{noise.mean():>10.2f}{noise.max():>9.2f}")  # fmt: skip
    noise = increments(target, draws, BY_YEAR, SEEDS).var(axis=1, ddof=1).mean(axis=0)
    print(f"variance of a year's increment, {BY_YEAR} particles each: " + ", ".join(
        f"{START_YEAR + t} {value:.3f}" for t, value in enumerate(noise) if value >= 0.01
    ))  # fmt: skip


def increments(target: Target, draws: InstalledDraws, particles: int, seeds: int) -> np.ndarray:
    """Log likelihoods of the years: [draw, seed, year]."""
    tables = [draws.tables(target.tables, n) for n in range(len(draws))]
    return np.array(
        [
            [
                filtered(
                    own, target.history, target.until, particles, seed, target.sums, target.shares
                ).increments
                for seed in range(1, seeds + 1)
            ]
            for own in tables
        ]
    )


if __name__ == "__main__":
    main()
