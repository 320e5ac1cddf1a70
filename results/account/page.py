"""The account put together: what cannot be told first, and nothing that the files do not hold."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from ...model.names import PATRON_NAMES
from ..files import write_atomic
from ..html import render
from ..style import Note
from .held import external
from .numbers import (
    BASES,
    MOVED,
    Number,
    anchors,
    by_how_much_is_told,
    ends,
    middle,
    noise_of_profiles,
    plain,
    plain_sentence,
    to_defence,
    varied,
)
from .sections import (
    again,
    backtests,
    badge,
    believe,
    claims,
    noise,
    numbers_figure,
    passed,
    predictive,
    source,
)

SECTIONS: Final = (
    ("what", "What this is"),
    ("cannot", "What the record cannot tell"),
    ("tells", "What it tells"),
    ("read", "What was read"),
    ("believe", "Whether the fit may be believed"),
    ("predictive", "Whether it can bring the record forth"),
    ("backtest", "Whether it foresees anything"),
    ("claims", "The documents' claims"),
    ("external", "Facts from outside"),
    ("again", "How to have it again"),
    ("references", "References"),
    ("glossary", "Words"),
)


@dataclass(frozen=True)
class Inputs:
    """What the account is made from.

    Attributes
    ----------
    numbers : sequence of Number
    manifest : mapping
        Of the posterior: record, chains, gates.
    digest : str
        Of the posterior's files; empty where only its tables are known.
    fit : Path or None
        Directory with ``diagnostics.csv``, ``anchors.csv`` and, of a fit's own, the pictures
        of its chains.
    reference : Path or None
        Directory of the reference results.
    observed : mapping of str to int
        How much of each kind the likelihood reads.
    missing : sequence of str
        What is known to be missing.
    notes : sequence of str
        What a reader should know of where all this comes from.
    command : str
        What a person types to have the page again.
    """

    numbers: Sequence[Number]
    manifest: Mapping[str, Any]
    digest: str
    fit: Path | None
    reference: Path | None
    observed: Mapping[str, int]
    missing: Sequence[str]
    notes: Sequence[str]
    command: str


def write(inputs: Inputs, path: Path) -> Path:
    """Write the page.

    Raises
    ------
    InputError
        If a file that is read is damaged, or the place cannot be written.
    """
    write_atomic(path, page(inputs))
    return path


def page(inputs: Inputs) -> bytes:
    """One HTML file with its pictures inside."""
    note = Note(badge(inputs.manifest), source(inputs.manifest), None)
    words = tomllib.loads((files("steppe.results.account") / "words.toml").read_text("utf-8"))
    numbers, others = by_how_much_is_told(inputs.numbers)
    return render(
        "account.html",
        title="What the record tells, and what it does not",
        sections=SECTIONS,
        badge=note.badge,
        passed=passed(inputs.manifest),
        fit=inputs.manifest,
        notes=inputs.notes,
        numbers=numbers,
        others=others,
        moved_from=MOVED,
        moved=[f"{one.name} {one.shift:+.1f}" for one in others if abs(one.shift) >= MOVED],
        to_defence=[
            one._replace(patron=PATRON_NAMES[one.patron])
            for one in to_defence({one.address: one.shift for one in inputs.numbers})
        ],
        by_prior=[one for one in reversed(numbers) if not one.by_data],
        middle=middle,
        ends=ends,
        worded=lambda text: plain_sentence(text, [one.address for one in inputs.numbers]),
        plain=plain,
        profile_noise=noise_of_profiles(numbers),
        anchors=anchors(inputs.fit),
        varied=varied(inputs.reference),
        observed=inputs.observed,
        missing=inputs.missing,
        by_basis=sorted(inputs.numbers, key=lambda one: (-BASES.index(one.basis), one.address)),
        noise=noise(inputs.manifest),
        bases=Counter(one.basis for one in inputs.numbers),
        figures=[] if not numbers else [numbers_figure(numbers, note)],
        believe=believe(inputs.manifest, inputs.fit, inputs.reference, note),
        predictive=predictive(inputs.reference),
        backtests=backtests(inputs.reference),
        claims=claims(inputs.reference),
        external=external(inputs.reference),
        again=again(inputs.reference),
        command=inputs.command,
        digest=inputs.digest,
        words=words,
    )
