"""The run folder: written whole or not at all, and read back to the last digit."""

from __future__ import annotations

import json
import shutil
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prospects import invented, random_decisions

from roadstead.footprint.certify import certify
from roadstead.footprint.dispatch import dispatch
from roadstead.footprint.plan import Pin
from roadstead.footprint.solve import Effort, prove, solve
from roadstead.futures.axes import arrays
from roadstead.futures.tree import ScenarioTree
from roadstead.study import manifest, parquet
from roadstead.study.progress import Quiet
from roadstead.study.silence import solver_silenced
from roadstead.study.spec import read_study
from roadstead.study.store import flows, store, verify
from roadstead.study.study import run as plan_study
from roadstead.terms.errors import RoadsteadError

if TYPE_CHECKING:
    from pathlib import Path

    from prospects import Invented

    from roadstead.futures.prospect import Prospect
    from roadstead.study.study import Run

CHECKS = ["files", "problem", "inputs", "plan", "proof", "bounds"]


def told(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found


def test_a_run_folder_holds_what_it_is_made_from_and_what_came_out(stored: Path, starter_run: Run):
    names = {path.relative_to(stored).as_posix() for path in stored.rglob("*") if path.is_file()}
    case = starter_run.ready.study.folder
    inputs = {f"inputs/{path.relative_to(case).as_posix()}" for path in manifest.files_of(case)}
    assert inputs
    assert inputs <= names
    assert {
        "manifest.json",
        "playbook.html",
        "playbook.xlsx",
        "playbook.pptx",
        "tree.parquet",
        "tables/flows.parquet",
    } <= names
    assert set(told(stored)["files"]) == names - {"manifest.json"}
    assert [path.name for path in stored.parent.iterdir()] == ["first"], "nothing is left beside it"


def test_what_was_written_holds(stored: Path):
    found = verify(stored)
    assert [check.name for check in found.checks] == CHECKS
    assert found.holds, found.checks


def test_the_manifest_tells_the_result(stored: Path, starter_run: Run):
    found, solved = told(stored), starter_run.solved
    assert found["result"]["npv"] == solved.certificate.value
    assert found["result"]["standing"] == solved.standing
    assert found["result"]["bound_certified"] == solved.bound_certified
    assert found["result"]["gap_value_added"] == solved.gap_value_added
    assert found["comparisons"] == {c.key: c.npv for c in starter_run.book.comparisons}
    assert (found["seed"], found["draws"]) == (starter_run.ready.study.case.seed, starter_run.ready.study.case.draws)


# Whole or not at all.


def test_an_occupied_folder_is_refused_and_left_alone(starter_run: Run, tmp_path: Path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(RoadsteadError, match=r"something lies there already.*\[RS-S701\]"):
        store(starter_run, tmp_path / "mine")
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "letter.txt"]


def test_a_file_in_the_way_is_refused(starter_run: Run, tmp_path: Path):
    (tmp_path / "mine").write_text("dear", encoding="utf-8")
    with pytest.raises(RoadsteadError, match="RS-S701"):
        store(starter_run, tmp_path / "mine")


@pytest.fixture
def without_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages take longest and matter least here."""
    monkeypatch.setattr("roadstead.report.pages.write_pages", lambda *_: {})


@pytest.mark.usefixtures("without_pages")
def test_an_empty_folder_is_taken(starter_run: Run, tmp_path: Path):
    (tmp_path / "deep" / "mine").mkdir(parents=True)
    assert verify(store(starter_run, tmp_path / "deep" / "mine")).holds


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt(), ValueError("broken")])
@pytest.mark.parametrize("at", ["write_proof", "write_plan"])
def test_what_cannot_be_finished_is_not_begun(
    starter_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, at: str
):
    """A full disk, an interrupt or a fault of ours half way: nothing is left, and a full disk is told plainly."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(parquet, at, fail)
    expected = RoadsteadError if isinstance(error, OSError) else type(error)
    with pytest.raises(expected) as caught:
        store(starter_run, tmp_path / "run")
    if isinstance(caught.value, RoadsteadError):
        assert caught.value.faults[0].code == "RS-S702"
        assert "No space left on device" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_can_be_written_it_is_told(starter_run: Run, tmp_path: Path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(RoadsteadError, match="RS-S702"):
        store(starter_run, tmp_path / "file" / "run")


# Read back to the last digit.


def same_prospect(first: Prospect, second: Prospect) -> None:
    for name, array in arrays(first).items():
        other = arrays(second)[name]
        assert other.dtype == array.dtype, name
        assert np.array_equal(other, array), name
    assert first.labels == second.labels
    assert first.arcs.regime == second.arcs.regime
    assert parquet.digest(first) == parquet.digest(second)


def test_the_stored_problem_is_the_one_that_was_planned(stored: Path, starter_run: Run):
    prospect, tree = starter_run.ready.evaluation.prospect, starter_run.ready.grown.tree
    same_prospect(prospect, parquet.read_prospect(stored / "prospect"))
    assert parquet.same_tree(tree, parquet.read_tree(stored / "tree.parquet"))
    assert told(stored)["prospect_sha256"] == parquet.digest(prospect)


def test_the_stored_plan_is_the_one_that_was_found(stored: Path, starter_run: Run):
    plan = parquet.read_plan(stored / "plan")
    for part in ("decisions", "flows"):
        mine, theirs = getattr(starter_run.solved.plan, part), getattr(plan, part)
        for field in fields(mine):
            assert np.array_equal(getattr(mine, field.name), getattr(theirs, field.name)), field.name
    tree, prospect = parquet.read_tree(stored / "tree.parquet"), parquet.read_prospect(stored / "prospect")
    assert certify(tree, prospect, plan).value == starter_run.solved.certificate.value
    proof = parquet.read_proof(stored / "proof", prospect.labels)
    assert prove(tree, prospect, proof) == starter_run.solved.bound_certified


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), lines=st.sampled_from([None, None, 0]))
def test_any_problem_plan_and_proof_come_back(tmp_path: Path, seed: int, lines: int | None):
    made = invented(seed, lines=lines)
    come_back(made, tmp_path / str(seed), pins=())


def come_back(made: Invented, folder: Path, pins: tuple[Pin, ...]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    parquet.write_prospect(folder / "prospect", made.prospect)
    folder.mkdir(exist_ok=True)
    parquet.write_tree(folder / "tree.parquet", made.tree)
    plan = dispatch(made.tree, made.prospect, random_decisions(made, np.random.default_rng(1)))
    parquet.write_plan(folder / "plan", plan)
    proof = solve(made.tree, made.prospect, Effort(gap=0.1), pins=pins).proof
    parquet.write_proof(folder / "proof", proof)
    prospect, tree = parquet.read_prospect(folder / "prospect"), parquet.read_tree(folder / "tree.parquet")
    same_prospect(made.prospect, prospect)
    assert parquet.same_tree(made.tree, tree)
    again = parquet.read_plan(folder / "plan")
    for part in ("decisions", "flows"):
        for field in fields(getattr(plan, part)):
            mine, theirs = (getattr(getattr(p, part), field.name) for p in (plan, again))
            assert mine.shape == theirs.shape
            assert np.array_equal(mine, theirs)
    back = parquet.read_proof(folder / "proof", prospect.labels)
    assert back.pins == proof.pins
    assert np.array_equal(back.prices, proof.prices)
    assert prove(tree, prospect, back) == prove(made.tree, made.prospect, proof)


def test_pins_are_part_of_a_proof(tmp_path: Path):
    made = invented(4)
    come_back(made, tmp_path / "pinned", pins=(Pin("option", 0, do=False), Pin("option", 1, do=True, by=2027)))


def test_a_digest_tells_problems_apart(starter_run: Run):
    """One figure in its last place, or one name, makes another problem."""
    prospect = starter_run.ready.evaluation.prospect
    margin = prospect.arcs.margin.copy()
    margin[0, 0] = np.nextafter(margin[0, 0], np.inf)
    moved = replace(prospect, arcs=replace(prospect.arcs, margin=margin))
    named = replace(prospect, labels=replace(prospect.labels, option=("other", *prospect.labels.option[1:])))
    assert len({parquet.digest(p) for p in (prospect, moved, named)}) == 3
    assert parquet.digest(replace(prospect)) == parquet.digest(prospect)


def test_any_change_of_a_tree_is_another_tree(starter_run: Run):
    tree = starter_run.ready.grown.tree
    branch = tree.branch_probability.copy()
    branch[1:3] = (0.5, 0.5)
    assert not parquet.same_tree(tree, replace(tree, branch_probability=branch))
    assert not parquet.same_tree(tree, replace(tree, name=("other", *tree.name[1:])))
    assert parquet.same_tree(tree, ScenarioTree(**{f.name: getattr(tree, f.name) for f in fields(tree)}))


def test_flows_are_told_by_name(stored: Path, starter_run: Run):
    """Cars of a flow of a car or more, with their places; summed they are the cars of the plan."""
    table = pl.read_parquet(stored / "tables" / "flows.parquet")
    prospect, plan = starter_run.ready.evaluation.prospect, starter_run.solved.plan
    flow = plan.flows.flow
    assert table["cars"].sum() == pytest.approx(flow[flow >= 1.0].sum())
    assert set(table["supply"]) <= set(prospect.labels.supply)
    kits = table.filter(pl.col("supply") == "bahia")
    assert set(kits["market_code"]) == {"BRA"}
    assert set(kits["market"]) == {"Brazil"}
    assert set(table["market"]) <= set(pl.read_parquet(stored / "tables" / "timeline.parquet")["market"])
    coded = table.drop("market").rename({"market_code": "market"})
    told = flows(prospect, starter_run.ready.grown.tree, plan)
    assert coded.select(told.columns).equals(told)


def test_the_same_case_gives_the_same_plan(starter_run: Run):
    """The whole way again: the same problem, the same value, the same bounds, the same book."""
    with solver_silenced():
        study = replace(read_study(starter_run.ready.study.folder), case=starter_run.ready.study.case)
        again = plan_study(study, effort=starter_run.effort, progress=Quiet())
    assert parquet.digest(again.ready.evaluation.prospect) == parquet.digest(starter_run.ready.evaluation.prospect)
    assert again.solved.certificate.value == starter_run.solved.certificate.value
    assert again.solved.bound_certified == starter_run.solved.bound_certified
    assert again.solved.bound_solver == starter_run.solved.bound_solver
    assert again.book.comparisons == starter_run.book.comparisons
    assert again.book.do_now == starter_run.book.do_now


# What goes in.


def test_runs_and_hidden_files_are_no_inputs(tmp_path: Path):
    for name in (
        "case.yaml",
        "world/sales.csv",
        "runs/old/manifest.json",
        ".git/config",
        ".hidden",
        "__pycache__/a.pyc",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    found = [path.relative_to(tmp_path).as_posix() for path in manifest.files_of(tmp_path)]
    assert found == ["case.yaml", "world/sales.csv"]


@pytest.mark.usefixtures("without_pages")
def test_a_run_written_into_its_case_is_no_input(starter_run: Run, tmp_path: Path):
    """Wherever a finished run lies, planning the case again does not take it for figures."""
    case = tmp_path / "case"
    shutil.copytree(starter_run.ready.study.folder, case)
    before = manifest.files_of(case)
    store(starter_run, case / "first plan")
    assert manifest.files_of(case) == before
