"""Acts of membership: what the fitted rule makes of each, given all else on record.

An act is an offer of the lowest rung in the organisation's name. The fit reads it, so that its
chance under the fit's draws would flatter the model. Its chance given everything but the answer is
the harmonic mean of its chances on paths that follow the record (Gelfand, Dey and Chang 1992): with
the membership and the agreement that follow from it still in place, since both are given to a path.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from ...calibration.filter import trajectories
from ...calibration.memberships import Act, chance
from ...calibration.target import Target
from ...model.names import PATRONS, STATES
from ..conditioning import PARTICLES, agents_in, filter_key, rows_of
from ..draws import Draws

PATHS: Final = 5
"""Paths of each draw."""
BAND: Final = (0.05, 0.95)


def chances(
    target: Target, draws: Draws, acts: Sequence[Act], seed: int, paths: int = PATHS
) -> np.ndarray:
    """Probability that each act is answered with yes, on paths that follow the record.

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
        ``event, year, state, patron, did``; ``fitted, q05, q95``, its probability under the draws;
        ``probability``, that given all else on record; ``rate``, what the share of joining and
        staying among the other acts gives (with one of each added); and ``log_score,
        rate_score``, the logarithms of the last two.
    """
    yes = sum(act.answer for act in acts)
    found = []
    for n, act in enumerate(acts):
        did = taken[:, :, n] if act.answer else 1.0 - taken[:, :, n]
        given_others = 1.0 / float((1.0 / did).mean())
        joined = (yes - act.answer + 1.0) / (len(acts) + 1.0)
        rate = joined if act.answer else 1.0 - joined
        low, high = np.quantile(did.mean(axis=1), BAND)
        found.append(
            {
                "event": act.event, "year": act.year, "state": STATES[act.state],
                "patron": PATRONS[act.patron], "did": act.kind, "fitted": float(did.mean()),
                "q05": float(low), "q95": float(high), "probability": given_others, "rate": rate,
                "log_score": math.log(given_others), "rate_score": math.log(rate),
            }
        )  # fmt: skip
    return found
