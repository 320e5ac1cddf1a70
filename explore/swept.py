"""What a sweep gave, by address: ``packages.china.defence``, over points and replicates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..model.errors import InputError, near

if TYPE_CHECKING:
    from xarray import DataArray, Dataset

RUN: Final = ("point", "replicate")
OPEN, ALL = "*", "all"
"""Labels that leave a dimension open, and that add up over it."""
ADDED: Final = ("packages", "exercises", "pledged", "delivered")
"""Outcomes that can be added up: counts and money."""
SPANS: Final = {"rung, 0 to 5": (0.0, 5.0), "share, 0 to 1": (0.0, 1.0)}
"""By unit the numbers between which an outcome must lie."""


def outcome_at(sweep: Dataset, address: str) -> DataArray:
    """Outcome at the labels of an address, over points, replicates and what is left open.

    Parameters
    ----------
    sweep : xarray.Dataset
        Of ``open_sweep``, or of an evaluator.
    address : str
        Name of an outcome, then labels in the order of its dimensions; later ones may be
        left out. ``*`` leaves a dimension open, ``all`` adds up over it. Yearly numbers have
        the year first: ``yearly_packages_mean.2030.china``.

    Returns
    -------
    xarray.DataArray
        Not a number where a run is missing, and for yearly means where any run of the point is.

    Raises
    ------
    InputError
        If there is no such outcome or label, or it cannot be added up.
    """
    name, *labels = address.split(".")
    allowed = [str(n) for n in sweep.data_vars if "point" in sweep[n].dims and n != "status"]
    if name not in allowed:
        raise InputError(
            "the sweep has no such outcome",
            found=name,
            allowed=", ".join(allowed),
            nearest=near(name, allowed),
        )
    values = sweep[name]
    dims = [str(d) for d in values.dims if d not in RUN]
    if len(labels) > len(dims):
        raise InputError(
            "the outcome has fewer dimensions",
            found=address,
            allowed=".".join([name, *(f"<{d}>" for d in dims)]),
        )
    about = dict(values.attrs)
    for dim, label in zip(dims, labels, strict=False):
        values = _chosen(values, dim, label, name)
    if "replicate" not in values.dims:
        values = values.where(_whole(sweep))
    return values.rename(address).assign_attrs(about)


def _chosen(values: DataArray, dim: str, label: str, name: str) -> DataArray:
    if label == OPEN:
        return values
    if label == ALL:
        if not any(part in name for part in ADDED):
            raise InputError(
                f"{name} cannot be added up over {dim}", found=ALL, allowed=", ".join(ADDED)
            )
        return values.sum(dim, skipna=False)
    known = [str(x) for x in values[dim].values]
    if label not in known:
        raise InputError(
            f"the outcome has no such {dim}",
            found=label,
            allowed=f"{', '.join(known)}, {OPEN} or {ALL}",
            nearest=near(label, known),
        )
    return values.isel({dim: known.index(label)}, drop=True)


def _whole(sweep: Dataset) -> DataArray | bool:
    """Points of which every run is done: means over fewer runs pass for no more than they are."""
    if "failed" not in sweep.coords or "computed" not in sweep.coords:
        return True
    return sweep["computed"] & ~sweep["failed"]


def span_of(values: DataArray) -> tuple[float, float] | None:
    """Between which numbers an outcome must lie, by its unit; None where there is no end."""
    return SPANS.get(str(values.attrs.get("units", "")))
