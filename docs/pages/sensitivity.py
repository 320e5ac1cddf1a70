"""The page of the committed sensitivity study, and of the functions with known indices."""

from __future__ import annotations

import csv
import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

from steppe.calibration.installed import installed
from steppe.explore.sensitivity.growth import WIDEST
from steppe.explore.sweep.quantiles import quantiles_of
from steppe.model.names import AREAS
from steppe.results.style import SHORT_AREAS

from .cells import table

REFERENCE = Path(__file__).parents[2] / "results" / "reference" / "sensitivity"
PLACE = "../../results/reference/sensitivity"
MAIN, SCREEN = "sobol-packages.all", "morris-packages.all"
TOP = 10
STRONG = 0.3
"""Correlation from which a pair of fitted numbers is counted."""
ENDS = np.array([0.05, 0.95])
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
        f"Badge: {study['badge']}. {len(_fitted())} of the fitted numbers are swept over the "
        "posterior, levers and drivers from half to one and a half times; what is not swept goes "
        "over draws of the posterior, run by run. ([Which "
        "ranges](#ranges-of-fitted-parameters).)\n\n"
        f"![The ten weightiest factors of each area]({PLACE}/{MAIN}/figures/ranks.png)\n\n"
        + "".join(_area(area, main) for area in AREAS)
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


def _fitted() -> list[dict[str, Any]]:
    """Factors of the first look that go over the posterior."""
    return [factor for factor in _factors("screen.toml") if "fitted" in factor]


def _ranges() -> str:
    """Fitted numbers that are swept: what the fit leaves of them, beside their priors."""
    study = {_name(factor) for factor in _factors("baseline.toml")}
    fitted, lines = _fitted(), []
    for factor in fitted:
        ends = (quantiles_of(source, factor["quantity"], ENDS) for source in ("fitted", "prior"))
        told = (f"{low:.3g} to {high:.3g}" for low, high in ends)
        lines.append((f"`{factor['quantity']}`", *told, "yes" if _name(factor) in study else ""))
    return (
        "## Ranges of fitted parameters\n\n"
        "Parameters are swept over what the record leaves of them: the middle nine tenths of the "
        "draws of the posterior, evenly in probability. A budget or programme of exercises stands "
        "twice, `... fitted` being what is not known of it and the other, a factor from 0.5 to 1.5 "
        "on top, what its patron may do. Salience, rates of delivery and sizes of packages are "
        "multiplied like levers, each patron's as a whole. Probabilities of detection are left "
        "out: what happens after the record does not depend on them.\n\n"
        + _correlated([factor["quantity"] for factor in fitted])
        + table(
            ("factor", "swept: posterior, 5% to 95%", "prior, 5% to 95%", "in the study"), lines
        )
    )


def _correlated(names: list[str]) -> str:
    """What factors that are sampled apart lose of the posterior, in words."""
    posterior = installed()
    assert posterior is not None
    draws = np.stack([posterior.draws[name] for name in names])
    found = np.corrcoef(draws)
    pairs = [
        (found[i, j], names[i], names[j]) for i in range(len(names)) for j in range(i)
    ]  # fmt: skip
    pairs.sort(key=lambda pair: -abs(pair[0]))
    strong = sum(abs(r) >= STRONG for r, _, _ in pairs)
    first = "; ".join(f"`{b}` and `{a}` {r:.2f}" for r, a, b in pairs[:3])
    return (
        "Factors are sampled independently, so what the fit says of numbers together is lost: each "
        "has the distribution of its draws, and some points join values that no draw joins. Of the "
        f"{len(pairs)} pairs of fitted factors {strong} have a correlation of {STRONG} or more "
        f"among the {draws.shape[1]} draws, up or down; the strongest are {first}. "
        "Budget and programme of a patron make up for each other in the fit, so that their indices "
        "are rather too large. The state of the world at the end of the record is the run's own, "
        "from its draw, whatever the factors are.\n\n"
    )


def _name(factor: dict[str, Any]) -> str:
    """What the column of a factor is called."""
    return str(factor.get("name", factor["quantity"])).replace("*", "all")


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
