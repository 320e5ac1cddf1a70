"""The page of the references."""

from __future__ import annotations

from steppe.calibration.record import load_record

from .cells import text

KINDS = {
    "document": "The five documents",
    "external": "External facts",
    "series": "Series",
    "literature": "Literature on methods",
}


def page() -> str:
    """All sources that a row or a parameter may cite."""
    sources = load_record().sources
    parts = [
        "# References\n\n`steppe evidence references` prints them, with `--bibtex` as BibTeX. "
        "A report lists those that its run rests on.\n\n"
    ]
    for kind, title in KINDS.items():
        listed = [(k, s) for k, s in sources.items() if s.kind == kind]
        parts.append(f"## {title}: {len(listed)}\n\n")
        for key, source in listed:
            address = f" {source.url}" if source.url and source.url not in source.cite else ""
            parts.append(f"- `{key}`: {text(source.cite)}{address}\n")
        parts.append("\n")
    return "".join(parts)
