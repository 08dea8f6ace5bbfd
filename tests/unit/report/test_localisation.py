"""The drawing of paths of building abroad: every mark where its year and share are."""

from __future__ import annotations

import re

import pytest

from roadstead.report.charts import localisation
from roadstead.report.charts.style import svg

PATHS = [
    localisation.Path("One", [(1990, 0.2), (2000, 0.5), (2010, 0.6)], [(2005, 0.55)], lambda year: (year - 1980) / 100),
    localisation.Path("Other", [(2000, 0.1), (2004, 0.3)], [], lambda _: 0.4),
]
FAN = localisation.Fan("Home", 0.1, [(2020, 0.1, 0.1, 0.1), (2025, 0.1, 0.2, 0.4), (2030, 0.2, 0.3, 0.6)])


@pytest.fixture(scope="module")
def drawn() -> str:
    chart = localisation.localisation_chart("Title", PATHS, FAN, localisation.Labels("marks", "axis"))
    return svg(chart, "localisation", "spoken")


def places(drawn: str) -> dict[str, tuple[float, float]]:
    """Where each point told by a title is drawn."""
    found = re.findall(r'<path transform="translate\(([\d.]+),([\d.]+)\)"[^>]*><title>([^<]*)</title>', drawn)
    return {text: (float(x), float(y)) for x, y, text in found}


def test_points_stand_in_order_and_to_scale(drawn):
    at = places(drawn)
    assert set(at) == {
        "One 1990 20 %", "One 2000 50 %", "One 2010 60 %", "One 2005 55 %", "Other 2000 10 %", "Other 2004 30 %", "Home 2020 10 %",
    }  # fmt: skip
    left, middle, right = (at[name][0] for name in ("One 1990 20 %", "One 2000 50 %", "One 2010 60 %"))
    assert middle - left == pytest.approx(right - middle, abs=0.2)
    low, high = at["One 1990 20 %"][1], at["One 2010 60 %"][1]
    assert low - high == pytest.approx(0.4 * localisation.PLOT_HEIGHT, abs=0.2)
    assert at["Other 2000 10 %"][0] == at["One 2000 50 %"][0]
    assert at["Home 2020 10 %"][1] == pytest.approx(at["Other 2000 10 %"][1], abs=0.2)


def test_the_last_year_is_told_beside_the_name(drawn):
    assert "30 % (20 %–60 %)" in drawn
    assert {"One", "Other", "Home"} <= set(re.findall(r">([^<>]+)</text>", drawn))


@pytest.mark.parametrize("ending", [".svg", ".png", ".html"])
def test_it_is_written_as_its_ending_says(tmp_path, ending):
    path = tmp_path / f"paths{ending}"
    localisation.drawn("Title", PATHS, FAN, localisation.Labels("marks", "axis")).save(path)
    head = path.read_bytes()[:15]
    assert head.startswith({".svg": b"<svg", ".png": b"\x89PNG", ".html": b"<!doctype html>"}[ending])
