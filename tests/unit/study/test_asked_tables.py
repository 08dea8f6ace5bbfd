"""Cars that must be served and pledges, from the tables of a case to a plan that keeps them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from roadstead.footprint.solve import Effort, solve
from roadstead.futures.evaluate import evaluate
from roadstead.futures.tree import history, leaves
from roadstead.report.words import Words
from roadstead.study.progress import Quiet
from roadstead.study.silence import solver_silenced
from roadstead.study.spec import read_study
from roadstead.study.study import prepare, run
from roadstead.terms.errors import RoadsteadError
from roadstead.world.asked import PledgeKind, PledgeTerms

QUICK = Effort(gap=0.1, seconds=60.0, workers=1)
EVIDENCE = ("source", "as_of", "confidence", "note")
LEAST = ("market", "model", "first", "last", "cars", *EVIDENCE)
PLEDGES = ("pledge", "kind", "place", "amount", "due", "lines", *EVIDENCE)


def add(case, table: str, columns: tuple[str, ...], **values: str) -> int:
    if not case.path(table).exists():
        case.write(table, [list(columns)])
    return case.add(table, **values)


def least(case, **further: str) -> int:
    given = {"market": "TUR", "model": "voyage", "first": "2028", "last": "2030", "cars": "4000"}
    return add(case, "least.csv", LEAST, **(given | further))


def pledge(case, **further: str) -> int:
    given = {"pledge": "parity", "kind": "local_for_imports", "place": "BRA", "amount": "1.5", "due": "2030"}
    return add(case, "pledges.csv", PLEDGES, **(given | further))


def planned(case):
    ready = prepare(read_study(case.folder), Quiet())
    with solver_silenced():
        return ready, solve(ready.grown.tree, ready.evaluation.prospect, QUICK)


def test_without_the_tables_nothing_is_asked(starter_ready):
    p = starter_ready.evaluation.prospect
    assert not p.demand.least.any()
    assert p.labels.pledge == ()


def test_cars_that_must_be_served_are(case):
    least(case)
    ready, solved = planned(case)
    p = ready.evaluation.prospect
    cell = p.labels.cell.index((p.labels.market.index("TUR"), p.labels.model.index("voyage")))
    years = p.node_years
    asked = (years.year <= 2030) & (years.year + years.span > 2028)
    assert (p.demand.least[:, cell] == np.where(asked, 4000.0, 0.0)).all()
    assert p.demand.least.sum() == p.demand.least[:, cell].sum()
    assert (solved.plan.flows.sale[asked, cell].sum(-1) >= 3999.0).all()


def test_cars_are_made_for_cars_brought_in_by_the_due_year(case):
    pledge(case)
    ready, solved = planned(case)
    p, tree, ledger = ready.evaluation.prospect, ready.grown.tree, ready.evaluation.ledger
    made = np.asarray([key.line == "bahia" for key in ledger.arcs])
    market = np.asarray([p.labels.market[m] for m in p.arc_market])
    brought = np.asarray([key.line is None for key in ledger.arcs]) & (market == "BRA")
    for leaf in leaves(tree):
        owed = 0.0
        for y in np.flatnonzero(np.isin(p.node_years.node, history(tree, leaf))):
            if p.node_years.year[y] > 2030:
                break
            flow = p.node_years.span[y] * solved.plan.flows.flow[y]
            owed += 1.5 * flow[brought].sum() - flow[made].sum()
        assert owed <= 20.0
    with_none = solve(tree, replace(p, labels=replace(p.labels, pledge=()), pledges=type(p.pledges)()), QUICK)
    assert with_none.certificate.value >= solved.certificate.value - solved.unproven


def test_local_content_is_kept_on_average_over_years(case):
    pledge(case, pledge="content", kind="local_content", place="BRA", amount="0.05", due="", lines="bahia")
    ready = prepare(read_study(case.folder), Quiet())
    p, ledger = ready.evaluation.prospect, ready.evaluation.ledger
    assert p.labels.resource[-1] == "content, spent", "a kit line buys nothing beside its kits that counts here"
    users = p.resources.use_arc[p.resources.use_resource == len(p.labels.resource) - 1]
    assert {ledger.arcs[a].line for a in users} == {"bahia"}
    assert p.pledges.floor.max() == p.pledges.floor.min() == 0.0


def test_content_counts_by_the_worth_of_material(case):
    pledge(case, pledge="content", kind="local_content", place="TUR", amount="0.5", due="2036")
    p = prepare(read_study(case.folder), Quiet()).evaluation.prospect
    earned, spent = (p.labels.resource.index(f"content, {which}") for which in ("earned", "spent"))
    local = p.resources.use_amount[p.resources.use_resource == earned]
    whole = p.resources.use_amount[p.resources.use_resource == spent]
    assert local == pytest.approx(0.4 * whole / 0.5), "two fifths of izmir's material is bought there"
    assert (whole / 0.5).mean() == pytest.approx(1.0)


def test_a_quota_is_carried_over():
    """Canada's quota for the bundled carmaker: a year may take what was left, and no more than all years together."""
    ready = prepare(read_study(Path(__file__).parents[3] / "cases" / "byd"), Quiet())
    ledger, p = ready.evaluation.ledger, ready.evaluation.prospect
    carmaker = ledger.costing.carmaker
    terms = PledgeTerms("kept", PledgeKind.QUOTA_CARRY_OVER, "CAN", 0.5, 0, ())
    asks = replace(carmaker, asked=replace(carmaker.asked, pledges=(terms,)))
    found = evaluate(ready.grown, replace(ledger.costing, carmaker=asks), ready.rulebook, ready.study.events)
    q, row = found.prospect, p.labels.resource.index("quota CAN")
    assert q.labels.pledge == ("kept",)
    assert (q.pledges.grant[:, 0] == p.resources.free[:, row]).all()
    assert q.pledges.carry.tolist() == [0.5]
    first, second = np.flatnonzero(q.node_years.node == 0)[:2]
    assert q.resources.free[first, row] == p.resources.free[first, row]
    assert q.resources.free[second, row] == p.resources.free[second, row] + 0.5 * p.resources.free[first, row]


def test_a_plan_that_is_asked_for_cars_where_nothing_sells_yet_is_told(case):
    least(case, market="GBR", model="city", first="2030", last="", cars="500")
    pledge(case)
    with solver_silenced():
        done = run(read_study(case.folder), effort=QUICK, progress=Quiet())
    words = Words("en", "USD")
    (entry,) = [line for line in done.book.do_now if line.what.key == "enter"]
    assert entry.costs_to_skip is None
    assert words.skip(entry.costs_to_skip, entry.skip_gap).startswith("It cannot be left out")
    assert [s.key for s in done.book.headline][-1] == "headline.gap_npv"
    assert "warn.not_kept" in [s.key for s in done.book.warnings]
    said = words.joined(done.book.cover.conventions)
    assert "are asked for in United Kingdom" in said.replace("\u00a0", " ")
    assert "Pledges that link years are kept: parity." in said.replace("\u00a0", " ")


def test_cars_that_nothing_can_serve_are_told_by_name(case):
    least(case, market="GBR", model="city", first="2027", last="2027", cars="500")
    with pytest.raises(RoadsteadError) as caught, solver_silenced():
        run(read_study(case.folder), effort=QUICK, progress=Quiet())
    assert {fault.code for fault in caught.value.faults} == {"RS-F505"}
    assert caught.value.faults[0].where == "least.csv:2:5 (cars)"
    assert "500 of 500 cars that must be served cannot be (2027, Rules as they stand)" in str(caught.value.faults[0])


@pytest.mark.parametrize(
    ("further", "column", "code", "words"),
    [
        ({"model": "truck"}, "model", "RS-S621", "`truck` is not sold in TUR"),
        ({"market": "FRA"}, "market", "RS-S621", "is not sold in FRA"),
        ({"market": "Turkeye"}, "market", "RS-W301", "'Turkeye' is no country"),
        ({"first": "2020"}, "first", "RS-S621", "the years 2020 to 2030 are not of the plan"),
        ({"last": "2027"}, "first", "RS-S621", "the years 2028 to 2027"),
        ({"cars": "-1"}, "cars", "RS-T110", "too small"),
    ],
)
def test_cars_that_cannot_be_asked_for_are_told_at_their_cell(case, further, column, code, words):
    line = least(case, **further)
    fault = case.fault()
    assert fault.where == f"least.csv:{line}:{LEAST.index(column) + 1} ({column})"
    assert (fault.code, words in str(fault)) == (code, True)


@pytest.mark.parametrize(
    ("further", "column", "code", "words"),
    [
        ({"kind": "promise"}, "kind", "RS-T106", "'promise' is not known here"),
        ({"place": "FRA"}, "place", "RS-S621", "no planned market lies in FRA"),
        ({"kind": "local_content", "place": "DEU", "amount": "0.4"}, "place", "RS-S621", "no line stands in DEU"),
        ({"kind": "local_content", "amount": "40"}, "amount", "RS-T109", "write 0.4 for 40 %"),
        ({"kind": "quota_carry_over", "due": "", "amount": "1"}, "place", "RS-S621", "no share of a quota of BRA"),
        ({"due": "2060"}, "due", "RS-S621", "a year from 2027 to 2036"),
        ({"lines": "bahai"}, "lines", "RS-S606", "there is no line `bahai`"),
    ],
)
def test_pledges_that_cannot_be_kept_are_told_at_their_cell(case, further, column, code, words):
    line = pledge(case, **further)
    fault = case.fault()
    assert fault.where == f"pledges.csv:{line}:{PLEDGES.index(column) + 1} ({column})"
    assert (fault.code, words in str(fault)) == (code, True)
