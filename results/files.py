"""Files written whole or not at all, digests, and the one form of JSON."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..model.errors import InputError

PART = ".part"
"""Ending of a file that is being written; one that is left over means an interruption."""


def digest(content: bytes) -> str:
    """SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and a final newline: equal values give equal bytes."""
    text = json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode("utf-8")


def write_atomic(path: Path, content: bytes, sync: bool = True) -> None:
    """Write a file whole or not at all; see :func:`write_parts`."""
    write_parts(path, (content,), sync)


def write_parts(path: Path, parts: Iterable[bytes], sync: bool = True) -> None:
    """Write beside the place, then rename, so that a reader sees the old file or the new one.

    Parameters
    ----------
    path : Path
    parts : iterable of bytes
        Content, one part behind the other; it need never be in memory whole.
    sync : bool
        Whether to wait until the disk has it. Without, a power cut can leave a file that is
        not whole, for those who can tell and make it again.

    Raises
    ------
    InputError
        If the directory cannot be written.
    """
    if not path.name or path.is_dir():
        raise InputError("a directory stands where a file is to be written", file=str(path))
    part = path.with_name(f".{path.name}{PART}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            stream.writelines(parts)
            stream.flush()
            if sync:
                os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise refused(path, error) from error


def write_if_changed(path: Path, content: bytes) -> None:
    """Write a file unless it already holds these bytes."""
    if read_bytes(path) != content:
        write_atomic(path, content)


def read_bytes(path: Path) -> bytes | None:
    """Bytes of a file, or None where there is none.

    Raises
    ------
    InputError
        If something else stands there, or it may not be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise refused(path, error) from error


def remove_parts(directory: Path) -> None:
    """Remove what an interruption left half written."""
    for part in directory.rglob(f".*{PART}"):
        part.unlink(missing_ok=True)


def refused(path: Path, error: OSError) -> InputError:
    """Say in the user's words that the system refused a path."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return InputError(
            "there is no room to write",
            file=str(path),
            found=error.strerror,
            todo="make room and ask again: what is finished is kept",
        )
    return InputError(
        "the place cannot be used",
        file=str(path),
        found=error.strerror or type(error).__name__,
        todo="name another place, or change its permissions",
    )
