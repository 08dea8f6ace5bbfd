"""What a plan's worth hangs on, in print: ends, differences, and what of it was not worked out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from books import made_up_book

from roadstead.report.charts import tornado
from roadstead.report.html import page
from roadstead.report.weights import bars, end, said, weights
from roadstead.report.words import Words


@pytest.mark.parametrize(
    ("written", "printed"), [("x0.8", "−20%"), ("x1.17647", "+17.6%"), ("-2.5", "−2.5"), ("0.2", "0.2"), ("", "")]
)
def test_a_factor_is_printed_as_what_it_adds(written, printed):
    assert end(written, Words("en", "USD")) == printed


def test_what_has_no_end_or_cannot_be_kept_is_no_number():
    table = weights(made_up_book(), Words("en", "USD"))
    assert table.rows[2][3:] == (None, None)
    assert table.rows[3][1:3] == ("−20%", None)
    assert [row[0] for row in table.rows][:2] == ["retail prices", "own-price elasticity"]


@pytest.mark.parametrize("width", [1160.0, 358.0])
def test_every_number_of_a_tornado_stands_on_its_sheet(width):
    found = made_up_book().weights
    chart = tornado.tornado_chart(bars(found.rows, Words("en", "USD")), Words("en", "USD"), width).to_dict()
    boxes = [row for data in chart["datasets"].values() for row in data if "said" in row]
    assert len(boxes) == 6
    assert all(0.0 <= row[at] <= width for row in boxes for at in ("x", "x2"))
    low, high = (next(row for row in boxes if f"{sign}20%" in row["said"]) for sign in "−+")
    assert (low["x2"] - low["x"]) / (high["x2"] - high["x"]) == pytest.approx(-1.71 / 2.19)


def test_what_was_left_out_is_counted_and_bounded():
    found, words = made_up_book().weights, Words("en", "USD")
    assert "50 more were tried in that future alone" in " ".join(said(found, words))
    assert words.money(found.rest) in " ".join(said(found, words))
    assert "tried in that future" not in " ".join(said(replace(found, rest=None), words))


def test_a_book_that_was_not_weighed_has_no_chapter_on_it():
    book, words = made_up_book(), Words("zh", "USD")
    assert 'id="figure-weights"' in page(book, words)
    assert "weights" not in page(replace(book, weights=None), words).partition("</style>")[2]
