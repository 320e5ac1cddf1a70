"""One future, year by year: rungs, packages, and what was chosen, in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..model.names import (
    AREA_NAMES,
    AREAS,
    PATRON_NAMES,
    PATRONS,
    RUNGS,
    START_YEAR,
    STATE_NAMES,
    STATES,
)
from ..model.trace import Decision
from .evidence import documented
from .futures import Arrays, Engine, Pair
from .moves import Move
from .single import SIDES, identity, single, traced


def walk(engine: Engine, move: Move, pair: Pair, future: int) -> dict[str, Any]:
    """Both sides of a future; ``what`` is None if nothing is moved."""
    ground = pair.ground
    found: dict[str, Any] = {
        "future": future,
        "years": list(range(START_YEAR, ground.last + 1)),
        "cut": ground.resolved.conditioned_until,
        "moved": pair.first,
    }
    for side, arrays in zip(SIDES, (pair.base, pair.what), strict=True):
        if side == "what" and pair.first is None:
            found[side] = None
            continue
        found[side] = {
            "rung": arrays["rung"][future].tolist(),
            "packages": arrays["packages"][future].tolist(),
            "dependence": np.round(arrays["dependence"][future].astype(float), 4).tolist(),
            "choices": [
                *_recorded(arrays, future, ground.resolved.conditioned_until),
                *(_chosen(d) for d in traced(single(engine, move, side, future), ground.last)),
            ],
        }
    return found


def _chosen(decision: Decision) -> dict[str, Any]:
    """A decision in a line."""
    state, area = STATE_NAMES[decision.state], AREA_NAMES[decision.area]
    offers = " and ".join(
        f"{PATRON_NAMES[o.patron]} ({RUNGS[o.rung].replace('_', ' ')})" for o in decision.offers
    )
    host = decision.offers[0].host
    if host is not None:
        patron = PATRON_NAMES[decision.offers[0].patron]
        does = "stays away from" if decision.choice == "neither" else "takes part in"
        where = "at home" if host == decision.state else f"in {STATE_NAMES[host]}"
        text = f"{state} {does} a joint exercise of {patron}'s organisation {where}, {area}"
    elif decision.choice == "neither":
        text = f"{state} declines {offers} in {area}"
    else:
        taken = "both" if decision.choice == "both" else PATRON_NAMES[decision.choice]
        text = f"{state} takes {taken} in {area}; on the table: {offers}"
    return {
        "follows": "model",
        "id": identity(decision),
        "year": decision.year,
        "state": decision.state,
        "area": decision.area,
        "choice": decision.choice,
        "offers": [{"patron": o.patron, "rung": o.rung} for o in decision.offers],
        "host": host,
        "text": text,
    }


def _recorded(arrays: Arrays, future: int, cut: int | None) -> list[dict[str, Any]]:
    """What is on record up to the cut, and what this future adds, seen by no source."""
    if cut is None:
        return []
    found = [
        {
            "follows": "record",
            "id": row["id"],
            "year": row["year"],
            "state": row["state"],
            "area": row["area"],
            "choice": row["patron"],
            "text": row["text"],
        }
        for row in documented()
        if row["year"] <= cut
    ]
    rows = cut - START_YEAR + 1
    unseen = arrays["packages"][future, :rows].astype(int) - arrays["documented"][future, :rows]
    for t, i, p, a in np.argwhere(unseen > 0):
        n = int(unseen[t, i, p, a])
        state, patron, area = STATES[i], PATRONS[p], AREAS[a]
        packages = "a package" if n == 1 else f"{n} packages"
        found.append(
            {
                "follows": "unseen",
                "id": "",
                "year": int(t) + START_YEAR,
                "state": state,
                "area": area,
                "choice": patron,
                "text": f"{STATE_NAMES[state]} takes {packages} of {PATRON_NAMES[patron]} in "
                f"{AREA_NAMES[area]} that no source saw",
            }
        )
    return sorted(found, key=lambda row: (row["year"], row["state"]))
