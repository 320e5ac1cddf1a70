"""Pasts of a sweep: years that follow the record, drawn once and shared by all points.

Factors act after the record ends, so the past of a run depends on its draw of the parameters
and on the block of the filter only (:mod:`steppe.explore.conditioning`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock
from typing import Final, NamedTuple

import numpy as np

from ...model.errors import InputError
from ...model.world import World
from ..conditioning import Followed, block_of
from ..problem import Problem
from .outcomes import yearly_of

KEPT: Final = 2000
"""Blocks that are kept: 60 kB each, with all that the catalogue of outcomes can need."""


class SharedPast(NamedTuple):
    """A block of the filter: ``[row, ...]``, a row for each of its runs."""

    yearly: dict[str, np.ndarray]
    worlds: World


class SharedPasts:
    """Blocks that were drawn, the oldest dropped; a block that failed is kept as its reason.

    Parameters
    ----------
    problem : Problem
        With a record to follow.
    needed : tuple of str
        Yearly numbers of :data:`~.outcomes.YEARLY` that are kept.
    """

    def __init__(self, problem: Problem, needed: tuple[str, ...]) -> None:
        assert problem.followed is not None
        self._problem, self._followed, self._needed = problem, problem.followed, needed
        self._kept: OrderedDict[tuple[int, int], SharedPast | str] = OrderedDict()
        self._lock = Lock()
        self._drawing: dict[tuple[int, int], Lock] = {}

    @property
    def followed(self) -> Followed:
        """The record that is followed."""
        return self._followed

    def get(self, draw: int, block: int) -> SharedPast | str:
        """Block of a draw; the reason where the model cannot bring forth the record."""
        found = self._obtain((draw, block), wait=True)
        assert found is not None
        return found

    def fetch(self, keys: Iterable[tuple[int, int]]) -> None:
        """Draw the blocks of some (draw, block) that are lacking, but those that another draws.

        Threads that are about to need the same blocks share the work so, where each of them
        would wait for the first block that another draws.
        """
        for key in keys:
            self._obtain(key, wait=False)

    def _obtain(self, key: tuple[int, int], wait: bool) -> SharedPast | str | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            if key in self._drawing and not wait:
                return None
            drawing = self._drawing.setdefault(key, Lock())
        with drawing:
            with self._lock:
                known = self._kept.get(key)
            if known is not None:
                return known
            found = self._draw(*key)
            with self._lock:
                self._kept[key] = found
                self._drawing.pop(key, None)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return found

    def _draw(self, draw: int, block: int) -> SharedPast | str:
        tables = self._problem.tables(draw)
        try:
            found = block_of(tables, self._followed, self._problem.seed, draw, block)
        except InputError as error:
            return error.problem
        return SharedPast(yearly_of(found.outcome, self._needed), found.worlds)
