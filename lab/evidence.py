"""The evidence as the lab shows it, read once for as long as the server runs."""

from __future__ import annotations

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


def cited(keys: tuple[str, ...]) -> list[dict[str, str]]:
    """Sources with how to cite them and where they stand."""
    sources = record().sources
    return [
        {"key": key, "cite": sources[key].cite, "url": sources[key].url or ""}
        for key in keys
        if key in sources
    ]


def source_text(key: str) -> str:
    """A source in words."""
    if key == "assumed" or key in DOCUMENTS:
        return DOCUMENTS.get(key, key)
    source = record().sources.get(key)
    return source.cite if source else key
