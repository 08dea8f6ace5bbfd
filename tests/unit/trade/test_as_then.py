"""Law as known on a day: what was published later is not there, and does not end what was."""

from __future__ import annotations

from datetime import date

import pytest

from roadstead.trade import rulebook

FIELDS = (
    "measure", "importer", "origins", "products", "hs", "powertrains", "kind", "rate_type", "rate", "base", "stack", "quota", "quota_unit",
    "status", "effective_from", "from_is_floor", "effective_to", "published_on", "source", "as_of", "confidence", "note",
)  # fmt: skip


@pytest.fixture
def law(tmp_path):
    """Rules of a user's own: a duty that a later one takes the place of, and a quota beside it."""

    def row(measure, first, last="", published="", **given):
        plain = {
            "measure": measure, "importer": "CHL", "origins": "*", "products": "CAR_CBU", "hs": "8703", "powertrains": "BEV",
            "kind": "MFN", "rate_type": "AD_VALOREM", "rate": "0.06", "base": "CIF", "stack": "BASE", "status": "IN_FORCE",
            "effective_from": first, "from_is_floor": "no", "effective_to": last, "published_on": published,
            "source": "assumption", "as_of": "2026", "confidence": "low", "note": "made",
        }  # fmt: skip
        return ",".join((plain | given).get(name, "") for name in FIELDS)

    def load(day, *rows):
        (tmp_path / "measures.csv").write_text("\n".join([",".join(FIELDS), *rows]) + "\n", encoding="utf-8")
        book = rulebook.load(day, tmp_path)
        return {m.measure_id: m.span for m in book.measures["CHL"] if m.measure_id.startswith("MADE")}

    return row, load


def test_a_rule_goes_on_until_its_end_is_published(law):
    row, load = law
    old = row("MADE-1", "2020-01-01", "2022-06-30")
    new = row("MADE-2", "2022-07-01", "", "2022-05-01", rate="0.20")
    assert load(date(2021, 12, 31), old, new)["MADE-1"].last is None
    for day in (date(2022, 5, 1), None):
        assert load(day, old, new)["MADE-1"].last == date(2022, 6, 30)
        assert load(day, old, new)["MADE-2"].first == date(2022, 7, 1)


def test_an_end_that_nothing_follows_is_known(law):
    row, load = law
    old = row("MADE-1", "2020-01-01", "2022-06-30")
    other = row("MADE-2", "2022-07-01", powertrains="ICE")
    assert load(date(2021, 12, 31), old, other)["MADE-1"].last == date(2022, 6, 30)


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "QUOTA_TRQ", "quota": "100", "quota_unit": "vehicles"},
        {"kind": "COUNTERVAILING", "origins": "CHN", "stack": "ADD"},
    ],
)
def test_what_is_opened_for_a_time_keeps_its_last_day(law, given):
    row, load = law
    old = row("MADE-1", "2020-01-01", "2022-06-30", **given)
    new = row("MADE-2", "2022-07-01", "2023-06-30", **given)
    assert load(date(2021, 12, 31), old, new)["MADE-1"].last == date(2022, 6, 30)


def test_the_packaged_law_of_2021_has_no_end_in_it_that_came_later():
    then = {m.measure_id: m for m in rulebook.load(date(2021, 12, 31)).every_measure()}
    assert then["BRA-002"].span.last is None
    assert "BRA-004" not in then
    assert "BRA-004" in {m.measure_id for m in rulebook.load(date(2023, 12, 31)).every_measure()}
    now = {m.measure_id: m for m in rulebook.load().every_measure()}
    assert now["BRA-002"].span.last == date(2023, 12, 31)
