"""The members of a study, run one after the other into pieces; what stands is not run again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from ..explore.problem import Problem
    from ..explore.study.members import Member
    from ..results.manifest import Manifest
    from ..results.study.cases import View
    from ..scenarios.resolve import Resolved

PIECES = "pieces"


class Ready(NamedTuple):
    """A member ready to run; ``manifest`` is that of its baseline."""

    member: Member
    problem: Problem
    manifest: Manifest
    key: str


def ready(found: Sequence[Member], runs: int, seed: int, values: str | None) -> list[Ready]:
    """Assemble the members, baselines first; a key is what determines numbers, not words.

    Raises
    ------
    InputError
        If the runs do not fit the draws, or a scenario cannot be paired with its baseline.
    """
    from ..explore.problem import assemble
    from ..results.files import canonical, digest
    from .execution import check_request, manifest_of

    bases: dict[str, tuple[Problem, Manifest]] = {}
    made = []
    for member in found:
        resolved = member.resolved
        if member.role == "baseline":
            problem = assemble(resolved, seed, runs)
            check_request(problem, runs)
            bases[member.name] = (problem, manifest_of(problem, runs, seed, member.name, values))
        base, manifest = bases[member.baseline]
        problem = base if member.role == "baseline" else _beside(base, resolved, member.name)
        told = manifest.determining()
        del told["scenario"]
        key = digest(
            canonical({**told, "runs": runs, "rule": member.rule, "levers": resolved.digest()})
        )
        made.append(Ready(member, problem, manifest, key))
    return made


def inputs(found: Sequence[Ready]) -> dict[str, str]:
    """Digests of what determines the numbers of each member, by its name.

    Of a baseline its tables of all draws and the record that it follows; of the others their
    years, parameters, rule and levers. The code of the model is in none: see ``fresh_levels``.
    """
    return {
        one.member.name: one.manifest.digests["tables"]
        if one.member.role == "baseline"
        else one.member.resolved.digest()
        for one in found
    }


def sampled(found: Sequence[Member]) -> list[Member]:
    """A few members that stand for all: baselines, and of each the first what-if of every area."""
    chosen, areas = [], set()
    for member in found:
        place = (member.viewpoint, member.area)
        if member.role == "baseline" or (member.role == "what-if" and place not in areas):
            areas |= {place} if member.role == "what-if" else set()
            chosen.append(member)
    return chosen


def fresh_levels(found: Sequence[Member], runs: int, seed: int) -> tuple[pd.DataFrame, int]:
    """Run some members anew: their levels, and the independent units behind them."""
    import pandas as pd

    from ..explore.study.conduct import conduct, shared_pasts, with_pasts
    from ..results.study.cases import Case, levels

    each = ready(found, runs, seed, None)
    pasts = {viewpoint: shared_pasts() for viewpoint in {m.viewpoint for m in found}}
    frames = []
    for one in each:
        m = one.member
        kept = conduct(with_pasts(one.problem, pasts[m.viewpoint]), runs)._asdict()
        case = Case(m.name, m.resolved.title, m.resolved.question or "", m.area, m.rule, kept)
        frames.append(levels(m.viewpoint, [case], one.problem.draw_count))
    draws = each[0].problem.draw_count
    return pd.concat(frames, ignore_index=True), draws if draws > 1 else runs


def _beside(base: Problem, resolved: Resolved, name: str) -> Problem:
    """The problem of a scenario on its baseline's evidence and draws."""
    from ..model.errors import InputError

    try:
        return base.beside(resolved)
    except ValueError as error:
        raise InputError(
            f"{name} cannot be paired with its baseline: {error}",
            todo="leave it out with --only, or give it its baseline's years and parameters",
        ) from error


def run_members(
    found: Sequence[Ready], directory: Path, runs: int, traced: int
) -> dict[str, dict[str, np.ndarray]]:
    """Read or compute the piece of each member, and the decisions of each baseline.

    Returns
    -------
    dict
        By name of the scenario, and by ``NAME/decisions`` for a baseline.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from ..explore.study.conduct import conduct, shared_pasts, with_pasts
    from ..explore.study.decisions import sample
    from ..results.files import canonical, digest
    from ..results.study.pieces import read_piece, write_piece
    from .execution import warm_up

    pieces: dict[str, dict[str, Any]] = {}
    pasts, viewpoint = shared_pasts(), None
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("scenarios", total=len(found))
        for one in found:
            if one.member.viewpoint != viewpoint:
                pasts, viewpoint = shared_pasts(), one.member.viewpoint
            name, problem = one.member.name, with_pasts(one.problem, pasts)
            progress.update(task, description=f"{name}: {runs:,} runs")
            path = directory / PIECES / f"{name}.npz"
            piece = read_piece(path, one.key)
            if piece is None:
                warm_up(problem)
                piece = dict(conduct(problem, runs)._asdict())
                write_piece(path, one.key, piece)
            pieces[name] = piece
            if one.member.role == "baseline":
                progress.update(task, description=f"{name}: {traced} runs traced")
                path = directory / PIECES / f"{name}-decisions.npz"
                key = digest(canonical([one.key, traced]))
                piece = read_piece(path, key)
                if piece is None:
                    warm_up(problem)
                    piece = dict(sample(problem, range(min(traced, runs)))._asdict())
                    write_piece(path, key, piece)
                pieces[f"{name}/decisions"] = piece
            progress.advance(task)
    return pieces


def views(found: Sequence[Ready], pieces: Mapping[str, Mapping[str, np.ndarray]]) -> list[View]:
    """Put the pieces together by viewpoint."""
    from ..calibration.areas import area_counts
    from ..model.names import START_YEAR
    from ..results.study.cases import Case, OnRecord, View

    read = max((one.problem.followed for one in found if one.problem.followed is not None),
               key=lambda followed: followed.until)  # fmt: skip

    def case(one: Ready) -> Case:
        m = one.member
        return Case(
            m.name, m.resolved.title, m.resolved.question or "", m.area, m.rule, pieces[m.name]
        )

    made = []
    for viewpoint in dict.fromkeys(one.member.viewpoint for one in found):
        mine = [one for one in found if one.member.viewpoint == viewpoint]
        of = {
            role: [case(one) for one in mine if one.member.role == role]
            for role in ("baseline", "what-if", "rule")
        }
        (baseline,) = of["baseline"]
        horizon = mine[0].member.resolved.horizon
        decisions = pieces[f"{baseline.name}/decisions"]
        first = START_YEAR if viewpoint == read.until else viewpoint + 1
        record = OnRecord(first, read.until, *area_counts(read.history, first, read.until))
        made.append(
            View(viewpoint, horizon, baseline, of["what-if"], of["rule"], decisions, record)
        )
    return made
