"""Checks of the claims: verdicts have sources, and each claim has a test or a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..model.errors import near
from .claim_tests import DOCUMENTS, TESTS, ClaimTest, DocumentDate, measures_of
from .codebook import Claim
from .problems import Placed, Problem


def check_claims(rows: Sequence[Placed[Claim]]) -> Iterator[Problem]:
    """Ask for the sources of every verdict other than ``silent``."""
    for placed in rows:
        if placed.row.verdict != "silent" and not placed.row.verdict_sources:
            yield placed.problem(
                "verdict_sources",
                "a verdict needs the sources that it rests on",
                placed.row.verdict,
            )


def check_claim_tests(
    claims: Sequence[Placed[Claim]],
    tests: Mapping[str, Placed[ClaimTest]],
    dates: Mapping[str, Placed[DocumentDate]],
) -> Iterator[Problem]:
    """Each claim has a test or a reason, a test names a claim and keeps to its horizon.

    What-ifs begin after the date of the document.

    Faulty rows must have been told before: what is missing because it could not be read would
    be told again here.
    """
    known = {placed.row.id: placed.row for placed in claims}
    for placed in claims:
        row = placed.row
        if row.id not in tests:
            yield placed.problem("id", f"the claim has no table in {TESTS}", row.id)
        if row.sources and row.sources[0] not in dates:
            yield placed.problem(
                "sources", f"the document has no date in {DOCUMENTS}", row.sources[0], "",
                near(row.sources[0], dates),
            )  # fmt: skip
    for key, test in tests.items():
        if key not in known:
            yield test.problem("", "no claim has this id", key, "", near(key, known))
            continue
        years = [
            measure.years
            for part in (test.row.test, test.row.given)
            for measure in measures_of(part)
        ]
        last = max((span[1] for span in years), default=0)
        if last > known[key].horizon:
            yield test.problem(
                "test", "the test looks beyond the claim's horizon", last,
                f"to {known[key].horizon}",
            )  # fmt: skip
        cut = dates[known[key].sources[0]].row.cut if known[key].sources[0] in dates else None
        for move in (move for moves in test.row.worlds.values() for move in moves):
            if cut is not None and move.years[0] <= cut:
                yield test.problem(
                    "worlds", "a what-if changes what the document knew", move.years[0],
                    f"from {cut + 1}",
                )  # fmt: skip
