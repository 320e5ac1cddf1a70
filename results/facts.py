"""What runs that are given no package say of facts that lie in the record, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any


def without_the_record(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What runs that are given no package say of the facts that lie in the record.

    Rows are those of the results, or of their file, where what is not a number is blank.
    """
    held = [
        row for row in rows
        if row["standing"].endswith("in the record")
        and row["free_verdict"] in ("pass", "unsure", "fail")
    ]  # fmt: skip
    if not held:
        return
    passed = sum(row["free_verdict"] == "pass" for row in held)
    ranked = [row for row in held if float(row["free_rank"] or "nan") >= 1.0]
    names = [f"{r['id']} ({r['free_beaten_by']})" for r in ranked if float(r["free_rank"]) > 1.0]
    better = (
        f" Of {len(ranked)} a naive rule that reads the years before does better in {len(names)}"
        f"{': ' + ', '.join(names) if names else ''}."
    )
    yield (
        f"Given no package, free from 1992, the same model passes {passed} of the {len(held)} "
        f"facts with a band that lie in the record, wholly or in part (arms by a measure that has "
        f"read the years before the fact alone, where these are enough). Its parameters have read "
        f"the years of these facts, the rules have not.{better if ranked else ''}"
    )
