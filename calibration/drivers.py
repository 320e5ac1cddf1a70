"""Memory and volatility of the drivers, fitted to their own dated series and to nothing else.

The deviation of a family of drivers is an AR(1) in logs (``driver_persistence``,
``driver_volatility``). Here the log of a series as the model reads it, less a straight line
in time, is taken for such a process. The posterior of the two numbers is computed on a grid,
with level and slope of each entry integrated out under flat priors, so nothing is sampled.
Packages are not read: what patrons and states did has no say in it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

import numpy as np

from ..model.errors import InputError
from ..model.names import LATEST_HORIZON, START_YEAR, VOLATILE
from ..model.quantities import Quantity, quantities
from .codebook import Driver, DriverPrior
from .reading import evidence_directory, read_tables
from .series import convert, read_points

FILE: Final = "driver_fit.csv"
"""Beside the draws of the main fit."""
JUDGED: Final = "by judgement"
"""In the raw unit of a series whose heights were set, not counted: nothing to fit."""
FEWEST: Final = 4
"""Dated years that an entry needs: a line takes two, and one difference tells no memory."""
LOGIT: Final = np.linspace(np.log(0.005 / 0.995), np.log(0.99 / 0.01), 240)
"""Grid of the persistence, on the logit scale; it ends at the parameter's bound."""
LOG: Final = np.linspace(np.log(0.002), np.log(2.0), 280)
"""Grid of the volatility, on the log scale; it ends at the parameter's bound."""
NOTHING: Final = "nothing to fit; the prior stands"
QUANTILES: Final = (0.05, 0.5, 0.95)
DIGITS: Final = 4

Dated = tuple[np.ndarray, np.ndarray]
"""Years and logs of one entry: two arrays ``[n]``."""


@dataclass(frozen=True)
class DriverFit:
    """What a family's series say of its deviation.

    Attributes
    ----------
    family : str
    entries : str
        Entries that were used, with blanks between; empty if there was nothing to fit.
    years : str
        First and last of the years used, one span for each entry.
    n : int
        Numbers used, over all entries.
    persistence_05, persistence_50, persistence_95 : float
        Quantiles of the posterior of the autocorrelation.
    volatility_05, volatility_50, volatility_95 : float
        The same of the standard deviation of the yearly log shock.
    persistence_spread, volatility_spread : float
        Posterior standard deviations on the logit and the log scale.
    persistence_prior, volatility_prior : float
        Medians of the prior.
    note : str
    """

    family: str
    entries: str
    years: str
    n: int
    persistence_05: float
    persistence_50: float
    persistence_95: float
    persistence_spread: float
    persistence_prior: float
    volatility_05: float
    volatility_50: float
    volatility_95: float
    volatility_spread: float
    volatility_prior: float
    note: str


def centres_of(found: Sequence[DriverFit]) -> dict[str, np.ndarray]:
    """Centres of ``driver_persistence`` and ``driver_volatility`` by family, ``[family]``.

    Medians of the posterior, or of the prior where nothing was fitted.
    """
    return {
        "driver_persistence": np.array(
            [row.persistence_50 if row.n else row.persistence_prior for row in found]
        ),
        "driver_volatility": np.array(
            [row.volatility_50 if row.n else row.volatility_prior for row in found]
        ),
    }


def log_likelihood(series: Dated, persistence: float, volatility: np.ndarray) -> np.ndarray:
    """Log density of one entry, its line integrated out under a flat prior.

    The restricted likelihood of a stationary AR(1) that is seen in some years only
    (Patterson and Thompson 1971, Biometrika 58:545-554).

    Parameters
    ----------
    series : tuple of two ndarray
        Years and logs, ``[n]``; years may have gaps.
    persistence : float
        Autocorrelation, below one.
    volatility : ndarray
        Standard deviations of the yearly shock, ``[m]``.

    Returns
    -------
    ndarray
        ``[m]``, up to a constant.
    """
    years, logs = series
    kept = persistence ** np.diff(years, prepend=-np.inf)  # of the value before, 0 for the first
    scale = np.sqrt((1.0 - kept**2) / (1.0 - persistence**2))
    rows = np.stack([np.ones_like(years), years - years.mean(), logs], axis=1)
    rows[1:] -= kept[1:, np.newaxis] * rows[:-1].copy()
    rows /= scale[:, np.newaxis]
    line, seen = rows[:, :2], rows[:, 2]
    cross = line.T @ line
    left = seen - line @ np.linalg.solve(cross, line.T @ seen)
    constant = -np.log(scale).sum() - 0.5 * np.linalg.slogdet(cross)[1]
    free = years.size - 2
    density: np.ndarray = constant - free * np.log(volatility) - 0.5 * left @ left / volatility**2
    return density


def posterior(series: Sequence[Dated], prior: DriverPrior) -> np.ndarray:
    """Weights over the grid of persistence and volatility, pooled over entries.

    Returns
    -------
    ndarray
        ``[LOGIT.size, LOG.size]``, sums to one; without series the prior.
    """
    middle = np.log(prior.persistence / (1.0 - prior.persistence)), np.log(prior.volatility)
    density = -0.5 * np.add.outer(
        ((LOGIT - middle[0]) / prior.persistence_spread) ** 2,
        ((LOG - middle[1]) / prior.volatility_spread) ** 2,
    )
    for row, logit in enumerate(LOGIT):
        for one in series:
            density[row] += log_likelihood(one, float(1.0 / (1.0 + np.exp(-logit))), np.exp(LOG))
    weights = np.exp(density - density.max())
    shares: np.ndarray = weights / weights.sum()
    return shares


def summary(grid: np.ndarray, weights: np.ndarray) -> tuple[list[float], float]:
    """Quantiles, and standard deviation, of a marginal on its grid."""
    total = np.cumsum(weights) - 0.5 * weights
    mean = float(grid @ weights)
    spread = float(np.sqrt((grid - mean) ** 2 @ weights))
    return [float(np.interp(q, total, grid)) for q in QUANTILES], spread


def dated_logs(
    points: Mapping[int, float], read: set[int], driver: Driver, entry: str
) -> Dated | None:
    """Logs of an entry in the years that rest on dated values alone.

    Parameters
    ----------
    points : mapping of int to float
        Raw values by year, those from judgement included.
    read : set of int
        Years whose raw value was read from a source.

    Returns
    -------
    tuple of two ndarray or None
        A year counts if every year of its trailing mean was read and the result is positive;
        None if fewer than :data:`FEWEST` do.
    """
    window = range(driver.trailing_years)
    whole = [y for y in sorted(read) if y >= START_YEAR and all(y - n in read for n in window)]
    index = convert(dict(points), driver, entry, max([START_YEAR, *whole]))
    years = [y for y in whole if index[y - START_YEAR] > 0.0]
    if len(years) < FEWEST:
        return None
    logs: np.ndarray = np.log([index[y - START_YEAR] for y in years])
    return np.array(years, dtype=np.float64), logs


def family_series(
    driver: Driver, quantity: Quantity, folder: Traversable, as_of: int
) -> dict[str, Dated]:
    """Series of a family that can be fitted, by entry (``""`` for a scalar)."""
    if JUDGED in driver.raw_unit:
        return {}
    points, rows, problems = read_points(folder, driver.file, quantity)
    if problems:
        raise problems[0].error()
    found = {}
    for entry, given in points.items():
        read = {
            placed.row.year
            for placed in rows
            if (placed.row.entry or "") == entry
            and placed.row.year <= as_of
            and placed.row.source != ("assumed",)
        }
        known = {year: value for year, value in given.items() if year <= as_of}
        if (one := dated_logs(known, read, driver, entry)) is not None:
            found[entry] = one
    return found


def fit_drivers(
    directory: str | Path | None = None, as_of: int = LATEST_HORIZON
) -> tuple[DriverFit, ...]:
    """Fit every family to its own series, as they stood in a year.

    Raises
    ------
    InputError
        If the evidence cannot be read.
    """
    folder = evidence_directory(directory)
    drivers, problems = read_tables(folder, "drivers.toml", Driver)
    if problems:
        raise problems[0].error()
    found = []
    for family in VOLATILE:
        driver = drivers[family].row
        if driver.prior is None:
            raise InputError(
                "a driver that deviates from its series needs a prior",
                file="drivers.toml", field=f"{family}.prior",
            )  # fmt: skip
        series = family_series(driver, quantities()[family], folder, as_of)
        found.append(fit(family, series, driver.prior))
    return tuple(found)


def fit(family: str, series: Mapping[str, Dated], prior: DriverPrior) -> DriverFit:
    """Posterior of one family; without series its prior, and a note that says so."""
    weights = posterior(list(series.values()), prior)
    logits, logit_spread = summary(LOGIT, weights.sum(axis=1))
    logs, log_spread = summary(LOG, weights.sum(axis=0))
    rho = [round(float(1.0 / (1.0 + np.exp(-x))), DIGITS) for x in logits]
    shock = [round(float(np.exp(x)), DIGITS) for x in logs]
    return DriverFit(
        family=family,
        entries=" ".join(entry or "all" for entry in series),
        years=" ".join(f"{years[0]:.0f}-{years[-1]:.0f}" for years, _ in series.values()),
        n=sum(years.size for years, _ in series.values()),
        persistence_05=rho[0], persistence_50=rho[1], persistence_95=rho[2],
        persistence_spread=round(logit_spread, DIGITS), persistence_prior=prior.persistence,
        volatility_05=shock[0], volatility_50=shock[1], volatility_95=shock[2],
        volatility_spread=round(log_spread, DIGITS), volatility_prior=prior.volatility,
        note="" if series else NOTHING,
    )  # fmt: skip


def as_text(found: Sequence[DriverFit]) -> str:
    """Render the result as CSV."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, [f.name for f in fields(DriverFit)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in found)
    return stream.getvalue()


def shipped() -> str:
    """Text of the result that is shipped."""
    return (files("steppe.calibration") / "posterior" / FILE).read_text("utf-8")
