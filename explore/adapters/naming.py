"""Names: factors and outcomes as other tools write them, without dots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...model.errors import InputError
from ..discovery.cases import Event
from ..swept import outcome_at

if TYPE_CHECKING:
    from xarray import Dataset

    from ..evaluate import Evaluator


def plain(name: str) -> str:
    """A name as Python writes one: ``budget.china`` is ``budget_china``."""
    return "".join(c if c.isalnum() else "_" for c in name)


def factor_names(names: Sequence[str]) -> dict[str, str]:
    """By plain name the name of a factor.

    Raises
    ------
    InputError
        If two factors become one.
    """
    found = {plain(name): name for name in names}
    if len(found) < len(names):
        raise InputError(
            "two factors have one name without dots",
            found=", ".join(names),
            todo="give one of them a name of its own",
        )
    return found


def point_of(evaluate: Evaluator, values: Mapping[str, float]) -> np.ndarray:
    """Point ``[1, factor]`` from values by plain name.

    Raises
    ------
    InputError
        If a factor has no value, or a value no factor.
    """
    names = factor_names(evaluate.names)
    if set(values) != set(names):
        raise InputError(
            "a value is needed for each factor",
            found=", ".join(sorted(values)) or "none",
            allowed=", ".join(names),
        )
    return np.array([[float(values[name]) for name in names]])


def means(sweep: Dataset, wanted: str) -> np.ndarray:
    """Mean over the replicates of an outcome or event, ``[point, ...]``.

    Not a number where a run failed: a mean over fewer runs would be another quantity.
    """
    if any(sign in wanted for sign in "<>"):
        return np.asarray(Event.read(wanted).happens(sweep).mean(axis=1))
    values = outcome_at(sweep, wanted)
    if "replicate" in values.dims:
        values = values.mean("replicate", skipna=False)
    return np.asarray(values.values)
