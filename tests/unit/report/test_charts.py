"""Charts: valid, escaped, without collisions, and readable by those who see few colours."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import altair as alt
import numpy as np
import pytest

from roadstead.playbook.book import Bar, Name, SiteYear
from roadstead.report.charts import atlas, exports, fresh_paths, futures, sites, timeline, tree, volumes, waterfall
from roadstead.report.charts import map as world
from roadstead.report.charts.projection import Box
from roadstead.report.charts.style import MODE_COLOURS, inline, shortened, svg, text_width, wrapped
from roadstead.report.pictures import pictures
from roadstead.report.trails import Asked
from roadstead.report.words import Words

if TYPE_CHECKING:
    from roadstead.playbook.book import Book

EN = Words("en", "USD")
SVG = "{http://www.w3.org/2000/svg}"
# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
SIGHTS = {
    "all colours": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "no red cones": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green cones": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "no blue cones": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}


def every_chart(book: Book, words: Words) -> dict[str, alt.TopLevelMixin]:
    numbers = waterfall.citations(book.waterfalls)
    return {
        "world": world.ground(world.world()),
        "timeline": timeline.timeline_chart(book.timeline, words, 1160),
        "timeline-narrow": timeline.timeline_chart(book.timeline, words, 358),
        "tree": tree.tree_chart(book.tree, words, 1160),
        "lane": waterfall.waterfall_chart(book.waterfalls[0], numbers, 26_000.0, words),
        "volumes": volumes.volumes_chart(book.volumes, words, 560),
        "sites": sites.sites_chart(book.sites, words, 560, 3),
        "exports": exports.exports_chart(book.pull.years, words, 1160),
        "exports-narrow": exports.exports_chart(book.pull.years, words, 358),
        "rehearsal": fresh_paths.fresh_paths_chart(book.rehearsal, words, 1160),
        "rehearsal-narrow": fresh_paths.fresh_paths_chart(book.rehearsal, words, 358),
        "futures": futures.futures_chart(book.futures, words, 1160),
        "futures-narrow": futures.futures_chart(book.futures, words, 358),
    }


def texts(chart: alt.TopLevelMixin) -> list[ET.Element]:
    return [element for element in ET.fromstring(svg(chart, "t", "t")).iter(f"{SVG}text") if element.text]


def test_every_chart_is_valid_and_every_drawing_is_xml(book: Book, words: Words):
    for name, chart in every_chart(book, words).items():
        chart.to_dict()  # validates against Vega-Lite's schema
        root = ET.fromstring(svg(chart, name, f"spoken {name}"))
        assert root.get("aria-label") == f"spoken {name}"
        assert root.get("role") == "img"
        assert list(root.iter(f"{SVG}path")), name


def test_charts_fit_the_page(book: Book, words: Words):
    for name, chart in every_chart(book, words).items():
        width = float(ET.fromstring(svg(chart, name, "")).get("width", "0"))
        limit = 358 if name.endswith("-narrow") or name in {"lane", "europe"} else 1160
        assert width <= limit, name


def test_names_cannot_break_out_of_a_drawing():
    evil = '</title><script>alert("1")</script>'
    data = inline([{"x": 1, "y": 1, "text": evil}])
    chart = alt.layer(
        alt.Chart(data).mark_text().encode(text="text:N", x="x:Q", description="text:N"),
        alt.Chart(data).mark_bar().encode(x="x:Q", y="y:Q", description="text:N"),
    )
    drawn = svg(chart, "t", evil)
    assert "<script" not in drawn
    root = ET.fromstring(drawn)
    assert root.get("aria-label") == evil
    assert [title.text for title in root.iter(f"{SVG}title")] == [evil, evil]


def test_marks_without_words_of_their_own_say_nothing():
    chart = alt.Chart(inline([{"x": 1, "y": 1}])).mark_bar().encode(x="x:Q", y="y:Q")
    assert "<title>" not in svg(chart, "t", "")


def test_ids_carry_the_name_of_their_drawing():
    chart = alt.Chart(inline([{"x": 1, "y": 1}])).mark_bar(clip=True).encode(x="x:Q", y="y:Q")
    drawn = svg(chart, "lane7", "")
    ids = [element.get("id") for element in ET.fromstring(drawn).iter() if element.get("id")]
    assert ids
    assert all(i.startswith("lane7-") for i in ids)
    assert f"url(#{ids[0]})" in drawn


def test_numbers_in_text_are_not_rounded_with_the_coordinates():
    chart = alt.Chart(inline([{"x": 1, "text": "12.3456"}])).mark_text().encode(text="text:N", x="x:Q")
    assert [element.text for element in texts(chart) if element.text == "12.3456"]


@pytest.mark.parametrize("sight", SIGHTS)
def test_modes_can_be_told_apart(sight: str):
    seen = {
        mode: lab(np.asarray(SIGHTS[sight]) @ linear(colour)) for mode, colour in MODE_COLOURS.items() if mode != "none"
    }
    nearest = min((float(np.linalg.norm(a - b)), m, n) for (m, a), (n, b) in combinations(seen.items(), 2))
    assert nearest[0] > 15, nearest


def linear(colour: str) -> np.ndarray:
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* under D65."""
    matrix = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = matrix @ np.clip(rgb, 0, 1) / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_land_is_drawn_without_border_lines():
    ground = world.ground(world.world()).to_dict()
    (land,) = ground["layer"]
    assert "stroke" not in land["mark"]
    assert ground["data"]["format"]["feature"] == "land", "one shape, not one for every country"


def maps_of(book: Book, words: Words, window: int = 0) -> dict[int, ET.Element]:
    """Drawings of a window by year; the ground comes before them."""
    shown = book.atlas
    root = ET.fromstring(atlas.stacked(shown, atlas.windows(shown, words)[window], words))
    ground, *years = root
    assert ground.get("aria-hidden") == "true"
    assert not [text for text in ground.iter(f"{SVG}text") if text.text]
    return {found.year: drawing for found, drawing in zip(shown.maps, years, strict=True)}


def test_every_year_has_a_map_of_its_own_and_one_is_shown(book: Book, words: Words):
    for window in range(len(atlas.windows(book.atlas, words))):
        drawn = maps_of(book, words, window)
        assert [year for year, one in drawn.items() if "shown" in one.get("class", "").split()] == [2032]
        for year, one in drawn.items():
            assert one.get("role") == "img"
            assert f"y{year}" in one.get("class", "").split()
            assert str(year) in one.get("aria-label", "")


def test_a_map_says_what_it_shows_in_its_year(book: Book):
    before, after = (maps_of(book, EN, 1)[year] for year in (2028, 2032))
    assert "Germany: duties of 10%; 72,000 cars in 2028, Export" in before.get("aria-label", "")
    assert "Germany: duties of 27%; 90,000 cars in 2032, Export" in after.get("aria-label", "")
    sent = [[t.text for t in one.iter("title") if "to Germany" in (t.text or "")] for one in (before, after)]
    assert sent[0] == ["China to Germany: 72,000 cars a year, Export"]
    assert sent[1][1:] == ["Hungary to Germany: 30,000 cars a year, Local production"]


def test_widths_of_flows_are_of_one_scale_over_the_years(book: Book):
    most = atlas.most_cars(book.atlas)
    assert most == max(flow.cars for found in book.atlas.maps for flow in found.flows)
    for found in book.atlas.maps:
        widest = max(float(p.get("stroke-width", "0")) for p in maps_of(book, EN)[found.year].iter("path"))
        assert widest == pytest.approx(world.flow_width(max(f.cars for f in found.flows), most), abs=0.05)


def test_names_on_the_map_are_text_whatever_they_hold(book: Book):
    evil = Name("</title><script>&\"'", "</title><script>&\"'")
    maps = tuple(
        replace(
            found,
            markets=tuple(replace(market, place=evil) for market in found.markets),
            flows=tuple(replace(flow, origin=evil) for flow in found.flows),
        )
        for found in book.atlas.maps
    )
    shown = replace(book.atlas, maps=maps)
    drawn = atlas.stacked(shown, atlas.windows(shown, EN)[0], EN)
    ET.fromstring(drawn)
    assert "<script" not in drawn


def test_labels_of_the_map_do_not_meet_and_stay_where_they_are(book: Book, words: Words):
    for window in range(len(atlas.windows(book.atlas, words))):
        stand: dict[str, set[tuple[str, str]]] = {}
        for drawing in maps_of(book, words, window).values():
            boxes = [(box_of(text), text.text) for text in drawing.iter("text")]
            assert boxes
            for (one, _), (other, _) in combinations(boxes, 2):
                assert not one.meets(other)
            for text in drawing.iter("text"):
                name = str(text.text).rsplit(" ", 1)[0]
                stand.setdefault(name, set()).add((text.get("x", ""), text.get("y", "")))
        assert all(len(places) == 1 for places in stand.values())


def box_of(text: ET.Element) -> Box:
    x, y, width = float(text.get("x", "")), float(text.get("y", "")), text_width(str(text.text))
    left = x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[text.get("text-anchor", "")]
    return Box(left, y - 5.5, left + width, y + 5.5)


def test_crowded_regions_are_drawn_again_and_others_not(book: Book):
    crowded = world.crowded_regions(book.atlas.maps[0].markets)
    assert set(crowded) == {"europe"}
    assert len(crowded["europe"]) == 7
    assert [window.key for window in atlas.windows(book.atlas, EN)] == ["world", "europe"]


@pytest.mark.parametrize(("duty", "colour"), [(0.0, 0), (0.05, 1), (0.1, 2), (0.27, 3), (0.5, 4), (0.99, 5), (1.75, 6)])
def test_tints_rise_with_the_duty(duty: float, colour: int):
    assert world.tint(duty) == world.TINTS[colour]


def test_the_widest_flow_has_most_cars():
    assert world.flow_width(200_000, 200_000) == world.WIDEST
    assert world.flow_width(100_000, 200_000) == world.WIDEST / 2
    assert 0 < world.flow_width(1, 200_000) < 1


def test_a_run_of_years_in_one_mode_is_one_bar(book: Book):
    chart = timeline.timeline_chart(book.timeline, EN, 1160).to_dict()
    bars = chart["datasets"][chart["layer"][1]["data"]["name"]]
    uk = [bar for bar in bars if bar["said"].startswith("United Kingdom")]
    assert [bar["mode"] for bar in uk] == ["export", "kit"]
    assert (
        uk[0]["said"] == "United Kingdom, 2027–2029: Export, from 80,000 to 88,000 cars, 0% of them made abroad in 2029"
    )
    assert uk[0]["x2"] < uk[1]["x"]


def test_words_of_the_tree_do_not_collide(book: Book, words: Words):
    crowded = replace(book.tree[3], decisions=book.tree[0].decisions * 5)
    nodes = (*book.tree[:3], crowded, *book.tree[4:])
    chart = tree.tree_chart(nodes, words, 1160).to_dict()
    rows = [row for layer in chart["layer"] for row in chart["datasets"][layer["data"]["name"]] if "text" in row]
    places = sorted({(row["x"], row["y"], row["text"]) for row in rows})
    columns = len({node.year for node in nodes})
    for (x, y, text), (u, v, _) in combinations(places, 2):
        if u < x + text_width(text, 11) and text != "•":
            assert abs(y - v) >= 12 or u <= x, (text, y, v)
        assert text_width(text, 12) < 1160 / columns


def test_a_crowded_node_says_how_many_decisions_are_missing(book: Book):
    crowded = replace(book.tree[0], decisions=book.tree[0].decisions * 4)
    chart = tree.tree_chart((crowded, *book.tree[1:]), EN, 1160)
    said = [element.text for element in texts(chart)]
    assert "and 10 more" in said


def test_edges_of_the_tree_are_orthogonal(book: Book):
    chart = tree.tree_chart(book.tree, EN, 1160).to_dict()
    rules = [row for layer in chart["layer"] for row in chart["datasets"][layer["data"]["name"]] if "thick" in row]
    assert len(rules) == len(book.tree) + 3 * (len(book.tree) - 1)
    assert all(row["x"] == row["x2"] or row["y"] == row["y2"] for row in rules)


def test_every_charge_of_a_lane_is_numbered_and_listed(book: Book):
    picture = next(p for p in pictures(book, EN, Asked(book)) if p.key == "waterfall")
    cited = {cite for lane in book.waterfalls for bar in lane.bars for cite in bar.cites}
    assert set(picture.citations) == cited
    numbers = waterfall.citations(book.waterfalls)
    assert sorted(numbers.values()) == list(range(1, len(cited) + 1))
    drawn = [element.text for element in texts(waterfall.waterfall_chart(book.waterfalls[1], numbers, 27_000.0, EN))]
    assert {"3", "4"} <= set(drawn)
    assert drawn.count("Countervailing duty") == 1


def test_a_lane_ends_in_its_sum_and_what_is_left(book: Book):
    lane = book.waterfalls[1]
    drawn = [
        element.text for element in texts(waterfall.waterfall_chart(lane, waterfall.citations([lane]), 27_000.0, EN))
    ]
    assert "25,590" in drawn
    assert "−790" in drawn


@pytest.mark.parametrize(
    ("key", "cites", "expected"),
    [
        ("mfn", ("X-1",), "charges"),
        ("import_tax", (), "charges"),
        ("battery_freight", (), "moving"),
        ("delivery", (), "selling"),
        ("local_parts", (), "making"),
    ],
)
def test_groups_of_cost(key: str, cites: tuple[str, ...], expected: str):
    assert waterfall.group(Bar(key, 1.0, cites)) == expected


def test_two_lines_at_one_site_have_a_plot_each():
    rows = [SiteYear(Name("Here", "这里"), mode, year, 10.0, 5.0) for mode in ("kit", "local") for year in (2027, 2028)]
    drawn = [element.text for element in texts(sites.sites_chart(rows, EN, 358, 2))]
    assert drawn.count("Here") == 2


def test_futures_run_from_the_plans_best_to_its_worst(book: Book):
    chart = futures.futures_chart(book.futures, EN, 1160).to_dict()
    names = chart["datasets"][chart["layer"][-2]["data"]["name"]]
    plan = sorted((f for f in book.futures if f.key == "plan"), key=lambda f: -f.npv)
    assert [row["text"] for row in sorted(names, key=lambda row: row["y"])] == [f.name.en for f in plan]


def test_fresh_paths_stand_where_their_numbers_are(book: Book, words: Words):
    """The plan first, then from the best mean to the worst; median, ends and bars at their place on one axis."""
    found = book.rehearsal
    chart = fresh_paths.fresh_paths_chart(found, words, 1160).to_dict()
    rows = [chart["datasets"][layer["data"]["name"]] for layer in chart["layer"]]
    ticks, numbers, bars, lines, tree, tails, medians = rows[:7]
    inner = [float(row["text"].split(" ")[0].replace(",", "")) for row in numbers]
    scale = 1e8 if words.language == "zh" else 1e9 if "bn" in numbers[-1]["text"] else 1e6
    at = [(value * scale, row["x"]) for value, row in zip(inner, ticks, strict=True)]

    def x(npv: float) -> float:
        return float(np.interp(npv, [value for value, _ in at], [place for _, place in at]))

    first, *others = found.outcomes
    ordered = [first, *sorted(others, key=lambda one: -one.mean.value)]
    assert [row["y"] for row in lines] == sorted(row["y"] for row in lines)
    for one, line, tail, median in zip(ordered, lines, tails, medians, strict=True):
        assert (line["x"], line["x2"]) == pytest.approx((x(one.low), x(one.high)))
        assert (tail["x"], median["x"]) == pytest.approx((x(one.tail.value), x(one.middle)))
        assert words.label(f"comparison.{one.key}") in line["said"]
    assert tree[0]["x"] == pytest.approx(x(found.on_tree))
    colours = {one.key: line["colour"] for one, line in zip(ordered, lines, strict=True)}
    assert colours["export_only"] == MODE_COLOURS["export"]
    assert colours["kits_first"] == MODE_COLOURS["kit"]
    assert colours["local_everywhere"] == MODE_COLOURS["local"]
    assert len(set(colours.values())) == 5  # what mixes modes is grey, the plan is black
    shares = [share for row in found.shares for share in row if share > 0]
    assert len(bars) == len(shares)
    assert max(bar["y"] - bar["y2"] for bar in bars) == pytest.approx(fresh_paths.HILL)
    assert sum(bar["y"] - bar["y2"] for bar in bars) == pytest.approx(sum(shares) * fresh_paths.HILL / max(shares))


def test_wrapping_keeps_every_word_and_the_width():
    text = "Contract Graz, contract assembly, 100,000 cars a year of Compact electric"
    lines = wrapped(text, 120.0)
    assert " ".join(lines) == text
    assert all(text_width(line) <= 120.0 for line in lines)
    chinese = "在匈牙利塞格德建设整车工厂：年产能15万辆，导入小型纯电。"
    assert "".join(wrapped(chinese, 100.0)) == chinese
    assert not [line for line in wrapped(chinese, 100.0) if line[0] in "，。："]


def test_shortening_says_that_something_is_lost():
    assert shortened("Germany", 200.0) == "Germany"
    assert shortened("United Kingdom of Great Britain", 80.0).endswith("…")
