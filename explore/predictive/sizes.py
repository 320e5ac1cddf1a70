"""Sizes of exercises: those on record among as many that the measure of troops brings forth.

Given that an exercise happened, its size depends on no number of the model
(:mod:`steppe.calibration.measures.troops`), so that each record of the model is given as many sizes
as the documented one has, of the same patrons and frames. Where only the patron's troops are told,
the size is a lower bound: the measure reads it, and it is left out here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from ...calibration.measures import troops
from ...calibration.measures.sampler import generator
from ...model.names import FRAMES, PATRONS
from .statistics import ALL, Statistic

SEVERAL: Final = 3
"""Sizes on record from which their median and the share of large ones are looked at."""
LARGE: Final = 1000.0
"""Troops above which an exercise is called large: a convention."""
FORM_OF: Final = {"bilateral": "exercise", "multilateral": "joint_exercise"}
"""Form of a package that a frame stands for."""


def size_statistics(
    data: troops.Sizes, records: int, seed: int
) -> tuple[list[Statistic], list[Statistic]]:
    """Sizes by patron and frame, persons, on record and as the measure has them.

    Parameters
    ----------
    data : Sizes
    records : int
        Records to bring forth, a draw of the measure for each.
    seed : int

    Returns
    -------
    documented, predicted : list of Statistic
        Median and largest size, and the share of large ones; NaN where too few are on record.

    Raises
    ------
    InputError
        If the chains of the measure disagree.
    """
    fitted = troops.settled(data, generator(seed, "fit", "troops"))
    exact = ~data.bound
    patron, frame = data.patron[exact], data.frame[exact]
    run, which = (axis.ravel() for axis in np.indices((records, len(patron))))
    total, _ = troops.simulate(
        fitted, run, patron[which], frame[which], records, generator(seed, "draw", "troops")
    )
    drawn = total.reshape(records, len(patron))
    return (
        list(_statistics(data.size[exact][None], patron, frame)),
        list(_statistics(drawn, patron, frame)),
    )


def _statistics(size: np.ndarray, patron: np.ndarray, frame: np.ndarray) -> Iterator[Statistic]:
    """Of sizes [record, exercise]."""
    for p, name in enumerate(PATRONS):
        for f, of in enumerate(FRAMES):
            own = size[:, (patron == p) & (frame == f)]
            count, nothing = own.shape[1], np.full(len(size), np.nan)
            for kind, least, reduce in (
                ("median troops", SEVERAL, np.median),
                ("largest troops", 1, np.max),
                ("share above 1,000", SEVERAL, lambda own, axis: (own > LARGE).mean(axis=axis)),
            ):
                values = reduce(own, axis=1) if count >= least else nothing
                yield Statistic(kind, ALL, name, FORM_OF[of], values)
