"""``steppe explain`` for a year that follows the record: what the run's world made likely."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from ..explore.problem import Problem
    from ..explore.retold import Booked, Package


def explain_record(
    console: Console, problem: Problem, state: str, year: int, area: str | None, run: int
) -> None:
    """Print the packages on record, what they were worth in this run, and what it adds."""
    from ..explore.retold import booked, packages_of

    outcome, model = problem.standing(run, year)
    console.print(
        f"The run follows the record to {problem.until}. In these years choices are drawn given "
        "what is on record, so no single draw made them and none can be flipped. Shown is "
        "what an offer like each package on record was worth in this run's world as "
        f"{year} began, and how likely it would have been taken, had nothing else been on "
        "the table."
    )
    shown = [
        package
        for package in packages_of(model, state)
        if area is None or area in package.row["areas"]
    ]
    _print_outside(console, state, year)
    if not shown:
        where = f" in {area}" if area else ""
        console.print(f"Nothing of {state} in {year}{where} is on record.", highlight=False)
    for package in shown:
        _print_package(console, package, area)
    _print_booked(
        console, "Areas of these packages in this run", booked(outcome, state, year, True)
    )
    added = booked(outcome, state, year, False)
    _print_booked(console, "This run adds, seen by no source", added)
    if not added:
        console.print("This run adds nothing that no source saw.", highlight=False)


def _print_outside(console: Console, state: str, year: int) -> None:
    """Standing forces, and absences from joint exercises."""
    from ..calibration.packages import absences, standing_forces
    from ..calibration.record import load_record

    for row in standing_forces():
        if row["state"] == state and row["year"] <= year <= row["last"]:
            console.print(
                f"  standing force on record: {row['id']} ({row['patron']})", highlight=False
            )
    for row in absences(load_record()):
        if row["state"] == state and row["year"] == year:
            console.print(
                f"  stayed away from a joint exercise: {row['id']} ({row['patron']})",
                highlight=False,
            )


def _print_package(console: Console, package: Package, area: str | None) -> None:
    """One package as a table of terms, a column for each area that it may belong to."""
    from rich.table import Table

    from ..model.names import RUNGS

    row = package.row
    frame = "part in a joint exercise" if package.joint else "bilateral"
    if package.membership:
        frame = "an act of membership, weighed with that of the year before"
    size = f"USD {package.value:.2f} million, " + (
        "as recorded" if row["amount_usd"] is not None else "the median: no sum is on record"
    )
    if package.value == 0.0:
        size = "no money"
    what = f"rung {row['rung']} ({RUNGS[row['rung']].replace('_', ' ')})"
    if row["rung"] == 0:
        what = "left its organisation"
    console.print(
        f"\n[bold]{row['id']}[/bold] ({', '.join(row['sources'])})\n  {row['patron']}: {what}, "
        f"{frame}, {size}",
        highlight=False,
    )
    found = [w for w in package.weighed if area is None or w.area == area]
    if not found:
        console.print("  nothing stood before the first year: it is not weighed", highlight=False)
        return
    table = Table("an offer like it in", *(w.area for w in found))
    for column in table.columns[1:]:
        column.justify = "right"
    for term in found[0].terms._fields:
        if term == "dispute" and package.joint:
            table.add_row(term, *("host unknown" for _ in found))
        else:
            table.add_row(term, *(f"{getattr(w.terms, term) + 0.0:+.3f}" for w in found))
    table.add_section()
    table.add_row("utility", *(f"{w.utility:+.3f}" for w in found), style="bold")
    table.add_row("declining", *(f"{w.decline:+.3f}" for w in found))
    table.add_row(
        "joins or stays" if package.membership else "taken, if alone",
        *(f"{w.alone:.3f}" for w in found),
        style="bold",
    )
    console.print(table)


def _print_booked(console: Console, title: str, rows: list[Booked]) -> None:
    """Counts by area and form, a line for each patron."""
    if rows:
        console.print(f"{title}:", highlight=False)
    for row in rows:
        areas, forms = (
            ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in counted.items())
            for counted in (row.areas, row.forms)
        )
        console.print(f"  {row.patron}: {areas} (as {forms})", highlight=False)
