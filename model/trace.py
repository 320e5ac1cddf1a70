"""Decisions that can be asked why.

A :class:`Decision` holds what was on the table, each term of each utility, the
probabilities, the draw and the choice, and finds the smallest change of a
utility that would have flipped it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from . import rules
from .names import CHOICES


class Terms(NamedTuple):
    """Terms of the utility of one offer, in the order of :func:`rules.utility`."""

    need: float
    money: float
    trust: float
    language: float
    sovereignty: float
    displeasure: float
    resentment: float
    membership: float
    dispute: float
    diffusion: float
    counterweight: float
    supply: float
    constant: float
    alignment: float


@dataclass(frozen=True)
class Offer:
    """One patron's offer, as it lies on the table.

    Attributes
    ----------
    patron : str
    rung : int
        1 to 5.
    value : float
        USD million.
    host : str or None
        Member that hosts, where it is an invitation to a joint exercise.
    terms : Terms
    utility : float
    documented : bool
        Whether it would be documented if accepted.
    """

    patron: str
    rung: int
    value: float
    host: str | None
    terms: Terms
    utility: float
    documented: bool


@dataclass(frozen=True)
class Flip:
    """Smallest shift of one patron's utility that changes the choice under the same draw.

    Attributes
    ----------
    patron : str
        Whose offer would have to be worth more or less.
    shift : float
        Change of its utility; any of its terms may carry it.
    choice : str
        What the state would have chosen instead.
    """

    patron: str
    shift: float
    choice: str


@dataclass(frozen=True)
class Decision:
    """One choice of one state.

    Attributes
    ----------
    run, year, slot : int
        The slot numbers the opportunities of a state and area, or the joint exercises of a
        patron's organisation, in a year.
    state, area : str
    offers : tuple of Offer
        One or two.
    decline : float
        Utility of declining.
    complementarity : float
        What both are worth beyond their sum.
    probabilities : tuple of four floats
        Neither, china, russia, both.
    draw : float
        Uniform number in [0, 1).
    choice : str
    """

    run: int
    year: int
    state: str
    area: str
    slot: int
    offers: tuple[Offer, ...]
    decline: float
    complementarity: float
    probabilities: tuple[float, float, float, float]
    draw: float
    choice: str
    whole: bool = False
    """Whether the offers are parts of one proposal, to be taken together or not at all."""

    def flip(self) -> Flip | None:
        """Smallest shift that flips the choice; none if no shift of one utility does.

        Shift the utility of patron p by d and let x = exp(d). Each cumulative
        probability is then (a + b x) / (c + e x), so the draw meets it at
        x = (draw c - a) / (b - draw e).
        """
        best: Flip | None = None
        worth = {o.patron: o.utility for o in self.offers}
        both = sum(worth.values()) + self.complementarity
        top = max(self.decline, both, *worth.values())
        mass = [
            math.exp(self.decline - top),
            math.exp(worth["china"] - top) if "china" in worth and not self.whole else 0.0,
            math.exp(worth["russia"] - top) if "russia" in worth and not self.whole else 0.0,
            math.exp(both - top) if len(worth) == 2 else 0.0,
        ]
        for patron in worth:
            moves = [False, patron == "china", patron == "russia", True]
            still = [0.0 if m else w for m, w in zip(moves, mass, strict=True)]
            moved = [w if m else 0.0 for m, w in zip(moves, mass, strict=True)]
            c, e = sum(still), sum(moved)
            for boundary in range(3):
                a, b = sum(still[: boundary + 1]), sum(moved[: boundary + 1])
                below = b - self.draw * e
                x = (self.draw * c - a) / below if below else 0.0
                if x <= 0.0:
                    continue
                for side in (1.0 + 1e-9, 1.0 - 1e-9):
                    shift = math.log(x * side)
                    choice = _choose(
                        [s + m * x * side for s, m in zip(still, moved, strict=True)], self.draw
                    )
                    if choice != self.choice and (best is None or abs(shift) < abs(best.shift)):
                        best = Flip(patron, shift, choice)
        return best


def _choose(mass: list[float], draw: float) -> str:
    total = sum(mass)
    return CHOICES[rules.choose(draw, *(weight / total for weight in mass))]
