"""Draws of the parameters that keep up with the record, for forecasts from rolling origins.

From each origin on, every year is forecast from the end of the year before: the evidence is frozen
there, and the draws must be from the posterior there. A fit for each year would take hours; instead
the draws of the fit at the first cut are carried from each origin to the next
(:mod:`steppe.calibration.renew`), in swarms apart from each other, which tell by how far they part
how much chance is in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, as_completed
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from scipy.special import logsumexp

from ...calibration.asof import Frozen, packages_as_of
from ...calibration.files import load, save
from ...calibration.filter import filtered
from ...calibration.packages import as_history
from ...calibration.probe import probe
from ...calibration.processes import pool
from ...calibration.renew import (
    LEAST,
    MOVES,
    SWARMS,
    Reference,
    Swarm,
    begin,
    carry,
    in_effect,
    kept,
    kernel,
    left_by,
    shares_of,
)
from ...calibration.target import Target
from ...model.errors import InputError
from .forecast import VARIANTS, Task, ablated

FURTHER: Final = 2**61
"""Between the keys of the luck of two swarms."""
Tell = Callable[[str], None]
"""Called with what is done next."""


class Followed(NamedTuple):
    """Draws at each origin, and what they foresaw.

    Attributes
    ----------
    positions : ndarray of float64 [origin, draw, dimension]
    densities : ndarray of float64 [origin]
        Log density of the packages that were documented in the year after each origin, given the
        record before it: their areas, participants and amounts.
    errors : ndarray of float64 [origin]
        Standard deviation of each by the luck of the draws.
    effective : ndarray of float64 [origin]
        Draws in effect: :func:`~steppe.calibration.renew.in_effect`.
    left : ndarray of float64 [origin]
        Draws that weights alone would have left of those of the origin before.
    stages : ndarray of int64 [origin]
        Stages of the way from the origin before.
    """

    positions: np.ndarray
    densities: np.ndarray
    errors: np.ndarray
    effective: np.ndarray
    left: np.ndarray
    stages: np.ndarray


def follow(
    task: Task,
    positions: np.ndarray,
    seed: int,
    zero: Collection[str] = (),
    folder: Path | None = None,
    tell: Tell | None = None,
    reference: Reference | None = None,
) -> list[tuple[Swarm, np.ndarray]]:
    """Carry one swarm from each origin to the next.

    Parameters
    ----------
    task : Task
        Rolling.
    positions : ndarray of float64 [draw, dimension]
        Draws from the posterior at the first cut, that of :func:`~.forecast.ablated`.
    seed : int
    zero : collection of str
        Quantities that are set to zero.
    folder : path, optional
        Where each origin is kept, to go on from; other draws, evidence, models or efforts have
        other files.
    tell : callable, optional
    reference : tuple of ndarray, optional
        Centre and factor of the normal by which the moves go, as that of a fit at the first cut;
        by default that of the draws, which a few hundred make too wide where there are many
        numbers (``tests/test_renew.py``).

    Returns
    -------
    list of (Swarm, ndarray of float64 [draw])
        At each origin, with the log density that each draw gave to the year after it.

    Raises
    ------
    InputError
        If no draw can have brought forth the record to an origin.
    """
    target: Target | None = None
    found: list[tuple[Swarm, np.ndarray]] = []
    name = hashlib.sha256(positions.tobytes())
    name.update(f"{task.particles} {seed} {MOVES} {LEAST} {kernel()} {sorted(zero)}".encode())
    name.update(f"{task.shares}".encode())
    for part in reference or ():
        name.update(part.tobytes())
    for cut, _ in task.origins():
        known = task.frozen(cut)
        before, target = target, ablated(known.target_to_cut(task.particles, task.shares), zero)
        name.update(f"{known.digest} {probe(target)}".encode())
        make = partial(begin, target, positions, seed, cut)
        if before is not None:
            make = partial(carry, before, target, found[-1][0], seed, cut, reference=reference)
        if tell is not None:
            tell(f"{len(positions):,} draws at the end of {cut}")
        swarm = kept(_place(folder, f"{cut}-{name.hexdigest()[:12]}"), partial(_at, cut, make))
        found.append((swarm, ahead(known, swarm, task.particles, zero, folder, name.copy())))
    return found


def ahead(
    known: Frozen,
    swarm: Swarm,
    particles: int,
    zero: Collection[str],
    folder: Path | None,
    name: hashlib._Hash,
) -> np.ndarray:
    """Log density that each draw gave to the year after the cut, with drivers as of the cut."""
    target = ablated(known.target(particles), zero)
    year = known.cut + 1
    history = as_history(packages_as_of(year))
    for column in history:
        name.update(column.tobytes())
    path = _place(folder, f"{year}-foreseen-{name.hexdigest()[:12]}")
    if path is not None and path.is_file():
        told = load(path, ("told",), "the file of densities", "remove it: it is made anew")
        return told["told"]
    found = np.array(
        [
            filtered(target.at(z), history, year, particles, int(luck), target.sums).increments[-1]
            for z, luck in zip(swarm.position, swarm.luck, strict=True)
        ]
    )
    if path is not None:
        save(path, told=found)
    return found


def _at(cut: int, make: Callable[[], Swarm]) -> Swarm:
    """Make a swarm; an error says at which origin."""
    try:
        return make()
    except InputError as error:
        raise InputError(str(error), field=f"draws at the end of {cut}") from error


def _place(folder: Path | None, name: str) -> Path | None:
    return None if folder is None else folder / f"{name}.npz"


def together(
    swarms: Sequence[Sequence[tuple[Swarm, np.ndarray]]], reference: Reference | None = None
) -> Followed:
    """What swarms that were carried apart come to, taken together.

    With a reference, the draws in effect are those along the directions that the record tells most
    of, if these are fewer than over all.
    """
    columns: list[list[np.ndarray | float]] = [[] for _ in Followed._fields]
    for origin in zip(*swarms, strict=True):
        own = [swarm for swarm, _ in origin]
        told = np.concatenate([densities for _, densities in origin])
        effective = in_effect(own, reference)
        spread = len(told) / left_by(shares_of(told)) - 1.0
        values = (
            np.concatenate([one.position for one in own]), logsumexp(told) - np.log(len(told)),
            np.sqrt(spread / effective), effective, sum(one.left for one in own),
            max(one.stages for one in own),
        )  # fmt: skip
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    return Followed(*(np.array(column) for column in columns))


def follow_all(
    task: Task,
    positions: Mapping[str, np.ndarray],
    seed: int,
    workers: int = 1,
    folder: Path | None = None,
    tell: Tell | None = None,
    references: Mapping[str, Reference] | None = None,
) -> dict[str, Followed]:
    """Draws of the model and of each ablation at each origin; nothing unless the task is rolling.

    Every other draw goes into the same swarm, so that each is spread over the whole fit.
    """
    if not task.rolling:
        return {}
    jobs = {
        (name, number): partial(
            follow, task, positions[name][number::SWARMS], seed + number * FURTHER, zero,
            None if folder is None else folder / name.replace(" ", "-") / str(number),
            reference=None if references is None else references[name],
        )
        for name, zero in VARIANTS.items()
        for number in range(SWARMS)
    }  # fmt: skip
    found: dict[tuple[str, int], list[tuple[Swarm, np.ndarray]]] = {}
    if workers == 1:
        for (name, number), job in jobs.items():
            found[name, number] = job(tell=tell and _named(tell, name, number))
    else:
        with pool(workers) as processes:
            waiting: dict[Future[list[tuple[Swarm, np.ndarray]]], tuple[str, int]] = {
                processes.submit(job): key for key, job in jobs.items()
            }
            for future in as_completed(waiting):
                key = waiting[future]
                found[key] = future.result()
                if tell is not None:
                    _named(tell, *key)(f"carried to the end of {task.last - 1}")
    return {
        name: together(
            [found[name, number] for number in range(SWARMS)],
            None if references is None else references[name],
        )
        for name in VARIANTS
    }


def _named(tell: Tell, name: str, number: int) -> Tell:
    return lambda what: tell(f"{name}, swarm {number + 1} of {SWARMS}: {what}")
