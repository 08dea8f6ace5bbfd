"""`futures`: the catalogue as a table, one event in full, JSON, a picture, two languages, and a case's own events."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import roadstead as rs
from roadstead.futures.catalogue import catalogue
from roadstead.futures.catalogue.tables import EVENTS

STARTER = Path(__file__).parents[3] / "cases" / "starter"


@pytest.fixture(scope="module")
def told(request):
    """The catalogue as JSON, once."""
    import json
    import subprocess
    import sys

    code = "import sys; from roadstead.cli import main; sys.exit(main(['futures', '--json']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    return json.loads(done.stdout)


def test_every_event_has_evidence_and_a_base_rate(told):
    events = {event["id"]: event for event in told["events"]}
    assert len(events) == len(catalogue.packaged(EVENTS)) >= 25
    for event in events.values():
        assert event["evidence"]
        assert all({"source", "url", "text"} <= cited.keys() for cited in event["evidence"])
        assert 0.0 <= event["by_2030"] <= event["by_2036"] <= 1.0
        assert event["chance_low"] <= event["chance"] <= event["chance_high"]
    rate = events["eu_hybrids_duty"]["base_rate"]
    assert rate["low"] < rate["chance"] < rate["high"]
    assert rate["count"] == len(rate["counted"])
    assert {"place", "day", "text", "rows", "sources"} == set(rate["counted"][0])
    assert all(source["url"].startswith("http") for one in rate["counted"] for source in one["sources"])
    assert events["charter_peak"]["base_rate"] is None
    assert events["suez_opens"]["lasts"] == 22
    assert events["zaf_raises"]["lasts"] is None
    assert events["charter_peak"]["played"] is False
    assert "shown, not played by itself" in events["charter_peak"]["would_change"]


def test_chances_by_a_year_come_from_joint_paths(told):
    events = {event["id"]: event for event in told["events"]}
    suez = events["suez_opens"]
    # Nothing bears on it, so paths and the closed form agree to the paths' own error.
    assert suez["by_2030"] == pytest.approx(1 - 0.8**4, abs=0.015)
    assert suez["by_2030_alone"] == pytest.approx(1 - 0.8**4)
    # Where undertakings come first there is no duty to prolong; where a wall rises next door another is likelier.
    prolonged = events["eu_duty_prolonged"]
    assert prolonged["by_2030"] < prolonged["by_2030_alone"] - 0.03
    assert events["gbr_duty"]["by_2036"] > events["gbr_duty"]["by_2036_alone"]


def test_the_table(run):
    said = run("futures")
    assert said.status == 0
    assert "Ships use the Suez Canal again" in said.out
    assert "70 % (2029)" in said.out
    assert "past counted to 2026-07-02" in said.out
    assert said.err == ""


def test_in_chinese(run):
    said = run("futures", "--language", "zh")
    assert "苏伊士运河航线恢复" in said.out
    assert "基准率" in said.out
    assert "Suez" not in said.out


def test_one_event_in_full(run):
    said = run("futures", "--event", "zaf_raises")
    for words in (
        "15 % from 2027",
        "bra_defence in force multiplies its odds by 1.5",
        "base rate: another market",
        "judgement:",
    ):
        assert words in said.out, words
    assert "MYS-004" in said.out
    assert "NDTV Profit 2026-01-27" in said.out
    chinese = run("futures", "--event", "zaf_raises", "--language", "zh")
    assert "2027年起15 %" in chinese.out
    assert "仿效" in chinese.out


def test_no_such_event(run):
    said = run("futures", "--event", "zaf_raise")
    assert (said.status, said.codes) == (2, ["RS-F541"])
    assert "zaf_raises" in said.err


def test_a_picture(run, tmp_path):
    said = run("futures", "--event", "suez_opens", "--chart", tmp_path / "chances.svg")
    assert said.status == 0
    picture = (tmp_path / "chances.svg").read_text(encoding="utf-8")
    assert "Ships use the Suez Canal again" in picture
    assert "80 % interval of the base rate" in picture
    chinese = run("futures", "--language", "zh", "--event", "suez_opens", "--chart", tmp_path / "zh.svg")
    assert chinese.status == 0
    assert "苏伊士运河航线恢复" in (tmp_path / "zh.svg").read_text(encoding="utf-8")


def test_a_picture_of_no_kind_is_refused_before_any_work(run, tmp_path):
    said = run("futures", "--chart", tmp_path / "chances.doc")
    assert (said.status, said.codes, said.out) == (2, ["RS-C701"], "")


@pytest.fixture
def case(tmp_path):
    folder = tmp_path / "case"
    shutil.copytree(STARTER, folder)
    (folder / "futures").mkdir()
    return folder


def write(case, name, text):
    (case / "futures" / f"{name}.csv").write_text(text, encoding="utf-8")


OWN = """event,title,title_zh,markets,kind,chances,low,high,played,would_change,would_change_zh,base,why,why_zh
nor_tax,Norway taxes electric cars as others,挪威对电动车照常征税,NOR,demand,2028=0.2,0.5,2,no,tax,税,support_ended,said so,已宣布
"""
GROUNDS = """event,about,source,as_of,confidence,note
nor_tax,chance,assumption,2026,low,the government means to
"""


def test_a_case_brings_its_own_events(case):
    write(case, "events", OWN)
    write(case, "event_evidence", GROUNDS)
    found = rs.futures(case, "nor_tax")
    assert [one.event.title for one in found.events] == ["Norway taxes electric cars as others"]
    assert found.events[0].by[0] == pytest.approx(1 - 0.8**3, abs=0.02)


def test_a_case_without_its_own_has_the_packaged_ones(run):
    said = run("futures", STARTER, "--event", "suez_opens")
    assert said.status == 0
    assert "2 in 11 years in which it was closed" in said.out


def test_the_past_ends_with_the_tables_whenever_a_case_decides(case):
    text = (case / "case.yaml").read_text(encoding="utf-8")
    (case / "case.yaml").write_text(
        text.replace("as_known_on: 2026-07-02", "as_known_on: 2026-10-01"), encoding="utf-8"
    )
    found = rs.futures(case, "tur_raises")
    assert found.until.isoformat() == "2026-07-02"
    assert found.events[0].base.exposure == pytest.approx(11 * 11.5, abs=0.1)


def test_own_tables_that_do_not_fit(case, run):
    write(case, "events", OWN.replace("2028=0.2", "2028=20"))
    said = run("futures", case, "--json")
    assert said.status == 2
    assert set(said.codes) == {"RS-F544"}
    write(case, "event_evidence", GROUNDS)
    assert run("futures", case).codes == ["RS-F511"]
