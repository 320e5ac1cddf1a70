"""``steppe claims``: the claims of the documents, tested on the model as of their dates."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ..model.errors import InputError, near
from .run import Seed

if TYPE_CHECKING:
    from ..calibration.asof import Frozen
    from ..calibration.claim_tests import Tested
    from ..explore.draws import Draws

DIRECTORY: Final = Path("steppe-claims")
PARTICLES: Final = 100
"""Worlds of the filter for each draw: ten for each history of 2,000 over 200 draws."""
COLUMNS: Final = (
    "id", "claim", "document", "cut", "horizon", "area", "match", "over", "probability", "low",
    "high", "defined", "parameters", "model", "verdict", "compared", "testable_form", "reading",
    "reason",
)  # fmt: skip


def claims(
    runs: Annotated[int, typer.Option(min=50, help="Histories of each document.")] = 2000,
    seed: Seed = 1,
    fit: Annotated[
        Path | None,
        typer.Option(
            help="Directory of a fit at the date of the document, which must be named: that of "
            "'steppe backtest --train-until', below its fit/."
        ),
    ] = None,
    area: Annotated[str | None, typer.Option(help="Only claims on this area.")] = None,
    document: Annotated[
        str | None, typer.Option(help="Only claims of this document: its key, or its first digits.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Directory of the results; steppe-claims by default.")
    ] = None,
) -> None:
    """Tell how likely each claim of the documents is on the model, beside what came of it.

    Histories follow the record to the date of a claim's document and are free after it. The
    parameters do not stop there: unless --fit names a fit of that date, they were fitted to the
    record to 2022 and have seen what came after the document, so no probability is one that
    could have been told then. Claims that one thing answers to another are tested as what-ifs
    from that date. Claims are tests: nothing is fitted to them, and a surprise is a result like
    an agreement.
    """
    from ..calibration.claim_tests import load_claims
    from ..explore.claims.assess import scores
    from ..explore.claims.conduct import as_of, examine
    from ..results.files import canonical

    chosen = choose(load_claims(), area, document)
    if fit is not None and document is None:
        raise InputError("a fit is of one date", field="fit", todo="name the document too")
    rows: list[dict[str, Any]] = []
    told: list[dict[str, Any]] = []
    for key in dict.fromkeys(one.document for one in chosen):
        own = [one for one in chosen if one.document == key]
        found = as_of(own)
        draws, made = draw(fit, found, runs)
        each = max(1, runs // len(draws))
        typer.echo(f"{own[0].date.short}: the record to {found.cut}, {len(draws)} draws", err=True)
        rows += examine(own, found, draws, each, max(PARTICLES, each), seed)
        told.append(
            {
                "document": key, "cut": found.cut, "horizon": found.horizon,
                "evidence": found.digest, "draws": len(draws), "histories": each * len(draws),
                "parameters": made,
            }
        )  # fmt: skip
    order = {one.claim.id: n for n, one in enumerate(chosen)}
    rows.sort(key=lambda row: order[row["id"]])
    manifest = {
        "badge": badge(told), "seed": seed, "runs": runs, "documents": told,
        "tests": digest_of_tests(), "scores": scores(rows),
        "command": command(runs, seed, fit, area, document),
    }  # fmt: skip
    directory = out or DIRECTORY
    write(directory, rows, canonical(manifest))
    for line in printed(rows, manifest):
        typer.echo(line)
    typer.echo(f"\nAll claims, with their readings: {directory / 'claims.csv'}")


def choose(found: Sequence[Tested], area: str | None, document: str | None) -> list[Tested]:
    """Claims of an area and a document.

    Raises
    ------
    InputError
        If there is no such area or document, or no claim is left.
    """
    areas = sorted({one.claim.area for one in found})
    keys = sorted({one.document for one in found})
    if area is not None and area not in areas:
        raise InputError(
            "no claim is on this area", field="area", found=area, allowed=", ".join(areas),
            nearest=near(area, areas),
        )  # fmt: skip
    if document is not None and not any(key.startswith(document) for key in keys):
        raise InputError(
            "no claim is from this document", field="document", found=document,
            allowed=", ".join(keys), nearest=near(document, keys),
        )  # fmt: skip
    chosen = [
        one for one in found
        if area in (None, one.claim.area) and one.document.startswith(document or "")
    ]  # fmt: skip
    if not chosen:
        raise InputError("no claim of this document is on this area", field="area", found=area)
    return chosen


def draw(fit: Path | None, found: Frozen, runs: int) -> tuple[Draws, dict[str, Any]]:
    """Draws of the parameters, and what is to be said of them."""
    from ..explore.draws import fitted_draws, installed_draws

    if fit is None:
        return installed_draws(runs)
    from ..calibration.fit import read_plan

    return fitted_draws(fit, found, read_plan(fit), min(runs, 200))


def badge(told: Sequence[dict[str, Any]]) -> str:
    """What the results may claim."""
    later = [one for one in told if one["parameters"]["until"] > one["cut"]]
    if later:
        return (
            "exploration: the parameters were fitted to a record that goes on after the "
            "documents' dates, so no probability here is a forecast"
        )
    if all(one["parameters"]["passed"] for one in told):
        return "exploration: told after the fact; the fit at the cut passed its gates"
    return "exploration: the fit at the cut has not passed its gates"


def digest_of_tests() -> str:
    """Digest of the files that say how claims are tested."""
    from ..calibration.claim_tests import DOCUMENTS, TESTS
    from ..calibration.reading import evidence_directory
    from ..results.files import digest

    folder = evidence_directory()
    return digest(b"".join((folder / name).read_bytes() for name in (TESTS, DOCUMENTS)))


def command(runs: int, seed: int, fit: Path | None, area: str | None, document: str | None) -> str:
    """Command that does it again; of a fit's directory the name only."""
    words = ["steppe claims", f"--runs {runs}", f"--seed {seed}"]
    words += [f"--fit {fit.name}"] if fit is not None else []
    words += [f"--area {area}"] if area is not None else []
    words += [f"--document {document}"] if document is not None else []
    return " ".join(words)


def write(directory: Path, rows: Iterable[dict[str, Any]], manifest: bytes) -> None:
    """Write ``claims.csv`` and ``manifest.json``."""
    import csv
    import io

    from ..results.files import write_atomic

    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_atomic(directory / "claims.csv", stream.getvalue().encode())
    write_atomic(directory / "manifest.json", manifest)


def printed(rows: Sequence[dict[str, Any]], manifest: dict[str, Any]) -> Iterator[str]:
    """What the terminal shows: tested claims by document, those without a test, the scores."""
    until = fitted_until(manifest)
    yield f"{'':<52}{'probability (90%)':<22}{'model':<10}{'later sources':<15}"
    for short in dict.fromkeys(row["document"] for row in rows):
        own = [row for row in rows if row["document"] == short]
        cut = own[0]["cut"]
        yield f"\n{short}: histories follow the record to {cut}, parameters to {until[cut]}"
        for row in own:
            if row["probability"] is None:
                continue
            claim = textwrap.shorten(row["claim"], 48, placeholder=" ...")
            yield (
                f"  {claim:<50}{probability(row):<22}{row['model']:<10}"
                f"{row['verdict']:<12}{row['compared']}"
            )
    silent = [row for row in rows if row["probability"] is None]
    if silent:
        yield f"\nNot evaluated: {len(silent)}"
        for row in silent:
            yield textwrap.fill(
                f"- {row['id']}: {row['reason']}", 100, initial_indent="  ",
                subsequent_indent="    ",
            )  # fmt: skip
    yield ""
    yield from summary(rows, manifest)


def fitted_until(manifest: dict[str, Any]) -> dict[int, int]:
    """Last year of the record that the parameters were fitted to, by the year of the cut."""
    return {one["cut"]: one["parameters"]["until"] for one in manifest["documents"]}


def probability(row: dict[str, Any]) -> str:
    """Probability and interval, with a sign if it is a bound or of a proxy."""
    sign = "<=" if row["match"] == "wider" else "~" if row["match"] == "proxy" else ""
    return f"{sign}{row['probability']:.2f} ({row['low']:.2f}-{row['high']:.2f})"


def summary(rows: Sequence[dict[str, Any]], manifest: dict[str, Any]) -> Iterator[str]:
    """Signs, counts, losses and scores in words."""
    from ..explore.claims.assess import losses

    count = Counter(row["compared"] for row in rows if row["compared"])
    yield (
        "likely: at least 2/3, unlikely: at most 1/3, the whole interval; <= an upper bound, "
        "~ a proxy. Claims on what answers to what are shares of draws, all others of histories."
    )
    yield (
        f"Where both commit themselves, model and later sources agree on {count['agrees']} claims "
        f"and differ on {count['surprise']}."
    )
    for row in losses(rows):
        yield (
            f"On the wrong side of one half: {row['id']}, {row['probability']:.2f}, later sources: "
            f"{row['verdict']}."
        )
    for one in manifest["scores"]:
        yield (
            f"{one['set']}, {one['claims']} claims, {one['who']}: Brier {one['brier']:.3f}, "
            f"log {one['log']:.3f}"
        )
    yield textwrap.fill(f"Badge: {manifest['badge']}.", 100)
