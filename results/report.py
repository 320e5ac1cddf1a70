"""Tables, figures and one HTML file that opens without the internet and prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from ..model.errors import InputError
from ..model.names import AREA_NAMES, PATRON_NAMES, PATRONS, STATE_NAMES
from . import words
from .compare import NONE, Comparison
from .figures import Drawn, draw_comparison, draw_run
from .files import canonical, digest, write_atomic, write_if_changed
from .html import embedded, render
from .manifest import Manifest, Reference
from .store import MANIFEST, REPORT, Store, claim
from .style import Note
from .summaries import summarise
from .tables import ALL, write_table
from .timeline import Event


@dataclass(frozen=True)
class Extras:
    """What the report tells beside the numbers.

    Attributes
    ----------
    story : str
        The scenario in a paragraph.
    assumptions, notes : sequence of str
        What is assumed beyond the sources; what else a reader should know.
    """

    story: str = ""
    assumptions: Sequence[str] = ()
    notes: Sequence[str] = ()


def finish(
    store: Store,
    events: Sequence[Event] = (),
    changes: Sequence[Mapping[str, Any]] = (),
    extras: Extras = Extras(),
) -> Path:
    """Write tables, figures and report of a complete store, unless they stand already.

    Parameters
    ----------
    events : sequence of mapping
        The documented record: id, year, state, patron, area, channel (one of
        ``names.CHANNELS``; any other is no package), text. One row a recipient.
    changes : sequence of mapping
        The scenario's table of changes; all rows have the same fields.

    Returns
    -------
    Path
        The report.

    Raises
    ------
    InputError
        If runs are missing.
    """
    if not store.complete:
        raise InputError(
            "runs are missing", file=str(store.directory),
            todo=f"ask again: {' '.join(store.manifest.command)}",
        )  # fmt: skip
    manifest, directory = store.manifest, store.directory
    inputs = _inputs(manifest, events, changes, extras)
    report = directory / REPORT
    if store.outputs_stand(inputs):
        return report
    tables = summarise(store)
    paths = [write_table(directory, name, frame, manifest) for name, frame in tables.items()]
    figures = draw_run(tables, events, manifest, directory)
    page = render(
        "report.html",
        **_common(manifest, figures, changes, extras),
        events=sorted(events, key=lambda e: (int(e["year"]), str(e["id"]), str(e["state"]))),
        answers=words.answers(tables, manifest),
        final=[(PATRON_NAMES[p], words.final_table(tables["rungs"], p, manifest)) for p in PATRONS],
        beside=words.beside_record(tables["packages"], events, manifest),
    )
    write_atomic(report, page)
    paths += [path for figure in figures for path in figure.paths]
    store.record_outputs(inputs, [*paths, report])
    return report


def begin(directory: Path | str, manifest: Manifest) -> None:
    """Take a directory for a comparison or study, before anything is computed.

    Raises
    ------
    InputError
        If the directory cannot be used.
    """
    claim(Path(directory), manifest)
    write_if_changed(Path(directory) / MANIFEST, manifest.to_bytes())


def finish_comparison(
    comparison: Comparison,
    a: Store,
    b: Store,
    directory: Path | str,
    command: Sequence[str],
    changes: Sequence[Mapping[str, Any]] = (),
    extras: Extras = Extras(),
) -> Path:
    """Write tables, figures and report of the comparison of two finished stores.

    Parameters
    ----------
    comparison : Comparison
        What :func:`~.compare.compare` gives for ``a`` and ``b``.
    command : sequence of str
        What a person types to have the comparison again.
    changes : sequence of mapping
        What B changes against A.

    Returns
    -------
    Path
        The report.

    Raises
    ------
    InputError
        If the directory cannot be used.
    """
    directory = Path(directory)
    manifest = comparison_manifest(a.manifest, b.manifest, command)
    begin(directory, manifest)
    write_table(directory, "compare", comparison.table, manifest)
    write_table(directory, "compare_years", comparison.years, manifest)
    titles = (a.manifest.title or a.manifest.name, b.manifest.title or b.manifest.name)
    source = f"A: {titles[0]}; B: {titles[1]}; {a.runs:,} paired runs, seed {manifest.seed}"
    note = Note(manifest.badge, source, manifest.conditioned_until)
    table = comparison.table
    told = table[table["supported"] & (table["outcome"] != "packages")]
    sums = table[(table["outcome"] == "packages") & (table["area"] == ALL)]
    page = render(
        "compare.html",
        **_common(manifest, draw_comparison(comparison, note, directory), changes, extras),
        titles=titles,
        names=(a.manifest.name, b.manifest.name),
        alike=comparison.verdict == NONE,
        differs=comparison.differs,
        answers=words.differences(comparison, manifest),
        span=f"{comparison.first_year}-{comparison.last_year}",
        told=[_difference_row(row) for _, row in told.iterrows()],
        sums=[_difference_row(row) for _, row in sums.iterrows()],
    )
    write_atomic(directory / REPORT, page)
    return directory / REPORT


def comparison_manifest(a: Manifest, b: Manifest, command: Sequence[str]) -> Manifest:
    """Manifest of a comparison: what determines it are the two that it compares."""
    references: dict[str, Reference] = {r.key: r for r in (*a.references, *b.references)}
    cuts = [m.conditioned_until for m in (a, b) if m.conditioned_until is not None]
    return Manifest(
        kind="compare",
        name=f"{a.name}-vs-{b.name}",
        title=f"{b.title or b.name}, against {a.title or a.name}",
        question=b.question,
        first_year=a.first_year,
        last_year=a.last_year,
        conditioned_until=max(cuts, default=None),
        scenario={"a": a.determining(), "b": b.determining()},
        parameters=a.parameters,
        seed=a.seed,
        runs=a.runs,
        versions=a.versions,
        digests=a.digests,
        command=tuple(command),
        references=tuple(references.values()),
        badge=a.badge if a.badge == b.badge else f"{a.badge} (A); {b.badge} (B)",
    )


def _difference_row(row: Any) -> dict[str, str]:
    return {
        "outcome": words.OUTCOME_WORDS[row["outcome"]],
        "place": words.place(row),
        "a": words.number(row["mean_a"]),
        "b": words.number(row["mean_b"]),
        "difference": words.interval(row),
        "changed": words.per_cent(row["share_changed"]),
        "removed": "" if row["variance_ratio"] != row["variance_ratio"]
        else words.per_cent(row["variance_ratio"]),
        "told": "yes" if row["supported"] else "no",
    }  # fmt: skip


def _common(
    manifest: Manifest,
    figures: Sequence[Drawn],
    changes: Sequence[Mapping[str, Any]],
    extras: Extras,
) -> dict[str, Any]:
    return {
        "manifest": manifest,
        "key": manifest.key(),
        "meaning": " ".join(t for kind, t in words.MEANING.items() if f"{kind}:" in manifest.badge),
        "figures": [
            {
                "caption": f.caption,
                "alt": f.alt,
                "name": f.name,
                "data": embedded(f.paths[0].read_bytes()),
            }
            for f in figures
        ],
        "changes": [dict(row) for row in changes],
        "extras": extras,
        "rungs": words.rung_rows(),
        "areas": [name[0].upper() + name[1:] for name in AREA_NAMES.values()],
        "state_names": STATE_NAMES,
        "area_names": AREA_NAMES,
        "patron_names": PATRON_NAMES,
    }


def _inputs(
    manifest: Manifest,
    events: Sequence[Event],
    changes: Sequence[Mapping[str, Any]],
    extras: Extras,
) -> str:
    """Digest of what tables, figures and report are made from, this package included."""
    here = files("steppe.results")
    makers = {
        f"{folder}{file.name}": digest(file.read_bytes())
        for folder, place in (
            ("", here),
            ("templates/", here / "templates"),
            ("map/", here / "map"),
        )
        for file in place.iterdir()
        if file.name.endswith((".py", ".html", ".css", ".geojson"))
    }
    parts = {
        "manifest": manifest.model_dump(mode="json"),
        "events": [dict(e) for e in events],
        "changes": [dict(c) for c in changes],
        "extras": asdict(extras),
        "makers": makers,
    }
    return digest(canonical(parts))
