"""The page of the checks on records that the model itself brought forth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from steppe.calibration.diagnose import LEAST_ESS, MOST_RHAT
from steppe.calibration.recover import HEAD
from steppe.calibration.sbc import judged, uniformity
from steppe.calibration.target import readable
from steppe.cli.stale import likelihood_changed
from steppe.results.account.files import facts, number
from steppe.results.account.files import table as rows
from steppe.results.account.ranks import Ranks, bands, coverage, read, recovery
from steppe.results.account.sections import command_of

from .cells import table

REFERENCE = Path(__file__).parents[2] / "results" / "reference"
RIGHT, WRONG, LONG = REFERENCE / "sbc", REFERENCE / "sbc-wrong", REFERENCE / "recovered"
FIT = REFERENCE / "calibration"
APART = 2.0
"""Standard errors from which a mean of true values is told."""
NARROW = 0.75
"""Posterior sd, in prior sds, below which a number of the long record is listed."""


def page() -> str:
    """Whether ranks are uniform, whether intervals hold the truth, and the control."""
    right, wrong = read(RIGHT), read(WRONG)
    if right is None or wrong is None:
        raise FileNotFoundError(RIGHT if right is None else WRONG)
    return (
        "# Whether the fit gives back what simulated records were made of\n\n"
        f"{_made(right)} [How it is done](../calibration.md#checks-on-records-that-the-model-"
        f"brought-forth). Badge: {right.settings['badge']}.\n\n{_asked(right)}"
        + "\n![Ranks of the true values less uniform ranks, and those of the control]"
        "(../pictures/ranks.png)\n"
        + _ranks(right, wrong=False)
        + _aside(right)
        + "\n## How often an interval holds the true value\n\n"
        + table(
            ("should hold", "holds, all numbers", "least", "most", "one number by chance (98%)"),
            [
                (
                    f"{c['nominal']:.0%}", f"{c['mean']:.1%}",
                    f"{c['least']:.0%} (`{c['least_name']}`)",
                    f"{c['most']:.0%} (`{c['most_name']}`)", f"{c['low']:.0%} to {c['high']:.0%}",
                )
                for c in coverage(right)
            ],
        )
        + "\n## How well the true values are given back\n\n"
        + "Posterior means against the values that the records were made of, in prior standard "
        "deviations; what the records tell most of first. A number of which they tell nothing has "
        "a correlation near zero and a posterior as wide as its prior, 1. Records are drawn to "
        f"{right.settings['until']}: the real one is longer and tells more.\n\n"
        "![Known values against what the fit says of them](../pictures/recovery.png)\n\n"
        + table(
            ("number", "correlation", "mean error", "its standard error", "posterior sd"),
            [
                (
                    f"`{one['name']}`", f"{one['r']:.2f}", f"{one['bias']:+.2f}",
                    f"{one['error']:.2f}", f"{one['sd']:.2f}",
                )
                for one in recovery(right)
            ],
        )
        + _as_long()
        + "\n## The control: a likelihood that believes in half the coverage\n\n"
        + f"{_made(wrong)}\n\n"
        + _ranks(wrong, wrong=True)
    )  # fmt: skip


def _aside(found: Ranks) -> str:
    """Of which true values the check says less, since their records were set aside."""
    aside = [row for row in rows(RIGHT, "records.csv", ["set_aside"]) if row["set_aside"] == "True"]
    if not aside:
        return ""
    means = {
        name: float(np.mean([number(row[f"{name}:truth"], "records.csv", name) for row in aside]))
        for name in found.estimated
    }
    error = 1.0 / len(aside) ** 0.5
    apart = sorted((name for name in means if abs(means[name]) > APART * error),
                   key=lambda name: -abs(means[name]))  # fmt: skip
    shifts = {row["address"]: float(row["shift"]) for row in rows(FIT, "told.csv", ["shift"])}
    listed = "; ".join(
        f"`{name}` {means[name]:+.2f} (in the fit to the record {shifts[name]:+.2f})"
        for name in apart
    )
    return (
        f"\nOf the {len(aside)} records that were set aside the mean true value lies {APART:g} or "
        f"more of its standard errors ({error:.2f} prior standard deviations) from zero in "
        f"{len(apart)} of {len(means)} numbers, where luck would have it in some "
        f"{0.0455 * len(means):.0f}: {listed or 'none'}. Ranks of the others stay valid, since "
        "setting aside rests on the record; of such values the check says less. That the fit to "
        "the record is no such case rests on its own gate on noise, not on where it lies.\n"
    )


def _as_long() -> str:
    """Records as long as the real one, fitted by its chains, if there are any."""
    told = facts(LONG, "manifest.json")
    if not told:
        return ""
    found: list[dict[str, Any]] = [
        {name: cell if name == "address" else number(cell, "recovered.csv", name)
         for name, cell in row.items()}
        for row in rows(LONG, "recovered.csv", HEAD)
    ]  # fmt: skip
    clear = sorted((row for row in found if row["sd"] < NARROW), key=lambda row: row["sd"])
    listed = {row["address"]: None for row in clear}
    return (
        "\n## Records as long as the real one\n\n"
        f"`{told['command']}`: records to {told['until']}, each brought forth by a draw of the "
        "installed posterior and fitted by the chains of the real one: all "
        f"{len(told['estimated'])} numbers, {told['groups']} groups of {told['chains']} chains, "
        f"{told['particles']} particles on average. Intervals hold "
        + " and ".join(
            f"{share:.0%} of the true values where they say {level}"
            for level, share in told["held"].items()
        )
        + f"; {' and '.join(f'{share:.0%}' for share in told['due'].values())} would be due, were "
        "all normal: true values are draws of the posterior, and the fit begins with the prior "
        "again, which draws its means back. So few records show gross faults only: the numbers of "
        "one hang together, so that its shares scatter more than those of as many independent "
        f"ones.{_refused(told)}\n\n"
        + table(
            ("record", "packages", "50% intervals hold", "90% intervals hold", *_gates(told),
             "gates"),
            [_fit_in_cells(fit) for fit in told["fits"]],
        )
        + "\nNumbers of which a record tells most (posterior sd below "
        f"{NARROW:g} of the prior's in one of them): true value and 90% interval, in prior "
        "standard deviations; bold where the interval leaves it out.\n\n"
        + table(
            ("number", *(f"record {fit['number']}" for fit in told["fits"])),
            [
                (f"`{name}`", *(_held(row) for row in found if row["address"] == name))
                for name in listed
            ],
        )
    )  # fmt: skip


def _refused(told: dict[str, Any]) -> str:
    """What it means that a fit has not passed its gates."""
    failed = [fit for fit in told["fits"] if not all(gate["passed"] for gate in fit["gates"])]
    if not failed:
        return ""
    noisy = sum(not fit["gates"][-1]["passed"] for fit in failed)
    return (
        f" {len(failed)} of {len(told['fits'])} fits failed a gate and would not be installed"
        + (f", {noisy} for noise: its record asks for more particles than the real one"
           if noisy else "")
        + ". Intervals of such a fit stand here all the same, and count in these shares."
    )  # fmt: skip


def _gates(told: dict[str, Any]) -> list[str]:
    return [gate["name"] for gate in told["fits"][0]["gates"]]


def _fit_in_cells(fit: dict[str, Any]) -> tuple[str, ...]:
    failed = [gate["name"] for gate in fit["gates"] if not gate["passed"]]
    return (
        str(fit["number"]), str(fit["packages"]),
        *(f"{share:.0%}" for share in fit["held"].values()),
        *(format(gate["value"], ".0f" if gate["value"] >= 10 else ".4g") for gate in fit["gates"]),
        f"failed: {', '.join(failed)}" if failed else "passed",
    )  # fmt: skip


def _held(row: dict[str, Any]) -> str:
    words = f"{row['truth']:+.2f} ({row['q05']:+.2f} to {row['q95']:+.2f})"
    return words if row["q05"] <= row["truth"] <= row["q95"] else f"**{words}**"


def _made(found: Ranks) -> str:
    told = found.settings
    whole, passed = found.whole, _passed(found)
    return (
        f"`{command_of(told)}`: {found.records + found.set_aside} records to {told['until']}; "
        f"{found.set_aside} were set aside as too noisy to be fitted. The other {found.records} "
        f"have {whole['rows'].mean():.0f} rows on average; the chains of {int(passed.sum())} of "
        f"them passed the gates of a fit; the worst R-hat is {whole['rhat'].max():.3f}, the fewest "
        f"effective draws are {whole['ess'].min():.0f}."
    )


def _passed(found: Ranks) -> np.ndarray:
    """Which records' chains passed the gates of a fit."""
    return np.asarray((found.whole["rhat"] < MOST_RHAT) & (found.whole["ess"] > LEAST_ESS))


def _without_the_failed(found: Ranks) -> str:
    """Whether ranks are uniform among the records whose chains passed."""
    passed = _passed(found)
    if passed.all():
        return ""
    verdict, _ = judged(uniformity(found.rank[passed], found.ranked), wrong=False)
    return (
        f" These are all {found.records} fits. Of the {int(passed.sum())} alone whose chains "
        f"passed: {verdict[0].lower()}{verdict[1:]}."
    )


def _asked(found: Ranks) -> str:
    """Of which numbers and of which likelihood the check is."""
    told = found.settings
    which = "tells most of" if told["main"] else "was expected to tell of"
    words = (
        f"Asked of are the {len(found.estimated)} numbers that the record {which}; the other "
        f"{len(readable()) - len(found.estimated)} stand at the middle of their priors. "
    )
    if likelihood_changed(told):
        words += (
            "**The likelihood has changed since**: at the places of its probe it has other values "
            "now. The check is of the one before. "
        )
    return f"{words.strip()}\n"


def _ranks(found: Ranks, wrong: bool) -> str:
    """Verdict, and a line for each number."""
    values, within = uniformity(found.rank, found.ranked), bands(found)
    order = values.argsort()
    head = "\n## Ranks of the true values\n\n" if not wrong else ""
    return (
        f"{head}{judged(values, wrong)[0]}. {int(within.leaves_all.sum())} of "
        f"{len(found.estimated)} leave the band meant for all together, "
        f"{int(within.leaves_one.sum())} that meant for one (5 in 100 would by chance)."
        f"{'' if wrong else _without_the_failed(found)}\n\n"
        + table(
            ("number", "p of uniform ranks", "mean rank, 0 to 1", "leaves the band"),
            [
                (
                    f"`{found.estimated[n]}`", f"{values[n]:.2g}",
                    f"{found.rank[:, n].mean() / found.ranked:.2f}",
                    "of all" if within.leaves_all[n] else "of one" if within.leaves_one[n] else "",
                )
                for n in order
            ],
        )
    )  # fmt: skip
