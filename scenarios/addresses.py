"""Which entries an address names, with ``*`` for any one label."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..model.errors import InputError, near
from ..model.names import DIMENSIONS
from ..model.quantities import addresses, quantities, resolve

if TYPE_CHECKING:
    import numpy as np


def expand(address: str) -> list[str]:
    """Full addresses of all entries that an address names, in index order.

    Parameters
    ----------
    address : str
        ``budget.russia``; shorter, ``salience.china``; or with ``*`` in the place
        of a label, ``domestic_price.*.russia``.

    Raises
    ------
    InputError
        If it names none; with the labels or addresses that would.
    """
    if "*" not in address:
        return [full for full, _, _ in resolve(address)]
    wanted = address.split(".")
    found = [full for full in addresses() if wanted[0] != "*" and _matches(wanted, full.split("."))]
    if not found:
        raise _unmatched(wanted)
    return found


def series(array: np.ndarray, entry: str) -> np.ndarray:
    """Return the view of one entry, along the first axis: its years, or its draws."""
    place: Any = (slice(None), *addresses()[entry][1])
    view: np.ndarray = array[place]
    return view


def _matches(wanted: list[str], full: list[str]) -> bool:
    if len(wanted) > len(full):
        return False
    return all(want in ("*", label) for want, label in zip(wanted, full, strict=False))


def _unmatched(wanted: list[str]) -> InputError:
    """Say which part of an address with ``*`` names nothing."""
    address = ".".join(wanted)
    if wanted[0] not in quantities():
        return InputError(
            "no quantity has this address",
            found=address,
            allowed="a quantity's name, then a label or * for each dimension",
            nearest=near(wanted[0], quantities()),
        )
    dims = quantities()[wanted[0]].dims
    if len(wanted) - 1 > len(dims):
        return InputError(
            "the address has too many parts",
            found=address,
            allowed=".".join((wanted[0], *(f"<{d}>" for d in dims))),
        )
    label, dim = next(
        (label, dim)
        for label, dim in zip(wanted[1:], dims, strict=False)
        if label not in ("*", *DIMENSIONS[dim])
    )
    return InputError(
        f"{label} is no {dim}",
        found=address,
        allowed=", ".join(DIMENSIONS[dim]),
        nearest=near(label, DIMENSIONS[dim]),
    )
