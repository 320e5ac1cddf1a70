"""Answers to what a page asks, as bytes: the way from a query string to figures and back."""

from __future__ import annotations

import contextlib
import time
from threading import Event
from typing import Any, Final

from ..explore.badge import badge_of
from ..model.errors import InputError
from ..model.names import AREAS, PATRONS, START_YEAR, STATES
from ..results.fingerprint import fingerprint
from .errors import BusyError
from .export import scenario_toml, table_csv
from .futures import Engine, Pair
from .ground import FEW, MOST, Ground
from .moves import (
    DEFAULT_START,
    KINDS,
    Move,
    Pairs,
    finite,
    move_of,
    one_of,
    required,
    value_of,
    whole,
)
from .overrule import VERDICTS, overrule
from .questions import Question, answer, questions, shown
from .setup import in_reach, setup
from .single import single
from .summary import Sides, continued, sides, summarise, ties
from .sweep import MOST_POINTS, sweep, values_of
from .walk import walk
from .web import encoded
from .why import why

BETWEEN: Final = (200, 400, 600, 800)
"""Further numbers of futures that may be asked for, if they fit the draws."""
WARM_UP: Final = 600.0
"""Seconds to wait for the first past, at most."""


class Answers:
    """Makes answers; keeps nothing of who asks."""

    def __init__(self, engine: Engine, most: int = MOST) -> None:
        self.engine = engine
        self.most = most

    def move(self, pairs: Pairs) -> Move:
        """Move that a query string asks for.

        Raises
        ------
        InputError
            If something in it is wrong.
        """
        return move_of(pairs, sorted({FEW, *BETWEEN, self.most}))

    def ready(self, move: Move) -> dict[str, Any]:
        """How far a start and seed are prepared; begins to prepare them.

        Raises
        ------
        BusyError
            If too many others are being prepared.
        """
        past = self.engine.pasts.get(self.engine.grounds.get(move.start), move.seed)
        done = {str(n): past.ready(n) for n in (FEW, self.most)}
        return {"ready": round(past.share(self.most), 3), "futures": done}

    def warm_up(self) -> None:
        """Begin to prepare the start that a page opens with, and compute its baseline."""
        engine, move = self.engine, self.move([])
        with contextlib.suppress(InputError, BusyError):  # whoever asks is told
            past = engine.pasts.get(engine.grounds.get(move.start), move.seed)
            for n in (FEW, self.most):
                if past.wait(n, WARM_UP):
                    engine.pair(self.move([("n", str(n))]))

    def pair(self, move: Move, dropped: Event) -> tuple[Pair, Sides]:
        """Both sides of a move, and the figures of its baseline."""
        pair = self.engine.pair(move, dropped)
        base = self.engine.base(move.start, move.seed, move.n)
        return pair, sides(base, move.n, pair.base)

    def figures(self, move: Move, dropped: Event) -> bytes:
        """Answer to /api/move."""
        began = time.perf_counter()
        pair, known = self.pair(move, dropped)
        found = {
            "badge": badge(pair.ground),
            **summarise(pair, known),
            "most": self.most,
            "outOfDate": False,
            "ms": round((time.perf_counter() - began) * 1000.0, 1),
        }
        return encoded(found)

    def setup(self, shared: str | None = None) -> bytes:
        """Answer to /api/setup."""
        found = setup(self.engine.grounds.get(DEFAULT_START), (FEW, self.most))
        found["questions"] = [shown(question) for question in questions().values()]
        found["share"] = None if shared is None else {"address": shared}
        return encoded(found)

    def why(self, move: Move, pairs: Pairs, dropped: Event) -> bytes:
        """Answer to /api/why."""
        ground = self.engine.grounds.get(move.start)
        state = required(pairs, "sel", STATES)
        year = whole(pairs, "year", START_YEAR, ground.last, None)
        future = whole(pairs, "future", 0, move.n - 1, 0)
        pair = self.engine.pair(move, dropped)
        return encoded(why(self.engine, move, pair, state, year, future))

    def walk(self, move: Move, pairs: Pairs, dropped: Event) -> bytes:
        """Answer to /api/walk."""
        future = whole(pairs, "future", 0, move.n - 1, 0)
        return encoded(walk(self.engine, move, self.engine.pair(move, dropped), future))

    def overrule(self, move: Move, pairs: Pairs) -> bytes:
        """Answer to /api/overrule."""
        ground = self.engine.grounds.get(move.start)
        one = single(self.engine, move, "what", whole(pairs, "future", 0, MOST - 1, 0))
        state, patron = required(pairs, "sel", STATES), required(pairs, "patron", PATRONS)
        about, pair = overrule(
            one,
            state,
            whole(pairs, "year", START_YEAR, ground.last, None),
            patron,
            required(pairs, "choice", VERDICTS) == VERDICTS[0],
            whole(pairs, "continuations", 30, MOST, 500),
            value_of(pairs, "decision"),
            one_of(pairs, "area", AREAS, None),
        )
        return encoded({**about, **continued(pair), "ties": ties(pair, state, patron)})

    def sweep(self, move: Move, pairs: Pairs, dropped: Event) -> bytes:
        """Answer to /api/sweep."""
        ground = self.engine.grounds.get(move.start)
        known = {entry["address"]: entry for entry in in_reach(ground)}
        address = value_of(pairs, "lever") or ""
        entry = known.get(address, {})
        kind = (
            required(pairs, "kind", KINDS)
            if not entry
            else one_of(pairs, "kind", KINDS, entry["kind"])
        )
        low, high = (
            finite(value_of(pairs, name) or str(entry.get(name, "")), name)
            for name in ("low", "high")
        )
        first = max(entry.get("from", ground.first), ground.first)
        first = whole(pairs, "from", ground.first, ground.last, first)
        values = values_of(
            address, kind or "", low, high, whole(pairs, "points", 2, MOST_POINTS, 9)
        )
        year = whole(pairs, "year", START_YEAR, ground.last, ground.last)
        return encoded(sweep(self.engine, move, address, kind or "", values, first, year, dropped))

    def scenario(self, move: Move, dropped: Event) -> tuple[bytes, str]:
        """Answer to /api/scenario.toml, and the digest of the futures."""
        pair, known = self.pair(move, dropped)
        digest = known.digest if pair.first is None else fingerprint([pair.what])
        return scenario_toml(move, digest).encode(), digest

    def table(self, move: Move, dropped: Event) -> tuple[bytes, str]:
        """Answer to /api/table.csv, and the digest of the futures."""
        pair, known = self.pair(move, dropped)
        digest = known.digest if pair.first is None else fingerprint([pair.what])
        return table_csv(pair, known, digest).encode(), digest

    def question(self, question: Question, dropped: Event) -> dict[str, Any]:
        """What engine, simple rule and record say of a question."""
        move = self.move([("start", question.start), ("n", str(self.most))])
        pair = self.engine.pair(move, dropped)
        told = answer(question, self.engine.base(move.start, move.seed, move.n), pair.base)
        return {**told, "seed": move.seed, "badge": badge(pair.ground)}


def badge(ground: Ground) -> dict[str, str]:
    """What the figures may claim."""
    text = badge_of(ground.problem)
    return {"id": text.split(":", 1)[0], "text": text}
