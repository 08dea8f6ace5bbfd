"""What a plan's worth hangs on: what an end of an assumption moves it by, its decisions held."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from roadstead.footprint.solve import Effort
from roadstead.futures.evaluate import evaluate
from roadstead.futures.spared import sell_alike
from roadstead.playbook.yardsticks import carried_out
from roadstead.study import axes
from roadstead.study.held import Ends, Held, Weigher
from roadstead.study.patched import work_in
from roadstead.study.progress import Quiet
from roadstead.study.silence import solver_silenced
from roadstead.study.study import prepare
from roadstead.study.trail.shown import with_trails
from roadstead.study.weighing import weigh

if TYPE_CHECKING:
    from roadstead.playbook.weights_book import Weights
    from roadstead.study.axes import Point
    from roadstead.study.study import Run

NEAR = 1e-6


@pytest.fixture(scope="module")
def points(starter_run: Run) -> dict[tuple[str, str], Point]:
    return {point.values[0]: point for point in axes.tornado(starter_run.ready.study, axes.SPREAD)[1:]}


@pytest.fixture(scope="module")
def weigher(starter_run: Run) -> Weigher:
    ready, solved = starter_run.ready, starter_run.solved
    plan, npv = solved.plan, solved.certificate.expected
    return Weigher(Held(ready.study.folder, ready.rulebook, ready.outlook, ready.evaluation, ready.answered, plan, npv))


@pytest.fixture(scope="module")
def weighed(starter_run: Run) -> Weights:
    """The three that move it most."""
    with solver_silenced():
        found = weigh(starter_run.ready, starter_run.solved, 3, Effort(0.1, 5.0, 1), Quiet())
    assert found is not None
    return found


@pytest.mark.parametrize("item", ["dealer_margin", "capacity", "charter_rate"])
def test_an_end_moves_what_the_whole_case_evaluated_anew_moves(starter_run, points, weigher, item, tmp_path):
    """The short way (nothing read twice, shut flows left out, law known) against the long one."""
    ready, solved = starter_run.ready, starter_run.solved
    end = points[f"figures/assumed/{item}", axes.LOW]
    anew = prepare(work_in(ready.study, end.patches, tmp_path / "case", [end.text]), Quiet(), ready.answered)
    worth = carried_out("held", anew.grown.tree, anew.evaluation.prospect, solved.plan.decisions).certificate.expected
    ((moved,),) = weigher(Ends(((end,),), whole=True))
    assert moved == pytest.approx(worth - solved.certificate.expected, rel=NEAR, abs=1.0)
    assert abs(moved) > 1e6


def test_figures_of_capacity_leave_what_cars_earn_and_sell_as_it_is(starter_run, points, weigher):
    """What is taken from the evaluation as it stands is what would be worked out."""
    ready = starter_run.ready
    alike = []
    for (name, side), end in points.items():
        if side == axes.LOW:
            continue
        costs = weigher._costing(weigher._with(end))
        if sell_alike(costs, weigher._standing):
            full = evaluate(ready.grown, costs, ready.rulebook, ready.grown.events, ready.answered).prospect
            stands = ready.evaluation.prospect
            for part in ("margin", "allowed"):
                assert np.array_equal(getattr(full.arcs, part), getattr(stands.arcs, part)), name
            for part in ("width", "price", "group_width", "group_price"):
                assert np.array_equal(getattr(full.demand, part), getattr(stands.demand, part)), name
            alike.append(name.rpartition("/")[2])
    assert {"module_cost", "capacity", "discount_base", "entry_cost", "plant_ramp_1"} <= set(alike)
    assert not {"delivery", "conversion", "fuel", "kit_share", "dealer_margin", "own_elasticity", "price"} & set(alike)


def test_where_costs_change_one_end_is_enough_in_the_most_likely_future(points, weigher):
    pairs = [
        tuple(points[f"figures/assumed/{item}", side] for side in (axes.LOW, axes.HIGH))
        for item in ("capacity", "delivery")
    ]
    both, one = weigher(Ends(tuple(pairs), whole=False))
    assert (len(both), len(one)) == (2, 1)
    assert both[0] < 0.0 <= both[1]
    assert one[0] > 0.0


def test_the_largest_come_first_and_the_rest_is_bounded(weighed):
    spans = [row.span for row in weighed.rows]
    assert len(weighed.rows) == 3
    assert spans == sorted(spans, reverse=True)
    assert weighed.rows[0].assumption == "prices/assumed/assumed/price"
    assert 0.0 < weighed.rest < weighed.rows[0].span
    assert {(row.low, row.high) for row in weighed.rows} >= {("x0.8", "x1.2")}


def test_what_an_end_moves_leads_on_the_page_to_npv_and_to_the_rows_that_are_assumed(starter_run, weighed):
    book = with_trails(replace(starter_run, book=replace(starter_run.book, weights=weighed))).book
    told = {one.figure.key: one for one in book.trails.figures}
    moved = {
        f"weight/{row.assumption}/{end}": value
        for row in weighed.rows
        for end, value in (("low", row.npv_low), ("high", row.npv_high))
        if value is not None
    }
    assert len(moved) >= len(weighed.rows)
    assert {key for key in told if key.startswith("weight/")} == set(moved)
    for key, value in moved.items():
        there, npv = told[key].parts
        assert told[key].figure.amount.value == pytest.approx(value)
        assert npv.key == "npv"
        assert npv.amount.value == pytest.approx(-told["npv"].figure.amount.value)
        assert there.amount.value + npv.amount.value == pytest.approx(value)
        table, *_, item, _ = key.split("/")[1:]
        rows = [book.trails.rows[i] for i in there.rests_on]
        if (
            item in starter_run.ready.study.conventions.demand.names
        ):  # a packaged estimate, where the case has no row of it
            assert [row.row for row in rows] == [item]
            assert rows[0].source
        else:
            assert {row.table for row in rows} == {table}
            assert all(row.is_assumption for row in rows)


def test_none_is_told_where_none_is_asked_for_or_time_is_cut_short(starter_run):
    ready, solved, effort = starter_run.ready, starter_run.solved, Effort(0.1, 5.0, 1)
    assert weigh(ready, solved, 0, effort, Quiet()) is None

    class Impatient(Quiet):
        def stopped(self) -> bool:
            return True

    assert weigh(ready, solved, 3, effort, Impatient()) is None


def test_an_end_that_makes_no_sound_case_has_no_number(points, weigher):
    end = points["figures/assumed/capacity", axes.LOW]
    patch = replace(end.patches[0], value="-5")
    assert weigher(Ends(((replace(end, patches=(patch,)),),), whole=True)) == [(None,)]


def test_where_the_decisions_do_not_keep_what_is_asked_nothing_is_asked_of_them(starter_run, points, weigher, tmp_path):
    """In the most likely future, which only ranks: what they are worth there is held against the same, and not against nothing."""
    ready, solved = starter_run.ready, starter_run.solved
    case = tmp_path / "case"
    shutil.copytree(ready.study.folder, case)
    said = (case / "case.yaml").read_text(encoding="utf-8")
    (case / "case.yaml").write_text(said.replace("budget: {}", "budget: {2027: 1}"), encoding="utf-8")
    held = Held(
        case, ready.rulebook, ready.outlook, ready.evaluation, ready.answered, solved.plan, solved.certificate.expected
    )
    ends = Ends(((points["figures/assumed/delivery", axes.LOW],),), whole=False)
    assert "budget: {2027: 1}" in (case / "case.yaml").read_text(encoding="utf-8")
    assert Weigher(held)(ends)[0] == pytest.approx(weigher(ends)[0])


def test_nothing_is_written_into_the_case(points, weigher, starter_run):
    folder = Path(starter_run.ready.study.folder)
    before = {path: path.read_bytes() for path in folder.rglob("*.csv")}
    weigher(Ends(((points["prices/assumed/assumed/price", axes.LOW],),), whole=True))
    assert {path: path.read_bytes() for path in folder.rglob("*.csv")} == before
