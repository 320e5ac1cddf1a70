"""The page of the documents' claims: what the model says of each, beside what came of it."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

from steppe.cli.claims import probability
from steppe.explore.claims.assess import losses

from .cells import table

REFERENCE = Path(__file__).parents[2] / "results" / "reference" / "claims"
NUMBERS = ("probability", "low", "high", "parameters")
VERDICTS = {"bears_out": "bear it out", "contradicts": "contradict it", "mixed": "are mixed",
            "silent": "are silent"}  # fmt: skip


def rows() -> list[dict[str, Any]]:
    """The committed results, with numbers as numbers."""
    with (REFERENCE / "claims.csv").open(newline="", encoding="utf-8") as stream:
        return [
            row | {name: float(row[name]) if row[name] else None for name in NUMBERS}
            for row in csv.DictReader(stream)
        ]


def page() -> str:
    """Scores first, then every claim, then what is not tested."""
    told = json.loads((REFERENCE / "manifest.json").read_text("utf-8"))
    found = rows()
    tested = [row for row in found if row["probability"] is not None]
    silent = [row for row in found if row["probability"] is None]
    histories = {one["histories"] for one in told["documents"]}
    return (
        "# The documents' claims\n\n"
        f"`{told['command']}`: {len(tested)} of {len(found)} claims of the five documents, each "
        "evaluated on histories that agree with the record up to the date of its document and are "
        f"free after it ({' or '.join(f'{n:,}' for n in sorted(histories))} for each document, "
        f"seed {told['seed']}). Badge: {told['badge']}. [The study](study.md) of the four areas "
        "asks some of the same from 2009 with drivers that follow the record, and to 2035.\n\n"
        + _how()
        + _scores(told["scores"], tested)
        + "".join(_document(short, tested) for short in _documents(tested))
        + f"\n## Not evaluated: {len(silent)}\n\n"
        + table(("claim", "why not"), [(f"`{row['id']}`", row["reason"]) for row in silent])
    )  # fmt: skip


def _documents(tested: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(row["document"] for row in tested))


def _how() -> str:
    return (
        "Claims are tests, not targets: nothing was fitted to them, and how each is tested was "
        "written before any was evaluated (`calibration/evidence/claim_tests.toml`). *Likely* "
        "means a probability of at least two thirds, *unlikely* of at most one third, by the whole "
        "90% Monte Carlo interval; all else is *open*. `<=` marks a test that is wider than the "
        "claim: an upper bound, which can make a claim unlikely but never likely. `~` marks a "
        "proxy. *Parameters* is the share of the variance of true and false that lies between "
        "draws of the parameters; the rest is chance.\n\n"
    )


def _scores(found: list[dict[str, Any]], tested: list[dict[str, Any]]) -> str:
    count = Counter(row["compared"] for row in tested if row["compared"])
    undecided = [
        row for row in tested
        if row["verdict"] in ("bears_out", "contradicts") and row["model"] == "open"
    ]  # fmt: skip
    return (
        "## Against what later sources say\n\n"
        f"Where both commit themselves they agree on {count['agrees']} claims and differ on "
        f"{count['surprise']}. On {len(undecided)} more, later sources commit themselves and the "
        "model does not. "
        + _losses(tested)
        + "Scored are the probabilities of claims that later sources bear out or "
        "contradict, bounds left out. Lower Brier and higher log scores are better; the base rate "
        "is the share that later sources bear out, known with hindsight only.\n\n"
        + table(
            ("claims", "number", "who", "Brier", "log"),
            [
                (one["set"], one["claims"], one["who"], f"{one['brier']:.3f}", f"{one['log']:.3f}")
                for one in found
            ],
        )
        + "\nThe claims are few and hang together, some verdicts rest on one later sentence, and "
        "claims that say *no* are borne out more easily than others: that the scores are better "
        "than one half shows little.\n"
    )  # fmt: skip


def _losses(tested: list[dict[str, Any]]) -> str:
    found = [
        f"`{row['id']}` ({row['probability']:.2f}, {row['verdict']})" for row in losses(tested)
    ]
    if not found:
        return "No probability lies on the wrong side of one half. "
    return f"On the wrong side of one half: {', '.join(found)}. "


def _document(short: str, tested: list[dict[str, Any]]) -> str:
    own = [row for row in tested if row["document"] == short]
    return f"\n## {short}: the record to {own[0]['cut']}\n\n" + table(
        ("claim", "tested as", "probability (90%)", "parameters", "model", "later sources", ""),
        [
            (
                f"{row['claim']} (`{row['id']}`)",
                f"{row['testable_form']}: {row['reading']}",
                probability(row),
                "" if row["parameters"] is None else f"{row['parameters']:.0%}",
                row["model"],
                VERDICTS[row["verdict"]],
                f"**{row['compared']}**" if row["compared"] else "",
            )
            for row in own
        ],
    )
