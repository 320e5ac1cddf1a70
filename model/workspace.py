"""Arrays of a workspace in one record, whose shapes the compiler knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar, cast

import numpy as np

Fields = TypeVar("Fields", bound=tuple[np.ndarray, ...])
INTEGER: type = np.int64
FLOAT: type = np.float64


def workspace(kind: type[Fields], parts: Sequence[tuple[type, tuple[int, ...]]]) -> Fields:
    """Room for the arrays of a named tuple in one record, all zero.

    Compiled code that is handed a tuple of arrays takes a pointer, sizes and strides of each;
    a record is one pointer, and where an entry stands in it is known beforehand: faster to
    compile, and to run.

    Parameters
    ----------
    kind : type of named tuple
        Its fields name the arrays.
    parts : sequence of (type, shape)
        Of each array, in the order of the fields.

    Returns
    -------
    record
        Its attributes are views of the arrays: what is written to them stands in the record, but
        for one that was pickled.

    Raises
    ------
    ValueError
        If a field has the name of something that every record has.
    """
    names: tuple[str, ...] = kind._fields  # type: ignore[attr-defined]
    if taken := sorted(set(names) & set(dir(np.record))):
        raise ValueError(f"names of fields that every record has: {', '.join(taken)}")
    row = [(name, *part) for name, part in zip(names, parts, strict=True)]
    return cast(Fields, np.zeros(1, np.dtype(row, align=True)).view(np.recarray)[0])
