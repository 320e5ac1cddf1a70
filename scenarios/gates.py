"""Gates: quantities that count only where another one opens the way to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from ..model.errors import InputError
from ..model.names import DECISIONS, PATRONS, START_YEAR
from ..model.quantities import addresses

if TYPE_CHECKING:
    from ..model.tables import Tables
    from .resolve import Resolved, ResolvedLever


class Gate(NamedTuple):
    """What has to be so in a year for a quantity to count.

    Attributes
    ----------
    counts : str
        Where the quantity counts, in words.
    open : callable
        Tables to ``[year]``: whether it is open.
    todo : str
    """

    counts: str
    open: Callable[[Tables], np.ndarray]
    todo: str


_BALANCING: Final = DECISIONS.index("balancing")
_CHINA: Final = PATRONS.index("china")


def _brigades(tables: Tables) -> np.ndarray:
    """Both patrons can make offers, and China's organisation has two members."""
    means = (tables["budget"] * tables["capacity"] > 0.0).all(axis=1)
    members = (tables["membership"][:, :, _CHINA] >= 0.5).sum(axis=1)
    return np.asarray(means & (members >= 2))


_BUSINESS: Final = Gate(
    "where a state has business at risk",
    lambda tables: tables["business"].max(axis=1) > 0.0,
    "set business of a state in the same years too",
)
GATES: Final[dict[str, Gate]] = {
    "alignment_weight": Gate(
        "under the rules of balancing and bandwagoning",
        lambda tables: tables["decision_rule"] > 0,
        'write decision = "balancing" or decision = "bandwagoning"',
    ),
    "balance_threshold": Gate(
        "under the rule of balancing",
        lambda tables: tables["decision_rule"] == _BALANCING,
        'write decision = "balancing"',
    ),
    "business_need": _BUSINESS,
    "business_salience": _BUSINESS,
    "brigade_rate": Gate(
        "where both patrons have budget and capacity and China's organisation two members",
        _brigades,
        "leave both patrons means in some of these years",
    ),
}
"""Gates by quantity, as the engine has them."""


def gate_of(lever: ResolvedLever) -> Gate | None:
    """Gate of the quantity that a lever moves; None if it counts everywhere."""
    return GATES.get(addresses()[lever.entries[0]][0])


def require_open(resolved: Resolved, tables: Tables) -> None:
    """Refuse a lever on a quantity whose gate is shut in all the years of the lever.

    Parameters
    ----------
    resolved : Resolved
    tables : Tables
        With all levers applied.

    Raises
    ------
    InputError
        If a lever does nothing for it.
    """
    for lever in resolved.levers:
        gate = gate_of(lever)
        if gate is None:
            continue
        name = addresses()[lever.entries[0]][0]
        start = lever.first - START_YEAR
        if not gate.open(tables)[start : start + len(lever.numbers)].any():
            raise InputError(
                f"the lever does nothing: {name} counts only {gate.counts}",
                file=resolved.name,
                field=f"levers[{lever.number}].quantity",
                found=f"{lever.entries[0]}, {lever.first} to {lever.last}",
                todo=gate.todo,
            )
