"""Files of named arrays that long work is gone on from: whole, or not there."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from ..model.errors import InputError


def save(path: Path, **arrays: ArrayLike) -> None:
    """Replace a file of arrays, and make its directory."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as stream:
        np.savez(stream, **{name: np.asarray(array) for name, array in arrays.items()})
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)


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
