"""What a backtest found, in sentences that follow from its numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ...model.names import PATRON_NAMES, STATE_NAMES

MODEL: Final = "model"
PAIR: Final = "patron and form"
SHOWN: Final = ("all", "kind", "patron", "state", "form", PAIR)
"""Groups of cells in the figure and the sentences, in this order."""
MONEY: Final = "crps of log sum"
SCORES: Final = {
    "log": "log score",
    "crps": "CRPS of yearly totals",
    "brier": "Brier score",
    "rps of rungs": "ranked probability score of the highest rung",
    MONEY: "CRPS of yearly sums, in logs",
}
"""Scores in which the model has a gain or a loss."""
JOINT: Final = "joint log density"
"""Score of what the filter reads, of the model and its ablations; rolling only."""
AGAINST: Final = "log against the model"
"""Score of the model without a mechanism, less that with it."""
CLEAR_BY_LUCK: Final = (0.06, 0.10)
"""Share of gains that would be clearly above zero, and of losses below, were there none: of
independent years, and of years of which one tells of the next (``python -m benchmarks.interval``;
skewed years give fewer)."""
FEW: Final = 20.0
"""Draws in effect below which a difference between fits may be luck of the draws."""
SEEDS: Final = 2.0
"""Standard deviations over seeds below which a difference is luck of the computer."""


def mechanisms(
    rows: Sequence[Mapping[str, Any]], power: Mapping[str, float], effective: Sequence[float] = ()
) -> Iterator[str]:
    """A sentence for each mechanism that was switched off.

    Parameters
    ----------
    rows : sequence of mapping
        Scores.
    power : mapping of str to float
        By competitor, the share of futures in which the model is clearly better if it is right.
    effective : sequence of float
        Draws in effect from which each year was forecast, where they followed the record.
    """
    few = min(effective, default=FEW) < FEW
    joint = {row["competitor"]: row for row in rows if row["score"] == JOINT}
    for row in rows:
        if row["score"] != AGAINST:
            continue
        gain, low, high = row["gain"], row["low"], row["high"]
        sure = (low > 0.0 or high < 0.0) and abs(gain) > SEEDS * row["gain_sd"]
        told = "no use and no harm is seen"
        if sure and few:
            told = (
                f"no finding, since from {min(effective):.0f} draws in effect luck of the draws "
                "can do as much"
            )
        elif sure:
            told = "the mechanism does harm here" if gain > 0.0 else "the mechanism shows its use"
        elif row["competitor"] in power:
            told += (
                f"; by years alone and from one origin its use would be clear in "
                f"{power[row['competitor']]:.0%} of futures, were the model right"
            )
        name = row["competitor"].removeprefix("no ")
        density = ""
        if (own := joint.get(row["competitor"])) is not None:
            luck = float(own["gain_sd"])
            density = (
                f" Of areas, participants and amounts as well (joint log density) it is "
                f"{nats(own['gain'])} ({interval(own['low'], own['high'])}"
                + (f"; standard deviation by the luck of the draws {luck:.1f})." if luck == luck
                   else ").")
            )  # fmt: skip
        yield (
            f"Without {name} the log score is {nats(gain)} ({interval(low, high)}; standard "
            f"deviation over seeds {row['gain_sd']:.1f}): {told}.{density}"
        )


def nats(gain: float) -> str:
    """How much better or worse."""
    return f"{abs(gain):.1f} nats {'better' if gain > 0.0 else 'worse'}"


def clear_losses(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """In which scores and groups of cells the model is clearly behind the best baseline."""
    found: dict[str, list[str]] = {}
    for row in rows:
        shown = row["score"] in SCORES and row["by"] in SHOWN
        if shown and row["competitor"] == MODEL and row["high"] < 0.0:
            gain, low, high = (signed(row[name]) for name in ("gain", "low", "high"))
            text = f"{where(row)} ({gain}, {low} to {high})"
            found.setdefault(SCORES[row["score"]], []).append(text)
    for score, texts in found.items():
        yield f"Clear losses in the {score}: {'; '.join(texts)}."
    if not found:
        yield "No score of the model is clearly behind the best baseline."


def by_chance(rows: Sequence[Mapping[str, Any]]) -> str:
    """How many gains and losses are clear, beside how many would be by luck of the years."""
    own = [
        row for row in rows
        if row["competitor"] == MODEL and row["score"] in SCORES and row["by"] in SHOWN
        and row["low"] == row["low"]
    ]  # fmt: skip
    won, lost = sum(r["low"] > 0.0 for r in own), sum(r["high"] < 0.0 for r in own)
    least, most = (round(share * len(own)) for share in CLEAR_BY_LUCK)
    return (
        f"Of {len(own)} gains and losses with an interval {lost} are clearly losses and {won} "
        f"clearly gains. They overlap. Were the model as good as the baseline each time, some "
        f"{least} to {most} of each would be clear by luck of the years, and of losses more, since "
        "the best baseline is chosen with hindsight."
    )


def by_state(rows: Sequence[Mapping[str, Any]], totals: Sequence[Mapping[str, Any]]) -> str:
    """Of which states, and of which forms, the gain in the log score comes.

    Against one and the same baseline everywhere: that which is best in all.
    """
    logs = {
        (row["competitor"], row["by"], row["key"]): row for row in rows if row["score"] == "log"
    }
    whole = logs[MODEL, "all", "all"]

    def parts(by: str) -> list[tuple[str, float, int]]:
        keys = [key for name, group, key in logs if name == MODEL and group == by]
        found = [
            (key, logs[MODEL, by, key]["value"] - logs[whole["best"], by, key]["value"],
             sum(int(row["documented"]) for row in totals if row[by] == key))
            for key in keys
        ]  # fmt: skip
        return sorted(found, key=lambda one: -one[1])

    states, forms = parts("state"), parts("form")
    left = sum(gain for _, gain, _ in states[1:])

    def listed(by: str, found: Sequence[tuple[str, float, int]]) -> str:
        return ", ".join(
            f"{where({'by': by, 'key': key})} {gain:+.1f} ({count} documented)"
            for key, gain, count in found
        )

    apart, there = "", logs.get((MODEL, "without", states[0][0]))
    if there is not None:
        apart = f" ({interval(there['low'], there['high'])})"
        if there["best"] != whole["best"]:
            apart = f"; over {there['best']}, which is best there, {there['gain']:+.1f}{apart}"
    return (
        f"Of the {whole['gain']:+.1f} nats against {whole['best']}: {listed('state', states)}. "
        f"Without {STATE_NAMES[states[0][0]]}, where it is largest, {left:+.1f} are left{apart}. "
        "By form: "
        f"{listed('form', forms)}."
    )


def sums(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """How the yearly sums of assistance are forecast, in all and by patron."""
    own = {(row["score"], row["by"], row["key"]): row for row in rows if row["competitor"] == MODEL}
    parts = []
    for place in (("all", "all"), *(("patron", name) for name in PATRON_NAMES)):
        row = own.get((MONEY, *place))
        held = [own.get((f"coverage {level} of sums", *place)) for level in ("50%", "90%")]
        if row is None or None in held:
            return
        gain, low, high = (signed(row[name]) for name in ("gain", "low", "high"))
        clear = row["low"] > 0.0 or row["high"] < 0.0
        sure = "" if clear else "not clearly, "
        sure += interval(math.nan, 0.0) if row["low"] != row["low"] else f"{low} to {high}"
        told = " and ".join(f"{one['value']:.0%}" for one in held if one is not None)
        both = row["by"] == "all"
        parts.append(
            f"{'both patrons' if both else where(row)} {gain} against {row['best']} ({sure}); its "
            f"50% and 90% intervals hold {told} of the years{' of each patron' if both else ''}"
        )
    yield (
        f"Yearly sums (CRPS in logs, gain over the best baseline): {'. '.join(parts)}. The "
        "baselines have the sizes on record of both patrons together. Before 2010 none of these is "
        "Russia's: where it is so at the cut, a gain in Russian sums says little."
    )


def by_patron(totals: Sequence[Mapping[str, Any]], best: str) -> str:
    """Packages documented and expected, in all and by patron."""

    def told(patron: str | None) -> str:
        own = [row for row in totals if patron is None or row["patron"] == patron]
        seen, model, other = (
            sum(float(row[name]) for row in own) for name in ("documented", MODEL, best)
        )
        name = "In all" if patron is None else PATRON_NAMES[patron]
        return f"{name}: {seen:.0f} documented, the model expected {model:.1f}, {best} {other:.1f}"

    return ". ".join(told(patron) for patron in (None, *PATRON_NAMES)) + "."


def by_form(totals: Sequence[Mapping[str, Any]], best: str) -> str:
    """Of which patron and form most of what the model expected too few of, or too many, was."""
    gaps: dict[tuple[str, str], list[float]] = {}
    for row in totals:
        one = gaps.setdefault((str(row["patron"]), str(row["form"])), [0.0, 0.0, 0.0])
        for n, name in enumerate(("documented", MODEL, best)):
            one[n] += float(row[name])
    missed = sum(one[0] - one[1] for one in gaps.values())
    order = sorted(gaps, key=lambda key: -abs(gaps[key][0] - gaps[key][1]))
    told = "; ".join(
        f"{form.replace('_', ' ')} with {PATRON_NAMES[patron]} {gaps[patron, form][0]:.0f} "
        f"documented, {gaps[patron, form][1]:.1f} expected, {gaps[patron, form][2]:.1f} by {best}"
        for patron, form in order[:3]
    )
    return (
        f"The model expected {abs(missed):.1f} packages too {'few' if missed > 0 else 'many'}. "
        f"Furthest off: {told}."
    )


def years(totals: Sequence[Mapping[str, Any]], best: str) -> list[dict[str, Any]]:
    """Packages of each year: ``year, documented``, and expected by ``model`` and ``best``."""
    found: dict[int, dict[str, Any]] = {}
    for row in totals:
        year = int(row["year"])
        one = found.setdefault(year, {"year": year, "documented": 0, "model": 0.0, "best": 0.0})
        one["documented"] += int(row["documented"])
        one["model"] += float(row[MODEL])
        one["best"] += float(row[best])
    return [found[year] for year in sorted(found)]


def where(row: Mapping[str, Any]) -> str:
    """Cells of a score, in words."""
    if row["by"] == "all":
        return "all packages"
    known = PATRON_NAMES | STATE_NAMES
    parts = str(row["key"]).split(".") if row["by"] == PAIR else [str(row["key"])]
    return ", ".join(known.get(part, part.replace("_", " ")) for part in parts)


def signed(value: float) -> str:
    """Gain as text: two decimals, or one digit where it is small.

    >>> signed(-1.116), signed(-0.0034), signed(0.0)
    ('-1.12', '-0.003', '+0.00')
    """
    return f"{value:+.2f}" if abs(value) >= 0.05 or value == 0.0 else f"{value:+.1g}"


def interval(low: float, high: float) -> str:
    """An interval of a gain, or that there is none."""
    if low != low:
        return "one year tells nothing of its uncertainty"
    return f"90% interval {low:+.1f} to {high:+.1f}"
