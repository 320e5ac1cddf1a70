"""Trainees a year by state and patron.

Data: seven counts for two states (``flows.csv``), stocks and flows turned into flows by
visible arithmetic. So few, and so different, that the measure is wide, and for three states
and for Russia outside Tajikistan it says little more than its prior. Nothing ties it to the
packages of a run.

The log of a yearly flow is level + patron + state + noise between sources.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import numpy as np

from ...model.names import PATRONS, STATES
from .priors import Slots, priors
from .sampler import Posterior, numeric, sample

S, P = len(STATES), len(PATRONS)
PLACES: Final = Slots(level=1, patron=1, state=S, noise=1)
SIGNS: Final = (-1.0, 1.0)


@dataclass(frozen=True)
class Flows:
    """Yearly flows: persons a year, with state, patron and years; arrays ``[count]``."""

    persons: np.ndarray
    state: np.ndarray
    patron: np.ndarray
    first: np.ndarray
    last: np.ndarray

    def until(self, year: int) -> Flows:
        """Give the counts that were complete in a year."""
        kept = self.last <= year
        columns = (self.persons, self.state, self.patron, self.first, self.last)
        return Flows(*(column[kept] for column in columns))


def flows() -> Flows:
    """Read ``flows.csv``."""
    text = (files("steppe.calibration.measures") / "flows.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))

    def whole(values: list[int]) -> np.ndarray:
        return np.array(values, np.int64)

    return Flows(
        np.array([float(row["persons"]) / float(row["years"]) for row in rows]),
        whole([STATES.index(row["state"]) for row in rows]),
        whole([PATRONS.index(row["patron"]) for row in rows]),
        whole([int(row["year_start"]) for row in rows]),
        whole([int(row["year_end"]) for row in rows]),
    )


def levels(z: np.ndarray) -> np.ndarray:
    """Log of the yearly flow: float64 [..., state, patron]."""
    part, given = PLACES.cut(z), priors("trainees")
    return np.asarray(
        given["level"].at(part["level"])[..., None]
        + given["patron"].at(part["patron"])[..., None] * np.array(SIGNS)
        + given["state"].at(part["state"])[..., None]
    )


def fit(data: Flows, rng: np.random.Generator, **effort: Any) -> Posterior:
    """Fit the flows; without any data it is draws of the priors."""
    logs = np.log(data.persons)

    def likelihood(z: np.ndarray) -> np.ndarray:
        noise = priors("trainees")["noise"].at(PLACES.cut(z)["noise"])
        far = (logs - levels(z)[:, data.state, data.patron]) / np.exp(noise)
        return np.asarray((-0.5 * far**2 - noise).sum(axis=1))

    return sample(numeric(likelihood), PLACES.size, rng, **effort)


def simulate(fitted: Posterior, runs: int, years: int, rng: np.random.Generator) -> np.ndarray:
    """Persons trained: float64 [run, year, state, patron].

    A run has one level for each state and patron, with the noise between sources in it, and
    small changes from year to year.
    """
    z = fitted.z[rng.integers(0, len(fitted.z), runs)]
    noise = np.exp(priors("trainees")["noise"].at(PLACES.cut(z)["noise"]))[..., None]
    level = levels(z) + noise * rng.standard_normal((runs, S, P))
    yearly = priors("trainees")["year"].centre * rng.standard_normal((runs, years, S, P))
    return np.asarray(np.exp(level[:, None] + yearly))
