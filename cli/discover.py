"""``steppe discover``: in which futures of a sweep something happens."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .sensitivity import Luck, Sweep, note_of, slug, tell, told_of

if TYPE_CHECKING:
    import numpy as np

    from ..explore.discovery.choice import Chosen
    from ..explore.sweep.design import Design


def discover(
    directory: Sweep,
    event: Annotated[
        str,
        typer.Argument(
            help="OUTCOME COMPARISON NUMBER: 'first_year.china.energy_protection.mixed_unit < "
            "2030' (a year that never comes is before none), 'top_rung.china.defence >= 3'."
        ),
    ],
    share: Annotated[
        float,
        typer.Option(help="Share of a point's runs that must show it, for the point to count."),
    ] = 0.5,
    method: Annotated[str, typer.Option(help="prim: one dense box; cart: a tree.")] = "prim",
    density: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            max=1.0,
            help="Take the widest box that is so dense; without it the one that balances "
            "coverage and density.",
        ),
    ] = None,
    step: Annotated[
        int | None, typer.Option(min=0, help="Take this step of the trajectory instead.")
    ] = None,
    boxes: Annotated[int, typer.Option(min=1, max=20, help="Boxes at most.")] = 1,
    named: Annotated[
        str | None,
        typer.Option(
            "--scenario",
            metavar="NAME",
            help="Write each box as a scenario: NAME.toml, NAME-2.toml, ...",
        ),
    ] = None,
    seed: Luck = 1,
    out: Annotated[
        Path | None, typer.Option(help="Directory; discovery/ in that of the sweep by default.")
    ] = None,
) -> None:
    """Find the ranges of factors in which something happens: boxes of futures.

    Coverage is the share of all such futures that a box holds, density the share of the
    futures inside that are such. A quasi-p-value (qp) says how easily chance would make a
    limit; limits above 0.05 are taken away.
    """
    import numpy as np

    from ..explore.discovery.cases import Event, cases
    from ..explore.discovery.choice import discover as find
    from ..explore.discovery.choice import held_out
    from ..explore.sweep.design import Design
    from ..results.sweep.reading import open_sweep, sweep_manifest

    wanted = Event.read(event)
    manifest = sweep_manifest(directory)
    sweep = open_sweep(directory, [wanted.address.split(".")[0]], tell)
    design = Design.of_dataset(sweep)
    runs = wanted.happens(sweep)
    known = cases(runs, share)
    found = find(
        design.names, design.points, known, method=method, density=density, step=step, boxes=boxes
    )
    texts = _scenarios(named, found, design, manifest, f"{wanted} in {share:.0%} of runs or more")
    unseen = held_out(
        design.names, design.points, known, seed, method=method, density=density
    )  # fmt: skip
    typer.echo(
        f"{wanted} in {share:.0%} of a point's runs or more: {int(known.sum()):,} of "
        f"{len(known):,} points ({known.mean():.1%}); in {np.nanmean(runs):.1%} of all runs.\n"
    )
    for number, box in enumerate(found, start=1):
        _print(number, box, design, runs)
    _print_unseen(unseen)
    place = (out or directory / "discovery") / f"{method}-{slug(event)}"
    command = ["steppe", "discover", directory.name, event, "--share", f"{share:g}", "--method",
               method, "--boxes", str(boxes), "--seed", str(seed)]  # fmt: skip
    for option, value in (("--density", density), ("--step", step)):
        command += [option, f"{value:g}"] if value is not None else []
    _write(place, found, design, {"command": command, "sweep": told_of(manifest), "unseen": unseen})
    title = f"Where {wanted}"
    _draw(place, found, design, (title, f"{wanted}, in {share:.0%} of a point's runs or more"),
          note_of(manifest))  # fmt: skip
    typer.echo(f"\nBadge: {manifest.badge}.")
    typer.echo(f"Tables and pictures: {place}")
    for path, text in texts.items():
        _new_file(path, text)


def _print(number: int, chosen: Chosen, design: Design, runs: np.ndarray) -> None:
    import numpy as np

    found = chosen.found
    inside = found.box.holds(design.points)
    typer.echo(
        f"Box {number}: coverage {found.coverage:.0%}, density {found.density:.0%}, "
        f"{found.points:,} of {len(runs):,} points"
    )
    bounds = dict(zip(design.names, design.bounds, strict=True))
    for name, (low, high) in found.box.limits.items():
        least, most = bounds[name]
        chance = chosen.quasi_p[name]
        ends = [
            f"{word} {limit:.4g} (qp {_small(p)})"
            for word, limit, p in zip(("at least", "at most"), (low, high), chance, strict=True)
            if limit is not None
        ]
        typer.echo(f"  {name}: {' and '.join(ends)}; swept {least:.4g} to {most:.4g}")
    if not found.box.restricted:
        typer.echo("  no limit: nothing that was swept sets these futures apart")
    typer.echo(
        f"  It happens in {np.nanmean(runs[inside]):.0%} of the runs inside"
        + (f" and {np.nanmean(runs[~inside]):.0%} of those outside" if not inside.all() else "")
        + ".\n"
    )


def _small(value: float) -> str:
    return "below 0.001" if value < 0.001 else f"{value:.3f}"


def _print_unseen(unseen: dict[str, float]) -> None:
    if unseen["density"] != unseen["density"]:
        typer.echo("On points that did not help to find it, no box could be judged.")
        return
    often = {
        name.removeprefix("restricts "): share
        for name, share in unseen.items()
        if name.startswith("restricts ") and share >= 0.5
    }
    names = ", ".join(f"{name} ({share:.0%})" for name, share in often.items()) or "none"
    text = (
        f"On points that did not help to find it the first box has coverage "
        f"{unseen['coverage']:.0%} and density {unseen['density']:.0%} (ten halves). Factors that "
        f"half of these boxes or more restrict: {names}."
    )
    typer.echo(textwrap.fill(text, 100))


def _write(place: Path, found: list[Chosen], design: Design, about: dict[str, Any]) -> None:
    import pandas as pd

    from ..results.files import canonical, write_atomic
    from .sensitivity_files import text_of

    rows, steps = [], []
    for number, chosen in enumerate(found, start=1):
        box = chosen.found
        facts = {"coverage": box.coverage, "density": box.density, "mass": box.mass}
        for name, (low, high) in box.box.limits.items():
            low_qp, high_qp = chosen.quasi_p[name]
            limits = {
                "factor": name,
                "low": low,
                "high": high,
                "qp_low": low_qp,
                "qp_high": high_qp,
            }
            rows.append({"box": number, **limits, **facts})
        frame = chosen.to_dataset()[
            ["coverage", "density", "mass", "points", "cases", "restricted"]
        ]
        steps.append(frame.to_dataframe().reset_index().assign(box=number))
    for name, table in (("boxes", pd.DataFrame(rows)), ("trajectory", pd.concat(steps))):
        write_atomic(place / f"{name}.csv", text_of(table))
    unseen = {k: v for k, v in about["unseen"].items() if v == v}
    write_atomic(place / "about.json", canonical({**about, "unseen": unseen}))


def _draw(
    place: Path, found: list[Chosen], design: Design, words: tuple[str, str], note: Any
) -> None:
    from ..results.boxes import Restriction, peeling
    from ..results.style import save

    bounds = dict(zip(design.names, design.bounds, strict=True))
    for number, chosen in enumerate(found, start=1):
        steps = chosen.to_dataset()
        drawn = {name: steps[name].values for name in ("coverage", "density", "restricted")}
        limits = [
            Restriction(name, bounds[name], low, high, chosen.quasi_p[name])
            for name, (low, high) in chosen.found.box.limits.items()
        ]
        figure = peeling(drawn, (chosen.found.coverage, chosen.found.density), limits, words, note)
        save(figure, place, f"box-{number}", words[0])


def _scenarios(
    name: str | None, found: list[Chosen], design: Design, manifest: Any, event: str
) -> dict[Path, str]:
    """Text of a scenario file for each box, by path; nothing is written yet."""
    if name is None:
        return {}
    import json

    from ..explore.discovery.scenario import scenario_text
    from ..explore.sweep.resolve import ResolvedSweep

    sweep = ResolvedSweep.from_json(json.dumps(manifest.sweep))
    texts = {}
    for number, chosen in enumerate(found, start=1):
        called = name if number == 1 else f"{name}-{number}"
        text = scenario_text(chosen.found, design.points, sweep, event, called)
        texts[Path(f"{called}.toml")] = text
    return texts


def _new_file(path: Path, text: str) -> None:
    from ..scenarios.load import load
    from ..scenarios.starter import write_new

    write_new(path, text)
    load(path)
    typer.echo(f"Scenario: {path}; run it with: steppe run {path}")
