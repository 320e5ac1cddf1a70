"""Troops of joint exercises, beside the model: the measure as of a document's date."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...calibration.claim_tests import Tested, measures_of
from ...calibration.measures import troops
from ...calibration.measures.sampler import generator
from ...model.names import FRAMES, PATRONS

JOINT = FRAMES.index("multilateral")


def needed(claims: Sequence[Tested]) -> bool:
    """Whether any test looks at troops."""
    parts = (part for one in claims for part in (one.how.test, one.how.given))
    return any(m.quantity == "troops" for part in parts for m in measures_of(part))


def fitted(cut: int, seed: int) -> troops.TroopsFit:
    """Sizes of exercises, fitted to those that are on record to the cut.

    Raises
    ------
    InputError
        If the chains disagree.
    """
    return troops.settled(troops.sizes().until(cut), generator(seed, "fit", "troops", cut))


def largest(fit: troops.TroopsFit, exercises: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Troops of all sides in the largest exercise of the patron's organisation in each year.

    Sizes are drawn anew, also of exercises whose size is on record: what is asked is how large
    they are by the measure, not whether the record repeats itself.

    Parameters
    ----------
    fit : TroopsFit
    exercises : ndarray of int [run, year, patron]
        Joint exercises in which any of the five took part.
    rng : Generator

    Returns
    -------
    ndarray of float64 [run, year, patron]
        0 in a year without one.
    """
    run, year, patron = (
        np.repeat(axis, exercises.ravel()) for axis in np.indices(exercises.shape).reshape(3, -1)
    )
    found = np.zeros((*exercises.shape[:2], len(PATRONS)))
    frame = np.full(len(run), JOINT)
    total, _ = troops.simulate(fit, run, patron, frame, len(exercises), rng)
    np.maximum.at(found, (run, year, patron), total)
    return found
