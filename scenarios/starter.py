"""The commented file with which a new scenario begins."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from ..model.errors import InputError
from ..model.names import DEFAULT_HORIZON, LAST_HISTORY_YEAR, LATEST_HORIZON, START_YEAR
from .load import library, library_text
from .schema import DOCUMENTS, NAME

_HEAD: Final = """\
#:schema ./scenario.schema.json
# Editors complete and check this file once the schema lies beside it:
#     steppe scenarios schema > scenario.schema.json
# Check it, and read what it changes, before anything runs:
#     steppe scenarios show ./{name}.toml
"""

_BODY: Final = """\
name = "{name}"
title = "One line for tables and figures"
story = "A paragraph: what happens, to whom, and why it might."
question = "What should the comparison answer?"

# A scenario of the library that differs from this one only by the levers below.
compare_with = "baseline-{history}"

# Last year of the run, at most {latest}.
horizon = {horizon}

# The runs follow the record up to this year, and are free after it.
# Leave it out for a run that is free from {start}.
conditioned_until = {history}

# How the states choose: logit; or, to see how far answers hang on it, balancing (away
# from a patron that weighs too much) or bandwagoning (with the one they depend on).
decision = "logit"

# What is assumed beyond the sources, a sentence each.
assumptions = ["The size of the lever is assumed."]

# The same seen from 2009, as {name}-2009; a lever with view = 2009 is for that view alone.
# [[views]]
# conditioned_until = 2009
# compare_with = "baseline-2009"
# shift = -15              # years by which the levers move: 2026 becomes 2011

# posterior: the fitted draws that are installed; file = "draws.csv" for draws of your own.
# prior: draws from the priors. point: one set of values, the priors' centres.
[parameters]
source = "posterior"

# What the story rests on, as often as needed. A source is ext:ID of an external
# fact, assumed, or the key of a document:
{documents}
[[sources]]
source = "assumed"
reason = "replace by what the story rests on"

# Levers act in the order of the file. Each moves one address, or all below a
# shorter one; * stands for any one label. Each has exactly one of four moves:
#     value = 0.0                with from and until, if not for all years
#     factor = 1.5               likewise
#     path = {{ 2026 = 1.0, 2030 = 2.0 }}      with as = "value" or "factor" and
#                                between = "linear" or "step"; the last is held
#     shock = {{ year = 2027, factor = 3.0, half_life = 2.0 }}     fades after its year
[[levers]]
quantity = "budget.russia"
factor = 0.8
from = 2026
why = "Say why this lever, and why by so much."
source = "assumed"

# What the levers should do if the model works as described; check it with
#     steppe scenarios verify ./{name}.toml
[[expects]]
outcome = "offers.russia"
direction = "down"
why = "Say by which rule of the model."
"""


def starter(name: str, like: str | None = None) -> str:
    """Text of a new scenario file that loads as it stands.

    Parameters
    ----------
    name : str
        Name of the new scenario: lower case, with dashes.
    like : str, optional
        Scenario of the library to begin from.

    Raises
    ------
    InputError
        If the name is not written as it must be or is taken, or ``like`` is unknown.
    """
    if not re.fullmatch(NAME, name):
        raise InputError(
            "not a name for a scenario",
            found=name,
            allowed="lower-case letters and digits, with single dashes between words",
        )
    if name in library():
        raise InputError("the library has a scenario of this name", found=name)
    head = _HEAD.format(name=name)
    if like is not None:
        return head + _renamed(library_text(like), name)
    documents = "".join(f"#     {key}  {title}\n" for key, title in DOCUMENTS.items())
    return head + _BODY.format(
        name=name,
        documents=documents.rstrip("\n"),
        start=START_YEAR,
        history=LAST_HISTORY_YEAR,
        horizon=DEFAULT_HORIZON,
        latest=LATEST_HORIZON,
    )


def _renamed(text: str, name: str) -> str:
    """Give a library file another name, and leave out its first comment."""
    body = re.sub(r"\A#:schema .*\n", "", text)
    return re.sub(r'^name = ".*"$', f'name = "{name}"', body, count=1, flags=re.MULTILINE)


def write_new(path: Path, text: str) -> None:
    """Write a new file; one that exists is never overwritten.

    Raises
    ------
    InputError
        If it exists, or its folder does not.
    """
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise InputError(
            "the file exists and is left as it is", file=str(path), todo="choose another with --out"
        ) from None
    except OSError as error:
        raise InputError(f"the file cannot be written: {error.strerror}", file=str(path)) from error
