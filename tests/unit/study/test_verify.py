"""Verify: every kind of tampering with a run folder is found, and said in words, by the check it belongs to."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from worked_out_once import Once

from roadstead.study import manifest
from roadstead.study.store import verify
from roadstead.terms.errors import RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from roadstead.study.store import Check


ONCE = Once()


@pytest.fixture(autouse=True)
def evaluated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inputs that nobody spoiled give what they gave before; that they do is looked at where what was written holds."""
    ONCE.stands_in(monkeypatch)


@pytest.fixture
def folder(stored: Path, tmp_path: Path) -> Path:
    """A run folder a test may spoil."""
    shutil.copytree(stored, tmp_path / "run")
    return tmp_path / "run"


def told(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found


def tell(folder: Path, found: dict[str, Any]) -> None:
    (folder / "manifest.json").write_text(json.dumps(found), encoding="utf-8")


def sign(folder: Path) -> None:
    """Put the hashes of all files as they are now into the manifest, as a forger would."""
    found = told(folder)
    found["files"] = {name: manifest.sha256(folder / name) for name in found["files"] if (folder / name).is_file()}
    tell(folder, found)


def broken(folder: Path) -> dict[str, Check]:
    return {check.name: check for check in verify(folder).checks if not check.holds}


def halve_a_flow(folder: Path) -> None:
    path = folder / "plan" / "all.ya.parquet"
    pl.read_parquet(path).with_columns(pl.col("flow") * 0.5).write_parquet(path)


def build_for_nothing(folder: Path) -> None:
    path = folder / "plan" / "all.nr.parquet"
    pl.read_parquet(path).with_columns(pl.col("build") + 1.0).write_parquet(path)


def a_better_margin(folder: Path) -> None:
    path = folder / "prospect" / "arcs.ya.parquet"
    pl.read_parquet(path).with_columns(pl.col("margin") + 1.0).write_parquet(path)


def another_price(folder: Path) -> None:
    path = folder / "proof" / "all.w.parquet"
    pl.read_parquet(path).with_columns(pl.col("prices") * 1.01).write_parquet(path)


def likelier_luck(folder: Path) -> None:
    path = folder / "tree.parquet"
    changed = pl.Series([1.0, 0.1, 0.9, 0.5, 0.5, 0.6, 0.4])
    pl.read_parquet(path).with_columns(changed.alias("branch_probability")).write_parquet(path)


def cheaper_freight(folder: Path) -> None:
    path = folder / "inputs" / "figures.csv"
    text = path.read_text(encoding="utf-8")
    assert text.count("case,handling,160,") == 1
    path.write_text(text.replace("case,handling,160,", "case,handling,120,"), encoding="utf-8")


def another_chance(folder: Path) -> None:
    path = folder / "inputs" / "case.yaml"
    text = path.read_text(encoding="utf-8")
    first, second = "parent: deal, probability: 0.6", "parent: deal, probability: 0.4"
    assert text.count(first) == text.count(second) == 1
    text = text.replace(first, "parent: deal, probability: 0.5").replace(second, "parent: deal, probability: 0.5")
    path.write_text(text, encoding="utf-8")


def no_case_any_more(folder: Path) -> None:
    (folder / "inputs" / "case.yaml").write_text("name: nothing\n", encoding="utf-8")


def garbage(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(b"garbage") and None


def a_column_less(folder: Path) -> None:
    path = folder / "plan" / "all.nd.parquet"
    pl.read_parquet(path).drop("close").write_parquet(path)


def a_row_less(folder: Path) -> None:
    path = folder / "plan" / "all.ya.parquet"
    pl.read_parquet(path).head(-1).write_parquet(path)


def a_year_less(folder: Path) -> None:
    path = folder / "plan" / "all.ya.parquet"
    table = pl.read_parquet(path)
    table.filter(pl.col("y") < table["y"].max()).write_parquet(path)
    for other in ("all.ycs", "all.ygt", "all.yr"):
        table = pl.read_parquet(folder / "plan" / f"{other}.parquet")
        table.filter(pl.col("y") < table["y"].max()).write_parquet(folder / "plan" / f"{other}.parquet")


def a_price_less(folder: Path) -> None:
    path = folder / "proof" / "all.w.parquet"
    pl.read_parquet(path).head(-1).write_parquet(path)


def not_a_number(folder: Path) -> None:
    path = folder / "plan" / "all.ya.parquet"
    pl.read_parquet(path).with_columns(pl.lit(float("nan")).alias("flow")).write_parquet(path)


def no_prospect_any_more(folder: Path) -> None:
    path = folder / "prospect" / "arcs.a.parquet"
    pl.read_parquet(path).with_columns(pl.col("cell") + 100).write_parquet(path)


SIGNED: dict[str, tuple[Callable[[Path], None], set[str], str]] = {
    "fewer cars": (halve_a_flow, {"plan"}, "as written"),
    "a module too many": (build_for_nothing, {"plan"}, "RS-F502"),
    "no number": (not_a_number, {"plan"}, "not a finite number"),
    "a better margin": (a_better_margin, {"problem", "plan", "proof"}, "prospect"),
    "another price": (another_price, {"proof"}, "certified bound"),
    "other odds in the tree": (likelier_luck, {"inputs", "plan", "proof"}, "the inputs give another tree"),
    "another figure": (cheaper_freight, {"inputs"}, "the inputs give another problem now"),
    "other odds in the case": (another_chance, {"inputs"}, "the inputs give another tree"),
    "no case": (no_case_any_more, {"inputs"}, "no sound case any more"),
    "garbage for a plan": (garbage("plan/all.ya.parquet"), {"plan"}, "cannot be read"),
    "garbage for a proof": (garbage("proof/pins.json"), {"proof"}, "cannot be read"),
    "garbage for a problem": (garbage("prospect/labels.json"), {"problem"}, "cannot be read"),
    "garbage for a tree": (garbage("tree.parquet"), {"problem"}, "cannot be read"),
    "no prospect": (no_prospect_any_more, {"problem"}, "cannot be read: arcs.cell points to entry"),
    "a column less": (a_column_less, {"plan"}, "cannot be read"),
    "a row less": (a_row_less, {"plan"}, "cannot be read"),
    "a year less": (a_year_less, {"plan"}, "its shape is"),
    "a price less": (a_price_less, {"proof"}, "cannot be read"),
}


@pytest.mark.parametrize("name", SIGNED)
def test_a_forger_who_signs_his_work_is_found(folder: Path, name: str):
    """A file changed, and its hash in the manifest with it: what does not fit the rest says so."""
    spoil, expected, words = SIGNED[name]
    spoil(folder)
    sign(folder)
    found = broken(folder)
    assert set(found) == expected
    assert any(words in check.detail for check in found.values()), found


@pytest.mark.parametrize("name", SIGNED)
def test_a_change_without_a_signature_is_found_at_once(folder: Path, name: str):
    SIGNED[name][0](folder)
    found = verify(folder)
    assert [check.name for check in found.checks] == ["files"]
    assert not found.holds
    assert "changed or missing" in found.checks[0].detail


@pytest.mark.parametrize("name", ["plan/all.ya.parquet", "inputs/case.yaml", "playbook.html", "tables/markets.parquet"])
def test_a_missing_file_is_found(folder: Path, name: str):
    (folder / name).unlink()
    assert name in broken(folder)["files"].detail


@pytest.mark.parametrize("name", ["playbook.html", "tables/markets.parquet", "inputs/prices.csv"])
def test_a_file_taken_off_the_list_is_found(folder: Path, name: str):
    """Changed, and struck from the manifest, so that nobody would look at it."""
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    found = told(folder)
    del found["files"][name]
    tell(folder, found)
    assert f"not written by this run: {name}" in broken(folder)["files"].detail


def test_notes_beside_a_run_are_nobodys_business(folder: Path):
    (folder / "notes.txt").write_text("call Izmir", encoding="utf-8")
    assert verify(folder).holds


@pytest.mark.parametrize(
    ("figure", "change", "expected"),
    [
        ("npv", 1e6, {"plan", "bounds"}),
        ("npv", 100.0, {"plan", "bounds"}),
        ("bound_certified", -1e6, {"proof"}),
        ("bound_solver", -1e6, {"bounds"}),
        ("bound_solver", -1e9, {"bounds"}),
        ("standing", -1e8, {"bounds"}),
        ("gap_value_added", -0.001, {"bounds"}),
    ],
)
def test_a_figure_changed_in_the_manifest_is_found(folder: Path, figure: str, change: float, expected: set[str]):
    found = told(folder)
    found["result"][figure] += change
    tell(folder, found)
    assert expected <= set(broken(folder))


@pytest.mark.parametrize(
    "key",
    ["format", "files", "result", "versions", "prospect_sha256", "reference_world", "result.npv", "result.standing"],
)
def test_half_a_manifest_is_none(folder: Path, key: str):
    found = told(folder)
    part, _, inner = key.partition(".")
    if inner:
        del found[part][inner]
    else:
        del found[part]
    tell(folder, found)
    with pytest.raises(RoadsteadError, match=r"this is no run folder.*\[RS-S703\]"):
        verify(folder)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": 0}'])
def test_what_is_no_manifest(folder: Path, text: str):
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(RoadsteadError, match="RS-S703"):
        verify(folder)


def test_another_world_is_named(folder: Path):
    """Where the inputs of a run that kept no world give another problem, what has changed since is told."""
    cheaper_freight(folder)
    (folder / manifest.KEPT).unlink()
    sign(folder)
    found = told(folder)
    found["versions"]["numpy"] = "0.1"
    found["reference_world"]["sha256"] = "0"
    tell(folder, found)
    detail = broken(folder)["inputs"].detail
    assert "numpy 0.1 -> " in detail
    assert "the reference world" in detail
