"""Digest of the futures of a run: the same decisions in every future, or not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from .variables import VARIABLES

NAMES: Final = ("rung", "packages", "dependence")
"""What it is of: every rung, every package, and dependence in single precision."""
DIGITS: Final = 16


def fingerprint(batches: Iterable[Mapping[str, np.ndarray]]) -> str:
    """Digest of runs in order, however they are cut into batches; 16 hexadecimal digits.

    Parameters
    ----------
    batches : iterable of mapping of str to ndarray [run, year, ...]
        The variables of :data:`NAMES`, of all years.
    """
    totals = {name: hashlib.sha256() for name in NAMES}
    for batch in batches:
        for name, total in totals.items():
            kind = np.dtype(VARIABLES[name].dtype).newbyteorder("<")
            total.update(np.ascontiguousarray(batch[name], kind).data)
    whole = hashlib.sha256("".join(total.hexdigest() for total in totals.values()).encode())
    return whole.hexdigest()[:DIGITS]
