"""The badge: what results may claim, by their parameters and by what they follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..calibration.installed import Posterior
    from ..scenarios.resolve import ResolvedParameters
    from .problem import Problem


def source_of(parameters: ResolvedParameters) -> str:
    """Where parameter values come from in a word: point, prior, file or posterior."""
    return "file" if parameters.entries else parameters.source


def badge(source: str, posterior: Posterior | None, conditioned: bool) -> str:
    """What results may claim.

    Parameters
    ----------
    source : str
        A word of :func:`source_of`.
    posterior : Posterior or None
        The installed one, if the parameters are its draws.
    conditioned : bool
        Whether the runs follow the record.
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
    if not conditioned:
        return f"exploration: {fitted}, runs free of it"
    return f"explanation: {fitted}, runs follow it"


def badge_of(problem: Problem) -> str:
    """Badge of a problem's results."""
    source = source_of(problem.resolved.parameters)
    return badge(source, problem.posterior, problem.until is not None)
