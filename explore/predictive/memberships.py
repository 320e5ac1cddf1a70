"""Acts of membership as choices: what the fitted rule makes of them, and what they would move.

An act is an offer of the lowest rung in the organisation's name. The fit has not read it, since
memberships are given to every run; so each is a test. What scoring them would do to the fit is
computed as well: a path of the world that follows the record has a probability for each act, and
the draws of the parameters are weighted by the product, averaged over their paths. That is exact
up to the number of draws and paths, since no path depends on whether an act is scored.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from ...calibration.filter import trajectories
from ...calibration.identify import effective
from ...calibration.installed import Posterior
from ...calibration.memberships import Act
from ...calibration.packages import RUNG_OF_MEMBERSHIP
from ...calibration.target import Target
from ...model import rules
from ...model.names import AREAS, PATRONS, STATES
from ..conditioning import PARTICLES, agents_in, filter_key, rows_of
from ..draws import Draws

if TYPE_CHECKING:
    from ...model.security import SecurityModel

PATHS: Final = 5
"""Paths of each draw."""
BAND: Final = (0.05, 0.95)


class Moved(NamedTuple):
    """What scoring the acts would do to the fit.

    Attributes
    ----------
    effective : float
        Draws that the weights leave, of ``draws``.
    draws : int
    moves : list of (str, float)
        Address, and by how many posterior standard deviations its mean would move; the furthest
        first.
    """

    effective: float
    draws: int
    moves: list[tuple[str, float]]


def chances(
    target: Target, draws: Draws, acts: Sequence[Act], seed: int, paths: int = PATHS
) -> np.ndarray:
    """Probability that each act's offer is taken, on paths that follow the record.

    Parameters
    ----------
    target : Target
        The record with its sums, and tables to its last year.
    draws : Draws
    acts : sequence of Act
    seed : int
        Key of the luck of the paths.
    paths : int
        Of each draw.

    Returns
    -------
    ndarray of float64 [draw, path, act]
    """
    found = np.empty((len(draws), paths, len(acts)))
    for draw in range(len(draws)):
        tables = draws.tables(target.tables, draw)
        past = trajectories(
            tables, target.history, target.until, PARTICLES, filter_key(seed, draw, 0), paths,
            target.sums,
        )  # fmt: skip
        for path in range(paths):
            starts, last = rows_of(past.starts, path), rows_of(past.worlds, path)
            for year in dict.fromkeys(act.year for act in acts):
                model = agents_in(tables, path, seed, starts, last, year)
                for n, act in enumerate(acts):
                    if act.year == year:
                        found[draw, path, n] = chance(model, act)
    return found


def chance(model: SecurityModel, act: Act) -> float:
    """Probability that a state takes the offer of an act, nothing else being on the table.

    It is weighed with the membership of the year before; the mean over the areas that the act may
    belong to.
    """
    i, p = act.state, act.patron
    decline = rules.outside(model.now("outside_weight"), model.now("us_presence", i))
    weight = model.now("membership_weight")
    belonging = weight * (float(act.member) - model.now("membership", i, p))
    value = model.now("package_size", p, RUNG_OF_MEMBERSHIP - 1)
    found = []
    for area in act.areas:
        terms = model.states[i].weigh(p, AREAS.index(area), RUNG_OF_MEMBERSHIP, value, None)
        worth = rules.utility(*terms) + belonging
        odds = rules.choice_probabilities(decline, worth, worth, 0.0, 1 + p)
        found.append(odds[1 + p])
    return float(np.mean(found))


def act_rows(acts: Sequence[Act], taken: np.ndarray) -> list[dict[str, Any]]:
    """Each act with the probability of what the state did.

    Parameters
    ----------
    acts : sequence of Act
    taken : ndarray of float64 [draw, path, act]
        Of :func:`chances`.

    Returns
    -------
    list of dict
        ``event, year, state, patron, did, probability, q05, q95`` (over the draws), ``rate``,
        what the share of joining and staying among the other acts gives (with one of each added),
        and ``log_score, rate_score``, the logarithms of the two.
    """
    yes = sum(act.answer for act in acts)
    found = []
    for n, act in enumerate(acts):
        of_draws = taken[:, :, n].mean(axis=1)
        did = of_draws if act.answer else 1.0 - of_draws
        joined = (yes - act.answer + 1.0) / (len(acts) + 1.0)
        rate = joined if act.answer else 1.0 - joined
        low, high = np.quantile(did, BAND)
        found.append(
            {
                "event": act.event, "year": act.year, "state": STATES[act.state],
                "patron": PATRONS[act.patron], "did": act.kind,
                "probability": float(did.mean()), "q05": float(low), "q95": float(high),
                "rate": rate, "log_score": math.log(did.mean()), "rate_score": math.log(rate),
            }
        )  # fmt: skip
    return found


def moved(posterior: Posterior, acts: Sequence[Act], taken: np.ndarray) -> Moved:
    """What scoring the acts would do to the fit: draws weighted by the chance of all of them."""
    did = np.array([act.answer for act in acts])
    likelihood = np.where(did, taken, 1.0 - taken).prod(axis=2).mean(axis=1)
    weights = likelihood / likelihood.sum()
    moves = []
    for address, values in posterior.draws.items():
        own = np.asarray(values[: len(weights)])
        if (spread := own.std()) > 0.0:
            moves.append((address, float((weights @ own - own.mean()) / spread)))
    moves.sort(key=lambda move: -abs(move[1]))
    return Moved(effective(weights), len(weights), moves)
