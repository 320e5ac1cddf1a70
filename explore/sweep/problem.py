"""A sweep ready to be computed: any points and runs of it, reduced where they are computed.

Run r of a point has the luck of run r at every other point, and the same draw of the
parameters unless each point has one of its own. So points differ by their factors only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from ...model.engine import first_worlds, run_all
from ...model.errors import InputError
from ...model.names import START_YEAR
from ...model.tables import Tables
from ...model.world import Outcome, World, empty_outcome
from ...model.year import Year, new_year
from ..conditioning import BLOCK, STRIDE, rows_of
from ..problem import Problem, assemble
from .design import Design
from .factors import Mover, check_reach, moved, mover
from .outcomes import LABELS, OUTCOMES, YEARLY, RunOutcome, Yearly, needed, yearly_of
from .pasts import SharedPasts
from .points import design_of
from .resolve import ResolvedSweep

STEP_RUNS: Final = 200
"""Runs whose whole years are in memory together, about 50 kB each."""
NOT_COMPUTED, DONE, FAILED = 0, 1, 2
"""Status of a run."""


class Group(NamedTuple):
    """Runs of a point that share a draw and, if they follow the record, a block of the filter.

    Attributes
    ----------
    point, draw, block : int
    runs : ndarray of int64
        Run numbers.
    rows : ndarray of int
        Their places among the cells of a step.
    """

    point: int
    draw: int
    block: int
    runs: np.ndarray
    rows: np.ndarray


@dataclass(frozen=True)
class SweepProblem:
    """A resolved sweep with its scenario's problem and its design."""

    sweep: ResolvedSweep
    problem: Problem
    design: Design

    @cached_property
    def movers(self) -> tuple[Mover, ...]:
        """Factors, ready to change tables; the design's first columns."""
        return tuple(mover(factor, self.problem.dated) for factor in self.sweep.factors)

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """Yearly numbers that the outcomes are taken from."""
        return needed(self.sweep.outcomes, self.sweep.yearly)

    @cached_property
    def _pasts(self) -> SharedPasts | None:
        return None if self.problem.followed is None else SharedPasts(self.problem, self.needed)

    @property
    def first_projected(self) -> int:
        """Place of the first year that is free among the years of a run."""
        return 0 if self.problem.until is None else self.problem.until + 1 - START_YEAR

    @property
    def years(self) -> range:
        """The calendar years of a run."""
        return range(START_YEAR, self.problem.resolved.horizon + 1)

    def check(self) -> None:
        """Require that the factors keep all draws within bounds, unless failures are marked.

        Raises
        ------
        InputError
        """
        if self.sweep.failures == "mark":
            return
        for draw in range(self.problem.draw_count):
            flat = self.problem.tables(draw).flat
            check_reach(flat, self.movers, draw, self.sweep.name)

    def draw_of(self, point: int, runs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Draw of the parameters of each run of a point, and its turn among runs of the draw."""
        draws = self.problem.draw_count
        if self.sweep.design.posterior == "points":
            return np.full_like(runs, point % draws), runs
        return runs % draws, runs // draws

    def compute(self, points: range, runs: range) -> tuple[dict[str, np.ndarray], list[str]]:
        """Outcomes of some runs of some points.

        Returns
        -------
        arrays : dict of str to ndarray
            ``status`` ``[point, run]`` and for each outcome ``[point, run, *dims]``; for each
            yearly number ``yearly_NAME_mean`` and ``yearly_NAME_sd`` ``[point, 1, year, *dims]``
            over the runs that did not fail.
        failures : list of str
            Why runs failed, each reason once.
        """
        gathered = _Gathered(self, len(points), len(runs))
        for cells in _steps(len(points), len(runs)):
            gathered.add(cells, *self._step(points, runs, cells))
        return gathered.arrays(), sorted(gathered.reasons)

    def _step(
        self, points: range, runs: range, cells: range
    ) -> tuple[dict[str, np.ndarray], np.ndarray, set[str]]:
        """Yearly numbers of the cells of a step, and which of them failed, and why."""
        years, first = len(self.years), self.first_projected
        out = empty_outcome(len(cells), years - first)
        past = {
            name: np.zeros((len(cells), first, *_lengths(name)), YEARLY[name].dtype)
            for name in (self.needed if first else ())
        }
        failed = np.zeros(len(cells), bool)
        reasons: set[str] = set()
        workspace = new_year()
        groups = list(self._groups(points, runs, cells))
        if self._pasts is not None and self.sweep.design.posterior == "replicates":
            self._pasts.fetch((group.draw, group.block) for group in groups)
        for group in groups:
            reason = self._walk(group, out, past, workspace)
            if reason is not None:
                failed[group.rows] = True
                reasons.add(reason)
        yearly = yearly_of(out, self.needed)
        if first:
            yearly = {
                name: np.concatenate([past[name], after], axis=1) for name, after in yearly.items()
            }
        return yearly, failed, reasons

    def _groups(self, points: range, runs: range, cells: range) -> Iterator[Group]:
        """Groups of a step; a cell is a place in the table of points and runs."""
        which, place = np.divmod(np.arange(cells.start, cells.stop), len(runs))
        for n in range(which[0], which[-1] + 1):
            rows = np.flatnonzero(which == n)
            numbers = runs.start + place[rows]
            draws, turns = self.draw_of(points[n], numbers)
            blocks = turns // BLOCK if self._pasts is not None else np.zeros_like(turns)
            keys = draws * (blocks.max() + 1) + blocks
            for key in dict.fromkeys(keys.tolist()):
                own = keys == key
                draw, block = int(draws[own][0]), int(blocks[own][0])
                yield Group(points[n], draw, block, numbers[own], rows[own])

    def _walk(
        self, group: Group, out: Outcome, past: dict[str, np.ndarray], workspace: Year
    ) -> str | None:
        """Compute the runs of a group into the rows of ``out`` and ``past``, or say why not."""
        values = self.design.points[group.point, : len(self.movers)]
        flat = moved(self.problem.tables(group.draw).flat, self.movers, values)
        for each in self.movers:
            reason = each.outside(flat)
            if reason is not None:
                return reason
        first = START_YEAR + self.first_projected
        tables = Tables(flat)
        if self._pasts is None:
            worlds = first_worlds(tables, len(group.runs))
        else:
            shared = self._pasts.get(group.draw, group.block)
            if isinstance(shared, str):
                return shared
            _, turns = self.draw_of(group.point, group.runs)
            rows = turns % BLOCK * STRIDE % BLOCK
            worlds = World._make(np.array(part, order="C") for part in rows_of(shared.worlds, rows))
            for name, array in past.items():
                array[group.rows] = shared.yearly[name][rows]
        begin, end = int(group.rows[0]), int(group.rows[-1]) + 1
        if end - begin == len(group.rows):
            room = Outcome._make(part[begin:end] for part in out)
        else:
            room = empty_outcome(len(group.runs), len(self.years) - self.first_projected)
        run_all(tables.flat, self.problem.seed, group.runs, first, worlds, workspace, room)
        if end - begin != len(group.rows):
            for whole, part in zip(out, room, strict=True):
                whole[group.rows] = part
        return None


class _Gathered:
    """Outcomes of the steps of a chunk, put together in one order."""

    def __init__(self, problem: SweepProblem, points: int, runs: int) -> None:
        self._first = problem.first_projected
        self._points, self._runs = points, runs
        sweep, cells = problem.sweep, points * runs
        self._status = np.full(cells, DONE, np.uint8)
        self._outcomes = {
            name: np.zeros((cells, *_lengths(name, OUTCOMES)), OUTCOMES[name].dtype)
            for name in sweep.outcomes
        }
        shape = (points, len(problem.years))
        self._sums = {name: np.zeros((*shape, *_lengths(name))) for name in sweep.yearly}
        self._squares = {name: np.zeros((*shape, *_lengths(name))) for name in sweep.yearly}
        self.reasons: set[str] = set()

    def add(
        self, cells: range, yearly: dict[str, np.ndarray], failed: np.ndarray, reasons: set[str]
    ) -> None:
        """Add the runs of a step."""
        self.reasons |= reasons
        place = slice(cells.start, cells.stop)
        self._status[place][failed] = FAILED
        for name, outcome in self._outcomes.items():
            spec = OUTCOMES[name]
            outcome[place] = spec.of(yearly[spec.needs], self._first)
            outcome[place][failed] = 0
        which = np.arange(cells.start, cells.stop) // self._runs
        starts = np.flatnonzero(np.diff(which, prepend=-1))
        rows = which[starts]
        for name, sums in self._sums.items():
            values = yearly[name].astype(np.float64)
            values[failed] = 0.0
            sums[rows] += np.add.reduceat(values, starts, axis=0)
            self._squares[name][rows] += np.add.reduceat(values * values, starts, axis=0)

    def arrays(self) -> dict[str, np.ndarray]:
        """All arrays ``[point, run, ...]``."""
        shape = (self._points, self._runs)
        found = {"status": self._status.reshape(shape)}
        for name, outcome in self._outcomes.items():
            found[name] = outcome.reshape(*shape, *outcome.shape[1:])
        count = (found["status"] == DONE).sum(axis=1)
        for name, sums in self._sums.items():
            n = count.reshape(-1, *(1,) * (sums.ndim - 1)).astype(np.float64)
            with np.errstate(invalid="ignore", divide="ignore"):
                mean = sums / n
                spread = np.sqrt(np.maximum(self._squares[name] - n * mean * mean, 0.0) / (n - 1.0))
            spread[count < 2] = np.nan
            found[f"yearly_{name}_mean"] = mean[:, np.newaxis].astype(np.float32)
            found[f"yearly_{name}_sd"] = spread[:, np.newaxis].astype(np.float32)
        return found


def _steps(points: int, runs: int) -> Iterator[range]:
    """Cells of a chunk in steps: whole points where they are small, else parts of one."""
    if runs <= STEP_RUNS:
        size = STEP_RUNS // runs * runs
        yield from (range(n, min(n + size, points * runs)) for n in range(0, points * runs, size))
        return
    for point in range(points):
        for run in range(0, runs, STEP_RUNS):
            yield range(point * runs + run, point * runs + min(run + STEP_RUNS, runs))


def _lengths(name: str, catalogue: Mapping[str, Yearly | RunOutcome] = YEARLY) -> tuple[int, ...]:
    return tuple(len(LABELS[dim]) for dim in catalogue[name].dims)


def prepare(sweep: ResolvedSweep) -> SweepProblem:
    """Read evidence and parameters, and sample the design.

    Raises
    ------
    InputError
        If evidence, draws or factors do not fit.
    """
    problem = assemble(sweep.scenario, sweep.seed)
    found = SweepProblem(sweep, problem, design_of(sweep, problem.draws))
    if not len(found.design):
        raise InputError("the design has no points", file=sweep.name)
    return found
