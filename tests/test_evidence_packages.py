"""Documented packages: what a conditioned run imposes, from events whose answer is known."""

import numpy as np
import pytest

from steppe.calibration.packages import (
    AREAS_OF,
    OPEN_AREAS,
    RUNG_OF_CHANNEL,
    area_mask,
    documented_counts,
    imposed,
)
from steppe.calibration.record import load_record
from steppe.calibration.vocabulary import Channel
from steppe.model.errors import InputError
from steppe.model.names import AREAS, PATRONS, STATES

ARRAYS = (
    "year", "state", "patron", "area_mask", "rung", "amount", "multilateral", "delivered",
)  # fmt: skip


@pytest.fixture(scope="module")
def packages():
    return imposed(2022)


def rows(packages, event_id):
    """Packages of one event as tuples (state, patron, mask, rung, amount, multi, delivered)."""
    return [
        (
            STATES[packages.state[n]],
            PATRONS[packages.patron[n]],
            int(packages.area_mask[n]),
            int(packages.rung[n]),
            float(packages.amount[n]),
            int(packages.multilateral[n]),
            int(packages.delivered[n]),
        )
        for n, name in enumerate(packages.ids)
        if name == event_id
    ]


def test_arrays_have_their_types(packages):
    for name in ARRAYS:
        array = getattr(packages, name)
        assert array.shape == (len(packages),), name
        assert array.dtype == (np.float64 if name == "amount" else np.int64), name


def test_a_pledge_in_dollars(packages):
    """1.5 million dollars pledged to Tajikistan in 2009: assistance, not delivered."""
    assert rows(packages, "2009-tj-pledge") == [("TJ", "china", 1, 2, 1.5, 0, 0)]


def test_border_aid_may_be_one_of_two_areas(packages):
    """0.7 million for the Kyrgyz border service: counter-narcotics 2 + counter-terrorism 8."""
    assert rows(packages, "2008-kg-border-equipment") == [("KG", "china", 10, 2, 0.7, 0, 1)]


def test_a_multilateral_exercise_counts_for_each_named_state(packages):
    found = rows(packages, "2003-sco-first-multilateral")
    assert [(state, patron, rung, multi) for state, patron, _, rung, _, multi, _ in found] == [
        (state, "china", 3, 1) for state in ("KZ", "KG", "TJ")
    ]
    assert all(np.isnan(amount) for *_, amount, _, _ in found)


def test_csto_stands_for_russia(packages):
    assert {patron for _, patron, *_ in rows(packages, "2010-csto-rubezh")} == {"russia"}


def test_joining_a_body_is_a_declaration(packages):
    """Membership of the SCO or CSTO is no mixed unit; a joint centre with China is one."""
    assert {rung for _, _, _, rung, *_ in rows(packages, "1996-sco-shanghai-five")} == {1}
    assert {rung for _, _, _, rung, *_ in rows(packages, "2016-tj-joint-centre")} == {4}


def test_a_base_is_a_standing_force(packages):
    assert {rung for _, _, _, rung, *_ in rows(packages, "2012-tj-base-agreement")} == {5}


@pytest.mark.parametrize(
    "event_id",
    [
        "2009-kz-training-talks",  # a meeting
        "2005-tj-intelligence",  # a component of another deal
        "2002-sco-exercise-count",  # a sum
        "2013-kg-manas-closure",  # neither patron
        "2009-csto-kanal",  # recipients not named
        "2016-others-afghan-pledge",  # outside the five
    ],
)
def test_what_is_no_package(packages, event_id):
    assert load_record().find(event_id)
    assert rows(packages, event_id) == []


def test_packages_are_sorted_by_year_and_id(packages):
    keys = list(zip(packages.year.tolist(), packages.ids, packages.state.tolist(), strict=True))
    assert keys == sorted(keys)


def test_the_cut_off_keeps_the_beginning(packages):
    early = imposed(2009)
    count = len(early)
    assert 0 < count < len(packages)
    assert early.year.max() == 2009
    assert packages.year[count] > 2009
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(early, name), getattr(packages, name)[:count])
    assert early.ids == packages.ids[:count]


def test_before_the_first_year_there_is_nothing():
    empty = imposed(1991)
    assert len(empty) == 0
    assert empty.year.dtype == np.int64


def test_a_cut_off_must_be_a_year():
    with pytest.raises(InputError, match="the cut-off is not a year"):
        imposed("2009")


def test_shares_of_an_amount_sum_to_it():
    record = {event.id: event for event in load_record().events}
    sums: dict[str, float] = {}
    for row in documented_counts():
        if row["amount_usd"] is not None:
            sums[row["id"]] = sums.get(row["id"], 0.0) + row["amount_usd"]
    assert sums
    for event_id, total in sums.items():
        assert total == pytest.approx(record[event_id].amount_usd)


def test_counts_tell_what_the_arrays_tell(packages):
    table = documented_counts()
    events = np.flatnonzero((packages.last == 0) & (packages.rung > 0))
    assert [row["id"] for row in table] == [packages.ids[n] for n in events]
    assert [row["rung"] for row in table] == packages.rung[events].tolist()
    assert all(row["sources"] for row in table)


def test_parts_of_one_exercise_share_an_occasion(packages):
    """Host, participants and the absent of Norak 2009; another exercise is another occasion."""

    def occasions(event_id):
        return {int(packages.occasion[n]) for n, i in enumerate(packages.ids) if i == event_id}

    norak = occasions("2009-tj-sco-antiterror")
    assert norak == occasions("2009-sco-norak-participants")
    assert norak == occasions("2009-uz-hydropower-refusal")
    assert len(norak) == 1
    assert min(norak) > 0
    assert norak != occasions("2009-csto-rubezh")
    assert occasions("2016-tj-october-exercise") == {0}


def test_an_absence_is_a_row_without_a_rung(packages):
    [absent] = [n for n, i in enumerate(packages.ids) if i == "2009-uz-hydropower-refusal"]
    assert packages.rung[absent] == 0
    assert STATES[packages.state[absent]] == "UZ"
    assert set(np.flatnonzero(packages.rung == 0)) <= set(np.flatnonzero(packages.occasion != 0))


def test_acts_of_membership_are_answers_with_yes_or_no(packages):
    acts = {packages.ids[n]: packages.rung[n] for n in np.flatnonzero(packages.occasion < 0)}
    assert acts == {
        "1996-sco-shanghai-five": 1, "2001-sco-renamed": 1, "2002-csto-founding": 1,
        "2006-uz-csto-return": 1, "1999-uz-csto-exit": 0, "2012-uz-csto-suspension": 0,
    }  # fmt: skip


def test_standing_forces_have_their_terms(packages):
    """The base in Tajikistan to 2042, that in Kyrgyzstan from 2011; none of China's."""
    forces = {
        name: (STATES[packages.state[n]], int(packages.year[n]), int(packages.last[n]))
        for n, name in enumerate(packages.ids)
        if packages.last[n]
    }
    assert forces["2016-tj-russian-base"] == ("TJ", 1992, 2042)
    assert forces["2012-kg-russian-base"] == ("KG", 2011, 2032)
    held = (packages.last > 0) & (packages.rung > 0)
    assert set(packages.rung[held]) == {5}
    assert {PATRONS[p] for p in packages.patron[held]} == {"russia"}


def test_every_channel_is_decided():
    """Each channel of the codebook has a rung, or is named here as none."""
    assert set(RUNG_OF_CHANNEL) | {"meeting", "statement", "refusal"} == set(Channel.__args__)
    assert set(RUNG_OF_CHANNEL.values()) == {1, 2, 3, 4, 5}


def test_area_masks_are_bits():
    assert [area_mask((area,)) for area in AREAS] == [1, 2, 4, 8, 16]
    assert area_mask(AREAS_OF["border"]) == 0b01010


def test_an_area_that_is_not_stated_stays_open():
    """Kyrgyzstan 2002: an exercise as such; Turkmenistan 2007 has its area in words."""
    rows = {row["id"]: row["areas"] for row in documented_counts()}
    assert rows["2002-kg-first-exercise"] == OPEN_AREAS
    assert [len(areas) for name, areas in rows.items() if name.startswith("2007-tm")] == [1]
