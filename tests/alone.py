"""Measure memory where nothing else takes any: threads and garbage of other tests count too."""

import multiprocessing
import tracemalloc
from concurrent.futures import ProcessPoolExecutor


def alone(*calls):
    """What each call gives, made one after another in a process of its own.

    A call is a function of a module, and its arguments.
    """
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as fresh:
        return list(fresh.map(made, calls))


def made(call):
    function, *given = call
    return function(*given)


def peak(function, *given):
    """The most bytes held meanwhile."""
    tracemalloc.start()
    function(*given)
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found
