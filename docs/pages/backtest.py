"""The page of the committed backtest: losses as plain as gains."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from steppe.cli.backtest import sentence
from steppe.results.account import foresight_words as words
from steppe.results.account.foresight import verdict

from .cells import table

REFERENCE = Path(__file__).parents[2] / "results" / "reference" / "backtest-2009"
FROZEN = REFERENCE.with_name("backtest-2009-coverage-frozen")
ROLLING = REFERENCE.with_name("backtest-2009-rolling")
NUMBERS = ("value", "seed_sd", "gain", "gain_sd", "low", "high")


def rows(directory: Path = REFERENCE) -> list[dict[str, Any]]:
    """Scores, with numbers as numbers."""
    with (directory / "scores.csv").open(newline="", encoding="utf-8") as stream:
        return [
            row | {name: float(row[name] or "nan") for name in NUMBERS}
            for row in csv.DictReader(stream)
        ]


def stated(directory: Path) -> dict[str, Any]:
    """The statement of power."""
    found: dict[str, Any] = json.loads((directory / "power.json").read_text("utf-8"))
    return found


def page() -> str:
    """Power first, then all competitors, then where the model gains and loses."""
    power = stated(REFERENCE)
    told = json.loads((REFERENCE / "manifest.json").read_text("utf-8"))
    found = rows()
    return (
        "# What the backtest found\n\n"
        f"`steppe backtest --train-until {told['cut']}`: the evidence frozen at the end of "
        f"{told['cut']}, the model fitted to it, and the documented packages of "
        f"{told['cut'] + 1}-{told['test_until']} forecast and scored; {told['draws']} draws, seeds "
        f"{', '.join(map(str, told['seeds']))}. "
        "[How it is done, and how to read it](../backtest.md). "
        f"Badge: {told['badge']}.\n\n"
        f"## Power, stated before the scores\n\n{power['words']}\n\nThe statement was written "
        "before these scores were computed; forecasts of earlier versions of the model had been "
        "scored before it ([which](../backtest.md#what-is-frozen)). It is of one origin: for the "
        "rolling forecast below nothing was stated.\n\n"
        "## What it does not show\n\nPriors, coverage and the detection of exercises were set "
        "by people who knew what came; the [rules](../backtest.md#what-is-frozen) say what was "
        f"given to all competitors. The fits at the cut vary {len(told['fit']['estimated'])} "
        "numbers. One window is one window.\n\n"
        f"## The fits at the cut\n\n{_gates(told)}"
        "## All competitors\n\nLog score in nats (higher is better) of all cells, the mean over "
        "the seeds; the gain over the best baseline, chosen with hindsight, with a 90% interval "
        "over blocks of years and over seeds, and its standard deviation over seeds; CRPS and "
        "Brier (lower is better). The seeds are of the forecasts: the fit is one.\n\n"
        + _competitors(found)
        + _findings(REFERENCE, found)
        + "\n![Gains and losses over the best baseline by group](../pictures/gains.png)\n"
        + "\n## The same, if the reach of the sources is not known after the cut either\n\n"
        "`--coverage-frozen`: coverage was judged with the counts in view, so this is the stricter "
        "test.\n\n"
        + (
            _competitors(rows(FROZEN)) + _findings(FROZEN, rows(FROZEN))
            if FROZEN.is_dir()
            else "It has not been run with the present fit.\n"
        )
        + _rolling()
        + "\n## Where the model gains and where it loses\n\n"
        + "".join(
            f"- {sentence(row)}\n" for row in found
            if row["competitor"] == "model" and row["score"] == "log" and row["by"] in words.SHOWN
        )
        + "\n## The other scores of the model\n\n"
        + table(
            ("score", "of", "model", "best baseline", "gain over it", "90% interval", ""),
            [
                (
                    row["score"], " ".join((row["by"].replace("all", ""), row["key"])).strip(),
                    f"{row['value']:.3g}", row["best"],
                    f"{row['gain']:+.3g}" if row["best"] else "",
                    f"{row['low']:+.3g} to {row['high']:+.3g}" if row["low"] == row["low"] else "",
                    "" if verdict(row) == "open" else f"clear {verdict(row)}",
                )
                for row in found
                if row["competitor"] == "model" and row["score"] != "log"
                and row["by"] in words.SHOWN
            ],
        )
    )  # fmt: skip


def _rolling() -> str:
    """Each year from the end of the one before, with what the draws are worth."""
    if not ROLLING.is_dir():
        return ""
    told = json.loads((ROLLING / "manifest.json").read_text("utf-8"))
    if "followed" not in told:
        return (
            "\n## Each year from the end of the one before\n\n"
            "`--rolling` has not been run with the present fit and the present way of carrying "
            "draws.\n"
        )
    own = told["followed"]["model"]
    lines = [
        (str(told["cut"] + 1 + n), f"{left:.0f}", f"{stages:.0f}", f"{worth:.0f}", f"{least:.0f}")
        for n, (left, stages, worth, least) in enumerate(
            zip(own["left"], own["stages"], own["effective"], told["effective_draws"], strict=True)
        )
    ]
    return (
        "\n## Each year from the end of the one before\n\n"
        "`--rolling`: all competitors know the record to the year before. The model is not fitted "
        f"again; {told['draws']:,} draws of its fit are carried from year to year, and a forecast "
        f"is made from {told['draws_used']} of them.\n\n"
        + table(
            (
                "forecast",
                "draws that weights alone would leave",
                "stages on the way",
                "draws in effect",
                "the fewest of any variant",
            ),
            lines,
        )
        + "\n"
        + _competitors(rows(ROLLING))
        + _findings(ROLLING, rows(ROLLING))
    )


def _gates(told: dict[str, Any]) -> str:
    """Gates of the model's fit, and of those of its ablations."""
    fits = {"model": told["fit"], **told["ablations"]}
    return (
        table(
            ("fit", "gate", "worst value", "allowed", "passed"),
            [
                (name, g["name"], f"{g['value']:g}", g["allowed"], "yes" if g["passed"] else "no")
                for name, fit in fits.items()
                for g in fit["gates"]
            ],
        )
        + "\n"
    )


def _findings(directory: Path, found: list[dict[str, Any]]) -> str:
    """Where the gain comes from, how totals compare, and what each mechanism is worth."""
    with (directory / "totals.csv").open(newline="", encoding="utf-8") as stream:
        totals = list(csv.DictReader(stream))
    best = next(r["best"] for r in found if (r["score"], r["by"]) == ("crps", "all"))
    yearly = [
        (str(one["year"]), str(one["documented"]), f"{one['model']:.1f}", f"{one['best']:.1f}")
        for one in words.years(totals, best)
    ]
    clear = {one["rival"]: one["clear"] for one in stated(directory)["contests"]}
    made = json.loads((directory / "manifest.json").read_text("utf-8"))
    worth = made["effective_draws"] if made["rolling"] else []
    told = [
        *words.clear_losses(found), words.by_chance(found), words.by_state(found, totals),
        words.by_patron(totals, best), words.by_form(totals, best), *words.sums(found),
        *words.mechanisms(found, clear, worth),
    ]  # fmt: skip
    return (
        "\n"
        + "".join(f"- {text}\n" for text in told)
        + "\n"
        + table(("year", "documented", "the model expected", f"{best} expected"), yearly)
    )


def _competitors(found: list[dict[str, Any]]) -> str:
    whole = {
        (r["competitor"], r["score"]): r for r in found if r["by"] == "all" and r["key"] == "all"
    }
    lines = []
    for name in dict.fromkeys(row["competitor"] for row in found):
        log = whole[name, "log"]
        lines.append(
            (
                name, f"{log['value']:.1f}",
                f"{log['gain']:+.1f} ({log['low']:+.1f} to {log['high']:+.1f})",
                f"{log['gain_sd']:.2f}",
                f"{whole[name, 'crps']['value']:.1f}", f"{whole[name, 'brier']['value']:.2f}",
            )
        )  # fmt: skip
    head = ("competitor", "log score", "gain over the best baseline", "its sd over seeds", "CRPS",
            "Brier")  # fmt: skip
    return table(head, lines)
