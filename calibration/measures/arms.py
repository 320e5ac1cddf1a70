"""Deliveries of major arms by supplier, state and year, in trend-indicator units.

Data: volumes by the SIPRI register (``series/arms_deliveries.csv``, to 2014). A trend-indicator
value is a volume, no money, and is never added to dollars; it leaves out small arms, vehicles,
uniforms and buildings. A year without a row is a year without deliveries of major arms.

Two parts, each with the effects supplier + state + pair, drawn towards zero, and a level of
the supplier that walks in steps of four years:

- whether anything arrives in a year: logit, with what arrived the year before (*persistence*)
  and the aid packages that the state accepted from the supplier in the three years before
  (*activity*, for China and Russia), the only tie to the model's runs;
- how much, if anything: lognormal.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.special import expit

from ...model.names import PATRONS, START_YEAR, STATES
from ..codebook import SeriesPoint
from ..reading import evidence_directory, read_table
from .priors import Slots, priors
from .sampler import Posterior, sample

FILE: Final = "series/arms_deliveries.csv"
SUPPLIERS: Final = (*PATRONS, "others")
SPAN: Final = 4
"""Years between the steps of a supplier's level: assumed, so that a step rests on some years."""
WINDOW: Final = 3
"""Years before a delivery in which aid counts as activity: assumed, the length of a contract."""
ROUNDED: Final = 0.25
"""Volume, in millions, that stands for what the source rounds to nothing: half of its half."""
S, K = len(STATES), len(SUPPLIERS)


@dataclass(frozen=True)
class Deliveries:
    """Volumes in millions of trend-indicator units: float64 [year, state, supplier] from 1992."""

    volume: np.ndarray

    @property
    def last_year(self) -> int:
        """Last year of the data."""
        return START_YEAR + len(self.volume) - 1

    def until(self, year: int) -> Deliveries:
        """Give the same data up to a year."""
        return Deliveries(self.volume[: max(year - START_YEAR + 1, 0)])


@dataclass(frozen=True)
class ArmsFit:
    """Posteriors of both parts, and the last year of the data with what it brought."""

    occurrence: Posterior
    volume: Posterior
    last_year: int
    last: np.ndarray


def deliveries(directory: str | Path | None = None) -> Deliveries:
    """Read the volumes; suppliers other than China and Russia are added up.

    Raises
    ------
    InputError
        If the file is broken.
    """
    rows, problems = read_table(evidence_directory(directory), FILE, SeriesPoint)
    if problems:
        raise problems[0].error()
    volume = np.zeros((max(r.row.year for r in rows) - START_YEAR + 1, S, K))
    for placed in rows:
        state, supplier = (placed.row.entry or "").split(".")
        kind = SUPPLIERS.index(supplier if supplier in PATRONS else "others")
        volume[placed.row.year - START_YEAR, STATES.index(state), kind] += max(
            placed.row.value, ROUNDED
        )
    return Deliveries(volume)


def activity(aid: np.ndarray) -> np.ndarray:
    """Covariate of a delivery: log(1 + aid packages accepted in the three years before).

    Parameters
    ----------
    aid : ndarray [..., year, state, patron]
        Aid packages accepted in each year.

    Returns
    -------
    ndarray of float64 [..., year, state, supplier]
        Zero for suppliers other than the patrons. The year itself is left out: a documented
        delivery is itself a package, and would explain itself.
    """
    packages = aid.astype(np.float64)
    total = np.zeros((*packages.shape[:-1], K))
    for lag in range(1, WINDOW + 1):
        total[..., lag:, :, : len(PATRONS)] += packages[..., :-lag, :, :]
    return np.log1p(total)


def slots(years: int, *single: str) -> Slots:
    """Numbers of one part: levels, effects, the walk of each supplier, spreads, and single ones."""
    sizes = {"level": K, "state": S, "pair": S * K}
    later = {"steps": (years - 1) // SPAN * K, "spreads": 3}
    return Slots(**sizes, **dict.fromkeys(single, 1), **later)


def spreads(part: dict[str, np.ndarray]) -> np.ndarray:
    """Standard deviations of states, pairs and steps: float64 [..., 3]."""
    names = ("state_spread", "pair_spread", "walk_spread")
    given = [priors("arms")[n] for n in names]
    logs = [one.at(part["spreads"][..., n]) for n, one in enumerate(given)]
    return np.asarray(np.exp(np.stack(logs, axis=-1)))


def effects(part: dict[str, np.ndarray], level: str) -> tuple[np.ndarray, np.ndarray]:
    """Constant part [..., state, supplier], and the walk of the suppliers [..., step, supplier]."""
    scale = spreads(part)
    front = part["level"].shape[:-1]
    pair = part["pair"].reshape(*front, S, K)
    constant = (
        priors("arms")[level].at(part["level"])[..., None, :]
        + (scale[..., 0:1] * part["state"])[..., None]
        + scale[..., 1, None, None] * pair
    )
    steps = scale[..., 2, None, None] * part["steps"].reshape(*front, -1, K)
    walk = np.concatenate([np.zeros((*front, 1, K)), np.cumsum(steps, axis=-2)], axis=-2)
    return constant, walk


def slope_of_effects(
    part: dict[str, np.ndarray], rest: np.ndarray, level: str
) -> dict[str, np.ndarray]:
    """Slope of the log likelihood in the numbers of :func:`effects`, by name.

    Parameters
    ----------
    rest : ndarray of float64 [chain, year, state, supplier]
        Slope in the sum of the effects.
    """
    chains, years = rest.shape[:2]
    scale = spreads(part)
    by_pair = rest.sum(axis=1)
    by_state = by_pair.sum(axis=2)
    by_year = rest.sum(axis=2)
    starts = np.arange(0, years, SPAN)
    by_step = np.add.reduceat(by_year, starts, axis=1)
    after = np.cumsum(by_step[:, ::-1], axis=1)[:, -2::-1] if len(starts) > 1 else by_step[:, :0]
    moved = {
        "state": by_state * scale[:, :1],
        "pair": by_pair.reshape(chains, -1) * scale[:, 1:2],
        "steps": after.reshape(chains, -1) * scale[:, 2:],
    }
    names = (("state", "state_spread"), ("pair", "pair_spread"), ("steps", "walk_spread"))
    widths = [
        priors("arms")[prior].spread * (moved[name] * part[name]).sum(axis=1)
        for name, prior in names
    ]
    return {
        "level": priors("arms")[level].spread * by_pair.sum(axis=1),
        **moved,
        "spreads": np.stack(widths, axis=1),
    }


def slope_of_single(name: str, rest: np.ndarray) -> np.ndarray:
    """Slope in a number with a prior of its own: float64 [chain, 1]."""
    return np.asarray(priors("arms")[name].spread * rest.sum(axis=(1, 2, 3)))[:, None]


def single(part: dict[str, np.ndarray], name: str) -> np.ndarray:
    """Number with a prior of its own: float64 [...]."""
    return np.asarray(priors("arms")[name].at(part[name][..., 0]))


OCCURRENCE: Final = ("persistence", "activity")
VOLUME: Final = ("volume_noise",)


def fit(data: Deliveries, aid: np.ndarray, rng: np.random.Generator, **effort: Any) -> ArmsFit:
    """Fit both parts.

    Parameters
    ----------
    data : Deliveries
    aid : ndarray [year, state, patron]
        Aid packages accepted, by the mean of runs that follow the record: what is not known
        is replaced by its expectation (regression calibration, Carroll and others 2006,
        *Measurement Error in Nonlinear Models*). Documented packages alone would carry the
        holes of the sources into the effect.
    rng : Generator
    **effort
        ``kept``, ``warm_up``, ``chains`` of the sampler.
    """
    years = len(data.volume)
    any_ = data.volume > 0.0
    before = np.concatenate([np.zeros_like(any_[:1]), any_[:-1]])
    active = activity(aid[:years])
    sign = np.where(any_, 1.0, -1.0)
    chance, amount = slots(years, *OCCURRENCE), slots(years, *VOLUME)
    logs = np.log(np.where(any_, data.volume, 1.0))
    when = np.arange(years) // SPAN

    def occurs(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        part = chance.cut(z)
        constant, walk = effects(part, "occurrence_level")
        odds = constant[:, None] + walk[:, when, None]
        odds = odds + single(part, "persistence")[:, None, None, None] * before
        odds = odds + single(part, "activity")[:, None, None, None] * active
        rest = any_ - expit(odds)
        slope = slope_of_effects(part, rest, "occurrence_level")
        slope["persistence"] = slope_of_single("persistence", rest * before)
        slope["activity"] = slope_of_single("activity", rest * active)
        value = -np.logaddexp(0.0, -sign * odds).sum(axis=(1, 2, 3))
        return value, np.concatenate([slope[name] for name in chance.lengths], axis=1)

    def arrives(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        part = amount.cut(z)
        constant, walk = effects(part, "volume_level")
        noise = single(part, "volume_noise")[:, None, None, None]
        far = any_ * (logs - constant[:, None] - walk[:, when, None]) / np.exp(noise)
        slope = slope_of_effects(part, far / np.exp(noise), "volume_level")
        slope["volume_noise"] = slope_of_single("volume_noise", far**2 - any_)
        value = -(0.5 * far**2 + noise * any_).sum(axis=(1, 2, 3))
        return value, np.concatenate([slope[name] for name in amount.lengths], axis=1)

    return ArmsFit(
        sample(occurs, chance.size, rng, **effort),
        sample(arrives, amount.size, rng, **effort),
        data.last_year,
        any_[-1],
    )


def simulate(
    fitted: ArmsFit, aid: np.ndarray, last_year: int, rng: np.random.Generator
) -> np.ndarray:
    """Predictive volumes, a draw of the posterior for each run.

    Within the data they are replicates from 1992; the first year after it starts from what
    the last year of the data brought, and the suppliers' levels walk on.

    Parameters
    ----------
    fitted : ArmsFit
    aid : ndarray [run, year, state, patron]
        Aid packages accepted in each run, from 1992 to ``last_year`` or later.

    Returns
    -------
    ndarray of float64 [run, year, state, supplier]
        Millions of trend-indicator units.
    """
    runs, years = len(aid), last_year - START_YEAR + 1
    known = fitted.last_year - START_YEAR + 1
    active = activity(aid[:, :years])
    part = slots(known, *OCCURRENCE).cut(pick(fitted.occurrence, runs, rng))
    constant, walk = effects(part, "occurrence_level")
    walk = carried(walk, spreads(part)[:, 2], years, rng)
    amount = slots(known, *VOLUME).cut(pick(fitted.volume, runs, rng))
    base, drift = effects(amount, "volume_level")
    drift = carried(drift, spreads(amount)[:, 2], years, rng)
    noise = np.exp(single(amount, "volume_noise"))[:, None, None]
    stays = single(part, "persistence")[:, None, None]
    leans = single(part, "activity")[:, None, None]
    found = np.zeros((runs, years, S, K))
    before = np.zeros((runs, S, K))
    for t in range(years):
        if t == known:
            before = np.broadcast_to(fitted.last, before.shape)
        odds = constant + walk[:, t // SPAN, None] + stays * before + leans * active[:, t]
        arrives = rng.random(odds.shape) < expit(odds)
        size = np.exp(base + drift[:, t // SPAN, None] + noise * rng.standard_normal(odds.shape))
        found[:, t] = np.where(arrives, size, 0.0)
        before = arrives.astype(np.float64)
    return found


def pick(posterior: Posterior, runs: int, rng: np.random.Generator) -> np.ndarray:
    """Draw of the posterior for each run: float64 [run, number]."""
    return posterior.z[rng.integers(0, len(posterior.z), runs)]


def carried(
    walk: np.ndarray, spread: np.ndarray, years: int, rng: np.random.Generator
) -> np.ndarray:
    """Continue a walk [run, step, supplier] beyond its last step to as many years."""
    more = max(0, (years - 1) // SPAN + 1 - walk.shape[1])
    steps = spread[:, None, None] * rng.standard_normal((len(walk), more, walk.shape[2]))
    return np.concatenate([walk, walk[:, -1:] + np.cumsum(steps, axis=1)], axis=1)
