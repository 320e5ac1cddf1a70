"""Small sweeps for tests: on a short free scenario, or one that follows the record to 2001."""

from steppe.explore.sweep.problem import prepare
from steppe.explore.sweep.resolve import resolve
from steppe.explore.sweep.schema import SweepTable
from steppe.scenarios.schema import Scenario

FREE = {
    "name": "short", "title": "Short", "story": "Something happens.", "horizon": 1998,
    "parameters": {"source": "prior", "draws": 7},
}  # fmt: skip
FOLLOWING = {**FREE, "horizon": 2006, "conditioned_until": 2001, "parameters": {"source": "point"}}
BUDGET = {"quantity": "budget.russia", "factor": [0.5, 1.5]}
PRICE = {"quantity": "domestic_price.*.russia", "value": [0.0, 1.0]}


def content(factors=(BUDGET,), method="lhs", size=6, replicates=9, **more):
    """Content of a sweep file, the scenario left out."""
    design = {"method": method, **({} if size is None else {"size": size})}
    design |= more.pop("design", {})
    return {
        "name": "tried", "title": "Tried", "on": "baseline", "replicates": replicates,
        "design": design, "factors": list(factors), **more,
    }  # fmt: skip


def resolved(scenario=FREE, **fields):
    table = SweepTable.model_validate(content(**fields))
    return resolve(table, Scenario.model_validate(scenario))


def problem(scenario=FREE, **fields):
    return prepare(resolved(scenario, **fields))
