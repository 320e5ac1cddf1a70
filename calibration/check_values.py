"""Checks of traits and drivers: every entry has one value in every year, within bounds."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable

import numpy as np

from ..model.names import DEFAULT_HORIZON, LAST_HISTORY_YEAR, START_YEAR
from ..model.quantities import quantities
from .codebook import Driver, SeriesPoint, Trait
from .problems import Placed, Problem
from .reading import keys_of
from .series import Points, entry_labels, read_points, yearly
from .setting import covered, of_kind, outside, trait_fault

YEARS = LAST_HISTORY_YEAR - START_YEAR + 1


def check_traits(rows: list[Placed[Trait]], complete: bool) -> Iterator[Problem]:
    """Spans, addresses, values, overlaps and, if all rows were read, coverage of the traits."""
    told: dict[str, list[Placed[Trait]]] = defaultdict(list)
    for placed in rows:
        row = placed.row
        if row.year_start and row.year_end and row.year_end < row.year_start:
            yield placed.problem(
                "year_end",
                "the last year is before the first",
                row.year_end,
                f">= {row.year_start}",
            )
        fault = trait_fault(placed)
        if fault is not None:
            yield fault
        if row.quantity is not None and (fault is None or fault.field == "value"):
            told[row.quantity].append(placed)
    yield from _coverage(told, complete)


def _coverage(told: Mapping[str, list[Placed[Trait]]], complete: bool) -> Iterator[Problem]:
    for quantity in of_kind("trait").values():
        for address, _ in quantity.entries():
            count = np.zeros(DEFAULT_HORIZON - START_YEAR + 1, dtype=np.int64)
            for placed in told.get(address, []):
                years = covered(placed.row, DEFAULT_HORIZON)
                if (count[years] > 0).any():
                    clash = years.start + int(np.argmax(count[years] > 0)) + START_YEAR
                    yield placed.problem(
                        "year_start", f"{address} has another value in {clash}", placed.row.id
                    )
                count[years] += 1
            if complete and quantity.default is None and (count[:YEARS] == 0).any():
                year = START_YEAR + int(np.argmax(count[:YEARS] == 0))
                yield Problem("traits.csv", 0, "quantity", f"{address} has no value in {year}")


def check_drivers(
    folder: Traversable, drivers: Mapping[str, Placed[Driver]]
) -> tuple[list[Problem], list[Placed[SeriesPoint]]]:
    """Problems of the drivers and their series, and the series' rows."""
    declared = of_kind("driver")
    problems = [
        Problem("drivers.toml", 0, name, "the driver has no table")
        for name in declared
        if name not in (keys_of(folder, "drivers.toml") or drivers)
    ]
    points: list[Placed[SeriesPoint]] = []
    for name, placed in drivers.items():
        if name not in declared:
            problems.append(placed.unknown("", name, declared, problem="no driver has this name"))
            continue
        raw, rows, faults = read_points(folder, placed.row.file, declared[name])
        points += rows
        found = list(_divisors(name, placed)) + (
            [] if faults else list(_entries(name, placed, raw))
        )
        problems += faults + found
        if not faults and not found:
            problems += _driver_values(name, placed, raw)
    return problems, points


def _divisors(name: str, placed: Placed[Driver]) -> Iterator[Problem]:
    labels = entry_labels(quantities()[name])
    scale = placed.row.divide_by
    if isinstance(scale, Mapping):
        for label in scale:
            if label not in labels:
                yield placed.unknown(
                    "divide_by", label, labels or ("a number",), problem="no such entry"
                )
        for label in labels:
            if label not in scale:
                yield placed.problem("divide_by", f"no divisor for {label}")
    divisors = scale.values() if isinstance(scale, Mapping) else [scale]
    if any(divisor <= 0.0 for divisor in divisors):
        yield placed.problem("divide_by", "a divisor is not above zero", scale)


def _entries(name: str, placed: Placed[Driver], raw: Mapping[str, Points]) -> Iterator[Problem]:
    driver = placed.row
    for entry, points in raw.items():
        address = f"{name}.{entry}" if entry else name
        if not points and quantities()[name].default is None:
            yield Problem(driver.file, 0, address, "the series has no value for this entry")
            continue
        if driver.interpolate == "log" and any(value <= 0.0 for value in points.values()):
            yield Problem(
                driver.file, 0, address, "a value that is not above zero has no logarithm"
            )
        if driver.before is None and points and min(points) > START_YEAR:
            yield Problem(
                driver.file,
                0,
                address,
                f"no value from {START_YEAR} on",
                str(min(points)),
                f"an earlier first year, or 'before' in drivers.toml at {name}",
            )


def _driver_values(
    name: str, placed: Placed[Driver], raw: Mapping[str, Points]
) -> Iterator[Problem]:
    quantity = quantities()[name]
    array = yearly(raw, placed.row, quantity, DEFAULT_HORIZON)
    for address, year, value in outside(quantity, array):
        if math.isnan(value):
            yield Problem(
                placed.row.file,
                0,
                address,
                f"no value in {year}",
                "",
                "a value for every year, or another 'interpolate' in drivers.toml",
            )
        else:
            low, high = quantity.bounds
            yield Problem(
                placed.row.file,
                0,
                address,
                f"out of bounds in {year}",
                f"{value:g}",
                f"{low:g} to {high:g}",
            )
