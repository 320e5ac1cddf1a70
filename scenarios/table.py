"""Who, when, how much: what a scenario changes, as rows to be read before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from ..model.names import AREA_NAMES, PATRON_NAMES, START_YEAR, STATE_NAMES
from ..model.quantities import addresses, quantities
from .addresses import series
from .levers import apply
from .resolve import Resolved

_WHO = {**STATE_NAMES, **PATRON_NAMES, **AREA_NAMES}


@dataclass(frozen=True)
class Row:
    """One entry that a scenario moves, over one span of years.

    Attributes
    ----------
    levers : str
        Numbers of the levers that move it, as ``1`` or ``1, 3``.
    who : str
        States, patrons and areas in the address, in words.
    entry : str
        Full address.
    first, last : int
        Span of years.
    before, after : str
        Numbers without and with the levers, years with equal numbers joined;
        ``before`` is empty where no baseline values were given.
    unit : str
        Unit of the quantity.
    """

    levers: str
    who: str
    entry: str
    first: int
    last: int
    before: str
    after: str
    unit: str


def rows(resolved: Resolved, baseline: Mapping[str, np.ndarray] | None = None) -> list[Row]:
    """Rows for every entry that the levers move, in the order of the file.

    Parameters
    ----------
    resolved : Resolved
        The scenario.
    baseline : mapping of str to ndarray, optional
        Values ``[year, *dims]`` of all quantities without levers. With them the
        rows are the years that differ, before and after; without, the levers'
        own numbers in the years in which they act.

    Raises
    ------
    InputError
        If a lever takes an entry out of its bounds.
    """
    if baseline is None:
        return list(_planned(resolved))
    return list(_differing(resolved, baseline))


def _planned(resolved: Resolved) -> Iterator[Row]:
    for lever in resolved.levers:
        after = ("to " if lever.acts == "set" else "x ") + spans(lever.numbers, lever.first)
        for entry in lever.entries:
            yield _row(str(lever.number), entry, (lever.first, lever.last), "", after)


def _differing(resolved: Resolved, baseline: Mapping[str, np.ndarray]) -> Iterator[Row]:
    moved: dict[str, list[str]] = {}
    for lever in resolved.levers:
        for entry in lever.entries:
            moved.setdefault(entry, []).append(str(lever.number))
    changed = apply(resolved, baseline)
    for entry, numbers in moved.items():
        name, _ = addresses()[entry]
        before = series(baseline[name], entry)
        after = series(changed[name], entry)
        for start, stop in _stretches(before != after):
            first = START_YEAR + start
            yield _row(
                ", ".join(numbers),
                entry,
                (first, START_YEAR + stop - 1),
                spans(before[start:stop].tolist(), first),
                spans(after[start:stop].tolist(), first),
            )


def _row(levers: str, entry: str, years: tuple[int, int], before: str, after: str) -> Row:
    name, *labels = entry.split(".")
    who = ", ".join(_WHO.get(label, label.replace("_", " ")) for label in labels)
    unit = quantities()[name].unit
    return Row(levers, who or "all", entry, years[0], years[1], before, after, unit)


def _stretches(flags: np.ndarray) -> Iterator[tuple[int, int]]:
    """Start and stop of every stretch of true flags."""
    position = 0
    for flag, group in groupby(flags.tolist()):
        length = len(list(group))
        if flag:
            yield position, position + length
        position += length


def spans(numbers: Sequence[float], first: int) -> str:
    """Numbers by year, to three digits: ``0.5``, or ``2026-2028 0.5, 2029 0.7``."""
    told = []
    year = first
    for text, group in groupby(f"{number:.3g}" for number in numbers):
        last = year + len(list(group)) - 1
        told.append((f"{year}-{last}" if last > year else str(year), text))
        year = last + 1
    if len(told) == 1:
        return told[0][1]
    return ", ".join(f"{years} {text}" for years, text in told)
