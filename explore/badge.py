"""The badge: what results may claim, by their parameters and by what they follow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ..calibration.installed import Posterior
    from ..scenarios.resolve import ResolvedParameters
    from .problem import Problem


ORDER: Final = ("explanation", "exploration", "illustration")
"""Words of a badge, from what claims most."""


def source_of(parameters: ResolvedParameters) -> str:
    """Where parameter values come from in a word: point, prior, file or posterior."""
    return "file" if parameters.entries else parameters.source


def badge(source: str, posterior: Posterior | None, until: int | None) -> str:
    """What results may claim.

    Parameters
    ----------
    source : str
        A word of :func:`source_of`.
    posterior : Posterior or None
        The installed one, if the parameters are its draws.
    until : int or None
        Last year in which the runs follow the record; None if they are free of it. They explain
        only if they follow it as far as the parameters have read it.
    """
    if posterior is None:
        return {
            "point": "illustration: parameters at their priors' centres",
            "prior": "exploration: parameters drawn from their priors",
            "file": "exploration: parameters drawn from a file",
        }[source]
    if not posterior.passed:
        note = f" ({posterior.manifest.note})" if posterior.manifest.note else ""
        return f"exploration: the fit of the parameters did not pass all its checks{note}"
    fitted = f"parameters fitted to the record to {posterior.manifest.until}"
    if until is None:
        return f"exploration: {fitted}, runs free of it"
    if until < posterior.manifest.until:
        claim = f"the parameters have read the record to {posterior.manifest.until}"
        return f"exploration: runs follow the record to {until}, but {claim}"
    return f"explanation: {fitted}, runs follow it"


def badge_of(problem: Problem) -> str:
    """Badge of a problem's results."""
    source = source_of(problem.resolved.parameters)
    return badge(source, problem.posterior, problem.until)


def together(badges: Iterable[str]) -> str:
    """One badge of results that have several: the one that claims least, and the others.

    >>> together(["explanation: a", "exploration: b", "explanation: a"])
    'exploration: b (in part explanation: a)'
    """
    least, *others = sorted(set(badges), key=lambda told: (-ORDER.index(told.split(":")[0]), told))
    return f"{least} (in part {'; '.join(others)})" if others else least
