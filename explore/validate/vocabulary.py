"""The vocabulary of facts: quantities, statistics and filters, each with its meaning.

The tables below are what rows are checked against, what ``steppe validate --vocabulary``
prints, and what the documentation shows.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, get_args

from ...calibration.measures.arms import SUPPLIERS
from ...model.names import AREAS, FORMS, FRAMES, STATES

QuantityName = Literal[
    "packages", "exercises", "arms", "pledged", "delivered", "outstanding", "delivered_share",
    "troops", "contingent", "trainees", "base", "rung", "membership", "attendance",
]  # fmt: skip
StatisticName = Literal[
    "total", "mean", "max", "any", "years_with", "count_states", "first_year", "share_of",
    "rank_of", "rank_first", "median", "quantile", "share_above", "share_after",
]  # fmt: skip
RecordName = Literal["documented", "listed", "true"]
DimensionName = Literal["patrons", "states", "areas", "forms", "frames"]

ALL: Final = "all"
BODIES: Final = {"sco": "china", "csto": "russia"}
"""Organisations, as frames: a multilateral frame, and the patron whose organisation it is."""
WORDS: Final[dict[str, tuple[str, ...]]] = {
    "patron": (*SUPPLIERS, ALL),
    "state": (*STATES, "five"),
    "area": (*AREAS, ALL),
    "form": (*FORMS, ALL),
    "frame": (*FRAMES, *BODIES, ALL),
    "record": get_args(RecordName),
    "of": get_args(DimensionName),
}
"""Words of each filter; a blank field is ``all``, of states ``five``."""
FIELD_OF: Final[dict[str, str]] = {
    "patrons": "patron", "states": "state", "areas": "area", "forms": "form", "frames": "frame",
}  # fmt: skip
"""Filter that a share or a rank runs over."""

SUMS: Final = (
    "total", "mean", "max", "any", "years_with", "count_states", "first_year", "share_of",
    "rank_of", "rank_first",
)  # fmt: skip
LEVELS: Final = ("mean", "max", "share_of", "rank_of")
SIZES: Final = ("total", "mean", "max", "median", "quantile", "share_above")
STANDING: Final = (
    "any", "years_with", "count_states", "first_year", "rank_first", "mean",
)  # fmt: skip


class Quantity(NamedTuple):
    """What a word of the column ``quantity`` means, and what goes with it."""

    unit: str
    filters: tuple[str, ...]
    statistics: tuple[str, ...]
    record: str | None
    """Default of the column ``record``; None where the quantity has no such choice."""
    rests_on: str
    meaning: str


MODEL: Final = "the model"
ARMS: Final = "a measure, with the model's aid as one covariate"
SIZE: Final = "a measure; how many exercises there are comes from the model"
ALONE: Final = "a measure alone: nothing of it comes from the model's runs"
GIVEN: Final = "given: memberships are put into every run"

QUANTITIES: Final[dict[str, Quantity]] = {
    "packages": Quantity(
        "packages", ("patron", "state", "area", "form", "record"), SUMS, "listed", MODEL,
        "Accepted packages by state: agreements, aid, exercises, parts in joint exercises, mixed "
        "units, bases. Area and form cannot be asked for together.",
    ),
    "exercises": Quantity(
        "exercises", ("patron", "state", "frame", "record"), SUMS, "listed", MODEL,
        "Joint exercises with the patron (bilateral) or in its organisation (multilateral; sco is "
        "China's, csto is Russia's). An exercise of several states counts once.",
    ),
    "arms": Quantity(
        "million trend-indicator units", ("patron", "state"), SUMS, None, ARMS,
        "Deliveries of major arms by supplier (china, russia, others) as the SIPRI register counts "
        "them: a volume, not money; without small arms, vehicles, uniforms and buildings.",
    ),
    "pledged": Quantity(
        "USD million", ("patron", "state"), SUMS, None, MODEL,
        "Value of accepted packages in the year in which they were accepted, dollars of the day.",
    ),
    "delivered": Quantity(
        "USD million", ("patron", "state"), SUMS, None, MODEL,
        "Value delivered in the year, whenever it was pledged.",
    ),
    "outstanding": Quantity(
        "USD million", ("patron", "state"), LEVELS, None, MODEL,
        "Pledged, neither delivered nor lapsed, at the end of the year.",
    ),
    "delivered_share": Quantity(
        "share", ("patron", "state"), ("share_after",), None, MODEL,
        "Of what was pledged in the years of the fact, the share that had been delivered a number "
        "of years (column at) after the year of each pledge.",
    ),
    "troops": Quantity(
        "persons", ("patron", "state", "frame"), SIZES, None, SIZE,
        "Troops of all sides in an exercise, one number an exercise.",
    ),
    "contingent": Quantity(
        "persons", ("patron", "state", "frame"), SIZES, None, SIZE,
        "Troops of the patron in an exercise, one number an exercise.",
    ),
    "trainees": Quantity(
        "persons", ("patron", "state"), ("total", "mean", "max", "share_of", "rank_of"), None,
        ALONE, "Persons who begin training by the patron in the year.",
    ),
    "base": Quantity(
        "yes (1) or no (0)", ("patron", "state"), STANDING, None, MODEL,
        "The patron's own standing force on the state's soil at the end of the year (rung 5 in "
        "any area).",
    ),
    "rung": Quantity(
        "rung, 0 to 5", ("patron", "state", "area"), ("mean", "max", "first_year", "rank_of"),
        None, MODEL,
        "Highest rung on which the state stands with the patron at the end of the year: 0 none, 1 "
        "declaration, 2 assistance, 3 joint activity, 4 mixed unit, 5 standing force.",
    ),
    "membership": Quantity(
        "yes (1) or no (0)", ("patron", "state"), STANDING, None, GIVEN,
        "Membership in the patron's organisation: china is the SCO (before 2001 the Shanghai "
        "Five), russia the CSTO and its treaty of 1992.",
    ),
    "attendance": Quantity(
        "share", ("patron", "state"), ("mean",), None, MODEL,
        "Of the joint exercises of the patron's organisation in the years of the fact, the share "
        "in which the state took part; of several states, the mean over its members.",
    ),
}  # fmt: skip

STATISTICS: Final[dict[str, str]] = {
    "total": "Sum over the years, states and patrons of the row; of troops over the exercises.",
    "mean": "Mean over the years; of troops over the exercises; of base and membership the share "
    "of years.",
    "max": "Largest year; of troops the largest exercise; of rung the highest.",
    "any": "1 if there is any in these years, else 0.",
    "years_with": "Number of years with any.",
    "count_states": "Number of the row's states with any in these years.",
    "first_year": "First of these years with any; the year after the last where there is none. "
    "Of rung: with the rung of column at, or higher.",
    "share_of": "Share in the total of all patrons, states, areas, forms or frames (column of).",
    "rank_of": "Rank by total (of rung, by highest) among them: 1 has most; equals share the "
    "better rank.",
    "rank_first": "Rank by first year among them: 1 came first; equals share the better rank.",
    "median": "Median over the exercises.",
    "quantile": "Quantile over the exercises, at the level of column at (0 to 1).",
    "share_above": "Share of the exercises with more troops than column at.",
    "share_after": "Share delivered a number of years (column at; 0 is the year of the pledge).",
}
RECORDS: Final[dict[str, str]] = {
    "documented": "What the project's own sources would show: their holes by year and their "
    "chance to tell of a package included. For counts taken from those sources.",
    "listed": "What a list made for the purpose would show: in every year at least what the "
    "project's sources would show at their best, at most all. The default, for counts from "
    "others' lists.",
    "true": "All that was accepted. For totals that officials claim.",
}
NEED_OF: Final = ("share_of", "rank_of", "rank_first")
NEED_AT: Final = ("quantile", "share_above", "share_after")
OVER: Final[dict[str, tuple[str, ...]]] = {
    name: tuple(d for d, field in FIELD_OF.items() if field in quantity.filters)
    for name, quantity in QUANTITIES.items()
}
"""What shares and ranks of each quantity can run over."""
SHARES: Final = ("share_of", "share_above", "share_after")


def unit_of(quantity: str, statistic: str) -> str:
    """Unit of a statistic of a quantity."""
    if statistic in SHARES or (statistic == "mean" and quantity in ("base", "membership")):
        return "share"
    fixed = {
        "any": "yes (1) or no (0)", "years_with": "years", "count_states": "states",
        "first_year": "year", "rank_of": "rank", "rank_first": "rank",
    }  # fmt: skip
    if statistic == "mean" and quantity not in (
        "troops", "contingent", "rung", "attendance", "outstanding",
    ):  # fmt: skip
        return f"{QUANTITIES[quantity].unit} a year"
    return fixed.get(statistic, QUANTITIES[quantity].unit)
