"""Plants abroad: how a row is read, and how late plants came, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from roadstead.terms.tables import Row
from roadstead.world import reference
from roadstead.world.plants import (
    ABROAD,
    CHINESE,
    STRANDED,
    Standing,
    begun,
    day,
    japanese_wait,
    last_day,
    maker_of,
    plants,
    standing_of,
    waiting,
    waits_after_limit,
)

UNTIL = date(2026, 7, 2)


def row(**told: str) -> Row:
    cells = dict.fromkeys(("announced", "start", "status", "status_as_of"), "") | told
    return Row(cells, "precedents.csv", 1, {})


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-12", date(2023, 12, 1), date(2023, 12, 31)),
        ("2025", date(2025, 1, 1), date(2025, 12, 31)),
        ("2025-03-09", date(2025, 3, 9), date(2025, 3, 9)),
        ("to 1992", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_a_date_told_no_closer_begins_and_ends_its_month_or_year(text, first, last):
    assert (day(text), last_day(text)) == (first, last)


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        ("", Standing.RUNS),
        ("operating (kit stage)", Standing.RUNS),
        ("under construction; later delay reports", Standing.WAITS),
        ("expected 2026", Standing.WAITS),
        ("refused / SKD stopped", Standing.GIVEN_UP),
        ("abandoned 2022", Standing.GIVEN_UP),
    ],
)
def test_how_far_a_plant_has_come(status, standing):
    assert standing_of(row(status=status)) is standing


def test_a_plant_waits_until_its_first_car_or_until_it_is_given_up():
    built = row(announced="2020-01-01", start="2022-06-30", status="operating")
    assert waiting(built, UNTIL) == (date(2020, 1, 1), date(2022, 6, 30))
    lost = row(announced="2020-01-01", start="", status="shelved", status_as_of="2023-05")
    assert waiting(lost, UNTIL) == (date(2020, 1, 1), date(2023, 5, 1))
    open_still = row(announced="2025-01-01", start="2027-01-01", status="planned")
    assert waiting(open_still, UNTIL) == (date(2025, 1, 1), UNTIL)
    assert waiting(row(announced="", status="operating"), UNTIL) is None
    assert waiting(row(announced="2026-09-01", status="planned"), UNTIL) is None


def test_a_plant_has_begun_only_where_it_runs_and_its_day_has_come():
    assert begun(row(start="2024-07-04", status="operating"), UNTIL) == date(2024, 7, 4)
    assert begun(row(start="2026-09-01", status=""), UNTIL) is None
    assert begun(row(start="2026-01-01", status="under construction"), UNTIL) is None


@pytest.mark.parametrize(
    ("company", "maker"),
    [
        ("Toyota/GM", "Toyota"),
        ("SAIC (JSW MG)", "SAIC"),
        ("SAIC-GM-Wuling", "SAIC"),
        ("Great Wall", "GWM"),
        ("GAC Aion", "GAC"),
        ("Geely (Volvo/Polestar)", "Volvo"),
        ("Geely", "Geely"),
    ],
)
def test_a_plant_counts_for_its_group(company, maker):
    assert maker_of(company) == maker


def test_months_late_by_hand():
    """First to start in the first quarter of 2023; the first car on 15 August 2025: 868 days, of 30.4 a month."""
    known = {plant.record: plant for plant in plants(reference.load(), CHINESE)}
    brazil = known["H-099"]
    assert (brazil.planned, brazil.begins) == (date(2023, 3, 31), date(2025, 8, 15))
    assert brazil.is_due
    assert brazil.late == pytest.approx(868 / (365.25 / 12))
    in_time = known["H-084"]  # from 2024; July 2024
    assert in_time.is_due
    assert in_time.late == 0.0
    subang = known["H-089"]  # January 2026, still so in December 2025
    assert not subang.is_due
    put_off = replace(subang, begins=date(2026, 3, 1))
    assert put_off.is_due
    assert put_off.late == pytest.approx(29 / (365.25 / 12))


def test_every_date_is_of_a_plant_and_can_be():
    world = reference.load()
    every = {plant.record: plant for kind in (ABROAD, CHINESE, STRANDED) for plant in plants(world, kind)}
    for one in world.tables["plant_dates"]:
        plant = every[one["record"]]
        if one["event"] == "FIRST_PLANNED":
            assert plant.planned == last_day(one["date"])
            assert plant.announced is None or plant.planned > plant.announced
            assert one.evidence.is_sourced
        else:
            assert plant.standing is Standing.ENDED
            assert plant.ended >= plant.begins


def test_japanese_makers_took_five_years():
    """Restraint in 1981; Honda 1982, Nissan 1983, Toyota 1984, Mazda 1987, Mitsubishi 1988, Subaru 1989: the median is 4.5."""
    table = reference.load().tables["precedents"]
    assert japanese_wait(table) == 5
    assert waits_after_limit(table, "JPN", "USA")["Toyota"] == 3
    rows = [
        {"home": "JPN", "host": "USA", "kind": kind, "company": company, "year": year}
        for kind, company, year in (
            ("VER_QUOTA", "ALL", "1982"),
            ("VER_QUOTA", "ALL", "1981"),
            ("TRANSPLANT", "A", "1990"),
            ("TRANSPLANT", "A/B", "1984"),
            ("TRANSPLANT", "C", "1983"),
        )
    ]
    assert waits_after_limit(rows, "JPN", "USA") == {"C": 2, "A": 3}
    assert japanese_wait(rows) == 3
