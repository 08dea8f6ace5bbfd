"""What holds in a node-year: events in force in its year, in the order they came, and costs as the node has them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from roadstead.futures.catalogue.playing import play
from roadstead.futures.costs.circumstances import Play, node_circumstances
from roadstead.futures.costs.costing import Circumstances, ex_works, materials, voyage, voyages
from roadstead.futures.costs.lane_costs import Supply, Way, lane_cost, lane_costs
from roadstead.futures.costs.moments import Moments
from roadstead.futures.evaluate import evaluate
from roadstead.futures.events import Happening
from roadstead.futures.grow import Climate
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.ids import Powertrain, Product
from roadstead.terms.years import NEVER
from roadstead.trade.amendment import Amendment, amend
from roadstead.trade.duty import Shipment, settle

if TYPE_CHECKING:
    from roadstead.futures.events import Event
    from roadstead.study.growing import Begun
    from roadstead.study.study import Ready

PROLONGED = Happening("eu_duty_prolonged", 0, 2029, 2032)
HYBRIDS = Happening("eu_hybrids_duty", 0, 2030, NEVER)


@pytest.fixture
def events(grown_study) -> dict[str, Event]:
    catalogue = grown_study.catalogue.events
    found = {name: play(catalogue[name]) for name in ("eu_duty_prolonged", "eu_hybrids_duty", "tur_ends_surtax")}
    return {**found, "eu_hybrids_duty": play(catalogue["eu_hybrids_duty"], "twenty")}


def charges(ready: Ready, now: Circumstances, model: str, year: int) -> dict[str, float]:
    """Duties on a car from home to Germany, over the ordinary one of 10 %."""
    costing = ready.evaluation.ledger.costing
    bars = lane_cost(costing, Supply(None, costing.carmaker.models[model], "DEU", "", year, now))
    found = {bar.key: bar.amount for bar in bars if bar.is_charge}
    return {key: amount / found["mfn"] * 0.10 for key, amount in found.items()}


def test_two_events_in_force_add_up_to_what_the_duty_engine_says(starter_ready: Ready, events):
    """By hand: 10 % on both, 20 % on the hybrid from 2030; the countervailing duty on the electric car up to 2032 and no longer."""
    tree = replace(starter_ready.grown, happened=((PROLONGED, HYBRIDS),) * starter_ready.grown.tree.count)
    years = starter_ready.evaluation.ledger.node_years
    found = node_circumstances(tree, years, starter_ready.rulebook, events, "SUEZ_CLOSED")
    for y, year in enumerate((years.year + (years.span - 1) // 2).tolist()):
        on_electric = charges(starter_ready, found[y], "city", year)
        on_hybrid = charges(starter_ready, found[y], "voyage", year)
        assert on_hybrid == pytest.approx({"mfn": 0.10} | ({"surtax": 0.20} if year >= 2030 else {}))
        assert set(on_electric) == {"mfn"} | ({"countervailing"} if year <= 2032 else set())


@pytest.mark.parametrize("year", range(2027, 2037))
@pytest.mark.parametrize("order", [True, False])
def test_a_state_is_law_as_amended_by_hand(year, order, starter_ready: Ready, grown_study):
    """What Play makes of two events settles to the duty of a rulebook amended one after the other."""
    catalogue = grown_study.catalogue.events
    events = {name: play(catalogue[name]) for name in ("eu_duty_prolonged", "eu_hybrids_duty")}
    came = (PROLONGED, HYBRIDS) if order else (HYBRIDS, PROLONGED)
    now = Play(Circumstances(starter_ready.rulebook, "SUEZ_CLOSED", {}), events, 2027).held(came)
    by_hand = amend(
        starter_ready.rulebook,
        [(change, date(one.since, 1, 1)) for one in came for change in events[one.event].amendments],
    )
    for powertrain in (Powertrain.BEV, Powertrain.PHEV):
        shipment = Shipment("EU27", "CHN", Product.CAR, powertrain, "Harbour Motors", date(year, 7, 1), {})
        mine, theirs = (
            settle(book, shipment, 20_000.0, {"USD": 1.0}).duty_rate(20_000.0) for book in (now.rulebook, by_hand)
        )
        assert mine == theirs


def test_equal_law_is_one_object_whatever_else_happened(starter_ready: Ready, events):
    """A lane rests on the same things in two states that differ elsewhere, so that it is costed once."""
    play_on = Play(Circumstances(starter_ready.rulebook, "SUEZ_CLOSED", {}), events, 2027)
    turkey = Happening("tur_ends_surtax", 0, 2028, NEVER)
    alone, beside = play_on.held((HYBRIDS,)), play_on.held((turkey, HYBRIDS))
    assert alone.rulebook.measures["EU27"] is beside.rulebook.measures["EU27"]
    assert alone.rulebook.measures["TUR"] is not beside.rulebook.measures["TUR"]


def test_rules_and_taxes_are_one_object_whenever_and_in_whichever_order_they_came(starter_ready: Ready, events):
    """Thousands of paths share few laws: a levy and a tax in force are the same in a year, whatever the years they came in."""
    levy = Amendment("levy", "EU27", "levy", money=900.0, currency="USD")
    taxes = tuple(Amendment("export_tax", "CHN", f"tax {i}", rate=rate) for i, rate in enumerate((0.04, 0.02)))
    known = {
        "levy": replace(events["tur_ends_surtax"], event_id="levy", amendments=(levy,)),
        "tax": replace(events["tur_ends_surtax"], event_id="tax", amendments=taxes),
        "bar": replace(events["tur_ends_surtax"], event_id="bar", amendments=(Amendment("forbid", "TUR", "bar"),)),
    }
    play_on = Play(Circumstances(starter_ready.rulebook, "SUEZ_CLOSED", {}), known, 2027)

    def law(*came: tuple[str, int]):
        return play_on.held(tuple(Happening(event, 0, since, NEVER) for event, since in came)).rulebook

    one, other = law(("levy", 2028), ("tax", 2029), ("bar", 2030)), law(("bar", 2027), ("tax", 2031), ("levy", 2032))
    assert one.non_tariff is other.non_tariff
    assert one.taxes is other.taxes
    assert len(one.taxes["CHN"]) == len(starter_ready.rulebook.taxes["CHN"]) + 2
    assert len(one.non_tariff) == len(starter_ready.rulebook.non_tariff) + 2
    assert law(("levy", 2028)).non_tariff is not one.non_tariff
    assert law(("levy", 2028)).taxes is starter_ready.rulebook.taxes


def test_what_is_gone_already_cannot_be_changed_again(starter_ready: Ready, events):
    """Ending a duty that another event has ended leaves the rules as they are; a faulty change is still refused."""
    again = replace(events["tur_ends_surtax"], event_id="again")
    today = Circumstances(starter_ready.rulebook, "SUEZ_CLOSED", {})
    played = Play(today, {**events, "again": again}, 2027)
    turkey = Happening("tur_ends_surtax", 0, 2028, NEVER)
    once, twice = played.held((turkey,)), played.held((turkey, Happening("again", 0, 2029, NEVER)))
    assert once.rulebook.measures["TUR"] == twice.rulebook.measures["TUR"]
    rateless = replace(again, amendments=(Amendment("set", "TUR", "again", kind="SURTAX"),))
    with pytest.raises(RoadsteadError, match="RS-L209"):
        Play(today, {"again": rateless}, 2027).held((Happening("again", 0, 2029, NEVER),))


def test_dear_batteries_make_cars_dearer_by_their_part(starter_ready: Ready):
    costing = starter_ready.evaluation.ledger.costing
    for model in costing.carmaker.models.values():
        plain, dear = (ex_works(costing, model, 2030, battery) for battery in (1.0, 1.5))
        assert plain == ex_works(costing, model, 2030)
        assert dear / plain - 1.0 == pytest.approx(0.5 * model.material * model.battery)
        battery, other = materials(costing, model, 2030, 1.5)
        assert battery + other == pytest.approx(plain * model.material + dear - plain)


def test_freight_by_sea_is_multiplied_and_no_other(starter_ready: Ready):
    costing = starter_ready.evaluation.ledger.costing
    city, now = costing.carmaker.models["city"], starter_ready.evaluation.ledger.circumstances[0]
    moments = Moments([2030, 2030, 2030], [now, replace(now, freight=2.0), replace(now, route="SUEZ_OPEN")])
    sea = voyages(costing, "CHN", "DEU", city, moments)
    plain, dear, nearer = sea.freight.tolist()
    assert plain == voyage(costing, "CHN", "DEU", city, 2030, "SUEZ_CLOSED").freight
    assert dear == pytest.approx(2.0 * plain)
    assert nearer == voyage(costing, "CHN", "DEU", city, 2030, "SUEZ_OPEN").freight < plain
    assert sea.days[0] == sea.days[1] > sea.days[2]
    overland = voyages(costing, "DEU", "AUT", city, moments).freight
    assert overland == pytest.approx([overland[0]] * 3)


def test_a_currency_moves_what_is_earned_and_paid_in_it(starter_ready: Ready):
    """Net prices, delivery and work on the spot rise with it; a car's cost at home does not, nor does any other country."""
    grown = starter_ready.grown
    shape = (grown.tree.count, 10)
    climate = Climate(np.ones(shape), np.ones(shape), {"BRA": np.full(shape, 1.25)})
    ledger = starter_ready.evaluation.ledger
    found = evaluate(replace(grown, climate=climate), ledger.costing, starter_ready.rulebook, grown.events)
    for c, offer in enumerate(ledger.offers):
        moved = found.ledger.selling.net_price[:, c] / ledger.selling.net_price[:, c]
        assert moved == pytest.approx(np.full(len(moved), 1.25 if offer.market == "BRA" else 1.0))
    assert found.ledger.selling.reference_sales == pytest.approx(ledger.selling.reference_sales)
    for a, key in enumerate(ledger.arcs):
        bars, plain = ({b.key: b.amount for b in each.waterfall(a, 3)} for each in (found.ledger, ledger))
        here = ledger.offers[key.offer].market == "BRA"
        assert bars["delivery"] == pytest.approx(plain["delivery"] * (1.25 if here else 1.0))
        for key_of_bar in ("ex_works", "kit", "freight", "kit_freight", "imported_parts"):
            assert bars.get(key_of_bar) == pytest.approx(plain.get(key_of_bar))
        if key.line == "bahia":
            assert bars["conversion"] == pytest.approx(1.25 * plain["conversion"])
    fixed, before = found.prospect.resources.fixed, starter_ready.evaluation.prospect.resources.fixed
    row = 1 + [line.line_id for line in ledger.lines].index("bahia")
    assert fixed[:, row] == pytest.approx(1.25 * before[:, row])
    assert np.delete(fixed, row, axis=1) == pytest.approx(np.delete(before, row, axis=1))


@pytest.mark.parametrize("change", [{"battery": 1.1}, {"freight": 1.1}, {"worth": {"BRA": 1.1}}])
def test_other_costs_are_never_shared(starter_ready: Ready, change):
    """Moments of one lane that differ in a cost cost what each does alone, so that none is borrowed."""
    costing, now = starter_ready.evaluation.ledger.costing, starter_ready.evaluation.ledger.circumstances[0]
    bahia, city = costing.carmaker.lines["bahia"], costing.carmaker.models["city"]
    both = now, replace(now, **change)
    (found,) = lane_costs(costing, Moments([2030, 2030], both), [Way(bahia, city, "BRA", "", np.arange(2))])
    alone = [lane_cost(costing, Supply(bahia, city, "BRA", "", 2030, each)) for each in both]
    assert [found.bars(i) for i in range(2)] == alone
    assert found.total == pytest.approx([sum(bar.amount for bar in bars) for bars in alone], rel=1e-12)
    assert found.total[0] != found.total[1]


def test_a_grown_tree_holds_by_year(grown_begun: Begun, grown_study):
    """In every node-year holds what its node shows in that year, and nothing else."""
    grown = grown_begun.grown
    from roadstead.futures.evaluate import node_years

    years = node_years(grown)
    found = node_circumstances(grown, years, grown_begun.rules, grown.events, "SUEZ_CLOSED")
    for y, node in enumerate(years.node.tolist()):
        year = int(years.year[y] + (years.span[y] - 1) // 2)
        in_force = [one.event for one in grown.happened[node] if one.holds(year)]
        assert found[y].route == ("SUEZ_OPEN" if "suez_opens" in in_force else "SUEZ_CLOSED")
        cited = {m.instrument for m in found[y].rulebook.every_measure() if m.instrument.startswith("assumed")}
        levied = {f"assumed: {grown.events[name].title}" for name in in_force if _charges(grown.events[name])}
        assert cited == levied


def _charges(event: Event) -> bool:
    return any(change.action in {"add", "set"} for change in event.amendments)
