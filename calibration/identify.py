"""What the record tells of each number, and what it cannot tell.

All on the scale of prior standard deviations, where the prior is standard normal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..model.quantities import parameters
from .installed import ALIKE, overlap
from .target import Entry, Target

AT: Final = (-4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0)
"""Values of the profile, in prior standard deviations."""
CORE: Final = slice(2, 7)
"""Where it is computed first: at these, and then on from the end that is best, if one is."""
LINKED: Final = 0.35
"""Correlation in the posterior from which two numbers are said to be told only together."""
CHANCE: Final = 3.5
"""Correlations below so many of their standard errors count as chance: there are thousands of
pairs."""
NARROWED: Final = 0.25
"""Contraction from which words on a number say so, even where its prior tells it."""
MOVED: Final = 0.4
"""Prior standard deviations of a mean from which they say so too."""
FAR: Final = 1.5
"""Prior standard deviations of a mean from which where it lies hangs on the width of its prior."""
BOTH: Final = "both"
"""What is said of the anchors in place of an address where their priors are moved together."""
ANCHORS: Final = ("acceptance_constant.china", "acceptance_constant.russia")
"""Declined offers are hardly ever on record: what tells offers from acceptance is the form of the
model, and these constants, whose priors are varied, set the level of acceptance."""
LUCKS: Final = 4


@dataclass(frozen=True)
class Told:
    """What the record tells of one number.

    Attributes
    ----------
    address : str
    prior, posterior : tuple of three floats
        5%, median and 95%, in the number's own unit.
    contraction : float
        1 - posterior variance / prior variance, on the prior's scale.
    overlap : float
        Share that the densities of prior and posterior have in common.
    shift : float
        Posterior mean in prior standard deviations.
    profile : tuple of float
        Log likelihood at :data:`AT`, the others following as in the posterior, less the best; NaN
        beyond the ends that were looked at. Empty without profiles.
    profile_error : float
        Standard error of such a value, the middle one; NaN without profiles.
    linked : tuple of (address, correlation)
        Numbers that are told only together with it.
    sentence : str
        The same in words.
    """

    address: str
    prior: tuple[float, float, float]
    posterior: tuple[float, float, float]
    contraction: float
    overlap: float
    shift: float
    profile: tuple[float, ...]
    profile_error: float
    linked: tuple[tuple[str, float], ...]
    sentence: str


def identify(
    target: Target,
    draws: np.ndarray,
    profiles: bool = True,
    tell: Callable[[int, int], None] | None = None,
    worth: float | None = None,
) -> list[Told]:
    """What the record tells, least first.

    Parameters
    ----------
    target : Target
    draws : ndarray of float64 [draw, entry]
        In prior standard deviations.
    profiles : bool
        Compute the profiles, which take twenty likelihoods each, or a few more.
    tell : callable, optional
        Called with (numbers looked at, of how many).
    worth : float, optional
        Independent draws that the draws are worth; as many as they are by default.
    """
    correlation = np.corrcoef(draws.T)
    chance = CHANCE / np.sqrt(len(draws) if worth is None else worth)
    found = []
    for n, entry in enumerate(target.entries):
        z = draws[:, n]
        linked = _linked(target.entries, correlation[n], n, max(LINKED, chance))
        shared, contraction = overlap(z), 1.0 - float(z.var())
        along, error = profile(target, draws, n, chance) if profiles else ((), float("nan"))
        found.append(
            Told(
                address=entry.address,
                prior=_interval(entry, np.array([-1.645, 0.0, 1.645])),
                posterior=_interval(entry, np.quantile(z, (0.05, 0.5, 0.95))),
                contraction=contraction,
                overlap=shared,
                shift=float(z.mean()),
                profile=along,
                profile_error=error,
                linked=linked,
                sentence=sentence(z, shared, contraction, linked, climbs(along)),
            )
        )
        if tell is not None:
            tell(n + 1, len(target.entries))
    return sorted(found, key=lambda told: -told.overlap)


def profile(
    target: Target, draws: np.ndarray, n: int, chance: float
) -> tuple[tuple[float, ...], float]:
    """Log likelihood along one number, the others at their means given it, less the best.

    The means follow the regression of the others on it in the posterior, of those that hang
    together with it by more than ``chance``: a profile without an optimiser, right where the
    posterior is nearly normal. Each is averaged over :data:`LUCKS` lucks, the same at all points.

    Returns
    -------
    tuple of float
        At :data:`AT`; NaN where it was not looked.
    float
        Standard error of a value less the best, the middle one, by the jackknife over lucks; NaN
        where too few estimates are above minus infinity.
    """
    middle = draws.mean(axis=0)
    spread = draws.std(axis=0)
    together = (draws - middle).T @ (draws[:, n] - middle[n]) / len(draws) / (spread * spread[n])
    slope = np.where(np.abs(together) > chance, together * spread / spread[n], 0.0)
    slope[n] = 1.0

    logs = np.full((len(AT), LUCKS), np.nan)

    def look(place: int) -> None:
        position = middle + slope * (AT[place] - middle[n])
        logs[place] = [target.log_likelihood(position, 2**61 + luck) for luck in range(LUCKS)]

    def values(lucks: Sequence[int]) -> np.ndarray:
        seen = np.flatnonzero(~np.isnan(logs[:, 0]))
        found = np.full(len(AT), np.nan)
        found[seen] = np.logaddexp.reduce(logs[seen][:, list(lucks)], axis=1) - np.log(len(lucks))
        return found

    everyone = range(LUCKS)
    for place in range(len(AT))[CORE]:
        look(place)
    for end, step in ((CORE.start, -1), (CORE.stop - 1, 1)):
        place = end
        while int(np.nanargmax(values(everyone))) == place and 0 <= place + step < len(AT):
            place += step
            look(place)
    found = values(everyone)
    best = int(np.nanargmax(found))
    without = np.array([values([k for k in everyone if k != luck]) for luck in everyone])
    told = np.isfinite(without).all(axis=0)  # a place may be impossible by some luck
    others = told & (np.arange(len(AT)) != best)
    error = float("nan")
    if told[best] and others.any():
        less = without[:, others] - without[:, [best]]
        error = float(np.median(np.sqrt((LUCKS - 1) * less.var(axis=0))))
    return tuple(round(float(one), 2) for one in found - found[best]), error


def climbs(along: Sequence[float]) -> bool:
    """Whether a profile is best at an end of :data:`AT`, so that nothing but the prior ends it."""
    return bool(along) and int(np.nanargmax(along)) in (0, len(AT) - 1)


def anchored(target: Target, draws: np.ndarray, worth: np.ndarray | None = None) -> list[list[str]]:
    """Table of what depends on the assumed side of offers and acceptance.

    By how many prior standard deviations each number's posterior mean moves if the prior of an
    anchor is moved by one of its own, down and up, and if those of both are: the draws are weighted
    by the moved prior over the fitted one. The first row says how many independent draws the
    weights leave, if along each number the draws are worth so many by themselves (``worth``,
    ``[entry]``; as many as they are by default); of both anchors, along the worse.
    """
    share = np.ones(len(target.entries)) if worth is None else worth / len(draws)
    names = [entry.address for entry in target.entries]
    moved = {name: draws[:, n] for n, name in enumerate(names) if name in ANCHORS}
    each = {name: share[n] for n, name in enumerate(names) if name in ANCHORS}
    if len(moved) > 1:
        moved[BOTH] = np.sum(list(moved.values()), axis=0)
        each[BOTH] = min(each.values())
    cases = [(name, z, shift) for name, z in moved.items() for shift in (-1, 1)]
    weights = [tilted(z, shift) for _, z, shift in cases]
    rows = [["address", *(f"{name}:{shift:+d}" for name, _, shift in cases)]]
    left = [each[name] * effective(w) for (name, _, _), w in zip(cases, weights, strict=True)]
    rows.append(["effective draws", *(f"{one:.0f}" for one in left)])
    moves = [w @ draws - draws.mean(axis=0) for w in weights]
    rows += [[name, *(f"{move[k]:.2f}" for move in moves)] for k, name in enumerate(names)]
    return rows


def tilted(z: np.ndarray, shift: float) -> np.ndarray:
    """Weights of draws if the standard normal prior of a number is moved; they sum to one.

    Parameters
    ----------
    z : ndarray of float64 [draw]
        The number in prior standard deviations; the sum of them where those of several are moved.
    shift : float
        By how many the prior is moved.
    """
    logs = shift * z
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def effective(weights: np.ndarray) -> float:
    """Number of draws that weights leave in effect (Kish 1965)."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def as_rows(found: Sequence[Told]) -> list[list[str]]:
    """Table of what the record tells."""
    head = ["address", "unit", "told_by"]
    head += [f"{when}_{q}" for when in ("prior", "posterior") for q in ("q05", "median", "q95")]
    head += ["contraction", "overlap", "shift", *(f"profile_{at:+g}" for at in AT)]
    head += ["error_of_profile", "sentence"]
    return [head] + [
        [
            told.address, parameters()[told.address.split(".", 1)[0]].unit,
            "prior" if told.overlap >= ALIKE else "data",
            *(f"{value:.4g}" for value in (*told.prior, *told.posterior)),
            f"{told.contraction:.3f}", f"{told.overlap:.3f}", f"{told.shift:.3f}",
            *(f"{value:.2f}" for value in told.profile or [float("nan")] * len(AT)),
            f"{told.profile_error:.2f}", told.sentence,
        ]
        for told in found
    ]  # fmt: skip


def sentence(
    z: np.ndarray,
    shared: float,
    contraction: float,
    linked: tuple[tuple[str, float], ...],
    climbing: bool = False,
) -> str:
    """Plain words on one number, from its draws in prior standard deviations.

    ``climbing`` if its profile is best at the last place that was looked at (:func:`climbs`).
    """
    narrower = "leaves it as open as it was"
    if contraction >= 0.05:
        narrower = f"takes away {contraction:.0%} of the variance"
    if shared >= ALIKE and abs(z.mean()) >= MOVED:
        words = f"The record {narrower}, and moves it "
        words += "up" if z.mean() > 0.0 else "down"
        words += f" by {abs(z.mean()):.1f} prior standard deviations"
    elif shared >= ALIKE and contraction < NARROWED:
        words = "The record hardly tells: what was assumed of it stays nearly as it was"
    elif shared >= ALIKE:
        words = f"The record {narrower}, mostly around what was assumed"
    elif abs(z.mean()) > 0.5:
        words = f"The record speaks for a {'higher' if z.mean() > 0.0 else 'lower'} value than"
        words += f" was assumed, and {narrower}"
        if abs(z.mean()) >= FAR:
            words += "; it lies so far out in its prior that its place hangs on the prior's width"
        elif climbing and contraction < NARROWED:
            words += (
                "; the likelihood rises to the last value that was looked at, so that its place "
                "hangs on the prior's width"
            )
    else:
        words = f"The record agrees with what was assumed, and {narrower}"
    if linked:
        names = ", ".join(
            f"{address} ({'in the same' if r > 0 else 'in the opposite'} direction)"
            for address, r in linked
        )
        words += f"; it is told only together with {names}"
    return words + "."


def _linked(
    entries: list[Entry], row: np.ndarray, n: int, least: float
) -> tuple[tuple[str, float], ...]:
    order = [k for k in np.argsort(-np.abs(row)) if k != n and abs(row[k]) >= least]
    return tuple((entries[k].address, round(float(row[k]), 2)) for k in order[:3])


def _interval(entry: Entry, z: np.ndarray) -> tuple[float, float, float]:
    low, middle, high = (entry.value(float(value)) for value in z)
    return low, middle, high
