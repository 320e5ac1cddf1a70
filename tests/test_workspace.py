"""Arrays of a workspace in one record."""

from typing import NamedTuple

import numpy as np
import pytest

from steppe.model.workspace import FLOAT, INTEGER, workspace
from steppe.model.year import Year, new_year


class Small(NamedTuple):
    count: np.ndarray
    rate: np.ndarray


class Taken(NamedTuple):
    size: np.ndarray


def test_attributes_are_views_of_their_own_room():
    one, other = (workspace(Small, [(INTEGER, (2,)), (FLOAT, (3, 4))]) for _ in range(2))
    one.count[1] = 7
    one.rate[2, 3] = 0.5
    assert (one.count.tolist(), one.rate.sum()) == ([0, 7], 0.5)
    assert (one.count.dtype, one.rate.dtype, one.rate.shape) == (np.int64, np.float64, (3, 4))
    assert other.count.sum() == other.rate.sum() == 0


def test_a_name_that_every_record_has_is_refused():
    with pytest.raises(ValueError, match="every record has: size"):
        workspace(Taken, [(FLOAT, (2,))])


def test_a_year_has_a_place_for_each_of_its_fields():
    now = new_year()
    assert now.dtype.names == Year._fields
    assert (now.willing == 1.0).all()
    assert now.held.dtype == np.int64
