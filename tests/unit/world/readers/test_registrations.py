"""Monthly registrations: NEV by fuel, whole years, the year to date, and months that tell nothing."""

from __future__ import annotations

import numpy as np
import pytest

from roadstead.terms.errors import RoadsteadError
from roadstead.world.readers.registrations import monthly, year_to_date, yearly

HEADER = '"YYYYMM","Country","Fuel","Value"'


def months(first, count):
    start = first // 100 * 12 + first % 100 - 1
    return [(start + i) // 12 * 100 + (start + i) % 12 + 1 for i in range(count)]


def rows(country, first, count, **fuels):
    """Rows of ``count`` months from ``first``; each fuel a number, or one a month."""
    return [
        (month, country, fuel, value[i] if isinstance(value, list) else value)
        for i, month in enumerate(months(first, count))
        for fuel, value in fuels.items()
    ]


def test_nev_are_battery_and_plug_in_cars_of_all(table, gazetteer):
    fuels = {"BatteryElectric": 20, "PluginHybrid": 10, "Petrol": 50, "NonPluginHybrid": 15, "Hydrogen": 5}
    market = monthly(table(HEADER, *rows("Norway", 202311, 3, **fuels)), gazetteer)["NOR"]
    assert market.months.tolist() == [202311, 202312, 202401]
    assert market.nev.tolist() == [30.0] * 3
    assert market.total.tolist() == [100.0] * 3
    assert (market.region, market.is_aggregate, market.notes) == ("Norway", False, ())


def test_other_words_for_fuels_are_added_up(table, gazetteer):
    fuels = {"Electric": 4, "BEV": 6, "PHEV": 10, "Plug-in hybrid": 5, "Petrol": 75}
    market = monthly(table("yyyymm,country,fuel,value", *rows("德国", 202401, 1, **fuels)), gazetteer)["DEU"]
    assert (market.nev[0], market.total[0]) == (25.0, 100.0)


def test_whole_years_only(table, gazetteer):
    battery = [float(i) for i in range(30)]
    path = table(HEADER, *rows("Norway", 202206, 30, BatteryElectric=battery, PluginHybrid=0, Petrol=100))
    series = yearly(monthly(path, gazetteer))["NOR"]
    assert series.years.tolist() == [2023]
    assert series.nev[0] == sum(battery[7:19])
    assert series.total[0] == sum(battery[7:19]) + 1200
    assert series.share[0] == series.nev[0] / series.total[0]
    assert "years known in part left out: 2022 (7 months), 2024 (11 months)" in series.notes


def test_a_year_without_all_its_months_is_a_gap(table, gazetteer):
    known = rows("Norway", 202101, 36, BatteryElectric=20, PluginHybrid=0, Petrol=80)
    path = table(HEADER, *[row for row in known if row[0] != 202206])
    series = yearly(monthly(path, gazetteer))["NOR"]
    np.testing.assert_array_equal(series.share, [0.2, np.nan, 0.2])
    assert "no share for 2022: left as a gap" in series.notes


def test_year_to_date_beside_the_same_months_of_the_year_before(table, gazetteer):
    battery = [10.0] * 4 + [50.0] * 8 + [20.0] * 4
    path = table(HEADER, *rows("Norway", 202401, 16, BatteryElectric=battery, PluginHybrid=0, Petrol=30))
    found = year_to_date(monthly(path, gazetteer))["NOR"]
    assert (found.code, found.year, found.months) == ("NOR", 2025, (1, 2, 3, 4))
    assert (found.share, found.share_before) == (0.4, 0.25)
    assert (found.nev, found.total) == (80.0, 200.0)


def test_no_year_to_date_where_the_year_is_over_or_the_year_before_unknown(table, gazetteer):
    whole = rows("Norway", 202401, 12, BatteryElectric=20, PluginHybrid=0, Petrol=80)
    new = rows("Sweden", 202401, 5, BatteryElectric=20, PluginHybrid=0, Petrol=80)
    late = rows("Finland", 202303, 15, BatteryElectric=20, PluginHybrid=0, Petrol=80)
    found = year_to_date(monthly(table(HEADER, *whole, *new, *late), gazetteer))
    assert list(found) == ["FIN", "SWE"]
    assert np.isnan([found["FIN"].share_before, found["SWE"].share_before]).all()
    assert yearly(monthly(table(HEADER, *new), gazetteer)) == {}


def test_a_month_without_its_plug_in_hybrids_is_not_known(table, gazetteer):
    """Sources print some fuels first: the last month would look low."""
    known = rows("Norway", 202401, 6, BatteryElectric=20, PluginHybrid=10, Petrol=70)
    path = table(HEADER, *[row for row in known if row[:3] != (202406, "Norway", "PluginHybrid")])
    market = monthly(path, gazetteer)["NOR"]
    assert np.isfinite(market.nev).tolist() == [True] * 5 + [False]
    assert market.notes == ("1 month(s) from 202406 to 202406: left unknown for want of a fuel's figure or of any car",)
    assert year_to_date(monthly(path, gazetteer))["NOR"].months == (1, 2, 3, 4, 5)


def test_a_fuel_that_came_later_or_is_long_gone_leaves_months_known(table, gazetteer):
    known = rows("Norway", 202201, 24, BatteryElectric=20, Petrol=80)
    early = rows("Norway", 202201, 12, Ethanol=5)
    late = rows("Norway", 202307, 6, PluginHybrid=10)
    market = monthly(table(HEADER, *known, *early, *late), gazetteer)["NOR"]
    assert np.isfinite(market.nev).all()
    assert market.total.tolist() == [105.0] * 12 + [100.0] * 6 + [110.0] * 6


def test_an_empty_figure_is_not_a_zero(table, gazetteer):
    path = table(
        HEADER, *rows("Norway", 202401, 3, BatteryElectric=[20, "", 20], PluginHybrid=[1, 1, "NaN"], Petrol=80)
    )
    assert np.isfinite(monthly(path, gazetteer)["NOR"].nev).tolist() == [True, False, False]


def test_a_month_without_cars_is_not_known(table, gazetteer):
    path = table(HEADER, *rows("Norway", 202401, 2, BatteryElectric=[20, 0], PluginHybrid=0, Petrol=[80, 0]))
    assert np.isfinite(monthly(path, gazetteer)["NOR"].total).tolist() == [True, False]


def test_plug_in_hybrids_among_hybrids_are_noted(table, gazetteer):
    market = monthly(table(HEADER, *rows("Denmark", 202401, 2, BatteryElectric=20, Hybrid=30, Petrol=50)), gazetteer)[
        "DNK"
    ]
    assert market.nev.tolist() == [20.0, 20.0]
    assert market.notes == ("no plug-in hybrids told apart: NEV are battery cars alone",)


def test_electric_cars_among_others_are_not_zero(table, gazetteer):
    """As Singapore's until 2022: columns stand there, all zero, beside many other cars."""
    known = rows("Singapore", 202101, 4, BatteryElectric=[0, 0, 9, 9], PluginHybrid=0, Petrol=70, Others=[30, 30, 0, 0])
    market = monthly(table(HEADER, *known), gazetteer)["SGP"]
    assert np.isfinite(market.nev).tolist() == [False, False, True, True]
    assert "electric cars stand there among other cars" in market.notes[0]
    none = rows("Singapore", 202101, 4, BatteryElectric=0, PluginHybrid=0, Petrol=70, Others=0)
    assert monthly(table(HEADER, *none), gazetteer)["SGP"].nev.tolist() == [0.0] * 4


@pytest.mark.parametrize(("after", "known"), [(8, False), (60, True)])
def test_hybrids_among_electric_cars_are_found_as_they_leave(table, gazetteer, after, known):
    """As Brazil's until 2020: electric cars fall to less than half in the month that hybrids are first told."""
    battery, hybrid = [80] * 14 + [after] * 4, [0] * 14 + [70] * 4
    path = table(HEADER, *rows("Brazil", 201911, 18, BatteryElectric=battery, NonPluginHybrid=hybrid, Petrol=900))
    market = monthly(path, gazetteer)["BRA"]
    assert np.isfinite(market.nev).tolist() == [known] * 14 + [True] * 4


def test_a_market_without_battery_cars_told_has_no_nev(table, gazetteer):
    market = monthly(table(HEADER, *rows("Norway", 202401, 2, PluginHybrid=5, Petrol=80)), gazetteer)["NOR"]
    assert np.isnan(market.nev).all()


def test_other_counts_and_parts_of_markets_are_left_out(table, gazetteer, told):
    fuels = {"BatteryElectric": 20, "PluginHybrid": 0, "Petrol": 80}
    names = (
        "Spain",
        "Spain ANFAC",
        "Spain including used",
        "EUROPEAN UNION",
        "California CNCDA",
        "EFTA",
        "EU + EFTA + UK",
    )
    found = monthly(table(HEADER, *(row for name in names for row in rows(name, 202401, 1, **fuels))), gazetteer)
    assert list(found) == ["ESP", "EU27"]
    assert found["EU27"].is_aggregate
    assert found["ESP"].notes == ("other counts of the market left out: Spain ANFAC, Spain including used",)
    alone = table(HEADER, *rows("Spain ANFAC", 202401, 1, **fuels))
    assert told(monthly, alone, gazetteer) == [("file.csv:2:2 (country)", "RS-W301")]


def test_a_figure_printed_twice_counts_once_and_two_figures_are_a_fault(table, gazetteer, told):
    known = rows("Norway", 202401, 2, BatteryElectric=20, PluginHybrid=0, Petrol=80)
    market = monthly(table(HEADER, *known, known[0]), gazetteer)["NOR"]
    assert market.nev.tolist() == [20.0, 20.0]
    assert market.notes == ("1 figure(s) printed twice: counted once",)
    two = table(HEADER, *known, (202401, "NOR", "battery electric", 21))
    assert told(monthly, two, gazetteer) == [("file.csv:8:1 (yyyymm)", "RS-W313")]


def test_every_fault_of_a_file_at_once(table, gazetteer, told):
    path = table(
        HEADER,
        (202401, "Norway", "BatteryElectric", "1,5"),
        (202413, "Norway", "Petrol", 80),
        ("2024-02", "Norway", "Petrol", 80),
        (202403, "Norwai", "Petrol", 80),
        (202403, "Norway", "Steam", 80),
        (202404, "Norway", "Petrol", -80),
    )
    assert told(monthly, path, gazetteer) == [
        ("file.csv:2:4 (value)", "RS-W315"),
        ("file.csv:3:1 (yyyymm)", "RS-W314"),
        ("file.csv:4:1 (yyyymm)", "RS-W314"),
        ("file.csv:5:2 (country)", "RS-W301"),
        ("file.csv:6:3 (fuel)", "RS-T106"),
        ("file.csv:7:4 (value)", "RS-T110"),
    ]


def test_what_is_no_table_of_registrations(table, gazetteer, told):
    assert told(monthly, table("yyyymm,country,value"), gazetteer) == [("file.csv:1:1", "RS-T102")]
    assert told(monthly, table(HEADER), gazetteer) == [("file.csv:2:1", "RS-W316")]
    with pytest.raises(RoadsteadError, match="'2024' is no month"):
        monthly(table(HEADER, (2024, "Norway", "Petrol", 80)), gazetteer)
