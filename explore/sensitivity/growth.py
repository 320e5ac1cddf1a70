"""Growth: indices from ever more of the sample, to see whether they have settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ...model.errors import InputError
from .analyses import MEASURES, analysis, block_of
from .over import OK
from .ranks import ranked
from .responses import Cells

if TYPE_CHECKING:
    from xarray import Dataset

    from .responses import Outcome

SMALLEST: Final = {"sobol": 16, "morris": 4, "delta": 100, "pawn": 100}
"""By method the smallest part of a sample that is looked at: blocks, paths, points."""


def convergence(
    method: str,
    problem: Mapping[str, Any],
    points: np.ndarray,
    outcome: Outcome,
    *,
    sizes: Sequence[int] | None = None,
    **settings: Any,
) -> Dataset:
    """Indices from the first blocks of a sample, for growing numbers of them.

    Parameters
    ----------
    method : str
        ``sobol``, ``morris``, ``delta`` or ``pawn``.
    problem, points, outcome
        As of the analyses. The first points of the sample must be a sample themselves, as
        they are in the nested designs; of a Latin hypercube they are an ordinary random one.
    sizes : sequence of int, optional
        Numbers of blocks (sobol), paths (morris) or points; by default the whole, half of
        it, and so on down to :data:`SMALLEST`.
    **settings
        Of the analysis.

    Returns
    -------
    xarray.Dataset
        As of the analysis, with a first dimension ``size``.

    Raises
    ------
    InputError
        If a size is not within the sample.
    """
    import xarray as xr

    analyse = analysis(method)
    block = block_of(method, points)
    whole = len(points) // block
    if sizes is None:
        sizes = [whole >> n for n in range(12) if whole >> n >= SMALLEST[method]][::-1] or [whole]
    wrong = [size for size in sizes if not 1 <= size <= whole]
    if wrong or list(sizes) != sorted(set(sizes)):
        raise InputError(
            "sizes must grow and lie within the sample",
            found=", ".join(map(str, sizes)),
            allowed=f"1 to {whole}",
        )
    cells = Cells(outcome)
    parts = [
        analyse(problem, points[: size * block], cells.first(size * block), **settings)
        for size in sizes
    ]
    joined = xr.concat(parts, xr.DataArray(list(sizes), dims="size", name="size"), join="outer")
    return joined.assign_attrs(parts[-1].attrs)


def verdict(growing: Dataset, top: int = 5) -> str:
    """Say in a sentence whether the indices of one cell have settled.

    They have if over the last doubling none of the weightiest moved by more than half of its
    interval, no other factor came among them, and the widest interval is, on either side, at most
    :data:`WIDEST` of the largest index.

    Parameters
    ----------
    growing : xarray.Dataset
        From :func:`convergence`, one cell of it.
    top : int
        Factors that are looked at.
    """
    sizes = [int(n) for n in growing["size"].values]
    if len(sizes) < 2 or any(str(s) != OK for s in growing["status"].values[-2:]):
        return "Convergence cannot be judged: fewer than two sizes have an index."
    measure = MEASURES[growing.attrs["method"]]
    before, after = (ranked(growing.isel(size=n)) for n in (-2, -1))
    top = min(top, len(after))
    first = after.head(top).set_index("factor")
    earlier = before.set_index("factor").loc[first.index]
    moved = np.abs(first[measure] - earlier[measure])
    reach = (first["high"] - first["low"]).max() / 2.0
    fresh = [
        str(name)
        for name in before["factor"].head(top)
        if name not in first.index
        and before.set_index("factor").at[name, "low"] > first["high"].min()
    ]
    moved_far = bool((moved > (earlier["high"] - earlier["low"]) / 2.0 + 1e-12).any())
    wide = reach > WIDEST * float(first[measure].max())
    said = (
        f"From {sizes[-2]:,} to {sizes[-1]:,} {WORDS[growing.attrs['method']]} the {top} largest "
        f"indices moved by {moved.max():.3g} at most; the widest interval is ±{reach:.3g}"
    )
    if not (moved_far or wide or fresh):
        return f"{said}: settled."
    return f"{said}: not settled, a larger sample is needed."


WIDEST: Final = 0.15
"""Half of the widest interval, as a share of the largest index, of what has settled."""
WORDS: Final = {
    "sobol": "base samples",
    "morris": "trajectories",
    "delta": "points",
    "pawn": "points",
}
