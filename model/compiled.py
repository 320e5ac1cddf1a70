"""Compile a rule with Numba, with a cache that no stale file can reach.

Numba's own cache looks at the file of the compiled function only, so a change
in ``rules.py`` would leave an old copy inlined in a cached engine. Here the
cache directory is named by a digest of all the sources of this package, its
declarations included (their order makes the columns that the engine reads), and
of the folder of the function's own file, where that is another one.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def sources_digest() -> str:
    """Digest of the model's code and declarations, first 16 hex digits."""
    digest = hashlib.sha256()
    for path in sorted(files("steppe.model").iterdir(), key=lambda p: p.name):
        if path.name.endswith((".py", ".toml")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def folder_digest(folder: Path) -> str:
    """Digest of the model and of the Python files of another folder, first 16 hex digits."""
    if folder == Path(str(files("steppe.model"))):
        return sources_digest()
    digest = hashlib.sha256(sources_digest().encode())
    for path in sorted(folder.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def cache_directory(folder: Path | None = None) -> Path:
    """Where compiled code of a folder, by default the model's, is kept.

    Below ``STEPPE_CACHE``, else the user's cache folder.

    Where that cannot be written, the system's folder for temporary files. Numba left to
    itself would fall back to a place whose copies may be stale.
    """
    base = os.environ.get("STEPPE_CACHE") or os.environ.get("XDG_CACHE_HOME")
    digest = sources_digest() if folder is None else folder_digest(folder)
    for root in (Path(base or "~/.cache").expanduser(), Path(tempfile.gettempdir())):
        directory = root / "steppe" / "numba" / digest
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        return directory
    raise OSError("no place for compiled code: set STEPPE_CACHE to a directory to write in")


def compiled(function: Function) -> Function:
    """Compile ``function`` without the interpreter lock, fast-math and counting of references.

    Strict IEEE arithmetic is what lets the agents and the engine agree bit for bit. Numba's
    counting of references to arrays, atomic and at every access, took a third of the time. So
    the compiled code makes no array (Numba refuses to compile it), and a function that returns
    one is for compiled callers: from Python, call its ``py_func``.
    """
    before = numba.config.CACHE_DIR
    folder = Path(function.__code__.co_filename).parent
    numba.config.CACHE_DIR = str(cache_directory(folder))
    try:
        return numba.njit(  # type: ignore[no-any-return]
            cache=True, nogil=True, error_model="numpy", _nrt=False
        )(function)
    finally:
        numba.config.CACHE_DIR = before
