"""A report's page as PDF: the same words, tables and pictures, laid out by ReportLab.

ReportLab is written in Python and needs nothing of the system. The font is DejaVu Sans, which
Matplotlib carries. The page is read back from its HTML, so that there is one account of a
result and not two; only the elements that the templates use are known.
"""

from __future__ import annotations

import base64
from html import escape
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any, Final

_SKIPPED: Final = ("style", "script", "nav", "head")
_BLOCKS: Final = ("h1", "h2", "h3", "p", "li", "figcaption", "caption", "dt", "dd", "pre",
                  "summary", "aside", "th", "td")  # fmt: skip
_INLINE: Final = {
    "strong": "b",
    "b": "b",
    "em": "i",
    "i": "i",
    "cite": "i",
    "small": "",
    "code": "",
}
_WIDTH: Final = 470.0
"""Points across a page of A4 between margins and padding."""
_LETTER: Final = 4.7
"""Points that a letter of a table takes, about."""


def pdf_of(page: bytes, title: str) -> bytes:
    """Lay a page of this package out as PDF; the same page gives the same bytes.

    Parameters
    ----------
    page : bytes
        HTML with its pictures inside.
    title : str
        Title in the document's properties.
    """
    from reportlab import rl_config
    from reportlab.platypus import SimpleDocTemplate

    rl_config.useA85 = 0  # pictures as bytes, not as letters: a fifth smaller, and sooner done
    reader = _Reader(_styles())
    reader.feed(page.decode("utf-8"))
    reader.close_appendix()
    out = BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=(595.3, 841.9), leftMargin=56, rightMargin=56, topMargin=54, bottomMargin=54,
        title=title, author="Steppe", invariant=1, pageCompression=1,
    )  # fmt: skip
    document.build(reader.story, onFirstPage=_foot, onLaterPages=_foot)
    return out.getvalue()


def _foot(canvas: Any, document: Any) -> None:
    canvas.saveState()
    canvas.setFont("Steppe", 7)
    canvas.drawString(56, 34, document.title)
    canvas.drawRightString(539, 34, str(document.page))
    canvas.restoreState()


def _styles() -> dict[str, Any]:
    """Paragraph styles by element; the fonts are registered on the way."""
    import matplotlib as mpl
    from reportlab.lib.colors import HexColor
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    fonts = Path(mpl.get_data_path()) / "fonts" / "ttf"
    for name, file in (
        ("Steppe", "DejaVuSans"), ("Steppe-Bold", "DejaVuSans-Bold"),
        ("Steppe-Oblique", "DejaVuSans-Oblique"),
    ):  # fmt: skip
        pdfmetrics.registerFont(TTFont(name, str(fonts / f"{file}.ttf")))
    pdfmetrics.registerFontFamily(
        "Steppe", normal="Steppe", bold="Steppe-Bold", italic="Steppe-Oblique",
        boldItalic="Steppe-Bold",
    )  # fmt: skip
    base = ParagraphStyle("p", fontName="Steppe", fontSize=8.6, leading=12.4, spaceAfter=5)

    def style(name: str, **changes: Any) -> ParagraphStyle:
        return ParagraphStyle(name, parent=base, **changes)

    heading = {"fontName": "Steppe-Bold", "keepWithNext": 1}
    faint = HexColor("#565656")
    small = {"fontSize": 6.6, "leading": 8.4, "spaceAfter": 0}
    return {
        "p": base,
        "h1": style("h1", **heading, fontSize=16, leading=20, spaceAfter=6),
        "h2": style("h2", **heading, fontSize=12, leading=15, spaceBefore=12, spaceAfter=5),
        "h3": style("h3", **heading, fontSize=9.6, leading=12, spaceBefore=7, spaceAfter=3),
        "summary": style("summary", **heading, spaceBefore=4),
        "li": style("li", leftIndent=11, bulletIndent=2, spaceAfter=3),
        "figcaption": style("figcaption", textColor=faint, fontSize=7.2, leading=9.4, spaceAfter=9),
        "caption": style("caption", textColor=faint, fontSize=7.2, leading=9.4, spaceBefore=5,
                         spaceAfter=2, keepWithNext=1),
        "dt": style("dt", textColor=faint, fontSize=7.4, leading=9.4, spaceAfter=0),
        "dd": style("dd", leftIndent=11, fontSize=7.4, leading=9.4, wordWrap="CJK"),
        "pre": style("pre", fontSize=7.4, leading=9.6, backColor=HexColor("#f5f5f5"),
                     borderPadding=4, spaceBefore=5, spaceAfter=8),
        "aside": style("aside", backColor=HexColor("#fdf3dc"), borderPadding=6, spaceBefore=8,
                       spaceAfter=12),
        "th": style("th", **small, fontName="Steppe-Bold"),
        "td": style("td", **small),
        "n": style("n", **small, alignment=2),
    }  # fmt: skip


class _Reader(HTMLParser):
    """Collects the flow of a page: paragraphs, lists, tables, pictures."""

    def __init__(self, styles: dict[str, Any]) -> None:
        super().__init__()
        self.story: list[Any] = []
        self._main = self.story
        self._appendix: list[Any] = []
        self._styles = styles
        self._skip = 0
        self._block: str | None = None
        self._markup = ""
        self._marks: list[str] = []
        self._rows: list[list[Any]] | None = None
        self._heads = 0
        self._right = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        fields = dict(attrs)
        if tag in _SKIPPED:
            self._skip += 1
        elif self._skip:
            return
        elif tag == "details":
            self.story = self._appendix
        elif tag == "table":
            self._rows, self._heads = [], 0
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
        elif tag == "img":
            self._picture(fields["src"] or "")
        elif tag in _BLOCKS:
            self._flush()
            self._block, self._markup = tag, ""
            self._right = "n" in (fields.get("class") or "").split()
        elif tag in _INLINE and self._block:
            self._mark(_INLINE[tag])
        elif tag == "a" and self._block:
            href = fields.get("href") or ""
            inside = href.startswith("#")
            self._markup += "" if inside else f'<a href="{escape(href, True)}" color="#1b5e9b">'
            self._marks.append("" if inside else "a")
        elif tag == "br":
            self._markup += "<br/>"

    def close_appendix(self) -> None:
        """Put what the page folds away at the end, under a heading of its own."""
        from reportlab.platypus import PageBreak, Paragraph

        if self._appendix:
            heading = Paragraph("Appendix: what the page folds away", self._styles["h2"])
            self._main += [PageBreak(), heading, *self._appendix]

    def _mark(self, mark: str) -> None:
        self._markup += f"<{mark}>" if mark else ""
        self._marks.append(mark)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skip -= 1
        elif self._skip:
            return
        elif (tag in _INLINE or tag == "a") and self._marks:
            mark = self._marks.pop()
            self._markup += f"</{mark}>" if mark else ""
            if tag == "strong" and self._block == "aside":
                self._markup += "<br/>"
        elif tag == "thead" and self._rows is not None:
            self._heads = len(self._rows)
        elif tag == "details":
            self.story = self._main
        elif tag == "table":
            self._table()
        elif tag == self._block:
            self._flush()

    def handle_data(self, data: str) -> None:
        if self._skip:
            return
        if self._block:
            self._markup += escape(data)
        elif data.strip():
            self._block, self._markup = "p", escape(data)

    def _flush(self) -> None:
        """End the paragraph or cell that is open."""
        from reportlab.platypus import Paragraph

        tag, text = self._block, self._markup.strip()
        while self._marks:
            mark = self._marks.pop()
            text += f"</{mark}>" if mark else ""
        self._block, self._markup = None, ""
        if tag in ("th", "td") and self._rows:
            style = "n" if self._right and tag == "td" else tag
            self._rows[-1].append(Paragraph(text, self._styles[style]))
        elif tag and text:
            if tag == "pre":
                text = text.replace("\n", "<br/>")
            bullet = "\N{BULLET}" if tag == "li" else None
            self.story.append(Paragraph(text, self._styles[tag], bulletText=bullet))

    def _table(self) -> None:
        from reportlab.lib.colors import HexColor
        from reportlab.platypus import Spacer, Table, TableStyle

        rows = [row for row in self._rows or [] if row]
        heads, self._rows = self._heads, None
        if not rows:
            return
        most = max(len(row) for row in rows)
        rows = [row + [""] * (most - len(row)) for row in rows]
        table = Table(rows, colWidths=_widths(rows), repeatRows=min(heads, len(rows)))
        line, ink = HexColor("#cfcfcf"), HexColor("#1a1a1a")
        table.setStyle(
            TableStyle(
                [
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                    ("LINEBELOW", (0, 0), (-1, -1), 0.4, line),
                    ("LINEBELOW", (0, max(0, heads - 1)), (-1, max(0, heads - 1)), 0.9, ink),
                    ("LEFTPADDING", (0, 0), (-1, -1), 2),
                    ("RIGHTPADDING", (0, 0), (-1, -1), 4),
                    ("TOPPADDING", (0, 0), (-1, -1), 1.5),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
                ]
            )
        )
        self.story += [table, Spacer(1, 8)]

    def _picture(self, source: str) -> None:
        from reportlab.platypus import Image

        self._flush()
        image = Image(BytesIO(base64.b64decode(source.split(",", 1)[1])))
        scale = min(_WIDTH / image.imageWidth, 600.0 / image.imageHeight)
        image.drawWidth, image.drawHeight = image.imageWidth * scale, image.imageHeight * scale
        image.keepWithNext = 1
        self.story.append(image)


def _widths(rows: list[list[Any]]) -> list[float]:
    """Widths of columns: room for the longest word, the rest by how much text there is."""
    texts = [
        [getattr(cell, "text", "") or "" for cell in column] for column in zip(*rows, strict=True)
    ]
    least = [
        7.0 + _LETTER * min(22, max((len(w) for t in column for w in t.split()), default=1))
        for column in texts
    ]
    full = [7.0 + _LETTER * max((len(t) for t in column), default=1) for column in texts]
    more = [min(200.0, max(0.0, f - n)) for f, n in zip(full, least, strict=True)]
    spare = _WIDTH - sum(least)
    if spare < 0.0 or sum(more) == 0.0:
        return [_WIDTH * n / sum(least) for n in least]
    return [n + spare * m / sum(more) for n, m in zip(least, more, strict=True)]
