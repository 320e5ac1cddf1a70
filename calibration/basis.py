"""What each number of the model rests on: a source, an inference from one, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..model.quantities import Quantity, quantities, resolve
from .record import Record, load_record

BASES: Final = ("assumed", "inferred", "stated")
"""From nothing to much: a judgement alone; existence, direction or order from a source but
the size by judgement; the value itself read, measured or computed from a source."""
MEANING: Final = {
    "assumed": "Assumed: no source gives the value",
    "inferred": "Existence, direction or order from a source, size by judgement",
    "stated": "Read, measured or computed from a source",
}
OF_SERIES: Final = {"assumed": "assumed", "converted": "inferred", "measured": "stated"}
"""A driver's basis in these words: what was converted has a scale that was chosen."""


@dataclass(frozen=True)
class Ground:
    """What one entry rests on.

    Attributes
    ----------
    address, family, kind : str
        Full address, its quantity, and parameter, trait or driver.
    basis : str
        A word of :data:`BASES`.
    sources : tuple of str
        Keys of sources; empty if it rests on nothing.
    rows : tuple of str
        Ids of the traits and mechanisms that bear on it.
    reason : str
    """

    address: str
    family: str
    kind: str
    basis: str
    sources: tuple[str, ...]
    rows: tuple[str, ...]
    reason: str


def grounds(address: str | None = None, directory: str | Path | None = None) -> list[Ground]:
    """Grounds of every entry below an address, or of all, in the order of the quantities.

    Entries that no row names and that stand at their default count as assumed.

    Raises
    ------
    InputError
        If there is no such address, or the evidence cannot be read.
    """
    record = load_record(directory)
    names = [address] if address else list(quantities())
    carriers = mechanisms_by_address(record)
    found = []
    for name in names:
        for full, family, _ in resolve(name):
            quantity = quantities()[family]
            rows = carriers.get(full, ())
            found.append(_GROUNDS[quantity.kind](full, quantity, rows, record))
    return found


def mechanisms_by_address(record: Record) -> dict[str, tuple[str, ...]]:
    """Ids of the mechanisms that live at each full address."""
    carried: dict[str, list[str]] = {}
    for row in record.mechanisms:
        for named in row.in_model:
            for full, _, _ in resolve(named):
                carried.setdefault(full, []).append(row.id)
    return {address: tuple(dict.fromkeys(ids)) for address, ids in carried.items()}


def _parameter(full: str, quantity: Quantity, rows: tuple[str, ...], record: Record) -> Ground:
    told = max(
        (row for row in record.parameters if f"{full}.".startswith(f"{row.id}.")),
        key=lambda row: len(row.id),
    )
    sources = tuple(key for key in told.sources if key != "assumed")
    return Ground(full, quantity.name, "parameter", told.basis, sources, rows, told.reason)


def _trait(full: str, quantity: Quantity, rows: tuple[str, ...], record: Record) -> Ground:
    told = [row for row in record.traits if row.quantity == full]
    basis = min((row.basis for row in told), key=BASES.index, default="assumed")
    sources = tuple(dict.fromkeys(k for row in told for k in row.sources if k != "assumed"))
    reason = "; ".join(row.note for row in told if row.note) or (
        "" if told else f"no row: the default of {quantity.default:g}"
    )
    return Ground(
        full, quantity.name, "trait", basis, sources, (*(row.id for row in told), *rows), reason
    )


def _driver(full: str, quantity: Quantity, rows: tuple[str, ...], record: Record) -> Ground:
    driver = record.drivers[quantity.name]
    sources = tuple(key for key in driver.sources if key != "assumed")
    return Ground(
        full, quantity.name, "driver", OF_SERIES[driver.basis], sources, rows, driver.note or ""
    )


_GROUNDS: Final = {"parameter": _parameter, "trait": _trait, "driver": _driver}


def families(found: list[Ground]) -> Iterator[tuple[str, str, list[Ground]]]:
    """Yield (family, basis, its entries), what rests on nothing first."""
    for basis in BASES:
        chosen = [g for g in found if g.basis == basis]
        for family in dict.fromkeys(g.family for g in chosen):
            yield family, basis, [g for g in chosen if g.family == family]
