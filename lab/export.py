"""What is taken away: the scenario as a file, and the figures as a table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any, Final

from ..model.errors import InputError
from ..model.names import AREAS, START_YEAR
from ..scenarios.schema import Lever, Scenario
from .futures import Pair
from .moves import Move
from .summary import WHO, Sides, difference, fans, totals

NAME: Final = "lab-what-if.toml"
COLUMNS: Final = ("side", "area", "patron", "year", "statistic", "value", "digest")
QR_MOST: Final = 1_200
"""Characters that a code can hold and a camera at the back of a room can still read."""


def scenario_toml(move: Move, digest: str) -> str:
    """Text of a scenario file that ``steppe run`` takes to the same numbers."""
    scenario = move.scenario
    command = f"steppe run {NAME} --runs {move.n} --seed {move.seed}"
    lines = [
        "# A what-if from the lab of Steppe. It has the same numbers as the page had:",
        f"#     {command}",
        f"# prints the digest of the futures: {digest}",
        "",
        *_head(scenario, move),
    ]
    for citation in scenario.sources:
        lines += ["", "[[sources]]", *_fields({"source": citation.source})]
        lines += _fields({"reason": citation.reason})
    parameters = scenario.parameters
    told: dict[str, Any] = {"source": parameters.source}
    if parameters.draws is not None:
        told["draws"] = parameters.draws
    lines += ["", "[parameters]", *_fields(told)]
    for lever in scenario.levers:
        lines += ["", "[[levers]]", *_lever(lever)]
    return "\n".join(lines) + "\n"


def _head(scenario: Scenario, move: Move) -> list[str]:
    fields: dict[str, Any] = {
        "name": scenario.name,
        "title": scenario.title,
        "story": f"{scenario.title}: {_told(move)}.",
        "compare_with": scenario.compare_with,
        "horizon": scenario.horizon,
        "conditioned_until": scenario.conditioned_until,
        "assumptions": list(scenario.assumptions) or None,
    }
    return _fields(fields)


def _told(move: Move) -> str:
    """Say in words what was moved."""
    story = f"levers of {move.story}, " if move.story else ""
    count = len(move.levers)
    return (
        f"from {move.start}, {story}{count} {'lever' if count == 1 else 'levers'} set on the page"
    )


def _lever(lever: Lever) -> list[str]:
    fields: dict[str, Any] = {"quantity": lever.quantity}
    if lever.shock is not None:
        fields["shock"] = lever.shock.model_dump()
    fields |= {"value": lever.value, "factor": lever.factor, "path": lever.path}
    fields |= {"as": lever.path_as, "between": lever.between}
    fields |= {"from": lever.first, "until": lever.until}
    return _fields({**fields, "why": lever.why, "source": lever.source})


def _fields(fields: dict[str, Any]) -> list[str]:
    return [f"{name} = {_toml(value)}" for name, value in fields.items() if value is not None]


def _toml(value: Any) -> str:
    """Write a value as TOML has it; text as a basic string, escaped as in JSON."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return repr(value)


def table_csv(pair: Pair, known: Sides, digest: str) -> str:
    """Figures of a move in long form: packages a year by area, patron and statistic."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in _rows(pair, known):
        writer.writerow((*row, digest))
    return out.getvalue()


def _rows(pair: Pair, known: Sides) -> Iterator[tuple[Any, ...]]:
    tables = {"base": known.fans, "what": fans(totals(pair.what))}
    if pair.first is not None:
        tables["difference"] = difference(pair, slice(pair.first - START_YEAR, None))
    for side, statistics in tables.items():
        years = len(next(iter(statistics.values())))
        start = pair.ground.last - years + 1
        for a, area in enumerate(AREAS):
            for w, who in enumerate(WHO):
                for t in range(years):
                    for name, array in statistics.items():
                        value = array[t, w, a].item()
                        told = round(value, 6) if isinstance(value, float) else value
                        yield side, area, who, start + t, name, told


def qr_svg(address: str) -> bytes:
    """QR code of an address.

    Raises
    ------
    InputError
        If the address is too long to be read from a wall.
    """
    if len(address) > QR_MOST:
        raise InputError(
            "the address is too long for a code",
            field="l",
            found=f"{len(address)} characters",
            allowed=f"{QR_MOST} at most",
            todo="use fewer levers",
        )
    import segno

    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", scale=4, border=4, light="white", xmldecl=False
    )
    return out.getvalue()
