"""The state of the world of one run, and the record of its years.

``World`` is all that is mutable: rungs, trust, fluency, dependence, resentment,
pledges outstanding, alarm, and the drivers' deviations. ``Outcome`` is what is
written down each year.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .compiled import compiled
from .names import AREAS, FORMS, PAIRS, PATRONS, RUNGS, SIGNALS, STATES

S, P, A, G = len(STATES), len(PATRONS), len(AREAS), len(SIGNALS)
F = len(FORMS)
R = len(RUNGS)
AID, UNIT = FORMS.index("aid"), FORMS.index("unit")
"""First and last of the forms in which armies work together."""
AGES = 10
"""Years that a pledge can wait, at most."""

# Deviations of the drivers, in this order: four scalar signals, energy flow by
# state, disputes by pair, capacity and trade by patron.
ENERGY_AT, DISPUTE_AT = 4, 4 + S
CAPACITY_AT = DISPUTE_AT + len(PAIRS)
TRADE_AT = CAPACITY_AT + P
DEVIATIONS = TRADE_AT + P


class World(NamedTuple):
    """What changes: the state of one run at the start of a year."""

    rung: np.ndarray
    """int64 [state, patron, area], 0 to 5."""
    trust: np.ndarray
    """float64 [state, patron], in [0, 1]."""
    fluency: np.ndarray
    """float64 [state, patron], in [0, 1]."""
    stock: np.ndarray
    """float64 [state, patron], delivered value still in use, USD million."""
    resentment: np.ndarray
    """float64 [state, patron], in [0, 1]."""
    queue: np.ndarray
    """float64 [state, patron, age], pledged and not delivered, USD million."""
    alarm: np.ndarray
    """float64 [patron], in [0, 1]."""
    deviation: np.ndarray
    """float64 [DEVIATIONS], log deviations of the drivers."""


class Outcome(NamedTuple):
    """What is recorded: one row of each array for a run and a year."""

    rung: np.ndarray
    """int8 [run, year, state, patron, area], at the end of the year."""
    offers: np.ndarray
    """uint8 [run, year, state, patron, area], tabled in the year."""
    packages: np.ndarray
    """uint8 [run, year, state, patron, area], accepted in the year."""
    documented: np.ndarray
    """uint8 [run, year, state, patron, area], accepted and documented."""
    forms: np.ndarray
    """uint8 [run, year, state, patron, form], accepted in the year."""
    documented_forms: np.ndarray
    """uint8 [run, year, state, patron, form], accepted and documented."""
    exercises: np.ndarray
    """uint8 [run, year, patron], joint exercises in which at least one of the five took part."""
    pledged: np.ndarray
    """float64 [run, year, state, patron], USD million in the year."""
    delivered: np.ndarray
    """float64 [run, year, state, patron], USD million in the year."""
    outstanding: np.ndarray
    """float64 [run, year, state, patron], USD million at the end of the year."""
    lapsed: np.ndarray
    """float64 [run, year, state, patron], USD million in the year."""
    trust: np.ndarray
    """float64 [run, year, state, patron]."""
    fluency: np.ndarray
    """float64 [run, year, state, patron]."""
    dependence: np.ndarray
    """float64 [run, year, state, patron], share in [0, 1]."""
    resentment: np.ndarray
    """float64 [run, year, state, patron]."""
    alarm: np.ndarray
    """float64 [run, year, patron]."""
    signals: np.ndarray
    """float64 [run, year, state, signal], levels of the drivers."""


class History(NamedTuple):
    """What is documented and a conditioned run follows, sorted by year.

    All arrays have one entry for each package and recipient, and for each force that
    stands: a package happens in its year; a standing force keeps its rung from falling
    in all of its years, and is no package.
    """

    year: np.ndarray
    """int64, calendar year; the first one of a standing force or statement."""
    last: np.ndarray
    """int64, last calendar year of a standing force or statement; 0 for a package."""
    state: np.ndarray
    """int64."""
    patron: np.ndarray
    """int64."""
    area_mask: np.ndarray
    """int64, bit a set where the package may belong to area a."""
    rung: np.ndarray
    """int64, 1 to 5; 0 where the state is known to have stayed away from a joint exercise;
    -k for a standing statement that the state has nothing at rung k or above from the patron,
    which makes the record complete there: what it does not hold did not happen."""
    amount: np.ndarray
    """float64, USD million; not a number where unknown."""
    delivered: np.ndarray
    """int64, 1 where the record says that it was delivered or held."""
    address: np.ndarray
    """int64, names the package's luck; does not depend on its place in the list."""
    occasion: np.ndarray
    """int64, names the joint exercise that the package is a part in, 0 for none; -1 for an
    act of membership, where rung 0 is that the state left."""


def no_history() -> History:
    """A history in which nothing is documented."""
    whole, real = np.zeros(0, np.int64), np.zeros(0)
    return History(whole, whole, whole, whole, whole, whole, real, whole, whole, whole)


def empty_outcome(runs: int, years: int) -> Outcome:
    """Room for the record of some runs, zeroed."""
    cells = (runs, years, S, P, A)
    pairs = (runs, years, S, P)
    arrays: list[np.ndarray] = [np.zeros(cells, np.int8)]
    arrays += [np.zeros(cells, np.uint8) for _ in range(3)]
    arrays += [np.zeros((*pairs, F), np.uint8) for _ in range(2)]
    arrays += [np.zeros((runs, years, P), np.uint8)]
    arrays += [np.zeros(pairs) for _ in range(8)]
    arrays += [np.zeros((runs, years, P)), np.zeros((runs, years, S, G))]
    return Outcome._make(arrays)


def new_world() -> World:
    """A world of zeros; drivers of the model fill it from the initial traits."""
    return World(
        np.zeros((S, P, A), np.int64),
        np.zeros((S, P)),
        np.zeros((S, P)),
        np.zeros((S, P)),
        np.zeros((S, P)),
        np.zeros((S, P, AGES)),
        np.zeros(P),
        np.zeros(DEVIATIONS),
    )


def fitting(worlds: World, *count: int) -> None:
    """Require a world, or ``count`` worlds with a leading dimension.

    Raises
    ------
    ValueError
        If a part has not the shape and type of :class:`World`.
    """
    for name, found, one in zip(World._fields, worlds, new_world(), strict=True):
        shape = (*count, *one.shape)
        if found.shape != shape or found.dtype != one.dtype:
            wanted = "a world for each run" if count else "one world"
            raise ValueError(
                f"worlds.{name}: {found.dtype} {found.shape}, not {one.dtype} {shape}, {wanted}"
            )


def repeated(world: World, count: int) -> World:
    """Copies of a world: arrays with a leading dimension of ``count``."""
    return World._make(np.repeat(part[np.newaxis], count, axis=0) for part in world)


@compiled
def assign(target: np.ndarray, source: np.ndarray) -> None:
    """Copy the elements of an array into another of the same shape, which it does not overlap."""
    for place, value in np.ndenumerate(source):
        target[place] = value


@compiled
def world_at(worlds: World, n: int) -> World:
    """View of one of several worlds, which are arrays with one more leading dimension.

    From Python, call its ``py_func``: see :func:`steppe.model.compiled.compiled`.
    """
    return World(
        worlds.rung[n],
        worlds.trust[n],
        worlds.fluency[n],
        worlds.stock[n],
        worlds.resentment[n],
        worlds.queue[n],
        worlds.alarm[n],
        worlds.deviation[n],
    )
