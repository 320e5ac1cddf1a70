"""Choice: which box of a trajectory to take, and what it is worth on points it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ...model.errors import InputError
from .box import Box, Found, pruned, quasi_p
from .cart import cart
from .prim import Peeling, judged_among, prim

if TYPE_CHECKING:
    from xarray import Dataset

METHODS: Final = ("prim", "cart")


@dataclass(frozen=True, eq=False)
class Chosen:
    """A box that was chosen.

    Attributes
    ----------
    found : Found
        The box, without limits that may be chance.
    quasi_p : dict
        Quasi-p-values of its limits, low and high.
    trajectory : tuple of Found
        Of PRIM, from everything to the densest; the leaves of CART.
    step : int
        Place on it that was chosen, before limits were taken away.
    """

    found: Found
    quasi_p: dict[str, tuple[float, float]]
    trajectory: tuple[Found, ...]
    step: int

    def to_dataset(self) -> Dataset:
        """Trajectory as a Dataset: coverage, density, mass, limits ``[step, factor, side]``."""
        from xarray import Dataset

        names = self.trajectory[0].box.names
        limits = np.stack([np.stack([f.box.low, f.box.high], axis=1) for f in self.trajectory])
        columns = ("coverage", "density", "mass", "points", "cases")
        return Dataset(
            {
                **{c: ("step", [getattr(f, c) for f in self.trajectory]) for c in columns},
                "restricted": ("step", [len(f.box.restricted) for f in self.trajectory]),
                "limit": (("step", "factor", "side"), limits),
            },
            coords={
                "step": np.arange(len(self.trajectory)),
                "factor": list(names),
                "side": ["low", "high"],
            },
            attrs={"chosen": self.step},
        )


def discover(
    names: Sequence[str],
    points: np.ndarray,
    cases: np.ndarray,
    *,
    method: str = "prim",
    density: float | None = None,
    step: int | None = None,
    boxes: int = 1,
    settings: Peeling = Peeling(),  # noqa: B008 (immutable)
) -> list[Chosen]:
    """Boxes that hold many cases, each among the points outside the earlier ones.

    Parameters
    ----------
    names, points, cases
        Factors, points ``[point, factor]``, and which are of interest ``[point]``.
    method : str
        ``prim`` or ``cart``.
    density : float, optional
        Take the box of the greatest coverage that is so dense; by default the one that
        balances the two best, by their harmonic mean.
    step : int, optional
        Take this step of the trajectory instead.
    boxes : int
        Boxes at most; fewer if no cases are left, or the next box is no denser than all points.
    settings : Peeling
        Of PRIM; ``smallest`` of CART's leaves too.

    Raises
    ------
    InputError
        If input or settings are no good, or no box is so dense.
    """
    if method not in METHODS:
        raise InputError("no such method", found=method, allowed=", ".join(METHODS))
    points, cases = np.asarray(points, dtype=np.float64), np.asarray(cases).astype(bool)
    if method == "cart":
        leaves = cart(names, points, cases, settings.smallest)
        return _leaves(leaves, points, cases, (density, step), boxes)
    rest = np.ones(len(points), dtype=bool)
    found: list[Chosen] = []
    while len(found) < boxes:
        trajectory = prim(names, points, cases, settings, rest)
        try:
            chosen = _taken(trajectory, points, cases, rest, (density, step))
        except InputError:
            if found:
                break
            raise
        box = chosen.found.box
        if found and (not box.restricted or chosen.found.density <= cases.mean()):
            break
        found.append(chosen)
        rest &= ~box.holds(points)
        if not cases[rest].any() or cases[rest].all() or not box.restricted:
            break
    return found


def _taken(
    trajectory: list[Found],
    points: np.ndarray,
    cases: np.ndarray,
    rest: np.ndarray,
    wish: tuple[float | None, int | None],
) -> Chosen:
    """The box of a trajectory that is wished for, among the points that are left."""
    place = _place(trajectory, *wish)
    box = pruned(trajectory[place].box, points[rest], cases[rest], wish[0] or 0.0)
    told = judged_among(box, points, cases, np.flatnonzero(rest))
    return Chosen(told, quasi_p(box, points[rest], cases[rest]), tuple(trajectory), place)


def _leaves(
    leaves: list[Found],
    points: np.ndarray,
    cases: np.ndarray,
    wish: tuple[float | None, int | None],
    boxes: int,
) -> list[Chosen]:
    """Leaves of a tree that are wished for, one after the other; they do not overlap."""
    left = list(range(len(leaves)))
    found: list[Chosen] = []
    while left and len(found) < boxes:
        try:
            place = left.pop(_place([leaves[n] for n in left], *wish))
        except InputError:
            if found:
                break
            raise
        leaf = leaves[place]
        if found and leaf.density <= cases.mean():
            break
        found.append(Chosen(leaf, quasi_p(leaf.box, points, cases), tuple(leaves), place))
    return found


def _place(trajectory: Sequence[Found], density: float | None, step: int | None) -> int:
    if step is not None:
        if not 0 <= step < len(trajectory):
            raise InputError(
                "the trajectory has no such step", found=step, allowed=f"0 to {len(trajectory) - 1}"
            )
        return step
    if density is None:
        return max(range(len(trajectory)), key=lambda n: balance(trajectory[n]))
    dense = [n for n, found in enumerate(trajectory) if found.density >= density]
    if not dense:
        raise InputError(
            "no box is so dense",
            found=density,
            allowed=f"{max(f.density for f in trajectory):.3g} at most",
        )
    return max(dense, key=lambda n: (trajectory[n].coverage, trajectory[n].density))


def balance(found: Found) -> float:
    """Harmonic mean of coverage and density."""
    total = found.coverage + found.density
    return 2.0 * found.coverage * found.density / total if total else 0.0


def held_out(
    names: Sequence[str],
    points: np.ndarray,
    cases: np.ndarray,
    seed: int,
    *,
    method: str = "prim",
    density: float | None = None,
    settings: Peeling = Peeling(),  # noqa: B008 (immutable)
    turns: int = 5,
) -> dict[str, float]:
    """Coverage and density of the first box on points that did not help to find it.

    Points are split in halves, ``turns`` times and each half in its turn: the box is found on
    one and judged on the other. The density of a box on its own points flatters it.

    Returns
    -------
    dict
        Means ``coverage`` and ``density``, and by ``restricts NAME`` of a factor the share of
        these boxes that restrict it (Bryant and Lempert's reproducibility). Halves without a
        case, or without a box that is so dense, are left out; not a number if all are.
    """
    from .box import judged

    luck = np.random.default_rng(np.random.SeedSequence((seed, 4)))
    seen: list[tuple[float, float, Box]] = []
    for _ in range(turns):
        order = luck.permutation(len(points))
        halves = order[: len(order) // 2], order[len(order) // 2 :]
        for one, other in (halves, halves[::-1]):
            try:
                first = discover(
                    names, points[one], cases[one],
                    method=method, density=density, settings=settings,
                )[0]  # fmt: skip
            except InputError:
                continue
            told = judged(first.found.box, points[other], cases[other])
            seen.append((told.coverage, told.density, first.found.box))
    if not seen:
        return {"coverage": float("nan"), "density": float("nan")}
    shares = {
        name: float(np.mean([n in box.restricted for _, _, box in seen]))
        for n, name in enumerate(names)
    }
    return {
        "coverage": float(np.mean([c for c, _, _ in seen])),
        "density": float(np.mean([d for _, d, _ in seen])),
        **{f"restricts {name}": share for name, share in shares.items()},
    }
