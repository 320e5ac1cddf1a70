"""What the fit would say of another record: had its sources been judged otherwise, or told less.

How far the sources reach in each year (``coverage``) was judged, with the counts in view, and
stands in no band. Here all of it is multiplied by a factor, or a kind of row is left out, and the
draws of the fit are carried to the posterior under that (:mod:`.renew`).
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..model.quantities import parameters
from ..model.tables import OFFSET, Tables
from ..model.world import History
from .packages import GIVEN
from .probe import probe
from .renew import LEAST, MOVES, SWARMS, Swarm, begin, carry, in_effect, kept, kernel
from .target import Target

FACTORS: Final = (0.7, 1.3)
PARTS: Final = {
    "absences": "absences from joint exercises",
    "acts": "acts of membership",
}
"""Rows of the record that can be left out: those that say of states what they declined, and what
they answered to an organisation."""
SAME: Final = "as it is"
"""Variant beside the others: what moves alone do to the draws."""
ADDRESS: Final = 2**20
"""First number of the luck, beyond those of the groups of a fit."""
Variants = Mapping[str, Target]
"""Posterior densities by what is other in them, in words."""


def with_coverage(target: Target, factor: float) -> Target:
    """The target, had the sources reached ``factor`` times as far, at most all the way."""
    flat = target.tables.flat.copy()
    first = OFFSET["coverage"]
    own = slice(first, first + target.tables["coverage"][0].size)
    flat[:, own] = np.minimum(1.0, factor * flat[:, own])
    flat.flags.writeable = False
    return replace(target, tables=Tables(flat))


def without(target: Target, part: str) -> Target:
    """The target of a record without a kind of row: a name of :data:`PARTS`."""
    history = target.history
    acts = history.occasion == GIVEN
    left = ~acts if part == "acts" else acts | (history.rung != 0)
    return replace(target, history=History._make(column[left] for column in history))


def variants(target: Target, factors: Sequence[float], parts: Sequence[str]) -> dict[str, Target]:
    """Densities to carry draws to, :data:`SAME` first."""
    return {
        SAME: target,
        **{f"coverage times {one:g}": with_coverage(target, one) for one in factors},
        **{f"without {PARTS[one]}": without(target, one) for one in parts},
    }


def begun(
    target: Target, positions: np.ndarray, seed: int, folder: Path | None = None
) -> list[Swarm]:
    """Draws with luck, in :data:`SWARMS` swarms that are kept apart."""
    found = []
    for number in range(SWARMS):
        own = positions[number::SWARMS]
        place = _place(folder, "begun", target, own, seed)
        found.append(kept(place, partial(begin, target, own, seed, ADDRESS + number)))
    return found


def carried(
    target: Target, swarms: Sequence[Swarm], seed: int, folder: Path | None, to: tuple[str, Target]
) -> list[Swarm]:
    """Draws from the posterior of a variant.

    Parameters
    ----------
    target : Target
    swarms : sequence of Swarm
        Draws from its posterior.
    seed : int
    folder : path, optional
        Where they are kept, to go on from.
    to : (str, Target)
        What is other, and the density under it.
    """
    name, other = to
    found = []
    for number, swarm in enumerate(swarms):
        place = _place(folder, slug(name), other, swarm.position, seed)
        make = partial(carry, target, other, swarm, seed, ADDRESS + SWARMS + number)
        found.append(kept(place, make))
    return found


def slug(name: str) -> str:
    """A variant's name as part of a file's."""
    return name.replace(" ", "-")


def _place(
    folder: Path | None, what: str, target: Target, positions: np.ndarray, seed: int
) -> Path | None:
    """File of carried draws, named by all that they hang on."""
    if folder is None:
        return None
    name = hashlib.sha256(positions.tobytes())
    for column in (*target.history, *(target.sums or ())):
        name.update(column.tobytes())
    efforts = (probe(target), target.until, target.particles, target.names, seed, MOVES, LEAST,
               kernel())  # fmt: skip
    name.update(repr(efforts).encode())
    return folder / f"{what}-{name.hexdigest()[:12]}.npz"


def varied(
    target: Target,
    positions: np.ndarray,
    others: Variants,
    seed: int = 1,
    workers: int = 1,
    folder: Path | None = None,
    tell: Callable[[str], None] | None = None,
) -> dict[str, list[Swarm]]:
    """:func:`carried` for several variants.

    ``tell`` is called when the draws have arrived at one.
    """
    swarms = begun(target, positions, seed, folder)
    if tell is not None:
        tell("the luck of the draws has settled")
    found = {}
    with contextlib.ExitStack() as stack:
        run: Callable[..., Any] = map
        if workers > 1:
            context = get_context("spawn")
            run = stack.enter_context(ProcessPoolExecutor(workers, mp_context=context)).map
        work = partial(carried, target, swarms, seed, folder)
        for name, arrived in zip(others, run(work, others.items()), strict=True):
            found[name] = arrived
            if tell is not None:
                tell(f"{name}: {in_effect(arrived):.0f} draws in effect")
    return found


def positions_of(swarms: Sequence[Swarm]) -> np.ndarray:
    """Draws of all swarms."""
    return np.concatenate([one.position for one in swarms])


def as_rows(target: Target, found: Mapping[str, list[Swarm]]) -> list[list[str]]:
    """Table of what depends on how the record was judged.

    A row for each variant and number: ``variant, address, unit``, ``q05, median, q95`` in the
    number's own unit, ``shift``, the mean less that of :data:`SAME` in posterior standard
    deviations of it, ``prior_shift``, the same in prior standard deviations, ``spread``, the
    standard deviation over that of :data:`SAME`, and ``effective``, the number of draws in
    effect.
    """
    rows = [["variant", "address", "unit", "q05", "median", "q95", "shift", "prior_shift",
             "spread", "effective"]]  # fmt: skip
    base = positions_of(found[SAME])
    for name, swarms in found.items():
        worth, drawn = in_effect(swarms), positions_of(swarms)
        for n, entry in enumerate(target.entries):
            z, same = drawn[:, n], base[:, n]
            moved = z.mean() - same.mean()
            rows.append(
                [
                    name, entry.address, parameters()[entry.family].unit,
                    *(f"{entry.value(float(q)):.4g}" for q in np.quantile(z, (0.05, 0.5, 0.95))),
                    f"{moved / same.std():.2f}", f"{moved:.2f}", f"{z.std() / same.std():.2f}",
                    f"{worth:.0f}",
                ]
            )  # fmt: skip
    return rows
