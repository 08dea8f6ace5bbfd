"""Certify: a plan is worth what its flows and decisions are worth, and a plan that breaks a limit is refused, whoever made it."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from prospects import invented, random_decisions

from roadstead.footprint.certify import certify, filled
from roadstead.footprint.columns import MONEY
from roadstead.footprint.dispatch import dispatch, fixed, no_new
from roadstead.footprint.extensive import Limits, run
from roadstead.footprint.formulation import formulate
from roadstead.footprint.plan import Decisions, FootprintPlan
from roadstead.terms.errors import RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Callable

MADE = invented(1)
"""Seven nodes; nothing is decided in the last four."""
OPERATING, PLANT, CONTRACT, ENTER = (
    MADE.prospect.labels.option.index(name) for name in ("operating 1", "plant 2", "contract 3", "enter 1")
)
AT = MADE.prospect.labels.resource.index


def honest() -> FootprintPlan:
    """A plant and a market at once; later the contract assembler on one branch, the old line closed on the other."""
    d = no_new(MADE.tree, MADE.prospect)
    d.commit[0, PLANT] = d.build[0, AT("plant 2")] = 1.0
    d.commit[0, ENTER] = d.build[0, AT("dealers 1")] = 1.0
    d.commit[1, CONTRACT] = d.build[1, AT("contract 3")] = 1.0
    d.close[2, OPERATING] = d.retire[2, AT("operating 1")] = 1.0
    return dispatch(MADE.tree, MADE.prospect, d)


PLAN = honest()


def refusal(plan: FootprintPlan) -> str:
    """All that certify says against a plan."""
    with pytest.raises(RoadsteadError) as caught:
        certify(MADE.tree, MADE.prospect, plan)
    assert {fault.code for fault in caught.value.faults} == {"RS-F502"}
    return "\n".join(str(fault) for fault in caught.value.faults)


def with_flow(year: int, arc: int, cars: float) -> FootprintPlan:
    flow = PLAN.flows.flow.copy()
    flow[year, arc] = cars
    return replace(PLAN, flows=replace(PLAN.flows, flow=flow))


def with_decision(family: str, node: int, index: int, value: float) -> FootprintPlan:
    changed = getattr(PLAN.decisions, family).copy()
    changed[node, index] = value
    return replace(PLAN, decisions=replace(PLAN.decisions, **{family: changed}))


def test_the_honest_plan_is_certified():
    certificate = certify(MADE.tree, MADE.prospect, PLAN)
    assert certificate.worst_violation < 0.01
    assert certificate.by_node.shape == (MADE.tree.count,)
    assert certificate.value == pytest.approx(certificate.by_node.sum(), rel=1e-12)


def test_capital_is_what_is_paid_for_options_and_modules():
    p, tree, d = MADE.prospect, MADE.tree, PLAN.decisions
    expected = 0.0
    for n in range(tree.count):
        probability = tree.branch_probability[n] * (
            tree.branch_probability[tree.parent[n]] if tree.parent[n] > 0 else 1
        )
        for i, risk in enumerate(p.options.risk):
            expected += probability * p.node_discount[n, risk] * p.options.cost[n, i] * d.commit[n, i]
        for r, risk in enumerate(p.resources.risk):
            expected += probability * p.node_discount[n, risk] * p.resources.cost[n, r] * d.build[n, r]
    assert certify(tree, p, PLAN).capital == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_the_value_is_the_objective_of_the_program(seed: int):
    """Two ways to the same money: the program's matrix, and the plain sums of certify."""
    made = invented(seed)
    rng = np.random.default_rng(seed)
    decisions = random_decisions(made, rng)
    objective = MONEY * run(fixed(formulate(made.tree, made.prospect, relaxed=True), decisions), Limits()).bound
    plan = dispatch(made.tree, made.prospect, decisions)
    assert certify(made.tree, made.prospect, plan).value == pytest.approx(objective, rel=1e-7)


def test_segments_are_filled_from_the_dearest_down():
    width, price = np.asarray([10.0, 20.0, 5.0]), np.asarray([3.0, 1.0, -2.0])
    sold = np.asarray([0.0, 4.0, 10.0, 25.0, 35.0, 99.0])
    assert filled(sold, width, price).tolist() == [0.0, 12.0, 30.0, 45.0, 40.0, 40.0]


def a_shut_arc() -> FootprintPlan:
    """A car on an arc of the contract assembler in the first year, when nobody has committed to it."""
    arc = int(np.flatnonzero((MADE.prospect.arcs.supply_option == CONTRACT) & MADE.prospect.arcs.allowed[0])[0])
    return with_flow(0, arc, 50.0)


def a_closed_line() -> FootprintPlan:
    """A car out of the line that was closed as node 2 began, some years later; its modules are left standing idle."""
    year = int(np.flatnonzero(MADE.prospect.node_years.node == 6)[-1])
    mine = (MADE.prospect.arcs.supply_option == OPERATING) & MADE.prospect.arcs.allowed[year]
    return with_flow(year, int(np.flatnonzero(mine)[0]), 50.0)


def an_unentered_market() -> FootprintPlan:
    arc = int(np.flatnonzero((MADE.prospect.arcs.entry_option == ENTER) & (MADE.prospect.arcs.supply == 0))[0])
    year = next(y for y in range(MADE.prospect.node_years.count) if MADE.prospect.arcs.allowed[y, arc])
    return with_flow(year, arc, 50.0)


def a_forbidden_arc() -> FootprintPlan:
    year, arc = np.argwhere(~MADE.prospect.arcs.allowed)[0]
    return with_flow(int(year), int(arc), 50.0)


def too_much_made() -> FootprintPlan:
    """The line that runs makes twice what it can."""
    arcs, res = MADE.prospect.arcs, MADE.prospect.resources
    arc = int(np.flatnonzero((arcs.supply_option == OPERATING) & arcs.allowed[0])[0])
    return with_flow(0, arc, 2 * float(res.size[AT("operating 1")]))


def too_much_sold() -> FootprintPlan:
    """More than the widths of all segments, out of plants that could make them."""
    flow = PLAN.flows.flow.copy()
    flow[0] = np.where(MADE.prospect.arcs.allowed[0] & (MADE.prospect.arcs.supply == 0), 1e6, 0.0)
    return replace(PLAN, flows=replace(PLAN.flows, flow=flow))


def with_years_of_rest() -> FootprintPlan:
    """The contract is signed again in the last stage, where nothing is decided."""
    return with_decision("build", 3, AT("contract 3"), 1.0)


def closed_with_its_modules() -> FootprintPlan:
    return with_decision("retire", 2, AT("operating 1"), 0.0)


def not_a_number() -> FootprintPlan:
    return with_flow(0, 0, float("nan"))


def too_short() -> FootprintPlan:
    return replace(PLAN, flows=replace(PLAN.flows, flow=PLAN.flows.flow[:-1]))


BROKEN: dict[str, tuple[Callable[[], FootprintPlan], str]] = {
    "negative flow": (lambda: with_flow(0, 0, -50.0), "a flow is negative"),
    "forbidden arc": (a_forbidden_arc, "where law or circumstance forbids it"),
    "shut line": (a_shut_arc, "from a line or into a market that is not open"),
    "closed line": (a_closed_line, "from a line or into a market that is not open"),
    "unentered market": (an_unentered_market, "from a line or into a market that is not open"),
    "over capacity": (too_much_made, "more is used of a resource than there is"),
    "over demand": (too_much_sold, "more is sold of a model than its demand goes"),
    "over the group's demand": (too_much_sold, "more is sold of a group than its demand goes"),
    "wrong shape": (too_short, "flow: its shape is"),
    "not a number": (not_a_number, "flow: it holds what is not a finite number"),
    "committed twice": (lambda: with_decision("commit", 1, PLANT, 1.0), "plant 2: committed to twice"),
    "committed where forbidden": (lambda: with_decision("commit", 1, OPERATING, 1.0), "operating 1: committed to at"),
    "committed though it runs": (lambda: with_decision("commit", 0, OPERATING, 1.0), "operating 1: committed to at"),
    "closed before it opens": (lambda: with_decision("close", 1, PLANT, 1.0), "plant 2: closed at node 1"),
    "closed as it is committed to": (lambda: with_decision("close", 1, CONTRACT, 1.0), "contract 3: closed at node 1"),
    "closed twice": (lambda: with_decision("close", 0, OPERATING, 1.0), "operating 1: closed at node 2"),
    "retired too much": (lambda: with_decision("retire", 2, AT("operating 1"), 2.0), "more retired by node 2"),
    "modules of a closed line": (closed_with_its_modules, "operating 1: 1 modules at node 2 are more than may stand"),
    "over the limit": (lambda: with_decision("build", 1, AT("plant 2"), 2.0), "3 modules at node 1 are more than"),
    "retired as it ramps up": (
        lambda: with_decision("retire", 1, AT("plant 2"), 1.0),
        "fewer than no modules are at work",
    ),
    "uncommitted": (lambda: with_decision("build", 0, AT("kit 0"), 1.0), "kit 0: built at node 0 without"),
    "half a commitment": (lambda: with_decision("commit", 0, 0, 0.4), "not a whole number"),
    "half a module": (lambda: with_decision("build", 1, AT("plant 2"), 0.5), "not a whole number"),
    "negative decision": (lambda: with_decision("build", 1, AT("plant 2"), -1.0), "a decision is negative"),
    "decided too late": (with_years_of_rest, "something is decided at node 3, where nothing can be"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_limit_is_refused(name: str):
    spoil, message = BROKEN[name]
    assert message in refusal(spoil())


def test_a_share_of_a_divisible_module_is_no_fault():
    """Dealers are bought by the share, so the honest plan stays honest with a little more of them."""
    room = float(MADE.prospect.resources.limit[AT("dealers 1")])
    plan = with_decision("build", 0, AT("dealers 1"), 0.995 * room)
    assert "whole number" not in (refusal(plan) if fails(plan) else "")


def fails(plan: FootprintPlan) -> bool:
    try:
        certify(MADE.tree, MADE.prospect, plan)
    except RoadsteadError:
        return True
    return False


def test_every_fault_is_told_at_once():
    plan = with_decision("commit", 1, PLANT, 1.0)
    flow = plan.flows.flow.copy()
    flow[0, 0] = -50.0
    told = refusal(replace(plan, flows=replace(plan.flows, flow=flow)))
    assert "committed to twice" in told
    assert "a flow is negative: by 50.0 cars in 2027" in told


def test_sales_and_shortfalls_a_plan_tells_are_not_believed():
    """Value is worked out from decisions and flows alone."""
    false = replace(
        PLAN.flows, **{name: np.zeros_like(getattr(PLAN.flows, name)) for name in ("sale", "group_sale", "short")}
    )
    believed = certify(MADE.tree, MADE.prospect, PLAN).value
    assert certify(MADE.tree, MADE.prospect, replace(PLAN, flows=false)).value == believed
    assert {entry.name for entry in fields(Decisions)} == {"commit", "close", "build", "retire"}
