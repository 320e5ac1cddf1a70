"""Figures: the badge on each, nothing overlapping, the same bytes each time."""

from collections import Counter

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from steppe.model.names import AREAS, CHANNELS, PATRONS, STATES
from steppe.results import figures
from steppe.results.compare import compare
from steppe.results.figures import draw_comparison, draw_run, map_years
from steppe.results.style import COLOURS, Note, save, styled, tints
from steppe.results.summaries import summarise
from steppe.results.timeline import recorded

from .results_synthetic import BADGE, fill, manifest

pytestmark = pytest.mark.long

EVENTS = [
    {
        "id": f"e{n}", "year": 1993 + n % 9, "state": STATES[n % 5], "patron": PATRONS[n % 2],
        "area": AREAS[n % 5], "channel": (*CHANNELS, "refusal")[n % 6], "text": "An event",
    }
    for n in range(60)
]  # fmt: skip


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Every figure of a run, a comparison of two, and a comparison of twins."""
    place = tmp_path_factory.mktemp("figures")
    chosen = manifest(last_year=2035, runs=60, conditioned_until=2009)
    a = fill(place / "a", chosen)
    b = fill(place / "b", chosen.model_copy(update={"scenario": {"appetite": 0.1}}))
    kept: dict[str, Figure] = {}

    def keep(figure, directory, name, title):
        kept[f"{directory.name}/{name}"] = figure
        return save(figure, directory, name, title)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "save", keep)
        made = draw_run(summarise(a), EVENTS, chosen, place / "run")
        made += draw_comparison(compare(a, b), Note.of(chosen), place / "compare")
        made += draw_comparison(compare(a, a), Note.of(chosen), place / "twins")
    return kept, made, (summarise(a), chosen, place)


def out_of_view(axes):
    """Labels of ticks beyond the limits: matplotlib keeps them and does not draw them."""
    for limits, labels, n in (
        (axes.get_xlim(), axes.get_xticklabels(), 0),
        (axes.get_ylim(), axes.get_yticklabels(), 1),
    ):
        yield from (t for t in labels if not min(limits) <= t.get_position()[n] <= max(limits))


def texts(figure: Figure) -> list[tuple[str, np.ndarray]]:
    """Every visible text with its box [left, bottom, right, top], in pixels."""
    with styled():
        figure.canvas.draw()
        renderer = figure.canvas.get_renderer()
        beyond = {label for axes in figure.axes for label in out_of_view(axes)}
        found = []
        for artist in figure.findobj(Text):
            if artist.get_text().strip() and artist.get_visible() and artist not in beyond:
                box = artist.get_window_extent(renderer)
                found.append((artist.get_text(), box.extents))
    return found


def test_every_figure_carries_the_badge_and_the_cut(drawn):
    kept, made, _ = drawn
    assert len(kept) == len(made) == 20
    for name, figure in kept.items():
        words = [text for text, _ in texts(figure)]
        assert BADGE in words, name
        if "map" in name:
            assert any("not an endorsement" in text for text in words)
        elif not any(cell in name for cell in ("rung", "difference_packages")):
            assert any("follow the record to 2009" in text for text in words), name
            assert any(
                line.get_linestyle() == ":" and line.get_xdata()[0] == 2009.5
                for axes in figure.axes
                for line in axes.lines
            ), name
    assert all(BADGE in one.alt for one in made)


def test_no_text_overlaps_or_leaves_the_page(drawn):
    kept, _, _ = drawn
    for name, figure in kept.items():
        width, height = figure.canvas.get_width_height()
        boxes = texts(figure)
        for text, (left, bottom, right, top) in boxes:
            assert min(left, bottom) >= 0, (name, text)
            assert max(right - width, top - height) <= 0, (name, text)
        for n, (one, a) in enumerate(boxes):
            for other, b in boxes[n + 1 :]:
                apart = a[2] <= b[0] + 1 or b[2] <= a[0] + 1 or a[3] <= b[1] + 1 or b[3] <= a[1] + 1
                assert apart, (name, one, other)


def test_the_same_bytes_twice_and_no_date(drawn):
    _, made, (tables, chosen, place) = drawn
    again = draw_run(tables, EVENTS, chosen, place / "again")
    for one, other in zip(made, again, strict=False):
        for first, second in zip(one.paths, other.paths, strict=True):
            content = first.read_bytes()
            assert content == second.read_bytes(), first.name
            assert b"dc:date" not in content
            assert b"tIME" not in content


def test_patrons_are_told_apart_in_grey():
    """Neighbouring tints differ in luminance by a tenth at least."""
    for patron in COLOURS:
        grey = [0.299 * r + 0.587 * g + 0.114 * b for r, g, b in tints(patron)]
        assert (-np.diff(grey) > 0.1).all()


def test_recorded_counts_packages_only():
    counts = recorded(EVENTS)
    assert sum(counts.values()) == 50
    assert counts == Counter((e["year"], e["patron"]) for e in EVENTS if e["channel"] != "refusal")


def test_map_years():
    assert map_years(manifest(last_year=2035, conditioned_until=2009)) == [2009, 2022, 2035]
    assert map_years(manifest(last_year=2035, conditioned_until=None)) == [1992, 2013, 2035]
    assert map_years(manifest(last_year=1993, conditioned_until=1992)) == [1992, 1993]


def test_fans_of_a_difference_lie_in_view(drawn):
    """Bands and interval of the difference are inside their panel; twins keep a scale about 0."""
    kept, _, _ = drawn
    for place in ("compare", "twins"):
        figure = kept[f"{place}/both_sides"]
        for panel in figure.axes[2::3]:
            low, high = panel.get_ylim()
            assert low < 0.0 < high
            for drawn_line in (x for x in panel.lines if x.get_linestyle() != ":"):
                values = np.asarray(drawn_line.get_ydata(), float)
                assert low <= values.min() <= values.max() <= high
            for band in panel.collections:
                edges = band.get_paths()[0].vertices[:, 1]
                assert low <= edges.min() <= edges.max() <= high
