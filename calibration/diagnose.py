"""Whether a fit may be believed: convergence of its chains, and noise of its likelihood.

The gates are those of the project's notes on methods. A posterior is installed only if all
are passed.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from .fit import Plan
from .installed import Gate
from .target import Entry, Target

if TYPE_CHECKING:
    import arviz

MOST_RHAT: Final = 1.01
LEAST_ESS: Final = 400.0
MOST_VARIANCE: Final = 1.5
VARIANCE_DRAWS: Final = 20
"""Draws of the posterior at which the estimator's variance is measured."""
VARIANCE_LUCKS: Final = 20


@dataclass(frozen=True)
class Convergence:
    """Diagnostics of each estimated number; arrays ``[entry]``.

    Attributes
    ----------
    rhat : ndarray of float64
        Rank-normalised split R-hat (Vehtari, Gelman, Simpson, Carpenter, Buerkner 2021).
    bulk, tail : ndarray of float64
        Effective sample sizes.
    """

    rhat: np.ndarray
    bulk: np.ndarray
    tail: np.ndarray


def quiet_arviz() -> Any:
    """Import ArviZ without its notice of a coming release."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import arviz

    return arviz


def convergence(draws: np.ndarray) -> Convergence:
    """R-hat and effective sample sizes of ``draws`` [chain, draw, entry].

    Raises
    ------
    ValueError
        If there are fewer than four draws of a chain.
    """
    if draws.shape[1] < 4:
        raise ValueError(f"{draws.shape[1]} draws of a chain are too few to judge")
    az = quiet_arviz()
    data = az.convert_to_dataset(draws)
    with np.errstate(divide="ignore", invalid="ignore"):  # a chain that never moved
        found = [
            az.rhat(data)["x"].values,
            az.ess(data, method="bulk")["x"].values,
            az.ess(data, method="tail")["x"].values,
        ]
    return Convergence(*found)


def estimator_variance(
    target: Target,
    positions: np.ndarray,
    lucks: int = VARIANCE_LUCKS,
    tell: Callable[[int], None] | None = None,
) -> np.ndarray:
    """Variance of the estimated log likelihood at each position, over independent lucks.

    Returns
    -------
    ndarray of float64 [position]
    """
    found = []
    for n, position in enumerate(positions):
        values = [target.log_likelihood(position, 2**62 + luck) for luck in range(lucks)]
        found.append(np.var(values, ddof=1))
        if tell is not None:
            tell(n + 1)
    return np.array(found)


def gates(entries: Sequence[Entry], found: Convergence, variance: np.ndarray) -> tuple[Gate, ...]:
    """The conditions, and whether they are met."""
    names = [entry.address for entry in entries]

    def worst(name: str, values: np.ndarray, most: float, sign: int) -> Gate:
        place = int(np.argmax(sign * values))
        value = round(float(values[place]), 4)
        passed = bool(sign * values[place] < sign * most)
        allowed = f"{'<' if sign > 0 else '>'} {most:g}"
        return Gate(name=name, value=value, allowed=allowed, passed=passed, where=names[place])

    mean = float(variance.mean())
    return (
        worst("R-hat", found.rhat, MOST_RHAT, 1),
        worst("bulk effective sample size", found.bulk, LEAST_ESS, -1),
        worst("tail effective sample size", found.tail, LEAST_ESS, -1),
        Gate(
            name="variance of the log likelihood", value=round(mean, 4),
            allowed=f"< {MOST_VARIANCE:g}", passed=mean < MOST_VARIANCE,
            where=f"mean of {len(variance)} draws",
        ),
    )  # fmt: skip


def representative(draws: np.ndarray, count: int) -> np.ndarray:
    """A few of many draws, in an order in which the first ones, however many, stand for all.

    Each next one is that which brings mean and variance of the chosen nearest to those of all
    (kernel herding without repetition, Chen, Welling and Smola 2010, *Proceedings of UAI* 26,
    with coordinates and their squares as features). Correlations are not matched, and few draws
    have lighter tails than all.

    Parameters
    ----------
    draws : ndarray of float64 [draw, entry]
    count : int

    Returns
    -------
    ndarray of float64 [count or all, entry]
    """
    away = draws - draws.mean(axis=0)
    away /= np.maximum(away.std(axis=0), 1e-12)
    features = np.hstack([away, (away**2 - 1.0) / np.sqrt(2.0)])
    length, total = (features**2).sum(axis=1), np.zeros(features.shape[1])
    free, chosen = np.ones(len(draws), bool), []
    for _ in range(min(count, len(draws))):
        # |total + x|^2 less |total|^2: smallest where the next one makes up for those before
        cost = np.where(free, length + 2.0 * features @ total, np.inf)
        best = int(np.argmin(cost))
        free[best] = False
        total += features[best]
        chosen.append(best)
    return np.asarray(draws[chosen])


def spread_evenly(draws: np.ndarray, count: int) -> np.ndarray:
    """As many draws as asked for, at equal distances along each chain: [draw, entry]."""
    flat = draws.swapaxes(0, 1).reshape(-1, draws.shape[2])
    chosen = np.linspace(0, len(flat) - 1, min(count, len(flat))).round().astype(int)
    return np.asarray(flat[chosen])


def inference_data(target: Target, plan: Plan, draws: np.ndarray) -> arviz.InferenceData:
    """The draws as ArviZ's ``InferenceData``, by address, in the units of the parameters."""
    az = quiet_arviz()
    values = {
        entry.address: np.vectorize(entry.value)(draws[:, :, n])
        for n, entry in enumerate(target.entries)
    }
    rng = np.random.default_rng([plan.seed, 7])
    prior = rng.standard_normal((1, 4000, draws.shape[2]))
    data = az.from_dict(
        posterior=values,
        prior={
            e.address: np.vectorize(e.value)(prior[:, :, n]) for n, e in enumerate(target.entries)
        },
        attrs={"record_until": target.until, "particles": target.particles, "seed": plan.seed},
    )
    data.posterior.attrs.pop("created_at", None)
    data.prior.attrs.pop("created_at", None)
    return data


def thinned(data: arviz.InferenceData, most: int) -> arviz.InferenceData:
    """The posterior of ``InferenceData`` with at most ``most`` draws of each chain, evenly spread.

    In the units of the parameters, as float32.
    """
    az = quiet_arviz()
    draws = data.posterior.sizes["draw"]
    some = data.posterior.isel(draw=slice(None, None, -(-draws // most))).astype("float32")
    return az.InferenceData(attrs=data.attrs, posterior=some)
