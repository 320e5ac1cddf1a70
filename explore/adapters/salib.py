"""SALib: the model as a function of a sample, and its factors as a ``ProblemSpec``.

::

    from steppe.explore.adapters.salib import problem_spec, salib_function
    from steppe.explore.evaluate import evaluator

    evaluate = evaluator("baseline-2022", factors, replicates=50)
    spec = problem_spec(evaluate, "packages.china.all")
    spec.sample_sobol(64).evaluate(salib_function(evaluate, "packages.china.all"))
    spec.analyze_sobol()
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...model.errors import InputError
from .naming import means

if TYPE_CHECKING:
    from ..evaluate import Evaluator


def salib_function(evaluate: Evaluator, wanted: str) -> Callable[[np.ndarray], np.ndarray]:
    """Function of a sample ``[point, factor]`` that gives ``[point]``, as SALib wants it.

    Parameters
    ----------
    evaluate : Evaluator
    wanted : str
        Address of an outcome (``packages.china.all``), or an event; the mean over the
        replicates is returned.

    Raises
    ------
    InputError
        When it is called: if a run failed, since SALib would take what is no number for one,
        or if the outcome has more than one number a point.
    """

    def model(sample: np.ndarray) -> np.ndarray:
        found = means(evaluate(np.atleast_2d(sample)), wanted)
        if found.ndim != 1:
            raise InputError(
                "SALib takes one number a point", found=wanted, todo="give more labels, or all"
            )
        if not np.isfinite(found).all():
            raise InputError(
                "runs failed, so the indices would not be known",
                found=f"{int((~np.isfinite(found)).sum())} of {len(found)} points",
                todo="narrow the factors, or use 'steppe sensitivity', which bounds them",
            )
        return found

    return model


def problem_spec(evaluate: Evaluator, wanted: str) -> Any:
    """SALib's ``ProblemSpec`` of the factors and one outcome."""
    from SALib import ProblemSpec

    return ProblemSpec({**evaluate.problem, "outputs": [wanted]})
