"""Calibration as one piece of work: sample, judge, write, and install if the gates are passed.

::

    DIRECTORY/fit.json, group-N.npz    the chains (:mod:`steppe.calibration.fit`)
    DIRECTORY/posterior/draws.csv      some draws, which stand for all
    DIRECTORY/posterior/manifest.json  what they come from, and the gates
    DIRECTORY/diagnostics.csv          each number of the chains: R-hat, effective sample sizes,
                                       how far groups of chains that never meet lie apart
    DIRECTORY/told.csv                 what the record tells of each (:mod:`.identify`)
    DIRECTORY/anchors.csv              what depends on the assumed side of offers and acceptance
    DIRECTORY/inference.nc             all draws, as ArviZ's InferenceData
    DIRECTORY/thinned.nc               some of each chain, the same, small enough to be passed on
    DIRECTORY/trace.png                the chains of the numbers with the largest R-hat
    DIRECTORY/pairs.png                the constants of acceptance, and what hangs together most
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..model.errors import InputError
from . import plots
from .diagnose import (
    VARIANCE_DRAWS,
    Convergence,
    convergence,
    estimator_variance,
    gates,
    inference_data,
    representative,
    spread_evenly,
    thinned,
)
from .files import csv_bytes, replace_file
from .fit import Plan, draws, identity, provenance, sample
from .identify import ANCHORS, anchored, as_rows, identify
from .installed import DRAWS, MANIFEST, Gate, all_passed, overlap
from .sampler import ARCHIVED_EVERY, CLEAR, MANY, MIX, Mix, generator
from .target import DEVIATION, Entry, Target, draw_rows, record_target, uncertain, wide

POSTERIOR: Final = "posterior"
LEAST_KEPT: Final = 4
"""Draws of a chain, at least, for the diagnostics."""
KEPT: Final = 200
"""Draws that are written for scenarios."""
THINNED: Final = 320
"""Draws of each chain, at most, in the small file of them."""
CHOSEN_OF: Final = 4000
"""Draws of the chains, evenly spread, from which these are chosen."""
DEVIATED: Final = 2**23
"""Iteration whose address names the luck of numbers on which no event speaks."""


@dataclass(frozen=True)
class Effort:
    """How much is computed.

    Attributes
    ----------
    particles : int
        Of the filter; chosen so that the log likelihood's variance at the posterior is near one.
    shares : tuple of float
        Those of each year from 1992 on, over ``particles``; all ones if empty.
    pilot_particles : int
        The same in the pilot.
    pilot, iterations : int
        Iterations of each group of chains that fit the moves, and all of them.
    groups, chains : int
    pooled : int
        Times that the groups' pilots are pooled.
    mix, pilot_mix : Mix
        How often which move is made; in the pilot, if another.
    """

    particles: int
    pilot_particles: int
    pilot: int
    iterations: int
    groups: int
    chains: int
    pooled: int = 1
    mix: Mix = MIX
    pilot_mix: Mix | None = None
    shares: tuple[float, ...] = ()

    def plan(self, seed: int) -> Plan:
        """Plan of the chains."""
        return Plan(
            seed, self.groups, self.chains, self.pilot, self.pilot_particles, self.pooled,
            self.mix, self.pilot_mix,
        )  # fmt: skip


CROWD: Final = (*7 * (22,), *5 * (50,), *3 * (54,), *3 * (75,), *7 * (36,), *6 * (14,))
SHARES: Final = tuple(len(CROWD) * count / sum(CROWD) for count in CROWD)
"""Particles of each year from 1992 to 2022 over their mean. Most of the estimate's noise comes from
2007 to 2009, where much is on record and sums are told, and hardly any from the first seven years
and the last six: ``python -m benchmarks.filter`` prints it by year."""
FULL: Final = Effort(
    particles=36, pilot_particles=20, pilot=4800, iterations=36000, groups=2, chains=3, pooled=3,
    mix=CLEAR, pilot_mix=MANY, shares=SHARES,
)  # fmt: skip
CUT: Final = replace(FULL, particles=30, iterations=30_000)
"""A fit to a cut, for forecasts from there: the estimate of the record to 2009 is less noisy."""
QUICK: Final = Effort(
    particles=10, pilot_particles=10, pilot=60, iterations=200, groups=2, chains=3, mix=MANY
)
"""A rough fit in about two minutes, for a class and for tests: it passes no gate."""


VERSIONS: Final = ("arviz", "llvmlite", "numba", "numpy", "scipy")
"""Packages on whose version the bits of a fit may hang."""


@dataclass(frozen=True)
class Judged:
    """A fit and what is to be thought of it.

    Attributes
    ----------
    directory : Path
    target : Target
    plan : Plan
    draws : ndarray of float64 [chain, draw, entry]
        In prior standard deviations.
    convergence : Convergence
    variance : ndarray of float64 [position]
        Of the log likelihood's estimate, at draws of the posterior.
    gates : tuple of Gate
    """

    directory: Path
    target: Target
    plan: Plan
    draws: np.ndarray
    convergence: Convergence
    variance: np.ndarray
    gates: tuple[Gate, ...]

    @property
    def passed(self) -> bool:
        """Whether every gate is passed."""
        return all_passed(self.gates)

    def told(self) -> tuple[list[Entry], np.ndarray]:
        """All uncertain numbers, those on which no event speaks last, and draws of them.

        How drivers deviate from their series was fitted to these (:mod:`.drivers`), and is drawn
        from that, beside the draws of the chains.

        Returns
        -------
        list of Entry
        ndarray of float64 [draw, entry]
            In prior standard deviations, evenly spread over the chains.
        """
        found = spread_evenly(self.draws, CHOSEN_OF)
        beside = [entry for entry in uncertain() if entry.family in DEVIATION]
        rng = generator(self.plan.seed, 0, DEVIATED)
        drawn = rng.standard_normal((len(found), len(beside)))
        return [*self.target.entries, *beside], np.hstack([found, drawn])


def calibrate(
    directory: Path,
    until: int,
    effort: Effort = FULL,
    seed: int = 1,
    workers: int = 2,
    tell: Callable[[str, int, int], None] | None = None,
) -> Judged:
    """Fit the shipped record up to a year, or go on with a fit, and judge it.

    Parameters
    ----------
    directory : Path
        Where the fit stands or is begun.
    until : int
        Last year of the record that is read.
    effort : Effort
    seed : int
    workers : int
        Processes; they change no bit of the result.
    tell : callable, optional
        Called with (what, done, of how many).

    Raises
    ------
    InputError
        If the evidence cannot be read, or the directory holds another fit.
    """
    return judge(target_of(until, effort), directory, effort, seed, workers, tell)


def target_of(until: int, effort: Effort) -> Target:
    """Posterior density of all numbers given the shipped record to a year."""
    return replace(wide(record_target(until, effort.particles)), shares=effort.shares)


def judge(
    target: Target,
    directory: Path,
    effort: Effort,
    seed: int,
    workers: int,
    tell: Callable[[str, int, int], None] | None = None,
) -> Judged:
    """Fit any record, or go on with a fit, and judge it: as :func:`calibrate`."""
    plan = effort.plan(seed)
    done: dict[int, int] = {}

    def told(group: int, iteration: int) -> None:
        done[group] = iteration
        if tell is not None:
            tell("chains", sum(done.values()), effort.iterations * plan.groups)

    sample(target, plan, directory, effort.iterations, workers, told)
    found = draws(directory, plan, len(target.entries))
    variance = noise(target, found, lambda *told: tell("noise", *told) if tell else None)
    judged = convergence(found)
    return Judged(
        directory, target, plan, found, judged, variance, gates(target.entries, judged, variance)
    )


def noise(
    target: Target, draws: np.ndarray, tell: Callable[[int, int], None] | None = None
) -> np.ndarray:
    """Variance of the log likelihood's estimate at some draws of a posterior."""
    positions = spread_evenly(draws, VARIANCE_DRAWS)
    count = len(positions)
    return estimator_variance(target, positions, tell=lambda n: tell(n, count) if tell else None)


def gates_of(target: Target, draws: np.ndarray) -> tuple[Gate, ...]:
    """Whether draws [chain, draw, entry] pass the gates; none where there are too few to judge."""
    if draws.shape[1] < LEAST_KEPT:
        return ()
    return gates(target.entries, convergence(draws), noise(target, draws))


def write(
    fit: Judged, profiles: bool = True, tell: Callable[[int, int], None] | None = None
) -> Path:
    """Write draws, manifest and what was found below the fit's directory.

    Parameters
    ----------
    fit : Judged
    profiles : bool
        Compute the profiles of the likelihood, some thousand evaluations.
    tell : callable, optional
        Called with (numbers looked at, of how many).

    Returns
    -------
    Path
        Directory of the posterior.
    """
    folder = fit.directory / POSTERIOR
    folder.mkdir(exist_ok=True)
    flat = fit.draws.reshape(-1, fit.draws.shape[2])
    told = identify(fit.target, flat, profiles, tell, float(np.median(fit.convergence.bulk)))
    shared = {one.address: one.overlap for one in told}
    entries, positions = fit.told()
    kept = representative(positions, KEPT)
    replace_file(folder / DRAWS, csv_bytes(draw_rows(entries, kept)))
    manifest = {
        **identity(fit.target, fit.plan),
        **provenance(),
        "iterations": fit.draws.shape[1],
        "draws": len(kept),
        "gates": [gate.model_dump() for gate in fit.gates],
        "variances": [round(float(one), 3) for one in fit.variance],
        "chains_digest": hashlib.sha256(np.ascontiguousarray(fit.draws).tobytes()).hexdigest(),
        "versions": {name: version(name) for name in VERSIONS},
        "overlaps": {
            entry.address: round(shared.get(entry.address, overlap(z)), 4)
            for entry, z in zip(entries, positions.T, strict=True)
        },
    }
    replace_file(folder / MANIFEST, (json.dumps(manifest, indent=1) + "\n").encode())
    replace_file(fit.directory / "diagnostics.csv", csv_bytes(diagnostics(fit)))
    replace_file(fit.directory / "told.csv", csv_bytes(as_rows(told)))
    replace_file(
        fit.directory / "anchors.csv", csv_bytes(anchored(fit.target, flat, fit.convergence.bulk))
    )
    data = inference_data(fit.target, fit.plan, fit.draws)
    data.to_netcdf(str(fit.directory / "inference.nc"))
    thinned(data, THINNED).to_netcdf(str(fit.directory / "thinned.nc"))
    badge = badge_of(fit)
    least_settled = np.argsort(-fit.convergence.rhat)[: plots.TRACED]
    traced = [entries[n].address for n in least_settled]
    plots.trace(data, traced, fit.directory / "trace.png", badge)
    own = [n for n, entry in enumerate(fit.target.entries) if entry.address in ANCHORS]
    linked = [entries[n].address for n in plots.most_linked(flat, first=own)]
    plots.pairs(data, linked, fit.directory / "pairs.png", badge)
    return folder


def badge_of(fit: Judged) -> str:
    """What figures of a fit may claim."""
    if fit.passed:
        return "explanation: the fit to the documented record passed its gates"
    return "exploration: the fit to the documented record has not passed its gates"


def diagnostics(fit: Judged) -> list[list[str]]:
    """Table of the numbers of the chains: convergence, and where the posterior stands.

    ``groups_apart`` is the distance of the groups' means in posterior standard deviations: chains
    of one group share an archive, the groups meet in the pilot only. Not a number of one group.
    """
    found = fit.convergence
    head = ["address", "rhat", "ess_bulk", "ess_tail", "prior_sd_mean", "prior_sd_sd"]
    rows = [[*head, "groups_apart"]]
    by_group = fit.draws.reshape(fit.plan.groups, -1, fit.draws.shape[2])
    apart = np.ptp(by_group.mean(axis=1), axis=0) / by_group.std(axis=(0, 1))
    apart = np.where(fit.plan.groups > 1, apart, np.nan)
    for n, entry in enumerate(fit.target.entries):
        z = fit.draws[:, :, n]
        rows.append(
            [entry.address, f"{found.rhat[n]:.4f}", f"{found.bulk[n]:.0f}",
             f"{found.tail[n]:.0f}", f"{z.mean():.3f}", f"{z.std():.3f}", f"{apart[n]:.3f}"]
        )  # fmt: skip
    return rows


def install(fit: Judged, package: Path | None = None) -> Path:
    """Make a fit the posterior that scenarios use.

    Parameters
    ----------
    fit : Judged
    package : Path, optional
        Directory of the installed posterior; the package's own by default.

    Raises
    ------
    InputError
        If a gate is not passed, or the directory cannot be written.
    """
    failed = [f"{g.name} {g.value:g} at {g.where or 'all'}" for g in fit.gates if not g.passed]
    if failed:
        raise InputError(
            "the fit did not pass its gates and is not installed",
            file=str(fit.directory), found="; ".join(failed),
            allowed=", ".join(f"{g.name} {g.allowed}" for g in fit.gates),
            todo="more iterations or particles; its draws can be named in a scenario as a file",
        )  # fmt: skip
    target = package or Path(str(files("steppe.calibration"))) / POSTERIOR
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name in (DRAWS, MANIFEST):
            shutil.copyfile(fit.directory / POSTERIOR / name, target / name)
    except OSError as error:
        raise InputError(
            "the posterior cannot be installed", file=str(target), found=error.strerror,
            todo="work in a checkout, or name the draws in a scenario as a file",
        ) from error  # fmt: skip
    return target


def with_changes(effort: Effort, iterations: int | None, particles: int | None) -> Effort:
    """Another effort, where numbers are given.

    Raises
    ------
    InputError
        If so few iterations are left after the pilot that nothing can be judged.
    """
    least = effort.pilot + LEAST_KEPT * ARCHIVED_EVERY
    if iterations is not None and iterations < least:
        raise InputError(
            "too few iterations to judge the fit", field="--iterations", found=iterations,
            allowed=f"{least} or more: {effort.pilot} of them are the pilot",
        )  # fmt: skip
    given: dict[str, Any] = {"iterations": iterations, "particles": particles}
    return replace(effort, **{name: n for name, n in given.items() if n is not None})
