"""The backtests: power first, competitors, and where the model gains and loses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from .files import Row, facts, number, table
from .foresight_words import MODEL, SCORES, SHOWN, signed, where

COLUMNS: Final = ("competitor", "score", "by", "key", "value", "seed_sd", "best", "gain",
                  "gain_sd", "low", "high")  # fmt: skip
TOTALS: Final = ("year", "state", "patron", "form", "documented", "model")
NUMBERS: Final = ("value", "seed_sd", "gain", "gain_sd", "low", "high")
NOMINAL: Final = ("coverage 50%", "coverage 90%")


@dataclass(frozen=True)
class Backtest:
    """A backtest.

    Attributes
    ----------
    folder : str
        Name of its directory.
    manifest, power : dict
    rows : list of dict
        Scores; :data:`NUMBERS` as numbers.
    totals : list of dict
        Packages by year, state, patron and form: documented, and expected by each competitor.
    """

    folder: str
    manifest: dict[str, Any]
    power: dict[str, Any]
    rows: list[dict[str, Any]]
    totals: list[Row]

    @property
    def clear_if_right(self) -> dict[str, float]:
        """By rival, how often the model would be clearly better if it were right."""
        return {one["rival"]: one["clear"] for one in self.power.get("contests", ())}

    @property
    def weighted(self) -> list[float]:
        """Draws in effect by year, where they were weighted."""
        return list(self.manifest["effective_draws"]) if self.manifest.get("rolling") else []

    @property
    def title(self) -> str:
        """Cut, test years, and what was given beyond the cut."""
        told = self.manifest
        given = ", ".join(told.get("known_beyond_the_cut", ()))
        return (
            f"record to {told['cut']}, tested on {told['cut'] + 1}-{told['test_until']}"
            f"{', rolling' if told.get('rolling') else ''}; "
            + (f"{given} given beyond the cut" if given else "nothing given beyond the cut")
        )


def read(reference: Path | None) -> list[Backtest]:
    """Backtests of the reference results, those that are given something first.

    Raises
    ------
    InputError
        If a file is damaged.
    """
    found = []
    folders = [] if reference is None else sorted(reference.glob("backtest-*"))
    for folder in folders:
        manifest = facts(folder, "manifest.json", ("cut", "test_until", "seeds", "badge"))
        rows = table(folder, "scores.csv", COLUMNS)
        if manifest and rows:
            file = str(folder / "scores.csv")
            numbers = [
                {**row, **{name: number(row[name], file, name) for name in NUMBERS}} for row in rows
            ]
            power = facts(folder, "power.json", ("words", "digest"))
            totals = table(folder, "totals.csv", TOTALS)
            found.append(Backtest(folder.name, manifest, power, numbers, totals))
    return found


def verdict(row: Mapping[str, Any]) -> str:
    """``gain`` or ``loss`` where the interval excludes zero, else ``open``."""
    return "gain" if row["low"] > 0.0 else "loss" if row["high"] < 0.0 else "open"


def competitors(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """All competitors by log score of all cells: the best first."""
    whole = {(r["competitor"], r["score"]): r for r in rows if r["by"] == r["key"] == "all"}
    found = []
    for name in dict.fromkeys(row["competitor"] for row in rows):
        log = whole.get((name, "log"))
        if log is not None:
            others = {s: whole.get((name, s), {}).get("value") for s in ("crps", "brier")}
            found.append({**log, **others})
    return sorted(found, key=lambda row: -row["value"])


def gains(rows: Sequence[dict[str, Any]], score: str = "log") -> list[dict[str, Any]]:
    """Gains of the model in one score, by group, in the order of the figure."""
    own = [
        row for row in rows
        if row["competitor"] == MODEL and row["score"] == score and row["gain"] == row["gain"]
        and row["by"] in SHOWN
    ]  # fmt: skip
    return sorted(own, key=lambda row: SHOWN.index(row["by"]))


def by_group(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Gains of the model by group of cells: ``where``, and a (verdict, text) for each score."""
    found: dict[str, dict[str, Any]] = {}
    for score in SCORES:
        for row in gains(rows, score):
            text = told(row)
            found.setdefault(where(row), {"where": where(row)})[score] = (verdict(row), text)
    return list(found.values())


def told(row: Mapping[str, Any]) -> str:
    """A gain with its interval, and over whom."""
    ends = "" if row["low"] != row["low"] else f" ({signed(row['low'])} to {signed(row['high'])})"
    return f"{signed(row['gain'])}{ends} over {row['best']}"


def clear(rows: Sequence[dict[str, Any]], kind: str) -> list[str]:
    """Clear losses, or clear gains, in words: one text for each score."""
    told = []
    for score, words in SCORES.items():
        own = gains(rows, score)
        names = [where(row) for row in own if verdict(row) == kind]
        told.append(f"{words}: {', '.join(names) or 'none'} ({len(names)} of {len(own)})")
    return told


def intervals(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """How often the model's intervals of yearly totals held what was documented."""
    own = {
        (row["score"], row["by"], row["key"]): row["value"]
        for row in rows if row["competitor"] == MODEL and row["score"] in NOMINAL
    }  # fmt: skip
    places = dict.fromkeys(
        sorted(((by, key) for _, by, key in own if by in SHOWN), key=lambda p: SHOWN.index(p[0]))
    )
    return [
        {"where": where({"by": by, "key": key}), "half": own.get((NOMINAL[0], by, key)),
         "ninety": own.get((NOMINAL[1], by, key))}
        for by, key in places
    ]  # fmt: skip
