"""Reference levels: a few numbers of every shipped scenario, with errors and reasons.

A level is the mean of an outcome over the runs of a scenario. What explains it stands beside
it: where the outcome stood at the cut-off, what the baseline gives on the same luck, by which rule
the scenario's file expects its levers to move it, and what drives it (:mod:`.reasons`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import stdtrit  # type: ignore[import-untyped]

from ..model.errors import InputError
from ..model.names import AREA_NAMES, AREAS, PATRON_NAMES, PATRONS
from .reasons import Runs, because
from .study.estimates import interval, units
from .study.whatifs import OUTCOMES, outcome
from .tables import ALL

KEY: Final = ["scenario", "outcome", "patron", "area"]
SHOWN: Final = ("rung", "reach_4", "packages")
FALSE_ALARM: Final = 0.001
"""Chance of an alarm anywhere in the table if nothing has changed."""
FILE: Final = "levels.csv"


class Shipped(NamedTuple):
    """A shipped scenario and what was kept of its runs.

    Attributes
    ----------
    name, area, baseline : str
        ``area`` is what it is about, or ``across``.
    years : int
        Years after the cut-off; 0 for a free run.
    kept : mapping of name to ndarray
    expects : sequence of (outcome, direction, why)
        What its file expects of its levers.
    levers, without, obstacles
        As for :class:`~steppe.results.reasons.Runs`.
    """

    name: str
    area: str
    baseline: str
    years: int
    kept: Mapping[str, np.ndarray]
    expects: Sequence[tuple[str, str, str]]
    levers: Sequence[str] = ()
    without: Sequence[Mapping[str, np.ndarray]] = ()
    obstacles: pd.DataFrame | None = None


def levels(
    cases: Sequence[Shipped], baselines: Mapping[str, Mapping[str, np.ndarray]], draws: int
) -> pd.DataFrame:
    """Levels of the scenarios: of a baseline in every area, of a what-if in its own.

    Returns
    -------
    DataFrame
        ``mean`` and ``se`` over the runs; ``start``, the same at the cut-off (of packages, what
        the pace of the ten years before would give); ``offers`` behind packages; ``baseline``, its
        level; ``difference`` and ``se_difference``, paired; ``expected``, up or down as the
        file says, or nothing, and ``why``; ``because``, what drives it in these runs.
    """
    rows = []
    for case in cases:
        base = baselines[case.baseline]
        own = case.name == case.baseline
        runs = Runs(case.kept, base, draws, case.levers, case.without, case.obstacles)
        areas = (*AREAS, ALL) if own else ((ALL,) if case.area == "across" else (case.area,))
        for name in SHOWN:
            values, beside = outcome(name, case.kept), outcome(name, base)
            level = interval(units(values, draws))
            apart = interval(units(values - beside, draws))
            start, offers = _start(name, case)
            for p, patron in enumerate(PATRONS):
                for area in areas:
                    a = (*AREAS, ALL).index(area)
                    expected, why = _expected(case, name, patron, area, own)
                    rows.append(
                        {
                            "scenario": case.name, "outcome": name, "patron": patron, "area": area,
                            "mean": level["mean"][p, a], "se": level["se"][p, a],
                            "start": start[p, a],
                            "offers": offers[p, a],
                            "baseline": np.nan if own else beside[:, p, a].mean(),
                            "difference": np.nan if own else apart["mean"][p, a],
                            "se_difference": np.nan if own else apart["se"][p, a],
                            "expected": expected, "why": why,
                            "because": because(runs, name, patron, area),
                        }
                    )  # fmt: skip
    return pd.DataFrame(rows)


def _start(name: str, case: Shipped) -> tuple[np.ndarray, np.ndarray]:
    """Where an outcome stood at the cut-off, and offers after it: ``[patron, area and all]``."""
    kept = case.kept
    nothing = np.full((len(PATRONS), len(AREAS) + 1), np.nan)
    offers = nothing
    if name == "rung":
        mean = kept["start"].mean(axis=(0, 1))
    elif name == "reach_4":
        mean = (kept["first"][..., 3] == 0).sum(axis=1).mean(axis=0)
    else:
        tabled = kept["offers"].sum(axis=1, dtype=np.int64).mean(axis=0)
        offers = np.concatenate([tabled, tabled.sum(axis=1, keepdims=True)], axis=1)
        if not case.years:
            return nothing, offers
        mean = kept["before"].sum(axis=1, dtype=np.int64).mean(axis=0) / 10.0 * case.years
    joint = mean.mean if name == "rung" else mean.sum
    return np.concatenate([mean, joint(axis=1, keepdims=True)], axis=1), offers


def _expected(case: Shipped, name: str, patron: str, area: str, own: bool) -> tuple[str, str]:
    """What the file expects of this number, and why; nothing, if it expects nothing."""
    if own:
        return "", ""
    base = "packages" if name == "packages" else "rung"
    for expected, direction, why in case.expects:
        variable, *labels = expected.split(".")
        if variable == base and all(label in (patron, area) for label in labels):
            return direction, why
    return "", ""


def compared(
    found: pd.DataFrame, reference: pd.DataFrame, count: int, behind_reference: int
) -> pd.DataFrame:
    """Hold levels against the reference, within the Monte Carlo error of both.

    Student's test of two means with one spread, pooled over both: of the same model both have the
    same, and few units that happen not to differ know none of their own.

    Parameters
    ----------
    found, reference : DataFrame
        As :func:`levels` gives them.
    count, behind_reference : int
        Independent units behind each.

    Returns
    -------
    DataFrame
        ``difference`` from the reference, ``allowed``, and whether it is ``within``; the level of
        the test is widened for the number of rows.

    Raises
    ------
    InputError
        If a scenario is missing in either.
    """
    both = found.merge(reference, on=KEY, how="outer", suffixes=("", "_reference"), indicator=True)
    lacking = both[both["_merge"] != "both"]
    if len(lacking):
        row = lacking.iloc[0]
        where = "the reference" if row["_merge"] == "left_only" else "the library"
        raise InputError(
            f"{where} lacks {row['scenario']}", todo="write the reference again: --write"
        )
    units = np.array([count, behind_reference], np.float64)
    freedom = np.maximum(units - 1.0, 0.0)
    times = float(stdtrit(max(1.0, freedom.sum()), 1.0 - FALSE_ALARM / len(both) / 2.0))
    variances = both[["se", "se_reference"]].fillna(0.0).to_numpy() ** 2 * units
    pooled = variances @ freedom / max(1.0, freedom.sum())
    error = np.sqrt(pooled * (1.0 / units).sum())
    difference = both["mean"] - both["mean_reference"]
    allowed = times * error + 1e-9
    return both[KEY].assign(
        mean=both["mean"],
        reference=both["mean_reference"],
        difference=difference,
        allowed=allowed,
        within=difference.abs() <= allowed,
    )


def read_reference(directory: Path) -> pd.DataFrame:
    """Read the reference levels.

    Raises
    ------
    InputError
        If there are none.
    """
    path = directory / FILE
    if not path.is_file():
        raise InputError(
            "there are no reference results", file=str(path), todo="write them: --write DIRECTORY"
        )
    return pd.read_csv(path, keep_default_na=False, na_values=["nan"])


def account(reference: pd.DataFrame, manifest: Mapping[str, Any]) -> str:
    """The reference in words: every number with what explains it."""
    lines = [
        "# Reference results of the shipped scenarios",
        "",
        f"Written by `{manifest['command']}`: {manifest['runs']:,} runs of each scenario over "
        f"{manifest['draws']} draws of the parameters, seed {manifest['seed']}. "
        f"{manifest['badge'][0].upper()}{manifest['badge'][1:]}. "
        "Plus-minus is the Monte Carlo standard error. `steppe reproduce` makes the numbers again; "
        "the tests hold a smaller run with other luck against them.",
        "",
        "A baseline's number is explained by where it stood at the cut-off, in which states or "
        "areas it has changed most since, and which term of the utility weighs most against the "
        "offers that are declined (200 traced runs); a what-if's by its baseline on the same luck: "
        "how much of the difference comes by offers and by the share of them accepted, by which "
        "lever (all levers, less all but that one, in 100 runs), and in which "
        "states or areas. What is named is supported when all that were looked at with it are "
        "taken together (Bonferroni, 95%).",
    ]
    for name, rows in reference.groupby("scenario", sort=False):
        lines += ["", f"## {name}", ""]
        lines += [f"- {_sentence(row)}" for _, row in rows.iterrows()]
    return "\n".join(lines) + "\n"


def _sentence(row: pd.Series) -> str:
    where = "all areas" if row["area"] == ALL else AREA_NAMES[row["area"]]
    text = (
        f"{OUTCOMES[row['outcome']]}, {PATRON_NAMES[row['patron']]}, {where}: "
        f"{row['mean']:.4g} ± {row['se']:.2g}"
    )
    if row["difference"] == row["difference"]:
        text += (
            f"; {row['difference']:+.3g} ± {row['se_difference']:.2g} against the baseline's "
            f"{row['baseline']:.4g}"
        )
        if row["expected"]:
            sure = abs(row["difference"]) > 2.0 * row["se_difference"]
            agrees = (row["difference"] > 0) == (row["expected"] == "up")
            verdict = ("as expected" if agrees else "NOT as expected") if sure else "not told apart"
            text += f" (expected {row['expected']}, {str(row['why']).rstrip('.')}: {verdict})"
    else:
        text += _grown(row)
    return f"{text}: {row['because']}".rstrip(".") + "."


def _grown(row: pd.Series) -> str:
    """How a baseline's number came out of where it stood."""
    start, known = float(row["start"]), row["start"] == row["start"]
    if row["outcome"] == "packages":
        text = f"; {row['mean'] / row['offers']:.0%} of {row['offers']:.4g} offers"
        return text + (f"; the pace of the ten years before gives {start:.4g}" if known else "")
    return f"; {start:.4g} at the cut-off, so {row['mean'] - start:+.3g} since"
