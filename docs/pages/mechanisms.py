"""The page of the mechanisms: what the authors say causes what, and where it lives."""

from __future__ import annotations

from collections.abc import Sequence

from steppe.calibration.codebook import Mechanism
from steppe.calibration.record import load_record

from .cells import counted, table

WHERE = {
    "whole": "Carried by the model",
    "part": "Carried in part",
    "none": "Left out",
}


def place(row: Mechanism) -> str:
    """Whether the model carries a mechanism: whole, part or none."""
    return "none" if not row.in_model else "part" if row.why_not else "whole"


def page() -> str:
    """Every causal statement with its sign and strength, and its place in the model."""
    rows = load_record().mechanisms
    parts = [
        f"# Mechanisms\n\n{len(rows)} causal statements of the documents' authors "
        "(`calibration/evidence/mechanisms.csv`), in this project's words. A statement is "
        "somebody's, not a finding. *Where* names the quantities of the model that carry it "
        "(`steppe parameters ADDRESS`); what the model does not carry has a reason.\n\n",
        table(
            ("in the model", "statements"),
            [(WHERE[w], sum(place(r) == w for r in rows)) for w in WHERE],
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
    for where, title in WHERE.items():
        parts.append(f"## {title}\n\n" + listed([r for r in rows if place(r) == where], where))
    return "".join(parts)


def listed(rows: Sequence[Mechanism], where: str) -> str:
    """Table of mechanisms of one kind."""
    header = ["id", "cause", "effect", "sign", "wording", "sources"]
    header += {"whole": ["where"], "part": ["where", "what is missing"], "none": ["why not"]}[where]
    cells = []
    for row in rows:
        sources = ", ".join(f"`{key[:3]}`" for key in row.sources)
        addresses = ", ".join(f"`{a}`" for a in row.in_model)
        more = {"whole": [addresses], "part": [addresses, row.why_not], "none": [row.why_not]}
        cells.append(
            (f"`{row.id}`", row.cause, row.effect, row.sign, row.strength, sources, *more[where])
        )
    return table(header, cells)
