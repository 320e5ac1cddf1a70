"""What chains of a fit are worth by either mix of moves: ``python -m benchmarks.moves FIT``.

Chains begin at draws of the fit, each with a luck as a chain there would have it, and go on by one
mix and by the other. Printed is how many densities a new draw costs, for the clearest eighth of
the reference's directions, the next, the next quarter and the fainter half: the mean square by
which a chain's mean lies off that of the fit, times the densities that it took, over the variance.
How often steps are accepted tells little: long ones are accepted at most places, and stand for
long at a few.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from steppe.calibration import fit
from steppe.calibration.processes import pool
from steppe.calibration.sampler import CLEAR, MANY, Group, generator, step
from steppe.calibration.target import record_target, wide

MIXES = {"MANY": MANY, "CLEAR": CLEAR}
LUCKS = 6
"""Lucks among which that of a start is drawn, in proportion to the estimates with them."""
KEPT = 12_000
"""Entries of the archive that a chain begins with."""


class Went(NamedTuple):
    """Means of chains along the reference's directions, and what they took."""

    means: np.ndarray
    """float64 [chain, direction], in standard deviations of the fit from its mean"""
    densities: float
    """Of one chain."""


def main() -> None:
    """Print the densities that a draw costs, by mix and by how clear a direction is."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("fit", type=Path, help="directory of a fit of all numbers")
    asked.add_argument("--iterations", type=int, default=1500)
    asked.add_argument("--chains", type=int, default=4, help="of each process")
    asked.add_argument("--processes", type=int, default=2)
    given = asked.parse_args()
    with pool(given.processes) as processes:
        for name in MIXES:
            waiting = [
                processes.submit(went, given.fit, name, n, given.chains, given.iterations)
                for n in range(given.processes)
            ]
            found = [one.result() for one in waiting]
            off = np.concatenate([one.means for one in found]) ** 2
            cost = off * np.mean([one.densities for one in found])
            count = cost.shape[1]
            told = []
            for first, last in pairwise((0, count // 8, count // 4, count // 2, count)):
                own = cost[:, first:last].mean(axis=1)
                told.append(f"{own.mean():.0f} (error {own.std() / np.sqrt(len(own)):.0f})")
            print(f"{name:6} densities for a draw, clear to faint: {', '.join(told)}", flush=True)


def went(directory: Path, name: str, number: int, chains: int, iterations: int) -> Went:
    """Chains that go on by a mix from draws of a fit."""
    plan, particles, until, shares = fit.read_plan(directory)
    target = replace(wide(record_target(until, particles)), shares=shares)
    size, (centre, factor) = len(target.entries), fit.load_reference(directory)
    drawn = fit.draws(directory, plan, size).reshape(-1, size)
    rng = generator(number, 0, 0)
    starts = drawn[rng.choice(len(drawn), chains, replace=False)]
    lucks, values = np.zeros(chains, np.int64), np.zeros(chains)
    for n, position in enumerate(starts):
        tried = rng.integers(1, 2**62, LUCKS)
        logs = np.array([target(position, int(luck)) for luck in tried])
        shares_of = np.exp(logs - logs.max())
        chosen = rng.choice(LUCKS, p=shares_of / shares_of.sum())
        lucks[n], values[n] = tried[chosen], logs[chosen]
    group = Group(
        starts.copy(), values, lucks, drawn[-KEPT:].copy(), centre, factor, np.empty((0, size + 1))
    )
    taken = 0

    def counted(position: np.ndarray, luck: int) -> float:
        nonlocal taken
        taken += 1
        return target(position, luck)

    total = np.zeros((chains, size))
    for _ in range(iterations):
        step(counted, group, number, 1, mix=MIXES[name])
        total += group.position
    along = np.linalg.solve(factor, (drawn - centre).T)
    mean = np.linalg.solve(factor, (total / iterations - centre).T)
    scaled = (mean - along.mean(axis=1, keepdims=True)) / along.std(axis=1, keepdims=True)
    return Went(scaled.T, taken / chains)


if __name__ == "__main__":
    main()
