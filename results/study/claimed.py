"""What the documents' claims say of the report's expectation, where their table is committed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pandas as pd

from ..files import read_bytes

EXPECTED: Final = ("2010-energy-fastest",)
"""Claims that say what the study tests too."""
_FOLDER: Final = "claims"


def claims(reference: Path, posterior: str) -> dict[str, pd.DataFrame]:
    """Table ``claims`` of the claims that the study tests too.

    Parameters
    ----------
    reference : Path
        Where the committed results are, in a checkout.
    posterior : str
        Digest of the posterior of the study.

    Returns
    -------
    dict of str to DataFrame
        ``id``, ``cut`` (last year of evidence and drivers), ``horizon`` (year that is compared),
        ``probability``. Nothing if there is no such table, or it is of another posterior.
    """
    told, table = (read_bytes(reference / _FOLDER / n) for n in ("manifest.json", "claims.csv"))
    if told is None or table is None:
        return {}
    of = {one["parameters"]["digest"] for one in json.loads(told)["documents"]}
    if of != {posterior}:
        return {}
    frame = pd.read_csv(reference / _FOLDER / "claims.csv")
    rows = frame[frame["id"].isin(EXPECTED) & frame["probability"].notna()]
    return {"claims": rows[["id", "cut", "horizon", "probability"]].reset_index(drop=True)}
