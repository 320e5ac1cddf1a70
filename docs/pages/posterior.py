"""The page of what the record tells: posterior beside prior, least certain first."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from steppe.calibration.identify import ANCHORS, LUCKS
from steppe.model.quantities import parameters
from steppe.results.account.ranks import read, recovery
from steppe.results.anchors import anchors_in_words
from steppe.results.varied import SAME, in_words, refusals_in_words

from .cells import table

REFERENCE = Path(__file__).parents[2] / "results" / "reference" / "calibration"
NARROWED = 0.3
"""Contraction from which on a number is said to be narrowed."""
LISTED = 0.3
"""Posterior standard deviations from which on a move under another coverage is listed."""


def rows(name: str) -> list[dict[str, str]]:
    """Rows of a committed table of the fit."""
    with (REFERENCE / name).open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def manifest() -> dict[str, Any]:
    """What the committed fit was made from, and its gates."""
    found: dict[str, Any] = json.loads((REFERENCE / "manifest.json").read_text("utf-8"))
    return found


def page() -> str:
    """What the record cannot tell first."""
    told, fit = rows("told.csv"), manifest()
    prior = [row for row in told if row["told_by"] == "prior"]
    narrowed = [row for row in prior if float(row["contraction"]) >= NARROWED]
    untold = [row for row in prior if float(row["contraction"]) < NARROWED]
    passed = all(g["passed"] for g in fit["gates"])
    data = [row for row in told if row["told_by"] == "data"]
    return (
        "# What the record tells\n\n"
        f"The fit of the record to {fit['until']}: {fit['groups'] * fit['chains']} chains of "
        f"{fit['iterations']} kept draws, {fit['particles']} particles, seed {fit['seed']}; "
        "[how it is made](../calibration.md). A number counts as told by its *prior* if prior "
        "and posterior have 70% or more of their densities in common. Contraction is the share "
        "of the prior's variance that the record takes away (negative if it adds). Badge: "
        + ("*explanation*, for runs that follow the record" if passed else "*exploration*")
        + ".\n\n"
        + table(
            ("gate", "worst value", "allowed", "where", "passed"),
            [
                (g["name"], f"{g['value']:g}", g["allowed"], f"`{g['where']}`" if g["where"] else
                 "mean of 20 draws", "yes" if g["passed"] else "**no**")
                for g in fit["gates"]
            ],
        )
        + "\n![Every estimated number beside its prior](../pictures/numbers.png)\n"
        + _fixed()
        + f"\n## What the record cannot tell: {len(untold)} of {len(told)} numbers\n\n"
        "Studies should vary these, not rely on their bands.\n\n"
        + _numbers(untold)
        + f"\n## What the record narrows and hardly moves: {len(narrowed)}\n\n"
        f"Told by the prior by the rule above, though at least {NARROWED:.0%} of its variance is "
        "gone: the record agrees with where the prior lies.\n\n"
        + _numbers(narrowed)
        + f"\n## What the record tells something of: {len(data)}\n\n"
        + _numbers(data)
        + _anchors()
        + _judged()
        + _profiles(told)
    )  # fmt: skip


def _fixed() -> str:
    """Numbers with a prior that the fit does not touch."""
    lines = []
    for name, quantity in parameters().items():
        left = [a for a, _ in quantity.entries() if not quantity.estimates(a)]
        if quantity.prior is not None and left:
            lines.append((f"`{name}`", str(len(left)), quantity.prior.describe(), quantity.meaning))
    count = sum(int(line[1]) for line in lines)
    return (
        f"\n## What was not asked: {count} numbers\n\n"
        "These have a prior, are not estimated, and stand at its middle in every run, also in runs "
        "on the posterior: no band of the study or of the reference results holds their "
        "uncertainty. `--parameters wide` draws them from their priors beside the posterior "
        "([what it changes](../calibration.md#what-is-known-to-be-missing)).\n\n"
        + table(("parameter", "entries", "prior", "meaning"), lines)
    )


def _numbers(found: list[dict[str, str]]) -> str:
    return table(
        ("number", "prior median (90%)", "posterior median (90%)", "overlap", "contraction", ""),
        [
            (
                f"`{row['address']}`",
                *(
                    f"{row[f'{when}_median']} ({row[f'{when}_q05']} to {row[f'{when}_q95']})"
                    for when in ("prior", "posterior")
                ),
                f"{float(row['overlap']):.2f}", f"{float(row['contraction']):.2f}",
                row["sentence"],
            )
            for row in found
        ],
    )  # fmt: skip


def _anchors() -> str:
    worth, *found = rows("anchors.csv")
    cases = [name for name in worth if name != "address"]
    moved = [row for row in found if any(abs(float(row[case])) >= 0.15 for case in cases)]
    left = ", ".join(worth[case] for case in cases)
    with (REFERENCE.with_name("predictive") / "anchors.csv").open(encoding="utf-8") as stream:
        varied = list(csv.DictReader(stream))
    return (
        "\n## Offers and acceptance\n\n"
        "Declined offers are hardly ever on record. Where the fit tells how many offers there are "
        "from how many are taken, the rules of the model do: acceptance is bounded and follows "
        "what a state needs, offers follow attention and budget, and packages by state, area and "
        f"form agree with some shares better than with others.{_without_refusals()} If the rules "
        "hold, a record does tell: of records that the model brought forth the fit gives "
        f"{_given_back()} ([more](simulated.md#how-well-the-true-values-are-given-back)). What "
        "other rules of choice would say is in no band. The constants of acceptance set the level; "
        "here their priors are moved by one standard deviation, down and up, and the draws "
        "weighted anew. The posterior means of these numbers then move by so many prior standard "
        f"deviations (those that move by 0.15 or more; the weights leave {left} draws):\n\n"
        + table(
            ("number", *(f"`{case}`" for case in cases)),
            [(f"`{row['address']}`", *(row[case] for case in cases)) for row in moved],
        )
        + "\nAnd in free runs of the fitted model to the last year of the record "
        "(`steppe calibrate check`), offers and packages whether documented or not:\n\n"
        + "".join(f"- {line}.\n" for line in anchors_in_words(varied))
    )


def _given_back() -> str:
    """How well simulated records give back the constants of acceptance."""
    ranks = read(REFERENCE.with_name("sbc"))
    found = {} if ranks is None else {one["name"]: one["r"] for one in recovery(ranks)}
    own = [f"`{n}` back with a correlation of {found[n]:.2f}" for n in ANCHORS if n in found]
    return " and ".join(own)


def _varied() -> list[dict[str, str]]:
    """Rows of what was varied of the record; none where it was not."""
    folder = REFERENCE.with_name("varied")
    if not folder.is_dir():
        return []
    with (folder / "varied.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def _without_refusals() -> str:
    told = refusals_in_words(_varied())
    return f" {told} ([below](#what-depends-on-how-the-record-was-judged))." if told else ""


def _judged() -> str:
    """What depends on how the record was judged, where that has been varied."""
    found = _varied()
    if not found:
        return ""
    told = json.loads((REFERENCE.with_name("varied") / "manifest.json").read_text("utf-8"))
    worth = "; ".join(f"{n}: {one['effective']:.0f}" for n, one in told["followed"].items())
    others = [name for name in told["followed"] if name != SAME]
    cells = {(row["variant"], row["address"]): row for row in found}
    names = [
        row["address"] for row in found
        if row["variant"] == SAME
        and any(abs(float(cells[name, row["address"]]["shift"])) >= LISTED for name in others)
    ]  # fmt: skip
    return (
        "\n## What depends on how the record was judged\n\n"
        f"`{told['command']}`: all coverage multiplied by a factor, or some rows left out, and "
        f"{told['draws']} draws of the fit carried to the posterior under that (in effect "
        f"{worth}). [How it is done](../calibration.md#the-record-judged-otherwise).\n\n"
        + "".join(f"- {line}.\n" for line in in_words(found, lambda a: f"`{a}`"))
        + f"\nNumbers whose means move by {LISTED} posterior standard deviations or more: what "
        "they then are (median, 90%), and by how many they move:\n\n"
        + table(
            ("number", SAME, *others),
            [
                (
                    f"`{name}`", _interval(cells[SAME, name]),
                    *(
                        f"{_interval(cells[one, name])}; {float(cells[one, name]['shift']):+.2f}"
                        for one in others
                    ),
                )
                for name in names
            ],
        )
    )  # fmt: skip


def _interval(row: dict[str, str]) -> str:
    return f"{row['median']} ({row['q05']} to {row['q95']})"


def _profiles(told: list[dict[str, str]]) -> str:
    points = [name for name in told[0] if name.startswith("profile_")]
    return (
        "\n## Profiles of the likelihood\n\nLog likelihood at five values of each number, in prior "
        "standard deviations from its prior's median, less the best of the five; the other "
        "numbers follow as in the posterior, its prior included: a section along its ridge, "
        f"and no profile of the likelihood alone. Each value is the mean of {LUCKS} estimates by "
        "the same luck at all five; the variance of one is the last gate above.\n\n"
        + table(
            ("number", *(name.removeprefix("profile_") for name in points)),
            [(f"`{row['address']}`", *(row[name] for name in points)) for row in told],
        )
    )
