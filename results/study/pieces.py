"""Pieces of a study on disk: one compressed file for each scenario, whole or not at all."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import numpy as np

from ..files import read_bytes, write_atomic

KEY = "key"


def write_piece(path: Path, key: str, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays under the key of what determines them.

    Raises
    ------
    InputError
        If the place cannot be written.
    """
    out = BytesIO()
    np.savez_compressed(out, allow_pickle=False, **{KEY: np.array(key), **arrays})
    write_atomic(path, out.getvalue())


def read_piece(path: Path, key: str) -> dict[str, np.ndarray] | None:
    """Arrays of a piece; None if it is missing, damaged, or of another key."""
    content = read_bytes(path)
    if content is None:
        return None
    try:
        with np.load(BytesIO(content), allow_pickle=False) as stored:
            if str(stored[KEY]) != key:
                return None
            return {name: stored[name] for name in stored.files if name != KEY}
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile):
        return None
