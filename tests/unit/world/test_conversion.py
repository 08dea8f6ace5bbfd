"""The conversion: one id per document, no unsourced row of high confidence, and the same bytes each time."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from roadstead.terms.tables import Column, Kind, Schema
from roadstead.trade import rulebook
from roadstead.trade import schemas as trade_schemas
from roadstead.world import reference, schemas

ROOT = Path(__file__).resolve().parents[3]
PACKAGED = [(reference.data_folder(), s) for s in schemas.ALL] + [
    (rulebook.data_folder(), s) for s in trade_schemas.ALL
]
KEPT_BY_HAND = {"places"}


@pytest.fixture(scope="module", autouse=True)
def tools():
    sys.path.insert(0, str(ROOT / "tools"))
    yield
    sys.path.remove(str(ROOT / "tools"))


@pytest.mark.parametrize(("folder", "schema"), PACKAGED, ids=[s.name for _, s in PACKAGED])
def test_packaged_tables_are_as_the_conversion_writes_them(tmp_path, folder, schema):
    """Read as text and written again they give the same bytes: nobody edited a packaged table by hand."""
    from conversion.writing import figures, write

    packaged = folder / f"{schema.name}.csv"
    write(tmp_path / "again.csv", schema, figures(folder, packaged.name))
    assert (tmp_path / "again.csv").read_bytes() == packaged.read_bytes()


@pytest.mark.parametrize(
    ("note", "kept"),
    [
        ("no source located. no source located. JAMA", "JAMA"),
        ("no source located", ""),
        (
            "572,675 in 2024 (no source located) and 621,166 in 2025",
            "572,675 in 2024 (no source located) and 621,166 in 2025",
        ),
        ("regime sourced; steps no source located", "regime sourced; steps no source located"),
    ],
)
def test_a_note_keeps_which_of_its_figures_has_no_source(note: str, kept: str):
    """That the whole row has none is said by its empty source; that a part of it has none is said by the note alone."""
    from conversion.writing import evidence

    assert evidence("", "2025", "medium", note)["note"] == kept


def test_what_was_gathered_by_hand_is_in_the_packaged_tables():
    from conversion.writing import figures, fraction

    own = figures(ROOT / "tools/figures", "nev.csv")
    packaged = {(row["place"], row["year"]): row for row in figures(reference.data_folder(), "nev.csv")}
    assert own
    for row in own:
        assert packaged[row["place"], row["year"]]["nev_share"] == fraction(row["nev_share_percent"])
    taxes = {row["tax"]: row["rate"] for row in figures(rulebook.data_folder(), "taxes.csv")}
    assert {r["tax"]: fraction(r["rate_percent"]) for r in figures(ROOT / "tools/figures", "taxes.csv")} == taxes


def test_one_document_one_id_whatever_the_order():
    from conversion.writing import SourceBook

    one, other = SourceBook(), SourceBook()
    cited = [("Title  A", "https://a.example"), ("Title B", ""), ("Title A", "https://a.example")]
    assert len({one.cite(*c) for c in cited}) == 2
    assert {other.cite(*c) for c in reversed(cited)} == {one.cite(*c) for c in cited}
    assert one.rows() == other.rows()
    assert one.cite("", "") == ""


def test_an_address_is_an_address():
    from conversion.writing import SourceBook

    book = SourceBook()
    book.cite("IEA", "see ev_sales.csv edition 2025")
    book.cite("A note", "my drawer")
    assert [row["url"] for row in book.rows()] == ["", "https://www.iea.org/reports/global-ev-outlook-2025"]


@pytest.mark.parametrize(
    ("source", "confidence", "kept"), [("", "high", "medium"), ("", "low", "low"), ("x", "high", "high")]
)
def test_no_unsourced_row_is_sure(source, confidence, kept):
    from conversion.writing import evidence

    assert evidence(source, "2026", confidence)["confidence"] == kept


@pytest.mark.parametrize(
    ("text", "digits", "written"),
    [
        ("", 2, ""),
        ("1500.0", 0, "1500"),
        ("0.30000000000000004", 6, "0.3"),
        ("1234.56789", 3, "1234.568"),
        ("0.000123456789", 6, "0.000123"),
    ],
)
def test_numbers_have_no_tail(text, digits, written):
    from conversion.writing import number

    assert number(text, digits) == written


@pytest.mark.parametrize(
    ("percent", "written"), [("", ""), ("27", "0.27"), ("17.4", "0.174"), ("0", "0.0"), ("8.75", "0.0875")]
)
def test_percentages_become_fractions(percent, written):
    from conversion.writing import fraction

    assert fraction(percent) == written


def test_a_column_the_schema_does_not_know_is_refused(tmp_path):
    from conversion.writing import write

    schema = Schema("t", "", (Column("a", Kind.TEXT, "a"),), key=("a",), evidence=False)
    assert write(tmp_path / "t.csv", schema, [{"a": "1"}, {}]) == 2
    assert (tmp_path / "t.csv").read_text() == 'a\n1\n""\n'
    with pytest.raises(ValueError, match="fields not in fieldnames"):
        write(tmp_path / "t.csv", schema, [{"b": "1"}])


def test_own_rows_take_the_place_of_unsourced_ones_only(tmp_path: Path):
    """Of two collected rows that say what an own row says, the one with a document stays beside it."""
    from conversion import gathered
    from conversion.writing import SourceBook

    (tmp_path / "overseas_production.csv").write_text(
        "home,firms,year,period,metric,value,unit,source_title,source_url,published_on,as_of,confidence,note\n"
        "XXX,all,2000,2000,EXPORTS,7,vehicles,A document,https://example.org,2001,2001,high,\n",
        encoding="utf-8",
    )
    same = {"home": "XXX", "firms": "all", "year": "2000", "period": "2000", "metric": "EXPORTS", "unit": "vehicles"}
    collected = [
        same | {"value": "5", "source": ""},
        same | {"value": "6", "source": "another"},
        same | {"value": "4", "source": "", "metric": "OVERSEAS_PRODUCTION"},
    ]
    found = list(gathered.overseas_production(iter(collected), tmp_path, SourceBook()))
    assert [row["value"] for row in found] == ["6", "4", "7"]
