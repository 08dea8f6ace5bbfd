"""What-ifs in words and on a page: nothing is lost, nothing is cut but where it says so."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest

from roadstead.playbook.book import Name
from roadstead.playbook.what_if_book import (
    Commitment,
    DecisionBeside,
    FlowBeside,
    MarketBeside,
    Mover,
    RunWorth,
    SideBySide,
    SweepBook,
    SweepPlace,
    SweepPoint,
    Taken,
)
from roadstead.report.charts import sweep_lines
from roadstead.report.charts.style import MODE_COLOURS, SIZE, svg, text_width
from roadstead.report.what_if import compared, comparison_page, places_sheet, sweep_page, sweep_sheet
from roadstead.report.words import Words

CASE = Name("Harbour <Motors>", "海港汽车")
KINDS = ("open", "convert", "tool", "enter", "expand")
BUILT = tuple(
    Commitment(kind, Name(f"site {kind}", f"厂{kind}"), 2030 - i, 1.0 if i else 0.4, now=False)
    for i, kind in enumerate(KINDS)
)


def book(values: list[str], *, axes: tuple[str, ...] = ("EU27/MFN",)) -> SweepBook:
    points = [SweepPoint(CASE, (), 2e9, 0.01, 1e5, 5e4, 2e8, 32000.0, BUILT, "")]
    points += [
        SweepPoint(CASE, (v, *axes[1:]), 1e9 + i, 0.01, 1e5, 5e4, 2e8, 32000.0, (), "") for i, v in enumerate(values)
    ]
    points.append(SweepPoint(CASE, ("9", *axes[1:]), None, 0.0, None, None, None, None, (), "no plan [RS-F503]"))
    return SweepBook(axes, ("a=1",), tuple(points), (), "USD", 2025)


def movers() -> SweepBook:
    found = (
        Mover(CASE, "figures/assumed/conversion", "x0.8", "x1.2", -5e7, 4e7, 1, 0, 1e7),
        Mover(CASE, "prices/assumed/assumed/price", "x0.8", "", 1e6, None, 0, 0, 1e7),
    )
    return SweepBook(("x",), (), (), found, "USD", 2025)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "told", [book(["0.1", "0.2"]), book(["never", "free"]), book(["x1", "x2"], axes=("A", "B")), movers()]
)
def test_every_row_has_a_cell_for_every_head(told: SweepBook, language: str):
    words = Words(language, "USD")  # type: ignore[arg-type]
    sheet = sweep_sheet(told, words)
    assert {len(row) for row in sheet.rows} == {len(sheet.heads)}
    page = sweep_page(told, words)
    assert "<script" not in page
    assert "Harbour <Motors>" not in page
    assert len(re.findall("<tr>", page)) == len(sheet.rows) + 1
    assert page.count("<svg") == 2 * (1 if told.movers else 4)  # for a page, and for a telephone


@pytest.mark.parametrize("width", [sweep_lines.WIDE, sweep_lines.NARROW])
@pytest.mark.parametrize("at", [[1.0] * 24, [1.0, 1.001, 1.002, 9.0], [0.0, 5.0, 5.0, 10.0, 10.0]])
def test_names_of_lines_are_all_there_and_do_not_meet(width: float, at: list[float]):
    values = [f"{i / 40:.3f}" for i in range(21)]
    lines = [
        sweep_lines.Line(f"<{i}> a carmaker", tuple((v, k / 20, y * 1e9 + k * 1e6) for k, v in enumerate(values)))
        for i, y in enumerate(at)
    ]
    drawn = svg(sweep_lines.lines_chart(lines, "EU27/MFN", "money", Words("en", "USD"), width), "lines", "")
    texts = [one for one in ET.fromstring(drawn).iter() if one.tag.endswith("text") and one.text]
    names = [one for one in texts if "carmaker" in (one.text or "")]
    assert len(names) == len(lines)
    boxes = [(one.text, *box_of(one)) for one in texts]
    for (one, *a), (other, *b) in combinations(boxes, 2):
        apart = max(a[0], b[0]) >= min(a[1], b[1]) or max(a[2], b[2]) >= min(a[3], b[3])
        assert apart, (one, other)
    high = float(ET.fromstring(drawn).get("height", "0"))
    assert all(left >= 0 and right <= width and top >= 0 and low <= high for _, left, right, top, low in boxes)


def box_of(text: ET.Element) -> tuple[float, float, float, float]:
    """About where a text lies: left, right, top, bottom. [pixels]"""
    found = re.match(r"translate\(([-\d.]+),([-\d.]+)\)", text.get("transform", ""))
    assert found
    x, y, wide = float(found[1]), float(found[2]), text_width(text.text or "")
    left = {"end": x - wide, "middle": x - wide / 2}.get(text.get("text-anchor", "start"), x)
    return left, left + wide, y - 0.6 * SIZE, y + 0.4 * SIZE


def test_lines_have_no_colour_that_means_a_mode():
    assert not set(sweep_lines.COLOURS) & set(MODE_COLOURS.values())


def test_lines_of_one_case_are_named_by_what_differs():
    words = Words("en", "USD")
    two = [replace(book([]).points[0], values=("0.1", one)) for one in ("x1", "x2")]
    alone = SweepBook(("A", "B"), (), tuple(two), (), "USD", 2025)
    beside = replace(alone, points=(*two, replace(two[0], case=Name("Other", "另"))))
    assert [line.name for line in next(sweep_lines.series(alone, words))[1]] == ["x1", "x2"]
    assert [line.name for line in next(sweep_lines.series(beside, words))[1]] == [
        "x1, Harbour <Motors>", "x2, Harbour <Motors>", "x1, Other"]  # fmt: skip


def test_commitments_are_named_in_order_and_the_rest_are_counted():
    words = Words("en", "USD")
    whole, cut = (sweep_sheet(book([]), words, most).rows[0][-1] for most in (None, 3))
    assert whole == (
        "more at site expand 2026; enter site enter 2027; tools: site tool 2028; site convert 2029; site open 2030 in 40% of futures"
    )
    assert cut == "more at site expand 2026; enter site enter 2027; and 3 more"


def test_a_point_held_against_the_case_says_what_differs():
    words = Words("en", "USD")
    base = book([]).points[0]
    alike = replace(base, values=("0.1",), compared=True)
    other = replace(alike, values=("0.2",), added=BUILT[:1], dropped=BUILT[3:])
    told = SweepBook(("EU27/MFN",), (), (base, alike, other), (), "USD", 2025)
    assert [row[-1] for row in sweep_sheet(told, words).rows][1:] == [
        "as it stands", "site open 2030 in 40% of futures; site enter not entered; no more at site expand"]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_places_that_are_asked_about_or_where_more_or_less_is_made(language: str):
    """The union is asked about; in the second place 30,000 cars fewer are made at one point, in the third 10 fewer."""
    words = Words(language, "USD")  # type: ignore[arg-type]
    union, second = Name("Union", "联盟"), Name("Second", "第二")
    places = (
        SweepPlace(union, "EU27", True, 5e4, 0.0, 1e8, 31000.0),
        SweepPlace(second, "TUR", False, 0.0, 4e4, 0.0, None),
        SweepPlace(Name("Third", "第三"), "BRA", False, 1e4, 9e3, 1e7, 30000.0),
    )
    base = replace(book([]).points[0], places=places)
    less = (places[0], replace(places[1], made=1e4), replace(places[2], made=8990.0))
    told = SweepBook(("EU27/MFN",), (), (base, replace(base, values=("0.1",), places=less)), (), "USD", 2025)
    sheet = places_sheet(told, words)
    assert sheet is not None
    assert {len(row) for row in sheet.rows} == {len(sheet.heads)}
    assert [row[1] for row in sheet.rows] == [words.name(union)] * 2 + [words.name(second)] * 2
    assert [row[4] for row in sheet.rows] == [words.cars(0.0), words.cars(0.0), words.cars(4e4), words.cars(1e4)]
    assert sheet.rows[2][-1] == "–"
    assert places_sheet(movers(), words) is None
    assert words.label("whatif.places") in sweep_page(told, words)


def comparison() -> SideBySide:
    runs = (RunWorth("base", CASE, (), 2e9, 1e9, 0.01), RunWorth("walls", CASE, ("EU27/MFN=0.2",), 1.5e9, None, 0.02))
    never, now = Taken(None, 0.0, 0.0), Taken(2027, 1.0, 2.0)
    alike = DecisionBeside("enter", Name("Britain", "英国"), (now, now))
    other = DecisionBeside("open", Name("Izmir", "伊兹密尔"), (now, never))
    germany, china = Name("Germany", "德国"), Name("China", "中国")
    market = MarketBeside(germany, "DEU", (10.0, 51.2), ((0.0, 0.0, 0.0, 9000.0), (4000.0, 0.0, 0.0, 0.0)))
    flow = FlowBeside(china, germany, (113.0, 32.0), (10.0, 51.2), (0.0, 4000.0))
    return SideBySide(runs, (alike, other), (market,), (flow,), "USD", 2025, (2027, 2036))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_runs_side_by_side(language: str):
    words = Words(language, "USD")  # type: ignore[arg-type]
    worth, decisions, markets = compared(comparison(), words)
    for sheet in (worth, decisions, markets):
        assert {len(row) for row in sheet.rows} == {len(sheet.heads)}
    assert [row[1:] for row in decisions.rows] == [
        ("2027" if language == "en" else "2027年", words.label("whatif.never"))
    ]
    assert worth.rows[1][4] == "–"
    assert next(row[1] for row in markets.rows) == words.label("whatif.all")
    page = comparison_page(comparison(), words)
    assert words.label("whatif.more") in page
    assert page.count("<svg") == 1
    assert ("China → Germany: +4,000" if language == "en" else "中国 → 德国：+4,000") in page
    assert words.headed(words.name(comparison().markets[0].market), "−5,000") in page
