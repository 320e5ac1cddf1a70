"""Tables, figures and one HTML file that opens without the internet and prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from ..model.errors import InputError
from ..model.names import AREA_NAMES, PATRON_NAMES, PATRONS, STATE_NAMES
from . import verdicts, words
from .compare import NONE, Comparison
from .figures import Drawn, draw_comparison, draw_run
from .files import canonical, digest, write_atomic, write_if_changed
from .html import embedded, render
from .manifest import Manifest, Reference
from .pdf import pdf_of
from .several import OUTCOMES as SEVERAL
from .several import pairs
from .store import MANIFEST, REPORT, Store, claim
from .style import Note
from .summaries import summarise
from .tables import ALL, write_table
from .timeline import Event
from .told import number, per_cent, problems

PDF: Final = "report.pdf"
"""The report once more, laid out for paper."""
LETTERS: Final = "ABCDEFGHIJKL"
"""Letters of the scenarios of a comparison, the first being what the others are held against."""


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
    write_atomic(directory / PDF, pdf_of(page, manifest.title or manifest.name))
    paths += [path for figure in figures for path in figure.paths]
    store.record_outputs(inputs, [*paths, report, directory / PDF])
    return report


def tabulate(store: Store) -> Path:
    """Write the tables of a complete store and nothing else, unless its report stands already.

    Returns
    -------
    Path
        Their folder.
    """
    folder = store.directory / "tables"
    if not (store.directory / REPORT).is_file():
        for name, frame in summarise(store).items():
            write_table(store.directory, name, frame, store.manifest)
    return folder


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
    comparisons: Sequence[Comparison],
    stores: Sequence[Store],
    directory: Path | str,
    command: Sequence[str],
    changes: Sequence[Sequence[Mapping[str, Any]]] = (),
    extras: Sequence[Extras] = (),
    checks: Sequence[str] = (),
) -> Path:
    """Write tables, figures and report of the comparison of finished stores with the first.

    Parameters
    ----------
    comparisons : sequence of Comparison
        What :func:`~.compare.compare` gives for the first store and each of the others.
    command : sequence of str
        What a person types to have the comparison again.
    changes : sequence of sequence of mapping
        What each of the others changes.
    extras : sequence of Extras
        Story, assumptions and notes of each of the others.
    checks : sequence of str
        What placebo and precision say.

    Returns
    -------
    Path
        The report.

    Raises
    ------
    InputError
        If the directory cannot be used.
    RuntimeError
        If a sentence does not follow from its table.
    """
    directory = Path(directory)
    manifests = [store.manifest for store in stores]
    manifest = comparison_manifest(manifests, command)
    begin(directory, manifest)
    names = [m.name for m in manifests]
    keys = _keys(names)
    tables = verdicts.tables(comparisons, keys, manifest)
    if len(stores) > 2:
        tables["pairs"] = pairs(stores)
    for name, frame in tables.items():
        write_table(directory, name, frame, manifest)
    titles = [m.title or m.name for m in manifests]
    parts = []
    for n, comparison in enumerate(comparisons):
        letter = LETTERS[n + 1]
        source = (
            f"A: {titles[0]}; B: {titles[n + 1]}; {stores[0].runs:,} paired runs, seed "
            f"{manifest.seed}"
        )
        note = Note(manifest.badge, source, manifest.conditioned_until)
        table = comparison.table
        told = table[table["supported"] & (table["outcome"] != "packages")]
        sums = table[(table["outcome"] == "packages") & (table["area"] == ALL)]
        ending = f"_{letter.lower()}" if len(comparisons) > 1 else ""
        parts.append(
            {
                "letter": letter,
                "title": titles[n + 1],
                "name": names[n + 1],
                "alike": comparison.verdict == NONE,
                "differs": comparison.differs,
                "answers": verdicts.told(comparison, tables, keys[n + 1]),
                "span": f"{comparison.first_year}-{comparison.last_year}",
                "told": [_difference_row(row) for _, row in told.iterrows()],
                "sums": [_difference_row(row) for _, row in sums.iterrows()],
                "figures": _shown(draw_comparison(comparison, note, directory, ending)),
                "changes": [dict(row) for row in changes[n]] if changes else [],
                "extras": extras[n] if extras else Extras(),
            }
        )
    common = _common(manifest, [], [], Extras(notes=_notes(extras)))
    page = render(
        "compare.html",
        **common,
        titles=titles,
        names=names,
        parts_of=parts,
        checks=checks,
        pairs=_pair_rows(tables["pairs"], names) if len(stores) > 2 else [],
    )
    wrong = problems(page, tables)
    if wrong:
        raise RuntimeError(f"{len(wrong)} sentences do not follow from their tables: {wrong[0]}")
    write_atomic(directory / REPORT, page)
    write_atomic(directory / PDF, pdf_of(page, manifest.title))
    return directory / REPORT


def _keys(names: Sequence[str]) -> list[str]:
    """Names by which tables know the scenarios: their own, or letters where one comes twice."""
    return list(names) if len(set(names)) == len(names) else list(LETTERS[: len(names)])


def _notes(extras: Sequence[Extras]) -> list[str]:
    return list(dict.fromkeys(text for one in extras for text in one.notes))


def _pair_rows(frame: Any, names: Sequence[str]) -> list[dict[str, str]]:
    return [
        {
            "outcome": SEVERAL[row["outcome"]],
            "patron": PATRON_NAMES[row["patron"]],
            "one": row["one"],
            "other": row["other"],
            "difference": verdicts.interval(row),
            "greater": per_cent(row["p_greater"]),
            "equal": per_cent(row["p_equal"]),
            "told": "yes" if row["supported"] else "no",
        }
        for _, row in frame.iterrows()
        if names.index(row["one"]) > names.index(row["other"])
    ]


def comparison_manifest(manifests: Sequence[Manifest], command: Sequence[str]) -> Manifest:
    """Manifest of a comparison: what determines it are those that it compares."""
    first, *others = manifests
    references: dict[str, Reference] = {r.key: r for m in manifests for r in m.references}
    cuts = [m.conditioned_until for m in manifests if m.conditioned_until is not None]
    more = f"-and-{len(others) - 1}-more" if len(others) > 1 else ""
    words = f" and {len(others) - 1} more" if len(others) > 1 else ""
    badges = {m.badge for m in manifests}
    told = "; ".join(f"{m.badge} ({x})" for x, m in zip(LETTERS, manifests, strict=False))
    return Manifest(
        kind="compare",
        name=f"{first.name}-vs-{others[0].name}{more}",
        title=f"{others[0].title or others[0].name}{words}, against {first.title or first.name}",
        question=others[0].question if len(others) == 1 else "",
        first_year=first.first_year,
        last_year=first.last_year,
        conditioned_until=max(cuts, default=None),
        scenario={
            letter.lower(): m.determining() for letter, m in zip(LETTERS, manifests, strict=False)
        },
        parameters=first.parameters,
        seed=first.seed,
        runs=first.runs,
        versions=first.versions,
        digests=first.digests,
        command=tuple(command),
        references=tuple(references.values()),
        badge=first.badge if len(badges) == 1 else told,
    )


def _difference_row(row: Any) -> dict[str, str]:
    return {
        "outcome": verdicts.OUTCOME_WORDS[row["outcome"]],
        "place": verdicts.place(row),
        "a": number(row["mean_a"]),
        "b": number(row["mean_b"]),
        "difference": verdicts.interval(row),
        "changed": per_cent(row["share_changed"]),
        "above": per_cent(row["p_b_greater"]),
        "below": per_cent(row["p_a_greater"]),
        "removed": "" if row["variance_ratio"] != row["variance_ratio"]
        else per_cent(row["variance_ratio"]),
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
        "figures": _shown(figures),
        "changes": [dict(row) for row in changes],
        "extras": extras,
        "rungs": words.rung_rows(),
        "areas": [name[0].upper() + name[1:] for name in AREA_NAMES.values()],
        "state_names": STATE_NAMES,
        "area_names": AREA_NAMES,
        "patron_names": PATRON_NAMES,
    }


def _shown(figures: Sequence[Drawn]) -> list[dict[str, str]]:
    """Figures as a page takes them."""
    return [
        {
            "caption": f.caption,
            "alt": f.alt,
            "name": f.name,
            "data": embedded(f.paths[0].read_bytes()),
        }
        for f in figures
    ]


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
