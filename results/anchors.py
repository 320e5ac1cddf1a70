"""What depends on the assumed side of offers and acceptance, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from ..model.names import PATRON_NAMES

CLEAR: Final = 3.0
"""Standard errors from which a move is told: of some forty that are looked at one or two would pass
two by luck."""


def anchors_in_words(
    varied: Sequence[Mapping[str, Any]], named: Callable[[str], str] = str
) -> Iterator[str]:
    """A line for each patron and quantity: as fitted, and how far moved anchors clearly move it.

    Parameters
    ----------
    varied : sequence of mapping
        Rows of ``anchors.csv`` as ``steppe calibrate check`` writes it; ``error`` is that of the
        move, in the row's unit.
    named : callable
        Name of an anchor, from its address; the address itself by default.
    """
    for patron, quantity in dict.fromkeys((row["patron"], row["quantity"]) for row in varied):
        own = [row for row in varied if (row["patron"], row["quantity"]) == (patron, quantity)]
        digits = ".3f" if own[0]["unit"] == "share" else ".0f"
        [fitted] = [float(row["mean"]) for row in own if not row["anchor"]]
        moves = {
            f"{named(row['anchor'])} {float(row['shift']):+g} sd": (
                float(row["mean"]) - fitted, float(row["error"])
            )
            for row in own if row["anchor"]
        }  # fmt: skip
        clear = [
            f"{case} {move:+{digits}} \N{PLUS-MINUS SIGN} {error:{digits}}"
            for case, (move, error) in moves.items() if abs(move) > CLEAR * error
        ]  # fmt: skip
        words = f" ({'; '.join(clear)})" if clear else ""
        if moves and not clear:
            seen = CLEAR * max(error for _, error in moves.values())
            words = f" (no move beyond three standard errors, {seen:{digits}} at most)"
        yield f"{PATRON_NAMES[patron]}, {quantity}: {fitted:{digits}}{words}"
