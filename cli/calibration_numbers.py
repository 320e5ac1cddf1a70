"""The uncertain numbers with their meaning and unit, for the account of the calibration."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..calibration.basis import Ground, grounds
from ..calibration.identify import sentence
from ..calibration.installed import ALIKE, Posterior, standardised
from ..model.errors import InputError, near
from ..model.quantities import Prior, addresses, parameters
from ..results.account.files import number, table
from ..results.account.numbers import AT, Number

QUANTILES: Final = ("q05", "median", "q95")
NINETY: Final = 1.645
"""Standard deviations that hold 90% of a normal distribution."""
ERROR: Final = "error_of_profile"
"""Column of a fit's table that one made before it was measured does not have."""
FARTHEST: Final = 8.0
"""Prior standard deviations beyond which a place is not told apart."""


def numbers_of_table(folder: Path | None) -> list[Number]:
    """Numbers of a fit's ``told.csv``; none where it does not stand.

    Raises
    ------
    InputError
        If the file is damaged, or an address is none of an uncertain number.
    """
    values = [f"{when}_{q}" for when in ("prior", "posterior") for q in QUANTILES]
    profile = [f"profile_{at}" for at in AT]
    measured = ("contraction", "overlap", "shift", *profile)
    needed = ("address", "told_by", *values, *measured, "sentence")
    found = []
    for row in table(folder, "told.csv", needed):
        cells = {
            name: number(row[name], f"{folder}/told.csv", name) for name in (*values, *measured)
        }
        posterior = (cells[values[3]], cells[values[4]], cells[values[5]])
        meaning, unit, prior, centre = declared(row["address"], f"{folder}/told.csv")
        found.append(
            Number(
                address=row["address"], meaning=meaning, unit=unit,
                prior=(cells[values[0]], cells[values[1]], cells[values[2]]),
                posterior=posterior, place=place(posterior, prior, centre),
                contraction=cells["contraction"], overlap=cells["overlap"],
                by_data=row["told_by"] == "data", asked=asked(row["address"]),
                profile=tuple(cells[name] for name in profile),
                profile_error=number(row.get(ERROR, ""), f"{folder}/told.csv", ERROR),
                sentence=row["sentence"],
                shift=cells["shift"], **rests_on(row["address"]),
            )
        )  # fmt: skip
    return found


def numbers_of_draws(posterior: Posterior) -> list[Number]:
    """Numbers as the draws alone tell them: without profiles and what hangs together."""
    found = []
    for address, draws in posterior.draws.items():
        meaning, unit, prior, centre = declared(address, str(posterior.path))
        z = standardised(draws, prior, centre)
        low, middle, high = (float(q) for q in np.quantile(draws, (0.05, 0.5, 0.95)))
        shared, contraction = posterior.manifest.overlaps[address], 1.0 - float(z.var())
        found.append(
            Number(
                address=address, meaning=meaning, unit=unit,
                prior=(prior.at(centre, -NINETY), centre, prior.at(centre, NINETY)),
                posterior=(low, middle, high), place=place((low, middle, high), prior, centre),
                contraction=contraction, overlap=shared, by_data=shared < ALIKE,
                asked=asked(address), profile=(), profile_error=float("nan"),
                sentence=sentence(z, shared, contraction, ()), shift=float(z.mean()),
                **rests_on(address),
            )
        )  # fmt: skip
    return found


def asked(address: str) -> bool:
    """Whether the record was expected to tell of a number."""
    return parameters()[address.split(".", 1)[0]].asks(address)


def rests_on(address: str) -> dict[str, Any]:
    """What the evidence says a prior rests on: basis, reason and sources."""
    ground = _grounds()[address]
    return {"basis": ground.basis, "reason": ground.reason, "sources": ground.sources}


@cache
def _grounds() -> dict[str, Ground]:
    return {ground.address: ground for ground in grounds()}


def declared(address: str, file: str) -> tuple[str, str, Prior, float]:
    """Meaning, unit, prior and its median.

    Raises
    ------
    InputError
        If the address is none of a number with a prior.
    """
    name, index = addresses().get(address, ("", ()))
    quantity = parameters().get(name)
    if quantity is None or quantity.prior is None:
        known = [a for a, (n, _) in addresses().items() if n in parameters()]
        raise InputError(
            "not an uncertain number", file=file, field="address", found=address,
            nearest=near(address, known),
        )  # fmt: skip
    return (
        quantity.meaning,
        quantity.unit,
        quantity.prior_at(index),
        float(quantity.values()[index]),
    )


def place(
    values: tuple[float, float, float], prior: Prior, centre: float
) -> tuple[float, float, float]:
    """Values in prior standard deviations from the prior's median."""
    z = np.clip(standardised(np.array(values), prior, centre), -FARTHEST, FARTHEST)
    return float(z[0]), float(z[1]), float(z[2])
