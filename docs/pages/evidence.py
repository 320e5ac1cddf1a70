"""The page of the evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from steppe.calibration.codebook import Event, SeriesPoint
from steppe.calibration.coverage import coverage
from steppe.calibration.packages import documented_counts, standing_forces
from steppe.calibration.reading import evidence_directory, read_table
from steppe.calibration.record import Record, load_record
from steppe.calibration.second import ROW, agreements, summary
from steppe.calibration.vocabulary import EventKind, EventPatron
from steppe.model.names import CHANNELS, LAST_HISTORY_YEAR, PATRONS, START_YEAR, STATES
from steppe.model.quantities import parameters
from steppe.scenarios.schema import DOCUMENTS

from .cells import counted, table


def page() -> str:
    """Counts, coverage, where readings and sources differ, and what is left out."""
    record = load_record()
    events = record.events
    kinds = get_args(EventKind)
    return (
        "# Evidence\n\nWhat the project knows, how it was read, and where it is thin. The rows "
        "stand in `calibration/evidence`; how they were coded, in "
        "[its README](../calibration/evidence/README.md). `steppe evidence` lists and filters "
        "them, `steppe evidence show ID` tells all that is known of one, `steppe evidence export "
        "FOLDER` writes a data package, and `steppe evidence check --documents FOLDER` holds "
        "every row against the documents where these are at hand.\n\n"
        + thin_part(record)
        + "## Counts\n\n"
        + table(("table", "rows"), [
            ("`events.csv`", len(events)), ("`traits.csv`", len(record.traits)),
            ("`mechanisms.csv`", len(record.mechanisms)), ("`claims.csv`", len(record.claims)),
            ("`conflicts.csv`", len(record.conflicts)), ("`left_out.csv`", len(record.left_out)),
            ("`second_reading/events.csv`", len(record.second.events)),
            ("sources", len(record.sources)),
        ])
        + "### Events by document and kind\n\nA row may cite more than one document. *External* "
        "rows rest on public facts that the documents lack and count as none of the five.\n\n"
        + table(("document", *kinds, "all"), by_document(record))
        + "### Events by state, patron and channel\n\nRows of all kinds; a row with several "
        "recipients counts for each.\n\n"
        + crossed(events, "patron", get_args(EventPatron), by_state=True)
        + crossed(events, "channel", get_args(EventPatron))
        + crossed(events, "area", get_args(EventPatron))
        + coverage_part()
        + readings_part(record)
        + conflicts_part(record)
        + packages_part(documented_counts())
        + left_out_part(record)
    )  # fmt: skip


def thin_part(record: Record) -> str:
    """What the record cannot tell, first."""
    dated = [e for e in record.events if e.kind == "event"]
    own = [e for e in dated if set(e.sources) & set(DOCUMENTS)]
    russian = [e for e in dated if e.patron in ("russia", "csto")]
    russian_own = [e for e in russian if e in own]
    refused = [e for e in dated if e.channel == "refusal" or e.outcome == "refused"]
    sums = [e for e in dated if e.amount_usd is not None]
    return (
        "## What it cannot tell\n\n"
        f"- Of {len(dated)} dated events {len(own)} stand in the five documents; the others are "
        "external facts. A year without a row is not a year without events.\n"
        f"- {len(refused)} dated events are refusals, absences or endings. Declined "
        "offers are hardly ever recorded, so how often an offer is made and how often it is "
        "accepted is told apart by the rules of the model, not by refusals seen.\n"
        f"- {len(sums)} dated events have a sum of money. A pledge is not a delivery.\n"
        f"- Of {len(russian)} dated events of Russia and the CSTO {len(russian_own)} stand in the "
        "five documents: Moscow's side is external.\n"
        "- How much of what happened is on record is assumed (below), and most results lean on "
        "it.\n- The sources overlap, so their agreement is weaker than it looks.\n\n"
        + table(
            ("document", "how independent it is"),
            [(f"`{k}`", record.sources[k].independence or "") for k in DOCUMENTS],
        )
    )


def crossed(
    events: Sequence[Event], field: str, patrons: Sequence[str], by_state: bool = False
) -> str:
    """Count rows by the words of a field and by patron, or by state and patron."""
    count: Counter[tuple[str, str]] = Counter()
    for event in events:
        words = (event.recipients or ("none named",)) if by_state else (getattr(event, field),)
        for word in words:
            count[word, event.patron] += 1
    words = sorted({w for w, _ in count}, key=lambda w: (-sum(count[w, p] for p in patrons), w))
    rows = [(w, *(count[w, p] for p in patrons), sum(count[w, p] for p in patrons)) for w in words]
    return table(("recipient" if by_state else field, *patrons, "all"), rows)


def coverage_part() -> str:
    """The picture, and what is assumed to be seen."""
    found = coverage()
    parts = [
        "## Who is on record, when and in what form\n\n"
        "![Discs by year for each state, form and patron; grey where sources cover the year.]"
        "(pictures/coverage.png)\n\n"
        f"{found.source}. {found.left_out} `steppe evidence coverage` draws it in the terminal, "
        "and with `--picture` into a file.\n\n### What is assumed to be seen\n\n"
        "The chance that an accepted package is on record: the parameter `detection` (by patron"
        " and form, for a year that is fully covered) times the driver `coverage` (by patron, "
        "form and year). The detection of Chinese exercises is computed from one text (and lies"
        " nearer 0.3 where states are counted, as the model does); all else is judgement: "
        "without a second list of the same years, detection and frequency cannot be told apart."
        " The "
        "detection is what results depend on most.\n\n"
    ]
    for p, patron in enumerate(PATRONS):
        spans = found.periods(patron)
        rows = [
            (f"{a}-{b}" if a < b else a, *(f"{v:.2f}" for v in found.chance[p, :, a - START_YEAR]))
            for a, b in spans
        ]
        parts.append(table((patron, *CHANNELS), rows))
    values = parameters()["detection"].values()
    parts.append(
        "Reasons, with the range that the sources would allow for a fully covered year:\n\n"
        + table(
            ("patron", "form", "value", "range", "reason", "sources"),
            [(d.patron, d.channel,
              f"{values[PATRONS.index(d.patron), CHANNELS.index(d.channel)]:g}",
              f"{d.low:g} to {d.high:g}", d.reason, ", ".join(f"`{k}`" for k in d.sources))
             for d in load_record().detection],
        )
    )  # fmt: skip
    notes, _ = read_table(evidence_directory(), "series/coverage.csv", SeriesPoint)
    parts.append(
        "Reasons for the coverage of a year, from the year named on:\n\n"
        + table(
            ("from", "patron", "coverage", "reason"),
            [(n.row.year, n.row.entry, f"{n.row.value:g}", n.row.note or "") for n in notes],
        )
    )
    return "".join(parts)


def readings_part(record: Record) -> str:
    """How far two readers agreed, and what became of their differences."""
    reading = record.second
    rows = []
    for row in agreements(record.events, reading):
        share = f"{row.same / row.rows:.0%}" if row.rows else "-"
        kappa = "" if row.kappa is None else f"{row.kappa:.2f}"
        rows.append((row.field, row.rows, row.same, share, kappa))
    told = summary(reading)
    ends = told.fields
    return (
        "## Read twice\n\nTwo readers coded the events and sums from the same five documents and "
        "external facts with the same codebook, the second without having seen the first's rows. "
        "Both were automated readers of one kind, so they may share errors, and no human reading "
        "has been made; the codebook names the main traps, and agreement there shows a shared "
        "rule. "
        f"{told.by_both} rows were coded by both, {told.from_second} came into the record from the "
        f"second reading, {told.first_alone} stand in the first alone (most from the list of "
        f"exercises of 2009-2013, which came later and was read once), and {told.second_alone} of "
        "the second were not taken. How finely standing practices and background are cut into rows "
        "was free, and those without a partner need none.\n\nAgreement by field before anything "
        "was settled, over the rows that both coded and in which at least one filled the field; "
        "*kappa* is Cohen's, for fields with a vocabulary:\n\n"
        + table(("field", "filled", "same", "share", "kappa"), rows)
        + f"{sum(ends.values())} fields differed: the record follows the first reading in "
        f"{ends['first']}, the second in {ends['second']}, neither in {ends['neither']}. "
        f"{told.later} more were changed by a later look although both agreed.\n\n"
        + "Each has a reason in `calibration/evidence/second_reading/settled.csv`, and "
        "`steppe evidence show ID` prints those of one event. Where the record changed:\n\n"
        + table(
            ("event", "field", "first", "second", "settled", "reason"),
            [(f"`{n.first or n.second}`", n.field, n.first_value or "blank",
              n.second_value or "blank", n.settled, n.reason)
             for n in reading.settled
             if n.settled != "first" and n.first_value != n.second_value and n.field != ROW],
        )
    )  # fmt: skip


def conflicts_part(record: Record) -> str:
    """What stands against what."""
    return (
        f"## Conflicts kept: {len(record.conflicts)}\n\nNothing is smoothed: a range stands "
        "beside the point, two sources of one thing stand in one row, and a reason says why.\n\n"
        + table(
            ("conflict", "what stands against what", "kept as", "because"),
            [(f"`{c.id}`", c.conflict, c.kept_as, c.reason) for c in record.conflicts],
        )
    )


def left_out_part(record: Record) -> str:
    """Statements without a row of their own."""
    return (
        f"## Left out: {len(record.left_out)}\n\nEvery sentence of the five documents holds the "
        "locator of some row, or stands here with the reason why it has none.\n\n"
        + table(
            ("document", "statement", "why it has no row"),
            [(f"`{k[:3]}`", row.statement, row.reason) for row in record.left_out
             for k in row.sources],
        )
    )  # fmt: skip


def by_document(record: Record) -> list[tuple[Any, ...]]:
    """Rows by kind that cite each document, and those that cite none of the five."""
    kinds = get_args(EventKind)

    def line(name: str, events: Sequence[Event]) -> tuple[Any, ...]:
        return (name, *(sum(e.kind == kind for e in events) for kind in kinds), len(events))

    rows = [
        line(f"`{key}` {DOCUMENTS[key]}", [e for e in record.events if key in e.sources])
        for key in DOCUMENTS
    ]
    rows.append(line("external", [e for e in record.events if not set(e.sources) & set(DOCUMENTS)]))
    return [*rows, line("all", record.events)]


def packages_part(packages: Sequence[Mapping[str, Any]]) -> str:
    """Count what a conditioned run follows."""
    events = len({p["id"] for p in packages})
    own = [p for p in packages if set(p["sources"]) & set(DOCUMENTS)]
    cuts = [(y, sum(p["year"] <= y for p in packages)) for y in (2009, LAST_HISTORY_YEAR)]
    cells = [
        (state, *(sum(p["state"] == state and p["patron"] == who for p in packages)
                  for who in ("china", "russia")))
        for state in STATES
    ]  # fmt: skip
    return (
        f"## Documented packages: {len(packages)}\n\nDated events with a named recipient among "
        f"the five, from {START_YEAR} on, one package for each recipient: what a conditioned run "
        f"follows. They come from {events} events. {len(own)} of the packages rest on one of the "
        f"five documents, {len(packages) - len(own)} on external facts alone; "
        f"{sum(p['amount_usd'] is not None for p in packages)} have a sum of money. "
        + " ".join(f"To {year}: {n}." for year, n in cuts)
        + "\n\n"
        + table(("state", "China", "Russia"), cells)
        + table(
            ("patron", "on one of the five documents", "external only"),
            [
                (who, sum(p in own for p in mine), sum(p not in own for p in mine))
                for who in ("china", "russia")
                for mine in [[p for p in packages if p["patron"] == who]]
            ],
        )
        + counted("form (rung)", Counter(str(p["rung"]) for p in packages))
        + counted("area", Counter(p["area"] for p in packages))
        + forces_part(packages, standing_forces())
    )


def forces_part(packages: Sequence[Mapping[str, Any]], forces: Sequence[Mapping[str, Any]]) -> str:
    """Count the packages of an open area, and list the forces that stand."""
    rows = [
        (f"`{f['id']}`", f["state"], f["patron"], ", ".join(f["areas"]), f["year"], f["last"])
        for f in forces
    ]
    return (
        f"{sum(len(p['areas']) > 1 for p in packages)} of the packages may belong to more than "
        "one area of the model: those at a border, and those whose note says *area not stated*. "
        "A conditioned run draws one.\n\n"
        f"### Standing forces: {len(forces)}\n\nRows of kind `standing` on bases that stand. "
        "They are no packages: in conditioned years they hold their rung.\n\n"
        + table(("row", "state", "patron", "area", "from", "to"), rows)
    )
