"""What a backtest found, in sentences that follow from its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ...model.names import PATRON_NAMES, STATE_NAMES

MODEL: Final = "model"
AGAINST: Final = "log against the model"
"""Score of the model without a mechanism, less that with it."""
SEEDS: Final = 2.0
"""Standard deviations over seeds below which a difference is luck of the computer."""


def mechanisms(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A sentence for each mechanism that was switched off."""
    for row in rows:
        if row["score"] != AGAINST:
            continue
        gain, low, high = row["gain"], row["low"], row["high"]
        sure = (low > 0.0 or high < 0.0) and abs(gain) > SEEDS * row["seed_sd"]
        told = "the mechanism shows no use in this forecast"
        if sure:
            told = "the mechanism does harm here" if gain > 0.0 else "the mechanism shows its use"
        change = "better" if gain > 0.0 else "worse"
        name = row["competitor"].removeprefix("no ")
        yield (
            f"Without {name} the log score is {abs(gain):.1f} nats {change} "
            f"({interval(low, high)}; standard deviation over seeds {row['seed_sd']:.1f}): {told}."
        )


def by_state(rows: Sequence[Mapping[str, Any]], totals: Sequence[Mapping[str, Any]]) -> str:
    """Of which states the gain in the log score comes, against the same baseline everywhere."""
    logs = {
        (row["competitor"], row["by"], row["key"]): row for row in rows if row["score"] == "log"
    }
    whole = logs[MODEL, "all", "all"]
    parts = {
        key: logs[MODEL, "state", key]["value"] - logs[whole["best"], "state", key]["value"]
        for key in STATE_NAMES
    }
    documented = {
        key: sum(int(row["documented"]) for row in totals if row["state"] == key) for key in parts
    }
    order = sorted(parts, key=lambda key: -parts[key])
    listed = ", ".join(
        f"{STATE_NAMES[key]} {parts[key]:+.1f} ({documented[key]} documented)" for key in order
    )
    left = sum(parts.values()) - parts[order[0]]
    return (
        f"Of the {whole['gain']:+.1f} nats against {whole['best']}: {listed}. Without "
        f"{STATE_NAMES[order[0]]} {left:+.1f} are left."
    )


def by_patron(totals: Sequence[Mapping[str, Any]], best: str) -> str:
    """Packages documented and expected, in all and by patron."""

    def told(patron: str | None) -> str:
        own = [row for row in totals if patron is None or row["patron"] == patron]
        seen, model, other = (
            sum(float(row[name]) for row in own) for name in ("documented", MODEL, best)
        )
        name = "In all" if patron is None else PATRON_NAMES[patron]
        return f"{name}: {seen:.0f} documented, the model expected {model:.1f}, {best} {other:.1f}"

    return ". ".join(told(patron) for patron in (None, *PATRON_NAMES)) + "."


def years(totals: Sequence[Mapping[str, Any]], best: str) -> list[dict[str, Any]]:
    """Packages of each year: ``year, documented``, and expected by ``model`` and ``best``."""
    found: dict[int, dict[str, Any]] = {}
    for row in totals:
        year = int(row["year"])
        one = found.setdefault(year, {"year": year, "documented": 0, "model": 0.0, "best": 0.0})
        one["documented"] += int(row["documented"])
        one["model"] += float(row[MODEL])
        one["best"] += float(row[best])
    return [found[year] for year in sorted(found)]


def interval(low: float, high: float) -> str:
    """An interval of a gain, or that there is none."""
    if low != low:
        return "one year tells nothing of its uncertainty"
    return f"90% interval {low:+.1f} to {high:+.1f}"
