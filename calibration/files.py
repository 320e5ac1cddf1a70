"""Files that long work leaves and goes on from: each is there whole, or not at all."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from ..model.errors import InputError


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file whole, or not at all."""
    part = _part(path)
    part.write_bytes(content)
    part.replace(path)


def csv_bytes(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def save(path: Path, **arrays: ArrayLike) -> None:
    """Replace a file of arrays, and make its directory."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = _part(path)
    with part.open("wb") as stream:
        np.savez(stream, **arrays)  # type: ignore[arg-type]
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)


def _part(path: Path) -> Path:
    """Where a file is written before it is put in place; what a kill leaves is written over."""
    return path.with_name(f".{path.name}.part")


def load(path: Path, names: Iterable[str], what: str, todo: str) -> dict[str, np.ndarray]:
    """Read the arrays of a file.

    Parameters
    ----------
    path : Path
    names : iterable of str
        Arrays that it must have.
    what : str
        What the file holds, for the error.
    todo : str
        What to do if it is damaged.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    try:
        with path.open("rb") as stream, np.load(stream) as stored:
            return {name: stored[name] for name in names}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(
            f"{what} is damaged", file=str(path), found=type(error).__name__, todo=todo
        ) from error
