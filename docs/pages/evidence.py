"""The page of the evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from steppe.calibration.codebook import Driver, Source
from steppe.calibration.packages import documented_counts, standing_forces
from steppe.calibration.record import Record, load_record
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
from steppe.scenarios.schema import DOCUMENTS

from .cells import counted, table, text


def page() -> str:
    """Count the record, what of it is imposed, and list where the drivers come from."""
    record = load_record()
    packages = documented_counts()
    events = record.events
    return (
        "# Evidence\n\nCounts of `calibration/evidence`; `steppe evidence` lists the rows and "
        "filters them, `steppe evidence check` checks them. How they were coded stands in "
        "[calibration/evidence/README.md](../../calibration/evidence/README.md).\n\n"
        f"## Rows of `events.csv`: {len(events)}\n\n"
        + table(("document", "cite", "rows", "of them dated events"), by_document(record))
        + "A row may cite more than one document. *External* rows rest on public facts that the "
        "documents lack and count as none of the five.\n\n"
        + counted("kind", Counter(e.kind for e in events))
        + counted("channel", Counter(e.channel for e in events))
        + counted("patron or frame", Counter(e.patron for e in events))
        + counted("area", Counter(e.area for e in events))
        + counted("recipient", Counter(s for e in events for s in e.recipients or ("none named",)))
        + packages_part(packages)
        + drivers_part(record.drivers)
        + carried_part()
        + references_part(record.sources)
    )


def by_document(record: Record) -> list[tuple[Any, ...]]:
    """Rows that cite each document, and those that cite none of the five."""
    rows: list[tuple[Any, ...]] = []
    for key in DOCUMENTS:
        citing = [e for e in record.events if key in e.sources]
        dated = sum(e.kind == "event" for e in citing)
        rows.append((f"`{key}`", record.sources[key].cite, len(citing), dated))
    outside = [e for e in record.events if not set(e.sources) & set(DOCUMENTS)]
    rows.append(("external", "-", len(outside), sum(e.kind == "event" for e in outside)))
    return rows


def packages_part(packages: Sequence[Mapping[str, Any]]) -> str:
    """Count what a conditioned run imposes."""
    events = len({p["id"] for p in packages})
    own = [p for p in packages if set(p["sources"]) & set(DOCUMENTS)]
    cuts = [(y, sum(p["year"] <= y for p in packages)) for y in (2009, LAST_HISTORY_YEAR)]
    cells = [
        (state, *(sum(p["state"] == state and p["patron"] == who for p in packages)
                  for who in ("china", "russia")))
        for state in STATES
    ]  # fmt: skip
    return (
        f"## Documented packages: {len(packages)}\n\nDated events with a named recipient among "
        f"the five, from {START_YEAR} on, one package for each recipient: what a conditioned run "
        f"imposes. They come from {events} events. {len(own)} of the packages rest on one of the "
        f"five documents, {len(packages) - len(own)} on external facts alone; "
        f"{sum(p['amount_usd'] is not None for p in packages)} have a sum of money. "
        + " ".join(f"Imposed until {year}: {n}." for year, n in cuts)
        + "\n\n"
        + table(("state", "China", "Russia"), cells)
        + table(
            ("patron", "on one of the five documents", "external only"),
            [
                (who, sum(p in own for p in mine), sum(p not in own for p in mine))
                for who in ("china", "russia")
                for mine in [[p for p in packages if p["patron"] == who]]
            ],
        )
        + counted("form (rung)", Counter(str(p["rung"]) for p in packages))
        + counted("area", Counter(p["area"] for p in packages))
        + forces_part(packages, standing_forces())
    )


def forces_part(packages: Sequence[Mapping[str, Any]], forces: Sequence[Mapping[str, Any]]) -> str:
    """Count the packages of an open area, and list the forces that stand."""
    rows = [
        (f"`{f['id']}`", f["state"], f["patron"], ", ".join(f["areas"]), f["year"], f["last"])
        for f in forces
    ]
    return (
        f"{sum(len(p['areas']) > 1 for p in packages)} of the packages may belong to more than "
        "one area of the model: those at a border, and those whose note says *area not stated*. "
        "A run draws one when it imposes them.\n\n"
        f"### Standing forces: {len(forces)}\n\nRows of kind `standing` on bases that stand. "
        "They are no packages: in conditioned years they hold their rung.\n\n"
        + table(("row", "state", "patron", "area", "from", "to"), rows)
    )


def drivers_part(drivers: Mapping[str, Driver]) -> str:
    """List the drivers: how measured they are, and from what."""
    rows = [
        (f"`{name}`", d.unit, d.basis, ", ".join(f"`{s}`" for s in d.sources), d.note or "")
        for name, d in drivers.items()
    ]
    return (
        "## Drivers\n\n*Measured* is a series as published, *converted* one that was turned into "
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


def references_part(sources: Mapping[str, Source]) -> str:
    """All sources."""
    parts = ["## References\n\n"]
    for kind in ("document", "series", "external"):
        listed = [f"- `{k}`: {text(s.cite)}\n" for k, s in sources.items() if s.kind == kind]
        parts.append(f"### {kind.capitalize()}: {len(listed)}\n\n{''.join(listed)}\n")
    return "".join(parts)
