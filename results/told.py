"""Sentences that carry what they rest on, and the check that they follow from it.

A :class:`Told` is a sentence of a report with its references: each number in it is a
:class:`Slot`, a cell of a table and the form in which it is written; each comparison in it is a
:class:`Check` of cells. They stand in the page as data, so that a reader's program, and
:func:`problems`, can derive every sentence again from the tables beneath it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from ..model.names import AREA_NAMES, PATRON_NAMES, STATE_NAMES

Tables = Mapping[str, pd.DataFrame]
Where = Mapping[str, Any]

NAMES: Final = {
    **{name: name.replace("_", " ") for name in ("neither", "both")},
    **STATE_NAMES,
    **PATRON_NAMES,
    **AREA_NAMES,
}
LABELS: Final = ("state", "patron", "area", "other")
"""Columns whose labels a sentence must name, or its heading."""
DIRECTIONS: Final = {
    "positive": re.compile(r"\b(raises?|rises?|more than|exceeds?|up by)\b", re.IGNORECASE),
    "negative": re.compile(r"\b(lowers?|falls?|fewer than|less than|down by)\b", re.IGNORECASE),
    "largest": re.compile(r"\b(fastest|largest|highest|likeliest|most)\b", re.IGNORECASE),
    "smallest": re.compile(r"\b(least|smallest|slowest|lowest|weighs most)\b", re.IGNORECASE),
}
"""Words that say in which direction: a sentence with one needs a check of that kind."""
OTHER: Final = {"largest": ("apart", "smallest"), "smallest": ("below",)}
"""Checks that say as much."""
COMPARING: Final = re.compile(
    r"\b(more|less|fewer|higher|lower|highest|lowest|larger|smaller|largest|smallest|fastest|"
    r"slowest|least|most|raises?|lowers?|rises?|falls?|exceeds?|first|last|leads?|adds?|takes?)\b",
    re.IGNORECASE,
)
"""Words that compare: a sentence with one of them outside its slots needs a check."""
PLAIN: Final = re.compile(
    r"or more|at most|at least|at the (first|last)|(?<=expected ).* to (grow fastest|"
    r"meet least resistance)",
    re.IGNORECASE,
)
"""Phrases in which these words compare nothing."""


class Slot(NamedTuple):
    """A piece of a sentence that a table holds.

    Attributes
    ----------
    table : str
    where : dict
        Column and value; the rows that have all of them.
    column, form : str
        What is read there, and how it is written: a name of :data:`FORMS`.
    text : str
        As it stands in the sentence.
    """

    table: str
    where: Where
    column: str
    form: str
    text: str


class Check(NamedTuple):
    """What has to hold of a table for a sentence to be true.

    Attributes
    ----------
    table : str
    where : dict
    column, that : str
        What is read there, and what has to hold of it: a name of :data:`CHECKS`.
    row : dict
        Which of these rows, where the check is of one among them.
    """

    table: str
    where: Where
    column: str
    that: str
    row: Where


class Told(str):
    """A sentence with its references; a string in every other respect."""

    slots: tuple[Slot, ...]
    checks: tuple[Check, ...]
    about: Where

    @property
    def reference(self) -> str:
        """The references as they stand in a page."""
        slots = [slot._asdict() for slot in self.slots]
        checks = [check._asdict() for check in self.checks]
        parts = {"about": self.about, "slots": slots, "checks": checks}
        return json.dumps(parts, sort_keys=True, ensure_ascii=False)


class Teller:
    """Makes sentences from tables; what is read for one is its reference.

    Parameters
    ----------
    tables : mapping of name to DataFrame
    """

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._slots: list[Slot] = []
        self._checks: list[Check] = []

    def cell(self, table: str, column: str, form: str, /, **where: Any) -> str:
        """Text of a cell, or of a count of cells, for the sentence that is being made."""
        text = FORMS[form](chosen(self.tables[table], where), column)
        self._slots.append(Slot(table, _plain(where), column, form, text))
        return text

    def holds(
        self, that: str, table: str, column: str, row: Where | None = None, **where: Any
    ) -> bool:
        """Say whether something holds; if it does, the sentence rests on it."""
        found = CHECKS[that](chosen(self.tables[table], where), column, row or {})
        if found:
            self._checks.append(Check(table, _plain(where), column, that, _plain(row or {})))
        return found

    def say(self, text: str, **about: Any) -> Told:
        """Give the sentence with all that was read since the one before.

        ``about`` are labels that stand in the heading above it.
        """
        told = Told(text[:1].upper() + text[1:])
        told.about = _plain(about)
        told.slots, told.checks = tuple(self._slots), tuple(self._checks)
        self._slots, self._checks = [], []
        return told


def chosen(frame: pd.DataFrame, where: Where) -> pd.DataFrame:
    """Rows of a table that have these values."""
    keep = np.ones(len(frame), dtype=bool)
    for column, value in where.items():
        keep &= (frame[column] == value).to_numpy()
    return frame[keep]


def _plain(where: Where) -> Where:
    return {k: v.item() if isinstance(v, np.generic) else v for k, v in where.items()}


# ---------------------------------------------------------------- forms


def number(value: float) -> str:
    """Three significant digits, with a minus sign and thousands marked."""
    if value == 0 or not np.isfinite(value):
        return "0" if value == 0 else "not known"
    digits = max(0, 2 - int(np.floor(np.log10(abs(value)))))
    return f"{value:,.{digits}f}".replace("-", "\N{MINUS SIGN}")


def per_cent(p: float) -> str:
    """Give a share in per cent; only all is 100% and only none is 0%."""
    if not np.isfinite(p):
        return "not known"
    rounded = round(100.0 * p)
    if 0.0 < p < 1.0 and rounded in (0, 100):
        return "less than 1%" if rounded == 0 else "more than 99%"
    return f"{rounded}%".replace("-", "\N{MINUS SIGN}")


def signed(value: float) -> str:
    """A number with its sign."""
    return f"{'+' if value > 0 else ''}{number(value)}"


def named(label: Any) -> str:
    """A label in words."""
    return NAMES.get(label, str(label).replace("_", " "))


def _one(rows: pd.DataFrame, column: str) -> Any:
    if len(rows) != 1:
        raise LookupError(f"{len(rows)} rows where one is read ({column})")
    return rows[column].iloc[0]


def _points(rows: pd.DataFrame, column: str) -> str:
    return f"{100.0 * float(_one(rows, column)):.1f}".replace("-", "\N{MINUS SIGN}")


FORMS: Final[dict[str, Callable[[pd.DataFrame, str], str]]] = {
    "number": lambda rows, column: number(float(_one(rows, column))),
    "signed": lambda rows, column: signed(float(_one(rows, column))),
    "size": lambda rows, column: number(abs(float(_one(rows, column)))),
    "per_cent": lambda rows, column: per_cent(float(_one(rows, column))),
    "points": _points,
    "plain": lambda rows, column: f"{_one(rows, column):g}",
    "whole": lambda rows, column: f"{int(_one(rows, column)):,}",
    "year": lambda rows, column: str(int(_one(rows, column))),
    "name": lambda rows, column: named(_one(rows, column)),
    "true": lambda rows, column: str(int(rows[column].sum())),
    "rows": lambda rows, column: str(len(rows)),
    "total": lambda rows, column: number(float(rows[column].sum())),
}
"""How a cell is written; ``true``, ``rows`` and ``total`` are of several."""


# ---------------------------------------------------------------- checks


def _largest(rows: pd.DataFrame, column: str, row: Where) -> bool:
    return bool(_one(chosen(rows, row), column) == rows[column].max())


def _smallest(rows: pd.DataFrame, column: str, row: Where) -> bool:
    return bool(_one(chosen(rows, row), column) == rows[column].min())


def _apart(rows: pd.DataFrame, column: str, row: Where) -> bool:
    low, high = column.split("|")
    mine = chosen(rows, row)
    others = rows[~rows.index.isin(mine.index)]
    return bool(len(others) and _one(mine, low) > others[high].max())


def _below(rows: pd.DataFrame, column: str, row: Where) -> bool:
    low, high = column.split("|")
    mine = chosen(rows, row)
    others = rows[~rows.index.isin(mine.index)]
    return bool(len(others) and _one(mine, high) < others[low].min())


def _level(rows: pd.DataFrame, one: str, other: str) -> bool:
    return len(rows) > 0 and bool((rows[one] == rows[other]).all())


CHECKS: Final[dict[str, Callable[[pd.DataFrame, str, Where], bool]]] = {
    "all": lambda rows, column, _: len(rows) > 0 and bool(rows[column].all()),
    "not_all": lambda rows, column, _: len(rows) > 0 and not rows[column].all(),
    "none": lambda rows, column, _: not rows[column].any(),
    "positive": lambda rows, column, _: len(rows) > 0 and bool((rows[column] > 0).all()),
    "negative": lambda rows, column, _: len(rows) > 0 and bool((rows[column] < 0).all()),
    "largest": _largest,
    "smallest": _smallest,
    "apart": _apart,
    "below": _below,
    "falling": lambda rows, column, _: bool((np.diff(rows[column].to_numpy()) <= 0).all()),
    "level": lambda rows, column, _: _level(rows, *column.split("|")),
    "missing": lambda rows, column, _: len(rows) > 0 and bool(rows[column].isna().all()),
}
"""What can be checked of a column in some rows: all true; not all; none; all above or below 0; one
row has the largest or smallest value; its interval lies above or below those of all others
(``column`` is ``lower|upper``); values never rise from row to row; two columns (``one|other``) are
equal; nothing is there."""


# ---------------------------------------------------------------- the check of a page


class Sentence(NamedTuple):
    """A sentence as a page holds it."""

    text: str
    reference: Mapping[str, Any]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Sentence] = []
        self._open: tuple[str, Mapping[str, Any]] | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs).get("data-told")
        if told is not None:
            self._open, self._text = (tag, json.loads(told)), ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if self._open is not None and tag == self._open[0]:
            self.found.append(Sentence(" ".join(self._text.split()), self._open[1]))
            self._open = None


def sentences(page: bytes) -> list[Sentence]:
    """Sentences of a page that carry references, in order."""
    reader = _Page()
    reader.feed(page.decode("utf-8"))
    return reader.found


def problems(page: bytes, tables: Tables) -> list[str]:
    """What of a page's sentences does not follow from the tables; nothing, if all does.

    Each slot is written again from its cell and looked for in the sentence, in order; each check
    is made again; what is left of the sentence may hold no digit, and no word that compares
    unless something was checked.
    """
    return [f"{fault}: {one.text}" for one in sentences(page) for fault in _faults(one, tables)]


def _faults(one: Sentence, tables: Tables) -> Iterator[str]:
    rest, place = "", 0
    for fields in one.reference["slots"]:
        slot = Slot(**fields)
        try:
            text = FORMS[slot.form](chosen(tables[slot.table], slot.where), slot.column)
        except (KeyError, LookupError, ValueError) as error:
            yield f"{slot.table}.{slot.column} {slot.where} cannot be read ({error})"
            continue
        text = " ".join(text.split())
        found = one.text.casefold().find(text.casefold(), place)
        if found < 0:
            yield f"the sentence does not say {text!r} ({slot.table}.{slot.column} {slot.where})"
            continue
        rest += one.text[place:found]
        place = found + len(text)
    rest += one.text[place:]
    if re.search(r"\d", rest):
        yield "a number has no reference"
    for fields in one.reference["checks"]:
        check = Check(**fields)
        try:
            holds = CHECKS[check.that](
                chosen(tables[check.table], check.where), check.column, check.row
            )
        except (KeyError, LookupError) as error:
            yield f"{check.table}.{check.column} {check.where} cannot be read ({error})"
            continue
        if not holds:
            yield (
                f"it does not hold that {check.table}.{check.column} {check.where} {check.row} "
                f"is {check.that}"
            )
    yield from _unsaid(one)
    rest = PLAIN.sub("", rest)
    if not one.reference["checks"] and COMPARING.search(rest):
        yield "a comparison has no check"
    made = {fields["that"] for fields in one.reference["checks"]}
    for kind, words in DIRECTIONS.items():
        if words.search(rest) and not made & {kind, *OTHER.get(kind, ())}:
            yield f"a word says a direction, and nothing checks that it is {kind}"


def _unsaid(one: Sentence) -> Iterator[str]:
    """Labels that the sentence reads and does not name."""
    said = one.text.casefold()
    for fields in (*one.reference["slots"], *one.reference["checks"]):
        for column in LABELS:
            for place in ("where", "row"):
                label = fields.get(place, {}).get(column)
                if (
                    label in NAMES
                    and label != one.reference["about"].get(column)
                    and NAMES[label].casefold() not in said
                ):
                    yield f"{column} {label} is read and not named"
