"""The reliability of a back-test: plain values in, one picture out."""

from __future__ import annotations

import itertools
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from roadstead.report.charts.reliability import (
    LINE,
    PLOT,
    Reliability,
    reliability_chart,
    sampling_error,
    spread,
)
from roadstead.report.charts.reliability import drawn as reliability_drawn
from roadstead.report.charts.style import text_width
from roadstead.terms.errors import RoadsteadError

LEVELS = [n / 20 for n in range(1, 20)]
OURS = Reliability("ours", 240, [level + 0.02 for level in LEVELS])
FAR = Reliability("no change", 240, [level / 2 for level in LEVELS])
CLOSE = [Reliability(f"model {n} with a name too long for its place", 240, OURS.below) for n in range(8)]


def layers(chart, **look):
    """What the marks of a look are made of, layer by layer."""
    drawn = chart.to_dict()
    found = [layer for layer in drawn["layer"] if look.items() <= layer["mark"].items()]
    return [drawn["datasets"][layer["data"]["name"]] for layer in found]


def names(chart):
    return [row for layer in layers(chart, type="text") for row in layer if "ours" in row]


def assert_on_the_sheet(chart):
    drawn = chart.to_dict()
    for row in itertools.chain(*drawn["datasets"].values()):
        assert all(0 <= row[field] <= drawn["width"] for field in ("x", "x2") if field in row), row
        assert all(0 <= row[field] <= drawn["height"] for field in ("y", "y2") if field in row), row
    for row in names(chart):
        assert row["x"] + text_width(row["text"]) * (1.08 if row["ours"] else 1.0) <= drawn["width"]


def test_ours_is_thick_and_dark_and_on_top():
    lines = [layer["mark"] for layer in reliability_chart("t", LEVELS, [OURS, FAR]).to_dict()["layer"]]
    lines = [mark for mark in lines if mark["type"] == "line"]
    assert [mark["strokeWidth"] for mark in lines] == [1.2, 2.6]
    assert lines[-1]["color"] == "#1f2328"


def test_a_reliable_model_lies_on_the_diagonal():
    chart = reliability_chart("t", LEVELS, [Reliability("ours", 100, LEVELS)])
    (diagonal,) = layers(chart, type="rule", strokeDash=[4, 3])[0]
    (line,) = layers(chart, type="line")
    steep = (diagonal["y2"] - diagonal["y"]) / (diagonal["x2"] - diagonal["x"])
    assert steep == -1.0, "both ways on one scale"
    for row in line:
        assert row["y"] - diagonal["y"] == pytest.approx(steep * (row["x"] - diagonal["x"]))


def test_a_share_stands_in_proportion():
    (line,) = layers(reliability_chart("t", LEVELS, [FAR]), type="line")
    assert line[0]["y"] - line[-1]["y"] == pytest.approx(0.45 * PLOT)
    assert line[1]["said"] == "no change: 5 % below the 10 % level"


def test_names_do_not_meet():
    chart = reliability_chart("t", LEVELS, [OURS, *CLOSE, FAR])
    assert_on_the_sheet(chart)
    heights = sorted(row["y"] for row in names(chart))
    assert min(b - a for a, b in itertools.pairwise(heights)) >= LINE - 1e-9
    ends = {row["text"]: row["y"] for row in names(chart)}
    assert ends["no change"] == max(heights), "in the order of the lines"


def test_counts_are_told_where_they_differ():
    one = names(reliability_chart("t", LEVELS, [OURS, FAR]))
    other = names(reliability_chart("t", LEVELS, [OURS, Reliability("far", 1200, FAR.below)]))
    long = names(reliability_chart("t", LEVELS, [OURS, Reliability("far" * 20, 1200, FAR.below)]))
    assert long[0]["text"].endswith("… (1,200)"), "names are cut, counts are not"
    assert {row["text"] for row in one} == {"ours", "no change"}
    assert {row["text"] for row in other} == {"ours (240)", "far (1,200)"}


def test_the_band_is_optional_and_says_that_it_takes_forecasts_as_independent():
    label = "90 % sampling error of 240 independent forecasts"
    with_band = reliability_chart("t", LEVELS, [OURS])
    assert label in with_band.to_json()
    (band,) = layers(with_band, type="area")
    assert all(row["y"] <= row["y2"] for row in band)
    assert len(band) == len(LEVELS) + 2
    for chart in (
        reliability_chart("t", LEVELS, [OURS], has_band=False),
        reliability_chart("t", LEVELS, [Reliability("none yet", 0, OURS.below)]),
    ):
        assert not layers(chart, type="area")
        assert "independent" not in chart.to_json()


@given(st.integers(1, 3000), st.floats(0.011, 0.989))
def test_sampling_error_is_the_binomial_quantile(count, level):
    low, high = sampling_error(level, count)
    # On either side of 5 % by less than an error of rounding could move them.
    assert binom.ppf(0.05 - 1e-9, count, level) <= round(low * count) <= binom.ppf(0.05 + 1e-9, count, level)
    assert binom.ppf(0.95 - 1e-9, count, level) <= round(high * count) <= binom.ppf(0.95 + 1e-9, count, level)


def test_nothing_errs_at_the_ends():
    assert sampling_error(0.0, 10) == (0.0, 0.0)
    assert sampling_error(1.0, 10) == (1.0, 1.0)


@given(st.lists(st.floats(0, 400), max_size=20))
def test_names_keep_their_order_their_distance_and_their_sheet(wanted):
    found = spread(wanted, 15.0, (0.0, 400.0))
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [found[i] for i in order]
    assert all(b - a >= 15.0 - 1e-9 for a, b in itertools.pairwise(placed))
    assert all(0.0 <= place <= 400.0 + 1e-9 for place in placed)


@given(st.lists(st.integers(0, 20), unique=True, max_size=10))
def test_names_that_have_room_stay(wanted):
    assert spread([20.0 * n for n in wanted], 15.0, (0.0, 400.0)) == pytest.approx([20.0 * n for n in wanted])


def test_names_in_one_place_move_to_both_sides():
    assert spread([100.0, 100.0, 100.0], 10.0, (0.0, 400.0)) == [90.0, 100.0, 110.0]


shares = st.lists(st.floats(0, 1), min_size=len(LEVELS), max_size=len(LEVELS))


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.builds(Reliability, st.text("aW中 ", max_size=40), st.integers(1, 500), shares), min_size=1, max_size=8)
)
def test_any_models_stand_on_the_sheet(models):
    assert_on_the_sheet(reliability_chart("回测" * 40, LEVELS, models))


@pytest.mark.parametrize(("name", "begins"), [("a.svg", b"<svg"), ("a.png", b"\x89PNG"), ("a.html", b"<!doctype")])
def test_it_is_written_as_its_ending_says(name, begins, tmp_path):
    reliability_drawn("<回测 & 可靠性>", LEVELS, [OURS, FAR]).save(tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_the_drawing_says_its_numbers_aloud(tmp_path):
    reliability_drawn("<回测 & 可靠性>", LEVELS, [OURS, FAR]).save(tmp_path / "a.svg")
    root = ET.fromstring((tmp_path / "a.svg").read_text(encoding="utf-8"))
    spoken = root.get("aria-label") or ""
    assert spoken.startswith(
        "<回测 & 可靠性>. ours, of 240 actuals: 7 % below the 5 % level, 12 % below the 10 % level,"
    )
    assert spoken.endswith("47.5 % below the 95 % level")
    assert "NaN" not in ET.tostring(root, encoding="unicode")


def test_levels_and_shares_are_as_many():
    with pytest.raises(ValueError, match="shorter"):
        reliability_chart("t", LEVELS, [Reliability("ours", 10, [0.5])])


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(RoadsteadError, match="RS-C701"):
        reliability_drawn("t", LEVELS, [OURS]).save(tmp_path / "a.gif")
