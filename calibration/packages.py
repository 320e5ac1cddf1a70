"""Documented packages: what a conditioned run follows up to its cut-off year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import numpy as np

from ..model.errors import InputError
from ..model.names import AREAS, PATRONS, RUNGS, START_YEAR, STATES
from ..model.world import History
from .codebook import Event
from .record import Record, load_record

RUNG_OF_CHANNEL: Final = {
    "agreement": 1,
    "equipment": 2,
    "loan": 2,
    "arms": 2,
    "training": 2,
    "infrastructure": 2,
    "intelligence": 2,
    "exercise_bilateral": 3,
    "exercise_multilateral": 3,
    "operation": 3,
    "institution": 4,
    "basing": 5,
}
"""Rung of a package by its channel. Meetings, statements and refusals are no packages."""
EXERCISE_RUNG: Final = RUNG_OF_CHANNEL["exercise_multilateral"]
GIVEN: Final = -1
"""Occasion of an act of membership."""
ACT: Final = "institution"
"""Channel of an act of membership, in the frame of an organisation."""
RUNG_OF_MEMBERSHIP: Final = 1
"""An institution in the frame of SCO or CSTO is a membership: a declaration, no mixed unit."""
ORGANISATIONS: Final = ("sco", "csto")
"""Frames that are organisations with members. Behind each stands a patron."""
PATRON_OF: Final = {"china": "china", "russia": "russia", "sco": "china", "csto": "russia"}
"""Who stands behind a frame. Events of others or of nobody are no packages."""
AREAS_OF: Final = {area: (area,) for area in AREAS} | {
    "border": ("counter_narcotics", "counter_terrorism")
}
"""Areas that an event may belong to; the model draws one where there are several."""
NOT_STATED: Final = "area not stated"
"""Words in an event's note that leave its area open (the codebook's convention)."""
OPEN_AREAS: Final = ("defence", "counter_narcotics", "counter_terrorism")
"""Areas that an event without a stated area may belong to: exercises and aid as such."""
DELIVERED: Final = ("delivered", "held")


@dataclass(frozen=True)
class Packages:
    """Documented packages, sorted by year, then id, then state; all arrays ``[package]``.

    Attributes
    ----------
    year : ndarray of int64
    state, patron : ndarray of int64
        Indices in ``STATES`` and ``PATRONS``.
    area_mask : ndarray of int64
        Bit ``n`` stands for ``AREAS[n]``.
    rung : ndarray of int64
        1 to 5; 0 for an absence or a departure, below it for a standing statement (see
        ``occasion``, ``last``).
    amount : ndarray of float64
        USD million of the day, NaN where unknown. An amount for several recipients is
        divided equally: an assumption, since no source gives the shares.
    multilateral : ndarray of int64
        1 in the frame of SCO or CSTO, or a multilateral exercise.
    delivered : ndarray of int64
        1 if the sources say that it was delivered or held.
    last : ndarray of int64
        Last year of a standing force or statement, which is no package; 0 for a package. A
        statement that a state has nothing at rung k or above from a patron has rung -k.
    occasion : ndarray of int64
        Joint exercise that the package is a part in, a number above 0; 0 for a package of
        its own; :data:`GIVEN` for an act of membership: what the state answered is observed,
        the membership that follows is given to every run. A state that is on record as having
        stayed away from a joint exercise, or having left an organisation, has a row with rung 0.
    ids : list of str
        Ids of the events; an event with several recipients stands several times.
    """

    year: np.ndarray
    state: np.ndarray
    patron: np.ndarray
    area_mask: np.ndarray
    rung: np.ndarray
    amount: np.ndarray
    multilateral: np.ndarray
    delivered: np.ndarray
    last: np.ndarray
    occasion: np.ndarray
    ids: list[str]

    def __len__(self) -> int:
        return len(self.ids)


def rung_of(event: Event) -> int | None:
    """Rung of the event's package; None if it is no package."""
    if event.kind != "event" or event.outcome == "refused" or event.patron not in PATRON_OF:
        return None
    if event.channel == ACT and event.patron in ORGANISATIONS:
        return RUNG_OF_MEMBERSHIP
    return RUNG_OF_CHANNEL.get(event.channel)


def documented_counts(directory: str | Path | None = None) -> list[dict[str, Any]]:
    """Every documented package as a row, for timelines and tables.

    Returns
    -------
    list of dict
        ``id, year, state, patron, area, areas, channel, rung, amount_usd, multilateral,
        delivered, sources, text``, sorted by year, id and state. ``area`` is the
        codebook's word (``border`` may be either of two areas); ``amount_usd`` is
        the state's share in USD, None where unknown.

    Raises
    ------
    InputError
        If the evidence cannot be read.
    """
    rows: list[dict[str, Any]] = []
    for event in load_record(directory).events:
        rung = rung_of(event)
        if rung is None or event.year_start is None or event.year_start < START_YEAR:
            continue
        amount = event.amount_usd
        framed = event.patron in ORGANISATIONS or event.channel == "exercise_multilateral"
        rows += [
            {
                "id": event.id,
                "year": event.year_start,
                "state": state,
                "patron": PATRON_OF[event.patron],
                "area": event.area,
                "areas": areas_of(event),
                "channel": event.channel,
                "rung": rung,
                "amount_usd": None if amount is None else amount / len(event.recipients),
                "multilateral": framed,
                "delivered": event.outcome in DELIVERED,
                "sources": event.sources,
                "text": told(event),
            }
            for state in event.recipients
            if state in STATES
        ]
    return sorted(rows, key=lambda row: (row["year"], row["id"], STATES.index(row["state"])))


def imposed(until: int, directory: str | Path | None = None) -> Packages:
    """Documented packages up to and including the year ``until``, and standing forces.

    Only dated events (``kind`` = ``event``) with named recipients among the five count:
    a component belongs to its event's package, a series is a sum, and what is standing
    or context is no package. Forces that stand are added with their last year, and known
    absences from joint exercises with rung 0, as are states that left an organisation.

    Parameters
    ----------
    until : int
        Cut-off year; before 1992 there is nothing.
    directory : path, optional
        Directory of the evidence; the one that is shipped by default.

    Raises
    ------
    InputError
        If the evidence cannot be read.
    """
    if isinstance(until, bool) or not isinstance(until, int | np.integer):
        raise InputError("the cut-off is not a year", field="until", found=until)
    record = load_record(directory)
    rows = [{**row, "last": 0} for row in documented_counts(directory)]
    rows += standing_forces(directory) + refusals(record) + statements(record)
    same = {row.event: row.occasion for row in record.occasions}
    rows = [row for row in rows if row["year"] <= until]
    rows.sort(key=lambda row: (row["year"], row["id"], STATES.index(row["state"])))

    def column(values: list[Any]) -> np.ndarray:
        return np.array(values, dtype=np.int64)

    return Packages(
        year=column([row["year"] for row in rows]),
        state=column([STATES.index(row["state"]) for row in rows]),
        patron=column([PATRONS.index(row["patron"]) for row in rows]),
        area_mask=column([area_mask(row["areas"]) for row in rows]),
        rung=column([row["rung"] for row in rows]),
        amount=np.array(
            [np.nan if (usd := row["amount_usd"]) is None else usd / 1e6 for row in rows],
            dtype=np.float64,
        ),
        multilateral=column([row["multilateral"] for row in rows]),
        delivered=column([row["delivered"] for row in rows]),
        last=column([row["last"] for row in rows]),
        occasion=column([occasion_of(row, same) for row in rows]),
        ids=[row["id"] for row in rows],
    )


def as_history(packages: Packages) -> History:
    """Documented packages in the engine's form.

    A package's luck is addressed by its id, state and patron, so that a new row of
    evidence changes no other row's luck.
    """
    names = [
        f"{name}|{STATES[i]}|{PATRONS[p]}"
        for name, i, p in zip(packages.ids, packages.state, packages.patron, strict=True)
    ]
    return History(
        packages.year,
        packages.last,
        packages.state,
        packages.patron,
        packages.area_mask,
        packages.rung,
        packages.amount,
        packages.delivered,
        np.array([crc32(name.encode()) for name in names], np.int64),
        packages.occasion,
    )


def occasion_of(row: Mapping[str, Any], same: Mapping[str, str]) -> int:
    """Number of the joint exercise that a row belongs to (:attr:`Packages.occasion`)."""
    if row["last"] > 0 or not row["multilateral"]:
        return 0
    if row["channel"] == ACT:
        return GIVEN
    if row["rung"] not in (0, EXERCISE_RUNG):
        return 0
    return crc32(same.get(row["id"], row["id"]).encode()) + 1


def refuses(event: Event) -> bool:
    """Whether a row is a dated refusal to an organisation, which the likelihood reads."""
    dated = event.kind == "event" and (event.year_start or 0) >= START_YEAR
    return dated and event.outcome == "refused" and event.patron in ORGANISATIONS


def absences(record: Record) -> list[dict[str, Any]]:
    """States that are on record as absent from a documented joint exercise, with rung 0."""
    return [row for row in refusals(record) if row["channel"] != ACT]


def departures(record: Record) -> list[dict[str, Any]]:
    """States that left an organisation, with rung 0."""
    return [row for row in refusals(record) if row["channel"] == ACT]


def refusals(record: Record) -> list[dict[str, Any]]:
    """What states refused an organisation: a joint exercise, or to go on in it."""
    events = {event.id: event for event in record.events}
    exercise_of = {row.event: events[row.occasion] for row in record.occasions}
    return [
        {
            "id": event.id,
            "year": event.year_start,
            "last": 0,
            "state": state,
            "patron": PATRON_OF[event.patron],
            "areas": areas_of(exercise_of.get(event.id, event)),
            "channel": event.channel if event.id in exercise_of else ACT,
            "rung": 0,
            "amount_usd": None,
            "multilateral": True,
            "delivered": False,
            "sources": event.sources,
            "text": told(event),
        }
        for event in record.events
        if refuses(event)
        for state in event.recipients
        if state in STATES
    ]


def statements(record: Record) -> list[dict[str, Any]]:
    """Standing statements that nothing stood at a rung or above, as rows with rung below 0."""
    events = {event.id: event for event in record.events}
    return [
        {
            "id": row.id,
            "year": max(row.year_start, START_YEAR),
            "last": row.year_end,
            "state": state,
            "patron": patron,
            "areas": row.areas,
            "channel": event.channel,
            "rung": -row.rung,
            "amount_usd": None,
            "multilateral": False,
            "delivered": False,
        }
        for row in record.statements
        if (event := events.get(row.event)) is not None
        for patron in (PATRONS if event.patron == "none" else (PATRON_OF[event.patron],))
        for state in event.recipients
        if state in STATES
    ]


def standing_forces(directory: str | Path | None = None) -> list[dict[str, Any]]:
    """Forces that the record says stand, as rows like those of :func:`documented_counts`.

    Rows of kind ``standing``, channel ``basing`` and outcome ``standing`` that have a
    last year; a blank first year means from 1992 on.
    """
    return standing_forces_among(load_record(directory).events)


def standing_forces_among(events: Iterable[Event]) -> list[dict[str, Any]]:
    """As :func:`standing_forces`, of the rows given."""
    return [
        {
            "id": event.id,
            "year": max(event.year_start or START_YEAR, START_YEAR),
            "last": event.year_end,
            "state": state,
            "patron": PATRON_OF[event.patron],
            "areas": areas_of(event),
            "channel": event.channel,
            "rung": RUNG_OF_CHANNEL["basing"],
            "amount_usd": None,
            "multilateral": False,
            "delivered": False,
        }
        for event in events
        if event.kind == "standing" and event.channel == "basing" and event.outcome == "standing"
        if event.patron in PATRON_OF and (event.year_end or 0) >= START_YEAR
        for state in event.recipients
        if state in STATES
    ]


def conditioning(event: Event) -> str:
    """What a run that is conditioned on the record makes of a row, in words."""
    rung = rung_of(event)
    states = [state for state in event.recipients if state in STATES]
    if event.id in {force["id"] for force in standing_forces_among((event,))}:
        return f"a standing force of {PATRON_OF[event.patron]} in {', '.join(states)}"
    if refuses(event):
        return f"no package; that {', '.join(states)} refused is read as a choice"
    if rung is None:
        return "nothing: no dated package of either patron"
    if not states:
        return "nothing: the source names none of the five"
    if event.year_start is None or event.year_start < START_YEAR:
        return f"nothing: before {START_YEAR}"
    areas = " or ".join(areas_of(event))
    return (
        f"a package of {PATRON_OF[event.patron]} for {', '.join(states)}: "
        f"rung {rung} ({RUNGS[rung].replace('_', ' ')}), area {areas}"
    )


def told(event: Event) -> str:
    """What happened, in the words of the codebook: form, sum, size, date and outcome."""
    parts = [event.channel.replace("_", ", ")]
    if event.amount_usd is not None:
        parts.append(f"USD {event.amount_usd / 1e6:g} million")
    if event.troops_total is not None:
        parts.append(f"{event.troops_total:,} troops of all sides")
    if event.persons_trained is not None:
        parts.append(f"{event.persons_trained} persons")
    when = f" ({event.date_text})" if event.date_text else ""
    return f"{'; '.join(parts)}{when}; {event.outcome}"


def areas_of(event: Event) -> tuple[str, ...]:
    """Areas of the model that an event may belong to; several where the record leaves it open."""
    if event.area == "defence" and NOT_STATED in (event.note or ""):
        return OPEN_AREAS
    return AREAS_OF[event.area]


def area_mask(areas: tuple[str, ...]) -> int:
    """Bits over ``AREAS``.

    >>> area_mask(("counter_narcotics",)), area_mask(AREAS_OF["border"])
    (2, 10)
    """
    return sum(1 << AREAS.index(name) for name in areas)


def areas_in(mask: int) -> tuple[int, ...]:
    """Indices in ``AREAS`` of the bits that are set.

    >>> areas_in(10)
    (1, 3)
    """
    return tuple(a for a in range(len(AREAS)) if (int(mask) >> a) & 1)
