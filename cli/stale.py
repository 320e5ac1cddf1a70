"""Which reference results were made with another likelihood, or with other draws, than are now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

DRAWN: Final = (
    "predictive", "claims", "validate-example", "validate-from-2009", "scenarios", "recovered",
)  # fmt: skip
"""Results of the installed draws."""


def notes(reference: Path | None, digest: str) -> Iterator[str]:
    """Sentences on reference results that do not go with the installed draws or with the model.

    Parameters
    ----------
    reference : path, optional
        Directory of the reference results.
    digest : str
        Of the installed draws.
    """
    if reference is None:
        return
    told = {folder.name: _manifest(folder) for folder in sorted(reference.glob("*/"))}
    drawn = [name for name in DRAWN if told.get(name) and digest not in digests(told[name])]
    if drawn:
        yield f"Made with other draws of the parameters than those of this fit: {', '.join(drawn)}."
    changed = [name for name, one in told.items() if likelihood_changed(one)]
    if changed:
        yield (
            f"Made with another likelihood than that of the model as it is now: "
            f"{', '.join(changed)}."
        )


def digests(told: Mapping[str, Any]) -> set[Any]:
    """Digests of the posteriors that a manifest names."""
    parts = [one.get("parameters", {}).get("digest") for one in told.get("documents", ())]
    return {told.get("posterior"), told.get("digests", {}).get("posterior"), *parts} - {None}


def likelihood_changed(told: Mapping[str, Any]) -> bool:
    """Whether the likelihood gives other values now than those of the fit behind some results.

    Of a fit to the record, of a check on simulated records, of a backtest, and of claims on a fit
    at their date; others name no probe.
    """
    of = told.get("fit", told.get("of", told))
    found = [(told.get("cut"), of)] if isinstance(of, Mapping) else []
    found += [(one["cut"], one.get("parameters", {})) for one in told.get("documents", ())]
    return any(
        tuple(fit["probe"]) != _probed(cut, fit["until"], fit["particles"], tuple(fit["estimated"]))
        for cut, fit in found
        if "probe" in fit
    )


@cache
def _probed(
    cut: int | None, until: int, particles: int, names: tuple[str, ...]
) -> tuple[float | None, ...]:
    """Values of the likelihood as it is now."""
    from ..calibration.asof import frozen
    from ..calibration.probe import probe
    from ..calibration.target import record_target

    if cut is None:
        target = record_target(until, particles)
    else:
        target = frozen(cut).target_to_cut(particles)
    return tuple(probe(replace(target, names=names)))


def _manifest(folder: Path) -> dict[str, Any]:
    from ..results.account.files import facts

    return facts(folder, "manifest.json") or {}
