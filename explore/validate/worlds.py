"""Worlds: what facts are read off, by run and year, whether of the model or of a naive rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ...model.names import CHANNELS, FORMS, STATES
from ...model.world import Outcome

AID, BILATERAL, JOINT = (FORMS.index(name) for name in ("aid", "exercise", "joint_exercise"))
CHANNEL_OF = tuple(
    CHANNELS.index("exercise" if name == "joint_exercise" else name) for name in FORMS
)
"""Channel of each form."""


class Sizes(Protocol):
    """Sizes of exercises, one a row: troops of all sides, and the patron's of them."""

    def __call__(
        self, run: np.ndarray, patron: np.ndarray, frame: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Draw a size for each exercise, given its run, patron and frame (indices)."""
        ...


@dataclass(frozen=True)
class Worlds:
    """Quantities of some runs; every array is ``[run, year, state, ...]``.

    Attributes
    ----------
    first_year : int
        Calendar year of the first entry.
    forms : mapping of str to ndarray [run, year, state, patron, form]
        Packages, by how they are seen: documented, listed, true.
    areas : mapping of str to ndarray [run, year, state, patron, area]
        The same by area; not listed.
    pledged, delivered, outstanding : ndarray of float64 [run, year, state, patron]
        USD million.
    at_once : ndarray of float64 [run, year, state, patron]
        What of the year's pledges was delivered with them, USD million.
    rate : ndarray of float64 [run, patron]
        Share of what waits that is delivered in a year.
    lifetime : int
        Years in which a pledge can be delivered.
    arms : ndarray of float64 [run, year, state, supplier]
        Million trend-indicator units.
    trainees : ndarray of float64 [run, year, state, patron]
        Persons a year.
    rung : ndarray of int8 [run, year, state, patron, area]
    membership : ndarray of bool [run, year, state, patron]
    sizes : Sizes or None
        None where nothing is known of sizes.
    exercises : ndarray [run, year, patron] or None
        Joint exercises of the patron's organisation with at least one of the five; None where
        only the parts of the states are known, as in a record.
    """

    first_year: int
    forms: Mapping[str, np.ndarray]
    areas: Mapping[str, np.ndarray]
    pledged: np.ndarray
    delivered: np.ndarray
    outstanding: np.ndarray
    at_once: np.ndarray
    rate: np.ndarray
    lifetime: int
    arms: np.ndarray
    trainees: np.ndarray
    rung: np.ndarray
    membership: np.ndarray
    sizes: Sizes | None
    exercises: np.ndarray | None = None

    @property
    def runs(self) -> int:
        """Number of runs."""
        return len(self.pledged)

    def delivered_after(self, years: int) -> np.ndarray:
        """Of each year's pledges, what had arrived some years later; [run, year, state, patron].

        A share ``rate`` of what waits is delivered every year, that of the pledge included,
        until the pledge lapses: ``1 - (1 - rate) ** min(years + 1, lifetime)``.
        """
        arrived = 1.0 - (1.0 - self.rate) ** min(years + 1, self.lifetime)
        later = (self.pledged - self.at_once) * arrived[:, None, None]
        return np.asarray(self.at_once + later)


def paid_at_once(outcome: Outcome, rate: np.ndarray) -> np.ndarray:
    """What was delivered with its pledge, from the record of a run.

    Of a year it is known that ``delivered = a + rate * (outstanding before + pledged - a)``,
    which gives ``a``: float64 [run, year, state, patron].
    """
    before = np.zeros_like(outcome.outstanding)
    before[:, 1:] = outcome.outstanding[:, :-1]
    share = rate[:, None, None]
    waiting = share * (before + outcome.pledged)
    found = (outcome.delivered - waiting) / np.maximum(1.0 - share, 1e-9)
    return np.asarray(np.clip(found, 0.0, outcome.pledged))


def listed(
    true: np.ndarray,
    documented: np.ndarray,
    detection: np.ndarray,
    coverage: np.ndarray,
    naming: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Packages that a list made for the purpose would show: the documented ones and more.

    Where the project's sources are at their best they show a package with chance ``d``. A list
    made for the purpose is taken to show it with ``l = d + (1 - d) u``, with ``u`` anything from
    0 (no better) to 1 (all of them), one for each run: assumed, since who made the list, and how
    well, is not known. What was not documented, with chance ``1 - d c``, is then listed with
    chance ``(l - d c) / (1 - d c)``. A joint exercise is listed as a whole and then names each
    state that took part with chance ``naming``.

    Parameters
    ----------
    true, documented : ndarray [run, year, state, patron, form]
    detection : ndarray of float64 [run, patron, channel]
    coverage : ndarray of float64 [year, patron, channel]
    naming : ndarray of float64 [run]
    rng : Generator

    Notes
    -----
    Occasions are not in the record of a run. Their number in a year is taken as the largest
    number of parts of any state: the least it can have been.
    """
    seen = detection[:, None, :, CHANNEL_OF] * coverage[None][..., CHANNEL_OF]
    best = detection + (1.0 - detection) * rng.random((len(detection), 1, 1))
    chance = (best[:, None, :, CHANNEL_OF] - seen) / np.maximum(1.0 - seen, 1e-9)
    chance = chance[:, :, None].clip(0.0, 1.0)
    rest = (true.astype(np.int64) - documented).clip(0)
    found = documented + rng.binomial(rest, np.broadcast_to(chance, rest.shape))
    parts = rest[..., JOINT]
    held = true[..., JOINT].max(axis=2).astype(np.int64) - documented[..., JOINT].max(axis=2)
    shown = rng.binomial(held.clip(0), chance[:, :, 0, :, JOINT])[:, :, None]
    hidden = held.clip(0)[:, :, None] - shown
    shown = np.broadcast_to(shown, parts.shape)
    taking = np.minimum(parts, shown + hidden)
    among = rng.hypergeometric(shown, np.broadcast_to(hidden, parts.shape), taking)
    named = rng.binomial(among, np.broadcast_to(naming[:, None, None, None], parts.shape))
    found[..., JOINT] = documented[..., JOINT] + named
    return np.asarray(found)


def occasions(parts: np.ndarray, axis: int = 2) -> np.ndarray:
    """Number of joint exercises in which any of some states took part, at the least."""
    return np.asarray(parts.max(axis=axis))


def places(names: tuple[str, ...]) -> list[int]:
    """Indices of states."""
    return [STATES.index(name) for name in names]
