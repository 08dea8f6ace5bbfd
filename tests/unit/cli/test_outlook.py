"""`outlook` on files of histories, with months and published projections, and `outlook backtest`."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from roadstead.outlook.panels import packaged
from roadstead.world import reference

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = "code,region,year,ev_share_pct,ev_sales,total_sales,is_agg,source"


@pytest.fixture(scope="module")
def history(tmp_path_factory) -> Path:
    """The packaged histories up to 2024 in the plain layout."""
    path = tmp_path_factory.mktemp("histories") / "history.csv"
    lines = [PLAIN]
    for code, series in packaged(reference.load()).items():
        told = zip(
            series.years.tolist(), series.share.tolist(), series.nev.tolist(), series.total.tolist(), strict=True
        )
        lines += [
            f"{code},{series.region.replace(',', '')},{year},{100 * share:.6g},"
            f"{'' if nev != nev else round(nev)},{'' if total != total else round(total)},{series.is_aggregate},test"  # noqa: PLR0124
            for year, share, nev, total in told
            if share == share and year <= 2024  # noqa: PLR0124
        ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def monthly(tmp_path) -> Path:
    """Brazil's months of 2025 and of the first half of 2026, in Robbie Andrew's layout."""
    rows = ["yyyymm,country,fuel,value"]
    for year, last, electric in ((2025, 12, 600), (2026, 6, 300)):
        for month in range(1, last + 1):
            rows += [f"{year}{month:02d},Brazil,BatteryElectric,{electric}", f"{year}{month:02d},Brazil,Petrol,9000"]
            rows += [f"{year}{month:02d},Brazil,PluginHybrid,100"]
    path = tmp_path / "monthly.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_file_is_forecast_and_written_in_its_own_layout(run, history, tmp_path):
    out = tmp_path / "forecast.csv"
    said = run("outlook", "--history", history, "--origin", 2020, "--draws", 200, "--out", out)
    assert said.status == 0
    assert "nothing later than 2020 was used" in said.out
    rows = read(out)
    assert {row["origin"] for row in rows} == {"2020"}
    assert {row["year"] for row in rows} == {str(year) for year in range(2021, 2026)}
    assert {row["variable"] for row in rows} == {"share", "units", "market"}
    columns = [f"q{level:02d}" for level in range(5, 100, 5)]
    for row in rows:
        quantiles = [float(row[column]) for column in columns]
        assert quantiles == sorted(quantiles)
        if row["variable"] == "share":
            assert quantiles[0] > 0
            assert quantiles[-1] < 100


def test_what_lies_after_the_origin_changes_nothing(run, history, tmp_path):
    cut = tmp_path / "cut.csv"
    lines = history.read_text(encoding="utf-8").splitlines()
    cut.write_text("\n".join(line for line in lines if line.split(",")[2] < "2021" or line == PLAIN), encoding="utf-8")
    whole, part = tmp_path / "whole.csv", tmp_path / "part.csv"
    run("outlook", "--history", history, "--origin", 2020, "--draws", 200, "--out", whole)
    run("outlook", "--history", cut, "--draws", 200, "--out", part)
    assert whole.read_bytes() == part.read_bytes()


def test_markets_of_a_file_can_be_chosen_and_told_to_machines(run, history):
    told = run("outlook", "DEU", "BRA", "--history", history, "--draws", 200, "--json").json
    assert list(told["markets"]) == ["DEU", "BRA"]
    assert told["origin"] == 2024
    assert len(told["markets"]["DEU"]["nev_share"]) == 5


def test_months_move_the_year_under_way_and_are_told(run, monthly):
    plain = run("outlook", "BRA", "--years", "2026-2027", "--draws", 300, "--json").json["markets"][0]
    moved = run("outlook", "BRA", "--years", "2026-2027", "--draws", 300, "--monthly", monthly, "--json").json[
        "markets"
    ][0]
    assert moved["ahead"][0]["nev_share"]["p50"] < 0.8 * plain["ahead"][0]["nev_share"]["p50"]
    assert "6 months of 2026 are known" in moved["note"]


def test_a_history_is_carried_on_by_another_count(run, history, monthly):
    told = run("outlook", "DEU", "--history", history, "--draws", 200, "--json").json
    said = run("outlook", "BRA", "--history", history, "--chain", monthly, "--draws", 200)
    assert told["origin"] == 2024
    assert said.codes == ["RS-W317"]


@pytest.mark.parametrize("ending", ["svg", "png", "html"])
def test_fans_are_drawn(run, tmp_path, ending):
    chart = tmp_path / f"fan.{ending}"
    said = run("outlook", "NOR", "BRA", "--draws", 200, "--chart", chart)
    assert f"drawn: {chart}" in said.out
    assert chart.stat().st_size > 5_000
    if ending == "svg":
        assert "Norway" in chart.read_text(encoding="utf-8")


def test_the_back_test_tells_every_group_beside_simple_forecasts(run, tmp_path):
    chart = tmp_path / "reliability.svg"
    said = run("outlook", "backtest", "--targets", "2024-2025", "--draws", 200, "--chart", chart)
    assert said.status == 0
    for word in (
        "roadstead",
        "random walk",
        "drift",
        "mature",
        "emergent",
        "regions and world",
        "cliff",
        "IEA GEVO STEPS",
    ):
        assert word in said.out
    assert chart.exists()


def test_the_back_test_for_machines_holds_what_was_counted(run):
    told = run("outlook", "backtest", "--targets", "2024-2025", "--draws", 200, "--json").json
    core = told["groups"]["markets from 0.5 %"]
    assert core["roadstead"]["count"] == core["drift"]["count"] > 200
    assert core["roadstead"]["crps"] < core["random walk"]["crps"]
    below = told["share_below"]["roadstead"]
    assert below == sorted(below)
    assert len(below) == len(told["levels"]) == 19
    assert told["published"]["IEA GEVO STEPS"]["cells"] == 18


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (("--chart", "fan.pdf"), ["RS-C701"]),
        (("--view", "IEA/Dreams"), ["RS-O408"]),
        (("--view", "IEA GEVO 2025/STEPS", "--weight", "2"), ["RS-O409"]),
        (("--origin", "2040"), ["RS-O405"]),
        (("--origin", "2024", "LAO"), ["RS-O406"]),
        (("--history", "nowhere.csv"), ["RS-T101"]),
        (("--origin", "2024", "--draws", "1"), ["RS-O404"]),
        (("backtest", "--targets", "1990"), ["RS-O407"]),
        (("backtest", "--targets", "soon"), ["RS-O407"]),
        (("backtest", "--draws", "1", "--seed", "-1"), ["RS-O404", "RS-O404"]),
    ],
)
def test_what_cannot_be_answered_is_refused(run, words, codes):
    said = run("outlook", *words)
    assert said.status == 2
    assert said.codes == codes
    assert said.out == ""


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("DEU,Germany,2021,abc,,,False,x", "RS-T107"),
        ("DEU,Germany,2021,140,,,False,x", "RS-W31"),
        ("DEU,Germany,twenty,3,,,False,x", "RS-"),
    ],
)
def test_faults_of_a_file_stand_at_their_cell(run, tmp_path, row, word):
    path = tmp_path / "bad.csv"
    path.write_text(f"{PLAIN}\nDEU,Germany,2020,13.5,,,False,x\n{row}\n", encoding="utf-8")
    said = run("outlook", "--history", path)
    assert said.status == 2
    assert said.err.startswith("bad.csv:3:")
    assert word in said.err


def test_a_projection_is_blended_into_files_too(run, history):
    words = ("outlook", "WLD", "--history", history, "--draws", 200, "--json")
    plain, blended = run(*words).json, run(*words, "--view", "IEA GEVO 2025/STEPS", "--weight", 1).json
    middle = [told["markets"]["WLD"]["nev_share"][4][9] for told in (plain, blended)]
    assert middle[0] != middle[1]


def test_ends_of_subsidies_move_forecasts_only_where_asked(run):
    words = ("outlook", "USA", "BRA", "--years", "2026", "--draws", 400, "--json")
    plain, moved = run(*words).json["markets"], run(*words, "--policies").json["markets"]
    assert moved[0]["ahead"][0]["nev_share"]["p50"] < plain[0]["ahead"][0]["nev_share"]["p50"]
    assert moved[1]["ahead"][0]["nev_share"] == plain[1]["ahead"][0]["nev_share"]


def plain_file(folder: Path, *rows: str) -> Path:
    path = folder / "own.csv"
    path.write_text("\n".join((PLAIN, *rows)) + "\n", encoding="utf-8")
    return path


def test_a_single_market_learns_from_the_packaged_ones(run, tmp_path):
    rows = [
        f"DEU,Germany,{year},{share},,,False,own"
        for year, share in zip(range(2019, 2026), (2, 4, 7, 11, 15, 20, 26), strict=True)
    ]
    told = run("outlook", "--history", plain_file(tmp_path, *rows), "--draws", 500, "--json").json
    medians = [quantiles[9] for quantiles in told["markets"]["DEU"]["nev_share"]]
    assert medians == sorted(medians)
    assert medians[0] > 0.26
    last = told["markets"]["DEU"]["nev_share"][-1]
    assert last[17] - last[1] > 0.2


def test_two_years_are_told_and_flagged(run, tmp_path):
    path = plain_file(tmp_path, "DEU,Germany,2024,5,,,False,own", "DEU,Germany,2025,7,,,False,own")
    said = run("outlook", "Germany", "--history", path, "--draws", 200)
    assert said.status == 0
    assert "only 2 years of NEV share" in said.out


def test_gaps_are_drawn_as_gaps(run, tmp_path):
    rows = [f"DEU,Germany,{year},{year - 2010},,,False,own" for year in (2016, 2017, 2019, 2020, 2023, 2025)]
    chart = tmp_path / "gaps.svg"
    said = run("outlook", "--history", plain_file(tmp_path, *rows), "--draws", 200, "--chart", chart)
    assert said.status == 0
    assert "not known: laid between those that are" in said.out
    assert chart.exists()


def test_a_file_without_any_share_of_a_whole_year_is_refused(run, monthly):
    text = monthly.read_text(encoding="utf-8").splitlines()
    monthly.write_text("\n".join(text[:10]) + "\n", encoding="utf-8")
    assert run("outlook", "--history", monthly).codes == ["RS-O405"]
    assert run("outlook", "backtest", "--history", monthly).codes == ["RS-O405"]


def test_years_that_nothing_leads_to_are_left_out_or_refused(run, tmp_path):
    rows = [f"DEU,Germany,{year},{year - 2005},,,False,own" for year in (*range(2008, 2018), *range(2019, 2026))]
    said = run(
        "outlook", "backtest", "--history", plain_file(tmp_path, *rows), "--targets", "2019-2021", "--draws", 200
    )
    assert said.status == 0
    alone = [f"DEU,Germany,{year},{year - 2005},,,False,own" for year in range(2009, 2026, 2)]
    said = run(
        "outlook", "backtest", "--history", plain_file(tmp_path, *alone), "--targets", "2023-2025", "--draws", 200
    )
    assert said.codes == ["RS-O407"]


def test_what_was_used_beside_the_file_is_told(run, history, monthly):
    plain = run("outlook", "BRA", "--history", history, "--draws", 200).out
    assert "nothing later than 2024 was used\n" in plain
    viewed = run("outlook", "CHN", "--history", history, "--draws", 200, "--view", "IEA GEVO 2025/STEPS").out
    assert "nothing later than 2024 was used, but for what --view told" in viewed
    assert run("outlook", "BRA", "--history", history, "--years", "2026-2030").codes == ["RS-C701"]


def test_names_of_a_file_become_codes(run, tmp_path):
    rows = [
        f"{name},x,{year},{share},,,False,own"
        for name, share in (("deu", 5), ("Brazil", 2))
        for year in (2023, 2024, 2025)
    ]
    told = run("outlook", "--history", plain_file(tmp_path, *rows), "--draws", 200, "--json").json
    assert list(told["markets"]) == ["BRA", "DEU"]
    doubled = [*rows, "Germany,x,2025,5,,,False,own"]
    assert run("outlook", "--history", plain_file(tmp_path, *doubled)).codes == ["RS-W313"]


def test_markets_that_are_not_forecast_are_named(run, tmp_path):
    rows = [f"DEU,x,{year},{year - 2000},,,False,own" for year in (2023, 2024, 2025)]
    path = plain_file(tmp_path, *rows, "FRA,x,2023,20,,,False,own", "FRA,x,2024,21,,,False,own")
    said = run("outlook", "--history", path, "--draws", 200)
    assert "in 2025 and a year before is not known: FRA" in said.out
    assert run("outlook", "--history", path, "--draws", 200, "--json").json["left_out"] == ["FRA"]
