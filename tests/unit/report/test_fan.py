"""The outlook of markets as fans: plain values in, one picture out."""

from __future__ import annotations

import itertools
from math import sqrt
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadstead.report.charts.fan import MEDIAN, Fan, FanYear, car_levels, fan_chart, share_levels
from roadstead.report.charts.fan import drawn as fan_drawn
from roadstead.report.charts.style import FONTS, text_width
from roadstead.terms.errors import RoadsteadError

SVG = "{http://www.w3.org/2000/svg}"


def outlook(name, start, growth, known=range(2015, 2026), ahead=range(2026, 2036), times=1.0):
    """A market that grows by as much every year, up to 98 %, and of which less is known the further ahead."""
    told = {year: min(start + growth * (year - 2015), 0.98) for year in (*known, *ahead)}
    years = [FanYear(year, told[year] * times) for year in known]
    for year in ahead:
        wide = 0.25 * told[year] * (1 - told[year]) * sqrt(year - ahead[0] + 1)
        quantiles = (told[year] + step * wide for step in (-1.6, -1.3, 0.0, 1.3, 1.6))
        years.append(FanYear(year, None, *(times * min(max(q, 0.0), 1.0) for q in quantiles)))
    return Fan(name, years)


GROWING, FLAT, SMALL = outlook("Brazil", 0.01, 0.02), outlook("Norway", 0.98, 0.0), outlook("South Africa", 0.0, 0.0005)


def rows(chart, of=None):
    """Everything placed on the sheet, or what one kind of mark of a colour is made of."""
    drawn = chart.to_dict()
    layers = drawn["layer"] if of is None else [one for one in drawn["layer"] if of.items() <= one["mark"].items()]
    return list(itertools.chain(*(drawn["datasets"][layer["data"]["name"]] for layer in layers)))


def texts(chart):
    return [row["text"] for row in rows(chart) if "text" in row]


def said(chart, words):
    return [row for row in rows(chart) if words in row.get("said", "")]


def assert_on_the_sheet(chart):
    """Every mark stands on the sheet, and every text, as wide as it is reckoned."""
    drawn = chart.to_dict()
    for row in rows(chart):
        assert all(0 <= row[field] <= drawn["width"] for field in ("x", "x2") if field in row), row
        assert all(0 <= row[field] <= drawn["height"] for field in ("y", "y2") if field in row), row
    for layer in (layer for layer in drawn["layer"] if layer["mark"]["type"] == "text"):
        before = {"left": 0.0, "center": 0.5, "right": 1.0}[layer["mark"]["align"]]
        for row in drawn["datasets"][layer["data"]["name"]]:
            width = text_width(row["text"], layer["mark"].get("fontSize", 11.5))
            assert row["x"] >= width * before, row
            assert row["x"] + width * (1 - before) <= drawn["width"], row


@pytest.mark.parametrize("quantity", ["share", "cars"])
@pytest.mark.parametrize("count", range(1, 7))
def test_one_to_six_markets_stand_on_the_sheet(count, quantity):
    fans = [outlook(f"a market with a long name, number {n}", 0.01 * n, 0.02) for n in range(count)]
    chart = fan_chart("市场展望" * 20, fans, quantity)
    assert_on_the_sheet(chart)
    names = rows(chart, {"fontSize": 12.5})
    assert len({(row["x"], row["y"]) for row in names}) == count
    for one, other in itertools.combinations(names, 2):
        left, right = sorted((one, other), key=lambda row: row["x"])
        assert one["y"] != other["y"] or left["x"] + 1.08 * text_width(left["text"], 12.5) < right["x"]


def test_shares_stand_on_one_scale_and_in_proportion():
    chart = fan_chart("outlook", [GROWING, FLAT])
    (low,) = said(chart, "Brazil 2016: 3 % known")
    (high,) = said(chart, "Brazil 2020: 11 % known")
    (top,) = said(chart, "Norway 2020: 98 % known")
    assert (low["y"] - top["y"]) / (low["y"] - high["y"]) == pytest.approx(95 / 8)
    assert texts(chart).count("100 %") == 1, "the scale is printed once a row"


def test_cars_stand_each_on_its_own_scale():
    fans = [outlook("China", 0.1, 0.08, times=25e6), outlook("Norway", 0.98, 0.0, times=150e3)]
    chart = fan_chart("sold", fans, "cars")
    assert {"0", "5m", "25m", "50k", "150k", "each market on its own scale"} <= set(texts(chart))
    tops = [min(row["y"] for row in said(chart, f"{name} 2025")) for name in ("China", "Norway")]
    assert tops[1] < tops[0], "a small market fills its panel"


def test_bands_hold_the_median_and_each_other():
    chart = fan_chart("outlook", [GROWING])
    outer, inner = (rows(chart, {"type": "area", "color": colour}) for colour in ("#DCE8F4", "#A5C4E2"))
    median = rows(chart, {"type": "line", "color": MEDIAN})
    assert len(outer) == len(inner) == len(median) == 11, "ten years, and the one known before them"
    for wide, narrow, middle in zip(outer, inner, median, strict=True):
        assert wide["y"] <= narrow["y"] <= middle["y"] <= narrow["y2"] <= wide["y2"]
    assert outer[0]["y"] == outer[0]["y2"], "the fan opens from what is known"


def test_the_first_year_of_the_forecast_is_marked():
    chart = fan_chart("outlook", [GROWING, outlook("Chile", 0.1, 0.01, range(2015, 2024), range(2024, 2030))])
    marks = rows(chart, {"type": "rule", "strokeDash": [3, 2]})
    assert [text for text in texts(chart) if text.startswith("from ")] == ["from 2026", "from 2024"]
    year = [row for row in rows(chart) if row.get("text") == "from 2026"]
    assert year[0]["x"] == marks[0]["x"]


def test_the_last_median_is_printed_at_its_end():
    chart = fan_chart("outlook", [GROWING, FLAT, SMALL])
    ends = rows(chart, {"type": "text", "color": MEDIAN})
    assert [row["text"] for row in ends] == ["41 %", "98 %", "1 %"] * 2, "with a halo, then in ink"
    medians = rows(chart, {"type": "line", "color": MEDIAN})
    assert [row["y"] for row in ends[:3]] == [medians[i]["y"] for i in (10, 21, 32)]


@pytest.mark.parametrize(("value", "text"), [(0.997, "99.7 %"), (0.9, "90 %"), (0.0052, "0.52 %"), (0.0, "0 %")])
def test_shares_keep_the_digits_that_tell(value, text):
    assert text in texts(fan_chart("t", [Fan("a", [FanYear(2030, None, *(value,) * 5)])]))


def test_no_line_crosses_a_year_of_which_nothing_is_known():
    fan = Fan(
        "a", [FanYear(2015, 0.1), FanYear(2016, 0.2), FanYear(2017, None), FanYear(2018, 0.3), FanYear(2020, 0.4)]
    )
    lines = rows(fan_chart("t", [fan]), {"type": "line", "color": "#1f2328"})
    assert [len(list(run)) for _, run in itertools.groupby(lines, key=lambda row: row["run"])] == [2, 2, 2]
    assert lines[2]["y"] == lines[3]["y"], "a year alone is a short stroke"


def test_what_came_is_drawn_over_what_was_forecast():
    years = [FanYear(2020, 0.1), *(FanYear(year, 0.3, 0.1, 0.15, 0.2, 0.25, 0.3) for year in (2021, 2022))]
    chart = fan_chart("t", [Fan("a", years)])
    assert said(chart, "a 2022: 30 % known")
    assert said(chart, "a 2022: median 20 %, 10-90 % 15 % to 25 %, 5-95 % 10 % to 30 %")


def test_half_a_forecast_is_none():
    with pytest.raises(ValueError, match="2030: all quantiles"):
        FanYear(2030, None, p50=0.4)


@pytest.mark.parametrize(
    ("highest", "top"), [(0.0, 0.1), (0.005, 0.1), (0.1, 0.1), (0.101, 0.2), (0.3, 0.3), (0.41, 0.5), (0.5, 1.0)]
)
def test_small_shares_get_a_scale_they_can_be_read_on(highest, top):
    assert share_levels(highest)[-1] == top


@given(st.floats(0.0, 1.0), st.floats(0.0, 1e8))
def test_scales_hold_the_highest_value_in_a_few_equal_steps(share, cars):
    for highest, levels in ((share, share_levels(share)), (cars, car_levels(cars))):
        assert levels[0] == 0.0
        assert levels[-1] >= highest - 1e-9
        assert 2 <= len(levels) <= 6
        assert {round((b - a) / levels[1], 6) for a, b in itertools.pairwise(levels)} == {1.0}


@st.composite
def fans(draw):
    first = draw(st.integers(2000, 2030))
    years = []
    for year in range(first, first + draw(st.integers(1, 12))):
        quantiles = draw(st.one_of(st.none(), st.lists(st.floats(0, 1), min_size=5, max_size=5).map(sorted)))
        years.append(FanYear(year, draw(st.one_of(st.none(), st.floats(0, 1))), *(quantiles or ())))
    return Fan(draw(st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=40)), years)


@settings(max_examples=12, deadline=None)
@given(st.lists(fans(), min_size=1, max_size=6))
def test_any_fans_stand_on_the_sheet(drawn):
    chart = fan_chart("t", drawn)
    assert_on_the_sheet(chart)
    assert len(said(chart, " known")) == sum(year.known is not None for fan in drawn for year in fan.years)
    assert len(said(chart, "median")) == sum(year.spread is not None for fan in drawn for year in fan.years)


@pytest.mark.parametrize(("name", "begins"), [("a.svg", b"<svg"), ("a.png", b"\x89PNG"), ("a.html", b"<!doctype")])
def test_it_is_written_as_its_ending_says(name, begins, tmp_path):
    fan_drawn("<渗透率 & 展望>", [GROWING, Fan("挪威", FLAT.years)]).save(tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_the_drawing_says_its_numbers_aloud(tmp_path):
    fans = [GROWING, Fan("only known", [FanYear(2025, 0.2)]), Fan("none", [FanYear(2025, None)])]
    fan_drawn("<渗透率 & 展望>", fans).save(tmp_path / "a.svg")
    root = ET.fromstring((tmp_path / "a.svg").read_text(encoding="utf-8"))
    spoken = root.get("aria-label") or ""
    assert spoken.startswith(
        "<渗透率 & 展望>. Brazil: known 2015 1 % to 2025 21 %, median forecast 2026 23 %, 2027 25 %"
    )
    assert "at last median 41 %, 10-90 % 16 % to 66 %, 5-95 % 10 % to 72 %" in spoken
    assert "only known: known 2025 20 %, no forecast; none: nothing known, no forecast" in spoken
    assert root.get("font-family") == FONTS
    assert "NaN" not in ET.tostring(root, encoding="unicode")


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(RoadsteadError, match="RS-C701"):
        fan_drawn("t", [GROWING]).save(tmp_path / "a.gif")
