"""Comparisons and studies in the long form of the Integrated Assessment Modeling Consortium."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import pandas as pd

from ..model.names import AREA_NAMES, PATRON_NAMES, RUNGS, STATE_NAMES
from .manifest import Manifest
from .tables import ALL

REGION: Final = "Central Asia"
"""Region of a sum over the five states."""
ANY: Final = "any"
STATISTICS: Final = {
    "mean": "Mean",
    "q05": "5th Percentile",
    "q25": "25th Percentile",
    "q50": "Median",
    "q75": "75th Percentile",
    "q95": "95th Percentile",
}
Tables = Mapping[str, pd.DataFrame]
_OUTCOMES: Final = {
    "rung": ("Rung", "1"),
    "rung_ge_3": ("Probability|Joint Activity or Higher", "1"),
    "rung_ge_4": ("Probability|Mixed Unit or Higher", "1"),
    "rung_ge_5": ("Probability|Standing Force or Higher", "1"),
    "reach_3": ("States Reaching Joint Activity or Higher", "states"),
    "reach_4": ("States Reaching Mixed Unit or Higher", "states"),
    "packages": ("Packages", "packages"),
    "delivered": ("Delivered", "million USD"),
}
"""Variable and unit of an outcome; sums are since the year that stands in the name."""
_SUMS: Final = ("packages", "delivered")


def title(name: str) -> str:
    """Words of a label, each with a capital."""
    return name.replace("_", " ").title()


def named(frame: pd.DataFrame, name: str | pd.Series, statistic: str | None = None) -> pd.Series:
    """Variables: name, patron, area and statistic, separated by bars."""
    words = name + "|" + frame["patron"].map(PATRON_NAMES)
    if "area" in frame:
        words = words + frame["area"].map(lambda a: "" if a == ALL else "|" + title(AREA_NAMES[a]))
    return words + (f"|{statistic}" if statistic else "")


def regions(states: pd.Series) -> pd.Series:
    """Countries, and one region for what is of all five."""
    return states.map(lambda s: REGION if s in (ALL, ANY) else STATE_NAMES[s])


def comparison(tables: Tables, manifest: Manifest) -> pd.DataFrame:
    """Both sides by year, and every outcome at the end; a difference is a scenario of its own."""
    frame, fans = tables["compare"], tables["compare_fans"]
    first, last = int(fans["year"].min()), int(fans["year"].max())
    called = list(manifest.command[2 : 3 + frame["b"].nunique()])
    base = called[0] if set(frame["b"]) == set(called[1:]) else "A"
    parts = []
    for b, rows in fans.groupby("b", sort=False):
        scenarios = {"a": base, "b": str(b), "difference": _less(str(b), base)}
        parts += [
            _rows(rows, rows["side"].map(scenarios), rows["year"], rows[column], "packages")
            .assign(region=REGION, variable=named(rows, f"Packages Since {first}", words))
            for column, words in STATISTICS.items()
        ]  # fmt: skip
    for b, rows in frame.groupby("b", sort=False):
        since = rows["outcome"].map(lambda o: f" Since {first}" if o in _SUMS else "")
        words = rows["outcome"].map(lambda o: _OUTCOMES[o][0]) + since
        for column, scenario in (
            ("mean_a", base), ("mean_b", str(b)), ("difference", _less(str(b), base)),
        ):  # fmt: skip
            units = rows["outcome"].map(lambda o: _OUTCOMES[o][1])
            made = _rows(rows, scenario, last, rows[column], units)
            parts.append(
                made.assign(region=regions(rows["state"]), variable=named(rows, words, "Mean"))
            )
    whole = pd.concat(parts, ignore_index=True)
    return whole.drop_duplicates(["scenario", "region", "variable", "year"], ignore_index=True)


def study(tables: Tables, _: Manifest) -> pd.DataFrame:
    """Shares of runs that have come to a rung, by year; every scenario's outcomes at the end."""
    parts = []
    baselines = tables["cases"][tables["cases"]["role"] == "baseline"]
    names = baselines.set_index("viewpoint")["scenario"]
    reach = pd.concat([tables["reach"], tables["reach_any"]], ignore_index=True)
    words = reach["rung"].map(lambda k: f"Probability|{title(RUNGS[k])} or Higher Reached")
    parts.append(
        _rows(reach, reach["viewpoint"].map(names), reach["year"], reach["p"], "1").assign(
            region=regions(reach["state"]), variable=named(reach, words)
        )
    )
    levels = tables["levels"]
    ends = reach.groupby("viewpoint")["year"].max()
    since = np.where(
        levels["outcome"].isin(_SUMS), " Since " + (levels["viewpoint"] + 1).astype(str), ""
    )
    words = levels["outcome"].map(lambda o: _OUTCOMES[o][0]) + since
    units = levels["outcome"].map(lambda o: _OUTCOMES[o][1])
    year = levels["viewpoint"].map(ends)
    parts.append(
        _rows(levels, levels["scenario"], year, levels["mean"], units).assign(
            region=REGION, variable=named(levels, words, "Mean")
        )
    )
    return pd.concat(parts, ignore_index=True)


def _less(b: str, a: str) -> str:
    return f"{b} less {a}"


def _rows(
    frame: pd.DataFrame,
    scenario: pd.Series | str,
    year: pd.Series | int,
    value: pd.Series,
    unit: pd.Series | str,
) -> pd.DataFrame:
    return pd.DataFrame(
        {"scenario": scenario, "unit": unit, "year": year, "value": value.astype(float)},
        index=frame.index,
    )


OF: Final[dict[str, Callable[[Tables, Manifest], pd.DataFrame]]] = {
    "compare": comparison,
    "study": study,
}
"""Long form by kind of results."""
