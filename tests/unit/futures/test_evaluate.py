"""From rules and facts to the prospect: every margin has its waterfall, an event changes what it names and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from margins import margin_check

from roadstead.futures.capacity import capital
from roadstead.futures.costs.circumstances import node_circumstances, representative_year
from roadstead.futures.costs.costing import Circumstances, kept_share, retail_price
from roadstead.futures.costs.lane_costs import Way, lane_costs
from roadstead.futures.costs.moments import Moments
from roadstead.futures.evaluate import (
    ArcKey,
    at_full_home_cost,
    evaluate,
    list_arcs,
    node_years,
    serves,
)
from roadstead.futures.events import ContentRule, Event
from roadstead.trade.amendment import Amendment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from roadstead.futures.evaluate import Evaluation
    from roadstead.study.study import Ready

Found = np.ndarray


@pytest.fixture
def evaluation(starter_ready: Ready) -> Evaluation:
    return starter_ready.evaluation


def node(ready: Ready, node_id: str) -> int:
    return [n.node_id for n in ready.study.tree.nodes].index(node_id)


def now_at(ready: Ready, found: Sequence[Circumstances], node_id: str) -> Circumstances:
    """What holds in the first node-year of a node."""
    return found[int(years_of(ready.evaluation, node(ready, node_id))[0])]


def years_of(evaluation: Evaluation, n: int) -> Found:
    return np.flatnonzero(evaluation.prospect.node_years.node == n)


def changed_lanes(ready: Ready, first: str, second: str) -> set[ArcKey]:
    """Lanes whose margin or permission differs between two nodes of the same years."""
    evaluation = ready.evaluation
    here, there = (years_of(evaluation, node(ready, name)) for name in (first, second))
    arcs = evaluation.prospect.arcs
    differ = (arcs.margin[here] != arcs.margin[there]).any(0) | (arcs.allowed[here] != arcs.allowed[there]).any(0)
    return {evaluation.ledger.arcs[a] for a in np.flatnonzero(differ)}


def lanes(ready: Ready, wanted: Callable[[str, str | None, str], bool]) -> set[ArcKey]:
    """Lanes by market, line and model."""
    offers = ready.evaluation.ledger.offers
    return {k for k in ready.evaluation.ledger.arcs if wanted(offers[k.offer].market, k.line, offers[k.offer].model_id)}


def test_every_margin_has_its_waterfall(evaluation: Evaluation):
    """Bars worked out anew, one by one, sum to the cost behind each margin, up to the rounding of a sum in another order."""
    arcs = evaluation.prospect.arcs
    pairs = [(a, y) for y, a in np.argwhere(arcs.allowed).tolist()]
    assert len(pairs) == arcs.allowed.size
    assert max(abs(margin_check(evaluation, a, y)) for a, y in pairs) < 1e-10


def test_margins_are_price_less_cost_less_tax(evaluation: Evaluation):
    p, ledger = evaluation.prospect, evaluation.ledger
    for a, key in enumerate(ledger.arcs):
        offer, line = ledger.offers[key.offer], ledger.costing.carmaker.lines[key.line] if key.line else None
        for y in (0, 4, p.node_years.count - 1):
            year = representative_year(p.node_years, y)
            rules = ledger.circumstances[y].rulebook
            price = retail_price(ledger.costing, offer, year) * kept_share(ledger.costing, rules, offer, year, "CBU")
            cost = sum(bar.amount for bar in ledger.waterfall(a, y))
            tax = capital.tax_rate(ledger.costing, line, year)
            assert p.arcs.margin[y, a] == pytest.approx((price - cost) * (1 - tax))


def test_the_eu_duty_moves_chinas_electric_cars_in_germany_alone(starter_ready: Ready):
    """Prolonged or bought off: only electric cars from home to Germany tell the difference."""
    expected = lanes(starter_ready, lambda market, line, model: (market, line, model) == ("DEU", None, "city"))
    assert changed_lanes(starter_ready, "walls", "deal") == expected


def test_turkey_relents_for_what_is_built_at_home(starter_ready: Ready):
    expected = lanes(starter_ready, lambda market, line, _: market == "TUR" and line is None)
    assert changed_lanes(starter_ready, "walls_fast", "walls_slow") == expected


def test_brazil_relents_for_kits(starter_ready: Ready):
    expected = lanes(starter_ready, lambda market, line, _: market == "BRA" and line == "bahia")
    assert changed_lanes(starter_ready, "deal_fast", "deal_slow") == expected


def test_demand_moves_no_margin(starter_ready: Ready):
    """What is sold at the reference price differs between fast and slow; what a car earns does not."""
    evaluation = starter_ready.evaluation
    fast, slow = (years_of(evaluation, node(starter_ready, name)) for name in ("walls_fast", "walls_slow"))
    cells = [c for c, offer in enumerate(evaluation.ledger.offers) if offer.model_id == "city"]
    sales = evaluation.ledger.selling.reference_sales
    assert (sales[fast][:, cells] > sales[slow][:, cells]).all()
    assert (evaluation.ledger.selling.net_price[fast] == evaluation.ledger.selling.net_price[slow]).all()


def test_a_cost_is_worked_out_once_for_all_nodes_that_agree_on_it(starter_ready: Ready):
    """A lane no event touches rests on the same things in two nodes, a lane one touches does not."""
    ledger = starter_ready.evaluation.ledger
    city = ledger.costing.carmaker.models["city"]
    walls, deal = (now_at(starter_ready, ledger.circumstances, name) for name in ("walls", "deal"))
    for market, more in (("DEU", 2), ("BRA", 1), ("THA", 1)):
        moments = Moments([2030, 2030], [walls, deal])
        laws, _ = moments.apart(moments.law(ledger.costing.territory(market)), moments.rules, moments.routes)
        (cost,) = lane_costs(ledger.costing, moments, [Way(None, city, market, "", np.arange(2))])
        assert len(laws) == len(set(cost.total.tolist())) == more


def test_an_event_without_a_word_on_law_changes_no_rules(starter_ready: Ready):
    """What a node inherits is the very same object, unless an event of its own changed it."""
    ledger = starter_ready.evaluation.ledger
    for name, parent in (("walls_fast", "walls"), ("deal_slow", "deal")):
        mine, above = (now_at(starter_ready, ledger.circumstances, each).rulebook for each in (name, parent))
        assert all(mine.measures[importer] is above.measures[importer] for importer in above.measures)


def event(name: str, **changes: object) -> Event:
    plain = Event(name, name, name, (), "", "", (), 1.0, "for the test", "")
    return replace(plain, **changes)  # type: ignore[arg-type]


def again(ready: Ready, changed: Event) -> Evaluation:
    """The starter case with one event changed."""
    ledger = ready.evaluation.ledger
    events = {**ready.study.events, changed.event_id: changed}
    return evaluate(ready.grown, ledger.costing, ready.rulebook, events)


@pytest.mark.parametrize(("least", "open_"), [(0.2, True), (0.22, True), (0.4, False)])
def test_a_content_rule_shuts_kits(starter_ready: Ready, least: float, open_: bool):
    """Kits carry 78 % from home: where more than 22 % must be local they no longer are local cars."""
    found = again(starter_ready, event("demand_slow", demand="slow", content=(ContentRule("BRA", least),)))
    kits = [a for a, key in enumerate(found.ledger.arcs) if key.line == "bahia"]
    others = [a for a, key in enumerate(found.ledger.arcs) if key.line != "bahia"]
    allowed = found.prospect.arcs.allowed
    for name in ("walls_slow", "deal_slow"):
        mine = years_of(found, node(starter_ready, name))
        assert (allowed[np.ix_(mine, kits)] == open_).all()
        assert allowed[np.ix_(mine, others)].all()
    before = years_of(found, node(starter_ready, "walls"))
    assert allowed[np.ix_(before, kits)].all()
    assert not found.prospect.arcs.margin[~allowed].any()


def test_a_content_rule_makes_plants_buy_locally(starter_ready: Ready):
    found = again(starter_ready, event("demand_slow", demand="slow", content=(ContentRule("TUR", 0.8),)))
    turkish = [a for a, key in enumerate(found.ledger.arcs) if key.line == "izmir"]
    y = int(years_of(found, node(starter_ready, "deal_slow"))[0])
    for a in turkish:
        bars = {bar.key: bar.amount for bar in found.ledger.waterfall(a, y)}
        plain = {bar.key: bar.amount for bar in starter_ready.evaluation.ledger.waterfall(a, y)}
        assert bars["local_parts"] == pytest.approx(2 * plain["local_parts"])
        assert bars["imported_parts"] == pytest.approx(plain["imported_parts"] / 3)


def test_a_route_opens_from_its_node_on(starter_ready: Ready):
    found = again(starter_ready, event("demand_slow", demand="slow", route="SUEZ_OPEN"))
    routes = {name: now_at(starter_ready, found.ledger.circumstances, name).route for name in ("walls", "walls_slow")}
    assert routes == {"walls": "SUEZ_CLOSED", "walls_slow": "SUEZ_OPEN"}


def test_rules_begin_with_the_first_day_of_their_node(starter_ready: Ready):
    """Brazil's lower rate on kits begins with 2032, where the node does, and stands nowhere else."""
    ledger = starter_ready.evaluation.ledger
    for n, now in zip(ledger.node_years.node.tolist(), ledger.circumstances, strict=True):
        rates = {
            m.rate
            for m in now.rulebook.measures["BRA"]
            if m.products == {"KIT_CKD"} and m.instrument.startswith("assumed")
        }
        assert rates == ({0.16} if n == node(starter_ready, "deal_fast") else set())
        assert all(
            m.span.first is not None and m.span.first.isoformat() == "2032-01-01"
            for m in now.rulebook.measures["BRA"] if m.instrument.startswith("assumed")
        )  # fmt: skip


def test_events_add_up_along_a_path(starter_ready: Ready):
    """A content rule of the second stage holds in the third, beside one of its own."""
    ledger = starter_ready.evaluation.ledger
    events = {
        **starter_ready.study.events,
        "eu_duty_prolonged": event("eu_duty_prolonged", content=(ContentRule("TUR", 0.5),)),
        "demand_slow": event("demand_slow", demand="slow", content=(ContentRule("BRA", 0.3), ContentRule("TUR", 0.6))),
    }
    found = node_circumstances(
        starter_ready.grown, ledger.node_years, starter_ready.rulebook, events, ledger.costing.conventions.route
    )
    content = {
        name: dict(now_at(starter_ready, found, name).content)
        for name in ("today", "walls", "walls_slow", "walls_fast")
    }
    assert content == {
        "today": {},
        "walls": {"TUR": 0.5},
        "walls_slow": {"TUR": 0.6, "BRA": 0.3},
        "walls_fast": {"TUR": 0.5},
    }


def test_a_duty_on_kits_may_be_added(starter_ready: Ready):
    """An event may put a charge on top; the lanes it names pay it, after tax, and no others."""
    surtax = Amendment("add", "BRA", "demand_slow", products=frozenset({"KIT_CKD"}), rate=0.1)
    found = again(starter_ready, event("demand_slow", demand="slow", amendments=(surtax,)))
    y = int(years_of(found, node(starter_ready, "deal_slow"))[0])
    dearer = found.prospect.arcs.margin[y] < starter_ready.evaluation.prospect.arcs.margin[y]
    assert {found.ledger.arcs[a].line for a in np.flatnonzero(dearer)} == {"bahia"}
    assert (found.prospect.arcs.margin[y][~dearer] == starter_ready.evaluation.prospect.arcs.margin[y][~dearer]).all()


def test_at_full_home_cost_home_work_bears_its_share(evaluation: Evaluation):
    """A car from home bears all of its share of home's fixed cost, a kit that of the kit, a plant that of its imports."""
    full = at_full_home_cost(evaluation)
    ledger, costing = evaluation.ledger, evaluation.ledger.costing
    less = evaluation.prospect.arcs.margin - full.prospect.arcs.margin
    for a, key in enumerate(ledger.arcs):
        model = costing.carmaker.models[ledger.offers[key.offer].model_id]
        line = costing.carmaker.lines[key.line] if key.line else None
        share = 1.0
        if key.line == "bahia":
            share = costing.conventions.kit_share
        elif line is not None:
            share = model.material * (1 - line.local_content)
        assert less[:, a] == pytest.approx(model.home_fixed * share * (1 - costing.carmaker.home.tax_rate))
    kept = replace(full.prospect, arcs=evaluation.prospect.arcs)
    assert all(getattr(kept, part) is getattr(evaluation.prospect, part) for part in ("demand", "resources", "options"))


def test_arcs_are_home_and_every_line_that_may(starter_ready: Ready):
    """Izmir makes both models and sells in its country, the union and Britain; Styria makes one; Bahia stays in Brazil."""
    ledger = starter_ready.evaluation.ledger
    found = {(ledger.offers[k.offer].market, ledger.offers[k.offer].model_id, k.line) for k in ledger.arcs}
    home = {(o.market, o.model_id, None) for o in ledger.offers}
    izmir = {(m, k, "izmir") for m in ("DEU", "GBR", "TUR") for k in ("city", "voyage")}
    styria = {(m, "city", "styria") for m in ("DEU", "GBR")}
    bahia = {("BRA", k, "bahia") for k in ("city", "voyage")}
    assert found == home | izmir | styria | bahia
    keys = [(k.offer, k.line is not None) for k in ledger.arcs]
    assert keys == sorted(keys)


def test_a_line_serves_its_union(starter_ready: Ready):
    costing, rules = starter_ready.evaluation.ledger.costing, starter_ready.rulebook
    styria, bahia = (costing.carmaker.lines[name] for name in ("styria", "bahia"))
    assert serves(costing, rules, styria, "DEU")
    assert not serves(costing, rules, styria, "TUR")
    assert not serves(costing, rules, bahia, "DEU")


def test_a_quota_opens_a_regime_of_its_own(starter_ready: Ready):
    """A share of an importer's quota gives home a second lane into each of its markets."""
    ledger = starter_ready.evaluation.ledger
    carmaker = replace(ledger.costing.carmaker, quota_share={"BRA": 0.1})
    found = list_arcs(replace(ledger.costing, carmaker=carmaker), starter_ready.rulebook, ledger.offers, ledger.lines)
    extra = [key for key in found if key.regime]
    assert {(ledger.offers[k.offer].market, k.line, k.regime) for k in extra} == {("BRA", None, "in_quota")}
    assert len(found) == len(ledger.arcs) + len(extra)


def test_without_law_a_quota_stays_shut(starter_ready: Ready):
    """Brazil has no quota for Chinese cars: the lane is there, and closed in every year."""
    ledger = starter_ready.evaluation.ledger
    carmaker = replace(ledger.costing.carmaker, quota_share={"BRA": 0.1})
    found = evaluate(
        starter_ready.grown,
        replace(ledger.costing, carmaker=carmaker),
        starter_ready.rulebook,
        starter_ready.study.events,
    )
    quota = [a for a, key in enumerate(found.ledger.arcs) if key.regime == "in_quota"]
    assert len(quota) == 2
    assert not found.prospect.arcs.allowed[:, quota].any()
    assert found.prospect.labels.resource[-1] == "quota BRA"


@pytest.mark.parametrize("first_blocks", [1, 3])
def test_years_are_run_alike_only_far_ahead(starter_ready: Ready, first_blocks: int):
    """Blocks tile every node; the nearest years stand alone unless asked otherwise, and none is longer than four."""
    tree = starter_ready.grown.tree
    years = node_years(starter_ready.grown, first_blocks)
    for n in range(tree.count):
        mine = np.flatnonzero(years.node == n)
        covered = [int(years.year[y]) + i for y in mine for i in range(int(years.span[y]))]
        assert covered == list(range(tree.start[n], tree.start[n] + tree.years[n]))
    assert years.span.max() <= 4
    if first_blocks == 1:
        assert (years.span[years.year < tree.first_year + 3] == 1).all()
    middle = [representative_year(years, y) for y in range(years.count)]
    assert all(years.year[y] <= at < years.year[y] + years.span[y] for y, at in enumerate(middle))


def test_circumstances_hold_what_they_are_given(starter_ready: Ready):
    now = starter_ready.evaluation.ledger.circumstances[0]
    assert now == Circumstances(starter_ready.rulebook, "SUEZ_CLOSED", {})


def test_terms_hold_from_their_node_on_and_later_ones_override(starter_ready: Ready):
    ledger = starter_ready.evaluation.ledger
    events = {
        **starter_ready.study.events,
        "eu_duty_prolonged": event("eu_duty_prolonged", terms={"own_elasticity": -5.0, "pass_through": 0.2}),
        "demand_slow": event("demand_slow", demand="slow", terms={"own_elasticity": -3.0}),
    }
    found = node_circumstances(
        starter_ready.grown, ledger.node_years, starter_ready.rulebook, events, ledger.costing.conventions.route
    )
    at = {
        name: now_at(starter_ready, found, name).terms
        for name in ("today", "walls", "walls_slow", "walls_fast", "deal")
    }
    assert at["today"] == at["deal"] == {}
    assert at["walls"] == at["walls_fast"] == {"own_elasticity": -5.0, "pass_through": 0.2}
    assert at["walls_slow"] == {"own_elasticity": -3.0, "pass_through": 0.2}
    terms = ledger.costing.conventions.demand.terms_of_demand("DEU", "BEV", at["walls_slow"])
    assert (terms["own_elasticity"].value, terms["own_elasticity"].origin) == (-3.0, "event")
    assert terms["market_elasticity"].origin == "packaged"
