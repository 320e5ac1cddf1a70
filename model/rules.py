"""The rules of the model: one rule, one small pure function, one reference.

Both drivers of the model, the Mesa agents and the compiled engine, call these
functions and no others, so that they agree bit for bit. Shares, trust, fluency,
resentment, alarm and intrusion lie in [0, 1]; money is in USD million; utility
is on the scale of a logit. ``docs/model.md`` has the equations side by side.
"""

from __future__ import annotations

import math
from typing import Any

from .compiled import compiled

MOST_OPPORTUNITIES = 40
"""Cap on the opportunities of one state and area in a year.

At the largest allowed mean of 12 the chance of more is below 1e-10.
"""


# ---------------------------------------------------------------- 1. drivers move


@compiled
def deviation(before: float, persistence: float, volatility: float, shock: float) -> float:
    """Log deviation of a driver from its series: AR(1) with a standard normal shock."""
    return persistence * before + volatility * shock


@compiled
def level(series: float, log_deviation: float) -> float:
    """Level of a driver: its dated series times the exponential of its deviation."""
    return series * math.exp(log_deviation) if log_deviation != 0.0 else series


# ---------------------------------------------------------------- 2. needs follow


@compiled
def need(exposure: float, pressure: float) -> float:
    """Need of a state in an area: exposure times the pressure of the drivers, at most 1."""
    return min(1.0, exposure * pressure)


@compiled
def unmet(need_now: float, satiation: float, gain: float) -> float:
    """Need that is left where the form reached with a patron meets a part of it."""
    return need_now * (1.0 - satiation * gain)


# ---------------------------------------------------------------- 3. patrons share attention


@compiled
def budget(
    base: float,
    elasticity: float,
    capacity: float,
    trade_response: float,
    trade: float,
    alarm_response: float,
    alarm: float,
) -> float:
    """Offers a patron can make this year: follows capacity and trade, and rises with alarm.

    No capacity means no offers. The specification lists trade as a driver without
    saying where it acts; it acts here, because the series has one number for the five
    together, which would cancel in the shares of attention.
    """
    if capacity <= 0.0:
        return 0.0
    return base * math.exp(
        elasticity * math.log(capacity) + trade_response * math.log(trade) + alarm_response * alarm
    )


@compiled
def lead(rival_rung: int, own_rung: int) -> float:
    """Lead of the rival on one ladder, in full ladders: -1 to 1."""
    return (rival_rung - own_rung) / 5.0


@compiled
def appeal(
    salience: float,
    stake: float,
    presence: float,
    rivalry: float,
    imitation: float,
) -> float:
    """Appeal of a state and area to a patron: the sum of what raises it.

    Each argument is already a product of a response and what it responds to.
    """
    return salience + stake + presence + rivalry + imitation


@compiled
def attention(appeal_: float) -> float:
    """Weight of a state and area for a patron: the exponential of their appeal."""
    return math.exp(appeal_)


@compiled
def offer_probability(offers: float, weight: float, total: float) -> float:
    """Chance that an opportunity meets an offer: 1 - exp(-budget x weight / total).

    ``total`` is the sum over states and areas of weight times expected opportunities,
    so that the expected offers of a year approach the budget from below when
    opportunities are many. Departs from the specification, whose total leaves out
    the opportunities and spends attention where nobody has a need.
    """
    return 1.0 - math.exp(-offers * weight / total) if total > 0.0 else 0.0


# ---------------------------------------------------------------- 4. offers are tabled


@compiled
def poisson(u: float, mean: float) -> int:
    """Poisson count by inversion of one uniform number (monotone in the mean)."""
    if mean <= 0.0:
        return 0
    term = math.exp(-mean)
    total = term
    count = 0
    while u >= total and count < MOST_OPPORTUNITIES:
        count += 1
        term *= mean / count
        total += term
    return count


@compiled
def pulled(chance: float, pull: float) -> float:
    """Chance of a step that something pulls at: the rest of it is won at rate ``pull``."""
    if pull == 0.0:
        return chance
    return chance + (1.0 - chance) * (1.0 - math.exp(-pull))


@compiled
def willingness(reticence: float, foreseen: float) -> float:
    """Share of the steps to an intrusive form that a patron makes, foreseeing its cost."""
    return math.exp(-reticence * foreseen)


@compiled
def step_chance(chance: float, rung: int, pull: float, willing: Any) -> float:
    """Chance of a step up to a rung; the pull is towards joint activity, rung 3.

    ``willing`` has :func:`willingness` by rung.
    """
    return float((pulled(chance, pull) if rung <= 3 else chance) * willing[rung])


@compiled
def offered_rung(
    reached: int,
    u_upgrade: float,
    u_renewal: float,
    upgrade: float,
    jump: float,
    pull: float,
    willing: Any,
) -> int:
    """Rung of an offer: a higher one, or a renewal of one of those reached.

    Departs from the specification, which renews only the rung reached and climbs one
    rung at a time: in the record equipment goes on after exercises have begun
    (Kyrgyzstan: exercise in 2002, equipment in 2008 and 2014), and exercises stand where
    nothing was before. An offer that climbs goes on to the next rung with chance
    ``jump``, and again. On an empty ladder every offer climbs. ``pull`` and ``willing`` are
    those of :func:`step_chance`: 0 and all ones unless a scenario sets them.
    """
    chance = 0.0
    if reached < 5:
        chance = 1.0 if reached == 0 else step_chance(upgrade, reached + 1, pull, willing)
    if u_upgrade >= chance:
        return 1 + min(int(u_renewal * reached), reached - 1)
    rung = reached
    while u_upgrade < chance:
        rung += 1
        chance = chance * step_chance(jump, rung + 1, pull, willing) if rung < 5 else 0.0
    return rung


@compiled
def area_of(u: float, w0: float, w1: float, w2: float, w3: float, w4: float) -> int:
    """Area of a joint exercise, in proportion to weights; the last with a weight, for u near 1."""
    mark = u * (w0 + w1 + w2 + w3 + w4) - w0
    if mark < 0.0 or w1 + w2 + w3 + w4 == 0.0:
        return 0
    mark -= w1
    if mark < 0.0 or w2 + w3 + w4 == 0.0:
        return 1
    mark -= w2
    if mark < 0.0 or w3 + w4 == 0.0:
        return 2
    mark -= w3
    return 3 if mark < 0.0 or w4 == 0.0 else 4


@compiled
def size(median: float, dispersion: float, shock: float) -> float:
    """Money value of a package, USD million: lognormal."""
    return median * math.exp(dispersion * shock)


@compiled
def form(rung: int, joint: bool) -> int:
    """Position in ``names.FORMS`` of a package; ``joint`` matters at the rung of exercises.

    >>> [form(rung, False) for rung in range(1, 6)], form(3, True)
    ([0, 1, 2, 4, 5], 3)
    """
    return rung if rung > 3 or (joint and rung == 3) else rung - 1


# ---------------------------------------------------------------- 5. states weigh them


@compiled
def need_term(weight: float, need_now: float, gain: float) -> float:
    """Help where it is needed."""
    return weight * need_now * gain


@compiled
def money_term(weight: float, value: float, means: float) -> float:
    """Money relative to the state's own military means of the year."""
    return weight * math.log(1.0 + value / means)


@compiled
def trust_term(weight: float, trust: float) -> float:
    """Trust in the patron."""
    return weight * trust


@compiled
def language_term(weight: float, fluency: float, doctrine: float) -> float:
    """Cost of the missing common language, where the form needs one."""
    return -weight * (1.0 - fluency) * doctrine


@compiled
def sovereignty_term(
    weight: float,
    jealousy: float,
    intrusion: float,
    interference: float,
    fear: float,
    militancy: float,
) -> float:
    """Cost of intrusion, dearer where unrest could give a feared patron a reason to stay."""
    return -weight * jealousy * intrusion * (1.0 + interference * fear * militancy)


@compiled
def displeasure_term(weight: float, alarm: float, dependence: float, intrusion: float) -> float:
    """Cost of displeasing the rival: its alarm times the state's dependence on it."""
    return -weight * alarm * dependence * intrusion


@compiled
def resentment_term(weight: float, resentment: float) -> float:
    """Cost of public backlash."""
    return -weight * resentment


@compiled
def membership_term(weight: float, membership: float) -> float:
    """Belonging to the patron's organisation."""
    return weight * membership


@compiled
def exclusion_term(weight: float, membership: float, intrusion: float) -> float:
    """Room that the rival's organisation takes: part of the membership term, with a minus."""
    return weight * membership * intrusion


@compiled
def dispute_term(weight: float, quarrel: float) -> float:
    """Cost of an event hosted by a neighbour with whom the state quarrels."""
    return -weight * quarrel


@compiled
def diffusion_term(weight: float, share: float) -> float:
    """What the other states already have from the same patron (Kinne 2018)."""
    return weight * share


@compiled
def counterweight_term(
    weight: float, fear_of_rival: float, militancy: float, rival: float
) -> float:
    """A feared rival's presence revalues this patron."""
    return weight * fear_of_rival * militancy * rival


@compiled
def expected_presence(presence: float, anticipated: float) -> float:
    """Presence of a rival, with a share of what it lacks counted in advance."""
    return presence + anticipated * (1.0 - presence)


@compiled
def supply_term(price: float, domestic: float, technology: float, modernity: float) -> float:
    """Assistance only: domestic prices, and modern equipment of the patron's own make."""
    return price * domestic + technology * modernity


@compiled
def constant_term(constant: float, openness: float) -> float:
    """The patron's constant and the state's own effect."""
    return constant + openness


@compiled
def utility(
    need_: float,
    money: float,
    trust: float,
    language: float,
    sovereignty: float,
    displeasure: float,
    resentment: float,
    membership: float,
    dispute: float,
    diffusion: float,
    counterweight: float,
    supply: float,
    constant: float,
    alignment: float,
) -> float:
    """Utility of one patron's offer: the sum of its terms, in this order."""
    return (
        need_
        + money
        + trust
        + language
        + sovereignty
        + displeasure
        + resentment
        + membership
        + dispute
        + diffusion
        + counterweight
        + supply
        + constant
        + alignment
    )


@compiled
def outside(weight: float, presence: float) -> float:
    """Utility of declining: zero, or what a third patron on the spot makes it worth."""
    return weight * presence


@compiled
def heeds_rival(rule: float) -> float:
    """1 under the logit, which weighs the rival's displeasure and the counterweight; else 0."""
    return 1.0 if rule < 0.5 else 0.0


@compiled
def weight_of(presence: float, dependence: float, fear: float, militancy: float) -> float:
    """Weight of a patron in a state: power near at hand, and feared intention (Walt 1985)."""
    return max(presence, dependence) * (1.0 + fear * militancy)


@compiled
def alignment_term(
    rule: float, weight: float, threshold: float, lead_: float, dependence: float
) -> float:
    """Leaning to a patron under the rival rules of decision; 0 under the logit.

    Parameters
    ----------
    rule : float
        0 logit; 1 balancing: away from the patron whose weight leads by more than the
        threshold (Walt 1985; Schweller 2004 on imbalance that is borne); 2 bandwagoning: with
        the patron on which the state depends (Hirschman 1945; Schweller 1994).
    weight, threshold : float
        Of the leaning, and the imbalance that a balancing state bears.
    lead_, dependence : float
        By how much the patron's :func:`weight_of`, and the dependence on it, exceed the rival's.

    The term of the rival patron is the same with the other sign, so the level of acceptance
    that was fitted under the logit is kept.
    """
    if rule < 0.5:
        return 0.0
    if rule >= 1.5:
        return weight * dependence
    if lead_ > threshold:
        return -weight
    return weight if lead_ < -threshold else 0.0


@compiled
def together(rule: float, complementarity: float, weight: float, dependence: float) -> float:
    """What both offers are worth beyond their sum.

    Under bandwagoning the less, the more one-sided the state's ``dependence`` is.
    """
    return complementarity if rule < 1.5 else complementarity - weight * abs(dependence)


@compiled
def choice_probabilities(
    decline: float,
    china: float,
    russia: float,
    both: float,
    on_table: int,
) -> tuple[float, float, float, float]:
    """Multinomial logit over what is on the table (McFadden 1974).

    Parameters
    ----------
    decline, china, russia, both : float
        Utilities of the four alternatives; ``both`` is the sum plus complementarity.
    on_table : int
        1 China alone, 2 Russia alone, 3 both.

    Returns
    -------
    tuple of four floats
        Probabilities of neither, china, russia, both.
    """
    top = decline
    if on_table != 2:
        top = max(top, china)
    if on_table != 1:
        top = max(top, russia)
    if on_table == 3:
        top = max(top, both)
    e0 = math.exp(decline - top)
    e1 = math.exp(china - top) if on_table != 2 else 0.0
    e2 = math.exp(russia - top) if on_table != 1 else 0.0
    e3 = math.exp(both - top) if on_table == 3 else 0.0
    total = e0 + e1 + e2 + e3
    return e0 / total, e1 / total, e2 / total, e3 / total


@compiled
def choose(u: float, p0: float, p1: float, p2: float, p3: float) -> int:
    """Choice by inversion: 0 neither, 1 China, 2 Russia, 3 both.

    Never one of probability zero, also where rounding leaves the sum below one.
    """
    if u < p0:
        return 0
    if p1 > 0.0 and (u < p0 + p1 or p2 + p3 == 0.0):
        return 1
    if p2 > 0.0 and (u < p0 + p1 + p2 or p3 == 0.0):
        return 2
    return 3


# ---------------------------------------------------------------- 6. packages are delivered


@compiled
def delivery(outstanding: float, rate: float) -> float:
    """What is delivered of a pledge in a year, USD million."""
    return outstanding * rate


# ---------------------------------------------------------------- 7. the world answers


@compiled
def activity(packages: int) -> float:
    """Activity of a year: 0 for no package, towards 1 for many."""
    return 1.0 - math.exp(-float(packages))


@compiled
def dependence_share(stock: float, scale: float, means: float) -> float:
    """Dependence: the stock of delivered value against the state's own means."""
    return 1.0 - math.exp(-stock / (scale * means))


@compiled
def next_stock(stock: float, decay: float, delivered: float) -> float:
    """Stock of delivered value, USD million: wears out, and grows by deliveries."""
    return stock * (1.0 - decay) + delivered


@compiled
def next_trust(
    trust: float,
    initial: float,
    gain: float,
    active: float,
    decay: float,
    loss: float,
    broken: float,
) -> float:
    """Trust grows with activity, drifts to where it began, and falls with broken pledges."""
    moved = trust + gain * active * (1.0 - trust) - decay * (trust - initial)
    return min(1.0, max(0.0, moved * (1.0 - loss * broken)))


@compiled
def after_rupture(trust: float, loss: float) -> float:
    """Trust after a force has been ousted."""
    return trust * (1.0 - loss)


@compiled
def next_fluency(fluency: float, gain: float, joint: float, decay: float) -> float:
    """Common language: built by assistance and joint activity, lost slowly ("generations")."""
    return min(1.0, max(0.0, fluency + gain * joint * (1.0 - fluency) - decay * fluency))


@compiled
def next_resentment(
    resentment: float, gain: float, backlash: float, presence: float, decay: float
) -> float:
    """Backlash: bred by the patron's most intrusive rung, fades."""
    return min(1.0, max(0.0, resentment * (1.0 - decay) + gain * backlash * presence))


@compiled
def next_alarm(alarm: float, adjustment: float, target: float) -> float:
    """Alarm moves a share of the way to what the rival's rungs in the sphere call for."""
    return min(1.0, max(0.0, alarm + adjustment * (target - alarm)))


@compiled
def rupture_probability(rate: float, resentment: float, rung: int) -> float:
    """Chance that a mixed unit or standing force is ousted this year."""
    return rate * resentment if rung >= 4 else 0.0
