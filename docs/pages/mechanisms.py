"""The page of the mechanisms: what the authors say causes what, and where it lives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from steppe.calibration.codebook import Mechanism
from steppe.calibration.record import load_record
from steppe.scenarios.load import library_files, load_whole

from .cells import counted, table

WHERE = {
    "whole": "Carried by the model",
    "part": "Carried in part",
    "none": "Left out",
}
AREAS = {
    "counter_narcotics": "Counter-narcotics",
    "peacekeeping": "Peacekeeping",
    "counter_terrorism": "Counter-terrorism",
    "energy_protection": "Energy protection",
    "all": "All areas",
    "defence": "General defence",
    "border": "Borders",
}
"""Sections, the four areas of the report first."""
HEADER = (
    "id", "cause", "effect", "sign", "wording", "sources", "carried", "where",
    "what is missing, or why not", "what-ifs",
)  # fmt: skip


def place(row: Mechanism) -> str:
    """Whether the model carries a mechanism: whole, part or none."""
    return "none" if not row.in_model else "part" if row.why_not else "whole"


def asked() -> dict[str, list[str]]:
    """Files of the library that rest on a row of the evidence, by the row's id."""
    found: dict[str, list[str]] = {}
    for name in library_files():
        for row in load_whole(name).evidence:
            found.setdefault(row, []).append(name)
    return found


def page() -> str:
    """Every causal statement with its sign and strength, its place in the model, its what-ifs."""
    rows = load_record().mechanisms
    what_ifs = asked()
    parts = [
        f"# Mechanisms\n\n{len(rows)} causal statements of the documents' authors "
        "(`calibration/evidence/mechanisms.csv`), in this project's words, by the area that they "
        "bear on. A statement is somebody's, not a finding. *Where* names the quantities of the "
        "model that carry it (`steppe parameters ADDRESS`), which are the levers that turn it on; "
        "what the model does not carry, or not wholly, has a reason. *What-ifs* are the files of "
        "the [library](scenarios.md) that rest on it.\n\n",
        table(
            ("area", *WHERE.values(), "in a what-if"),
            [
                (
                    heading,
                    *(sum(place(r) == w for r in found) for w in WHERE),
                    sum(r.id in what_ifs for r in found),
                )
                for area, heading in AREAS.items()
                for found in [[r for r in rows if r.area == area]]
            ],
        ),
        table(
            ("document", "statements"),
            [(f"`{key}`", sum(key in r.sources for r in rows))
             for key in sorted({k for r in rows for k in r.sources})],
        ),
    ]  # fmt: skip
    strengths: dict[str, int] = {}
    for row in rows:
        strengths[row.strength] = strengths.get(row.strength, 0) + 1
    parts.append(counted("wording", strengths))
    for area, heading in AREAS.items():
        found = [r for r in rows if r.area == area]
        parts.append(f"## {heading}\n\n" + listed(found, what_ifs))
    return "".join(parts)


def listed(rows: Sequence[Mechanism], what_ifs: Mapping[str, Sequence[str]]) -> str:
    """Table of mechanisms, those that the model carries first."""
    order = sorted(rows, key=lambda row: list(WHERE).index(place(row)))
    return table(HEADER, [cells(row, what_ifs.get(row.id, ())) for row in order])


def cells(row: Mechanism, what_ifs: Sequence[str]) -> tuple[str, ...]:
    """Cells of one mechanism under :data:`HEADER`."""
    return (
        f"`{row.id}`",
        row.cause,
        row.effect,
        row.sign,
        row.strength,
        ", ".join(f"`{key[:3]}`" for key in row.sources),
        WHERE[place(row)].removeprefix("Carried ").lower(),
        ", ".join(f"`{a}`" for a in row.in_model) or "-",
        row.why_not or "-",
        ", ".join(f"`{name}`" for name in what_ifs) or "-",
    )
