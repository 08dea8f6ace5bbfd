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
from roadstead.trade.landed import BLOCK, Consignments, crossing_lines, land
from roadstead.trade.schedule import Lane, Schedule, Stretch
from roadstead.trade.tariff import compile_tariff
from roadstead.trade.taxes import cascade, taxes_in_force
from roadstead.trade.valuation import Voyage, customs_value, insurance, valuation

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


DAY = date(2027, 7, 1)


def tariff_of(stack, basis):
    """A tariff of one lane, which meets one stack on one day."""
    return compile_tariff([Schedule(Lane("", "", "", "", ""), basis, (Stretch(DAY, (), (), (stack,)),))], (DAY, DAY))


def goods(prices, way, tax, lanes=None, day=DAY):
    def all_(amount):
        return np.full(len(prices), amount, dtype=float)

    return Consignments(
        lane=np.zeros(len(prices), dtype=np.int64) if lanes is None else np.asarray(lanes),
        day=np.full(len(prices), day.toordinal()),
        transfer_price=np.asarray(prices, dtype=float),
        freight=all_(way.freight),
        insurance_rate=all_(way.insurance_rate),
        money_rate=all_(way.money_rate),
        days=all_(way.days),
        import_tax_rate=all_(tax),
    )


def cross(price, way, basis, stack, tax):
    return land(tariff_of(stack, basis), goods([price], way, tax))


def total(price, way, basis, stack, tax):
    return float(cross(price, way, basis, stack, tax).total[0])


def bars(price, way, basis, stack, tax, prefix=""):
    return crossing_lines(tariff_of(stack, basis), cross(price, way, basis, stack, tax), 0, prefix)


@pytest.fixture(scope="module")
def stacks(ask):
    return {name: ask(lane, on, facts, firm="BYD").stack for name, (lane, on, facts) in LANES.items()}


bases = st.sampled_from(["CIF", "FOB"])
lanes = st.sampled_from(sorted(LANES))


@given(lanes, bases, money, ways, rates)
def test_steps_add_up(stacks, lane, basis, price, way, tax):
    stack = stacks[lane]
    whole = total(price, way, basis, stack, tax)
    value = price if basis == "FOB" else price + way.freight + way.insurance_rate * (price + way.freight)
    charges = sum(float(line.amount(np.asarray(value))) for line in stack.lines)
    by_hand = (
        way.freight
        + way.insurance_rate * (price + way.freight)
        + price * way.money_rate * way.days / 365.0
        + charges
        + tax * (value + charges)
    )
    assert whole == pytest.approx(by_hand, rel=1e-12)
    told = sum(bar.amount for bar in bars(price, way, basis, stack, tax))
    assert told == pytest.approx(whole, rel=1e-12, abs=1e-9)


@given(lanes, bases, money, ways, rates, st.floats(0.01, 1_000.0), st.sampled_from(range(6)))
def test_no_cost_makes_a_car_cheaper(stacks, lane, basis, price, way, tax, more, part):
    stack = stacks[lane]
    before = price + total(price, way, basis, stack, tax)
    if part == 0:
        after = price + more + total(price + more, way, basis, stack, tax)
    elif part == 5:
        after = price + total(price, way, basis, stack, tax + more)
    else:
        name = ("freight", "insurance_rate", "money_rate", "days")[part - 1]
        after = price + total(price, replace(way, **{name: getattr(way, name) + more}), basis, stack, tax)
    assert after >= before - 1e-9 * before


@given(lanes, bases, money, ways, rates, st.randoms(use_true_random=False))
def test_the_order_of_layers_does_not_matter(stacks, lane, basis, price, way, tax, random):
    stack = stacks[lane]
    lines = list(stack.lines)
    random.shuffle(lines)
    shuffled = total(price, way, basis, replace(stack, lines=tuple(lines)), tax)
    assert shuffled == pytest.approx(total(price, way, basis, stack, tax), rel=1e-12)


@given(lanes, bases, money, ways, rates, st.floats(0.01, 1_000.0))
def test_currency_scales(stacks, lane, basis, price, way, tax, units):
    """All money in another currency, fixed amounts too: every bar is the same money."""
    stack = stacks[lane]
    foreign = replace(stack, lines=tuple(replace(ln, specific=ln.specific * units) for ln in stack.lines))
    abroad = total(price * units, replace(way, freight=way.freight * units), basis, foreign, tax)
    assert abroad == pytest.approx(units * total(price, way, basis, stack, tax), rel=1e-9)


@given(money, ways)
def test_cif_is_never_below_fob(price, way):
    insured = insurance(price, way.freight, way.insurance_rate)
    on_cif, on_fob = (customs_value(price, way.freight, insured, with_freight) for with_freight in (1.0, 0.0))
    assert on_cif >= on_fob == price


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
    stack = ask("EU27 CHN BEV", "2027-07-01", firm="BYD").stack
    found = bars(20_000.0, way, "CIF", stack, 0.0, "car_")
    assert [bar.key for bar in found] == [
        "car_freight",
        "car_insurance",
        "car_tied_up",
        "car_mfn",
        "car_countervailing",
    ]
    assert found[-1].rests_on.startswith("EU27-023")
    assert [bar.is_charge for bar in found] == [False, False, False, True, True]


def test_no_crossing_no_bars():
    assert bars(20_000.0, Voyage(0, 0, 0, 0), "CIF", Stack((), {}, ()), 0.0) == []


def test_many_cross_as_each_would_alone(stacks):
    """More consignments than are worked out together, of lanes with and without an amount beside their rates."""
    laws = [(DAY, stacks[name], basis) for name in sorted(stacks) for basis in ("CIF", "FOB")]
    lanes_ = [
        Schedule(Lane("", "", "", "", ""), basis, (Stretch(day, (), (), (stack,)),)) for day, stack, basis in laws
    ]
    tariff = compile_tariff(lanes_, (DAY, DAY))
    rng = np.random.default_rng(0)
    which = rng.integers(0, len(laws), BLOCK + 100)
    way = Voyage(1_500.0, 0.01, 0.05, 45.0)
    landed = land(tariff, goods(rng.uniform(5e3, 6e4, len(which)), way, 0.1, which))
    for at in (*range(50), *range(BLOCK - 10, BLOCK + 10)):
        _, stack, basis = laws[which[at]]
        price = float(landed.customs_value[at]) if basis == "FOB" else None
        value = landed.customs_value[at]
        charges = stack.amounts(np.asarray(value))
        np.testing.assert_allclose(landed.charges[at, : len(charges)], charges, rtol=1e-12)
        assert not landed.charges[at, len(charges) :].any()
        if price is not None:
            assert landed.total[at] == pytest.approx(total(price, way, basis, stack, 0.1), rel=1e-12)


def test_nothing_to_cross_is_no_fault(stacks):
    landed = land(tariff_of(stacks["one rate"], "CIF"), goods([], Voyage(0, 0, 0, 0), 0.0))
    assert landed.total.shape == (0,)


# --- taxes -----------------------------------------------------------------------------------------------------------


def test_each_tax_is_charged_on_those_before_it(rules):
    taxes = taxes_in_force(rules, "TUR", "BEV", "CBU", date(2027, 7, 1))
    assert [tax.name for tax in taxes] == ["special consumption tax", "value-added tax or its like"]
    assert cascade(taxes, "PRICE") == pytest.approx(1.25 * 1.20 - 1)
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
