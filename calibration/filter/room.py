"""Workspace of the filter: what the record tells of a year, and room for one particle."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ...model.workspace import FLOAT, INTEGER, workspace
from ...model.world import A, P, S

RUNGS: Final = 6
MOST_OPTIONS: Final = 8
"""Rungs and sizes that an offer can have, at most; a multiple of four, as many as are summed at
once."""
MOST_EVENTS: Final = 14
"""Documented packages of one patron for one state in one year, at most."""
MATCHED: Final = 32
RESAMPLED: Final = 33
DRAWN: Final = 36
TRACED: Final = 38
"""Purposes of the filter's own luck, apart from those of the model."""

_nodes, _weights = np.polynomial.hermite_e.hermegauss(3)
NODES: Final = _nodes
NODE_WEIGHTS: Final = _weights / _weights.sum()


class Told(NamedTuple):
    """What the record tells of one year."""

    packages: np.ndarray
    """int64 [state, patron], number of packages of their own"""
    package: np.ndarray
    """int64 [state, patron, number], their places in the history"""
    exercise: np.ndarray
    """int64 [patron, state, row], what each row of the year tells of joint exercises"""
    names: np.ndarray
    """int64 [row], names of the joint exercises of the year, 0 for none"""


class Room(NamedTuple):
    """Workspace of one particle and year, for one state unless said otherwise."""

    reached: np.ndarray
    """int64 [patron, area, rung], states that stand at the rung or above; of all states"""
    diffused: np.ndarray
    """float64 [states], factor of the odds where so many others stand at the rung"""
    options: np.ndarray
    """int64 [patron], number of options"""
    rung: np.ndarray
    """int64 [patron, option]"""
    chance: np.ndarray
    """float64 [patron, area, option], probability that an offer is this one"""
    odds: np.ndarray
    """float64 [patron, area, option], exp(utility - utility of declining)"""
    told: np.ndarray
    """float64 [patron, area, option], probability that it is documented if accepted"""
    seen: np.ndarray
    """float64 [patron, area, rung], probability that a package is documented if accepted"""
    unpaid: np.ndarray
    """float64 [patron, area, rung], odds of an offer of no money"""
    offered: np.ndarray
    """float64 [patron, area, rung], probability that an offer is at the rung"""
    single: np.ndarray
    """float64 [patron, event], density of a package as one whose other half is undocumented"""
    pair: np.ndarray
    """float64 [event of China, event of Russia], density as halves of one choice"""
    tail: np.ndarray
    """float64 [event of China + 1, mask over Russia's events]"""
    partner: np.ndarray
    """int64 [event of China], drawn event of Russia, -1 for none"""
    here: np.ndarray
    """float64 [option of China], documented choices with each of them, summed over Russia's"""
    need: np.ndarray
    """float64 [state, area, rung reached], need for which ``help`` was computed last"""
    help: np.ndarray
    """float64 [state, area, rung reached, rung], factor of the odds by what a form does for it"""
    cooling: np.ndarray
    """float64 [state, host], factor of the odds of taking part, by a quarrel; of all states"""
    join: np.ndarray
    """float64 [patron, area, host, state], chance that an invited member takes part"""
    joining: np.ndarray
    """float64 [area], chance that an act of membership is answered with yes for the area's sake"""
    place: np.ndarray
    """float64 [area x host], density of a joint exercise by area and host"""
    sizes: np.ndarray
    """int64 [patron, rung], number of sizes that stand for the distribution of all"""
    value: np.ndarray
    """float64 [patron, rung, node], USD million; not a number where one node stands for all"""
    share: np.ndarray
    """float64 [patron, rung, node], weight of the size"""
    node: np.ndarray
    """float64 [state, patron, rung, node], by how much the size raises the odds"""


class Pick(NamedTuple):
    """An alternative that was drawn; sizes that are not a number are drawn when booked."""

    area: int
    value: float
    rung: int
    """Rung of the other half, 0 for none."""
    other: float
    """Value of the other half, USD million."""


def new_room() -> Room:
    """Room for one particle and year."""
    options, rungs, sizes = (P, A, MOST_OPTIONS), (P, A, RUNGS), (P, RUNGS, NODES.size)
    return workspace(
        Room,
        [
            (INTEGER, rungs),
            (FLOAT, (S,)),
            (INTEGER, (P,)),
            (INTEGER, (P, MOST_OPTIONS)),
            *[(FLOAT, options)] * 3,
            *[(FLOAT, rungs)] * 3,
            (FLOAT, (P, MOST_EVENTS)),
            (FLOAT, (MOST_EVENTS, MOST_EVENTS)),
            (FLOAT, (MOST_EVENTS + 1, 1 << MOST_EVENTS)),
            (INTEGER, (MOST_EVENTS,)),
            (FLOAT, (MOST_OPTIONS,)),
            (FLOAT, (S, A, RUNGS)),
            (FLOAT, (S, A, RUNGS, RUNGS)),
            (FLOAT, (S, S)),
            (FLOAT, (P, A, S, S)),
            (FLOAT, (A,)),
            (FLOAT, (A * S,)),
            (INTEGER, (P, RUNGS)),
            *[(FLOAT, sizes)] * 2,
            (FLOAT, (S, *sizes)),
        ],
    )
