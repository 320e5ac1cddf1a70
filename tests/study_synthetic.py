"""A study without a model: walks on the ladder as its cases, for tests of tables and report."""

import numpy as np

from steppe.explore.study.decisions import TERMS
from steppe.explore.study.outcomes import kept_of
from steppe.model.names import AREAS, FORMS, PATRONS, STATES
from steppe.model.world import Outcome
from steppe.results.study.cases import Case, OnRecord, View, tables

from .results_synthetic import batch, manifest

CUT, LAST = 1998, 2011
DRAWS = 40
FACTS = {"runs": 80, "draws": DRAWS, "traced": 30, "seed": 7}


def kept(appetite=0.0, runs=80, first=0):
    """What is kept of walks."""
    chosen = manifest(
        runs=runs, last_year=LAST, draws=DRAWS, scenario={"name": "walk", "appetite": appetite}
    )
    made = batch(range(first, first + runs), chosen)
    return kept_of(Outcome._make(made[name] for name in Outcome._fields), CUT)._asdict()


def decisions(seed=1, offers=20000):
    """Offers in which sovereignty weighs most, and language in Turkmenistan."""
    rng = np.random.default_rng(seed)
    terms = rng.normal(0.2, 0.05, (offers, len(TERMS))).astype(np.float32)
    state = rng.integers(0, len(STATES), offers).astype(np.int8)
    far = state == STATES.index("TM")
    terms[:, TERMS.index("sovereignty")] = rng.normal(-1.0, 0.2, offers)
    terms[far, TERMS.index("language")] = rng.normal(-2.0, 0.2, far.sum())
    rung = rng.integers(1, 6, offers).astype(np.int8)
    return {
        "run": rng.integers(0, 30, offers).astype(np.int32),
        "year": rng.integers(CUT + 1, LAST + 1, offers).astype(np.int16),
        "state": state,
        "patron": rng.integers(0, len(PATRONS), offers).astype(np.int8),
        "area": rng.integers(0, len(AREAS), offers).astype(np.int8),
        "rung": rung,
        "form": rng.integers(0, len(FORMS), offers).astype(np.int8),
        "accepted": rng.random(offers) < 0.6,
        "decline": np.zeros(offers, np.float32),
        "terms": terms,
    }


def record():
    """Two packages of China in counter-narcotics on record, one more that may be; no other."""
    least, most = (np.zeros((len(PATRONS), len(AREAS)), int) for _ in range(2))
    place = PATRONS.index("china"), AREAS.index("counter_narcotics")
    least[place], most[place] = 2, 3
    return OnRecord(CUT + 1, LAST, least, most)


def case(name, appetite=0.0, area="across"):
    return Case(name, f"The walk {name}", "What if?", area, "logit", kept(appetite))


def view():
    """A baseline, a what-if that makes China hungry for counter-narcotics, and a twin."""
    what_ifs = [case("hungry", 0.3, "counter_narcotics"), case("twin")]
    return View(CUT, LAST, case("plain"), what_ifs, [], decisions(), record())


def made():
    """Tables of the study."""
    return tables([view()], TERMS, FACTS)
