"""`roadstead duty --compare` and `--timeline`: side by side, over the years, drawn, and every way to ask wrongly."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest

import roadstead as rs

LANE = ("duty", "--importer", "EU27", "--powertrain", "BEV", "--value", 20000)


def test_firms_side_by_side(run):
    told = run(*LANE, "--origin", "CHN", "--on", "2025-03-01", "--compare", "firm=BYD,SAIC,Tesla", "--json").json
    assert [(entry["by"], entry["value"]) for entry in told] == [("firm", "BYD"), ("firm", "SAIC"), ("firm", "Tesla")]
    assert [entry["total_duty_rate"] for entry in told] == pytest.approx([0.27, 0.453, 0.178])
    assert all(line["source"]["url"] for entry in told for line in entry["lines"])


def test_days_side_by_side_need_no_other_day(run):
    asked = ("--origin", "CHN", "--firm", "BYD", "--compare", "on=2024-07-04,2025-01-01,2029-10-30", "--json")
    told = run(*LANE, *asked).json
    assert [entry["total_duty_rate"] for entry in told] == pytest.approx([0.10, 0.27, 0.10])
    assert [entry["on"] for entry in told] == ["2024-07-04", "2025-01-01", "2029-10-30"]


def test_origins_side_by_side_are_one_table(run):
    said = run(*LANE, "--on", "2025-03-01", "--firm", "BYD", "--compare", "origin=CHN,JPN,KOR")
    assert said.status == 0, said.err
    rows = {line.split("  ")[0]: line for line in said.out.splitlines()}
    assert all(origin in rows["origin"] for origin in ("CHN", "JPN", "KOR"))
    assert rows["duty"].split() == ["duty", "27", "%", "10", "%", "10", "%"]
    assert rows["duty, US$"].split() == ["duty,", "US$", "5,400", "2,000", "2,000"]
    assert "qualifies.EU-JPN is not declared: true saves 8.75 %" in said.out


def test_fees_and_import_taxes_stand_below_the_duty(run):
    asked = ("duty", "--importer", "MYS", "--origin", "CHN", "--powertrain", "BEV", "--value", 20000)
    said = run(*asked, "--compare", "on=2025-12-31,2026-01-01")
    assert "with fees and import taxes" in said.out
    assert "57.3 %" in said.out


def test_what_bars_a_car_is_told_beside_its_duty(run):
    asked = ("duty", "--importer", "USA", "--origin", "CHN", "--powertrain", "BEV", "--value", 20000)
    asked = (*asked, "--fact", "firm_nationality=China", "--compare", "on=2025-01-01,2026-06-01")
    (told,) = [line for line in run(*asked).out.splitlines() if "makers of CHN" in line]
    assert told.startswith("- 2026-06-01: ")
    assert " bars makers of CHN and RUS: " in told


def test_where_law_is_silent_the_others_still_stand(run):
    asked = ("duty", "--importer", "RUS", "--origin", "CHN", "--powertrain", "BEV", "--value", 20000)
    asked = (*asked, "--fact", "power_kw=150", "--compare", "on=2026-06-01,2027-06-01")
    known, unknown = run(*asked, "--json").json
    assert known["total_duty_rate"] == pytest.approx(0.15)
    assert [fault["code"] for fault in unknown["faults"]] == ["RS-L210"]
    assert "no quote" in run(*asked).out


def test_a_lane_over_the_years(run):
    asked = (*LANE, "--origin", "CHN", "--firm", "BYD", "--timeline", "2018-2031")
    told = run(*asked, "--json").json
    assert [(step["first"], step["last"]) for step in told] == [
        ("2018-01-01", "2024-07-04"),
        ("2024-07-05", "2024-10-29"),
        ("2024-10-30", "2029-10-29"),
        ("2029-10-30", "2031-12-31"),
    ]
    assert [step["total_duty_rate"] for step in told] == pytest.approx([0.10, 0.274, 0.27, 0.10])
    said = run(*asked)
    assert "2024-10-30  2029-10-29    27 %" in said.out


@pytest.mark.parametrize(
    "lane",
    [
        {"importer": "BRA", "origin": "DEU", "powertrain": "HEV", "facts": {"qualifies.EU-MERCOSUR": True}},
        {"importer": "RUS", "origin": "CHN", "powertrain": "BEV", "facts": {"power_kw": 150.0}},
        {"importer": "MYS", "origin": "CHN", "powertrain": "BEV"},
        {"importer": "USA", "origin": "JPN", "powertrain": "ICE"},
    ],
)
def test_steps_cover_every_day_once_and_say_what_a_quote_of_that_day_says(lane):
    steps = rs.duty_timeline((2019, 2027), **lane, value=20000.0)
    assert (steps[0].first, steps[-1].last) == (date(2019, 1, 1), date(2027, 12, 31))
    for before, after in itertools.pairwise(steps):
        assert after.first == before.last + timedelta(days=1)
    for step in steps:
        for day in (step.first, step.first + (step.last - step.first) / 2, step.last):
            if step.quote is None:
                with pytest.raises(rs.RoadsteadError) as caught:
                    rs.duty(**lane, value=20000.0, on=day)
                assert caught.value.faults[0].code == step.faults[0].code
            else:
                found = rs.duty(**lane, value=20000.0, on=day)
                assert found.with_import_taxes_rate == pytest.approx(step.quote.with_import_taxes_rate, abs=1e-12)
                assert [line.measure for line in found.lines] == [line.measure for line in step.quote.lines]


def test_a_fact_not_declared_is_told_once_with_the_most_it_saves(run):
    asked = ("duty", "--importer", "BRA", "--origin", "CHN", "--powertrain", "BEV", "--value", 20000)
    said = run(*asked, "--timeline", "2018-2027")
    assert said.out.count("in_quota is not declared") == 1
    assert "true saves up to 25 %" in said.out


def test_quotes_side_by_side_are_drawn(run, tmp_path):
    chart = tmp_path / "beside.svg"
    said = run(*LANE, "--compare", "origin=JPN,CHN", "--on", "2025-03-01", "--chart", chart).out
    assert f"drawn: {chart}" in said
    assert "JPN: 10 %; CHN: " in chart.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "begins"), [("a.svg", b"<svg"), ("a.png", b"\x89PNG"), ("a.html", b"<!doctype html>")]
)
def test_a_timeline_is_drawn(name, begins, run, tmp_path):
    chart = tmp_path / "charts" / name
    said = run(*LANE, "--origin", "CHN", "--firm", "BYD", "--timeline", "2023-2031", "--chart", chart)
    assert said.status == 0, said.err
    drawn = chart.read_bytes()
    assert drawn.startswith(begins)
    if name != "a.png":
        text = drawn.decode("utf-8")
        assert "27 %" in text
        assert "countervailing 17 %, 2024-10-30 to 2029-10-29" in text
        assert "http" not in text.replace("http://www.w3.org/2000/svg", ""), "it asks nothing of anyone"


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (("--origin", "CHN"), ["RS-C701"]),
        (("--on", "2025-03-01"), ["RS-C701"]),
        (("--origin", "CHN", "--on", "2025-03-01", "--chart", "a.png"), ["RS-C701"]),
        (("--origin", "CHN", "--timeline", "2018-2020", "--chart", "a.gif"), ["RS-C701"]),
        (("--origin", "CHN", "--timeline", "2018-2020", "--compare", "firm=BYD,SAIC"), ["RS-C701", "RS-C701"]),
        (("--origin", "CHN", "--timeline", "2030-2018"), ["RS-L283"]),
        (("--origin", "CHN", "--timeline", "soon"), ["RS-L283"]),
        (("--origin", "CHN", "--timeline", "1990-2020"), ["RS-L283"]),
        (("--on", "2025-03-01", "--compare", "origin=JPN"), ["RS-L281"]),
        (("--on", "2025-03-01", "--compare", "origin=JPN,JPN"), ["RS-L281"]),
        (("--origin", "CHN", "--on", "2025-03-01", "--compare", "colour=red,blue"), ["RS-L281"]),
        (("--on", "2025-03-01", "--compare", "origin=JPN,Narnia"), ["RS-W301"]),
        (("--on", "soon", "--compare", "origin=JPN,Narnia", "--fact", "x=1"), ["RS-L202", "RS-L213", "RS-W301"]),
    ],
)
def test_bad_input_is_refused_all_at_once(words, codes, run):
    said = run(*LANE, *words)
    assert (said.status, sorted(said.codes), said.out) == (2, codes, "")


def test_python_mirrors_the_command():
    lane = {"importer": "EU27", "powertrain": "BEV", "value": 20000.0, "on": "2025-03-01", "firm": "BYD"}
    china, japan = rs.duty_compare("origin", ["CHN", "JPN"], **lane)
    assert china.quote == rs.duty(**lane, origin="CHN")
    assert japan.quote == rs.duty(**lane, origin="JPN")
    assert rs.duty_timeline("2025-2026", **lane, origin="CHN") == rs.duty_timeline((2025, 2026), **lane, origin="CHN")


def test_what_is_neither_given_nor_compared_is_asked_for():
    with pytest.raises(rs.RoadsteadError) as caught:
        rs.duty_compare("origin", ["CHN", "JPN"], importer="EU27")
    assert {fault.where for fault in caught.value.faults} == {"--powertrain", "--on", "--value"}


def test_totals_of_a_quote_agree(run):
    told = run(
        "duty", "--importer", "RUS", "--origin", "CHN", "--powertrain", "BEV", "--value", 20000, "--on", "2026-02-01",
        "--fact", "power_kw=150", "--json",
    ).json  # fmt: skip
    assert told["total_duty_amount"] == pytest.approx(3000.0)
    assert told["total_fee_amount"] == pytest.approx(sum(fee["amount"] for fee in told["fees"]))
    both = told["total_duty_amount"] + told["total_fee_amount"]
    assert told["with_import_taxes_amount"] == pytest.approx(both)
    assert told["with_import_taxes_rate"] == pytest.approx(both / 20000)
