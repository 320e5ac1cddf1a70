"""Whether the committed tables of a study are still those of the shipped model and scenarios."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ..levels import compared


def changed(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Say which inputs are not what they were.

    Parameters
    ----------
    then, now : mapping of str to str
        Digests by name of the member: of a baseline its tables of all draws and the record that
        it follows, of all others years, parameters, rule and levers. Words, layout and comments
        of the files are in none of them.

    Returns
    -------
    list of str
        A sentence for each input that is new, gone or other.
    """
    said = [f"{name}: is not in the committed study" for name in now if name not in then]
    said += [f"{name}: is in the committed study alone" for name in then if name not in now]
    said += [
        f"{name}: has other numbers than when the study was run"
        for name in now
        if name in then and then[name] != now[name]
    ]
    return said


def apart(
    found: pd.DataFrame, committed: pd.DataFrame, count: int, behind_committed: int
) -> pd.DataFrame:
    """Hold levels of some members, run anew, against those of the committed study.

    Parameters
    ----------
    found, committed : DataFrame
        Table ``levels`` of a study: ``scenario``, ``outcome``, ``patron``, ``area``, ``mean`` and
        ``se``; the second may hold more scenarios.
    count, behind_committed : int
        Independent units behind each.

    Returns
    -------
    DataFrame
        As :func:`~steppe.results.levels.compared` gives it: within the Monte Carlo errors of both.

    Raises
    ------
    InputError
        If the committed study lacks a scenario.
    """
    own = committed[committed["scenario"].isin(found["scenario"])]
    return compared(found, own, count, behind_committed)
