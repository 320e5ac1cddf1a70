"""The four analyses: points and outcomes in, an xarray Dataset of indices out.

Each takes a problem in SALib's habit (``num_vars``, ``names``, ``bounds``), the points
``[point, factor]`` and the outcomes: an array ``[point]`` or ``[point, replicate]``, or a
DataArray with a dimension ``point``, perhaps ``replicate``, and any others (year, state); an
index is then given for each of their cells.

A run that is missing, or not finite, never passes as a number. Its block, path or point is
left out of the estimate, and ``NAME_least`` and ``NAME_most`` bound what the estimate could
be whatever it would have given; above :data:`~.responses.MOST_MISSING` of the blocks the index
is refused: not a number, with the reason in ``status``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ...model.errors import InputError, near
from . import distribution, screening, variance
from .chance import parts
from .over import Answer, Span, enough, over, varies
from .responses import MOST_MISSING, Cells, Responses, cells_of, names_of
from .saltelli import layout

if TYPE_CHECKING:
    from xarray import Dataset

    from .responses import Outcome

MEASURES: Final = {"sobol": "ST", "morris": "mu_star", "delta": "delta", "pawn": "PAWN"}
"""By method the index that factors are ranked by."""


def sobol(
    problem: Mapping[str, Any],
    points: np.ndarray,
    outcome: Outcome | Cells,
    *,
    seed: int,
    resamples: int = 200,
    level: float = 0.95,
    span: Span = None,
    paired: bool = True,
    most_missing: float = MOST_MISSING,
) -> Dataset:
    """Sobol indices of first (S1), total (ST) and, if the design has it, second order (S2).

    Parameters
    ----------
    problem, points, outcome
        See the module.
    seed : int
        Of the bootstrap.
    resamples : int
        Of the bootstrap.
    level : float
        Level of the intervals ``_low`` to ``_high``.
    span : (float, float), optional
        Between which numbers the outcome must lie; it matters where runs are missing.
    paired : bool
        Whether replicate r has the same luck at every point.
    most_missing : float
        Share of the blocks that may be missing.

    Returns
    -------
    xarray.Dataset
        ``S1``, ``ST``, ``S2`` of the mean over replicates; ``S1_expected``, ``ST_expected``
        of the expected outcome; ``S1_run``, ``ST_run`` as shares of a single run's variance;
        ``chance``, ``chance_common``: shares of luck in it, see :mod:`.chance`.

    Raises
    ------
    InputError
        If the points are no Sobol design.
    """
    names = names_of(problem, points)
    how = layout(points)

    def one(answers: Responses) -> Answer:
        whole = how.whole(answers.known)
        enough(whole, most_missing, "blocks")
        kept = type(how)(how.factors, how.second, int(whole.sum()))
        runs = answers.values[how.rows(whole)]
        varies(runs)
        found = variance.estimate(problem, kept, runs.mean(axis=1), resamples, level, seed)
        more, split = variance.with_chance(kept, runs, paired, resamples, level, seed)
        limits = {} if whole.all() else variance.bounds(how, answers)
        shares = {"chance": split.chance, "chance_common": split.common / split.total}
        return {**found, **more, **limits, **{k: np.asarray(v) for k, v in shares.items()}}

    settings = {"seed": seed, "resamples": resamples, "level": level, "base": how.base}
    return over("sobol", names, points, cells_of(outcome), one, span, settings)


def morris(
    problem: Mapping[str, Any],
    points: np.ndarray,
    outcome: Outcome | Cells,
    *,
    seed: int,
    resamples: int = 1000,
    level: float = 0.95,
    span: Span = None,
    paired: bool = True,
    most_missing: float = MOST_MISSING,
    levels: int | None = None,
) -> Dataset:
    """Morris statistics: mu, mu_star, sigma; parameters as of :func:`sobol`.

    Parameters
    ----------
    levels : int, optional
        Levels of the design, if factors are not evenly spread: see :class:`~.screening.Paths`.

    Returns
    -------
    xarray.Dataset
        Beside them ``mu_star_chance``: the mean size that effects have by chance alone.

    Raises
    ------
    InputError
        If the points are no Morris design.
    """
    names = names_of(problem, points)
    paths = screening.Paths(points, problem["bounds"], levels)

    def one(answers: Responses) -> Answer:
        whole = paths.whole(answers.known)
        enough(whole, most_missing, "paths", fewest=2)
        rows = paths.rows(whole)
        runs = answers.values[rows]
        varies(runs)
        settings = (resamples, level, seed)
        found = screening.estimate(problem, points[rows], runs.mean(axis=1), paths.levels, settings)
        kept = screening.Paths(points[rows], problem["bounds"], paths.levels)
        limits = {} if whole.all() else screening.bounds(paths, answers)
        return {**found, **screening.chance(kept, runs), **limits, **_shares(runs, paired)}

    settings = {"seed": seed, "resamples": resamples, "level": level, "base": paths.count}
    return over("morris", names, points, cells_of(outcome), one, span, settings)


def delta(
    problem: Mapping[str, Any],
    points: np.ndarray,
    outcome: Outcome | Cells,
    *,
    seed: int,
    resamples: int = 30,
    level: float = 0.95,
    paired: bool = True,
    most_missing: float = MOST_MISSING,
) -> Dataset:
    """Delta of any points, with its floor; parameters as of :func:`sobol`."""
    names = names_of(problem, points)

    def one(answers: Responses) -> Answer:
        known = answers.known
        enough(known, most_missing, "points")
        runs = answers.values[known]
        varies(runs)
        settings = (resamples, level, seed)
        found = distribution.delta(problem, points[known], runs.mean(axis=1), settings)
        return {**found, **_blurred("delta", found, points, known), **_shares(runs, paired)}

    settings = {"seed": seed, "resamples": resamples, "level": level, "base": len(points)}
    return over("delta", names, points, cells_of(outcome), one, None, settings)


def pawn(
    problem: Mapping[str, Any],
    points: np.ndarray,
    outcome: Outcome | Cells,
    *,
    seed: int,
    resamples: int = 100,
    level: float = 0.95,
    paired: bool = True,
    most_missing: float = MOST_MISSING,
) -> Dataset:
    """PAWN of any points, with its floor; parameters as of :func:`sobol`."""
    names = names_of(problem, points)

    def one(answers: Responses) -> Answer:
        known = answers.known
        enough(known, most_missing, "points")
        runs = answers.values[known]
        varies(runs)
        settings = (resamples, level, seed)
        found = distribution.pawn(problem, points[known], runs.mean(axis=1), settings)
        return {**found, **_blurred("PAWN", found, points, known), **_shares(runs, paired)}

    settings = {"seed": seed, "resamples": resamples, "level": level, "base": len(points)}
    return over("pawn", names, points, cells_of(outcome), one, None, settings)


ANALYSES: Final[dict[str, Callable[..., Dataset]]] = {
    "sobol": sobol,
    "morris": morris,
    "delta": delta,
    "pawn": pawn,
}


def _shares(runs: np.ndarray, paired: bool) -> Answer:
    split = parts(runs, paired)
    with np.errstate(invalid="ignore", divide="ignore"):
        common = np.float64(split.common) / np.float64(split.total)
    return {"chance": np.asarray(split.chance), "chance_common": np.asarray(common)}


def _blurred(name: str, found: Answer, points: np.ndarray, known: np.ndarray) -> Answer:
    if known.all():
        return {}
    reach = distribution.blurred(points, known)
    least = np.maximum(found[name] - reach, 0.0)
    return {f"{name}_least": least, f"{name}_most": np.minimum(found[name] + reach, 1.0)}


def block_of(method: str, points: np.ndarray) -> int:
    """Points that belong together in a method's design."""
    if method == "sobol":
        return layout(points).step
    return points.shape[1] + 1 if method == "morris" else 1


def analysis(method: str) -> Callable[..., Dataset]:
    """Analysis of a name.

    Raises
    ------
    InputError
        If there is none.
    """
    if method not in ANALYSES:
        raise InputError(
            "no such analysis",
            found=method,
            allowed=", ".join(ANALYSES),
            nearest=near(method, ANALYSES),
        )
    return ANALYSES[method]
