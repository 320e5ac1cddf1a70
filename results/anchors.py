"""What depends on the assumed side of offers and acceptance, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from ..model.names import PATRON_NAMES

CLEAR: Final = 2.0
"""Standard errors from which a move is told."""


def anchors_in_words(
    varied: Sequence[Mapping[str, Any]], named: Callable[[str], str] = str
) -> Iterator[str]:
    """A line for each patron and quantity: as fitted, and where moved anchors move it clearly.

    Parameters
    ----------
    varied : sequence of mapping
        Rows of ``anchors.csv`` as ``steppe calibrate check`` writes it.
    named : callable
        Name of an anchor from its address.
    """
    for patron, quantity in dict.fromkeys((row["patron"], row["quantity"]) for row in varied):
        own = [row for row in varied if (row["patron"], row["quantity"]) == (patron, quantity)]
        digits = ".3f" if own[0]["unit"] == "share" else ".0f"
        [fitted] = [float(row["mean"]) for row in own if not row["anchor"]]
        cases = [row for row in own if row["anchor"]]
        clear = [
            row for row in cases
            if abs(float(row["mean"]) - fitted) > CLEAR * float(row["error"])
        ]  # fmt: skip
        moved = "; ".join(
            f"{named(row['anchor'])} {float(row['shift']):+g} sd: {float(row['mean']):{digits}} "
            f"\N{PLUS-MINUS SIGN} {float(row['error']):{digits}}"
            for row in clear
        )
        words = f" ({moved})" if moved else ""
        if cases and not clear:
            words = ", moved by none beyond chance"
        yield f"{PATRON_NAMES[patron]}, {quantity}: {fitted:{digits}}{words}"
