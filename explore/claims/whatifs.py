"""What-ifs from a document's date: futures of one draw in several worlds that share all luck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ...calibration.claim_words import Move
from ...model.engine import simulate_from
from ...model.errors import InputError
from ...model.names import START_YEAR
from ...model.quantities import addresses, quantities
from ...model.tables import Tables
from ...model.world import Outcome, World
from ..draws import column

FUTURES: Final = 20
"""Futures of each history in each world: ten histories of a draw make 200. More of them change
nothing but the noise of the means that are compared."""
APART: Final = 10_000_000
"""First run number of these futures: their luck is not that of the futures of single worlds."""


@dataclass(frozen=True)
class Branch:
    """Where the futures of a draw begin.

    Attributes
    ----------
    tables : Tables
        With the parameters of the draw, to the horizon.
    worlds : World
        Worlds at the cut, one for each history.
    before : Outcome
        The record of the histories to the cut.
    cut, draw, seed : int
    """

    tables: Tables
    worlds: World
    before: Outcome
    cut: int
    draw: int
    seed: int


def worlds_of(
    branch: Branch, whatifs: Mapping[str, Sequence[Move]], last: int
) -> dict[str | None, Outcome]:
    """Outcomes by the name of the world, None for the one of the evidence.

    Parameters
    ----------
    branch : Branch
    whatifs : mapping of str to sequence of Move
    last : int
        Last year that is looked at.

    Returns
    -------
    dict of str or None to Outcome
        From 1992 to ``last``; row n is the same past and the same luck in every world.
    """
    past = Outcome._make(np.repeat(part, FUTURES, axis=0) for part in branch.before)
    starts = World._make(np.repeat(part, FUTURES, axis=0) for part in branch.worlds)
    runs = len(past.rung)
    numbers = APART + np.arange(branch.draw * runs, (branch.draw + 1) * runs, dtype=np.int64)
    base = Tables(branch.tables.flat[: last - START_YEAR + 1].copy())
    found: dict[str | None, Outcome] = {}
    every: list[tuple[str | None, Sequence[Move]]] = [(None, ()), *whatifs.items()]
    for name, moves in every:
        future = simulate_from(moved(base, moves), branch.seed, numbers, starts, branch.cut + 1)
        found[name] = Outcome._make(
            np.concatenate(pair, axis=1) for pair in zip(past, future, strict=True)
        )
    return found


def moved(tables: Tables, moves: Sequence[Move]) -> Tables:
    """Tables with some moves made, in their order.

    Raises
    ------
    InputError
        If a move takes a quantity out of its bounds.
    """
    flat = tables.flat.copy()
    for move in moves:
        years = slice(move.years[0] - START_YEAR, move.years[1] - START_YEAR + 1)
        for entry in move.entries:
            low, high = quantities()[addresses()[entry][0]].bounds
            values = move.on(flat[years, column(entry)])
            wrong = values[(values < low) | (values > high)]
            if wrong.size:
                raise InputError(
                    f"a what-if takes {entry} out of its bounds", field="worlds",
                    found=float(wrong[0]), allowed=f"{low:g} to {high:g}",
                )  # fmt: skip
            flat[years, column(entry)] = values
    return Tables(flat)
