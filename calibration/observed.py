"""How much of each kind the likelihood reads of a record."""

from __future__ import annotations

import numpy as np

from ..model.names import START_YEAR
from ..model.world import History
from .packages import GIVEN


def observed(history: History, until: int) -> dict[str, int]:
    """Count what a record to a year has.

    Returns
    -------
    dict of str to int
        ``packages`` (a part of a state in an exercise is one), of them ``sized`` with a sum of
        money and ``parts`` in so many joint ``exercises``; ``absences`` from these; ``answers`` to
        organisations; ``forces`` that are given to stand; ``statements`` of a state and patron
        that nothing stood at a rung or above.
    """
    read = History._make(column[history.year <= until] for column in history)
    answer = (read.occasion == GIVEN) & (read.last == 0)
    package = (read.rung > 0) & (read.last == 0) & ~answer
    joint = package & (read.occasion > 0)
    return {
        "packages": int(package.sum()),
        "sized": int(np.isfinite(read.amount[package]).sum()),
        "parts": int(joint.sum()),
        "exercises": len(set(read.occasion[joint].tolist())),
        "absences": int(((read.rung == 0) & ~answer).sum()),
        "answers": int((answer & (read.year > START_YEAR)).sum()),
        "forces": int(((read.rung > 0) & (read.last > 0)).sum()),
        "statements": int((read.rung < 0).sum()),
    }
