"""Text and tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def text(value: Any) -> str:
    """Text of a cell: one line; bars, and angle brackets outside code, are escaped."""
    parts = " ".join(str(value).split()).replace("|", "\\|").split("`")
    return "`".join(p if n % 2 else p.replace("<", "&lt;") for n, p in enumerate(parts))


def table(header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> str:
    """Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(text(cell) for cell in line)} |\n" for line in lines) + "\n"


def counted(heading: str, counts: Mapping[str, int]) -> str:
    """Table of counts, largest first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return table((heading, "rows"), ordered)
