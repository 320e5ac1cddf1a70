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
from .renew import LEAST, MOVES, SWARMS, Swarm, begin, carry, in_effect, kept, kernel
from .target import Target

FACTORS: Final = (0.7, 1.3)
ADDRESS: Final = 2**20
"""First number of the luck, beyond those of the groups of a fit."""


def with_coverage(tables: Tables, factor: float) -> Tables:
    """Tables in which the sources reach ``factor`` times as far, at most all the way."""
    flat = tables.flat.copy()
    first = OFFSET["coverage"]
    own = slice(first, first + tables["coverage"][0].size)
    flat[:, own] = np.minimum(1.0, factor * flat[:, own])
    flat.flags.writeable = False
    return Tables(flat)


def begun(
    target: Target, positions: np.ndarray, seed: int, folder: Path | None = None
) -> list[Swarm]:
    """Draws with luck, in :data:`SWARMS` swarms that are kept apart."""
    found = []
    for number in range(SWARMS):
        own = positions[number::SWARMS]
        place = _place(folder, "begun", target, own, seed, 1.0)
        found.append(kept(place, partial(begin, target, own, seed, ADDRESS + number)))
    return found


def under_coverage(
    target: Target,
    swarms: Sequence[Swarm],
    factor: float,
    seed: int,
    folder: Path | None = None,
) -> list[Swarm]:
    """Draws from the posterior under another coverage.

    Parameters
    ----------
    target : Target
    swarms : sequence of Swarm
        Draws from its posterior.
    factor : float
        By which all coverage is multiplied; 1 gives what moves alone do to the draws.
    seed : int
    folder : path, optional
        Where they are kept, to go on from.
    """
    other = replace(target, tables=with_coverage(target.tables, factor))
    found = []
    for number, swarm in enumerate(swarms):
        place = _place(folder, f"{factor:g}", other, swarm.position, seed, factor)
        make = partial(carry, target, other, swarm, seed, ADDRESS + SWARMS + number)
        found.append(kept(place, make))
    return found


def _place(
    folder: Path | None, what: str, target: Target, positions: np.ndarray, seed: int, factor: float
) -> Path | None:
    """File of carried draws, named by all that they hang on."""
    if folder is None:
        return None
    name = hashlib.sha256(positions.tobytes())
    for column in (*target.history, *(target.sums or ())):
        name.update(column.tobytes())
    efforts = (probe(target), target.until, target.particles, target.names, seed, MOVES, LEAST,
               factor, kernel())  # fmt: skip
    name.update(repr(efforts).encode())
    return folder / f"{what}-{name.hexdigest()[:12]}.npz"


def varied(
    target: Target,
    positions: np.ndarray,
    factors: Sequence[float] = FACTORS,
    seed: int = 1,
    workers: int = 1,
    folder: Path | None = None,
    tell: Callable[[str], None] | None = None,
) -> dict[float, list[Swarm]]:
    """:func:`under_coverage` for several factors, and 1 beside them.

    ``tell`` is called when the draws have arrived at one.
    """
    every = sorted({1.0, *factors})
    swarms = begun(target, positions, seed, folder)
    if tell is not None:
        tell("the luck of the draws has settled")
    found = {}
    with contextlib.ExitStack() as stack:
        run: Callable[..., Any] = map
        if workers > 1:
            context = get_context("spawn")
            run = stack.enter_context(ProcessPoolExecutor(workers, mp_context=context)).map
        work = partial(under_coverage, target, swarms, seed=seed, folder=folder)
        for factor, arrived in zip(every, run(work, every), strict=True):
            found[factor] = arrived
            if tell is not None:
                tell(f"coverage times {factor:g}: {in_effect(arrived):.0f} draws in effect")
    return found


def positions_of(swarms: Sequence[Swarm]) -> np.ndarray:
    """Draws of all swarms."""
    return np.concatenate([one.position for one in swarms])


def as_rows(target: Target, found: dict[float, list[Swarm]]) -> list[list[str]]:
    """Table of what depends on the judged coverage.

    A row for each factor and number: ``factor, address, unit``, ``q05, median, q95`` in the
    number's own unit, ``shift``, the mean less that under factor 1 in posterior standard
    deviations under it, ``spread``, the standard deviation over that under it, and
    ``effective``, the number of draws in effect.
    """
    head = ["factor", "address", "unit", "q05", "median", "q95", "shift", "spread", "effective"]
    rows, base = [head], positions_of(found[1.0])
    for factor, swarms in found.items():
        worth = in_effect(swarms)
        for n, entry in enumerate(target.entries):
            z = positions_of(swarms)[:, n]
            rows.append(
                [
                    f"{factor:g}", entry.address, parameters()[entry.family].unit,
                    *(f"{entry.value(float(q)):.4g}" for q in np.quantile(z, (0.05, 0.5, 0.95))),
                    f"{(z.mean() - base[:, n].mean()) / base[:, n].std():.2f}",
                    f"{z.std() / base[:, n].std():.2f}", f"{worth:.0f}",
                ]
            )  # fmt: skip
    return rows
