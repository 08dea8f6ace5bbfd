"""`roadstead watch`: what a reader sees, in both languages and as data."""

from __future__ import annotations

import shutil
from datetime import date
from typing import TYPE_CHECKING

import pytest
from worked_out_once import Once

from roadstead.report.words import Words
from roadstead.showing import worlds
from roadstead.study.watch import watch
from roadstead.study.world_moved import moved

if TYPE_CHECKING:
    from pathlib import Path

ONCE = Once()


@pytest.fixture
def taken_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run is as it was; the day itself is told of one that is taken up from its folder."""
    ONCE.stands_in(monkeypatch)


def test_the_day_itself_in_words(stored: Path, run):
    said = run("watch", stored)
    assert said.status == 0
    assert "Events, as known on 2026-07-02 (the case: 2026-07-02)" in said.out
    assert "EU prolongs its duty" in said.out
    assert "cannot be seen yet" in said.out
    assert "Signposts" in said.out
    assert " days" in said.out
    assert "By assumption: an event has fired from 75% of its change and is near from 25%" in said.out
    assert "pricing every lane" in said.err


@pytest.mark.usefixtures("taken_up_once")
def test_the_same_in_chinese(stored: Path, run):
    said = run("watch", stored, "--language", "zh", "--as-of", "2033-01-01")
    assert said.status == 0
    assert "事件：截至2033-01-01所知（案例：2026-07-02）" in said.out
    assert "已过366天" in said.out
    assert "尚无法判断" in said.out
    assert "以下为假设：事件变化达75%视为已触发" in said.out


@pytest.mark.usefixtures("taken_up_once")
def test_as_data(stored: Path, run):
    told = run("watch", stored, "--as-of", "2028-03-01", "--json").json
    found = watch(stored, date(2028, 3, 1))
    assert told["as_of"] == "2028-03-01"
    assert told["assumed"] == {"come": 0.75, "on_its_way": 0.25, "near": 0.02}
    assert {one["event_id"]: one["seen"]["status"] for one in told["events"]} == {
        one.event_id: one.seen.status for one in found.events
    }
    [sign], [mine] = told["signposts"], found.signs
    assert sign["status"] == mine.status
    assert sign["days_left"] == mine.days_left
    assert sign["decision"] == Words("en", "USD").say(mine.signpost.what)
    assert [one["seen"]["status"] for one in sign["conditions"]] == [one.status for one in mine.seen]


@pytest.mark.usefixtures("taken_up_once")
@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (("--as-of", "2020-01-01"), ["RS-S720"]),
        (("--as-of", "soon"), ["RS-C701"]),
        (("--rules", "nowhere", "--world", "elsewhere"), ["RS-S721", "RS-S721"]),
    ],
)
def test_what_cannot_be_asked(words, codes, stored: Path, run):
    said = run("watch", stored, *words)
    assert (said.status, said.codes, said.out) == (2, codes, "")


def test_no_run(run, tmp_path: Path):
    said = run("watch", tmp_path)
    assert (said.status, said.codes) == (2, ["RS-S703"])


@pytest.mark.usefixtures("taken_up_once")
def test_a_world_that_moved_is_told(of_another_day: Path, run):
    """Own rules of today that the run did not have, in both languages and as data."""
    rules = of_another_day.parent / "rules"
    said = run("watch", of_another_day, "--rules", rules)
    assert "The world has moved since this run was made: trade/measures: 1 changed; it stands on its own." in said.out
    gone = moved(of_another_day, {"rules": rules})
    assert gone is not None
    assert "世界数据已有变动：trade/measures：修改1行" in worlds.said(gone, of_another_day, "zh")
    told = run("watch", of_another_day, "--rules", rules, "--json").json["world_moved"]
    assert (told["changed"], told["tables"][0]["rows"][0]["key"]) == (1, "TUR-502")


@pytest.fixture
def of_another_day(stored: Path, tmp_path: Path) -> Path:
    """A run, and beside it the rules of its case with a note of today."""
    shutil.copytree(stored, tmp_path / "run")
    shutil.copytree(stored / "inputs" / "rules", tmp_path / "rules")
    measures = tmp_path / "rules" / "measures.csv"
    text = measures.read_text(encoding="utf-8")
    assert text.count("the packaged row charges") == 1
    measures.write_text(text.replace("the packaged row charges", "the row of 2026 charges"), encoding="utf-8")
    return tmp_path / "run"
