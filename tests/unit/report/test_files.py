"""A drawing as a file: what its ending makes of it, on paper of its own."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import altair as alt
import pytest

from roadstead.report.charts.files import ENDINGS, Drawing, unknown_ending
from roadstead.report.charts.style import PAPER, drawing, inline
from roadstead.terms.errors import RoadsteadError

SVG = "{http://www.w3.org/2000/svg}"
CHART = drawing([alt.Chart(inline([{"x": 1, "y": 1}])).mark_point().encode(x="x:Q", y="y:Q")], 40, 30)


def test_a_drawing_stands_on_paper_and_says_what_it_shows(tmp_path):
    Drawing("a", CHART, "<t>", "one & two").save(tmp_path / "new" / "a.svg")
    root = ET.fromstring((tmp_path / "new" / "a.svg").read_text(encoding="utf-8"))
    assert root.get("aria-label") == "<t>. one & two"
    assert (root[0].tag, root[0].get("fill")) == (f"{SVG}rect", PAPER)


def test_a_page_holds_the_drawing(tmp_path):
    Drawing("a", CHART, "<t>", "").save(tmp_path / "a.HTML")
    page = (tmp_path / "a.HTML").read_text(encoding="utf-8")
    assert "<title>&lt;t&gt;</title>" in page
    assert page.count("<svg") == 1


def test_a_png_is_twice_as_sharp(tmp_path):
    Drawing("a", CHART, "t", "").save(tmp_path / "a.png")
    picture = (tmp_path / "a.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert (int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")) == (80, 60)


@pytest.mark.parametrize("name", ["a.gif", "a", "a.svg.txt"])
def test_another_ending_is_refused_before_anything_is_written(name, tmp_path):
    with pytest.raises(RoadsteadError, match="names no kind of picture") as refused:
        Drawing("a", CHART, "t", "").save(tmp_path / "new" / name)
    assert [fault.code for fault in refused.value.faults] == ["RS-C701"]
    assert not (tmp_path / "new").exists()


def test_the_fault_names_the_option_and_every_ending():
    fault = unknown_ending(Path("a.gif"), "--chart")
    assert fault is not None
    assert fault.where == "--chart"
    assert all(ending in fault.expected for ending in ENDINGS)
    assert all(unknown_ending(Path(f"a{ending}")) is None for ending in ENDINGS)
