"""Sensitivity of a sweep: the analysis that fits its design, of an outcome or an event of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from ...model.errors import InputError
from ..discovery.cases import Event
from ..sweep.design import Design
from ..swept import outcome_at, span_of
from .analyses import MEASURES, analysis
from .growth import convergence
from .ranks import ranked

if TYPE_CHECKING:
    from xarray import DataArray, Dataset

NATURAL: Final = {"sobol": "sobol", "morris": "morris"}
"""By design the analysis that it is made for; PAWN, which takes any points, for the others."""


class SweepAnalysis:
    """One analysis of one outcome of a sweep.

    Parameters
    ----------
    sweep : xarray.Dataset
        Of ``open_sweep``.
    wanted : str
        Address of an outcome, or an event (``top_rung.china.defence >= 3``), of which the runs
        that show it are the outcome.
    method : str, optional
        ``sobol``, ``morris``, ``delta`` or ``pawn``; the one that fits the design by default.
    **settings
        Of the analysis; ``seed`` is needed.

    Raises
    ------
    InputError
        If the outcome or the method does not fit the sweep.
    """

    def __init__(
        self, sweep: Dataset, wanted: str, method: str | None = None, **settings: Any
    ) -> None:
        self.design = Design.of_dataset(sweep)
        self.wanted = wanted
        self.method = method or NATURAL.get(self.design.method, "pawn")
        if self.method in NATURAL and self.method != self.design.method:
            raise InputError(
                f"a {self.design.method} design has no {self.method} indices",
                allowed=f"pawn or delta; or a sweep of method {self.method}",
            )
        self.values, span = _outcome(sweep, wanted)
        self._settings = dict(settings)
        if self.method in NATURAL:
            self._settings["span"] = span
        if self.method == "morris":
            self._settings["levels"] = self.design.meta["levels"]

    @property
    def cells(self) -> tuple[str, ...]:
        """Dimensions beside points and replicates."""
        return tuple(str(d) for d in self.values.dims if d not in ("point", "replicate"))

    def indices(self) -> Dataset:
        """Indices of every cell."""
        found: Dataset = analysis(self.method)(
            self.design.problem, self.design.points, self.values, **self._settings
        )
        return found

    def growing(self, **cell: Any) -> Dataset:
        """Indices from ever more of the sample, of one cell if its labels are given.

        See :func:`~.growth.convergence`.
        """
        values = self.values.sel(cell, drop=True)
        return convergence(
            self.method, self.design.problem, self.design.points, values, **self._settings
        )


def _outcome(sweep: Dataset, wanted: str) -> tuple[DataArray, tuple[float, float] | None]:
    if not any(sign in wanted for sign in "<>"):
        values = outcome_at(sweep, wanted)
        return values, span_of(values)
    from xarray import DataArray

    event = Event.read(wanted)
    shown = event.happens(sweep)
    return DataArray(shown, dims=("point", "replicate"), name=str(event)), (0.0, 1.0)


def sentences(indices: Dataset, runs: str = "luck") -> list[str]:
    """What indices of one cell say, in plain words, with their intervals.

    Parameters
    ----------
    indices : xarray.Dataset
        One cell of an analysis.
    runs : str
        What replicates differ in, in words.
    """
    table = ranked(indices)
    method = str(indices.attrs["method"])
    measure = MEASURES[method]
    told = table[table["told"]]
    first = table.iloc[0]
    what = {
        "sobol": "The largest total share of the variance between points goes with",
        "morris": "The largest mean effect is that of",
        "delta": "The distribution of the outcome moves most with",
        "pawn": "The distribution of the outcome moves most with",
    }[method]
    said = [
        f"{what} {first['factor']}: {first[measure]:.3g} ({first['low']:.3g} to "
        f"{first['high']:.3g}). Told apart from chance: {_listed(told['factor'])} "
        f"({len(told)} of {len(table)} factors)."
    ]
    if method == "sobol":
        alone = float(table["S1"].clip(lower=0.0).sum())
        said.append(
            f"Alone the factors account for about {min(alone, 1.0):.0%} of that variance; the rest "
            "lies in what they do together."
        )
    chance = float(indices["chance"])
    if chance == chance:
        common = float(indices["chance_common"]) / chance if chance > 0.0 else 0.0
        said.append(
            f"Of the variance of a single run about {chance:.0%} is {runs}, of which {common:.0%} "
            "moves all points alike and so drops out of their differences."
        )
    return said


def _listed(names: Iterable[str], most: int = 5) -> str:
    words = [str(name) for name in names]
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    return " and ".join([", ".join(words[:-1])] * (len(words) > 1) + words[-1:]) or "none"
