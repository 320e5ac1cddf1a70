"""The vocabularies of the evidence files."""

from __future__ import annotations

from typing import Final, Literal

EARLIEST_YEAR: Final = 1990
LATEST_YEAR: Final = 2026
"""Last year in which something can have started; leases and anchors may reach beyond it."""
BODIES: Final = ("kz", "kg", "tj", "tm", "uz", "ca", "sco", "csto", "china", "ru", "us", "others")
"""Second word of an event's id: recipient or body; ``ca`` is the five or several of them."""

ID_PATTERN: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"
EVENT_ID_PATTERN: Final = r"^\d{4}-[a-z]+(-[a-z0-9]+)+$"
PATTERNS: Final = {
    ID_PATTERN: "lower-case words joined by hyphens",
    EVENT_ID_PATTERN: "year-recipient-word in lower case, such as 2002-kg-first-exercise",
}
"""What the patterns mean, for messages."""

EventKind = Literal["event", "component", "series", "standing", "context"]
EventPatron = Literal["china", "russia", "sco", "csto", "us", "none"]
Recipient = Literal["KZ", "KG", "TJ", "TM", "UZ", "others"]
Channel = Literal[
    "exercise_bilateral",
    "exercise_multilateral",
    "equipment",
    "loan",
    "arms",
    "training",
    "infrastructure",
    "basing",
    "intelligence",
    "agreement",
    "meeting",
    "operation",
    "institution",
    "refusal",
    "statement",
]
EventArea = Literal[
    "defence",
    "counter_narcotics",
    "peacekeeping",
    "counter_terrorism",
    "energy_protection",
    "border",
]
Area = Literal[
    "defence", "counter_narcotics", "peacekeeping", "counter_terrorism", "energy_protection"
]
AmountBasis = Literal["stated", "converted_by_source", "unclear"]
Actor = Literal[
    "KZ", "KG", "TJ", "TM", "UZ", "all", "china", "russia", "sco", "csto", "us", "others"
]
Topic = Literal[
    "defence",
    "counter_narcotics",
    "peacekeeping",
    "counter_terrorism",
    "energy_protection",
    "border",
    "all",
]
Verdict = Literal["bears_out", "contradicts", "mixed", "silent"]
Strength = Literal["asserted", "probable", "possible", "hypothetical"]
Outcome = Literal["delivered", "pledged", "agreed", "held", "announced", "refused", "standing"]
Certainty = Literal["firm", "approximate", "conflicting"]
TraitBasis = Literal["stated", "inferred", "assumed"]
SeriesBasis = Literal["measured", "converted", "assumed"]
SourceKind = Literal["document", "external", "series", "literature", "assumed"]
