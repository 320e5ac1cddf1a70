"""What the fitted model was held against: its own record, the documents' claims, outside facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ...model.names import AREA_NAMES, PATRON_NAMES, STATE_NAMES
from ..anchors import anchors_in_words
from ..facts import without_the_record
from ..memberships import HEAD, act_cells, memberships_in_words
from ..style import GAIN, GRID, INK, LOSS, Margins, Note, panels, styled
from .files import facts, number, table
from .numbers import plain

VERDICTS: Final = {
    "bears_out": ("bear it out", GAIN, "^"),
    "contradicts": ("contradict it", LOSS, "v"),
    "mixed": ("are mixed", "#8a8a8a", "D"),
    "silent": ("are silent", "#b8b8b8", "s"),
}
"""What later sources say of a claim: words, colour and marker."""
SIGNS: Final = {"wider": "at most ", "proxy": "about "}
FACTS: Final = ("validate-example", "validate-from-2009")
"""Results on facts: where runs follow the record to its end, and where they are free from 2010."""
ORDER: Final = {"fail": 0, "unsure": 1, "pass": 2}
"""Verdicts on facts, in the order in which they are shown; others come after."""
LIKELY: Final = 2 / 3
"""Probability from which a claim is called likely; below one less it, unlikely."""


def predictive(reference: Path | None) -> dict[str, Any]:
    """Posterior predictive checks: counts of counts, misses, and the picture; empty if absent."""
    folder = None if reference is None else reference / "predictive"
    told = facts(folder, "manifest.json", ("summaries", "runs", "until", "badge"))
    needed = ("kind", "state", "patron", "form", "unit", "documented", "q01", "median", "q99")
    rows = table(folder, "predictive.csv", (*needed, "miss"))
    if folder is None or not told or not rows:
        return {}
    return {
        "manifest": told,
        "summaries": [_summary(one) for one in told["summaries"]],
        "statistics": sum(row["documented"] != "" for row in rows),
        "misses": [_miss(row, int(told["until"])) for row in rows if row["miss"]],
        "areas": [
            _area(row)
            for row in table(
                folder,
                "areas.csv",
                ("patron", "area", "least", "most", "median", "q05", "q95", "held", "miss"),
            )
        ],
        "anchors": _anchors(folder),
        "memberships": _memberships(folder),
        "picture": folder / "predictive.png",
    }


def _anchors(folder: Path) -> list[str]:
    """What depends on the assumed side of offers and acceptance."""
    needed = ("patron", "quantity", "unit", "anchor", "shift", "mean", "error")
    return list(anchors_in_words(table(folder, "anchors.csv", needed), plain))


def _memberships(folder: Path) -> dict[str, Any]:
    """Acts of membership as a table and in words; empty if absent."""
    needed = ("event", "year", "state", "patron", "did", "fitted", "q05", "q95",
              "probability", "rate", "log_score", "rate_score")  # fmt: skip
    rows = table(folder, "memberships.csv", needed)
    if not rows:
        return {}
    return {
        "head": HEAD,
        "rows": [act_cells(row) for row in rows],
        "words": list(memberships_in_words(rows)),
    }


def _summary(one: dict[str, Any]) -> dict[str, Any]:
    digits = ".2f" if "distance" in one["name"] else ".0f"
    told = {name: format(float(one[name]), digits) for name in ("documented", "median", "low",
                                                                "high")}  # fmt: skip
    return {"name": one["name"], "of": one["of"], "tail": f"{one['tail']:.0%}", **told}


def _area(row: dict[str, str]) -> dict[str, str]:
    low, middle, high = (
        f"{number(row[name], 'areas.csv', name):.0f}" for name in ("q05", "median", "q95")
    )
    told = row["least"] if row["least"] == row["most"] else f"{row['least']} to {row['most']}"
    return {
        "what": f"{PATRON_NAMES[row['patron']]}, {AREA_NAMES[row['area']]}",
        "documented": told,
        "model": f"{middle} ({low} to {high})",
        "mark": "miss" if row["miss"] else "" if row["held"] == "yes" else "outside",
    }


def _miss(row: dict[str, str], until: int) -> dict[str, str]:
    known = PATRON_NAMES | STATE_NAMES
    parts = (row["kind"], row["form"], row["patron"], row["state"])
    values = {name: number(row[name], "predictive.csv", name)
              for name in ("documented", "q01", "median", "q99")}  # fmt: skip
    return {
        "what": ", ".join(known.get(p, p.replace("_", " ")) for p in parts if p != "all"),
        "unit": row["unit"],
        **{
            name: "none" if row["unit"] == "year" and value > until else in_unit(value, row["unit"])
            for name, value in values.items()
        },
    }


def in_unit(value: float, unit: str) -> str:
    """Value as text: three digits, whole from a hundred; empty where it is no number.

    >>> in_unit(27630.4, "persons"), in_unit(0.1975, "share"), in_unit(2014.0, "year")
    ('27,630', '0.198', '2014')
    """
    if value != value:
        return ""
    if unit == "year":
        return f"{value:.0f}"
    return f"{value:,.0f}" if abs(value) >= 100.0 else f"{value:.3g}"


def claims(reference: Path | None, name: str = "claims") -> dict[str, Any]:
    """Claims of the documents: tested ones, those on the wrong side, scores; empty if absent."""
    folder = None if reference is None else reference / name
    told = facts(folder, "manifest.json", ("scores", "badge", "seed"))
    needed = ("id", "claim", "document", "cut", "match", "probability", "low", "high", "model",
              "verdict", "compared", "reason")  # fmt: skip
    rows: list[dict[str, Any]] = list(table(folder, "claims.csv", needed))
    if not told or not rows:
        return {}
    for row in rows:
        row |= {n: number(row[n], "claims.csv", n) for n in ("probability", "low", "high")}
        row["sign"] = SIGNS.get(row["match"], "")
        row["later"] = VERDICTS.get(row["verdict"], (row["verdict"].replace("_", " "),))[0]
    tested = [row for row in rows if row["probability"] == row["probability"]]
    return {
        "manifest": told,
        "tested": tested,
        "untested": [row for row in rows if row not in tested],
        "wrong": sorted(filter(wrong_side, tested), key=lambda row: -abs(row["probability"] - 0.5)),
        "counts": Counter(row["compared"] for row in tested if row["compared"]),
        "committed": sum(row["verdict"] in ("bears_out", "contradicts") for row in tested),
    }


def wrong_side(row: dict[str, Any]) -> bool:
    """Whether a probability lies on the other side of one half than later sources; no bound."""
    if row["match"] == "wider" or row["verdict"] not in ("bears_out", "contradicts"):
        return False
    return bool((row["probability"] < 0.5) == (row["verdict"] == "bears_out"))


def claims_picture(tested: Sequence[dict[str, Any]], note: Note) -> Figure:
    """Probability of every tested claim, marked by what later sources say of it."""
    order = list(VERDICTS)
    found = sorted(tested, key=lambda row: (order.index(row["verdict"]), -row["probability"]))
    count = len(found)
    reading = (
        "A mark is the probability that the model gives to a claim, from histories that follow the "
        "record to its document's date; parameters\nwere fitted to all of it. Its form and colour "
        "say what later sources make of the claim. Green belongs on the right, purple on the\n"
        "left; grey has no side. Between the dotted lines (one third, two thirds) the model leaves "
        "it open. An arrow marks an upper bound."
    )
    with styled():
        figure, axes = panels(
            1, 1, (8.6, 2.1 + 0.2 * count), ("What the documents claimed", reading), note,
            Margins(left=2.75, top=1.2, bottom=1.05),
        )  # fmt: skip
        panel = axes[0, 0]
        for edge in (1.0 - LIKELY, LIKELY):
            panel.axvline(edge, color=INK, linewidth=0.8, linestyle=":")
        for y, row in enumerate(found):
            _, colour, marker = VERDICTS[row["verdict"]]
            panel.plot([row["low"], row["high"]], [y, y], color=colour, linewidth=1.6)
            panel.plot(row["probability"], y, marker, color=colour, markersize=5.2)
            if row["match"] == "wider":
                panel.annotate(
                    "", (max(row["probability"] - 0.06, -0.02), y), (row["probability"], y),
                    arrowprops={"arrowstyle": "->", "color": colour, "linewidth": 1.0},
                )  # fmt: skip
        panel.set_xlim(-0.03, 1.03)
        panel.set_ylim(count - 0.4, -0.6)
        panel.set_yticks(range(count), [row["id"] for row in found])
        panel.tick_params(axis="y", length=0, labelcolor=INK, labelsize=7)
        panel.grid(color=GRID, linewidth=0.5)
        panel.set_xlabel("probability")
        figure.legend(
            handles=[
                Line2D([], [], linestyle="", marker=m, color=c, label=f"later sources {words}")
                for words, c, m in VERDICTS.values()
            ],
            loc="lower right", ncols=4, bbox_to_anchor=(0.985, 0.36 / (2.1 + 0.2 * count)),
            handletextpad=0.2, columnspacing=1.0,
        )  # fmt: skip
    return figure


def external(reference: Path | None) -> list[dict[str, Any]]:
    """Facts with a pass band, failures first, for each of :data:`FACTS` that is there."""
    folders = [] if reference is None else [reference / name for name in FACTS]
    return [found for folder in folders if (found := _facts(folder))]


def _facts(folder: Path) -> dict[str, Any]:
    told = facts(folder, "manifest.json", ("badge", "runs", "seed"))
    needed = ("id", "value", "low", "high", "probability", "verdict", "median", "q05", "q95",
              "rank", "of", "beaten_by", "standing", "rests_on", "unit", "free_verdict",
              "free_rank", "free_beaten_by")  # fmt: skip
    rows = [r for r in table(folder, "results.csv", needed) if not r["id"].startswith("shown-")]
    if not told or not rows:
        return {}
    rows.sort(key=lambda row: ORDER.get(row["verdict"], len(ORDER)))
    for row in rows:
        for name in ("value", "low", "high", "median", "q05", "q95"):
            row[name] = in_unit(number(row[name], "results.csv", name), row["unit"])
        for name in ("probability", "rank", "of"):
            row[name] = in_unit(number(row[name], "results.csv", name), "")
    return {
        "manifest": told,
        "imposed": told.get("known", {}).get("imposed", 0),
        "rows": rows,
        "counts": Counter(row["verdict"] for row in rows),
        "beaten": [row for row in rows if row["beaten_by"]],
        "ranked": sum(bool(row["rank"]) for row in rows),
        "ahead": sum(row["standing"] == "out of the record" for row in rows),
        "free": list(without_the_record(rows)),
    }
