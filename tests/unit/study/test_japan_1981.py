"""The back-test of 1981: what could be known, how the restraint bites, and how answers are counted."""

import json
from datetime import date

import numpy as np
import polars as pl
import pytest

from roadstead.cli.command_line import run
from roadstead.showing import japan as japan_tables
from roadstead.study import back_tests, japan_1981
from roadstead.study.bundled import names, past_case
from roadstead.study.japan_1981 import ENDS, HAPPENED, Answer, JapanIn1981, Maker, Pushed
from roadstead.study.progress import Quiet
from roadstead.study.spec import read_study
from roadstead.study.study import prepare
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.tables import read_table

CASE = past_case(japan_1981.CASE)
NOT, LATER, NOW = (
    Answer(False, 0.0, None, 0.0, 2e9),
    Answer(False, 0.4, 1984, 9e3, 2e9),
    Answer(True, 1.0, 1982, 4e4, 1.9e9),
)

CHEAP, DEAR = zip(*ENDS, strict=True)
CORNERS = [CHEAP, ("making_cheap", *DEAR[1:]), ("making_dear", *CHEAP[1:]), DEAR]


@pytest.fixture(scope="module")
def ready():
    return prepare(read_study(CASE), Quiet())


def test_nothing_later_than_1981_is_known(ready):
    world, known = ready.study.world, date(1981, 12, 31)
    assert list(world.markets) == ["USA"]
    assert max(figure.year for figure in world.markets["USA"].sales) == 1981
    assert {rule.measure_id for rule in ready.rulebook.every_measure()} == {
        "USA-1981-CARS", "USA-1981-TRUCKS", "USA-1981-PARTS",
        "USA-VER-CARS", "USA-VER-LIMIT", "USA-CONTENT-CARS", "USA-CONTENT-LIMIT",
    }  # fmt: skip
    assert all(rule.known_from <= known for rule in ready.rulebook.every_measure())


def test_cars_beyond_the_restraint_stay_at_home_as_long_as_it_lasts(ready):
    prospect, grown = ready.evaluation.prospect, ready.grown
    nodes, years = prospect.node_years.node, prospect.node_years.year
    by_name = {node: n for n, node in enumerate(grown.tree.name)}
    outside, inside, plant = range(3)  # of the small car: beyond the restraint, within it, from a plant in America
    open_ = prospect.arcs.allowed
    in_restraint, ended = nodes == by_name["Restraint of 1981"], nodes == by_name["restraint ends"]
    assert not open_[in_restraint, outside].any()
    assert open_[in_restraint, inside].all()
    assert open_[ended, outside].all()
    assert not open_[ended, inside].any()
    assert open_[:, plant].all()
    quota = prospect.resources.free[:, prospect.labels.resource.index("quota USA")]
    assert quota[in_restraint] == pytest.approx(0.198 * 1_680_000)
    assert quota[nodes == by_name["law on local content"]] == pytest.approx(0.198 * 840_000)
    assert np.all(quota[ended] == 0.0)
    assert years.min() == 1982


def test_every_scenario_and_every_deed_that_is_counted_is_in_the_case():
    study = read_study(CASE)
    asked = (
        {end for pair in ENDS for end in pair}
        | {*japan_1981.BESIDE}
        | {name for of in japan_1981.MAKERS.values() for name in of}
    )
    assert asked == set(study.case.scenarios)
    deeds = read_table(CASE / "happened.csv", HAPPENED)
    assert {row["maker"] for row in deeds} == set(japan_1981.MAKERS)
    assert all(row["source"] in study.sources for row in deeds)


def test_a_pinned_plant_is_decided_on_at_once_and_the_case_alone_waits():
    _, found = japan_1981._Swept(CASE, ("nissan",), None, None).at([(), ("built_at_once",)])
    pinned = found["built_at_once",]
    assert pinned.at_once
    assert (pinned.ever, pinned.first) == (1.0, 1982)
    assert pinned.made > 0
    assert not found[()].at_once
    assert pinned.npv <= found[()].npv


def test_cases_of_the_past_are_not_among_those_people_start_from():
    assert japan_1981.CASE not in names()
    with pytest.raises(RoadsteadError, match="RS-S615"):
        past_case("mars-2081")


@pytest.fixture
def told():
    deeds = read_table(CASE / "happened.csv", HAPPENED)
    study = read_study(CASE)
    corners = dict(zip(CORNERS, (NOW, LATER, NOT, NOT), strict=True))
    ends = {end: LATER for pair in ENDS for end in pair}
    makers = tuple(
        Maker(
            name,
            plan,
            ends,
            dict.fromkeys(japan_1981.BESIDE, NOW),
            corners,
            tuple(row for row in deeds if row["maker"] == name),
        )
        for name, plan in (("honda", NOW), ("nissan", LATER), ("toyota", NOT))
    )
    titles = {name: (entry.title, entry.title_zh) for name, entry in study.case.scenarios.items()}
    return JapanIn1981(makers, 1982, 1988, titles, study.sources, 12)


def test_an_answer_is_right_where_the_maker_did_so_by_then(told):
    # Honda decided in 1980, and the plan does so at once: twice right. Nissan too, but its plan waits, and is unlikely to: twice
    # wrong. Toyota had decided on nothing by 1982, as its plan, and had by 1988, unlike it: once right.
    assert len(told.asked) == 6
    assert told.told_right == {"plan": 3, "always": 5, "never": 1}


def test_combinations_are_counted_by_what_the_plan_does(told):
    maker = told.makers[0]
    assert maker.counts == {"at once": 1, "later": 1, "none": 2}
    assert maker.pushed("making_cheap") == Pushed(1, 2, pytest.approx(0.7))
    assert maker.pushed("capital_dear") == Pushed(0, 2, pytest.approx(0.2))
    assert maker.price_of_building == 0.0
    assert told.makers[2].price_of_building == pytest.approx(1e8)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "waits; 40 % decides from 1984"), ("zh", "等待；40 %的可能自1984年起建厂")]
)
def test_it_is_told_in_both_languages(told, language, words):
    assert japan_tables.said(told, LATER, language) == words
    without = JapanIn1981(
        tuple(Maker(m.name, m.plan, m.ends, m.beside, {}, m.happened) for m in told.makers),
        1982,
        1988,
        told.titles,
        told.sources,
        12,
    )
    assert len([*japan_tables.blocks(without, language)]) > len(told.makers)
    assert without.df.filter(pl.col("scenario") == "")["npv"].to_list() == [maker.plan.npv for maker in told.makers]
    assert "answers right" in without._repr_html_()


def test_the_command_asks_for_what_was_wanted_and_tells_it(told, monkeypatch, capsys):
    asked = {}
    monkeypatch.setattr(back_tests, "backtest_japan", lambda **wanted: asked.update(wanted) or told)
    assert run(["backtest", "japan", "honda", "toyota", "--corners", "--json"]) == 0
    assert (asked["makers"], asked["corners"], asked["out"]) == (("honda", "toyota"), True, None)
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(japan_tables.as_json(told)))
    assert run(["backtest", "japan", "--language", "zh"]) == 0
    assert "所有假设端点的组合" in capsys.readouterr().out


def test_a_maker_that_is_none_of_the_three_is_named_before_anything_is_planned():
    with pytest.raises(RoadsteadError, match="no maker is called `ford`") as refused:
        back_tests.backtest_japan(makers=["ford", "honda"])
    assert [fault.code for fault in refused.value.faults] == ["RS-S761"]


def test_json_holds_every_combination(told):
    first = japan_tables.as_json(told)["makers"][0]
    assert first["counts"] == {"at once": 1, "later": 1, "none": 2}
    assert [corner["ends"] for corner in first["corners"]] == CORNERS
    assert first["happened"][0]["source"].startswith("http")
