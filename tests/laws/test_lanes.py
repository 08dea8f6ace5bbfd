"""A lane's cost as laws: what a car is to the law where it is sold, and whose rules a cost rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from margins import margin_check

from roadstead.futures.capacity.capital import tax_shield
from roadstead.futures.costs.borders import Borders
from roadstead.futures.costs.circumstances import representative_year
from roadstead.futures.costs.costing import BUILT_UP, arrives_as
from roadstead.futures.costs.gates import Gate, gate_costs
from roadstead.futures.costs.lane_costs import IN_QUOTA, Supply, Way, lane_cost, lane_costs
from roadstead.futures.costs.moments import Moments
from roadstead.futures.evaluate import OPEN, _refused
from roadstead.futures.selling.shares import years_on_market
from roadstead.study.progress import Quiet
from roadstead.study.spec import read_study
from roadstead.study.study import prepare
from roadstead.trade.amendment import Amendment, amend
from roadstead.trade.bill import assess

CASES = Path(__file__).parents[2] / "cases"


def gate_cost(costing, line, model, year, now):
    moments = Moments([year], [now])
    return gate_costs(Borders(costing, moments), [Gate(line, model, moments)])[0]


@pytest.fixture(scope="module")
def evaluation():
    return prepare(read_study(CASES / "byd"), Quiet()).evaluation


@pytest.fixture(scope="module")
def costing(evaluation):
    return evaluation.ledger.costing


@pytest.fixture
def bars(evaluation, costing):
    """Bars of the compact car sold in a market, from home or a line, under the rules of the first node."""

    def bars(line, market, year=2030):
        supply = Supply(
            costing.carmaker.lines.get(line),
            costing.carmaker.models["compact"],
            market,
            "",
            year,
            evaluation.ledger.circumstances[0],
        )
        found = lane_cost(costing, supply)
        return {bar.key: bar.amount for bar in found}

    return bars


def test_a_car_from_a_neighbours_plant_is_imported_built_up(costing, bars):
    """Malaysia taxes what arrives built up and not what is assembled there (MYS-EX, MYS-ST)."""
    lines = costing.carmaker.lines
    assert arrives_as(costing, lines["subang"], "MYS") == arrives_as(costing, None, "MYS") == BUILT_UP
    assert arrives_as(costing, lines["tanjung_malim"], "MYS") == "CKD"
    rate = 1.10 * 1.10 - 1
    hub, home = bars("subang", "MYS"), bars(None, "MYS")
    assert hub["import_tax"] > 0
    assert home["import_tax"] == pytest.approx(
        rate * (1.25 * (home["ex_works"] + home["inland"]) + home["freight"] + home["insurance"] + home["preferential"])
    )
    assert "import_tax" not in bars("tanjung_malim", "MYS")


def test_duty_is_on_the_price_at_the_ships_rail(bars):
    """Haulage to the port is in the value free on board (T.7): the EU's 10 % of CIF (EU27-001) says so."""
    home = bars(None, "DEU")
    fob = 1.25 * (home["ex_works"] + home["inland"])
    assert home["mfn"] == pytest.approx(0.10 * (fob + home["freight"] + home["insurance"]))


def test_origin_counts_what_is_brought_in_at_its_customs_value(costing, evaluation):
    """Customs value of parts and battery over the car's ex-works price, not cost over cost: freight counts as foreign."""
    now = evaluation.ledger.circumstances[0]
    line, model = costing.carmaker.lines["szeged"], costing.carmaker.models["small"]
    gate = gate_cost(costing, line, model, 2030, now)
    amount = {}
    for bar in gate.bars(0):
        amount[bar.key] = amount.get(bar.key, 0.0) + bar.amount
    carried = sum(amount[key] for key in ("battery_freight", "battery_insurance", "parts_freight", "parts_insurance"))
    brought_in = 1.25 * (amount["imported_parts"] + amount["inland"]) + carried
    assert gate.content["CHN"] == pytest.approx(brought_in / (1.25 * gate.total))
    assert gate.content["CHN"][0] > (amount["imported_parts"] / gate.total[0])
    assert sum(share[0] for share in gate.content.values()) == pytest.approx(1.0)


def test_what_a_car_earns_bears_the_risk_of_the_country_it_is_sold_in(evaluation):
    """Two ways of supplying one market are discounted alike (P.1)."""
    p = evaluation.prospect
    market = p.arc_market
    names = np.asarray([p.labels.risk[risk] for risk in p.arcs.risk])
    assert names.tolist() == [p.labels.market[m] for m in market]


def test_a_market_not_entered_begins_at_nothing(evaluation):
    """Reference sales of Canada grow in a straight line from its first possible year; a market at work starts from today's."""
    ledger, selling = evaluation.ledger, evaluation.ledger.selling
    canada = [c for c, offer in enumerate(ledger.offers) if offer.market == "CAN"]
    years = ledger.node_years.year
    first = selling.reference_sales[years == 2027][:, canada].sum()
    later = selling.reference_sales[years == 2030][:, canada].sum(1).mean()
    last = selling.reference_sales[years == 2035][:, canada].sum(1).mean()
    assert 0 < first < 0.01 * later < 0.01 * last
    germany = [c for c, offer in enumerate(ledger.offers) if offer.market == "DEU"]
    assert selling.reference_sales[years == 2027][:, germany].sum() > 0.5 * sum(ledger.offers[c].sales for c in germany)


def test_a_tax_on_the_price_of_local_cars_falls_on_them_alone(costing, bars):
    """From 2028 Malaysia's excise on assembled cars is in their price (MYS-EX-CKD); an imported car has paid before."""
    offer = next(o for o in costing.carmaker.offers if (o.market, o.model_id) == ("MYS", "compact"))
    dealer = costing.carmaker.channels["MYS"].dealer_margin
    retail = offer.price * (1 - costing.conventions.price_decline) ** (2030 - costing.conventions.base_year)
    assert bars("tanjung_malim", "MYS")["price_tax"] == pytest.approx(retail * (1 - dealer) * (1 - 1 / 1.10))
    assert "price_tax" not in bars("tanjung_malim", "MYS", 2027)
    assert "price_tax" not in bars("subang", "MYS")


def test_a_car_moved_inside_one_customs_territory_pays_no_tax_on_import(evaluation, costing):
    """A tax on import into Germany reaches cars from China and none from Hungary."""
    now = evaluation.ledger.circumstances[0]
    taxes = now.rulebook.taxes
    levied = replace(taxes["MYS"][0], base="IMPORT", forms=frozenset(), span=replace(taxes["MYS"][0].span, first=None))
    now = replace(now, rulebook=replace(now.rulebook, taxes={**taxes, "DEU": (*taxes["DEU"], levied)}))
    compact, szeged = costing.carmaker.models["compact"], costing.carmaker.lines["szeged"]
    inside, from_home = (
        {bar.key for bar in lane_cost(costing, Supply(line, compact, "DEU", "", 2030, now))} for line in (szeged, None)
    )
    assert "import_tax" in from_home
    assert "import_tax" not in inside


def test_every_margin_is_its_waterfall(evaluation):
    """What is stored is what the bars add up to, for every arc that is allowed anywhere."""
    allowed = evaluation.prospect.arcs.allowed
    for arc in np.flatnonzero(allowed.any(0)).tolist():
        assert margin_check(evaluation, arc, int(allowed[:, arc].argmax())) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("case", ["byd", "starter"])
def test_every_lane_of_the_shipped_cases_rests_on_sourced_rows(case):
    """Charges of the law as it stands; what an event assumes is marked as assumed."""
    ledger = prepare(read_study(CASES / case), Quiet()).evaluation.ledger
    models, lines, now = ledger.costing.carmaker.models, ledger.costing.carmaker.lines, ledger.circumstances[0]
    supplies = [
        Supply(lines.get(key.line or ""), models[offer.model_id], offer.market, key.regime, year, now)
        for key in ledger.arcs
        for offer in (ledger.offers[key.offer],)
        for year in (2027, 2030, 2034, 2041)
    ]
    charged = {
        (bar.rests_on, bar.source) for supply in supplies for bar in lane_cost(ledger.costing, supply) if bar.is_charge
    }
    assert len(charged) > 10
    assert not {rests_on for rests_on, source in charged if source in {"", "assumption"}}


def test_a_union_s_changed_rules_reach_its_members(evaluation, costing):
    """A cost worked out before an event on a union is not taken for the cost after it."""
    before = evaluation.ledger.circumstances[0]
    compact = costing.carmaker.models["compact"]
    rise = Amendment(action="add", importer="EAEU", name="rise", rate=0.20)
    after = replace(before, rulebook=amend(before.rulebook, [(rise, date(2029, 1, 1))]))
    supplies = [Supply(None, compact, "RUS", "", 2030, now) for now in (before, after)]
    moments = Moments([2030, 2030], [before, after])
    found = lane_costs(costing, moments, [Way(None, compact, "RUS", "", np.arange(2))])[0].total
    cheap, dear = (sum(bar.amount for bar in lane_cost(costing, supply)) for supply in supplies)
    assert dear > cheap
    assert found == pytest.approx([cheap, dear], rel=1e-12)


@pytest.mark.parametrize("market", ["CAN", "RUS", "USA"])
def test_a_new_network_handles_the_sales_of_its_own_age_and_year(evaluation, market):
    """Opened as soon as can be, it has room for that year's reference sales; opened later, for a first year's, not more."""
    ledger, p = evaluation.ledger, evaluation.prospect
    costing, years = ledger.costing, ledger.node_years
    row = p.labels.resource.index(f"dealers {market}")
    mine = ledger.selling.market_of == p.labels.market.index(market)
    handled = ledger.selling.reference_sales[:, mine].sum(1) * costing.conventions.channel_headroom
    age = np.asarray([years_on_market(costing, market, representative_year(years, y)) for y in range(years.count)])
    ramp = p.resources.ramp[row]
    full = p.resources.usable[:, row] * p.resources.size[row]
    on_sale = age >= 1
    room = full * ramp[np.clip(age, 1, len(ramp)) - 1]
    np.testing.assert_allclose(room[on_sale], handled[on_sale], rtol=1e-3)
    late = age > 1
    assert np.all((full * ramp[0])[late] < handled[late] / 4)
    assert p.resources.usable[:, row].max() == 1.0


def test_relief_for_depreciation_begins_with_output(costing):
    """Ten equal parts of the tax, discounted from the year the capital is paid."""
    line = costing.carmaker.lines["mexico"]
    rate = costing.conventions.discount_base + costing.conventions.premiums["MEX"]
    annuity = (1 - (1 + rate) ** -10) / rate
    assert tax_shield(costing, line) == pytest.approx(line.tax_rate / 10 * annuity / (1 + rate) ** line.lead)


def test_a_plan_leaves_out_what_the_border_lets_not_in(evaluation, costing):
    """A ban refuses for certain; where only a permit is missing, the rate over the quota is still open to a plan."""
    now = evaluation.ledger.circumstances[0]
    offers = {o.market: o for o in costing.carmaker.offers if o.model_id == "compact"}
    assert not _refused(costing, now, None, offers["CAN"], OPEN, 2030)
    assert not _refused(costing, now, None, offers["CAN"], IN_QUOTA, 2030)
    permit = next(m for m in now.rulebook.measures["CAN"] if m.measure_id == "CAN-901")
    filed = (
        *now.rulebook.measures["CAN"],
        replace(permit, measure_id="BAN", condition=None, origins=frozenset({"CHN"})),
    )
    ban = replace(now, rulebook=replace(now.rulebook, measures={**now.rulebook.measures, "CAN": filed}))
    assert _refused(costing, ban, None, offers["CAN"], OPEN, 2030)
    assert not _refused(costing, ban, costing.carmaker.lines["mexico"], offers["CAN"], OPEN, 2030)
    assert not _refused(costing, ban, None, offers["MYS"], OPEN, 2030)


def test_the_bill_of_a_line_is_its_content_with_the_battery_told_apart(evaluation, costing):
    compact, line = costing.carmaker.models["compact"], costing.carmaker.lines["szeged"]
    gate = gate_cost(costing, line, compact, 2030, evaluation.ledger.circumstances[0])
    bill = gate.bill.one(0)
    assert bill.price == pytest.approx(float(gate.total[0]) * (1.0 + compact.transfer_margin))
    foreign = bill.worth(("battery", "other"), frozenset({"CHN"}))
    assert foreign / bill.price == pytest.approx(float(gate.content["CHN"][0]))
    battery = bill.worth(("battery",))
    assert bill.worth(("battery",), frozenset({"HUN"})) < battery
    assert battery > 0


def test_a_plant_s_pack_decides_where_the_pack_must_originate(evaluation, costing):
    """Europe to Britain from 2027: a car that meets the share of value and whose pack does not stays undecided."""
    compact, line = costing.carmaker.models["compact"], costing.carmaker.lines["szeged"]
    now = evaluation.ledger.circumstances[0]
    on = date(2030, 7, 1)
    mostly, wholly = (
        gate_cost(costing, replace(line, local_content=share), compact, 2030, now).bill.one(0) for share in (0.6, 1.0)
    )
    half, all_local = (assess(now.rulebook, "EU-UK-TCA", "BEV", car, on) for car in (mostly, wholly))
    assert (half.qualifies, half.missing) == (None, ("BATTERY_PACK.UNCHANGED",))
    assert all_local.qualifies is True
