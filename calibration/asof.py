"""What was on record at a cut-off year: evidence frozen there, and what was read of it.

A backtest may read nothing that is dated later than its cut. Four leaks are closed here that
cutting off the list of events leaves open: drivers between two dated values are interpolated
towards the later one, their memory and volatility are fitted to the whole series, traits have
later rows (and their own ends), and a force that stands has a last year.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.special import expit, logit

from ..model.errors import InputError
from ..model.names import LAST_HISTORY_YEAR, PATRONS, START_YEAR, STATES
from ..model.tables import OFFSET, Tables
from .codebook import Driver, Sum, Trait
from .deviation import dated_years, driver_tables
from .drivers import DriverFit, centres_of, fit_drivers
from .filter import Sums
from .packages import Packages, as_history, imposed
from .reading import evidence_directory, read_table, read_tables
from .series import read_points
from .setting import known_points, known_traits, of_kind, setting
from .target import Target, centres, sums_told, wide

COVERAGE: Final = "coverage"
"""Driver that says how far the sources reach: a property of the sources, given to all."""
DIGITS: Final = 8
"""Decimals of the numbers that the digest of frozen evidence is of."""


@dataclass(frozen=True)
class Frozen:
    """The evidence as of a year.

    Attributes
    ----------
    cut : int
        Last year that is read.
    horizon : int
        Last year of the tables; what stood at the cut is carried forward to it.
    given : tuple of str
        Drivers whose values after the cut are known nevertheless.
    packages : Packages
        Documented to the cut, and forces as far as they had stood by then.
    tables : Tables
        Parameters at the centres of their priors.
    sums : Sums
        Sums that the sources tell and that end by the cut.
    drivers : tuple of DriverFit
        What the series as of the cut say of how drivers deviate from them.
    """

    cut: int
    horizon: int
    given: tuple[str, ...]
    packages: Packages
    tables: Tables
    sums: Sums
    drivers: tuple[DriverFit, ...]

    def deviating(self, tables: Tables, rng: np.random.Generator) -> Tables:
        """Tables in which memory and volatility of the drivers are drawn, not at their medians.

        From what was fitted to the series as of the cut, or from the prior where there was nothing
        to fit; in dated years nothing deviates.
        """
        flat = tables.flat.copy()
        drawn = rng.standard_normal((2, len(self.drivers)))
        for n, (row, z) in enumerate(zip(self.drivers, drawn.T, strict=True)):
            memory = flat[:, OFFSET["driver_persistence"] + n]
            memory[:] = expit(logit(memory) + row.persistence_spread * z[0])
            flat[:, OFFSET["driver_volatility"] + n] *= np.exp(row.volatility_spread * z[1])
        return Tables(flat)

    def target(self, particles: int) -> Target:
        """Posterior density of all numbers given the frozen evidence, to the horizon."""
        history = as_history(self.packages)
        return wide(Target(self.tables, history, self.cut, particles, sums=self.sums))

    def target_to_cut(self, particles: int, shares: tuple[float, ...] = ()) -> Target:
        """The same with tables that end at the cut: what a fit reads, whatever the horizon.

        ``shares`` are the particles of each year over ``particles``.
        """
        tables = Tables(self.tables.flat[: self.cut - START_YEAR + 1])
        return replace(self.target(particles), tables=tables, shares=shares)

    @cached_property
    def digest(self) -> str:
        """Of everything that a fit and a forecast read, numbers to :data:`DIGITS` decimals.

        Another processor rounds the last bits of a sum otherwise, and finds the same digest.
        """
        spreads = [(one.persistence_spread, one.volatility_spread) for one in self.drivers]
        columns = (self.tables.flat, np.array(spreads), *as_history(self.packages), *self.sums)
        total = hashlib.sha256()
        for column in columns:
            total.update((np.round(column, DIGITS) + 0.0).tobytes())
        return total.hexdigest()


def frozen(
    cut: int,
    horizon: int | None = None,
    given: Collection[str] = (COVERAGE,),
    directory: str | Path | None = None,
) -> Frozen:
    """Freeze the evidence at a cut.

    Parameters
    ----------
    cut : int
    horizon : int, optional
        Last year of the tables; the cut by default.
    given : collection of str
        Drivers whose values after the cut are known.
    directory : path, optional
        Directory of the evidence; the one that is shipped by default.

    Raises
    ------
    InputError
        If the years or the drivers do not fit, or the evidence cannot be read.
    """
    if not START_YEAR <= cut <= LAST_HISTORY_YEAR:
        raise InputError(
            "the cut lies outside the history", field="cut", found=cut,
            allowed=f"{START_YEAR} to {LAST_HISTORY_YEAR}",
        )  # fmt: skip
    last = cut if horizon is None else horizon
    drivers = tuple(fit_drivers(directory, cut))
    values = {**centres(last), **setting_as_of(cut, last, given, directory)}
    for name, array in centres_of(drivers).items():
        values[name] = np.broadcast_to(array, (last - START_YEAR + 1, array.size))
    tables = driver_tables(values, dated_years(last, directory, cut, given))
    packages, sums = packages_as_of(cut, directory), sums_told(cut, directory)
    return Frozen(cut, last, tuple(sorted(given)), packages, tables, sums, drivers)


def setting_as_of(
    cut: int,
    horizon: int,
    given: Collection[str] = (COVERAGE,),
    directory: str | Path | None = None,
) -> dict[str, np.ndarray]:
    """Traits and drivers to a horizon, from what is dated to the cut: name -> ``[year, *dims]``.

    Raises
    ------
    InputError
        If there is no such driver, or the evidence cannot be read.
    """
    unknown = set(given) - set(of_kind("driver"))
    if unknown:
        raise InputError(
            "no such driver", field="given", found=min(unknown),
            allowed=", ".join(of_kind("driver")),
        )  # fmt: skip
    if horizon < cut:
        raise InputError(
            "the horizon lies before the cut", field="horizon", found=horizon,
            allowed=f"{cut} or later",
        )  # fmt: skip
    values = setting(horizon, directory, cut)
    whole = setting(horizon, directory) if given else {}
    ahead = slice(cut + 1 - START_YEAR, None)
    for name in given:
        values[name][ahead] = whole[name][ahead]
    return values


def packages_as_of(cut: int, directory: str | Path | None = None) -> Packages:
    """Documented packages to a cut; the end of a force that still stands is not known."""
    found = imposed(cut, directory)
    return replace(found, last=np.minimum(found.last, cut))


def what_is_given(found: Frozen, directory: str | Path | None = None) -> list[dict[str, Any]]:
    """Values of drivers that are later than the cut and known nevertheless.

    To the horizon, and the one after it, towards which the years before are interpolated.

    Returns
    -------
    list of dict
        ``driver``, ``table``, ``id`` and ``years``, by entry of a driver.
    """
    folder = evidence_directory(directory)
    drivers, _ = read_tables(folder, "drivers.toml", Driver)
    rows: list[dict[str, Any]] = []
    for name in found.given:
        row = drivers[name].row
        points, _, _ = read_points(folder, row.file, of_kind("driver")[name])
        for entry, given in points.items():
            later = sorted(year for year in given if year > found.cut)
            inside = [year for year in later if year <= found.horizon]
            between = row.interpolate in ("linear", "log")
            leant_on = later[len(inside) : len(inside) + 1] if between else []
            if inside or leant_on:
                rows.append(
                    {"driver": name, "table": row.file, "id": entry, "years": inside + leant_on}
                )
    return rows


def what_was_read(found: Frozen, directory: str | Path | None = None) -> list[dict[str, Any]]:
    """Every dated row that frozen evidence rests on.

    Returns
    -------
    list of dict
        ``table``, ``id`` and ``year``. Packages and standing statements are those that stand in
        ``found``, to the last of their years that is read; traits and drivers are read again,
        by the same rules. An open beginning is no date. What is given beyond the cut stands in
        :func:`what_is_given`.
    """
    folder = evidence_directory(directory)
    packages = found.packages
    rows: list[dict[str, Any]] = [
        {
            "table": "events.csv" if packages.rung[n] >= 0 else "statements.csv",
            "id": f"{packages.ids[n]}|{STATES[packages.state[n]]}|{PATRONS[packages.patron[n]]}",
            "year": int(max(packages.year[n], packages.last[n])),
        }
        for n in range(len(packages))
    ]
    summed, _ = read_table(folder, "sums.csv", Sum)
    rows += [
        {"table": "sums.csv", "id": placed.row.id, "year": placed.row.year_end}
        for placed in summed
        if placed.row.measure is not None and placed.row.year_end <= found.cut
    ]
    traits, _ = read_table(folder, "traits.csv", Trait)
    rows += [
        {"table": "traits.csv", "id": row.id, "year": row.year_start}
        for row in known_traits((placed.row for placed in traits), found.cut)
        if row.quantity and row.value and row.year_start is not None
    ]
    drivers, _ = read_tables(folder, "drivers.toml", Driver)
    for name, quantity in of_kind("driver").items():
        driver = drivers[name].row
        points, _, _ = read_points(folder, driver.file, quantity)
        rows += [
            {"table": driver.file, "id": entry, "year": max(kept)}
            for entry, kept in known_points(points, driver, found.cut).items()
            if kept
        ]
    return rows
