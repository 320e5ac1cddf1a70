"""What the fit would say of another record: had its sources been judged otherwise, or told less.

How far the sources reach in each year (``coverage``) was judged, with the counts in view, and
stands in no band. Here all of it is multiplied by a factor, or a kind of row is left out, and the
draws of the fit are carried to the posterior under that (:mod:`.renew`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from ..model.quantities import parameters
from ..model.tables import OFFSET, Tables
from ..model.world import History
from .packages import GIVEN
from .renew import (
    SWARMS,
    Reference,
    Swarm,
    begin,
    carry,
    in_effect,
    kept,
    mapped,
    place,
    positions_of,
)
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
    target: Target,
    positions: np.ndarray,
    seed: int = 1,
    workers: int = 1,
    folder: Path | None = None,
) -> list[Swarm]:
    """Draws that were kept without luck, in :data:`SWARMS` swarms that are kept apart."""
    own = [positions[number::SWARMS] for number in range(SWARMS)]
    with mapped(workers) as run:
        return list(run(partial(_begun, target, seed, folder), range(SWARMS), own))


def _begun(target: Target, seed: int, folder: Path | None, number: int, own: np.ndarray) -> Swarm:
    path = place(folder, "begun", (target,), own, seed)
    return kept(path, partial(begin, target, own, seed, ADDRESS + number))


def varied(
    target: Target,
    swarms: Sequence[Swarm],
    others: Variants,
    seed: int = 1,
    workers: int = 1,
    folder: Path | None = None,
    tell: Callable[[str], None] | None = None,
    reference: Reference | None = None,
) -> dict[str, list[Swarm]]:
    """Draws from the posteriors of several variants, as many swarms of each as of the target.

    Parameters
    ----------
    target : Target
    swarms : sequence of Swarm
        Draws from its posterior.
    others : mapping of str to Target
        Of :func:`variants`.
    seed, workers : int
    folder : path, optional
        Where draws are kept, to go on from.
    tell : callable, optional
        Called when the draws have arrived at a variant.
    reference : tuple of ndarray, optional
        By which the draws are moved: :func:`.renew.carry`.
    """
    ways = [(name, number) for name in others for number in range(len(swarms))]
    found: dict[str, list[Swarm]] = {name: [] for name in others}
    with mapped(workers) as run:
        arrived = run(partial(_carried, target, swarms, others, seed, folder, reference), ways)
        for (name, _), swarm in zip(ways, arrived, strict=True):
            found[name].append(swarm)
            if tell is not None and len(found[name]) == len(swarms):
                tell(f"{name}: {in_effect(found[name], reference):.0f} draws in effect")
    return found


def _carried(
    target: Target, swarms: Sequence[Swarm], others: Variants, seed: int, folder: Path | None,
    reference: Reference | None, way: tuple[str, int],
) -> Swarm:  # fmt: skip
    """Draws of one swarm from the posterior of one variant."""
    name, number = way
    other, swarm = others[name], swarms[number]
    path = place(folder, slug(name), (target, other), swarm.position, seed, reference)
    address = ADDRESS + SWARMS + number
    make = partial(carry, target, other, swarm, seed, address, reference=reference)
    return kept(path, make)


def slug(name: str) -> str:
    """A variant's name as part of a file's."""
    return name.replace(" ", "-")


def as_rows(
    target: Target, found: Mapping[str, list[Swarm]], reference: Reference | None = None
) -> list[list[str]]:
    """Table of what depends on how the record was judged.

    A row for each variant and number: ``variant, address, unit``, ``q05, median, q95`` in the
    number's own unit, ``shift``, the mean less that of :data:`SAME` in posterior standard
    deviations of it, ``prior_shift``, the same in prior standard deviations, ``spread``, the
    standard deviation over that of :data:`SAME`, and ``effective``, the number of draws in
    effect (:func:`.renew.in_effect`, with what the draws were moved by).
    """
    rows = [["variant", "address", "unit", "q05", "median", "q95", "shift", "prior_shift",
             "spread", "effective"]]  # fmt: skip
    base = positions_of(found[SAME])
    for name, swarms in found.items():
        worth, drawn = in_effect(swarms, reference), positions_of(swarms)
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
