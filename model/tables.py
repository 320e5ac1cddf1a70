"""The tables that a run reads: every quantity in every year.

What a scenario says, written out in full: one flat float64 array ``[year,
column]``, a column for every entry of every quantity in the order of their
declaration. The engine reads rows of it; agents and tests read it by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from zlib import crc32

import numpy as np

from .luck import PRIOR, normal, uniforms
from .names import DIMENSIONS, START_YEAR
from .quantities import parameters, quantities

_LENGTHS = [int(np.prod(q.shape, dtype=int)) for q in quantities().values()]
OFFSET: dict[str, int] = dict(
    zip(quantities(), [0, *accumulate(_LENGTHS)], strict=False),
)
"""First column of every quantity."""
COLUMNS = sum(_LENGTHS)


@dataclass(frozen=True)
class Tables:
    """All quantities of one case.

    Attributes
    ----------
    flat : ndarray
        Float64, ``[year, column]``, read-only.
    """

    flat: np.ndarray
    __iter__ = None  # not a sequence: batch_run must not take it for a list of values

    def __post_init__(self) -> None:
        self.flat.flags.writeable = False

    @property
    def years(self) -> int:
        """Number of years."""
        return int(self.flat.shape[0])

    def __getitem__(self, name: str) -> np.ndarray:
        """View of one quantity, ``[year, *dims]``."""
        shape = quantities()[name].shape
        start = OFFSET[name]
        columns = self.flat[:, start : start + int(np.prod(shape, dtype=int))]
        return columns.reshape(self.years, *shape)


def point_values() -> dict[str, np.ndarray]:
    """Declared value of every parameter, arrays of their own shape."""
    return {name: q.values() for name, q in parameters().items()}


def prior_draws(seed: int, count: int) -> dict[str, np.ndarray]:
    """Draws from the priors, addressed by (seed, draw, parameter's name, entry).

    Parameters
    ----------
    seed : int
        Seed of the draws.
    count : int
        Number of draws.

    Returns
    -------
    dict of str to ndarray
        For every parameter an array ``[draw, *dims]``; fixed ones are repeated.
        A draw beyond the declared bounds is set to the bound.
    """
    drawn: dict[str, np.ndarray] = {}
    for name, quantity in parameters().items():
        place = crc32(name.encode())
        centre = quantity.values()
        array = np.broadcast_to(centre, (count, *centre.shape)).copy()
        if quantity.prior is not None:
            for number, (_, index) in enumerate(quantity.entries()):
                prior = quantity.prior_at(index)
                for draw in range(count):
                    u, _, _, _ = uniforms(seed, draw, place, number, PRIOR)
                    value = prior.at(float(centre[index]), normal(u))
                    array[(draw, *index)] = min(max(value, quantity.bounds[0]), quantity.bounds[1])
        drawn[name] = array
    return drawn


def build_tables(values: Mapping[str, np.ndarray]) -> Tables:
    """Check and freeze the arrays that a run reads.

    Parameters
    ----------
    values : mapping of str to ndarray
        For every quantity an array ``[year, *dims]``; all have the same years.

    Raises
    ------
    ValueError
        If a quantity is missing, has another shape, is not finite or out of bounds.
    """
    missing = [name for name in quantities() if name not in values]
    if missing:
        raise ValueError(f"no values for {missing[0]}")
    years = next(iter(values.values())).shape[0]
    flat = np.empty((years, COLUMNS))
    for name, quantity in quantities().items():
        array = np.asarray(values[name], dtype=np.float64)
        if array.shape != (years, *quantity.shape):
            raise ValueError(f"{name}: shape {array.shape}, not ({years}, *{quantity.shape})")
        low, high = quantity.bounds
        wrong = ~((array >= low) & (array <= high))
        if wrong.any():
            where = tuple(int(n) for n in np.argwhere(wrong)[0])
            labels = (DIMENSIONS[d][n] for d, n in zip(quantity.dims, where[1:], strict=True))
            raise ValueError(
                f"{'.'.join((name, *labels))}: {array[where]:g} in {START_YEAR + where[0]} "
                f"lies outside {low:g} to {high:g}"
            )
        flat[:, OFFSET[name] : OFFSET[name] + array[0].size] = array.reshape(years, -1)
    return Tables(flat)
