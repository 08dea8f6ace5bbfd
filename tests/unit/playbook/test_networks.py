"""Money that a plan spends on networks is told: node by node, with what it buys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from roadstead.playbook.networks import LEAST, enlarged, widening
from roadstead.playbook.reading import Names, Reading
from roadstead.report.words import sentences

if TYPE_CHECKING:
    from roadstead.study.study import Run


@pytest.fixture
def reading(starter_run: Run) -> Reading:
    ready, solved = starter_run.ready, starter_run.solved
    nodes = tuple((name, name) for name in ready.grown.tree.name)
    return Reading(ready.grown.tree, ready.evaluation, solved.plan, solved.certificate, Names({}, {}, nodes))


def test_every_step_bought_is_told_with_its_money(reading: Reading):
    """Cars and money of a node are its modules times their size and price, markets the largest first."""
    found = {d.node: d for d in enlarged(reading)}
    carmaker, labels = reading.evaluation.ledger.costing.carmaker, reading.evaluation.prospect.labels
    build = reading.plan.decisions.build
    for node in range(reading.tree.count):
        steps = {}
        for market, channel in carmaker.channels.items():
            bought = float(build[node, labels.resource.index(f"dealers {market}")])
            if channel.module and bought * channel.module.size >= LEAST:
                steps[market] = (bought * channel.module.size, bought * channel.module.cost)
        assert (node in found) == bool(steps)
        if steps:
            assert found[node].modules == pytest.approx(sum(cars for cars, _ in steps.values()))
            assert found[node].capital == pytest.approx(sum(money for _, money in steps.values()))
            assert found[node].subject.split("|") == sorted(steps, key=lambda m: -steps[m][0])
    assert found, "the starter's plan spends on a network"


def test_the_book_tells_it(starter_run: Run, reading: Reading):
    told = [row for row in starter_run.book.decisions if row.what.key == "widen"]
    assert len(told) == len(enlarged(reading))
    now = [d for d in enlarged(reading) if d.node == 0]
    warned = [sentence for sentence in starter_run.book.warnings if sentence.key == "warn.networks"]
    assert len(warned) == len(now)
    for language in ("en", "zh"):
        assert {"widen", "warn.networks"} <= sentences(language).keys()
    if now:
        assert warned[0].terms == widening(reading, now[0]).terms
        assert warned[0].terms["year"].value == reading.tree.start[0] + 1
