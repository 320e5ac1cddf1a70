"""The one error for bad input: where, what was found, what is allowed, what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


class InputError(ValueError):
    """Something that a person wrote is wrong. The command line prints it and exits with 2.

    Parameters
    ----------
    problem : str
        What is wrong, in a few words.
    file, field : str, optional
        Where: the file, and the field in it (``levers[2].quantity``).
    found : object, optional
        What stands there.
    allowed : str, optional
        What may stand there.
    nearest : sequence of str, optional
        Allowed values that look like the one found.
    todo : str, optional
        What to do about it.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: str | None = None,
        field: str | None = None,
        found: object = None,
        allowed: str | None = None,
        nearest: Sequence[str] = (),
        todo: str | None = None,
    ) -> None:
        where = ": ".join(part for part in (file, field) if part)
        parts = [f"{where}: {problem}" if where else problem]
        if found is not None:
            parts.append(f"found {found!r}")
        if allowed:
            parts.append(f"allowed: {allowed}")
        if nearest:
            parts.append(f"did you mean {' or '.join(nearest)}?")
        if todo:
            parts.append(todo)
        super().__init__("; ".join(parts))
        self.problem = problem
        self.file = file
        self.field = field
        self.found = found
        self.allowed = allowed
        self.nearest = tuple(nearest)


def near(word: str, allowed: Iterable[str]) -> list[str]:
    """Up to three allowed words that look like ``word``."""
    return difflib.get_close_matches(word, sorted(set(allowed)), n=3, cutoff=0.5)
