"""The record: all evidence in one object, with filters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from ..model.errors import InputError, near
from ..model.names import STATES
from .codebook import (
    SOURCE_FILES,
    Claim,
    Conflict,
    Detection,
    Driver,
    Event,
    LeftOut,
    Mechanism,
    Occasion,
    ParameterBasis,
    Source,
    Statement,
    Sum,
    Trait,
)
from .problems import Problem
from .reading import evidence_directory, read_table, read_tables
from .second import SecondReading, read_second
from .vocabulary import Certainty, Channel, EventArea, EventKind, EventPatron

FILTERS: Mapping[str, tuple[str, ...]] = {
    "state": STATES,
    "patron": get_args(EventPatron),
    "channel": get_args(Channel),
    "area": get_args(EventArea),
    "kind": get_args(EventKind),
    "certainty": get_args(Certainty),
}
"""What :meth:`Record.select` filters by, and the words that it takes."""


@dataclass(frozen=True)
class Record:
    """The evidence: all tables, the second reading, the sources and the drivers."""

    events: tuple[Event, ...]
    traits: tuple[Trait, ...]
    claims: tuple[Claim, ...]
    mechanisms: tuple[Mechanism, ...]
    left_out: tuple[LeftOut, ...]
    conflicts: tuple[Conflict, ...]
    occasions: tuple[Occasion, ...]
    sums: tuple[Sum, ...]
    statements: tuple[Statement, ...]
    detection: tuple[Detection, ...]
    parameters: tuple[ParameterBasis, ...]
    second: SecondReading
    sources: Mapping[str, Source]
    drivers: Mapping[str, Driver]

    def entries(self) -> Iterator[tuple[str, str, BaseModel]]:
        """Yield (kind of entry, id, row) of everything that has an id or a key."""
        for name, rows in (
            ("event", self.events),
            ("trait", self.traits),
            ("claim", self.claims),
            ("mechanism", self.mechanisms),
            ("conflict", self.conflicts),
            ("occasion", self.occasions),
            ("sum", self.sums),
            ("statement", self.statements),
            ("left out", self.left_out),
            ("detection", self.detection),
            ("parameter", self.parameters),
        ):
            for row in rows:
                yield name, row.id, row  # type: ignore[attr-defined]
        yield from (("driver", key, driver) for key, driver in self.drivers.items())
        yield from (("source", key, source) for key, source in self.sources.items())

    def find(self, entry_id: str) -> list[tuple[str, BaseModel]]:
        """Kind and row of the entries with this id (a table may use another's ids).

        Raises
        ------
        InputError
            If there is none; with the nearest ids.
        """
        found = [(kind, row) for kind, key, row in self.entries() if key == entry_id]
        if not found:
            raise InputError(
                "no evidence has this id",
                found=entry_id,
                allowed="an id listed by 'steppe evidence'",
                nearest=near(entry_id, (key for _, key, _ in self.entries())),
            )
        return found

    def parts(self, event_id: str) -> tuple[Event, ...]:
        """Components of the event's deal."""
        return tuple(e for e in self.events if event_id in parents(e))

    def conflicts_of(self, entry_id: str) -> tuple[Conflict, ...]:
        """Conflicts that concern an entry."""
        return tuple(c for c in self.conflicts if entry_id in c.entries)

    def select(
        self,
        *,
        state: str | None = None,
        patron: str | None = None,
        channel: str | None = None,
        area: str | None = None,
        kind: str | None = None,
        certainty: str | None = None,
        source: str | None = None,
        first: int | None = None,
        last: int | None = None,
    ) -> tuple[Event, ...]:
        """Events that pass every filter given.

        Parameters
        ----------
        state, patron, channel, area, kind, certainty : str, optional
            A word of the vocabulary; see :data:`FILTERS`. ``state`` is among the recipients.
        source : str, optional
            Key of a source that the event rests on.
        first, last : int, optional
            Years; an event passes if its span touches them. Undated events do not.

        Raises
        ------
        InputError
            If a word is not in the vocabulary.
        """
        given = {
            "state": state,
            "patron": patron,
            "channel": channel,
            "area": area,
            "kind": kind,
            "certainty": certainty,
        }
        for name, word in given.items():
            _known(name, word, FILTERS[name])
        _known("source", source, tuple(self.sources))
        if first is not None and last is not None and first > last:
            raise InputError(
                "the first year is after the last", field="years", found=f"{first} to {last}"
            )
        fields = {name: word for name, word in given.items() if name != "state" and word}
        return tuple(
            event
            for event in self.events
            if all(getattr(event, name) == word for name, word in fields.items())
            and (state is None or state in event.recipients)
            and (source is None or source in event.sources)
            and _touches(event, first, last)
        )


def parents(event: Event) -> tuple[str, ...]:
    """Events of which a component's note says that it is part (``part of <id>``)."""
    if event.kind != "component" or not event.note:
        return ()
    words = event.note.replace(";", " ").replace(",", " ").split()
    return tuple(words[n + 2] for n in range(len(words) - 2) if words[n : n + 2] == ["part", "of"])


def span(event: Event) -> tuple[int | None, int | None]:
    """First and last year; where one alone is given it is both."""
    start, end = event.year_start, event.year_end
    return (end if start is None else start), (start if end is None else end)


def _touches(event: Event, first: int | None, last: int | None) -> bool:
    if first is None and last is None:
        return True
    start, end = span(event)
    if start is None or end is None:
        return False
    return (first is None or end >= first) and (last is None or start <= last)


def _known(field: str, word: str | None, allowed: tuple[str, ...]) -> None:
    if word is not None and word not in allowed:
        shown = ", ".join(allowed) if len(allowed) < 30 else f"one of {len(allowed)} keys"
        raise InputError(
            f"no such {field} in the evidence",
            field=field,
            found=word,
            allowed=shown,
            nearest=near(word, allowed) or [a for a in allowed if a.startswith(word)][:3],
        )


def load_record(directory: str | Path | None = None) -> Record:
    """Read the evidence.

    Parameters
    ----------
    directory : path, optional
        Where it stands; the evidence that is shipped by default.

    Raises
    ------
    InputError
        At the first row that does not follow the codebook. ``steppe evidence check``
        reports all of them.

    Notes
    -----
    What has been read is kept, and read again when a file has changed.
    """
    folder = evidence_directory(directory)
    paths = sorted(folder.rglob("*")) if isinstance(folder, Path) else []
    stats = [(path, path.stat()) for path in paths]
    return _read(directory, tuple((path, s.st_size, s.st_mtime_ns) for path, s in stats))


@lru_cache(maxsize=4)
def _read(directory: str | Path | None, stamp: tuple[object, ...]) -> Record:
    """The evidence as it is when its files have this size and these times."""
    folder = evidence_directory(directory)
    problems: list[Problem] = []

    def rows(name: str, model: Any) -> tuple[Any, ...]:
        placed, faults = read_table(folder, name, model)
        problems.extend(faults)
        return tuple(p.row for p in placed)

    def tables(name: str, model: Any) -> dict[str, Any]:
        placed, faults = read_tables(folder, name, model)
        problems.extend(faults)
        return {key: p.row for key, p in placed.items()}

    second, faults = read_second(directory)
    problems += faults
    record = Record(
        events=rows("events.csv", Event),
        traits=rows("traits.csv", Trait),
        claims=rows("claims.csv", Claim),
        mechanisms=rows("mechanisms.csv", Mechanism),
        left_out=rows("left_out.csv", LeftOut),
        conflicts=rows("conflicts.csv", Conflict),
        occasions=rows("occasions.csv", Occasion),
        sums=rows("sums.csv", Sum),
        statements=rows("statements.csv", Statement),
        detection=rows("detection.csv", Detection),
        parameters=rows("parameters.csv", ParameterBasis),
        second=second,
        sources={k: s for name in SOURCE_FILES for k, s in tables(name, Source).items()},
        drivers=tables("drivers.toml", Driver),
    )
    if problems:
        raise problems[0].error()
    return record
