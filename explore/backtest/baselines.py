"""Baselines: what can be forecast from the counts alone.

Each takes the counts of one patron and form to the cut and gives samples of the years after
it. How far the sources reach, and who is a member of the organisation whose joint exercises are
counted, is given to all of them (``seen``, ``ahead``), as it is to the model: a rate is one of
packages in a fully covered year of a state that can have them.

Numbers that are fitted have standard normal priors on the scales written here (assumed), which
do what partial pooling does for so few events, and are drawn from a Gaussian at the mode
(Laplace), so that a baseline is not overconfident for want of parameter uncertainty.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, gammaln, xlogy

Baseline = Callable[[np.ndarray, np.ndarray, np.ndarray, int, np.random.Generator], np.ndarray]
"""(counts [year, state], seen [year, state], ahead [year ahead, state], samples, rng) ->
int64 [sample, year ahead, state]. What is seen is zero where a state can have no package."""

HALF: Final = 0.5
"""Packages that a form is given beside those on record, over all states and years (Jeffreys)."""
SHAPES: Final = np.exp(np.linspace(-3.0, 3.0, 61))
"""Shapes of the distribution of rates over states that are tried: 20 states alike to 20 unlike."""
SHAPE_SPREAD: Final = 1.5
"""Standard deviation of the log shape around 0."""
SLOPE: Final = 0.1
"""Standard deviation of the trend, log rate a year."""
BRANCHING: Final = -1.0
"""Logit of the packages that follow from one: 0.27."""
EMPTINESS: Final = -1.0
"""Logit of the share of years in which nothing can happen: 0.27."""
LEAST_SEEN: Final = 0.05
MOST: Final = 100.0
"""Largest expected count of a cell and year: keeps a runaway trend within whole numbers."""


def forecast(
    baseline: Baseline,
    counts: np.ndarray,
    seen: np.ndarray,
    ahead: np.ndarray,
    samples: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Apply a baseline to every patron and form.

    Parameters
    ----------
    baseline : callable
    counts : ndarray of int64 [year, state, patron, form]
    seen, ahead : ndarray of float64 [year, state, patron, form]
        Exposure in the years of ``counts``, and in those to be forecast
        (:func:`steppe.explore.backtest.cells.exposure`). A state with a package on record could
        have it.
    samples : int
    rng : Generator

    Returns
    -------
    ndarray of int64 [sample, year ahead, state, patron, form]
    """
    _, states, patrons, forms = counts.shape
    found = np.zeros((samples, len(ahead), states, patrons, forms), np.int64)
    seen = np.where((seen > 0.0) | (counts > 0), np.maximum(seen, LEAST_SEEN), 0.0)
    ahead = np.where(ahead > 0.0, np.maximum(ahead, LEAST_SEEN), 0.0)
    for p in range(patrons):
        for f in range(forms):
            found[..., p, f] = baseline(
                counts[..., p, f], seen[..., p, f], ahead[..., p, f], samples, rng
            )
    return found


def pooled_shape(total: np.ndarray, seen: np.ndarray) -> tuple[float, float]:
    """Mean and shape of the Gamma distribution of rates over states (empirical Bayes).

    The mean is that of all states; the shape has the largest posterior density, totals being
    negative binomial given it. A state of which nothing could be seen tells nothing.
    """
    mean = (total.sum() + HALF) / max(seen.sum(), LEAST_SEEN)
    shape, expected = SHAPES[:, None], mean * seen
    likelihood = (
        gammaln(shape + total) - gammaln(shape) + shape * np.log(shape / (shape + expected))
        + xlogy(total, expected / (shape + expected))
    ).sum(axis=1)  # fmt: skip
    prior = -0.5 * (np.log(SHAPES) / SHAPE_SPREAD) ** 2
    return float(mean), float(SHAPES[np.argmax(likelihood + prior)])


def climatology(
    counts: np.ndarray,
    seen: np.ndarray,
    ahead: np.ndarray,
    samples: int,
    rng: np.random.Generator,
    window: int | None = None,
) -> np.ndarray:
    """Gamma-Poisson: a constant rate of each state, drawn towards that of all.

    ``window`` is the number of last years that are looked at, all by default; 1 is the last
    value.
    """
    first = 0 if window is None else max(0, len(counts) - window)
    total, exposed = counts[first:].sum(axis=0), seen[first:].sum(axis=0)
    mean, shape = pooled_shape(total, exposed)
    rate = rng.gamma(shape + total, 1.0 / (shape / mean + exposed), (samples, len(total)))
    found: np.ndarray = rng.poisson(np.minimum(rate[:, None, :] * ahead, MOST))
    return found


def background(counts: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Rate of each state by :func:`climatology`, its posterior mean: float64 [state]."""
    total, exposed = counts.sum(axis=0), seen.sum(axis=0)
    mean, shape = pooled_shape(total, exposed)
    rate: np.ndarray = (shape + total) / (shape / mean + exposed)
    return rate


def laplace(
    cost: Callable[[np.ndarray], float], dimensions: int, samples: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Mode of a posterior with standard normal priors, and draws from a Gaussian there.

    Parameters
    ----------
    cost : callable
        Minus the log likelihood.

    Returns
    -------
    mode : ndarray of float64 [dimension]
    draws : ndarray of float64 [sample, dimension]
    """

    def whole(z: np.ndarray) -> float:
        return cost(z) + 0.5 * float(z @ z)

    mode = minimize(whole, np.zeros(dimensions), method="BFGS").x
    step, axes = 1e-3, np.eye(dimensions) * 1e-3
    bend = np.empty((dimensions, dimensions))
    for i in range(dimensions):
        for j in range(dimensions):
            ends = [whole(mode + a * axes[i] + b * axes[j]) for a in (1, -1) for b in (1, -1)]
            bend[i, j] = (ends[0] - ends[1] - ends[2] + ends[3]) / (4.0 * step**2)
    precision, directions = np.linalg.eigh(0.5 * (bend + bend.T))
    covariance = (directions / np.maximum(precision, 0.5)) @ directions.T
    # directions of equal precision are arbitrary, the Cholesky factor is not
    return mode, mode + rng.standard_normal((samples, dimensions)) @ np.linalg.cholesky(
        covariance
    ).T


def poisson_cost(counts: np.ndarray, expected: np.ndarray) -> float:
    """Minus the log likelihood of Poisson counts, without its constant."""
    return float((expected - xlogy(counts, expected)).sum())


def per_seen(counts: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Packages in a fully covered year; none where nothing can be seen."""
    found = np.zeros(np.broadcast_shapes(counts.shape, seen.shape))
    np.divide(counts, seen, out=found, where=seen > 0.0)
    return found


def trend(
    counts: np.ndarray,
    seen: np.ndarray,
    ahead: np.ndarray,
    samples: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Log-linear trend, common to the states, with an effect of each state.

    ``z`` is level, slope (in units of :data:`SLOPE`), and the effects of the states.
    """
    years, states = counts.shape
    level = np.log((counts.sum() + HALF) / max(seen.sum(), LEAST_SEEN))
    time = np.arange(years + len(ahead)) - 0.5 * (years - 1)

    def rates(z: np.ndarray, when: np.ndarray) -> np.ndarray:
        """Rates ``[..., year, state]`` for ``z`` [..., dimension]."""
        moving = level + z[..., :1] + SLOPE * z[..., 1:2] * when
        logs = moving[..., None] + z[..., None, 2:]
        return np.asarray(np.exp(np.minimum(logs, np.log(MOST))))

    def cost(z: np.ndarray) -> float:
        return poisson_cost(counts, rates(z, time[:years]) * seen)

    _, draws = laplace(cost, 2 + states, samples, rng)
    found: np.ndarray = rng.poisson(np.minimum(rates(draws, time[years:]) * ahead, MOST))
    return found


def hawkes_numbers(z: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Factor on the background, packages that follow from one, and memory a year."""
    return np.exp(np.clip(z[..., 0], -8.0, 8.0)), expit(z[..., 1] + BRANCHING), expit(z[..., 2])


def hawkes_cost(z: np.ndarray, counts: np.ndarray, seen: np.ndarray, calm: np.ndarray) -> float:
    """Minus the log likelihood of a discrete Hawkes process."""
    level, branching, memory = hawkes_numbers(z)
    excited, expected = np.zeros(counts.shape[1]), np.empty(counts.shape)
    for t in range(len(counts)):
        expected[t] = seen[t] * (level * calm + branching * excited)
        excited = memory * excited + (1.0 - memory) * per_seen(counts[t], seen[t])
    return poisson_cost(counts, expected)


def hawkes(
    counts: np.ndarray,
    seen: np.ndarray,
    ahead: np.ndarray,
    samples: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Discrete Hawkes process: each package makes others of its kind likelier, and less so later.

    The background of the states is that of :func:`climatology` times a common factor.
    """
    calm = background(counts, seen)
    _, draws = laplace(lambda z: hawkes_cost(z, counts, seen, calm), 3, samples, rng)
    level, branching, memory = (n[:, None] for n in hawkes_numbers(draws))
    excited = np.zeros((samples, counts.shape[1]))
    for t in range(len(counts)):
        excited = memory * excited + (1.0 - memory) * per_seen(counts[t], seen[t])
    found = np.empty((samples, len(ahead), counts.shape[1]), np.int64)
    for t in range(len(ahead)):
        rate = ahead[t] * (level * calm + branching * excited)
        found[:, t] = rng.poisson(np.minimum(rate, MOST))
        excited = memory * excited + (1.0 - memory) * per_seen(found[:, t], ahead[t])
    return found


def inflated_numbers(z: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Factor on the mean, size of the negative binomial, and chance of an empty year."""
    level, size = np.exp(np.clip(z[..., :2], -8.0, 8.0)).swapaxes(-1, 0)
    return level, size, expit(z[..., 2] + EMPTINESS)


def inflated_cost(z: np.ndarray, counts: np.ndarray, expected: np.ndarray) -> float:
    """Minus the log likelihood of zero-inflated negative binomial counts, without its constant."""
    level, size, empty = inflated_numbers(z)
    mean = level * expected
    zero = size * np.log(size / (size + mean))
    some = (
        gammaln(counts + size) - gammaln(size) + zero + xlogy(counts, mean / (size + mean))
        + np.log1p(-empty)
    )  # fmt: skip
    return -float(np.where(counts > 0, some, np.logaddexp(np.log(empty), some)).sum())


def inflated(
    counts: np.ndarray,
    seen: np.ndarray,
    ahead: np.ndarray,
    samples: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Zero-inflated negative binomial around the rates of :func:`climatology`."""
    calm = background(counts, seen)
    expected = seen * calm
    _, draws = laplace(lambda z: inflated_cost(z, counts, expected), 3, samples, rng)
    level, size, empty = (n[:, None, None] for n in inflated_numbers(draws))
    mean = np.minimum(level * ahead * calm, MOST)
    rate = rng.gamma(np.broadcast_to(size, mean.shape), mean / size)
    return np.where(rng.random(rate.shape) < empty, 0, rng.poisson(np.minimum(rate, MOST)))


BASELINES: Final[dict[str, Baseline]] = {
    "climatology": climatology,
    "five-year window": partial(climatology, window=5),
    "last value": partial(climatology, window=1),
    "trend": trend,
    "Hawkes": hawkes,
    "zero-inflated": inflated,
}
