"""Discovery: PRIM against the EMA Workbench's, CART against scikit-learn's, boxes, scenarios."""

import json

import numpy as np
import pytest
import xarray as xr

from steppe.explore.discovery.box import Box, judged, pruned, quasi_p
from steppe.explore.discovery.cart import cart
from steppe.explore.discovery.cases import Event, cases
from steppe.explore.discovery.choice import discover, held_out
from steppe.explore.discovery.prim import Peeling, prim
from steppe.explore.discovery.scenario import scenario_text
from steppe.explore.problem import assemble
from steppe.explore.replicates import simulate_span
from steppe.explore.sweep.problem import prepare
from steppe.explore.swept import outcome_at
from steppe.model.errors import InputError
from steppe.scenarios.load import load_resolved

from . import prim_ema, sweeps

NAMES = prim_ema.NAMES
REFERENCE = json.loads(prim_ema.FILE.read_text("utf-8"))


# ---------------------------------------------------------------- PRIM


def compared(points, cases, theirs):
    """Compare two boxes, one after the other, with the workbench's; return how many limits."""
    rest, limits = np.ones(len(points), bool), 0
    for found in theirs:
        ours = prim(NAMES, points, cases, among=rest)
        steps = [[f.coverage, f.density, f.mass, len(f.box.restricted)] for f in ours]
        assert np.allclose(steps, found["steps"], atol=1e-12)
        box = ours[-1].box
        ends = [points.min(axis=0), points.max(axis=0)]
        for side, name in enumerate(("low", "high")):
            set_ = np.isfinite(getattr(box, name))
            assert np.allclose(np.where(set_, getattr(box, name), ends[side]), found[name])
            limits += int(set_.sum())
        mine = quasi_p(box, points[rest], cases[rest])
        assert {n for n, p in found["qp"].items() if p != [-1.0, -1.0]} == set(mine)
        for name, values in mine.items():
            assert np.allclose(np.nan_to_num(values, nan=-1.0), found["qp"][name], rtol=1e-9)
        rest &= ~box.holds(points)
    return limits


@pytest.mark.parametrize("case", prim_ema.CASES)
def test_prim_is_the_workbenchs(case):
    """Every step of the trajectory, the limits and the quasi-p-values of two boxes."""
    points, known = prim_ema.data(case)
    assert compared(points, known, REFERENCE[case]) >= 3


@pytest.mark.filterwarnings("ignore")
def test_the_reference_is_what_the_workbench_gives_now():
    pytest.importorskip("ema_workbench")
    for case in ("corner", "corner, rounded"):
        assert prim_ema.boxes(case) == REFERENCE[case]


def test_another_objective_would_not_agree(monkeypatch):
    """Negative control: peeling by density alone gives other boxes."""
    from steppe.explore.discovery import prim as module

    monkeypatch.setattr(
        module._Search,
        "_gain",
        lambda self, rows, inside: float(self.cases[rows].mean() - self.cases[inside].mean()),
    )
    points, known = prim_ema.data("corner, rounded")
    with pytest.raises((AssertionError, ValueError)):
        compared(points, known, REFERENCE["corner, rounded"])


def test_a_planted_box_is_found_and_noise_limits_are_taken_away():
    points, known = prim_ema.data("corner")
    chosen = discover(NAMES, points, known)[0]
    assert set(chosen.found.box.limits) == {"a", "b"}
    assert abs(chosen.found.box.limits["a"][0] - 0.6) < 0.05
    assert abs(chosen.found.box.limits["b"][1] - 0.4) < 0.05
    assert chosen.found.density > 0.75
    assert chosen.found.coverage > 0.65
    assert all(p <= 0.05 for pair in chosen.quasi_p.values() for p in pair if p == p)
    whole = chosen.trajectory[-1].box
    assert len(whole.restricted) > 2
    assert pruned(whole, points, known).restricted == chosen.found.box.restricted


def test_two_boxes_find_two_corners():
    luck = np.random.default_rng(0)
    points, (a, b, c, _) = (x := luck.random((1000, 4))), x.T
    known = (a > 0.6) & (b < 0.4) & (luck.random(1000) < 0.85)
    known |= (luck.random(1000) < 0.05) | ((a < 0.2) & (c > 0.8))
    first, second = discover(NAMES, points, known, boxes=2)
    assert set(first.found.box.limits) == {"a", "b"}
    assert set(second.found.box.limits) == {"a", "c"}
    both = first.found.box.holds(points) | second.found.box.holds(points)
    assert np.isclose(known[both].sum() / known.sum(), first.found.coverage + second.found.coverage)


def test_the_wishes_of_an_analyst():
    points, known = prim_ema.data("corner")
    dense = discover(NAMES, points, known, density=0.5)[0]
    assert dense.found.density >= 0.5
    assert dense.found.coverage >= discover(NAMES, points, known)[0].found.coverage
    assert discover(NAMES, points, known, step=0)[0].found.box.restricted == ()
    with pytest.raises(InputError, match="no box is so dense"):
        discover(NAMES, points, known, density=0.999)
    with pytest.raises(InputError, match="no such step"):
        discover(NAMES, points, known, step=500)
    with pytest.raises(InputError, match="no such method"):
        discover(NAMES, points, known, method="prin")
    with pytest.raises(InputError, match="no share"):
        Peeling(peel=0.7)


def test_boxes_of_noise_do_not_hold_on_other_points():
    """On points that did not help to find it, a box of noise is no denser than all points."""
    luck = np.random.default_rng(4)
    points, known = luck.random((400, 4)), luck.random(400) < 0.3
    flattered = prim(NAMES, points, known)[-1].density
    honest = held_out(NAMES, points, known, seed=1)["density"]
    assert flattered > known.mean() + 0.06
    assert abs(honest - known.mean()) < 0.04
    points, known = prim_ema.data("corner")
    real = held_out(NAMES, points, known, seed=1)
    assert real["density"] > 0.6
    assert real["restricts a"] >= 0.9
    assert real["restricts d"] < 0.5


def test_nothing_sets_all_or_none_apart():
    points, known = prim_ema.data("small")
    for share in (np.zeros_like(known), np.ones_like(known)):
        with pytest.raises(InputError, match="nothing sets them apart"):
            prim(NAMES, points, share)
    with pytest.raises(InputError, match="do not belong together"):
        prim(NAMES[:3], points, known)


def test_a_trajectory_as_a_dataset():
    points, known = prim_ema.data("corner")
    steps = discover(NAMES, points, known)[0].to_dataset()
    assert steps["coverage"][0] == 1.0
    assert (np.diff(steps["mass"].values[:10]) < 0).all()
    box = Box(NAMES, *steps["limit"].isel(step=-1).values.T)
    assert np.isclose(judged(box, points, known).density, steps["density"][-1])


# ---------------------------------------------------------------- CART


def test_cart_parts_all_points_and_finds_the_corner():
    points, known = prim_ema.data("corner")
    leaves = cart(NAMES, points, known)
    inside = np.stack([leaf.box.holds(points) for leaf in leaves])
    assert (inside.sum(axis=0) == 1).all()
    assert np.isclose(sum(leaf.coverage for leaf in leaves), 1.0)
    assert min(leaf.mass for leaf in leaves) >= 0.05
    assert {"a", "b"} <= set(leaves[0].box.limits)
    best = discover(NAMES, points, known, method="cart")[0].found
    assert best.box.words() in [leaf.box.words() for leaf in leaves]
    assert best.density > 0.7


@pytest.mark.parametrize("case", ["corner", "two corners", "band"])
def test_cart_is_scikit_learns(case):
    trees = pytest.importorskip("sklearn.tree")
    points, known = prim_ema.data(case)
    for leaves in (2, 4, 8):
        tree = trees.DecisionTreeClassifier(
            max_leaf_nodes=leaves, min_samples_leaf=int(0.05 * len(points)), random_state=0
        ).fit(points, known)
        place = tree.apply(points)
        theirs = sorted((int((place == n).sum()), int(known[place == n].sum())) for n in set(place))
        ours = cart(NAMES, points, known, leaves=leaves)
        assert sorted((leaf.points, leaf.cases) for leaf in ours) == theirs


# ---------------------------------------------------------------- cases


def swept():
    """Three points of two runs: a first year, 0 where it never comes, and money."""
    return xr.Dataset(
        {
            "first_year": (
                ("point", "replicate", "patron"),
                np.array([[[2025, 0], [2028, 0]], [[2031, 2024], [0, 0]], [[0, 0], [0, np.nan]]]),
            ),
            "delivered": (("point", "replicate", "patron"), np.arange(12.0).reshape(3, 2, 2)),
            "yearly_trust_mean": (("point", "year"), np.ones((3, 2))),
        },
        coords={
            "patron": ["china", "russia"], "year": [2030, 2031],
            "failed": ("point", [False, False, True]), "computed": ("point", [True, True, True]),
        },
    )  # fmt: skip


def test_an_event_of_a_first_year_needs_the_year_to_come():
    before = Event.read("first_year.china < 2030").happens(swept())
    assert before.tolist() == [[1, 1], [0, 0], [0, 0]]
    assert Event.read("first_year.china >= 2000").happens(swept()).tolist() == [
        [1, 1],
        [1, 0],
        [0, 0],
    ]
    assert np.isnan(Event.read("first_year.russia < 2030").happens(swept())[2, 1])


def test_points_are_cases_by_the_share_of_their_runs():
    runs = Event.read("first_year.china > 2000").happens(swept())
    assert cases(runs, 0.5).tolist() == [True, True, False]
    assert cases(runs, 1.0).tolist() == [True, False, False]
    with pytest.raises(InputError, match="no share"):
        cases(runs, 0.0)
    with pytest.raises(InputError, match="shares from 0 to 0 occur"):
        cases(np.zeros((3, 2)), 0.5)
    with pytest.raises(InputError, match="may or may not be"):
        cases(np.array([[1.0, np.nan], [1.0, 1.0]]), 0.6)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("first_year.china", "not written as an event"),
        ("first_year.china < soon", "not written as an event"),
        ("first_yaer.china < 2030", "no such outcome"),
        ("first_year.chian < 2030", "no such patron"),
        ("first_year < 2030", "needs a label for each dimension"),
        ("first_year.china.defence < 2030", "fewer dimensions"),
    ],
)
def test_a_wrong_event_is_named(text, problem):
    with pytest.raises(InputError, match=problem):
        Event.read(text).happens(swept())


def test_outcomes_by_address():
    assert outcome_at(swept(), "delivered.all").values.tolist() == [[1, 5], [9, 13], [17, 21]]
    assert outcome_at(swept(), "delivered.*").dims == ("point", "replicate", "patron")
    with pytest.raises(InputError, match="cannot be added up"):
        outcome_at(swept(), "first_year.all")
    yearly = outcome_at(swept(), "yearly_trust_mean.2031")
    assert yearly.values[:2].tolist() == [1.0, 1.0]
    assert np.isnan(yearly.values[2])  # one of its runs failed


# ---------------------------------------------------------------- a box as a scenario


FACTORS = (
    {"quantity": "budget.russia", "factor": [0.2, 3.0], "from": 1994},
    {"quantity": "domestic_price.*.russia", "value": [0.0, 1.0]},
    {"quantity": "need_weight", "prior": [0.05, 0.95]},
)
LEVER = {"quantity": "budget.china", "path": {"1993": 1.0, "1996": 2.0}, "as": "factor",
         "between": "linear", "why": "A test.", "source": "assumed"}  # fmt: skip


@pytest.fixture(scope="module")
def found():
    scenario = {**sweeps.FREE, "levers": [LEVER]}
    problem = sweeps.problem(scenario, factors=FACTORS, size=60, replicates=7)
    arrays, _ = problem.compute(range(60), range(7))
    packages = arrays["packages"][:, :, 1].sum(axis=-1)
    event = packages >= np.median(packages)
    chosen = discover(problem.design.names, problem.design.points, cases(event.astype(float)))[0]
    return problem, chosen


def test_a_box_is_written_as_a_scenario_that_runs_to_the_same_numbers(found, tmp_path):
    """The file runs as the sweep does at the middle of the box, run by run."""
    problem, chosen = found
    text = scenario_text(
        chosen.found, problem.design.points, problem.sweep, "Moscow sells", "a-box"
    )
    path = tmp_path / "a-box.toml"
    path.write_text(text, "utf-8")
    resolved = load_resolved(path)
    assert "budget.russia" in chosen.found.box.limits
    assert [lever.source for lever in resolved.levers][-1] == "assumed"
    assert f"{chosen.found.density:.0%} are of interest" in text

    points = problem.design.points
    middle = np.median(points[chosen.found.box.holds(points)], axis=0)
    at_middle = []
    for n in chosen.found.box.restricted:
        move = "factor" if "factor" in FACTORS[n] else "value"
        value = float(f"{middle[n]:.6g}")
        years = {"from": FACTORS[n]["from"]} if "from" in FACTORS[n] else {}
        one = {move: [value, value + 1e-6], "at": [value], **years}
        at_middle.append({"quantity": FACTORS[n]["quantity"], **one})
    scenario = {**sweeps.FREE, "levers": [LEVER]}
    again = sweeps.resolved(scenario, factors=at_middle, method="grid", size=None, replicates=7)
    swept_arrays, _ = prepare(again).compute(range(1), range(7))
    outcome = simulate_span(assemble(resolved, problem.sweep.seed), range(7))
    ours = outcome.packages.sum(axis=(1, 2))
    assert np.array_equal(ours, swept_arrays["packages"][0])


def test_a_box_without_a_limit_or_with_a_taken_name_is_no_scenario(found):
    problem, chosen = found
    nothing = chosen.trajectory[0]
    with pytest.raises(InputError, match="restricts no factor"):
        scenario_text(nothing, problem.design.points, problem.sweep, "x", "a-box")
    for name in ("A Box", "baseline"):
        with pytest.raises(InputError, match="not a name"):
            scenario_text(chosen.found, problem.design.points, problem.sweep, "x", name)
