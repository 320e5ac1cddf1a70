"""Coverage: who is documented when and in what form, and how much is assumed to be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..model.names import CHANNELS, LAST_HISTORY_YEAR, PATRONS, START_YEAR, STATES
from ..model.quantities import parameters
from .codebook import Detection, Event
from .packages import PATRON_OF, rung_of, standing_forces
from .record import load_record
from .setting import setting

REFUSAL: Final = "refusal"
FORMS: Final = (*CHANNELS, REFUSAL)
"""Forms of a package, and choices against: refusals, absences, endings."""


@dataclass(frozen=True)
class Coverage:
    """What is on record, and the chance to be on record that the model assumes.

    Attributes
    ----------
    years : ndarray of int64
    counts : ndarray of int64 [patron, form, state, year]
        Dated events with a named recipient; frames count for the patron behind them.
    elsewhere : dict
        Number of rows of ``events.csv`` that the counts leave out, by the reason.
    chance : ndarray of float64 [patron, channel, year]
        Assumed probability that an accepted package is documented: the parameter
        ``detection`` times the driver ``coverage``. Nothing is assumed of refusals.
    forces : tuple of (patron, state, first year, last year)
        Forces that stand: no packages, so in no count.
    """

    years: np.ndarray
    counts: np.ndarray
    elsewhere: dict[str, int]
    chance: np.ndarray
    forces: tuple[tuple[int, int, int, int], ...]

    def periods(self, patron: str) -> list[tuple[int, int]]:
        """First and last years of the spans over which a patron's chances do not change."""
        chances = self.chance[PATRONS.index(patron)].T
        spans = []
        for _, group in groupby(range(len(self.years)), key=lambda n: tuple(chances[n])):
            places = list(group)
            spans.append((int(self.years[places[0]]), int(self.years[places[-1]])))
        return spans

    def rows(self) -> list[dict[str, Any]]:
        """Tidy rows: patron, form, state, year, documented, assumed_detection (None: refusals)."""
        return [
            {
                "patron": patron,
                "form": form,
                "state": state,
                "year": int(year),
                "documented": int(self.counts[p, f, s, y]),
                "assumed_detection": (
                    float(self.chance[p, f, y]) if f < len(CHANNELS) else None
                ),
            }
            for p, patron in enumerate(PATRONS)
            for f, form in enumerate(FORMS)
            for s, state in enumerate(STATES)
            for y, year in enumerate(self.years)
        ]  # fmt: skip

    @property
    def source(self) -> str:
        """Line that says what is counted."""
        return f"{self.counts.sum()} packages and refusals by state, from calibration/evidence"

    @property
    def left_out(self) -> str:
        """Sentence about the rows that are not counted."""
        left = ", ".join(f"{n} {why}" for why, n in sorted(self.elsewhere.items()))
        return f"Rows that are not drawn: {left}."


def form_of(event: Event) -> str | None:
    """Form in which a dated event counts; None if it is neither a package nor a refusal."""
    if event.kind != "event" or event.patron not in PATRON_OF:
        return None
    if event.channel == REFUSAL or event.outcome == "refused":
        return REFUSAL
    rung = rung_of(event)
    return None if rung is None else CHANNELS[rung - 1]


def coverage(directory: str | Path | None = None) -> Coverage:
    """Count the record by patron, form, state and year, beside the assumed detection.

    Raises
    ------
    InputError
        If the evidence cannot be read.
    """
    years = np.arange(START_YEAR, LAST_HISTORY_YEAR + 1)
    counts = np.zeros((len(PATRONS), len(FORMS), len(STATES), len(years)), dtype=np.int64)
    elsewhere: Counter[str] = Counter()
    for event in load_record(directory).events:
        form = form_of(event)
        if event.kind != "event":
            elsewhere[f"of kind {event.kind}"] += 1
        elif event.patron not in PATRON_OF:
            elsewhere["of neither patron"] += 1
        elif form is None:
            elsewhere["meetings and statements"] += 1
        elif event.year_start is None or not START_YEAR <= event.year_start <= LAST_HISTORY_YEAR:
            elsewhere[f"outside {START_YEAR}-{LAST_HISTORY_YEAR}"] += 1
        elif not set(event.recipients) & set(STATES):
            elsewhere["no named recipient among the five"] += 1
        else:
            p, f = PATRONS.index(PATRON_OF[event.patron]), FORMS.index(form)
            for state in set(event.recipients) & set(STATES):
                counts[p, f, STATES.index(state), event.year_start - START_YEAR] += 1
    seen = setting(LAST_HISTORY_YEAR, directory)["coverage"]
    chance = parameters()["detection"].values()[:, :, None] * np.moveaxis(seen, 0, -1)
    forces = tuple(
        (PATRONS.index(f["patron"]), STATES.index(f["state"]), f["year"], f["last"])
        for f in standing_forces(directory)
    )
    return Coverage(years, counts, dict(elsewhere), chance, forces)


def in_words(found: Coverage, reasons: Iterable[Detection]) -> Iterator[str]:
    """Lines for a terminal: a digit for each year with events, then what is assumed and why."""
    ticks = "".join(str(y)[-2:] if y % 5 == 0 else "" if y % 5 == 1 else " " for y in found.years)
    label = f"{'patron':<8}{'form':<11}{'state':<7}"
    yield f"{label}{ticks}   ({found.years[0]}-{found.years[-1]}; . none on record)"
    for p, patron in enumerate(PATRONS):
        for f, form in enumerate(FORMS):
            for s, state in enumerate(STATES):
                row = "".join(str(n) if n else "." for n in found.counts[p, f, s])
                yield f"{patron:<8}{form:<11}{state:<7}{row}"
    yield f"\n{found.source}. {found.left_out}"
    for p, s, first, last in found.forces:
        yield f"A force of {PATRONS[p]} stands in {STATES[s]} from {first} to {last}."
    yield "\nAssumed chance that an accepted package is on record (detection x coverage):"
    for p, patron in enumerate(PATRONS):
        yield f"\n{patron:<12}" + "".join(f"{channel:>11}" for channel in CHANNELS)
        for first, last in found.periods(patron):
            chances = found.chance[p, :, first - START_YEAR]
            yield f"{first}-{last}   " + "".join(f"{value:>11.2f}" for value in chances)
    yield "\nWhy, and the range that the sources would allow where a year is fully covered:"
    for told in reasons:
        keys = ", ".join(told.sources)
        span = f"{told.low:g} to {told.high:g}"
        yield f"- {told.patron}, {told.channel} ({span}): {told.reason} [{keys}]"
    yield "Why a period is covered as it is stands in calibration/evidence/series/coverage.csv."
