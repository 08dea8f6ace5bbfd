"""Results show themselves: as HTML that nothing in a name can break out of, as tables, and as charts by name."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path

import polars as pl
import pytest
from books import made_up_book

import roadstead as rs
from roadstead.playbook.book import Name
from roadstead.report.charts.files import Drawing
from roadstead.report.listing import table
from roadstead.report.words import Words
from roadstead.showing.html import MOST, page
from roadstead.showing.plan_charts import drawings
from roadstead.showing.plans import page_one
from roadstead.showing.showroom import TELLERS, telling
from roadstead.showing.telling import Telling, framed
from roadstead.terms.showing import Answers, Shown

LANE = {"importer": "EU27", "origin": "CHN", "powertrain": "BEV", "firm": "BYD", "value": 20000}
VOID = {"br", "meta", "rect", "path", "circle", "line", "use"}


class Balanced(HTMLParser):
    """Every element that is opened is closed in its order; addresses and cells are noted."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


def shown(result: Shown) -> Balanced:
    html = result._repr_html_()
    found = Balanced(html)
    tags = {tag for tag, _ in found.seen}
    assert not tags & {"script", "img", "iframe", "link", "object", "style", "form"}
    assert not any(name.startswith("on") or name == "src" for _, attrs in found.seen for name in attrs)
    return found


ASKED = {
    "quote": lambda: rs.duty(on="2025-03-01", **LANE),
    "variants": lambda: rs.duty_compare("on", ["2024-01-01", "2025-03-01"], **LANE),
    "steps": lambda: rs.duty_timeline("2023-2026", **LANE),
    "rules": lambda: rs.rules_list("BRA", "2026-01-01"),
    "rule": lambda: rs.rules_show("EU27-023"),
    "changes": lambda: rs.rules_diff("2024-10-01", "2024-11-01", "EU27"),
    "other rules": lambda: rs.other_rules("BRA"),
    "outlook": lambda: rs.outlook(["BRA"], "2030-2032", draws=100),
    "claims": rs.claims,
    "diversion": lambda: rs.divert("EU27", "CHN", 10, "2025-01-01"),
    "world": rs.world,
    "walls": rs.backtest_walls,
    "moved": lambda: rs.world_diff("packaged", JAPAN),
    "origin": lambda: rs.origin(
        "EU-UK-TCA", "BEV", "2027-06-01", parts=["battery:CHN=6000", "body:GBR=9000"], offers=["battery:GBR=0.15"]
    ),
    "check": lambda: rs.check(STARTER),
    "case": lambda: rs.read_case(STARTER),
}
CASES = Path(__file__).parents[3] / "cases"
STARTER, JAPAN = CASES / "starter", CASES / "past" / "japan-1981"


@pytest.mark.parametrize("name", ASKED)
def test_a_result_shows_itself(name: str):
    result = ASKED[name]()
    found = shown(result)
    assert any(tag == "table" for tag, _ in found.seen)
    sides = {attrs["style"].split(";")[0] for tag, attrs in found.seen if tag == "td"}
    assert sides <= {"text-align:left", "text-align:right"}
    rows = result.df
    assert isinstance(rows, pl.DataFrame)
    assert rows.height > 0
    assert rows.schema == result.df.schema
    for chart in result.charts:
        drawn = result.chart(chart)
        assert isinstance(drawn, Drawing)
        assert drawn.markup if drawn.altair is None else drawn.altair.to_dict()["layer"]


def test_what_is_shown_is_what_was_found():
    quote = ASKED["quote"]()
    assert quote.df.filter(pl.col("layer") == "duty")["amount"].sum() == pytest.approx(quote.total_duty_amount)
    assert quote.df["url"].to_list() == [line.cited.url for line in quote.lines]
    steps = ASKED["steps"]()
    assert steps.df["first"].to_list() == [step.first for step in steps]
    assert steps.df["duty_rate"].to_list() == pytest.approx([step.quote.total_duty_rate for step in steps])
    ahead = ASKED["outlook"]()
    [market] = ahead.markets
    told = ahead.df.filter(pl.col("standing") == "ahead")
    assert told["nev_share_p90"].to_list() == [year.nev_share.p90 for year in market.ahead]
    assert ahead.df.height == len(market.history) + len(market.ahead)


def test_answers_in_a_row_are_a_tuple():
    variants = ASKED["variants"]()
    assert variants == tuple(variants)
    assert hash(variants) == hash(tuple(variants))
    assert isinstance(variants, tuple)
    assert variants[0] is next(iter(variants))
    assert type(variants[1:]) is type(variants)
    assert variants[1:].df.height == len(variants) - 1
    assert [*variants, *variants] == list(variants + variants)


def test_nothing_to_tell_still_shows_itself():
    empty = rs.rules_diff("2024-10-01", "2024-10-02", "EU27")[:0]
    assert empty == ()
    shown(empty)
    assert empty.df.schema == ASKED["changes"]().df.schema


def test_a_chart_that_is_none_says_which_there_are():
    with pytest.raises(rs.RoadsteadError, match="one of timeline") as met:
        ASKED["steps"]().chart("pie")
    assert [fault.code for fault in met.value.faults] == ["RS-C701"]
    with pytest.raises(rs.RoadsteadError, match="there is nothing to draw of this"):
        rs.claims().chart()


@pytest.mark.parametrize("bad", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</td></table><b>"])
def test_no_name_breaks_out_of_its_cell(bad: str):
    checked = replace(ASKED["check"](), case=bad, markets=(), remarks=(bad,))
    html = checked._repr_html_()
    assert bad not in html
    shown(checked)
    drawn = checked.chart("tree")._repr_html_()
    assert bad not in drawn
    assert "<img" not in drawn
    book = replace(made_up_book(Name(bad, bad)), headline=())
    told = Telling(Words("en", "USD").name(book.cover.carmaker), page_one(book, Words("en", "USD")), pl.DataFrame)
    assert bad not in told.html()


def test_an_address_leads_where_it_says_and_nothing_else_does():
    html = page("see https://example.org/a?b=1&c=2.", [table("", ("x",), [("javascript:alert(1)",)])])
    links = [attrs["href"] for tag, attrs in Balanced(html).seen if tag == "a"]
    assert links == ["https://example.org/a?b=1&c=2"]


def test_a_long_table_says_how_much_it_leaves_out():
    html = page("", [table("", ("x", ">n"), [(str(i), str(i)) for i in range(MOST + 5)])])
    assert html.count("<tr>") == MOST + 1
    assert "5 more rows" in html


def test_chinese_is_shown_as_it_is():
    assert "奇瑞（虚构）" in page("奇瑞（虚构）", [])


def test_every_chart_of_a_book_is_drawn_with_its_title():
    book, words = made_up_book(), Words("en", "USD")
    found = drawings(book, words)
    assert {"timeline", "map", "tree", "volumes", "sites", "futures", "waterfall 1"} <= found.keys()
    for name in ("timeline", "map", "tree", "waterfall 1"):
        drawn = found[name]()
        Balanced(drawn._repr_html_())
        assert drawn.title in drawn._repr_html_().replace("&amp;", "&").replace("&#x27;", "'")


def test_a_run_that_is_asked_why_shows_its_keys_and_a_trail(stored: Path):
    keys, found = rs.why(stored), rs.why(stored, "landed/DEU/city/home/2032")
    assert keys.df["key"].to_list() == [one.key for one in keys.keys]
    assert found.trail is not None
    assert found.df["value"].to_list() == [one.amount.value for one in (found.trail, *found.trail.parts)]
    duty = found.df.filter(pl.col("what") == "MFN duty")
    assert "packaged measures.csv" in duty["rests_on"].item()
    addresses = [attrs["href"] for tag, attrs in shown(found).seen if tag == "a"]
    assert any((address or "").startswith("https:") for address in addresses)
    assert any(tag == "table" for tag, _ in shown(keys).seen)


def test_claims_held_against_facts_of_ones_own_cite_them(tmp_path: Path):
    head = "origin,destination,period,year,full_year,powertrain,definition,value,unit,source,as_of,confidence,note"
    row = "CHN,WLD,2024,2024,yes,ALL,CAAM,5859000,vehicles,mine,2025-06,high,"
    (tmp_path / "exports.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    (tmp_path / "sources.csv").write_text(
        "source,title,url,published_on\nmine,My own count,,2025-06\n", encoding="utf-8"
    )
    assert "My own count" in rs.claims("C07", world=tmp_path)._repr_html_()


def test_worlds_beside_each_other_are_told_cell_by_cell():
    moved = ASKED["moved"]()
    assert set(moved.df["what"]) <= {"added", "removed", "changed"}
    assert moved.df.n_unique(["table", "what", "key"]) == sum(len(one.rows) for one in moved.tables)


def test_a_table_has_its_columns_whether_there_are_rows_or_none():
    columns = "name day:day rate:number count:int sure:yes"
    full = framed(columns, [("a", date(2026, 1, 1), 1, 2, True), ("b", "", None, None, None)])
    assert framed(columns, []).schema == full.schema
    assert full["rate"].to_list() == [1.0, None]
    assert full["day"].to_list() == [date(2026, 1, 1), None]


def test_everything_that_shows_itself_is_told_by_somebody():
    for kind, teller in TELLERS.items():
        module, _, name = kind.rpartition(".")
        assert issubclass(getattr(import_module(f"roadstead.{module}"), name), Shown)
        module, _, name = teller.rpartition(".")
        assert callable(getattr(import_module(f"roadstead.showing.{module}"), name))
    known = {f"roadstead.{kind}" for kind in TELLERS}
    untold = [
        one for one in (*Shown.__subclasses__(), *Answers.__subclasses__())
        if f"{one.__module__}.{one.__qualname__}" not in known and one is not Answers
    ]  # fmt: skip
    assert not untold
    assert telling(ASKED["rule"]()).headline.startswith("EU27-023")


def test_showing_costs_nothing_before_it_is_asked_for():
    code = "import sys, roadstead as rs; rs.duty; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"altair", "vl_convert", "roadstead.showing.showroom"} & set(loaded)
