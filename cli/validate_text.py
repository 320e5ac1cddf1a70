"""What ``steppe validate`` prints: the table, what follows from it, and the vocabulary."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from ..results.facts import without_the_record

if TYPE_CHECKING:
    from ..calibration.measures.sampler import Posterior

WIDTH: Final = 100


def number(value: float) -> str:
    """Write a number with three digits or as many as it has before the point."""
    if value != value:
        return "-"
    if abs(value) == float("inf"):
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def year_or(value: float, unit: str) -> str:
    """Write a number of a unit: years stand without a comma."""
    return (
        str(int(value))
        if unit == "year" and value == value and abs(value) < 1e9
        else (number(value))
    )


def table(rows: Iterable[dict[str, Any]]) -> Iterable[str]:
    """What the terminal shows: a line for each fact."""
    yield (
        f"{'fact':<31}{'stated':>8} {'band':>13}{'P(band)':>8} {'verdict':<8}"
        f"{'median':>8} {'5% to 95%':>17}{'place':>6} {'rank':>6}  standing"
    )
    starred = False
    for row in rows:
        unit = row["unit"]
        low, high = year_or(row["low"], unit), year_or(row["high"], unit)
        band = f"{low}..{high}" if low or high else "-"
        spread = f"{year_or(row['q05'], unit)} to {year_or(row['q95'], unit)}"
        rank, in_record = "-", row["standing"].endswith("in the record")
        if row["rank"] == row["rank"]:
            rank = f"{row['rank']:.0f}/{row['of']:.0f}"
        elif in_record and row["free_rank"] == row["free_rank"]:
            rank, starred = f"{row['free_rank']:.0f}/{row['free_of']:.0f}*", True
        yield (
            f"{row['id'][:30]:<31}{year_or(row['value'], unit):>8} {band:>13}"
            f"{number(row['probability']):>8} {row['verdict']:<8}"
            f"{year_or(row['median'], unit):>8} {spread:>17}{number(row['place']):>6} {rank:>6}"
            f"  {row['standing']}"
        )
    if starred:
        yield (
            "* where the runs were given the fact's years: rank of the same model free of the "
            "record, columns free_..."
        )


def summary(
    rows: list[dict[str, Any]], arms_until: int, fits: Mapping[str, Posterior]
) -> Iterable[str]:
    """What follows from the rows, losses first."""
    judged = [row for row in rows if row["verdict"] in ("pass", "unsure", "fail")]
    ranked = [row for row in rows if row["rank"] == row["rank"]]
    beaten = [row for row in ranked if row["rank"] > 1]
    ahead = [row for row in rows if row["standing"] == "out of the record"]
    yield ""
    for verdict, meaning in (
        ("fail", "fail (probability of the band below one half, median outside)"),
        ("unsure", "are unsure (probability below one half, median inside)"),
    ):
        names = [row["id"] for row in judged if row["verdict"] == verdict]
        yield from told(
            f"{len(names)} of {len(judged)} facts with a band {meaning}"
            f"{': ' + ', '.join(names) if names else ''}."
        )
    if ranked:
        names = [f"{row['id']} ({row['beaten_by']})" for row in beaten]
        yield from told(
            f"A naive rule scores better than the model in {len(beaten)} of {len(ranked)} facts in "
            f"which the two have the same years to go by{': ' + ', '.join(names) if names else ''}."
        )
    for line in without_the_record(rows):
        yield from told(line)
    stated = [row for row in rows if row["inside_90"]]
    if stated:
        inside = sum(row["inside_90"] == "yes" for row in stated)
        yield from told(
            f"The stated value lies in the central 90% of the runs in {inside} of {len(stated)}."
        )
    yield from told(
        f"{len(ahead)} of {len(rows)} facts are out of the record; the others have been imposed "
        "on the runs or read by the fit, wholly or in part, and tell how well it fits, not how "
        "well it foresees."
    )
    walked = [f"{r['id']} (by {r['years_beyond_data']:.0f})" for r in rows
              if r["years_beyond_data"] > 0.0]  # fmt: skip
    if walked:
        yield from told(
            f"Volumes of arms were read to {arms_until}; levels of suppliers walk on after "
            f"it, so years beyond are no data: {', '.join(walked)}."
        )
    for row in rows:
        if row["defined"] < 0.995:  # what rounds to nothing is not told
            yield from told(
                f"{row['id']}: not defined in {1.0 - row['defined']:.0%} of the runs, which count "
                "as outside the band."
            )
    for name, one in fits.items():
        if not one.sound:
            yield from told(
                f"The measure of {name} has not converged (R-hat {one.r_hat:.2f}, "
                f"{one.effective:.0f} effective draws): no verdict on what rests on it."
            )


def told(sentence: str) -> list[str]:
    """Wrap a sentence as an item of a list."""
    return textwrap.wrap(sentence, WIDTH, initial_indent="- ", subsequent_indent="  ")


def words() -> Iterable[str]:
    """Write the vocabulary."""
    from ..explore.validate.vocabulary import (
        OVER,
        QUANTITIES,
        RECORDS,
        STATISTICS,
        WORDS,
    )

    def entry(name: str, meaning: str) -> list[str]:
        return textwrap.wrap(
            meaning, WIDTH, initial_indent=f"  {name:<16}", subsequent_indent=" " * 18
        )

    yield "QUANTITY"
    for name, quantity in QUANTITIES.items():
        yield from entry(name, f"{quantity.meaning} [{quantity.unit}]")
        details = [
            f"filters: {', '.join(quantity.filters)}",
            f"statistics: {', '.join(quantity.statistics)}",
            *([f"of: {', '.join(OVER[name])}"] if "share_of" in quantity.statistics else []),
            f"rests on: {quantity.rests_on}",
        ]
        yield from entry("", "; ".join(details))
    yield "\nSTATISTIC"
    for name, meaning in STATISTICS.items():
        yield from entry(name, meaning)
    yield "\nRECORD (of packages and exercises: who is taken to have counted)"
    for name, meaning in RECORDS.items():
        yield from entry(name, meaning)
    yield "\nWORDS OF THE FILTERS (blank: all; several states are joined by semicolons)"
    for name, allowed in WORDS.items():
        yield from entry(name, ", ".join(allowed))
    yield "\nOTHER COLUMNS"
    for name, meaning in COLUMNS.items():
        yield from entry(name, meaning)


COLUMNS: Final[dict[str, str]] = {
    "id": "Name of the fact, once in the file.",
    "first_year": "First year of the period, 1992 or later.",
    "last_year": "Last year of the period, to the horizon of the scenario.",
    "at": "Level of quantile, threshold of share_above, years of share_after, rung of first_year.",
    "value": "What is stated. Scores and the place are taken at it.",
    "low": "Least value of the band; blank is open.",
    "high": "Largest value of the band; blank is open.",
    "unit": "If given, must be the quantity's own: a guard against thousands for millions.",
    "source": "Where it is stated.",
    "note": "Anything.",
}
"""Columns that are no words of a vocabulary."""
