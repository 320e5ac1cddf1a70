"""Conditioning: the years of a run that follow the record, from the particle filter.

A conditioned run is one trajectory of the filter to the cut-off (:func:`past_of`), and the
engine from the world that the trajectory leaves. Runs of a draw of the parameters come in
blocks; a block shares one filter, whose luck is named by seed, draw and block, so that a run
is the same whatever the number of runs, the spans and the workers.
"""

from __future__ import annotations

import hashlib
from importlib.resources import files
from threading import Lock
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from ..calibration.filter import Sums, Trajectories, filtered, trajectories
from ..model.errors import InputError
from ..model.luck import FILTER, philox_plain
from ..model.names import START_YEAR
from ..model.tables import Tables
from ..model.world import History, Outcome, World

if TYPE_CHECKING:
    from ..model.security import SecurityModel

BLOCK: Final = 10
"""Runs that share a filter, which costs some hundred times what a run does. More of them would
be cheaper and less independent: the early years of a block descend from few particles."""
PARTICLES: Final = 100
"""Particles of a filter: ten for each run of a block, so that all leave the record from worlds of
their own (docs/model.md, section 5.6, has how many worlds they have had in earlier years)."""
STRIDE: Final = 3
"""Order in which the runs of a block take its trajectories: 0, 3, 6, 9, 2, ... so that those
of a block that is not full are spread too. Has no divisor in common with :data:`BLOCK`."""
KEPT: Final = 256
"""Blocks that are kept: runs come in order, draw after draw, a block of each."""


class Place(NamedTuple):
    """Where a run finds its past: draw of the parameters, block, row in the block."""

    draw: int
    block: int
    row: int


class Followed(NamedTuple):
    """What a conditioned run follows: the record, and the last year of it that is read."""

    history: History
    sums: Sums
    until: int


class Past(NamedTuple):
    """The trajectories of a block as runs need them, ``[row, ...]``: :class:`Trajectories`."""

    outcome: Outcome
    worlds: World


def place_of(run: int, draws: int) -> Place:
    """Place of a run.

    >>> [place_of(run, 200) for run in (0, 17, 217, 2017)]  # doctest: +NORMALIZE_WHITESPACE
    [Place(draw=0, block=0, row=0), Place(draw=17, block=0, row=0),
     Place(draw=17, block=0, row=3), Place(draw=17, block=1, row=0)]
    """
    turn, draw = divmod(run, draws)
    block, number = divmod(turn, BLOCK)
    return Place(draw, block, number * STRIDE % BLOCK)


def filter_key(seed: int, draw: int, block: int) -> int:
    """Key of the luck of a block's filter, 0 to 2**63 - 1."""
    return philox_plain((draw, block, 0, FILTER), (seed, 0))[0] >> 1


def block_of(tables: Tables, followed: Followed, seed: int, draw: int, block: int) -> Trajectories:
    """Trajectories of a block, a row for each of its runs.

    Raises
    ------
    InputError
        If the model with these values cannot bring the record forth.
    """
    key = filter_key(seed, draw, block)
    history, sums, until = followed
    found = trajectories(tables, history, until, PARTICLES, key, BLOCK, sums)
    if found.log_likelihood == -np.inf:
        increments = filtered(tables, history, until, PARTICLES, key, sums).increments
        raise InputError(
            f"with the values of draw {draw} the model cannot bring forth what is on record: "
            "no run to start from",
            field="conditioned_until",
            found=until,
            allowed=f"before {START_YEAR + int(np.argmin(increments))}",
            todo="let no lever or parameter make a documented package impossible",
        )
    return found


class Pasts:
    """Pasts by what determines them: the tables up to the cut-off, the record, and the luck.

    The filter reads no later year, so that scenarios whose levers act after the cut-off have
    the same past, bit for bit: whoever shares this draws it once for all of them, which is most
    of the time of a conditioned run.

    Parameters
    ----------
    most : int
        Blocks that are kept, about 0.4 MB each; the oldest are dropped.
    """

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._found: dict[tuple[object, ...], Past] = {}
        self._guards = [Lock() for _ in range(64)]
        self._change = Lock()

    def __len__(self) -> int:
        return len(self._found)

    def get(self, tables: Tables, followed: Followed, seed: int, draw: int, block: int) -> Past:
        """Past of a block (:func:`block_of`), drawn by whoever asks first."""
        total = hashlib.sha256(tables.flat[: followed.until - START_YEAR + 1].tobytes())
        for column in (*followed.history, *followed.sums):
            total.update(column.tobytes())
        key = (total.digest(), followed.until, seed, draw, block)
        with self._guards[hash(key) % len(self._guards)]:
            known = self._found.get(key)
            if known is None:
                drawn = block_of(tables, followed, seed, draw, block)
                known = Past(drawn.outcome, drawn.worlds)
                self._keep(key, known)
            return known

    def _keep(self, key: tuple[object, ...], past: Past) -> None:
        with self._change:
            while len(self._found) >= self._most:
                del self._found[next(iter(self._found))]
            self._found[key] = past


def rows_of(past: World, rows: np.ndarray | int) -> World:
    """Worlds at some rows, or the world at one."""
    return World._make(part[rows] for part in past)


def agents_in(
    tables: Tables, run: int, seed: int, starts: World, last: World, year: int
) -> SecurityModel:
    """Agents as they stand in a year of a trajectory: for looking, not for stepping on.

    The drivers of the year have moved and needs are felt, as on the trajectory; nothing has been
    offered yet.

    Parameters
    ----------
    tables, run, seed
        As for :class:`SecurityModel`.
    starts : World
        As each year began: ``[year, ...]`` from 1992.
    last : World
        After the last year.
    year : int
    """
    from ..model.security import SecurityModel  # Mesa takes most of a second to load

    row = year - START_YEAR
    after = rows_of(starts, row + 1) if row + 1 < len(starts.alarm) else last
    model = SecurityModel(tables, run, seed, rows_of(starts, row), year)
    model.begin()
    model.deviation = after.deviation.tolist()
    model.look()
    return model


def sources_digest() -> str:
    """Digest of the code that draws the past of a run, first 16 hex digits."""
    total = hashlib.sha256()
    modules = sorted(files("steppe.calibration.filter").iterdir(), key=lambda path: path.name)
    for path in (*modules, files("steppe.explore").joinpath("conditioning.py")):
        if path.name.endswith(".py"):
            total.update(path.read_bytes())
    return total.hexdigest()[:16]
