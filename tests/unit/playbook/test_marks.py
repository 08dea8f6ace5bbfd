"""Marks of the charts and rows of the tables: they add up, cover the horizon, and cite what they charge."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from roadstead.footprint.plan import Flows
from roadstead.futures.costs.circumstances import representative_year
from roadstead.futures.tree import leaves, node_probability
from roadstead.playbook.book import Name
from roadstead.playbook.decisions import decisions, sentence
from roadstead.playbook.fronts import fronts
from roadstead.playbook.maps import LEAST_FLOW
from roadstead.playbook.marks import duty_from_home
from roadstead.playbook.quantiles import quantile
from roadstead.playbook.reading import MODES, capacity, cars, likely_path, output, path_weight, weight_by_year

if TYPE_CHECKING:
    from roadstead.playbook.book import Book
    from roadstead.playbook.reading import Reading
    from roadstead.study.study import Run

HORIZON = list(range(2027, 2037))


def on_the_likely_path(reading: Reading, year: int) -> int:
    """The node-year of a year on the most likely path."""
    years = reading.evaluation.prospect.node_years
    path = likely_path(reading.tree)
    (found,) = (
        y for y in range(years.count)
        if int(years.node[y]) in path and years.year[y] <= year < years.year[y] + years.span[y]
    )  # fmt: skip
    return found


def test_cars_by_mode_are_the_flows(reading: Reading):
    by_mode = cars(reading)
    assert by_mode.sum((1, 2)) == pytest.approx(reading.plan.flows.flow.sum(1))
    p = reading.evaluation.prospect
    home = p.arcs.supply == 0
    assert by_mode[:, :, MODES.index("export")].sum(1) == pytest.approx(reading.plan.flows.flow[:, home].sum(1))


def test_weights_of_a_year_sum_to_one(reading: Reading):
    weight = weight_by_year(reading)
    assert weight.shape == (len(HORIZON), reading.evaluation.prospect.node_years.count)
    assert weight.sum(1) == pytest.approx(np.ones(len(HORIZON)))
    path = path_weight(reading, likely_path(reading.tree))
    assert path.sum(1).tolist() == [1.0] * len(HORIZON)


def test_the_likely_path_is_the_likeliest(reading: Reading):
    probability = node_probability(reading.tree)
    assert probability[likely_path(reading.tree)[-1]] == max(probability[leaf] for leaf in leaves(reading.tree))


def test_volumes_sum_over_modes_to_what_is_expected(book: Book, reading: Reading):
    weight, total = weight_by_year(reading), reading.plan.flows.flow.sum(1)
    for t, year in enumerate(HORIZON):
        mine = [v for v in book.volumes if v.year == year]
        assert [v.mode for v in mine] == list(MODES)
        assert sum(v.cars for v in mine) == pytest.approx(weight[t] @ total)
        here = weight[t] > 0
        assert {(v.low_total, v.high_total) for v in mine} == {(mine[0].low_total, mine[0].high_total)}
        assert total[here].min() - 0.01 <= mine[0].low_total <= mine[0].high_total <= total[here].max() + 0.01


def test_a_quantile_counts_by_weight():
    value, weight = np.asarray([30.0, 10.0, 20.0]), np.asarray([0.15, 0.05, 0.8])
    assert [quantile(value, weight, level) for level in (0.04, 0.5, 0.85, 0.9)] == [10.0, 20.0, 20.0, 30.0]


def test_rows_of_markets_sum_to_the_volumes(book: Book):
    for row in book.markets:
        assert row.sales == pytest.approx(row.exported + row.kits + row.contract + row.local)
        assert 0.0 < row.nev_share <= 1.0
        assert row.sales < row.size
    for year in {row.year for row in book.markets}:
        total = sum(row.sales for row in book.markets if row.year == year)
        assert total == pytest.approx(sum(v.cars for v in book.volumes if v.year == year))


def test_the_timeline_covers_every_market_and_year_once(book: Book, reading: Reading):
    seen = [(span.market.en, span.year + i) for span in book.timeline for i in range(span.span)]
    markets = {reading.place(m).en for m in reading.evaluation.ledger.selling.markets}
    assert sorted(seen) == sorted((market, year) for market in markets for year in HORIZON)
    assert all(0.0 <= span.local_share <= 1.0 for span in book.timeline)
    assert all((span.mode == "none") == (span.cars < 1.0) for span in book.timeline)


def test_the_timeline_shows_the_mode_of_most_cars(book: Book, reading: Reading):
    by_mode, markets = cars(reading), reading.evaluation.ledger.selling.markets
    for span in book.timeline:
        row = by_mode[on_the_likely_path(reading, span.year)][[reading.place(m) for m in markets].index(span.market)]
        assert span.cars == pytest.approx(row.sum())
        if span.mode != "none":
            assert row[MODES.index(span.mode)] == row.max()
            assert span.local_share == pytest.approx(row[1:].sum() / row.sum())


def test_every_map_shows_the_flows_of_its_year(book: Book, reading: Reading):
    """Every market with its cars; every flow between countries that is large enough to draw."""
    ledger = reading.evaluation.ledger
    assert [found.year for found in book.atlas.maps] == HORIZON
    for found in book.atlas.maps:
        y = on_the_likely_path(reading, found.year)
        sent: dict[tuple[str, str, str], float] = {}
        sold: dict[str, float] = {}
        for a, key in enumerate(ledger.arcs):
            line = ledger.costing.carmaker.lines[key.line] if key.line else None
            origin, market = line.place if line else "CHN", ledger.offers[key.offer].market
            flow = float(reading.plan.flows.flow[y, a])
            sold[market] = sold.get(market, 0.0) + flow
            if origin != market:
                between = reading.place(origin).en, reading.place(market).en, line.mode.value if line else "export"
                sent[between] = sent.get(between, 0.0) + flow
        drawn = {(f.origin.en, f.destination.en, f.mode): f.cars for f in found.flows}
        assert drawn == pytest.approx({pair: n for pair, n in sent.items() if n >= LEAST_FLOW})
        assert drawn, "the starter case ships cars"
        assert {m.iso3: m.cars for m in found.markets} == pytest.approx(sold)
        assert all(m.duty >= 0.0 for m in found.markets)


def test_duties_on_the_maps_are_those_of_the_law_in_their_year(book: Book, reading: Reading):
    """What EU law asks of a car from home changes over the likely path, and the maps with it."""
    main = book.atlas.model
    assert main in [reading.model(k) for k in reading.evaluation.ledger.costing.carmaker.models]
    assert book.atlas.opens_at == book.waterfalls[0].year
    model = next(k for k in reading.evaluation.ledger.costing.carmaker.models if reading.model(k) == main)
    for found in book.atlas.maps:
        y = on_the_likely_path(reading, found.year)
        for market in found.markets:
            offered = {o.model_id for o in reading.evaluation.ledger.offers if o.market == market.iso3}
            assert model not in offered or market.duty == duty_from_home(reading.evaluation, market.iso3, model, y)


def test_waterfalls_sum_to_the_landed_cost(book: Book, reading: Reading):
    """Bars are those of the ledger, and what the price leaves above them is the margin before tax."""
    ledger, p = reading.evaluation.ledger, reading.evaluation.prospect
    assert book.waterfalls
    for shown in book.waterfalls:
        y = on_the_likely_path(reading, shown.year)
        assert shown.year == representative_year(p.node_years, y)
        (arc,) = (
            a for a, key in enumerate(ledger.arcs)
            if not key.regime
            and reading.place(ledger.offers[key.offer].market) == shown.market
            and reading.model(ledger.offers[key.offer].model_id) == shown.model
            and (reading.names.line(key.line) if key.line else reading.place("CHN")) == shown.supply
        )  # fmt: skip
        landed = sum(bar.amount for bar in shown.bars)
        line = ledger.costing.carmaker.lines.get(ledger.arcs[arc].line or "")
        tax = line.tax_rate if line else ledger.costing.carmaker.home.tax_rate
        assert p.arcs.margin[y, arc] == pytest.approx((shown.net_price - landed) * (1 - tax))
        assert shown.net_price < shown.retail_price
        assert shown.cars == pytest.approx(reading.plan.flows.flow[y, arc])


def test_charges_cite_and_costs_do_not(book: Book, reading: Reading):
    """A bar that the law charges names its measure; freight or conversion does not pretend to."""
    measures = {m.measure_id for now in reading.evaluation.ledger.circumstances for m in now.rulebook.every_measure()}
    for shown in book.waterfalls:
        for bar in shown.bars:
            charged = bar.key.split("_")[-1] in {"mfn", "countervailing", "surtax", "antidumping", "fee"}
            assert bool(bar.cites) == charged, bar
            assert all(cite.startswith("assumed") or cite.split(":")[0] in measures for cite in bar.cites)


def test_beside_each_lane_stands_shipping_from_home(book: Book):
    for i, shown in enumerate(book.waterfalls):
        if shown.mode != "export":
            beside = book.waterfalls[i + 1]
            assert (beside.model, beside.market, beside.mode) == (shown.model, shown.market, "export")


def test_sites_make_no_more_than_they_can(book: Book, reading: Reading):
    able, made = capacity(reading), output(reading)
    assert (made <= able + 1.0).all()
    for site in book.sites:
        assert 0.0 <= site.output <= site.capacity + 1.0
    years = {name.en: sorted(s.year for s in book.sites if s.site == name) for name in {s.site for s in book.sites}}
    assert all(covered == HORIZON for covered in years.values())


def test_the_tree_holds_every_decision_once(book: Book, reading: Reading, starter_run: Run):
    nodes = starter_run.ready.study.tree.nodes
    assert [node.parent for node in book.tree] == reading.tree.parent.tolist()
    assert [len(node.fires) for node in book.tree] == [len(node.fires) for node in nodes]
    shown = [s for node in book.tree for s in node.decisions]
    assert shown == [sentence(reading, d) for d in decisions(reading)]
    assert [row.what for row in book.decisions if row.what.key != "widen"] == shown
    last = [node.probability for node in book.tree if node.node in leaves(reading.tree)]
    assert sum(last) == pytest.approx(1.0)


def test_events_stand_beside_what_the_tree_implies(book: Book, starter_run: Run):
    assert {row.event.en for row in book.events} == {e.title for e in starter_run.ready.study.events.values()}
    assert all(row.implied == pytest.approx(row.stated) for row in book.events)
    assert all(row.changes for row in book.events)


def test_every_row_of_the_case_is_evidence(book: Book, starter_run: Run):
    rows = {name: table for name, table in starter_run.ready.study.rows.items() if name != "sources"}
    assert len(book.evidence) == sum(len(table) for table in rows.values())
    assert sum(row.is_assumption for row in book.evidence) == sum(
        row["source"] == "assumption" for table in rows.values() for row in table
    )


def test_fronts_are_shares(book: Book):
    assert len({front.who.en for front in book.fronts}) == 3
    for front in book.fronts:
        for share in (front.big_markets, front.overseas, front.nev):
            assert share is None or 0.0 <= share <= 1.0
        assert front.denominator
    own = [front for front in book.fronts if front.source == "this plan"]
    assert [front.year for front in own] == [2027, 2032, 2036]
    assert all(front.nev == 1.0 for front in own), "the starter case sells nothing else"


def test_fronts_are_those_of_the_flows(book: Book, reading: Reading):
    ledger, weight = reading.evaluation.ledger, weight_by_year(reading)
    (front,) = (f for f in book.fronts if f.source == "this plan" and f.year == 2032)
    flow = weight[2032 - 2027] @ reading.plan.flows.flow
    abroad = sum(flow[a] for a, key in enumerate(ledger.arcs) if key.line)
    assert front.overseas == pytest.approx(abroad / flow.sum())
    large = {m for m in ledger.selling.markets if ledger.costing.world.markets[m].sales[-1].value >= 1e6}
    assert 0 < len(large) < len(ledger.selling.markets)
    sold = sum(flow[a] for a, key in enumerate(ledger.arcs) if ledger.offers[key.offer].market in large)
    assert front.big_markets == pytest.approx(sold / flow.sum())


def test_where_nothing_is_sold_fronts_say_nothing(reading: Reading):
    nothing = Flows(*(np.zeros_like(getattr(reading.plan.flows, f.name)) for f in fields(Flows)))
    idle = replace(reading, plan=replace(reading.plan, flows=nothing))
    own = fronts(idle, Name("Nobody", "无"), (2027, 2032))[0]
    assert (own.big_markets, own.overseas, own.nev) == (None, None, None)


def test_the_book_holds_finite_numbers(book: Book):
    """Whatever is drawn or written to a table is a number."""
    pending: list[Any] = [book]
    seen = 0
    while pending:
        value = pending.pop()
        if is_dataclass(value):
            pending += [getattr(value, field.name) for field in fields(value)]
        elif isinstance(value, (tuple, list)):
            pending += list(value)
        elif isinstance(value, dict):
            pending += list(value.values())
        elif isinstance(value, (float, np.floating)):
            seen += 1
            assert np.isfinite(value)
    assert seen > 500
