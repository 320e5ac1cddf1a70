"""The installed posterior: what is read, what is refused, and what was learned."""

import json

import numpy as np
import pytest

from steppe.calibration.installed import (
    DRAWS,
    MANIFEST,
    installed,
    learned,
    overlap,
    standardised,
    told_by,
)
from steppe.model.errors import InputError
from steppe.model.quantities import Prior

NAMES = ("budget.russia", "trust_gain")
VALUES = [[10.0 + k, 0.1 + 0.01 * k] for k in range(8)]


def install(folder, names=NAMES, values=VALUES, **changes):
    """Write a posterior; ``changes`` replace fields of the manifest (None leaves one out)."""
    folder.mkdir(exist_ok=True)
    lines = [",".join(names), *(",".join(map(repr, row)) for row in values)]
    (folder / DRAWS).write_text("\n".join(lines) + "\n", "utf-8")
    manifest = {
        "until": 2022,
        "seed": 1,
        "draws": len(values),
        "gates": [{"name": "rhat", "value": 1.01, "allowed": 1.05, "passed": True}],
        "model": "0" * 16,
        "record": "0" * 16,
        "particles": 20,
        "probe": [-1.0],
        "estimated": list(names[:1]),
        "overlaps": dict.fromkeys(names, 0.9),
        **changes,
    }
    kept = {name: value for name, value in manifest.items() if value is not None}
    (folder / MANIFEST).write_text(json.dumps(kept), "utf-8")
    return folder


def test_a_posterior_is_read(tmp_path):
    found = installed(install(tmp_path))
    assert list(found.draws) == list(NAMES)
    assert list(found.draws["budget.russia"]) == [row[0] for row in VALUES]
    assert (found.draws["trust_gain"] - 0.1) * 100 == pytest.approx(
        found.draws["budget.russia"] - 10.0
    )
    assert found.manifest.until == 2022
    assert found.passed


def test_nothing_is_there_before_the_first_fit(tmp_path):
    assert installed(tmp_path) is None


@pytest.mark.parametrize(
    "gates, passed", [((True, True), True), ((True, False), False), ((), False)]
)
def test_only_a_fit_that_passed_every_gate_has_passed(tmp_path, gates, passed):
    rows = [{"name": "g", "value": 1, "allowed": 1, "passed": p} for p in gates]
    assert installed(install(tmp_path, gates=rows)).passed is passed


@pytest.mark.parametrize(
    "changes, told",
    [
        ({"until": None}, "until"),
        ({"gates": [{"name": "rhat", "passed": "yes", "value": 1, "allowed": 1}]}, "passed"),
        ({"draws": 9}, "not as many"),
        ({"draws": 0, "values": []}, "not as many"),
        ({"overlaps": {"trust_gain": 0.9, "budget.russia": 0.9}}, "not the numbers"),
        ({"overlaps": None}, "overlaps"),
        ({"names": ("budget.rusia", "trust_gain")}, "budget.russia"),
        ({"names": ("budget", "trust_gain")}, "no full address"),
        ({"names": ("gdp.KZ", "trust_gain")}, "no full address"),
        ({"values": [[10.0, 2.0]]}, "row 1, trust_gain.*out of bounds"),
        ({"values": [[10.0, float("nan")]]}, "out of bounds"),
        ({"values": [[10.0]]}, "not as many"),
        ({"values": [[10.0, 0.1], [10.0]]}, "damaged"),
        ({"values": [[10.0, "a word"]]}, "damaged"),
    ],
)
def test_a_damaged_posterior_is_refused(tmp_path, changes, told):
    with pytest.raises(InputError, match=told):
        installed(install(tmp_path, **changes))


@pytest.mark.parametrize("name", [DRAWS, MANIFEST])
def test_half_a_posterior_is_refused(tmp_path, name):
    (install(tmp_path) / name).unlink()
    with pytest.raises(InputError, match=name):
        installed(tmp_path)
    (tmp_path / name).write_text("", "utf-8")
    with pytest.raises(InputError, match=name):
        installed(tmp_path)


def test_the_overlap_has_its_known_answers():
    """Equal densities share all, normal ones 2 sd apart twice the tail beyond 1 sd: 0.317."""
    z = np.random.default_rng(1).standard_normal(20_000)
    assert overlap(z) == pytest.approx(1.0, abs=0.02)
    assert overlap(z + 2.0) == pytest.approx(0.317, abs=0.02)
    assert overlap(z - 2.0) == pytest.approx(0.317, abs=0.02)
    assert overlap(z + 6.0) < 0.01
    # A quarter of the width: they cross at z = 0.43, inside 0.914 of one and 0.332 of the other.
    assert overlap(z / 4.0) == pytest.approx(1.0 - 0.914 + 0.332, abs=0.02)


def test_as_many_draws_of_the_prior_as_are_installed_count_as_prior():
    for seed in range(20):
        assert overlap(np.random.default_rng(seed).standard_normal(200)) > 0.85


@pytest.mark.parametrize("z", [np.zeros(200), np.full(200, np.inf), np.full(200, -np.inf)])
def test_draws_without_spread_overlap_with_nothing(z):
    assert overlap(z) < 0.05


@pytest.mark.parametrize(
    "family, centre", [("normal", -0.3), ("lognormal", 12.0), ("logitnormal", 0.2)]
)
def test_standardised_undoes_the_prior(family, centre):
    prior = Prior(family=family, spread=0.6)
    z = np.linspace(-3.0, 3.0, 7)
    draws = np.array([prior.at(centre, float(one)) for one in z])
    assert standardised(draws, prior, centre) == pytest.approx(z)


def test_what_was_learned_is_told_beside_the_prior(tmp_path):
    """Russia's budget far from its prior (median 15), trust gained as its prior has it."""
    rng = np.random.default_rng(2)
    prior = Prior(family="logitnormal", spread=0.5)
    values = [
        [float(rng.normal(60.0, 1.0)), prior.at(0.05, float(rng.standard_normal()))]
        for _ in range(200)
    ]
    found = installed(
        install(tmp_path, values=values, overlaps={"budget.russia": 0.1, "trust_gain": 0.8})
    )
    known = learned(found)
    assert known["budget.russia"].median == pytest.approx(60.0, abs=0.5)
    assert known["budget.russia"].q05 == pytest.approx(58.4, abs=0.5)
    assert known["budget.russia"].q95 == pytest.approx(61.6, abs=0.5)
    assert told_by("budget.russia", known) == "data"
    assert told_by("trust_gain", known) == "prior"
    assert told_by("budget.china", known) == "prior"
    assert told_by("stake_weight", known) == "fixed"
    assert learned(None) == {}
    assert told_by("budget.russia", {}) == "prior"
