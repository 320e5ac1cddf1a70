"""Factors at work: the tables of a point, from those of its draw.

A factor acts as a lever at the end of the scenario's list would. Tables of a draw are built
once; those of a point are a copy in which the factors' entries are changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...model.errors import InputError
from ...model.names import START_YEAR, VOLATILE
from ...model.quantities import addresses, quantities
from ..draws import column

if TYPE_CHECKING:
    from .resolve import ResolvedFactor


@dataclass(frozen=True)
class Mover:
    """One factor, ready to change tables.

    Attributes
    ----------
    factor : ResolvedFactor
    rows : slice
        Years in which it acts.
    columns : ndarray of int
        Of its entries.
    low, high : ndarray of float64 [entry]
        Bounds of the entries.
    free : ndarray of bool [year, entry]
        False where a driver's volatility stays zero since its series is dated.
    """

    factor: ResolvedFactor
    rows: slice
    columns: np.ndarray
    low: np.ndarray
    high: np.ndarray
    free: np.ndarray

    def move(self, flat: np.ndarray, value: float) -> None:
        """Change flat tables ``[year, column]`` in place."""
        part = flat[self.rows, self.columns]
        flat[self.rows, self.columns] = (
            part * value if self.factor.acts == "multiply" else np.where(self.free, value, 0.0)
        )

    def outside(self, flat: np.ndarray) -> str | None:
        """First entry that lies outside its bounds in changed tables, in words; None for none."""
        part = flat[self.rows, self.columns]
        wrong = ~((part >= self.low) & (part <= self.high))
        if not wrong.any():
            return None
        year, entry = (int(n) for n in np.argwhere(wrong)[0])
        return (
            f"{self.factor.name} takes {self.factor.entries[entry]} to {part[year, entry]:.6g} in "
            f"{self.factor.first + year}, outside {self.low[entry]:g} to {self.high[entry]:g}"
        )


def mover(factor: ResolvedFactor, dated: np.ndarray) -> Mover:
    """Prepare a factor.

    Parameters
    ----------
    factor : ResolvedFactor
    dated : ndarray of bool [year, family]
        Years in which a driver's series is dated: :func:`steppe.calibration.deviation.dated_years`.
    """
    rows = slice(factor.first - START_YEAR, factor.last + 1 - START_YEAR)
    owners = [addresses()[entry] for entry in factor.entries]
    bounds = np.array([quantities()[name].bounds for name, _ in owners])
    free = np.ones((rows.stop - rows.start, len(owners)), bool)
    for n, (name, index) in enumerate(owners):
        if name == "driver_volatility":
            assert dated.shape[1] == len(VOLATILE)
            free[:, n] = ~dated[rows, index[0]]
    columns = np.array([column(entry) for entry in factor.entries])
    return Mover(factor, rows, columns, bounds[:, 0], bounds[:, 1], free)


def moved(flat: np.ndarray, movers: tuple[Mover, ...], values: np.ndarray) -> np.ndarray:
    """Copy of flat tables with every factor at its value of a point."""
    changed = flat.copy()
    for each, value in zip(movers, values, strict=True):
        each.move(changed, float(value))
    return changed


def check_reach(flat: np.ndarray, movers: tuple[Mover, ...], draw: int, file: str) -> None:
    """Require that no corner of the factors' bounds takes an entry of a draw out of its own.

    Raises
    ------
    InputError
        Naming factor, entry and draw.
    """
    low, high = flat.copy(), flat.copy()
    for number, each in enumerate(movers, start=1):
        least, most = each.factor.bounds
        if each.factor.acts == "multiply":
            place = (each.rows, each.columns)
            corners = np.stack([t[place] * x for t in (low, high) for x in (least, most)])
            low[place], high[place] = corners.min(axis=0), corners.max(axis=0)
        else:
            each.move(low, least)
            each.move(high, most)
        problem = each.outside(low) or each.outside(high)
        if problem:
            raise InputError(
                f"{problem}, with draw {draw} of the parameters",
                file=file,
                field=f"factors[{number}]",
                found=f"{least:g} to {most:g}",
                todo='narrow the range, or set failures = "mark"',
            )
