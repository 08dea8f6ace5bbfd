"""Chances against base rates: plain values in, one picture out."""

from __future__ import annotations

import itertools

import pytest

from roadstead.report.charts.chances import CHINESE, LEFT, RIGHT, WIDTH, Chance, across, chances_chart, drawn
from roadstead.terms.errors import RoadsteadError

LIKELY = Chance("Ships go through", 0.2, 0.1, 0.4, 0.15, 0.07, 0.3)
NEVER = Chance("Nothing like it on record", 0.03, 0.01, 0.08, 0.0, 0.0001, 0.05)
ALONE = Chance("No class is like it", 0.08, 0.04, 0.15)


def rows(chart, **of):
    drawn = chart.to_dict()
    layers = [one for one in drawn["layer"] if of.items() <= one["mark"].items()]
    return list(itertools.chain(*(drawn["datasets"][layer["data"]["name"]] for layer in layers)))


def test_a_row_an_event():
    chart = chances_chart([LIKELY, NEVER, ALONE])
    texts = [row["text"] for row in rows(chart, type="text")]
    assert {"Ships go through", "Nothing like it on record", "No class is like it"} <= set(texts)
    bars = [row for row in rows(chart, type="bar") if "said" in row]
    dots = [row for row in rows(chart, type="point") if "said" in row]
    assert (len(bars), len(dots)) == (2, 3)
    assert bars[0]["x"] == pytest.approx(across(0.07))
    assert bars[0]["x2"] == pytest.approx(across(0.3))
    assert dots[0]["x"] == pytest.approx(across(0.2))
    assert dots[0]["said"] == "Ships go through: 20 %, 10 % to 40 %; counted 15 %, 7 % to 30 %"
    assert dots[2]["said"] == "No class is like it: 8 %, 4 % to 15 %"


def test_a_row_says_itself_in_the_language_of_the_drawing():
    dots = rows(chances_chart([LIKELY, ALONE], CHINESE), type="point")
    said = [row["said"] for row in dots if "said" in row]
    assert said == [
        "Ships go through：20 %（10 %至40 %）；统计15 %（7 %至30 %）",
        "No class is like it：8 %（4 %至15 %）",
    ]


def test_the_scale_is_logarithmic_and_ends():
    assert across(0.1) - across(0.01) == pytest.approx(across(1.0) - across(0.1))
    assert across(0.0) == across(0.0001) == LEFT
    assert across(1.0) == WIDTH - RIGHT


@pytest.mark.parametrize("chances", [[], [LIKELY], [LIKELY, NEVER, ALONE] * 30, [Chance("x" * 200, 1.0, 1.0, 1.0)]])
def test_everything_is_on_the_sheet(chances):
    chart = chances_chart(chances)
    drawn = chart.to_dict()
    for row in rows(chart):
        assert all(0 <= row[field] <= drawn["width"] for field in ("x", "x2") if field in row)
        assert all(0 <= row[field] <= drawn["height"] for field in ("y", "y2") if field in row)


@pytest.mark.parametrize("ending", ["svg", "png", "html"])
def test_files(tmp_path, ending):
    path = tmp_path / f"chances.{ending}"
    drawn([LIKELY, ALONE], CHINESE).save(path)
    assert path.stat().st_size > 1000
    if ending != "png":
        assert "事件的年概率" in path.read_text(encoding="utf-8")


def test_no_kind_of_picture(tmp_path):
    with pytest.raises(RoadsteadError, match="RS-C701"):
        drawn([LIKELY]).save(tmp_path / "chances.doc")
