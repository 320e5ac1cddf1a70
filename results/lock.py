"""One process at a time writes to a directory.

The lock is the system's, on the file ``.lock``: it falls when the process ends, however it
ends. On a network file system it holds as far as that supports locks.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ..model.errors import InputError
from .files import refused

LOCK = ".lock"


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold a directory, which is made if need be.

    Raises
    ------
    InputError
        If another process holds it, or the place cannot be used.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        stream = (directory / LOCK).open("ab")
    except OSError as error:
        raise refused(directory, error) from error
    with stream:
        if not _taken(stream):
            raise InputError(
                "another process is writing to this directory",
                file=str(directory),
                todo="wait until it has ended, or name another directory with --out",
            )
        yield


def _taken(stream: IO[bytes]) -> bool:
    """Take the lock if nobody has it; it is given back when the file is closed."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
