"""Landed cost as laws: steps add up, no cost makes a car cheaper, money has no favourite currency."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadstead.terms.errors import RoadsteadError
from roadstead.trade.duty import Stack
from roadstead.trade.landed import Voyage, cross, crossing_lines, customs_value, valuation
from roadstead.trade.taxes import cascade, taxes_in_force

money = st.floats(1.0, 1e5)
rates = st.floats(0.0, 0.5)
ways = st.builds(Voyage, st.floats(0.0, 5_000.0), st.floats(0.0, 0.05), rates, st.floats(0.0, 120.0))
LANES = {
    "one rate": ("MEX CHN BEV", "2027-07-01", {}),
    "two rates": ("EU27 CHN BEV", "2027-07-01", {}),
    "higher of rate and amount": ("TUR CHN BEV", "2027-07-01", {}),
    "a fee beside": ("UZB CHN BEV", "2027-07-01", {}),
    "a share of the value": ("CAN USA ICE", "2027-07-01", {"qualifies.USMCA": True, "content.CAN_MEX": 0.3}),
    "nothing": ("JPN CHN BEV", "2027-07-01", {}),
}


@pytest.fixture(scope="module")
def stacks(ask):
    return {name: ask(lane, on, facts, firm="BYD").stack for name, (lane, on, facts) in LANES.items()}


bases = st.sampled_from(["CIF", "FOB"])
lanes = st.sampled_from(sorted(LANES))


@given(lanes, bases, money, ways, rates)
def test_steps_add_up(stacks, lane, basis, price, way, tax):
    stack = stacks[lane]
    crossing = cross(price, way, basis, stack, tax)
    value = price if basis == "FOB" else price + way.freight + way.insurance_rate * (price + way.freight)
    charges = sum(float(line.amount(np.asarray(value))) for line in stack.lines)
    by_hand = (
        way.freight
        + way.insurance_rate * (price + way.freight)
        + price * way.money_rate * way.days / 365.0
        + charges
        + tax * (value + charges)
    )
    assert crossing.total == pytest.approx(by_hand, rel=1e-12)
    assert sum(bar.amount for bar in crossing_lines(crossing)) == pytest.approx(crossing.total, rel=1e-12, abs=1e-9)


@given(lanes, bases, money, ways, rates, st.floats(0.01, 1_000.0), st.sampled_from(range(6)))
def test_no_cost_makes_a_car_cheaper(stacks, lane, basis, price, way, tax, more, part):
    stack = stacks[lane]
    before = price + cross(price, way, basis, stack, tax).total
    if part == 0:
        after = price + more + cross(price + more, way, basis, stack, tax).total
    elif part == 5:
        after = price + cross(price, way, basis, stack, tax + more).total
    else:
        name = ("freight", "insurance_rate", "money_rate", "days")[part - 1]
        after = price + cross(price, replace(way, **{name: getattr(way, name) + more}), basis, stack, tax).total
    assert after >= before - 1e-9 * before


@given(lanes, bases, money, ways, rates, st.randoms(use_true_random=False))
def test_the_order_of_layers_does_not_matter(stacks, lane, basis, price, way, tax, random):
    stack = stacks[lane]
    lines = list(stack.lines)
    random.shuffle(lines)
    shuffled = cross(price, way, basis, replace(stack, lines=tuple(lines)), tax)
    assert shuffled.total == pytest.approx(cross(price, way, basis, stack, tax).total, rel=1e-12)


@given(lanes, bases, money, ways, rates, st.floats(0.01, 1_000.0))
def test_currency_scales(stacks, lane, basis, price, way, tax, units):
    """All money in another currency, fixed amounts too: every bar is the same money."""
    stack = stacks[lane]
    foreign = replace(stack, lines=tuple(replace(ln, specific=ln.specific * units) for ln in stack.lines))
    abroad = cross(price * units, replace(way, freight=way.freight * units), basis, foreign, tax)
    assert abroad.total == pytest.approx(units * cross(price, way, basis, stack, tax).total, rel=1e-9)


@given(money, ways)
def test_cif_is_never_below_fob(price, way):
    assert customs_value(price, way, "CIF") >= customs_value(price, way, "FOB") == price


@pytest.mark.parametrize(
    ("importer", "basis"),
    [("EU27", "CIF"), ("BRA", "CIF"), ("MEX", "CIF"), ("USA", "FOB"), ("CAN", "FOB"), ("AUS", "FOB")],
)
def test_importers_value_cars_as_their_law_says(rules, importer, basis):
    assert valuation(rules, importer) == basis


def test_the_same_rate_costs_more_on_cif(rules, ask):
    """10 % of 20,000 free on board, against 10 % of what stands in the port."""
    way = Voyage(freight=1_500.0, insurance_rate=0.01, money_rate=0.0, days=0.0)
    stack = ask("GBR CHN BEV", "2027-07-01").stack
    on_cif, on_fob = (cross(20_000.0, way, basis, stack, 0.0) for basis in ("CIF", "FOB"))
    assert float(on_fob.charges.sum()) == pytest.approx(2_000.0)
    assert float(on_cif.charges.sum()) == pytest.approx(0.10 * (20_000 + 1_500 + 215))


BAD = st.sampled_from([-1.0, float("nan"), float("inf")])


@given(BAD, st.sampled_from(range(6)))
def test_negative_and_endless_amounts_are_refused(stacks, bad, part):
    given_ = [20_000.0, 1_000.0, 0.01, 0.05, 40.0, 0.1]
    given_[part] = bad
    price, *way, tax = given_
    with pytest.raises(RoadsteadError) as caught:
        cross(price, Voyage(*way), "CIF", stacks["two rates"], tax)
    assert caught.value.faults[0].code == "RS-L212"


def test_bars_cite_their_measure(ask):
    way = Voyage(1_500.0, 0.01, 0.05, 45.0)
    bars = crossing_lines(cross(20_000.0, way, "CIF", ask("EU27 CHN BEV", "2027-07-01", firm="BYD").stack, 0.0), "car_")
    assert [bar.key for bar in bars] == ["car_freight", "car_insurance", "car_tied_up", "car_mfn", "car_countervailing"]
    assert bars[-1].rests_on.startswith("EU27-023")
    assert [bar.is_charge for bar in bars] == [False, False, False, True, True]


def test_no_crossing_no_bars():
    assert crossing_lines(cross(20_000.0, Voyage(0, 0, 0, 0), "CIF", Stack((), {}, ()), 0.0)) == []


# --- taxes -----------------------------------------------------------------------------------------------------------


def test_each_tax_is_charged_on_those_before_it(rules):
    taxes = taxes_in_force(rules, "TUR", "BEV", "CBU", date(2027, 7, 1))
    assert [tax.name for tax in taxes] == ["special consumption tax", "value-added tax or its like"]
    assert cascade(taxes, "PRICE") == pytest.approx(1.35 * 1.20 - 1)
    assert cascade(taxes, "IMPORT") == 0.0


@pytest.mark.parametrize(
    ("market", "on", "rate"),
    [
        ("DEU", "2027-07-01", 0.19),
        ("RUS", "2025-12-31", 0.20),
        ("RUS", "2026-01-01", 0.22),
        ("KAZ", "2025-12-31", 0.12),
        ("KAZ", "2026-01-01", 0.16),
        ("ISR", "2024-12-31", 0.17),
        ("VNM", "2027-02-28", 1.03 * 1.10 - 1),
        ("VNM", "2027-03-01", 1.11 * 1.10 - 1),
    ],
)
def test_taxes_change_on_their_day(rules, market, on, rate):
    assert cascade(taxes_in_force(rules, market, "BEV", "CBU", date.fromisoformat(on)), "PRICE") == pytest.approx(rate)


def test_taxes_differ_by_powertrain_and_form(rules):
    day = date(2027, 7, 1)

    def on_import(market, powertrain, form):
        return cascade(taxes_in_force(rules, market, powertrain, form, day), "IMPORT")

    assert on_import("ISR", "BEV", "CBU") == pytest.approx(0.48)
    assert on_import("ISR", "PHEV", "CBU") == pytest.approx(0.83)
    assert on_import("MYS", "BEV", "CBU") == pytest.approx(0.21)
    assert on_import("MYS", "BEV", "LOCAL") == 0.0


def test_every_market_of_the_reference_world_pays_a_tax_in_2027(rules, world):
    """A market without a row would look free of tax."""
    places = [p for p in world.markets if world.gazetteer.places[p].kind == "territory"]
    untaxed = [p for p in places if not taxes_in_force(rules, p, "BEV", "CBU", date(2027, 7, 1))]
    assert not untaxed


def test_no_market_pays_one_tax_twice_on_one_day(rules):
    for market in rules.taxes:
        for day in (date(2026, 6, 1), date(2027, 7, 1), date(2031, 7, 1)):
            for powertrain in ("BEV", "PHEV"):
                held = [t.name for t in taxes_in_force(rules, market, powertrain, "CBU", day)]
                assert len(held) == len(set(held)), (market, day, held)
