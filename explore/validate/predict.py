"""Posterior-predictive worlds: the model's runs, with the measures drawn beside each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np

from ...calibration.measures import arms, trainees, troops
from ...calibration.measures.sampler import Posterior, generator
from ...model.errors import InputError
from ...model.names import LAST_HISTORY_YEAR, PATRONS, START_YEAR
from ...model.world import Outcome, empty_outcome
from ..problem import Problem, assemble
from ..replicates import simulate_spans
from .worlds import AID, Worlds, listed, paid_at_once

CHUNK: Final = 50
"""Runs that a thread computes at a time."""
ARMS_FITS: Final = ("arms, whether", "arms, how much")
MEASURED: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(ARMS_FITS, ("arms",)),
    "troops": ("troops", "contingent"),
    "the patron's part of the troops": ("contingent",),
    "trainees": ("trainees",),
}
"""Fits of the measures, and the quantities that rest on them."""
LEAST_YEARS: Final = arms.SPAN + 1
"""Years of the register that the measure of arms needs."""
TWIN_RUNS: Final = 200
"""Runs of the twin that follows the record, where the scenario itself does not."""


class Measures(NamedTuple):
    """Fits of the measures to the data of the years that are known.

    Attributes
    ----------
    sold : ArmsFit
    size : TroopsFit
    taught : Posterior
        Of trainees.
    data : Deliveries
        Volumes of arms that were read.
    active : ndarray of float64 [year, state, patron]
        Aid accepted in the mean of runs that follow the record, which the fit of arms reads.
    """

    sold: arms.ArmsFit
    size: troops.TroopsFit
    taught: Posterior
    data: arms.Deliveries
    active: np.ndarray


@dataclass(frozen=True)
class Prediction:
    """Worlds of all runs, and what is to be said of them.

    Attributes
    ----------
    worlds : Worlds
    fits : dict of str to Posterior
        Fits of the measures, to be checked, by :data:`MEASURED`.
    arms_until : int
        Last year of the volumes of arms that were read.
    measures : Measures
    """

    worlds: Worlds
    fits: dict[str, Posterior]
    arms_until: int
    measures: Measures

    @property
    def unsound(self) -> set[str]:
        """Quantities that rest on a measure whose chains disagree: they get no verdict."""
        return {q for name, one in self.fits.items() if not one.sound for q in MEASURED[name]}


def predict(
    problem: Problem,
    runs: int,
    seed: int,
    tell: Callable[[str], None] = lambda _: None,
    effort: Mapping[str, int] = MappingProxyType({}),
    measures: Measures | None = None,
) -> Prediction:
    """Run the model, fit the measures to what is known at the cut, and draw both together.

    Parameters
    ----------
    problem : Problem
    runs : int
        A multiple of the draws of the parameters.
    seed : int
        Key of the luck of the measures; that of the runs is the problem's own.
    tell : callable
        Told what is being done.
    effort : mapping of str to int
        Settings of the sampler of the measures, where they are not the usual ones.
    measures : Measures, optional
        Those of another prediction, which are then not fitted anew.
    """
    tell(f"{problem.resolved.name}: {runs:,} runs")
    outcome = simulated(problem, runs)
    aid = outcome.forms[..., AID]
    if measures is None:
        tell("measures: arms, sizes of exercises, trainees")
        measures = measured(problem, aid, seed, effort)
    sold, size, taught, data, _ = measures
    last = START_YEAR + aid.shape[1] - 1
    volumes = arms.simulate(sold, aid, last, generator(seed, "draw", "arms"))
    if problem.until is not None:  # what is on record is so in every run that follows it
        volumes[:, : len(data.volume)] = data.volume
    worlds = combined(
        problem, outcome, volumes,
        trainees.simulate(taught, runs, aid.shape[1], generator(seed, "draw", "trainees")),
        size, seed,
    )  # fmt: skip
    fits = (sold.occurrence, sold.volume, size.size, size.part, taught)
    return Prediction(worlds, dict(zip(MEASURED, fits, strict=True)), data.last_year, measures)


def measured(problem: Problem, aid: np.ndarray, seed: int, effort: Mapping[str, int]) -> Measures:
    """Fit the measures to the data of the years to which the runs follow the record.

    Raises
    ------
    InputError
        If these are too few.
    """
    known = problem.until if problem.until is not None else LAST_HISTORY_YEAR
    data = arms.deliveries().until(known)
    if len(data.volume) < LEAST_YEARS:
        raise InputError(
            "too few years to fit deliveries of arms to", field="conditioned_until", found=known,
            allowed=f"{START_YEAR + LEAST_YEARS - 1} or later",
        )  # fmt: skip
    accepted = active(problem, aid)
    return Measures(
        arms.fit(data, accepted, generator(seed, "fit", "arms"), **effort),
        troops.fit(troops.sizes().until(known), generator(seed, "fit", "troops"), **effort),
        trainees.fit(trainees.flows().until(known), generator(seed, "fit", "trainees"), **effort),
        data,
        accepted,
    )


@dataclass
class ArmsBefore:
    """Forecasts of arms by measures that have read the register to some year and no later one.

    Attributes
    ----------
    free : Prediction
        Its runs, which are given no package, bring the aid; volumes to the year are as the register
        has them, and go on from there.
    seed : int
        As for :func:`predict`.
    effort : mapping of str to int
        As for :func:`predict`.
    made : dict of int to Prediction or None
        What was asked for, by the last year that was read; None where these years are too few.
    """

    free: Prediction
    seed: int
    effort: Mapping[str, int] = field(default_factory=dict)
    made: dict[int, Prediction | None] = field(default_factory=dict)

    def __call__(self, year: int) -> Prediction | None:
        """Predict with the register to a year; None if that is too short to fit to."""
        if year not in self.made:
            self.made[year] = self._predict(year)
        return self.made[year]

    def _predict(self, year: int) -> Prediction | None:
        data = arms.deliveries().until(year)
        if len(data.volume) < LEAST_YEARS:
            return None
        free, seed = self.free, self.seed
        aid = free.worlds.forms["true"][..., AID]
        rng = generator(seed, "fit", "arms", year)
        sold = arms.fit(data, free.measures.active, rng, **self.effort)
        last = START_YEAR + aid.shape[1] - 1
        volumes = arms.simulate(sold, aid, last, generator(seed, "draw", "arms", year))
        volumes[:, : len(data.volume)] = data.volume
        fits = free.fits | dict(zip(ARMS_FITS, (sold.occurrence, sold.volume), strict=True))
        return replace(
            free, worlds=replace(free.worlds, arms=volumes), fits=fits, arms_until=data.last_year,
            measures=free.measures._replace(sold=sold, data=data),
        )  # fmt: skip


def simulated(problem: Problem, runs: int) -> Outcome:
    """Give all runs in one record: about 60 kB each."""
    years = problem.resolved.horizon - problem.resolved.start + 1
    whole = empty_outcome(runs, years)
    spans = [range(a, min(a + CHUNK, runs)) for a in range(0, runs, CHUNK)]
    for some, outcome in simulate_spans(problem, spans):
        for target, source in zip(whole, outcome, strict=True):
            target[some.start : some.stop] = source
    return whole


def active(problem: Problem, aid: np.ndarray) -> np.ndarray:
    """Aid that was accepted year by year, by the mean of runs that follow the record.

    A scenario that is free of the record has a twin that follows it, which tells how active
    the patrons were.
    """
    if problem.until is None:
        resolved = problem.resolved.model_copy(update={"conditioned_until": LAST_HISTORY_YEAR})
        draws = problem.draw_count
        twin = assemble(resolved, problem.seed, draws)
        count = draws * max(1, TWIN_RUNS // draws)
        aid = simulated(twin, count).forms[..., AID]
    return np.asarray(aid.mean(axis=0))


def combined(
    problem: Problem,
    outcome: Outcome,
    sold: np.ndarray,
    taught: np.ndarray,
    size: troops.TroopsFit,
    seed: int,
) -> Worlds:
    """Put the record of the runs and the draws of the measures together."""
    runs = len(outcome.rung)
    draw = np.arange(runs) % problem.draw_count

    def parameter(name: str) -> Any:
        return problem.draws[name][draw]

    values = problem.setting
    years = outcome.rung.shape[1]
    member = values["membership"][:years] >= 0.5
    shown = listed(
        outcome.forms, outcome.documented_forms, parameter("detection"),
        values["coverage"][:years], parameter("naming"), generator(seed, "draw", "listed"),
    )  # fmt: skip

    def drawn(
        run: np.ndarray, patron: np.ndarray, frame: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        return troops.simulate(size, run, patron, frame, runs, rng)

    rate = parameter("delivery_rate").reshape(runs, len(PATRONS))
    return Worlds(
        START_YEAR,
        {"documented": outcome.documented_forms, "listed": shown, "true": outcome.forms},
        {"documented": outcome.documented, "true": outcome.packages},
        outcome.pledged, outcome.delivered, outcome.outstanding,
        paid_at_once(outcome, rate), rate, int(parameter("pledge_lifetime").flat[0]),
        sold, taught, outcome.rung, np.broadcast_to(member, (runs, *member.shape)), drawn,
        outcome.exercises,
    )  # fmt: skip
