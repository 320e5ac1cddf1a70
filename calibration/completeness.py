"""Completeness: every sentence of every document is touched by a row, or left out with a reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from ..model.errors import InputError
from .problems import Placed, Problem

DOCUMENT: Final = re.compile(r"^\d{3}_[0-9a-f]+$")
FEWEST_WORDS: Final = 4
"""Shorter pieces (dates, initials, headings of one word) state nothing."""
LONGEST_RUN: Final = 13
"""Words of a document that stand side by side in the project, at most."""
SECOND: Final = "second_reading/"
"""Rows below this folder are looked up too, but do not make the record complete."""
PARAGRAPHS: Final = re.compile(r"\n\s*\n")
END: Final = re.compile(r"[.!?][\"”’)\]]*\s+(?=[\"“‘(\[]?[A-Z0-9])")


def sentences(text: str) -> list[str]:
    r"""Cut a text into sentences, paragraph by paragraph, white space folded.

    >>> sentences("He came. “She left,” he\nsaid.\n\nNo. 7 stays where it has always stood")
    ['He came.', '“She left,” he said.', 'No.', '7 stays where it has always stood']
    """
    found = []
    for paragraph in PARAGRAPHS.split(text):
        start = 0
        folded = fold(paragraph)
        for end in END.finditer(folded):
            found.append(folded[start : end.end()].strip())
            start = end.end()
        found.append(folded[start:])
    return [sentence for sentence in found if sentence]


def fold(text: str) -> str:
    """Text with every run of white space as one blank."""
    return " ".join(text.split())


class Documents:
    """The documents of a directory, ``<key>.txt``.

    Raises
    ------
    InputError
        If the directory does not exist.
    """

    def __init__(self, directory: Path) -> None:
        if not directory.is_dir():
            raise InputError("no such directory of documents", file=str(directory))
        self.directory = directory
        self._texts: dict[str, str | None] = {}

    def text(self, key: str) -> str | None:
        """Text of a document; None if it is not there."""
        if key not in self._texts:
            path = self.directory / f"{key}.txt"
            self._texts[key] = path.read_text("utf-8") if path.is_file() else None
        return self._texts[key]

    def check(self, rows: Iterable[Placed[Any]]) -> Iterator[Problem]:
        """Each phrase stands in its document, each sentence holds one, and none retells it."""
        phrases: dict[str, set[str]] = {}
        every: dict[str, set[str]] = {}
        folded: dict[str, str] = {}
        for placed in rows:
            for key, phrase in zip(placed.row.sources, placed.row.locator, strict=False):
                if not DOCUMENT.match(key):
                    continue
                every.setdefault(key, set()).add(fold(phrase))
                if not placed.file.startswith(SECOND):
                    phrases.setdefault(key, set()).add(fold(phrase))
                text = self.text(key)
                if text is None:
                    yield Problem(f"{key}.txt", 0, "", "the document is not in the directory")
                    continue
                if key not in folded:
                    folded[key] = fold(text)
                if fold(phrase) not in folded[key]:
                    yield placed.problem("locator", f"the phrase does not stand in {key}", phrase)
        for key, told in sorted(phrases.items()):
            yield from _longest_run(key, folded.get(key, ""), every[key])
            for number, sentence in enumerate(sentences(self.text(key) or ""), start=1):
                held = any(phrase in sentence or sentence in phrase for phrase in told)
                if len(sentence.split()) >= FEWEST_WORDS and not held:
                    yield Problem(
                        f"{key}.txt", 0, f"sentence {number}", "no row holds this sentence",
                        " ".join(sentence.split()[:6]) + " ...",
                        "a row with a phrase of it, or a line in left_out.csv that says why not",
                    )  # fmt: skip


def _longest_run(key: str, text: str, phrases: Iterable[str]) -> Iterator[Problem]:
    """Locators point to places; together they must not retell the document."""
    covered = bytearray(len(text))
    for phrase in phrases:
        at = text.find(phrase)
        while at >= 0:
            covered[at : at + len(phrase)] = b"\1" * len(phrase)
            at = text.find(phrase, at + 1)
    kept = "".join(c if covered[n] or c == " " else "\0" for n, c in enumerate(text))
    for run in kept.split("\0"):
        if len(run.split()) > LONGEST_RUN:
            yield Problem(
                f"{key}.txt", 0, "", "locators side by side retell a passage",
                f"{len(run.split())} words: {' '.join(run.split()[:6])} ...",
                f"at most {LONGEST_RUN} words in a row; shorten a locator to its beginning",
            )  # fmt: skip
