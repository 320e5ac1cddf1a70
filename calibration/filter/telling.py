"""What the record tells of a year, sorted, and what stands."""

from __future__ import annotations

import numpy as np

from ...model import columns as at
from ...model.compiled import compiled
from ...model.world import A, History, P
from ...model.year import Year
from .room import Told


@compiled
def read_year(v: np.ndarray, history: History, year: int, told: Told) -> None:
    """Sort the record's rows of a year: packages of their own, and parts in joint exercises.

    A part of a state that is no member in the year is a package of its own.
    """
    told.packages[:] = 0
    told.exercise[:] = -1
    names = told.names
    names[:] = 0
    for e in range(history.year.size):
        if history.year[e] != year or history.last[e] > 0 or history.occasion[e] < 0:
            continue
        i, p, name = history.state[e], history.patron[e], history.occasion[e]
        if name > 0 and v[at.MEMBERSHIP + i * P + p] >= 0.5:
            n = 0
            while names[n] != 0 and names[n] != name:
                n += 1
            names[n] = name
            told.exercise[p, i, n] = e
        elif history.rung[e] > 0:
            told.package[i, p, told.packages[i, p]] = e
            told.packages[i, p] += 1


@compiled
def stand(history: History, year: int, now: Year) -> None:
    """Let the record's standing statements act.

    Forces stand in the first area that they may belong to; where a state has nothing at a
    rung or above, the record is complete from that rung on.
    """
    for n in range(history.year.size):
        if not (history.last[n] > 0 and history.year[n] <= year <= history.last[n]):
            continue
        i, p, rung = history.state[n], history.patron[n], history.rung[n]
        for a in range(A - 1, -1, -1):
            if (history.area_mask[n] >> a) & 1:
                area = a
                if rung < 0:
                    before = now.complete[i, p, a]
                    now.complete[i, p, a] = -rung if before == 0 else min(before, -rung)
        if rung > 0:
            now.held[i, p, area] = max(now.held[i, p, area], rung)
