"""Recovery: records that the fitted model brought forth, fitted by the chains of the real one.

The checks on many records (:mod:`.sbc`) are of short records, fewer numbers and cheaper chains.
Here a record is as long as the real one, its parameters are a draw of the installed posterior,
and the fit is as in :mod:`.calibrate`: all numbers, groups, moves, particles, gates. A few records
cannot show that ranks are uniform. Nor would they be: the true values are drawn from the posterior
and the fit begins with the prior again, which draws its means back towards the prior's; how often
intervals should hold the truth then is told beside how often they do (:func:`expected`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.stats import norm

from ..model.errors import InputError
from .calibrate import FULL, Effort, Judged, judge, target_of
from .installed import Posterior, standardised
from .sampler import generator
from .simulated import simulated_record
from .target import Entry, Target

CHOSEN: Final = 2**24
"""Iteration whose address names the luck by which a draw of the posterior is chosen."""
FARTHEST: Final = 6.0
"""Prior standard deviations to which a true value is kept."""
ENDS: Final = {0.5: ("q25", "q75"), 0.9: ("q05", "q95")}
"""Ends of the central intervals that are held against the truth, by level."""
HEAD: Final = ("record", "address", "truth", "mean", "sd", "q05", "q25", "q75", "q95", "rank")
"""Columns of the table: number of the record, the fitted number, values in prior standard
deviations; ``rank`` is the share of draws below the truth."""


def truth(posterior: Posterior, entries: Sequence[Entry], seed: int, number: int) -> np.ndarray:
    """A draw of a posterior as a position, in prior standard deviations: ``[entry]``.

    Raises
    ------
    InputError
        If the posterior lacks one of the numbers.
    """
    lacking = [entry.address for entry in entries if entry.address not in posterior.draws]
    if lacking:
        raise InputError(
            "the installed posterior has no draws of a number", file=str(posterior.path),
            field=lacking[0],
        )  # fmt: skip
    draw = int(generator(seed, number, CHOSEN).integers(posterior.manifest.draws))
    values = [
        standardised(posterior.draws[entry.address][draw], entry.prior, entry.centre)
        for entry in entries
    ]
    return np.asarray(np.clip(values, -FARTHEST, FARTHEST))


def like_the_record(target: Target, position: np.ndarray, seed: int, number: int) -> Target:
    """The same density given a simulated record, which the parameters at a position brought forth.

    Statements and spans of sums are those of the target's own record, and its acts of membership
    are answered anew. No absence from a joint exercise is told, and no force is given to stand.
    """
    history, sums = simulated_record(target.at(position), seed, number, target.history, target.sums)
    return replace(target, history=history, sums=sums)


def recover(
    posterior: Posterior,
    directory: Path,
    until: int,
    number: int = 0,
    effort: Effort = FULL,
    seed: int = 1,
    workers: int = 2,
    tell: Callable[[str, int, int], None] | None = None,
) -> tuple[Judged, np.ndarray]:
    """Simulate a record to a year and fit it by the chains of the real one.

    Parameters
    ----------
    posterior : Posterior
        The parameters of the record are one of its draws.
    directory : Path
        Where the fit stands or is begun.
    until : int
    number : int
        Of the record: another one has other parameters and other luck.
    effort, seed, workers, tell
        As for :func:`steppe.calibration.calibrate.calibrate`.

    Returns
    -------
    Judged
        The fit of the simulated record.
    ndarray of float64 [entry]
        True values, in prior standard deviations.

    Raises
    ------
    InputError
        If the evidence cannot be read, or the directory holds another fit.
    """
    target = target_of(until, effort)
    position = truth(posterior, target.entries, seed, number)
    believed = like_the_record(target, position, seed, number)
    return judge(believed, directory, effort, seed, workers, tell), position


def rows(fit: Judged, position: np.ndarray, number: int = 0) -> list[dict[str, Any]]:
    """Truth beside posterior.

    Parameters
    ----------
    fit : Judged
    position : ndarray of float64 [entry]
        True values, in prior standard deviations.
    number : int
        Of the record.

    Returns
    -------
    list of dict
        By number, with the keys of :data:`HEAD`.
    """
    flat = fit.draws.reshape(-1, fit.draws.shape[2])
    quantiles = np.quantile(flat, (0.05, 0.25, 0.75, 0.95), axis=0)
    found = []
    for n, entry in enumerate(fit.target.entries):
        z = flat[:, n]
        numbers = (position[n], z.mean(), z.std(), *quantiles[:, n], (z < position[n]).mean())
        told = dict(zip(HEAD[2:], (round(float(x), 4) for x in numbers), strict=True))
        found.append({"record": number, "address": entry.address, **told})
    return found


def held(found: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Share of the true values that the central intervals hold, by level, 0 to 1.

    Of rows as :func:`rows` gives them; at least one.
    """
    return {
        f"{level:.0%}": float(np.mean([row[low] <= row["truth"] <= row[high] for row in found]))
        for level, (low, high) in ENDS.items()
    }


def expected(posterior: Posterior, entries: Sequence[Entry]) -> dict[str, float]:
    """Share that they should hold, the mean over the numbers, by level, 0 to 1.

    Were all normal, a number with posterior mean m and standard deviation s (in those of its prior)
    would have the mean of such a fit off the truth by N(-s m, 1 - s^2 + s^4), in standard
    deviations of the fit: the truth is N(m, s^2), a record tells of it with variance
    s^2 / (1 - s^2), and the prior is N(0, 1). Other numbers that it hangs together with are left
    out of account.
    """
    drawn = np.array(
        [standardised(posterior.draws[one.address], one.prior, one.centre) for one in entries]
    ).clip(-FARTHEST, FARTHEST)
    sd = drawn.std(axis=1).clip(max=1.0)
    off, scatter = -sd * drawn.mean(axis=1), np.sqrt(1.0 - sd**2 + sd**4)
    ends = {level: norm.isf(0.5 * (1.0 - level)) for level in ENDS}
    return {
        f"{level:.0%}": round(
            float((norm.cdf((end - off) / scatter) - norm.cdf((-end - off) / scatter)).mean()), 3
        )
        for level, end in ends.items()
    }
