"""Posterior-predictive worlds: the model's runs, with the measures drawn beside each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
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
    """

    sold: arms.ArmsFit
    size: troops.TroopsFit
    taught: Posterior
    data: arms.Deliveries


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
    sold, size, taught, data = measures
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
    if len(data.volume) < arms.SPAN + 1:
        raise InputError(
            "too few years to fit deliveries of arms to", field="conditioned_until", found=known,
            allowed=f"{START_YEAR + arms.SPAN} or later",
        )  # fmt: skip
    return Measures(
        arms.fit(data, active(problem, aid), generator(seed, "fit", "arms"), **effort),
        troops.fit(troops.sizes().until(known), generator(seed, "fit", "troops"), **effort),
        trainees.fit(trainees.flows().until(known), generator(seed, "fit", "trainees"), **effort),
        data,
    )


def arms_before(
    free: Prediction,
    followed: Prediction,
    seed: int,
    effort: Mapping[str, int] = MappingProxyType({}),
) -> Callable[[int], Prediction | None]:
    """Forecasts of arms by a measure that has read the register to some year and no later one.

    Parameters
    ----------
    free : Prediction
        Its runs, which are given no package, bring the aid; volumes to the year are as the register
        has them, and go on from there.
    followed : Prediction
        Its runs tell, by their mean, how active the patrons were in the years that are read.
    seed, effort
        As for :func:`predict`.

    Returns
    -------
    callable
        From the last year that is read to the prediction; None where these are too few to fit to.
    """
    aid = followed.worlds.forms["true"][..., AID].mean(axis=0)
    active = free.worlds.forms["true"][..., AID]

    @cache
    def before(year: int) -> Prediction | None:
        data = arms.deliveries().until(year)
        if len(data.volume) < arms.SPAN + 1:
            return None
        sold = arms.fit(data, aid, generator(seed, "fit", "arms", year), **effort)
        last = START_YEAR + active.shape[1] - 1
        volumes = arms.simulate(sold, active, last, generator(seed, "draw", "arms", year))
        volumes[:, : len(data.volume)] = data.volume
        fits = free.fits | dict(zip(ARMS_FITS, (sold.occurrence, sold.volume), strict=True))
        return replace(
            free, worlds=replace(free.worlds, arms=volumes), fits=fits, arms_until=data.last_year,
            measures=free.measures._replace(sold=sold, data=data),
        )  # fmt: skip

    return before


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
