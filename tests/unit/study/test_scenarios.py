"""Scenarios: named patches that stand on one another, in the case and in files."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest

from roadstead.study.entries import ScenarioEntry
from roadstead.study.patch import Certain, Named, Setting
from roadstead.study.patched import patched
from roadstead.study.scenarios import patches_of, resolved
from roadstead.study.spec import read_study
from roadstead.terms.errors import RoadsteadError

STARTER = Path(__file__).parents[3] / "cases" / "starter"
KNOWN = {
    "low": ScenarioEntry(set=("figures/case/fill=0.7",), events=("a 2029",)),
    "high": ScenarioEntry(set=("figures/case/fill=0.9",)),
    "both": ScenarioEntry(over=("low", "high"), set=("EU27/MFN=0.2",)),
    "round": ScenarioEntry(over=("trip",)),
    "trip": ScenarioEntry(over=("round",)),
    "wrong": ScenarioEntry(set=("figures",), events=("a",)),
}


def test_what_a_scenario_stands_on_comes_first_in_order():
    assert patches_of("both", KNOWN, ()) == [
        Setting(("figures", "case", "fill"), "0.7"),
        Certain("a", 2029),
        Setting(("figures", "case", "fill"), "0.9"),
        Setting(("EU27", "MFN"), "0.2"),
    ]


def test_a_circle_and_what_is_no_patch_are_refused():
    with pytest.raises(RoadsteadError, match="round on trip on round"):
        patches_of("round", KNOWN, ())
    with pytest.raises(RoadsteadError) as caught:
        patches_of("wrong", KNOWN, ())
    assert [fault.code for fault in caught.value.faults] == ["RS-S733", "RS-S733"]
    assert {fault.where for fault in caught.value.faults} == {"scenario wrong"}


def test_every_scenario_of_the_template_can_be_worked_in():
    base = read_study(STARTER)
    assert {"high_walls", "slow_evs", "worst"} <= base.case.scenarios.keys()
    for name in base.case.scenarios:
        with patched(STARTER, [name]) as folder:
            (told,) = read_study(folder).case.patched
        assert told.startswith(f"{name} (")


def test_composed_scenarios_are_the_one_that_stands_on_them():
    def of(*names: str) -> tuple[object, ...]:
        with patched(STARTER, names) as folder:
            study = read_study(folder)
        return study.tree, study.events

    assert of("high_walls", "slow_evs") == of("worst")


def test_what_is_said_last_holds():
    with patched(STARTER, ["high_walls", "EU27/COUNTERVAILING/OTHERS=0.1"]) as folder:
        study = read_study(folder)
    rates = [e.amendments[0].rate for e in study.events.values() if e.amendments and "OTHERS" in e.amendments[0].firms]
    assert rates == [0.1]


def test_a_file_is_a_scenario(tmp_path: Path):
    path = tmp_path / "dear_ships.yaml"
    path.write_text("title: Ships are dear\nset: [figures/case/fill=0.6]\n", encoding="utf-8")
    ((told, patches),) = resolved(read_study(STARTER), [Named(str(path))])
    assert told == "dear_ships (figures/case/fill=0.6)"
    assert patches == (Setting(("figures", "case", "fill"), "0.6"),)


@pytest.mark.parametrize("text", ["set: 3\n", "sets: [a=1]\n", "set: [\n", "- a\n"])
def test_a_file_that_is_no_scenario_is_told(tmp_path: Path, text: str):
    path = tmp_path / "wrong.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RoadsteadError, match="RS-S736"):
        resolved(read_study(STARTER), [Named(str(path))])


def test_a_case_with_a_scenario_that_is_none_is_told_at_its_place(tmp_path: Path):
    copytree(STARTER, tmp_path / "case")
    path = tmp_path / "case" / "case.yaml"
    text = path.read_text(encoding="utf-8").replace("over: [high_walls, slow_evs]", "over: [high_wals, slow_evs]")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RoadsteadError) as caught:
        read_study(path.parent)
    (fault,) = caught.value.faults
    assert (fault.code, fault.where.partition(":")[0]) == ("RS-S736", "case.yaml")
    assert "high_walls" in fault.expected
