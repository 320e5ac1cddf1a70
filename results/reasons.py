"""What drives a reference number, read off the runs: offers, acceptance, levers, places, terms.

Nothing is named that its interval does not bear out when all that are looked at with it are taken
together; what is left is said to be not told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from ..model.names import AREA_NAMES, AREAS, PATRONS, STATE_NAMES
from .study.estimates import interval, ratio, units
from .study.whatifs import Kept, outcome
from .tables import ALL

_WHOLE: Final = (*AREAS, ALL)
_CELLS: Final[dict[str, Callable[[Kept], np.ndarray]]] = {
    "rung": lambda kept: kept["last"],
    "reach_4": lambda kept: kept["first"][..., 3] < 255,
    "packages": lambda kept: kept["packages"],
}
_STARTS: Final[dict[str, Callable[[Kept], np.ndarray]]] = {
    "rung": lambda kept: kept["start"],
    "reach_4": lambda kept: kept["first"][..., 3] == 0,
}


class Runs(NamedTuple):
    """What a reason is read off.

    Attributes
    ----------
    kept, base : mapping of name to ndarray
        What was kept of the runs of a scenario and of its baseline; the same for a baseline.
    draws : int
    levers : sequence of str
        What each of its levers is on.
    without : sequence of mapping of name to ndarray
        What was kept of the first runs without each of them, in turn; nothing where there is
        one lever or they were not left out.
    obstacles : DataFrame or None
        Of a baseline, the term that weighs most against declined offers, by patron and area.
    """

    kept: Kept
    base: Kept
    draws: int
    levers: Sequence[str] = ()
    without: Sequence[Kept] = ()
    obstacles: pd.DataFrame | None = None


def because(runs: Runs, name: str, patron: str, area: str) -> str:
    """What drives an outcome, in words; for a baseline since the cut-off, else against it.

    Parameters
    ----------
    runs : Runs
    name : str
        ``rung``, ``reach_4`` or ``packages``.
    patron, area : str
        ``area`` may be ``all``.
    """
    p, a = PATRONS.index(patron), _WHOLE.index(area)
    if runs.kept is runs.base:
        said = [_places(runs, name, p, a), *_terms(runs, patron, area)]
    else:
        change = outcome(name, runs.kept)[:, p, a] - outcome(name, runs.base)[:, p, a]
        if not change.any():
            return "no run differs from its baseline"
        said = [_offers(runs, name, p, a), _levers(runs, name, p, a), _places(runs, name, p, a)]
    return "; ".join(text for text in said if text)


def _offers(runs: Runs, name: str, p: int, a: int) -> str:
    """By offers and by the share of them that is accepted; packages are split into both."""
    one, two = (_sums(k, p, a) for k in (runs.base, runs.kept))
    offers = [units(x[0], runs.draws) for x in (one, two)]
    taken = [units(x[1], runs.draws) for x in (one, two)]
    if min(x.sum() for x in offers) == 0:
        return ""
    share = [ratio(t, o) for t, o in zip(taken, offers, strict=True)]
    more, better = offers[1] - offers[0], share[1] - share[0]
    if name == "packages":
        middle = (share[0].mean() + share[1].mean()) / 2.0
        parts = [
            ("by the number of offers", middle * more + more.mean() * _about(share) / 2.0, 1.0, ""),
            ("by the share accepted",
             better * (offers[0].mean() + offers[1].mean()) / 2.0
             + better.mean() * _about(offers) / 2.0, 1.0, ""),
        ]  # fmt: skip
        lead = "of it "
    else:
        parts = [
            (f"offers, of {offers[0].mean():.4g}", more, 1.0, ""),
            (f"in the share accepted, of {share[0].mean():.0%}", better, 100.0, " points"),
        ]
        lead = ""
    told, not_told = [], []
    for words, values, scale, unit in parts:
        found = interval(values, len(parts))
        if found["supported"]:
            told.append(f"{_signed(found, scale)}{unit} {words}")
        else:
            not_told.append(words.split(",")[0])
    text = lead + " and ".join(told) if told else ""
    if not_told:
        text += f"{'; ' if text else ''}no supported change {' or '.join(map(_plain, not_told))}"
    return text


def _about(sides: Sequence[np.ndarray]) -> np.ndarray:
    """Units of a sum of two means, about their mean: for the error of a product."""
    return np.asarray(sum(side - side.mean() for side in sides))


def _plain(words: str) -> str:
    return f"of {words}" if words == "offers" else words


def _sums(kept: Kept, p: int, a: int) -> tuple[np.ndarray, np.ndarray]:
    """Offers and packages of every run."""
    areas = slice(None) if a == len(AREAS) else slice(a, a + 1)
    offers, taken = (
        kept[n][:, :, p, areas].sum(axis=(1, 2), dtype=np.float64) for n in ("offers", "packages")
    )
    return offers, taken


def _levers(runs: Runs, name: str, p: int, a: int) -> str:
    """What each lever adds to the others: with all, less without it."""
    if len(runs.levers) == 1:
        return f"one lever, on {runs.levers[0]}"
    if not runs.without:
        return ""
    count = len(next(iter(runs.without[0].values())))
    whole = outcome(name, {n: v[:count] for n, v in runs.kept.items()})[:, p, a]
    draws = runs.draws if count > runs.draws else 1  # one run of each draw, or several
    found = [
        interval(units(whole - outcome(name, kept)[:, p, a], draws), len(runs.levers))
        for kept in runs.without
    ]
    order = sorted(
        (n for n, one in enumerate(found) if one["supported"]),
        key=lambda n: -abs(float(found[n]["mean"])),
    )
    if not order:
        return f"none of its {len(found)} levers alone is told from nothing"
    parts = [f"{_signed(found[n])} by the lever on {runs.levers[n]}" for n in order[:2]]
    text = ", ".join(parts)
    left = len(found) - len(order)
    return text + (f", {left} of {len(found)} levers not told from nothing" if left else "")


def _places(runs: Runs, name: str, p: int, a: int) -> str:
    """In which states, or of all areas in which area, the change is largest."""
    own = runs.kept is runs.base
    cells = _CELLS[name](runs.kept)[:, :, p].astype(np.float64)
    if not own:
        cells = cells - _CELLS[name](runs.base)[:, :, p]
    elif name in _STARTS:
        cells = cells - _STARTS[name](runs.kept)[:, :, p]
    if a == len(AREAS):
        parts, labels = cells.sum(axis=1), [AREA_NAMES[x] for x in AREAS]
    else:
        parts, labels = cells[:, :, a], list(STATE_NAMES.values())
    if name == "rung":
        parts = parts / (cells.shape[1] * (len(AREAS) if a == len(AREAS) else 1))
    parts = units(parts, runs.draws)
    found = interval(parts, parts.shape[1])
    order = np.argsort(-np.abs(found["mean"]), kind="stable")
    told = [int(n) for n in order if found["supported"][n]][:2]
    noun = "area" if a == len(AREAS) else "state"
    if not told:
        return f"in no {noun} alone a supported part"
    texts = [f"{labels[n]} ({_signed({k: v[n] for k, v in found.items()})})" for n in told]
    if len(told) == 1:
        return f"a supported part in {texts[0]} alone"
    sign = np.sign(found["mean"][told])
    gap = interval(parts[:, told[0]] * sign[0] - parts[:, told[1]] * sign[1])
    if gap["supported"]:
        return f"most in {texts[0]}, then {texts[1]}"
    return f"most in {texts[0]} and {texts[1]}, not told apart"


def _terms(runs: Runs, patron: str, area: str) -> list[str]:
    """What weighs most against declined offers of a baseline."""
    if runs.obstacles is None or area == ALL:
        return []
    rows = runs.obstacles
    row = rows[(rows["state"] == ALL) & (rows["patron"] == patron) & (rows["area"] == area)].iloc[0]
    if not row["term"]:
        return []
    if not row["told"]:
        return [f"{row['term']} and {row['next']} weigh against declined offers, not told apart"]
    return [f"{row['term']} weighs most against declined offers ({row['mean']:.3g}), then "
            f"{row['next']}"]  # fmt: skip


def _signed(found: Mapping[str, np.ndarray], scale: float = 1.0) -> str:
    mean, error = scale * float(found["mean"]), scale * float(found["se"])
    return f"{mean:+.3g} ± {0.0 if error < 1e-12 else error:.2g}"
