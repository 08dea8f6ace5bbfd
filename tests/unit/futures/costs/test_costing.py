"""What a car has cost at the dealer by each way of supply: kits as kits, parts as parts, origin by content, routes by sea."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from roadstead.futures.costs.borders import Borders
from roadstead.futures.costs.costing import Circumstances, arrives_as, voyage
from roadstead.futures.costs.gates import Gate, GateCost, gate_costs
from roadstead.futures.costs.lane_costs import Supply, lane_cost
from roadstead.futures.costs.moments import Moments
from roadstead.futures.evaluate import barred
from roadstead.terms.errors import RoadsteadError
from roadstead.trade import rulebook
from roadstead.trade.amendment import Amendment, amend
from roadstead.trade.law import Span

if TYPE_CHECKING:
    from roadstead.futures.costs.costing import Costing
    from roadstead.study.study import Ready
    from roadstead.trade.landed import CostLine
    from roadstead.world.carmaker import Line, Model

YEAR = 2027


@pytest.fixture
def costing(starter_ready: Ready) -> Costing:
    return starter_ready.evaluation.ledger.costing


@pytest.fixture
def now(starter_ready: Ready) -> Circumstances:
    """Today's rules, ships round the Cape, no local content asked for."""
    return starter_ready.evaluation.ledger.circumstances[0]


@pytest.fixture
def city(costing: Costing) -> Model:
    return costing.carmaker.models["city"]


def total(bars: list[CostLine]) -> float:
    return sum(bar.amount for bar in bars)


def bar(bars: list[CostLine], key: str) -> float:
    return sum(each.amount for each in bars if each.key == key)


def cost(costing: Costing, line: str | None, market: str, now: Circumstances, **changes: object) -> list[CostLine]:
    mine = None if line is None else replace(costing.carmaker.lines[line], **changes)  # type: ignore[type-var]
    return lane_cost(costing, Supply(mine, costing.carmaker.models["city"], market, "", YEAR, now))


def gate_cost(costing: Costing, line: Line | None, model: Model, year: int, now: Circumstances) -> GateCost:
    moments = Moments([year], [now])
    return gate_costs(Borders(costing, moments), [Gate(line, model, moments)])[0]


def test_a_car_from_home_is_added_up_by_hand(costing: Costing, now: Circumstances, city: Model):
    """Gate, haulage, freight, insurance, money on the way, 10 % and 34.3 to 35.3 % of the customs value, dealer's costs."""
    bars = cost(costing, None, "DEU", now)
    terms, channel = costing.conventions, costing.carmaker.channels["DEU"]
    gate = city.ex_works * (1 - terms.cost_decline) ** (YEAR - terms.base_year)
    price = (gate + costing.carmaker.home.inland) * (1 + city.transfer_margin)
    way = voyage(costing, "CHN", "DEU", city, YEAR, now.route)
    insurance = terms.insurance_rate * (price + way.freight)
    value = price + way.freight + insurance
    assert bar(bars, "ex_works") == pytest.approx(gate)
    assert bar(bars, "freight") == way.freight
    assert bar(bars, "insurance") == pytest.approx(insurance)
    assert bar(bars, "tied_up") == pytest.approx(price * terms.money_rate * way.days / 365)
    assert bar(bars, "mfn") == pytest.approx(0.10 * value)
    assert 0.34 < bar(bars, "countervailing") / value < 0.36
    known = (
        "ex_works",
        "inland",
        "freight",
        "insurance",
        "tied_up",
        "mfn",
        "countervailing",
        "delivery",
        "after_sales",
    )
    assert {each.key for each in bars} == set(known)
    assert bar(bars, "delivery") + bar(bars, "after_sales") == channel.delivery + channel.after_sales


def test_a_kit_pays_the_duty_on_kits(costing: Costing, now: Circumstances, city: Model):
    """Brazil's rate on knocked-down kits, on the customs value of the kit, and no duty on a car."""
    bars = cost(costing, "bahia", "BRA", now)
    kit = bar(bars, "kit")
    assert kit == pytest.approx(costing.conventions.kit_share * bar(cost(costing, None, "BRA", now), "ex_works"))
    (duty,) = (each for each in bars if each.is_charge)
    assert duty.key == "kit_mfn"
    (measure,) = (m for m in now.rulebook.measures["BRA"] if duty.rests_on.startswith(m.measure_id))
    assert measure.products == {"KIT_CKD"}
    assert measure.rate is not None
    price = (kit + bar(bars, "inland")) * (1 + city.transfer_margin)
    value = price + bar(bars, "kit_freight") + bar(bars, "kit_insurance")
    assert duty.amount == pytest.approx(measure.rate * value)
    built_up = sum(each.amount for each in cost(costing, None, "BRA", now) if each.is_charge)
    assert duty.amount < built_up


def test_boxes_fill_a_ship_better_than_cars(costing: Costing, now: Circumstances):
    """A kit pays for its share of the car's freight, less for being boxed."""
    kit, car = cost(costing, "bahia", "BRA", now), cost(costing, None, "BRA", now)
    terms = costing.conventions
    assert bar(kit, "kit_freight") == pytest.approx(bar(car, "freight") * terms.kit_share * terms.kit_freight)


def test_parts_and_batteries_pay_their_own_rates(costing: Costing, now: Circumstances, city: Model):
    """Of the imported material a battery's share pays the rate on batteries, the rest that on parts."""
    bars = cost(costing, "izmir", "TUR", now)
    cited = {each.key: each.rests_on.split()[0] for each in bars if each.is_charge}
    assert cited == {"battery_mfn": "TUR-501", "parts_mfn": "TUR-401"}
    content = costing.carmaker.lines["izmir"].local_content
    material = bar(cost(costing, None, "TUR", now), "ex_works") * city.material
    assert bar(bars, "imported_parts") == pytest.approx(material * (1 - content))
    assert bar(bars, "local_parts") == pytest.approx(
        material * content * (1 + costing.carmaker.lines["izmir"].local_premium)
    )
    freight = bar(bars, "battery_freight") / (bar(bars, "battery_freight") + bar(bars, "parts_freight"))
    assert freight == pytest.approx(city.battery)


def test_a_customs_union_asks_no_duty(costing: Costing, now: Circumstances):
    """From Izmir into the union free of duty; from China into it not; inside the union nothing is imported at all."""
    assert not [each for each in cost(costing, "izmir", "DEU", now) if each.is_charge and "_" not in each.key]
    assert bar(cost(costing, None, "DEU", now), "mfn") > 0
    assert not [each for each in cost(costing, "styria", "DEU", now) if each.is_charge and "_" not in each.key]


@pytest.mark.parametrize(("content", "free"), [(0.2, False), (0.9, True)])
def test_content_decides_the_preference(costing: Costing, now: Circumstances, content: float, free: bool):
    """From Korea to Germany: free under the agreement where 55 % of the car is Korean, 10 % where less of it is."""
    line = replace(costing.carmaker.lines["izmir"], place="KOR", local_content=content)
    model = costing.carmaker.models["city"]
    assert (gate_cost(costing, line, model, YEAR, now).content["KOR"][0] >= 0.55) == free
    bars = lane_cost(costing, Supply(line, model, "DEU", "", YEAR, now))
    assert (bar(bars, "mfn") == 0.0) == free
    assert bar(bars, "countervailing") == 0.0


def test_a_pack_that_does_not_originate_gives_no_preference(costing: Costing, now: Circumstances):
    """Britain asks of an electric car that its battery originate, seven tenths of its value: where it does not, 10 %."""
    assert bar(cost(costing, "styria", "GBR", now, local_content=0.65), "mfn") > 0
    assert bar(cost(costing, "styria", "GBR", now, local_content=0.95), "mfn") == 0


def test_content_is_counted_as_customs_counts_it(costing: Costing, now: Circumstances, city: Model):
    """Shares sum to one; more local parts, less foreign content; a car from home is all from home."""
    assert gate_cost(costing, None, city, YEAR, now).content == {"CHN": 1.0}
    shares = []
    for content in (0.1, 0.5, 0.9):
        line = replace(costing.carmaker.lines["styria"], local_content=content)
        found = {place: float(share[0]) for place, share in gate_cost(costing, line, city, YEAR, now).content.items()}
        assert sum(found.values()) == pytest.approx(1.0)
        shares.append(found["CHN"])
    assert shares == sorted(shares, reverse=True)
    assert 0.0 < shares[-1] < shares[0] < 1.0


def test_asked_content_is_bought_locally(costing: Costing, now: Circumstances):
    """A rule above what a line buys anyway makes it buy more; one below changes nothing."""
    asked = Circumstances(now.rulebook, now.route, {"TUR": 0.7})
    assert bar(cost(costing, "izmir", "TUR", asked), "local_parts") > bar(
        cost(costing, "izmir", "TUR", now), "local_parts"
    )
    assert cost(costing, "izmir", "TUR", asked) == cost(costing, "izmir", "TUR", now, local_content=0.7)
    little = Circumstances(now.rulebook, now.route, {"TUR": 0.2})
    assert cost(costing, "izmir", "TUR", little) == cost(costing, "izmir", "TUR", now)


def test_a_route_changes_what_sails_through_it(costing: Costing, now: Circumstances):
    """Through Suez it is nearer to Germany, as far as before to Brazil, and the law stays what it is."""
    through = Circumstances(now.rulebook, "SUEZ_OPEN", now.content)
    assert total(cost(costing, None, "DEU", through)) < total(cost(costing, None, "DEU", now))
    assert bar(cost(costing, None, "DEU", through), "freight") < bar(cost(costing, None, "DEU", now), "freight")
    assert cost(costing, None, "BRA", through) == cost(costing, None, "BRA", now)


def test_what_moves_inside_a_union_is_not_imported(costing: Costing, now: Circumstances):
    """A German tax on imports of 5 % is due on a car from China, after duty, and not on one from Austria."""
    plain = next(tax for taxes in now.rulebook.taxes.values() for tax in taxes)
    levy = replace(
        plain, importer="DEU", base="IMPORT", rate=0.05, powertrains=frozenset(), forms=frozenset(),
        status="IN_FORCE", span=Span(None, None),
    )  # fmt: skip
    taxed = replace(now, rulebook=replace(now.rulebook, taxes={**now.rulebook.taxes, "DEU": (levy,)}))
    bars, untaxed = (cost(costing, None, "DEU", there) for there in (taxed, now))
    duties = bar(untaxed, "mfn") + bar(untaxed, "countervailing")
    value = bar(untaxed, "mfn") / 0.10
    assert bar(bars, "import_tax") == pytest.approx(0.05 * (value + duties))
    assert cost(costing, "styria", "DEU", taxed) == cost(costing, "styria", "DEU", now)


def test_a_fee_is_paid_by_the_car(costing: Costing, now: Circumstances):
    line = costing.carmaker.lines["styria"]
    assert line.fee > 0
    assert bar(cost(costing, "styria", "DEU", now), "conversion") == pytest.approx(line.conversion + line.fee)


def test_cost_falls_with_the_years(costing: Costing, now: Circumstances, city: Model):
    gates = [float(gate_cost(costing, None, city, year, now).total[0]) for year in (2027, 2030, 2035)]
    assert gates == sorted(gates, reverse=True)
    assert gates[1] / gates[0] == pytest.approx((1 - costing.conventions.cost_decline) ** 3)


def test_a_car_is_built_up_to_every_law_but_its_hosts(costing: Costing):
    lines = costing.carmaker.lines
    assert arrives_as(costing, None, "TUR") == "CBU"
    assert arrives_as(costing, lines["izmir"], "TUR") == "LOCAL"
    assert arrives_as(costing, lines["izmir"], "DEU") == "CBU"
    assert arrives_as(costing, lines["bahia"], "BRA") == "CKD"
    assert arrives_as(costing, lines["styria"], "DEU") == "CKD"


def test_where_no_way_is_known_it_is_told(costing: Costing, city: Model):
    """Austria has no port, and nothing says what a truck from Thailand would cost."""
    with pytest.raises(RoadsteadError, match=r"THA to AUT: no way to ship a car is known.*\[RS-W303\]"):
        voyage(costing, "THA", "AUT", city, YEAR, "SUEZ_CLOSED")


def test_overland_freight_goes_both_ways_and_by_volume(costing: Costing, city: Model):
    there, back = (voyage(costing, *pair, city, YEAR, "SUEZ_CLOSED") for pair in (("CHN", "AUT"), ("AUT", "CHN")))
    assert there == back
    assert there.freight == pytest.approx(1250 * city.volume / costing.shipping.reference_volume)
    inside = voyage(costing, "DEU", "AUT", city, YEAR, "SUEZ_CLOSED")
    assert inside.freight == pytest.approx(450 * city.volume / costing.shipping.reference_volume)


def test_a_line_sells_at_home_without_a_voyage(costing: Costing, now: Circumstances):
    assert bar(cost(costing, "bahia", "BRA", now), "freight") == 0.0
    line = costing.carmaker.lines["bahia"]
    here = voyage(costing, line.place, line.place, costing.carmaker.models["city"], YEAR, "SUEZ_CLOSED")
    assert here.freight == here.insurance_rate == 0.0


def test_a_closed_market_is_closed_until_it_is_lifted(costing: Costing, city: Model):
    """The rule on connected vehicles bars Chinese makers from the United States, in whatever form, and no one else's."""
    rules = rulebook.load()
    now = Circumstances(rules, "SUEZ_OPEN", {})
    chinese, japanese = (replace(costing, carmaker=replace(costing.carmaker, nationality=n)) for n in ("CHN", "JPN"))
    assert barred(chinese, now, None, city, "USA", 2029)
    assert not barred(japanese, now, None, city, "USA", 2029)
    assert not barred(chinese, now, None, city, "DEU", 2029)
    lifted = Circumstances(amend(rules, [(Amendment("lift", "USA", "thaw"), date(2030, 1, 1))]), "SUEZ_OPEN", {})
    assert barred(chinese, lifted, None, city, "USA", 2029)
    assert not barred(chinese, lifted, None, city, "USA", 2030)
