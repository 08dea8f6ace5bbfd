"""Duties side by side: every bar as long as what it stands for, every total said beside it."""

from __future__ import annotations

import itertools

import pytest

from roadstead.report.charts.duties import Charged, drawn, duties_chart

CHARGED = [
    Charged({"mfn": 0.1}, None, name="Japan"),
    Charged({"mfn": 0.1, "countervailing": 0.3}, 0.6, name="China"),
    Charged({}, None, known=False, name="nobody knows"),
]


def rows(said: str, key: str = "said") -> list[dict]:
    drawn = duties_chart("three lanes", CHARGED).to_dict(validate=False)
    return [row for row in itertools.chain(*drawn["datasets"].values()) if said in str(row.get(key, ""))]


def test_parts_stand_beside_one_another_in_proportion():
    (base,) = rows("China: mfn 10 %")
    (more,) = rows("China: countervailing 30 %")
    (mark,) = rows("China: with fees and import taxes 60 %")
    (other,) = rows("Japan: mfn 10 %")
    width = base["x2"] - base["x"]
    assert more["x"] == pytest.approx(base["x2"])
    assert more["x2"] - more["x"] == pytest.approx(3 * width)
    assert mark["x"] - base["x"] == pytest.approx(6 * width)
    assert (other["x"], other["x2"]) == (base["x"], base["x2"])


def test_every_total_is_said():
    assert [len(rows(text, "text")) for text in ("no quote", "Japan", "China")] == [1, 1, 1]
    assert rows("40 %", "text")
    told = drawn("three lanes", CHARGED).told
    assert told == "Japan: 10 %; China: 40 %; nobody knows: ?"


@pytest.mark.parametrize("rates", [{}, {"mfn": 0.0}, {"mfn": 12.0}, {"mfn": 0.0001}])
def test_any_rate_can_be_drawn(rates: dict[str, float]):
    picture = drawn("<a & b>", [Charged(rates, None, name="<x>")]).svg()
    assert "NaN" not in picture
    assert "&lt;a &amp; b&gt;" in picture
