"""The evidence as the lab shows it, read once for as long as the server runs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from ..calibration import packages
from ..calibration.record import Record, load_record
from ..scenarios.schema import DOCUMENTS


@cache
def record() -> Record:
    """The whole record."""
    return load_record()


@cache
def documented() -> tuple[dict[str, Any], ...]:
    """Every documented package: :func:`steppe.calibration.packages.documented_counts`."""
    return tuple(packages.documented_counts())


@cache
def forces() -> tuple[dict[str, Any], ...]:
    """Standing forces on record."""
    return tuple(packages.standing_forces())


@cache
def absent() -> tuple[dict[str, Any], ...]:
    """Absences from joint exercises on record."""
    return tuple(packages.absences(record()))


@cache
def left() -> tuple[dict[str, Any], ...]:
    """Departures from organisations on record."""
    return tuple(packages.departures(record()))


@cache
def _read() -> dict[str, tuple[tuple[str, ...], str]]:
    """By event the phrases by which its places are found, one a source, and the reader's note."""
    return {event.id: (event.locator, event.note or "") for event in record().events}


def cited(row: Mapping[str, Any]) -> list[dict[str, str]]:
    """Sources of a documented package: how to cite them, and where in them it stands."""
    sources = record().sources
    phrases, _ = _read()[row["id"]]
    return [
        {
            "key": key,
            "cite": sources[key].cite,
            "url": sources[key].url or "",
            "locator": phrase,
        }
        for key, phrase in zip(row["sources"], phrases, strict=True)
        if key in sources
    ]


def noted(row: Mapping[str, Any]) -> str:
    """What the reader of the sources noted on a documented package, "" for nothing."""
    return _read()[row["id"]][1]


def source_text(key: str) -> str:
    """A source in words."""
    if key == "assumed" or key in DOCUMENTS:
        return DOCUMENTS.get(key, key)
    source = record().sources.get(key)
    return source.cite if source else key
