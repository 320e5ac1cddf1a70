"""The second reading: the same events coded again by someone who had not seen the first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .codebook import SECOND_READING, Event, Pair, Reread, Settled
from .problems import Problem
from .reading import evidence_directory, read_table

COMPARED: Final = (
    "kind", "year_start", "year_end", "patron", "recipients", "channel", "area",
    "amount_usd", "amount_basis", "amount_low", "amount_high",
    "troops_total", "troops_recipient", "troops_patron", "persons_trained",
    "outcome", "certainty", "sources",
)  # fmt: skip
"""Fields in which the readings are held against each other: all but free text and locators."""
IN_WORDS: Final = ("kind", "patron", "channel", "area", "amount_basis", "outcome", "certainty")
"""Fields with a vocabulary: their agreement has a part that chance alone would give."""
COUNTABLE: Final = ("event", "component", "series")
"""Kinds that both readings must have or explain; how finely what is standing or context is
cut into rows is free, unless the row has a sum or a size (:data:`SIZES`)."""
SIZES: Final = (
    "amount_usd", "amount_low", "amount_high",
    "troops_total", "troops_recipient", "troops_patron", "persons_trained",
)  # fmt: skip
ROW: Final = "row"
"""Field of :class:`Settled` for an event that one reading has and the other has not."""


@dataclass(frozen=True)
class SecondReading:
    """The rows of the second reading, which rows of the first they meet, and what was settled."""

    events: tuple[Reread, ...]
    pairs: tuple[Pair, ...]
    settled: tuple[Settled, ...]

    def of(self, event_id: str) -> tuple[Reread, ...]:
        """Rows of the second reading that are paired with an event of the record."""
        ids = {pair.second for pair in self.pairs if pair.first == event_id}
        return tuple(event for event in self.events if event.id in ids)

    def notes(self, event_id: str) -> tuple[Settled, ...]:
        """What was settled about an event of the record."""
        return tuple(note for note in self.settled if note.first == event_id)


@dataclass(frozen=True)
class Agreement:
    """How far the two readings agreed on one field, before anything was settled.

    Attributes
    ----------
    rows : int
        Pairs in which at least one reading fills the field.
    same : int
        Pairs of these with the same value.
    kappa : float or None
        Cohen's kappa (1960) for fields with a vocabulary: agreement beyond what the two
        readers' habits would give by chance; None elsewhere.
    """

    field: str
    rows: int
    same: int
    kappa: float | None


def told(event: Event, field: str) -> str:
    """Value of a field as text; lists are sorted, since their order means nothing."""
    value = getattr(event, field)
    if isinstance(value, tuple):
        return ";".join(sorted(value))
    return "" if value is None else f"{value:.15g}" if isinstance(value, float) else str(value)


def needs_partner(event: Event) -> bool:
    """Whether the other reading must have the row, or a note must say why it has not."""
    return event.kind in COUNTABLE or any(getattr(event, name) is not None for name in SIZES)


def differences(first: Event, second: Event) -> Iterator[tuple[str, str, str]]:
    """Yield (field, value in the first, value in the second) where they differ."""
    for field in COMPARED:
        one, other = told(first, field), told(second, field)
        if one != other:
            yield field, one, other


def agreements(first: Sequence[Event], reading: SecondReading) -> list[Agreement]:
    """Agreement by field over the pairs, from what each reader wrote at first.

    A pair whose first row was added because of the second reading is no agreement and
    is not counted.
    """
    ours = {event.id: event for event in first}
    theirs = {event.id: event for event in reading.events}
    before = {(n.first, n.second, n.field): n for n in reading.settled}
    added = {n.first for n in reading.settled if n.field == ROW and n.first_value == "absent"}
    pairs = [pair for pair in reading.pairs if pair.first not in added]
    found = []
    for field in COMPARED:
        told_by = []
        for pair in pairs:
            note = before.get((pair.first, pair.second, field))
            one = told(ours[pair.first], field) if note is None else note.first_value or ""
            told_by.append((one, told(theirs[pair.second], field)))
        filled = [values for values in told_by if any(values)]
        same = sum(one == other for one, other in filled)
        kappa = cohens_kappa(filled) if field in IN_WORDS else None
        found.append(Agreement(field, len(filled), same, kappa))
    return found


@dataclass(frozen=True)
class Summary:
    """What became of the two readings, in numbers.

    Attributes
    ----------
    by_both, from_second, first_alone, second_alone : int
        Rows of the record that both readers coded; that came from the second reading; rows
        that need a partner and have none.
    fields : dict
        Fields in which the readings of a row that both coded differ, by what was settled.
    added, later : int
        Further notes: fields of rows that came from the second reading, and fields in which
        both agreed and a later look changed the record.
    """

    by_both: int
    from_second: int
    first_alone: int
    second_alone: int
    fields: dict[str, int]
    added: int
    later: int


def summary(reading: SecondReading) -> Summary:
    """Count pairs, rows of one reading alone, and settlements."""
    rows = [note for note in reading.settled if note.field == ROW]
    added = {n.first for n in rows if n.first_value == "absent" and n.settled == "second"}
    notes = [note for note in reading.settled if note.field != ROW]
    ours = [note for note in notes if note.first not in added]
    differ = [note for note in ours if note.first_value != note.second_value]
    return Summary(
        by_both=sum(pair.first not in added for pair in reading.pairs),
        from_second=len(added),
        first_alone=sum(n.first_value == "present" for n in rows),
        second_alone=sum(n.first_value == "absent" and n.settled == "first" for n in rows),
        fields={w: sum(n.settled == w for n in differ) for w in ("first", "second", "neither")},
        added=len(notes) - len(ours),
        later=len(ours) - len(differ),
    )


def cohens_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of two readers' words; None if chance alone would make them agree.

    >>> cohens_kappa([("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")])
    0.5
    """
    if not pairs:
        return None
    n = len(pairs)
    one, other = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(one[word] * other[word] for word in one) / n**2
    seen = sum(a == b for a, b in pairs) / n
    return None if chance == 1.0 else (seen - chance) / (1.0 - chance)


def read_second(
    directory: str | Path | None = None,
) -> tuple[SecondReading, list[Problem]]:
    """Read the second reading; rows that do not follow the codebook are left out and named."""
    folder = evidence_directory(directory)
    tables, problems = [], []
    for name, model in SECOND_READING.items():
        placed, faults = read_table(folder, name, model)
        tables.append(tuple(p.row for p in placed))
        problems += faults
    return SecondReading(*tables), problems
