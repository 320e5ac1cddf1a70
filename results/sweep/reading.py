"""Open a sweep directory as an xarray dataset, finished or not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...model.errors import InputError, near
from ..files import read_bytes
from .layout import STATUS
from .manifest import SweepManifest, read_sweep_manifest
from .store import DATA, MANIFEST

if TYPE_CHECKING:
    import xarray as xr


def open_sweep(directory: Path | str, names: Sequence[str] | None = None) -> xr.Dataset:
    """Read a sweep, or what is finished of it.

    Parameters
    ----------
    directory : path
    names : sequence of str, optional
        Outcomes to read, ``yearly_rung_mean`` among them; all by default. A sweep of a million
        runs takes some hundred bytes a run in memory.

    Returns
    -------
    xarray.Dataset
        Outcomes ``[point, replicate, ...]`` and yearly numbers ``[point, year, ...]`` as
        float, NaN where a run failed or is not computed. Coordinates along ``point``: a column
        for each factor; ``failed``, whether a run of the point failed; ``computed``,
        whether all of its runs are done or failed. ``status`` is that of each run: 0 not computed,
        1 done, 2 failed. The attribute ``design`` is the JSON of the design.

    Raises
    ------
    InputError
        If there is no sweep, or an outcome was not kept.
    """
    directory = Path(directory)
    manifest = sweep_manifest(directory)
    arrays = {array.name: array for array in manifest.arrays}
    for name in names or ():
        if name not in arrays:
            raise InputError(
                "the sweep does not keep this", file=str(directory), found=name,
                allowed=", ".join(arrays), nearest=near(name, arrays),
            )  # fmt: skip
    import xarray as xr

    wanted = [STATUS.name, *(names or arrays)]
    try:
        raw = xr.open_zarr(directory / DATA, consolidated=True, chunks=None, mask_and_scale=False)
        raw = raw[[*wanted, *(n for n in manifest.points.names if n in raw)]].load()
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            "the data of the sweep cannot be read", file=str(directory),
            todo=f"ask again: {' '.join(manifest.command)}",
        ) from error  # fmt: skip
    return _masked(raw, manifest, [arrays[name] for name in (names or arrays)])


def _masked(raw: xr.Dataset, manifest: SweepManifest, arrays: Sequence[Any]) -> xr.Dataset:
    """Outcomes as floats, NaN where there is none; blocks of yearly numbers put together."""
    status = raw[STATUS.name]
    counts = _counts(status.values, manifest)
    found = raw.drop_vars([array.name for array in arrays])
    for array in arrays:
        values = raw[array.name]
        if array.per == "run":
            kind = np.float64 if values.dtype.itemsize > 4 else np.float32
            result = values.astype(kind).where(status == 1)
        elif array.name.endswith("_sd"):
            mean = raw[array.name.removesuffix("_sd") + "_mean"] if len(counts[0]) > 1 else None
            result = values.isel(block=0, drop=True).copy(data=_spread(values.values, counts, mean))
        else:
            result = values.isel(block=0, drop=True).copy(data=_mean(values.values, counts))
        found[array.name] = result.assign_attrs(values.attrs)
    coordinates: dict[str, Any] = {
        "failed": ("point", (status.values == 2).any(axis=1)),
        "computed": ("point", (status.values != 0).all(axis=1)),
    }
    return found.assign_coords(coordinates | {n: raw[n] for n in manifest.points.names})


def _counts(status: np.ndarray, manifest: SweepManifest) -> np.ndarray:
    """Runs that did not fail, ``[point, block]``."""
    starts = np.arange(0, status.shape[1], manifest.chunk[1])
    return np.add.reduceat(status == 1, starts, axis=1, dtype=np.int64)


def _weights(counts: np.ndarray, values: np.ndarray) -> np.ndarray:
    return counts.reshape(*counts.shape, *(1,) * (values.ndim - 2)).astype(np.float64)


def _mean(means: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Mean over the blocks of replicates ``[point, year, ...]``; NaN without any run."""
    n = _weights(counts, means)
    known = np.where(n > 0, means, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((known * n).sum(axis=1) / n.sum(axis=1))


def _spread(sds: np.ndarray, counts: np.ndarray, means: Any) -> np.ndarray:
    """Standard deviation over all replicates, from those of the blocks and their means."""
    n = _weights(counts, sds)
    squares = np.where(n > 1, sds.astype(np.float64) ** 2 * (n - 1), 0.0).sum(axis=1)
    if means is not None:
        each = np.where(n > 0, means.values, 0.0).astype(np.float64)
        squares = squares + (n * (each - _mean(each, counts)[:, np.newaxis]) ** 2).sum(axis=1)
    total = n.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 1, np.sqrt(squares / (total - 1)), np.nan)


def sweep_manifest(directory: Path | str) -> SweepManifest:
    """Manifest of a sweep directory.

    Raises
    ------
    InputError
        If there is none.
    """
    path = Path(directory) / MANIFEST
    content = read_bytes(path)
    if content is None:
        raise InputError("no sweep directory", file=str(directory), todo="run 'steppe sweep' first")
    return read_sweep_manifest(content, str(path))
