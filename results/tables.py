"""Tidy tables: one row a cell, one column a number; Parquet, the same bytes each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ..model.errors import InputError
from .files import write_atomic
from .manifest import Manifest
from .streams import QUANTILES, Counts, Histogram, Mean

ALL = "all"
"""Label of a row that sums over all states or all areas."""


def tidy(index: Mapping[str, Sequence[Any]], columns: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Frame with one row for each combination of labels, the last label running fastest.

    Parameters
    ----------
    index : mapping of dimension to labels
    columns : mapping of name to array shaped like the labels
    """
    shape = tuple(len(labels) for labels in index.values())
    places = np.indices(shape).reshape(len(shape), -1)
    frame: dict[str, Any] = {
        name: np.asarray(labels, dtype=object if isinstance(labels[0], str) else np.int32)[place]
        for (name, labels), place in zip(index.items(), places, strict=True)
    }
    frame.update({name: np.asarray(values).ravel() for name, values in columns.items()})
    return pd.DataFrame(frame)


def spread(mean: Mean, shape: Counts | Histogram) -> dict[str, np.ndarray]:
    """Columns mean, its Monte Carlo standard error, and the quantiles between runs."""
    columns = {"mean": mean.mean, "se": mean.error}
    return columns | {name: shape.quantile(level) for name, level in QUANTILES.items()}


def grid(frame: pd.DataFrame, column: str, *dims: str) -> np.ndarray:
    """Column of a tidy frame as an array over dimensions, in the order of their first rows."""
    shape = tuple(frame[d].nunique() for d in dims)
    return frame[column].to_numpy().reshape(shape)


def write_table(directory: Path, name: str, frame: pd.DataFrame, manifest: Manifest) -> Path:
    """Write ``tables/NAME.parquet``; the badge and the key stand in its metadata."""
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(
        {"badge": manifest.badge, "key": manifest.key()}
    )
    out = BytesIO()
    pq.write_table(table, out, compression="zstd")
    path = directory / "tables" / f"{name}.parquet"
    write_atomic(path, out.getvalue())
    return path


def read_table(directory: Path, name: str) -> pd.DataFrame:
    """Read a table of a run directory.

    Raises
    ------
    InputError
        If it is not there.
    """
    path = directory / "tables" / f"{name}.parquet"
    if not path.is_file():
        raise InputError("no such table", file=str(path), todo="finish the run first")
    return pd.read_parquet(path)
