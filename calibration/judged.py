"""What the fit would say, had the sources been judged to reach less far, or further.

How far the sources reach in each year (``coverage``) was judged, with the counts in view, and
stands in no band. Here all of it is multiplied by a factor, and the draws of the fit are carried
to the posterior under it (:mod:`.renew`).
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..model.quantities import parameters
from ..model.tables import OFFSET, Tables
from .probe import probe
from .renew import LEAST, MOVES, Swarm, begin, carry, kept
from .target import Target

FACTORS: Final = (0.7, 1.3)


def with_coverage(tables: Tables, factor: float) -> Tables:
    """Tables in which the sources reach ``factor`` times as far, at most all the way."""
    flat = tables.flat.copy()
    first = OFFSET["coverage"]
    own = slice(first, first + tables["coverage"][0].size)
    flat[:, own] = np.minimum(1.0, factor * flat[:, own])
    flat.flags.writeable = False
    return Tables(flat)


def under_coverage(
    target: Target, positions: np.ndarray, factor: float, seed: int, folder: Path | None = None
) -> Swarm:
    """Draws from the posterior under another coverage.

    Parameters
    ----------
    target : Target
    positions : ndarray of float64 [draw, entry]
        Draws from its posterior.
    factor : float
        By which all coverage is multiplied; 1 gives what moves alone do to the draws.
    seed : int
    folder : path, optional
        Where they are kept, to go on from.
    """
    name = hashlib.sha256(positions.tobytes())
    name.update(f"{probe(target)} {target.particles} {seed} {MOVES} {LEAST} {factor}".encode())
    places = [
        folder and folder / f"{what}-{factor:g}-{name.hexdigest()[:12]}.npz"
        for what in ("begun", "carried")
    ]
    other = replace(target, tables=with_coverage(target.tables, factor))
    swarm = kept(places[0], partial(begin, target, positions, seed, 0))
    return kept(places[1], partial(carry, target, other, swarm, seed, 1))


def varied(
    target: Target,
    positions: np.ndarray,
    factors: Sequence[float] = FACTORS,
    seed: int = 1,
    workers: int = 1,
    folder: Path | None = None,
    tell: Callable[[str], None] | None = None,
) -> dict[float, Swarm]:
    """:func:`under_coverage` for several factors, and 1 beside them.

    ``tell`` is called when the draws have arrived at one.
    """
    every = sorted({1.0, *factors})
    found = {}
    with contextlib.ExitStack() as stack:
        run: Callable[..., Any] = map
        if workers > 1:
            context = get_context("spawn")
            run = stack.enter_context(ProcessPoolExecutor(workers, mp_context=context)).map
        work = partial(under_coverage, target, positions, seed=seed, folder=folder)
        for factor, swarm in zip(every, run(work, every), strict=True):
            found[factor] = swarm
            if tell is not None:
                tell(f"coverage times {factor:g}: {swarm.effective:.0f} draws in effect")
    return found


def as_rows(target: Target, swarms: dict[float, Swarm]) -> list[list[str]]:
    """Table of what depends on the judged coverage.

    A row for each factor and number: ``factor, address, unit``, ``q05, median, q95`` in the
    number's own unit, ``shift``, the mean less that under factor 1 in posterior standard
    deviations under it, ``spread``, the standard deviation over that under it, and
    ``effective``, the number of draws in effect.
    """
    head = ["factor", "address", "unit", "q05", "median", "q95", "shift", "spread", "effective"]
    rows, base = [head], swarms[1.0].position
    for factor, swarm in swarms.items():
        for n, entry in enumerate(target.entries):
            z = swarm.position[:, n]
            rows.append(
                [
                    f"{factor:g}", entry.address, parameters()[entry.family].unit,
                    *(f"{entry.value(float(q)):.4g}" for q in np.quantile(z, (0.05, 0.5, 0.95))),
                    f"{(z.mean() - base[:, n].mean()) / base[:, n].std():.2f}",
                    f"{z.std() / base[:, n].std():.2f}", f"{swarm.effective:.0f}",
                ]
            )  # fmt: skip
    return rows


def draw_rows(target: Target, swarm: Swarm) -> list[list[str]]:
    """Draws as a table that a scenario can name as its file: a column a number, a row a draw."""
    return [[entry.address for entry in target.entries]] + [
        [f"{entry.value(float(z)):.6g}" for entry, z in zip(target.entries, row, strict=True)]
        for row in swarm.position
    ]
