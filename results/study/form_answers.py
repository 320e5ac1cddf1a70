"""Sentences on the four areas by the form of package: which grows fastest, which resists least."""

from __future__ import annotations

from typing import Any, Final

from ...model.names import FORMS, PATRON_NAMES
from ..tables import ALL
from ..told import Teller, Told, chosen, named
from ..words import listed
from .forms import GROWTH, WORDS

_NUMBER: Final = {GROWTH: "signed", "acceptance": "per_cent"}


def on_areas_by_form(teller: Teller, measure: str, viewpoint: int, patron: str) -> Told:
    """Say of each form which of the four areas is first by a measure, where one is told apart."""
    at: dict[str, Any] = {"viewpoint": viewpoint, "measure": measure, "patron": patron}
    rows = chosen(teller.tables["forms"], at)
    one = {**at, "form": FORMS[0], "place": 1}  # any row: all have these two in common
    since = teller.cell("forms", "viewpoint", "year", **one)
    who = {ALL: "both patrons together"}.get(patron, PATRON_NAMES.get(patron, patron))
    heading = f"from {since}, with {who}, by form, "
    if measure == GROWTH:
        window = teller.cell("forms", "window", "whole", **one)
        heading += f"packages a year at the end less those at the start ({window} years each): "
    else:
        heading += "by the share of offers accepted: "
    parts, open_, none = [], [], []
    for form in FORMS:
        here: dict[str, Any] = {**at, "form": form}
        mine = rows[rows["form"] == form].sort_values("place")
        if teller.holds("none", "forms", "offers", **here):
            none.append(WORDS[form])
        elif teller.holds("none", "forms", "told", **here):
            open_.append(WORDS[form])
        else:
            parts.append(_told_apart(teller, here, str(mine["area"].iloc[0])))
    if open_:
        parts.append(f"of {listed(open_)} no area is told apart from all others")
    if none:
        parts.append(f"of {listed(none)} there are no offers")
    return teller.say(heading + "; ".join(parts))


def _told_apart(teller: Teller, here: dict[str, Any], area: str) -> str:
    """The area that is ahead of all others, with its mean and interval."""
    mine = {**here, "area": area}
    teller.holds("all", "forms", "told", **mine)
    teller.holds("all", "form_pairs", "ahead", **mine)
    value, low, high = (
        teller.cell("forms", name, _NUMBER[here["measure"]], **mine)
        for name in ("mean", "lower", "upper")
    )
    if here["measure"] == GROWTH:
        verb = "grows fastest" if teller.holds("all", "forms", "grows", **mine) else "is ahead"
        if verb == "grows fastest":
            teller.holds("largest", "forms", "mean", {"area": area}, **here)
    else:
        verb = "meets least resistance"
        teller.holds("largest", "forms", "mean", {"area": area}, **here)
        teller.holds("smallest", "forms", "place", {"area": area}, **here)
    return f"of {WORDS[here['form']]} {named(area)} {verb} ({value}, {low} to {high})"
