"""Answers to what a page asks, as bytes: the way from a query string to figures and back."""

from __future__ import annotations

import json
import time
from threading import Event
from typing import Any, Final

from ..explore.badge import badge_of
from .futures import Engine, Pair
from .ground import FEW, MOST, Ground
from .moves import Move, Pairs, move_of
from .setup import setup
from .summary import Sides, sides, summarise

BETWEEN: Final = (200, 400, 500)
"""Further numbers of futures that may be asked for; those that fit the draws are taken."""


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
        move = self.move([])
        engine = self.engine
        past = engine.pasts.get(engine.grounds.get(move.start), move.seed)
        for n in (FEW, self.most):
            if past.wait(n, 600.0):
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
            "outOfDate": False,
            "ms": round((time.perf_counter() - began) * 1000.0, 1),
        }
        return encoded(found)

    def setup(self) -> bytes:
        """Answer to /api/setup."""
        from .moves import DEFAULT_START

        return encoded(setup(self.engine.grounds.get(DEFAULT_START), (FEW, self.most)))


def encoded(content: Any) -> bytes:
    """JSON without spaces."""
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def badge(ground: Ground) -> dict[str, str]:
    """What the figures may claim."""
    text = badge_of(ground.problem)
    return {"id": text.split(":", 1)[0], "text": text}
