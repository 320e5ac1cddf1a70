"""Quantiles of one entry of a parameter: of its prior, or of the installed posterior's draws."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np

from ...calibration.installed import installed
from ...model.errors import InputError, near
from ...model.quantities import addresses, parameters

Source = Literal["prior", "fitted"]
"""Whose quantiles: what was thought before the record was read, or what the fit leaves."""
SOURCES: Final[tuple[Source, ...]] = ("prior", "fitted")


def quantiles_of(source: Source, entry: str, probabilities: np.ndarray) -> np.ndarray:
    """Numbers of an entry at some probabilities.

    Parameters
    ----------
    source : {"prior", "fitted"}
    entry : str
        Full address of an entry of a parameter that has a prior.
    probabilities : ndarray
        Above 0 and below 1.

    Raises
    ------
    InputError
        If the quantiles are those of the fit, and no posterior is installed or it does not
        hold the entry.
    """
    of = prior_quantiles if source == "prior" else fitted_quantiles
    return of(entry, probabilities)


def prior_quantiles(entry: str, probabilities: np.ndarray) -> np.ndarray:
    """Quantiles of the prior of an entry, within the quantity's bounds."""
    from scipy.special import ndtri  # type: ignore[import-untyped]

    name, index = addresses()[entry]
    quantity = parameters()[name]
    prior, centre = quantity.prior_at(index), float(quantity.values()[index])
    values = [prior.at(centre, float(z)) for z in ndtri(probabilities)]
    return np.clip(values, *quantity.bounds)


def fitted_quantiles(entry: str, probabilities: np.ndarray) -> np.ndarray:
    """Quantiles of an entry among the draws of the installed posterior.

    Linear between neighbouring draws (type 7 of Hyndman and Fan 1996, *The American
    Statistician* 50), so that even probabilities give the distribution of the draws.

    Raises
    ------
    InputError
        If no posterior is installed, or it does not hold the entry.
    """
    posterior = installed()
    if posterior is None:
        raise InputError(
            "no posterior is installed", found=entry, todo="run 'steppe calibrate', or give prior"
        )
    if entry not in posterior.draws:
        raise InputError(
            "the posterior does not hold this entry", found=entry,
            allowed=f"one of its {len(posterior.draws)} (steppe parameters), or prior",
            nearest=near(entry, posterior.draws),
        )  # fmt: skip
    return np.asarray(np.quantile(posterior.draws[entry], probabilities))
