"""The page of what the record tells: posterior beside prior, least certain first."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from steppe.calibration.identify import ANCHORS, LUCKS, MOVED
from steppe.cli.calibration_numbers import asked
from steppe.model.names import PATRON_NAMES
from steppe.model.quantities import parameters
from steppe.results.account.numbers import to_defence
from steppe.results.account.ranks import read, recovery
from steppe.results.anchors import anchors_in_words
from steppe.results.varied import SAME, clear, in_words, refusals_in_words

from .cells import table

REFERENCE = Path(__file__).parents[2] / "results" / "reference" / "calibration"
SEEN = {
    "package_size.china.aid": "the median of seven sums of single deals, all of which the "
    "likelihood reads",
    "size_dispersion.aid": "how these seven lie apart, and Russian sums of 5 to 1,100 million, "
    "which it reads too",
    "package_size.russia.aid": "packages and shipments of 5 to 16 million of 2012 and 2019",
    "detection.russia.exercise": "how many exercises of 2009 and 2010 the list has that other "
    "sources name",
    "exercise_programme.china": "yearly exercises since 2003",
    "exercise_programme.russia": "exercises on record in single years",
    "detection.china.agreement": "a handful of signings on record beside hundreds of talks",
    "detection.russia.agreement": "four signings on record in thirty years",
    "detection.china.aid": "that sums over years are told beside single deals",
    "detection.russia.aid": "that the documents have one lump, and outside facts the large items",
    "detection.china.unit": "that a joint centre was told within the year",
    "detection.russia.base": "that both bases are told of more than once",
    "sovereignty_weight": "that no Chinese guards and bases are wanted, read as statements",
    "dispute_weight": "an absence from an exercise, read as an offer declined",
    "budget.china": "the order of what is on record of either patron",
    "budget.russia": "the order of what is on record of either patron",
}
"""Fitted numbers whose priors were centred by a look at what the likelihood reads as well, and at
what of it (``calibration/evidence/parameters.csv`` has the reasons)."""
SEEN_ALREADY = " Its prior [had seen](#priors-that-had-seen-a-part-of-the-record) some of it."
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
    silent = [row for row in untold if not asked(row["address"])]
    untold = [row for row in untold if row not in silent]
    passed = all(g["passed"] for g in fit["gates"])
    data = [row for row in told if row["told_by"] == "data"]
    return (
        "# What the record tells\n\n"
        f"The fit of the record to {fit['until']}: {fit['groups'] * fit['chains']} chains of "
        f"{fit['iterations']} kept draws estimate all {len(fit['estimated'])} numbers that the "
        f"record may speak on; {fit['particles']} particles"
        f"{' on average' if fit.get('shares') else ''}, seed {fit['seed']}; [how it is made]"
        "(../calibration.md). A number counts as told by its *prior* if prior "
        "and posterior have 70% or more of their densities in common. Contraction is the share "
        "of the prior's variance that the record takes away (negative if it adds). Badge: "
        + ("*explanation*, for runs that follow the record" if passed else "*exploration*")
        + f". By this rule {len(prior)} of {len(told)} numbers are told by their priors: "
        f"{len(untold) + len(silent)} of which the record takes little away, and {len(narrowed)} "
        f"that it narrows; {len(data)} are told by data.\n\n"
        + table(
            ("gate", "worst value", "allowed", "where", "passed"),
            [
                (g["name"], f"{g['value']:g}", g["allowed"],
                 f"`{g['where']}`" if g["where"] in fit["estimated"] else g["where"],
                 "yes" if g["passed"] else "**no**")
                for g in fit["gates"]
            ],
        )
        + "\n![Numbers beside their priors](../pictures/numbers.png)\n"
        + f"\n## What the record cannot tell: {len(untold) + len(silent)} of {len(told)} numbers"
        "\n\nRuns vary them by themselves, over ranges that rest on judgement: a result that hangs "
        "on one of them should be shown for several of its values (`steppe sweep --prior`). First "
        f"those of which it was expected to tell something: {len(untold)}.\n\n"
        + _numbers(untold)
        + _silent(silent, fit)
        + f"\n## What the record narrows and hardly moves: {len(narrowed)}\n\n"
        f"Told by the prior by the rule above, though at least {NARROWED:.0%} of its variance is "
        "gone: the record agrees with where the prior lies.\n\n"
        + _numbers(narrowed)
        + f"\n## What the record tells something of: {len(data)}\n\n"
        + _numbers(data)
        + _together(told)
        + _anchors()
        + _twice(told)
        + _judged()
        + _profiles([row for row in told if row["profile_+0"] != "nan"])
    )  # fmt: skip


def _silent(found: list[dict[str, str]], fit: dict[str, Any]) -> str:
    """Families of numbers of which the record was not expected to tell, and does not."""
    families: dict[str, list[dict[str, str]]] = {}
    for row in found:
        families.setdefault(row["address"].split(".")[0], []).append(row)
    lines = [
        (
            f"`{name}`", str(len(own)), f"{min(float(row['overlap']) for row in own):.2f}",
            f"{max((float(row['shift']) for row in own), key=abs):+.2f}",
            parameters()[name].describe_prior(), parameters()[name].meaning,
        )
        for name, own in families.items()
    ]  # fmt: skip
    apart = len(fit["overlaps"]) - len(rows("told.csv"))
    moved = [row for row in found if abs(float(row["shift"])) >= MOVED]
    moved.sort(key=lambda row: -abs(float(row["shift"])))
    shifts = ", ".join(f"`{row['address']}` {float(row['shift']):+.2f}" for row in moved)
    return (
        f"\nAnd those of which it was not: {len(found)}. They are uncertain in every run as the "
        "posterior has them, about as wide as their priors have them; some are moved (*shift*). "
        f"So are {apart} more, how drivers deviate from their series, on which no event shall "
        "speak ([fitted to the series](drivers.md)). By family: entries, the least overlap of one "
        "with its prior, and the largest shift of a mean in prior standard deviations; then one by "
        "one.\n\n"
        + table(("parameter", "entries", "overlap", "shift", "prior", "meaning"), lines)
        + (
            f"\nMoved by {MOVED} prior standard deviations or more, though told by their priors by "
            f"the rule above (means): {len(moved)} of these {len(found)}. {shifts}.\n"
            if moved else ""
        )
        + f"\n<details><summary>The {len(found)} one by one</summary>\n\n"
        + _numbers(found)
        + "\n</details>\n"
    )  # fmt: skip


def _together(told: list[dict[str, str]]) -> str:
    """What the numbers that share a patron's attention out over the areas say together."""
    shifts = {row["address"]: float(row["shift"]) for row in told}
    lines = [
        (PATRON_NAMES[one.patron], str(one.numbers), f"{one.least:+.1f} to {one.most:+.1f}",
         f"{one.together:+.1f}")
        for one in to_defence(shifts)
    ]  # fmt: skip
    return (
        "\n## What numbers say together\n\n"
        "How a patron's attention is shared out over the areas rests on what the drivers call for "
        "in each (`salience`) and on its interest in all but general defence (`area_interest`). "
        "Those of general defence, and those of the other areas with the sign turned, are here "
        "added up: how far the record has moved a patron's attention to general defence from "
        "where it was assumed. Means in prior standard deviations, their sum over the root of "
        "their number. Values drawn from the priors would have such a sum within 1.6 in nine of "
        "ten cases; one of posterior means would be zero if nothing had been learned. A sum beyond "
        "2 is at odds with the priors, though most single numbers are not, and how far it goes "
        "hangs on their widths.\n\n" + table(("patron", "numbers", "each", "together"), lines)
    )


def _twice(told: list[dict[str, str]]) -> str:
    """Numbers whose priors have seen a part of what the likelihood reads."""
    rows = {row["address"]: row for row in told}
    return (
        "\n## Priors that had seen a part of the record\n\n"
        "The priors were set by readers of the record, and the centres of these by a look at rows "
        "that the likelihood reads again. Where the record then agrees with the prior it agrees "
        "with itself, and the posterior is narrower than it should be. By how much the centre "
        "matters the contraction tells: were it moved by one prior standard deviation, the "
        "posterior mean would move by about the share that stands in the last column (exactly, if "
        "both were normal and the number stood alone).\n\n"
        + table(
            ("number", "what its centre rests on", "mean, in prior sd", "moves by"),
            [
                (f"`{name}`", words, f"{float(rows[name]['shift']):+.2f}",
                 f"{1.0 - float(rows[name]['contraction']):.2f}")
                for name, words in SEEN.items()
            ],
        )
    )  # fmt: skip


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
                row["sentence"] + (SEEN_ALREADY if row["address"] in SEEN else ""),
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
        "weighted anew. The posterior "
        "means of these numbers then move by so many prior standard "
        f"deviations (those that move by 0.15 or more; the weights leave {left} independent draws):"
        "\n\n"
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
    least = {n: max(LISTED, clear(found, n)) for n in told["followed"] if n != SAME}
    others = list(least)
    cells = {(row["variant"], row["address"]): row for row in found}
    names = [
        row["address"] for row in found
        if row["variant"] == SAME
        and any(abs(float(cells[n, row["address"]]["shift"])) >= least[n] for n in others)
    ]  # fmt: skip
    return (
        "\n## What depends on how the record was judged\n\n"
        f"`{told['command']}`: all coverage multiplied by a factor, or some rows left out, and "
        f"{told['draws']} draws of the fit carried to the posterior under that (in effect "
        f"{worth}). [How it is done](../calibration.md#the-record-judged-otherwise).\n\n"
        + "".join(f"- {line}.\n" for line in in_words(found, lambda a: f"`{a}`"))
        + f"\nNumbers whose means move by {LISTED} posterior standard deviations or more, and by "
        "more than luck of the draws would: what they then are (median, 90%), and by how many "
        "they move (nothing where it is no more than luck):\n\n"
        + table(
            ("number", SAME, *others),
            [
                (
                    f"`{name}`", _interval(cells[SAME, name]),
                    *(
                        f"{_interval(cells[one, name])}; {float(cells[one, name]['shift']):+.2f}"
                        if abs(float(cells[one, name]["shift"])) >= least[one] else ""
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
    points = [name for name in points if any(row[name] != "nan" for row in told)]
    flat = sum(all(_near(row, n) for n in points if row[n] != "nan") for row in told)
    return (
        "\n## Profiles of the likelihood\n\nLog likelihood at five values of each number, in prior "
        "standard deviations from its prior's median, and on from an end that is the best, at "
        "most to four, less the best of all; the other numbers follow as in the posterior, its "
        "prior included: a section along its ridge, "
        f"and no profile of the likelihood alone. Each value is the mean of {LUCKS} estimates by "
        "the same luck at all; last stands the standard error of a value less the best (the "
        "middle one of a row). Values within two of it from the best, in italics, are not told "
        "apart from it: "
        f"in {flat} of {len(told)} rows that is all of them.\n\n"
        + table(
            ("number", *(name.removeprefix("profile_") for name in points), "error"),
            [
                (f"`{row['address']}`", *(_value(row, name) for name in points),
                 row["error_of_profile"])
                for row in told
            ],
        )
    )  # fmt: skip


def _value(row: dict[str, str], name: str) -> str:
    """A value of a profile, in italics where it is not told apart from the best."""
    if row[name] == "nan":
        return ""
    return f"*{row[name]}*" if _near(row, name) else row[name]


def _near(row: dict[str, str], name: str) -> bool:
    return -float(row[name]) <= 2.0 * float(row["error_of_profile"])
