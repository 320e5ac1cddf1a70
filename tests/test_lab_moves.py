"""The address of a page: read in full, refused with a reason."""

import pytest

from steppe.lab.moves import SEED_MAX, lever_of, move_of
from steppe.model.errors import InputError
from steppe.scenarios.load import library, load

SIZES = (100, 1000)


def moved(*pairs):
    return move_of(pairs, SIZES)


def test_an_empty_address_is_the_baseline():
    move = moved()
    assert (move.start, move.story, move.levers, move.seed, move.n) == (
        "baseline-2022",
        None,
        (),
        1,
        1000,
    )
    assert move.first is None
    assert move.what.digest() == move.base.digest()


def test_levers_are_those_of_a_scenario_file():
    move = moved(
        ("l", "budget.russia:factor:0.5:2026-2030"), ("l", "domestic_price.*.russia:value:0:2027")
    )
    first, second = move.what.levers
    assert first.entries == ("budget.russia",)
    assert (first.acts, first.first, first.numbers) == ("multiply", 2026, (0.5,) * 5)
    assert len(second.entries) == 5
    assert (second.acts, second.first, second.last) == ("set", 2027, 2035)
    assert move.first == 2026


def test_a_story_brings_its_levers_and_the_page_adds_to_them():
    story = load("gas-line-attack")
    move = moved(("story", "gas-line-attack"), ("l", "budget.china:factor:2:2030"))
    assert len(move.what.levers) == len(story.levers) + 1
    assert move.first == 2027


@pytest.mark.parametrize("name", [n for n in library() if load(n).compare_with])
def test_every_story_of_the_library_can_be_told(name):
    move = moved(("start", load(name).compare_with), ("story", name))
    assert move.what.digest() != move.base.digest()


@pytest.mark.parametrize(
    ("pairs", "field", "words"),
    [
        ([("l", "budget.russia:factor:0.5")], "l[1]", "four parts"),
        ([("l", "budget.russia:times:0.5:2026")], "l[1]", "factor"),
        ([("l", "budget.russia:factor:half:2026")], "l[1]", "finite"),
        ([("l", "budget.russia:factor:nan:2026")], "l[1]", "finite"),
        ([("l", "budget.russia:factor:1e999:2026")], "l[1]", "finite"),
        ([("l", "budget.russia:factor:0.5:26")], "l[1]", "span of years"),
        ([("l", "budget.russia:factor:0.5:1776")], "l[1]", "range"),
        ([("seed", "-1")], "seed", "whole number"),
        ([("seed", str(SEED_MAX + 1))], "seed", "whole number"),
        ([("seed", "٣")], "seed", "whole number"),
        ([("n", "17")], "n", "100, 1000"),
        ([("start", "../baseline")], "start", "baseline"),
        ([("start", "baselin")], "start", "did you mean baseline"),
        ([("story", "nothing")], "story", "allowed"),
        ([("l", "budget.russia:factor:1:2026")] * 25, "l", "24 at most"),
    ],
)
def test_what_is_wrong_is_named(pairs, field, words):
    with pytest.raises(InputError) as caught:
        move_of(pairs, SIZES)
    assert caught.value.field == field
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("pairs", "field", "words"),
    [
        ([("l", "budget.rusia:factor:1:2026")], "l[1]", "budget.russia"),
        ([("l", "budget.russia:factor:1:2022")], "l[1]", "follow the record"),
        ([("l", "technology.china:value:2:2026")], "l[1]", "0 to 1"),
        ([("l", "domestic_price.*.russia:value:0.5:2026")], "l[1]", "whole"),
        ([("l", "budget.russia:factor:1:2040")], "l[1]", "horizon"),
        (
            [
                ("l", "budget.russia:factor:1:2026"),
                ("l", "technology.china:value:0:2026"),
                ("l", "technology.china:value:1:2030"),
            ],
            "l[3]",
            "l[2]",
        ),
        ([("story", "kabul-fall-deepens"), ("start", "baseline-2009")], "story", "baseline-2009"),
        (
            [("story", "gas-line-attack"), ("l", "energy_flow.TM:value:1:2030")],
            "l[1]",
            "start or story",
        ),
    ],
)
def test_levers_that_do_not_fit_are_named_by_their_place_in_the_address(pairs, field, words):
    with pytest.raises(InputError) as caught:
        _ = move_of(pairs, SIZES).what
    assert caught.value.field == field
    assert words in str(caught.value)


def test_the_key_is_what_determines_an_answer():
    one = moved(("l", "budget.russia:factor:0.5:2026"), ("sel", "KZ"))
    same = moved(("l", "budget.russia:factor:0.50:2026"), ("lang", "ru"))
    assert one.key("move") == same.key("move")
    others = [
        moved(("l", "budget.russia:factor:0.5:2027")),
        moved(("l", "budget.russia:value:0.5:2026")),
        moved(("l", "budget.russia:factor:0.5:2026"), ("seed", "2")),
        moved(("l", "budget.russia:factor:0.5:2026"), ("n", "100")),
    ]
    assert len({m.key("move") for m in (one, *others)}) == 5
    assert one.key("move") != one.key("why")


def test_a_lever_reads_back():
    assert lever_of("budget.russia:value:1e-05:2026", "l[1]").value == 1e-05
