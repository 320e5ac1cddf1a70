"""What the fields of a sweep file must mean together; each rule notes what breaks it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...model.errors import InputError
from ...model.quantities import addresses, parameters
from ...scenarios.addresses import expand
from ...scenarios.problems import Place, Problems
from .outcomes import LABELS, OUTCOMES
from .quantiles import quantiles_of
from .schema import FACTOR_MOVES, FactorTable, SweepTable

if TYPE_CHECKING:
    from ...scenarios.resolve import Resolved
    from .quantiles import Source

FACTOR_NAME = r"[A-Za-z0-9][A-Za-z0-9_. -]*"
LISTED = ("one", "grid")
"""Methods whose points are the factors' own numbers; the others have a size."""


def design(table: SweepTable, problems: Problems) -> None:
    """Method, size and factors fit each other."""
    chosen, factors = table.design, len(table.factors)
    place: Place = ("design",)
    if chosen.method in LISTED and chosen.size is not None:
        problems.add(
            (*place, "size"), f"does not go with {chosen.method}, which has every combination",
            found=chosen.size, todo="give each factor a count, or at",
        )  # fmt: skip
    if chosen.method not in (*LISTED, "posterior") and chosen.size is None:
        problems.add((*place, "size"), f"required with {chosen.method}")
    size = chosen.size or 2
    if chosen.method == "sobol" and size & (size - 1):
        below = 1 << size.bit_length() - 1
        problems.add(
            (*place, "size"), "not a power of two, at which alone the samples are balanced",
            found=size, nearest=[str(below), str(2 * below)],
        )  # fmt: skip
    if chosen.levels % 2:
        problems.add((*place, "levels"), "not even", found=chosen.levels, allowed="2, 4, 6, ...")
    if chosen.posterior == "points" and chosen.method not in ("lhs", "sequence", "posterior"):
        problems.add(
            (*place, "posterior"), f"points of {chosen.method} differ in their factors only",
            found="points", allowed="replicates, or the method lhs, sequence or posterior",
        )  # fmt: skip
    most = {"one": 1, "posterior": 0}.get(chosen.method, 1000)
    least = 0 if chosen.method == "posterior" else 1
    if not least <= factors <= most:
        allowed = str(most) if least == most or most < 2 else f"at least {least}"
        problems.add(
            ("factors",), f"too {'few' if factors < least else 'many'} for the method "
            f"{chosen.method}", found=factors, allowed=allowed,
        )  # fmt: skip
    if table.chunk is not None and min(table.chunk) < 1:
        problems.add(("chunk",), "not at least one point and one replicate", found=table.chunk)


def names(found: Sequence[str], problems: Problems) -> None:
    """Every factor has a name of its own, which no other column or dimension has."""
    taken = {
        *OUTCOMES,
        *LABELS,
        "status",
        "failed",
        "computed",
        "point",
        "replicate",
        "year",
        "block",
    }
    for number, name in enumerate(found):
        if name in taken or not re.fullmatch(FACTOR_NAME, name):
            problems.add(
                ("factors", number, "name"), "cannot be the name of a column", found=name,
                allowed="letters, digits, dots and dashes, and no outcome or dimension",
            )  # fmt: skip
        if name in found[:number]:
            problems.add(
                ("factors", number), "two factors have this name", found=name,
                todo="give one of them a name",
            )  # fmt: skip


def factor(
    table: FactorTable, number: int, sweep: SweepTable, base: Resolved, problems: Problems
) -> tuple[float, float] | None:
    """Least and greatest number of a factor, or None with a note of what is wrong."""
    place: Place = ("factors", number)
    before = len(problems.found)
    if len(table.moves) != 1:
        problems.add(
            place, "a factor needs exactly one move",
            found=" and ".join(table.moves) or "none", allowed=", ".join(FACTOR_MOVES),
        )  # fmt: skip
        return None
    try:
        entries = expand(table.quantity)
    except InputError as error:
        problems.adopt((*place, "quantity"), error)
        return None
    low, high = (table.factor or table.value or table.quantiles)[:2]  # type: ignore[index]
    if low >= high:
        problems.add(
            (*place, table.moves[0]), "the second number is not above the first", found=[low, high]
        )
    _numbers(table, place, sweep.design.method, low, high, problems)
    until = base.conditioned_until
    if until is not None and table.first is not None and table.first <= until:
        problems.add(
            (*place, "from"), f"the runs follow the record until {until}, the same at all points",
            found=table.first, allowed=f"{until + 1} to the horizon {base.horizon}",
        )  # fmt: skip
    if len(problems.found) > before:
        return None
    if table.source is None:
        return low, high
    return _quantiles(table.source, entries, place, low, high, problems)


def _numbers(
    table: FactorTable, place: Place, method: str, low: float, high: float, problems: Problems
) -> None:
    """Count or numbers are given where the method wants them, inside the range."""
    given = [field for field in ("count", "at") if getattr(table, field) is not None]
    if method in LISTED and len(given) != 1:
        problems.add(
            place, f"method {method} needs a count, or the numbers at",
            found=" and ".join(given) or "neither",
        )  # fmt: skip
    if method not in LISTED and given:
        problems.add((*place, given[0]), f"does not go with {method}, which chooses the points")
    outside = [x for x in table.at or () if not low <= x <= high]
    if outside:
        problems.add(
            (*place, "at"), "outside the range", found=outside[0], allowed=f"{low:g} to {high:g}"
        )
    if table.at is not None and len(set(table.at)) < len(table.at):
        problems.add((*place, "at"), "a number stands twice", found=table.at)


def _quantiles(
    source: Source, entries: list[str], place: Place, low: float, high: float, problems: Problems
) -> tuple[float, float] | None:
    """Numbers at two quantiles of one entry, of its prior or of its fitted draws."""
    name = addresses()[entries[0]][0]
    if len(entries) != 1 or name not in parameters() or parameters()[name].prior is None:
        problems.add(
            (*place, source), "not one entry of a parameter that has a prior",
            found=entries[0] if len(entries) == 1 else f"{len(entries)} entries",
            todo="name one entry, or give value or factor",
        )  # fmt: skip
        return None
    if not 0.0 < low < high < 1.0:
        problems.add((*place, source), "not two probabilities", found=[low, high])
        return None
    try:
        first, last = quantiles_of(source, entries[0], np.array([low, high]))
    except InputError as error:
        problems.adopt((*place, source), error)
        return None
    if first >= last:
        problems.add((*place, source), "its quantiles are one number", found=[low, high])
        return None
    return float(first), float(last)
