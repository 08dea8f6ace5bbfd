"""What events move beside duties: each changes what it names by hand-worked numbers, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from roadstead.footprint.dispatch import dispatch, no_new
from roadstead.futures.axes import arrays
from roadstead.futures.catalogue.playing import play
from roadstead.futures.costs.circumstances import representative_year
from roadstead.futures.costs.costing import Circumstances, ex_works, kept_share
from roadstead.futures.costs.lane_costs import Supply, lane_cost
from roadstead.futures.evaluate import evaluate
from roadstead.futures.events import Event, Shift
from roadstead.futures.subtrees import of_nodes
from roadstead.futures.tree import history, leaves
from roadstead.trade.amendment import Amendment

if TYPE_CHECKING:
    from roadstead.futures.evaluate import Evaluation
    from roadstead.study.study import Ready

HOME = frozenset({"CHN"})
COMES = "eu_duty_prolonged"
"""Fired at `walls`, which begins in 2029; it does what a test says in place of what it did."""


def event(event_id: str, *, amendments: tuple[Amendment, ...] = (), shifts: tuple[Shift, ...] = ()) -> Event:
    return Event(event_id, "", "", amendments, "", "", (), 0.5, "", "", shifts=shifts)


def with_events(ready: Ready, *events: Event) -> Evaluation:
    """The starter case with other things that events do, and nothing done where a test names none."""
    idle = {name: event(name) for name in ready.study.events}
    known = {**idle, **{one.event_id: one for one in events}}
    return evaluate(ready.grown, ready.evaluation.ledger.costing, ready.rulebook, known)


@pytest.fixture(scope="module")
def plain(starter_ready: Ready) -> Evaluation:
    return with_events(starter_ready)


def below(ready: Ready, *names: str) -> np.ndarray:
    """True for the nodes of some names."""
    return np.isin([n.node_id for n in ready.study.tree.nodes], names)


def differing(one: Evaluation, other: Evaluation) -> set[str]:
    """Arrays of two prospects that are not equal."""
    here, there = arrays(one.prospect), arrays(other.prospect)
    return {name for name in here if not np.array_equal(here[name], there[name])}


WALLS = ("walls", "walls_fast", "walls_slow")


def test_where_building_is_refused_nothing_new_is_committed_to(starter_ready: Ready, plain: Evaluation):
    """Türkiye refuses Chinese plants from 2029 on: Izmir may be committed to before, and in the futures where it does not."""
    shift = Shift("refuse_sites", "TUR", 1.0, HOME)
    found = with_events(starter_ready, event(COMES, shifts=(shift,)))
    assert differing(found, plain) == {"options.allowed"}
    izmir = found.prospect.labels.option.index("izmir")
    differ = found.prospect.options.allowed != plain.prospect.options.allowed
    assert plain.prospect.options.allowed[:, izmir].any(where=below(starter_ready, *WALLS))
    refused = below(starter_ready, *WALLS) & plain.prospect.options.allowed[:, izmir]
    assert (differ[:, izmir] == refused).all()
    assert not np.delete(differ, izmir, axis=1).any()
    again = event("demand_fast", shifts=(replace(shift, amount=0.0),))
    lifted = with_events(starter_ready, event(COMES, shifts=(shift,)), again)
    at = starter_ready.grown.tree.name.index("fast adoption")
    assert lifted.prospect.options.allowed[at, izmir] == plain.prospect.options.allowed[at, izmir]


@pytest.mark.parametrize(
    "shift", [Shift("refuse_sites", "TUR", 1.0, frozenset({"KOR"})), Shift("refuse_sites", "BRA", 1.0)]
)
def test_other_makers_and_what_stands_are_left_alone(shift: Shift, starter_ready: Ready, plain: Evaluation):
    assert differing(with_events(starter_ready, event(COMES, shifts=(shift,))), plain) == set()


def test_a_plant_that_is_taken_makes_nothing_and_is_paid_its_share(starter_ready: Ready, plain: Evaluation):
    """By hand: Bahia's step of USD 40m opened in 2025; taken in 2029, a quarter of what is not written down yet is paid once."""
    found = with_events(starter_ready, event(COMES, shifts=(Shift("seize", "BRA", 0.25, HOME),)))
    p, before, costing = found.prospect, plain.prospect, found.ledger.costing
    assert differing(found, plain) == {"resources.usable", "resources.fixed", "options.fixed"}
    row, option = p.labels.resource.index("bahia"), p.labels.option.index("bahia")
    years, kind = p.node_years, p.options.risk[option]
    gone = np.isin(years.node, np.flatnonzero(below(starter_ready, *WALLS)))
    assert (p.resources.usable[:, row] == np.where(gone, 0.0, 1.0)).all()
    assert (p.resources.fixed[~gone] == before.resources.fixed[~gone]).all()
    standing = p.resources.existing[:, row]
    assert (standing[gone] == 1.0).all()
    paid = p.discount[:, kind] * (p.options.fixed[:, option] + p.resources.fixed[:, row] * standing)
    life = costing.conventions.plant_life
    rate = float(costing.conventions.discount_base + costing.conventions.premiums["BRA"])
    due = 0.25 * 40e6 * (1.0 - (2029 - 2025) / life) * (1.0 + rate) ** -(2029 - 2027)
    for leaf in ("walls_fast", "walls_slow"):
        path = gone & np.isin(years.node, np.flatnonzero(below(starter_ready, "walls", leaf)))
        assert paid[path].sum() == pytest.approx(-due)
    # A step that the plan may order there would have kept something at the end: that is lost, however it was ordered.
    last = np.flatnonzero(gone & (years.year + years.span == years.year.max() + years.span[-1]))
    lost = p.discount[last, kind] * p.resources.fixed[last, row]
    assert lost == pytest.approx(np.full(len(last), p.resources.salvage[:, row].max() * p.end_discount[kind]))
    plan = dispatch(starter_ready.grown.tree, p, no_new(starter_ready.grown.tree, p))
    made = p.arcs.supply == p.labels.supply.index("bahia")
    assert plan.flows.flow[~gone][:, made].sum() > 1_000.0
    assert plan.flows.flow[gone][:, made].sum() == pytest.approx(0.0, abs=1e-3)


def test_a_contract_assembler_is_not_taken_from_the_maker(starter_ready: Ready, plain: Evaluation):
    found = with_events(starter_ready, event(COMES, shifts=(Shift("seize", "AUT", 0.0, HOME),)))
    assert differing(found, plain) == set()


def test_home_limits_what_is_shipped(starter_ready: Ready, plain: Evaluation):
    """By hand: 26,000 electric cars sold abroad in the base year; half of that may be shipped from 2029 on, kits apart."""
    found = with_events(starter_ready, event(COMES, shifts=(Shift("limit_exports", "CHN", 0.5, nests=("BEV",)),)))
    p = found.prospect
    row = p.labels.resource.index("export licence BEV")
    held = np.isin(p.node_years.node, np.flatnonzero(below(starter_ready, *WALLS)))
    assert (p.resources.free[held, row] == 13_000.0).all()
    assert (p.resources.free[~held, row] > 1e5).all()
    used = p.resources.use_arc[p.resources.use_resource == row]
    cars = {(found.ledger.offers[key.offer].model_id, key.line) for key in (found.ledger.arcs[a] for a in used)}
    assert cars == {("city", None)}
    plan = dispatch(starter_ready.grown.tree, p, no_new(starter_ready.grown.tree, p))
    assert plan.flows.flow[held][:, used].sum(1) == pytest.approx(np.full(held.sum(), 13_000.0), abs=1.0)
    shape = plain.prospect.resources.free.shape
    assert p.resources.free.shape == (shape[0], shape[1] + 1)
    assert (p.arcs.margin == plain.prospect.arcs.margin).all()


def test_a_tax_on_export_is_borne_by_every_car_that_leaves(starter_ready: Ready, plain: Evaluation):
    """By hand: four per cent of the price free on board, which is cost at the port and the margin on it; rivals bear it too."""
    tax = Amendment("export_tax", "CHN", COMES, products=frozenset({"CAR_CBU"}), rate=0.04)
    found = with_events(starter_ready, event(COMES, amendments=(tax,)))
    p, costing = found.prospect, found.ledger.costing
    held = np.isin(p.node_years.node, np.flatnonzero(below(starter_ready, *WALLS)))
    dearer = plain.prospect.arcs.margin - p.arcs.margin
    assert (dearer[~held] == 0.0).all()
    kept = 1.0 - costing.carmaker.home.tax_rate
    for a, key in enumerate(found.ledger.arcs):
        model = costing.carmaker.models[found.ledger.offers[key.offer].model_id]
        for y in np.flatnonzero(held).tolist():
            year = representative_year(p.node_years, y)
            board = (float(ex_works(costing, model, year)) + costing.carmaker.home.inland) * (
                1.0 + model.transfer_margin
            )
            assert dearer[y, a] == pytest.approx(0.04 * board * kept if key.line is None else 0.0, abs=1e-6)
    selling, terms = found.ledger.selling, costing.conventions.demand
    for m, met in enumerate(selling.contests):
        y = int(np.flatnonzero(held)[0])
        whole = 0.04 * terms.of("rival_value", met.market).value * met.price[y]
        part = (selling.rise[m][y] / whole)[met.shipped] / terms.of("pass_through", met.market).value
        assert ((part > 0.7) & (part < 1.0)).all(), "those with plants elsewhere escape a part"
        assert (selling.rise[m][~held] == 0.0).all()


def test_rivals_that_build_inside_meet_no_duty(starter_ready: Ready):
    """By hand: a quarter of rivals' hybrids for Germany save the ordinary duty of 10 %, and pass their part of it on."""
    found = with_events(starter_ready, event(COMES, shifts=(Shift("rivals_build", "EU27", 0.25),)))
    p, selling, terms = found.prospect, found.ledger.selling, found.ledger.costing.conventions.demand
    held = np.isin(p.node_years.node, np.flatnonzero(below(starter_ready, *WALLS)))
    at = selling.markets.index("DEU")
    met, rise = selling.contests[at], selling.rise[at]
    hybrids = met.shipped & (np.asarray(met.classes)[met.competition.nest] == "PHEV")
    value, passed = (terms.of(name, "DEU").value for name in ("rival_value", "pass_through"))
    saved = 0.25 * passed * 0.10 * value * met.price[held][:, hybrids]
    assert rise[held][:, hybrids] == pytest.approx(-saved)
    assert (rise[~held] == 0.0).all()
    assert all((selling.rise[m] == 0.0).all() for m in range(len(selling.markets)) if m != at)
    assert (selling.rivals_price[at][held][:, hybrids] < met.price[held][:, hybrids]).all()


def test_fewer_plug_in_cars_in_one_union(starter_ready: Ready, plain: Evaluation):
    found = with_events(starter_ready, event(COMES, shifts=(Shift("nev_sales", "EU27", 0.85),)))
    held = np.isin(found.prospect.node_years.node, np.flatnonzero(below(starter_ready, *WALLS)))
    ratio = found.ledger.selling.nev_share / plain.ledger.selling.nev_share
    for m, market in enumerate(found.ledger.selling.markets):
        assert ratio[:, m] == pytest.approx(np.where(held & (market == "DEU"), 0.85, 1.0))
    for c, offer in enumerate(found.ledger.offers):
        sold = found.ledger.selling.reference_sales[:, c] / plain.ledger.selling.reference_sales[:, c]
        assert sold == pytest.approx(np.where(held & (offer.market == "DEU"), 0.85, 1.0))


def bars(ready: Ready, rules: Circumstances, content: float, line: str | None, market: str = "DEU") -> dict[str, float]:
    costing = ready.evaluation.ledger.costing
    made = replace(costing.carmaker.lines[line], local_content=content) if line else None
    supply = Supply(made, costing.carmaker.models["city"], market, "", 2030, rules)
    return {bar.key: bar.amount for bar in lane_cost(costing, supply)}


@pytest.mark.parametrize(
    ("action", "sign", "condition"), [("levy", 1.0, "not content.EU27 >= 0.7"), ("grant", -1.0, "content.EU27 >= 0.7")]
)
def test_support_goes_by_what_is_bought_in_the_union(action, sign, condition, starter_ready: Ready):
    """By hand: EUR 1,500 of the price, less dealer and tax, for a car with seven tenths of its parts from there, or without."""
    rule = Amendment(action, "EU27", COMES, money=1_500.0, currency="EUR", condition=condition)
    found = with_events(starter_ready, event(COMES, amendments=(rule,)))
    y = int(np.flatnonzero(np.isin(found.prospect.node_years.node, np.flatnonzero(below(starter_ready, "walls"))))[0])
    now, costing = found.ledger.circumstances[y], found.ledger.costing
    offer = next(o for o in costing.carmaker.offers if (o.market, o.model_id) == ("DEU", "city"))
    worth = sign * 1_500.0 * costing.dollars["EUR"] * kept_share(costing, now.rulebook, offer, 2030, "CBU")
    without, enough = (worth, 0.0) if action == "levy" else (0.0, worth)
    assert bars(starter_ready, now, 0.0, None).get("rule_price", 0.0) == pytest.approx(without)
    assert bars(starter_ready, now, 0.69, "styria").get("rule_price", 0.0) == pytest.approx(without)
    assert bars(starter_ready, now, 0.7, "styria").get("rule_price", 0.0) == pytest.approx(enough)
    asked = replace(now, content={"AUT": 0.8})
    assert bars(starter_ready, asked, 0.1, "styria").get("rule_price", 0.0) == pytest.approx(enough)
    assert "rule_price" not in bars(starter_ready, now, 0.9, None, "THA")


def test_makers_are_barred_wherever_they_build(starter_ready: Ready, plain: Evaluation):
    barring = Amendment("forbid", "TUR", COMES, makers=HOME)
    found = with_events(starter_ready, event(COMES, amendments=(barring,)))
    held = np.isin(found.prospect.node_years.node, np.flatnonzero(below(starter_ready, *WALLS)))
    there = np.asarray([found.ledger.offers[key.offer].market == "TUR" for key in found.ledger.arcs])
    assert not found.prospect.arcs.allowed[held][:, there].any()
    assert (found.prospect.arcs.allowed[:, ~there] == plain.prospect.arcs.allowed[:, ~there]).all()
    other = with_events(starter_ready, event(COMES, amendments=(replace(barring, makers=frozenset({"RUS"})),)))
    assert differing(other, plain) == set()


def test_a_path_alone_is_offered_what_the_tree_offers_it(starter_ready: Ready):
    """Everything at once: each path of the tree, as one chain of its own, has the very arrays of its nodes in the tree."""
    shifts = (
        Shift("seize", "BRA", 0.5),
        Shift("refuse_sites", "TUR", 1.0),
        Shift("limit_exports", "CHN", 1.0, nests=("BEV",)),
        Shift("rivals_build", "EU27", 0.5),
        Shift("nev_sales", "BRA", 0.9),
    )
    rules = (
        Amendment("export_tax", "CHN", COMES, rate=0.04),
        Amendment("levy", "EU27", COMES, origins=HOME, money=900.0, currency="USD"),
    )
    events = (event(COMES, amendments=rules), event("demand_slow", shifts=shifts))
    found = with_events(starter_ready, *events)
    grown, known = found.ledger.grown, {name: event(name) for name in starter_ready.study.events}
    known |= {one.event_id: one for one in events}
    kept = ("arcs.margin", "arcs.allowed", "demand.width", "demand.price", "resources.free", "resources.fixed",
            "options.fixed", "options.allowed")  # fmt: skip
    for leaf in leaves(grown.tree):
        path = list(history(grown.tree, leaf))
        tree = replace(
            grown.tree,
            parent=np.arange(len(path)) - 1,
            start=grown.tree.start[path],
            years=grown.tree.years[path],
            branch_probability=np.ones(len(path)),
            name=tuple(grown.tree.name[n] for n in path),
            state=tuple(grown.tree.state[n] for n in path),
        )
        of_path = {"market": grown.market[path], "nev_share": grown.nev_share[path]}
        told = {name: tuple(getattr(grown, name)[n] for n in path) for name in ("names", "demand")}
        happened = tuple(
            tuple(replace(one, node=path.index(one.node)) for one in grown.happened[n]) for n in path
        )  # fmt: skip
        alone = replace(grown, tree=tree, happened=happened, **of_path, **told)
        costing = starter_ready.evaluation.ledger.costing
        one = arrays(evaluate(alone, costing, starter_ready.rulebook, known).prospect)
        whole = arrays(of_nodes(found.prospect, path))
        bahia = found.prospect.labels.resource.index("bahia")
        assert (one["resources.usable"][:, bahia] == whole["resources.usable"][:, bahia]).all()
        for name in kept:
            assert one[name] == pytest.approx(whole[name], rel=1e-9, abs=1e-9), name


def test_a_level_may_do_other_things_than_the_next(grown_study):
    connected = grown_study.catalogue.events["eu_connected_rule"]
    assert [a.action for a in play(connected, "parts").amendments] == ["charge"]
    assert [a.action for a in play(connected, "makers").amendments] == ["forbid"]
