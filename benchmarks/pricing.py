"""Pricing's speed on pyblp's own cars, beside pyblp on the same model; sourcing shares; and a plan's demand."""

from __future__ import annotations

import csv
import importlib
import tempfile
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.clock import Row, median_seconds, timed
from roadstead.demand import Products, settle_products
from roadstead.demand.choice import utilities
from roadstead.demand.pricing import Competition, competition_at, implied_costs
from roadstead.demand.sourcing import brand_hats, duty_hats, index_hats, share_hats, source_shares
from roadstead.futures.costs.circumstances import node_circumstances
from roadstead.futures.evaluate import node_years
from roadstead.futures.growth.fan import drawn
from roadstead.futures.selling.reaction import react
from roadstead.futures.selling.selling import build_demand
from roadstead.study.growing import begin
from roadstead.study.progress import Quiet
from roadstead.study.rehearsing import PART
from roadstead.study.spec import read_study
from roadstead.study.template import new_case

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.futures.costs.costing import Costing
    from roadstead.futures.grow import Grown
    from roadstead.study.spec import Study
    from roadstead.terms.arrays import Floats, Ints
    from roadstead.trade.rulebook import Rulebook

    Cars = dict[str, np.ndarray[Any, Any]]

ALPHA = {0.0: 0.38072, 0.5: 0.19378}
"""Price coefficients by nest correlation, those of tests/unit/demand/test_pricing.py: every car of all years has a positive cost."""
YEAR = "1990"
"""The market that pyblp simulates: the longest, 131 cars."""
SIMULATED: dict[str, tuple[str, dict[str, bool]]] = {
    "simulate": ("`Simulation.replace_endogenous` as it comes", {}),
    "prices alone": ("the same without its checks", {"compute_gradients": False, "compute_hessians": False}),
}
"""Ways of calling pyblp's simulation: its default works out the Hessian of every firm's profit, which prices do not need."""
SCENARIOS = 1_000
REPEATS = 3
BRANDS, SOURCES, MARKETS = 40, 25, 30
THETA, ETA = 7.7, 3.87
"""Elasticities of Head & Mayer (2019), as in demand/data/parameters.csv; here they only give numbers to compute with."""
BATCH = 100
"""Scenarios whose sourcing shares are held in memory at once."""


def pricing() -> Iterator[Row]:
    """Every row of pricing and sourcing."""
    if find_spec("pyblp") is None:
        yield Row(
            "price: 20 markets", float("nan"), "pyblp, which brings the cars, is not installed, so nothing was timed"
        )
    else:
        for rho in ALPHA:
            yield from _beside_pyblp(rho)
    yield from _sourcing()


def automobiles() -> Cars:
    """Berry, Levinsohn & Pakes's cars as pyblp ships them: 2,217 in 20 years."""
    pyblp: Any = importlib.import_module("pyblp")
    with Path(pyblp.data.BLP_PRODUCTS_LOCATION).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    words = {"market_ids", "clustering_ids", "car_ids", "firm_ids", "region"}
    return {name: np.asarray([row[name] for row in rows], dtype=str if name in words else float) for name in rows[0]}


def _beside_pyblp(rho: float) -> Iterator[Row]:
    """Ours on all years and on one; pyblp's simulation of the one, and its prices of all after an estimate."""
    cars = automobiles()
    every, one = np.arange(len(cars["prices"])), np.flatnonzero(cars["market_ids"] == YEAR)
    base = np.empty(len(every))
    for year in np.unique(cars["market_ids"]):
        mine = np.flatnonzero(cars["market_ids"] == year)
        base[mine] = _costs(cars, mine, rho)
    cost = base * np.random.default_rng(0).uniform(0.9, 1.3, (SCENARIOS, len(base)))
    products, alone = _products(cars, every, rho), _products(cars, one, rho)
    seconds = median_seconds(lambda: settle_products(products, cost), REPEATS)
    found = settle_products(products, cost)
    count = len(np.unique(cars["market_ids"]))
    each = seconds / (count * SCENARIOS)
    kind = f"{count} markets, {len(every):,} cars, " + ("nests by region" if rho else "plain logit")
    note = f"{kind}: {each * 1e6:.0f} microseconds a market and scenario; at most 1 s"
    yield Row(f"price: x {SCENARIOS:,}, rho {rho:g}", seconds, note)
    of_one = median_seconds(lambda: settle_products(alone, cost[:, one]), REPEATS) / SCENARIOS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, (told, options) in SIMULATED.items():
            theirs, price = _simulated(cars, one, rho, cost[0, one], options)
            np.testing.assert_allclose(price, found.prices[0, one], rtol=1e-8)
            note = f"one scenario, {len(one)} cars, {told}; {theirs / of_one:,.0f} times as long as one of ours, in {SCENARIOS:,}"
            yield Row(f"pyblp: {name}, rho {rho:g}", theirs, note)
        theirs, price = _priced(cars, rho, cost[0])
        np.testing.assert_allclose(price, found.prices[0], rtol=1e-8)
    note = f"one scenario, all {count} markets by `compute_prices`; {theirs / count / each:,.0f} times as long as one of ours"
    yield Row(f"pyblp: {count} markets, rho {rho:g}", theirs, note)


def _products(cars: Cars, rows: Ints, rho: float) -> Products:
    return Products(
        price=cars["prices"][rows],
        share=cars["shares"][rows],
        firm=cars["firm_ids"][rows].tolist(),
        nest=cars["region"][rows].tolist(),
        alpha=ALPHA[rho],
        rho=rho,
        market=cars["market_ids"][rows].tolist(),
    )


def _costs(cars: Cars, mine: Ints, rho: float) -> Floats:
    """Costs that explain the prices of one market."""
    firm, nest = (np.unique(cars[name][mine], return_inverse=True)[1].ravel() for name in ("firm_ids", "region"))
    price, share, ones = cars["prices"][mine], cars["shares"][mine], np.ones(len(mine))
    seen = Competition(share, firm, nest, ones, np.asarray(ALPHA[rho]), rho, ones)
    return implied_costs(competition_at(share, price, seen), price, share)


def _simulated(cars: Cars, rows: Ints, rho: float, cost: Floats, options: dict[str, bool]) -> tuple[float, Floats]:
    """Seconds of pyblp's simulation of one market at new costs, built beforehand and begun at the base prices, and its prices."""
    pyblp: Any = importlib.import_module("pyblp")
    pyblp.options.verbose = False
    price, share = cars["prices"][rows], cars["shares"][rows]
    nest = np.unique(cars["region"][rows], return_inverse=True)[1].ravel()
    data = {name: cars[name][rows] for name in ("market_ids", "firm_ids")}
    if rho:
        data["nesting_ids"] = cars["region"][rows]
    simulation = pyblp.Simulation(
        pyblp.Formulation("1 + prices"),
        data,
        beta=[0.0, -ALPHA[rho]],
        rho=rho or None,
        xi=utilities(share, nest, rho) + ALPHA[rho] * price,
        omega=np.zeros(len(rows)),
    )

    def work() -> Any:
        return simulation.replace_endogenous(costs=cost[:, None], prices=price[:, None], **options)

    work()  # what pyblp loads at its first call is not counted
    return median_seconds(work, REPEATS), np.asarray(work().product_data.prices[:, 0])


def _priced(cars: Cars, rho: float, cost: Floats) -> tuple[float, Floats]:
    """Seconds of pyblp's prices of all markets at new costs, after a solve in which every parameter is given."""
    pyblp: Any = importlib.import_module("pyblp")
    pyblp.options.verbose = False
    data = dict(cars) | ({"nesting_ids": cars["region"]} if rho else {})
    solved = pyblp.Problem(pyblp.Formulation("1 + hpwt + air + mpd + space + prices"), data).solve(
        beta=[None] * 5 + [-ALPHA[rho]],
        optimization=pyblp.Optimization("return"),
        method="1s",
        check_optimality="gradient",
        **({"rho": rho} if rho else {}),
    )

    def work() -> Any:
        return solved.compute_prices(costs=cost[:, None])

    work()
    return median_seconds(work, REPEATS), np.asarray(work()[:, 0])


def _sourcing() -> Iterator[Row]:
    """A thousand changes of duty: costs and sales of every brand in every market, then every share of every source."""
    rng = np.random.default_rng(0)
    share = source_shares(rng.uniform(1.0, 2.0, (MARKETS, BRANDS, SOURCES)), THETA)
    sold = rng.dirichlet(np.ones(BRANDS), MARKETS)
    before = rng.uniform(0.0, 0.2, (SCENARIOS, MARKETS, 1, SOURCES))
    after = before + rng.uniform(0.0, 0.4, before.shape)
    size = f"{BRANDS} brands, {SOURCES} sources, {MARKETS} markets, {SCENARIOS:,} scenarios"

    def sales() -> Floats:
        return brand_hats(sold, index_hats(share, duty_hats(before, after, 1.0), THETA), ETA)

    def sources() -> float:
        """Every new share, a batch at a time, and their sum."""
        total = 0.0
        for at in range(0, SCENARIOS, BATCH):
            batch = slice(at, at + BATCH)
            total += float((share * share_hats(share, duty_hats(before[batch], after[batch], 1.0), THETA)).sum())
        return total

    yield Row("source: brands", median_seconds(sales, REPEATS), f"{size}: cost and sales of each brand in each market")
    seconds, total = timed(sources)
    np.testing.assert_allclose(total, BRANDS * MARKETS * SCENARIOS, rtol=1e-9)
    yield Row(
        "source: shares", seconds, f"the same, each source's share in each brand and market; {BATCH} scenarios at once"
    )


def plan_demand(name: str, read: Study, grown: Grown, costing: Costing, rules: Rulebook) -> Iterator[Row]:
    """Demand of a case at every node-year, and rivals' answer to its reference sales."""
    offers = read.carmaker.offers
    years = node_years(grown)
    circumstances = node_circumstances(grown, years, rules, grown.events, costing.conventions.route)
    seconds, selling = timed(lambda: build_demand(costing, grown, years, circumstances, offers))
    size = (
        f"{len(selling.markets)} markets, {len(offers)} cells, {len(selling.groups)} groups, {years.count} node-years"
    )
    yield Row(f"{name}: demand", seconds, f"calibrated, rivals' prices, curves: {size}")
    seconds = timed(lambda: react(grown.tree, years, selling, selling.reference_sales))[0]
    yield Row(f"{name}: rivals' answer", seconds, "to the reference sales, in all markets and node-years")


def fresh_paths(name: str) -> Iterator[Row]:
    """Fresh paths of a case whose tree is grown, priced together, as a plan is rehearsed on them, and one by one."""
    with tempfile.TemporaryDirectory() as folder:
        new_case(Path(folder) / name, name, grown=True)
        source = begin(read_study(Path(folder) / name), Quiet()).source
    assert source is not None
    fresh = drawn(source, source.plan.paths, PART)
    seconds = timed(fresh.fan)[0] / PART
    alone = median_seconds(lambda: fresh.of([0]).fan(), REPEATS)
    note = f"{PART} priced together, this for each; one by one {alone / seconds:.0f} times as long"
    yield Row(f"{name}: a fresh path", seconds, note)
