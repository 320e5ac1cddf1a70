"""Scenario files: what they say, what they become, and what their levers do."""

import json
import re
import subprocess
import sys
import tomllib
from importlib.resources import files

import jsonschema
import numpy as np
import pytest
from typer.testing import CliRunner

from steppe.calibration.record import load_record
from steppe.cli.scenarios import app
from steppe.explore.problem import assemble
from steppe.model.errors import InputError
from steppe.model.names import PATRONS, START_YEAR, STATES
from steppe.model.quantities import addresses, quantities
from steppe.model.tables import prior_draws
from steppe.model.world import empty_outcome
from steppe.scenarios.addresses import expand
from steppe.scenarios.course import constant, path, shock
from steppe.scenarios.draws import draws_for, parameter_draws, point_draw, settled, yearly
from steppe.scenarios.levers import apply
from steppe.scenarios.load import (
    catalogue,
    library,
    library_files,
    library_text,
    load,
    load_resolved,
    load_views,
    load_whole,
)
from steppe.scenarios.outcomes import VARIABLES, named
from steppe.scenarios.resolve import Resolved, resolve
from steppe.scenarios.schema import DOCUMENTS, SERIES, Scenario, schema_text
from steppe.scenarios.starter import starter, write_new
from steppe.scenarios.table import rows, spans
from steppe.scenarios.views import seen

HORIZON = 2035
YEARS = HORIZON - START_YEAR + 1
WHAT_IFS = {
    "moscow-ends-domestic-prices",
    "gas-line-attack",
    "kabul-fall-deepens",
    "beijing-own-technology",
}


def scenario(*levers, **fields):
    """Make a scenario of levers, with the texts that every one needs."""
    texts = {"why": "to test it", "source": "assumed"}
    frame = {"name": "test", "title": "A test", "story": "Something happens."}
    return Scenario.model_validate(
        {**frame, **fields, "levers": [{**texts, **lever} for lever in levers]}
    )


@pytest.fixture
def world():
    """Every quantity at a number of its own that differs by year and entry, within bounds."""
    values = {}
    for name, quantity in quantities().items():
        low, high = quantity.bounds
        size = YEARS * int(np.prod(quantity.shape))
        share = np.linspace(0.1, 0.3, size).reshape(YEARS, *quantity.shape)
        values[name] = low + share * (high - low)
    return values


def after(world, *levers):
    return apply(resolve(scenario(*levers)), world)


def year(number):
    return number - START_YEAR


# ------------------------------------------------------------------ the library


def test_library_has_the_baselines_and_the_what_ifs():
    names = library()
    assert names[:3] == ["baseline", "baseline-2009", "baseline-2022"]
    assert set(names) > WHAT_IFS


@pytest.mark.parametrize("name", library())
class TestLibrary:
    def test_resolves_and_names_match_stems(self, name):
        resolved = load_resolved(name)
        assert resolved.name == name
        assert resolved.start == START_YEAR

    def test_sources_are_among_the_evidence(self, name):
        known = set()
        for part in (files("steppe.calibration") / "evidence").iterdir():
            if part.name.startswith("sources") and part.name.endswith(".toml"):
                known |= set(tomllib.loads(part.read_text("utf-8")))
        found = load(name)
        cited = [c.source for c in found.sources] + [lever.source for lever in found.levers]
        assert cited
        assert set(cited) <= known | {"assumed"}

    def test_every_lever_rests_on_a_cited_source_or_an_assumption(self, name):
        found = load(name)
        cited = {citation.source for citation in found.sources} | {"assumed"}
        assert {lever.source for lever in found.levers} <= cited

    def test_points_at_the_schema_and_says_its_years(self, name):
        text = library_text(name)
        assert text.startswith("#:schema ../scenario.schema.json\n")
        found = load(name)
        assert "horizon" in found.model_fields_set
        assert found.parameters.source == "posterior"
        assert found.horizon == HORIZON
        assert len(found.story) > 200
        assert found.assumptions

    def test_what_ifs_tell_their_baseline_and_act_after_history(self, name):
        found = load(name)
        if name.startswith("baseline"):
            assert not found.levers
            return
        assert found.compare_with == f"baseline-{found.conditioned_until}"
        years = {2009: (2011, 2012), 2022: (2026, 2027)}[found.conditioned_until]
        resolved = load_resolved(name)
        assert resolved.levers
        for lever in resolved.levers:
            assert lever.first in years

    def test_name_tells_what_happens_and_from_when_it_is_seen(self, name):
        """Two to five words, then 2009 where it is not seen from the last documented year."""
        words = r"[a-z]+(-[a-z]+){1,4}"
        assert re.fullmatch(rf"baseline(-20(09|22))?|{words}(-2009)?", name)
        if not name.startswith("baseline"):
            assert load(name).conditioned_until == (2009 if name.endswith("-2009") else 2022)

    def test_evidence_is_on_record(self, name):
        record = load_record()
        tables = (record.mechanisms, record.claims, record.events, record.traits)
        known = {row.id for table in tables for row in table}
        found = load(name)
        assert set(found.evidence) <= known
        if not name.startswith("baseline"):
            assert len(set(found.evidence)) == len(found.evidence) >= 3

    def test_what_ifs_say_what_they_expect(self, name):
        found = load(name)
        assert bool(found.expects) == (not name.startswith("baseline"))
        assert bool(found.area) == (not name.startswith("baseline"))

    def test_round_trip(self, name):
        resolved = load_resolved(name)
        again = Resolved.from_json(resolved.to_json())
        assert again == resolved
        assert again.to_json() == resolved.to_json()
        assert again.digest() == resolved.digest()

    def test_json_is_canonical(self, name):
        text = load_resolved(name).to_json()
        content = json.loads(text)
        same = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert text == same


AREAS_OF_2010 = ("counter_narcotics", "peacekeeping", "counter_terrorism", "energy_protection")


@pytest.mark.parametrize("area, least", [*((a, 6) for a in AREAS_OF_2010), ("across", 6)])
def test_every_area_is_asked_from_both_years(area, least):
    found = [e for e in catalogue() if e.area == area]
    for year in (2009, 2022):
        assert sum(e.conditioned_until == year for e in found) >= least
    assert {e.compare_with for e in found} == {"baseline-2009", "baseline-2022"}


def test_documents_and_series_that_may_be_cited_are_in_the_evidence():
    known = {}
    for name in ("sources.toml", "sources_series.toml"):
        text = (files("steppe.calibration") / "evidence" / name).read_text("utf-8")
        known |= tomllib.loads(text)
    assert {*DOCUMENTS, *SERIES} <= known.keys()


def test_baselines_and_what_ifs_have_different_digests():
    digests = [load_resolved(name).digest() for name in library()]
    assert len(set(digests)) == len(digests)


def test_digest_follows_numbers_and_not_prose():
    lever = {"quantity": "budget.russia", "factor": 0.5, "from": 2026}
    one = resolve(scenario(lever))
    assert resolve(scenario({**lever, "why": "other words"}, title="B")).digest() == one.digest()
    assert resolve(scenario({**lever, "factor": 0.6})).digest() != one.digest()
    assert resolve(scenario({**lever, "until": 2034})).digest() != one.digest()
    assert resolve(scenario(lever, conditioned_until=2022)).digest() != one.digest()


# ------------------------------------------------------------------ views

TWO = {
    "conditioned_until": 2022,
    "compare_with": "baseline-2022",
    "assumptions": ["one"],
    "views": [
        {
            "conditioned_until": 2009,
            "compare_with": "baseline-2009",
            "shift": -15,
            "story": "Seen from then.",
            "assumptions": ["two"],
        }
    ],
    "expects": [{"outcome": "offers", "direction": "up", "why": "w", "view": 2009}],
}


def test_a_view_is_a_scenario_of_its_own():
    levers = (
        {"quantity": "budget.russia", "factor": 0.5, "from": 2026, "until": 2030},
        {"quantity": "militancy", "shock": {"year": 2027, "factor": 2.0, "half_life": 1.0}},
        {"quantity": "dispute", "path": {"2026": 0.1, "2028": 0.2}, "as": "value",
         "between": "step"},
        {"quantity": "budget.china", "factor": 2.0, "from": 2026, "view": 2022},
        {"quantity": "budget.china", "factor": 3.0, "from": 2012, "view": 2009},
    )  # fmt: skip
    whole = scenario(*levers, **TWO)
    early, late = seen(whole, 2009), seen(whole)
    assert (early.name, early.compare_with) == ("test-2009", "baseline-2009")
    assert (early.story, early.assumptions) == ("Seen from then.", ("one", "two"))
    assert (late.name, late.conditioned_until, late.story) == ("test", 2022, "Something happens.")
    assert [(x.first, x.numbers[0]) for x in resolve(early).levers] == [
        (2011, 0.5), (2012, 2.0), (2011, 0.1), (2012, 3.0)
    ]  # fmt: skip
    assert [(x.first, x.numbers[0]) for x in resolve(late).levers] == [
        (2026, 0.5), (2027, 2.0), (2026, 0.1), (2026, 2.0)
    ]  # fmt: skip
    assert resolve(early).levers[0].last == 2015
    assert (len(early.expects), len(late.expects)) == (1, 0)
    assert early.views == late.views == ()


def test_a_file_without_views_is_seen_as_it_stands():
    whole = scenario({"quantity": "budget.russia", "factor": 0.5, "from": 2026})
    assert seen(whole) == whole


def test_views_of_a_file_are_named_after_it(tmp_path):
    file = tmp_path / "mine.toml"
    write_new(file, starter("mine", "gas-line-attack"))
    assert load(file).conditioned_until == 2022
    early = load(tmp_path / "mine-2009.toml")
    assert (early.name, early.conditioned_until) == ("mine-2009", 2009)
    assert [x.name for x in load_views(file)] == ["mine", "mine-2009"]
    with pytest.raises(InputError, match=r"no view from this year.*2009"):
        load(tmp_path / "mine-2015.toml")
    with pytest.raises(InputError, match="no such file"):
        load(tmp_path / "other-2009.toml")


def test_catalogue_and_files_agree():
    for entry in catalogue():
        found = load(entry.name)
        assert (found.name, found.area) == (entry.name, entry.area)
        assert found.conditioned_until == entry.conditioned_until
        assert found.compare_with == entry.compare_with


# ------------------------------------------------------------------ outcomes


def test_outcomes_are_found_by_their_labels():
    assert named("packages.china.counter_narcotics").place == (slice(None), 0, 1)
    assert named("rung.TJ").place == (2, slice(None), slice(None))
    assert named("forms.joint_exercise.UZ").place == (4, slice(None), 3)
    assert named("exercises.russia").place == (1,)
    assert named("mixed_unit.china")[:2] == ("rung", 4)


def test_an_outcome_is_a_mean_over_what_is_left_open():
    outcome = empty_outcome(2, 3)
    outcome.rung[1, 2, 0, 0, 0] = 4
    outcome.packages[0, 1, :, 1, 2] = 2
    assert named("mixed_unit.KZ.china.defence").of(outcome)[1].tolist() == [0, 0, 1]
    assert named("mixed_unit.KZ.china").of(outcome)[1, 2] == 0.2
    assert named("standing_force").of(outcome).max() == 0
    assert named("packages.russia.peacekeeping").of(outcome)[0].tolist() == [0, 2, 0]
    assert named("packages").of(outcome)[0, 1] == pytest.approx(0.2)


@pytest.mark.parametrize("name", VARIABLES)
def test_every_outcome_is_recorded(name):
    assert named(name).of(empty_outcome(2, 3)).shape == (2, 3)


# ------------------------------------------------------------------ addresses


def test_wildcard_stands_for_one_label():
    assert expand("domestic_price.*.russia") == [f"domestic_price.{s}.russia" for s in STATES]
    assert expand("package_size.*.aid") == ["package_size.china.aid", "package_size.russia.aid"]


def test_wildcard_and_prefix_together():
    """*.china leaves the area open: five states times five areas."""
    found = expand("initial_rung.*.china")
    assert len(found) == 25
    assert all(re.fullmatch(r"initial_rung\.\w+\.china\.\w+", entry) for entry in found)


def test_shorter_address_names_all_below():
    assert expand("budget") == ["budget.china", "budget.russia"]
    assert expand("militancy") == ["militancy"]


# ------------------------------------------------------------------ courses, by hand


def test_constant():
    assert constant(2, "set", 2026, 2028) == ("set", 2026, (2.0, 2.0, 2.0))


def test_linear_path_goes_through_its_points_and_holds_the_last():
    """1 to 3 over four years: half a unit a year, then 3."""
    found = path({2030: 3.0, 2026: 1.0}, "multiply", "linear", 2032)
    assert found == ("multiply", 2026, (1.0, 1.5, 2.0, 2.5, 3.0, 3.0, 3.0))


def test_step_path_keeps_the_earlier_number():
    found = path({2026: 1.0, 2029: 0.0}, "set", "step", 2030)
    assert found.numbers == (1.0, 1.0, 1.0, 0.0, 0.0)


def test_shock_halves_its_excess():
    """Factor 3 with a half-life of 2: excess 2, 2/sqrt 2, 1, 1/sqrt 2, 1/2."""
    found = shock(2027, 3.0, 2.0, 2031)
    assert found.first == 2027
    root = 2**0.5
    assert found.numbers == pytest.approx((3, 1 + 2 / root, 2, 1 + 1 / root, 1.5), rel=1e-11)
    assert (found.numbers[0], found.numbers[2]) == (3.0, 2.0)


def test_downward_shock_recovers():
    assert shock(2027, 0.5, 1.0, 2029).numbers == (0.5, 0.75, 0.875)


# ------------------------------------------------------------------ levers


def test_value_sets_its_years_and_only_its_entry(world):
    found = after(world, {"quantity": "budget.russia", "value": 7.0, "from": 2026, "until": 2030})
    russia = PATRONS.index("russia")
    assert (found["budget"][year(2026) : year(2031), russia] == 7.0).all()
    expected = world["budget"].copy()
    expected[year(2026) : year(2031), russia] = 7.0
    np.testing.assert_array_equal(found["budget"], expected)


def test_value_without_years_holds_for_the_whole_run(world):
    found = after(world, {"quantity": "trust_gain", "value": 0.25})
    assert (found["trust_gain"] == 0.25).all()


def test_factor_multiplies(world):
    found = after(world, {"quantity": "budget.china", "factor": 0.5, "from": 2030})
    ratio = found["budget"] / world["budget"]
    assert (ratio[: year(2030)] == 1.0).all()
    assert (ratio[year(2030) :, PATRONS.index("china")] == 0.5).all()
    assert (ratio[:, PATRONS.index("russia")] == 1.0).all()


def test_path_as_value_leaves_earlier_years(world):
    course = {2026: 0.5, 2028: 1.5}
    found = after(
        world,
        {
            "quantity": "militancy",
            "path": {str(y): v for y, v in course.items()},
            "as": "value",
            "between": "linear",
        },
    )["militancy"]
    np.testing.assert_array_equal(found[: year(2026)], world["militancy"][: year(2026)])
    assert found[year(2026) :].tolist() == [0.5, 1.0] + [1.5] * 8


def test_path_as_factor(world):
    lever = {"quantity": "militancy", "path": {"2026": 1.0, "2027": 2.0}, "as": "factor"}
    found = after(world, {**lever, "between": "step"})["militancy"]
    ratio = found / world["militancy"]
    assert ratio[: year(2027)].tolist() == [1.0] * year(2027)
    assert ratio[year(2027) :].tolist() == [2.0] * 9


def test_shock_multiplies_from_its_year(world):
    blow = {"year": 2033, "factor": 2.0, "half_life": 1.0}
    found = after(world, {"quantity": "militancy", "shock": blow})["militancy"]
    ratio = found / world["militancy"]
    assert ratio[: year(2033)].tolist() == [1.0] * year(2033)
    assert ratio[year(2033) :] == pytest.approx([2.0, 1.5, 1.25], rel=1e-14)


def test_wildcard_pulls_every_state(world):
    found = after(world, {"quantity": "domestic_price.*.russia", "value": 1.0, "from": 2026})
    price = found["domestic_price"]
    assert (price[year(2026) :, :, PATRONS.index("russia")] == 1.0).all()
    china = PATRONS.index("china")
    np.testing.assert_array_equal(price[:, :, china], world["domestic_price"][:, :, china])


def test_levers_act_in_the_order_of_the_file(world):
    """Set to 0.5, then doubled: 1."""
    found = after(
        world,
        {"quantity": "militancy", "value": 0.5, "from": 2026},
        {"quantity": "militancy", "factor": 2.0, "from": 2030},
    )["militancy"]
    assert found[year(2029)] == 0.5
    assert found[year(2030)] == 1.0


def test_adjoining_values_do_not_clash(world):
    found = after(
        world,
        {"quantity": "militancy", "value": 0.5, "from": 2026, "until": 2028},
        {"quantity": "militancy", "value": 0.7, "from": 2029},
    )["militancy"]
    assert (found[year(2028)], found[year(2029)]) == (0.5, 0.7)


def test_input_is_left_alone_and_untouched_arrays_are_the_same(world):
    before = {name: array.copy() for name, array in world.items()}
    found = after(world, {"quantity": "budget.russia", "factor": 0.5})
    for name, array in world.items():
        np.testing.assert_array_equal(array, before[name])
        assert (found[name] is array) == (name != "budget")


@pytest.mark.parametrize(
    "lever",
    [
        {"factor": 1.0},
        {"value": 0.2},
        {"path": {"2000": 1.0, "2010": 1.0}, "as": "factor", "between": "linear"},
        {"path": {"2000": 0.2, "2010": 0.2}, "as": "value", "between": "linear"},
        {"shock": {"year": 2000, "factor": 1.0, "half_life": 3.0}},
    ],
)
def test_placebo_changes_no_bit(world, lever):
    values = {**world, "militancy": np.full(YEARS, 0.2)}
    found = after(values, {"quantity": "militancy", **lever})
    assert found["militancy"].tobytes() == values["militancy"].tobytes()


def test_near_placebo_is_no_placebo(world):
    """Control of the test above: a factor one bit away from 1 is seen."""
    values = {**world, "militancy": np.full(YEARS, 0.3)}
    found = after(values, {"quantity": "militancy", "factor": float(np.nextafter(1.0, 2.0))})
    assert found["militancy"].tobytes() != values["militancy"].tobytes()


def test_factor_that_leaves_the_bounds_is_refused(world):
    lever = {"quantity": "militancy", "factor": 20.0, "from": 2026}
    with pytest.raises(InputError, match=r"militancy out of its bounds in 2026.*0 to 3"):
        after(world, lever)


def test_a_factor_on_nothing_but_zeros_is_refused(world):
    flow = world["energy_flow"].copy()
    flow[:, 1] = 0.0
    values = {**world, "energy_flow": flow}
    with pytest.raises(InputError, match=r"energy_flow.KG is 0 in all the years.*set it"):
        after(values, {"quantity": "energy_flow.KG", "factor": 2.0, "from": 2026})
    found = after(values, {"quantity": "energy_flow", "factor": 2.0, "from": 2026})
    assert found["energy_flow"][-1, 1] == 0.0, "others move, so the lever stands"
    after(values, {"quantity": "energy_flow.KG", "value": 0.3, "from": 2026})


def test_a_lever_on_a_deviation_that_does_not_act_is_refused():
    lever = {"quantity": "driver_volatility.militancy", "factor": 2.0, "from": 2000}
    with pytest.raises(InputError, match=r"militancy is dated until 2022.*from 2023 on"):
        assemble(resolve(scenario({**lever, "until": 2020})), 1)
    assemble(resolve(scenario(lever)), 1)


LATE = {"from": 2026}
SHUT = [
    ({}, [{"quantity": "alignment_weight", "value": 5.0}], "alignment_weight counts only under"),
    ({"decision": "bandwagoning"}, [{"quantity": "balance_threshold", "value": 0.5}],
     "counts only under the rule of balancing"),
    ({}, [{"quantity": "business_need", "value": 1.0}], "set business of a state"),
    ({}, [{"quantity": "business_need", "value": 1.0, "until": 2028},
          {"quantity": "business.KG", "value": 0.6, "from": 2029}], "2026 to 2028"),
    ({}, [{"quantity": "business_salience.china", "value": 2.0}], "set business of a state"),
    ({}, [{"quantity": "brigade_rate", "value": 0.5},
          {"quantity": "capacity.russia", "value": 0.0}],
     "leave both patrons means"),
    ({}, [{"quantity": "brigade_rate", "value": 0.5}, {"quantity": "budget.china", "value": 0.0}],
     "leave both patrons means"),
]  # fmt: skip
OPEN = [
    ({"decision": "bandwagoning"}, [{"quantity": "alignment_weight", "value": 5.0}]),
    ({"decision": "balancing"}, [{"quantity": "balance_threshold", "value": 0.5}]),
    ({}, [{"quantity": "business_need", "value": 1.0},
          {"quantity": "business.KG", "value": 0.6, "from": 2030}]),
    ({}, [{"quantity": "brigade_rate", "value": 0.5},
          {"quantity": "capacity.russia", "factor": 0.1}]),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "levers", "told"), SHUT)
def test_a_lever_whose_gate_is_shut_is_refused(fields, levers, told):
    made = scenario(*({**LATE, **lever} for lever in levers), **fields)
    with pytest.raises(InputError, match=told) as error:
        assemble(resolve(made), 1)
    assert "levers[1].quantity: the lever does nothing" in str(error.value)


@pytest.mark.parametrize(("fields", "levers"), OPEN)
def test_a_lever_whose_gate_is_open_is_let_pass(fields, levers):
    assemble(resolve(scenario(*({**LATE, **lever} for lever in levers), **fields)), 1)


def test_arrays_of_other_years_are_refused(world):
    short = {name: array[:-1] for name, array in world.items()}
    with pytest.raises(ValueError, match="years"):
        after(short, {"quantity": "militancy", "factor": 1.1})


def test_initial_quantities_may_be_changed_in_the_first_year(world):
    found = after(world, {"quantity": "initial_trust.KZ.china", "value": 0.9})
    assert found["initial_trust"][0, 0, PATRONS.index("china")] == 0.9


# ------------------------------------------------------------------ the stored form


def test_stored_form_recreates_the_levers_without_the_file(world):
    resolved = load_resolved("gas-line-attack")
    again = Resolved.from_json(resolved.to_json())
    for name, array in apply(resolved, world).items():
        np.testing.assert_array_equal(apply(again, world)[name], array)


def test_stored_form_of_another_version_is_refused():
    text = resolve(scenario({"quantity": "budget.russia", "factor": 0.5})).to_json()
    with pytest.raises(InputError, match=r"no such entry.*budget\.mongolia"):
        Resolved.from_json(text.replace("budget.russia", "budget.mongolia"))
    with pytest.raises(InputError, match="not a resolved scenario"):
        Resolved.from_json("{}")
    with pytest.raises(InputError, match="not a resolved scenario"):
        Resolved.from_json("no json")


# ------------------------------------------------------------------ draws of parameters


def test_point_values_are_one_draw():
    found = parameter_draws(resolve(scenario(parameters={"source": "point"})), seed=1)
    assert found["budget"].tolist() == [[12.0, 15.0]]
    assert found["opportunity_rate"].tolist() == [2.0]


def test_prior_draws_follow_the_seed():
    resolved = resolve(scenario(parameters={"source": "prior", "draws": 3}))
    found = parameter_draws(resolved, seed=5)
    for name, array in prior_draws(5, 3).items():
        np.testing.assert_array_equal(found[name], array)
    other = parameter_draws(resolved, seed=6)
    assert not np.array_equal(found["budget"], other["budget"])


def test_posterior_needs_to_be_installed():
    resolved = resolve(scenario(parameters={"source": "posterior"}))
    with pytest.raises(InputError, match=r"no posterior is installed.*steppe calibrate"):
        parameter_draws(resolved, seed=1)


def write_scenario(folder, parameters):
    (folder / "own.toml").write_text(
        f'name = "own"\ntitle = "t"\nstory = "s"\n[parameters]\nsource = "posterior"\n{parameters}'
    )
    return folder / "own.toml"


def test_file_of_draws_beside_the_scenario_is_carried_along(tmp_path):
    (tmp_path / "draws.csv").write_text("budget.russia,trust_gain\n10,0.1\n20,0.2\n30,0.3\n")
    resolved = load_resolved(write_scenario(tmp_path, 'file = "draws.csv"\ndraws = 2\n'))
    (tmp_path / "draws.csv").unlink()
    found = parameter_draws(Resolved.from_json(resolved.to_json()), seed=1)
    assert found["budget"].tolist() == [[12.0, 10.0], [12.0, 20.0]]
    assert found["trust_gain"].tolist() == [0.1, 0.2]
    assert found["opportunity_rate"].tolist() == [2.0, 2.0]
    assert str(tmp_path) not in resolved.to_json()


def test_all_rows_without_a_number(tmp_path):
    (tmp_path / "draws.csv").write_text("trust_gain\n0.1\n0.2\n0.3\n")
    resolved = load_resolved(write_scenario(tmp_path, 'file = "draws.csv"\n'))
    assert resolved.parameters.draws == 3


FITTED = {"trust_gain": np.array([0.1, 0.2, 0.3]), "budget.russia": np.array([1.0, 2.0, 3.0])}


@pytest.mark.parametrize("draws, count", [(2, 2), (None, 3)])
def test_the_first_fitted_draws_are_taken(draws, count):
    asked = {"source": "posterior"} | ({"draws": draws} if draws else {})
    found = parameter_draws(resolve(scenario(parameters=asked)), seed=1, fitted=FITTED)
    assert found["trust_gain"].tolist() == [0.1, 0.2, 0.3][:count]
    assert found["budget"].tolist() == [[12.0, 1.0], [12.0, 2.0], [12.0, 3.0]][:count]


def test_more_draws_than_were_fitted_are_refused():
    resolved = resolve(scenario(parameters={"source": "posterior", "draws": 4}))
    with pytest.raises(InputError, match=r"fewer draws.*3 at most"):
        parameter_draws(resolved, seed=1, fitted=FITTED)


@pytest.mark.parametrize(
    "runs, most, draws",
    [(1, 200, 1), (60, 200, 60), (199, 200, 199), (200, 200, 200), (300, 200, 150),
     (500, 200, 125), (1000, 200, 200), (5000, 200, 200), (7, 1, 1)],
)  # fmt: skip
def test_draws_divide_the_runs(runs, most, draws):
    assert draws_for(runs, most) == draws


@pytest.mark.parametrize("runs, nearest", [(211, "200"), (1009, "1000")])
def test_runs_that_hardly_any_draws_divide_are_refused(runs, nearest):
    with pytest.raises(InputError, match=f"multiple of 200.*did you mean {nearest}"):
        draws_for(runs, 200)


@pytest.mark.parametrize("source", ["prior", "posterior"])
def test_draws_are_settled_by_the_runs_only_where_they_are_open(source):
    left_open = resolve(scenario(parameters={"source": source}))
    assert settled(left_open, 300, 200).parameters.draws == 150
    assert settled(left_open, None, 200).parameters.draws == 200
    stated = resolve(scenario(parameters={"source": source, "draws": 7}))
    assert settled(stated, 300, 200) == stated
    point = resolve(scenario(parameters={"source": "point"}))
    assert settled(point, 300, 200) == point


def test_yearly_repeats_one_draw():
    found = yearly(point_draw(), 0, HORIZON)
    assert found["budget"].shape == (YEARS, 2)
    assert (found["budget"] == [12.0, 15.0]).all()
    assert not found["budget"].flags.writeable


# ------------------------------------------------------------------ what is shown


def test_rows_tell_before_and_after(world):
    values = {**world, "militancy": np.full(YEARS, 0.2)}
    lever = {"quantity": "militancy", "factor": 2.0, "from": 2026, "until": 2028}
    (row,) = rows(resolve(scenario(lever)), values)
    assert (row.first, row.last, row.before, row.after) == (2026, 2028, "0.2", "0.4")
    assert row.unit == quantities()["militancy"].unit


def test_rows_leave_out_what_does_not_differ(world):
    values = {**world, "domestic_price": np.zeros((YEARS, 5, 2))}
    values["domestic_price"][:, 2, 1] = 1.0
    (row,) = rows(load_resolved("moscow-ends-domestic-prices"), values)
    assert row.entry == "domestic_price.TJ.russia"
    assert row.who == "Tajikistan, Russia"
    assert (row.before, row.after) == ("1", "0")


def test_rows_name_all_levers_that_move_an_entry(world):
    resolved = resolve(
        scenario(
            {"quantity": "militancy", "value": 0.5, "from": 2026},
            {"quantity": "militancy", "factor": 2.0, "from": 2030},
        )
    )
    (row,) = rows(resolved, {**world, "militancy": np.full(YEARS, 0.2)})
    assert row.levers == "1, 2"
    assert row.after == "2026-2029 0.5, 2030-2035 1"


def test_rows_without_a_baseline_show_the_levers():
    lever = {"quantity": "budget", "factor": 0.5, "from": 2026}
    found = rows(resolve(scenario(lever)))
    assert [(r.who, r.before, r.after) for r in found] == [
        ("China", "", "x 0.5"),
        ("Russia", "", "x 0.5"),
    ]


def test_spans_join_equal_years():
    assert spans([0.5, 0.5, 0.5, 0.7], 2026) == "2026-2028 0.5, 2029 0.7"
    assert spans([1.0, 1.0], 2026) == "1"


# ------------------------------------------------------------------ files for people


@pytest.mark.parametrize("name", library())
def test_levers_keep_every_installed_draw_within_its_bounds(name):
    problem = assemble(load_resolved(name), 1)
    assert problem.posterior is not None
    for draw in range(problem.draw_count):
        problem.tables(draw)


def test_schema_file_is_fresh():
    """Made by ``steppe scenarios schema > scenarios/scenario.schema.json``."""
    shipped = files("steppe.scenarios") / "scenario.schema.json"
    assert shipped.read_text("utf-8") == schema_text()


@pytest.mark.parametrize("name", library_files())
def test_library_agrees_with_the_schema(name):
    content = tomllib.loads(library_text(name))
    jsonschema.validate(content, json.loads(schema_text()))
    content["horizn"] = 2030
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, json.loads(schema_text()))


def test_starter_loads_and_is_commented(tmp_path):
    file = tmp_path / "my-question.toml"
    write_new(file, starter("my-question"))
    assert load(file).name == "my-question"
    assert file.read_text().count("\n#") > 15


@pytest.mark.parametrize("like", library_files())
def test_starter_like_another_differs_by_name_only(tmp_path, like):
    file = tmp_path / "mine.toml"
    write_new(file, starter("mine", like))
    assert load(file) == load(like).model_copy(update={"name": "mine"})


def test_starter_never_overwrites(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("precious")
    with pytest.raises(InputError, match="left as it is"):
        write_new(file, starter("mine"))
    assert file.read_text() == "precious"


def test_starter_refuses_bad_names():
    with pytest.raises(InputError, match="lower-case"):
        starter("My Scenario")
    with pytest.raises(InputError, match="library has"):
        starter("baseline")
    with pytest.raises(InputError, match="no scenario has this name"):
        starter("mine", "gas-line-atack")


def test_lines_of_fields_are_named(tmp_path):
    file = tmp_path / "two.toml"
    text = starter("two") + '\n[[levers]]\nquantity = "militancy"\nfactor = "much"\n'
    file.write_text(text + 'why = "x"\nsource = "assumed"\n')
    line = text.splitlines().index('factor = "much"') + 1
    with pytest.raises(InputError, match=rf"levers\[2\]\.factor \(line {line}\): must be a number"):
        load(file)


# ------------------------------------------------------------------ the command


def run(*arguments):
    return CliRunner().invoke(app, list(arguments))


def test_list():
    result = run()
    assert result.exit_code == 0
    for name in library():
        assert name in result.output


@pytest.mark.parametrize("name", library())
def test_show(name):
    result = run("show", name)
    assert result.exit_code == 0, result.output
    assert load(name).title in result.output
    assert "1992 to 2035" in result.output


def test_show_tells_who_when_and_how_much():
    result = run("show", "gas-line-attack")
    assert re.search(r"5 +Uzbekistan, .* exposure +2027-2035 +0\.5 +0\.9 +share", result.output)


def test_show_says_what_is_a_default(tmp_path):
    file = tmp_path / "bare.toml"
    file.write_text('name = "bare"\ntitle = "t"\nstory = "s"\n')
    result = run("show", str(file))
    assert "1992 to 2035 (default" in result.output
    assert "free from 1992 (default" in result.output
    assert "draws from the installed posterior (default" in result.output


def test_new_and_check(tmp_path):
    file = tmp_path / "mine.toml"
    assert run("new", "mine", "--out", str(file), "--like", "gas-line-attack").exit_code == 0
    assert run("check", str(file)).exit_code == 0


def test_unknown_scenario_is_bad_input():
    assert isinstance(run("show", "gas-line-atack").exception, InputError)


def test_schema_command_prints_the_shipped_file():
    assert run("schema").output == schema_text()


def test_loading_needs_no_heavy_library():
    heavy = ("numba", "pandas", "mesa", "xarray", "zarr", "matplotlib", "scipy", "rich.table")
    code = (
        "import sys, steppe.cli.scenarios\n"
        "from steppe.scenarios.load import load_resolved\n"
        "load_resolved('gas-line-attack')\n"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_every_address_can_be_pulled():
    for address in addresses():
        low, high = quantities()[address.split(".")[0]].bounds
        value = float(round((low + high) / 2)) if high >= 1 else (low + high) / 2
        assert resolve(scenario({"quantity": address, "value": value})).levers[0].entries


def test_what_is_assumed_from_one_year_is_not_printed_from_another():
    """Own assumptions belong to the file's year, a view's to the view; common ones to both."""
    whole = load_whole("west-asks-neighbours")
    assert whole.own_assumptions
    own, view = load("west-asks-neighbours"), load("west-asks-neighbours-2009")
    assert set(whole.assumptions) <= set(own.assumptions) & set(view.assumptions)
    assert set(whole.own_assumptions) <= set(own.assumptions)
    assert not set(whole.own_assumptions) & set(view.assumptions)
    for name in library():
        found = load(name)
        assert not found.own_assumptions
        if found.conditioned_until == 2009 and not name.startswith("baseline"):
            early = [a for a in found.assumptions if re.match(r"(From|In the view from) 2022", a)]
            assert not early, name
