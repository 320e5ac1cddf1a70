"""Histories: runs that know what a document knew, over the years before and after its date.

The evidence is frozen at the cut, the worlds are filtered to there, and each is continued to the
horizon, as a backtest does it (:func:`steppe.explore.backtest.forecast.continued`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

import numpy as np

from ...calibration.asof import Frozen
from ...calibration.filter import filtered
from ...calibration.packages import GIVEN, Packages
from ...model.engine import simulate_from
from ...model.errors import InputError
from ...model.names import AREAS, START_YEAR
from ...model.tables import Tables
from ...model.world import Outcome, World, empty_outcome
from ..backtest.cells import count
from ..backtest.forecast import lucks
from ..draws import Draws

LEVELS_OF_WORLD: Final = ("rung", "trust", "fluency", "resentment", "alarm")
"""Levels that the filter leaves at the cut."""


@dataclass(frozen=True)
class Histories:
    """Some histories, from 1992 to a horizon.

    Attributes
    ----------
    outcome : Outcome
        A row for each run, years from 1992 on.
    cut : int
        Last year that was known.
    recorded : bool
        Whether the years to the cut are recorded in full. If not, they hold the documented
        packages, and of the cut the levels of :data:`LEVELS_OF_WORLD`; the rest is zero and
        must not be read: :func:`steppe.explore.claims.evaluate.basis` keeps tests from it.
    """

    outcome: Outcome
    cut: int
    recorded: bool


class Past(NamedTuple):
    """What is known of the years to the cut under one draw.

    Attributes
    ----------
    worlds : World
        At the end of the cut: arrays ``[particle, ...]``, equally weighted.
    outcome : Outcome or None
        The recorded history of each of these worlds, ``[particle, year to the cut, ...]``;
        None where the filter does not record.
    """

    worlds: World
    outcome: Outcome | None


class PastOf(Protocol):
    """Gives the past under the tables of a draw."""

    def __call__(self, found: Frozen, tables: Tables, particles: int, luck: int) -> Past:
        """Past of frozen evidence."""


def filtered_past(found: Frozen, tables: Tables, particles: int, luck: int) -> Past:
    """Worlds that the filter leaves at the cut; how they came there is not recorded.

    Raises
    ------
    InputError
        If the history is impossible under the draw.
    """
    target = found.target(particles)
    past = filtered(tables, target.history, found.cut, particles, luck)
    if not np.isfinite(past.log_likelihood):
        raise InputError(
            "the history is impossible under a draw of the parameters", found=found.cut,
            field="year", todo="fit again, or with more particles",
        )  # fmt: skip
    return Past(past.worlds, None)


def histories(
    found: Frozen,
    draws: Draws,
    runs: int,
    particles: int,
    seed: int,
    past_of: PastOf = filtered_past,
) -> Iterator[Histories]:
    """Histories of each draw, one draw after the other, so that memory stays flat.

    Parameters
    ----------
    found : Frozen
        Evidence as of the cut, with tables to the horizon.
    draws : Draws
    runs : int
        Histories of each draw.
    particles : int
        Worlds of the filter, at least ``runs``.
    seed : int
        Key of all luck.
    past_of : PastOf
        How the years to the cut are had.
    """
    kept = np.linspace(0, particles - 1, runs).astype(int)
    for draw, luck in enumerate(lucks(seed, np.arange(len(draws)))):
        tables = draws.tables(found.tables, draw)
        past = past_of(found, tables, particles, luck)
        worlds = World._make(part[kept] for part in past.worlds)
        numbers = np.arange(draw * runs, (draw + 1) * runs, dtype=np.int64)
        future = simulate_from(tables, seed, numbers, worlds, found.cut + 1)
        if past.outcome is not None:
            before = Outcome._make(part[kept] for part in past.outcome)
        else:
            before = on_record(found, worlds, np.random.default_rng([seed, 5, draw]))
        joined = Outcome._make(
            np.concatenate(pair, axis=1) for pair in zip(before, future, strict=True)
        )
        yield Histories(joined, found.cut, past.outcome is not None)


def on_record(found: Frozen, worlds: World, rng: np.random.Generator) -> Outcome:
    """What is on record of the years to the cut, and the levels of the worlds at the cut.

    The record is the same in every run, except that an area which it leaves open is drawn.
    """
    runs = len(worlds.alarm)
    past = empty_outcome(runs, found.cut - START_YEAR + 1)
    past.documented_forms[:] = count(found.packages, found.cut)
    past.documented[:] = documented_areas(found.packages, found.cut, runs, rng)
    for name in LEVELS_OF_WORLD:
        getattr(past, name)[:, -1] = getattr(worlds, name)
    return past


def documented_areas(
    packages: Packages, last_year: int, runs: int, rng: np.random.Generator
) -> np.ndarray:
    """Documented packages by area: uint8 ``[run, year, state, patron, area]``.

    Packages as in :func:`steppe.explore.backtest.cells.count`. Each area that one may belong to
    is as likely; the parts in one joint exercise are of one area.
    """
    past = empty_outcome(runs, last_year - START_YEAR + 1).documented
    of_occasion: dict[int, np.ndarray] = {}
    for n in range(len(packages)):
        given = packages.last[n] > 0 or packages.occasion[n] == GIVEN
        if given or packages.rung[n] == 0 or packages.year[n] > last_year:
            continue
        mask, occasion = int(packages.area_mask[n]), int(packages.occasion[n])
        open_to = np.array([a for a in range(len(AREAS)) if mask >> a & 1])
        drawn = rng.choice(open_to, runs)
        if occasion > 0:
            drawn = of_occasion.setdefault(occasion, drawn)
        year = packages.year[n] - START_YEAR
        past[np.arange(runs), year, packages.state[n], packages.patron[n], drawn] += 1
    return past
