"""Functions with known indices, in the place of the model: what shows that indices are right.

They are computed, stored, read and analysed as sweeps of the model are. Chance can be added to
them, by run number as in the model: ``common`` moves all points of a run alike, ``own``
differs from point to point.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ...model.errors import InputError
from ..sweep.design import Design
from ..sweep.problem import DONE, FAILED

OUTCOME: Final = "y"


@dataclass(frozen=True)
class Known:
    """A function and its indices.

    Attributes
    ----------
    name, words : str
    bounds : tuple of (float, float)
        Of each factor, which are called x1, x2 and so on.
    function : function of points ``[point, factor]``
    expected : dict of str to ndarray [factor]
        By name of an index its value; ``S2`` is ``[factor, factor]``.
    source : str
    """

    name: str
    words: str
    bounds: tuple[tuple[float, float], ...]
    function: Callable[[np.ndarray], np.ndarray]
    expected: dict[str, np.ndarray]
    source: str

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the factors."""
        return tuple(f"x{n}" for n in range(1, len(self.bounds) + 1))


def _ishigami() -> Known:
    a, b = 7.0, 0.1
    v1 = 0.5 * (1.0 + b * np.pi**4 / 5.0) ** 2
    v2 = a**2 / 8.0
    v13 = b**2 * np.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
    whole = v1 + v2 + v13
    second = np.zeros((3, 3))
    second[0, 2] = second[2, 0] = v13 / whole

    def function(x: np.ndarray) -> np.ndarray:
        x1, x2, x3 = x.T
        return np.asarray(np.sin(x1) + a * np.sin(x2) ** 2 + b * x3**4 * np.sin(x1))

    return Known(
        "ishigami", "sin x1 + 7 sin² x2 + 0.1 x3⁴ sin x1, factors -π to π",
        ((-np.pi, np.pi),) * 3, function,
        {
            "S1": np.array([v1, v2, 0.0]) / whole,
            "ST": np.array([v1 + v13, v2, v13]) / whole,
            "S2": second,
        },
        "Ishigami and Homma (1990)",
    )  # fmt: skip


def _sobol_g() -> Known:
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])
    parts = 1.0 / (3.0 * (1.0 + a) ** 2)
    whole = float(np.prod(1.0 + parts) - 1.0)
    second = np.outer(parts, parts) / whole

    def function(x: np.ndarray) -> np.ndarray:
        return np.asarray(np.prod((np.abs(4.0 * x - 2.0) + a) / (1.0 + a), axis=1))

    return Known(
        "sobol-g", "product of (|4 x - 2| + a) / (1 + a), a = 0, 1, 4.5, 9, 99 four times",
        ((0.0, 1.0),) * 8, function,
        {
            "S1": parts / whole,
            "ST": parts * np.prod(1.0 + parts) / (1.0 + parts) / whole,
            "S2": second,
        },
        "Sobol' (1998), a of Saltelli and others (2010)",
    )  # fmt: skip


def _linear() -> Known:
    slopes = np.array([4.0, -2.0, 1.0, 0.0])
    return Known(
        "linear", "4 x1 - 2 x2 + x3, x4 does nothing, factors 0 to 1",
        ((0.0, 1.0),) * 4, lambda x: np.asarray(x @ slopes),
        {"mu": slopes, "mu_star": np.abs(slopes), "sigma": np.zeros(4)},
        "by hand",
    )  # fmt: skip


def _identity() -> Known:
    # The tenths of x1 lie at 0.9, 0.8, ..., 0.5, 0.5, ..., 0.9 from all of it: the middle is 0.7.
    return Known(
        "identity", "x1, x2 does nothing, factors 0 to 1",
        ((0.0, 1.0),) * 2, lambda x: np.asarray(x[:, 0]), {"PAWN": np.array([0.7, 0.0])},
        "by hand",
    )  # fmt: skip


def _sum() -> Known:
    """Delta by quadrature: half the mean area between the density and that at a known x1."""
    y = np.linspace(0.0, 2.0, 4001)
    density = np.where(y < 1.0, y, 2.0 - y)
    middles = (np.arange(400) + 0.5) / 400
    areas = [np.trapezoid(np.abs(density - ((y >= x) & (y <= x + 1.0))), y) for x in middles]
    delta = 0.5 * float(np.mean(areas))
    return Known(
        "sum", "x1 + x2, x3 does nothing, factors 0 to 1",
        ((0.0, 1.0),) * 3, lambda x: np.asarray(x[:, 0] + x[:, 1]),
        {"delta": np.array([delta, delta, 0.0])},
        "by quadrature",
    )  # fmt: skip


KNOWN: Final = {k.name: k for k in (_ishigami(), _sobol_g(), _linear(), _identity(), _sum())}
"""Functions by name."""


def known(name: str) -> Known:
    """Function of a name.

    Raises
    ------
    InputError
        If there is none.
    """
    if name not in KNOWN:
        raise InputError("no such function", found=name, allowed=", ".join(KNOWN))
    return KNOWN[name]


@dataclass(frozen=True)
class FunctionProblem:
    """A function at the points of a design: what an executor computes in the place of a sweep.

    Attributes
    ----------
    function : Known
    design : Design
    seed : int
        Of the chance.
    common, own : float
        Standard deviations of chance that moves all points of a run alike, and that does not.
    lost : tuple of (int, int)
        Points and runs that fail.
    """

    function: Known
    design: Design
    seed: int = 1
    common: float = 0.0
    own: float = 0.0
    lost: tuple[tuple[int, int], ...] = ()

    def compute(self, points: range, runs: range) -> tuple[dict[str, np.ndarray], list[str]]:
        """Outcomes of some runs of some points, as of :class:`~..sweep.problem.SweepProblem`."""
        values = self.function.function(self.design.points[points.start : points.stop])
        array = np.repeat(values[:, np.newaxis], len(runs), axis=1)
        array += self.common * np.array([self._luck(run) for run in runs])
        if self.own:
            array += self.own * np.array([[self._luck(r, p) for r in runs] for p in points])
        status = np.full(array.shape, DONE, np.uint8)
        for point, run in self.lost:
            if point in points and run in runs:
                status[point - points.start, run - runs.start] = FAILED
        array[status == FAILED] = 0.0
        lost: list[str] = ["lost on purpose"] if (status == FAILED).any() else []
        return {"status": status, OUTCOME: array}, lost

    def _luck(self, *address: int) -> float:
        """A standard normal number of a run, or of a run and point."""
        return float(np.random.default_rng((self.seed, 7, *address)).standard_normal())

    def to_dict(self) -> dict[str, Any]:
        """What determines the outcomes, for a manifest."""
        return {
            "function": self.function.name,
            "seed": self.seed,
            "common": self.common,
            "own": self.own,
            "lost": [list(pair) for pair in self.lost],
            "design": {"size": self.design.meta.get("size")},
        }
