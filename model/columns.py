"""Where each quantity stands in the flat tables: constants that the engine is compiled with.

The cache of compiled code knows the declarations, so a new order makes new code.
"""

from __future__ import annotations

from .names import AREAS, CHANNELS
from .tables import OFFSET

C = len(CHANNELS)
AID_RUNG, EXERCISE_RUNG, UNIT_RUNG, FORCE_RUNG = 2, 3, 4, 5
PEACEKEEPING, ENERGY = AREAS.index("peacekeeping"), AREAS.index("energy_protection")

(OPPORTUNITY_RATE, BUDGET, ELASTICITY, ALARM_RESPONSE, SALIENCE, US_RESPONSE) = (
    OFFSET["opportunity_rate"],
    OFFSET["budget"],
    OFFSET["budget_capacity_elasticity"],
    OFFSET["budget_alarm_response"],
    OFFSET["salience"],
    OFFSET["us_presence_response"],
)
TRADE_RESPONSE, STAKE_WEIGHT = OFFSET["trade_response"], OFFSET["stake_weight"]
RIVAL_RESPONSE, IMITATION = OFFSET["rival_response"], OFFSET["imitation"]
NEED_LOAD, UPGRADE = OFFSET["need_load"], OFFSET["upgrade_probability"]
JUMP = OFFSET["jump_probability"]
PROGRAMME, RELIEF = OFFSET["exercise_programme"], OFFSET["multilateral_relief"]
AREA_INTEREST = OFFSET["area_interest"]
SIZE, DISPERSION = OFFSET["package_size"], OFFSET["size_dispersion"]
NEED_WEIGHT, MONEY_WEIGHT = OFFSET["need_weight"], OFFSET["money_weight"]
TRUST_WEIGHT, LANGUAGE_WEIGHT = OFFSET["trust_weight"], OFFSET["language_weight"]
SOVEREIGNTY_WEIGHT, INTERFERENCE = OFFSET["sovereignty_weight"], OFFSET["interference_weight"]
COUNTERWEIGHT, DISPLEASURE_WEIGHT = OFFSET["counterweight"], OFFSET["displeasure_weight"]
RESENTMENT_WEIGHT, MEMBERSHIP_WEIGHT = OFFSET["resentment_weight"], OFFSET["membership_weight"]
DISPUTE_WEIGHT, DIFFUSION = OFFSET["dispute_weight"], OFFSET["diffusion"]
PRICE_WEIGHT, TECHNOLOGY_WEIGHT = OFFSET["price_weight"], OFFSET["technology_weight"]
COMPLEMENTARITY, OUTSIDE_WEIGHT = OFFSET["complementarity"], OFFSET["outside_weight"]
CONSTANT, OPENNESS = OFFSET["acceptance_constant"], OFFSET["openness"]
GAIN, DOCTRINE, INTRUSION = (
    OFFSET["rung_gain"],
    OFFSET["rung_doctrine"],
    OFFSET["rung_intrusion"],
)
DELIVERY_RATE, LIFETIME = OFFSET["delivery_rate"], OFFSET["pledge_lifetime"]
TRUST_GAIN, TRUST_DECAY = OFFSET["trust_gain"], OFFSET["trust_decay"]
TRUST_LOSS, RUPTURE_LOSS = OFFSET["trust_loss"], OFFSET["rupture_loss"]
FLUENCY_GAIN, FLUENCY_DECAY = OFFSET["fluency_gain"], OFFSET["fluency_decay"]
DEPENDENCE_DECAY, DEPENDENCE_SCALE = OFFSET["dependence_decay"], OFFSET["dependence_scale"]
RESENTMENT_GAIN, RESENTMENT_DECAY = OFFSET["resentment_gain"], OFFSET["resentment_decay"]
ALARM_ADJUSTMENT, LAPSE, RUPTURE = (
    OFFSET["alarm_adjustment"],
    OFFSET["lapse_rate"],
    OFFSET["rupture_rate"],
)
PERSISTENCE, VOLATILITY = OFFSET["driver_persistence"], OFFSET["driver_volatility"]
DETECTION, COVERAGE, NAMING = OFFSET["detection"], OFFSET["coverage"], OFFSET["naming"]
EXPOSURE, STAKE, SOVEREIGNTY, SPHERE = (
    OFFSET["exposure"],
    OFFSET["stake"],
    OFFSET["sovereignty"],
    OFFSET["sphere"],
)
FEAR, BACKLASH, MEMBERSHIP = (
    OFFSET["interference_fear"],
    OFFSET["backlash"],
    OFFSET["membership"],
)
INITIAL_RUNG, INITIAL_TRUST = OFFSET["initial_rung"], OFFSET["initial_trust"]
INITIAL_FLUENCY, DOMESTIC_PRICE = OFFSET["initial_fluency"], OFFSET["domestic_price"]
DEFENCE_SHARE, GDP, US_PRESENCE = (
    OFFSET["defence_share"],
    OFFSET["gdp"],
    OFFSET["us_presence"],
)
SCALAR_SIGNALS = OFFSET["afghan_instability"]  # the four scalar signals stand in a row
ENERGY_FLOW, DISPUTE = OFFSET["energy_flow"], OFFSET["dispute"]
CAPACITY, TRADE, TECHNOLOGY = OFFSET["capacity"], OFFSET["trade"], OFFSET["technology"]
RULE, ALIGNMENT, THRESHOLD = (
    OFFSET["decision_rule"],
    OFFSET["alignment_weight"],
    OFFSET["balance_threshold"],
)
FORM_INTRUSION, RETICENCE = OFFSET["form_intrusion"], OFFSET["reticence"]
FORM_IMITATION, JOINT_REQUEST = OFFSET["form_imitation"], OFFSET["joint_request"]
BRIGADE_RATE, REPLICATION = OFFSET["brigade_rate"], OFFSET["replication"]
EXCLUSION, ANTICIPATED = OFFSET["exclusion"], OFFSET["anticipated_presence"]
BUSINESS, BUSINESS_NEED = OFFSET["business"], OFFSET["business_need"]
BUSINESS_SALIENCE = OFFSET["business_salience"]
SATIATION, TENURE = OFFSET["satiation"], OFFSET["tenure"]
