"""What each table of the reference world holds; the checks and docs/tables.md are made from this page."""

from __future__ import annotations

from roadstead.terms.tables import Column, Kind, Schema
from roadstead.world.claim_schemas import CLAIM_READINGS, CLAIMS, NEV_COUNTS
from roadstead.world.market_schemas import MARKET_TERMS, TRANSIT_PORTS

PLACE = Column("place", Kind.TEXT, "ISO 3166-1 alpha-3 code, or a bloc or aggregate of places.csv")
YEAR = Column("year", Kind.YEAR, "calendar year", least=1950, most=2100)

PLACES = Schema(
    "places",
    "Countries and territories (ISO 3166-1, UN M49; names of customs territories as in the WTO), blocs, aggregates.",
    (
        PLACE,
        Column("iso2", Kind.TEXT, "ISO 3166-1 alpha-2 code", required=False),
        Column("m49", Kind.TEXT, "UN M49 code as text", required=False),
        Column("name", Kind.TEXT, "English name"),
        Column("name_zh", Kind.TEXT, "Chinese name"),
        Column(
            "kind",
            Kind.TEXT,
            "what the place is",
            choices=("territory", "customs union", "aggregate"),
        ),
        Column("region", Kind.TEXT, "region for grouping"),
        Column(
            "customs_territory",
            Kind.TEXT,
            "place that levies the import duty",
            required=False,
        ),
        Column("aliases", Kind.LIST, "other names, matched exactly", required=False),
    ),
    key=("place",),
    evidence=False,
)

SOURCES = Schema(
    "sources",
    "Documents that figures were read from.",
    (
        Column("source", Kind.TEXT, "id"),
        Column("title", Kind.TEXT, "title, publisher, date as printed"),
        Column("url", Kind.TEXT, "address or identifier", required=False),
        Column("published_on", Kind.TEXT, "date as far as known", required=False),
    ),
    key=("source",),
    evidence=False,
)

DEFINITIONS = Schema(
    "definitions",
    "What a count counts: agencies differ, and sums across definitions mislead.",
    (
        Column("definition", Kind.TEXT, "id"),
        Column("meaning", Kind.TEXT, "what is and is not in it"),
        Column("trap", Kind.TEXT, "what it is mistaken for", required=False),
    ),
    key=("definition",),
    evidence=False,
)

SALES_SCOPES = ("PASSENGER", "PC_LCV", "LIGHT", "LIGHT_EST", "ALL", "ALL_DOMESTIC", "ALL_RETAIL", "COMMERCIAL")
"""Vehicles that sales count, each a row of definitions.csv: any other would be read and used for nothing."""

SALES = Schema(
    "sales",
    "New-vehicle sales by place, year and scope.",
    (
        PLACE,
        YEAR,
        Column("scope", Kind.TEXT, "vehicles counted: see definitions.csv", choices=SALES_SCOPES),
        Column("measure", Kind.TEXT, "registrations, sales, or how the figure was derived"),
        Column("value", Kind.NUMBER, "new vehicles", unit="cars/year", least=0),
        Column("preferred", Kind.FLAG, "yes for the one to use of a place, year and scope"),
    ),
    key=("place", "year", "scope", "measure", "value"),
)

NEV = Schema(
    "nev",
    "Share of BEV, PHEV and EREV in new-car sales.",
    (
        PLACE,
        YEAR,
        Column("nev_share", Kind.FRACTION, "NEV sales over all new cars", unit="1"),
        Column("nev_sales", Kind.NUMBER, "NEV sold", unit="cars/year", least=0, required=False),
        Column(
            "total_sales",
            Kind.NUMBER,
            "all new cars on the same basis",
            unit="cars/year",
            least=0,
            required=False,
        ),
    ),
    key=("place", "year"),
)

NEV_SPLIT = Schema(
    "nev_split",
    "Share of BEV in NEV sales.",
    (PLACE, YEAR, Column("bev_share", Kind.FRACTION, "BEV sales over NEV sales", unit="1")),
    key=("place", "year"),
)

EXPORTS = Schema(
    "exports",
    "Vehicles exported by origin and destination, those of China above all; counts of CAAM, customs and others stand apart.",
    (
        Column("origin", Kind.TEXT, "place shipped from"),
        Column("destination", Kind.TEXT, "place declared as destination, WLD for all"),
        Column("period", Kind.TEXT, "year, part of a year (2025-01..09) or month"),
        Column("year", Kind.YEAR, "calendar year", least=1990, most=2100),
        Column("full_year", Kind.FLAG, "yes where the period is the whole year"),
        Column(
            "powertrain",
            Kind.TEXT,
            "ALL vehicles, CARS, NEV or a powertrain",
            choices=("ALL", "CARS", "NEV", "BEV", "PHEV", "HEV", "ICE"),
        ),
        Column("definition", Kind.TEXT, "see definitions.csv"),
        Column("value", Kind.NUMBER, "amount", least=0),
        Column("unit", Kind.TEXT, "vehicles, US$bn, rank, ..."),
    ),
    key=(),
)

OVERSEAS_PRODUCTION = Schema(
    "overseas_production",
    "Where the makers of Japan, Germany, Korea and China build: home, abroad and exports by year.",
    (
        Column("home", Kind.TEXT, "home country of the makers"),
        Column("firms", Kind.TEXT, "makers counted"),
        YEAR,
        Column("period", Kind.TEXT, "the year, or the part of it the figure covers"),
        Column("metric", Kind.TEXT, "OVERSEAS_PRODUCTION, DOMESTIC_PRODUCTION, EXPORTS, ..."),
        Column("value", Kind.NUMBER, "amount", least=0),
        Column("unit", Kind.TEXT, "vehicles or percent"),
    ),
    key=(),
)

PARTS_TRADE = Schema(
    "parts_trade",
    "Exports and imports of car parts, and of cars beside them, in dollars of the year; counts of different definitions differ.",
    (
        PLACE,
        Column("flow", Kind.TEXT, "which way", choices=("EXPORT", "IMPORT")),
        YEAR,
        Column("goods", Kind.TEXT, "what is counted", choices=("CARS", "PARTS", "CARS_AND_PARTS", "BATTERIES")),
        Column("definition", Kind.TEXT, "headings or collection counted, as the source names it"),
        Column("value", Kind.NUMBER, "amount", unit="US$bn/year", least=0),
    ),
    key=("place", "flow", "year", "goods", "definition"),
)

PRECEDENTS = Schema(
    "precedents",
    "Restraints and plants of the past: Japan, Korea, Germany since 1960, Chinese plants since 2005.",
    (
        Column("record", Kind.TEXT, "id"),
        Column("kind", Kind.TEXT, "VER_QUOTA, IMPORT_LIMIT, TRANSPLANT, CN_PLANT, ..."),
        Column("home", Kind.TEXT, "home country of the maker"),
        Column("company", Kind.TEXT, "maker"),
        Column("host", Kind.TEXT, "country concerned", required=False),
        Column("site", Kind.TEXT, "site or measure", required=False),
        Column("mode", Kind.TEXT, "full, CKD, SKD, contract ...", required=False),
        Column("announced", Kind.TEXT, "date as far as known", required=False),
        Column("start", Kind.TEXT, "first output or first day", required=False),
        Column("year", Kind.TEXT, "year or span the value holds for", required=False),
        Column("value", Kind.NUMBER, "amount", required=False, least=0),
        Column("unit", Kind.TEXT, "unit of the value", required=False),
        Column("capacity", Kind.TEXT, "cars per year as stated", required=False),
        Column("status", Kind.TEXT, "as stated", required=False),
        Column("status_as_of", Kind.TEXT, "when", required=False),
    ),
    key=("record",),
)

PLANT_DATES = Schema(
    "plant_dates",
    "When plants of precedents.csv were first to start, and when they ended.",
    (
        Column("record", Kind.TEXT, "plant's row of precedents.csv"),
        Column("event", Kind.TEXT, "what the date is of", choices=("FIRST_PLANNED", "ENDED")),
        Column(
            "date",
            Kind.TEXT,
            "last month of the start first stated, as YYYY-MM; when it closed or was sold, as far as known",
        ),
    ),
    key=("record", "event"),
)

SEA_DISTANCES = Schema(
    "sea_distances",
    "Port to port by sea, with the Suez canal open or closed.",
    (
        Column("origin", Kind.TEXT, "place of the loading port"),
        Column("origin_port", Kind.TEXT, "loading port"),
        Column("destination", Kind.TEXT, "place of the discharging port"),
        Column("destination_port", Kind.TEXT, "discharging port"),
        Column("route", Kind.TEXT, "route", choices=("SUEZ_OPEN", "SUEZ_CLOSED")),
        Column("distance", Kind.NUMBER, "distance", unit="nautical miles", least=0),
    ),
    key=("origin_port", "destination_port", "route"),
)

COSTS = Schema(
    "costs",
    "Cost and freight facts, each of one kind, place and period.",
    (
        Column("fact", Kind.TEXT, "id"),
        Column("kind", Kind.TEXT, "CHARTER_RATE, FREIGHT_PER_CAR, PLANT_CAPEX, ..."),
        Column("item", Kind.TEXT, "what exactly"),
        Column("place", Kind.TEXT, "place or route"),
        Column("period", Kind.TEXT, "year, quarter or month"),
        Column("value", Kind.NUMBER, "amount"),
        Column("unit", Kind.TEXT, "unit"),
    ),
    key=("fact",),
)

ECONOMIES = Schema(
    "economies",
    "Tax, risk and exchange rate of each country.",
    (
        PLACE,
        Column(
            "indicator",
            Kind.TEXT,
            "what is measured",
            choices=("corporate_tax_rate", "country_risk_premium", "exchange_rate"),
        ),
        Column("period", Kind.TEXT, "year or month"),
        Column(
            "value",
            Kind.NUMBER,
            "rates as fractions; exchange rate in local money per US$",
            least=0,
        ),
        Column("unit", Kind.TEXT, "1, or currency per USD"),
    ),
    key=("place", "indicator", "period"),
)

INCOMES = Schema(
    "incomes",
    "Population and income per head by country and year: what the size of a market tends to in the long run.",
    (
        PLACE,
        YEAR,
        Column("population", Kind.NUMBER, "people, mid-year", unit="people", least=1),
        Column(
            "gdp_per_head",
            Kind.NUMBER,
            "gross domestic product over population, in dollars of that year at the rate of exchange",
            unit="US$/person/year",
            least=1,
            required=False,
        ),
    ),
    key=("place", "year"),
)

OUTSIDE_VIEWS = Schema(
    "outside_views",
    "Projections that others published, dated, to be blended with our own and scored on what came.",
    (
        Column("publisher", Kind.TEXT, "publisher and edition"),
        Column("scenario", Kind.TEXT, "scenario as the publisher names it"),
        Column("published_on", Kind.TEXT, "day, month or year of publication, as far as known"),
        PLACE,
        YEAR,
        Column("nev_share", Kind.FRACTION, "NEV share of new cars", unit="1", required=False),
        Column("nev_sales", Kind.NUMBER, "NEV sold", unit="cars", required=False, least=0),
    ),
    key=("publisher", "scenario", "place", "year"),
)

YEAR_TO_DATE = Schema(
    "year_to_date",
    "What the first months of the year under way tell of it, beside the same months of the year before.",
    (
        PLACE,
        YEAR,
        Column("months", Kind.COUNT, "months known, from January on", unit="1", least=1, most=11),
        Column("nev_share", Kind.FRACTION, "NEV share of cars registered in them", unit="1"),
        Column("nev_share_before", Kind.FRACTION, "the same in those months of the year before", unit="1"),
        Column("nev_sales", Kind.NUMBER, "NEV registered in them", unit="cars", least=0),
        Column("total_sales", Kind.NUMBER, "all cars registered in them", unit="cars", least=0),
    ),
    key=("place", "year"),
)

POLICY_STEPS = Schema(
    "policy_steps",
    "Dated steps of policy that move the NEV share: standards, mandates, subsidies, taxes, import bans.",
    (
        Column("step", Kind.TEXT, "id"),
        PLACE,
        Column(
            "kind",
            Kind.TEXT,
            "what changes",
            choices=("co2_step", "mandate", "subsidy_start", "subsidy_end", "tax_on_nev", "import_ban"),
        ),
        Column("takes_effect", Kind.DATE, "first day on which buyers or makers are under it"),
        Column("known_from", Kind.DATE, "day it was decided or announced: no forecast of an earlier day may use it"),
        Column("direction", Kind.NUMBER, "1 where it favours NEV, -1 where it does not", least=-1, most=1),
    ),
    key=("step",),
)

BRAND_REGISTRATIONS = Schema(
    "brand_registrations",
    "Cars that makers new to a market sold there, by year: Chinese brands, and Japanese and Korean ones before them.",
    (
        PLACE,
        YEAR,
        Column("period", Kind.TEXT, "the year, or the part of it the figure covers (2025-01..09, 2025-part)"),
        Column("brand", Kind.TEXT, "brand or group, or ALL_CHINESE, ALL_JAPANESE; the note says who is counted"),
        Column("powertrain", Kind.TEXT, "ALL or a powertrain", choices=("ALL", "NEV", "BEV", "PHEV", "HEV", "ICE")),
        Column("cars", Kind.NUMBER, "new cars", unit="cars", least=0, required=False),
        Column(
            "share",
            Kind.FRACTION,
            "share of all cars with that powertrain, where the source prints it",
            unit="1",
            required=False,
        ),
        Column("definition", Kind.TEXT, "vehicles counted: see definitions.csv"),
    ),
    key=("place", "period", "brand", "powertrain"),
)

DEALER_OUTLETS = Schema(
    "dealer_outlets",
    "How many outlets a brand new to a market had there, by date.",
    (
        PLACE,
        Column("brand", Kind.TEXT, "brand"),
        Column("on", Kind.TEXT, "year and month"),
        Column(
            "outlets", Kind.COUNT, "sales outlets; the note says where service outlets are in it", unit="1", least=1
        ),
    ),
    key=("place", "brand", "on"),
)

ALL = (
    PLACES,
    SOURCES,
    DEFINITIONS,
    SALES,
    NEV,
    NEV_SPLIT,
    EXPORTS,
    OVERSEAS_PRODUCTION,
    PARTS_TRADE,
    PRECEDENTS,
    PLANT_DATES,
    SEA_DISTANCES,
    COSTS,
    ECONOMIES,
    INCOMES,
    OUTSIDE_VIEWS,
    YEAR_TO_DATE,
    POLICY_STEPS,
    BRAND_REGISTRATIONS,
    DEALER_OUTLETS,
    NEV_COUNTS,
    TRANSIT_PORTS,
    MARKET_TERMS,
    CLAIMS,
    CLAIM_READINGS,
)
