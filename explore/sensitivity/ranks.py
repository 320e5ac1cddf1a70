"""Ranks: factors in the order of their weight, and what can be said of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ...model.errors import InputError
from .analyses import MEASURES
from .over import OK

if TYPE_CHECKING:
    import pandas as pd
    from xarray import Dataset

BASELINES: Final = {"morris": "mu_star_chance", "delta": "delta_floor", "pawn": "PAWN_floor"}
"""By method what chance alone would show."""


def ranked(indices: Dataset) -> pd.DataFrame:
    """Table of the factors of one cell, the weightiest first.

    Parameters
    ----------
    indices : xarray.Dataset
        Of one of the analyses, one cell of it (``indices.sel(year=2030)``).

    Returns
    -------
    pandas.DataFrame
        ``factor``, the method's index with ``low`` and ``high``, all its other indices, and
        ``told``: whether its interval lies above what chance alone would show (for Sobol
        indices with replicates that of ``ST_expected`` above 0, since luck adds to ST itself).
        ``low`` and ``high`` hold the bounds of missing runs too, where there are any.

    Raises
    ------
    InputError
        If there are several cells, or the index was refused.
    """
    import pandas as pd

    measure = MEASURES[indices.attrs["method"]]
    if indices["status"].ndim:
        raise InputError(
            "indices of several cells have no one order",
            found=", ".join(map(str, indices["status"].dims)),
            todo="choose one cell first, such as indices.sel(year=2030)",
        )
    status = str(indices["status"].item())
    if status != OK:
        raise InputError(f"the index was {status}", field=str(indices.attrs["outcome"]))
    columns = {
        str(name): indices[name].values
        for name in indices.data_vars
        if indices[name].dims == ("factor",)
    }
    low, high = columns.pop(f"{measure}_low"), columns.pop(f"{measure}_high")
    if f"{measure}_least" in columns:
        low = np.fmin(low, columns[f"{measure}_least"])
        high = np.fmax(high, columns[f"{measure}_most"])
    floor = columns.get(BASELINES.get(indices.attrs["method"], ""), np.zeros(len(low)))
    told = columns.get("ST_expected_low", low) > floor
    table = pd.DataFrame(
        {
            "factor": indices["factor"].values,
            measure: columns.pop(measure),
            "low": low,
            "high": high,
            "told": told,
            **columns,
        }
    )
    return table.sort_values(measure, ascending=False, kind="stable", ignore_index=True)
