"""Sentences follow from their tables, and a sentence that does not is found."""

import html

import pandas as pd
import pytest

from steppe.results.told import Teller, problems, sentences

TABLE = pd.DataFrame(
    {
        "state": ["KZ", "TJ", "UZ"],
        "p": [0.25, 0.5, 0.125],
        "lower": [0.2, 0.45, 0.1],
        "upper": [0.3, 0.55, 0.15],
        "difference": [0.3, -0.2, 0.0],
        "supported": [True, True, False],
    }
)
TABLES = {"t": TABLE}


def page(*told):
    """The sentences as a page holds them."""
    items = (f'<li data-told="{html.escape(s.reference, quote=True)}">{s}</li>' for s in told)
    return f"<ul>{''.join(items)}</ul>".encode()


@pytest.fixture
def told():
    """Two true sentences: a likeliest state, and a difference with a direction."""
    teller = Teller(TABLES)
    assert teller.holds("apart", "t", "lower|upper", {"state": "TJ"})
    p = teller.cell("t", "p", "per_cent", state="TJ")
    first = teller.say(f"the likeliest is Tajikistan: {p}")
    assert teller.holds("positive", "t", "difference", state="KZ")
    size = teller.cell("t", "difference", "signed", state="KZ")
    count = teller.cell("t", "supported", "true")
    second = teller.say(f"this raises Kazakhstan's by {size}; {count} are supported")
    return first, second


def test_true_sentences_pass_and_read_as_text(told):
    assert problems(page(*told), TABLES) == []
    assert [s.text for s in sentences(page(*told))] == [
        "The likeliest is Tajikistan: 50%",
        "This raises Kazakhstan's by +0.300; 2 are supported",
    ]


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ("50%", "51%", "does not say '50%'"),
        ("is Tajikistan", "is Uzbekistan", "TJ is read and not named"),
        ("raises", "lowers", "negative"),
        ("supported<", "supported of 7<", "a number has no reference"),
        ("+0.300", "\N{MINUS SIGN}0.300", "does not say"),
    ],
)
def test_a_false_word_is_found(told, was, becomes, fault):
    text = page(*told).decode()
    assert text.count(was) >= 1
    head, _, tail = text.rpartition(was)
    assert any(fault in found for found in problems((head + becomes + tail).encode(), TABLES))


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        (1, "p", 0.4),  # the number
        (0, "upper", 0.5),  # another state is no longer apart
        (0, "difference", -0.3),  # the direction
        (2, "supported", True),  # a count
    ],
)
def test_a_table_that_changed_is_found(told, row, column, value):
    changed = TABLE.copy()
    changed.loc[row, column] = value
    assert problems(page(*told), {"t": changed})


def test_a_comparison_without_a_check_is_found():
    teller = Teller(TABLES)
    p = teller.cell("t", "p", "per_cent", state="UZ")
    assert "a comparison has no check" in problems(
        page(teller.say(f"Uzbekistan has more: {p}")), TABLES
    )[0]  # fmt: skip


def test_a_check_that_does_not_hold_is_not_recorded():
    teller = Teller(TABLES)
    assert not teller.holds("apart", "t", "lower|upper", {"state": "KZ"})
    assert not teller.holds("positive", "t", "difference", state="UZ")
    assert teller.say("nothing").checks == ()


def test_a_cell_that_is_gone_is_found(told):
    assert any("cannot be read" in p for p in problems(page(*told), {"t": TABLE.head(1)}))
