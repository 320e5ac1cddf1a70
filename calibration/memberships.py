"""Acts of membership: what each state answered when an organisation was founded or left."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ..model.names import PATRONS, START_YEAR, STATES
from .packages import ORGANISATIONS, PATRON_OF, areas_of
from .record import load_record
from .setting import setting


class Act(NamedTuple):
    """One state's answer to one act of an organisation.

    Attributes
    ----------
    event : str
        Id of the event in ``events.csv``.
    year : int
    state, patron : int
        Indices in ``STATES`` and ``PATRONS``.
    areas : tuple of str
        Areas that the act may belong to.
    member : bool
        Whether the state was a member as the year began.
    answer : bool
        Whether it joined or stayed; False if it left.
    """

    event: str
    year: int
    state: int
    patron: int
    areas: tuple[str, ...]
    member: bool
    answer: bool

    @property
    def kind(self) -> str:
        """What the state did: ``joins``, ``stays`` or ``leaves``."""
        return ("stays" if self.member else "joins") if self.answer else "leaves"


def acts(until: int, directory: str | Path | None = None) -> list[Act]:
    """Documented acts of membership up to a year, by year, event and state.

    A dated event of an organisation is one if it is an institution, or if it is refused and
    belongs to no joint exercise. A state that is not named is not read: no source tells whether
    it was asked.

    Raises
    ------
    InputError
        If the evidence cannot be read.
    """
    record = load_record(directory)
    membership = setting(until, directory)["membership"]
    of_exercises = {row.event for row in record.occasions}
    found = []
    for event in record.events:
        if event.kind != "event" or event.patron not in ORGANISATIONS or event.id in of_exercises:
            continue
        refused, year = event.outcome == "refused", event.year_start
        if not (refused or event.channel == "institution"):
            continue
        if year is None or not START_YEAR < year <= until:
            continue
        patron = PATRONS.index(PATRON_OF[event.patron])
        for state in event.recipients:
            if state in STATES:
                i = STATES.index(state)
                before = bool(membership[year - 1 - START_YEAR, i, patron] >= 0.5)
                found.append(Act(event.id, year, i, patron, areas_of(event), before, not refused))
    return sorted(found, key=lambda act: (act.year, act.event, act.state))
