"""The tables that stand in the report of a study, in words and figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import pandas as pd

from ...model.names import FORMS, PATRON_NAMES, PATRONS, STATES
from ..tables import ALL
from ..told import chosen, named, number, per_cent, signed
from .answers import RUNG_WORDS
from .forms import GROWTH, WORDS
from .growth import MEASURES
from .whatifs import OUTCOMES

Tables = Mapping[str, pd.DataFrame]
STEP: Final = 5
"""Years between the columns of a table."""


class Sheet(NamedTuple):
    """A table as it is shown; the first ``words`` columns are text."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: int = 1


def area(tables: Tables, name: str, viewpoint: int) -> list[Sheet]:
    """Tables of one area from one viewpoint."""
    at = {"viewpoint": viewpoint, "area": name}
    sheets = [reached(tables, at, patron) for patron in PATRONS]
    sheets += [_times(tables, at), _obstacles(tables, at), _terms(tables, at)]
    if "what_ifs" in tables and viewpoint in set(tables["what_ifs"]["viewpoint"]):
        sheets.append(_what_ifs(tables, {**at, "outcome": "rung"}))
    return sheets


def reached(tables: Tables, at: Mapping[str, Any], patron: str) -> Sheet:
    """Share of runs that have come to a rung, by state and year."""
    frame = pd.concat([tables["reach"], tables["reach_any"]])
    frame = chosen(frame, {**at, "patron": patron})
    last = int(frame["year"].max())
    years = [y for y in frame["year"].unique() if y % STEP == 0 or y in (last, at["viewpoint"])]
    rows = []
    for rung, words in RUNG_WORDS.items():
        for state in (*STATES, "any"):
            mine = chosen(frame, {"rung": rung, "state": state}).set_index("year")
            cells = [
                f"{per_cent(mine.loc[y, 'p'])} ({100 * mine.loc[y, 'lower']:.0f} to "
                f"{100 * mine.loc[y, 'upper']:.0f})"
                for y in years
            ]
            rows.append([named(state) if state != "any" else "any of the five", words, *cells])
    caption = (
        f"With {PATRON_NAMES[patron]}: share of runs that have come to a rung by the end of a year "
        "(95% interval)."
    )
    return Sheet(caption, ["State", "Rung", *map(str, years)], rows, 2)


def _times(tables: Tables, at: Mapping[str, Any]) -> Sheet:
    rows = []
    for patron in PATRONS:
        for rung, words in RUNG_WORDS.items():
            for state in STATES:
                where = {**at, "patron": patron, "rung": rung, "state": state}
                row = chosen(tables["times"], where).iloc[0]
                known = not pd.isna(row["q50"])
                when = f"{row['q50']:.0f} ({row['q25']:.0f} to {row['q75']:.0f})" if known else ""
                rows.append(
                    [
                        f"{named(state)}, {PATRON_NAMES[patron]}", words, per_cent(row["p_start"]),
                        per_cent(row["p_new"]), per_cent(row["p_never"]), when or "too few runs",
                    ]
                )  # fmt: skip
    head = ["State, patron", "Rung", "There already", "Comes to it", "Does not by the end",
            "First year: median (middle half)"]  # fmt: skip
    return Sheet("Time to a rung, of the runs that newly come to it.", head, rows, 2)


def _obstacles(tables: Tables, at: Mapping[str, Any]) -> Sheet:
    rows = [
        [
            f"{_state(row['state'])}, {PATRON_NAMES[row['patron']]}",
            str(row["offers"]),
            per_cent(row["share_declined"]),
            (row["term"] or "too few declined") + ("" if row["told"] or not row["term"]
                                                   else f" or {row['next']}: not told apart"),
            number(row["mean"]) if row["term"] else "",
        ]
        for _, row in chosen(tables["obstacles"], at).iterrows()
    ]  # fmt: skip
    head = ["State, patron", "Offers", "Declined", "Weighs most against", "Mean contribution"]
    return Sheet(
        "What stands in the way: offers of the traced runs, share declined, and the term of the "
        "utility that is lowest in declined offers.", head, rows, 1,
    )  # fmt: skip


def _terms(tables: Tables, at: Mapping[str, Any]) -> Sheet:
    frame = chosen(tables["terms"], {**at, "state": ALL})
    rows = []
    for term in frame["term"].unique():
        cells = []
        for patron in PATRONS:
            row = chosen(frame, {"term": term, "patron": patron}).iloc[0]
            cells += [f"{row[n]:+.2f}".replace("-", "\N{MINUS SIGN}") if row[n] == row[n] else ""
                      for n in ("declined", "accepted")]  # fmt: skip
        rows.append([term, *cells])
    head = ["Term", *(f"{PATRON_NAMES[p]}, {w}" for p in PATRONS for w in ("declined", "accepted"))]
    return Sheet("Mean contribution of each term to the utility of an offer.", head, rows)


def _what_ifs(tables: Tables, at: Mapping[str, Any]) -> Sheet:
    frame = chosen(tables["what_ifs"], at)
    rows = []
    for patron in PATRONS:
        mine = chosen(frame, {"patron": patron}).sort_values("place")
        rows += [[f"{row['title']}, {PATRON_NAMES[patron]}", *_difference(row)]
                 for _, row in mine.iterrows()]  # fmt: skip
    return Sheet(f"What the what-ifs change: {OUTCOMES['rung']}, what-if less baseline.",
                 ["What-if, patron", *_DIFFERENCE], rows)  # fmt: skip


_DIFFERENCE: Final = ("Baseline", "What-if", "Difference (95% interval)", "Higher in", "Lower in",
                      "Supported")  # fmt: skip


def _difference(row: pd.Series) -> list[str]:
    return [
        number(row["mean_a"]), number(row["mean_b"]),
        f"{signed(row['difference'])} ({signed(row['lower'])} to {signed(row['upper'])})",
        per_cent(row["p_b_greater"]), per_cent(row["p_a_greater"]),
        "yes" if row["supported"] else "no",
    ]  # fmt: skip


def rankings(tables: Tables) -> list[Sheet]:
    """Growth, resistance, and resistance by form."""
    rows = []
    for _, row in tables["ranking"].iterrows():
        form = per_cent if row["measure"] == "acceptance" else signed
        rows.append(
            [
                f"{row['viewpoint']}: {MEASURES[row['measure']]}", _patron(row["patron"]),
                named(row["area"]), str(row["place"]),
                f"{form(row['mean'])} ({form(row['lower'])} to {form(row['upper'])})",
                per_cent(row["p_first_run"]), per_cent(row["p_first_draw"]),
            ]
        )  # fmt: skip
    head = ["From, measure", "Patron", "Area", "Place", "Mean (95% interval)", "First in runs",
            "First in draws"]  # fmt: skip
    made = [Sheet("The four areas ranked. Equal ones share.", head, rows, 3)]
    frame = tables["resistance"]
    for viewpoint in frame["viewpoint"].unique():
        by_form = []
        for patron in PATRONS:
            for name in frame["area"].unique():
                mine = chosen(frame, {"viewpoint": viewpoint, "patron": patron, "area": name})
                mine = mine.set_index("form")
                cells = [
                    f"{per_cent(float(mine['declined'][f]))} of {number(float(mine['offers'][f]))}"
                    if f in mine.index else ""
                    for f in (*FORMS, ALL)
                ]  # fmt: skip
                by_form.append([f"{named(name)}, {PATRON_NAMES[patron]}", *cells])
        made.append(
            Sheet(
                f"From {viewpoint}: share of offers declined, of how many in a run, by form; from "
                "the traced runs.",
                ["Area, patron", *(f.replace("_", " ") for f in FORMS), "all"], by_form,
            )
        )  # fmt: skip
    return [*made, *_by_form(tables)]


def _by_form(tables: Tables) -> list[Sheet]:
    """Growth of each form in the four areas, and which area is first."""
    made = []
    frame = chosen(tables["forms"], {"measure": GROWTH})
    for viewpoint in frame["viewpoint"].unique():
        rows = []
        mine = chosen(frame, {"viewpoint": viewpoint})
        for _, row in mine.iterrows():
            rows.append(
                [
                    f"{WORDS[row['form']]}, {_patron(row['patron'])}", named(row["area"]),
                    number(row["early"]), number(row["late"]),
                    f"{signed(row['mean'])} ({signed(row['lower'])} to {signed(row['upper'])})",
                    per_cent(row["p_first_run"]),
                    "yes" if row["told"] else "no",
                ]
            )  # fmt: skip
        window = int(mine["window"].iloc[0])
        head = ["Form, patron", "Area", f"First {window} years", f"Last {window} years",
                "Growth (95% interval)", "First in runs", "Ahead of all others"]  # fmt: skip
        made.append(
            Sheet(
                f"From {viewpoint}: packages a year by form and area, in the first and in the last "
                f"{window} years of the traced runs.", head, rows, 2,
            )
        )  # fmt: skip
    return made


def changes(tables: Tables) -> list[Sheet]:
    """What-ifs over all areas, by outcome and viewpoint."""
    if "what_ifs" not in tables:
        return []
    made = []
    frame = chosen(tables["what_ifs"], {"area": ALL})
    for viewpoint in frame["viewpoint"].unique():
        for outcome, words in OUTCOMES.items():
            rows = []
            for patron in PATRONS:
                where = {"viewpoint": viewpoint, "outcome": outcome, "patron": patron}
                mine = chosen(frame, where).sort_values("place")
                rows += [
                    [f"{row['title']}, {PATRON_NAMES[patron]}", *_difference(row)]
                    for _, row in mine.iterrows()
                ]
            caption = f"From {viewpoint}, all areas: {words}, what-if less baseline."
            made.append(Sheet(caption, ["What-if, patron", *_DIFFERENCE], rows))
    return made


def rules(tables: Tables) -> list[Sheet]:
    """The baselines under other decision rules, over all areas."""
    if "rules" not in tables:
        return []
    rows = [
        [
            f"{row['viewpoint']}: {OUTCOMES[row['outcome']]}",
            f"{named(row['rule'])}, {PATRON_NAMES[row['patron']]}", *_difference(row),
        ]
        for _, row in chosen(tables["rules"], {"area": ALL}).iterrows()
    ]  # fmt: skip
    head = ["From, outcome", "Rule, patron", "Logit", "Other rule", *_DIFFERENCE[2:]]
    return [Sheet("The baselines if states decided otherwise, all areas.", head, rows, 2)]


def splits(tables: Tables) -> list[Sheet]:
    """Variance components of every outcome over all areas and by area."""
    if "split" not in tables:
        return []
    rows = []
    for _, row in tables["split"].iterrows():
        cells = [
            f"{per_cent(row[f'share_{part}'])} ({100 * row[f'se_share_{part}']:.1f})"
            if row[f"share_{part}"] == row[f"share_{part}"] else "not asked"
            for part in ("structure", "parameters", "chance")
        ]  # fmt: skip
        where = "all areas" if row["area"] == ALL else named(row["area"])
        label = f"{row['viewpoint']}: {OUTCOMES[row['outcome']]}"
        rows.append(
            [label, f"{PATRON_NAMES[row['patron']]}, {where}", number(row["total"]), *cells]
        )
    head = ["From, outcome", "Patron, area", "Variance", "Decision rule", "Parameters", "Chance"]
    return [Sheet("Variance between runs and its shares (standard error, points).", head, rows, 2)]


def cases(tables: Tables) -> list[Sheet]:
    """The scenarios of the study."""
    rows = [
        [
            row["scenario"], row["title"], str(row["viewpoint"]),
            {"across": "all"}.get(row["about"], named(row["about"])), row["role"], row["rule"],
        ]
        for _, row in tables["cases"].iterrows()
    ]  # fmt: skip
    head = ["Scenario", "Title", "From", "About", "Part", "Decision rule"]
    return [Sheet("Scenarios of the study, by the name under which they run.", head, rows, 6)]


def _state(label: str) -> str:
    return "all five states" if label == ALL else named(label)


def _patron(label: str) -> str:
    return "both together" if label == ALL else PATRON_NAMES[label]
