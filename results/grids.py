"""Tables of a comparison or a study as one NetCDF-4 file, a group for each table.

The labels of a table are its dimensions where they name each row once and fill at least
:data:`FILLED` of what they span; cells without a row are not a number (text: empty, truth: -1).
Any other table has one dimension, ``row``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from .files import PART, refused
from .manifest import Manifest

if TYPE_CHECKING:
    import h5netcdf

LABELS: Final = (
    *("b", "viewpoint", "scenario", "side", "measure", "outcome", "one", "other", "state"),
    *("patron", "area", "form", "rung", "term", "year"),
)
"""Columns that can be dimensions, in this order."""
FILLED: Final = 0.4
ROW: Final = "row"


def write_grids(path: Path, tables: Mapping[str, pd.DataFrame], manifest: Manifest) -> None:
    """Write tables by name; the file stands whole or not at all.

    Raises
    ------
    InputError
        If the place cannot be written.
    """
    import h5netcdf

    part = path.with_name(f".{path.name}{PART}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with h5netcdf.File(part, "w") as file:
            describe(file, manifest)
            for name, frame in tables.items():
                _write(file.create_group(name), *gridded(frame))
        part.replace(path)
    except OSError as error:
        raise refused(path, error) from error


def describe(file: h5netcdf.File, manifest: Manifest) -> None:
    """Title, badge, key, command and sources of results."""
    file.attrs["title"] = manifest.title or manifest.name
    file.attrs["badge"] = manifest.badge
    file.attrs["key"] = manifest.key()
    file.attrs["history"] = " ".join(manifest.command)
    file.attrs["references"] = "; ".join(r.cite for r in manifest.references)


def gridded(frame: pd.DataFrame) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Labels of the dimensions, in order, and columns as arrays over them.

    >>> frame = pd.DataFrame({"year": [1, 1, 2], "patron": ["a", "b", "a"], "p": [0.1, 0.2, 0.3]})
    >>> labels, columns = gridded(frame)
    >>> {name: values.tolist() for name, values in labels.items()}
    {'patron': ['a', 'b'], 'year': [1, 2]}
    >>> columns["p"].tolist()
    [[0.1, 0.3], [0.2, nan]]
    """
    names = [n for n in LABELS if n in frame]
    if "scenario" in names and "viewpoint" in names:
        names.remove("viewpoint")  # follows from the scenario
    found = [pd.factorize(frame[n]) for n in names]
    shape = tuple(len(labels) for _, labels in found)
    whole = int(np.prod(shape))
    unique = not frame.duplicated(names).any() if names else len(frame) == 1
    if not names or not unique or len(frame) < FILLED * whole:
        labels = {ROW: np.arange(len(frame))}
        return labels, {str(n): _plain(frame[n]) for n in frame}
    place = np.ravel_multi_index([codes for codes, _ in found], shape)
    columns = {}
    for name in (n for n in frame if n not in names):
        values = _plain(frame[name])
        full = len(frame) == whole
        kind, fill = values.dtype, _missing(values)
        if not full and kind.kind == "i":
            kind = np.dtype(float)
        array = np.full(whole, fill, kind)
        array[place] = values
        columns[str(name)] = array.reshape(shape)
    return {n: np.asarray(labels) for n, (_, labels) in zip(names, found, strict=True)}, columns


def _plain(column: pd.Series) -> np.ndarray:
    """Numbers as they are, truth as 0 and 1 in one byte, all else as text."""
    kind = column.dtype.kind
    if kind == "b":
        return column.to_numpy(np.int8)
    return column.to_numpy() if kind in "iuf" else column.fillna("").astype(str).to_numpy(object)


def _missing(values: np.ndarray) -> Any:
    if values.dtype.kind == "O":
        return ""
    return -1 if values.dtype == np.int8 else np.nan if values.dtype.kind == "f" else 0


def _write(
    group: h5netcdf.Group, labels: Mapping[str, np.ndarray], columns: Mapping[str, np.ndarray]
) -> None:
    group.dimensions = {name: len(values) for name, values in labels.items()}
    for name, values in labels.items():
        _variable(group, name, (name,), values)
    for name, values in columns.items():
        _variable(group, name, tuple(labels), values)


def _variable(group: h5netcdf.Group, name: str, dims: tuple[str, ...], values: np.ndarray) -> None:
    import h5py

    words = values.dtype.kind in "OU"
    kind = h5py.string_dtype() if words else values.dtype
    more: dict[str, Any] = {} if words else {"compression": "gzip", "compression_opts": 4}
    variable = group.create_variable(name, dims, dtype=kind, **more)
    variable[...] = values.astype(object) if words else values
