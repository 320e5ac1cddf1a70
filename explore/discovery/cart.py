"""CART: a tree of splits that part the points into boxes (Breiman and others 1984).

The leaf that gains most is split next, where the Gini impurity falls most, until there are as
many leaves as asked for or none can be split. The boxes of a tree part all futures, where
PRIM looks for one dense box; together they show whether a box is the method's or the data's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from ...model.errors import InputError
from .box import Box, Found, judged
from .prim import _cases

SMALLEST: Final = 0.05
LEAVES: Final = 8


class _Split(NamedTuple):
    """A way to part a leaf: what is gained, and where."""

    gain: float
    factor: int
    value: float


class _Leaf(NamedTuple):
    box: Box
    rows: np.ndarray
    split: _Split | None


def cart(
    names: Sequence[str],
    points: np.ndarray,
    cases: np.ndarray,
    smallest: float = SMALLEST,
    leaves: int = LEAVES,
) -> list[Found]:
    """Boxes of a tree, the densest first.

    Parameters
    ----------
    names, points, cases
        As of :func:`~.prim.prim`.
    smallest : float
        Least share of all points that a leaf holds.
    leaves : int
        Leaves at most.

    Raises
    ------
    InputError
        If shapes do not fit, no point or every point is of interest, or a setting is none.
    """
    points = np.asarray(points, dtype=np.float64)
    cases = _cases(cases, points, names)
    if not 0.0 < smallest < 0.5:
        raise InputError("no share of a leaf", field="smallest", found=smallest, allowed="0 to 0.5")
    if leaves < 2:
        raise InputError("a tree has two leaves or more", field="leaves", found=leaves)
    least = max(int(smallest * len(points)), 1)
    tree = [_leaf(Box.everything(names), np.arange(len(points)), points, cases, least)]
    while len(tree) < leaves:
        place, gain = max(
            ((n, leaf.split.gain) for n, leaf in enumerate(tree) if leaf.split is not None),
            key=lambda item: item[1],
            default=(0, 0.0),
        )
        if gain <= 0.0:
            break
        tree[place : place + 1] = _parted(tree[place], points, cases, least)
    found = [judged(leaf.box, points, cases) for leaf in tree]
    return sorted(found, key=lambda f: (-f.density, -f.mass))


def _leaf(box: Box, rows: np.ndarray, points: np.ndarray, cases: np.ndarray, least: int) -> _Leaf:
    return _Leaf(box, rows, _best(points[rows], cases[rows], least))


def _parted(leaf: _Leaf, points: np.ndarray, cases: np.ndarray, least: int) -> list[_Leaf]:
    """The two leaves of a split; the value itself belongs to the lower one."""
    assert leaf.split is not None
    _, factor, value = leaf.split
    below = points[leaf.rows, factor] <= value
    above = float(np.nextafter(value, np.inf))
    return [
        _leaf(leaf.box.limited(factor, 1, value), leaf.rows[below], points, cases, least),
        _leaf(leaf.box.limited(factor, 0, above), leaf.rows[~below], points, cases, least),
    ]


def _best(points: np.ndarray, cases: np.ndarray, least: int) -> _Split | None:
    """The split that lowers the impurity, weighed by points, most."""
    count = len(points)
    best = _Split(1e-12, -1, 0.0)
    whole = _impurity(np.array(count), np.array(cases.sum()))
    for factor, column in enumerate(points.T):
        order = np.argsort(column, kind="stable")
        ordered, hits = column[order], cases[order].cumsum()
        ends = np.arange(least, count - least + 1)
        ends = ends[(ends > 0) & (ends < count)]
        ends = ends[ordered[ends - 1] < ordered[ends]]
        if not len(ends):
            continue
        below = _impurity(ends, hits[ends - 1])
        above = _impurity(count - ends, hits[-1] - hits[ends - 1])
        gains = whole - below - above
        top = int(gains.argmax())
        if gains[top] > best.gain:
            middle = (ordered[ends[top] - 1] + ordered[ends[top]]) / 2.0
            best = _Split(float(gains[top]), factor, float(middle))
    return best if best.factor >= 0 else None


def _impurity(count: np.ndarray, hits: np.ndarray) -> np.ndarray:
    """Gini impurity times the number of points."""
    return np.asarray(2.0 * hits * (count - hits) / count)
