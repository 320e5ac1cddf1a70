"""EMA Workbench: the model as its ``Model``, with uncertainties, levers and outcomes.

::

    from ema_workbench import perform_experiments
    from steppe.explore.adapters.ema import ema_model
    from steppe.explore.evaluate import evaluator

    evaluate = evaluator("baseline-2022", factors, replicates=50)
    model = ema_model(evaluate, {"packages": "packages.china.all"}, levers=["budget.china"])
    experiments, outcomes = perform_experiments(model, scenarios=100, policies=4)

Names have underscores for dots there: ``budget_china``. The EMA Workbench is an extra:
``pip install steppe-scenarios[ema]``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...model.errors import InputError, near
from .naming import factor_names, means, point_of

if TYPE_CHECKING:
    from ..evaluate import Evaluator


class PointFunction:
    """The model at one point, as the workbench calls it: factors in, outcomes out.

    Parameters
    ----------
    evaluate : Evaluator
    outcomes : mapping of str to str
        By name an address or an event.
    """

    def __init__(self, evaluate: Evaluator, outcomes: Mapping[str, str]) -> None:
        self.evaluate, self.outcomes = evaluate, dict(outcomes)

    def __call__(self, **values: float) -> dict[str, Any]:
        """Mean over the replicates of each outcome; not a number where a run failed."""
        found = self.evaluate(point_of(self.evaluate, values))
        return {name: means(found, wanted)[0] for name, wanted in self.outcomes.items()}


def ema_model(
    evaluate: Evaluator,
    outcomes: Mapping[str, str],
    levers: Sequence[str] = (),
    name: str = "steppe",
) -> Any:
    """Model of the EMA Workbench.

    Parameters
    ----------
    evaluate : Evaluator
    outcomes : mapping of str to str
        By name the address of an outcome (``packages.china.all``), an event
        (``first_year.china.defence.mixed_unit < 2030``, the share of runs), or a yearly mean
        with the year open (``yearly_packages_mean.*.china.all``), which is an array.
    levers : sequence of str
        Factors that a policy sets; the others are uncertainties.
    name : str
        Letters and digits.

    Returns
    -------
    ema_workbench.Model

    Raises
    ------
    InputError
        If the workbench is not installed, or a lever is no factor.
    """
    try:
        from ema_workbench import (
            ArrayOutcome,
            IntegerParameter,
            Model,
            RealParameter,
            ScalarOutcome,
        )
    except ImportError as error:
        raise InputError(
            "the EMA Workbench is not installed", todo="pip install 'steppe-scenarios[ema]'"
        ) from error
    unknown = sorted(set(levers) - set(evaluate.names))
    if unknown:
        raise InputError(
            "no factor has this name",
            field="levers",
            found=unknown[0],
            allowed=", ".join(evaluate.names),
            nearest=near(unknown[0], evaluate.names),
        )
    parameters = {}
    for plain, factor in zip(
        factor_names(evaluate.names), evaluate.sweep_problem.sweep.factors, strict=True
    ):
        low, high = factor.bounds
        parameters[factor.name] = (
            IntegerParameter(plain, int(low), int(high))
            if factor.whole
            else RealParameter(plain, low, high)
        )
    model = Model(name, function=PointFunction(evaluate, outcomes))
    model.uncertainties = [p for n, p in parameters.items() if n not in levers]
    model.levers = [parameters[n] for n in evaluate.names if n in levers]
    middle = np.array([np.mean(evaluate.bounds, axis=1)])
    sample = evaluate(middle)
    model.outcomes = [
        (ScalarOutcome if means(sample, wanted).ndim == 1 else ArrayOutcome)(called)
        for called, wanted in outcomes.items()
    ]
    return model
