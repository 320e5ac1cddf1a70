"""Mesa: points of a sweep under ``batch_run``, as agents.

::

    from mesa import batch_run
    from steppe.explore.adapters.mesa import PointModel, batch_parameters
    from steppe.explore.evaluate import evaluator

    evaluate = evaluator("baseline-2022", factors)
    rows = batch_run(
        PointModel,
        batch_parameters(evaluate, {"budget.china": [0.5, 1.0, 2.0]}, runs=range(5)),
        data_collection_period=1,
    )

A row is a run and year, with Mesa's columns, the factors, and what the model's collector
gathers. Run for run they are the numbers of the compiled engine, which is some hundred times
faster: take this where agents are to be looked at or changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ...model.errors import InputError
from ...model.names import START_YEAR
from ...model.security import SecurityModel
from ...model.tables import Tables
from ..conditioning import place_of, rows_of
from ..sweep.factors import moved
from ..sweep.problem import SweepProblem, prepare
from ..sweep.resolve import ResolvedSweep
from .naming import factor_names

if TYPE_CHECKING:
    from ..evaluate import Evaluator


class PointModel(SecurityModel):
    """One run at one point of a sweep; the sweep is told by its JSON, so that processes share it.

    Parameters
    ----------
    sweep : str
        JSON of the resolved sweep: :func:`batch_parameters` gives it.
    run : int
        Run number: which luck, and which draw of the parameters.
    seed : int, optional
        Mesa passes one; it is not used, since the sweep has its own.
    **values : float
        Of each factor, by its name with underscores for dots; rounded where only whole numbers
        make sense.

    Raises
    ------
    InputError
        If values and factors do not belong together, or a factor leaves its bounds.
    """

    def __init__(self, sweep: str, run: int = 0, seed: int | None = None, **values: float) -> None:
        problem = _prepared(sweep)
        names = factor_names([factor.name for factor in problem.sweep.factors])
        if set(values) != set(names):
            raise InputError(
                "a value is needed for each factor",
                found=", ".join(sorted(values)) or "none",
                allowed=", ".join(names),
            )
        point = np.array([float(values[name]) for name in names])
        whole = np.array([factor.whole for factor in problem.sweep.factors])
        point = np.where(whole, np.round(point), point)
        draw, block, row = place_of(run, problem.problem.draw_count)
        flat = moved(problem.problem.tables(draw).flat, problem.movers, point)
        for each in problem.movers:
            if (reason := each.outside(flat)) is not None:
                raise InputError(reason, file=problem.sweep.name)
        until, world = problem.problem.until, None
        if until is not None:
            shared = problem._pasts.get(draw, block)  # type: ignore[union-attr]
            if isinstance(shared, str):
                raise InputError(shared, file=problem.sweep.name)
            world = rows_of(shared.worlds, row)
        first = START_YEAR if until is None else until + 1
        super().__init__(Tables(flat), run, problem.problem.seed, world, first)


@lru_cache(maxsize=4)
def _prepared(sweep: str) -> SweepProblem:
    return prepare(ResolvedSweep.from_json(sweep))


def batch_parameters(
    evaluate: Evaluator, values: Mapping[str, Iterable[float]], runs: Iterable[int]
) -> dict[str, Any]:
    """Parameters for ``batch_run(PointModel, ...)``: every combination of values and runs.

    Parameters
    ----------
    evaluate : Evaluator
    values : mapping of str to iterable of float
        By factor the values to take.
    runs : iterable of int
        Run numbers; the same luck at every combination.

    Raises
    ------
    InputError
        If a factor has no values, or values no factor.
    """
    names = factor_names(evaluate.names)
    if set(values) != set(names.values()):
        raise InputError(
            "values are needed for each factor",
            found=", ".join(values) or "none",
            allowed=", ".join(evaluate.names),
        )
    return {
        "sweep": [evaluate.sweep_problem.sweep.to_json()],
        "run": list(runs),
        **{plain: [float(x) for x in values[name]] for plain, name in names.items()},
    }
