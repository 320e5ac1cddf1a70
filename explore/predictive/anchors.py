"""What depends on the assumed side of offers and acceptance.

Declined offers are hardly ever on record, so how many are made and how many are taken is seen as a
product only, and the constants of acceptance are the assumed side of it. Here the assumption is
varied: their priors are moved, and the draws of the posterior weighted anew, by what the moved
prior says of each over what the fitted one said (importance sampling; Kallioinen, Paananen,
Bürkner and Vehtari 2024, *Statistics and Computing* 34, look at priors in this way).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np

from ...calibration.identify import ANCHORS, BOTH, effective, tilted
from ...calibration.installed import Posterior, standardised
from ...model.names import PATRONS
from ...model.quantities import addresses, parameters
from .records import Unseen

SHIFTS: Final = (-1.0, 1.0)
"""Prior standard deviations by which an anchor's prior is moved."""


class Quantity(NamedTuple):
    """A number of free runs: its name, its unit, and a value for each draw."""

    name: str
    unit: str
    values: np.ndarray


def quantities_of(unseen: Unseen, draws: int) -> dict[str, list[Quantity]]:
    """By patron what a run brings in all years, averaged over the runs of each draw."""
    made, taken = (part.reshape(draws, -1, len(PATRONS)).mean(axis=1) for part in unseen)
    return {
        patron: [
            Quantity("offers made", "offers", made[:, p]),
            Quantity("offers taken", "packages", taken[:, p]),
            Quantity("share taken", "share", taken[:, p] / made[:, p]),
        ]
        for p, patron in enumerate(PATRONS)
    }


def anchor_positions(posterior: Posterior, draws: int) -> dict[str, np.ndarray]:
    """Draws of the anchors that were estimated, in prior standard deviations, and their sum."""
    found = {}
    for address in ANCHORS:
        if address in posterior.draws:
            name, index = addresses()[address]
            quantity = parameters()[name]
            assert quantity.prior is not None
            centre = float(quantity.values()[index])
            values = posterior.draws[address][:draws]
            found[address] = standardised(values, quantity.prior, centre)
    if len(found) > 1:
        found[BOTH] = np.sum(list(found.values()), axis=0)
    return found


def anchor_rows(
    quantities: Mapping[str, list[Quantity]], positions: Mapping[str, np.ndarray]
) -> list[dict[str, Any]]:
    """Each quantity as fitted and with each anchor's prior moved.

    Returns
    -------
    list of dict
        ``patron, quantity, unit, anchor, shift`` (in prior standard deviations; anchor blank and
        0 as fitted), ``mean``; ``error``, the standard error of its move from that as fitted, were
        the draws independent; and ``effective``, the number of draws that the weights leave.
    """
    rows = []
    for patron, own in quantities.items():
        for name, unit, values in own:
            cases = [("", 0.0, np.full(values.size, 1.0 / values.size))]
            cases += [
                (anchor, shift, tilted(z, shift))
                for anchor, z in positions.items() for shift in SHIFTS
            ]  # fmt: skip
            rows += [
                {"patron": patron, "quantity": name, "unit": unit, "anchor": anchor,
                 "shift": shift, "mean": float(weights @ values),
                 "error": move_error(weights, values), "effective": effective(weights)}
                for anchor, shift, weights in cases
            ]  # fmt: skip
    return rows


def move_error(weights: np.ndarray, values: np.ndarray) -> float:
    """Standard error of a weighted mean less the plain one, were the draws independent.

    By what each draw adds to the difference (its influence); in the unit of the values.

    Parameters
    ----------
    weights : ndarray of float64 [draw]
        They sum to one.
    values : ndarray of float64 [draw]

    Examples
    --------
    >>> move_error(np.array([0.5, 0.5]), np.array([1.0, 3.0]))
    0.0
    """
    adds = weights * (values - weights @ values) - (values - values.mean()) / len(values)
    return float(np.sqrt(np.sum(adds**2)))
