"""Overrule: one choice of one state made otherwise, and what follows, on the same luck.

The year of the choice is walked by the agents, twice: as they choose, and with the one choice
imposed. From each of the two worlds that this leaves, hundreds of continuations go on in the
engine. Continuation j has the luck of run j from the next year on, on both sides; parameters and
world are those of the one future.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from ..model.agents import StateAgent
from ..model.engine import simulate_from
from ..model.errors import InputError
from ..model.names import AREAS, CHOICES, PATRONS, START_YEAR
from ..model.security import SecurityModel
from ..model.trace import Offer
from ..model.world import World
from .futures import Arrays, Pair
from .pasts import VARIABLES
from .single import Single, identity
from .why import told

MOST: Final = 1000
VERDICTS: Final = ("accept", "refuse")


class Pressed(StateAgent):
    """A state whose choice somebody else makes, at some decisions."""

    model: Overruled

    def choose(
        self,
        offers: tuple[Offer, ...],
        probabilities: tuple[float, float, float, float],
        draw: float,
    ) -> str:
        """As the model chooses, unless this decision is overruled."""
        choice = super().choose(offers, probabilities, draw)
        return self.model.verdict(self, offers, choice)


class Overruled(SecurityModel):
    """A model in which a state's answer to one patron's offers of a year is imposed.

    Parameters
    ----------
    imposed : tuple of (state, year, decisions, patron, accept)
        Decisions by their :func:`~.single.identity`.
    """

    def __init__(
        self, *args: Any, imposed: tuple[str, int, frozenset[str], str, bool], **more: Any
    ) -> None:
        self.imposed = imposed
        self.at = ""
        super().__init__(*args, **{**more, "state_class": Pressed})

    def decide(self, state: StateAgent, a: int, slot: int, decline: float) -> None:
        """One opportunity, remembered by name while it is decided."""
        self.at = f"{AREAS[a]}.{slot}"
        super().decide(state, a, slot, decline)

    def join(self, state: StateAgent, p: int, a: int, number: int, offer: Offer) -> bool:
        """One invitation, remembered by name while it is decided."""
        self.at = f"exercise.{PATRONS[p]}.{number}"
        return super().join(state, p, a, number, offer)

    def verdict(self, state: StateAgent, offers: tuple[Offer, ...], choice: str) -> str:
        """Choice with the imposed answer in it; the other patron's is left as it is."""
        name, year, decisions, patron, accepted = self.imposed
        if state.name != name or self.year != year or self.at not in decisions:
            return choice
        if patron not in {offer.patron for offer in offers}:
            return choice
        bit = 1 + PATRONS.index(patron)
        number = CHOICES.index(choice)
        return CHOICES[number | bit if accepted else number & ~bit]


def world_of(model: SecurityModel) -> World:
    """World as the next year of a model begins."""
    ties = [state.ties for state in model.states]

    def read(name: str, kind: type = float) -> np.ndarray:
        return np.array([[getattr(tie, name) for tie in pair] for pair in ties], kind)

    return World(
        read("rung", int),
        read("trust"),
        read("fluency"),
        read("stock"),
        read("resentment"),
        read("queue"),
        np.array([patron.alarm for patron in model.patrons]),
        np.array(model.deviation),
    )


def overrule(
    one: Single,
    state: str,
    year: int,
    patron: str,
    accept: bool,
    n: int,
    decision: str | None = None,
    area: str | None = None,
) -> tuple[dict[str, Any], Pair]:
    """Impose an answer and go on.

    Parameters
    ----------
    one : Single
        Future and side in which the choice is made.
    state, year, patron, accept
        Whose answer, when, to whom, and which.
    n : int
        Continuations.
    decision, area : str, optional
        Only this decision, or only decisions in this area.

    Returns
    -------
    about : dict
        What was on the table, what the model chose itself, and what was imposed.
    sides : Pair
        Continuations without (base) and with (what) it.

    Raises
    ------
    InputError
        If that patron offered the state nothing in that year.
    """
    ground = one.base.ground
    last = ground.last
    if not ground.first <= year < last:
        raise InputError(
            "a choice can be overruled in a free year before the last",
            field="year",
            found=year,
            allowed=f"{ground.first} to {last - 1}",
        )
    own = one.model(trace=True)
    own.run_until(year)
    mine = [d for d in own.decisions if d.year == year and d.state == state]
    chosen = [
        d
        for d in mine
        if patron in {o.patron for o in d.offers}
        and (decision is None or identity(d) == decision)
        and (area is None or d.area == area)
    ]
    if not chosen:
        there = [f"{identity(d)} ({', '.join(o.patron for o in d.offers)})" for d in mine]
        raise InputError(
            f"{patron} offers {state} nothing of the kind in {year} of this future",
            field="decision" if decision else "patron",
            found=decision or patron,
            allowed="; ".join(there) or "no offer was on the table: choose another year or future",
        )
    names = frozenset(identity(d) for d in chosen)
    pressed = one.model(Overruled, imposed=(state, year, names, patron, accept))
    pressed.run_until(year)
    sides = [_continued(one, model, year, n) for model in (own, pressed)]
    bit = 1 + PATRONS.index(patron)
    about = {
        "state": state,
        "year": year,
        "future": one.future,
        "patron": patron,
        "choice": VERDICTS[0] if accept else VERDICTS[1],
        "decisions": [told(d) for d in chosen],
        "already": all(bool(CHOICES.index(d.choice) & bit) == accept for d in chosen),
        "luck": "continuation j has the luck of run j from the next year on, on both sides",
    }
    return about, Pair(ground, n, 1, year, sides[0], sides[1])


def _continued(one: Single, model: SecurityModel, year: int, n: int) -> Arrays:
    """Continuations of a world, with the year itself before them: [run, year, ...]."""
    world = world_of(model)
    worlds = World._make(np.repeat(part[np.newaxis], n, axis=0) for part in world)
    rest = simulate_from(one.tables, one.seed, np.arange(n), worlds, year + 1)
    recorded = model.datacollector.model_vars
    found = {}
    for name in VARIABLES:
        later = getattr(rest, name)
        now = np.asarray(recorded[name][-1], later.dtype)
        whole = np.concatenate([np.repeat(now[np.newaxis, np.newaxis], n, axis=0), later], axis=1)
        found[name] = whole.astype(np.float32) if name == "dependence" else whole
    assert model.year == year >= START_YEAR
    return found
