"""One future as Mesa agents in Mesa's own viewer: step, play, look at each tie.

Solara runs this module (``steppe lab --mesa``); the extra ``mesa-viz`` brings it.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import numpy as np
import solara
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from mesa.visualization import Slider, SolaraViz
from mesa.visualization.utils import update_counter

from ..explore.problem import Problem, assemble
from ..model.names import AREAS, PATRON_NAMES, STATE_NAMES, STATES
from ..model.security import SecurityModel
from ..scenarios.resolve import resolve
from ..scenarios.schema import Lever
from .ground import MOST
from .moves import DEFAULT_START, WHY, load

FROM: Final = 2026
COLOURS: Final = ("#b3362b", "#2b5c8a")
DARK: Final = 3
"""Rung from which on the field is so dark that its number is white."""


@cache
def problem(china: float, russia: float) -> Problem:
    """Baseline with the patrons' means for offers multiplied from :data:`FROM` on."""
    levers = tuple(
        Lever.model_validate(
            {
                "quantity": f"budget.{patron}",
                "factor": factor,
                "from": FROM,
                "why": WHY,
                "source": "assumed",
            }
        )
        for patron, factor in (("china", china), ("russia", russia))
        if factor != 1.0
    )
    base = load(DEFAULT_START)
    return assemble(resolve(base.model_copy(update={"levers": levers})), 1, MOST)


class Future(SecurityModel):
    """One future of the baseline, from the year after the record.

    Parameters
    ----------
    future : int
        Run number: which luck.
    china, russia : float
        Factor of the patron's means for offers from 2026 on.
    """

    def __init__(self, future: int = 0, china: float = 1.0, russia: float = 1.0) -> None:
        asked = problem(float(china), float(russia))
        until = asked.until
        assert until is not None
        _, _, world = asked.past(int(future))
        tables = asked.tables(int(future) % asked.draw_count)
        super().__init__(tables, int(future), asked.seed, world, until + 1, trace=True)


@solara.component
def Ladders(model: SecurityModel) -> None:  # noqa: N802
    """Rung of every state with each patron, by area, as the year ended."""
    update_counter.get()
    figure = Figure(figsize=(9.0, 4.2), layout="constrained")
    for p, panel in enumerate(figure.subplots(1, 2)):
        rungs = np.array([state.ties[p].rung for state in model.states])
        panel.imshow(rungs, vmin=0, vmax=5, cmap="Reds" if p == 0 else "Blues")
        for (i, a), rung in np.ndenumerate(rungs):
            ink = "white" if rung >= DARK else "black"
            panel.text(a, i, str(rung), ha="center", va="center", color=ink)
        names = [area.replace("_", " ") for area in AREAS]
        panel.set_xticks(range(len(AREAS)), names, rotation=30, ha="right", fontsize=8)
        panel.set_yticks(range(len(STATES)), [STATE_NAMES[s] for s in STATES], fontsize=8)
        panel.set_title(f"Rung with {tuple(PATRON_NAMES.values())[p]}, {model.year}")
    solara.FigureMatplotlib(figure)


@solara.component
def Packages(model: SecurityModel) -> None:  # noqa: N802
    """Packages a year, of each patron."""
    update_counter.get()
    recorded = model.datacollector.model_vars
    figure = Figure(figsize=(9.0, 4.2), layout="constrained")
    panel = figure.subplots()
    if recorded["year"]:
        counts = np.array(recorded["packages"]).sum(axis=(1, 3))
        for p, name in enumerate(PATRON_NAMES.values()):
            panel.plot(recorded["year"], counts[:, p], "o-", color=COLOURS[p], label=name)
        panel.set_xticks(recorded["year"])
        panel.set_ylim(bottom=0)
        panel.yaxis.set_major_locator(MaxNLocator(integer=True))
        panel.legend(frameon=False)
        panel.set_title("Packages accepted in the year, all states")
    else:
        panel.set_axis_off()
        panel.set_title("Packages accepted in the year: none yet, make a step")
    solara.FigureMatplotlib(figure)


@solara.component
def Choices(model: SecurityModel) -> None:  # noqa: N802
    """Choices of the last year, in words; as plain text, since Markdown would fetch a script."""
    update_counter.get()
    rows = [d for d in model.decisions if d.year == model.year]
    lines = [
        f"{STATE_NAMES[d.state]}, {d.area.replace('_', ' ')}: {d.choice} "
        f"(on the table: {', '.join(f'{o.patron}, rung {o.rung}' for o in d.offers)})"
        for d in rows
    ]
    if not model.running:
        lines.append("The last year has been walked; reset begins anew.")
    for line in lines or ["No offer was on the table; make a step."]:
        solara.Text(line)


PARAMETERS: Final[dict[str, Any]] = {
    "future": Slider("Future (which luck)", 0, 0, MOST - 1, 1),
    "china": Slider("China's means for offers, times", 1.0, 0.0, 3.0, 0.25),
    "russia": Slider("Russia's means for offers, times", 1.0, 0.0, 2.0, 0.25),
}


@solara.component
def Page() -> None:  # noqa: N802
    """The viewer, once the years that follow the record are drawn."""
    first = solara.lab.use_task(Future, dependencies=[])
    if first.error:
        solara.Error(str(first.exception))
    elif first.value is None:
        solara.Text("Preparing the years that follow the record; the first time this takes long.")
        solara.ProgressLinear(True)
    else:
        _viewer(first.value)


def _viewer(model: SecurityModel) -> None:
    SolaraViz(
        model,
        components=[(Ladders, 0), (Packages, 0), (Choices, 0)],
        model_params=PARAMETERS,
        name="Steppe: one future",
    )
