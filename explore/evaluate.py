"""Evaluate a scenario at any points of given factors, in memory: for searches and adapters.

A sweep knows its points beforehand and writes to a directory; a search chooses the next point
by what the last one gave. Both compute runs in the same way, so a point has the same outcomes
in both, run by run.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ..model.errors import InputError
from .conditioning import BLOCK
from .sweep.design import Design
from .sweep.execute import Task, compute_here
from .sweep.load import read_sweep
from .sweep.outcomes import LABELS, OUTCOMES, YEARLY
from .sweep.problem import DONE, SweepProblem, prepare
from .sweep.resolve import ResolvedSweep

if TYPE_CHECKING:
    from xarray import Dataset

TASK_RUNS: Final = 1000
"""Runs that a thread computes at a time, about."""


class Evaluator:
    """A scenario with factors, ready to be evaluated anywhere within their bounds.

    Get one by :func:`evaluator`. Run r has the same luck at every point.

    Parameters
    ----------
    problem : SweepProblem
        Of any design; its points do not matter.
    workers : int, optional
        Threads; as many as there are cores by default.
    """

    def __init__(self, problem: SweepProblem, workers: int | None = None) -> None:
        self._problem = problem
        self._workers = workers or os.cpu_count() or 1

    def __reduce__(self) -> tuple[Any, ...]:
        return _prepared_again, (self._problem.sweep.to_json(), self._workers)

    @property
    def sweep_problem(self) -> SweepProblem:
        """What is evaluated."""
        return self._problem

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the factors."""
        return tuple(factor.name for factor in self._problem.sweep.factors)

    @property
    def bounds(self) -> tuple[tuple[float, float], ...]:
        """Least and greatest value of each factor."""
        return tuple(factor.bounds for factor in self._problem.sweep.factors)

    @property
    def problem(self) -> dict[str, Any]:
        """The factors in SALib's habit: ``num_vars``, ``names``, ``bounds``."""
        return {
            "num_vars": len(self.names),
            "names": list(self.names),
            "bounds": [list(pair) for pair in self.bounds],
        }

    @property
    def units(self) -> np.ndarray:
        """What makes replicates depend on each other: equal numbers, one unit ``[replicate]``.

        The draw of the parameters; where all have the same, the filter that they share if they
        follow the record, and else each run is a unit.
        """
        runs = np.arange(self._problem.sweep.replicates)
        problem = self._problem.problem
        if problem.draw_count > 1:
            found: np.ndarray = runs % problem.draw_count
            return found
        return runs if problem.followed is None else runs // BLOCK

    def __call__(self, points: np.ndarray) -> Dataset:
        """Outcomes at some points.

        Parameters
        ----------
        points : ndarray [point, factor]
            A factor of which only whole numbers make sense is rounded.

        Returns
        -------
        xarray.Dataset
            Outcomes ``[point, replicate, ...]``, not a number where a run failed; yearly
            means ``yearly_NAME_mean`` ``[point, year, ...]`` of points without a failed run.

        Raises
        ------
        InputError
            If the points do not belong to the factors, or lie outside their bounds.
        """
        at = replace(self._problem, design=self._design(points))
        # Pasts depend on draws only, and cost most: all points share them.
        vars(at)["_pasts"] = self._problem._pasts
        found: dict[str, list[list[np.ndarray]]] = {}
        for task, computed in compute_here(at, self._tasks(len(at.design)), self._workers):
            for name, array in computed.arrays.items():
                rows = found.setdefault(name, [])
                if task.runs.start == 0:
                    rows.append([])
                rows[-1].append(array)
        joined = {
            name: np.concatenate([np.concatenate(row, axis=1) for row in rows])
            for name, rows in found.items()
        }
        return self._dataset(joined)

    def _design(self, points: np.ndarray) -> Design:
        array = np.array(points, dtype=np.float64)
        if array.ndim != 2 or array.shape[1] != len(self.names) or not len(array):
            raise InputError(
                "the points do not belong to the factors",
                found=f"an array of shape {array.shape}",
                allowed=f"[point, {len(self.names)}]: {', '.join(self.names)}",
            )
        for column, factor in zip(array.T, self._problem.sweep.factors, strict=True):
            if factor.whole:
                column[:] = np.round(column)
            low, high = factor.bounds
            wrong = column[~((column >= low) & (column <= high))]
            if len(wrong):
                raise InputError(
                    "a point lies outside the bounds of a factor",
                    field=factor.name,
                    found=float(wrong[0]),
                    allowed=f"{low:g} to {high:g}",
                )
        return Design("lhs", self.names, self.bounds, array)

    def _tasks(self, points: int) -> list[Task]:
        """Points in parts, each with all runs; runs in parts too, unless yearly means are kept."""
        runs = self._problem.sweep.replicates
        part = runs if self._problem.sweep.yearly else min(TASK_RUNS, -(-runs // self._workers))
        step = max(1, min(TASK_RUNS // runs, -(-points // self._workers)))
        return [
            Task((p, r), range(p, min(p + step, points)), range(r, min(r + part, runs)))
            for p in range(0, points, step)
            for r in range(0, runs, part)
        ]

    def _dataset(self, arrays: Mapping[str, np.ndarray]) -> Dataset:
        from xarray import Dataset

        sweep, done = self._problem.sweep, arrays["status"] == DONE
        found: dict[str, Any] = {}
        dims: set[str] = set()
        for name in sweep.outcomes:
            spec = OUTCOMES[name]
            known = done.reshape(*done.shape, *(1,) * len(spec.dims))
            values = np.where(known, arrays[name].astype(np.float64), np.nan)
            about = {"units": spec.unit, "long_name": spec.long_name}
            found[name] = (("point", "replicate", *spec.dims), values, about)
            dims |= set(spec.dims)
        for name in sweep.yearly:
            year = YEARLY[name]
            values = arrays[f"yearly_{name}_mean"][:, 0].astype(np.float64)
            values[~done.all(axis=1)] = np.nan
            about = {"units": year.unit, "long_name": year.long_name}
            found[f"yearly_{name}_mean"] = (("point", "year", *year.dims), values, about)
            dims |= set(year.dims)
        coords: dict[str, Any] = {dim: list(LABELS[dim]) for dim in LABELS if dim in dims}
        if sweep.yearly:
            coords["year"] = list(self._problem.years)
        return Dataset(found, coords=coords)


def _prepared_again(sweep: str, workers: int) -> Evaluator:
    """An evaluator in another process: prepared anew, since pasts are not sent."""
    return Evaluator(prepare(ResolvedSweep.from_json(sweep)), workers)


def evaluator(
    on: str,
    factors: Sequence[Mapping[str, Any]],
    *,
    outcomes: Sequence[str] = ("packages",),
    yearly: Sequence[str] = (),
    replicates: int = 200,
    seed: int = 1,
    parameters: str | None = None,
    workers: int | None = None,
) -> Evaluator:
    """Evaluator of a scenario.

    Parameters
    ----------
    on : str
        A shipped scenario, or the path of a file.
    factors : sequence of mapping
        As in a sweep file: ``{"quantity": "budget.china", "factor": [0.5, 2.0], "from": 2026}``.
        A factor given by quantiles is moved evenly between its two numbers here.
    outcomes, yearly : sequence of str
        What is kept of every run, and of every point and year.
    replicates : int
        Runs of every point.
    seed : int
        Key of all luck.
    parameters : {"point", "prior", "posterior"}, optional
        Where parameter values come from; the scenario says by default.
    workers : int, optional
        Threads; as many as there are cores by default.

    Raises
    ------
    InputError
        All that is wrong, a line each.
    """
    content = {
        "name": "evaluation",
        "title": "Points of a search",
        "on": on,
        "seed": seed,
        "replicates": replicates,
        "design": {"method": "lhs", "size": 1},
        "factors": [dict(factor) for factor in factors],
        "outcomes": list(outcomes),
        "yearly": list(yearly),
        **({} if parameters is None else {"parameters": parameters}),
    }
    problem = prepare(read_sweep(content, "evaluation"))
    problem.check()
    return Evaluator(problem, workers)
