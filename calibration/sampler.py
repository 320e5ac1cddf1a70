"""Sampling from a density that is only estimated: particle-marginal Metropolis-Hastings.

The chain moves on pairs of a position and the luck of its estimate. A *move* proposes a
position and keeps the luck, so that neighbours are compared on the same luck; a *refresh*
keeps the position and proposes new luck. Both are Metropolis steps for the joint density
of position and luck, whose margin over the luck is the exact posterior when the estimate
is unbiased (Andrieu and Roberts 2009, *Annals of Statistics* 37; keeping the luck follows
Deligiannidis, Doucet and Pitt 2018, *JRSS B* 80).

Moves are of two kinds. Differential evolution with an archive and snooker updates (ter Braak
and Vrugt 2008, *Statistics and Computing* 18): a group of chains shares an archive of its
own past, which gives scale and direction of the proposals. And redraws of some directions
of a Gaussian reference, or of all: an independence sampler by blocks (Tierney 1994, *Annals
of Statistics* 22); or a step in a band of them, from the clearest to the faintest, that leaves the
reference as it is (preconditioned Crank-Nicolson, Cotter, Roberts, Stuart and White 2013,
*Statistical Science* 28, with a step of its own for directions that the likelihood hardly
informs, as in Cui, Law and Marzouk 2016, *Journal of Computational Physics* 304), which goes on
where there are so many directions that redraws of all are hardly ever accepted. The reference
begins as the standard normal, which is the prior on the scale of
:mod:`steppe.calibration.target`; during the pilot it is fitted to all densities that were
evaluated, by a quadratic regression of the log likelihood, and after the pilot it stays as it
is, so that the chain is an ordinary Metropolis chain. A
redraw of all directions draws new luck with them; one of some has heavy tails, so that a chain
far out along a direction that the reference makes too narrow comes back.

After the pilot the other moves are screened by a flattened reference before the density is
estimated: delayed acceptance (Christen and Fox 2005, *Journal of Computational and Graphical
Statistics* 14), which leaves the answer as it is and spends no filter on hopeless proposals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

REFRESH: Final = 0.1
"""Share of the steps that draw new luck alone, by default."""
ALL: Final = 10**6
"""Directions that are redrawn at once where all are."""
FREEDOM: Final = 4.0
"""Degrees of freedom of the redraws of some directions."""
FLATTENED: Final = 0.6
"""Share of the reference's log density by which moves are screened."""
REFITS: Final = 5
"""Times that the reference is fitted during the pilot, at equal distances."""
WIDENED: Final = 1.1
"""Standard deviations of the reference over those of the fit: its tails must not be light. Where
there are many, less: as much in volume as in :data:`ALL_PAIRED`."""
SNOOKER: Final = 0.1
"""Share of the other moves along the line to another point of the archive."""
PASSES: Final = 3
"""Regressions for the reference, each with ridges by what the one before found of a direction."""
FAINTEST, CLEAREST = 0.05, 5.0
"""Ends of how clear a direction counts, against the mean of all."""
ALL_PAIRED: Final = 50
"""Dimensions up to which the regression for the reference has the products of all."""
POINTS: Final = 7
"""Beyond them, points for each product: so many coordinates have products as this allows, those of
which the regression before found most."""
TIGHT: Final = 100.0
"""Factor of the ridges beyond them: points that chains tried lie near each other, and what a loose
regression finds there does not hold elsewhere."""
FADED, FADED_MANY = 0.5, 0.2
"""Distance below the best, in dimensions, at which the weight of a point has faded by a factor e;
the second beyond :data:`ALL_PAIRED`."""
CHUNK: Final = 10_000
"""Points whose products are computed at once."""
LONG: Final = 0.1
"""Share of the difference moves with factor one, which jump between modes."""
ARCHIVED_EVERY: Final = 5
"""Iterations between two entries of a chain into the archive."""
CROSSOVER: Final = (0.2, 0.5, 1.0)
"""Shares of the coordinates that a difference move may change."""
SETTLED: Final = 2**22
"""Iteration whose address names the luck of the end of the pilot."""
JITTER: Final = 1e-3
NOISE: Final = 1.0
"""Scale of the ridge: about the variance of a log density around the quadratic."""
NARROWEST: Final = 0.8
"""Least precision of the reference in any direction; the prior has one."""

Density = Callable[[np.ndarray, int], float]
"""Log of an unbiased estimate of a density, at a position and a luck."""


class Band(NamedTuple):
    """A step in some neighbouring directions of the reference.

    Attributes
    ----------
    first, last : float
        Where the directions begin and end, as shares of all, the clearest first.
    length : float
        Of the step, between nothing and one, which is a new draw.
    weight : float
        How often it is made, against the weights of the others.
    """

    first: float
    last: float
    length: float
    weight: float


ANEW: Final = Band(0.0, 1.0, 1.0, 1.0)
"""A new draw of all directions."""


class Mix(NamedTuple):
    """How often which move is made.

    Attributes
    ----------
    redraws : float
        Share of the moves that redraw directions of the reference; the others are differences
        and snooker updates.
    blocks : tuple of int
        Directions that are redrawn at once, each with the same chance; at most all.
    banded : float
        Share of the redraws that go a step in a band of the directions instead.
    bands : tuple of Band
    refreshed : float
        Share of the steps of a chain that keep the position and draw new luck.
    """

    redraws: float = 0.6
    blocks: tuple[int, ...] = (4, 12, ALL, ALL)
    banded: float = 0.0
    bands: tuple[Band, ...] = ()
    refreshed: float = REFRESH


MIX: Final = Mix()
BOLD: Final = Mix(0.8, (4, 12, ALL, ALL, ALL, ALL))
"""For posteriors that the reference describes well: redraws of all directions are accepted often
there, and each is worth many small moves."""
MANY: Final = Mix(
    0.92, (3, 6, 12), 0.87,
    (
        Band(0.5, 1.0, 1.0, 0.16), Band(0.0, 1.0, 0.2, 0.21), Band(0.0, 1.0, 0.35, 0.21),
        Band(0.0, 1.0, 0.5, 0.21), Band(0.0, 1.0, 0.7, 0.21),
    ),
    0.08,
)  # fmt: skip
"""For more than some fifty directions, while the reference is found."""
CLEAR: Final = Mix(
    0.96, (3, 6, 12), 0.93,
    (
        Band(0.0, 0.5, 0.5, 0.35), Band(0.0, 0.5, 0.35, 0.25), Band(0.5, 1.0, 0.85, 0.20),
        Band(0.0, 1.0, 0.5, 0.20),
    ),
    0.04,
)  # fmt: skip
"""For as many, by a reference that describes the posterior well: ``python -m benchmarks.moves``
tells what chains of either are worth."""


@dataclass
class Group:
    """Chains that share an archive.

    Attributes
    ----------
    position : ndarray of float64 [chain, dimension]
    value : ndarray of float64 [chain]
        Stored estimate of the log density.
    luck : ndarray of int64 [chain]
        Key of the luck of the stored estimate.
    archive : ndarray of float64 [entry, dimension]
    centre : ndarray of float64 [dimension]
        Mean of the reference.
    factor : ndarray of float64 [dimension, dimension]
        Factor of its covariance.
    tried : ndarray of float64 [entry, dimension + 1]
        Positions whose density was estimated during the pilot, and its log; empty after it.
    iteration : int
        Iterations done.
    moves, refreshes : ndarray of int64 [2]
        Accepted, and tried.
    """

    position: np.ndarray
    value: np.ndarray
    luck: np.ndarray
    archive: np.ndarray
    centre: np.ndarray
    factor: np.ndarray
    tried: np.ndarray
    iteration: int = 0
    moves: np.ndarray = field(default_factory=lambda: np.zeros(2, np.int64))
    refreshes: np.ndarray = field(default_factory=lambda: np.zeros(2, np.int64))


def generator(seed: int, group: int, iteration: int) -> np.random.Generator:
    """Generator of one iteration: addressed, so that a resumed run goes on as if never stopped."""
    counter = np.array([0, iteration, group, 1], np.uint64)
    return np.random.Generator(
        np.random.Philox(key=np.array([seed, 0], np.uint64), counter=counter)
    )


def start(density: Density, starts: np.ndarray, seed: int, group: int, chains: int) -> Group:
    """Begin a group: the starts are the first archive, and the first of them the chains.

    Parameters
    ----------
    density : callable
        Log of the estimated density.
    starts : ndarray of float64 [entry, dimension]
        Draws from the prior, at least two for each dimension.
    seed, group : int
        Address of the group's luck.
    chains : int
        Number of chains.

    Raises
    ------
    ValueError
        If there are too few starts, or the density is zero at the first of them.
    """
    if len(starts) < max(chains, 2 * starts.shape[1]):
        raise ValueError(f"{len(starts)} starts are too few for {starts.shape[1]} dimensions")
    rng = generator(seed, group, 0)
    luck = rng.integers(1, 2**62, chains)
    value = np.array([density(starts[c], int(luck[c])) for c in range(chains)])
    if not np.isfinite(value).all():
        raise ValueError("the density is zero or undefined at a start")
    dimension = starts.shape[1]
    return Group(
        starts[:chains].copy(), value, luck, starts.copy(), np.zeros(dimension),
        np.eye(dimension), np.column_stack([starts[:chains], value]),
    )  # fmt: skip


def step(
    density: Density, group: Group, seed: int, number: int, pilot: int = 0, mix: Mix = MIX,
    alone: int | None = None,
) -> None:  # fmt: skip
    """One iteration: each chain in turn is moved, or its luck drawn anew.

    During the pilot, the first ``pilot`` iterations, all estimates are kept, and the reference
    is fitted to them now and then, in the first ``alone`` if that is given. :func:`settle` ends the
    pilot; what the chains did until then is no sample of the density.
    """
    group.iteration += 1
    rng = generator(seed, number, group.iteration)
    learning = group.iteration <= pilot
    tried: list[np.ndarray] = []
    for chain in range(len(group.position)):
        if rng.random() < mix.refreshed:
            luck = int(rng.integers(1, 2**62))
            here = group.position[chain]
            accepted = _consider(density, group, chain, here, luck, 0.0, rng, tried)
            group.refreshes += (accepted, 1)
        else:
            move = propose(group.position[chain], group, rng, mix)
            luck = int(rng.integers(1, 2**62)) if move.anew else int(group.luck[chain])
            factor, passed = move.factor, True
            if move.screened and not learning:
                gain = screen(move.position, group) - screen(group.position[chain], group)
                passed = bool(np.log(rng.random()) < gain + factor)
                factor = -gain
            accepted = passed and _consider(
                density, group, chain, move.position, luck, factor, rng, tried
            )
            group.moves += (accepted, 1)
    if learning and tried:
        group.tried = np.concatenate([group.tried, tried])
    if group.iteration % ARCHIVED_EVERY == 0:
        group.archive = np.concatenate([group.archive, group.position])
    alone = pilot if alone is None else alone
    if group.iteration <= alone and group.iteration % max(1, alone // REFITS) == 0:
        group.centre, group.factor = fit_reference(group.tried)


def settle(
    density: Density, group: Group, reference: tuple[np.ndarray, np.ndarray], seed: int, number: int
) -> None:
    """End the pilot: take a reference for good, and estimate the density anew.

    Parameters
    ----------
    density : callable
        Log of the estimated density; that of the pilot may have been a rougher one.
    group : Group
    reference : tuple of ndarray
        Centre and factor, as from :func:`fit_reference`.
    seed, number : int
        Address of the group's luck.
    """
    rng = generator(seed, number, SETTLED)
    group.centre, group.factor = reference
    group.luck = rng.integers(1, 2**62, len(group.position))
    for chain, (position, luck) in enumerate(zip(group.position, group.luck, strict=True)):
        group.value[chain] = density(position, int(luck))
    group.tried = group.tried[:0]
    group.moves[:] = group.refreshes[:] = 0


def _consider(
    density: Density,
    group: Group,
    chain: int,
    position: np.ndarray,
    luck: int,
    factor: float,
    rng: np.random.Generator,
    tried: list[np.ndarray],
) -> bool:
    """Accept or refuse a proposal; the density that was estimated for it goes to ``tried``."""
    value = density(position, luck)
    if np.isfinite(value):
        tried.append(np.append(position, value))
    accepted = bool(np.log(rng.random()) < value - group.value[chain] + factor)
    if accepted:
        group.position[chain], group.value[chain], group.luck[chain] = position, value, luck
    return accepted


class Move(NamedTuple):
    """A proposal.

    Attributes
    ----------
    position : ndarray of float64 [dimension]
    factor : float
        Log of the factor that its acceptance takes.
    anew : bool
        Whether luck is drawn with it.
    screened : bool
        Whether it may be screened before the density is estimated.
    """

    position: np.ndarray
    factor: float
    anew: bool
    screened: bool


def propose(here: np.ndarray, group: Group, rng: np.random.Generator, mix: Mix = MIX) -> Move:
    """Propose a move of a chain."""
    if rng.random() < mix.redraws:
        if mix.banded and rng.random() < mix.banded:
            weights = np.array([band.weight for band in mix.bands])
            band = mix.bands[int(rng.choice(len(mix.bands), p=weights / weights.sum()))]
            return Move(*advance(here, group, rng, band), False, False)
        count = int(rng.choice(mix.blocks))
        return Move(*redraw(here, group, rng, count), count >= here.size, False)
    archive = group.archive
    if rng.random() < SNOOKER:
        return Move(*snooker(here, archive, rng), False, True)
    one, other = archive[rng.choice(len(archive), 2, replace=False)]
    chosen = rng.random(here.size) < rng.choice(CROSSOVER)
    if not chosen.any():
        chosen[rng.integers(here.size)] = True
    scale = 1.0 if rng.random() < LONG else 2.38 / np.sqrt(2.0 * chosen.sum())
    jump = scale * (one - other) + JITTER * rng.standard_normal(here.size)
    return Move(np.where(chosen, here + jump, here), 0.0, False, True)


def screen(position: np.ndarray, group: Group) -> float:
    """Log density, up to a constant, of the flattened reference."""
    away = np.linalg.solve(group.factor, position - group.centre)
    return -0.5 * FLATTENED * float(away @ away)


def redraw(
    here: np.ndarray, group: Group, rng: np.random.Generator, count: int
) -> tuple[np.ndarray, float]:
    """Draw some directions of the reference anew, at most all.

    All are drawn from the normal; some from Student's t, with heavy tails.
    """
    if count >= here.size:
        return advance(here, group, rng, ANEW)
    before = np.linalg.solve(group.factor, here - group.centre)
    after = before.copy()
    chosen = rng.choice(here.size, count, replace=False)
    after[chosen] = rng.standard_t(FREEDOM, count)
    change = np.log1p(after[chosen] ** 2 / FREEDOM) - np.log1p(before[chosen] ** 2 / FREEDOM)
    return group.centre + group.factor @ after, 0.5 * (FREEDOM + 1.0) * float(change.sum())


def advance(
    here: np.ndarray, group: Group, rng: np.random.Generator, band: Band
) -> tuple[np.ndarray, float]:
    """Go a step in a band of the reference's directions."""
    before = np.linalg.solve(group.factor, here - group.centre)
    own = slice(round(band.first * here.size), round(band.last * here.size))
    after = before.copy()
    shock = rng.standard_normal(before[own].size)
    after[own] = np.sqrt(1.0 - band.length**2) * before[own] + band.length * shock
    return group.centre + group.factor @ after, 0.5 * float(after @ after - before @ before)


def fit_reference(tried: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gaussian by a quadratic regression of the log likelihood on the position.

    Parameters
    ----------
    tried : ndarray of float64 [entry, dimension + 1]
        Positions, and the log of the density at each, the standard normal prior included.

    Returns
    -------
    centre : ndarray of float64 [dimension]
    factor : ndarray of float64 [dimension, dimension]
        Of the covariance. Of many dimensions a column for each of its axes, the clearest first.

    Notes
    -----
    Ridge regression, so that few points leave the prior as it is; points far below the
    best weigh little. It is repeated with looser ridges on the directions of which the one
    before found much, and tighter ones on the others (as in automatic relevance determination,
    MacKay 1994): most directions are hardly told, and their bends would only be noise. Where there
    are many, the products of most pairs are left out (:data:`POINTS`).
    No direction is made more than slightly wider than the prior.
    """
    position, value = tried[:, :-1], tried[:, -1]
    dimension = position.shape[1]
    likelihood = value + 0.5 * (position**2).sum(axis=1)
    top = np.sort(value)[-max(1, len(value) // 20)]
    many = dimension > ALL_PAIRED
    fading = (FADED_MANY if many else FADED) * dimension
    weight = np.exp(-np.maximum(0.0, top - value) / fading) / NOISE
    level = float(np.average(likelihood, weights=weight))
    clear, paired = np.ones(dimension), np.full(dimension, not many)
    first, second = np.triu_indices(dimension)
    squared = first == second
    most = int((1.0 + np.sqrt(1.0 + 8.0 * len(position) / POINTS)) / 2.0)
    products: np.ndarray | None = None
    for _ in range(PASSES):
        chosen = squared | (paired[first] & paired[second])
        upper = first[chosen], second[chosen]
        if products is None or many:
            products, sums = _normal(position, upper, weight, likelihood - level)
        ridge = np.where(squared[chosen], 1.0, 10.0) / (clear[upper[0]] * clear[upper[1]])
        loose = (TIGHT if many else 1.0) * np.concatenate([[1e-6], 0.1 / clear, ridge])
        fitted = np.linalg.solve(products + np.diag(loose), sums)
        slope, bend = fitted[1 : 1 + dimension], np.zeros((dimension, dimension))
        bend[upper] = fitted[1 + dimension :]
        told = slope**2 + 0.5 * ((bend + bend.T) ** 2).sum(axis=1)
        clear = np.clip(told / max(float(told.mean()), 1e-12), FAINTEST, CLEAREST)
        if many:
            paired = told >= np.sort(told)[-min(most, dimension)]
    precision = np.eye(dimension) - (bend + bend.T)
    spread, axes = np.linalg.eigh(precision)
    covariance = (axes / np.maximum(spread, NARROWEST)) @ axes.T
    widened = WIDENED ** min(1.0, ALL_PAIRED / dimension)
    if many:
        clearest_first = np.argsort(-spread)
        factor = axes[:, clearest_first] / np.sqrt(np.maximum(spread[clearest_first], NARROWEST))
        return covariance @ slope, widened * factor
    return covariance @ slope, np.linalg.cholesky(widened**2 * covariance)


def _normal(
    position: np.ndarray, upper: tuple[np.ndarray, np.ndarray], weight: np.ndarray, by: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Normal equations of the regression on one, the position, and products of its coordinates."""
    count = 1 + position.shape[1] + len(upper[0])
    products, sums = np.zeros((count, count)), np.zeros(count)
    for begin in range(0, len(position), CHUNK):
        own = slice(begin, begin + CHUNK)
        z = position[own]
        features = np.column_stack([np.ones(len(z)), z, z[:, upper[0]] * z[:, upper[1]]])
        weighted = features * weight[own, np.newaxis]
        products += weighted.T @ features
        sums += weighted.T @ by[own]
    return products, sums


def snooker(
    here: np.ndarray, archive: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, float]:
    """Move along the line through a point of the archive, by the projected difference of two."""
    anchor, one, other = archive[rng.choice(len(archive), 3, replace=False)]
    line = here - anchor
    length = float(line @ line)
    if length == 0.0:
        return here.copy(), -np.inf
    along = float((one - other) @ line) / length
    proposal = here + rng.uniform(1.2, 2.2) * along * line
    ahead = float(np.linalg.norm(proposal - anchor))
    if ahead == 0.0:
        return here.copy(), -np.inf
    return proposal, (here.size - 1) * (np.log(ahead) - 0.5 * np.log(length))
