"""The ledger: lines by chunk, in order at the end, with little of them in memory."""

import numpy as np
import pytest

from steppe.model.errors import InputError
from steppe.results.sweep.ledger import LEDGER, Ledger, Record, line
from steppe.results.sweep.manifest import Chunks

from .alone import alone, peak

BLOCKS = (3, 2)
ALL = Chunks(np.ones(BLOCKS, bool))


def record(number):
    return Record(4, 5, number % 2, ("too far",) * (number % 2), bytes(range(number, 8 + number)))


def test_chunks_come_first_replicates_first():
    assert list(ALL) == [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1)]
    some = Chunks(np.array([[True, False], [False, True]]))
    assert (list(some), len(some), (0, 1) in some, (1, 1) in some) == (
        [(0, 0), (1, 1)],
        2,
        False,
        True,
    )


def test_what_was_noted_last_counts_and_is_put_in_order(tmp_path):
    path = tmp_path / LEDGER
    ledger = Ledger(path, BLOCKS)
    for number, chunk in enumerate([(2, 1), (0, 0), (1, 0), (0, 0)]):
        ledger.append(chunk, record(number))
    expected = {(0, 0): record(3), (1, 0): record(2), (2, 1): record(0)}
    for again in (ledger, Ledger(path, BLOCKS)):
        assert {chunk: found for chunk, found in again.records(ALL) if found} == expected
    ledger.put_in_order(ALL)
    in_order = [(0, 0), (1, 0), (2, 1)]
    assert path.read_bytes() == b"".join(line(chunk, expected[chunk]) for chunk in in_order)
    assert dict(ledger.records(ALL)) == {chunk: expected.get(chunk) for chunk in ALL}
    ledger.append((1, 1), record(7))
    assert dict(ledger.records(ALL))[1, 1] == record(7)


@pytest.mark.parametrize(
    "more",
    [b'{"chunk":[1,', b"\xff\xfe\n", b"\n", line((3, 0), record(1)), line((-1, 0), record(1))],
)
def test_lines_that_say_nothing_are_dropped(tmp_path, more):
    path, good = tmp_path / LEDGER, line((1, 1), record(5))
    path.write_bytes(more.rstrip(b"\n") + b"\n" + good + more)
    ledger = Ledger(path, BLOCKS)
    assert [chunk for chunk, found in ledger.records(ALL) if found] == [(1, 1)]
    ledger.put_in_order(ALL)
    assert path.read_bytes() == good


def test_a_ledger_in_order_is_not_written_again(tmp_path):
    path = tmp_path / LEDGER
    Ledger(path, BLOCKS).put_in_order(ALL)
    assert path.read_bytes() == b""
    ledger = Ledger(path, BLOCKS)
    ledger.append((0, 0), record(1))
    before = path.stat().st_ino
    ledger.put_in_order(ALL)
    assert path.stat().st_ino == before


def test_a_ledger_that_another_process_changed_is_told(tmp_path):
    path = tmp_path / LEDGER
    path.write_bytes(line((0, 0), record(0)) + line((1, 0), record(1)))
    ledger = Ledger(path, BLOCKS)
    path.write_bytes(line((1, 0), record(1)))
    with pytest.raises(InputError, match="another process has changed the ledger"):
        list(ledger.records(ALL))


@pytest.mark.long
def test_memory_holds_bytes_of_a_chunk_and_not_its_line(tmp_path):
    """20,000 chunks of 19 files: lines of 8 MB, records of 10 MB; places take 0.16 MB."""
    path, count = tmp_path / LEDGER, 20_000
    whole = Record(4, 1000, 0, (), bytes(8 * 19))
    with path.open("wb") as stream:
        for number in reversed(range(count)):
            stream.write(line((number, 0), whole))
    assert path.stat().st_size > 8e6
    [most] = alone((peak, put_in_order, path, count))
    assert most < 1.5e6, most
    assert path.read_bytes().startswith(line((0, 0), whole) + line((1, 0), whole))


def put_in_order(path, count):
    ledger, every = Ledger(path, (count, 1)), Chunks(np.ones((count, 1), bool))
    ledger.put_in_order(every)
    assert sum(found is not None for _, found in ledger.records(every)) == count
