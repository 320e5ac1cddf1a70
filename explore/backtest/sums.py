"""Sums: the money of documented assistance, as far as the record tells it.

Few packages have a sum on record, so every competitor is given the same chance that one is
told, from the evidence to the cut. The model has its own sizes; the baselines have those on
record, which before 2010 are five, all Chinese.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from ...calibration.packages import RUNG_OF_CHANNEL, Packages
from ...model.names import CHANNELS, FORMS, PATRONS, START_YEAR, STATES
from ...model.tables import Tables
from .scores import LEVELS, covered, crps

AID: Final = FORMS.index("aid")
RUNG: Final = RUNG_OF_CHANNEL["equipment"]
SCORE: Final = "crps of log sum"
"""Name of the score of sums."""
PRIOR_SIZES: Final = 1.0
"""Sums of USD 1 million, with a log spread around 1, that the record is given beside its own."""


class Sizes(NamedTuple):
    """Distribution of the size of a package of assistance: lognormal, by sample and patron."""

    log_median: np.ndarray
    """float64 [sample, patron], log USD million"""
    spread: np.ndarray
    """float64 [sample, patron]"""


def sizes_of_model(tables: Tables, samples: int) -> Sizes:
    """Sizes of what is offered: that larger offers are accepted more often is left out."""
    channel = CHANNELS.index("aid")
    median = tables["package_size"][0, :, channel]
    spread = np.full(len(PATRONS), tables["size_dispersion"][0, channel])
    return Sizes(np.tile(np.log(median), (samples, 1)), np.tile(spread, (samples, 1)))


def sizes_on_record(packages: Packages, samples: int, rng: np.random.Generator) -> Sizes:
    """Sizes on record, of both patrons together: normal-inverse-gamma in logs."""
    told = packages.amount[(packages.rung == RUNG) & (packages.amount > 0.0)]
    logs, count = np.log(told), told.size + PRIOR_SIZES
    mean = logs.sum() / count
    scatter = PRIOR_SIZES + (logs**2).sum() - count * mean**2
    variance = 0.5 * scatter / rng.gamma(0.5 * count + 0.5, 1.0, samples)
    centre = mean + np.sqrt(variance / count) * rng.standard_normal(samples)
    patrons = len(PATRONS)
    return Sizes(
        np.repeat(centre[:, None], patrons, axis=1),
        np.repeat(np.sqrt(variance)[:, None], patrons, axis=1),
    )


def told_share(packages: Packages) -> np.ndarray:
    """Chance that a package of assistance has its sum on record: float64 [patron]."""
    found = np.empty(len(PATRONS))
    for p in range(len(PATRONS)):
        aid = (packages.rung == RUNG) & (packages.patron == p)
        found[p] = (np.isfinite(packages.amount[aid]).sum() + 0.5) / (aid.sum() + 1.0)
    return found


def draw_sums(
    counts: np.ndarray, sizes: Sizes, share: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw the sums of the documented assistance of each year.

    Parameters
    ----------
    counts : ndarray of int64 [sample, year, state, patron, form]
    sizes : Sizes
    share : ndarray of float64 [patron]
        Chance that a sum is told.
    rng : Generator

    Returns
    -------
    ndarray of float64 [sample, year, state, patron]
        USD million.
    """
    told = rng.binomial(counts[..., AID], share)
    place = np.repeat(np.arange(told.size), told.ravel())
    sample, _, _, patron = np.unravel_index(place, told.shape)
    logs = sizes.log_median[sample, patron] + sizes.spread[sample, patron] * rng.standard_normal(
        place.size
    )
    found = np.bincount(place, np.exp(logs), told.size).reshape(told.shape)
    return found


def sums_on_record(packages: Packages, last_year: int) -> np.ndarray:
    """Sums of documented assistance to a year: float64 [year, state, patron], USD million."""
    found = np.zeros((last_year - START_YEAR + 1, len(STATES), len(PATRONS)))
    for n in np.flatnonzero((packages.rung == RUNG) & np.isfinite(packages.amount)):
        place = packages.year[n] - START_YEAR, packages.state[n], packages.patron[n]
        found[place] += packages.amount[n]
    return found


def yearly_sums(
    forecasts: Mapping[str, np.ndarray], observed: np.ndarray
) -> dict[str, dict[tuple[str, str, str], np.ndarray]]:
    """Scores of log(1 + sum of a year in USD million), by competitor.

    The CRPS of what each patron gives all states, by patron and added up, and of what each state
    gets from both, if it has any sum on record in these years; and whether the central intervals of
    these sums hold what is on record, of both patrons as the share of the two that do.

    Parameters
    ----------
    forecasts : mapping of str to ndarray of float64 [sample, year, state, patron]
    observed : ndarray of float64 [year, state, patron]

    Returns
    -------
    dict of str to dict
        As :func:`steppe.explore.backtest.competition.yearly_scores`.
    """
    return {name: _scored(sums, observed) for name, sums in forecasts.items()}


def _scored(sums: np.ndarray, observed: np.ndarray) -> dict[tuple[str, str, str], np.ndarray]:
    found = {}
    for by, every, axis in (("patron", PATRONS, -2), ("state", STATES, -1)):
        total, seen = np.log1p(sums.sum(axis=axis)), np.log1p(observed.sum(axis=axis))
        each = crps(total, seen)
        names = {n: name for n, name in enumerate(every) if by == "patron" or seen[:, n].any()}
        for n, name in names.items():
            found[SCORE, by, name] = each[:, n]
        if by == "patron":
            found[SCORE, "all", "all"] = each.sum(axis=1)
        for level in LEVELS:
            held = covered(total, seen, level)
            for n, name in names.items():
                found[f"coverage {level:.0%} of sums", by, name] = held[:, n]
            if by == "patron":
                found[f"coverage {level:.0%} of sums", "all", "all"] = held.mean(axis=1)
    return found
