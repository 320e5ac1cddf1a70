"""Sections of the account: what each shows, from the files that it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from ..files import digest, read_bytes
from ..html import embedded
from ..style import Note, as_bytes
from . import foresight, foresight_words, held, ranks
from .files import Picture, facts, number, table
from .numbers import Number, plain

CHAINS: Final = {"trace.png": "trace", "pairs.png": "pairs"}


def drawn(name: str, figure: Any, caption: str, alt: str) -> Picture:
    """Figure as a picture of the page."""
    return Picture(name, caption, alt, embedded(as_bytes(figure, "png", caption)))


def numbers_figure(numbers: Sequence[Number], note: Note) -> Picture:
    """Figure of all numbers beside their priors."""
    from .numbers_figures import beside_priors

    told = sum(one.by_data for one in numbers)
    return drawn(
        "numbers", beside_priors(numbers, note),
        f"Posterior of {len(numbers)} numbers beside their priors, the most told on top: those "
        "that the record was expected to tell of, or tells.",
        f"Dots with 90% intervals in prior standard deviations, one a number, over a band for the "
        f"prior. {told} of {len(numbers)} are told by the record, most of all "
        f"{numbers[0].name} ({numbers[0].place[1]:+.1f}). The table below has all values.",
    )  # fmt: skip


def believe(
    manifest: Mapping[str, Any], fit: Path | None, reference: Path | None, note: Note
) -> dict[str, Any]:
    """Gates, convergence, pictures of the chains, simulated records."""
    from . import numbers_figures, ranks_figures

    gates = manifest.get("gates", ())
    found: dict[str, Any] = {"gates": gates, "figures": [], "chains": [], "absent": []}
    needed = ("address", "rhat", "ess_bulk", "ess_tail")
    rows: list[dict[str, Any]] = [
        {"address": r["address"],
         **{n: number(r[n], "diagnostics.csv", n) for n in needed[1:]}}
        for r in table(fit, "diagnostics.csv", needed)
    ]  # fmt: skip
    if rows:
        worst = max(rows, key=lambda row: row["rhat"])
        found["figures"].append(drawn(
            "convergence", numbers_figures.convergence(rows, _allowed(gates), note),
            "R-hat and effective sample sizes of every number of the chains, beside their gates.",
            f"Two panels, a dot a number. The worst R-hat is {worst['rhat']:.3f} "
            f"({plain(worst['address'])}); the fewest effective draws are "
            f"{min(min(r['ess_bulk'], r['ess_tail']) for r in rows):.0f}.",
        ))  # fmt: skip
    for file, name in CHAINS.items():
        content = None if fit is None else read_bytes(fit / file)
        if content is None:
            found["absent"].append(file)
            continue
        words = {
            "trace": (
                "The numbers with the largest R-hat, a row each, the largest on top (at most "
                "forty): density (left) and course (right) of each chain, a colour each. Good are "
                "densities that lie on each other and courses without a trend, in which no colour "
                "stays apart; a chain that stands alone, or a step in its course, would show a fit "
                "that has not settled."
            ),
            "pairs": (
                "Draws of the numbers that hang together most, against each other. A slanted cloud "
                "is a sum or product that the record tells better than either number."
            ),
        }[name]
        found["chains"].append(Picture(name, words, f"{words} Made by ArviZ.", embedded(content)))
    found["sbc"] = _simulated(reference, ranks_figures, gates)
    found["recovered"] = _recovered(reference)
    return found


def _simulated(
    reference: Path | None, figures: Any, gates: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    right = ranks.read(None if reference is None else reference / "sbc")
    wrong = ranks.read(None if reference is None else reference / "sbc-wrong")
    if right is None:
        return {}
    found, control = ranks.bands(right), None if wrong is None else ranks.bands(wrong)
    told = f"{right.records} simulated records, seed {right.settings.get('seed', '?')}"
    note = Note(
        "exploration: the fit held against records that the model brought forth", told, None
    )
    left = [plain(right.estimated[n]) for n in found.leaves_all.nonzero()[0]]
    limits = _allowed(gates)
    return {
        "ranks": right,
        "left": left,
        "left_one": int(found.leaves_one.sum()),
        "control": wrong,
        "control_left": None if control is None else int(control.leaves_all.sum()),
        "coverage": ranks.coverage(right),
        "limits": limits,
        "mixed": int((right.whole["rhat"] < limits["rhat"]).sum()) if "rhat" in limits else None,
        "long": int((right.whole["ess"] > limits["ess"]).sum()) if "ess" in limits else None,
        "figures": [
            drawn(
                "ranks",
                figures.differences(
                    found, control, (right.estimated, *([wrong.estimated] if wrong else [])), note
                ),
                "Ranks of the true values among the draws, less uniform ranks; right, the control "
                "that must fail.",
                f"Two panels of lines with bands. In the fit {len(left)} of "
                f"{len(right.estimated)} lines leave the wide band"
                + (f"; in the control {int(control.leaves_all.sum())}." if control else
                   "; no control was run."),
            ),
            drawn(
                "recovery", figures.recovery(right, note),
                "Known values of simulated records against what the fit says of them.",
                f"{len(right.estimated)} panels, one a number: true value across, posterior mean "
                "and 90% interval up, with the line on which they agree.",
            ),
        ],
    }  # fmt: skip


def _recovered(reference: Path | None) -> dict[str, Any]:
    """Simulated records as long as the real one; empty where none was fitted."""
    told = facts(
        None if reference is None else reference / "recovered",
        "manifest.json",
        ("held", "due", "until", "fits", "estimated"),
    )
    return {**told, "passed": sum(passed(fit) for fit in told["fits"])} if told else {}


def _allowed(gates: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Limits of R-hat and effective sample sizes, as the gates state them."""
    found = {}
    for gate in gates:
        key = {"R-hat": "rhat", "bulk effective sample size": "ess"}.get(gate["name"])
        if key:
            found[key] = number(str(gate["allowed"]).lstrip("<> "), "manifest.json", gate["name"])
    return found


def predictive(reference: Path | None) -> dict[str, Any]:
    """Posterior predictive checks with their picture."""
    found = held.predictive(reference)
    content = read_bytes(found["picture"]) if found else None
    if content is not None:
        caption = "Packages on record beside those that the fitted model expects to be on record."
        found["figure"] = Picture(
            "predictive", caption,
            f"{caption} Twelve panels, forms down and patrons across; a dot for each state's "
            "number and a bar for nine of ten records of the model.", embedded(content),
        )  # fmt: skip
    return found


def backtests(reference: Path | None) -> dict[str, Any]:
    """Backtests: power, competitors, gains and losses in every score, intervals."""
    from .foresight_figures import picture

    found = foresight.read(reference)
    if not found:
        return {}
    first = found[0].manifest
    note = Note(first["badge"], f"{len(first['seeds'])} seeds of each forecast", None)
    lost = "; ".join(foresight.clear(found[0].rows, "loss"))
    return {
        "tests": [_backtest(one) for one in found],
        "scores": foresight_words.SCORES,
        "guard": _guard(first),
        "figure": drawn(
            "gains", picture(found, note),
            "Gain of the model over the best baseline by group of packages, with 90% intervals.",
            f"{2 * len(found)} panels, a line a group around zero. Clear losses in the first "
            f"backtest: {lost}. All values stand in the tables below.",
        ),
    }  # fmt: skip


def _guard(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What a backtest's manifest says of the evidence that was read."""
    told = [one for one in manifest.get("training", ()) if one.get("read")]
    if not told:
        return {"read": 0}
    return {
        "read": len(told[0]["read"]),
        "latest": max(row["year"] for row in told[0]["read"]),
        "known": [name.replace("_", " ") for name in manifest.get("known_beyond_the_cut", ())],
    }


def _backtest(one: foresight.Backtest) -> dict[str, Any]:
    return {
        "test": one,
        "competitors": foresight.competitors(one.rows),
        "groups": foresight.by_group(one.rows),
        "lost": foresight.clear(one.rows, "loss"),
        "won": foresight.clear(one.rows, "gain"),
        "by_chance": foresight_words.by_chance(one.rows),
        "sums": list(foresight_words.sums(one.rows)),
        "intervals": foresight.intervals(one.rows),
        "mechanisms": list(foresight_words.mechanisms(one.rows, one.clear_if_right, one.weighted)),
        **_totals(one),
        "years": one.manifest["test_until"] - one.manifest["cut"],
    }


def _totals(one: foresight.Backtest) -> dict[str, Any]:
    """Packages documented and expected, where the table of totals stands."""
    if not one.totals:
        return {"totals": []}
    best = next(
        row["best"] for row in one.rows
        if (row["competitor"], row["score"], row["by"]) == (foresight_words.MODEL, "crps", "all")
    )  # fmt: skip
    return {
        "totals": foresight_words.years(one.totals, best),
        "rival": best,
        "by_patron": foresight_words.by_patron(one.totals, best),
        "by_state": foresight_words.by_state(one.rows, one.totals),
        "by_form": foresight_words.by_form(one.totals, best),
    }


def claims(reference: Path | None) -> dict[str, Any]:
    """Claims of the documents with their picture."""
    found = held.claims(reference)
    if not found or not found["tested"]:
        return found
    told = found["manifest"]
    picture = held.claims_picture(
        found["tested"], Note(told["badge"].partition(":")[0], f"seed {told['seed']}", None)
    )
    found["figure"] = drawn(
        "claims", picture,
        f"Probability of each of {len(found['tested'])} claims of the documents.",
        f"A mark a claim, by what later sources say of it. {len(found['wrong'])} lie on the wrong "
        "side of one half. The table below has all values.",
    )  # fmt: skip
    found["at_its_date"] = held.claims(reference, "claims-2009")
    return found


def again(reference: Path | None) -> list[dict[str, Any]]:
    """Reference results: command, seeds, badge, digest of the manifest."""
    entries = []
    for path in [] if reference is None else sorted(reference.glob("*/manifest.json")):
        told = facts(path.parent, "manifest.json")
        seeds = told.get("seeds", told.get("seed", ""))
        claim = str(told.get("badge", badge(told) if "gates" in told else ""))
        entries.append({
            "name": path.parent.name, "command": command_of(told),
            "seed": ", ".join(map(str, seeds)) if isinstance(seeds, list) else seeds,
            "badge": claim.partition(":")[0],
            "digest": digest(path.read_bytes())[:16],
        })  # fmt: skip
    return entries


def command_of(told: Mapping[str, Any]) -> str:
    """What a person types to have results again: as their manifest says, or from its fields."""
    if "command" in told:
        command = told["command"]
        return command if isinstance(command, str) else " ".join(map(str, command))
    if "test_until" in told:
        words = f"steppe backtest --train-until {told['cut']} --test-until {told['test_until']}"
        words += " --rolling" if told.get("rolling") else ""
        known = told.get("known_beyond_the_cut", ())
        words += "" if "coverage" in known else " --coverage-frozen"
        return words + (" --drivers-known" if set(known) - {"coverage"} else "")
    if "ranked" in told:
        words = f"steppe calibrate sbc --records {told.get('records', 100)}"
        words += " --main" if told.get("main") else ""
        for name in ("until", "particles", "pilot", "iterations", "most", "seed"):
            words += f" --{name} {told[name]}" if name in told else ""
        return words + (" --wrong" if told.get("wrong") else "")
    if "gates" in told:
        return f"steppe calibrate --until {told['until']} --seed {told['seed']}"
    return ""


def passed(manifest: Mapping[str, Any]) -> bool:
    """Whether the fit was checked and passed every gate."""
    gates = manifest.get("gates", ())
    return bool(gates) and all(gate["passed"] for gate in gates)


def noise(manifest: Mapping[str, Any]) -> dict[str, float]:
    """Middle and largest variance of the likelihood's estimate, where a fit measured it."""
    found = manifest.get("variances", ())
    return {"middle": median(found), "most": max(found)} if found else {}


def badge(manifest: Mapping[str, Any]) -> str:
    """What may be claimed, in one line."""
    if not manifest:
        return "illustration: no fit was found"
    if passed(manifest):
        return "explanation: the fit to the documented record passed its gates"
    return "exploration: the fit to the documented record has not passed its gates"


def source(manifest: Mapping[str, Any]) -> str:
    """Line on the figures: what the fit is."""
    if not manifest:
        return "no fit"
    text = f"fit of the record to {manifest['until']}, seed {manifest['seed']}"
    if {"groups", "chains", "iterations"} <= manifest.keys():
        chains = manifest["groups"] * manifest["chains"]
        text += f"; {chains} chains of {manifest['iterations']:,} kept draws"
    return text
