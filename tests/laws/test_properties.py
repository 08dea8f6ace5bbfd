"""What holds for every shipment: order is irrelevant, ceilings hold, scopes are kept, nothing is known before its day."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from roadstead.terms.errors import RoadsteadError
from roadstead.terms.ids import Product
from roadstead.trade import rulebook
from roadstead.trade.columns import POWERTRAINS
from roadstead.trade.duty import Shipment, covers, settle
from roadstead.trade.inquiry import Inquiry
from roadstead.trade.quote import quote
from roadstead.world import reference

RULES = rulebook.load()
WORLD = reference.load()
DOLLARS = WORLD.dollars(2025)
IMPORTERS = sorted(RULES.measures)
ORIGINS = ("CHN", "DEU", "JPN", "KOR", "USA", "MEX", "THA", "TUR")
PRODUCTS = tuple(product.value for product in Product)
YEARS = range(2018, 2028)
FIRMS = ("", "BYD", "Tesla", "SAIC", "VW Anhui", "Toyota")
EXACT = 1e-12
PRICES = st.floats(1_000.0, 120_000.0)
FACTS = {
    "in_quota": st.booleans(),
    "qualifies.USMCA": st.booleans(),
    "qualifies.KORUS": st.booleans(),
    "qualifies.EU-JPN": st.booleans(),
    "qualifies.ACFTA": st.booleans(),
    "certificate.TUR_INVESTMENT": st.booleans(),
    "undertaking.EU_BEV": st.booleans(),
    "content.USA": st.floats(0.0, 1.0),
    "content.CAN_MEX": st.floats(0.0, 1.0),
    "power_kw": st.floats(10.0, 400.0),
    "engine_cm3": st.floats(600.0, 6_000.0),
    "retail_price": st.floats(5_000.0, 3_000_000.0),
    "mass_kg": st.floats(700.0, 3_500.0),
    "fuel": st.sampled_from(("petrol", "diesel")),
}

shipments = st.builds(
    Shipment,
    importer=st.sampled_from(IMPORTERS),
    origin=st.sampled_from(ORIGINS),
    product=st.sampled_from(PRODUCTS),
    powertrain=st.sampled_from(POWERTRAINS),
    firm=st.sampled_from(FIRMS),
    on=st.dates(date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31)),
    facts=st.fixed_dictionaries({}, optional=FACTS),
)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
thorough = settings(unhurried, max_examples=300)


def told(law, shipment, value):
    """Lines with their amounts, or the codes of a refusal."""
    try:
        stack = settle(law, shipment, value, DOLLARS)
    except RoadsteadError as error:
        return {fault.code for fault in error.faults}
    return {line.measure.measure_id: float(line.amount(value)) for line in stack.lines}


@unhurried
@given(shipments, PRICES, st.randoms(use_true_random=False))
def test_order_of_rows_is_irrelevant(shipment, value, random):
    shuffled = {importer: tuple(random.sample(rows, len(rows))) for importer, rows in RULES.measures.items()}
    assert told(replace(RULES, measures=shuffled), shipment, value) == told(RULES, shipment, value)


@unhurried
@given(shipments, PRICES)
def test_duties_add_up_line_by_line_and_none_is_negative(shipment, value):
    try:
        stack = settle(RULES, shipment, value, DOLLARS)
    except RoadsteadError:
        return
    duties = [float(line.amount(value)) for line in stack.lines if line.layer == "duty"]
    assert all(amount >= 0 for amount in duties)
    assert stack.duty_rate(value) * value == pytest.approx(sum(duties), rel=EXACT, abs=1e-9)
    assert len({line.measure.measure_id for line in stack.lines}) == len(stack.lines)


TOPPED = sorted({m.importer for m in RULES.every_measure() if m.rate_type == "CEILING_TOPUP"})


@unhurried
@given(
    shipments.map(lambda s: replace(s, importer="USA", product="CAR_CBU")),
    st.sampled_from(("JPN", "KOR", "DEU")),
    st.dates(date(2025, 8, 1), date(2027, 12, 31)),
    PRICES,
)
def test_a_ceiling_is_never_exceeded(shipment, origin, on, value):
    """Base rate and top-up together come to the ceiling, or to the base rate where that alone is above."""
    assume(shipment.powertrain != "FCEV")  # the tables hold no rate for them
    stack = settle(RULES, replace(shipment, origin=origin, on=on), value, DOLLARS)
    for line in stack.lines:
        if line.measure.rate_type == "CEILING_TOPUP":
            base = stack.lines[0].rate
            assert line.measure.ceiling is not None
            assert base + line.rate == pytest.approx(max(line.measure.ceiling, base), abs=EXACT)


def test_the_ceilings_of_the_tables_are_those_tried():
    assert TOPPED == ["USA"]


def in_scope(measure, shipment) -> bool:
    """Whether a row can have a say, from its own columns alone."""
    unions = {bloc for bloc, members in RULES.blocs.items() if shipment.importer in {m for m, _ in members}}
    return (
        measure.importer in {shipment.importer, *unions}
        and measure.span.covers(shipment.on)
        and shipment.product in measure.products
        and (not measure.powertrains or shipment.powertrain in measure.powertrains)
        and covers(RULES, measure.origins, shipment.origin, shipment.on)
    )


@unhurried
@given(shipments, PRICES, st.data())
def test_removing_a_measure_changes_only_lanes_in_its_scope(shipment, value, data):
    rows = RULES.measures[shipment.importer]
    gone = data.draw(st.sampled_from(rows))
    less = {**RULES.measures, shipment.importer: tuple(row for row in rows if row is not gone)}
    before, after = told(RULES, shipment, value), told(replace(RULES, measures=less), shipment, value)
    if not in_scope(gone, shipment):
        assert after == before
    elif isinstance(after, dict):
        assert gone.measure_id not in after


@cache
def known_on(day: date):
    return rulebook.load(day)


@unhurried
@given(shipments, PRICES, st.sampled_from([date(year, month, 15) for year in range(2017, 2027) for month in (1, 7)]))
def test_a_total_at_a_known_date_uses_no_measure_published_later(shipment, value, known):
    law = known_on(known)
    assert all(row.known_from <= known for row in law.every_measure())
    try:
        stack = settle(law, shipment, value, DOLLARS)
    except RoadsteadError:
        return
    assert all(line.measure.known_from <= known for line in stack.lines)


@unhurried
@given(shipments, PRICES)
def test_what_was_known_after_the_last_publication_is_the_law_of_today(shipment, value):
    last = max(row.known_from for row in RULES.every_measure())
    assert told(known_on(last + timedelta(days=1)), shipment, value) == told(RULES, shipment, value)


@thorough
@given(shipments, PRICES)
def test_a_quote_refuses_in_words_or_is_told_in_full(shipment, value):
    """Nothing but RoadsteadError ever comes of a valid shipment."""
    inquiry = Inquiry(
        shipment.importer, shipment.origin, shipment.powertrain, shipment.on, value, shipment.product, shipment.firm,
        shipment.facts,
    )  # fmt: skip
    faults, found = (), None
    try:
        found = quote(inquiry, WORLD)
    except RoadsteadError as error:
        faults = error.faults
    if found is None:
        assert faults
        assert all(fault.where and fault.message and fault.expected for fault in faults)
        return
    assert found.with_import_taxes_amount >= found.total_duty_amount + found.total_fee_amount - 1e-6
    assert found.total_duty_rate * value == pytest.approx(found.total_duty_amount, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("importer", IMPORTERS)
def test_every_lane_of_ten_years_is_settled_or_refused_in_words(importer):
    """All powertrains, products, origins and years, without declaring a fact."""
    lanes = itertools.product(ORIGINS, PRODUCTS, POWERTRAINS, YEARS)
    outcomes = {
        type(told(RULES, Shipment(importer, origin, product, powertrain, "", date(year, 7, 1)), 20_000.0))
        for origin, product, powertrain, year in lanes
    }
    assert outcomes <= {dict, set}
    assert dict in outcomes, "not one lane is known"
