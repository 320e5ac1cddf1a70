"""Acts of membership beside what the fitted rule makes of them, in words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..model.names import STATE_NAMES

BODIES = {"china": "the SCO", "russia": "the CSTO"}
"""A patron's organisation; the SCO with the Shanghai Five, the CSTO with its treaty."""
DID = {"joins": "joins", "stays": "stays in", "leaves": "leaves"}
HEAD = ("year", "who", "did", "given all else", "as fitted (90% of draws)", "share of the others")
"""Columns of :func:`act_cells`."""


def act_cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    """One act as cells of a table; rows of ``memberships.csv``, read or fresh."""
    columns = ("probability", "fitted", "q05", "q95", "rate")
    chance, fitted, low, high, rate = (float(row[c]) for c in columns)
    return (
        str(row["year"]), STATE_NAMES[str(row["state"])],
        f"{DID[str(row['did'])]} {BODIES[str(row['patron'])]}",
        f"{chance:.2f}", f"{fitted:.2f} ({low:.2f} to {high:.2f})", f"{rate:.2f}",
    )  # fmt: skip


def memberships_in_words(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What the acts say of the model.

    Parameters
    ----------
    rows : sequence of mapping
        Rows of ``memberships.csv`` as ``steppe calibrate check`` writes it.
    """
    model = sum(float(row["log_score"]) for row in rows)
    rate = sum(float(row["rate_score"]) for row in rows)
    left = [float(row["probability"]) for row in rows if row["did"] == "leaves"]
    others = [1.0 - float(row["probability"]) for row in rows if row["did"] != "leaves"]
    better = "more" if model > rate else "less"
    yield (
        "The fit reads them as choices; here each has the chance that the fit gives it from all "
        "else on record, the other acts among it. Traits were coded with the acts in view, such as "
        f"Russia's lower stake in Uzbekistan. The {len(rows)} answers have a log score of "
        f"{model:.2f}, {abs(model - rate):.2f} {better} than the share of joining among the other "
        f"acts ({rate:.2f}); a coin has {len(rows) * math.log(0.5):.2f}. So few answers settle "
        "nothing."
    )
    if left and others:
        yield (
            f"Leaving has a chance of {min(left):.2f} to {max(left):.2f} where a state left, and "
            f"of {min(others):.2f} to {max(others):.2f} where it joined or stayed."
        )
