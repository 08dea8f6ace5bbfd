"""Runs side by side, read from their folders."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from roadstead.report.what_if import compared
from roadstead.report.words import Words
from roadstead.study import api, what_ifs
from roadstead.study.bundled import bundled
from roadstead.study.store import verify
from roadstead.terms.errors import RoadsteadError

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.study.api import Planned
    from roadstead.study.study import Run


@pytest.fixture(scope="module")
def walled(tmp_path_factory: pytest.TempPathFactory) -> Planned:
    folder = tmp_path_factory.mktemp("runs") / "no_izmir"
    asked = ["high_walls", "pins/izmir=never"]
    return api.plan(bundled("starter"), out=folder, patches=asked, gap=0.05, seconds=20.0, workers=1)


def test_a_run_with_patches_says_so_everywhere_and_holds(walled: Planned):
    folder = walled.folder
    assert folder is not None
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert told["patches"][1] == "pins/izmir=never"
    assert told["patches"][0].startswith("high_walls (")
    for language, word in (("en", "What if: planned with high_walls"), ("zh", "假设情形")):
        assert Words(language, "USD").say(walled.run.book.headline[0]).startswith(word)
    assert "pins/izmir=never" in (folder / "playbook.html").read_text(encoding="utf-8")
    held = verify(folder)
    assert held.holds
    assert held.df["holds"].all()
    assert "the run holds" in held._repr_html_()


def test_the_case_itself_says_nothing_of_patches(starter_run: Run, stored: Path):
    assert starter_run.book.cover.patches == ()
    assert starter_run.book.headline[0].key != "headline.with"
    assert json.loads((stored / "manifest.json").read_text(encoding="utf-8"))["patches"] == []


def test_runs_stand_side_by_side(walled: Planned, stored: Path, starter_run: Run, tmp_path: Path):
    assert walled.folder is not None
    found = what_ifs.compare([stored, walled.folder])
    assert [run.npv for run in found.runs] == [
        starter_run.solved.certificate.expected, walled.run.solved.certificate.expected,
    ]  # fmt: skip
    izmir = next(one for one in found.decisions if one.what.en.startswith("Izmir"))
    assert izmir.differs
    assert izmir.taken[0].year == 2027
    assert izmir.taken[1].year is None
    turkey = next(flow for flow in found.flows if flow.origin.en == "Türkiye" and flow.destination.en == "Germany")
    assert turkey.cars[0] > 1000
    assert turkey.cars[1] == pytest.approx(0.0, abs=1.0)
    for market in found.markets:
        into = [flow for flow in found.flows if flow.destination == market.market]
        for i, total in enumerate(market.totals):
            assert total == pytest.approx(sum(flow.cars[i] for flow in into), abs=5.0)
    page = what_ifs.write_comparison(found, tmp_path / "beside.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert page.count("<svg") == 1
    assert found.charts == ("no_izmir",)
    assert "Izmir" in found._repr_html_()
    for i, run in enumerate(found.runs):
        cars = sum(row["cars"] for row in found.df.iter_rows(named=True) if row["run"] == run.run)
        assert cars == pytest.approx(sum(market.totals[i] for market in found.markets))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_run_beside_itself_differs_in_nothing(stored: Path, language: str):
    found = what_ifs.compare([stored, stored])
    words = Words(language, "USD")  # type: ignore[arg-type]
    _, decisions, markets = compared(found, words)
    assert decisions.rows[0][0] == words.label("whatif.alike")
    assert all(row[2] == row[3] for row in markets.rows)


def test_what_is_no_run_and_one_run_alone_are_refused(stored: Path, tmp_path: Path):
    with pytest.raises(RoadsteadError, match="RS-S743"):
        what_ifs.compare([stored])
    with pytest.raises(RoadsteadError, match="RS-S743"):
        what_ifs.compare([])
    with pytest.raises(RoadsteadError, match="RS-S703"):
        what_ifs.compare([stored, tmp_path])
