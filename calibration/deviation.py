"""How far a driver may deviate from its series: not where it is dated, then by chance.

Up to its last dated value a driver is its series: were it free to deviate, what happened would
speak on the drivers in the fit (the cut of Plummer 2015, *Statistics and Computing* 25, keeps
it from doing so). After it the series is carried forward, and the deviation fans out as
the fitted process does. The engine reads one volatility a year: zero, or the process's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np

from ..model.names import START_YEAR, VOLATILE
from ..model.quantities import quantities
from ..model.tables import Tables, build_tables
from .codebook import Driver
from .reading import evidence_directory, read_tables
from .series import read_points


def last_dated(directory: str | Path | None = None, as_of: int | None = None) -> dict[str, int]:
    """Last year in which the series of a family has a raw value, in any of its entries.

    Parameters
    ----------
    directory : path, optional
        Directory of the evidence; the one that is shipped by default.
    as_of : int, optional
        Read nothing that is dated later.

    Returns
    -------
    dict of str to int
        By family of :data:`~steppe.model.names.VOLATILE`; the year before the first where
        nothing is dated yet. Anchors set by judgement count: they are about their year.

    Raises
    ------
    InputError
        If the evidence cannot be read.
    """
    folder = evidence_directory(directory)
    drivers, problems = read_tables(folder, "drivers.toml", Driver)
    found = {}
    for family in VOLATILE:
        if problems:
            raise problems[0].error()
        points, _, problems = read_points(folder, drivers[family].row.file, quantities()[family])
        years = (year for given in points.values() for year in given)
        known = (year for year in years if as_of is None or year <= as_of)
        found[family] = max(known, default=START_YEAR - 1)
    if problems:
        raise problems[0].error()
    return found


def dated_years(
    last_year: int,
    directory: str | Path | None = None,
    as_of: int | None = None,
    given: Collection[str] = (),
) -> np.ndarray:
    """Years up to the last dated value of each family.

    Parameters
    ----------
    last_year : int
        Last year of the array.
    directory, as_of
        As in :func:`last_dated`.
    given : collection of str
        Families that are known beyond ``as_of``.

    Returns
    -------
    ndarray
        Bool ``[year, family]`` from 1992.
    """
    known, whole = last_dated(directory, as_of), last_dated(directory)
    ends = [(whole if family in given else known)[family] for family in VOLATILE]
    return np.arange(START_YEAR, last_year + 1)[:, np.newaxis] <= np.array(ends)


def driver_tables(values: Mapping[str, np.ndarray], dated: np.ndarray) -> Tables:
    """Build the tables of a run; in dated years nothing deviates.

    Parameters
    ----------
    values : mapping of str to ndarray
        For every quantity an array ``[year, *dims]``, levers applied.
    dated : ndarray
        Of :func:`dated_years`.
    """
    volatility = np.where(dated, 0.0, values["driver_volatility"])
    return build_tables({**values, "driver_volatility": volatility})
