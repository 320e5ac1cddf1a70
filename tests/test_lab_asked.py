"""What a class asks of one future: why, what then, what if it had chosen otherwise."""

from dataclasses import replace
from threading import Event

import numpy as np
import pytest

from steppe.lab import overrule as overruling
from steppe.lab.futures import Engine
from steppe.lab.moves import move_of
from steppe.lab.overrule import overrule, world_of
from steppe.lab.single import identity, single, traced
from steppe.lab.summary import (
    QUANTITIES,
    continued,
    difference,
    fans,
    maps,
    sides,
    summarise,
    ties,
    totals,
)
from steppe.lab.sweep import sweep, values_of
from steppe.lab.walk import walk
from steppe.lab.why import why
from steppe.model.errors import InputError
from steppe.model.names import AREAS, CHOICES, PATRONS, START_YEAR, STATES
from tests.lab_running import waited

LEVER = ("l", "budget.russia:factor:0.4:2026")
START = ("start", "baseline-2022")


@pytest.fixture(scope="module")
def engine():
    made = Engine()
    yield made
    made.close()


@pytest.fixture(scope="module")
def move():
    return move_of([START, LEVER, ("n", "100")], (100, 200))


@pytest.fixture(scope="module")
def pair(engine, move):
    return waited(engine, move)


def first_choice(engine, move, year, patron, taken):
    """A future, state and decision in which a patron's offer stands alone and is (not) taken."""
    for future in range(100):
        for d in traced(single(engine, move, "what", future), year):
            alone = [o.patron for o in d.offers] == [patron]
            if d.year == year and alone and (d.choice == patron) == taken:
                return future, d
    raise AssertionError("none")


# ------------------------------------------------------------ figures


def test_fans_and_differences_are_those_of_the_futures(pair, engine, move):
    told = summarise(pair, sides(engine.base(move.start, 1, 100), 100, pair.base))
    row = 2030 - START_YEAR
    for side in ("base", "what"):
        packages = getattr(pair, side)["packages"].astype(int)
        for a, area in enumerate(AREAS):
            whole = packages[:, row, :, :, a].sum(axis=(1, 2))
            shown = told["areas"][area][side]
            assert shown["mean"][row] == pytest.approx(whole.mean(), abs=1e-4)
            for name, level in (("p5", 0.05), ("p50", 0.5), ("p95", 0.95)):
                assert shown[name][row] == np.quantile(whole, level, method="inverted_cdf")
    change = (pair.what["packages"].astype(int) - pair.base["packages"])[:, row]
    a = AREAS.index("defence")
    by_future = change[..., PATRONS.index("russia"), a].sum(axis=1)
    diff = told["areas"]["defence"]["patrons"]["russia"]["diff"]
    assert diff["mean"][row] == pytest.approx(by_future.mean(), abs=1e-4)
    reach = 1.6604 * by_future.std(ddof=1) / 10.0  # 90%, Student's t with 99 degrees of freedom
    assert diff["low"][row] == pytest.approx(by_future.mean() - reach, abs=1e-3)
    assert diff["supported"][row] is True
    before = slice(None, 2026 - START_YEAR)
    assert not any(diff["supported"][before])
    assert (
        told["areas"]["defence"]["base"]["p95"][before]
        == told["areas"]["defence"]["what"]["p95"][before]
    )


def test_the_map_has_the_means_of_the_futures(pair):
    found = maps(pair.what)
    assert set(found) == set(QUANTITIES)
    rung, i, row = pair.what["rung"], STATES.index("TJ"), 2033 - START_YEAR
    alignment = rung[:, row, i, 0].mean() - rung[:, row, i, 1].mean()
    assert found["alignment"][i, row] == pytest.approx(alignment, abs=1e-5)
    energy = rung[:, row, i, 0, AREAS.index("energy_protection")].mean()
    assert found["rung.energy_protection.china"][i, row] == pytest.approx(energy, abs=1e-5)
    assert found["packages"][i, row] == pytest.approx(
        pair.what["packages"][:, row, i].sum(axis=(1, 2)).mean()
    )


def test_without_levers_nothing_differs_and_nothing_is_supported(engine):
    plain = move_of([START, ("n", "100")], (100,))
    still = waited(engine, plain)
    told = summarise(still, sides(engine.base(plain.start, 1, 100), 100, still.base))
    assert told["digest"] == told["digestBase"]
    for area in told["areas"].values():
        assert area["base"] == area["what"]
        assert not any(area["diff"]["supported"])
        assert not any(area["diff"]["mean"])


def test_few_independent_futures_support_nothing(pair):
    few = pair.__class__(pair.ground, 10, 10, pair.first, *(
        {name: array[:10] for name, array in side.items()} for side in (pair.base, pair.what)
    ))  # fmt: skip
    assert not difference(few, slice(34, None))["supported"].any()
    assert difference(pair, slice(34, None))["supported"].any()


# ------------------------------------------------------------ why and walk


def test_the_agents_that_explain_are_the_futures_that_are_shown(engine, move, pair):
    for side in ("base", "what"):
        model = single(engine, move, side, 17).model()
        model.run_until(2035)
        walked = np.array(model.datacollector.model_vars["packages"])
        np.testing.assert_array_equal(walked, getattr(pair, side)["packages"][17, -13:])


def test_why_tells_terms_that_add_up_and_the_choice_that_was_made(engine, move, pair):
    seen = 0
    for state in STATES:
        told = why(engine, move, pair, state, 2028, 3)
        for side in ("base", "what"):
            for d in told[side]["decisions"]:
                seen += 1
                for offer in d["onTable"]:
                    terms = [term["value"] for term in d["terms"][offer["patron"]]]
                    assert sum(terms) == pytest.approx(offer["utility"], abs=2e-3)
                odds = [d["probabilities"][name] for name in CHOICES]
                assert sum(odds) == pytest.approx(1.0, abs=1e-4)
                place = int(np.searchsorted(np.cumsum(odds), d["draw"], side="right"))
                assert CHOICES[min(place, 3)] == d["choice"]
    assert seen > 3


def test_a_year_before_the_lever_has_one_side_and_one_on_record_says_so(engine, move, pair):
    early = why(engine, move, pair, "TJ", 2025, 3)
    assert early["what"] is None
    recorded = why(engine, move, pair, "TJ", 2016, 3)["base"]
    assert recorded["follows"] == "record"
    assert not recorded["decisions"]
    assert "2016-tj-october-exercise" in {row["id"] for row in recorded["documented"]}
    assert all(row["sources"] for row in recorded["documented"])


def test_a_walk_is_the_future_and_its_words_are_its_packages(engine, move, pair):
    told = walk(engine, move, pair, 8)
    np.testing.assert_array_equal(told["what"]["rung"], pair.what["rung"][8])
    late = [c for c in told["what"]["choices"] if c["follows"] == "model"]
    for year in (2023, 2029, 2035):
        for i, state in enumerate(STATES):
            taken = sum(
                {"neither": 0, "both": 2}.get(c["choice"], 1)
                for c in late
                if c["year"] == year and c["state"] == state
            )
            assert taken == pair.what["packages"][8, year - START_YEAR, i].sum()
    unseen = sum(
        1 for c in told["base"]["choices"] if c["follows"] == "unseen" and c["year"] <= 2022
    )
    assert unseen > 0


# ------------------------------------------------------------ overrule


def test_a_world_read_from_agents_goes_on_as_the_future_did(engine, move, pair):
    """The continuation with the future's own luck is the future."""
    one = single(engine, move, "what", 17)
    model = one.model()
    model.run_until(2028)
    rest = overruling._continued(one, model, 2028, 18)
    for name, array in rest.items():
        np.testing.assert_array_equal(array[17], pair.what[name][17, 2028 - START_YEAR :], name)
    world = world_of(model)
    assert world.rung.dtype == np.int64


@pytest.mark.parametrize("taken", [True, False])
def test_to_impose_what_was_chosen_changes_nothing(engine, move, taken):
    future, d = first_choice(engine, move, 2027, "china", taken)
    one = single(engine, move, "what", future)
    about, both = overrule(one, d.state, 2027, "china", taken, 60, identity(d))
    assert about["already"] is True
    for name in both.base:
        np.testing.assert_array_equal(both.base[name], both.what[name])
    assert not np.array_equal(both.base["packages"][0], both.base["packages"][1])


@pytest.mark.parametrize("taken", [True, False])
def test_to_overrule_changes_that_choice_and_what_follows_it(engine, move, taken):
    future, d = first_choice(engine, move, 2027, "china", taken)
    one = single(engine, move, "what", future)
    about, both = overrule(one, d.state, 2027, "china", not taken, 60, identity(d))
    assert about["already"] is False
    assert [row["id"] for row in about["decisions"]] == [identity(d)]
    change = both.what["packages"][:, 0].astype(int) - both.base["packages"][:, 0]
    i, a = STATES.index(d.state), AREAS.index(d.area)
    assert (change[:, i, 0, a] == (-1 if taken else 1)).all()
    assert (change.sum(axis=(1, 2, 3)) == (-1 if taken else 1)).all()
    told = continued(both)
    assert told["years"] == list(range(2027, 2036))
    assert told["areas"][d.area]["diff"]["mean"][0] == (-1 if taken else 1)


def test_the_ties_of_an_overruled_choice_have_paired_intervals(engine, move, pair):
    row = 3
    for year in range(2024, 2032):  # the first choice that moves both; not every one does
        future, d = first_choice(engine, move, year, "china", False)
        one = single(engine, move, "what", future)
        _, both = overrule(one, d.state, year, "china", True, 60, identity(d))
        place = (slice(None), row, STATES.index(d.state), 0)
        rung, tie = (*place, AREAS.index(d.area)), place
        changes = {
            "dependence.china": both.what["dependence"][tie].astype(float)
            - both.base["dependence"][tie],
            f"rung.{d.area}.china": both.what["rung"][rung].astype(float) - both.base["rung"][rung],
        }
        if min(change.std() for change in changes.values()) > 0.001:
            break
    i = STATES.index(d.state)
    told, shown = ties(both, d.state, "china"), continued(both)["map"]
    for name, change in changes.items():
        found = {part: values[row] for part, values in told[name].items()}
        apart = shown[name]["what"][i][row] - shown[name]["base"][i][row]
        assert found["mean"] == pytest.approx(apart, abs=2e-4)
        reach = 1.6711 * change.std(ddof=1) / 60**0.5  # 90%, Student's t with 59 degrees of freedom
        assert found["mean"] == pytest.approx(change.mean(), abs=1e-4)
        assert found["high"] - found["mean"] == pytest.approx(reach, abs=3e-4)
        assert found["mean"] - found["low"] == pytest.approx(reach, abs=3e-4)
    assert changes[f"rung.{d.area}.china"].std() > 0.1
    assert changes["dependence.china"].std() > 0.001
    assert told[f"rung.{d.area}.china"]["supported"][0] is True  # the choice, before any luck
    same = ties(replace(both, what=both.base), d.state, "china")
    assert not any(any(values["supported"]) for values in same.values())


def test_what_was_not_on_the_table_cannot_be_answered(engine, move):
    one = single(engine, move, "what", 0)
    with pytest.raises(InputError, match="offers TM nothing"):
        overrule(one, "TM", 2027, "china", True, 50, "defence.99")
    with pytest.raises(InputError, match="free year"):
        overrule(one, "TM", 2035, "china", True, 50)
    with pytest.raises(InputError, match="free year"):
        overrule(one, "TM", 2022, "china", True, 50)


@pytest.mark.filterwarnings("ignore")  # Solara warns of itself when it is imported
def test_mesa_s_viewer_shows_the_future_of_the_lab(engine, move, pair):
    pytest.importorskip("solara", reason="Mesa's viewer comes with the extra mesa-viz")
    from steppe.lab.mesa_view import Future

    model = Future(future=17, russia=0.4)
    model.run_until(2035)
    shown = np.array(model.datacollector.model_vars["packages"])
    np.testing.assert_array_equal(shown, pair.what["packages"][17, -13:])


# ------------------------------------------------------------ sweep


def test_a_sweep_passes_through_the_move_and_the_baseline(engine, move, pair):
    plain = move_of([START, ("n", "100"), ("l", "budget.russia:factor:1.7:2026")], (100,))
    values = values_of("budget.russia", "factor", 0.0, 2.0, 6)
    assert values == [0.0, 0.4, 0.8, 1.2, 1.6, 2.0]
    told = sweep(engine, plain, "budget.russia", "factor", [0.4, 1.0], 2026, 2031, Event())
    row, a = 2031 - START_YEAR, AREAS.index("counter_terrorism")
    mine = totals(pair.what)[:, :, 0, a]
    shown = told["areas"]["counter_terrorism"]
    assert shown["year"]["mean"][0] == pytest.approx(mine[:, row].mean(), abs=1e-4)
    assert shown["sum"]["mean"][0] == pytest.approx(mine[:, 34:].sum(axis=1).mean(), abs=1e-4)
    assert shown["year"]["diff"][1] == 0.0
    assert shown["sum"]["p50"][1] == told["base"]["counter_terrorism"]["sum"]["p50"]
    assert (
        fans(totals(pair.base))["p50"][row, 0, a]
        == told["base"]["counter_terrorism"]["year"]["p50"]
    )
    with pytest.raises(InputError, match="does not act"):
        sweep(engine, plain, "budget.russia", "factor", [0.4], 2026, 2025, Event())
