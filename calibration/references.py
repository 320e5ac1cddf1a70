"""References: what a run rests on, as plain text or BibTeX."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ..model.errors import InputError, near
from .codebook import Source


def chosen(keys: Iterable[str], sources: Mapping[str, Source]) -> dict[str, Source]:
    """Look up the sources of the keys, each once, sorted by key; ``assumed`` is no source.

    Raises
    ------
    InputError
        If a key is not that of a source.
    """
    found: dict[str, Source] = {}
    for key in sorted(set(keys) - {"assumed"}):
        if key not in sources:
            raise InputError(
                "no source has this key",
                file="sources.toml",
                found=key,
                nearest=near(key, sources),
            )
        found[key] = sources[key]
    return found


def plain(keys: Iterable[str], sources: Mapping[str, Source]) -> list[str]:
    """One line for each key: ``[key] how to cite it``, with the address if there is one."""
    lines = []
    for key, source in chosen(keys, sources).items():
        address = f" {source.url}" if source.url and source.url not in source.cite else ""
        dot = "" if source.cite.endswith(".") or not address else "."
        lines.append(f"[{key}] {source.cite}{dot}{address}")
    return lines


def bibtex(keys: Iterable[str], sources: Mapping[str, Source]) -> list[str]:
    """One ``@misc`` entry for each key; colons in keys become hyphens.

    An external fact has no year here: its table holds the fact's year, not the page's.
    """
    entries = []
    for key, source in chosen(keys, sources).items():
        fields = {
            "title": f"{{{_escaped(source.title)}}}",
            "author": _escaped(source.author) if source.author else None,
            "howpublished": _escaped(source.publisher) if source.publisher else None,
            "year": str(source.year) if source.year and source.kind != "external" else None,
            "url": source.url,
            "note": _escaped(source.cite),
        }
        lines = [f"  {name} = {{{text}}}," for name, text in fields.items() if text]
        entries.append("\n".join((f"@misc{{{key.replace(':', '-')},", *lines, "}")))
    return entries


def _escaped(text: str) -> str:
    """Text with TeX's special characters written out."""
    return re.sub(r"([&%$#_{}])", r"\\\1", text)
