"""Simulation-based calibration: whether the fit gives back what simulated records were made of.

Parameters are drawn from the prior, a record is simulated, and fitted as the real one is.
If likelihood and sampler are right, the rank of each true value among the posterior's
draws is uniform (Talts, Betancourt, Simpson, Vehtari and Gelman 2018, arXiv:1804.06788).
A likelihood that is wrong on purpose must fail the same test.

A record whose likelihood stays too noisy for a fit is set aside and not ranked. That rests on the
record and on the luck of its fit, never on the true values: given the record, these still follow
its posterior, so that the ranks of the other records are uniform all the same.

Each record has a file of its own, so that the work can be stopped, resumed and shared out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import as_completed
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from scipy.stats import chisquare

from ..model.errors import InputError
from .diagnose import LEAST_ESS, MOST_RHAT, Convergence, convergence
from .files import replace_file
from .probe import probe
from .processes import pool
from .sampler import ARCHIVED_EVERY, BOLD, fit_reference, generator, settle, start, step
from .simulated import simulated_record
from .target import Target
from .vary import with_coverage

BINS: Final = 10
LEAST_P: Final = 0.01
"""Least p-value, corrected for the number of entries, of ranks that are taken for uniform."""
TRUTH: Final = 2**21
"""Iteration whose address names the luck of the true values."""
MAIN: Final = (
    "opportunity_rate", "budget.russia", "rival_response.russia", "upgrade_probability.russia",
    "exercise_programme.china", "exercise_programme.russia", "package_size.russia.aid",
    "size_dispersion.aid", "sovereignty_weight", "acceptance_constant.china",
    "detection.china.agreement", "detection.russia.aid",
)  # fmt: skip
"""The numbers of which the record tells most: the others stand at their centres in a check of these
alone, which needs a tenth of the computing."""
LUCKS: Final = range(1, 13)
"""Luck under which the noise of a record's likelihood is measured."""
MOST_MORE: Final = 6
"""Times as many particles as asked for, at most."""
OF_A_FIT: Final = ("particles", "rhat", "ess", "iterations", "passed")
"""What is told of a fit as a whole; nothing where a record was set aside."""
OF_AN_ENTRY: Final = ("rank", "mean", "sd")
"""What is told of each estimated number in a fit."""
WRONG: Final = 0.5
"""Factor on all coverage in the likelihood of the negative control."""


@dataclass(frozen=True)
class Check:
    """How a check of the fit is made.

    Attributes
    ----------
    seed : int
    pilot, iterations, chains : int
        Of the fit of each record.
    most : int
        Iterations at most: a fit that has not passed the gates of its chains after ``iterations``
        goes on, as many again at a time. With no more than ``iterations`` none goes on.
    noise : float
        Variance of the log likelihood's estimate for which a record is given particles after the
        pilot, where its own look noisier: chains stall on noise. Any number of particles has the
        same posterior. A record that asks for more than :data:`MOST_MORE` times as many is set
        aside.
    ranked : int
        Draws of a posterior among which the truth is ranked.
    wrong : bool
        Negative control: the likelihood believes in half the coverage.
    """

    seed: int = 1
    pilot: int = 300
    iterations: int = 700
    chains: int = 4
    most: int = 0
    noise: float = 1.0
    ranked: int = 99
    wrong: bool = False


def truth(target: Target, check: Check, number: int) -> np.ndarray:
    """True position of a record's parameters, in prior standard deviations."""
    return generator(check.seed, number, TRUTH).standard_normal(len(target.entries))


def one(target: Target, check: Check, number: int) -> dict[str, Any]:
    """Simulate a record, fit it, and rank the truth.

    Returns
    -------
    dict
        ``number``, ``rows`` of the record, ``noise`` after the pilot; whether it was ``set_aside``;
        ``particles``; the worst ``rhat`` and ``ess`` (the smaller of bulk and tail),
        ``iterations``, and whether the gates of the chains were ``passed``; lists by entry:
        ``truth, rank, mean, sd``. A record that was set aside has None for what comes of a fit.
    """
    position = truth(target, check, number)
    history, sums = simulated_record(
        target.at(position), check.seed + number, number, target.history, target.sums
    )
    believed = replace(target, history=history, sums=sums)
    if check.wrong:
        believed = with_coverage(believed, WRONG)
    found = fit(believed, check, number)
    known = {
        "number": number,
        "rows": len(history.year),
        "noise": round(found.noise, 3),
        "set_aside": found.draws is None,
        "truth": position.round(6).tolist(),
    }
    if found.draws is None:
        return {**dict.fromkeys((*OF_A_FIT, *OF_AN_ENTRY)), **known}
    flat = found.draws.swapaxes(0, 1).reshape(-1, found.draws.shape[2])
    chosen = np.linspace(0, len(flat) - 1, check.ranked).round().astype(int)
    chains = convergence(found.draws)
    return {
        **known,
        "particles": found.particles,
        "rank": (flat[chosen] < position).sum(axis=0).tolist(),
        "mean": flat.mean(axis=0).round(6).tolist(),
        "sd": flat.std(axis=0).round(6).tolist(),
        "rhat": round(float(np.max(chains.rhat)), 4),
        "ess": round(float(min(chains.bulk.min(), chains.tail.min())), 1),
        "iterations": check.pilot + found.draws.shape[1] * ARCHIVED_EVERY,
        "passed": converged(chains),
    }


class Fit(NamedTuple):
    """Fit of one record.

    Attributes
    ----------
    draws : ndarray of float64 [chain, draw, entry] or None
        Of the posterior, without the pilot; None for a record that is set aside.
    particles : int
    noise : float
        Variance of the log likelihood's estimate with the particles of the pilot, where the
        chains stood at its end.
    """

    draws: np.ndarray | None
    particles: int
    noise: float


def fit(target: Target, check: Check, number: int) -> Fit:
    """Fit one record.

    Goes on until the chains pass their gates, or ``check.most`` iterations are done.
    """
    dimensions = len(target.entries)
    rng = generator(check.seed, number, TRUTH + 1)
    starts = rng.standard_normal((2 * dimensions + check.chains, dimensions))
    group = start(target, starts, check.seed, number, check.chains)
    for _ in range(check.pilot):
        step(target, group, check.seed, number, check.pilot, BOLD)
    noise = noise_at(target, group.position)
    if noise > MOST_MORE * check.noise:
        return Fit(None, target.particles, noise)
    more = max(noise / check.noise, 1.0)
    target = replace(target, particles=int(np.ceil(more * target.particles)))
    settle(target, group, fit_reference(group.tried), check.seed, number)
    until = check.iterations
    while True:
        while group.iteration < until:
            step(target, group, check.seed, number, check.pilot, BOLD)
        kept = group.archive[len(starts) :].reshape(-1, check.chains, dimensions)
        draws = kept[-(-check.pilot // ARCHIVED_EVERY) :].swapaxes(0, 1)
        until += check.iterations - check.pilot
        if until > check.most or converged(convergence(draws)):
            return Fit(draws, target.particles, noise)


def noise_at(target: Target, positions: np.ndarray) -> float:
    """Mean variance of the log likelihood's estimate at some positions; infinite where it is zero.

    It falls with the number of particles.
    """
    values = np.array([[target.log_likelihood(z, luck) for luck in LUCKS] for z in positions])
    if not np.isfinite(values).all():
        return float("inf")
    return float(np.mean(values.var(axis=1, ddof=1)))


def converged(found: Convergence) -> bool:
    """Whether chains pass the gates of a fit: R-hat, and both effective sample sizes."""
    least = min(found.bulk.min(), found.tail.min())
    return bool(found.rhat.max() < MOST_RHAT and least > LEAST_ESS)


def run(
    target: Target,
    check: Check,
    numbers: Sequence[int],
    directory: Path,
    workers: int = 1,
    tell: Callable[[int, int], None] | None = None,
) -> list[dict[str, Any]]:
    """Fit the records that a directory lacks; return all of them.

    Raises
    ------
    InputError
        If a file of the directory is damaged, or of another check.
    """
    directory.mkdir(parents=True, exist_ok=True)
    settings = settings_of(target, check)
    missing = [n for n in numbers if not record_file(directory, n).is_file()]
    if workers == 1:
        for done, number in enumerate(missing, 1):
            _make(target, check, number, directory, settings)
            if tell is not None:
                tell(done, len(missing))
    else:
        with pool(workers) as processes:
            waiting = [
                processes.submit(_make, target, check, n, directory, settings) for n in missing
            ]
            for done, future in enumerate(as_completed(waiting), 1):
                future.result()
                if tell is not None:
                    tell(done, len(missing))
    return [_read(record_file(directory, number), settings) for number in numbers]


def uniformity(ranks: np.ndarray, ranked: int) -> np.ndarray:
    """P-value of uniform ranks for each entry.

    Parameters
    ----------
    ranks : ndarray of int [record, entry]
        0 to ``ranked``.
    ranked : int
        Number of draws among which the truth was ranked; one more must divide by the bins.

    Returns
    -------
    ndarray of float64 [entry]
        Of a chi-squared test over ten bins.
    """
    bins = ranks * BINS // (ranked + 1)
    counts = np.stack([(bins == b).sum(axis=0) for b in range(BINS)])
    return np.asarray(chisquare(counts, axis=0).pvalue)


def judged(values: np.ndarray, wrong: bool) -> tuple[str, bool]:
    """What p-values of uniform ranks say, and whether that is as it should be.

    Parameters
    ----------
    values : ndarray of float64 [entry]
        Of :func:`uniformity`.
    wrong : bool
        Whether the likelihood was wrong on purpose.
    """
    least = min(1.0, float(values.min()) * values.size)  # Bonferroni
    uniform = least >= LEAST_P
    verdict = "uniform as far as they tell" if uniform else "not uniform"
    told = f"Ranks are {verdict} (least p, corrected for {values.size}: {least:.3f})"
    if uniform and wrong:
        told += ": so few records do not find a likelihood that is wrong on purpose"
    return told, uniform != wrong


def record_file(directory: Path, number: int) -> Path:
    """File of a fitted record."""
    return directory / f"record-{number:04d}.json"


def settings_of(target: Target, check: Check) -> dict[str, Any]:
    """What the file of a record is held to."""
    return {**asdict(check), "until": target.until, "particles": target.particles,
            "main": target.names == MAIN, "estimated": [entry.address for entry in target.entries],
            "probe": probe(target)}  # fmt: skip


def _make(
    target: Target, check: Check, number: int, directory: Path, settings: dict[str, Any]
) -> None:
    """Fit a record and write its file."""
    found = {"check": settings, **one(target, check, number)}
    replace_file(record_file(directory, number), (json.dumps(found) + "\n").encode())


def _read(path: Path, settings: dict[str, Any]) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise InputError(
            "the file of a fitted record is damaged", file=str(path), todo="remove it"
        ) from error
    told = found.get("check", {})
    for name, value in settings.items():
        if told.get(name) != value:
            raise InputError(
                "the file is of another check", file=str(path), field=name, found=told.get(name),
                allowed=str(value), todo="name a new directory",
            )  # fmt: skip
    return found
