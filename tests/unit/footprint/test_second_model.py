"""Footprint: the program says what docs/model.md says. The same model, written a second time in linopy, has the same optimum."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import second_model
from prospects import Invented, changed, invented, ruled

from roadstead.footprint.columns import MONEY
from roadstead.footprint.extensive import Limits, run
from roadstead.footprint.formulation import formulate
from roadstead.footprint.plan import Pin
from roadstead.footprint.solve import Effort, prove, solve

if TYPE_CHECKING:
    from roadstead.study.study import Ready

SAME = pytest.approx
EXACT = Effort(gap=0.0)


def agrees(made: Invented, pins: tuple[Pin, ...] = ()) -> None:
    """Both models have the same optimum, with whole decisions and with divisible ones."""
    met = second_model.values(made, pins)
    assert met is not None
    whole, divisible = met
    solved = solve(made.tree, made.prospect, EXACT, pins=pins)
    assert solved.certificate.value == SAME(whole, rel=1e-6)
    relaxed = run(formulate(made.tree, made.prospect, pins, relaxed=True).program, Limits())
    assert MONEY * relaxed.bound == SAME(divisible, rel=1e-6)
    assert whole <= divisible * (1 + 1e-9)


# 44, 53, 78, 79 and 106 hold flows that earn only after discounting, or only by the shortfall they save.
@pytest.mark.parametrize("seed", [4, 44, 53, 79])
def test_the_optimum_is_the_same(seed: int):
    agrees(invented(seed))


@pytest.mark.parametrize("seed", [2, 5, 11])
def test_the_optimum_is_the_same_under_every_rule(seed: int):
    """Lives, notices, conversions, needs, choices, budgets, pledges and, in two of them, tails."""
    made = ruled(seed)
    met = second_model.values(made)
    assert met is not None
    solved = solve(made.tree, made.prospect, EXACT)
    assert solved.certificate.value == SAME(met[0], rel=1e-6)
    assert prove(made.tree, made.prospect, solved.proof) == SAME(solved.bound_certified, rel=1e-12)
    assert solved.bound_certified >= met[0] * (1 - 1e-9)


def test_the_starter_case_has_no_better_plan(starter_ready: Ready):
    """The real thing: seven nodes, five markets, three lines, by both models."""
    agrees(Invented(starter_ready.grown.tree, starter_ready.evaluation.prospect))


def test_with_pins():
    made = invented(4)
    option = made.prospect.labels.option.index("plant 1")
    resource = made.prospect.labels.resource.index("contract 0")
    agrees(made, (Pin("option", option, do=True, by=2029), Pin("resource", resource, do=False)))


def test_with_more_standing_than_may_be_added():
    """What stands may stay, and nothing comes on top."""
    made = invented(6)
    resources = made.prospect.resources
    limit = resources.limit.copy()
    line = made.prospect.labels.resource.index("operating 2")
    assert resources.existing[:, line].min() > 0
    limit[line] = 0.0
    agrees(changed(made, "resources", limit=limit))


def test_with_lines_that_end():
    """A line that stands today and ends later leaves room for a new one."""
    made = invented(4)
    p = made.prospect
    line = p.labels.resource.index("operating 2")
    existing, limit = p.resources.existing.copy(), p.resources.limit.copy()
    existing[p.node_years.node > 0, line] = 0.0
    limit[line] = 1.0
    agrees(changed(made, "resources", existing=existing, limit=limit))


def test_without_any_option():
    """Capacity alone is decided."""
    made = invented(2, lines=0)
    p, res = made.prospect, made.prospect.resources
    limit, free, option = res.limit.copy(), res.free.copy(), np.full_like(res.option, -1)
    limit[0], free[:, 0] = 3.0, 0.0
    made = changed(
        made,
        resources=replace(res, limit=limit, free=free, option=option, whole=np.arange(len(limit)) == 0),
        labels=replace(p.labels, option=()),
        options=replace(
            p.options,
            **{field.name: getattr(p.options, field.name)[..., :0] for field in fields(p.options)},
        ),
        arcs=replace(p.arcs, entry_option=np.full_like(p.arcs.entry_option, -1)),
    )
    agrees(made)
    assert solve(made.tree, made.prospect, EXACT).value_added > 0


def test_with_two_ways_into_a_market():
    """Arcs of one cell may need different options of entry."""
    made = invented(7)
    p = made.prospect
    first, second = (p.labels.option.index(name) for name in ("enter 1", "enter 3"))
    entry = np.where(p.arcs.supply % 2 == 0, first, second)
    agrees(changed(made, "arcs", entry_option=entry))


def test_where_closing_brings_money():
    made = invented(6)
    options = made.prospect.options
    agrees(changed(made, "options", exit_cost=options.exit_cost - 6e7, fixed=np.zeros_like(options.fixed)))


def test_where_giving_a_module_up_saves_nothing():
    made = invented(4)
    resources = made.prospect.resources
    agrees(changed(made, "resources", fixed=np.zeros_like(resources.fixed), scrap=np.zeros_like(resources.scrap)))
