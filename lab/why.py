"""Why a state chose as it did in one year of one future, on both sides of a move."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from ..explore.retold import Package, booked, retold
from ..model.names import CHOICES, RUNGS, START_YEAR, STATES
from ..model.trace import Decision, Terms
from .evidence import absent, cited, documented, forces, left, noted
from .futures import Engine, Pair
from .moves import Move
from .single import Single, identity, single, traced

NOTE_RECORD: Final = (
    "This year follows the record. Choices are drawn given what is on record, so no single draw "
    "made them and none can be flipped. Shown is what an offer like each package on record was "
    "worth in this future's world as the year began, and how likely it would have been taken, had "
    "nothing else been on the table."
)
NOTE_NONE: Final = "In this future no offer was on the table."
TRIED: Final = 5


def why(engine: Engine, move: Move, pair: Pair, state: str, year: int, future: int) -> dict:
    """Decisions of a state and year: {state, year, future, base, what, elsewhere}.

    ``what`` is None where the sides do not differ yet.
    """
    differ = pair.first is not None and year >= pair.first
    found: dict[str, Any] = {"state": state, "year": year, "future": future}
    found["base"] = _side(single(engine, move, "base", future), state, year)
    found["what"] = _side(single(engine, move, "what", future), state, year) if differ else None
    row, i = year - START_YEAR, STATES.index(state)
    taken = pair.what["packages"][:, row, i].any(axis=(1, 2))
    found["elsewhere"] = np.flatnonzero(taken)[:TRIED].tolist()
    return found


def _side(one: Single, state: str, year: int) -> dict[str, Any]:
    until = one.base.ground.problem.until
    if until is not None and year <= until:
        return _recorded(one, state, year)
    chosen = [d for d in traced(one, year) if d.year == year and d.state == state]
    return {
        "follows": "model",
        "note": "" if chosen else NOTE_NONE,
        "decisions": [told(d) for d in chosen],
        "documented": [],
        "added": [],
    }


def told(decision: Decision) -> dict[str, Any]:
    """One decision as a page shows it."""
    flip = decision.flip()
    host = decision.offers[0].host
    return {
        "id": identity(decision),
        "area": decision.area,
        "slot": decision.slot,
        "frame": "bilateral" if host is None else "joint",
        "host": host,
        "onTable": [
            {
                "patron": offer.patron,
                "rung": offer.rung,
                "rungName": RUNGS[offer.rung].replace("_", " "),
                "value": round(offer.value, 3),
                "utility": round(offer.utility, 4),
                "documented": offer.documented,
            }
            for offer in decision.offers
        ],
        "terms": {offer.patron: _terms(offer.terms) for offer in decision.offers},
        "decline": round(decision.decline, 4),
        "complementarity": round(decision.complementarity, 4) if len(decision.offers) == 2 else 0.0,
        "probabilities": {
            name: round(p, 5) for name, p in zip(CHOICES, decision.probabilities, strict=True)
        },
        "draw": round(decision.draw, 5),
        "choice": decision.choice,
        "flip": None
        if flip is None
        else {"patron": flip.patron, "shift": round(flip.shift, 4), "choice": flip.choice},
    }


def _terms(terms: Terms) -> list[dict[str, Any]]:
    return [
        {"term": name, "value": round(value + 0.0, 4)} for name, value in terms._asdict().items()
    ]


def _recorded(one: Single, state: str, year: int) -> dict[str, Any]:
    """A year that follows the record: packages on record as this future's world had them."""
    outcome, model = one.problem.standing(one.future, year)
    return {
        "follows": "record",
        "note": NOTE_RECORD,
        "decisions": [],
        "documented": [
            _package(retold(model, row))
            for row in (*documented(), *left())
            if row["year"] == year and row["state"] == state
        ],
        "standing": [
            {"id": row["id"], "patron": row["patron"]}
            for row in forces()
            if row["state"] == state and row["year"] <= year <= row["last"]
        ],
        "absent": [
            {"id": row["id"], "patron": row["patron"]}
            for row in absent()
            if row["state"] == state and row["year"] == year
        ],
        "added": [
            {"patron": row.patron, "areas": row.areas, "forms": row.forms}
            for row in booked(outcome, state, year, False)
        ],
    }


def _package(package: Package) -> dict[str, Any]:
    row = package.row
    return {
        "id": row["id"],
        "text": row["text"],
        "patron": row["patron"],
        "rung": row["rung"],
        "rungName": RUNGS[row["rung"]].replace("_", " "),
        "value": round(package.value, 3),
        "valueKnown": row["amount_usd"] is not None,
        "joint": package.joint,
        "sources": cited(row),
        "note": noted(row),
        "weighed": [
            {
                "area": w.area,
                "terms": _terms(w.terms),
                "utility": round(w.utility, 4),
                "decline": round(w.decline, 4),
                "alone": round(w.alone, 5),
            }
            for w in package.weighed
        ],
    }
