"""Cells: documented packages counted by year, state, patron and form.

Arrays are ``[..., year, state, patron, form]``. Rarer things (a base) and commoner ones (a
part in a joint exercise) stand beside each other, so that each can be scored by itself.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ...calibration.packages import EXERCISE_RUNG, GIVEN, Packages
from ...model.names import CHANNELS, FORMS, PATRONS, START_YEAR, STATES

PROMISES: Final = ("agreement", "aid")
"""Forms that pledge something; the others are events."""
JOINT: Final = FORMS.index("joint_exercise")
SHAPE: Final = (len(STATES), len(PATRONS), len(FORMS))
CHANNEL_OF: Final = np.array(
    [CHANNELS.index("exercise" if form == "joint_exercise" else form) for form in FORMS]
)
"""Channel, and so the coverage, of each form."""
RUNG_OF: Final = CHANNEL_OF + 1
"""Rung of each form."""


def count(packages: Packages, last_year: int) -> np.ndarray:
    """Documented packages from 1992 to a year: int64 ``[year, state, patron, form]``.

    Forces that stand, absences and memberships are no packages. A part in a joint exercise
    is a ``joint_exercise``, whoever takes part.
    """
    counts = np.zeros((last_year - START_YEAR + 1, *SHAPE), np.int64)
    for n in range(len(packages)):
        year, rung = int(packages.year[n]), int(packages.rung[n])
        given = packages.last[n] > 0 or packages.occasion[n] == GIVEN
        if given or rung <= 0 or year > last_year:
            continue
        joint = packages.occasion[n] > 0 and rung == EXERCISE_RUNG
        form = JOINT if joint else FORMS.index(CHANNELS[rung - 1])
        counts[year - START_YEAR, packages.state[n], packages.patron[n], form] += 1
    return counts


def highest(counts: np.ndarray) -> np.ndarray:
    """Highest rung of what is counted: int64 ``[..., state, patron]``, 0 where nothing is."""
    return np.asarray(((counts > 0) * RUNG_OF).max(axis=-1))


def exposure(coverage: np.ndarray, membership: np.ndarray) -> np.ndarray:
    """How much of what a state may have is seen: float64 ``[year, state, patron, form]``.

    Parameters
    ----------
    coverage : ndarray of float64 [year, patron, channel]
    membership : ndarray of float64 [year, state, patron]
        In joint exercises of a patron's organisation only its members have parts.
    """
    found = np.repeat(coverage[:, None][..., CHANNEL_OF], len(STATES), axis=1)
    found[..., JOINT] *= membership > 0.5
    return found
