"""Files of a fit and of reference results with numbers that can be known again on a page."""

import csv
import json
from io import BytesIO

import numpy as np
from PIL import Image

NAMES = ("budget.china", "budget.russia", "openness.KZ")
BESIDE = "trust_weight"
"""A number of which the record was not expected to tell."""
RANKED = 99
RECORDS = 100
SCORED = ("score", "by", "key", "value", "gain", "low", "high")


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), "utf-8")


def write_csv(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def picture(path):
    out = BytesIO()
    Image.new("RGB", (40, 20), "white").save(out, "png")
    path.write_bytes(out.getvalue())


def fit(folder, passed=False, sentence="The record tells 4711."):
    """A fit's own directory: two numbers told by their priors, one by the record, and one of
    which the record was not expected to tell."""
    gates = [
        {"name": "R-hat", "value": 1.0789, "allowed": "< 1.01", "passed": passed,
         "where": "budget.russia"},
        {"name": "bulk effective sample size", "value": 321.0, "allowed": "> 400",
         "passed": passed, "where": "openness.KZ"},
    ]  # fmt: skip
    manifest = {
        "until": 2022, "seed": 77, "draws": 4, "gates": gates, "model": "m" * 16,
        "record": "d" * 16, "probe": [-1.0],
        "estimated": list(NAMES), "particles": 33, "groups": 2, "chains": 3, "iterations": 456,
        "overlaps": dict(zip(NAMES, (0.83, 0.47, 0.91), strict=True)),
    }  # fmt: skip
    write_json(folder / "posterior" / "manifest.json", manifest)
    draws = [dict(zip(NAMES, (11.0 + k, 14.0 + k, 0.1 * k), strict=True)) for k in range(4)]
    write_csv(folder / "posterior" / "draws.csv", draws)
    told = []
    for n, name in enumerate(NAMES):
        row = {"address": name, "unit": "offers", "told_by": "data" if n == 1 else "prior"}
        row |= {"prior_q05": 4.5, "prior_median": 12.0, "prior_q95": 32.0}
        row |= {"posterior_q05": 8.25, "posterior_median": 13.5, "posterior_q95": 22.75}
        if name == "openness.KZ":
            row |= {"posterior_q05": -0.5, "posterior_median": 0.25, "posterior_q95": 1.0}
        row |= {"contraction": 0.613, "overlap": (0.83, 0.47, 0.91)[n], "shift": 0.2}
        row |= dict.fromkeys(("profile_-4", "profile_-3", "profile_+3", "profile_+4"), "nan")
        row |= dict.fromkeys(("profile_-2", "profile_-1", "profile_+1", "profile_+2"), -2.5)
        told.append(row | {"profile_+0": 0.0, "sentence": sentence})
    profile = {name: "" for name in row if name.startswith("profile")} | {"profile_+0": ""}
    told.append({**told[0], "address": BESIDE, "overlap": 0.97, "shift": 0.7, **profile})
    write_csv(folder / "told.csv", told)
    write_csv(
        folder / "diagnostics.csv",
        [{"address": name, "rhat": 1.0789, "ess_bulk": 321, "ess_tail": 299} for name in NAMES],
    )
    write_csv(
        folder / "anchors.csv",
        [{"address": "budget.russia", "acceptance_constant.china": -0.44},
         {"address": "openness.KZ", "acceptance_constant.china": 0.01}],
    )  # fmt: skip
    picture(folder / "trace.png")
    picture(folder / "pairs.png")


def simulated(folder, wrong=False):
    """A check with uniform ranks, or with posteriors that lie too high."""
    rng = np.random.default_rng(4)
    rank = np.array([rng.permutation(RANKED + 1)[:RECORDS] for _ in NAMES]).T
    rank = rank // 3 if wrong else rank
    truth = rng.standard_normal((RECORDS, len(NAMES)))
    rows = [
        {"number": k, "rows": 88, "set_aside": False, "rhat": 1.004, "ess": 512.0}
        | {
            f"{name}:{what}": value
            for n, name in enumerate(NAMES)
            for what, value in (
                ("truth", truth[k, n]), ("rank", rank[k, n]), ("mean", 0.7 * truth[k, n]),
                ("sd", 0.5),
            )
        }
        for k in range(RECORDS)
    ]  # fmt: skip
    write_csv(folder / "records.csv", rows)
    told = {"ranked": RANKED, "estimated": list(NAMES), "until": 2019, "particles": 21}
    write_json(folder / "manifest.json", told | {"iterations": 1234, "seed": 6, "wrong": wrong})


def reference(folder):
    """Reference results of every kind."""
    simulated(folder / "sbc")
    simulated(folder / "sbc-wrong", wrong=True)
    write_json(
        folder / "recovered" / "manifest.json",
        {"until": 2021, "estimated": list(NAMES),
         "held": {"50%": 0.47, "90%": 0.93}, "due": {"50%": 0.48, "90%": 0.88},
         "fits": [{"packages": 133, "gates": [{"name": "R-hat", "passed": True}]},
                  {"packages": 117, "gates": [{"name": "R-hat", "passed": False}]}],
         "badge": "exploration: a test",
         "command": "steppe calibrate recover"},
    )  # fmt: skip
    write_csv(
        folder / "varied" / "varied.csv",
        [{"variant": name, "address": "budget.russia", "shift": shift, "prior_shift": shift,
          "effective": 200}
         for name, shift in (("as it is", 0.0), ("coverage times 0.7", 1.25),
                             ("coverage times 1.3", -0.75))],
    )  # fmt: skip
    write_json(
        folder / "backtest-2009" / "manifest.json",
        {"cut": 2009, "test_until": 2017, "seeds": [1, 2], "badge": "exploration: a test",
         "known_beyond_the_cut": ["coverage"],
         "training": [{"read": [{"year": 1993}, {"year": 2008}, {"year": 2007}]}]},
    )  # fmt: skip
    power = {"words": "If the model were right, it would win in 61% of futures.", "digest": "x"}
    write_json(folder / "backtest-2009" / "power.json", power)
    row = {"competitor": "model", "seed_sd": 0.125, "gain_sd": 0.25, "best": "climatology",
           "power": "x"}  # fmt: skip
    write_csv(
        folder / "backtest-2009" / "scores.csv",
        [
            row | dict(zip(SCORED, cells, strict=True))
            for cells in (
                ("log", "all", "all", -151.25, 9.125, -1.5, 19.5),
                ("log", "state", "KG", -40.0, -3.75, -5.5, -2.25),
                ("log", "patron", "china", -50.0, 6.5, 1.75, 12.5),
                ("crps", "all", "all", 27.5, -2.625, -4.5, -0.5),
                ("brier", "all", "all", 33.0, 0.5, -1.0, 2.0),
                ("coverage 90%", "all", "all", 0.75, "", "", ""),
            )
        ],
    )  # fmt: skip
    claim = {"document": "A Brief", "cut": 2009, "match": "exact", "low": 0.2, "high": 0.3}
    write_csv(
        folder / "claims" / "claims.csv",
        [
            claim | {"id": "a-claim", "claim": "the sky will fall", "probability": 0.251,
                     "model": "unlikely", "verdict": "bears_out", "compared": "surprise",
                     "reason": ""},
            claim | {"id": "b-claim", "claim": "nobody can say", "probability": "", "low": "",
                     "high": "", "model": "", "verdict": "silent", "compared": "",
                     "reason": "no quantity of the model bears on it"},
        ],
    )  # fmt: skip
    score = {"set": "exact", "claims": 1, "who": "model", "brier": 0.5625, "log": -1.386}
    write_json(
        folder / "claims" / "manifest.json",
        {"scores": [score], "badge": "exploration: x", "seed": 1, "command": "steppe claims"},
    )
    cell = {"kind": "sum", "state": "KG", "patron": "russia", "form": "aid", "unit": "USD million"}
    write_csv(
        folder / "predictive" / "predictive.csv",
        [cell | {"documented": 1116, "q01": 0, "median": 5.7, "q99": 987.5, "miss": "high"},
         cell | {"documented": 3, "q01": 0, "median": 5.7, "q99": 987.5, "miss": ""}],
    )  # fmt: skip
    summary = {"name": "cells", "of": 9, "documented": 8, "median": 8, "low": 6, "high": 9}
    write_json(
        folder / "predictive" / "manifest.json",
        {"summaries": [summary | {"tail": 0.43}], "runs": 4000, "until": 2022, "badge": "x: y"},
    )
    area = {"patron": "china", "area": "counter_terrorism", "least": 24, "most": 31}
    write_csv(
        folder / "predictive" / "areas.csv",
        [area | {"median": 11, "q05": 5, "q95": 20, "held": "no", "miss": ""}],
    )
    picture(folder / "predictive" / "predictive.png")
    fact = {"value": 20, "low": 18, "high": 22, "median": 31, "q05": 25, "q95": 37, "of": 5,
            "rank": 3, "beaten_by": "last years", "standing": "out of the record",
            "rests_on": "the model", "unit": "exercises", "free_verdict": "fail",
            "free_rank": 2, "free_beaten_by": "climatology"}  # fmt: skip
    inside = {"rank": "", "beaten_by": "", "standing": "partly in the record", "verdict": "pass"}
    write_csv(
        folder / "validate-example" / "results.csv",
        [fact | {"id": "a-pass", "probability": 0.9, "verdict": "pass", "beaten_by": ""},
         fact | {"id": "a-failure", "probability": 0.0625, "verdict": "fail"},
         fact | {"id": "one-inside", "probability": 1.0} | inside],
    )  # fmt: skip
    told = {"badge": "exploration: z", "runs": 10, "seed": 1, "command": ["steppe", "validate"]}
    write_json(folder / "validate-example" / "manifest.json", told)
