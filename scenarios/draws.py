"""Values of the parameters for a run: point values, draws from the priors, or fitted draws."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from ..model.errors import InputError, near
from ..model.names import START_YEAR
from ..model.quantities import addresses, parameters
from .addresses import series

if TYPE_CHECKING:
    from .resolve import Resolved

Rows = tuple[tuple[float, ...], ...]

PRIOR_DRAWS: Final = 200
"""Draws from the priors where a scenario leaves their number open."""


def settled(resolved: Resolved, runs: int | None, most: int) -> Resolved:
    """Settle the number of draws where the scenario leaves it open.

    Parameters
    ----------
    resolved : Resolved
    runs : int or None
        Runs that the draws must divide; None takes all draws.
    most : int
        Draws that are at hand.

    Raises
    ------
    InputError
        If hardly any draws divide the runs.
    """
    source = resolved.parameters
    if source.draws is not None:
        return resolved
    draws = most if runs is None else draws_for(runs, most)
    return resolved.model_copy(update={"parameters": source.model_copy(update={"draws": draws})})


def draws_for(runs: int, most: int) -> int:
    """Largest number of draws, at most ``most``, of which each gets as many runs.

    >>> [draws_for(runs, 200) for runs in (100, 200, 300, 1000)]
    [100, 200, 150, 200]

    Raises
    ------
    InputError
        If that would leave out three draws in four, or more.
    """
    found = max(n for n in range(1, most + 1) if runs % n == 0)
    if 4 * found <= min(runs, most):
        raise InputError(
            f"hardly any of the {most} parameter draws would be used, each having as many runs",
            field="--runs",
            found=runs,
            allowed=f"{most} at most, or a multiple of {most}",
            nearest=[str(runs - runs % most)],
        )
    return found


def parameter_draws(
    resolved: Resolved, seed: int, fitted: Mapping[str, np.ndarray] | None = None
) -> dict[str, np.ndarray]:
    """Draws of every parameter that a scenario asks for.

    Parameters
    ----------
    resolved : Resolved
        The scenario.
    seed : int
        Seed of draws from the priors; the others do not depend on it.
    fitted : mapping of str to ndarray, optional
        Draws of the installed posterior by full address, for scenarios without a file
        of their own; the first ones are taken.

    Returns
    -------
    dict of str to ndarray
        By parameter an array ``[draw, *dims]``; point values are one draw.
        Parameters of which there are no draws stay at their point values.

    Raises
    ------
    InputError
        If a posterior is asked for and none is at hand, or has fewer draws.
    """
    source = resolved.parameters
    if source.source == "point":
        return point_draw()
    if source.source == "prior":
        from ..model.tables import prior_draws

        return prior_draws(seed, source.draws or PRIOR_DRAWS)
    if source.entries:
        return _filled(source.entries, source.rows)
    if fitted is None:
        raise InputError(
            "no posterior is installed",
            file=resolved.name,
            field="parameters.source",
            found="posterior",
            allowed="point, prior, or posterior with a file of draws",
            todo="run 'steppe calibrate'",
        )
    rows = np.stack(list(fitted.values()), axis=1)
    if source.draws is not None and source.draws > len(rows):
        raise InputError(
            "the installed posterior has fewer draws",
            file=resolved.name,
            field="parameters.draws",
            found=source.draws,
            allowed=f"{len(rows)} at most",
        )
    return _filled(tuple(fitted), rows[: source.draws].tolist())


def point_draw() -> dict[str, np.ndarray]:
    """Return the declared values as one draw: by parameter an array ``[1, *dims]``."""
    return _filled((), ((),))


def yearly(draws: Mapping[str, np.ndarray], number: int, horizon: int) -> dict[str, np.ndarray]:
    """One draw of every parameter, the same in every year to the horizon.

    Returns
    -------
    dict of str to ndarray
        By parameter a read-only array ``[year, *dims]``.
    """
    years = horizon - START_YEAR + 1
    return {
        name: np.broadcast_to(array[number], (years, *array.shape[1:]))
        for name, array in draws.items()
    }


def read_draws(file: str, count: int | None) -> tuple[tuple[str, ...], Rows]:
    """Read a CSV of draws: a column for each entry, a row for each draw.

    Parameters
    ----------
    file : str
        Path of the file.
    count : int or None
        Number of rows to take from the top; None takes all.

    Returns
    -------
    entries : tuple of str
        Full addresses of parameters.
    rows : tuple of tuple of float
        One for each draw.

    Raises
    ------
    InputError
        With row and column of the first thing that is wrong.
    """
    try:
        with Path(file).open(newline="", encoding="utf-8-sig") as stream:
            lines = [line for line in csv.reader(stream) if line]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            "the file of draws cannot be read", file=file, todo="give a CSV beside the scenario"
        ) from error
    if not lines:
        raise InputError("the file of draws is empty", file=file)
    entries = _header(lines[0], file)
    body = lines[1:]
    wanted = len(body) if count is None else count
    if not body or wanted > len(body):
        raise InputError(
            "too few draws in the file",
            file=file,
            found=f"{len(body)} rows",
            allowed=f"at least {max(wanted, 1)}",
        )
    rows = tuple(
        _row(line, entries, file, number) for number, line in enumerate(body[:wanted], start=1)
    )
    return entries, rows


def _header(names: Sequence[str], file: str) -> tuple[str, ...]:
    known = [address for address, (name, _) in addresses().items() if name in parameters()]
    for name in names:
        if name not in known:
            raise InputError(
                "a column is no full address of a parameter",
                file=file,
                field="header",
                found=name,
                nearest=near(name, known),
            )
    doubles = sorted({name for name in names if names.count(name) > 1})
    if doubles:
        raise InputError("a column stands twice", file=file, field="header", found=doubles[0])
    return tuple(names)


def _row(cells: Sequence[str], entries: Sequence[str], file: str, number: int) -> tuple[float, ...]:
    if len(cells) != len(entries):
        raise InputError(
            "a row has another length than the header",
            file=file,
            field=f"row {number}",
            found=f"{len(cells)} cells",
            allowed=f"{len(entries)} cells",
        )
    return tuple(
        _cell(cell, entry, file, f"row {number}, column {entry}")
        for cell, entry in zip(cells, entries, strict=True)
    )


def _cell(cell: str, entry: str, file: str, place: str) -> float:
    low, high = parameters()[addresses()[entry][0]].bounds
    try:
        value = float(cell)
    except ValueError:
        raise InputError(
            "a cell is no number",
            file=file,
            field=place,
            found=cell,
            allowed=f"{low:g} to {high:g}",
        ) from None
    if not low <= value <= high:
        raise InputError(
            "a draw is out of bounds",
            file=file,
            field=place,
            found=value,
            allowed=f"{low:g} to {high:g}",
        )
    return value


def _filled(entries: Sequence[str], rows: Sequence[Sequence[float]]) -> dict[str, np.ndarray]:
    """Point values repeated for every row, with the named entries replaced."""
    filled = {}
    for name, quantity in parameters().items():
        point = quantity.values()
        filled[name] = np.repeat(point[np.newaxis], len(rows), axis=0)
    for column, entry in enumerate(entries):
        name, _ = addresses()[entry]
        series(filled[name], entry)[:] = [row[column] for row in rows]
    return filled
