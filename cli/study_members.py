"""The members of a study, run one after the other into pieces; what stands is not run again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np

    from ..explore.problem import Problem
    from ..explore.study.members import Member
    from ..results.manifest import Manifest
    from ..results.study.cases import View

PIECES = "pieces"


class Ready(NamedTuple):
    """A member ready to run."""

    member: Member
    problem: Problem
    manifest: Manifest
    key: str


def ready(member: Member, runs: int, seed: int, values: str | None) -> Ready:
    """Assemble a member; its key is what determines its numbers, not its words."""
    from ..explore.problem import assemble
    from ..results.files import canonical, digest
    from .execution import check_request, manifest_of

    problem = assemble(member.resolved, seed, runs)
    check_request(problem, runs)
    manifest = manifest_of(problem, runs, seed, member.name, values)
    told = manifest.determining()
    del told["scenario"]
    return Ready(
        member, problem, manifest, digest(canonical({**told, "runs": runs, "rule": member.rule}))
    )


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

    from ..explore.study.conduct import conduct, with_pasts
    from ..explore.study.decisions import sample
    from ..explore.study.pasts import SharedPasts
    from ..results.files import canonical, digest
    from ..results.study.pieces import read_piece, write_piece
    from .execution import warm_up

    pieces: dict[str, dict[str, Any]] = {}
    pasts, viewpoint = SharedPasts(), None
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("scenarios", total=len(found))
        for one in found:
            if one.member.viewpoint != viewpoint:
                pasts, viewpoint = SharedPasts(), one.member.viewpoint
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
    from ..results.study.cases import Case, View

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
        made.append(View(viewpoint, horizon, baseline, of["what-if"], of["rule"], decisions))
    return made
