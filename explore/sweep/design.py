"""A design: the factors of a sweep, their bounds, and the points at which they are tried.

The points of a design come from :mod:`.samplers`. An analysis needs a design and an array of
outcomes ``[point]``, and nothing else of a sweep.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import numpy as np

from ...model.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

Method = Literal["one", "grid", "lhs", "sequence", "sobol", "morris", "posterior"]
METHODS: Final[tuple[str, ...]] = get_args(Method)
NESTED: Final = ("sequence", "sobol", "morris", "posterior")
"""Methods of which a larger design begins with the points of a smaller one."""


@dataclass(frozen=True)
class Design:
    """Points of a sweep.

    Attributes
    ----------
    method : str
        One of :data:`METHODS`.
    names : tuple of str
        A name for each factor: its address, with more behind it where two have the same.
    bounds : tuple of (float, float)
        Least and greatest value of each factor.
    points : ndarray of float64 [point, factor]
        Read-only, in the order in which SALib's analyses want them.
    seed : int
        Key of the sampling; methods without chance do not use it.
    meta : mapping
        What an analysis must know beside: ``size`` (number of base samples of ``sobol``,
        of trajectories of ``morris``), ``second_order`` (sobol), ``levels`` (morris),
        ``shape`` (numbers of values of ``grid``).
    """

    method: Method
    names: tuple[str, ...]
    bounds: tuple[tuple[float, float], ...]
    points: np.ndarray
    seed: int = 0
    meta: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ValueError(f"no method {self.method}: one of {', '.join(METHODS)}")
        if len(set(self.names)) != len(self.names):
            raise ValueError("two factors have one name")
        if self.points.shape != (len(self.points), len(self.names)):
            raise ValueError(f"points {self.points.shape}, but {len(self.names)} factors")
        if len(self.bounds) != len(self.names):
            raise ValueError(f"{len(self.bounds)} bounds, but {len(self.names)} factors")
        self.points.flags.writeable = False

    def __len__(self) -> int:
        return len(self.points)

    @property
    def problem(self) -> dict[str, Any]:
        """SALib's description of the factors."""
        return {
            "num_vars": len(self.names),
            "names": list(self.names),
            "bounds": [list(pair) for pair in self.bounds],
        }

    @property
    def block(self) -> int:
        """Points that belong together: an analysis needs them all or none of them.

        Those of a base sample (sobol) or a trajectory (morris); 1 otherwise.
        """
        factors = len(self.names)
        if self.method == "sobol":
            return (2 * factors if self.meta["second_order"] else factors) + 2
        return factors + 1 if self.method == "morris" else 1

    def to_json(self) -> str:
        """Everything but the points."""
        return json.dumps(
            {
                "method": self.method,
                "names": self.names,
                "bounds": self.bounds,
                "seed": self.seed,
                "meta": dict(self.meta),
            },
            sort_keys=True,
        )

    @classmethod
    def of_dataset(cls, dataset: xr.Dataset) -> Design:
        """Design of a sweep that was opened as a dataset."""
        told = json.loads(dataset.attrs["design"])
        names = tuple(told["names"])
        points = np.stack([np.asarray(dataset[name], np.float64) for name in names], axis=1)
        bounds = tuple((low, high) for low, high in told["bounds"])
        return cls(told["method"], names, bounds, points, told["seed"], told["meta"])

    def first(self, size: int) -> Design:
        """The smaller design with so many of the blocks, of a nested method.

        Raises
        ------
        InputError
            If the method is not nested, or there are fewer blocks.
        """
        most = len(self) // self.block
        if self.method not in NESTED:
            raise InputError(
                f"a design of method {self.method} has no smaller one within it",
                allowed=", ".join(NESTED),
            )
        if not 1 <= size <= most:
            raise InputError("the design has fewer blocks", found=size, allowed=f"1 to {most}")
        meta = {**self.meta, **({"size": size} if "size" in self.meta else {})}
        points = self.points[: size * self.block].copy()
        return Design(self.method, self.names, self.bounds, points, self.seed, meta)
