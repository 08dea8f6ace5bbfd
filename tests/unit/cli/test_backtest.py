"""`backtest`: what a person and a program are told of the past held against what came."""

from __future__ import annotations

import math

import pytest


def test_walls_as_json_add_up(run):
    told = run("backtest", "walls", "--json").json
    each = told["each"]
    assert len(each) == told["questions"] > 1000
    assert told["known"] == "2021-12-31"
    assert told["came"] == sum(question["event"] is not None for question in each)
    assert told["happenings"] <= told["came"]
    # The scores are those of the chances that are told, question by question.
    for way in ("catalogue", "prior", "renewed", "own", "one rate", "never"):
        mean = sum((question[way] - (question["event"] is not None)) ** 2 for question in each) / len(each)
        assert math.isclose(told["forecasts"][way]["score"]["brier"], mean, rel_tol=1e-9)
        assert sum(one["count"] for one in told["forecasts"][way]["bins"]) == len(each)
    # Nothing that came was known beforehand, and all of it stands on rows.
    events = [question["event"] for question in each if question["event"]]
    assert all("2021-12-31" < event["day"] <= told["until"] and event["rows"] for event in events)
    classes = {one["class"]: one for one in told["classes"]}
    outside = [one for one in classes.values() if not one["within"]]
    assert sum(one["came"] for one in outside) == told["came"]
    assert sum(one["asked"] for one in outside) == told["questions"]
    assert any(event["place"] == "EU27" and event["day"] == "2024-07-05" for event in events)
    assert [one["place"] for one in classes["duty_down"]["known_before"]] == ["MYS"]


def test_walls_for_a_person_in_two_languages(run):
    english = run("backtest", "walls")
    assert "80 % range" in english.out
    assert "Law already at the end of 2021, and not asked: MYS 2022-01-01" in english.out
    chinese = run("backtest", "walls", "--known", "2023", "--language", "zh")
    assert "80%区间" in chinese.out
    assert "截至2023-12-31" in chinese.out
    assert not any(word in chinese.out for word in ("expected", "counted", "skill"))


@pytest.mark.parametrize("known", ["2026", "2014", "0"])
def test_a_year_to_come_or_before_the_record_cannot_be_looked_back_from(run, known):
    said = run("backtest", "walls", "--known", known)
    assert said.status == 2
    assert said.codes == ["RS-F546"]


def test_the_first_year_of_the_record_can_be_looked_back_from(run):
    """A market without duties that can be worked out has no spell of extra duty, and stops nothing."""
    assert run("backtest", "walls", "--known", "2015", "--json").json["questions"] > 0
