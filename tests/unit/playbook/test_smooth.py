"""What the playbook says of the plan beside the smooth benchmark of sourcing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.playbook.smooth import beside_smooth_sourcing, smooth_sentence

if TYPE_CHECKING:
    from roadstead.playbook.book import Book
    from roadstead.playbook.reading import Reading


def test_the_book_tells_it_once(book: Book, reading: Reading):
    [told] = [warning for warning in book.warnings if warning.key == "warn.smooth_sourcing"]
    assert told == smooth_sentence(reading)


def test_the_plan_of_the_starter_case_is_no_strange_one(reading: Reading):
    """With its own sites open it sends nothing by a way that the benchmark would hardly use."""
    own, every = beside_smooth_sourcing(reading)
    assert own.unlikely == 0.0
    assert every.unlikely < 0.02
    assert 0.0 < own.moved < 0.5
    assert own.moved < every.moved


def test_dearer_ways_stand_out(reading: Reading):
    """The same cars sent by the dearest way of each cell."""
    p = reading.evaluation.prospect
    flow = np.zeros_like(reading.plan.flows.flow)
    for y in range(len(flow)):
        for cell in range(len(p.labels.cell)):
            mine = np.flatnonzero((p.arcs.cell == cell) & p.arcs.allowed[y])
            worst = mine[np.argmin(p.arcs.margin[y, mine])]
            flow[y, worst] = reading.plan.flows.flow[y, p.arcs.cell == cell].sum()
    strange = replace(reading, plan=replace(reading.plan, flows=replace(reading.plan.flows, flow=flow)))
    for before, after in zip(beside_smooth_sourcing(reading), beside_smooth_sourcing(strange), strict=True):
        assert after.moved > before.moved
        assert after.unlikely >= before.unlikely
    assert beside_smooth_sourcing(strange)[1].unlikely > 0.02


def test_a_term_of_the_case_is_asked(reading: Reading):
    """An estimate of the case moves the benchmark: makers that shift less sharply spread more."""
    ledger = reading.evaluation.ledger
    demand = ledger.costing.conventions.demand
    slow = {**demand.found, ("sourcing_elasticity", "", ""): demand.of("sourcing_elasticity").as_set(1.0)}
    conventions = replace(ledger.costing.conventions, demand=replace(demand, found=slow))
    costing = replace(ledger.costing, conventions=conventions)
    changed = replace(reading.evaluation, ledger=replace(ledger, costing=costing))
    found = beside_smooth_sourcing(replace(reading, evaluation=changed))[1]
    assert found.moved > beside_smooth_sourcing(reading)[1].moved
