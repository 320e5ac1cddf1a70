"""The lab's futures are the runs of ``steppe run``: the same numbers, to the last bit."""

from threading import Event

import numpy as np
import pytest

from steppe.cli.execution import compute, prepare
from steppe.cli.run import digest_of
from steppe.explore.problem import assemble
from steppe.explore.replicates import simulate_span
from steppe.lab.export import scenario_toml
from steppe.lab.futures import BASES, CHECKPOINTS, Engine
from steppe.lab.ground import FEW, MOST, column
from steppe.lab.moves import move_of
from steppe.lab.pasts import KEPT, VARIABLES, Past
from steppe.lab.summary import sides
from steppe.model.errors import InputError
from steppe.model.names import START_YEAR
from steppe.results.fingerprint import NAMES, fingerprint
from steppe.scenarios.load import load_resolved
from tests.lab_running import waited

LEVERS = (
    ("l", "budget.russia:factor:0.5:2027"),
    ("l", "domestic_price.*.russia:value:0:2029-2032"),
    ("l", "afghan_instability:value:2.5:2028"),
)


@pytest.fixture(scope="module")
def engine():
    made = Engine()
    yield made
    made.close()


def asked(*pairs, n=FEW):
    return move_of([*pairs, ("n", str(n))], (FEW, 200, MOST))


@pytest.mark.parametrize(
    ("pairs", "seed"),
    [
        ((("start", "baseline"), ("l", "budget.china:factor:3:1999-2004")), 5),
        (LEVERS, 1),
        ((("story", "gas-line-attack"),), 1),
        ((), 1),
    ],
    ids=["free", "conditioned", "story", "untouched"],
)
@pytest.mark.long
def test_the_exported_file_gives_the_digest_of_the_page(engine, tmp_path, pairs, seed):
    """Through the file, the command's own way to a store, and what it prints."""
    move = asked(*pairs, ("seed", str(seed)))
    pair = waited(engine, move)
    shown = fingerprint([pair.what])
    file = tmp_path / "lab-what-if.toml"
    text = scenario_toml(move, shown)
    file.write_text(text, "utf-8")
    assert f"--runs {FEW} --seed {seed}" in text
    assert shown in text
    problem, manifest = prepare(load_resolved(str(file)), str(file), FEW, seed)
    store = compute(problem, manifest, tmp_path / "run")
    assert digest_of(store) == shown
    if pairs:
        base = sides(engine.base(move.start, seed, FEW), FEW, pair.base)
        assert base.digest != shown


@pytest.mark.parametrize("start", ["baseline", "baseline-2009"])
@pytest.mark.long
def test_every_variable_is_that_of_the_runs(engine, start):
    first = 1995 if start == "baseline" else 2011
    move = asked(("start", start), ("l", f"budget.russia:factor:0.3:{first}"))
    pair = waited(engine, move)
    for side, resolved in (("base", move.base), ("what", move.what)):
        runs = simulate_span(assemble(resolved, move.seed, FEW), range(FEW))
        for name in VARIABLES:
            kept = getattr(pair, side)[name]
            np.testing.assert_array_equal(kept, getattr(runs, name).astype(kept.dtype), name)
    row = first - START_YEAR
    for name in VARIABLES:
        np.testing.assert_array_equal(pair.base[name][:, :row], pair.what[name][:, :row])
    assert (pair.base["packages"] != pair.what["packages"]).any()


def test_a_few_futures_are_the_first_of_many(engine):
    few, many = (
        waited(engine, asked(*LEVERS, ("start", "baseline-2022"), n=n)) for n in (100, 200)
    )
    for side in ("base", "what"):
        for name in VARIABLES:
            np.testing.assert_array_equal(getattr(few, side)[name], getattr(many, side)[name][:100])


def test_numbers_of_futures_that_would_be_others_are_refused(engine):
    """Of 500 runs each of 125 draws has four, so run 130 is no longer that of a thousand."""
    with pytest.raises(InputError, match="multiple of 200"):
        engine.base("baseline-2022", 1, 500)
    assert [engine.grounds.get("baseline-2022").draws_of(n) for n in (100, 400)] == [100, 200]


def test_what_is_kept_is_bounded(engine):
    """Twenty seeds and thirty years of levers, one after the other."""
    for seed in range(20):
        waited(engine, asked(("start", "baseline"), ("seed", str(seed))))
    for year in range(2000, 2030):
        waited(engine, asked(("start", "baseline"), ("l", f"budget.china:factor:2:{year}")))
    assert len(engine.pasts._kept) <= KEPT
    assert len(engine._bases) <= BASES
    assert len(engine.base("baseline", 1, FEW)._worlds) == CHECKPOINTS


def test_a_lever_that_changes_nothing_changes_nothing(engine):
    pair = waited(engine, asked(("l", "budget.russia:factor:1:2026")))
    assert pair.what is not pair.base
    assert fingerprint([pair.what]) == fingerprint([pair.base])


def test_the_worlds_of_a_checkpoint_are_left_as_they_are(engine):
    """Moves share them: the first must not spoil the second."""
    move = asked(*LEVERS)
    told = {fingerprint([waited(engine, move).what]) for _ in range(3)}
    assert len(told) == 1


def test_levers_on_tables_do_what_levers_on_values_do(engine):
    move = asked(*LEVERS, ("l", "dispute:value:1.5:2026"), ("l", "openness:value:1:2030-2031"))
    ground = engine.grounds.get(move.start)
    slow = ground.problem_of(move.what, move.seed)
    for draw in (0, 7, 199):
        fast = ground.moved(move.what.levers, slice(draw, draw + 1))[0]
        np.testing.assert_array_equal(fast, slow.tables(draw).flat)
    assert column("budget.china") != column("budget.russia")


def test_a_lever_out_of_bounds_in_one_draw_only_is_refused(engine):
    ground = engine.grounds.get("baseline-2022")
    place = ground.flats[:, 40, column("budget.russia")]
    factor = 200.0 / float(np.sort(place)[-2:].mean())
    assert (place * factor > 200.0).sum() == 1
    with pytest.raises(InputError, match=r"out of its bounds"):
        waited(engine, asked(("l", f"budget.russia:factor:{factor!r}:2026"), n=200))


def test_the_digest_is_of_every_future():
    rng = np.random.default_rng(1)
    whole = {
        "rung": rng.integers(0, 6, (8, 3, 5, 2, 5)).astype(np.int8),
        "packages": rng.integers(0, 3, (8, 3, 5, 2, 5)).astype(np.uint8),
        "dependence": rng.random((8, 3, 5, 2)),
    }
    told = fingerprint([whole])
    halves = [{n: a[part] for n, a in whole.items()} for part in (slice(0, 3), slice(3, 8))]
    assert fingerprint(halves) == told
    for name in NAMES:
        changed = {**whole, name: whole[name].copy()}
        changed[name][7, 2, 4, 1] = 0
        assert fingerprint([changed]) != told
    assert fingerprint([{n: a[::-1] for n, a in whole.items()}]) != told


def test_the_futures_of_a_draw_start_from_the_pasts_of_its_runs(engine):
    """All five of them: futures 3, 203, 403, 603 and 803 of a thousand."""
    ground = engine.grounds.get("baseline-2009")
    past = Past(ground, 11)
    past._draw(3, Event())
    problem = assemble(ground.resolved, 11, MOST)
    for run in range(3, MOST, ground.draws):
        outcome, _, world = problem.past(run)
        for name, array in past.arrays.items():
            np.testing.assert_array_equal(array[run], getattr(outcome, name).astype(array.dtype))
        for kept, drawn in zip(past.worlds, world, strict=True):
            np.testing.assert_array_equal(kept[run], drawn)


def test_a_past_on_disk_is_the_past_that_was_drawn(engine, tmp_path, monkeypatch):
    move = asked()
    drawn = engine.base(move.start, move.seed, FEW).past
    monkeypatch.setattr(Past, "_file", lambda self: tmp_path / "past.npz")
    drawn._write(tmp_path / "past.npz")
    read = Past(drawn.ground, drawn.seed)
    read.fill(Event())
    for name in VARIABLES:
        np.testing.assert_array_equal(read.arrays[name], drawn.arrays[name])
    for one, other in zip(read.worlds, drawn.worlds, strict=True):
        np.testing.assert_array_equal(one, other)
    (tmp_path / "past.npz").write_bytes(b"PK" + bytes(50))
    assert not Past(drawn.ground, drawn.seed)._read(tmp_path / "past.npz")
