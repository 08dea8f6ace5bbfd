"""The reference world: it loads, says what each figure rests on, covers the markets that matter, and takes a user's rows."""

from __future__ import annotations

import re
from datetime import date

import pytest

from roadstead.terms.errors import RoadsteadError
from roadstead.terms.evidence import ASSUMPTION
from roadstead.terms.tables import read_table
from roadstead.trade import rulebook
from roadstead.trade import schemas as trade_schemas
from roadstead.world import reference, schemas
from roadstead.world.sources import coverage, naming

PACKAGED = [(reference.data_folder(), s) for s in schemas.ALL] + [
    (rulebook.data_folder(), s) for s in trade_schemas.ALL
]
SOURCED = [(folder, schema) for folder, schema in PACKAGED if schema.evidence]
YEARS = range(1900, 2101)


@pytest.fixture(scope="module")
def world():
    return reference.load()


@pytest.fixture(scope="module")
def tables():
    return {schema.name: read_table(folder / f"{schema.name}.csv", schema) for folder, schema in PACKAGED}


@pytest.mark.parametrize(("folder", "schema"), SOURCED, ids=[s.name for _, s in SOURCED])
def test_every_row_says_what_it_rests_on(tables, world, folder, schema):
    rows = tables[schema.name]
    # Months are a user's to bring as long as no year under way has been collected.
    assert rows or schema.name == "year_to_date"
    for row in rows:
        evidence = row.evidence
        assert evidence.as_of, row.where("as_of")
        assert re.match(r"(19|20)\d\d", evidence.as_of), row.where("as_of")
        assert not evidence.source_id or evidence.is_assumption or evidence.source_id in world.sources, row.where(
            "source"
        )
        if not evidence.source_id:
            assert evidence.confidence != "high", row.where("confidence")


def test_sources_are_real_and_each_is_used(tables, world):
    cited = {row["source"] for _, schema in SOURCED for row in tables[schema.name]}
    assert set(world.sources) == cited - {"", ASSUMPTION}
    for source in world.sources.values():
        assert source.title
        assert source.url == "" or source.url.startswith("http"), source


def test_unsourced_rows_can_be_listed(tables):
    for folder, schema in SOURCED:
        rows = tables[schema.name]
        found = coverage(schema, rows)
        assert found.rows == len(rows) == found.high + found.medium + found.low, folder
        unsourced = [row for row in rows if row["source"] in {"", ASSUMPTION}]
        assert found.unsourced == len(unsourced)
        assert all(naming(schema, row).strip() for row in unsourced)


def test_the_45_largest_markets_have_sales_and_nev_share(world):
    """By the last preferred count since 2022, whatever its scope."""
    last = {}
    for row in world.tables["sales"]:
        territory = world.gazetteer.places[row["place"]].kind == "territory"
        if territory and row["preferred"] and row["scope"] in reference.SCOPES and row["year"] >= 2022:
            last[row["place"]] = max(last.get(row["place"], (0, 0.0)), (row["year"], row["value"]))
    largest = sorted(last, key=lambda place: -last[place][1])[:45]
    assert [place for place in largest if place not in world.markets] == []
    assert min(world.markets[place].sales[-1].year for place in largest) >= 2023
    behind = {place for place in largest if world.markets[place].nev_share[-1].year < 2025}
    assert behind == {"IRN", "SAU", "ARE"}, "no later share was found for these; any other must reach 2025"


def test_shares_are_shares_and_years_follow_one_another(world):
    split = {row["place"] for row in world.tables["nev_split"]}
    for place, history in world.markets.items():
        for series in (history.nev_share, history.sales):
            years = [figure.year for figure in series]
            assert years == sorted(set(years)), place
            assert all(year in YEARS for year in years)
        assert all(0.0 <= figure.value <= 1.0 for figure in history.nev_share), place
        assert all(figure.value > 0 for figure in history.sales), place
        assert 0.0 <= history.bev_of_nev.value <= 1.0
        assert history.splits_as_the_world == (history.place not in split)
        assert history.definition


def test_share_times_market_is_nev_sales(world):
    """Recent shares, totals and NEV sales are of the same cars; in Mexico and Norway the IEA counts fewer NEV."""
    checked = 0
    for row in world.tables["nev"]:
        known = row["nev_sales"] and row["total_sales"] and row["nev_share"] > 0.01
        if known and row["year"] >= 2022 and row["place"] not in {"MEX", "NOR"}:
            assert row["nev_share"] * row["total_sales"] == pytest.approx(row["nev_sales"], rel=0.065), row.where(
                "nev_share"
            )
            checked += 1
    assert checked > 100


@pytest.mark.parametrize(
    ("place", "share"),
    # BEV and PHEV over all registrations of 2025, Robbie Andrew's monthly registrations by fuel
    [
        ("BRA", 0.0688),
        ("DEU", 0.2997),
        ("FRA", 0.2649),
        ("IND", 0.0417),
        ("ITA", 0.1251),
        ("MEX", 0.0227),
        ("NOR", 0.9744),
    ],
)
def test_shares_of_2025_are_those_of_the_registrations(world, place, share):
    (found,) = (figure.value for figure in world.markets[place].nev_share if figure.year == 2025)
    assert found == pytest.approx(share, rel=0.035)


def test_one_count_is_preferred(world):
    preferred = [(r["place"], r["year"], r["scope"]) for r in world.tables["sales"] if r["preferred"]]
    assert len(preferred) == len(set(preferred))


def test_chinas_home_sales_are_its_sales_less_its_exports(world):
    def sold(scope, year):
        found = [
            r["value"] for r in world.tables["sales"] if (r["place"], r["scope"], r["year"]) == ("CHN", scope, year)
        ]
        return found[0]

    exported = {
        r["year"]: r["value"]
        for r in world.tables["exports"]
        if (r["destination"], r["powertrain"], r["definition"], r["full_year"]) == ("WLD", "ALL", "CAAM", True)
        and r["unit"] == "vehicles"
    }
    assert sold("ALL", 2025) - exported[2025] == pytest.approx(sold("ALL_DOMESTIC", 2025), rel=0.005)
    assert sold("ALL", 2024) - exported[2024] == pytest.approx(sold("ALL_DOMESTIC", 2024), rel=0.005)


def test_destinations_do_not_sum_to_more_than_the_total(world):
    totals, parts = {}, {}
    for row in world.tables["exports"]:
        key = (row["period"], row["powertrain"], row["definition"])
        if row["unit"] != "vehicles" or row["note"].startswith("increase"):
            continue
        if row["destination"] == "WLD":
            totals[key] = max(totals.get(key, 0.0), row["value"])
        elif len(row["destination"]) == 3:
            parts[key] = parts.get(key, 0.0) + row["value"]
    compared = totals.keys() & parts.keys()
    assert compared
    assert [key for key in compared if parts[key] > totals[key] * 1.001] == []


def test_every_place_named_is_known(tables, world):
    for name in ("sales", "nev", "nev_split", "economies", "sea_distances"):
        for row in tables[name]:
            for column in {"place", "origin", "destination"} & row.values.keys():
                assert row[column] in world.gazetteer.places, row.where(column)
    for row in tables["measures"]:
        assert row["importer"] in world.gazetteer.places, row.where("importer")
        named = set(row["origins"] + row["origins_except"]) - {"*"}
        assert named <= world.gazetteer.places.keys() | {bloc["bloc"] for bloc in tables["blocs"]}, row.where("origins")


def test_a_closed_canal_shortens_no_voyage_and_leaves_every_lane_open(world):
    by_ports = {}
    for row in world.tables["sea_distances"]:
        by_ports.setdefault((row["origin_port"], row["destination_port"]), {})[row["route"]] = row["distance"]
    assert len(by_ports) > 500
    for ports, found in by_ports.items():
        assert found.keys() == {"SUEZ_OPEN", "SUEZ_CLOSED"}, ports
        assert found["SUEZ_CLOSED"] >= found["SUEZ_OPEN"] > 0, ports
    shanghai = by_ports["Shanghai Waigaoqiao", "Zeebrugge"]
    assert shanghai == {"SUEZ_OPEN": 10_504, "SUEZ_CLOSED": 13_424}
    turkey = by_ports["Izmit/Yarimca", "Zeebrugge"]
    assert turkey["SUEZ_OPEN"] == turkey["SUEZ_CLOSED"]


def test_exchange_rates_turn_into_dollars(world):
    rates = world.dollars(2025)
    assert rates["USD"] == 1.0
    assert 1.0 < rates["EUR"] < 1.3
    assert 0.12 < rates["CNY"] < 0.16
    rules = rulebook.load()
    needed = {m.specific_currency for m in rules.every_measure() if m.specific and m.is_law}
    assert needed - rules.units.keys() <= rates.keys()


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("DEU", "DEU"),
        ("de", "DEU"),
        ("Germany", "DEU"),
        (" germany ", "DEU"),
        ("德国", "DEU"),
        ("EU27", "EU27"),
        ("NO", "NOR"),
    ],
)
def test_places_are_found_by_exact_name(world, written, place):
    assert world.gazetteer.find(written).place_id == place


@pytest.mark.parametrize("written", ["Germ", "Deutschlandd", "XX", "", "False"])
def test_a_name_that_is_no_place_finds_none(world, written):
    assert world.gazetteer.find(written) is None


def test_a_mistyped_name_gets_a_guess(world):
    fault = world.gazetteer.fault("Germny", "markets.csv:4:1")
    assert (fault.code, fault.where) == ("RS-W301", "markets.csv:4:1")
    assert "did you mean DEU (Germany)?" in fault.expected


def test_members_levy_the_duty_of_their_union(world):
    assert world.gazetteer.territory("DEU") == "EU27"
    assert world.gazetteer.territory("GBR") == "GBR"


# --- a user's own facts ----------------------------------------------------------------------------------------------

NEV_HEAD = "place,year,nev_share,nev_sales,total_sales,source,as_of,confidence,note\n"
OWN = "assumption,2026-06,low,own count\n"


def own(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_own_rows_take_the_place_of_packaged_ones(tmp_path, world):
    changed = reference.load(own(tmp_path, "nev.csv", f"{NEV_HEAD}NOR,2025,0.5,,,{OWN}"))
    assert changed.markets["NOR"].nev_share[-1].value == 0.5
    assert len(changed.markets["NOR"].nev_share) == len(world.markets["NOR"].nev_share)
    assert world.markets["NOR"].nev_share[-1].value > 0.9
    assert changed.markets["SWE"] == world.markets["SWE"]


def test_own_rows_fill_gaps_in_their_year(tmp_path):
    """Two rows of the past, written after the packaged ones, do not become the latest."""
    rows = f"{NEV_HEAD}SAU,2022,0.002,,,{OWN}SAU,2023,0.005,,,{OWN}"
    history = reference.load(own(tmp_path, "nev.csv", rows)).markets["SAU"]
    assert [figure.year for figure in history.nev_share] == [2022, 2023, 2024]


def test_a_market_known_only_to_the_user(tmp_path):
    history = reference.load(own(tmp_path, "nev.csv", f"{NEV_HEAD}PAK,2025,0.03,,160000,{OWN}")).markets["PAK"]
    assert history.sales[-1].value in {160_000.0, 150_000.0}
    assert history.nev_share[-1].evidence.is_assumption


def test_histories_end_with_the_last_year_that_was_over():
    for day, last in (("2021-12-30", 2020), ("2021-12-31", 2021)):
        world = reference.load(known_on=date.fromisoformat(day))
        assert max(figure.year for history in world.markets.values() for figure in history.sales) == last
        assert max(row["year"] for name in ("nev", "incomes") for row in world.tables[name]) == last
    assert reference.load(known_on=date(2100, 1, 1)).markets == reference.load().markets


def test_months_of_the_year_under_way_are_known(tmp_path):
    months = "place,year,months,nev_share,nev_share_before,nev_sales,total_sales,source,as_of,confidence,note\n"
    rows = "".join(f"NOR,{year},3,0.9,0.8,9,10,{OWN}" for year in (2025, 2026))
    facts = own(tmp_path, "year_to_date.csv", months + rows)
    known = reference.load(facts, date(2025, 6, 30)).tables["year_to_date"]
    assert [row["year"] for row in known] == [2025]


def test_own_rows_must_rest_on_something(tmp_path):
    folder = own(tmp_path, "nev.csv", f"{NEV_HEAD}NOR,2025,0.5,,,,2026-06,low,\n")
    with pytest.raises(RoadsteadError, match="RS-T111"):
        reference.load(folder)
