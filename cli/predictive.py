"""``steppe calibrate check``: free runs of the fitted model beside what is documented."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from .run import Seed

if TYPE_CHECKING:
    from ..calibration.installed import Posterior
    from ..explore.predictive.checks import Summary

DIRECTORY: Final = Path("steppe-check")
DEFAULT_RUNS: Final = 4000
"""Free runs with which all draws are used for the acts of membership; of fewer, fewer draws."""
COLUMNS: Final = (
    "kind", "state", "patron", "form", "unit", "documented", "median", "q05", "q95", "q01",
    "q99", "tail", "pit_low", "pit_high", "held", "miss",
)  # fmt: skip


def check(
    runs: Annotated[int, typer.Option(min=400, help="Free runs.")] = DEFAULT_RUNS,
    seed: Seed = 1,
    posterior: Annotated[
        Path | None,
        typer.Option(help="Directory with draws.csv and manifest.json; the installed posterior."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Directory of the results; steppe-check by default.")
    ] = None,
) -> None:
    """Check whether free runs of the fitted model bring forth records like the documented one.

    Counts, sums and first years by state, patron and form, sizes of exercises by patron and
    frame, and how packages lie in time. A miss is a result: the exit code is 0 either way.
    """
    from dataclasses import asdict

    from ..calibration.areas import area_counts
    from ..calibration.installed import installed
    from ..calibration.measures import troops
    from ..calibration.memberships import acts
    from ..calibration.packages import as_history, imposed
    from ..calibration.target import record_target
    from ..explore.draws import InstalledDraws
    from ..explore.predictive.anchors import anchor_positions, anchor_rows, quantities_of
    from ..explore.predictive.checks import by_area, compare, summaries
    from ..explore.predictive.memberships import act_rows, chances
    from ..explore.predictive.records import documented, predicted
    from ..explore.predictive.sizes import size_statistics
    from ..explore.predictive.statistics import statistics
    from ..model.errors import InputError
    from ..model.names import START_YEAR
    from ..results.files import canonical

    found = installed(posterior)
    if found is None:
        raise InputError(
            "no posterior stands here", field="posterior", found=str(posterior or "installed"),
            todo="run 'steppe calibrate', or name another directory",
        )  # fmt: skip
    until = found.manifest.until
    draws = InstalledDraws(found, min(runs, found.manifest.draws))
    packages = imposed(until)
    target = record_target(until, particles=2)
    each = runs // len(draws)
    free, unseen = predicted(target.tables, draws, each, packages, seed)
    told, others = statistics(documented(packages, until)), statistics(free)
    sizes = troops.sizes().until(until)
    troops_told, troops_others = size_statistics(sizes, each * len(draws), seed)
    rows = compare([*told, *troops_told], [*others, *troops_others])
    counted = summaries(told, others, seed)
    areas = by_area(*area_counts(as_history(packages), START_YEAR, until), free.areas)
    answers = acts(packages, target.tables)
    some = InstalledDraws(found, max(len(draws) * runs // DEFAULT_RUNS, 20))
    taken = chances(target, some, answers, seed)
    members = act_rows(answers, taken)
    manifest: dict[str, Any] = {
        "badge": badge(found), "until": until, "seed": seed, "draws": len(draws),
        "runs": each * len(draws), "posterior": found.digest,
        "summaries": [asdict(one) for one in counted],
        "sizes": int((~sizes.bound).sum()),
        "command": f"steppe calibrate check --runs {runs} --seed {seed}",
    }  # fmt: skip
    positions = anchor_positions(found, len(draws))
    varied = anchor_rows(quantities_of(unseen, len(draws)), positions)
    directory = out or DIRECTORY
    tables = {"predictive": rows, "areas": areas, "anchors": varied, "memberships": members}
    write(directory, tables, canonical(manifest), draw(rows, manifest))
    for line in (
        *printed(rows, counted, manifest), *printed_areas(areas), *printed_anchors(varied),
        *printed_memberships(members),
    ):  # fmt: skip
        typer.echo(line)
    typer.echo(f"\nAll statistics: {directory / 'predictive.csv'}")
    typer.echo(f"Picture: {directory / 'predictive.png'}")


def badge(found: Posterior) -> str:
    """What the results may claim."""
    if found.passed:
        return "exploration: free runs of a fit that passed its gates"
    return "exploration: free runs of a fit that has not passed its gates"


def draw(rows: Sequence[dict[str, Any]], manifest: dict[str, Any]) -> bytes:
    """Picture of the counts, as PNG."""
    from ..results.style import as_bytes

    return as_bytes(figure(rows, manifest), "png", "On record, and expected to be on record")


def figure(rows: Sequence[dict[str, Any]], manifest: dict[str, Any]) -> Any:
    """Figure of the counts by state, patron and form."""
    from ..model.names import START_YEAR
    from ..results.predictive import picture
    from ..results.style import Note

    cells = [row for row in rows if row["kind"] == "count" and single(row)]
    source = (
        f"{manifest['runs']:,} free runs over {manifest['draws']} draws of the posterior, seed "
        f"{manifest['seed']}"
    )
    return picture(cells, START_YEAR, manifest["until"], Note(manifest["badge"], source, None))


def single(row: dict[str, Any]) -> bool:
    """Whether a row is of one state, one patron and one form."""
    return "all" not in (row["state"], row["patron"], row["form"])


def write(
    directory: Path, tables: Mapping[str, Sequence[dict[str, Any]]], manifest: bytes, picture: bytes
) -> None:
    """Write each table as CSV, ``manifest.json`` and ``predictive.png``."""
    from ..results.files import write_atomic

    for name, rows in tables.items():
        columns = COLUMNS if name == "predictive" else tuple(rows[0])
        write_atomic(directory / f"{name}.csv", text_of(columns, rows))
    write_atomic(directory / "predictive.png", picture)
    write_atomic(directory / "manifest.json", manifest)


def text_of(columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> bytes:
    """Rows as CSV."""
    import csv
    import io

    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: rounded(v) for k, v in row.items()} for row in rows)
    return stream.getvalue().encode()


def rounded(value: Any) -> Any:
    """Six digits of a number."""
    return float(f"{value:.6g}") if isinstance(value, float) else value


def printed(
    rows: Sequence[dict[str, Any]], counted: Sequence[Summary], manifest: dict[str, Any]
) -> Iterator[str]:
    """What the terminal shows: the counts of counts, totals and shapes, and every miss."""
    until = manifest["until"]
    yield (f"Record to {until} beside {manifest['runs']:,} free runs. Badge: {manifest['badge']}.")
    yield "Beside each count what records of the model itself give (middle; 5% to 95%).\n"
    for one in counted:
        yield f"  {in_words(one)}"
    yield f"\n{'totals and shapes':<46}{'on record':>10}{'model: 5%':>12}{'middle':>9}{'95%':>9}"
    for row in rows:
        if not single(row) and row["documented"] is not None and row["kind"] != "first year":
            told, low, middle, high = values(row, ("q05", "median", "q95"), until)
            yield f"  {name(row):<44}{told:>10}{low:>12}{middle:>9}{high:>9}{mark(row)}"
    missed = [row for row in rows if row["miss"]]
    yield f"\nMisses (outside the 98% interval): {len(missed)}"
    for row in missed:
        told, low, high = values(row, ("q01", "q99"), until)
        yield f"  {name(row)}: {told} on record, {low} to {high} in 98 of 100 records of the model"


def printed_areas(areas: Sequence[dict[str, Any]]) -> Iterator[str]:
    """What the terminal shows of the areas."""
    yield f"\n{'packages by area':<46}{'on record':>10}{'model: 5%':>12}{'middle':>9}{'95%':>9}"
    for row in areas:
        low, middle, high = (f"{row[c]:.0f}" for c in ("q05", "median", "q95"))
        yield f"  {place(row):<44}{ends(row):>10}{low:>12}{middle:>9}{high:>9}{mark(row)}"
    yield "  Two numbers: packages that can be of no other area, and that can be of this one."


def printed_anchors(varied: Sequence[dict[str, Any]]) -> Iterator[str]:
    """What the terminal shows of the assumed side of offers and acceptance."""
    from ..results.anchors import anchors_in_words

    yield "\nDeclined offers are not on record. With the constants of acceptance assumed otherwise:"
    yield from (f"  {line}" for line in anchors_in_words(varied))


def printed_memberships(members: Sequence[dict[str, Any]]) -> Iterator[str]:
    """What the terminal shows of the acts of membership."""
    from ..results.memberships import act_cells, memberships_in_words

    yield "\nActs of membership: chance of what the state did, given all else on record"
    for row in members:
        year, state, did, chance, *_ = act_cells(row)
        yield f"  {f'{year} {state} {did}':<62}{chance:>8}"
    yield from (f"  {line}" for line in memberships_in_words(members))


def place(row: dict[str, Any]) -> str:
    """Patron and area of a row, in words."""
    from ..model.names import AREA_NAMES, PATRON_NAMES

    return f"{PATRON_NAMES[row['patron']]}, {AREA_NAMES[row['area']]}"


def ends(row: dict[str, Any]) -> str:
    """Packages on record of an area: one number, or the two between which they lie."""
    least, most = int(row["least"]), int(row["most"])
    return str(least) if least == most else f"{least} to {most}"


def in_words(one: Summary) -> str:
    """A count over statistics in words."""
    if one.of and "distance" not in one.name:
        return (
            f"{one.name}: {one.documented:.0f} of {one.of}; the model's own {one.median:.0f} "
            f"({one.low:.0f} to {one.high:.0f}), as bad or worse {one.tail:.1%}"
        )
    return (
        f"{one.name} ({one.of} cells): {one.documented:.2f}; the model's own {one.median:.2f} "
        f"({one.low:.2f} to {one.high:.2f}), as bad or worse {one.tail:.1%}"
    )


def name(row: dict[str, Any]) -> str:
    """What a statistic is of, in words."""
    from ..model.names import PATRON_NAMES, STATE_NAMES

    form = "" if row["form"] == "all" else row["form"].replace("_", " ")
    parts = [
        row["kind"], form, PATRON_NAMES.get(row["patron"], ""), STATE_NAMES.get(row["state"], "")
    ]  # fmt: skip
    return ", ".join(part for part in parts if part)


def values(row: dict[str, Any], columns: Sequence[str], until: int) -> list[str]:
    """What is on record, and some quantiles of the model's records, as text."""
    return [in_unit(float(row[c]), row["unit"], until) for c in ("documented", *columns)]


def in_unit(value: float, unit: str, until: int) -> str:
    """A value in its unit; a first year after the record is none."""
    if unit == "year":
        return "none" if value > until else f"{value:.0f}"
    whole = unit in ("packages", "years", "sums") or value >= 100.0
    return f"{value:,.0f}" if whole else f"{value:.3g}"


def mark(row: dict[str, Any]) -> str:
    """Sign of what lies outside its intervals."""
    return "  miss" if row["miss"] else "  outside 90%" if row["held"] == "no" else ""
