"""The page of the study of the four areas: its sentences, made from the committed tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from steppe.model.names import AREA_NAMES, PATRON_NAMES
from steppe.results.study import claimed, sheets, short

from .cells import table

REFERENCE = Path(__file__).parents[2] / "results" / "reference" / "study"


def page() -> str:
    """The short answer, then each area, the rankings, what changes them, and the uncertainty."""
    about = json.loads((REFERENCE / short.ABOUT).read_text("utf-8"))
    tables = short.read(REFERENCE)
    tables |= claimed.claims(REFERENCE.parent, about["digests"]["posterior"])
    told = short.told(tables)
    facts = tables["facts"].iloc[0]
    return (
        "# What the study of the four areas found\n\n"
        f"`{about['command']}`: {int(facts['runs']):,} runs of each scenario over "
        f"{int(facts['draws'])} draws of the posterior, on the same luck. How it is done and how "
        "to read it: [the study](../study.md); the command writes the whole report, with pictures "
        f"and tables. Badge: {about['badge']}.\n\n"
        "Percentages are shares of runs of the model, not chances in the world; ranges in brackets "
        "are 95% intervals of the mean. What the model says of an area in which nothing is on "
        "record rests on its rules and on what was assumed of needs "
        "([what the model cannot tell](../model.md#what-this-model-cannot-tell)). "
        "From 2009 only packages are left open: parameters are fitted to the record to 2022 and "
        "drivers follow it after 2009, so that no number from there is what could have been "
        "expected then. [The documents' claims](claims.md) are tested with drivers held at 2009; "
        "where both test the same words, both numbers are given.\n\n"
        "## The short answer\n\n"
        + _listed(told["short"])
        + "".join(
            _area(area, told["areas"], tables)
            for area in dict.fromkeys(a for a, *_ in told["areas"])
        )
        + "## Which area grows fastest, which meets least resistance\n\n"
        + _listed(told["ranking"])
        + "## What changes the answer\n\n"
        + "What-ifs and baselines run under the logit rule; what another rule makes of the "
        "baselines stands under [where the uncertainty comes from]"
        "(#where-the-uncertainty-comes-from). Offers under a what-if are not kept, so whether it "
        "changes which area meets least resistance is not told.\n\n"
        + _listed(told["changes"])
        + "## Where the uncertainty comes from\n\n"
        + _listed(told["split"])
    )


def _area(
    area: str, told: dict[tuple[str, int, str], list[Any]], tables: dict[str, pd.DataFrame]
) -> str:
    words = AREA_NAMES[area]
    text = f"## {words[0].upper()}{words[1:]}\n\n"
    for (mine, viewpoint, patron), said in told.items():
        if mine == area:
            text += f"### From {viewpoint}, with {PATRON_NAMES[patron]}: {words}\n\n" + _listed(
                said
            )
            sheet = sheets.reached(tables, {"viewpoint": viewpoint, "area": area}, patron)
            text += f"{sheet.caption}\n\n" + table(sheet.head, sheet.rows)
    return text


def _listed(said: list[Any]) -> str:
    return "".join(f"- {one}.\n" for one in said) + "\n"
