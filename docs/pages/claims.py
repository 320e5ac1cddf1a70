"""The page of the documents' claims: what the model says of each, beside what came of it."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

from steppe.cli.claims import fitted_until, probability
from steppe.explore.claims.assess import losses, scores
from steppe.explore.claims.whatifs import FUTURES

from .cells import table

REFERENCE = Path(__file__).parents[2] / "results" / "reference" / "claims"
AT_THE_DATE = REFERENCE.with_name("claims-2009")
"""The claims of the report of 2010 on a fit to the record of its date."""
NUMBERS = ("probability", "low", "high", "parameters", "defined")
MODEL = "model"
VERDICTS = {"bears_out": "bear it out", "contradicts": "contradict it", "mixed": "are mixed",
            "silent": "are silent"}  # fmt: skip


def rows(directory: Path = REFERENCE) -> list[dict[str, Any]]:
    """The committed results, with numbers as numbers."""
    with (directory / "claims.csv").open(newline="", encoding="utf-8") as stream:
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
        + _seen(told)
        + _how(told)
        + "![Probability of every claim, by what later sources say](../pictures/claims.png)\n\n"
        + _scores(told["scores"], tested)
        + "".join(_document(short, tested, fitted_until(told)) for short in _documents(tested))
        + f"\n## Not evaluated: {len(silent)}\n\n"
        + table(("claim", "why not"), [(f"`{row['id']}`", row["reason"]) for row in silent])
    )  # fmt: skip


def _documents(tested: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(row["document"] for row in tested))


def _seen(told: dict[str, Any]) -> str:
    until = max(fitted_until(told).values())
    return (
        f"**The parameters have seen what came later.** They were fitted to the record to {until}; "
        "only histories, drivers, traits and the sizes of exercises are those known at the "
        "document's date. So these are not the probabilities that the model would have told at "
        "that date. `steppe claims --fit` takes a fit of the date: those of the report of "
        "2010 were told on the backtest's as well. " + _at_the_date() + "\n\n"
    )


def _at_the_date() -> str:
    """How far the probabilities differ that the claims of 2010 have on a fit of their date."""
    told = json.loads((AT_THE_DATE / "manifest.json").read_text("utf-8"))
    then = {row["id"]: row for row in rows(AT_THE_DATE) if row["probability"] is not None}
    now = {row["id"]: row for row in rows() if row["id"] in then}
    moved = {name: then[name]["probability"] - now[name]["probability"] for name in then}
    furthest = max(moved, key=lambda name: abs(moved[name]))
    other = [f"`{name}`" for name in then if then[name]["model"] != now[name]["model"]]
    words = (
        f"That fit varies {len(told['documents'][0]['parameters']['estimated'])} numbers. "
        f"Of {len(then)} probabilities the one that differs most is `{furthest}` "
        f"({now[furthest]['probability']:.2f}, on parameters to "
        f"{max(fitted_until(told).values())} {then[furthest]['probability']:.2f}); the model's "
        f"word is another for {len(other)}{': ' if other else ''}{', '.join(other)}."
    )
    scored = {one["set"]: one for one in scores(list(now.values())) if one["who"] == MODEL}
    for one in told["scores"]:
        if one["who"] == MODEL:
            words += (
                f" Brier score of {one['claims']} ({one['set']}): {one['brier']:.3f} on the "
                f"parameters of the date, {scored[one['set']]['brier']:.3f} on those below."
            )
    return words


def _how(told: dict[str, Any]) -> str:
    futures = {FUTURES * one["histories"] // one["draws"] for one in told["documents"]}
    return (
        "Claims are tests, not targets: nothing was fitted to them, and how each is tested was "
        "written before it was evaluated (`calibration/evidence/claim_tests.toml`). *Likely* "
        "means a probability of at least two thirds, *unlikely* of at most one third, by the whole "
        "90% Monte Carlo interval; all else is *open*. `<=` marks a test that is wider than the "
        "claim: an upper bound, which can make a claim unlikely but never likely. `~` marks a "
        "proxy. *Parameters* is the share of the variance of true and false that lies between "
        "draws of the parameters; the rest is chance.\n\n"
        "A claim that one thing answers to another is tested as a what-if from the date of its "
        "document: worlds that share all luck, compared by the means of each draw of the "
        f"parameters over {' or '.join(f'{n:,}' for n in sorted(futures))} futures. Its "
        "probability is a share of draws, marked *of draws*; of all others it is one of "
        "histories. It is the probability that the answer has the sign that is claimed: not how "
        "large it is, nor that what is supposed comes about.\n\n"
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


def _document(short: str, tested: list[dict[str, Any]], until: dict[int, int]) -> str:
    own = [row for row in tested if row["document"] == short]
    cut = int(own[0]["cut"])
    heading = f"{short}: histories follow the record to {cut}, parameters to {until[cut]}"
    return f"\n## {heading}\n\n" + table(
        ("claim", "tested as", "probability (90%)", "parameters", "model", "later sources", ""),
        [
            (
                f"{row['claim']} (`{row['id']}`)",
                f"{row['testable_form']}: {row['reading']}",
                probability(row) + (" of draws" if row["over"] == "draws" else ""),
                "" if row["parameters"] is None else f"{row['parameters']:.0%}",
                row["model"],
                VERDICTS[row["verdict"]],
                f"**{row['compared']}**" if row["compared"] else "",
            )
            for row in own
        ],
    )
