"""The part of a study that its answers rest on, small enough to keep beside the code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd

from ...model.names import PATRONS
from ..files import canonical, write_atomic
from ..manifest import Manifest
from ..tables import read_table, write_table
from ..told import Teller
from . import answers
from .growth import FOUR

NEEDED: Final = (
    "facts", "reach", "reach_any", "times", "times_any", "obstacles", "terms", "record", "ranking",
    "pairs", "resistance", "forms", "form_pairs", "what_ifs", "firsts", "split", "rules", "levels",
)  # fmt: skip
"""Tables that the sentences and the check of their freshness read."""
STEP: Final = 5
"""Years between those of which rungs are kept, beside the first and the last."""
ABOUT: Final = "about.json"


def write(
    directory: Path,
    tables: Mapping[str, pd.DataFrame],
    manifest: Manifest,
    inputs: Mapping[str, str],
) -> None:
    """Write what the answers rest on: rungs in some years, what-ifs by rung.

    ``inputs`` are the digests of what determines the members: see :mod:`.fresh`.
    """
    for name in NEEDED:
        if name in tables:
            write_table(directory, name, _part(name, tables[name]), manifest)
    about = {
        "command": " ".join(manifest.command), "badge": manifest.badge,
        "digests": manifest.digests, "key": manifest.key(), "inputs": dict(inputs),
    }  # fmt: skip
    write_atomic(directory / ABOUT, canonical(about))


def _part(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    if name in ("reach", "reach_any"):
        year, ends = frame["year"], frame.groupby("viewpoint")["year"].transform
        shown = frame["rung"].isin(answers.RUNG_WORDS) & frame["area"].isin(FOUR)
        between = (year % STEP == 0) | (year == ends("min"))
        return frame[(year == ends("max")) | (shown & between)]
    return frame[frame["outcome"] == "rung"] if name == "what_ifs" else frame


def read(directory: Path) -> dict[str, pd.DataFrame]:
    """Tables that :func:`write` left.

    Raises
    ------
    InputError
        If there are none.
    """
    found = {path.stem for path in (directory / "tables").glob("*.parquet")}
    return {
        name: read_table(directory, name) for name in NEEDED if name in found or name == "facts"
    }


def told(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """All sentences: ``short``, ``areas`` by (area, viewpoint, patron), ``ranking``, ``split``."""
    teller = Teller(tables)
    views = sorted(int(v) for v in tables["ranking"]["viewpoint"].unique())
    areas = {
        (area, viewpoint, patron): [
            *answers.on_area(teller, area, viewpoint, patron),
            *([answers.what_changes(teller, area, viewpoint, patron)]
              if "what_ifs" in tables else []),
        ]
        for area in FOUR for viewpoint in views for patron in PATRONS
    }  # fmt: skip
    return {
        "short": answers.in_short(teller, views),
        "areas": areas,
        "ranking": answers.rankings(teller, views),
        "changes": answers.changes(teller, views),
        "split": answers.splits(teller, views),
    }
