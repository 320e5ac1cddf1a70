"""Simulated records: whether ranks of the truth are uniform, and whether intervals cover it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from ...model.errors import InputError
from .files import facts, number, table

SIMULATED: Final = 20_000
"""Sets of uniform ranks from which the bands are found."""
LEVEL: Final = 0.95
"""Chance that uniform ranks stay in a band."""
NOMINAL: Final = (0.5, 0.8, 0.9)


@dataclass(frozen=True)
class Ranks:
    """A check on simulated records.

    Attributes
    ----------
    estimated : tuple of str
    truth, mean, sd : ndarray of float64 [record, number]
        In prior standard deviations.
    rank : ndarray of int [record, number]
        Of the truth, 0 to ``ranked``.
    ranked : int
    whole : dict of str to ndarray [record]
        ``rows`` of the record, ``rhat`` (worst) and ``ess`` (least).
    set_aside : int
        Records besides that were too noisy to be fitted.
    settings : mapping
        How the records and their fits were made.
    """

    estimated: tuple[str, ...]
    truth: np.ndarray
    mean: np.ndarray
    sd: np.ndarray
    rank: np.ndarray
    ranked: int
    whole: Mapping[str, np.ndarray]
    set_aside: int
    settings: Mapping[str, Any]

    @property
    def records(self) -> int:
        """Number of records."""
        return len(self.rank)


def read(folder: Path | None) -> Ranks | None:
    """Table of the fitted records of a check; None where it does not stand.

    Raises
    ------
    InputError
        If a file is damaged, or a rank cannot be.
    """
    told = facts(folder, "manifest.json", ("ranked", "estimated"))
    if folder is None or not told:
        return None
    names = tuple(told["estimated"])
    each = {what: [f"{name}:{what}" for name in names] for what in ("truth", "mean", "sd", "rank")}
    needed = ["rows", "set_aside", "rhat", "ess", *(c for some in each.values() for c in some)]
    drawn = table(folder, "records.csv", needed)
    rows = [row for row in drawn if row["set_aside"] != "True"]
    if not rows:
        return None
    file = str(folder / "records.csv")

    def columns(wanted: list[str]) -> np.ndarray:
        return np.array([[number(row[c], file, c) for c in wanted] for row in rows])

    rank, ranked = columns(each["rank"]).astype(int), int(told["ranked"])
    if ((rank < 0) | (rank > ranked)).any():
        raise InputError("a rank is out of bounds", file=file, allowed=f"0 to {ranked}")
    whole = {name: columns([name])[:, 0] for name in ("rows", "rhat", "ess")}
    return Ranks(
        names, columns(each["truth"]), columns(each["mean"]), columns(each["sd"]), rank, ranked,
        whole, len(drawn) - len(rows), told,
    )  # fmt: skip


@dataclass(frozen=True)
class Bands:
    """Where the share of low ranks lies if ranks are uniform.

    Attributes
    ----------
    expected : ndarray of float64 [point]
        Share of ranks below 1, 2 ... ``ranked``.
    one, all : ndarray of float64 [2, point]
        Lower and upper end of the share: of one number, and of all numbers together.
    found : ndarray of float64 [point, number]
        Share in the check.
    leaves_one, leaves_all : ndarray of bool [number]
    """

    expected: np.ndarray
    one: np.ndarray
    all: np.ndarray
    found: np.ndarray
    leaves_one: np.ndarray
    leaves_all: np.ndarray


def bands(ranks: Ranks) -> Bands:
    """Simultaneous bands over all ranks, found by simulation (Säilynoja et al. 2022).

    The count of ranks below a value is binomial. A set of ranks is as odd as its oddest count;
    a band leaves out the oddest sets of uniform ranks: 5 of 100 for one number, and so few for
    all numbers together that in 95 of 100 checks none leaves it (were numbers independent).
    """
    from scipy.stats import binom

    count, steps = ranks.records, np.arange(1, ranks.ranked + 1)
    expected = steps / (ranks.ranked + 1)
    many = np.arange(count + 1)
    below = binom.cdf(many, count, expected[:, np.newaxis])
    above = binom.sf(many - 1, count, expected[:, np.newaxis])
    tails = 2.0 * np.minimum(below, above)  # [point, count]

    def oddest(rank: np.ndarray) -> np.ndarray:
        """Least tail of each column of ranks."""
        odd = [tails[n, (rank < step).sum(axis=0)] for n, step in enumerate(steps)]
        return np.asarray(np.min(odd, axis=0))

    rng = np.random.default_rng(1)
    simulated = oddest(rng.integers(0, ranks.ranked + 1, (count, SIMULATED)))
    together = 1.0 - LEVEL ** (1.0 / len(ranks.estimated))
    limits = np.quantile(simulated, (1.0 - LEVEL, together), method="lower")
    odd = oddest(ranks.rank)
    ends = [
        np.array([binom.ppf(limit / 2.0, count, expected), binom.isf(limit / 2.0, count, expected)])
        / count
        for limit in limits
    ]
    found = np.array([(ranks.rank < step).mean(axis=0) for step in steps])
    return Bands(expected, ends[0], ends[1], found, odd < limits[0], odd < limits[1])


def coverage(ranks: Ranks) -> list[dict[str, Any]]:
    """How often central intervals hold the truth, beside how often they should.

    Returns
    -------
    list of dict
        ``nominal``; ``mean`` over all numbers; ``least`` and ``most`` of a number, with their
        ``least_name`` and ``most_name``; ``low`` and ``high``, where one number's share lies in
        98 of 100 checks.
    """
    from scipy.stats import binom

    rows = []
    for level in NOMINAL:
        cut = round((1.0 - level) / 2.0 * (ranks.ranked + 1))
        inside = (ranks.rank >= cut) & (ranks.rank <= ranks.ranked - cut)
        share = inside.mean(axis=0)
        nominal = (ranks.ranked + 1 - 2 * cut) / (ranks.ranked + 1)
        low, high = binom.ppf((0.01, 0.99), ranks.records, nominal) / ranks.records
        rows.append(
            {"nominal": nominal, "mean": float(inside.mean()), "least": float(share.min()),
             "least_name": ranks.estimated[int(share.argmin())], "most": float(share.max()),
             "most_name": ranks.estimated[int(share.argmax())], "low": low, "high": high}
        )  # fmt: skip
    return rows


def recovery(ranks: Ranks) -> list[dict[str, Any]]:
    """How well the fit gives back each number, those that the records tell most of first.

    Returns
    -------
    list of dict
        ``name``; ``r``, the correlation of posterior means with the truth; ``bias``, the mean of
        what they are too high by, and ``error``, its standard error; ``sd``, the root mean square
        of the posterior's standard deviation; all but ``r`` in prior standard deviations.
    """
    rows = []
    for n, name in enumerate(ranks.estimated):
        off = ranks.mean[:, n] - ranks.truth[:, n]
        with np.errstate(invalid="ignore", divide="ignore"):
            r = np.corrcoef(ranks.truth[:, n], ranks.mean[:, n])[0, 1]
        rows.append(
            {"name": name, "r": float(r), "bias": float(off.mean()),
             "error": float(off.std() / np.sqrt(len(off))),
             "sd": float(np.sqrt((ranks.sd[:, n] ** 2).mean()))}
        )  # fmt: skip
    return sorted(rows, key=lambda row: row["sd"])
