"""The page of the parameters."""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files

import numpy as np

from steppe.calibration.basis import BASES, MEANING, Ground, grounds
from steppe.calibration.installed import ALIKE, Learned, installed, learned, told_by
from steppe.calibration.setting import of_kind
from steppe.calibration.target import DEVIATION
from steppe.model.names import DIMENSIONS
from steppe.model.quantities import Quantity, parameters

from .cells import table

LABELS = {"data": "told by data", "prior": "told by the prior", "fixed": "fixed"}


def sections() -> dict[str, list[str]]:
    """Names of the parameters under the headings of their file, in its order."""
    found: dict[str, list[str]] = {}
    names = parameters()
    heading = ""
    for line in (files("steppe.model") / "parameters.toml").read_text("utf-8").splitlines():
        if mark := re.match(r"# -{10,} (.+)", line):
            heading = mark[1]
        elif (name := re.match(r"\[([a-z_]+)\]$", line)) and name[1] in names:
            found.setdefault(heading, []).append(name[1])
    missing = set(names) - {name for listed in found.values() for name in listed}
    if missing:
        raise ValueError(f"no section holds {sorted(missing)}")
    return found


def values_of(quantity: Quantity) -> str:
    """Values of a parameter, a table by its last dimensions; the rows where a value stands."""
    values = quantity.values()
    if not quantity.dims:
        return f"- value: **{values:g}**\n\n"
    labels = [DIMENSIONS[d] for d in quantity.dims]
    if len(labels) == 1:
        cells = zip(labels[0], values, strict=True)
        return table((quantity.dims[0], "value"), [(f"`{label}`", f"{v:g}") for label, v in cells])
    rows = []
    for index in np.ndindex(*values.shape[:-1]):
        name = ".".join(labels[n][place] for n, place in enumerate(index))
        rows.append((f"`{name}`", *(f"{v:g}" for v in values[index])))
    return table((".".join(quantity.dims[:-1]), *(f"`.{x}`" for x in labels[-1])), rows)


def address_form(quantity: Quantity) -> str:
    """How an entry is addressed."""
    return ".".join((quantity.name, *(f"<{d}>" for d in quantity.dims)))


def rests_on(entries: list[Ground]) -> str:
    """What the entries of a parameter rest on, each reason once."""
    lines = []
    for told in dict.fromkeys((g.basis, g.sources, g.reason) for g in entries):
        basis, sources, reason = told
        same = [g.address for g in entries if (g.basis, g.sources, g.reason) == told]
        few = "" if len(same) == len(entries) else f" ({', '.join(f'`{a}`' for a in same[:3])}"
        few += "" if not few else f" and {len(same) - 3} more)" if len(same) > 3 else ")"
        keys = ", ".join(f"`{key}`" for key in sources)
        lines.append(f"- {basis}{few}: {reason.rstrip('.')}{f' [{keys}]' if keys else ''}\n")
    rows = list(dict.fromkeys(i for g in entries for i in g.rows))
    if rows:
        lines.append(f"- mechanisms that it carries: {', '.join(f'`{i}`' for i in rows)}\n")
    return "".join(lines)


def fitted(quantity: Quantity, known: dict[str, Learned]) -> str:
    """Posterior of the entries that are fitted, beside their priors."""
    rows = [
        (f"`{address}`", f"{quantity.values()[index]:g}", f"{k.median:.3g}",
         f"{k.q05:.3g} to {k.q95:.3g}", f"{k.overlap:.2f}", told_by(address, known))
        for address, index in quantity.entries() if (k := known.get(address)) is not None
    ]  # fmt: skip
    head = ("entry", "prior median", "posterior median", "90% interval", "overlap", "told by")
    return table(head, rows) if rows else ""


def fit_told() -> str:
    """Whether a posterior is installed, how its fit did, and what the labels mean."""
    posterior = installed()
    if posterior is None:
        return "No posterior is installed, so every parameter is told by its prior. "
    checks = "passed all its checks" if posterior.passed else "did not pass all its checks"
    note = f" ({posterior.manifest.note})" if posterior.manifest.note else ""
    return (
        f"A posterior of {posterior.manifest.draws} draws is installed; its fit {checks}{note}. "
        "Its median and 90% interval stand below the values, with the overlap of posterior and "
        f"prior (the integral of the smaller density): below {ALIKE:g} a number is *told by* "
        "data, else by its prior. Medians and intervals are of the shipped draws; the [page of the "
        "fit](posterior.md) has those of all that the chains kept, and says more of each. "
    )


def page() -> str:
    """Every parameter with value, prior, unit, meaning, source and reason."""
    known = parameters()
    entries = sum(len(list(q.entries())) for q in known.values())
    ground = {g.address: g for g in grounds() if g.kind == "parameter"}
    known_fit = learned(installed())
    labels = Counter(told_by(a, known_fit) for q in known.values() for a, _ in q.entries())
    bases = Counter(g.basis for g in ground.values())
    apart = sum(len(list(known[name].entries())) for name in DEVIATION)
    parts = [
        "# Parameters\n\n",
        "Values are the centres (medians) of their priors. A parameter without a prior is a "
        "convention or a scale, and fixed. *Asked* marks those of "
        "which the record was expected to tell; all that have a prior are fitted, but for how "
        "drivers deviate, which was fitted to their series. "
        + fit_told()
        + "`steppe parameters` prints the same list, and "
        "`steppe parameters --csv FILE` writes it.\n\n",
        f"{len(known)} parameters with {entries} entries; "
        f"{sum(q.asks(a) for q in known.values() for a, _ in q.entries())} entries of "
        f"{sum(bool(q.asked) for q in known.values())} parameters asked, "
        f"{sum(q.fixed for q in known.values())} parameters fixed; "
        + ", ".join(f"{labels[label]} entries {what}" for label, what in LABELS.items())
        + f". {apart} of those told by the prior say how drivers deviate, which was fitted to "
        "their series" + ". What each rests on is also sorted on "
        "a page of its own: [what each number rests on](basis.md).\n\n",
        table(("basis", "entries"), [(MEANING[b], bases[b]) for b in BASES]),
    ]
    for heading, names in sections().items():
        parts.append(f"## {heading[0].upper()}{heading[1:]}\n\n")
        for name in names:
            quantity = known[name]
            prior = quantity.describe_prior()
            low, high = quantity.bounds
            parts.append(
                f"### `{name}`\n\n{quantity.meaning}.\n\n"
                f"- address: `{address_form(quantity)}`\n"
                f"- unit: {quantity.unit}; allowed: {low:g} to {high:g}\n"
                f"- prior: {prior}{'; asked' if quantity.asked else ''}\n"
                + rests_on([ground[a] for a, _ in quantity.entries()])
                + ("" if not quantity.dims else "\n")
                + values_of(quantity)
                + fitted(quantity, known_fit)
            )
    parts.append(
        "## Traits and drivers\n\nWhat the model reads beside its parameters. The values stand "
        "in `calibration/evidence`, each with its source; `steppe parameters NAME` prints those "
        "of one. A scenario can move them like parameters.\n\n"
    )
    for kind in ("trait", "driver"):
        parts.append(f"### {kind.capitalize()}s\n\n")
        rows = [
            (f"`{address_form(q)}`", q.unit, f"{q.bounds[0]:g} to {q.bounds[1]:g}",
             "-" if q.default is None else f"{q.default:g}", q.meaning)
            for q in of_kind(kind).values()
        ]  # fmt: skip
        parts.append(table(("address", "unit", "allowed", "default", "meaning"), rows))
    return "".join(parts)
