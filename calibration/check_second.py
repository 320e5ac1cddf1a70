"""Checks of the second reading: every difference is settled, and every settlement is true."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..model.errors import near
from .codebook import Event, Pair, Reread, Settled
from .problems import Placed, Problem
from .second import COMPARED, ROW, differences, needs_partner, told

SETTLED = "second_reading/settled.csv"
PAIRS = "second_reading/pairs.csv"


def check_second(
    record: Sequence[Placed[Event]],
    second: Sequence[Placed[Reread]],
    pairs: Sequence[Placed[Pair]],
    settled: Sequence[Placed[Settled]],
) -> Iterator[Problem]:
    """Pairs name rows and take each once; each difference has one note that holds."""
    ours = {placed.row.id: placed for placed in record}
    theirs = {placed.row.id: placed for placed in second}
    sound = []
    met: dict[str, set[str]] = {"first": set(), "second": set()}
    for placed in pairs:
        faults = list(_pair(placed, ours, theirs, met))
        yield from faults
        if not faults:
            sound.append(placed)
    notes: dict[tuple[str | None, str | None, str], Placed[Settled]] = {}
    for note in settled:
        key = (note.row.first, note.row.second, note.row.field)
        if key in notes:
            yield note.problem("field", f"settled already in line {notes[key].line}", key[2])
        notes[key] = note
    for placed in sound:
        one, other = ours[placed.row.first].row, theirs[placed.row.second].row
        for field, first, value in differences(one, other):
            key = (one.id, other.id, field)
            if key not in notes:
                yield placed.problem(
                    "first", f"the readings differ in '{field}' and no note settles it",
                    f"{one.id}: {first or 'blank'} / {other.id}: {value or 'blank'}",
                    f"a line in {SETTLED}",
                )  # fmt: skip
    for key, note in notes.items():
        first_id, second_id, field = key
        if field == ROW:
            yield from _row_note(note, ours, theirs, met)
        elif field not in COMPARED:
            yield note.unknown("field", field, (*COMPARED, ROW))
        elif first_id not in ours or second_id not in theirs:
            yield note.problem("first", "no such pair of rows", f"{first_id} / {second_id}")
        else:
            yield from _field_note(note, ours[first_id].row, theirs[second_id].row)
    for name, rows in (("first", ours), ("second", theirs)):
        explained = {getattr(n.row, name) for n in settled if n.row.field == ROW}
        for key_, placed_ in rows.items():
            if needs_partner(placed_.row) and key_ not in met[name] | explained:
                yield placed_.problem(
                    "id", f"only the {name} reading has this row and no note says why", key_,
                    f"a line in {PAIRS}, or one with field 'row' in {SETTLED}",
                )  # fmt: skip


def _pair(
    placed: Placed[Pair],
    ours: dict[str, Placed[Event]],
    theirs: dict[str, Placed[Reread]],
    met: dict[str, set[str]],
) -> Iterator[Problem]:
    for field, rows in (("first", ours), ("second", theirs)):
        key = getattr(placed.row, field)
        if key not in rows:
            yield placed.problem(field, "no event has this id", key, "", near(key, rows))
        elif key in met[field]:
            yield placed.problem(field, "the row is in two pairs", key)
        met[field].add(key)


def _field_note(note: Placed[Settled], first: Event, second: Event) -> Iterator[Problem]:
    """Hold a note against the rows as they stand now."""
    row = note.row
    now, other = told(first, row.field), told(second, row.field)
    if other != (row.second_value or ""):
        yield note.problem(
            "second_value", "not what the second reading has", row.second_value or "blank",
            other or "blank",
        )  # fmt: skip
    if row.first_value == row.second_value and row.settled != "neither":
        yield note.problem("second_value", "the readings do not differ", row.second_value or "")
    expected = {"first": row.first_value, "second": row.second_value}
    if row.settled in expected:
        if now != (expected[row.settled] or ""):
            yield note.problem(
                "settled", "the record does not follow the note", now or "blank",
                expected[row.settled] or "blank",
            )  # fmt: skip
    elif now in (row.first_value or "", row.second_value or ""):
        yield note.problem("settled", "the record follows one of the two", now or "blank")


def _row_note(
    note: Placed[Settled],
    ours: dict[str, Placed[Event]],
    theirs: dict[str, Placed[Reread]],
    met: dict[str, set[str]],
) -> Iterator[Problem]:
    """Hold a note about a row that one reading lacks against the rows that are there."""
    row = note.row
    values = (row.first_value, row.second_value)
    if values not in (("present", "absent"), ("absent", "present")):
        yield note.problem(
            "first_value", "one reading has the row and the other has not",
            " / ".join(map(str, values)), "present / absent, or absent / present",
        )  # fmt: skip
        return
    if row.first_value == "absent" and row.second not in theirs:
        yield note.problem("second", "the second reading has no such row", row.second or "blank")
    kept = (row.settled == "first") == (row.first_value == "present")
    if kept and row.first not in ours:
        yield note.problem("first", "the record has no such row", row.first or "blank")
    if not kept and row.first in ours:
        yield note.problem("first", "the record still has the row", row.first or "blank")
    if kept and row.first_value == "present" and row.first in met["first"]:
        yield note.problem(
            "first", "the row is in a pair, so both readings have it", row.first or ""
        )
