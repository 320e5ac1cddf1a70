"""The uncertain numbers: what the record cannot tell, what it tells, and what hangs on anchors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

from markupsafe import Markup, escape

from ...model.names import PATRON_NAMES, PATRONS, STATE_NAMES
from ..varied import in_words, refusals_in_words
from .files import number, table

BASES: Final = ("assumed", "inferred", "stated")
"""What a prior may rest on, from nothing to much."""
AT: Final = ("-4", "-3", "-2", "-1", "+0", "+1", "+2", "+3", "+4")
"""Columns of the profile: prior standard deviations from the prior's median."""
MOVED: Final = 0.4
"""Prior standard deviations of a mean from which a move is named, though the prior tells it."""
MOVES: Final = 0.15
"""Prior standard deviations by which a mean has to move to be listed with the anchors."""
WORTH: Final = "effective draws"
"""First row of the table of anchors: how many draws its weights leave."""
LOWEST: Final = -6.0
"""Log likelihood, less the best, below which a sparkline is cut off."""


@dataclass(frozen=True)
class Number:
    """An uncertain number: prior beside posterior.

    Attributes
    ----------
    address, meaning, unit : str
    prior, posterior : tuple of three floats
        5%, median and 95%, in its unit.
    place : tuple of three floats
        The posterior's, in prior standard deviations from the prior's median.
    contraction, overlap : float
        Share of the prior's variance that is taken away; share that the densities have in
        common.
    by_data : bool
        Whether it counts as told by the record.
    asked : bool
        Whether the record was expected to tell of it.
    profile : tuple of float
        Log likelihood at :data:`AT`, less the best; NaN beyond the ends that were looked at, and
        empty where nothing was.
    profile_error : float
        Standard error of such a value; NaN where it is not told.
    sentence : str
    shift : float
        Mean of the posterior in prior standard deviations.
    basis, reason : str
        What its prior rests on, in a word of :data:`BASES` and in words.
    sources : tuple of str
        Keys of the sources of that, in the evidence.
    """

    address: str
    meaning: str
    unit: str
    prior: tuple[float, float, float]
    posterior: tuple[float, float, float]
    place: tuple[float, float, float]
    contraction: float
    overlap: float
    by_data: bool
    asked: bool
    profile: tuple[float, ...]
    profile_error: float
    sentence: str
    shift: float
    basis: str
    reason: str
    sources: tuple[str, ...]

    @property
    def name(self) -> str:
        """Address in words."""
        return plain(self.address)

    @property
    def patron(self) -> str:
        """Patron that it is of; empty for both."""
        return next((part for part in self.address.split(".") if part in PATRON_NAMES), "")

    @property
    def sparkline(self) -> Markup:
        """Small picture of the profile."""
        return sparkline(self.profile, self.name)


class Sum(NamedTuple):
    """What numbers of one patron say together, in prior standard deviations.

    Attributes
    ----------
    patron : str
    numbers : int
        How many.
    least, most : float
        Shift of a single one.
    together : float
        Sum of the shifts over the root of their number; of values drawn from the priors it would
        be standard normal.
    """

    patron: str
    numbers: int
    least: float
    most: float
    together: float


def to_defence(shifts: Mapping[str, float]) -> list[Sum]:
    """How far patrons' attention to general defence lies from where it was assumed.

    Of the numbers that the weights of the areas are made of: those of general defence, and those of
    the other areas with the sign turned.

    Parameters
    ----------
    shifts : mapping of str to float
        Posterior mean of each number in prior standard deviations, by address.

    Examples
    --------
    >>> shifts = {"salience.china.defence.militancy": 1.0, "area_interest.china.peacekeeping": -3.0}
    >>> [(one.patron, one.numbers, round(one.together, 2)) for one in to_defence(shifts)]
    [('china', 2, 2.83)]
    """
    found = []
    for patron in PATRONS:
        own = [
            z if name.split(".")[2] == "defence" else -z
            for name, z in shifts.items()
            if name.startswith((f"salience.{patron}.", f"area_interest.{patron}."))
        ]
        if own:
            total = sum(own) / len(own) ** 0.5
            found.append(Sum(patron, len(own), min(own), max(own), total))
    return found


def plain(address: str) -> str:
    """Address in words.

    >>> plain("detection.china.joint_exercise")
    'detection, China, joint exercise'
    """
    known = PATRON_NAMES | STATE_NAMES
    return ", ".join(known.get(part, part.replace("_", " ")) for part in address.split("."))


def plain_sentence(sentence: str, addresses: Sequence[str]) -> str:
    """Sentence with its addresses in words, the longest first."""
    for address in sorted(addresses, key=len, reverse=True):
        if "." in address or "_" in address:
            sentence = sentence.replace(address, plain(address))
    return sentence


def by_how_much_is_told(numbers: Sequence[Number]) -> tuple[list[Number], list[Number]]:
    """Numbers by overlap with their prior, the most told first: those to show, and the others.

    To show are those that the record was expected to tell of, and those that it tells all the
    same.
    """
    found = sorted(numbers, key=lambda one: one.overlap)
    shown = [one for one in found if one.asked or one.by_data]
    return shown, [one for one in found if not (one.asked or one.by_data)]


def middle(values: tuple[float, float, float]) -> str:
    """Median as text."""
    return f"{values[1]:.3g}"


def ends(values: tuple[float, float, float]) -> str:
    """Ends of a 90% interval as text."""
    return f"{values[0]:.3g} to {values[2]:.3g}"


def noise_of_profiles(numbers: Sequence[Number]) -> float | None:
    """Middle standard error of the profiles as a share of a picture's height; None if not told."""
    told = [one.profile_error for one in numbers if one.profile_error == one.profile_error]
    return median(told) / -LOWEST if told else None


def sparkline(profile: Sequence[float], name: str) -> Markup:
    """Inline picture of a profile, 100 by 28 points; empty without one."""
    known = [place for place, value in enumerate(profile) if value == value]
    if not known:
        return Markup("")
    points = {place: (6 + 11 * place, 4 + 20 * max(profile[place], LOWEST) / LOWEST)
              for place in known}  # fmt: skip
    line = " ".join(f"{x:g},{y:.1f}" for x, y in points.values())
    told = ", ".join(f"{profile[place]:g} at {AT[place]}" for place in known)
    x, y = points[max(known, key=lambda place: profile[place])]
    return Markup(  # all parts are numbers, or escaped
        f'<svg class="spark" viewBox="0 0 100 28" width="100" height="28" role="img" '
        f'aria-label="Profile of {escape(name)}: {told}">'
        f'<line x1="50" y1="2" x2="50" y2="26" stroke="#bbb" stroke-width="1"/>'
        f'<polyline points="{line}" fill="none" stroke="#1a1a1a" stroke-width="1.5"/>'
        f'<circle cx="{x:g}" cy="{y:.1f}" r="2.6" fill="#1a1a1a"/></svg>'
    )


def anchors(folder: Path | None) -> dict[str, Any]:
    """What depends on the assumed side of offers and acceptance.

    Returns
    -------
    dict
        ``names`` of the anchors and by how much their priors are moved; ``worth``, how many
        draws are left in effect; ``rows`` of (number, moves), the largest first; ``still``,
        how many numbers move by less than :data:`MOVES`. Empty where nothing stands.
    """
    whole = table(folder, "anchors.csv", ("address",))
    found = [row for row in whole if row["address"] != WORTH]
    if not found:
        return {}
    names = [name for name in found[0] if name != "address"]
    worth = [row[name] for row in whole if row["address"] == WORTH for name in names]
    rows = []
    for row in found:
        moves = [number(row[name], "anchors.csv", name) for name in names]
        if any(abs(move) >= MOVES for move in moves):
            rows.append((plain(row["address"]), moves))
    rows.sort(key=lambda pair: -max(map(abs, pair[1])))
    return {
        "names": [_moved(name) for name in names], "rows": rows, "still": len(found) - len(rows),
        "least": MOVES, "worth": worth,
    }  # fmt: skip


def _moved(name: str) -> str:
    """An anchor and by how many prior standard deviations its prior is moved."""
    address, _, shift = name.partition(":")
    return f"{plain(address)}, {shift} sd" if shift else plain(address)


def varied(reference: Path | None) -> list[str]:
    """What depends on how the record was judged, in words; empty if not found."""
    folder = None if reference is None else reference / "varied"
    needed = ("variant", "address", "shift", "prior_shift", "effective")
    rows = table(folder, "varied.csv", needed)
    return [*in_words(rows, plain), *filter(None, [refusals_in_words(rows)])]


def missing(page: Path | None) -> list[str]:
    """What the page of the calibration says is known to be missing, as plain text."""
    import re

    if page is None or not page.is_file():
        return []
    text = page.read_text("utf-8").partition("\n## What is known to be missing\n")[2]
    text = re.sub(r" \(\[[^]]*\]\([^)]*\)\)", "", text)  # a link in brackets leads nowhere here
    items = re.findall(r"^- (.+)$", text.partition("\n## ")[0], re.MULTILINE)
    return [re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", item).replace("**", "").replace("`", "")
            for item in items]  # fmt: skip
