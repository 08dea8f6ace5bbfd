"""What capacity costs and is worth, worked out by hand beside the starter case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from roadstead.futures.capacity import capital
from roadstead.futures.prospect import NodeYears
from roadstead.futures.tree import ScenarioTree
from roadstead.trade import rulebook
from roadstead.trade.law import Span
from roadstead.world.carmaker import Standing

if TYPE_CHECKING:
    from roadstead.futures.costs.costing import Costing
    from roadstead.study.study import Ready
    from roadstead.world.carmaker import Line

TREE = ScenarioTree(
    np.asarray([-1, 0, 0]), np.asarray([2027, 2030, 2030]), np.asarray([3, 7, 7]), np.asarray([1.0, 0.4, 0.6]),
    ("now", "one", "two"), ("", "", ""),
)  # fmt: skip
YEARS = NodeYears(np.asarray([0, 0, 1, 2, 2]), np.asarray([2027, 2028, 2030, 2030, 2034]), np.asarray([1, 2, 7, 4, 3]))


@pytest.fixture
def costing(starter_ready: Ready) -> Costing:
    return starter_ready.evaluation.ledger.costing


@pytest.fixture
def line(costing: Costing) -> Line:
    """A round plant: 30 % tax, no holiday, no grant, two years to build."""
    return replace(
        costing.carmaker.lines["izmir"],
        tax_rate=0.3, holiday_rate=0.0, holiday_until=0, grant=0.0, lead=2,
        open_cost=40.0, module_cost=100.0, module_fixed=10.0, site_fixed=4.0,
    )  # fmt: skip


def with_rate(costing: Costing, line: Line, rate: float) -> Costing:
    """Discounted at a round rate in the line's country."""
    terms = costing.conventions
    premiums = {**terms.premiums, line.place: 0.0}
    return replace(costing, conventions=replace(terms, discount_base=rate, premiums=premiums))


def test_money_of_a_year_counts_as_of_its_middle():
    """(P.1) at 10 %: 2028 and 2029 run alike count as 1.1 ** -1.5 and 1.1 ** -2.5."""
    risks = capital.RiskClasses(("A", "B"), np.asarray([0.1, 0.0]), 2027)
    discount = risks.discount(YEARS)
    assert discount.shape == (5, 2)
    assert discount[0, 0] == pytest.approx(1.1**-0.5)
    assert discount[1, 0] == pytest.approx(1.1**-1.5 + 1.1**-2.5)
    assert discount[4, 0] == pytest.approx(1.1**-7.5 + 1.1**-8.5 + 1.1**-9.5)
    assert discount[:, 1].tolist() == YEARS.span.tolist()


def test_decisions_are_paid_as_their_node_begins_and_salvage_comes_at_the_end():
    risks = capital.RiskClasses(("A",), np.asarray([0.1]), 2027)
    assert risks.node_discount(TREE)[:, 0] == pytest.approx([1.0, 1.1**-3, 1.1**-3])
    assert risks.end_discount(TREE) == pytest.approx([1.1**-10])


def test_every_country_bears_its_premium(costing: Costing, starter_ready: Ready):
    ledger = starter_ready.evaluation.ledger
    risks = capital.risk_classes(costing, ledger.offers, ledger.lines)
    terms = costing.conventions
    assert set(risks.names) == {"CHN", "DEU", "GBR", "TUR", "BRA", "THA", "AUT"}
    for place, rate in zip(risks.names, risks.rate, strict=True):
        assert rate == terms.discount_base + terms.premiums[place]
    assert risks.rate[risks.of("TUR")] > risks.rate[risks.of("DEU")]


def test_depreciation_saves_tax_for_ten_years_from_the_first_output(costing: Costing, line: Line):
    """At 10 %: 0.3 / 10 at the ends of the third to the twelfth year."""
    shield = capital.tax_shield(with_rate(costing, line, 0.1), line)
    assert shield == pytest.approx(sum(0.03 * 1.1 ** -(2 + t) for t in range(1, 11)))
    assert capital.tax_shield(with_rate(costing, line, 0.0), line) == pytest.approx(0.3)


def test_a_tax_holiday_leaves_nothing_to_save(costing: Costing, line: Line):
    """Untaxed until 2031: of the ten years from 2029 only seven save."""
    idle = replace(line, holiday_rate=0.0, holiday_until=2031)
    assert capital.tax_shield(with_rate(costing, idle, 0.0), idle) == pytest.approx(0.3 * 7 / 10)
    assert capital.tax_rate(costing, idle, 2031) == 0.0
    assert capital.tax_rate(costing, idle, 2032) == 0.3
    assert capital.tax_rate(costing, None, 2032) == costing.carmaker.home.tax_rate


def test_a_module_costs_what_grant_and_tax_leave_and_leaves_what_is_not_worn_out(costing: Costing, line: Line):
    """A tenth granted: 90, less three tenths of it. Ordered in 2027 it has run for 8 of 16 years in 2037, ordered in 2030 for 5."""
    granted = replace(line, grant=0.1)
    base = with_rate(costing, granted, 0.0)
    base = replace(base, conventions=replace(base.conventions, plant_life=16.0, salvage_share=0.4))
    cost, salvage, fixed, existing = capital._line_money(base, TREE, YEARS, granted)
    assert cost == pytest.approx([90 * 0.7] * 3)
    assert salvage == pytest.approx([90 * 0.4 * (1 - 8 / 16), 90 * 0.4 * (1 - 5 / 16), 90 * 0.4 * (1 - 5 / 16)])
    assert fixed == pytest.approx([7.0] * 5)
    assert existing.tolist() == [0.0] * 5


def test_a_worn_out_module_leaves_nothing(costing: Costing, line: Line):
    base = replace(costing, conventions=replace(costing.conventions, plant_life=4.0))
    salvage = capital._line_money(base, TREE, YEARS, line)[1]
    assert salvage.tolist() == [0.0, 0.0, 0.0]


def test_a_line_being_built_ramps_up(costing: Costing, line: Line):
    """Opens in 2028 with two modules and a ramp of 0.5, 0.85, 1: nothing in 2027, then 0.675 on the mean of two years."""
    building = replace(line, standing=Standing.COMMITTED, opens=2028, modules_now=2.0)
    base = replace(costing, conventions=replace(costing.conventions, plant_ramp=(0.5, 0.85, 1.0)))
    existing = capital._line_money(base, TREE, YEARS, building)[3]
    assert existing == pytest.approx([0.0, 2 * (0.5 + 0.85) / 2, 2.0, 2.0, 2.0])


def test_what_is_not_sunk_is_paid_before_a_line_opens(costing: Costing, line: Line):
    """A site of 40 and two modules of 100, a quarter sunk, three tenths of the rest saved in tax, paid in 2027 to 2029."""
    building = replace(line, standing=Standing.COMMITTED, opens=2030, modules_now=2.0, sunk_share=0.25)
    base = with_rate(costing, building, 0.0)
    rest = capital._still_to_pay(base, building, YEARS)
    assert rest == pytest.approx([240 * 0.75 * 0.7 / 3, 240 * 0.75 * 0.7 / 3, 0.0, 0.0, 0.0])
    assert (rest * YEARS.span)[:2].sum() == pytest.approx(240 * 0.75 * 0.7)


def test_a_line_that_opens_at_once_is_paid_for_in_the_first_year(costing: Costing, line: Line):
    building = replace(line, standing=Standing.COMMITTED, opens=2026, modules_now=1.0, sunk_share=0.5)
    rest = capital._still_to_pay(with_rate(costing, building, 0.0), building, YEARS)
    assert rest == pytest.approx([140 * 0.5 * 0.7, 0.0, 0.0, 0.0, 0.0])


def test_quota_units_count_what_is_law_open_and_of_the_origin():
    """Canada's quota of 2026 for Chinese cars; none from elsewhere, none once it has ended, none that is only proposed."""
    rules = rulebook.load()
    mine = [m for m in rules.measures["CAN"] if m.quota and m.is_law and "CHN" in m.origins]
    assert mine, "the packaged rules know a Canadian quota"
    year = mine[0].span.first.year + 1  # type: ignore[union-attr]
    open_then = [m for m in mine if m.span.covers(date(year, 7, 1))]
    assert capital.quota_units(rules, "CAN", "CHN", year) == sum(m.quota or 0.0 for m in open_then) > 0
    assert capital.quota_units(rules, "CAN", "JPN", year) == 0.0
    assert capital.quota_units(rules, "THA", "CHN", year) == 0.0
    ended = tuple(replace(m, span=Span(m.span.first, date(year - 1, 12, 31))) for m in rules.measures["CAN"])
    assert capital.quota_units(replace(rules, measures={**rules.measures, "CAN": ended}), "CAN", "CHN", year) == 0.0
    proposed = tuple(replace(m, status="PROPOSED") for m in rules.measures["CAN"])
    assert capital.quota_units(replace(rules, measures={**rules.measures, "CAN": proposed}), "CAN", "CHN", year) == 0.0


def test_home_keeps_what_its_own_market_takes(starter_ready: Ready):
    """What is reserved grows by a hundredth a year from the first year on; the rest may be shipped."""
    p, home = starter_ready.evaluation.prospect, starter_ready.evaluation.ledger.costing.carmaker.home
    middle = p.node_years.year + (p.node_years.span - 1) / 2.0
    expected = home.capacity - home.reserved * (1 + home.reserved_growth) ** (middle - p.node_years.year[0])
    assert p.resources.free[:, p.labels.resource.index("home")] == pytest.approx(expected)


def test_options_and_their_money(starter_ready: Ready, costing: Costing):
    """The kit line runs and is never committed to; the market not entered costs its entry after tax; nothing after 2032."""
    p, tree = starter_ready.evaluation.prospect, starter_ready.grown.tree
    assert p.labels.option == ("bahia", "izmir", "styria", "enter GBR")
    assert p.options.opens.tolist() == [2027, capital.NEVER, capital.NEVER, capital.NEVER]
    channel = costing.carmaker.channels["GBR"]
    after_tax = 1.0 - costing.carmaker.home.tax_rate
    assert p.options.cost[:, 3] == pytest.approx(channel.entry_cost * after_tax)
    assert p.options.fixed[:, 3] == pytest.approx(channel.entry_fixed * after_tax)
    assert p.options.allowed.all(1).tolist() == (tree.start <= 2032).tolist()
    izmir = costing.carmaker.lines["izmir"]
    net = izmir.open_cost * (1 - izmir.grant) * (1 - capital.tax_shield(costing, izmir))
    assert p.options.cost[0, 1] == pytest.approx(net)
    assert p.options.exit_cost[0].tolist() == [8e6, 60e6, 8e6, 0.0]


def test_every_arc_uses_its_line_its_dealers_and_home_where_home_works(starter_ready: Ready):
    """A kit is pressed, welded and painted at home; a contract car and a local car are not."""
    p, ledger = starter_ready.evaluation.prospect, starter_ready.evaluation.ledger
    for a, key in enumerate(ledger.arcs):
        mine = p.resources.use_resource[p.resources.use_arc == a]
        used = {p.labels.resource[r] for r in mine}
        market = ledger.offers[key.offer].market
        expected = {f"dealers {market}"} | ({key.line} if key.line else set())
        if key.line in {None, "bahia"}:
            expected |= {"home"}
        assert used == expected
    assert (p.resources.use_amount == 1.0).all()
