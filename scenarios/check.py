"""What the fields of a scenario must mean together.

Each rule notes what breaks it in a :class:`~.problems.Problems`; none raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from ..model.errors import InputError
from ..model.names import START_YEAR
from ..model.quantities import addresses, parameters, quantities
from .levers import pull
from .outcomes import named
from .problems import Place, Problems
from .schema import MOVES, Lever, ParameterSource, Scenario

if TYPE_CHECKING:
    from .resolve import ResolvedLever

WHOLE_UNITS = ("rung", "0 or 1", "whole years")
"""Units of which only whole numbers make sense."""


def horizon(scenario: Scenario, problems: Problems) -> None:
    """Require that the run goes on after the year until which it is conditioned."""
    until = scenario.conditioned_until
    if until is not None and until >= scenario.horizon:
        problems.add(
            ("conditioned_until",),
            "nothing is left to run after it",
            found=until,
            allowed=f"a year before the horizon {scenario.horizon}",
        )


def views(scenario: Scenario, problems: Problems) -> None:
    """Views differ in their year, and what is meant for one names a year that there is."""
    own = scenario.conditioned_until
    years = [own, *(view.conditioned_until for view in scenario.views)]
    for number, view in enumerate(scenario.views):
        if own is None or view.conditioned_until in years[: number + 1]:
            problems.add(
                ("views", number, "conditioned_until"),
                "a view needs a year of its own, beside the conditioned_until of the file",
                found=view.conditioned_until,
            )
    asked = {("levers", n): lever.view for n, lever in enumerate(scenario.levers)}
    asked |= {("expects", n): expected.view for n, expected in enumerate(scenario.expects)}
    for place, year in asked.items():
        if year is not None and year not in years:
            problems.add(
                (*place, "view"),
                "there is no view from this year",
                found=year,
                allowed=", ".join(str(known) for known in years if known) or "none",
            )
    for number, expected in enumerate(scenario.expects):
        try:
            named(expected.outcome)
        except InputError as error:
            problems.adopt(("expects", number, "outcome"), error)


def parameter_source(source: ParameterSource, problems: Problems) -> None:
    """Point values have neither draws nor a file, and the priors have no file."""
    place: Place = ("parameters",)
    if source.source == "point" and source.draws is not None:
        problems.add(
            (*place, "draws"),
            "point values have no draws",
            found=source.draws,
            todo='leave draws out, or set source to "prior"',
        )
    if source.source != "posterior" and source.file is not None:
        problems.add(
            (*place, "file"),
            f"a file of draws does not go with source {source.source!r}",
            found=source.file,
            todo='leave it out, or set source to "posterior"',
        )


def one_move(lever: Lever, place: Place, problems: Problems) -> bool:
    """Tell whether a lever has exactly one move, and only the fields that belong to it."""
    before = len(problems.found)
    if len(lever.moves) != 1:
        problems.add(
            place,
            "a lever needs exactly one move",
            found=" and ".join(lever.moves) or "none",
            allowed=", ".join(MOVES),
        )
        return False
    move = lever.moves[0]
    for field, given in (("as", lever.path_as), ("between", lever.between)):
        if move == "path" and given is None:
            allowed = "value, factor" if field == "as" else "linear, step"
            problems.add((*place, field), "required with path", allowed=allowed)
        if move != "path" and given is not None:
            problems.add((*place, field), f"belongs to path, not to {move}", found=given)
    for field, year in (("from", lever.first), ("until", lever.until)):
        if move in ("path", "shock") and year is not None:
            problems.add(
                (*place, field),
                f"does not go with {move}, which has years of its own",
                found=year,
            )
    return len(problems.found) == before


def years_of_path(lever: Lever, place: Place, end: int, problems: Problems) -> dict[int, float]:
    """Numbers of a path by year; at least two years within the run."""
    points: dict[int, float] = {}
    for text, number in (lever.path or {}).items():
        if not (text.isascii() and text.isdigit() and len(text) == 4):
            problems.add((*place, "path"), "a key is no year", found=text, allowed="2026 = 0.5")
        elif not START_YEAR <= int(text) <= end:
            problems.add(
                (*place, "path"),
                "a year lies outside the run",
                found=int(text),
                allowed=f"{START_YEAR} to the horizon {end}",
            )
        else:
            points[int(text)] = number
    if len(lever.path or {}) < 2:
        problems.add(
            (*place, "path"),
            "a path needs at least two years",
            found=", ".join(lever.path or {}) or "none",
            todo="for one number write value or factor, with from",
        )
    return points


def years_of_span(lever: Lever, place: Place, end: int, problems: Problems) -> tuple[int, int]:
    """First and last year of a value or factor."""
    first = START_YEAR if lever.first is None else lever.first
    until = end if lever.until is None else lever.until
    if first > end:
        problems.add(
            (*place, "from"),
            "the lever has no effect within the horizon",
            found=first,
            allowed=f"{START_YEAR} to the horizon {end}",
        )
    elif until > end:
        problems.add(
            (*place, "until"),
            "lies after the horizon",
            found=until,
            allowed=f"{first} to the horizon {end}",
        )
    elif until < first:
        problems.add((*place, "until"), f"ends before it begins in {first}", found=until)
    return first, until


def numbers(lever: ResolvedLever, place: Place, problems: Problems) -> None:
    """Numbers that are set lie within bounds; a count of rungs stays whole."""
    if lever.acts != "set":
        return
    for entry in lever.entries:
        quantity = quantities()[addresses()[entry][0]]
        low, high = quantity.bounds
        for year, number in enumerate(lever.numbers, start=lever.first):
            if not low <= number <= high:
                problem, allowed = f"out of bounds for {entry} in {year}", f"{low:g} to {high:g}"
            elif quantity.unit in WHOLE_UNITS and number != round(number):
                problem = f"{entry} must be whole in {year}"
                allowed = f"{low:g} to {high:g} in whole steps (for a path: between = 'step')"
            else:
                continue
            problems.add((*place, lever.kind), problem, found=number, allowed=allowed)
            return


def first_year(lever: ResolvedLever, place: Place, problems: Problems) -> None:
    """Refuse to change a quantity of the first day in later years only."""
    if lever.first == START_YEAR:
        return
    name = addresses()[lever.entries[0]][0]
    if name.startswith("initial_"):
        problems.add(
            place,
            f"{name} is read on 1 January {START_YEAR} only, so the lever has no effect",
            found=lever.first,
            allowed=f"a lever that acts in {START_YEAR}",
        )


def followed(lever: ResolvedLever, until: int | None, place: Place, problems: Problems) -> None:
    """Refuse a lever that ends while the record is still followed.

    The packages of these years are those on record whatever it does; it could only change how
    they are weighed. One that goes on after the cut-off is let pass.
    """
    initial = lever.entries[0].startswith("initial_")
    if until is not None and lever.last <= until and not initial:
        problems.add(
            place,
            f"the lever ends in {lever.last}, but the runs follow the record until {until}: "
            "what happens in its years is given",
            found=f"{lever.first} to {lever.last}",
            todo=f"let it act from {until + 1} on, or leave conditioned_until out",
        )


def opposed(levers: Sequence[ResolvedLever], problems: Problems) -> None:
    """No two levers may push the same entry up and down in the same year."""
    pushes = [lever for lever in levers if lever.acts == "multiply"]
    for position, later in enumerate(pushes):
        for earlier in pushes[:position]:
            both = [entry for entry in later.entries if entry in earlier.entries]
            years = [
                year
                for year in range(max(later.first, earlier.first), later.last + 1)
                if (_number(later, year) - 1.0) * (_number(earlier, year) - 1.0) < 0.0
            ]
            if both and years:
                problems.add(
                    ("levers", later.number - 1),
                    f"contradicts levers[{problems.number(earlier.number)}]: "
                    f"one raises {both[0]}, one lowers it",
                    found=f"{_number(earlier, years[0]):g} and {_number(later, years[0]):g} "
                    f"in {years[0]}",
                    todo="write the one factor that is meant, or give them different years",
                )


def _number(lever: ResolvedLever, year: int) -> float:
    """Factor of a lever in a year; 1 where it does not act."""
    return lever.numbers[year - lever.first] if lever.first <= year <= lever.last else 1.0


def clashes(levers: Sequence[ResolvedLever], problems: Problems) -> None:
    """No lever may set what an earlier one has already moved in the same year."""
    for position, later in enumerate(levers):
        if later.acts != "set":
            continue
        for earlier in levers[:position]:
            both = [entry for entry in later.entries if entry in earlier.entries]
            begin, end = max(later.first, earlier.first), min(later.last, earlier.last)
            if both and begin <= end:
                problems.add(
                    ("levers", later.number - 1),
                    f"overrides levers[{problems.number(earlier.number)}], "
                    f"which already moves {both[0]}",
                    found=f"{begin} to {end}",
                    todo="give them different years, or put the one that sets first and multiply",
                )


FREE_YEARS_ONLY: Final = ("brigade_rate",)
"""Quantities of which the years that follow the record know nothing."""


def free_years(levers: Sequence[ResolvedLever], until: int | None, problems: Problems) -> None:
    """Refuse levers that would act only in free years, in years that follow the record."""
    for lever in levers:
        name = addresses()[lever.entries[0]][0]
        if until is not None and name in FREE_YEARS_ONLY and lever.first <= until:
            problems.add(
                ("levers", lever.number - 1),
                f"{name} does nothing in years that follow the record",
                found=lever.first,
                allowed=f"from {until + 1} on",
            )


def trial(levers: Sequence[ResolvedLever], end: int, problems: Problems) -> None:
    """Levers on parameters must keep the declared point values within bounds."""
    tried: dict[str, np.ndarray] = {}
    for lever in levers:
        name = addresses()[lever.entries[0]][0]
        if name not in parameters():
            continue
        if name not in tried:
            point = parameters()[name].values()
            tried[name] = np.broadcast_to(point, (end - START_YEAR + 1, *point.shape))
        try:
            tried = pull([lever], tried, end, problems.file)
        except InputError as error:
            problems.adopt(("levers", lever.number - 1, lever.kind), error)
            return
