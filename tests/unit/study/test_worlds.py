"""Worlds kept, set beside each other, and moved under a run: what was planned on one stays what it was."""

from __future__ import annotations

import csv
import json
import shutil
import zipfile
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from roadstead.footprint.solve import Effort
from roadstead.study import manifest, snapshot
from roadstead.study.checkpoint import Searches
from roadstead.study.evidence import world_diff, world_snapshot
from roadstead.study.footing import Footing, held
from roadstead.study.progress import Quiet
from roadstead.study.silence import solver_silenced
from roadstead.study.spec import read_study
from roadstead.study.store import store, verify
from roadstead.study.study import prepare, settle
from roadstead.study.watch import watch
from roadstead.study.world_moved import moved
from roadstead.study.world_tables import PACKAGED
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.packaged import Edition, packaged_files, standing_on
from roadstead.trade import rulebook
from roadstead.trade.law import AS_OF, rules_as_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from roadstead.study.study import Run

BRITISH_TAX = "GBR-VAT"


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """The packaged tables of an invented day: Britain taxed cars at a quarter, and one bloc row was not written yet."""
    folder = tmp_path_factory.mktemp("edition")
    for name, path in packaged_files().items():
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(path, folder / name)
    _edit(folder / "trade" / "taxes.csv", lambda rows: [_taxed(row) for row in rows])
    _edit(folder / "trade" / "blocs.csv", lambda rows: rows[:-1])
    return Edition(folder, date(2026, 7, 1))


def _taxed(row: dict[str, str]) -> dict[str, str]:
    return {**row, "rate": "0.25"} if row["tax"] == BRITISH_TAX else row


def _edit(path: Path, change: Callable[[list[dict[str, str]]], list[dict[str, str]]]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, columns = change(list(reader)), reader.fieldnames or ()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def old_run(older: Edition, starter_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run made on that day, as its program would have written it; its book is that of another run, which nothing here reads."""
    with solver_silenced(), standing_on(older):
        study = read_study(starter_run.ready.study.folder)
        settled = settle(study, prepare(study, Quiet()), Effort(gap=0.5, seconds=60.0, workers=1), Quiet(), Searches())
        run = replace(starter_run, ready=settled.ready, solved=settled.solved)
        return store(run, tmp_path_factory.mktemp("old") / "run")


@pytest.fixture(scope="module")
def of_a_case(starter_run: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A case, and its run beside it."""
    place = tmp_path_factory.mktemp("own")
    shutil.copytree(starter_run.ready.study.folder, place / "case")
    return place / "case", store(starter_run, place / "runs" / "run", made_from=place / "case")


def test_another_edition_is_read_while_one_stands_on_it_and_not_after(older: Edition):
    def british() -> float:
        (rate,) = [tax.rate for tax in rulebook.load().taxes["GBR"] if tax.tax_id == BRITISH_TAX]
        return rate

    before = british()
    with standing_on(older):
        assert british() == 0.25
        assert rules_as_of() == date(2026, 7, 1)
        with standing_on(None):
            assert british() == before
    assert british() == before != 0.25
    assert rules_as_of() == AS_OF


def test_an_old_run_still_holds_on_the_world_it_was_made_with(old_run: Path):
    found = verify(old_run)
    assert found.holds
    assert "today's is another" in next(check.detail for check in found.checks if check.name == "inputs")


def test_without_its_world_an_old_run_says_what_is_missing(old_run: Path, tmp_path: Path):
    shutil.copytree(old_run, tmp_path / "run")
    (tmp_path / "run" / manifest.KEPT).unlink()
    told = json.loads((tmp_path / "run" / manifest.NAME).read_text(encoding="utf-8"))
    del told["files"][manifest.KEPT]
    (tmp_path / "run" / manifest.NAME).write_text(json.dumps(told), encoding="utf-8")
    failed = {check.name: check.detail for check in verify(tmp_path / "run").checks if not check.holds}
    assert list(failed) == ["inputs"]
    assert "the reference world" in failed["inputs"]
    with pytest.raises(RoadsteadError) as caught:
        world_diff(tmp_path / "run")
    assert [fault.code for fault in caught.value.faults] == ["RS-S783"]
    gone = moved(tmp_path / "run")
    assert gone is not None
    assert not gone.tables


def test_how_the_world_moved_is_told_row_by_row(old_run: Path):
    gone = moved(old_run)
    assert gone is not None
    assert gone.b.name == PACKAGED
    taxes, blocs = sorted(gone.tables, key=lambda one: one.table, reverse=True)
    (row,) = taxes.rows
    assert (row.what, row.key) == ("changed", BRITISH_TAX)
    assert row.now_at.startswith("packaged taxes.csv:")
    (cell,) = row.cells
    assert (cell.column, cell.was, cell.now) == ("rate", 0.25, pytest.approx(0.2))
    assert [one.what for one in blocs.rows] == ["added"]
    assert (gone.count("added"), gone.count("removed"), gone.count("changed")) == (1, 0, 1)


def test_a_watch_says_that_the_world_moved_and_stands_on_the_old_one(old_run: Path):
    found = watch(old_run)
    assert found.moved is not None
    assert [one.table for one in found.moved.tables] == ["trade/taxes", "trade/blocs"]


def test_a_run_of_today_has_not_moved(of_a_case: tuple[Path, Path]):
    _, run = of_a_case
    assert moved(run) is None
    told = json.loads((run / manifest.NAME).read_text(encoding="utf-8"))
    assert told["made_from"] == "../../case"
    assert told["reference_world"]["kept"] == manifest.KEPT


def test_own_rows_that_change_move_the_world_and_not_the_run(of_a_case: tuple[Path, Path]):
    case, run = of_a_case
    measures = case / "rules" / "measures.csv"
    before = measures.read_text(encoding="utf-8")
    _edit(measures, lambda rows: [{**row, "rate": "0.17"} for row in rows])
    try:
        assert verify(run).holds
        gone = moved(run)
        assert gone is not None
        (table,) = gone.tables
        assert table.table == "trade/measures"
        assert all(row.what == "changed" and row.now_at == row.was_at for row in table.rows)
        assert {cell.column for row in table.rows for cell in row.cells} == {"rate"}
    finally:
        measures.write_text(before, encoding="utf-8")
    assert moved(run) is None


def test_rows_of_today_are_those_it_is_given(of_a_case: tuple[Path, Path], tmp_path: Path):
    case, run = of_a_case
    shutil.copytree(case / "rules", tmp_path / "rules")
    _edit(tmp_path / "rules" / "measures.csv", lambda rows: rows[:0])
    gone = moved(run, {"rules": tmp_path / "rules"})
    assert gone is not None
    assert gone.count("changed") == 1  # the packaged row stands again in the place of the case's own


def test_a_snapshot_is_the_world_again(of_a_case: tuple[Path, Path], tmp_path: Path):
    case, run = of_a_case
    told = world_snapshot(tmp_path / "kept.zip", case)
    assert not world_diff(tmp_path / "kept.zip", case).tables
    assert not world_diff(tmp_path / "kept.zip", run).tables
    assert told["version"] == world_diff(tmp_path / "kept.zip").a.version
    assert told["rows"] == {table.name: len(table.rows) for table in held(Footing(PACKAGED, own=_own(case)))}
    world_snapshot(tmp_path / "again.zip", case)
    assert (tmp_path / "again.zip").read_bytes() == (tmp_path / "kept.zip").read_bytes()


def _own(case: Path) -> dict[str, Path]:
    return {"rules": case / "rules"}


def test_there_and_back_is_the_other_way_round(of_a_case: tuple[Path, Path]):
    there, back = world_diff(of_a_case[0], PACKAGED), world_diff(PACKAGED, of_a_case[0])
    assert there.tables
    turned = {"added": "removed", "removed": "added", "changed": "changed"}
    for one, other in zip(there.tables, back.tables, strict=True):
        assert sorted((turned[row.what], row.key) for row in one.rows) == sorted((r.what, r.key) for r in other.rows)


def test_a_snapshot_that_was_changed_is_refused(tmp_path: Path):
    world_snapshot(tmp_path / "kept.zip")
    spoilt = tmp_path / "spoilt.zip"
    with zipfile.ZipFile(tmp_path / "kept.zip") as old, zipfile.ZipFile(spoilt, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(b"GBR", b"GBX") if name == "trade/taxes.csv" else content)
    with pytest.raises(RoadsteadError) as caught:
        world_diff(spoilt)
    assert [fault.code for fault in caught.value.faults] == ["RS-S782"]


@pytest.mark.parametrize("name", ["../../outside.csv", "/world/sales.csv", "own/world/../x.csv", "world/a\\b.csv"])
def test_a_snapshot_leads_nowhere_else(tmp_path: Path, name: str):
    with zipfile.ZipFile(tmp_path / "strange.zip", "w") as archive:
        told = {"format": 1, "files": {name: ""}, "built_on": "", "rules_as_of": "2026-07-02", "sha256": ""}
        archive.writestr(snapshot.TELLS, json.dumps(told))
        archive.writestr(name, "")
    with pytest.raises(RoadsteadError) as caught:
        world_diff(tmp_path / "strange.zip")
    assert [fault.code for fault in caught.value.faults] == ["RS-S782"]


def test_what_is_no_world_is_refused(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("no ZIP file", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    for named, code in ((tmp_path / "notes.txt", "RS-S782"), (tmp_path / "empty", "RS-S781"), ("nowhere", "RS-S781")):
        with pytest.raises(RoadsteadError) as caught:
            world_diff(named)
        assert [fault.code for fault in caught.value.faults] == [code]
    with pytest.raises(RoadsteadError) as caught:
        world_diff(PACKAGED, PACKAGED, "sale")
    (fault,) = caught.value.faults
    assert (fault.code, "`sales`" in fault.expected) == ("RS-W304", True)
    with pytest.raises(RoadsteadError) as caught:
        world_snapshot(tmp_path / "notes.txt")
    assert [fault.code for fault in caught.value.faults] == ["RS-S784"]
