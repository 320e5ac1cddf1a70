"""Sentences made from tables: no number is typed, and no difference is told that chance may make.

Order and difference are told where the interval of the difference excludes zero, widened
for the number of comparisons made in the same breath (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from ..model.names import (
    AREA_NAMES,
    LAST_HISTORY_YEAR,
    PATRON_NAMES,
    PATRONS,
    RUNGS,
    STATE_NAMES,
    STATES,
)
from .manifest import Manifest
from .streams import half_width, wilson
from .tables import ALL, grid
from .timeline import Event, recorded
from .told import number, per_cent

MEANING: Final = {
    "explanation": "The parameters were fitted to the documented record, the fit passed its "
    "checks, and the runs follow the record as far as the fit has read it. Read it as an account "
    "of how the record can have come about and of what follows from it by the model's rules, not "
    "as a forecast; bands hold what the record leaves open about the parameters that were "
    "fitted.",
    "exploration": "The parameters vary over what is not known, or the runs leave the record "
    "before the year to which the parameters were fitted, or are free of it: a study of what the "
    "rules bring forth. Read which outcomes are possible and what they hang on; how often an "
    "outcome occurs says how often it occurs in the sweep, not how likely it is in the world.",
    "illustration": "Every parameter stands at one value, the centre of its prior. The numbers "
    "show how the model reasons; its probabilities are statements about the model, not about "
    "the world.",
}


def share(p: float, error: float, manifest: Manifest) -> str:
    """Give a probability in per cent with its 95% Monte Carlo interval, in words at the edges."""
    if p in (0.0, 1.0):
        return f"{'none' if p == 0.0 else 'all'} of {manifest.runs:,} runs"
    if manifest.parameters.draws == 1:
        low, high = wilson(p, manifest.runs)
        return f"{100 * p:.1f}%, {100 * low:.1f} to {100 * high:.1f}"
    reach = float(half_width(error, units(manifest)))
    within = f" \N{PLUS-MINUS SIGN} {100 * reach:.1f}" if np.isfinite(reach) else ""
    return f"{100 * p:.1f}%{within}"


def units(manifest: Manifest) -> int:
    """Count the independent units behind a mean: see :class:`~.streams.Mean`."""
    draws = manifest.parameters.draws
    return draws if draws > 1 else manifest.runs


def listed(parts: Sequence[str]) -> str:
    """Join as a list in words."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def answers(tables: Mapping[str, pd.DataFrame], manifest: Manifest) -> list[str]:
    """Give the answer of a run in sentences."""
    return [
        _more_packages(tables["contrasts"], manifest),
        _nearer(tables["contrasts"], manifest),
        *(_likeliest(tables["rungs"], patron, manifest) for patron in PATRONS),
        *(_high_rungs(tables["first_years"], patron, manifest) for patron in PATRONS),
        _money(tables["totals"], manifest),
    ]


def _span(manifest: Manifest) -> str:
    return f"From {manifest.projection.start} to {manifest.last_year}"


def _more_packages(contrasts: pd.DataFrame, manifest: Manifest) -> str:
    rows = contrasts[(contrasts["outcome"] == "packages") & (contrasts["state"] == ALL)]
    row = rows.iloc[0]
    text = (
        f"{_span(manifest)} the five states accept on average {number(row['mean_china'])} Chinese "
        f"and {number(row['mean_russia'])} Russian packages in a run. "
    )
    if not row["lower"] * row["upper"] > 0.0:
        return text + "The runs do not settle which of the two means is larger."
    patron = "china" if row["difference"] > 0 else "russia"
    near, far = sorted((abs(row["lower"]), abs(row["upper"])))
    return (
        f"{text}{PATRON_NAMES[patron]}'s are more: by {number(abs(row['difference']))} on average "
        f"(95% Monte Carlo interval {number(near)} to {number(far)}), and in "
        f"{per_cent(row[f'p_{patron}_more'])} of runs."
    )


def _nearer(contrasts: pd.DataFrame, manifest: Manifest) -> str:
    rows = contrasts[(contrasts["outcome"] == "mean_rung") & (contrasts["state"] != ALL)]
    wide = half_width(rows["se"].to_numpy(), units(manifest), 1.0 - 0.05 / len(rows))
    found: dict[str, list[str]] = {"china": [], "russia": [], "": []}
    for (_, row), reach in zip(rows.iterrows(), wide, strict=True):
        told = abs(row["difference"]) > reach
        side = ("china" if row["difference"] > 0 else "russia") if told else ""
        found[side].append(
            STATE_NAMES[row["state"]] + (f" (by {number(abs(row['difference']))})" if told else "")
        )
    parts = [f"higher with {PATRON_NAMES[p]} in {listed(found[p])}" for p in PATRONS if found[p]]
    if found[""]:
        parts.append(f"not told apart in {listed(found[''])}")
    return (
        f"At the end of {manifest.last_year} the mean rung over the areas is "
        + "; ".join(parts)
        + "."
    )


def _likeliest(rungs: pd.DataFrame, patron: str, manifest: Manifest) -> str:
    rows = rungs[(rungs["year"] == manifest.last_year) & (rungs["patron"] == patron)]
    rows = rows.sort_values("p_rung_ge_3", ascending=False, kind="stable").head(3)
    if rows["p_rung_ge_3"].iloc[0] == 0.0:
        return f"Joint activity or more with {PATRON_NAMES[patron]} stands at the end in no run."
    cells = [
        f"{_cell(row)} ({share(row['p_rung_ge_3'], row['se_rung_ge_3'], manifest)})"
        for _, row in rows.iterrows()
    ]
    return (
        f"Joint activity or more with {PATRON_NAMES[patron]} stands at the end of "
        f"{manifest.last_year} most often in {listed(cells)}. Where these intervals overlap, with "
        "each other or with those of the table below, the order is not settled."
    )


def _high_rungs(first_years: pd.DataFrame, patron: str, manifest: Manifest) -> str:
    rows = first_years[(first_years["patron"] == patron) & (first_years["rung"] >= 4)]
    parts = []
    for rung, name in ((4, "a mixed unit or more"), (5, "a standing force")):
        mine = rows[rows["rung"] == rung].sort_values("p_reached", ascending=False, kind="stable")
        row = mine.iloc[0]
        if row["p_reached"] == 0.0:
            parts.append(f"{name} is reached in no run")
            continue
        parts.append(
            f"{name} is reached at some time in {int((mine['p_reached'] > 0).sum())} of the "
            f"{len(mine)} pairs of state and area (largest share: {_cell(row)}, "
            f"{share(row['p_reached'], row['se'], manifest)}; median first year of those runs "
            f"{int(row['q50'])})"
        )
    return (
        f"With {PATRON_NAMES[patron]}, "
        + "; ".join(parts)
        + f". What stood at the start counts as {manifest.first_year}."
    )


def _money(totals: pd.DataFrame, manifest: Manifest) -> str:
    rows = totals[(totals["measure"] == "delivered") & (totals["state"] == ALL)]
    parts = [
        f"{PATRON_NAMES[row['patron']]} delivers USD {number(row['mean'])} million on average "
        f"(90% of runs: {number(row['q05'])} to {number(row['q95'])})"
        for _, row in rows.iterrows()
    ]
    return f"{_span(manifest)} {listed(parts)}."


def _cell(row: pd.Series) -> str:
    return f"{STATE_NAMES[row['state']]}, {AREA_NAMES[row['area']]}"


def beside_record(
    packages: pd.DataFrame, events: Sequence[Event], manifest: Manifest
) -> list[dict[str, str]]:
    """Compare the record with the simulated documented packages in the years that are free.

    Returns
    -------
    list of dict
        One row a patron; empty where no year of the history is free.
    """
    years = range(manifest.projection.start, min(LAST_HISTORY_YEAR, manifest.last_year) + 1)
    if not years:
        return []
    counted = recorded(events)
    chosen = packages[
        (packages["measure"] == "documented")
        & (packages["state"] == ALL)
        & (packages["area"] == ALL)
        & packages["year"].isin(years)
    ]
    rows = []
    for patron in PATRONS:
        mine = chosen[chosen["patron"] == patron]
        numbers = np.array([counted[year, patron] for year in mine["year"]])
        inside = (numbers >= mine["q05"].to_numpy()) & (numbers <= mine["q95"].to_numpy())
        rows.append(
            {
                "patron": PATRON_NAMES[patron],
                "years": f"{years[0]}-{years[-1]}",
                "recorded": str(int(numbers.sum())),
                "simulated": number(float(mine["mean"].sum())),
                "inside": f"{int(inside.sum())} of {len(numbers)}",
            }
        )
    return rows


def final_table(
    rungs: pd.DataFrame, patron: str, manifest: Manifest
) -> list[tuple[str, list[str]]]:
    """Chance of joint activity or more in the last year: a row a state, a column an area."""
    chosen = rungs[(rungs["year"] == manifest.last_year) & (rungs["patron"] == patron)]
    chances, errors = (grid(chosen, f"{kind}_rung_ge_3", "state", "area") for kind in ("p", "se"))
    return [
        (
            STATE_NAMES[state],
            [share(float(p), float(e), manifest) for p, e in zip(*row, strict=True)],
        )
        for state, row in zip(STATES, zip(chances, errors, strict=True), strict=True)
    ]


def rung_rows() -> list[tuple[int, str]]:
    """Rungs by number, in words."""
    return [(k, name.replace("_", " ")) for k, name in enumerate(RUNGS)]
