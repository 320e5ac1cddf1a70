"""Futures: baseline and what-if on the same luck, from the first year that a lever moves.

Until then the two are one, since luck is addressed; so the what-if starts from the worlds in
which the baseline stands as that year begins.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event, Lock
from typing import Any, Final

import numpy as np

from ..model.engine import run_all
from ..model.errors import InputError
from ..model.names import START_YEAR
from ..model.world import World, empty_outcome
from ..model.year import new_year
from ..scenarios.resolve import ResolvedLever
from .errors import DroppedError, PreparingError
from .ground import FEW, MOST, Ground, Grounds
from .moves import Move, placed
from .pasts import VARIABLES, Past, Pasts

CHUNK: Final = 50
"""Draws that one thread takes at a time; between them it looks whether anybody still waits."""
CHECKPOINTS: Final = 8
"""Years of which a baseline's worlds are kept, by start and seed: 2 MB each."""
BASES: Final = 6
"""Baselines that are kept: about 12 MB each and 30 MB of a free start."""
Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Pair:
    """Baseline and what-if of the same futures.

    Attributes
    ----------
    ground : Ground
    n, draws : int
        Futures, and the draws that they use.
    first : int or None
        First year in which the sides can differ.
    base, what : dict of str to ndarray [n, year, ...]
        Of :data:`~.pasts.VARIABLES`, 1992 to the horizon. The same object if nothing is moved.
    """

    ground: Ground
    n: int
    draws: int
    first: int | None
    base: Arrays
    what: Arrays


class Engine:
    """Computes futures by threads, and keeps baselines."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or os.cpu_count() or 1
        self._few = ThreadPoolExecutor(self.workers, thread_name_prefix="few")
        self._many = ThreadPoolExecutor(self.workers, thread_name_prefix="many")
        self._filler = ThreadPoolExecutor(1, thread_name_prefix="pasts")
        self.grounds = Grounds()
        self.pasts = Pasts(self._filler.submit)
        self._bases: OrderedDict[tuple[str, int], Baseline] = OrderedDict()
        self._lock = Lock()

    def close(self) -> None:
        """Stop the threads."""
        self.pasts.stop()
        self._filler.shutdown(wait=False, cancel_futures=True)
        for pool in (self._few, self._many):
            pool.shutdown(wait=False, cancel_futures=True)

    def base(self, start: str, seed: int, n: int) -> Baseline:
        """Baseline of a start and a seed.

        Raises
        ------
        InputError
            If the draws do not fit the number of futures.
        PreparingError
            If its past is not drawn yet.
        """
        ground = self.grounds.get(start)
        ground.draws_of(n)
        past = self.pasts.get(ground, seed)
        if not past.ready(n):
            raise PreparingError(past.share(n))
        with self._lock:
            key = (start, seed)
            found = self._bases.get(key)
            if found is None or found.past is not past:
                found = Baseline(ground, past)
                self._bases[key] = found
            self._bases.move_to_end(key)
            while len(self._bases) > BASES:
                self._bases.popitem(last=False)
            return found

    def pair(self, move: Move, dropped: Event | None = None) -> Pair:
        """Both sides of a move.

        Raises
        ------
        InputError
            If a lever is wrong.
        PreparingError
            If the start is not ready.
        DroppedError
            If nobody waits any more.
        """
        first, what = move.first, move.what
        base = self.base(move.start, move.seed, move.n)
        ground, draws = base.ground, base.ground.draws_of(move.n)
        dropped = dropped or Event()
        known = base.arrays(move.n, self.simulate, dropped)
        if first is None:
            return Pair(ground, move.n, draws, None, known, known)
        levers = what.levers[len(ground.resolved.levers) :]
        worlds = base.worlds(first, move.n, self.simulate, dropped)
        try:
            late = self.simulate(base, levers, first, ground.last, move.n, worlds, dropped)
        except InputError as error:
            raise placed(error, move.given) from error
        row = first - START_YEAR
        moved = {
            name: np.concatenate([known[name][:, :row], late[name]], axis=1) for name in VARIABLES
        }
        return Pair(ground, move.n, draws, first, known, moved)

    def simulate(
        self,
        base: Baseline,
        levers: Sequence[ResolvedLever],
        first: int,
        last: int,
        n: int,
        worlds: World,
        dropped: Event,
    ) -> Arrays:
        """Walk years of ``n`` futures from given worlds, which end as the last year leaves them.

        Returns
        -------
        dict of str to ndarray [n, year, ...]
            ``first`` to ``last``.
        """
        room = {
            name: np.zeros((n, last - first + 1, *array.shape[2:]), _kind(name, array))
            for name in VARIABLES
            for array in (getattr(_SHAPES, name),)
        }
        draws = base.ground.draws_of(n)
        pool = self._few if n <= FEW else self._many
        parts = [slice(at, min(at + CHUNK, draws)) for at in range(0, draws, CHUNK)]
        jobs = [
            pool.submit(_walk, base, levers, first, last, draws, part, worlds, room, dropped)
            for part in parts
        ]
        for job in jobs:
            job.result()
        return room


Simulate = Callable[..., Arrays]
_SHAPES: Final = empty_outcome(1, 1)


def _kind(name: str, array: np.ndarray) -> np.dtype[Any]:
    return np.dtype(np.float32) if name == "dependence" else array.dtype


def _walk(
    base: Baseline,
    levers: Sequence[ResolvedLever],
    first: int,
    last: int,
    draws: int,
    part: slice,
    worlds: World,
    room: Arrays,
    dropped: Event,
) -> None:
    """Walk the futures of some draws; future r is row r of the worlds and of the room."""
    if dropped.is_set():
        raise DroppedError
    ground, seed = base.ground, base.past.seed
    rows = slice(0, last - START_YEAR + 1)
    flats = ground.moved(levers, part) if levers else ground.flats[part]
    now = new_year()
    n = len(next(iter(room.values())))
    for flat, draw in zip(flats, range(part.start, part.stop), strict=True):
        runs = np.arange(draw, n, draws, dtype=np.int64)
        mine = World._make(np.ascontiguousarray(whole[draw:n:draws]) for whole in worlds)
        out = empty_outcome(len(runs), last - first + 1)
        run_all(flat[rows], seed, runs, first, mine, now, out)
        for name, target in room.items():
            target[draw:n:draws] = getattr(out, name)
        for whole, source in zip(worlds, mine, strict=True):
            whole[draw:n:draws] = source


class Baseline:
    """The futures of a start and a seed without any lever of a page."""

    def __init__(self, ground: Ground, past: Past) -> None:
        self.ground = ground
        self.past = past
        self.notes: dict[object, Any] = {}
        """What others derive from it and want kept as long as it is."""
        self._arrays: dict[int, Arrays] = {}
        self._worlds: OrderedDict[tuple[int, int], World] = OrderedDict()
        self._lock = Lock()

    def arrays(self, n: int, simulate: Simulate, dropped: Event) -> Arrays:
        """Record of the first ``n`` futures, 1992 to the horizon."""
        with self._lock:
            if MOST in self._arrays:
                return {name: array[:n] for name, array in self._arrays[MOST].items()}
            if n not in self._arrays:
                ground = self.ground
                rest = simulate(self, (), ground.first, ground.last, n, self._start(n), dropped)
                past = self.past.arrays
                self._arrays[n] = {
                    name: np.concatenate([past[name][:n], rest[name]], axis=1) if past else array
                    for name, array in rest.items()
                }
            return self._arrays[n]

    def worlds(self, year: int, n: int, simulate: Simulate, dropped: Event) -> World:
        """Worlds of the first ``n`` futures as a year begins; the caller's own copy."""
        if year == self.ground.first:
            return self._start(n)
        with self._lock:
            for count in (n, MOST):
                if (year, count) in self._worlds:
                    self._worlds.move_to_end((year, count))
                    return _copy(self._worlds[year, count], n)
            worlds = self._start(n)
            simulate(self, (), self.ground.first, year - 1, n, worlds, dropped)
            self._worlds[year, n] = worlds
            while len(self._worlds) > CHECKPOINTS:
                self._worlds.popitem(last=False)
            return _copy(worlds, n)

    def _start(self, n: int) -> World:
        return _copy(self.past.worlds, n)


def _copy(worlds: World, n: int) -> World:
    return World._make(np.array(part[:n]) for part in worlds)
