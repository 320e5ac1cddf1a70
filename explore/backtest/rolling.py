"""Draws of the parameters that keep up with the record, for forecasts from rolling origins.

From each origin on, every year is forecast from the end of the year before: the evidence is frozen
there, and the draws must be from the posterior there. A fit for each year would take hours; instead
the draws of the fit at the first cut are carried from each origin to the next
(:mod:`steppe.calibration.renew`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp

from ...calibration.asof import Frozen, packages_as_of
from ...calibration.filter import filtered
from ...calibration.packages import as_history
from ...calibration.renew import LEAST, MOVES, Swarm, begin, carry, kept
from ...calibration.target import Target
from .forecast import VARIANTS, Task, ablated


class Renewed(NamedTuple):
    """Draws at each origin, and what they foresaw.

    Attributes
    ----------
    positions : ndarray of float64 [origin, draw, dimension]
    densities : ndarray of float64 [origin]
        Log density of what was documented in the year after each origin, given the years before;
        areas, sums and all.
    left, effective : ndarray of float64 [origin]
        Draws in effect before and after they were moved: see
        :class:`~steppe.calibration.renew.Swarm`.
    """

    positions: np.ndarray
    densities: np.ndarray
    left: np.ndarray
    effective: np.ndarray


Tell = Callable[[str], None]
"""Called with what is done next."""


def renewed(
    task: Task,
    positions: np.ndarray,
    seed: int,
    zero: Collection[str] = (),
    folder: Path | None = None,
    tell: Tell | None = None,
) -> Renewed:
    """Carry draws of the posterior at the cut from each origin to the next.

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
        Where each origin is kept, to go on from; other draws, evidence or efforts have other files.
    tell : callable, optional
    """
    target: Target | None = None
    swarms: list[Swarm] = []
    densities = []
    name = hashlib.sha256(positions.tobytes())
    for cut, _ in task.origins():
        found = task.frozen(cut)
        name.update(
            f"{found.digest} {task.particles} {seed} {MOVES} {LEAST} {sorted(zero)}".encode()
        )
        before, target = target, ablated(found.target_to_cut(task.particles), zero)
        make = partial(begin, target, positions, seed, cut)
        if before is not None:
            make = partial(carry, before, target, swarms[-1], seed, cut)
        if tell is not None:
            tell(f"{len(positions):,} draws at the end of {cut}")
        place = None if folder is None else folder / f"{cut}-{name.hexdigest()[:12]}.npz"
        swarms.append(kept(place, make))
        densities.append(ahead(found, swarms[-1], task.particles, zero))
    return Renewed(
        np.array([one.position for one in swarms]), np.array(densities),
        np.array([one.left for one in swarms]), np.array([one.effective for one in swarms]),
    )  # fmt: skip


def ahead(found: Frozen, swarm: Swarm, particles: int, zero: Collection[str]) -> float:
    """Log density that draws gave to the year after the cut, with drivers as of the cut."""
    target = ablated(found.target(particles), zero)
    year = found.cut + 1
    history = as_history(packages_as_of(year))
    told = [
        filtered(target.at(z), history, year, particles, int(luck), target.sums).increments[-1]
        for z, luck in zip(swarm.position, swarm.luck, strict=True)
    ]
    return float(logsumexp(told) - np.log(len(told)))


def renew_all(
    task: Task,
    positions: Mapping[str, np.ndarray],
    seed: int,
    workers: int = 1,
    folder: Path | None = None,
    tell: Tell | None = None,
) -> dict[str, Renewed]:
    """:func:`renewed` for the model and each ablation; nothing unless the task is rolling."""
    if not task.rolling:
        return {}
    jobs = {
        name: partial(
            renewed, task, positions[name], seed, zero,
            None if folder is None else folder / name.replace(" ", "-"),
        )
        for name, zero in VARIANTS.items()
    }  # fmt: skip
    if workers == 1:
        return {
            name: job(tell=None if tell is None else _named(tell, name))
            for name, job in jobs.items()
        }
    found = {}
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(job): name for name, job in jobs.items()}
        for future in as_completed(waiting):
            found[waiting[future]] = future.result()
            if tell is not None:
                tell(f"{waiting[future]}: carried to the end of {task.last - 1}")
    return {name: found[name] for name in jobs}


def _named(tell: Tell, name: str) -> Tell:
    return lambda what: tell(f"{name}: {what}")
