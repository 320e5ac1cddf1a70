"""A move: the state that stands in a page's address, as two scenarios to be paired."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final

from ..model.errors import InputError, near
from ..model.names import START_YEAR
from ..scenarios.load import library
from ..scenarios.load import load as read_scenario
from ..scenarios.problems import Problems
from ..scenarios.resolve import Resolved, resolve
from ..scenarios.schema import Lever, Scenario

DEFAULT_START: Final = "baseline-2022"
SEED_MAX: Final = 2**53 - 1
"""Largest seed that a browser's numbers hold exactly."""
LEVERS_MOST: Final = 24
KINDS: Final = ("value", "factor")
WHY: Final = "Set in the lab."

_SPAN: Final = re.compile(r"(\d{4})(?:-(\d{4}))?")
_LEVER: Final = re.compile(r"levers\[(\d+)\]")
_WHOLE: Final = re.compile(r"\d{1,16}")
Pairs = Sequence[tuple[str, str]]


@cache
def load(name: str) -> Scenario:
    """Scenario of the library, read once."""
    return read_scenario(name)


@dataclass(frozen=True)
class Move:
    """What a page asks for.

    Attributes
    ----------
    start : str
        Scenario of the library that both sides begin from.
    story : str or None
        Scenario of the library whose levers the what-if takes too.
    levers : tuple of Lever
        What was moved on the page, in order.
    seed : int
    n : int
        Number of futures.
    """

    start: str
    story: str | None
    levers: tuple[Lever, ...]
    seed: int
    n: int

    @cached_property
    def scenario(self) -> Scenario:
        """The what-if as a scenario.

        Raises
        ------
        InputError
            If the story does not begin where the start does.
        """
        base = load(self.start)
        told: tuple[Lever, ...] = ()
        if self.story is not None and self.story != self.start:
            story = load(self.story)
            if story.compare_with != self.start:
                raise InputError(
                    "the story differs from another start only",
                    field="story",
                    found=self.story,
                    allowed=f"a scenario that is compared with {self.start}",
                    nearest=[f"start={story.compare_with}"] if story.compare_with else (),
                )
            told = story.levers
        return base.model_copy(
            update={
                "name": "lab-what-if",
                "title": "What-if from the lab",
                "levers": (*base.levers, *told, *self.levers),
                "compare_with": None if base.levers else self.start,
            }
        )

    @property
    def given(self) -> int:
        """Levers of the what-if that are the start's or the story's."""
        return len(self.scenario.levers) - len(self.levers)

    @cached_property
    def base(self) -> Resolved:
        """Side without the page's levers."""
        return resolve(load(self.start))

    @cached_property
    def what(self) -> Resolved:
        """Side with them.

        Raises
        ------
        InputError
            If a lever is wrong, or acts in years that follow the record.
        """
        try:
            resolved = resolve(self.scenario, Problems("the address"))
        except InputError as error:
            raise placed(error, self.given) from error
        free = first_free(resolved)
        for lever in resolved.levers[len(self.base.levers) :]:
            if lever.first < free:
                raise InputError(
                    "the lever acts in years that follow the record",
                    field=f"l[{lever.number - self.given}]"
                    if lever.number > self.given
                    else "story",
                    found=lever.first,
                    allowed=f"{free} to {resolved.horizon}",
                    todo="start it later; 'steppe run' can move the past too, but not at once",
                )
        return resolved

    @property
    def first(self) -> int | None:
        """First year in which the two sides can differ; None if they are the same."""
        moved = self.what.levers[len(self.base.levers) :]
        return min((lever.first for lever in moved), default=None)

    def key(self, *more: object) -> str:
        """What determines an answer, as text."""
        levers = [lever.model_dump_json(by_alias=True) for lever in self.levers]
        return repr((self.start, self.story, levers, self.seed, self.n, *more))


def placed(error: InputError, given: int) -> InputError:
    """Name levers by their place in the address; the first ``given`` are not from there."""

    def name(match: re.Match[str]) -> str:
        number = int(match[1]) - given
        return f"l[{number}]" if number > 0 else "a lever of the start or story"

    return InputError(
        _LEVER.sub(name, error.problem),
        field=None if error.field is None else _LEVER.sub(name, error.field).split(".")[0],
        found=error.found,
        allowed=error.allowed,
        nearest=error.nearest,
    )


def first_free(resolved: Resolved) -> int:
    """First year that does not follow the record."""
    until = resolved.conditioned_until
    return START_YEAR if until is None else until + 1


def move_of(pairs: Pairs, n_allowed: Sequence[int]) -> Move:
    """Read a move from the pairs of a query string; other names in it are left to others.

    Raises
    ------
    InputError
        With the first thing that is wrong.
    """
    starts = library()
    start = one_of(pairs, "start", starts, DEFAULT_START)
    story = one_of(pairs, "story", starts, None)
    given = [text for name, text in pairs if name == "l"]
    if len(given) > LEVERS_MOST:
        raise InputError(
            "too many levers", field="l", found=len(given), allowed=f"{LEVERS_MOST} at most"
        )
    return Move(
        start or DEFAULT_START,
        story,
        tuple(lever_of(text, f"l[{n}]") for n, text in enumerate(given, 1)),
        whole(pairs, "seed", 0, SEED_MAX, 1),
        int(one_of(pairs, "n", [str(n) for n in n_allowed], str(max(n_allowed))) or 0),
    )


def lever_of(text: str, field: str) -> Lever:
    """Read ``address:kind:number:from[-until]``.

    >>> lever_of("budget.russia:factor:0.5:2026-2030", "l[1]").factor
    0.5
    """
    parts = text.split(":")
    if len(parts) != 4:
        raise InputError(
            "a lever has four parts",
            field=field,
            found=text[:80],
            allowed="address:kind:number:from or address:kind:number:from-until",
        )
    address, kind, number, span = parts
    if kind not in KINDS:
        raise InputError(
            "a lever sets a value or multiplies by a factor",
            field=field,
            found=kind[:40],
            allowed=", ".join(KINDS),
            nearest=near(kind[:40], KINDS),
        )
    years = _SPAN.fullmatch(span)
    if years is None:
        raise InputError(
            "not a span of years",
            field=field,
            found=span[:40],
            allowed="2026 or 2026-2030",
        )
    fields: dict[str, Any] = {
        "quantity": address[:120],
        kind: finite(number, field),
        "from": int(years[1]),
        "why": WHY,
        "source": "assumed",
    }
    if years[2]:
        fields["until"] = int(years[2])
    from pydantic import ValidationError

    try:
        return Lever.model_validate(fields)
    except ValidationError as error:
        problems = Problems("address")
        problems.translate(error)
        first = problems.found[0]
        raise InputError(
            first.problem, field=field, found=first.found, allowed=first.allowed
        ) from error


def finite(text: str, field: str) -> float:
    """Read a finite number.

    Raises
    ------
    InputError
        If it is none.
    """
    try:
        number = float(text[:40])
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError("not a finite number", field=field, found=text[:40], allowed="0.5, 2, 1e3")
    return number


def value_of(pairs: Pairs, name: str) -> str | None:
    """Last value of a name in a query string."""
    return next((text for key, text in reversed(pairs) if key == name), None)


def whole(pairs: Pairs, name: str, low: int, high: int, default: int | None) -> int:
    """Read a whole number between two bounds.

    Raises
    ------
    InputError
        If it is none, or is missing and has no default.
    """
    text = value_of(pairs, name)
    if text is None and default is not None:
        return default
    allowed = f"a whole number, {low} to {high}"
    if text is None:
        raise InputError("required and missing", field=name, allowed=allowed)
    if not (_WHOLE.fullmatch(text) and text.isascii() and low <= int(text) <= high):
        raise InputError("out of range", field=name, found=text[:40], allowed=allowed)
    return int(text)


def one_of(pairs: Pairs, name: str, allowed: Sequence[str], default: str | None) -> str | None:
    """Read one of some words.

    Raises
    ------
    InputError
        If it is another.
    """
    text = value_of(pairs, name)
    if text is None:
        return default
    if text not in allowed:
        raise InputError(
            "no such name",
            field=name,
            found=text[:80],
            allowed=", ".join(allowed),
            nearest=near(text[:80], allowed),
        )
    return text


def required(pairs: Pairs, name: str, allowed: Sequence[str]) -> str:
    """Read one of some words that must be given.

    Raises
    ------
    InputError
        If it is missing or another.
    """
    found = one_of(pairs, name, allowed, None)
    if found is None:
        raise InputError("required and missing", field=name, allowed=", ".join(allowed))
    return found
