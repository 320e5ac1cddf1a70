"""Whether levers do what their file expects of them: a what-if beside its baseline, on one luck.

The years that follow the record are the same on both sides bit for bit, since the levers act
later; so both go on from the same worlds, and only the years after the cut-off are run twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from ..model.engine import simulate, simulate_from
from ..model.errors import InputError
from ..model.names import START_YEAR
from ..model.world import Outcome, World
from ..scenarios.load import load, load_resolved
from ..scenarios.outcomes import named
from ..scenarios.resolve import Resolved, resolve
from ..scenarios.schema import Expectation, Scenario
from .conditioning import place_of, rows_of
from .problem import Problem, assemble

SURE: Final = 2.0
"""Standard errors by which a mean difference must stand on the right side of zero."""


class Pair(NamedTuple):
    """Some runs of a baseline and of a what-if, from the year after the cut-off on."""

    first: int
    base: Outcome
    other: Outcome


@dataclass(frozen=True)
class Finding:
    """What became of one expectation.

    Attributes
    ----------
    scenario : str
    expected : Expectation
    baseline, difference, error : float
        Mean of the outcome without the levers, mean difference with them over all runs and
        the years from the first lever on, and the standard error of that difference. Runs of
        one draw of the parameters count as one where there are several draws.
    """

    scenario: str
    expected: Expectation
    baseline: float
    difference: float
    error: float

    @property
    def towards(self) -> float:
        """Difference in the direction that is expected, in standard errors."""
        signed = self.difference if self.expected.direction == "up" else -self.difference
        if self.error > 0.0:
            return signed / self.error
        return float(np.copysign(np.inf, signed)) if signed else 0.0

    @property
    def verdict(self) -> str:
        """Borne out, not clear, or contradicted."""
        if self.towards >= SURE:
            return "borne out"
        return "contradicted" if self.towards <= -SURE else "not clear"


def same_past(base: Problem, other: Problem, draw: int) -> bool:
    """Whether what two problems read up to the cut-off is equal bit for bit."""
    if base.until is None or base.until != other.until:
        return False
    years = base.until - START_YEAR + 1
    one, two = base.tables(draw).flat[:years], other.tables(draw).flat[:years]
    return one.tobytes() == two.tobytes()


class Follower:
    """A baseline whose worlds at the cut-off are drawn once for all that go on from them.

    Parameters
    ----------
    problem : Problem
        The baseline.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._worlds: dict[tuple[int, int], World] = {}

    def worlds(self, runs: np.ndarray) -> World:
        """Worlds that the record leaves to runs of one group, a row for each."""
        draws = self.problem.draw_count
        places = [place_of(int(run), draws) for run in runs]
        key = places[0].draw, places[0].block
        if key not in self._worlds:
            self._worlds[key] = self.problem.past_worlds(int(runs[0]))
        return rows_of(self._worlds[key], np.array([place.row for place in places]))

    def pairs(self, other: Problem, runs: np.ndarray) -> Iterator[tuple[np.ndarray, Pair]]:
        """Run the baseline and another on the same luck, group by group of the runs.

        Yields
        ------
        places : ndarray of int
            Which of ``runs`` stand in the rows of the pair.
        pair : Pair
            Free runs from the first year on; runs that follow the record from the year after.

        Raises
        ------
        ValueError
            If the two do not share draws, seed, cut-off and past.
        """
        base = self.problem
        if (base.draw_count, base.seed, base.until) != (other.draw_count, other.seed, other.until):
            raise ValueError("the two have other draws, another seed or another cut-off")
        for places in base.groups(runs):
            chosen = runs[places]
            draw = int(chosen[0]) % base.draw_count
            if base.until is None:
                sides = (simulate(p.tables(draw), p.seed, chosen) for p in (base, other))
                yield places, Pair(START_YEAR, *sides)
                continue
            if not same_past(base, other, draw):
                raise ValueError("the two differ before the cut-off")
            worlds, first = self.worlds(chosen), base.until + 1
            sides = (
                simulate_from(p.tables(draw), p.seed, chosen, worlds, first) for p in (base, other)
            )
            yield places, Pair(first, *sides)


def differing(one: Outcome, two: Outcome) -> list[str]:
    """Variables of which any bit differs."""
    return [
        name
        for name, a, b in zip(Outcome._fields, one, two, strict=True)
        if a.tobytes() != b.tobytes()
    ]


def first_lever(scenario: Scenario) -> int:
    """First year in which a lever of a scenario acts.

    Raises
    ------
    ValueError
        If it has none.
    """
    return min(lever.first for lever in resolve(scenario).levers)


def findings(
    base: Follower, other: Problem, scenario: Scenario, runs: int
) -> tuple[list[Finding], bool]:
    """Compare every expectation of a scenario with what its levers do.

    Parameters
    ----------
    base : Follower
        The scenario that it is compared with.
    other : Problem
        The scenario itself, with the same draws.
    scenario : Scenario
        As seen from one year.
    runs : int
        A multiple of the number of draws.

    Returns
    -------
    findings : list of Finding
    quiet : bool
        Whether no bit differs in the years before the first lever.
    """
    start = first_lever(scenario)
    outcomes = [named(e.outcome) for e in scenario.expects]
    without, change = np.zeros((2, len(outcomes), runs))
    quiet = True
    for places, pair in base.pairs(other, np.arange(runs)):
        began = max(start - pair.first, 0)
        early = (Outcome._make(part[:, :began] for part in o) for o in (pair.base, pair.other))
        quiet &= not differing(*early)
        for n, outcome in enumerate(outcomes):
            one, two = (outcome.of(o)[:, began:].mean(axis=1) for o in (pair.base, pair.other))
            without[n, places], change[n, places] = one, two - one
    draws = base.problem.draw_count
    found = [
        Finding(scenario.name, e, float(w.mean()), float(c.mean()), _error(c, draws))
        for e, w, c in zip(scenario.expects, without, change, strict=True)
    ]
    return found, quiet


def _error(change: np.ndarray, draws: int) -> float:
    """Standard error of a mean; runs of a draw are averaged first where there are many draws."""
    units = change if draws == 1 else change.reshape(-1, draws).mean(axis=0)
    return float(units.std(ddof=1) / np.sqrt(units.size)) if units.size > 1 else float("nan")


def _require_levers(resolved: Resolved, base: Resolved, name: str) -> None:
    """Refuse a scenario without levers, and one that follows the record under another rule.

    Raises
    ------
    InputError
        If there is nothing to verify, or the two do not share their past.
    """
    todo = f"look at it with steppe compare {base.name} {name}"
    if not resolved.levers:
        raise InputError(
            "nothing to verify", file=name, field="levers", found="none", todo=todo
        )  # fmt: skip
    if base.conditioned_until is not None and resolved.decision != base.decision:
        raise InputError(
            "the decision rule acts in years that follow the record too, so its past is another",
            file=name, field="decision", found=resolved.decision, allowed=base.decision, todo=todo,
        )  # fmt: skip


def verify(
    names: Iterable[str], runs: int, seed: int = 1, parameters: str = "point"
) -> Iterator[tuple[list[Finding], bool]]:
    """Verify what-ifs one after the other: see :func:`findings`.

    Parameters
    ----------
    names : iterable of str
        Scenarios with a ``compare_with``, by name or path; those of a baseline in a row
        share its worlds.
    runs, seed : int
    parameters : {"point", "prior", "posterior"}
        Where parameter values come from, instead of what the scenarios say.

    Raises
    ------
    InputError
        If a scenario is broken, or has nothing to be compared with.
    """
    known: tuple[str, Follower] | None = None
    for name in names:
        scenario = load(name)
        if scenario.compare_with is None:
            raise InputError(
                "nothing to verify", file=name, field="compare_with", found="absent",
                todo="name the scenario that differs by the levers",
            )  # fmt: skip
        if known is None or known[0] != scenario.compare_with:
            base = assemble(load_resolved(scenario.compare_with, parameters), seed, runs)
            known = scenario.compare_with, Follower(base)
        resolved = load_resolved(name, parameters)
        _require_levers(resolved, known[1].problem.resolved, name)
        other = known[1].problem.beside(resolved)
        yield findings(known[1], other, scenario, runs)
