"""The probe: a few values of the likelihood, by which a fit knows the model it was made for.

A digest of the code changes with every comment. These values change when, and only when,
what the code computes does: at random places of the prior, with given luck, on the very
record. Equal values to the last digit mean the same likelihood.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from .sampler import generator
from .target import Target

PLACES: Final = 4
"""Positions at which the likelihood is looked at, the centre of the priors first."""
NEAR: Final = 0.5
"""Their spread, in prior standard deviations: within, most records are possible."""
PROBED: Final = 2**22
"""Iteration whose address names the positions."""


def probe(target: Target) -> list[float | None]:
    """Log likelihoods of a target at fixed positions with fixed luck.

    With as many particles in every year, however the target shares them out.

    Returns
    -------
    list of float or None
        Natural logarithms, to six decimals; None where the record is impossible.
    """
    rng = generator(0, 0, PROBED)
    positions = NEAR * rng.standard_normal((PLACES, len(target.entries)))
    positions[0] = 0.0
    even = replace(target, shares=())
    values = [even.log_likelihood(z, luck) for luck, z in enumerate(positions)]
    return [round(value, 6) if math.isfinite(value) else None for value in values]
