"""The page of the committed sensitivity study, and of the functions with known indices."""

from __future__ import annotations

import csv
import json
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import norm

from steppe.explore.sensitivity.growth import WIDEST
from steppe.explore.sweep.quantiles import prior_quantile
from steppe.model.names import AREAS
from steppe.results.style import SHORT_AREAS

from .cells import table

REFERENCE = Path(__file__).parents[2] / "results" / "reference" / "sensitivity"
DRAWS = files("steppe.calibration") / "posterior" / "draws.csv"
PLACE = "../../results/reference/sensitivity"
MAIN, SCREEN = "sobol-packages.all", "morris-packages.all"
TOP = 10
PAIRS = 5
COMMANDS = """\
steppe sweep results/reference/sensitivity/screen.toml --out steppe-runs/screen
steppe sensitivity steppe-runs/screen --outcome packages.all --out results/reference/sensitivity
steppe sweep results/reference/sensitivity/baseline.toml --out steppe-runs/baseline
steppe sensitivity steppe-runs/baseline --outcome packages.all --out results/reference/sensitivity
steppe sensitivity --check --out results/reference/sensitivity
"""


def rows(path: str) -> list[dict[str, Any]]:
    """A committed table, with numbers as numbers where they are."""
    with (REFERENCE / path).open(newline="", encoding="utf-8") as stream:
        return [{k: _number(v) for k, v in row.items()} for row in csv.DictReader(stream)]


def _number(text: str) -> Any:
    try:
        return float(text or "nan")
    except ValueError:
        return text


def page() -> str:
    """Ranks by area, the picture, the first look, and the known functions."""
    study, first = (
        json.loads((REFERENCE / name / "about.json").read_text("utf-8"))["sweep"]
        for name in (MAIN, SCREEN)
    )
    main = rows(f"{MAIN}/indices.csv")
    return (
        "# What moves the baseline\n\n"
        "Which levers, drivers and parameters the packages of each area depend on, from 2023 to "
        "2035, both patrons together. How it is done and how to read it: "
        "[sensitivity](../sensitivity.md).\n\n"
        f"Badge: {study['badge']}. Parameters that are not swept go over draws of the posterior, "
        "run by run.\n\n"
        f"![The ten weightiest factors of each area]({PLACE}/{MAIN}/figures/ranks.png)\n\n"
        + "".join(_area(area, main) for area in AREAS)
        + _pairs()
        + _growth()
        + _ranges()
        + _screen(study)
        + "## How to get it again\n\n```sh\n"
        + COMMANDS
        + f"```\n\nThe first look has {first['runs']:,} runs, the study {study['runs']:,}. "
        f"The first goes over {first['replicates']} draws of the posterior "
        f"{first['posterior'][:10]}, the study over {study['replicates']} of "
        f"{study['posterior'][:10]}; with another one the numbers change.\n\n" + _known()
    )


def _area(area: str, main: list[dict[str, Any]]) -> str:
    found = [row for row in main if row["area"] == area]
    found.sort(key=lambda row: -row["ST"])
    first = found[0]
    told = sum(row["ST_expected_low"] > 0.0 for row in found)
    lines = [
        (
            f"`{row['factor']}`",
            f"{row['ST']:.3f}",
            f"{row['ST_low']:.3f} to {row['ST_high']:.3f}",
            f"{row['S1']:.3f}",
            f"{row['ST_expected']:.3f}",
            "" if row["ST_expected_low"] > 0.0 else "not told from chance",
        )
        for row in found[:TOP]
    ]
    return (
        f"## {SHORT_AREAS[area]}\n\n"
        f"{told} of {len(found)} factors are told apart from chance. Of the variance of a single "
        f"run {first['chance']:.0%} is luck and what is not known of the parameters that are not "
        f"swept; {first['chance_common'] / first['chance']:.0%} of that moves all points alike.\n\n"
        + table(
            ("factor", "total (ST)", "95% interval", "alone (S1)", "total without chance", ""),
            lines,
        )
    )


def _pairs() -> str:
    """Pairs whose interval, widened for the number of pairs, stays clear of zero."""
    found = rows(f"{MAIN}/pairs.csv")
    many = len(found) // len(AREAS)
    wider = norm.ppf(1.0 - 0.025 / many) / norm.ppf(0.975)
    lines, silent = [], []
    for area in AREAS:
        cells = sorted((r for r in found if r["area"] == area), key=lambda r: -r["S2"])
        told = [r for r in cells if r["S2"] > wider * (r["S2"] - r["S2_low"])]
        for row in told[:PAIRS]:
            pair = f"`{row['factor']}` and `{row['other']}`"
            width = wider * (row["S2_high"] - row["S2_low"]) / 2.0
            lines.append((SHORT_AREAS[area], pair, f"{row['S2']:.3f}", f"±{width:.3f}"))
        if not told:
            silent.append(SHORT_AREAS[area])
    text = (
        "## Pairs\n\n"
        "What two factors do together beyond what each does alone (S2), as a share of the variance "
        f"between points. Of {many} pairs in each area those are shown, {PAIRS} at most, whose "
        "interval stays clear of zero after widening for their number (Bonferroni).\n\n"
    )
    if lines:
        text += table(("area", "pair", "S2", "widened interval"), lines)
    if silent:
        text += f"No pair is told apart from zero in: {', '.join(silent)}.\n\n"
    return text


def _growth() -> str:
    found = rows(f"{MAIN}/convergence.csv")
    sizes = sorted({int(row["size"]) for row in found})
    lines = []
    for area in AREAS:
        cells = [row for row in found if row["area"] == area]
        last = sorted((r for r in cells if r["size"] == sizes[-1]), key=lambda r: -r["ST"])[:5]
        before = {r["factor"]: r["ST"] for r in cells if r["size"] == sizes[-2]}
        moved = max(abs(r["ST"] - before[r["factor"]]) for r in last)
        wide = max(r["ST_high"] - r["ST_low"] for r in last) / 2.0
        share = wide / last[0]["ST"]
        numbers = f"{moved:.3f}", f"±{wide:.3f}", f"{share:.0%}"
        lines.append((SHORT_AREAS[area], *numbers, "yes" if share <= WIDEST else "no"))
    return (
        "## Was the sample large enough\n\n"
        f"From {sizes[-2]} to {sizes[-1]} base samples the five largest total indices moved by at "
        "most as much as the table says. *Settled* asks that the widest interval is at most "
        f"±{WIDEST:.0%} of the largest index; where it is wider, the first factors are told from "
        "the last, and neighbours are not told from each other.\n\n"
        + table(("area", "moved", "widest interval", "of the largest index", "settled"), lines)
    )


def _ranges() -> str:
    """Fitted numbers that are swept: over which range, beside what the fit leaves."""
    study = {factor["quantity"] for factor in _factors("baseline.toml")}
    columns: dict[str, list[float]] = {}
    for row in csv.DictReader(DRAWS.read_text("utf-8").splitlines()):
        for name, value in row.items():
            columns.setdefault(name, []).append(float(value))
    lines = []
    for factor in _factors("screen.toml"):
        name = factor["quantity"]
        if name not in columns:
            continue
        low, high = (float(n) for n in np.quantile(columns[name], [0.05, 0.95]))
        if "prior" in factor:
            ends = [prior_quantile(name, p) for p in factor["prior"]]
            swept = f"{ends[0]:.3g} to {ends[1]:.3g}"
            outside = [not ends[0] <= value <= ends[1] for value in columns[name]]
            beyond = f"{sum(outside) / len(outside):.0%}"
        else:
            ends = factor["factor"]
            swept, beyond = f"{ends[0]:g} to {ends[1]:g} times the run's draw", ""
        lines.append(
            (f"`{name}`", swept, f"{low:.3g} to {high:.3g}", beyond, "yes" if name in study else "")
        )
    return (
        "## Ranges of fitted parameters\n\n"
        "Fitted parameters are swept over the ranges of their priors (5% to 95%), not over what "
        "the fit leaves of them. Their indices say what the packages would owe to them had the "
        "record told nothing; where the posterior is narrower or lies elsewhere, they do not say "
        "what is still open. Where a factor multiplies, it multiplies the draw of the posterior "
        "that the run has. *Outside* is the share of the posterior's draws that the swept range "
        "does not hold.\n\n"
        + table(("factor", "swept", "posterior, 5% to 95%", "outside", "in the study"), lines)
    )


def _factors(name: str) -> list[dict[str, Any]]:
    """Factors of a committed sweep file."""
    found: list[dict[str, Any]] = tomllib.loads((REFERENCE / name).read_text("utf-8"))["factors"]
    return found


def _screen(study: dict[str, Any]) -> str:
    found = rows(f"{SCREEN}/indices.csv")
    best: dict[str, tuple[float, str, float]] = {}
    for row in found:
        mine = (row["mu_star"], row["area"], row["mu_star_chance"])
        best[row["factor"]] = max(best.get(row["factor"], mine), mine)
    swept = set(study["factors"])
    order = sorted(best.items(), key=lambda item: -item[1][0])
    lines = [
        (
            f"`{name}`",
            f"{size:.2f}",
            f"{chance:.2f}",
            SHORT_AREAS[area],
            "yes" if name in swept else "",
        )
        for name, (size, area, chance) in order
    ]
    return (
        "## The first look\n\n"
        f"A Morris design over {len(lines)} factors chose the {len(swept)} of the study. Mean size "
        "of the effect of a factor on an area's packages, for its whole range, in the area where "
        "it is largest, beside what chance alone would show.\n\n"
        + table(("factor", "mean size", "chance alone", "area", "in the study"), lines)
    )


def _known() -> str:
    lines = [
        (
            row["function"],
            row["factor"],
            row["index"],
            f"{row['known']:.4f}",
            f"{row['estimate']:.4f}",
            f"{row['low']:.4f} to {row['high']:.4f}" if row["low"] == row["low"] else "",
        )
        for row in rows("check.csv")
        if row["index"] != "S2" or row["known"] >= 0.001
    ]
    return (
        "## Functions with known indices\n\n"
        "`steppe sensitivity --check`: functions in the place of the model, through the same "
        "executor, directory and analysis. Intervals are of the sample. PAWN and delta have an "
        "error beside it: slices of a factor that does nothing differ by chance (hence the floor), "
        "and the smooth densities behind delta round off sharp edges.\n\n"
        + table(("function", "factor", "index", "known", "estimate", "95% interval"), lines)
    )
