"""Troops at a joint exercise: of all sides, and the patron's part of them.

Data: exercises on record with a size. A size of the patron's troops alone is a lower bound of
all sides. The ten thousand of October 2016 are both armies, about two hundred of them Chinese.
Sizes are told of large exercises sooner than of small ones, which nothing here corrects: the
sizes are those of exercises whose size is told.

The log of the size is Student t around level + patron + frame + both; the log odds of the
patron's part are normal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.special import expit, stdtr

from ...model.errors import InputError
from ...model.names import PATRONS
from ..codebook import Event
from ..packages import PATRON_OF
from ..record import Record, load_record
from .priors import Slots, priors
from .sampler import Posterior, numeric, sample

PLACES: Final = Slots(level=1, patron=1, frame=1, both=1, noise=1, tail=1)
PART: Final = Slots(part=1, part_spread=1)
SIGNS: Final = (-1.0, 1.0)
"""Of the first and the second patron or frame: effects are half their difference."""


@dataclass(frozen=True)
class Sizes:
    """Exercises with a size.

    Attributes
    ----------
    size : ndarray of float64 [exercise]
        Troops of all sides, or the least they can have been.
    bound : ndarray of bool [exercise]
        Whether it is a lower bound.
    patron, frame, year : ndarray of int64 [exercise]
        Indices in ``PATRONS`` and ``FRAMES``, and the calendar year.
    part : ndarray of float64 [exercise with both numbers]
        The patron's part of all troops.
    part_year : ndarray of int64 [exercise with both numbers]
    """

    size: np.ndarray
    bound: np.ndarray
    patron: np.ndarray
    frame: np.ndarray
    year: np.ndarray
    part: np.ndarray
    part_year: np.ndarray

    def until(self, year: int) -> Sizes:
        """Give the exercises up to a year."""
        kept, parts = self.year <= year, self.part_year <= year
        return Sizes(
            self.size[kept], self.bound[kept], self.patron[kept], self.frame[kept],
            self.year[kept], self.part[parts], self.part_year[parts],
        )  # fmt: skip


@dataclass(frozen=True)
class TroopsFit:
    """Posteriors of the size and of the patron's part."""

    size: Posterior
    part: Posterior


def sizes(record: Record | None = None) -> Sizes:
    """Sizes on record; parts in an exercise that has a row of its own are left out."""
    events = (record or load_record()).events
    exercises = [e for e in events if e.channel.startswith("exercise_") and e.patron in PATRON_OF]
    dated = [e for e in exercises if e.kind == "event" and (e.troops_total or e.troops_patron)]
    both = [e for e in exercises if e.troops_total and e.troops_patron]

    def whole(values: list[int]) -> np.ndarray:
        return np.array(values, np.int64)

    return Sizes(
        np.array([float(e.troops_total or e.troops_patron or 0) for e in dated]),
        np.array([e.troops_total is None for e in dated]),
        whole([PATRONS.index(PATRON_OF[e.patron]) for e in dated]),
        whole([frame_of(e) for e in dated]),
        whole([e.year_start or 0 for e in dated]),
        np.array([(e.troops_patron or 0) / (e.troops_total or 1) for e in both]),
        whole([e.year_start or 0 for e in both]),
    )


def frame_of(event: Event) -> int:
    """Index in ``FRAMES``: an exercise of several, or of the patron's organisation, is 1."""
    return int(event.channel == "exercise_multilateral" or event.patron in ("sco", "csto"))


def numbers(z: np.ndarray, patron: np.ndarray, frame: np.ndarray) -> tuple[np.ndarray, ...]:
    """Location of the log size ``[..., exercise]``, its scale and degrees of freedom ``[..., 1]``.

    ``patron`` and ``frame`` are indices [exercise], or [..., exercise].
    """
    part, given = PLACES.cut(z), priors("troops")
    one, other = np.take(SIGNS, patron), np.take(SIGNS, frame)
    effect = given["effect"].at
    location = (
        given["level"].at(part["level"])
        + effect(part["patron"]) * one
        + effect(part["frame"]) * other
        + effect(part["both"]) * one * other
    )
    scale = np.exp(given["noise"].at(part["noise"]))
    freedom = 1.0 + np.exp(given["tail"].at(part["tail"]))
    return location, scale, freedom


def fit(data: Sizes, rng: np.random.Generator, **effort: Any) -> TroopsFit:
    """Fit sizes and parts; without any data they are draws of the priors."""
    from scipy.special import gammaln

    logs = np.log(data.size)

    def size(z: np.ndarray) -> np.ndarray:
        location, scale, freedom = numbers(z, data.patron, data.frame)
        far = (logs - location) / scale
        density = (
            gammaln(0.5 * (freedom + 1.0)) - gammaln(0.5 * freedom) - 0.5 * np.log(freedom)
            - np.log(scale) - 0.5 * (freedom + 1.0) * np.log1p(far**2 / freedom)
        )  # fmt: skip
        beyond = np.log(np.maximum(stdtr(freedom, -far[:, data.bound]), 1e-300))
        return np.asarray(density[:, ~data.bound].sum(axis=1) + beyond.sum(axis=1))

    odds = np.log(data.part / (1.0 - data.part))

    def part(z: np.ndarray) -> np.ndarray:
        centre, spread = part_numbers(z)
        return np.asarray((-0.5 * ((odds - centre) / spread) ** 2 - np.log(spread)).sum(axis=1))

    return TroopsFit(
        sample(numeric(size), PLACES.size, rng, **effort),
        sample(numeric(part), PART.size, rng, **effort),
    )


def settled(data: Sizes, rng: np.random.Generator) -> TroopsFit:
    """Fit as :func:`fit`, and refuse sizes whose chains disagree.

    Raises
    ------
    InputError
        If they do.
    """
    found = fit(data, rng)
    if not found.size.sound:
        raise InputError(
            "the measure of troops has not converged", field="seed",
            found=f"R-hat {found.size.r_hat:.3f}", todo="take another seed",
        )  # fmt: skip
    return found


def part_numbers(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Centre and spread of the log odds of the patron's part, both ``[..., 1]``."""
    part, given = PART.cut(z), priors("troops")
    return given["part"].at(part["part"]), np.exp(given["part_spread"].at(part["part_spread"]))


def simulate(
    fitted: TroopsFit,
    run: np.ndarray,
    patron: np.ndarray,
    frame: np.ndarray,
    runs: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Sizes of exercises, with one draw of the posterior for each run.

    Parameters
    ----------
    run, patron, frame : ndarray of int64 [exercise]
    runs : int

    Returns
    -------
    total, contingent : ndarray of float64 [exercise]
        Troops of all sides, and the patron's.
    """
    z = fitted.size.z[rng.integers(0, len(fitted.size.z), runs)][run]
    location, scale, freedom = (n[:, 0] for n in numbers(z, patron[:, None], frame[:, None]))
    total = np.exp(location + scale * rng.standard_t(freedom))
    q = fitted.part.z[rng.integers(0, len(fitted.part.z), runs)][run]
    centre, spread = (n[:, 0] for n in part_numbers(q))
    part = expit(centre + spread * rng.standard_normal(len(total)))
    return total, total * part
