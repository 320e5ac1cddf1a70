"""The cases of a study and the tables made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ...model.names import AREAS, PATRONS
from ..tables import ALL, tidy
from . import forms, growth, obstacles, reach, whatifs
from .estimates import interval, units
from .split import COMPONENTS, split


@dataclass(frozen=True)
class Case:
    """One scenario of a study and what was kept of its runs.

    Attributes
    ----------
    name, title, question, area, rule : str
        ``area`` is that which the scenario is about, or ``across``.
    kept : mapping of name to ndarray
        ``[run, ...]``, see ``explore.study.outcomes``.
    """

    name: str
    title: str
    question: str
    area: str
    rule: str
    kept: Mapping[str, np.ndarray]


class OnRecord(NamedTuple):
    """Documented packages by area that a view is read beside: after it, or all if it is the last.

    ``least`` and ``most`` are ``[patron, area]``: those that can be of no other area, and those
    that can be of this one.
    """

    first: int
    last: int
    least: np.ndarray
    most: np.ndarray


@dataclass(frozen=True)
class View:
    """All cases seen from one viewpoint.

    Attributes
    ----------
    viewpoint, horizon : int
        Last year on record, last year of the runs.
    baseline : Case
    what_ifs, rules : sequence of Case
        What-ifs, and the baseline under other decision rules.
    decisions : mapping of name to ndarray
        Offers of traced runs of the baseline, see ``explore.study.decisions``.
    record : OnRecord
    """

    viewpoint: int
    horizon: int
    baseline: Case
    what_ifs: Sequence[Case]
    rules: Sequence[Case]
    decisions: Mapping[str, np.ndarray]
    record: OnRecord


def tables(
    views: Sequence[View], terms: Sequence[str], facts: Mapping[str, float]
) -> dict[str, pd.DataFrame]:
    """All tables of a study by name.

    Parameters
    ----------
    views : sequence of View
    terms : sequence of str
        Terms of the utility, in the order of the decisions' columns.
    facts : mapping of str to number
        Numbers of the study itself that its sentences name; ``draws`` and ``runs`` among them.
    """
    draws = int(facts["draws"])
    found: dict[str, list[pd.DataFrame]] = {}

    def add(name: str, frame: pd.DataFrame) -> None:
        found.setdefault(name, []).append(frame)

    for view in views:
        at = (draws, view.viewpoint, view.horizon)
        for name, make in (("reach", reach.reach), ("times", reach.times)):
            frame = make(view.baseline.kept, *at)
            add(name, frame[frame["state"] != reach.ANY])
            add(f"{name}_any", frame[frame["state"] == reach.ANY])
        add("stands", reach.stands(view.baseline.kept, *at))
        areas, pairs = growth.ranking(view.baseline.kept, *at)
        add("ranking", areas)
        add("pairs", pairs)
        add("resistance", growth.resistance(view.decisions, view.viewpoint))
        of_forms, apart = forms.by_form(view.decisions, view.viewpoint, view.horizon)
        add("forms", of_forms)
        add("form_pairs", apart)
        of_terms, cells = obstacles.obstacles(view.decisions, terms, view.viewpoint)
        add("terms", of_terms)
        add("obstacles", cells)
        if view.what_ifs:
            add("what_ifs", whatifs.placed(_beside(view, view.what_ifs, draws)))
        if view.rules:
            add("rules", _beside(view, view.rules, draws))
        if len(view.baseline.kept["last"]) // draws > 1:
            add("split", _split(view, draws))
        add("cases", _cases(view))
        every = [view.baseline, *view.what_ifs, *view.rules]
        add("levels", levels(view.viewpoint, every, draws))
        add("record", _record(view))
    made = {name: pd.concat(frames, ignore_index=True) for name, frames in found.items()}
    if "what_ifs" in made:
        made["firsts"] = whatifs.firsts(made["ranking"], made["what_ifs"])
    return made | {"facts": pd.DataFrame([{**facts, "sizeable": whatifs.SIZEABLE}])}


def _beside(view: View, cases: Sequence[Case], draws: int) -> pd.DataFrame:
    """Paired differences of some cases and the baseline, judged together."""
    frames = []
    for case in cases:
        frame = whatifs.paired(view.baseline.kept, case.kept, draws, len(cases))
        labels: dict[str, Any] = {
            "viewpoint": view.viewpoint, "scenario": case.name, "title": case.title,
            "about": case.area, "rule": case.rule,
        }  # fmt: skip
        frames.append(frame.assign(**labels)[[*labels, *frame.columns]])
    return pd.concat(frames, ignore_index=True)


def _split(view: View, draws: int) -> pd.DataFrame:
    """Split the variance of every outcome, patron and area."""
    cases = [view.baseline, *view.rules]
    frames = []
    for name in whatifs.OUTCOMES:
        values = np.stack([whatifs.outcome(name, case.kept) for case in cases])
        found = split(values, draws)
        columns = {"total": found.total, "filter_part": found.filter_part}
        for part in COMPONENTS:
            columns |= {
                part: found.components[part],
                f"se_{part}": found.errors[part],
                f"share_{part}": found.shares[part],
                f"se_share_{part}": found.share_errors[part],
            }
        index: dict[str, Any] = {
            "viewpoint": [view.viewpoint], "outcome": [name], "patron": PATRONS,
            "area": (*AREAS, ALL),
        }  # fmt: skip
        frames.append(tidy(index, {n: v[np.newaxis, np.newaxis] for n, v in columns.items()}))
    return pd.concat(frames, ignore_index=True).assign(rules=len(cases))


def levels(viewpoint: int, cases: Sequence[Case], draws: int) -> pd.DataFrame:
    """Every outcome of some cases, with its error: what a later run is held against."""
    frames = []
    for case in cases:
        for name in whatifs.OUTCOMES:
            values = whatifs.outcome(name, case.kept)
            found = interval(units(values, draws))
            index: dict[str, Any] = {
                "viewpoint": [viewpoint], "scenario": [case.name], "outcome": [name],
                "patron": PATRONS, "area": (*AREAS, ALL),
            }  # fmt: skip
            columns = {n: found[n][np.newaxis, np.newaxis, np.newaxis] for n in ("mean", "se")}
            frames.append(tidy(index, columns))
    return pd.concat(frames, ignore_index=True)


def _record(view: View) -> pd.DataFrame:
    """What is on record by patron and area, in the years that the view is read beside."""
    index: dict[str, Any] = {"viewpoint": [view.viewpoint], "patron": PATRONS, "area": AREAS}
    counts = {"least": view.record.least[np.newaxis], "most": view.record.most[np.newaxis]}
    return tidy(index, counts).assign(first=view.record.first, last=view.record.last)


def _cases(view: View) -> pd.DataFrame:
    rows = [
        {
            "viewpoint": view.viewpoint, "scenario": case.name, "title": case.title,
            "about": case.area, "role": role, "rule": case.rule, "question": case.question,
            "runs": len(case.kept["last"]),
        }
        for role, cases in (
            ("baseline", [view.baseline]), ("what-if", view.what_ifs), ("rule", view.rules),
        )
        for case in cases
    ]  # fmt: skip
    return pd.DataFrame(rows)
