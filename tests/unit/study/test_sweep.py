"""A sweep: its points, what comes of them, and going on after an end by force."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadstead.futures.selling.reaction import react
from roadstead.playbook.decisions import NEW
from roadstead.playbook.tell import first_decisions
from roadstead.study import sweep as sweeping
from roadstead.study import what_ifs
from roadstead.study.axes import AS_IT_STANDS, axis, grid, tornado
from roadstead.study.outcome import changed, outcome
from roadstead.study.patch import Setting
from roadstead.study.spec import read_study
from roadstead.study.study import Settled, read_back
from roadstead.study.sweep import POINTS
from roadstead.study.sweep_told import told
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from roadstead.study.study import Run
    from roadstead.study.sweep import Swept

STARTER = Path(__file__).parents[3] / "cases" / "starter"
QUICK = {"gap": 0.3, "seconds": 20.0, "workers": 1}
OVER = "EU27/COUNTERVAILING/OTHERS=0.0,0.5"


@given(st.integers(2, 9), st.floats(0.0, 0.4), st.floats(0.5, 2.0))
def test_a_span_has_its_ends_and_as_many_points(count: int, low: float, high: float):
    found = axis(f"EU27/MFN={low!r}..{high!r}/{count}")
    assert len(found.values) == count
    assert float(found.values[0]) == pytest.approx(low, abs=1e-9)
    assert float(found.values[-1]) == pytest.approx(high)


@given(
    st.lists(
        st.lists(st.sampled_from(["0.1", "0.2", "0.3"]), min_size=1, max_size=3, unique=True), min_size=1, max_size=3
    )
)
def test_a_grid_has_every_combination_once_beside_the_case_as_it_stands(values: list[list[str]]):
    axes = [axis(f"T{i}/x={','.join(one)}") for i, one in enumerate(values)]
    points = grid(axes)
    assert points[0] == AS_IT_STANDS
    expected = 1
    for one in values:
        expected *= len(one)
    assert len(points) == len(set(points)) == expected + 1
    for point in points[1:]:
        assert [Setting(tuple(name.split("/")), value) for name, value in point.values] == list(point.patches)


@pytest.mark.parametrize(
    "text", ["EU27/MFN", "EU27/MFN=0..1", "EU27/MFN=0..1/1", "EU27/MFN=a..b/3", "EU27/MFN=0.1,,0.2", "EU27/MFN=1,1"]
)
def test_what_is_no_axis_is_refused(text: str):
    with pytest.raises(RoadsteadError, match="RS-S741"):
        axis(text)


def test_a_tornado_moves_every_assumption_within_its_bounds():
    study = read_study(STARTER)
    points = tornado(study, 0.2)
    names = {name for point in points for name, _ in point.values}
    assert {"figures/assumed/conversion", "prices/assumed/assumed/price", "figures/case/own_elasticity"} <= names
    assert points[0] == AS_IT_STANDS
    for point in points[1:]:
        (patch,) = point.patches
        if patch.value.startswith("x"):  # type: ignore[union-attr]
            assert 0.8 - 1e-9 <= float(patch.value[1:]) <= 1.2 + 1e-9  # type: ignore[union-attr]
    only = tornado(study, 0.2, ["conversion"])
    assert {name for point in only for name, _ in point.values} == {"figures/assumed/conversion"}
    with pytest.raises(RoadsteadError, match="RS-S741"):
        tornado(study, 0.2, ["wages"])


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Swept, Path]:
    folder = tmp_path_factory.mktemp("sweep")
    return what_ifs.sweep(STARTER, [OVER], out=folder, **QUICK), folder


def test_a_higher_duty_is_worth_no_more(swept: tuple[Swept, Path]):
    base, free, dear = (one.outcome for one in swept[0].points)
    assert base is not None
    assert free is not None
    assert dear is not None
    noise = 2 * max(one.npv * one.gap for one in (base, free, dear))
    assert free.npv > dear.npv - noise
    assert free.npv >= base.npv - noise
    assert changed(base, base) == 0


def test_what_comes_of_a_plan_adds_up(starter_run: Run):
    ready, solved = starter_run.ready, starter_run.solved
    prospect = ready.evaluation.prospect
    reaction = react(
        ready.grown.tree, prospect.node_years, ready.evaluation.ledger.selling, solved.plan.flows.sale.sum(-1)
    )
    reading = read_back(ready.study, ready, solved)
    found = outcome(Settled(ready, solved, reaction, 1), reading)
    assert found.npv == solved.certificate.expected
    assert found.local_output == pytest.approx(sum(found.made_in.values()))
    assert found.duty == pytest.approx(sum(found.duty_of.values()))
    made = sum(row.kits + row.contract + row.local for row in starter_run.book.markets if row.year == 2036)
    assert 0 < found.local_output <= found.sales
    assert made > 0
    assert min(found.price_in.values()) <= found.price <= max(found.price_in.values())
    assert found.duty_of.keys() <= {"EU27", "GBR", "TUR", "BRA", "THA"}
    now = {one.what for one in found.built if one.now}
    assert now == {one.subject for one in first_decisions(reading) if one.kind in NEW}


def test_every_customs_territory_is_told_at_every_point_and_adds_up(swept: tuple[Swept, Path]):
    """By market, country and importer in the points; by customs territory where they are told: the sums are the same."""
    book = told(swept[0])
    for planned, point in zip(swept[0].points, book.points, strict=True):
        came = planned.outcome
        assert came is not None
        assert sum(came.sold_in.values()) == pytest.approx(came.sales)
        assert sum(at.sold for at in point.places) == pytest.approx(came.sales)
        assert sum(at.made for at in point.places) == pytest.approx(came.local_output)
        assert sum(at.duty for at in point.places) == pytest.approx(came.duty)
        paid = sum(at.sold * at.price for at in point.places if at.price is not None)
        assert paid / came.sales == pytest.approx(came.price)
        assert [at.place_id for at in point.places if at.asked] == ["EU27"]
        assert point.places[0].asked


def test_a_point_is_told_by_what_differs_from_the_case_as_it_stands(swept: tuple[Swept, Path]):
    book = told(swept[0])
    assert not book.points[0].compared
    stands = {(built.kind, built.what): (built.year, round(built.probability, 2)) for built in book.points[0].built}
    for point in book.points[1:]:
        assert point.compared
        mine = {(built.kind, built.what): (built.year, round(built.probability, 2)) for built in point.built}
        assert {(one.kind, one.what) for one in point.dropped} == stands.keys() - mine.keys()
        assert {(one.kind, one.what) for one in point.added} == {key for key in mine if mine[key] != stands.get(key)}


def test_its_tables_hold_the_same_in_csv_json_and_parquet(swept: tuple[Swept, Path], tmp_path: Path):
    written = what_ifs.write_sweep(swept[0], tmp_path)
    table = pl.read_parquet(written["places.parquet"])
    points = json.loads(written["sweep.json"].read_text(encoding="utf-8"))["points"]
    assert table.height == sum(len(point["places"]) for point in points)
    with written["sweep.csv"].open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    axis_name = "EU27/COUNTERVAILING/OTHERS"
    for row, point in zip(rows, points, strict=True):
        value = point["values"].get(axis_name, "")
        germany = table.filter((pl.col(axis_name) == value) & (pl.col("place") == "EU27")).row(0, named=True)
        assert germany["price"] == pytest.approx(float(row["price_in_DEU"]))
        assert germany["duty"] == pytest.approx(float(row.get("duty_of_EU27") or 0.0))
        assert germany["sold"] == pytest.approx(float(row["sold_in_DEU"]))
        turkey = table.filter((pl.col(axis_name) == value) & (pl.col("place") == "TUR")).row(0, named=True)
        assert turkey["made"] == pytest.approx(float(row["made_in_TUR"]))
        assert (turkey["place_name"], turkey["carmaker"]) == ("Türkiye", "Harbour Motors")


def test_it_shows_itself(swept: tuple[Swept, Path]):
    found = swept[0]
    assert found.charts == ("npv", "made", "duty", "price")
    assert found.df["npv"].to_list() == [one.outcome.npv for one in found.points if one.outcome]
    html = found._repr_html_()
    assert html.count("<table") == 2
    assert "Harbour Motors" in html


def test_a_sweep_goes_on_from_what_it_has(swept: tuple[Swept, Path], monkeypatch: pytest.MonkeyPatch):
    first, folder = swept
    monkeypatch.setattr(sweeping, "settle", lambda *_: pytest.fail("a point was planned again"))
    again = what_ifs.sweep(STARTER, [OVER], out=folder, **QUICK)
    assert again.again == 3
    assert [one.outcome for one in again.points] == [one.outcome for one in first.points]


def test_an_interrupted_sweep_goes_on_with_the_points_that_are_missing(
    swept: tuple[Swept, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    lines = (swept[1] / POINTS).read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / POINTS).write_text(lines[0] + lines[1][:40], encoding="utf-8")  # ended in the middle of a line
    planned = []
    settle = sweeping.settle

    def counted(*args: object) -> Settled:
        planned.append(1)
        return settle(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(sweeping, "settle", counted)
    found = what_ifs.sweep(STARTER, [OVER], out=tmp_path, **QUICK)
    assert (found.again, len(planned)) == (1, 2)
    assert [one.outcome for one in found.points] == [one.outcome for one in swept[0].points]
    rows = (tmp_path / POINTS).read_text(encoding="utf-8").splitlines()
    assert sum(_is_json(row) for row in rows) == 3


def test_a_case_that_was_changed_is_planned_again(swept: tuple[Swept, Path], tmp_path: Path):
    copytree(STARTER, tmp_path / "starter")
    copytree(swept[1], tmp_path / "sweep")
    table = tmp_path / "starter" / "figures.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("case,fill,0.85", "case,fill,0.80"), encoding="utf-8")
    found = what_ifs.sweep(tmp_path / "starter", [OVER], out=tmp_path / "sweep", **QUICK)
    assert found.again == 0
    assert found.points[0].outcome != swept[0].points[0].outcome


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def test_ctrl_c_leaves_the_points_that_are_known(tmp_path: Path):
    code = "import sys; from roadstead.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "sweep", str(STARTER), "--over", "EU27/COUNTERVAILING/OTHERS=0.0..0.9/200"]
    command += ["--out", str(tmp_path / "s"), "--gap", "0.3", "--workers", "1"]
    (tmp_path / "work").mkdir()
    there = os.environ | {"TMPDIR": str(tmp_path / "work")}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=there)
    path = tmp_path / "s" / POINTS
    for _ in range(1200):
        if path.exists() and path.stat().st_size > 0:
            break
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "the same command goes on from there" in said
    assert not list((tmp_path / "work").glob("roadstead-*"))
    assert _is_json(path.read_text(encoding="utf-8").splitlines()[0])


def test_a_point_without_a_plan_is_told_and_the_sweep_goes_on(monkeypatch: pytest.MonkeyPatch):
    def none(*_: object) -> Settled:
        raise RoadsteadError(Fault("plan", "RS-F503", "nothing keeps what is asked", "less"))

    monkeypatch.setattr(sweeping, "settle", none)
    found = what_ifs.sweep(STARTER, ["figures/case/fill=0.7,0.8"], **QUICK)
    assert [one.outcome for one in found.points] == [None] * 3
    assert all("RS-F503" in one.fault for one in found.points)


def test_a_bad_axis_is_told_before_anything_is_planned(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(sweeping, "settle", lambda *_: pytest.fail("something was planned"))
    with pytest.raises(RoadsteadError, match="RS-S731"):
        what_ifs.sweep(STARTER, ["EU27/COUNTERVALING=0.1,0.2"], **QUICK)
    with pytest.raises(RoadsteadError, match="RS-S741"):
        what_ifs.sweep(STARTER, ["EU27/MFN=0..1/1999", "BRA/MFN=0..1/2"], **QUICK)
    with pytest.raises(RoadsteadError, match="RS-S741"):
        what_ifs.sweep(STARTER, **QUICK)
    with pytest.raises(RoadsteadError, match="one name"):
        what_ifs.sweep([STARTER, STARTER], [OVER], **QUICK)
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(RoadsteadError, match="RS-S742"):
        what_ifs.sweep(STARTER, [OVER], out=tmp_path, **QUICK)


def test_what_is_written_is_what_was_found(swept: tuple[Swept, Path]):
    found, folder = swept
    written = what_ifs.write_sweep(found, folder)
    data = json.loads(written["sweep.json"].read_text(encoding="utf-8"))
    assert [p["outcome"]["npv"] for p in data["points"]] == [p.outcome.npv for p in found.points if p.outcome]
    with written["sweep.csv"].open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["EU27/COUNTERVAILING/OTHERS"] for row in rows] == ["", "0.0", "0.5"]
    assert [float(row["npv"]) for row in rows] == [p.outcome.npv for p in found.points if p.outcome]
    page = written["sweep.html"].read_text(encoding="utf-8")
    assert "<script" not in page
    assert page.count('<div class="wide"><svg') == page.count('<div class="narrow"><svg') == 4
    assert "as it stands" in page


def test_several_cases_stand_side_by_side(tmp_path: Path):
    copytree(STARTER, tmp_path / "other")
    found = what_ifs.sweep([STARTER, tmp_path / "other"], ["figures/case/fill=0.7"], patches=["EU27/MFN=0.2"], **QUICK)
    assert [one.case for one in found.points] == ["starter", "starter", "other", "other"]
    assert found.fixed == ("EU27/MFN=0.2",)
    first, second = [one.outcome for one in found.points[:2]], [one.outcome for one in found.points[2:]]
    assert first == second
    assert all(one.text.startswith("EU27/MFN=0.2") for one in found.points)


def test_a_tornado_ranks_what_moves_the_plan(tmp_path: Path):
    found = what_ifs.sweep(STARTER, ["conversion", "insurance_rate"], tornado=0.3, **QUICK)
    movers = told(found).movers
    assert {m.assumption for m in movers} == {"figures/assumed/conversion", "figures/assumed/insurance_rate"}
    assert [m.span for m in movers] == sorted((m.span for m in movers), reverse=True)
    page = what_ifs.write_sweep(found, tmp_path)["sweep.html"].read_text(encoding="utf-8")
    assert page.count('<div class="wide"><svg') == page.count('<div class="narrow"><svg') == 1
