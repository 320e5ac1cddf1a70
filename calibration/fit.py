"""A fit in a directory: groups of chains that run side by side, stop, and go on.

A group's luck is addressed by (seed, group, iteration), and its file is replaced whole, so
a fit that was stopped at any moment and asked for again ends in the same bytes as one that
never stopped, whatever the number of processes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from dataclasses import asdict, dataclass, fields, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from ..model.compiled import folder_digest, sources_digest
from ..model.errors import InputError
from .files import load as load_arrays
from .files import replace_file
from .files import save as save_arrays
from .probe import probe
from .processes import pool
from .sampler import (
    ARCHIVED_EVERY,
    MIX,
    Band,
    Group,
    Mix,
    fit_reference,
    generator,
    settle,
    start,
    step,
)
from .target import Target

SAVED_EVERY: Final = 50
"""Iterations between two writes of a group's file."""
LOOKED_EVERY: Final = 2.0
"""Seconds between two looks at the groups' files, for the progress."""
PLAN: Final = "fit.json"
REFERENCE: Final = "reference.npz"
STARTS: Final = 2**20
"""Iteration whose address names the luck of the starts, beyond those of the chain."""
BEFORE: Final[dict[str, object]] = {
    "pooled": 1, "mix": json.loads(json.dumps(MIX)), "pilot_mix": None, "shares": [],
}  # fmt: skip
"""What the plans of fits had that do not say it."""
WHAT, TODO = "the file of a group of chains", "remove it: the group begins anew"
FIELDS: Final = (
    "position", "value", "luck", "archive", "centre", "factor", "tried", "moves", "refreshes",
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """What determines a fit beside its target.

    Attributes
    ----------
    seed : int
    groups : int
        Groups of chains; each has its own archive and can have its own process.
    chains : int
        Chains in a group.
    pilot : int
        Iterations that fit the reference of the moves, and are no sample.
    pilot_particles : int
        Particles of the filter in the pilot, which needs the likelihood only roughly.
    pooled : int
        Times in the pilot, at equal distances and at its end, that the reference is fitted to what
        all groups tried. Until the first of them each group fits its own.
    mix : Mix
        How often which move is made.
    pilot_mix : Mix, optional
        In the pilot, if another.
    """

    seed: int = 1
    groups: int = 2
    chains: int = 4
    pilot: int = 500
    pilot_particles: int = 30
    pooled: int = 1
    mix: Mix = MIX
    pilot_mix: Mix | None = None

    def reach(self, part: int) -> int:
        """Iterations after which the reference is pooled for the ``part``-th time."""
        return self.pilot * part // self.pooled

    def starts(self, dimensions: int) -> int:
        """Draws from the prior with which a group's archive begins."""
        return max(self.chains, 2 * dimensions) + self.chains


def identity(target: Target, plan: Plan) -> dict[str, object]:
    """What a fit's directory is held to: the plan, the record, and the likelihood's probe."""
    digest = hashlib.sha256()
    for column in (*target.history, *(target.sums or ())):
        digest.update(column.tobytes())
    return {
        **asdict(plan),
        "mix": json.loads(json.dumps(plan.mix)),
        "pilot_mix": json.loads(json.dumps(plan.pilot_mix)),
        "until": target.until,
        "particles": target.particles,
        "shares": list(target.shares),
        "estimated": [entry.address for entry in target.entries],
        "record": digest.hexdigest()[:16],
        "probe": probe(target),
    }


def provenance() -> dict[str, str]:
    """Digests of the code that a fit is made by, for the reader: :func:`identity` decides."""
    return {
        "model": sources_digest(),
        "filter": folder_digest(Path(str(files("steppe.calibration.filter")))),
    }


class Planned(NamedTuple):
    """A plan that stands in a fit's directory, and what its target says.

    Attributes
    ----------
    plan : Plan
    particles : int
    until : int
        Last year that was read.
    shares : tuple of float
        Particles of each year over ``particles``; all ones if empty.
    """

    plan: Plan
    particles: int
    until: int
    shares: tuple[float, ...]


def read_plan(directory: Path) -> Planned:
    """Plan of a fit.

    Raises
    ------
    InputError
        If there is none.
    """
    path = directory / PLAN
    try:
        found = json.loads(path.read_text("utf-8"))
        known = {field.name: found[field.name] for field in fields(Plan) if field.name in found}
        known |= {name: _mix(known[name]) for name in ("mix", "pilot_mix") if known.get(name)}
        plan = Plan(**known)
        shares = tuple(float(share) for share in found.get("shares", ()))
        return Planned(plan, int(found["particles"]), int(found["until"]), shares)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(
            "not the plan of a fit that this version can go on with",
            file=str(path),
            found=str(error),
            todo="name a directory that a fit of this version wrote",
        ) from error


def _mix(stored: Sequence[Any]) -> Mix:
    """A mix as it stands in a plan."""
    if len(stored) != len(Mix._fields):
        raise ValueError("moves of an earlier version")
    redraws, blocks, banded, bands, refreshed = stored
    return Mix(redraws, tuple(blocks), banded, tuple(Band(*band) for band in bands), refreshed)


def claim(directory: Path, target: Target, plan: Plan) -> None:
    """Make the directory of a fit, or see that it is this fit's.

    Raises
    ------
    InputError
        If it holds another fit; names what differs.
    """
    wanted = identity(target, plan)
    path = directory / PLAN
    if path.is_file():
        try:
            found = json.loads(path.read_text("utf-8"))
        except ValueError as error:
            raise InputError("not the plan of a fit", file=str(path)) from error
        for name, value in wanted.items():
            if found.get(name, BEFORE.get(name)) != value:
                raise InputError(
                    "the directory holds another fit", file=str(path), field=name,
                    found=found.get(name), allowed=str(value),
                    todo="name a new directory, or remove this one",
                )  # fmt: skip
        return
    directory.mkdir(parents=True, exist_ok=True)
    replace_file(path, (json.dumps(wanted, indent=1) + "\n").encode())


def sample(
    target: Target,
    plan: Plan,
    directory: Path,
    iterations: int,
    workers: int = 1,
    tell: Callable[[int, int], None] | None = None,
) -> None:
    """Bring every group of a fit to a number of iterations.

    Parameters
    ----------
    target : Target
    plan : Plan
    directory : Path
        Where the fit stands or is begun.
    iterations : int
        Iterations that each group shall have; groups that have them are left alone.
    workers : int
        Processes.
    tell : callable, optional
        Called with (group, iterations done) after each write.

    Raises
    ------
    InputError
        If the directory holds another fit, or a group's file is damaged.
    """
    claim(directory, target, plan)
    for part in range(1, plan.pooled + 1):
        _sample(target, plan, directory, min(plan.reach(part), iterations), workers, tell)
        if iterations <= plan.reach(part):
            return
        pool_reference(plan, directory, part)
    _sample(target, plan, directory, iterations, workers, tell)


def _sample(
    target: Target,
    plan: Plan,
    directory: Path,
    iterations: int,
    workers: int,
    tell: Callable[[int, int], None] | None,
) -> None:
    """Bring every group to a number of iterations, of which the pilot is all or done."""
    if workers == 1:
        for number in range(plan.groups):
            advance(target, plan, directory, number, iterations, tell)
        return
    with pool(workers) as processes:
        waiting = [
            processes.submit(advance, target, plan, directory, number, iterations)
            for number in range(plan.groups)
        ]
        going: set[Future[None]] = set(waiting)
        while going:
            done, going = wait(going, timeout=LOOKED_EVERY, return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
            for number in range(plan.groups if tell is not None else 0):
                path = directory / f"group-{number}.npz"
                if tell is not None and path.is_file():
                    tell(number, iteration_of(path))


def advance(
    target: Target,
    plan: Plan,
    directory: Path,
    number: int,
    iterations: int,
    tell: Callable[[int, int], None] | None = None,
) -> None:
    """Bring one group to a number of iterations, from where its file stands.

    The first iteration after the pilot, and after each part of it, takes the reference that all
    groups found together.
    """
    rough = replace(target, particles=min(plan.pilot_particles, target.particles))
    path = directory / f"group-{number}.npz"
    if path.is_file():
        group = load(path)
    else:
        dimensions = len(target.entries)
        rng = generator(plan.seed, number, STARTS)
        starts = rng.standard_normal((plan.starts(dimensions), dimensions))
        group = start(rough, starts, plan.seed, number, plan.chains)
    if plan.pilot <= group.iteration < iterations and len(group.tried):
        settle(target, group, load_reference(directory), plan.seed, number)
    for part in range(1, plan.pooled):
        if group.iteration == plan.reach(part) < iterations:
            group.centre, group.factor = load_reference(directory, part)
    while group.iteration < iterations:
        learning = group.iteration < plan.pilot
        density = rough if learning else target
        mix = plan.pilot_mix if learning and plan.pilot_mix else plan.mix
        step(density, group, plan.seed, number, plan.pilot, mix, plan.reach(1))
        if group.iteration % SAVED_EVERY == 0 or group.iteration == iterations:
            save(path, group)
            if tell is not None:
                tell(number, group.iteration)


def pool_reference(plan: Plan, directory: Path, part: int) -> None:
    """Fit the reference to what all groups tried in their pilots; once for a part of these."""
    path = _reference(directory, 0 if part == plan.pooled else part)
    if path.is_file():
        return
    groups = [load(directory / f"group-{number}.npz") for number in range(plan.groups)]
    centre, factor = fit_reference(np.concatenate([group.tried for group in groups]))
    save_arrays(path, centre=centre, factor=factor)


def _reference(directory: Path, part: int) -> Path:
    return directory / (f"reference-{part}.npz" if part else REFERENCE)


def load_reference(directory: Path, part: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Read the reference that the groups share, after a part of the pilot or for good (0).

    Raises
    ------
    InputError
        If it is damaged.
    """
    found = load_arrays(
        _reference(directory, part), ("centre", "factor"), "the reference of the moves",
        "remove the directory: the fit begins anew",
    )  # fmt: skip
    return found["centre"], found["factor"]


def iterations(directory: Path, plan: Plan) -> int:
    """Iterations that every group of a fit has; none where a group has not begun."""
    paths = [directory / f"group-{number}.npz" for number in range(plan.groups)]
    return min(iteration_of(path) if path.is_file() else 0 for path in paths)


def draws(directory: Path, plan: Plan, dimensions: int) -> np.ndarray:
    """Archived positions of all chains, without the pilot.

    Returns
    -------
    ndarray of float64 [chain, draw, dimension]
        In prior standard deviations; as many draws as the shortest group has.

    Raises
    ------
    InputError
        If a group has no file yet, or a damaged one.
    """
    starts = plan.starts(dimensions)
    groups = []
    for number in range(plan.groups):
        path = directory / f"group-{number}.npz"
        if not path.is_file():
            raise InputError("the group has not begun", file=str(path))
        archive = load(path).archive[starts:]
        groups.append(archive.reshape(-1, plan.chains, dimensions).swapaxes(0, 1))
    shortest = min(group.shape[1] for group in groups)
    first = min(shortest, -(-plan.pilot // ARCHIVED_EVERY))
    return np.concatenate([group[:, first:shortest] for group in groups])


def save(path: Path, group: Group) -> None:
    """Replace a group's file."""
    save_arrays(
        path, iteration=np.int64(group.iteration), **{name: getattr(group, name) for name in FIELDS}
    )


def iteration_of(path: Path) -> int:
    """Iterations of a group's file, without the rest of it.

    Raises
    ------
    InputError
        If it is damaged.
    """
    return int(load_arrays(path, ("iteration",), WHAT, TODO)["iteration"])


def load(path: Path) -> Group:
    """Read a group's file.

    Raises
    ------
    InputError
        If it is damaged.
    """
    found = load_arrays(path, ("iteration", *FIELDS), WHAT, TODO)
    iteration = int(found.pop("iteration"))
    return Group(**found, iteration=iteration)
