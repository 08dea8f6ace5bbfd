"""The drawing of a lane over the years: plain values in, one picture out."""

from __future__ import annotations

import itertools
from datetime import date

import pytest

from roadstead.report.charts.lane import LaneStep, drawn, lane_chart

STEPS = [
    LaneStep({"mfn": 0.10}, None, first=date(2024, 1, 1), last=date(2024, 6, 30)),
    LaneStep({"mfn": 0.10, "surtax": 0.40}, 0.80, first=date(2024, 7, 1), last=date(2025, 12, 31)),
    LaneStep({}, None, known=False, first=date(2026, 1, 1), last=date(2026, 12, 31)),
]


def boxes(chart, said):
    drawn = chart.to_dict(validate=False)
    rows = itertools.chain(*drawn["datasets"].values())
    return [row for row in rows if said in row.get("said", "")]


def test_parts_stand_on_one_another_in_proportion():
    chart = lane_chart("a lane", STEPS)
    (base,) = boxes(chart, "mfn 10 %, 2024-07-01")
    (surtax,) = boxes(chart, "surtax 40 %")
    assert surtax["y2"] == pytest.approx(base["y"])
    assert surtax["y2"] - surtax["y"] == pytest.approx(4 * (base["y2"] - base["y"]))
    (line,) = boxes(chart, "with fees and import taxes 80 %")
    assert base["y2"] - line["y"] == pytest.approx(8 * (base["y2"] - base["y"]))


def test_days_have_one_width():
    chart = lane_chart("a lane", STEPS)
    (first,) = boxes(chart, "mfn 10 %, 2024-01-01")
    (unknown,) = boxes(chart, "no quote")
    assert (first["x2"] - first["x"]) / 182 == pytest.approx((unknown["x2"] - unknown["x"]) / 365)


@pytest.mark.parametrize("rates", [{}, {"mfn": 0.0}, {"mfn": 12.0}, {"mfn": 0.0001}])
def test_any_rate_can_be_drawn(rates, tmp_path):
    drawn("<a & b>", [LaneStep(rates, None, first=date(2024, 1, 1), last=date(2024, 12, 31))]).save(tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "NaN" not in text
    assert "&lt;a &amp; b&gt;" in text
