"""Pull the levers: from the world as it is to the world of a scenario."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..model.errors import InputError
from ..model.names import DECISIONS, START_YEAR
from ..model.quantities import addresses, quantities
from .addresses import series

if TYPE_CHECKING:
    from .resolve import Resolved, ResolvedLever


def apply(resolved: Resolved, values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Values of every quantity under a scenario.

    Parameters
    ----------
    resolved : Resolved
        The scenario; its levers act in the order of its file.
    values : mapping of str to ndarray
        By quantity an array ``[year, *dims]``, from the first year to the horizon.
        It is left as it is.

    Returns
    -------
    dict of str to ndarray
        The same quantities. An array that no lever touches is the same object.

    Raises
    ------
    InputError
        If a lever takes an entry out of its bounds, or multiplies nothing but zeros.
    ValueError
        If an array that a lever needs is missing or has other years.
    """
    if resolved.decision != DECISIONS[0]:
        rule = float(DECISIONS.index(resolved.decision))
        years = resolved.horizon - START_YEAR + 1
        values = {**values, "decision_rule": np.full(years, rule)}
    return pull(resolved.levers, values, resolved.horizon, resolved.name, idle=False)


def pull(
    levers: Iterable[ResolvedLever],
    values: Mapping[str, np.ndarray],
    horizon: int,
    file: str,
    idle: bool = True,
) -> dict[str, np.ndarray]:
    """Do the work of :func:`apply` for any levers; ``file`` is named in errors.

    With ``idle`` a lever may multiply zeros.
    """
    changed = dict(values)
    copied: set[str] = set()
    years = horizon - START_YEAR + 1
    for lever in levers:
        moved = idle
        for entry in lever.entries:
            name, _ = addresses()[entry]
            if name not in changed:
                raise ValueError(f"no values for {name}")
            if changed[name].shape[0] != years:
                raise ValueError(
                    f"{name}: {changed[name].shape[0]} years, not {START_YEAR} to {horizon}"
                )
            if name not in copied:
                changed[name] = np.array(changed[name], dtype=np.float64)
                copied.add(name)
            moved |= _pull(lever, entry, series(changed[name], entry), file)
        if not moved:
            raise InputError(
                f"the lever does nothing: {lever.entries[0]} is 0 in all the years in which it "
                "is multiplied",
                file=file,
                field=f"levers[{lever.number}].{lever.kind}",
                found=lever.numbers[0],
                todo="set it to a value",
            )
    return changed


def _pull(lever: ResolvedLever, entry: str, numbers: np.ndarray, file: str) -> bool:
    """Change one entry's yearly numbers in place, and check them; False if all were zero."""
    start = lever.first - START_YEAR
    part = numbers[start : start + len(lever.numbers)]
    moved = lever.acts == "set" or bool(part.any())
    if lever.acts == "set":
        part[:] = lever.numbers
    else:
        part *= lever.numbers
    low, high = quantities()[addresses()[entry][0]].bounds
    wrong = np.flatnonzero(~((part >= low) & (part <= high)))
    if wrong.size:
        raise InputError(
            f"{lever.kind} takes {entry} out of its bounds in {lever.first + int(wrong[0])}",
            file=file,
            field=f"levers[{lever.number}].{lever.kind}",
            found=float(part[wrong[0]]),
            allowed=f"{low:g} to {high:g}",
        )
    return moved
