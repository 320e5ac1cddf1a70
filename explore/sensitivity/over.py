"""Over the cells of an outcome: one analysis after the other, refused or answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ...model.errors import InputError
from .responses import Cells, RefusedError, Responses, responses

if TYPE_CHECKING:
    from xarray import Dataset

Span = tuple[float, float] | None
Answer = dict[str, np.ndarray]
OK: Final = "ok"
FEWEST: Final = 8
"""Blocks or points below which no index is given."""


def enough(whole: np.ndarray, most: float, what: str, fewest: int = FEWEST) -> None:
    """Refuse an index that would rest on too few blocks, or on too few of them."""
    missing = int(len(whole) - whole.sum())
    if missing > most * len(whole):
        raise RefusedError(
            f"runs are missing in {missing} of {len(whole)} {what}, {most:.0%} allowed"
        )
    if whole.sum() < fewest:
        raise RefusedError(f"{whole.sum()} {what}, at least {fewest} needed")


def varies(runs: np.ndarray) -> None:
    """Refuse indices of an outcome that no factor moves."""
    if responses(runs).constant:
        raise RefusedError("the outcome is the same at every point")


def over(
    method: str,
    names: list[str],
    points: np.ndarray,
    cells: Cells,
    one: Callable[[Responses], Answer],
    span: Span,
    settings: Mapping[str, Any],
) -> Dataset:
    """Analyse every cell and put the answers together."""
    from xarray import Dataset

    if cells.points != len(points):
        raise InputError(
            "as many outcomes as points are needed", found=cells.points, allowed=str(len(points))
        )
    answers: dict[tuple[int, ...], Answer] = {}
    status = np.empty(cells.shape, dtype=object)
    missing = np.empty(cells.shape, dtype=np.int64)
    for place, values in cells:
        missing[place] = int((~np.isfinite(values)).sum())
        status[place], answers[place] = _answered(one, values, span)
    kept: dict[str, Any] = {}
    for name, shape in sorted({(k, v.shape) for a in answers.values() for k, v in a.items()}):
        array = np.full((*cells.shape, *shape), np.nan)
        for place, answer in answers.items():
            array[place] = answer.get(name, np.full(shape, np.nan))
        kept[name] = ((*cells.dims, *("factor", "other")[: len(shape)]), array)
    pair = {"other": names} if any("other" in dims for dims, _ in kept.values()) else {}
    return Dataset(
        {**kept, "missing": (cells.dims, missing), "status": (cells.dims, status.astype(str))},
        coords={**cells.coords, "factor": names, **pair},
        attrs={
            "method": method, "outcome": cells.name, "points": len(points),
            "replicates": cells.replicates, **settings,
        },
    )  # fmt: skip


def _answered(
    one: Callable[[Responses], Answer], values: np.ndarray, span: Span
) -> tuple[str, Answer]:
    if not np.isfinite(values).any():
        return "refused: no run is there", {}
    try:
        return OK, one(responses(values, span))
    except RefusedError as refusal:
        return f"refused: {refusal}", {}
