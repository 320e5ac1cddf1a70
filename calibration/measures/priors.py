"""Priors of the measures: read from ``priors.toml``, each with unit and reason."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Normal:
    """A normal prior: centre, standard deviation, unit and why."""

    centre: float
    spread: float
    unit: str
    why: str

    def at(self, z: Any) -> Any:
        """Value at a standard normal number (or an array of them)."""
        return self.centre + self.spread * z


@cache
def priors(measure: str) -> dict[str, Normal]:
    """Priors of one measure by name."""
    text = (files("steppe.calibration.measures") / "priors.toml").read_text("utf-8")
    return {name: Normal(**fields) for name, fields in tomllib.loads(text)[measure].items()}


class Slots:
    """Names for the places of a vector of standard normal numbers.

    >>> slots = Slots(level=2, noise=1)
    >>> slots.size, slots.cut(np.arange(3.0))["level"]
    (3, array([0., 1.]))
    """

    def __init__(self, **lengths: int) -> None:
        self.lengths = lengths
        self.size = sum(lengths.values())

    def cut(self, z: np.ndarray) -> dict[str, np.ndarray]:
        """Give parts of ``z`` [..., size] by name, each [..., length]."""
        ends = np.cumsum(list(self.lengths.values()))[:-1]
        return dict(zip(self.lengths, np.split(z, ends, axis=-1), strict=True))
