"""What a page needs once: names, levers, presets, events and their sources."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import Any, Final

import numpy as np

from ..calibration.basis import grounds
from ..calibration.installed import Learned, installed, learned, told_by
from ..explore.draws import column
from ..model.names import (
    AREA_NAMES,
    AREAS,
    CHANNELS,
    CHOICES,
    PATRON_NAMES,
    PATRONS,
    RUNGS,
    START_YEAR,
    STATE_NAMES,
    STATES,
)
from ..model.quantities import addresses, parameters, quantities
from ..scenarios.addresses import expand, series
from ..scenarios.load import library
from ..scenarios.schema import Lever, Scenario
from .evidence import cited, documented, noted, source_text
from .ground import FEW, MOST, Ground
from .moves import DEFAULT_START, SEED_MAX, load
from .summary import QUANTITIES

BADGES: Final = {
    "explanation": "Parameters fitted to the record, runs follow it as far, and the fit passed its "
    "checks",
    "exploration": "Parameters fitted or drawn, but a check failed, or runs leave the "
    "record early or are free of it",
    "illustration": "Parameters at single values",
}
RUNG_MEANINGS: Final = (
    "nothing",
    "declarations and agreements",
    "assistance: equipment, loans, courses",
    "exercises and operations together",
    "a standing unit of both",
    "a standing force of the patron in the state",
)


def declared() -> list[dict[str, Any]]:
    """Levers of ``levers.toml``."""
    text = (files("steppe.lab") / "levers.toml").read_text("utf-8")
    found: list[dict[str, Any]] = tomllib.loads(text)["lever"]
    return found


def in_reach(ground: Ground) -> list[dict[str, Any]]:
    """Levers of which every value can be computed: no factor takes a draw out of its bounds."""
    return [{**entry, "high": _highest(entry, ground)} for entry in declared()]


def _highest(entry: dict[str, Any], ground: Ground) -> float:
    """End of a lever's scale: the declared one, or the last step that all draws allow."""
    if entry["kind"] != "factor":
        return float(entry["high"])
    entries = expand(entry["address"])
    _, bound = quantities()[addresses()[entries[0]][0]].bounds
    ahead = slice(max(entry["from"], ground.first) - START_YEAR, None)
    top = max(float(ground.flats[:, ahead, column(one)].max()) for one in entries)
    if top * entry["high"] <= bound:
        return float(entry["high"])
    step = float(entry["step"])
    return round(float(np.floor(bound / top / step + 1e-9)) * step, 10)


def levers(ground: Ground) -> list[dict[str, Any]]:
    """Levers with what the model says of them."""
    known = learned(installed())
    bases = {found.address: found.basis for found in grounds()}
    return [_lever(entry, ground, known, bases) for entry in in_reach(ground)]


def _lever(
    entry: dict[str, Any], ground: Ground, known: dict[str, Learned], bases: dict[str, str]
) -> dict[str, Any]:
    entries = expand(entry["address"])
    name, _ = addresses()[entries[0]]
    quantity = quantities()[name]
    year = max(entry["from"], ground.first)
    values = [series(ground.problem.baseline_values[name], e)[year - START_YEAR] for e in entries]
    if name in parameters():
        told = {told_by(e, known) for e in entries}
        rests = "data" if told == {"data"} else "prior"
    else:
        rests = "prior" if {bases[e] for e in entries} == {"assumed"} else "data"
    return {
        **entry,
        "meaning": quantity.meaning,
        "unit": "times" if entry["kind"] == "factor" else quantity.unit,
        "quantityUnit": quantity.unit,
        "quantityKind": quantity.kind,
        "baseline": 1.0
        if entry["kind"] == "factor"
        else round(float(sum(values)) / len(values), 4),
        "same": bool(max(values) == min(values)),
        "now": round(float(sum(values)) / len(values), 4),
        "until": ground.last,
        "rests": rests,
        "sourceText": source_text(entry["source"]),
        "entries": len(entries),
    }


def presets() -> list[dict[str, Any]]:
    """Stories of the library, with their levers as a page can hold them."""
    found = []
    for name in library():
        scenario = load(name)
        if scenario.compare_with is None:
            continue
        told = [_preset_lever(lever) for lever in scenario.levers]
        found.append(
            {
                "name": name,
                "title": scenario.title,
                "story": scenario.story.strip(),
                "question": scenario.question or "",
                "assumptions": list(scenario.assumptions),
                "start": scenario.compare_with,
                "levers": told,
                "expressible": all(lever["expressible"] for lever in told),
            }
        )
    return found


def _preset_lever(lever: Lever) -> dict[str, Any]:
    kind = lever.moves[0]
    number = lever.value if kind == "value" else lever.factor
    shown: dict[str, Any] = {"path": lever.path}
    if lever.shock is not None:
        shown = {"shock": lever.shock.model_dump()}
    return {
        "address": lever.quantity,
        "kind": kind,
        "value": number,
        "from": lever.first,
        "until": lever.until,
        "expressible": number is not None and lever.first is not None,
        "why": lever.why,
        "source": lever.source,
        "sourceText": source_text(lever.source),
        **({} if number is not None else shown),
    }


def starts() -> list[dict[str, Any]]:
    """Scenarios to begin from: those that are compared with none."""
    chosen = [(name, load(name)) for name in library()]
    return [_start(name, s) for name, s in chosen if s.compare_with is None]


def _start(name: str, scenario: Scenario) -> dict[str, Any]:
    return {
        "name": name,
        "title": scenario.title,
        "story": scenario.story.strip(),
        "assumptions": list(scenario.assumptions),
        "conditioned_until": scenario.conditioned_until,
        "horizon": scenario.horizon,
    }


def events(last: int) -> list[dict[str, Any]]:
    """Documented packages, each with its sources."""
    return [
        {
            **{key: row[key] for key in ("id", "year", "state", "patron", "area", "text")},
            "areas": list(row["areas"]),
            "rung": row["rung"],
            "channel": CHANNELS[row["rung"] - 1],
            "amountUsd": row["amount_usd"],
            "sources": cited(row),
            "note": noted(row),
        }
        for row in documented()
        if row["year"] <= last
    ]


def quantity_of(name: str) -> dict[str, Any]:
    """Unit and range of a quantity of the map."""
    family, *labels = name.split(".")
    unit, low, high = {
        "alignment": ("rungs, China less Russia", -5.0, 5.0),
        "rung": ("mean rung, 0 to 5", 0.0, 5.0),
        "highest": ("highest rung of any area, mean", 0.0, 5.0),
        "packages": ("packages a year, mean", 0.0, None),
        "dependence": ("share, mean", 0.0, 1.0),
    }[family]
    words = [AREA_NAMES.get(label) or PATRON_NAMES.get(label, label) for label in labels]
    text = {
        "alignment": "Alignment: mean rung with China less that with Russia",
        "rung": "Rung in",
        "highest": "Highest rung with",
        "packages": "Packages of",
        "dependence": "Dependence on",
    }[family]
    label = f"{text} {', '.join(words)}" if words else text
    return {
        "id": name,
        "family": family,
        "unit": unit,
        "range": [low, high],
        "label": "Packages of both" if name == "packages" else label,
    }


def setup(ground: Ground, few_and_most: tuple[int, ...] = (FEW, MOST)) -> dict[str, Any]:
    """Everything that does not change while the server runs.

    Raises
    ------
    InputError
        If the evidence or a lever of the lab is wrong, or the draws do not fit the futures.
    """
    try:
        told = version("steppe-scenarios")
    except PackageNotFoundError:
        told = "unknown"
    for number in few_and_most:
        ground.draws_of(number)
    return {
        "version": told,
        "commands": {
            "run": "steppe run lab-what-if.toml --runs {n} --seed {seed}",
            "explain": "steppe explain lab-what-if.toml --state {state} --year {year} "
            "--run {future} --seed {seed} --runs {n}",
        },
        "seedMax": SEED_MAX,
        "futures": list(few_and_most),
        "years": [START_YEAR, ground.last],
        "defaultStart": DEFAULT_START,
        "cut": {s["name"]: s["conditioned_until"] for s in starts()},
        "states": [{"code": code, "name": STATE_NAMES[code]} for code in STATES],
        "patrons": [{"id": p, "name": PATRON_NAMES[p]} for p in PATRONS],
        "areas": [{"id": a, "name": AREA_NAMES[a]} for a in AREAS],
        "rungs": [
            {"k": k, "name": name.replace("_", " "), "meaning": RUNG_MEANINGS[k]}
            for k, name in enumerate(RUNGS)
        ],
        "choices": list(CHOICES),
        "quantities": [quantity_of(name) for name in QUANTITIES],
        "levers": levers(ground),
        "presets": presets(),
        "starts": starts(),
        "events": events(ground.last),
        "badges": BADGES,
    }
