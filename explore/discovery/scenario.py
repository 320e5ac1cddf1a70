"""A box as a scenario: one future from its middle, in a file that runs.

Each factor that the box restricts becomes a lever, at the median of the points inside; the
factors that it leaves open stay as the scenario has them, as do its own levers. The range that
the lever stands for is told beside it. A file can hold one future and no range, so what is
true of the box (its density, say) is no forecast of what the file gives.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...model.errors import InputError
from ...model.names import START_YEAR
from ...scenarios.load import library
from ...scenarios.schema import NAME

if TYPE_CHECKING:
    from ...scenarios.resolve import Resolved, ResolvedLever
    from ..sweep.resolve import ResolvedFactor, ResolvedSweep
    from .box import Found


def scenario_text(
    found: Found,
    points: np.ndarray,
    sweep: ResolvedSweep,
    event: str,
    name: str,
) -> str:
    """Text of a scenario file.

    Parameters
    ----------
    found : Found
        The box, with a limit for one factor at least.
    points : ndarray [point, factor]
        Of the sweep: its factors first, then columns of draws if there are any.
    sweep : ResolvedSweep
        Where the box was found.
    event : str
        What makes a future a case, in words.
    name : str
        Of the scenario.

    Raises
    ------
    InputError
        If the name or the box is no good, or the swept scenario carries draws of its own.
    """
    base, box = sweep.scenario, found.box
    if not re.fullmatch(NAME, name) or name in library():
        raise InputError(
            "not a name for a new scenario",
            found=name,
            allowed="lower-case letters and digits, with single dashes between words, and not "
            "that of a shipped scenario",
        )
    if not box.restricted:
        raise InputError("the box restricts no factor, so there is no scenario to write")
    if base.parameters.entries:
        raise InputError(
            "the swept scenario has draws from a file of its own, which the new one would lack",
            file=base.name,
            todo='sweep it with parameters = "posterior"',
        )
    middle = np.median(points[box.holds(points)], axis=0)
    parts = [_head(found, sweep, event, name), *(_lever_of(each) for each in _plain(base.levers))]
    for place in box.restricted:
        factor = sweep.factors[place] if place < len(sweep.factors) else None
        parts.append(_restricted(found, place, factor, float(middle[place]), base))
    return "\n".join(parts)


def _head(found: Found, sweep: ResolvedSweep, event: str, name: str) -> str:
    base, limits = sweep.scenario, found.box.words()
    story = (
        f"{base.story} In a sweep of this scenario ({sweep.name}), futures were of interest in "
        f"which {event}. They are dense where: {limits}. This is the middle of that box."
    )
    assumed = [
        *base.assumptions,
        f"Of the points in the box {found.density:.0%} are of interest, and it holds "
        f"{found.coverage:.0%} of those that are; {found.points} of the sweep's points lie in it.",
        "Each lever stands for a range; factors of the sweep without a limit stay as they were.",
    ]
    lines = [
        f"name = {_text(name)}",
        f"title = {_text(f'Box of {sweep.name}: {limits}')}",
        f"story = {_text(story)}",
        f"question = {_text(f'Does it come about here that {event}?')}",
        *([f"compare_with = {_text(base.name)}"] if base.name in library() else []),
        f"horizon = {base.horizon}",
        *(
            [f"conditioned_until = {base.conditioned_until}"]
            if base.conditioned_until is not None
            else []
        ),
        f"assumptions = [{', '.join(map(_text, assumed))}]",
        "",
        "[parameters]",
        f"source = {_text(base.parameters.source)}",
    ]
    if base.parameters.source != "point" and base.parameters.draws is not None:
        lines.append(f"draws = {base.parameters.draws}")
    for citation in base.sources:
        lines += ["", "[[sources]]", f"source = {_text(citation.source)}"]
        lines.append(f"reason = {_text(citation.reason)}")
    return "\n".join([*lines, ""])


def _restricted(
    found: Found, place: int, factor: ResolvedFactor | None, value: float, base: Resolved
) -> str:
    """The lever of one factor of the box; without a factor it is a column of draws."""
    box = found.box
    low, high = box.limits[box.names[place]]
    number = round(value) if factor is not None and factor.whole else float(f"{value:.6g}")
    ends = [
        f"from {low:.4g}" if low is not None else "",
        f"to {high:.4g}" if high is not None else "",
    ]
    why = f"Middle of the points in the box, which goes {' '.join(e for e in ends if e)}"
    if factor is not None:
        why += f"; the sweep tried {factor.bounds[0]:.4g} to {factor.bounds[1]:.4g}"
    multiplies = factor is not None and factor.acts == "multiply"
    first = START_YEAR if factor is None else factor.first
    last = base.horizon if factor is None else factor.last
    lines = [
        "[[levers]]",
        f"quantity = {_text(box.names[place] if factor is None else factor.quantity)}",
        f"{'factor' if multiplies else 'value'} = {float(number)!r}",
        *([f"from = {first}"] if first > START_YEAR else []),
        *([f"until = {last}"] if last < base.horizon else []),
        f"why = {_text(why + '.')}",
        'source = "assumed"',
    ]
    return "\n".join([*lines, ""])


def _plain(levers: Sequence[ResolvedLever]) -> list[tuple[ResolvedLever, str]]:
    """Levers of the swept scenario, one for each entry."""
    return [(lever, entry) for lever in levers for entry in lever.entries]


def _lever_of(each: tuple[ResolvedLever, str]) -> str:
    """A lever of the swept scenario as a lever of the new file, with the same numbers."""
    lever, entry = each
    acts = "value" if lever.acts == "set" else "factor"
    lines = ["[[levers]]", f"quantity = {_text(entry)}"]
    if len(set(lever.numbers)) == 1:
        lines += [
            f"{acts} = {lever.numbers[0]!r}",
            f"from = {lever.first}",
            f"until = {lever.last}",
        ]
    else:
        numbers = ", ".join(f"{lever.first + n} = {x!r}" for n, x in enumerate(lever.numbers))
        lines += [f"path = {{ {numbers} }}", f'as = "{acts}"', 'between = "step"']
    lines += [f"why = {_text(lever.why)}", f"source = {_text(lever.source)}"]
    return "\n".join([*lines, ""])


def _text(words: str) -> str:
    """A string of TOML, which escapes as JSON does."""
    return json.dumps(" ".join(words.split()), ensure_ascii=False)
