"""The setting: values of every trait and driver in every year, from the evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ..model.errors import InputError
from ..model.names import LAST_HISTORY_YEAR, START_YEAR
from ..model.quantities import Quantity, addresses, quantities
from .codebook import Driver, Trait
from .problems import Placed, Problem
from .reading import evidence_directory, read_table, read_tables
from .series import Points, read_points, yearly


def of_kind(kind: str) -> dict[str, Quantity]:
    """Quantities of one kind, by name."""
    return {name: q for name, q in quantities().items() if q.kind == kind}


def covered(row: Trait, last_year: int) -> slice:
    """Years of the array on which a trait's value stands; a blank year is an open end."""
    first = START_YEAR if row.year_start is None else row.year_start
    last = last_year if row.year_end is None else row.year_end
    return slice(max(first - START_YEAR, 0), max(last - START_YEAR + 1, 0))


def known_traits(rows: Iterable[Trait], as_of: int) -> list[Trait]:
    """Rows that hold in a year or before it; nothing is known of ends from that year on."""
    return [
        row.model_copy(update={"year_end": None}) if (row.year_end or 0) >= as_of else row
        for row in rows
        if row.year_start is None or row.year_start <= as_of
    ]


def known_points(points: Mapping[str, Points], driver: Driver, as_of: int) -> dict[str, Points]:
    """Raw values up to a year; what the driver says of earlier years where there is none yet."""
    early = {START_YEAR: driver.before} if isinstance(driver.before, float | int) else {}
    return {
        entry: {year: value for year, value in given.items() if year <= as_of}
        or (early if given else {})
        for entry, given in points.items()
    }


def trait_values(
    rows: Iterable[Trait], last_year: int, as_of: int = LAST_HISTORY_YEAR
) -> dict[str, np.ndarray]:
    """Values of all traits by name, NaN where neither a row nor a default speaks.

    Years after ``as_of``, the last year of history, in which no row speaks repeat the
    year before, also where a default exists.

    Parameters
    ----------
    rows : iterable of Trait
        Rows whose ``quantity`` is a full address and whose ``value`` is a number.
    last_year : int
        Last year of the arrays.
    as_of : int
        Last year of history.

    Returns
    -------
    dict of str to ndarray
        name -> ``[year, *dims]`` from 1992.
    """
    years = last_year - START_YEAR + 1
    arrays = {n: np.full((years, *q.shape), np.nan) for n, q in of_kind("trait").items()}
    for row in rows:
        if row.quantity and row.value:
            name, index = addresses()[row.quantity]
            where: Any = (covered(row, last_year), *index)
            arrays[name][where] = float(row.value)
    history = as_of - START_YEAR + 1
    for name, array in arrays.items():
        default = quantities()[name].default
        if default is not None:
            past = array[:history]
            past[np.isnan(past)] = default
        for year in range(history, years):
            array[year] = np.where(np.isnan(array[year]), array[year - 1], array[year])
    return arrays


def setting(
    last_year: int,
    directory: str | Path | None = None,
    as_of: int | None = None,
) -> dict[str, np.ndarray]:
    """Values of every trait and driver, 1992 to ``last_year``.

    Parameters
    ----------
    last_year : int
        Last year of the arrays; what ends before is carried forward.
    directory : path, optional
        Directory of the evidence; the one that is shipped by default.
    as_of : int, optional
        Read nothing that is dated later; what stood then is carried forward.

    Returns
    -------
    dict of str to ndarray
        name -> float64 ``[year, *dims]``.

    Raises
    ------
    InputError
        If a value is missing, unreadable or out of bounds: with file, field and entry.
    """
    if last_year < START_YEAR:
        raise InputError(
            "the last year lies before the first",
            field="last_year",
            found=last_year,
            allowed=f"{START_YEAR} or later",
        )
    folder = evidence_directory(directory)
    rows, problems = read_table(folder, "traits.csv", Trait)
    drivers, faults = read_tables(folder, "drivers.toml", Driver)
    problems += faults
    problems += [fault for placed in rows if (fault := trait_fault(placed))]
    if problems:
        raise problems[0].error()
    traits = [placed.row for placed in rows]
    if as_of is None:
        values = trait_values(traits, last_year)
    else:
        values = trait_values(known_traits(traits, as_of), last_year, min(as_of, last_year))
    for name, quantity in of_kind("driver").items():
        if name not in drivers:
            raise InputError("the driver has no table", file="drivers.toml", field=name)
        driver = drivers[name].row
        points, _, problems = read_points(folder, driver.file, quantity)
        if problems:
            raise problems[0].error()
        if as_of is not None:
            points = known_points(points, driver, as_of)
        values[name] = yearly(points, driver, quantity, last_year)
    for name, array in values.items():
        file = "traits.csv" if quantities()[name].kind == "trait" else drivers[name].row.file
        _complete(quantities()[name], array, file)
    return values


def trait_fault(placed: Placed[Trait]) -> Problem | None:
    """Find what keeps a trait's value from being used: its address, its number or its bounds."""
    row = placed.row
    if row.quantity is None:
        return None
    traits = _traits()
    if row.quantity not in traits:
        what = "the full address of a trait: exposure.TJ.defence"
        return placed.unknown("quantity", row.quantity, traits, what, "no trait has this address")
    try:
        value = float(row.value or "")
    except ValueError:
        return placed.problem("value", "not a number", row.value or "")
    low, high = traits[row.quantity].bounds
    if not low <= value <= high:
        return placed.problem("value", "out of bounds", row.value, f"{low:g} to {high:g}")
    return None


@cache
def _traits() -> dict[str, Quantity]:
    """Each trait by the addresses of its entries."""
    return {address: q for q in of_kind("trait").values() for address, _ in q.entries()}


def outside(quantity: Quantity, array: np.ndarray) -> list[tuple[str, int, float]]:
    """First year of each entry in which its value is missing (NaN) or out of bounds."""
    low, high = quantity.bounds
    found: list[tuple[str, int, float]] = []
    for address, index in quantity.entries():
        entry: Any = (..., *index)
        column = array[entry]
        wrong = ~((column >= low) & (column <= high))
        if wrong.any():
            year = int(np.argmax(wrong))
            found.append((address, START_YEAR + year, float(column[year])))
    return found


def _complete(quantity: Quantity, array: np.ndarray, file: str) -> None:
    for address, year, value in outside(quantity, array):
        missing = bool(np.isnan(value))
        raise InputError(
            f"{'no value' if missing else 'the value is out of bounds'} in {year}",
            file=file,
            field=address,
            found=None if missing else value,
            allowed=f"{quantity.bounds[0]:g} to {quantity.bounds[1]:g}",
        )
