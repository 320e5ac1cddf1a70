"""Boxes of the EMA Workbench's PRIM on fixed data, for the tests of discovery.

``prim_ema.json`` beside this file was written by ``python -m tests.prim_ema`` with
ema_workbench 2.5.3 on Python 3.11: its ``Prim`` with default settings (peel 0.05, paste 0.05,
least mass 0.05, objective LENIENT1) on the data of :data:`CASES`. Where the workbench is
installed, a test makes the boxes anew and compares them with the file too.
"""

import json
import warnings
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("prim_ema.json")
NAMES = ("a", "b", "c", "d")
CASES = ("corner", "corner, rounded", "two corners", "band", "small")


def data(case):
    """Points ``[point, factor]`` and cases ``[point]`` of a name."""
    luck = np.random.Generator(np.random.Philox(key=CASES.index(case)))
    points = luck.random((120 if case == "small" else 600, len(NAMES)))
    noise = luck.random(len(points))
    a, b, c, _ = points.T
    corner = (a > 0.6) & (b < 0.4)
    inside = {
        "two corners": corner | ((a > 0.4) & (b > 0.7) & (c > 0.4)),
        "band": (a > 0.3) & (a < 0.7) & (c > 0.5),
    }.get(case, corner)
    cases = np.where(inside, noise < 0.85, noise < 0.06)
    return (np.round(points, 1) if case == "corner, rounded" else points), cases


def boxes(case):
    """Trajectory, limits and quasi-p-values of the workbench's first two boxes."""
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ema_workbench.analysis import prim

        points, cases = data(case)
        search = prim.Prim(pd.DataFrame(points, columns=list(NAMES)), cases, threshold=0.1)
        found = []
        for _ in range(2):
            box = search.find_box()
            if box.mean < search.threshold:
                break
            steps = box.peeling_trajectory[["coverage", "density", "mass", "res_dim"]]
            last = box.box_lims[-1]
            found.append(
                {
                    "steps": np.asarray(steps, dtype=float).tolist(),
                    "low": [float(last[name].iloc[0]) for name in NAMES],
                    "high": [float(last[name].iloc[1]) for name in NAMES],
                    "qp": {name: [float(x) for x in qp] for name, qp in box.qp[-1].items()},
                }
            )
    return found


def main():
    made = {case: boxes(case) for case in CASES}
    FILE.write_text(json.dumps(made, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
