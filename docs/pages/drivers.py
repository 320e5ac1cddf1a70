"""The page of the drivers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from steppe.calibration.codebook import Driver
from steppe.calibration.deviation import last_dated
from steppe.calibration.drivers import fit_drivers
from steppe.calibration.record import load_record
from steppe.calibration.setting import of_kind, setting
from steppe.model.names import (
    AREAS,
    DEFAULT_HORIZON,
    LAST_HISTORY_YEAR,
    SIGNALS,
    START_YEAR,
    STATES,
)
from steppe.model.quantities import parameters

from .cells import table


def page() -> str:
    """Where the drivers come from, and what carrying them forward does."""
    return drivers_part(load_record().drivers) + carried_part() + deviations_part()


def drivers_part(drivers: Mapping[str, Driver]) -> str:
    """List the drivers: how measured they are, and from what."""
    rows = [
        (f"`{name}`", d.unit, d.basis, ", ".join(f"`{s}`" for s in d.sources), d.note or "")
        for name, d in drivers.items()
    ]
    return (
        "# Drivers\n\nYearly inputs of the world; `steppe evidence show NAME` tells all of one. "
        "*Measured* is a series as published, *converted* one that was turned into "
        "an index by visible arithmetic (`calibration/evidence/drivers.toml`), *assumed* one with "
        "dated anchors and heights by judgement.\n\n"
        + table(("driver", "unit", "basis", "sources", "note"), rows)
    )


def carried_part() -> str:
    """Values at chosen years: what carrying the last value forward does."""
    values = setting(DEFAULT_HORIZON)
    years = (START_YEAR, 2009, 2016, LAST_HISTORY_YEAR, 2027, DEFAULT_HORIZON)
    places = [y - START_YEAR for y in years]
    rows = []
    for name, quantity in of_kind("driver").items():
        for address, index in quantity.entries():
            series = values[name][(slice(None), *index)]
            if series.any():
                last = START_YEAR + int(np.flatnonzero(np.diff(series)).max(initial=-1)) + 1
                rows.append((f"`{address}`", *(f"{series[n]:.3g}" for n in places), last))
    load_of = parameters()["need_load"].values()
    signals = np.stack(
        [np.broadcast_to(values[s].reshape(len(values[s]), -1), (len(values[s]), len(STATES)))
         for s in SIGNALS], axis=-1,
    )  # fmt: skip
    needs = np.minimum(1.0, values["exposure"] * np.einsum("ysg,ag->ysa", signals, load_of))
    means = [(area, *(f"{needs[n, :, a].mean():.2f}" for n in places))
             for a, area in enumerate(AREAS)]  # fmt: skip
    return (
        "## What carrying forward does\n\nAfter the last year of its series a driver keeps its "
        "last value. The column *still* names the first year from which it no longer changes. "
        "Entries that are zero throughout are left out.\n\n"
        + table(("driver", *years, "still"), rows)
        + "Need of the five states that follows, mean over states, without chance deviations:\n\n"
        + table(("area", *years), means)
    )


def deviations_part() -> str:
    """Prior beside posterior of the deviations, and which families have nothing to fit."""
    ends = last_dated()
    rows = [
        (
            f"`{row.family}`", row.entries or "none", row.years, row.n,
            f"{row.persistence_prior:g}",
            between(row.persistence_05, row.persistence_50, row.persistence_95, row.n),
            f"{row.volatility_prior:g}",
            between(row.volatility_05, row.volatility_50, row.volatility_95, row.n),
            ends[row.family], row.note,
        )
        for row in fit_drivers()
    ]  # fmt: skip
    return (
        "## Memory and volatility\n\nFitted to each family's own series and to nothing else: the "
        "log of the driver less a straight line, as an AR(1). A year counts if every year of its "
        "mean was read from a source (anchors by judgement do not count) and the driver is above "
        "zero. Medians, with 5% and 95%. Up to the *last dated* year, anchors included, "
        "nothing deviates; from then on the deviation fans out. Where there is *nothing to fit* "
        "the values are the prior's.\n\n"
        + table(
            ("family", "series", "years", "n", "memory, prior", "memory, fitted",
             "yearly shock, prior", "yearly shock, fitted", "last dated", "note"),
            rows,
        )
    )  # fmt: skip


def between(low: float, middle: float, high: float, n: int) -> str:
    """Median and interval; a dash where there was nothing to fit."""
    return f"{middle:.2f} ({low:.2f} to {high:.2f})" if n else "-"
