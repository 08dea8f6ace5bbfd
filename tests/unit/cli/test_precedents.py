"""`precedents`: what a person and a program are told."""

from __future__ import annotations

import unicodedata

import pytest

import roadstead as rs


def width(line: str) -> int:
    """Columns a line takes on a terminal: Chinese takes two a character."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def tables(out: str) -> list[list[str]]:
    """The three tables, each without the line that says what it is of."""
    blocks = [block.splitlines() for block in out.split("\n\n")]
    return [block[1:] for block in blocks if sum(line.startswith(("Japan ", "日本 ", "GWM ")) for line in block[2:])]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("columns", [80, 120])
def test_tables_fit_the_terminal(run, monkeypatch, columns, language):
    from roadstead.cli import printing

    monkeypatch.setattr(printing, "NARROWEST_FILE", columns)
    monkeypatch.setenv("COLUMNS", str(columns))
    said = run("precedents", "--language", language)
    assert said.status == 0
    found = tables(said.out)
    # A line a home, level or maker below the head, which takes two at most: no cell is broken.
    assert [len(block) - rows for block, rows in zip(found, (3, 5, 14), strict=True)] in [[2, 1, 1], [1, 1, 1]]
    assert max(width(line) for block in found for line in block) <= columns


def test_the_text_says_what_the_range_is_not(run):
    out = run("precedents").out
    assert "no interval of confidence" in out
    assert "Counter-example: Hyundai and Kia" in out
    assert "as a share of foreign sales (made abroad and exported)" in out
    assert "不是置信区间" in run("precedents", "--language", "zh").out


def test_json_has_every_figure_with_rows_and_documents(run):
    told = run("precedents", "--json").json
    assert [home["home"] for home in told["homes"]] == ["JPN", "KOR", "DEU"]
    for home in told["homes"]:
        for share in home["shares"]:
            assert share["denominator"] in {"foreign sales", "global production"}
            assert share["share"] == pytest.approx(
                share["made_abroad"]["value"] / (share["made_abroad"]["value"] + share["beside"]["value"])
            )
            assert share["made_abroad"]["row"].startswith("overseas_production.csv:")
    (plain, volvo) = told["china"]
    assert plain["level"]["share"] == pytest.approx(285 / 3075)
    assert [one["year"] for one in plain["ahead"]] == [2030, 2035]
    assert volvo["ahead"][0]["share"]["middle"] > plain["ahead"][0]["share"]["middle"]
    assert {one["maker"] for one in told["makers"]} >= {"BYD", "Chery", "Geely", "GWM", "SAIC"}
    assert all(plant["record"].startswith("H-") for one in told["makers"] for plant in one["plants"])
    assert told["plants"]["given_up"] == 4


def test_one_home_and_one_maker_in_full(run):
    out = run("precedents", "KOR", "SAIC").out
    assert "2,370" in out
    assert "14.7 %" in out
    assert "65.6 %*" in out
    assert "KAMA" in out
    assert "SAIC: 11 % of foreign sales made abroad" in out
    assert "states 10.9 % for 2022: Shine" in out
    assert "Chonburi" in out
    only = run("precedents", "SAIC", "--json").json
    assert only["homes"] == []
    assert [one["maker"] for one in only["makers"]] == ["SAIC"]


def test_a_maker_whose_sales_are_not_known_is_told_so(run):
    assert "XPeng: what it sells abroad is not known" in run("precedents", "XPeng").out
    assert "XPeng：海外销量未知" in run("precedents", "XPeng", "--language", "zh").out


def test_a_name_that_is_none(run):
    said = run("precedents", "FRA")
    assert said.status == 2
    assert "RS-W306" in said.err


def test_the_paths_are_drawn(run, tmp_path):
    svg = tmp_path / "paths.svg"
    assert run("precedents", "--chart", str(svg)).status == 0
    drawn = svg.read_text(encoding="utf-8")
    assert "Made abroad, as a share of foreign sales" in drawn
    assert drawn.count("<title>Japan ") == 19
    assert "South Korea 2004 14.7 %" in drawn
    refused = run("precedents", "--chart", "paths.txt")
    assert refused.status == 2
    assert "RS-C701" in refused.err


def test_a_level_of_ones_own_is_carried_on(run, tmp_path):
    rows = ("OVERSEAS_PRODUCTION,900000", "EXPORTS,6100000")
    firms = ("Chinese groups without Volvo", "all makers in China")
    told = (
        f"CHN,{who},2025,2025,{row},vehicles,assumption,2026-06-01,low,made up"
        for who, row in zip(firms, rows, strict=True)
    )
    head = "home,firms,year,period,metric,value,unit,source,as_of,confidence,note"
    (tmp_path / "overseas_production.csv").write_text("\n".join((head, *told, "")), encoding="utf-8")
    own, packaged = (run("precedents", *more, "--json").json["china"][0] for more in (("--world", tmp_path), ()))
    assert (own["level"]["period"], packaged["level"]["period"]) == ("2025", "2024H1")
    assert own["level"]["share"] == pytest.approx(900 / 7000)
    assert own["ahead"][0]["share"]["middle"] != packaged["ahead"][0]["share"]["middle"]
    assert "foreign sales abroad in 2025" in rs.precedents(world=tmp_path)._repr_html_()
    assert run("precedents", "--world", tmp_path / "none").codes == ["RS-S721"]
