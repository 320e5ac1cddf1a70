"""Histories: runs that know what a document knew, over the years before and after its date.

The evidence is frozen at the cut. Histories that agree with it are drawn from the particle
filter, and each goes on to the horizon from the world that it leaves at the cut, as a backtest
does it (:func:`steppe.explore.backtest.forecast.continued`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from ...calibration.asof import Frozen
from ...calibration.filter import trajectories
from ...calibration.packages import GIVEN, Packages, areas_in, as_history
from ...model.engine import simulate_from
from ...model.errors import InputError
from ...model.names import AREAS, FORMS, START_YEAR
from ...model.world import Outcome
from ..backtest.forecast import lucks
from ..draws import Draws
from .whatifs import Branch

AGREEMENT = FORMS.index("agreement")


@dataclass(frozen=True)
class Histories:
    """Some histories, from 1992 to a horizon.

    Attributes
    ----------
    outcome : Outcome
        A row for each history, years from 1992 on. Acts of membership are no packages.
    cut : int
        Last year that was known.
    branch : Branch or None
        Where their futures begin, for what-ifs.
    troops : ndarray of float64 [run, year, patron] or None
        Troops of the largest joint exercise of a year, where a test looks at them.
    worlds : mapping of str to Outcome
        What-ifs by name; rows have the luck of those of ``outcome``.
    pooled : bool
        Whether a test is on the means of all rows, as of what-ifs, and not on each row.
    """

    outcome: Outcome
    cut: int
    branch: Branch | None = None
    troops: np.ndarray | None = None
    worlds: Mapping[str, Outcome] = field(default_factory=dict)
    pooled: bool = False


def histories(
    found: Frozen, draws: Draws, runs: int, particles: int, seed: int
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

    Raises
    ------
    InputError
        If the history is impossible under a draw.
    """
    record = as_history(found.packages)
    for draw, luck in enumerate(lucks(seed, np.arange(len(draws)))):
        tables = draws.tables(found.tables, draw)
        past = trajectories(tables, record, found.cut, particles, luck, runs, found.sums)
        if not np.isfinite(past.log_likelihood):
            raise InputError(
                "the history is impossible under a draw of the parameters", field=f"draw {draw}",
                todo="fit again, or with more particles",
            )  # fmt: skip
        numbers = np.arange(draw * runs, (draw + 1) * runs, dtype=np.int64)
        future = simulate_from(tables, seed, numbers, past.worlds, found.cut + 1)
        before = without_memberships(past.outcome, found.packages)
        yield Histories(
            Outcome._make(np.concatenate(p, axis=1) for p in zip(before, future, strict=True)),
            found.cut,
            Branch(tables, past.worlds, before, found.cut, draw, seed),
        )


def without_memberships(past: Outcome, packages: Packages) -> Outcome:
    """Outcome in which acts of membership are no packages.

    Runs are given memberships and book an agreement when the record tells of the act. After
    the cut there is none, so that counts before and after would not be of the same things.
    """
    counts = ("packages", "documented", "forms", "documented_forms")
    found = past._replace(**{name: getattr(past, name).copy() for name in counts})
    runs = np.arange(len(found.rung))
    for n in np.flatnonzero((packages.occasion == GIVEN) & (packages.rung > 0)):
        year = int(packages.year[n]) - START_YEAR
        if year >= found.rung.shape[1]:
            continue
        cell = (year, int(packages.state[n]), int(packages.patron[n]))
        open_to = np.isin(np.arange(len(AREAS)), areas_in(packages.area_mask[n]))
        area = (open_to & (found.documented[:, *cell] > 0)).argmax(axis=1)
        for by_area in (found.packages, found.documented):
            by_area[runs, *cell, area] -= 1
        for by_form in (found.forms, found.documented_forms):
            by_form[:, *cell, AGREEMENT] -= 1
    return found
