"""Morris screening: the mean size of elementary effects, and what of it chance could make.

SALib estimates ``mu``, ``mu_star`` (Campolongo and others 2007) and ``sigma``. An effect is
the change of the outcome for a step of a factor, divided by the step as a share of its range.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from ...model.errors import InputError
from .interval import Interval
from .responses import Responses

Answer = dict[str, np.ndarray]
_MEAN_SIZE: Final = float(np.sqrt(2.0 / np.pi))
"""Mean absolute value of a standard normal number."""


class Paths:
    """The trajectories of a Morris design: which factor moves in each step, and which way.

    Parameters
    ----------
    points : ndarray [point, factor]
    bounds : sequence of (float, float)
        Of each factor.
    levels : int, optional
        Levels p of the design, of which a step is ``p / (2 (p - 1))`` of the range; found from
        the points without it. It is needed where factors are spread by the quantiles of a
        prior or over whole numbers, so that equal steps are no equal differences.

    Raises
    ------
    InputError
        If the points are no such design.
    """

    def __init__(self, points: np.ndarray, bounds: Any, levels: int | None = None) -> None:
        self.factors = points.shape[1]
        size = self.factors + 1
        if len(points) % size or len(points) < 2 * size:
            raise _no_paths(points)
        self.count = len(points) // size
        low, high = np.asarray(bounds, dtype=np.float64).T
        scaled = ((points - low) / (high - low)).reshape(self.count, size, self.factors)
        steps = np.diff(scaled, axis=1)
        moves = np.abs(steps) > 1e-9
        if not (moves.sum(axis=2) == 1).all() or not (moves.sum(axis=1) == 1).all():
            raise _no_paths(points)
        # [path, factor]: after which row of its path each factor has moved, and its direction.
        self._row = moves.argmax(axis=1)
        self._sign = np.sign(steps.sum(axis=1))
        self.levels = _levels(np.abs(steps).max(axis=2), points) if levels is None else levels

    @property
    def step(self) -> float:
        """Step of a factor, as a share of its range."""
        return self.levels / (2.0 * (self.levels - 1.0))

    def whole(self, known: np.ndarray) -> np.ndarray:
        """Paths of which every point is known, ``[path]``."""
        return np.asarray(known.reshape(self.count, -1).all(axis=1))

    def rows(self, paths: np.ndarray) -> np.ndarray:
        """Points of some paths, ``[point]``."""
        return np.repeat(paths, self.factors + 1)

    def effects(self, values: np.ndarray) -> np.ndarray:
        """Elementary effects ``[path, factor, ...]`` of values ``[point, ...]``."""
        by_path = values.reshape(self.count, self.factors + 1, *values.shape[1:])
        every = np.arange(self.count)[:, np.newaxis]
        change = by_path[every, self._row + 1] - by_path[every, self._row]
        sign = self._sign.reshape(*self._sign.shape, *(1,) * (change.ndim - 2))
        return np.asarray(change * sign / self.step)

    def effects_between(self, values: Interval) -> Interval:
        """Effects of intervals."""
        by_path = Interval(*(end.reshape(self.count, -1) for end in values))
        every = np.arange(self.count)[:, np.newaxis]
        change = by_path.at((every, self._row + 1)).minus(by_path.at((every, self._row)))
        ends = np.stack([change.low * self._sign, change.high * self._sign]) / self.step
        return Interval(ends.min(axis=0), ends.max(axis=0))


def _no_paths(points: np.ndarray) -> InputError:
    factors = points.shape[1]
    return InputError(
        "the points are no Morris design",
        found=f"{len(points)} points of {factors} factors",
        allowed=f"at least two trajectories of {factors + 1} points that differ by one factor, "
        "by one step",
        todo="use the Morris design, or delta or PAWN, which take any points",
    )


def _levels(steps: np.ndarray, points: np.ndarray) -> int:
    """Number of levels behind the steps of a design, all of one length."""
    step = float(steps.max())
    levels = round(2.0 * step / (2.0 * step - 1.0)) if step > 0.5 else 0
    fits = levels >= 2 and abs(levels / (2.0 * (levels - 1)) - step) < 1e-6
    if not fits or not np.allclose(steps, step, rtol=1e-6):
        raise _no_paths(points)
    return levels


def estimate(
    problem: Mapping[str, Any],
    points: np.ndarray,
    values: np.ndarray,
    levels: int,
    settings: tuple[int, float, int],
) -> Answer:
    """Statistics by SALib of values ``[point]``, none missing; settings as in SALib's order."""
    from SALib.analyze import morris as salib

    resamples, level, seed = settings
    found = salib.analyze(
        dict(problem), points, values, resamples, level, num_levels=levels, seed=seed
    )
    middle, reach = (np.asarray(found[name], np.float64) for name in ("mu_star", "mu_star_conf"))
    return {
        "mu": np.asarray(found["mu"], np.float64),
        "sigma": np.asarray(found["sigma"], np.float64),
        "mu_star": middle,
        "mu_star_low": middle - reach,
        "mu_star_high": middle + reach,
    }


def bounds(paths: Paths, answers: Responses) -> Answer:
    """What mu_star could be whatever the missing runs would have given."""
    found = paths.effects_between(answers.between).size().mean()
    return {"mu_star_least": found.low, "mu_star_most": found.high}


def chance(paths: Paths, values: np.ndarray) -> Answer:
    """Mean size that effects would have by chance alone, ``[factor]``.

    From the spread over replicates of each effect, on luck that its two points share:
    a normal number of that spread over the root of the replicates has this mean size.
    """
    replicates = values.shape[1]
    if replicates < 2:
        return {}
    spread = paths.effects(values).std(axis=-1, ddof=1) / np.sqrt(replicates)
    return {"mu_star_chance": _MEAN_SIZE * spread.mean(axis=0)}
