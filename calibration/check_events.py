"""Checks of the events: what must agree within a row and between rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from ..model.errors import near
from ..model.names import STATES
from .codebook import Event
from .problems import Placed, Problem
from .record import parents
from .vocabulary import BODIES, EARLIEST_YEAR, LATEST_YEAR

PlacedEvent = Placed[Event]


def identity(placed: PlacedEvent) -> Iterator[Problem]:
    """Hold the id against the year and the recipient or body."""
    event = placed.row
    year, body = event.id.split("-")[:2]
    if not EARLIEST_YEAR <= int(year) <= LATEST_YEAR:
        yield placed.problem(
            "id", "the id's year is out of range", event.id, f"{EARLIEST_YEAR} to {LATEST_YEAR}"
        )
    elif event.kind in ("event", "component") and event.year_start not in (None, int(year)):
        yield placed.problem(
            "id", "the id's year is not the event's", event.id, f"{event.year_start}-..."
        )
    if body not in BODIES:
        yield placed.problem(
            "id", "no recipient or body in the id", body, ", ".join(BODIES), near(body, BODIES)
        )
    elif body.upper() in STATES and body.upper() not in event.recipients:
        yield placed.problem(
            "recipients",
            "the state in the id is not a recipient",
            ";".join(event.recipients),
            body.upper(),
        )


def years(placed: PlacedEvent) -> Iterator[Problem]:
    """Hold an event to a year that is over, and a span to its order.

    A year_end alone ("by 2010") is allowed for what is no single event.
    """
    event = placed.row
    start, end = event.year_start, event.year_end
    single = event.kind in ("event", "component")
    if start is None and single:
        yield placed.problem("year_start", "an event needs a year")
    if start is not None and end is not None and end < start:
        yield placed.problem("year_end", "the last year is before the first", end, f">= {start}")
    if event.kind == "event" and end is not None and end > LATEST_YEAR:
        yield placed.problem(
            "year_end", "an event cannot end in the future", end, f"<= {LATEST_YEAR}"
        )


def amounts(placed: PlacedEvent) -> Iterator[Problem]:
    """``low <= amount <= high``, both ends or neither, and a basis exactly where money stands."""
    event = placed.row
    low, point, high = event.amount_low, event.amount_usd, event.amount_high
    money = any(amount is not None for amount in (low, point, high))
    if money and event.amount_basis is None:
        yield placed.problem("amount_basis", "an amount without its basis")
    if not money and event.amount_basis is not None:
        yield placed.problem("amount_basis", "a basis without an amount", event.amount_basis)
    if (low is None) != (high is None):
        missing = "amount_low" if low is None else "amount_high"
        yield placed.problem(missing, "a span of amounts has one end only")
    elif low is not None and high is not None and low > high:
        yield placed.problem(
            "amount_low", "the low amount is above the high one", low, f"<= {high}"
        )
    elif low is not None and high is not None and point is not None and not low <= point <= high:
        yield placed.problem(
            "amount_usd", "the amount lies outside its span", point, f"{low} to {high}"
        )


def troops(placed: PlacedEvent) -> Iterator[Problem]:
    """Troops of recipient and patron are no more than the total."""
    event = placed.row
    parts = (event.troops_recipient or 0) + (event.troops_patron or 0)
    if event.troops_total is not None and parts > event.troops_total:
        yield placed.problem(
            "troops_total",
            "the troops of both sides are more than the total",
            event.troops_total,
            f">= {parts}",
        )


def recipients(placed: PlacedEvent) -> Iterator[Problem]:
    """No recipient is named twice."""
    named = placed.row.recipients
    if len(set(named)) != len(named):
        yield placed.problem("recipients", "a recipient is named twice", ";".join(named))


def deal(placed: PlacedEvent, kinds: Mapping[str, str], ids: Collection[str]) -> Iterator[Problem]:
    """Find the event of which a component's note says that it is part (``part of <id>``)."""
    event = placed.row
    if event.kind != "component":
        return
    named = parents(event)
    if not named:
        yield placed.problem("note", "a component says of which event: 'part of <id>'", event.note)
    for parent in named:
        if parent not in ids:
            yield placed.unknown(
                "note", parent, kinds, "the id of an event", "no event has this id"
            )
        elif kinds.get(parent, "event") != "event":
            yield placed.problem(
                "note", "the component's whole is itself no event", parent, "the id of an event"
            )


WITHIN_A_ROW: tuple[Callable[[PlacedEvent], Iterator[Problem]], ...] = (
    identity,
    years,
    amounts,
    troops,
    recipients,
)


def check_events(events: list[PlacedEvent], ids: Collection[str]) -> Iterator[Problem]:
    """All problems of the events beyond the form of a field.

    ``ids`` are those of all rows, also of rows that cannot be read.
    """
    kinds = {placed.row.id: placed.row.kind for placed in events}
    for placed in events:
        for rule in WITHIN_A_ROW:
            yield from rule(placed)
        yield from deal(placed, kinds, ids)
