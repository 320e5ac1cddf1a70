"""What depends on the assumed side of offers and acceptance, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..model.names import PATRON_NAMES


def anchors_in_words(varied: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A line for each patron and quantity: as fitted, and with each anchor's prior moved.

    Parameters
    ----------
    varied : sequence of mapping
        Rows of ``anchors.csv`` as ``steppe calibrate check`` writes it.
    """
    for patron, quantity in dict.fromkeys((row["patron"], row["quantity"]) for row in varied):
        own = [row for row in varied if (row["patron"], row["quantity"]) == (patron, quantity)]
        digits = ".2f" if own[0]["unit"] == "share" else ".0f"
        told = {
            (row["anchor"], float(row["shift"])): f"{float(row['mean']):{digits}}" for row in own
        }
        moved = "; ".join(
            f"{anchor} {shift:+g} sd: {mean}" for (anchor, shift), mean in told.items() if anchor
        )
        as_fitted = told["", 0.0]
        yield f"{PATRON_NAMES[patron]}, {quantity}: {as_fitted}{f' ({moved})' if moved else ''}"
