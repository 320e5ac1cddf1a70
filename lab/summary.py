"""What a page shows of a move: fans of the areas, paired differences, and the map.

Means, errors and quantiles are those of the tables of ``steppe run``
(:mod:`steppe.results.streams`).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from ..model.names import AREAS, PATRONS, START_YEAR, STATES
from ..results.fingerprint import fingerprint
from ..results.streams import QUANTILES, Counts, Mean, half_width
from .futures import Arrays, Baseline, Pair

LEVEL: Final = 0.90
FEWEST: Final = 30
"""Independent units below which no difference is called supported."""
FANS: Final = {"p5": "q05", "p25": "q25", "p50": "q50", "p75": "q75", "p95": "q95"}
ALL: Final = "all"
WHO: Final = (ALL, *PATRONS)
QUANTITIES: Final = (
    "alignment",
    *(f"rung.{area}.{patron}" for area in AREAS for patron in PATRONS),
    *(f"highest.{patron}" for patron in PATRONS),
    "packages",
    *(f"packages.{patron}" for patron in PATRONS),
    *(f"dependence.{patron}" for patron in PATRONS),
)
"""What the map can show, by state and year."""


def totals(arrays: Arrays, rows: slice = slice(None)) -> np.ndarray:
    """Packages a year over all states: [n, year, who, area], who of :data:`WHO`."""
    by_patron = arrays["packages"][:, rows].sum(axis=2, dtype=np.int32)
    return np.concatenate([by_patron.sum(axis=2, keepdims=True), by_patron], axis=2)


def fans(counts: np.ndarray) -> dict[str, np.ndarray]:
    """Quantiles and mean over futures: name -> [year, who, area]."""
    seen = Counts(counts.shape[1:])
    seen.add(counts)
    found = {name: seen.quantile(QUANTILES[level]) for name, level in FANS.items()}
    return {**found, "mean": counts.mean(axis=0)}


def maps(arrays: Arrays, rows: slice = slice(None)) -> dict[str, np.ndarray]:
    """Means over futures of each of :data:`QUANTITIES`: [state, year]."""
    rung = arrays["rung"][:, rows]
    mean = rung.mean(axis=0, dtype=np.float32)  # [year, state, patron, area]
    highest = rung.max(axis=-1).mean(axis=0, dtype=np.float32)
    packages = arrays["packages"][:, rows].sum(axis=-1, dtype=np.uint16).mean(axis=0)
    dependence = arrays["dependence"][:, rows].mean(axis=0)
    by_area = mean.mean(axis=-1)
    found = {"alignment": by_area[..., 0] - by_area[..., 1], "packages": packages.sum(axis=-1)}
    for p, patron in enumerate(PATRONS):
        for a, area in enumerate(AREAS):
            found[f"rung.{area}.{patron}"] = mean[:, :, p, a]
        found[f"highest.{patron}"] = highest[..., p]
        found[f"packages.{patron}"] = packages[..., p]
        found[f"dependence.{patron}"] = dependence[..., p]
    return {name: found[name].T for name in QUANTITIES}


def difference(pair: Pair, rows: slice) -> dict[str, np.ndarray]:
    """Mean of what-if less baseline within the same future: name -> [year, who, area].

    The interval is that of the mean, at 90%, with draws as independent units. ``supported``
    asks that it excludes zero when widened for the number of years (Bonferroni).
    """
    return paired(totals(pair.what, rows) - totals(pair.base, rows), pair.draws)


def paired(change: np.ndarray, draws: int) -> dict[str, np.ndarray]:
    """Mean of paired differences [n, year, ...] with its interval: name -> [year, ...].

    Independent units are the draws, or the futures if there is one draw.
    """
    years = change.shape[1]
    mean = Mean(draws, change.shape[1:])
    mean.add(change)
    reach = half_width(mean.error, mean.units, LEVEL)
    wide = half_width(mean.error, mean.units, 1.0 - (1.0 - LEVEL) / max(1, years))
    supported = (mean.units >= FEWEST) & (mean.mean != 0.0) & (np.abs(mean.mean) > wide)
    low, high = mean.mean - reach, mean.mean + reach
    return {"mean": mean.mean, "low": low, "high": high, "supported": supported}


class Sides:
    """Figures of a baseline that every move from it shares."""

    def __init__(self, arrays: Arrays) -> None:
        self.fans = fans(totals(arrays))
        self.maps = maps(arrays)
        self.digest = fingerprint([arrays])


def sides(base: Baseline, n: int, arrays: Arrays) -> Sides:
    """Figures of a baseline, computed once."""
    key = ("sides", n)
    if key not in base.notes:
        base.notes[key] = Sides(arrays)
    found = base.notes[key]
    assert isinstance(found, Sides)
    return found


def summarise(pair: Pair, known: Sides) -> dict[str, Any]:
    """Figures of a move, as plain lists by year."""
    years = list(range(START_YEAR, pair.ground.last + 1))
    fans_what, maps_what = known.fans, known.maps
    diff = _no_difference(len(years))
    digest = known.digest
    if pair.first is not None:
        row = pair.first - START_YEAR
        rows = slice(row, None)
        late, shown = fans(totals(pair.what, rows)), maps(pair.what, rows)
        fans_what = {
            name: np.concatenate([known.fans[name][:row], part]) for name, part in late.items()
        }
        maps_what = {
            name: np.concatenate([known.maps[name][:, :row], part], axis=1)
            for name, part in shown.items()
        }
        for name, part in difference(pair, rows).items():
            diff[name][row:] = part
        digest = fingerprint([pair.what])
    return {
        "digest": digest,
        "digestBase": known.digest,
        "n": pair.n,
        "draws": pair.draws,
        "years": years,
        "cut": pair.ground.resolved.conditioned_until,
        "moved": pair.first,
        "areas": {area: _of_area(known.fans, fans_what, diff, a) for a, area in enumerate(AREAS)},
        "map": {
            name: {"base": _lists(known.maps[name]), "what": _lists(maps_what[name])}
            for name in QUANTITIES
        },
    }


def continued(pair: Pair) -> dict[str, Any]:
    """Figures of continuations from the pair's first year: without (base) and with (what)."""
    assert pair.first is not None
    both = [fans(totals(side)) for side in (pair.base, pair.what)]
    shown = [maps(side) for side in (pair.base, pair.what)]
    diff = difference(pair, slice(None))
    return {
        "n": pair.n,
        "years": list(range(pair.first, pair.ground.last + 1)),
        "areas": {area: _of_area(both[0], both[1], diff, a) for a, area in enumerate(AREAS)},
        "map": {
            name: {"base": _lists(shown[0][name]), "what": _lists(shown[1][name])}
            for name in QUANTITIES
        },
    }


def ties(pair: Pair, state: str, patron: str) -> dict[str, dict[str, list[Any]]]:
    """Paired differences of a state's ties to a patron by year: its dependence, and its rungs.

    Names are those of :data:`QUANTITIES`; intervals as :func:`difference` has them.
    """
    i, p = STATES.index(state), PATRONS.index(patron)

    def told(name: str, at: tuple[Any, ...]) -> dict[str, list[Any]]:
        change = pair.what[name][at].astype(np.float64) - pair.base[name][at]
        return {part: _lists(array) for part, array in paired(change, pair.draws).items()}

    every = slice(None)
    rungs = {
        f"rung.{area}.{patron}": told("rung", (every, every, i, p, a))
        for a, area in enumerate(AREAS)
    }
    return {f"dependence.{patron}": told("dependence", (every, every, i, p)), **rungs}


def _of_area(
    base: dict[str, np.ndarray], what: dict[str, np.ndarray], diff: dict[str, np.ndarray], a: int
) -> dict[str, Any]:
    def told(w: int) -> dict[str, Any]:
        parts = {"base": base, "what": what, "diff": diff}
        return {
            part: {name: _lists(array[:, w, a]) for name, array in arrays.items()}
            for part, arrays in parts.items()
        }

    return {**told(0), "patrons": {patron: told(1 + p) for p, patron in enumerate(PATRONS)}}


def _no_difference(years: int) -> dict[str, np.ndarray]:
    shape = (years, len(WHO), len(AREAS))
    found = {name: np.zeros(shape) for name in ("mean", "low", "high")}
    return {**found, "supported": np.zeros(shape, bool)}


def _lists(array: np.ndarray) -> list[Any]:
    """Plain numbers, rounded to four decimals; those that are none become null."""
    if array.dtype.kind != "f":
        plain: list[Any] = array.tolist()
        return plain
    rounded = np.round(array.astype(np.float64), 4) + 0.0
    if np.isfinite(rounded).all():
        return rounded.tolist()  # type: ignore[no-any-return]
    return [None if not np.isfinite(x) else float(x) for x in rounded]
