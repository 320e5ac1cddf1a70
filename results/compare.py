"""Two scenarios run by run: the same run has the same luck in both, so chance cancels.

The difference is always B less A. Intervals are 95% for one comparison; ``supported``
asks more: that the interval excludes zero when it is widened for the number of cells
compared within the outcome (Bonferroni), so that a table of fifty does not yield
two or three findings by chance alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from ..model.errors import InputError
from ..model.names import AREAS, PATRONS, STATES
from .placebo import SignFlips
from .sides import Sides
from .store import Store, differences
from .streams import Mean, half_width
from .summaries import with_totals
from .tables import ALL, tidy

LEVEL: Final = 0.95
FEWEST: Final = 30
"""Independent pairs below which no difference is called supported: with few, spreads are
underestimated (two equal differences have none), and chance looks certain."""
THRESHOLDS: Final = (3, 4, 5)
NONE = "no difference in any run"
_STATES_ALL, _AREAS_ALL = (*STATES, ALL), (*AREAS, ALL)


@dataclass(frozen=True)
class Comparison:
    """What comparing two stores gives.

    Attributes
    ----------
    table : pandas.DataFrame
        One row for each outcome and cell.
    years : pandas.DataFrame
        Difference of packages by year and patron.
    first_year, last_year : int
        The years over which packages and money are summed.
    changed : float
        Share of runs in which a rung or a package of any year differs.
    units : int
        Independent pairs: runs, or draws of the parameters where there are several.
    differs : list of str
        Determining parts in which the two runs differ.
    cuts : (int or None, int or None)
        Last year of A and of B that follows the record.
    """

    table: pd.DataFrame
    years: pd.DataFrame
    first_year: int
    last_year: int
    changed: float
    differs: list[str]
    units: int
    cuts: tuple[int | None, int | None]
    fans: pd.DataFrame
    """Packages since ``first_year`` by year and patron, of both sides and of the difference: mean,
    interval, quantiles between runs; see :mod:`.sides`."""
    placebo: pd.DataFrame
    """What the same intervals find where there is nothing: see :mod:`.placebo`."""

    @property
    def verdict(self) -> str:
        """Say whether there is any difference, in one line."""
        if self.changed == 0.0 and not self.table["share_changed"].any():
            return NONE
        share = "all runs" if self.changed == 1.0 else f"{self.changed:.1%} of runs"
        return f"{share} differ in a rung or a package"


@dataclass(frozen=True)
class _Outcome:
    name: str
    unit: str
    states: tuple[str, ...]
    areas: tuple[str, ...]
    needs: str
    of: Callable[[np.ndarray, slice], np.ndarray]
    """Array of a batch and the places of the projection -> [n, state, patron, area]."""


def _at_least(k: int) -> Callable[[np.ndarray, slice], np.ndarray]:
    return lambda rung, _: rung[:, -1] >= k


def _packages(values: np.ndarray, years: slice) -> np.ndarray:
    return with_totals(values[:, years].sum(axis=1, dtype=np.int64))


def _delivered(values: np.ndarray, years: slice) -> np.ndarray:
    summed = values[:, years].sum(axis=1, dtype=np.float64)
    return np.concatenate([summed, summed.sum(axis=1, keepdims=True)], axis=1)[..., np.newaxis]


OUTCOMES: Final = (
    _Outcome("rung", "rung, 0 to 5", STATES, AREAS, "rung", lambda rung, _: rung[:, -1]),
    *(
        _Outcome(f"rung_ge_{k}", "probability", STATES, AREAS, "rung", _at_least(k))
        for k in THRESHOLDS
    ),
    _Outcome("packages", "packages", _STATES_ALL, _AREAS_ALL, "packages", _packages),
    _Outcome("delivered", "USD million", _STATES_ALL, (ALL,), "delivered", _delivered),
)


class _Paired:
    """Sums over pairs of runs for one outcome."""

    def __init__(self, draws: int, shape: tuple[int, ...], flips: SignFlips | None = None) -> None:
        self.flips = flips
        self.a, self.b, self.difference, self.changed, self.greater, self.less = (
            Mean(draws, shape) for _ in range(6)
        )

    def add(self, a: np.ndarray, b: np.ndarray) -> None:
        a, b = a.astype(np.float64), b.astype(np.float64)
        self.a.add(a)
        self.b.add(b)
        self.difference.add(b - a)
        if self.flips is not None:
            self.flips.add(b - a)
        self.changed.add(a != b)
        self.greater.add(a > b)
        self.less.add(a < b)

    def columns(self, family: int) -> dict[str, np.ndarray]:
        """Columns of the table; ``family`` is the number of cells compared together."""
        mean, error = self.difference.mean, self.difference.error
        units = self.difference.units
        reach = half_width(error, units, LEVEL)
        wide = half_width(error, units, 1.0 - (1.0 - LEVEL) / family)
        noise = self.a.variance + self.b.variance
        with np.errstate(invalid="ignore", divide="ignore"):
            removed = np.where(noise > 0.0, 1.0 - self.difference.variance / noise, np.nan)
        return {
            "mean_a": self.a.mean,
            "mean_b": self.b.mean,
            "difference": mean,
            "lower": mean - reach,
            "upper": mean + reach,
            "se_paired": error,
            "se_within": self.difference.within,
            "se_unpaired": np.hypot(self.a.error, self.b.error),
            "variance_ratio": removed,
            "share_changed": self.changed.mean,
            "p_a_greater": self.greater.mean,
            "p_b_greater": self.less.mean,
            "supported": (units >= FEWEST) & (mean != 0.0) & (np.abs(mean) > wide),
        }


def compare(a: Store, b: Store) -> Comparison:
    """Compare two finished stores run by run; memory does not grow with the runs.

    Raises
    ------
    InputError
        If seed, runs, draws or years differ: then run r of one is not the twin of run r
        of the other.
    """
    _refuse_unlike(a, b)
    draws, years = a.manifest.parameters.draws, a.manifest.years
    start = max(a.manifest.projection.start, b.manifest.projection.start)
    places = slice(start - years.start, None)
    paired = {}
    for outcome in OUTCOMES:
        shape = (len(outcome.states), len(PATRONS), len(outcome.areas))
        paired[outcome.name] = _Paired(draws, shape, SignFlips(draws, a.runs, shape))
    yearly = _Paired(draws, (len(years), len(PATRONS)))
    sides = Sides(draws, years[places])
    changed = Mean(draws, ())
    names = ("rung", "packages", "delivered")
    for one, other in zip(a.stream(names), b.stream(names), strict=True):
        for outcome in OUTCOMES:
            of, needs = outcome.of, outcome.needs
            paired[outcome.name].add(of(one[needs], places), of(other[needs], places))
        yearly.add(*(x["packages"].sum(axis=(2, 4), dtype=np.int64) for x in (one, other)))
        sides.add(one["packages"][:, places], other["packages"][:, places])
        unlike = [(one[n] != other[n]).any(axis=(1, 2, 3, 4)) for n in ("rung", "packages")]
        changed.add(unlike[0] | unlike[1])
    frames = []
    for outcome in OUTCOMES:
        index = {
            "outcome": [outcome.name],
            "unit": [outcome.unit],
            "state": outcome.states,
            "patron": PATRONS,
            "area": outcome.areas,
        }
        family = len(outcome.states) * len(PATRONS) * len(outcome.areas)
        frames.append(tidy(index, paired[outcome.name].columns(family)))
    return Comparison(
        table=pd.concat(frames, ignore_index=True),
        years=tidy(
            {"year": years, "patron": PATRONS}, yearly.columns(len(years) * len(PATRONS))
        ),
        fans=sides.table(LEVEL),
        first_year=start,
        last_year=years[-1],
        changed=float(changed.mean),
        units=changed.units,
        differs=differences(a.manifest, b.manifest),
        cuts=(a.manifest.conditioned_until, b.manifest.conditioned_until),
        placebo=pd.concat(
            [p.flips.table(name, a.manifest.seed) for name, p in paired.items() if p.flips],
            ignore_index=True,
        ),
    )  # fmt: skip


def _refuse_unlike(a: Store, b: Store) -> None:
    for name, one, other in (
        ("seed", a.manifest.seed, b.manifest.seed),
        ("runs", a.runs, b.runs),
        ("draws", a.manifest.parameters.draws, b.manifest.parameters.draws),
        ("years", (a.manifest.first_year, a.manifest.last_year),
         (b.manifest.first_year, b.manifest.last_year)),
    ):  # fmt: skip
        if one != other:
            raise InputError(
                "the two runs cannot be paired", file=str(b.directory), field=name, found=other,
                allowed=f"{one}, as in {a.directory}",
                todo="run both with the same seed, runs and years",
            )  # fmt: skip
