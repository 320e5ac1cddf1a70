"""What ``steppe sensitivity`` prints: ranks, sentences, and whether the sample was large enough."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from xarray import Dataset

MOST_PANELS = 10
"""Cells of an outcome that are printed and drawn together."""


def cells(indices: Dataset) -> dict[str, Dataset]:
    """Every cell by its labels; one without a name if there is only one."""
    from itertools import product

    dims = [str(d) for d in indices["status"].dims]
    found = {}
    for labels in product(*(indices[d].values.tolist() for d in dims)):
        name = ".".join(str(label) for label in labels)
        found[name] = indices.sel(dict(zip(dims, labels, strict=True)))
    return found


def print_cell(name: str, cell: Dataset, method: str, top: int, luck: str) -> None:
    """Print one cell: the weightiest factors, and what they say; or why there is no index."""
    from ..explore.sensitivity.analyses import MEASURES
    from ..explore.sensitivity.of_sweep import sentences
    from ..explore.sensitivity.ranks import ranked

    status = str(cell["status"].item())
    if status != "ok":
        typer.echo(f"  {name or 'Index'}: {status}\n")
        return
    if name:
        typer.echo(f"  {name}")
    table = ranked(cell)
    measure = MEASURES[method]
    width = max(len(str(f)) for f in table["factor"])
    more = [c for c in ("S1", "ST_expected", "sigma", "mu_star_chance") if c in table]
    more += [c for c in table.columns if c.endswith("_floor")]
    head = f"  {'factor':<{width}}  {measure:>8}  {'95% interval':>16}"
    typer.echo(head + "".join(f"  {c:>14}" for c in more))
    for row in table.head(top).to_dict("records"):
        interval = f"{row['low']:.3g} to {row['high']:.3g}"
        typer.echo(
            f"  {row['factor']:<{width}}  {row[measure]:>8.3g}  {interval:>16}"
            + "".join(f"  {row[c]:>14.3g}" for c in more)
            + ("" if row["told"] else "  not told from chance")
        )
    for sentence in sentences(cell, luck):
        typer.echo(textwrap.fill(sentence, 100, initial_indent="  - ", subsequent_indent="    "))
    if int(cell["missing"]):
        typer.echo(
            f"  - {int(cell['missing'])} runs are missing or failed; the intervals hold what they "
            "could have changed."
        )
    typer.echo("")


def print_years(found: dict[str, Dataset], method: str) -> None:
    """Print the three weightiest factors of some years; years without an index in one line.

    A factor that is not told from chance is marked by a star.
    """
    from ..explore.sensitivity.analyses import MEASURES
    from ..explore.sensitivity.ranks import ranked

    measure = MEASURES[method]
    good = {year: cell for year, cell in found.items() if str(cell["status"].item()) == "ok"}
    for status in sorted({str(cell["status"].item()) for cell in found.values()} - {"ok"}):
        years = [year for year, cell in found.items() if str(cell["status"].item()) == status]
        typer.echo(f"  {years[0]} to {years[-1]} ({len(years)} years): {status}")
    marked = False
    step = max(1, -(-len(good) // MOST_PANELS))
    for year, cell in list(good.items())[::step]:
        rows = ranked(cell).head(3).to_dict("records")
        shares = [
            f"{r['factor']}{'' if r['told'] else '*'} {r[measure]:.2g} "
            f"({r['low']:.2g} to {r['high']:.2g})"
            for r in rows
        ]
        marked = marked or not all(r["told"] for r in rows)
        typer.echo(f"  {year}  {', '.join(shares)}")
    if marked:
        typer.echo("  * not told from chance")
    typer.echo("  Yearly numbers are means over replicates: the chance in them is not taken out.")


def print_growth(growing: Dataset) -> None:
    """Print whether the indices have settled."""
    from ..explore.sensitivity.growth import verdict

    for name, cell in list(cells(growing.isel(size=-1)).items())[:MOST_PANELS]:
        dims = [str(d) for d in growing["status"].dims if d != "size"]
        picked = growing.sel({d: cell[d].item() for d in dims})
        text = f"{name}: {verdict(picked)}" if name else verdict(picked)
        typer.echo(textwrap.fill(text, 100, initial_indent="  ", subsequent_indent="    "))


def print_checks(seed: int, out: Path | None) -> None:
    """Print known indices beside estimates; second-order ones that are 0 are left out.

    All of them go to ``check.csv`` in a directory, if one is named.
    """
    import pandas as pd

    from ..results.files import write_atomic
    from .known import checked

    head = f"{'function':<10}  {'factor':<10}  {'index':<7}  {'known':>7}  {'estimate':>8}"
    typer.echo(f"{head}  95% interval")
    rows = []
    for row in checked(seed):
        rows.append({"index" if k == "measure" else k: v for k, v in row._asdict().items()})
        if row.measure == "S2" and row.known < 0.001:
            continue
        interval = f"{row.low:.4f} to {row.high:.4f}" if row.low == row.low else "-"
        typer.echo(
            f"{row.function:<10}  {row.factor:<10}  {row.measure:<7}  {row.known:>7.4f}  "
            f"{row.estimate:>8.4f}  {interval}"
        )
    if out is not None:
        table = pd.DataFrame(rows).round(6).to_csv(index=False, lineterminator="\n")
        write_atomic(out / "check.csv", table.encode())
