"""Content variants: a plant buys more parts nearby where a border rewards it, car by car."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from roadstead.footprint.solve import Effort
from roadstead.futures.evaluate import evaluate
from roadstead.study.progress import Quiet
from roadstead.study.silence import solver_silenced
from roadstead.study.spec import read_study
from roadstead.study.study import prepare, run

if TYPE_CHECKING:
    from roadstead.study.study import Ready

COLUMNS = ("line", "variant", "local_content", "local_premium", "source", "as_of", "confidence", "note")
DEEP = "content deep"


def vary(case, **further: str) -> int:
    if not case.path("content_variants.csv").exists():
        case.write("content_variants.csv", [list(COLUMNS)])
    given = {"line": "izmir", "variant": "deep", "local_content": "0.7", "local_premium": "0.2"}
    return case.add("content_variants.csv", **(given | further))


def test_a_variant_is_an_arc_beside_the_lines_own(case, starter_ready: Ready):
    vary(case)
    found = prepare(read_study(case.folder), Quiet()).evaluation
    p, before = found.prospect, starter_ready.evaluation.prospect
    variant = np.asarray([regime == DEEP for regime in p.arcs.regime])
    izmir = p.arcs.supply == p.labels.supply.index("izmir")
    assert variant.sum() == (izmir & ~variant).sum() > 0
    assert not (variant & ~izmir).any()
    assert np.array_equal(p.arcs.margin[:, ~variant], before.arcs.margin)
    assert set(p.arcs.supply_option[variant]) == {p.labels.option.index("izmir")}
    used = p.resources.use_resource[np.isin(p.resources.use_arc, np.flatnonzero(variant))]
    assert p.labels.resource.index("izmir") in used
    assert p.labels.resource == before.labels.resource, "a variant is no quota"


def test_a_variant_earns_what_a_line_of_that_content_would(case, starter_ready: Ready):
    vary(case)
    p = prepare(read_study(case.folder), Quiet()).evaluation.prospect
    variant = np.asarray([regime == DEEP for regime in p.arcs.regime])
    ledger = starter_ready.evaluation.ledger
    carmaker = ledger.costing.carmaker
    deep = replace(carmaker.lines["izmir"], local_content=0.7, local_premium=0.2)
    costing = replace(ledger.costing, carmaker=replace(carmaker, lines={**carmaker.lines, "izmir": deep}))
    again = evaluate(starter_ready.grown, costing, starter_ready.rulebook, starter_ready.study.events).prospect
    mine = again.arcs.supply == again.labels.supply.index("izmir")
    assert p.arcs.margin[:, variant] == pytest.approx(again.arcs.margin[:, mine])
    assert (p.arcs.allowed[:, variant] == again.arcs.allowed[:, mine]).all()


def test_the_waterfall_of_a_variant_says_what_it_was_worked_out_from(case):
    vary(case)
    found = prepare(read_study(case.folder), Quiet()).evaluation
    a = found.prospect.arcs.regime.index(DEEP)
    own, deep = ({bar.key: bar.amount for bar in found.ledger.waterfall(i, 0)} for i in (a - 1, a))
    assert found.ledger.arcs[a - 1] == replace(found.ledger.arcs[a], regime="")
    assert deep["local_parts"] / own["local_parts"] == pytest.approx(0.7 * 1.2 / (0.4 * 1.14))


def test_the_plan_takes_the_content_that_pays(case):
    vary(case, local_premium="-0.4")
    case.edit("case.yaml", "pins: []", "pins:\n  - {what: izmir, do: open, by: 2029}")
    with solver_silenced():
        done = run(read_study(case.folder), effort=Effort(gap=0.1, seconds=60.0, workers=1), progress=Quiet())
    p, flow = done.ready.evaluation.prospect, done.solved.plan.flows.flow
    izmir = p.arcs.supply == p.labels.supply.index("izmir")
    variant = np.asarray([regime == DEEP for regime in p.arcs.regime])
    assert flow[:, izmir & variant].sum() > 0
    assert flow[:, izmir & ~variant].sum() == pytest.approx(0.0, abs=1.0)
    drawn = [row for row in done.book.pull.content if row.line_id == "izmir"]
    assert drawn
    for row in drawn:  # seven tenths are bought nearby at six tenths of the price, beside three tenths from home
        assert row.local / row.home == pytest.approx(0.7 * 0.6 / 0.3)


@pytest.mark.parametrize(
    ("further", "column", "code"),
    [
        ({"line": "izmit"}, "line", "RS-S606"),
        ({"line": "bahia"}, "line", "RS-S620"),
        ({"local_content": "0.4", "local_premium": "0.14"}, "local_content", "RS-S620"),
        ({"local_content": "70"}, "local_content", "RS-T109"),
    ],
)
def test_a_variant_that_is_none_is_told_at_its_cell(case, further, column, code):
    line = vary(case, **further)
    fault = case.fault()
    assert fault.where == f"content_variants.csv:{line}:{COLUMNS.index(column) + 1} ({column})"
    assert fault.code == code
