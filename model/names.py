"""The names of things: one word for one thing, in code, files, columns and pages.

Every table of the model is indexed by these tuples, in this order.
"""

from __future__ import annotations

from typing import Final

STATES: Final = ("KZ", "KG", "TJ", "TM", "UZ")
STATE_NAMES: Final = {
    "KZ": "Kazakhstan",
    "KG": "Kyrgyzstan",
    "TJ": "Tajikistan",
    "TM": "Turkmenistan",
    "UZ": "Uzbekistan",
}
PATRONS: Final = ("china", "russia")
PATRON_NAMES: Final = {"china": "China", "russia": "Russia"}
AREAS: Final = (
    "defence",
    "counter_narcotics",
    "peacekeeping",
    "counter_terrorism",
    "energy_protection",
)
AREA_NAMES: Final = {
    "defence": "general defence",
    "counter_narcotics": "counter-narcotics",
    "peacekeeping": "peacekeeping",
    "counter_terrorism": "counter-terrorism",
    "energy_protection": "energy protection",
}
RUNGS: Final = (
    "none",
    "declaration",
    "assistance",
    "joint_activity",
    "mixed_unit",
    "standing_force",
)
DECISIONS: Final = ("logit", "balancing", "bandwagoning")
"""Rules by which states choose, in the order of the parameter ``decision_rule``."""
CHANNELS: Final = ("agreement", "aid", "exercise", "unit", "base")
"""Form of a package; the channel of a package at rung k is ``CHANNELS[k - 1]``."""
FRAMES: Final = ("bilateral", "multilateral")
FORMS: Final = ("agreement", "aid", "exercise", "joint_exercise", "unit", "base")
"""What a package is counted as: its channel, and for an exercise its frame. A part in an
exercise of the patron's organisation is a ``joint_exercise``; see ``rules.form``."""
CHOICES: Final = ("neither", "china", "russia", "both")
SIGNALS: Final = (
    "afghan_instability",
    "narcotics_flow",
    "militancy",
    "xinjiang_tension",
    "energy_flow",
)
"""The drivers that load needs and patrons' salience."""
VOLATILE: Final = (*SIGNALS, "dispute", "capacity", "trade")
"""The drivers that carry an AR(1) deviation beside their dated series."""
PAIRS: Final = tuple(f"{a}-{b}" for n, a in enumerate(STATES) for b in STATES[n + 1 :])

START_YEAR: Final = 1992
LAST_HISTORY_YEAR: Final = 2022
DEFAULT_HORIZON: Final = 2035
LATEST_HORIZON: Final = 2060

DIMENSIONS: Final[dict[str, tuple[str, ...]]] = {
    "state": STATES,
    "patron": PATRONS,
    "area": AREAS,
    "rung": RUNGS,
    "channel": CHANNELS,
    "form": FORMS,
    "signal": SIGNALS,
    "volatile": VOLATILE,
    "pair": PAIRS,
}
