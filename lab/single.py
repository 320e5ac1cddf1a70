"""One future of a side, as agents that can be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..explore.conditioning import rows_of
from ..explore.problem import Problem
from ..model.names import START_YEAR
from ..model.security import SecurityModel
from ..model.tables import Tables
from ..model.trace import Decision
from ..model.world import World
from ..scenarios.resolve import Resolved, ResolvedLever
from .futures import Baseline, Engine
from .moves import Move

SIDES = ("base", "what")


@dataclass(frozen=True)
class Single:
    """One future on one side of a move.

    Attributes
    ----------
    base : Baseline
    resolved : Resolved
        The side's scenario.
    levers : sequence of ResolvedLever
        What the side adds to the start.
    future : int
    """

    base: Baseline
    resolved: Resolved
    levers: Sequence[ResolvedLever]
    future: int

    @property
    def seed(self) -> int:
        """Key of the luck."""
        return self.base.past.seed

    @property
    def tables(self) -> Tables:
        """Tables of the future's draw on this side."""
        draw = self.future % self.base.ground.draws
        return Tables(self.base.ground.moved(self.levers, slice(draw, draw + 1))[0])

    @property
    def problem(self) -> Problem:
        """The side as ``steppe run`` would have it."""
        return self.base.ground.problem_of(self.resolved, self.seed)

    def world(self) -> World | None:
        """World as the first free year begins; None for a free start."""
        if self.base.ground.problem.until is None:
            return None
        return World._make(np.array(part) for part in rows_of(self.base.past.worlds, self.future))

    def model(self, kind: type[SecurityModel] = SecurityModel, **more: Any) -> SecurityModel:
        """Agents as the first free year begins."""
        world = self.world()
        first = START_YEAR if world is None else self.base.ground.first
        return kind(self.tables, self.future, self.seed, world, first, **more)


def single(engine: Engine, move: Move, side: str, future: int) -> Single:
    """One future on a side of a move.

    Raises
    ------
    PreparingError
        If the start is not ready.
    """
    base = engine.base(move.start, move.seed, move.n)
    resolved = move.base if side == "base" else move.what
    levers = resolved.levers[len(base.ground.resolved.levers) :]
    return Single(base, resolved, levers, future)


def traced(one: Single, until: int) -> list[Decision]:
    """Decisions of a future in its free years, to a year."""
    model = one.model(trace=True)
    model.run_until(until)
    return model.decisions


def identity(decision: Decision) -> str:
    """Name of a decision within a state and year: its area and slot, or its exercise."""
    offer = decision.offers[0]
    if offer.host is not None:
        return f"exercise.{offer.patron}.{decision.slot}"
    return f"{decision.area}.{decision.slot}"
