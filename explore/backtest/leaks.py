"""Leaks: proof that nothing later than the cut was read."""

from __future__ import annotations

from typing import Any

from ...calibration.asof import Frozen, frozen, what_is_given, what_was_read
from ...model.errors import InputError


def training(found: Frozen) -> dict[str, Any]:
    """What a backtest's manifest says of the evidence that was read before the scores."""
    return {
        "cut": found.cut,
        "horizon": found.horizon,
        "known_beyond_the_cut": list(found.given),
        "known_values": what_is_given(found),
        "read": what_was_read(found),
        "digest": found.digest,
    }


def check_no_leak(told: dict[str, Any]) -> None:
    """See that everything in :func:`training` is dated to the cut, and is what stands there.

    What is known beyond the cut is of the drivers that are named so.

    Raises
    ------
    InputError
        With the first row that is later, or if the digest is not that of the evidence frozen
        anew.
    """
    cut = told["cut"]
    for row in told["read"]:
        if row["year"] > cut:
            raise InputError(
                "evidence later than the cut was read", file=row["table"], field=row["id"],
                found=row["year"], allowed=f"{cut} or earlier",
            )  # fmt: skip
    for row in told["known_values"]:
        if row["driver"] not in told["known_beyond_the_cut"]:
            raise InputError(
                "a driver was read beyond the cut that was not to be known there",
                file=row["table"], field=row["id"], found=row["driver"],
                allowed=", ".join(told["known_beyond_the_cut"]) or "none",
            )  # fmt: skip
    anew = frozen(cut, told["horizon"], told["known_beyond_the_cut"])
    if told["digest"] != anew.digest:
        raise InputError(
            "what was read is not the evidence as of the cut", field="digest",
            found=told["digest"][:16], allowed=anew.digest[:16],
        )  # fmt: skip
