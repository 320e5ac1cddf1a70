"""Sweep: one lever over its whole range, the others as they stand, on the same luck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from threading import Event
from typing import Any, Final

import numpy as np

from ..model.errors import InputError
from ..model.names import AREAS, START_YEAR
from ..model.quantities import addresses, quantities
from ..results.streams import QUANTILES, Counts, Mean, half_width
from ..scenarios.addresses import expand
from ..scenarios.check import WHOLE_UNITS
from ..scenarios.schema import Lever
from .futures import Engine
from .moves import WHY, Move
from .summary import FANS, LEVEL, totals

MOST_POINTS: Final = 21


def values_of(address: str, kind: str, low: float, high: float, points: int) -> list[float]:
    """Values between two bounds, evenly; whole ones where only those make sense.

    >>> values_of("domestic_price.*.russia", "value", 0.0, 1.0, 9)
    [0.0, 1.0]
    """
    name = addresses()[expand(address)[0]][0]
    numbers = np.linspace(low, high, points)
    if kind == "value" and quantities()[name].unit in WHOLE_UNITS:
        numbers = np.unique(np.round(numbers))
    return [float(f"{number:.6g}") for number in numbers]


def sweep(
    engine: Engine,
    move: Move,
    address: str,
    kind: str,
    values: Sequence[float],
    first: int,
    year: int,
    dropped: Event,
) -> dict[str, Any]:
    """Outcome of the areas at each value.

    Parameters
    ----------
    engine : Engine
    move : Move
        Its own levers at this address are left out.
    address, kind, values, first
        The lever: what it moves, how, by how much, from which year.
    year : int
        Year of which the packages are shown, beside their sum from ``first`` on.
    dropped : Event
        Set when nobody waits.

    Raises
    ------
    InputError
        If the lever is wrong, or the year lies before it.
    """
    others = tuple(lever for lever in move.levers if lever.quantity != address)
    rows: list[dict[str, Any]] = []
    base: dict[str, Any] = {}
    last = year
    for value in values:
        fields = {"quantity": address, kind: value, "from": first, "why": WHY, "source": "assumed"}
        pair = engine.pair(replace(move, levers=(*others, Lever.model_validate(fields))), dropped)
        last = pair.ground.last
        if not first <= year <= last:
            raise InputError(
                "the lever does not act in this year",
                field="year",
                found=year,
                allowed=f"{first} to {last}",
            )
        span = slice(first - START_YEAR, None)
        before, after = (totals(side, span)[:, :, 0] for side in (pair.base, pair.what))
        base = _shown(before, before, year - first, pair.draws)
        rows.append(_shown(after, before, year - first, pair.draws))
    return {
        "lever": address,
        "kind": kind,
        "from": first,
        "year": year,
        "last": last,
        "n": move.n,
        "values": list(values),
        "areas": {
            area: {
                part: {name: [row[part][name][a] for row in rows] for name in rows[0][part]}
                for part in ("year", "sum")
            }
            for a, area in enumerate(AREAS)
        },
        "base": {
            area: {
                part: {name: base[part][name][a] for name in base[part]} for part in ("year", "sum")
            }
            for a, area in enumerate(AREAS)
        },
    }


def _shown(
    what: np.ndarray, base: np.ndarray, place: int, draws: int
) -> dict[str, dict[str, list[float]]]:
    """Fans over futures, and the paired mean difference, by area: of one year and of the sum."""
    found = {}
    for part, values, other in (
        ("year", what[:, place], base[:, place]),
        ("sum", what.sum(axis=1), base.sum(axis=1)),
    ):
        seen, change = Counts(values.shape[1:]), Mean(draws, values.shape[1:])
        seen.add(values)
        change.add(values - other)
        reach = half_width(change.error, change.units, LEVEL)
        told = {name: seen.quantile(QUANTILES[level]) for name, level in FANS.items()}
        told |= {
            "mean": values.mean(axis=0),
            "diff": change.mean,
            "diffLow": change.mean - reach,
            "diffHigh": change.mean + reach,
        }
        found[part] = {name: np.round(array, 4).tolist() for name, array in told.items()}
    return found
