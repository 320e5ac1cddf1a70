"""The answers of a study in sentences, each with the cells that it rests on.

Which sentence is said follows from the tables: a state is put first only where its interval lies
above those of all others, a term only where it is told apart from the next, an area or a what-if
only where its differences are supported when all that are judged with them are taken together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from ...model.names import PATRON_NAMES, PATRONS, STATES
from ..tables import ALL
from ..told import Teller, Told, chosen, named
from ..words import listed
from . import forms
from .form_answers import on_areas_by_form
from .growth import FOUR, MEASURES
from .whatifs import OUTCOMES

RUNG_WORDS: Final = {3: "joint activity", 4: "a mixed unit", 5: "a standing force"}
BRIGADES: Final = (
    "; collective brigades are not among these: the model proposes none unless a scenario does, "
    "and one needs both patrons' interest and the consent of two members of China's organisation"
)
_TOP: Final = 3
"""What-ifs that are named for each patron."""


def on_area(teller: Teller, area: str, viewpoint: int, patron: str) -> list[Told]:
    """Say how far an area goes with a patron, when, and what stands in the way."""
    at: dict[str, Any] = {"viewpoint": viewpoint, "patron": patron, "area": area}
    return [
        _any_state(teller, at),
        _likeliest(teller, at),
        *_time(teller, at),
        _obstacle(teller, at),
        *_exceptions(teller, at),
    ]


def _any_state(teller: Teller, at: dict[str, Any]) -> Told:
    horizon = _horizon(teller, at)
    parts = []
    for rung, words in RUNG_WORDS.items():
        p = teller.cell("reach_any", "p", "per_cent", **at, rung=rung, year=horizon)
        before = teller.cell("times_any", "p_start", "per_cent", **at, rung=rung)
        parts.append(f"{words} in {p} of runs (already there in {before})")
    year = teller.cell("reach_any", "year", "year", **at, rung=5, year=horizon)
    since = teller.cell("times_any", "viewpoint", "year", **at, rung=5)
    return teller.say(
        f"one of the five states at least has come to {listed(parts)} by {year}; what stood "
        f"already in {since} is the model's reconstruction"
        f"{BRIGADES if at['area'] == 'peacekeeping' else ''}",
        **_heading(at),
    )


def _likeliest(teller: Teller, at: dict[str, Any]) -> Told:
    """Which state comes to a mixed unit likeliest, if one is apart from the others."""
    where: dict[str, Any] = {**at, "rung": 4, "year": _horizon(teller, at)}
    rows = chosen(teller.tables["reach"], where).sort_values("p", ascending=False, kind="stable")
    first = str(rows["state"].iloc[0])
    mine = {**where, "state": first}
    if float(rows["p"].iloc[0]) > 0.0 and teller.holds(
        "apart", "reach", "lower|upper", {"state": first}, **where
    ):
        p, low, high = (
            teller.cell("reach", name, "per_cent", **mine) for name in ("p", "lower", "upper")
        )
        return teller.say(
            f"the likeliest to come to a mixed unit is {named(first)}: {p} of runs ({low} to "
            f"{high})",
            **_heading(at),
        )
    parts = []
    for state in rows["state"].iloc[:3]:
        p = teller.cell("reach", "p", "per_cent", **{**where, "state": state})
        parts.append(f"{named(state)} in {p} of runs")
    return teller.say(
        f"no state stands apart in how often it comes to a mixed unit ({listed(parts)})",
        **_heading(at),
    )


def _time(teller: Teller, at: dict[str, Any]) -> list[Told]:
    """When a mixed unit is reached, in the state in which most runs newly reach it."""
    rows = chosen(teller.tables["times"], {**at, "rung": 4})
    best = rows.sort_values("runs_new", ascending=False, kind="stable").iloc[0]
    where: dict[str, Any] = {**at, "rung": 4, "state": best["state"]}
    if pd.isna(best["q50"]):
        teller.holds("missing", "times", "q50", **where)
        text = (
            f"a mixed unit is newly reached in {teller.cell('times', 'runs_new', 'whole', **where)}"
            f" runs in {named(best['state'])}, too few for a time to it"
        )
        return [teller.say(text, **_heading(at))]
    new = teller.cell("times", "p_new", "per_cent", **where)
    middle, low, high = (
        teller.cell("times", name, "year", **where) for name in ("q50", "q25", "q75")
    )
    never = teller.cell("times", "p_never", "per_cent", **where)
    return [
        teller.say(
            f"in {named(best['state'])} {new} of runs newly come to a mixed unit, in {middle} in "
            f"the median (middle half {low} to {high}); {never} do not by the end, and in "
            "the others one stood there already",
            **_heading(at),
        )
    ]


def _obstacle(teller: Teller, at: dict[str, Any]) -> Told:
    where: dict[str, Any] = {**at, "state": ALL}
    row = chosen(teller.tables["obstacles"], where).iloc[0]
    declined = teller.cell("obstacles", "share_declined", "per_cent", **where)
    if not row["term"]:
        return teller.say(
            f"{declined} of the offers are declined, too few for a term to be named",
            **_heading(at),
        )
    if teller.holds("all", "obstacles", "told", **where) and teller.holds(
        "smallest", "terms", "declined", {"term": row["term"]}, **where
    ):
        mean, taken = (
            teller.cell("terms", name, "number", term=row["term"], **where)
            for name in ("declined", "accepted")
        )
        text = f"{row['term']} weighs most against those ({mean} on average, {taken} in accepted "
        text += f"offers), then {_next(teller, str(row['next']), where)}"
        if teller.holds("smallest", "terms", "gap", {"term": row["term"]}, **where):
            gap = teller.cell("terms", "gap", "size", term=row["term"], **where)
            text += f"; {row['term']} also parts declined from accepted offers by most ({gap})"
    else:
        text = f"{row['term']} and {row['next']} weigh against those and are not told apart"
    return teller.say(f"{declined} of the offers are declined; {text}", **_heading(at))


def _next(teller: Teller, term: str, where: dict[str, Any]) -> str:
    """The term that is lowest but one, in declined and in accepted offers."""
    mean, taken = (
        teller.cell("terms", name, "number", term=term, **where)
        for name in ("declined", "accepted")
    )
    return f"{term} ({mean} and {taken})"


def _exceptions(teller: Teller, at: dict[str, Any]) -> list[Told]:
    """States in which another term weighs most than in all together."""
    rows = chosen(teller.tables["obstacles"], at).set_index("state")
    terms = rows["term"].astype(str).to_dict()
    said = []
    for state in STATES:
        term = terms[state]
        where: dict[str, Any] = {**at, "state": state}
        if term and term != terms[ALL] and teller.holds("all", "obstacles", "told", **where):
            teller.holds("smallest", "terms", "declined", {"term": term}, **where)
            mean = teller.cell("terms", "declined", "number", term=term, **where)
            said.append(f"in {named(state)} {term} weighs most ({mean})")
    return [teller.say(listed(said), **_heading(at))] if said else []


def what_changes(teller: Teller, area: str, viewpoint: int, patron: str) -> Told:
    """Say which what-ifs move the mean rung of an area, those with the larger estimates first."""
    at: dict[str, Any] = {"viewpoint": viewpoint, "patron": patron, "area": area, "outcome": "rung"}
    rows = chosen(teller.tables["what_ifs"], at)
    told = rows[rows["supported"]].sort_values("place")
    where: dict[str, Any] = {**at, "scenario": rows["scenario"].iloc[0]}
    since = teller.cell("what_ifs", "viewpoint", "year", **where)
    count = teller.cell("what_ifs", "supported", "true", **at)
    every = teller.cell("what_ifs", "supported", "rows", **at)
    large = teller.cell("what_ifs", "sizeable", "true", **at)
    size = teller.cell("facts", "sizeable", "plain")
    text = (
        f"from {since}, with {PATRON_NAMES[patron]}: {count} of {every} what-ifs make a supported "
        f"difference to the mean rung, {large} of them one of {size} or more"
    )
    parts = []
    for scenario in told["scenario"].iloc[:_TOP]:
        where = {**at, "scenario": scenario}
        teller.holds("all", "what_ifs", "supported", **where)
        up = teller.holds("positive", "what_ifs", "lower", **where)
        if not up:
            teller.holds("negative", "what_ifs", "upper", **where)
        title = teller.cell("what_ifs", "title", "name", **where)
        size, low, high = (
            teller.cell("what_ifs", name, "signed", **where)
            for name in ("difference", "lower", "upper")
        )
        parts.append(f"\N{LEFT DOUBLE QUOTATION MARK}{title}\N{RIGHT DOUBLE QUOTATION MARK} "
                     f"{'raises' if up else 'lowers'} it ({size}, {low} to {high})")  # fmt: skip
    return teller.say(f"{text}{': ' if parts else ''}{'; '.join(parts)}", **_heading(at))


def on_firsts(teller: Teller, viewpoint: int, patron: str) -> Told:
    """Say whether a what-if changes which area's mean rung rises most."""
    at: dict[str, Any] = {"viewpoint": viewpoint, "patron": patron}
    rows = chosen(teller.tables["firsts"], at)
    area, scenario = (str(rows[name].iloc[0]) for name in ("area", "scenario"))
    since = teller.cell("firsts", "viewpoint", "year", scenario=scenario, **at)
    same = teller.cell("firsts", "same", "true", **at)
    every = teller.cell("firsts", "same", "rows", **at)
    text = (
        f"from {since}, with {PATRON_NAMES[patron]}: {named(area)} grows fastest by its mean rung "
        f"in the baseline and under {same} of {every} what-ifs"
    )
    teller.holds("largest", "ranking", "mean", {"area": area}, measure="rungs", **at)
    parts = []
    for _, row in rows[~rows["same"]].iterrows():
        where = {**at, "scenario": row["scenario"]}
        teller.holds("none", "firsts", "same", **where)
        title, other = (teller.cell("firsts", name, "name", **where) for name in ("title", "other"))
        lead = teller.cell("firsts", "lead", "number", **where)
        parts.append(
            f"under \N{LEFT DOUBLE QUOTATION MARK}{title}\N{RIGHT DOUBLE QUOTATION MARK} it is "
            f"{other}, by {lead} of a rung"
        )
    return teller.say(f"{text}{'; ' if parts else ''}{'; '.join(parts)}")


def on_ranking(teller: Teller, measure: str, viewpoint: int, patron: str) -> Told:
    """Say which of the four areas is first by a measure, if it is told from all others."""
    at: dict[str, Any] = {"viewpoint": viewpoint, "measure": measure, "patron": patron}
    rows = chosen(teller.tables["ranking"], at).sort_values("place")
    first, second = (str(rows["area"].iloc[n]) for n in (0, 1))
    mine = {**at, "area": first}
    of = " of offers accepted" if measure == "acceptance" else ""
    since = teller.cell("ranking", "viewpoint", "year", **mine)
    value, low, high = (
        teller.cell("ranking", name, _FORM[measure], **mine) for name in ("mean", "lower", "upper")
    )
    words = {
        "rungs": "grows fastest by its mean rung",
        "packages": "grows fastest by packages a year",
        "acceptance": "meets least resistance",
    }[measure]
    who = {ALL: "both patrons together"}.get(patron, PATRON_NAMES.get(patron, patron))
    if teller.holds("all", "pairs", "ahead", area=first, **at):
        teller.holds("largest", "ranking", "mean", {"area": first}, **at)
        if measure == "acceptance":  # least resistance is the highest acceptance
            teller.holds("smallest", "ranking", "place", {"area": first}, **at)
        form, unit = ("points", " points") if measure == "acceptance" else ("signed", "")
        ahead = teller.cell("pairs", "difference", form, area=first, other=second, **at)
        text = (
            f"{named(first)} {words} ({value}{of}, {low} to {high}), ahead of {named(second)} by "
        )
        text += ahead + unit
    else:
        pairs = chosen(teller.tables["pairs"], {**at, "area": first})
        level = [str(o) for o in pairs[~pairs["ahead"]]["other"]]
        for other in level:
            teller.holds("none", "pairs", "ahead", area=first, other=other, **at)
        names = [f"{named(first)} ({value}{of}, {low} to {high})", *(named(o) for o in level)]
        verb = {"acceptance": "meets least resistance"}.get(measure, "grows fastest")
        text = f"which area {verb} is not settled between {listed(names)}"
        teller.holds("largest", "ranking", "mean", {"area": first}, **at)
        teller.holds("smallest", "ranking", "place", {"area": first}, **at)
    runs = teller.cell("ranking", "p_first_run", "per_cent", **mine)
    draws = teller.cell("ranking", "p_first_draw", "per_cent", **mine)
    text += f"; {named(first)} is ahead in {runs} of runs and in {draws} of the draws of the "
    text += "parameters"
    often = str(rows.sort_values("p_first_run", ascending=False, kind="stable")["area"].iloc[0])
    if often != first:
        teller.holds("largest", "ranking", "p_first_run", {"area": often}, **at)
        share = teller.cell("ranking", "p_first_run", "per_cent", **{**at, "area": often})
        text += f", and run by run it is {named(often)} that is ahead most often ({share})"
    return teller.say(f"from {since}, with {who}, {text}")


_FORM: Final = {"rungs": "signed", "packages": "signed", "acceptance": "per_cent"}


def on_expectation(teller: Teller, viewpoint: int) -> list[Told]:
    """Hold the report's ranking against the model's: energy fastest, with least resistance."""
    energy = "energy_protection"
    said = []
    for measure, expected in (
        ("rungs", "grow fastest"),
        ("acceptance", "meet least resistance"),
    ):
        at: dict[str, Any] = {"viewpoint": viewpoint, "measure": measure, "patron": "china"}
        since = teller.cell("ranking", "viewpoint", "year", area=energy, **at)
        pairs = chosen(teller.tables["pairs"], {**at, "area": energy})
        ahead = [str(other) for other in pairs[pairs["behind"]]["other"]]
        if teller.holds("all", "pairs", "ahead", area=energy, **at):
            verdict = "the model agrees"
        elif ahead:
            for other in ahead:
                teller.holds("all", "pairs", "behind", area=energy, other=other, **at)
            are = "are" if len(ahead) > 1 else "is"
            verdict = f"in the model {listed([named(o) for o in ahead])} {are} ahead of it"
        else:
            teller.holds("not_all", "pairs", "ahead", area=energy, **at)
            teller.holds("none", "pairs", "behind", area=energy, **at)
            verdict = "the model does not settle it"
        place = teller.cell("ranking", "place", "whole", area=energy, **at)
        of = teller.cell("ranking", "place", "rows", **at)
        text = (
            f"from {since}: the report expected energy protection to {expected}, with China: "
            f"{verdict} (place {place} of {of})"
        )
        here: dict[str, Any] = {"viewpoint": viewpoint, "patron": "china", "area": energy}
        if measure == "rungs" and teller.holds("none", "record", "most", **here):
            first, last = (teller.cell("record", n, "year", **here) for n in ("first", "last"))
            text += f"; but no package of it with China is on record from {first} to {last}"
        said.append(teller.say(text))
        if measure == "rungs":
            said += _claimed(teller, viewpoint)
    return said


def _claimed(teller: Teller, viewpoint: int) -> list[Told]:
    """Hold the study beside the documents' claims, which test the same words on other runs."""
    if "claims" not in teller.tables:
        return []
    rows = chosen(teller.tables["claims"], {"cut": viewpoint})
    if rows.empty:
        return []
    at: dict[str, Any] = {"id": str(rows["id"].iloc[0])}
    energy = {"viewpoint": viewpoint, "patron": "china", "area": "energy_protection"}
    name = teller.cell("claims", "id", "name", **at)
    there = teller.cell("claims", "probability", "per_cent", **at)
    cut, end = (teller.cell("claims", n, "year", **at) for n in ("cut", "horizon"))
    here = teller.cell("ranking", "p_first_run", "per_cent", measure="rungs", **energy)
    year = _horizon(teller, energy)
    last = teller.cell("reach_any", "year", "year", rung=4, year=year, **energy)
    return [
        teller.say(
            f"the same claim as the documents' claims test it ({name}) has energy protection ahead "
            f"with China in {there} of runs: there evidence and drivers stop at {cut} and the "
            f"rungs of {end} are compared; here it is ahead in {here}: drivers follow the record "
            f"beyond the viewpoint, and the rungs of {last} are compared"
        )
    ]


def on_forms(teller: Teller, viewpoint: int, patron: str) -> Told:
    """Say how often offers of mixed units are declined in each of the four areas."""
    at: dict[str, Any] = {"viewpoint": viewpoint, "patron": patron, "form": "unit"}
    rows = chosen(teller.tables["resistance"], at)
    areas = [area for area in FOUR if area in set(rows["area"])]
    heading = f"with {PATRON_NAMES[patron]}, of mixed units that are offered"
    if not areas:
        return teller.say(f"{heading} nothing can be said: none is")
    since = teller.cell("resistance", "viewpoint", "year", area=areas[0], **at)
    parts = []
    for area in areas:
        share, low, high = (
            teller.cell("resistance", name, "per_cent", area=area, **at)
            for name in ("declined", "lower", "upper")
        )
        parts.append(f"{share} ({low} to {high}) in {named(area)}")
    return teller.say(f"from {since}, {heading}, states decline {listed(parts)}")


def on_record(teller: Teller, viewpoint: int, patron: str) -> Told:
    """Say what is on record in each of the four areas, as far as sources tell the area."""
    at: dict[str, Any] = {"viewpoint": viewpoint, "patron": patron}
    first, last = (
        teller.cell("record", name, "year", area=FOUR[0], **at) for name in ("first", "last")
    )
    parts = []
    for area in FOUR:
        low = teller.cell("record", "least", "whole", area=area, **at)
        if not teller.holds("level", "record", "least|most", area=area, **at):
            low += " to " + teller.cell("record", "most", "whole", area=area, **at)
        parts.append(f"{low} in {named(area)}")
    return teller.say(
        f"on record from {first} to {last} with {PATRON_NAMES[patron]}, as far as sources tell the "
        f"area of a package: {listed(parts)}"
    )


def on_split(teller: Teller, viewpoint: int, patron: str, outcome: str) -> Told:
    """Say how the variance of an outcome is split."""
    at: dict[str, Any] = {"viewpoint": viewpoint, "patron": patron, "area": ALL, "outcome": outcome}
    row = chosen(teller.tables["split"], at).iloc[0]
    since = teller.cell("split", "viewpoint", "year", **at)
    parts = []
    for part, words in (
        ("structure", "the decision rule"),
        ("parameters", "parameters"),
        ("chance", "chance"),
    ):
        if pd.isna(row[f"share_{part}"]):
            continue
        share = teller.cell("split", f"share_{part}", "per_cent", **at)
        error = teller.cell("split", f"se_share_{part}", "points", **at)
        parts.append(f"{share} ({error} points standard error) to {words}")
    return teller.say(
        f"from {since}: {OUTCOMES[outcome]}, {PATRON_NAMES[patron]}: of the variance between runs, "
        f"{listed(parts)}"
    )


def on_rules(teller: Teller, viewpoint: int) -> list[Told]:
    """Say what another decision rule makes of the mean rung over all areas."""
    rows = chosen(teller.tables["rules"], {"viewpoint": viewpoint})
    said = []
    for rule in rows["rule"].unique():
        parts = []
        at: dict[str, Any] = {"viewpoint": viewpoint, "rule": rule, "outcome": "rung", "area": ALL}
        since = teller.cell("rules", "viewpoint", "year", patron=PATRONS[0], **at)
        for patron in PATRONS:
            where = {**at, "patron": patron}
            if not teller.holds("all", "rules", "supported", **where):
                teller.holds("none", "rules", "supported", **where)
                parts.append(f"makes no supported difference with {PATRON_NAMES[patron]}")
                continue
            up = teller.holds("positive", "rules", "lower", **where)
            if not up:
                teller.holds("negative", "rules", "upper", **where)
            size, low, high = (
                teller.cell("rules", name, "signed", **where)
                for name in ("difference", "lower", "upper")
            )
            verb = "raises" if up else "lowers"
            parts.append(f"{verb} it with {PATRON_NAMES[patron]} ({size}, {low} to {high})")
        said.append(
            teller.say(f"from {since}, mean rung at the end: {named(rule)} {listed(parts)}")
        )
    return said


def _horizon(teller: Teller, at: dict[str, Any]) -> int:
    rows = chosen(teller.tables["reach"], {"viewpoint": at["viewpoint"]})
    return int(rows["year"].max())


def _heading(at: dict[str, Any]) -> dict[str, Any]:
    return {name: at[name] for name in ("patron", "area") if name in at}


def short(teller: Teller, viewpoints: Sequence[int]) -> list[Told]:
    """The short answer from the last viewpoint: how far each area goes with either patron."""
    said = []
    for area in FOUR:
        at: dict[str, Any] = {"viewpoint": viewpoints[-1], "area": area}
        since = teller.cell("times_any", "viewpoint", "year", patron=PATRONS[0], rung=4, **at)
        parts = []
        for rung, words in ((4, "a mixed unit"), (5, "a standing force")):
            shares = []
            for p in PATRONS:
                where = {**at, "rung": rung, "patron": p}
                new = teller.cell("times_any", "p_new", "per_cent", **where)
                before = teller.cell("times_any", "p_start", "per_cent", **where)
                shares.append(f"{new} of runs with {PATRON_NAMES[p]} (already there in {before})")
            parts.append(f"{words} is newly reached in {listed(shares)}")
        year = teller.cell("times_any", "horizon", "year", patron=PATRONS[0], rung=4, **at)
        text = (
            f"from {since}, {named(area)}: somewhere in the five states {listed(parts)} by the end "
            f"of {year}; what is already there is the model's reconstruction"
        )
        said.append(teller.say(f"{text}{BRIGADES if area == 'peacekeeping' else ''}"))
    return said


def in_short(teller: Teller, viewpoints: Sequence[int]) -> list[Told]:
    """The short answer, the report's expectation, and what moves the rungs from the last view."""
    said = short(teller, viewpoints)
    for viewpoint in viewpoints:
        said += on_expectation(teller, viewpoint)
    return said + changes(teller, viewpoints[-1:])


def rankings(teller: Teller, viewpoints: Sequence[int]) -> list[Told]:
    """The report's expectation, then each measure, patron and viewpoint."""
    said = []
    for viewpoint in viewpoints:
        said += on_expectation(teller, viewpoint)
        said += [on_record(teller, viewpoint, patron) for patron in PATRONS]
        said += [
            on_ranking(teller, measure, viewpoint, patron)
            for measure in MEASURES
            for patron in (*PATRONS, ALL)
        ]
        said += [
            on_areas_by_form(teller, measure, viewpoint, patron)
            for measure in forms.MEASURES
            for patron in (*PATRONS, ALL)
        ]
        said += [on_forms(teller, viewpoint, patron) for patron in PATRONS]
    return said


def changes(teller: Teller, viewpoints: Sequence[int]) -> list[Told]:
    """What-ifs that move the mean rung over all areas, where a viewpoint has any."""
    if "what_ifs" not in teller.tables:
        return []
    has = set(teller.tables["what_ifs"]["viewpoint"])
    return [
        one
        for viewpoint in viewpoints
        if viewpoint in has
        for patron in PATRONS
        for one in (
            what_changes(teller, ALL, viewpoint, patron),
            on_firsts(teller, viewpoint, patron),
        )
    ]


def splits(teller: Teller, viewpoints: Sequence[int]) -> list[Told]:
    """How the variance is split, for two outcomes."""
    if "split" not in teller.tables:
        return []
    said = []
    for viewpoint in viewpoints:
        said += [
            on_split(teller, viewpoint, patron, outcome)
            for outcome in ("rung", "packages")
            for patron in PATRONS
        ]
        if "rules" in teller.tables:
            said += on_rules(teller, viewpoint)
    return said
