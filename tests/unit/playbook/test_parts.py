"""Parts sent and bought: they are what the waterfalls charge, nothing counts twice, and the shares of futures are right."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from roadstead.footprint.plan import FootprintPlan
from roadstead.futures.costs.borders import Borders
from roadstead.futures.costs.circumstances import representative_year
from roadstead.futures.costs.gates import Gate, content_of, gate_costs
from roadstead.futures.costs.moments import Moments
from roadstead.futures.tree import node_probability
from roadstead.playbook.parts import GOODS, LEAST, Drawn, drawn, export_years, shipped
from roadstead.playbook.pull import pull
from roadstead.playbook.reading import weight_by_year
from roadstead.playbook.suppliers import briefs, content, production, start_chances, starts
from roadstead.terms.ids import EntryMode, Product

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from roadstead.playbook.book import Book
    from roadstead.playbook.reading import Reading

HORIZON = range(2027, 2037)
LOCAL, KITS = "izmir", "bahia"
TODAY, DUTY_STAYS = 0, 1
"""Nodes of the starter's tree; the second begins in 2029 and holds six futures in ten."""


@pytest.fixture(scope="session")
def found(reading: Reading) -> Drawn:
    return drawn(reading)


@pytest.fixture(scope="session")
def made_up(reading: Reading) -> Callable[[dict[tuple[str | None, str, str], float], int], Reading]:
    """The starter's tree and costs with flows written by hand: cars a year by line, market and model, from a node on."""

    def build(cars: dict[tuple[str | None, str, str], float], root: int) -> Reading:
        p, ledger, tree = reading.evaluation.prospect, reading.evaluation.ledger, reading.tree
        below = {root}
        for node in range(tree.count):
            below |= {node} if int(tree.parent[node]) in below else set()
        flow = np.zeros_like(reading.plan.flows.flow)
        for (line, market, model), amount in cars.items():
            (arc,) = (
                a for a, key in enumerate(ledger.arcs)
                if (key.line, key.regime) == (line, "") and ledger.offers[key.offer].market == market
                and ledger.offers[key.offer].model_id == model
            )  # fmt: skip
            flow[np.isin(p.node_years.node, list(below)), arc] = amount
        return replace(reading, plan=FootprintPlan(reading.plan.decisions, replace(reading.plan.flows, flow=flow)))

    return build


def test_what_a_car_takes_is_what_its_waterfall_charges(reading: Reading, found: Drawn):
    ledger, p = reading.evaluation.ledger, reading.evaluation.prospect
    looked_at = 0
    for y, a in zip(*np.nonzero(reading.plan.flows.flow >= 1.0), strict=True):
        key, (_, k) = ledger.arcs[a], p.labels.cell[p.arcs.cell[a]]
        if key.line is None:
            continue
        bars = {bar.key: bar.amount for bar in ledger.waterfall(int(a), int(y))}
        i = [line.line_id for line in ledger.lines].index(key.line)
        assert found.sent[y, i, k].sum() == pytest.approx(bars.get("kit", bars.get("imported_parts", 0.0)), rel=1e-12)
        assert found.bought[y, i, k].sum() == pytest.approx(bars.get("local_parts", 0.0), rel=1e-12)
        looked_at += 1
    assert looked_at > 10


def test_parts_work_and_the_way_over_make_up_the_cost_at_the_gate(reading: Reading):
    ledger = reading.evaluation.ledger
    carmaker, now = ledger.costing.carmaker, ledger.circumstances[0]
    moments = Moments([2027, 2035], [now, now])
    gates = [
        Gate(line, carmaker.models[model], moments)
        for line in (None, *ledger.lines)
        for model in (line.models if line else carmaker.models)
    ]
    ways = ("kit_", "parts_", "battery_")
    for gate, cost in zip(gates, gate_costs(Borders(ledger.costing, moments), gates), strict=True):
        takes = content_of(ledger.costing, gate)
        bars = [[bar for bar in cost.bars(i) if bar.key == "inland" or bar.key.startswith(ways)] for i in range(2)]
        moved = np.asarray([sum(bar.amount for bar in some) for some in bars])
        told = sum(takes.sent.values()) + sum(takes.local.values()) + takes.work
        assert told + moved == pytest.approx(cost.total, rel=1e-12)
        if gate.line is not None:
            assert sum(takes.local.values()) == pytest.approx(takes.bought, rel=1e-12)


def test_exports_by_country_sum_to_the_worlds(reading: Reading, found: Drawn, book: Book):
    assert book.pull is not None
    by_country = pl.DataFrame(
        [(row.year, row.goods, row.value, row.car_sets) for row in book.pull.shipped],
        schema=["year", "goods", "value", "car_sets"],
        orient="row",
    )
    for row in book.pull.years:
        mine = by_country.filter(pl.col("year") == row.year)
        worth = {goods: mine.filter(goods=goods)["value"].sum() for goods in GOODS}
        assert worth["cars"] == pytest.approx(row.cars)
        assert worth["kits"] + worth["batteries"] + worth["parts"] == pytest.approx(row.parts)
        assert (worth["kits"], worth["batteries"], worth["parts"]) == pytest.approx(
            (row.kits, row.batteries, row.other_parts)
        )
        assert mine.filter(goods="cars")["car_sets"].sum() == pytest.approx(row.built_up)
        assert row.cars_low <= row.cars_high
        assert row.parts_low <= row.parts_high
    whole = book.pull.countries[-1]
    first, last = book.pull.years[0], book.pull.years[-1]
    assert (whole.cars_first, whole.parts_first) == pytest.approx((first.cars, first.parts))
    assert (whole.cars_last, whole.parts_last) == pytest.approx((last.cars, last.parts))
    named = book.pull.countries[:-1]
    assert sum(row.parts_last for row in named) == pytest.approx(whole.parts_last)


def test_a_car_counts_as_a_car_or_as_one_set_of_parts(reading: Reading, found: Drawn):
    flow = np.where(reading.plan.flows.flow >= LEAST, reading.plan.flows.flow, 0.0).sum(1)
    assert found.sets[:, :, 0].sum(1) + found.made.sum((1, 2)) == pytest.approx(flow)
    lines = reading.evaluation.ledger.lines
    kits = [i for i, line in enumerate(lines) if line.mode is EntryMode.KIT]
    plants = [i for i, line in enumerate(lines) if line.mode is not EntryMode.KIT]
    assert found.sets[:, :, 1].sum(1) == pytest.approx(found.made[:, kits].sum((1, 2)))
    assert found.sets[:, :, 3].sum(1) == pytest.approx(found.made[:, plants].sum((1, 2)))
    assert not found.sent[:, kits][..., [0, 2, 3]].any()
    assert not found.sent[:, plants][..., [0, 1]].any()


def test_production_and_exports_agree_with_the_flows_as_stored(reading: Reading, stored: Path, found: Drawn):
    flows = pl.read_parquet(stored / "tables/flows.parquet")
    probability = pl.DataFrame({"n": range(reading.tree.count), "p": node_probability(reading.tree)})
    output = pl.read_parquet(stored / "tables/supplier_production.parquet")
    sent = pl.read_parquet(stored / "tables/parts.parquet")
    for year in HORIZON:
        then = flows.filter(pl.col("year") <= year, pl.col("year") + pl.col("span") > year).join(
            probability.with_columns(pl.col("n").cast(flows["n"].dtype)), on="n"
        )
        expected = then.group_by("supply", "model").agg(cars=(pl.col("cars") * pl.col("p")).sum())
        for supply, model, cars in expected.filter(pl.col("supply") != "home").iter_rows():
            row = output.filter(line_id=supply, model_id=model, year=year)
            assert row["expected"].item() == pytest.approx(cars)
        home = then.filter(supply="home")
        cars = (home["cars"] * home["p"]).sum()
        assert sent.filter(goods="cars", year=year)["car_sets"].sum() == pytest.approx(cars)
    # One future at a time, money by hand: cars from home at their ex-works cost.
    ledger, p = reading.evaluation.ledger, reading.evaluation.prospect
    terms = ledger.costing.conventions
    for y in range(p.node_years.count):
        year = representative_year(p.node_years, y)
        at = [a for a, key in enumerate(ledger.arcs) if key.line is None]
        models = [ledger.costing.carmaker.models[ledger.offers[ledger.arcs[a].offer].model_id] for a in at]
        each = np.asarray([m.ex_works * (1.0 - terms.cost_decline) ** (year - terms.base_year) for m in models])
        flow = reading.plan.flows.flow[y, at]
        assert found.value[y, :, 0].sum() == pytest.approx(np.where(flow >= LEAST, flow, 0.0) @ each)


def test_quantiles_are_in_order_and_first_years_sum_to_one(book: Book, reading: Reading):
    assert book.pull is not None
    for row in book.pull.production:
        assert 0.0 <= row.p10 <= row.p50 <= row.p90
    for row in book.pull.shipped:
        assert 0.0 <= row.low <= row.high
    for line in reading.evaluation.ledger.lines:
        mine = [row for row in book.pull.starts if row.line_id == line.line_id]
        assert sum(row.starts for row in mine) == pytest.approx(1.0)
        assert mine[-1].year is None
        assert mine[-1].started == pytest.approx(1.0 - mine[-1].starts)
        started = [row.started for row in mine if row.year is not None]
        assert started == sorted(started)
        assert started[-1] == pytest.approx(mine[-1].started)


def test_content_times_cars_is_what_is_sent(book: Book, found: Drawn, reading: Reading):
    assert book.pull is not None
    for t, year in enumerate(HORIZON):
        rows = [row for row in book.pull.content if row.year == year]
        sent = {g: sum(row.home for row in rows if row.group == g) for g in ("kit", "battery", "other")}
        told = book.pull.years[t]
        assert (sent["kit"], sent["battery"], sent["other"]) == pytest.approx(
            (told.kits, told.batteries, told.other_parts)
        )
        bought = weight_by_year(reading)[t] @ (found.made[..., None] * found.bought).sum((1, 2, 3))
        assert sum(row.local for row in rows) == pytest.approx(float(bought))
    for row in book.pull.content:
        assert row.home == pytest.approx(row.home_per_car * row.cars)
        assert row.local == pytest.approx(row.local_per_car * row.cars)


def test_flows_by_hand_give_parts_by_hand(made_up):
    """100 kits a year for Brazil where the EU duty stays (six in ten futures), 50 cars from home for Germany."""
    mine = made_up({(KITS, "BRA", "city"): 100.0, (None, "DEU", "voyage"): 50.0}, DUTY_STAYS)
    ledger = mine.evaluation.ledger
    terms, models = ledger.costing.conventions, ledger.costing.carmaker.models
    found = drawn(mine)
    rows = {row.year: row for row in export_years(mine, found)}
    assert (rows[2028].cars, rows[2028].parts, rows[2028].parts_ahead) == (0.0, 0.0, 0.0)
    kit = 100.0 * models["city"].ex_works * (1.0 - terms.cost_decline) ** 4 * terms.kit_share
    car = 50.0 * models["voyage"].ex_works * (1.0 - terms.cost_decline) ** 4
    assert rows[2029].parts == rows[2029].kits == pytest.approx(0.6 * kit)
    assert (rows[2029].cars, rows[2029].built_up, rows[2029].car_sets) == pytest.approx((0.6 * car, 30.0, 60.0))
    assert (rows[2029].parts_low, rows[2029].parts_high) == pytest.approx((0.0, kit))
    assert rows[2029].parts_ahead == pytest.approx(0.6 if kit >= car else 0.0)
    goods = {(row.country_id, row.goods) for row in shipped(mine, found)}
    assert goods == {("BRA", "kits"), ("DEU", "cars")}
    (made,) = {row.model_id for row in production(mine, found)}
    assert made == "city"
    row = next(row for row in production(mine, found) if row.year == 2029)
    assert (row.expected, row.p10, row.p50, row.p90) == pytest.approx((60.0, 0.0, 100.0, 100.0))
    takes = [row for row in content(mine, found) if row.year == 2029]
    assert {row.group: row.home_per_car for row in takes if row.home} == pytest.approx({"kit": kit / 100.0})
    material = models["city"].material * models["city"].ex_works * (1.0 - terms.cost_decline) ** 4
    beside = (material - kit / 100.0) * (1.0 + ledger.costing.carmaker.lines[KITS].local_premium)
    assert {row.group: row.local_per_car for row in takes if row.local} == pytest.approx({"other": beside})


def test_a_plant_takes_batteries_and_parts_by_its_local_share(made_up):
    mine = made_up({(LOCAL, "TUR", "city"): 1000.0}, DUTY_STAYS)
    carmaker, terms = mine.evaluation.ledger.costing.carmaker, mine.evaluation.ledger.costing.conventions
    model, line = carmaker.models["city"], carmaker.lines[LOCAL]
    material = model.ex_works * (1.0 - terms.cost_decline) ** 4 * model.material
    found = drawn(mine)
    takes = {row.group: row for row in content(mine, found) if row.year == 2029}
    for group, share in (("battery", model.battery), ("other", 1.0 - model.battery)):
        home, local = takes[group].home_per_car, takes[group].local_per_car
        assert home == pytest.approx(material * share * (1.0 - line.local_content))
        assert local == pytest.approx(material * share * line.local_content * (1.0 + line.local_premium))
        assert takes[group].home == pytest.approx(600.0 * home)
    assert [row.heading for row in takes.values()] == ["8507", "8708"]
    chance = start_chances(mine, found.made.sum(-1))
    assert chance.sum(0) == pytest.approx(np.ones(3))
    at = [each.line_id for each in mine.evaluation.ledger.lines].index(LOCAL)
    assert chance[2, at] == pytest.approx(0.6)
    assert chance[-1, at] == pytest.approx(0.4)
    begun = {row.year: row for row in starts(mine, found) if row.line_id == LOCAL}
    assert (begun[2028].started, begun[2029].started, begun[None].starts) == pytest.approx((0.0, 0.6, 0.4))
    (brief,) = briefs(mine, found, starts(mine, found))
    assert (brief.likely_start, brief.started, brief.p10, brief.p50) == pytest.approx((2029, 0.6, 0.0, 1000.0))


def test_a_plan_without_lines_abroad_sends_no_parts(made_up):
    mine = made_up({(None, "DEU", "voyage"): 50.0}, TODAY)
    told = pull(mine)
    assert told.said[0].key == "parts.none"
    assert (told.production, told.content, told.lines) == ((), (), ())
    assert all(row.parts == 0.0 for row in told.years)
    assert sum(row.starts for row in told.starts) == pytest.approx(3.0)


def test_a_car_from_home_is_a_car(reading: Reading):
    ledger = reading.evaluation.ledger
    model = ledger.costing.carmaker.models["city"]
    moments = Moments([ledger.costing.conventions.base_year], ledger.circumstances[:1])
    takes = content_of(ledger.costing, Gate(None, model, moments))
    assert takes.sent == {Product.CAR: model.ex_works}
    assert sum(takes.local.values()) == takes.work == 0.0
