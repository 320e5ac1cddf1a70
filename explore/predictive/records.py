"""Records: what is documented, and what free runs of the model would have had documented.

Gelman, Meng and Stern (1996), *Posterior predictive assessment of model fitness*. A run is free
from 1992: it knows the drivers, the traits and the reach of the sources, and no package.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ...calibration.areas import area_counts
from ...calibration.packages import RUNG_OF_CHANNEL, Packages, as_history
from ...model.engine import simulate
from ...model.names import FORMS, PATRONS, START_YEAR, STATES
from ...model.tables import Tables
from ..backtest.cells import count
from ..backtest.sums import Sizes, sizes_of_model, told_share
from ..draws import Draws

AID: Final = FORMS.index("aid")
MOST_SUMS: Final = 40
"""Sums that are kept of one state and patron; those beyond would be a reason to raise it."""


class Records(NamedTuple):
    """One or more records.

    Attributes
    ----------
    counts : ndarray of int64 [record, year, state, patron, form]
        Documented packages from 1992 on.
    sums : ndarray of float64 [record, state, patron, number]
        USD million of each package of assistance whose sum is told; NaN where there are fewer.
    areas : ndarray of int64 [record, patron, area]
        Documented packages by area. Of the documented record, those that can be of no other:
        sources often leave the area open.
    """

    counts: np.ndarray
    sums: np.ndarray
    areas: np.ndarray


class Unseen(NamedTuple):
    """What no source tells of free runs, in all years: int64 [record, patron]."""

    offers: np.ndarray
    """Offers made."""
    packages: np.ndarray
    """Offers taken, documented or not."""


def documented(packages: Packages, last_year: int) -> Records:
    """The record, as one of :class:`Records`."""
    sums = np.full((1, len(STATES), len(PATRONS), MOST_SUMS), np.nan)
    told = (packages.rung == RUNG_OF_CHANNEL["equipment"]) & (packages.amount > 0.0)
    for n in np.flatnonzero(told & (packages.year <= last_year) & (packages.last == 0)):
        cell = sums[0, packages.state[n], packages.patron[n]]
        cell[np.isfinite(cell).sum()] = packages.amount[n]
    areas = area_counts(as_history(packages), START_YEAR, last_year).least
    return Records(count(packages, last_year)[np.newaxis], sums, areas[np.newaxis])


def predicted(
    base: Tables, draws: Draws, runs: int, packages: Packages, seed: int
) -> tuple[Records, Unseen]:
    """Records of free runs, ``runs`` of each draw, and what stays unseen of them.

    That a sum is told has the chance that it had among the documented packages. Sizes are those
    of what is offered; that larger offers are accepted more often is left out.

    Parameters
    ----------
    base : Tables
        Traits and drivers of the years that the record covers.
    draws : Draws
    runs : int
    packages : Packages
        The record, for the chance that a sum is told.
    seed : int
        Key of all luck.
    """
    counts, sums, areas, unseen = [], [], [], []
    rng, share = np.random.default_rng([seed, 11]), told_share(packages)
    for draw in range(len(draws)):
        tables = draws.tables(base, draw)
        numbers = np.arange(draw * runs, (draw + 1) * runs, dtype=np.int64)
        outcome = simulate(tables, seed, numbers)
        found = outcome.documented_forms.astype(np.int64)
        counts.append(found)
        areas.append(outcome.documented.sum(axis=(1, 2), dtype=np.int64))
        sums.append(draw_sizes(found, sizes_of_model(tables, runs), share, rng))
        unseen.append(
            [x.sum(axis=(1, 2, 4), dtype=np.int64) for x in (outcome.offers, outcome.packages)]
        )
    records = Records(np.concatenate(counts), np.concatenate(sums), np.concatenate(areas))
    return records, Unseen(*(np.concatenate(part) for part in zip(*unseen, strict=True)))


def draw_sizes(
    counts: np.ndarray, sizes: Sizes, share: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw the sums that are told, one by one: float64 [record, state, patron, number].

    Parameters
    ----------
    counts : ndarray of int64 [record, year, state, patron, form]
    sizes : Sizes
        A row for each record.
    share : ndarray of float64 [patron]
        Chance that the sum of a package of assistance is told.
    rng : Generator
    """
    told = rng.binomial(counts[..., AID].sum(axis=1), share)
    shape = (*told.shape, MOST_SUMS)
    logs = sizes.log_median[:, None, :, None] + sizes.spread[
        :, None, :, None
    ] * rng.standard_normal(shape)
    return np.where(np.arange(MOST_SUMS) < told[..., None], np.exp(logs), np.nan)
