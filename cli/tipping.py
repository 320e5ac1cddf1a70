"""``steppe tipping``: the value of a lever at which an outcome tips."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..model.errors import InputError
from .run import Seed, Values

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from ..explore.evaluate import Evaluator
    from ..explore.tipping import Tipping


def tipping(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a file.")],
    lever: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS:LOW:HIGH", help="Multiply a quantity by LOW to HIGH."),
    ] = None,
    set_: Annotated[
        str | None,
        typer.Option("--set", metavar="ADDRESS:LOW:HIGH", help="Set a quantity to LOW to HIGH."),
    ] = None,
    event: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT", help="What tips: 'first_year.china.defence.mixed_unit < 2030'."
        ),
    ] = None,
    outcome: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Or an outcome, of which the mean tips: top_rung.china.defence.",
        ),
    ] = None,
    at: Annotated[
        float,
        typer.Option(help="Threshold: of an event the share of runs, of an outcome its mean."),
    ] = 0.5,
    first: Annotated[int | None, typer.Option("--from", help="First year of the lever.")] = None,
    until: Annotated[int | None, typer.Option(help="Last year of the lever.")] = None,
    runs: Annotated[int, typer.Option(min=20, help="Runs at every value.")] = 1000,
    tolerance: Annotated[
        float | None, typer.Option(help="How narrow; a 200th of the range by default.")
    ] = None,
    seed: Seed = 1,
    values: Values = None,
    out: Annotated[
        Path | None, typer.Option(help="Directory of table and picture; none without it.")
    ] = None,
) -> None:
    """Find the tipping point of a lever by bisection, all values on the same luck.

    Says the interval that the runs leave open, whether the outcome moves one way only, or that
    there is no tipping point in the range.
    """
    from ..explore.tipping import tipping_point

    factor = _factor(lever, set_, first, until)
    wanted, outcome_of = _wanted(event, outcome)
    evaluate = _evaluator(scenario, factor, wanted, runs, seed, values)
    typer.echo(f"{scenario}: {runs:,} runs at each value of {factor['quantity']} ...", err=True)
    found = tipping_point(
        lambda value: outcome_of(evaluate, value),
        evaluate.bounds[0],
        at,
        seed=seed,
        units=evaluate.units,
        tolerance=tolerance,
    )
    way = "factor" if "factor" in factor else "value"
    years = evaluate.sweep_problem.sweep.factors[0]
    typer.echo(f"{wanted} along {factor['quantity']} ({way}, {years.first} to {years.last})\n")
    for value, mean, low, high in zip(
        found.values, found.means, found.lows, found.highs, strict=True
    ):
        typer.echo(f"  {value:>10.4g}  {mean:>8.4g}  ({low:.4g} to {high:.4g})")
    typer.echo("\n" + textwrap.fill(found.words, 100))
    typer.echo(
        textwrap.fill(
            f"{found.flips:.0%} of single runs cross more than once along the lever: what a lever "
            "does to one run has chance in it, what it does to all is told here.", 100,
        )
    )  # fmt: skip
    if out is not None:
        label = f"{factor['quantity']}, {way} from {years.first}"
        _write(out, found, (str(wanted), label), evaluate, scenario)
        typer.echo(f"\nTable and picture: {out}")


def _factor(
    lever: str | None, set_: str | None, first: int | None, until: int | None
) -> dict[str, Any]:
    if (lever is None) == (set_ is None):
        raise InputError(
            "one lever tips at a time",
            allowed="--lever ADDRESS:LOW:HIGH, or --set ADDRESS:LOW:HIGH",
        )
    text, move = (lever, "factor") if lever is not None else (set_ or "", "value")
    address, *numbers = (text or "").split(":")
    try:
        low, high = (float(number) for number in numbers)
    except ValueError:
        raise InputError(
            "not written as it must be",
            field="--lever" if lever is not None else "--set",
            found=text,
            allowed="ADDRESS:LOW:HIGH, such as budget.russia:0.2:2",
        ) from None
    years = {"from": first, "until": until}
    return {
        "quantity": address,
        move: [low, high],
        **{k: v for k, v in years.items() if v is not None},
    }


def _wanted(
    event: str | None, outcome: str | None
) -> tuple[Any, Callable[[Evaluator, float], np.ndarray]]:
    """What tips, and how to get it of every run at a value."""
    import numpy as np

    from ..explore.discovery.cases import Event
    from ..explore.swept import outcome_at

    if (event is None) == (outcome is None):
        raise InputError("what tips?", allowed="--event TEXT, or --outcome ADDRESS")
    if event is not None:
        wanted = Event.read(event)
        return wanted, lambda evaluate, value: wanted.happens(evaluate(np.array([[value]])))[0]

    def of(evaluate: Evaluator, value: float) -> np.ndarray:
        found = outcome_at(evaluate(np.array([[value]])), outcome or "")
        if found.ndim != 2:
            raise InputError(
                "the outcome needs a label for each of its dimensions",
                field="--outcome",
                found=outcome,
                allowed=", ".join(str(d) for d in found.dims[2:]),
            )
        return np.asarray(found.values[0])

    return outcome, of


def _evaluator(
    scenario: str, factor: dict[str, Any], wanted: Any, runs: int, seed: int, values: str | None
) -> Evaluator:
    from ..explore.evaluate import evaluator
    from .execution import warm_up

    name = getattr(wanted, "address", str(wanted)).split(".")[0]
    found = evaluator(
        scenario, [factor], outcomes=[name], replicates=runs, seed=seed, parameters=values
    )
    warm_up(found.sweep_problem.problem)
    return found


def _write(
    out: Path, found: Tipping, words: tuple[str, str], evaluate: Evaluator, scenario: str
) -> None:
    import pandas as pd

    from ..explore.badge import badge_of
    from ..results.boxes import crossing
    from ..results.files import write_atomic
    from ..results.style import Note, save
    from .sensitivity_files import text_of

    columns = {"value": found.values, "mean": found.means, "low": found.lows, "high": found.highs}
    write_atomic(out / "tipping.csv", text_of(pd.DataFrame(columns)))
    problem = evaluate.sweep_problem.problem
    note = Note(
        f"exploration: a sweep of one lever; {badge_of(problem).split(': ', 1)[1]}",
        f"{scenario}; {found.runs:,} runs at every value, seed {problem.seed}",
        None,
    )
    bands = (found.means, found.lows, found.highs)
    place = (found.value, found.low, found.high) if found.verdict == "found" else None
    title = f"Where does {words[0]} tip?"
    figure = crossing(
        found.values, bands, found.threshold, place, (title, words[1], words[0]), note
    )
    save(figure, out, "tipping", title)
