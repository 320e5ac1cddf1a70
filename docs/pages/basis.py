"""The page of what each number rests on."""

from __future__ import annotations

from collections import Counter

from steppe.calibration.basis import BASES, MEANING, families, grounds

from .cells import table

KINDS = ("parameter", "trait", "driver")


def page() -> str:
    """What rests on nothing first, then what is inferred, then what is stated."""
    found = grounds()
    count = Counter((g.basis, g.kind) for g in found)
    parts = [
        "# What each number rests on\n\nAll that the model reads: parameters, traits of states and "
        "patrons, drivers of the world. `steppe parameters --evidence` prints this list, and "
        "`steppe parameters ADDRESS --evidence` that of single entries. A mechanism or a row "
        "that bears on a number is named by its id (`steppe evidence show ID`); it gives the "
        "direction, hardly ever the size.\n\nEntries:\n\n",
        table(
            ("basis", *(f"{kind}s" for kind in KINDS), "all"),
            [(MEANING[b], *(count[b, k] for k in KINDS), sum(count[b, k] for k in KINDS))
             for b in BASES],
        ),
    ]  # fmt: skip
    for basis in BASES:
        rows = []
        for family, told, entries in families(found):
            if told == basis:
                sources = sorted({key for g in entries for key in g.sources})
                ids = list(dict.fromkeys(i for g in entries for i in g.rows))
                reasons = list(dict.fromkeys(g.reason for g in entries if g.reason))
                rows.append(
                    (
                        f"`{family}`",
                        entries[0].kind,
                        len(entries),
                        ", ".join(f"`{key}`" for key in sources) or "nothing",
                        ", ".join(f"`{i}`" for i in ids[:6])
                        + (f" and {len(ids) - 6} more" if len(ids) > 6 else ""),
                        reasons[0] if len(reasons) == 1 else "each entry has its own",
                    )
                )
        parts.append(
            f"## {MEANING[basis]}\n\n"
            + table(
                ("family", "kind", "entries", "sources", "rows that bear on it", "reason"), rows
            )
        )
    return "".join(parts)
