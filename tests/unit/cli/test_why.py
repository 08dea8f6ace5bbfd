"""`roadstead why`: what a reader sees, in both languages and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from worked_out_once import Once

import roadstead as rs

if TYPE_CHECKING:
    from pathlib import Path

LANDED = "landed/DEU/city/home/2032"
ONCE = Once()


@pytest.fixture
def taken_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run is as it was; the keys are listed of one that is taken up from its folder each time."""
    ONCE.stands_in(monkeypatch)


def test_keys_are_listed_with_their_figures(run, stored: Path):
    said = run("why", stored)
    assert said.status == 0
    assert LANDED in said.out
    assert "Expected NPV of the plan" in said.out
    assert "cars, size, nev or abroad/MARKET/YEAR" in said.out
    told = run("why", stored, "--json").json
    assert LANDED in {one["key"] for one in told["keys"]}
    assert all(one["what"] and one["what_zh"] for one in told["keys"])


@pytest.mark.usefixtures("taken_up_once")
def test_a_trail_in_words(run, stored: Path):
    said = run("why", stored, LANDED)
    assert said.status == 0
    assert "Landed cost of a Harbour City for Germany from China, 2032: $" in said.out
    assert "equation T.10" in said.out
    assert "packaged measures.csv:" in said.out
    assert "EU27-001: rate 0.1" in said.out
    assert "high confidence" in said.out
    assert "https://" in said.out
    assert said.out.count("made up: loading and discharge") == 1  # what a row rests on is said once


@pytest.mark.usefixtures("taken_up_once")
def test_the_same_in_chinese(run, stored: Path):
    said = run("why", stored, "net/DEU/city/2032", "--language", "zh")
    assert "厂家净收入：" in said.out
    assert "减：经销商毛利（12%）：" in said.out
    assert "假设；截至" in said.out


@pytest.mark.usefixtures("taken_up_once")
def test_a_trail_as_data(run, stored: Path):
    told = run("why", stored, LANDED, "--json").json
    found = rs.why(stored, LANDED).trail
    assert found is not None
    assert (told["key"], told["kind"], told["equation"]) == (LANDED, "money_per_car", "T.10")
    assert told["value"] == pytest.approx(sum(part["value"] for part in told["parts"]))
    assert [part["value"] for part in told["parts"]] == [part.amount.value for part in found.parts]
    duty = next(part for part in told["parts"] if part["what"] == "MFN duty")
    assert (duty["what_zh"], duty["rests_on"][0]["row"]) == ("最惠国关税", "EU27-001")
    assert duty["rests_on"][0]["url"].startswith("https://")


@pytest.mark.usefixtures("taken_up_once")
def test_a_wrong_key_says_the_nearest(run, stored: Path):
    said = run("why", stored, "landed/DEU/cty/home/2032")
    assert (said.status, said.codes) == (2, ["RS-S791"])
    assert "did you mean `city`?" in said.err
    assert run("why", stored / "inputs").codes == ["RS-S703"]
