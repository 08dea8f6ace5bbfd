"""Plain phrases for events: the one event that a market and what happens there can mean, or a refusal that says which there are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from roadstead.futures.catalogue import catalogue
from roadstead.study.patch import Certain, Never, event
from roadstead.study.patch_events import named
from roadstead.study.patched import patched
from roadstead.study.spec import read_study
from roadstead.terms.errors import RoadsteadError

if TYPE_CHECKING:
    from roadstead.study.spec import Study

CASES = Path(__file__).parents[3] / "cases"


@pytest.fixture(scope="module")
def starter() -> Study:
    return read_study(CASES / "starter")


@pytest.fixture(scope="module")
def byd() -> Study:
    return read_study(CASES / "byd")


@pytest.mark.parametrize(
    ("phrase", "meant"),
    [
        ("USA opens 2029", "us_lets_in"),
        ("usa opens 2029", "us_lets_in"),
        ("the United States opens its market from 2029", "us_lets_in"),
        ("US lifts the ban 2029", "us_lets_in"),
        ("USA cuts duty 2029", "us_232_ends"),
        ("USA raises 2029", "us_allies_25"),
        ("EU raises duty on hybrids 2029", "eu_hybrids_duty"),
        ("EU prolongs the duty 2029", "eu_duty_prolonged"),
        ("Canada opens 2029", "can_widens"),
        ("Canada closes 2029", "can_closes"),
        ("Canada ends the quota 2029", "can_closes"),
        ("Canada ends its surtax 2029", "can_widens"),
        ("Mexico opens 2029", "mex_relents"),
        ("Turkey raises 2029", "tur_raises"),
        ("Malaysia drops least price 2029", "mys_floor_lifted"),
        ("Thailand asks for more content 2029", "asean_content"),
        ("美国2029年开放", "us_lets_in"),
        ("2029年美国开放", "us_lets_in"),
        ("欧盟延长反补贴税 2029", "eu_duty_prolonged"),
        ("欧盟加税2029", "eu_hybrids_duty"),
        ("巴西加税 2029", "bra_defence"),
        ("加拿大取消附加税 2029", "can_widens"),
    ],
)
def test_a_market_what_happens_and_a_year(starter: Study, phrase: str, meant: str):
    assert named(event(phrase), starter) == Certain(meant, 2029)


@pytest.mark.parametrize(
    ("phrase", "meant"),
    [
        ("Canada opens 2029", "canada_widens"),
        ("加拿大取消附加税 2029", "canada_widens"),
        ("Brazil cuts kit duty 2029", "brazil_relents"),
        ("Mexico cuts tariffs 2029", "mexico_relents"),
        ("can_widens 2029", "can_widens"),
        ("Russia opens 2029", "rus_sanctions_lifted"),
        ("USA opens 2029", "us_lets_in"),
        ("Suez opens 2029", "suez_opens"),
    ],
)
def test_events_of_the_case_itself_come_before_those_of_the_catalogue(byd: Study, phrase: str, meant: str):
    assert named(event(phrase), byd) == Certain(meant, 2029)


def test_every_event_is_named_by_its_titles_and_short_phrases(starter: Study):
    own = {one.id for one in starter.case.events}
    known = catalogue.load(starter.world.gazetteer, starter.sources).events
    for one in known.values():
        for text in filter(None, (one.event_id, one.title, one.title_zh, one.comes, one.comes_zh)):
            found = named(Never(text), starter).event
            assert found == one.event_id or found in own, text


@pytest.mark.parametrize(
    ("phrase", "near"),
    [
        ("EU raises duty on bananas 2029", "eu_hybrids_duty"),
        ("Canada raises the quota 2029", "can_closes"),
        ("Germany opens 2029", "eu_rival_builds"),
        ("USA 2029", "us_lets_in"),
        ("Moon opens 2029", "did you mean"),
        ("欧盟对香蕉加税 2029", "eu_hybrids_duty"),
    ],
)
def test_what_is_foreign_to_every_event_is_refused_with_the_nearest(starter: Study, phrase: str, near: str):
    with pytest.raises(RoadsteadError) as caught:
        named(event(phrase), starter)
    (fault,) = caught.value.faults
    assert fault.code == "RS-S734"
    assert near in str(fault)


def test_what_may_be_several_events_names_them(starter: Study):
    with pytest.raises(RoadsteadError) as caught:
        named(event("Canada electric cars 2029"), starter)
    (fault,) = caught.value.faults
    assert "may be any of" in str(fault)
    assert "can_widens" in fault.expected
    assert "can_closes" in fault.expected


def test_a_phrase_is_told_with_the_event_it_means():
    with patched(CASES / "starter", ["USA opens 2029", "turkey_relents 2031"]) as folder:
        study = read_study(folder)
    assert study.case.patched == ("USA opens 2029 (us_lets_in 2029)", "turkey_relents 2031")
    assert "us_lets_in" in study.events


def test_of_two_names_of_one_event_the_later_counts():
    with patched(CASES / "starter", ["us_lets_in 2029", "美国开放 2031"]) as folder:
        study = read_study(folder)
    brings = [
        study.tree.starts[study.tree.stages[i]] for i, node in enumerate(study.tree.nodes) if "us_lets_in" in node.fires
    ]
    assert set(brings) == {2031}
