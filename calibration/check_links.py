"""Checks of what points elsewhere: into the model, to other rows, to a parameter."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import product
from typing import Final

from ..model.errors import InputError, near
from ..model.names import CHANNELS, PATRONS, STATES
from ..model.quantities import parameters, resolve
from .codebook import (
    Conflict,
    Detection,
    Event,
    Mechanism,
    Occasion,
    ParameterBasis,
    Statement,
    Sum,
    Trait,
)
from .packages import PATRON_OF, refuses
from .problems import Placed, Problem

SUMMED: Final = (
    "exercise_bilateral", "exercise_multilateral", "operation", "equipment", "loan",
    "infrastructure", "refusal",
)  # fmt: skip
"""Channels of the series that could be read as sums of packages."""


def check_mechanisms(rows: Sequence[Placed[Mechanism]]) -> Iterator[Problem]:
    """Each mechanism lives at addresses of the model, or says why it does not."""
    for placed in rows:
        row = placed.row
        if not row.in_model and row.why_not is None:
            yield placed.problem(
                "why_not", "the mechanism neither lives in the model nor says why not", row.id
            )
        for address in row.in_model:
            try:
                resolve(address)
            except InputError as error:
                yield placed.problem(
                    "in_model", error.problem, address, error.allowed or "", error.nearest
                )


def check_conflicts(
    rows: Sequence[Placed[Conflict]],
    events: Sequence[Placed[Event]],
    known: Collection[str],
) -> Iterator[Problem]:
    """Conflicts name rows, and every row that is marked as conflicting is in one."""
    named = set()
    for placed in rows:
        for entry in placed.row.entries:
            named.add(entry)
            if entry not in known:
                yield placed.problem("entries", "no row has this id", entry, "", near(entry, known))
    for event in events:
        if event.row.certainty == "conflicting" and event.row.id not in named:
            yield event.problem(
                "certainty", "no conflict names the row", event.row.id, "a line in conflicts.csv"
            )


def check_occasions(
    rows: Sequence[Placed[Occasion]], events: Sequence[Placed[Event]]
) -> Iterator[Problem]:
    """Event and occasion are dated events of one year, and an occasion has none of its own."""
    years = {e.row.id: e.row.year_start for e in events if e.row.kind == "event"}
    belonging = {placed.row.event for placed in rows}
    for placed in rows:
        row = placed.row
        for field, name in (("event", row.event), ("occasion", row.occasion)):
            if name not in years:
                what = "no dated event has this id"
                yield placed.problem(field, what, name, "", near(name, years))
        if row.event in years and years.get(row.occasion, years[row.event]) != years[row.event]:
            yield placed.problem("occasion", "the two are of different years", row.occasion)
        if row.occasion in belonging:
            yield placed.problem("occasion", "it belongs to another occasion itself", row.occasion)


def check_departures(
    occasions: Sequence[Placed[Occasion]],
    events: Sequence[Placed[Event]],
    traits: Sequence[Placed[Trait]],
) -> Iterator[Problem]:
    """A refusal to an organisation that is of no joint exercise is of a member, who leaves."""

    def member(address: str, year: int) -> bool:
        return any(
            one.row.quantity == address
            and (one.row.year_start or year) <= year <= (one.row.year_end or year)
            for one in traits
        )

    of_exercises = {placed.row.event for placed in occasions}
    for placed in events:
        row = placed.row
        if not refuses(row) or row.id in of_exercises or row.year_start is None:
            continue
        for state in row.recipients:
            address = f"membership.{state}.{PATRON_OF[row.patron]}"
            before, after = (member(address, row.year_start + n) for n in (-1, 1))
            if state in STATES and (after or not before):
                yield placed.problem(
                    "outcome", f"{state} neither leaves the organisation nor refuses an exercise",
                    row.id, "a line in occasions.csv, or a membership that ends in traits.csv",
                )  # fmt: skip


def check_sums(rows: Sequence[Placed[Sum]], events: Sequence[Placed[Event]]) -> Iterator[Problem]:
    """Each row reads a series, and every series that could be read is, or is said not to be."""
    series = {e.row.id: e for e in events if e.row.kind == "series"}
    for placed in rows:
        if placed.row.event not in series:
            what = "no series has this id"
            yield placed.problem(
                "event", what, placed.row.event, "", near(placed.row.event, series)
            )
    told = {placed.row.event for placed in rows}
    for name, event in series.items():
        row = event.row
        tells = row.amount_high is not None or "count:" in (row.note or "")
        if row.patron in PATRON_OF and row.channel in SUMMED and tells and name not in told:
            yield event.problem(
                "id", "no line says how the sum is read", name, "a line in sums.csv"
            )


def check_statements(
    rows: Sequence[Placed[Statement]], events: Sequence[Placed[Event]]
) -> Iterator[Problem]:
    """Each row reads a standing refusal of one of the patrons, or of both."""
    known = {e.row.id: e.row for e in events if e.row.kind == "standing"}
    for placed in rows:
        event = known.get(placed.row.event)
        if event is None or event.channel != "refusal":
            what = "no standing refusal has this id"
            nearest = near(placed.row.event, known)
            yield placed.problem("event", what, placed.row.event, "", nearest)


def check_parameters(rows: Sequence[Placed[ParameterBasis]], complete: bool) -> Iterator[Problem]:
    """Each row names parameters, and every parameter has a row for its family."""
    for placed in rows:
        row = placed.row
        try:
            named = {name for _, name, _ in resolve(row.id)}
        except InputError as error:
            yield placed.problem("id", error.problem, row.id, error.allowed or "", error.nearest)
            continue
        if not named <= parameters().keys():
            yield placed.problem("id", "not the address of a parameter", row.id)
        if (row.basis == "assumed") != (row.sources == ("assumed",)):
            yield placed.problem(
                "sources", "what is assumed has no source, and what has one is not assumed",
                ";".join(row.sources), "'assumed' or keys, as the basis says",
            )  # fmt: skip
    told = {placed.row.id for placed in rows}
    for name in parameters():
        if complete and name not in told:
            yield Problem("parameters.csv", 0, "id", f"nothing is told of {name}")


def check_detection(rows: Sequence[Placed[Detection]], complete: bool) -> Iterator[Problem]:
    """One reason for each patron and form, with a range around the parameter's value."""
    values = parameters()["detection"].values()
    told = set()
    for placed in rows:
        row = placed.row
        cell = (row.patron, row.channel)
        if cell in told:
            yield placed.problem("channel", "told already in another line", ".".join(cell))
        told.add(cell)
        value = float(values[PATRONS.index(row.patron), CHANNELS.index(row.channel)])
        if not row.low <= value <= row.high:
            yield placed.problem(
                "low", "the parameter 'detection' lies outside the range", f"{value:g}",
                f"{row.low:g} to {row.high:g}",
            )  # fmt: skip
    for missing in product(PATRONS, CHANNELS):
        if complete and missing not in told:
            what = ".".join(missing)
            yield Problem("detection.csv", 0, "channel", f"nothing is told of {what}")
