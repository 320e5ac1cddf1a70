"""What a comparison says, in sentences with the cells that they rest on; B less A throughout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from ..model.names import AREA_NAMES, PATRON_NAMES, STATE_NAMES
from .compare import FEWEST, NONE, Comparison
from .manifest import Manifest
from .precision import Precision
from .tables import ALL
from .told import Teller, Told, number

OUTCOME_WORDS: Final = {
    "rung": "mean rung at the end",
    "rung_ge_3": "chance of joint activity or more at the end",
    "rung_ge_4": "chance of a mixed unit or more at the end",
    "rung_ge_5": "chance of a standing force at the end",
    "packages": "packages accepted",
    "delivered": "value delivered, USD million",
}
_TOP: Final = 3


def tables(
    comparisons: Sequence[Comparison], names: Sequence[str], manifest: Manifest
) -> dict[str, pd.DataFrame]:
    """Tables of the comparisons of several scenarios with the first; ``b`` names the scenario."""
    found: dict[str, list[pd.DataFrame]] = {}
    for name, comparison in zip(names[1:], comparisons, strict=True):
        table = comparison.table.assign(
            up=comparison.table["supported"] & (comparison.table["difference"] > 0),
            down=comparison.table["supported"] & (comparison.table["difference"] < 0),
        )
        parts = {
            "compare": table,
            "compare_years": comparison.years,
            "compare_fans": comparison.fans,
            "placebo": comparison.placebo,
            "facts": pd.DataFrame([_facts(comparison, manifest)]),
        }
        for key, frame in parts.items():
            columns = [c for c in frame if c != "b"]
            found.setdefault(key, []).append(frame.assign(b=name)[["b", *columns]])
    return {key: pd.concat(frames, ignore_index=True) for key, frames in found.items()}


def _facts(comparison: Comparison, manifest: Manifest) -> dict[str, float]:
    changed = comparison.table[comparison.table["share_changed"] > 0.0]
    removed = changed["variance_ratio"].dropna()
    levels = {"low": 0.0, "middle": 0.5, "high": 1.0}
    return {
        "runs": manifest.runs,
        "units": comparison.units,
        "fewest": FEWEST,
        "cut_a": comparison.cuts[0] or np.nan,
        "cut_b": comparison.cuts[1] or np.nan,
        "changed": comparison.changed,
        **{
            f"removed_{name}": float(removed.quantile(level)) if len(removed) else np.nan
            for name, level in levels.items()
        },
    }


def differences(comparison: Comparison, manifest: Manifest, name: str = "B") -> list[Told]:
    """Give the answer of one comparison in sentences."""
    return told(comparison, tables([comparison], ["A", name], manifest), name)


def told(comparison: Comparison, made: Mapping[str, pd.DataFrame], name: str = "B") -> list[Told]:
    """Sentences of one comparison from the tables of several."""
    teller = Teller(made)
    if comparison.verdict == NONE:
        teller.holds("none", "compare", "share_changed", b=name)
        return [
            teller.say(
                f"there is {NONE}: the two scenarios give the same rungs, packages and deliveries."
            )
        ]
    share = teller.cell("facts", "changed", "per_cent", b=name)
    sentences = [teller.say(f"{share} of runs differ in a rung or a package.")]
    if comparison.cuts[0] != comparison.cuts[1]:
        one, other = (
            f"to {teller.cell('facts', f'cut_{side}', 'year', b=name)}" if cut else "in no year"
            for side, cut in zip("ab", comparison.cuts, strict=True)
        )
        sentences.append(
            teller.say(
                f"The record is followed {one} in A and {other} in B: the differences below hold "
                "what the record itself makes, beside what B changes."
            )
        )
    if comparison.units < FEWEST:
        units = teller.cell("facts", "units", "whole", b=name)
        fewest = teller.cell("facts", "fewest", "whole", b=name)
        text = f"Only {units} independent pairs, too few to support any difference; ask for "
        sentences.append(teller.say(f"{text}{fewest} at least."))
        return sentences
    sentences += [
        _outcome(teller, outcome, words, name) for outcome, words in OUTCOME_WORDS.items()
    ]
    facts = made["facts"].set_index("b")
    if not np.isnan(float(facts["removed_middle"][name])):
        middle, low, high = (
            teller.cell("facts", f"removed_{level}", "per_cent", b=name)
            for level in ("middle", "low", "high")
        )
        sentences.append(
            teller.say(
                f"In the cells that change at all, pairing run by run removed {middle} of the "
                f"variance of the difference (median cell; from {low} to {high})."
            )
        )
    return sentences


def _outcome(teller: Teller, outcome: str, words: str, name: str) -> Told:
    where: dict[str, Any] = {"b": name, "outcome": outcome}
    rows = teller.tables["compare"]
    rows = rows[(rows["b"] == name) & (rows["outcome"] == outcome)]
    if (rows["area"] == ALL).any():
        where |= {"area": ALL}
        rows = rows[rows["area"] == ALL]
    supported = rows[rows["supported"]]
    if supported.empty:
        teller.holds("none", "compare", "supported", **where)
        return teller.say(f"No difference is supported for: {words}.")
    count, every, up, down = (
        teller.cell("compare", column, form, **where)
        for column, form in (
            ("supported", "true"), ("supported", "rows"), ("up", "true"), ("down", "true"),
        )
    )  # fmt: skip
    order = supported["difference"].abs().sort_values(ascending=False, kind="stable").index[:_TOP]
    parts = []
    for n in order:
        row = supported.loc[n]
        cell = {**where, "state": row["state"], "patron": row["patron"], "area": row["area"]}
        teller.holds("all", "compare", "supported", **cell)
        size, low, high = (
            teller.cell("compare", column, form, **cell)
            for column, form in (("difference", "signed"), ("lower", "number"), ("upper", "number"))
        )
        parts.append(f"{place(row)}: {size} ({low} to {high})")
    rest = "; among them " if len(supported) > _TOP else ": "
    return teller.say(
        f"{words}: supported in {count} of {every} cells ({up} up, {down} down)"
        f"{rest}{'; '.join(parts)}."
    )


def placebo(made: Mapping[str, pd.DataFrame], again: int) -> list[str]:
    """What the placebo checks found, a sentence for each; ``again`` runs were computed afresh."""
    said = [f"A against itself: {again} of its runs computed again, alone, differ in no number."]
    frame = made["placebo"].dropna()
    if frame.empty:
        return [*said, "Signs at random: nothing differs, so there is nothing to flip."]
    excluded = float(np.average(frame["excluded"], weights=frame["cells"]))
    false = float(frame["any_supported"].max())
    level, flips = float(frame["level"].iloc[0]), int(frame["flips"].iloc[0])
    verdict = "as it should be" if frame["good"].all() else "more than chance, so do not trust them"
    said.append(
        f"Signs of the pairs at random, {flips} times: {100 * excluded:.1f}% of intervals exclude "
        f"zero ({100 * level:.0f}% promised), and an outcome has a difference called supported in "
        f"{100 * false:.1f}% of cases at most ({100 * level:.0f}% promised): {verdict}."
    )
    return said


def precise(found: Precision, words: str, asked: bool, runs: int) -> str:
    """How precise the differences of an outcome are, and what more runs would do."""
    text = (
        f"Precision ({words}): the widest of the intervals is \N{PLUS-MINUS SIGN}"
        f"{number(found.widest)} with {runs:,} runs"
    )
    aim = f"\N{PLUS-MINUS SIGN}{number(found.half)}"
    if asked and found.met:
        return f"{text}, within the {aim} that was asked for."
    if np.isnan(found.runs):
        return (
            f"{text}; each draw of the parameters has one run, so what more would do is not known."
        )
    if np.isinf(found.runs):
        return (
            f"{text}; {aim} cannot be met with these draws of the parameters, which alone leave "
            f"\N{PLUS-MINUS SIGN}{number(found.floor)}."
        )
    return f"{text}; {aim} would need about {found.runs:,.0f} runs."


def place(row: pd.Series) -> str:
    """State, patron and area of a row in words."""
    state = "all five states" if row["state"] == ALL else STATE_NAMES[row["state"]]
    area = "all areas" if row["area"] == ALL else AREA_NAMES[row["area"]]
    return f"{state}, {PATRON_NAMES[row['patron']]}, {area}"


def interval(row: pd.Series) -> str:
    """Difference of a row with its 95% interval."""
    sign = "+" if row["difference"] > 0 else ""
    return f"{sign}{number(row['difference'])} ({number(row['lower'])} to {number(row['upper'])})"
