"""The page of the posterior predictive checks: misses first."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from steppe.cli.predictive import ends, in_words, name, place, single, values
from steppe.explore.predictive.checks import Summary
from steppe.results.memberships import HEAD, act_cells, memberships_in_words

from .cells import table

REFERENCE = Path(__file__).parents[2] / "results" / "reference" / "predictive"


def rows(name: str = "predictive.csv") -> list[dict[str, Any]]:
    """A table of the committed results."""
    with (REFERENCE / name).open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def page() -> str:
    """Counts of counts, misses, the picture, and all totals and shapes."""
    told = json.loads((REFERENCE / "manifest.json").read_text("utf-8"))
    found = [row for row in rows() if row["documented"]]
    counts = [row for row in found if row["kind"] == "count" and single(row)]
    missed = [row for row in found if row["miss"]]
    outside = [row for row in found if single(row) and row["held"] == "no"]
    return (
        "# What the fitted model would have on record\n\n"
        f"`{told['command']}`: {told['runs']:,} free runs from 1992 over {told['draws']} draws of "
        f"the posterior, as the sources would tell of them, beside what is documented to "
        f"{told['until']}. Runs know the drivers, the traits, memberships and how far the sources "
        f"reach, and no package. Badge: {told['badge']}.\n\n"
        "The model was fitted to this record. That it brings the like of it forth is the least to "
        "be asked; a miss shows what it cannot do. For whether it foresees anything see the "
        "[backtest](backtest.md).\n\n"
        "## In how many places it holds\n\n"
        "Whole numbers make intervals hold more than they say, and cells move together. So every "
        "simulated record was put in the place of the documented one: beside each number stands "
        "what the model's own records give (middle; 5% to 95%), and how often they are as bad or "
        "worse.\n\n"
        + "".join(f"- {in_words(Summary(**one))}.\n" for one in told["summaries"])
        + f"\n## Misses: {len(missed)}\n\n"
        "What is on record lies outside the interval that holds 98 of 100 records of the model.\n\n"
        + table(
            ("what", "unit", "on record", "model: 1%", "middle", "99%"),
            [_line(row, ("q01", "median", "q99"), told["until"]) for row in missed],
        )
        + f"\nOf the single cells these {len(outside)} lie outside the interval that holds 90 of "
        "100:\n\n"
        + _held(outside, told["until"])
        + "\n## By area\n\n"
        "Sources often leave the area of a package open. On record stand the packages that can be "
        "of no other area, and those that can be of this one; an area is a miss only if both lie "
        "outside. What the model says of an area in which nothing is on record rests on its rules "
        "and on what is assumed of needs.\n\n"
        + table(
            ("patron and area", "on record", "model: 5%", "middle", "95%", ""),
            [
                (place(row), ends(row), *(f"{float(row[c]):.0f}" for c in ("q05", "median", "q95")),
                 _verdict(row))
                for row in rows("areas.csv")
            ],
        )
        + "\n## By state, patron and form\n\n"
        "![Documented packages beside those expected, by state, patron and form]"
        "(../../results/reference/predictive/predictive.png)\n\n"
        "First years and sums by state, where something is on record or expected in half of the "
        "model's records:\n\n"
        + _held(
            [
                row for row in found
                if row["state"] != "all" and row["kind"] in ("first year", "sum", "largest sum")
                and _there(row, told["until"])
            ],
            told["until"],
        )
        + "\n"
        "Counted are packages of their own and parts in joint exercises: "
        f"{sum(float(row['documented']) for row in counts):.0f}. The record has more "
        "documented packages, since it counts what states answered to their organisations "
        "([below](#acts-of-membership)) among them.\n"
        "\n## Totals and shapes\n\nOne in ten lies outside by chance, about.\n\n"
        + _held([row for row in found if not single(row)], told["until"])
        + "\n## Acts of membership\n\n"
        "Every run is given who is a member when; what the states answered is observed. An act "
        "is an offer of the lowest rung in the organisation's name (the SCO with the Shanghai "
        "Five, the CSTO with its treaty); shown is how likely the fitted rule makes what the "
        "state did, on paths of the world that follow the record, with the membership of the year "
        "before.\n\n"
        + table(HEAD, [act_cells(row) for row in rows("memberships.csv")])
        + "\n"
        + "".join(
            f"{line}\n\n" for line in memberships_in_words(rows("memberships.csv"))
        )
        + "## Reading the tables\n\n"
        "A first year is *none* where nothing of the kind is on record. Sums are those of "
        "assistance whose sum is told; sizes are those of offers, although larger ones are "
        "accepted more often. Troops are those of all sides in the "
        f"{told['sizes']} exercises whose size is told, beside as many of the same patrons and "
        "forms that the measure of troops brings forth: given that an exercise happened its size "
        "hangs on no number of the model, so these rows are not among the counts on top. They are "
        "of several states at once, so they stand by patron and form. All statistics, with "
        "their places among the simulated ones: "
        "`results/reference/predictive/predictive.csv`.\n"
    )  # fmt: skip


def _held(found: list[dict[str, Any]], until: int) -> str:
    """Statistics beside the model's 90% interval, and which lie outside."""
    return table(
        ("what", "unit", "on record", "model: 5%", "middle", "95%", ""),
        [(*_line(row, ("q05", "median", "q95"), until), _verdict(row)) for row in found],
    )


def _verdict(row: dict[str, Any]) -> str:
    return "miss" if row["miss"] else "outside" if row["held"] == "no" else ""


def _there(row: dict[str, Any], until: int) -> bool:
    """Whether something of a row is on record, or in half of the model's records."""
    if row["unit"] == "year":
        return min(float(row["documented"]), float(row["median"])) <= until
    return max(float(row["documented"]), float(row["median"])) > 0.0


def _line(row: dict[str, Any], columns: tuple[str, ...], until: int) -> tuple[str, ...]:
    return (name(row), row["unit"], *values(row, columns, until))
