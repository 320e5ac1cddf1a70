"""``steppe explain``: why a state chose as it did, in one run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .run import Seed, Values

if TYPE_CHECKING:
    from rich.console import Console

    from ..explore.problem import Problem
    from ..model.trace import Decision


def explain(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a file.")],
    state: Annotated[str, typer.Option(help="KZ, KG, TJ, TM or UZ.")],
    year: Annotated[int, typer.Option(help="Year of the decisions.")],
    area: Annotated[str | None, typer.Option(help="Only this area.")] = None,
    run: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Which run (which luck).")] = 0,
    seed: Seed = 1,
    runs: Annotated[int, typer.Option(min=1, help="Of how many runs: sets the draws.")] = 1000,
    values: Values = None,
) -> None:
    """Show what was on the table, each term, the odds, the draw, and what would flip it."""
    from ..model.errors import InputError, near
    from ..model.names import AREAS, START_YEAR, STATES
    from ..scenarios.load import load_resolved

    resolved = load_resolved(scenario, values)
    state = state.upper()
    for name, found, allowed in (("--state", state, STATES), ("--area", area, AREAS)):
        if found is not None and found not in allowed:
            raise InputError(
                "no such name",
                field=name,
                found=found,
                allowed=", ".join(allowed),
                nearest=near(found, allowed),
            )
    if not START_YEAR <= year <= resolved.horizon:
        raise InputError(
            "the scenario does not reach this year",
            field="--year",
            found=year,
            allowed=f"{START_YEAR} to {resolved.horizon}",
        )
    from rich.console import Console

    from ..explore.badge import badge_of
    from ..explore.problem import assemble
    from .explain_record import explain_record

    problem = assemble(resolved, seed, runs)
    console = Console()
    console.print(
        f"[bold]{resolved.title}[/bold]: {state} in {year}, run {run}, seed {seed}. "
        f"Draw {run % problem.draw_count} of {problem.draw_count}. "
        f"{badge_of(problem)}."
    )
    if problem.until is not None and year <= problem.until:
        explain_record(console, problem, state, year, area, run)
        return
    model = problem.model(run, trace=True)
    model.run_until(year)
    decisions = [
        d
        for d in model.decisions
        if d.year == year and d.state == state and (area is None or d.area == area)
    ]
    if not decisions:
        where = f" in {area}" if area else ""
        console.print(f"In this run no offer was on the table{where}.")
        _suggest(console, problem, state, year, area)
        return
    for decision in decisions:
        _print_decision(console, decision)


def _suggest(console: Console, problem: Problem, state: str, year: int, area: str | None) -> None:
    """Name runs in which there was an offer."""
    from ..explore.replicates import simulate_span
    from ..model.names import AREAS, START_YEAR, STATES

    tried = range(200 if problem.until is None else 20)  # one that follows a record takes longer
    offers = simulate_span(problem, tried).offers[:, year - START_YEAR, STATES.index(state)]
    if area is not None:
        offers = offers[:, :, AREAS.index(area)]
    runs = [r for r in tried if offers[r].any()]
    shown = ", ".join(str(r) for r in runs[:5])
    console.print(
        f"In {len(runs)} of {len(tried)} runs there was one"
        + (f": try --run {shown}" if runs else "")
    )


def _print_decision(console: Console, decision: Decision) -> None:
    """One decision as a table of terms, and a sentence on what would flip it."""
    from rich.table import Table

    from ..model.names import CHOICES, RUNGS

    table = Table(title=f"{decision.area}, opportunity {decision.slot + 1}", title_justify="left")
    table.add_column("on the table")
    for offer in decision.offers:
        frame = f"joint exercise, hosted by {offer.host}" if offer.host else "bilateral"
        table.add_column(
            f"{offer.patron}: rung {offer.rung} ({RUNGS[offer.rung]}),\n"
            f"USD {offer.value:.2f} million, {frame}",
            justify="right",
        )
    for term in decision.offers[0].terms._fields:
        table.add_row(term, *(f"{getattr(o.terms, term) + 0.0:+.3f}" for o in decision.offers))
    table.add_section()
    table.add_row("utility", *(f"{o.utility:+.3f}" for o in decision.offers), style="bold")
    console.print(table)
    there = {"neither": True, "both": len(decision.offers) == 2}
    there |= {o.patron: True for o in decision.offers}
    odds = ", ".join(
        f"{name} {p:.3f}"
        for name, p in zip(CHOICES, decision.probabilities, strict=True)
        if there.get(name)
    )
    both = (
        f", both {decision.complementarity:+.3f} beyond the sum"
        if len(decision.offers) == 2
        else ""
    )
    console.print(f"  declining is worth {decision.decline:+.3f}{both}", highlight=False)
    console.print(f"  probabilities: {odds}", highlight=False)
    console.print(f"  draw {decision.draw:.4f} -> [bold]{decision.choice}[/bold]", highlight=False)
    flip = decision.flip()
    if flip is None:
        console.print("  no change of one offer's worth would have flipped it", highlight=False)
    else:
        word = "more" if flip.shift > 0 else "less"
        console.print(
            f"  flips to [bold]{flip.choice}[/bold] if {flip.patron}'s offer were worth "
            f"{abs(flip.shift):.3f} {word} (any one of its terms)",
            highlight=False,
        )
    console.print()
