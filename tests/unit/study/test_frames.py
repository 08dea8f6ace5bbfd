"""Tables for notebooks: the run folder's, to the last digit, with a type for every column even where there are no rows."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from roadstead.playbook.parts_book import ExportYear, LineContent, LineOutput, LineStart, Shipped
from roadstead.report.words import Words
from roadstead.study.api import Planned
from roadstead.study.frames import frame, tabled

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.study.study import Run


def test_the_run_folder_holds_what_a_notebook_sees(starter_run: Run, stored: Path):
    planned = Planned(starter_run, stored)
    seen = {
        "parts": planned.parts.df,
        "parts_by_year": planned.parts.by_year.df,
        "supplier_production": planned.suppliers.production.df,
        "supplier_starts": planned.suppliers.starts.df,
        "supplier_content": planned.suppliers.content.df,
    }
    assert starter_run.book.pull is not None
    assert seen.keys() == tabled(starter_run.book.pull).keys()
    for name, table in seen.items():
        assert table.height > 0
        assert_frame_equal(table, pl.read_parquet(stored / f"tables/{name}.parquet"), check_exact=True)
    assert planned.parts.df["country_zh"].is_in(["巴西", "德国", "英国", "泰国", "土耳其", "奥地利"]).all()
    assert len(planned.suppliers.starts) == seen["supplier_starts"].height


def test_a_plan_shows_page_one_and_sells_what_its_playbook_says(starter_run: Run):
    planned = Planned(starter_run, None)
    html = planned._repr_html_()
    words = Words("en", starter_run.book.cover.currency)
    for said in (starter_run.book.do_now[0].what, starter_run.book.later[0].what):
        assert escape(words.brief(said)) in html
    sold = planned.df.group_by("year", "mode").agg(pl.col("cars").sum())
    told = {(row.year, row.mode): row.cars for row in starter_run.book.volumes}
    assert {(year, mode): cars for year, mode, cars in sold.iter_rows()} == pytest.approx(told)
    assert planned.charts[0] == "timeline"
    assert planned.parts._repr_html_().count("<tr>") == planned.parts.by_year.df.height + 1
    assert planned.suppliers.df.equals(planned.suppliers.production.df)


@pytest.mark.parametrize("kind", [Shipped, ExportYear, LineOutput, LineStart, LineContent])
def test_an_empty_table_has_its_columns(kind: type, starter_run: Run):
    empty = frame(kind, ())
    assert starter_run.book.pull is not None
    full = next(rows for rows in tabled(starter_run.book.pull).values() if rows.kind is kind).df
    assert empty.height == 0
    assert empty.schema == full.schema


def test_never_is_an_empty_year(starter_run: Run):
    assert starter_run.book.pull is not None
    starts = tabled(starter_run.book.pull)["supplier_starts"].df
    never = starts.filter(pl.col("year").is_null())
    assert never.height == starts["line_id"].n_unique()
    assert starts.group_by("line_id").agg(pl.col("starts").sum())["starts"].to_list() == pytest.approx([1.0] * 3)
