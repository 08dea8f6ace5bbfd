"""Collected market figures into the tables of world/data."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from conversion.writing import SourceBook, evidence, figures, fraction, number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AGGREGATES = ("AGG_", "EU_EFTA_UK", "EFTA", "WORLD")
IEA_2025 = ("IEA Global EV Outlook 2025, data file", "https://www.iea.org/reports/global-ev-outlook-2025", "2025-05")
IEA_2024 = ("IEA Global EV Outlook 2024, data file", "https://www.iea.org/reports/global-ev-outlook-2024", "2024-04")
ANDREW = (
    "Robbie Andrew, monthly new-car registrations by fuel",
    "https://robbieandrew.github.io/carsales/",
    "2026-08-22",
)

DEFINITIONS = (
    (
        "CAAM",
        "exports as its member makers report them to the China Association of Automobile Manufacturers",
        "leaves out used and low-speed vehicles; below the customs count by 9 % (2024) and 17 % (2025)",
    ),
    (
        "CUSTOMS",
        "vehicles declared to China Customs by declared destination, used and low-speed vehicles included",
        "Belgium and the United Arab Emirates are ports of transit, not markets",
    ),
    ("ALL", "passenger cars and commercial vehicles, new", "China's count by CAAM contains its exports"),
    ("ALL_DOMESTIC", "as ALL, sold in the country only", ""),
    ("ALL_RETAIL", "as ALL, retail instead of wholesale", ""),
    (
        "LIGHT",
        "passenger cars and light commercial vehicles",
        "not comparable with passenger cars where pick-ups are many",
    ),
    ("LIGHT_EST", "as LIGHT, with an estimate for brands that do not report", ""),
    ("PC_LCV", "passenger cars and light commercial vehicles, registrations", ""),
    ("PASSENGER", "passenger cars", "kei cars are missing in the Japanese registrations"),
    ("COMMERCIAL", "commercial vehicles", ""),
    (
        "CUSTOMS HS 8703",
        "cars of HS heading 8703 by declared destination, as the exporter's customs count them (UN Comtrade, exports, FOB)",
        "used cars, re-exports and complete kits are in it; vans and lorries are not",
    ),
    (
        "IMPORTS HS 8703",
        "cars of HS heading 8703 by country of origin, as the importer's customs count them (UN Comtrade, imports, CIF)",
        "the other side of the same trade: it differs from the exporter's count by ways, months and freight",
    ),
    (
        "BACI HS 8703",
        "cars of HS heading 8703 in US$, FOB, reconciled by CEPII from what both sides declare",
        "no number of cars; used cars are in it",
    ),
    (
        "NEV",
        "BEV, PHEV and EREV together (FCEV where the agency adds it)",
        "agencies differ; the share is over all new cars on the same basis",
    ),
)


def definitions() -> Iterator[dict[str, str]]:
    """What each count counts."""
    for definition, meaning, trap in DEFINITIONS:
        yield {"definition": definition, "meaning": meaning, "trap": trap}


def sales(folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Sales by place; the world association's tables are sold and stay out, the user loads his own copy."""
    seen: set[tuple[str, ...]] = set()
    for row in figures(folder, "vehicle_sales.csv"):
        place = row["iso3"]
        if place.startswith(AGGREGATES) or "OICA" in row["source_title"]:
            continue
        if place != "WLD" and len(place) not in {3, 4}:
            continue
        key = (place, row["year"], row["scope"], row["measure"], number(row["value"], 0))
        if key in seen:
            continue
        seen.add(key)
        source = book.cite(row["source_title"], row["source_url"])
        yield {
            "place": place,
            "year": row["year"],
            "scope": row["scope"],
            "measure": row["measure"],
            "value": number(row["value"], 0),
            "preferred": "yes" if row["preferred"] == "Y" else "no",
            **evidence(source, row["as_of"] or row["year"], row["confidence"], row["note"]),
        }


def _nev_evidence(source: str, book: SourceBook) -> dict[str, str]:
    iea, andrew = book.cite(*IEA_2025), book.cite(*ANDREW)
    if source == "IEA GEVO2025":
        return evidence(iea, "2025-05", "high", "two significant figures")
    if source == "RobbieAndrew":
        return evidence(andrew, "2026-08-22", "high")
    if source.startswith("chain"):
        note = "IEA 2024 carried to 2025 by the registrations' change on the logit scale"
        return evidence(andrew, "2026-08-22", "medium", note)
    if source == "derived":
        return evidence(iea, "2025-05", "medium", "derived from the IEA's aggregates")
    return evidence("", "2026-08", "low", source)


def nev(folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """NEV share of new-car sales."""
    collected = figures(folder, "nev_history.csv")
    elsewhere = _counted_on_other_cars(collected)
    for row in collected:
        if row["code"] in NOT_TOLD_BEFORE and row["year"] < NOT_TOLD_BEFORE[row["code"]]:
            continue
        found = {
            "place": row["code"],
            "year": row["year"],
            "nev_share": fraction(row["ev_share_pct"]),
            "nev_sales": number(row["ev_sales"], 0),
            "total_sales": number(row["total_sales"], 0),
            **_nev_evidence(row["source"], book),
        }
        ratio = _share_times_total_over_sales(row)
        if ratio is not None and row["code"] in elsewhere:
            found["nev_share"] = f"{float(row['ev_sales']) / float(row['total_sales']):.4g}"
            found["confidence"] = "medium"
            found["note"] = (
                f"NEV sales over all registrations; the IEA's share of {row['ev_share_pct']} % is of other cars"
            )
        elif ratio is not None and ratio > USED_IMPORTS:
            found["total_sales"] = ""  # the count holds used imports, the share does not
        yield found
    yield from _left_out_later(folder, book)


NOT_TOLD_BEFORE = {"SGP": "2023"}
"""First year in which a source tells electric cars apart: before, it prints zeros and counts them among others."""
OTHER_CARS = 0.05
"""A share and a total that miss the NEV sales by more than this, in recent years, are not of the same cars."""
SHARE_STANDS = {"MEX", "NOR"}
"""Places where registrations by fuel bear out the share, and it is the IEA's count of NEV that is of other cars."""
USED_IMPORTS = 1.5
"""A total this far above the share's own holds used imports."""


def _share_times_total_over_sales(row: dict[str, str]) -> float | None:
    """One, where share, total and NEV sales are of the same cars; None where one of them is missing or rounded away."""
    if not (row["ev_sales"] and row["total_sales"]) or float(row["ev_share_pct"]) < 0.05:
        return None
    return float(row["ev_share_pct"]) / 100 * float(row["total_sales"]) / float(row["ev_sales"])


def _counted_on_other_cars(rows: list[dict[str, str]]) -> set[str]:
    """Places whose recent shares are not of the cars that the total counts (light commercial vehicles, most often)."""
    ratios: dict[str, list[float]] = {}
    for row in rows:
        ratio = _share_times_total_over_sales(row)
        if ratio is not None and row["year"] >= "2023":
            ratios.setdefault(row["code"], []).append(ratio)
    off = {place for place, found in ratios.items() if abs(statistics.median(found) - 1.0) > OTHER_CARS}
    return off - SHARE_STANDS


LEFT_OUT_LATER = {"ARE"}
"""Countries of the IEA's edition of 2024 that the edition of 2025 no longer tells apart."""


def _left_out_later(folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """NEV shares that only an earlier edition has."""
    shares: dict[tuple[str, str], str] = {}
    sold: dict[tuple[str, str], float] = {}
    for row in figures(folder, "ev_sales.csv"):
        if row["iso3"] not in LEFT_OUT_LATER or (row["edition"], row["category"]) != ("2024", "Historical"):
            continue
        key = (row["iso3"], row["year"])
        if row["parameter"] == "EV sales share":
            shares[key] = f"{float(row['value']):.4g}"
        elif row["parameter"] == "EV sales" and row["powertrain"] in {"BEV", "PHEV"}:
            sold[key] = sold.get(key, 0.0) + float(row["value"])
    for (place, year), share in sorted(shares.items()):
        yield {
            "place": place,
            "year": year,
            "nev_share": fraction(share),
            "nev_sales": number(str(sold[place, year]), 0),
            **evidence(book.cite(*IEA_2024), "2024-04", "high", "two significant figures"),
        }


ANDREW_NAMES = {
    "Albania": "ALB", "Australia": "AUS", "Austria": "AUT", "Belgium": "BEL", "Brazil": "BRA",
    "Bulgaria": "BGR", "Canada": "CAN", "Chile": "CHL", "China": "CHN", "Colombia": "COL",
    "Croatia": "HRV", "Cyprus": "CYP", "Czechia": "CZE", "Denmark": "DNK", "Ecuador": "ECU",
    "Estonia": "EST", "EUROPEAN UNION": "EU27", "Finland": "FIN", "France": "FRA",
    "Germany": "DEU", "Greece": "GRC", "Hungary": "HUN", "Iceland": "ISL", "India": "IND",
    "Indonesia": "IDN", "Ireland": "IRL", "Israel": "ISR", "Italy": "ITA", "Japan": "JPN",
    "Latvia": "LVA", "Lithuania": "LTU", "Luxembourg": "LUX", "Malaysia": "MYS", "Malta": "MLT",
    "Mexico": "MEX", "Nepal": "NPL", "Netherlands": "NLD", "New Zealand": "NZL", "Norway": "NOR",
    "Peru": "PER", "Poland": "POL", "Portugal": "PRT", "Romania": "ROU", "Singapore": "SGP",
    "Slovakia": "SVK", "Slovenia": "SVN", "South Korea": "KOR", "Spain": "ESP", "Sweden": "SWE",
    "Switzerland": "CHE", "Taiwan": "TWN", "Thailand": "THA", "Turkey": "TUR", "USA": "USA",
    "Ukraine": "UKR", "United Kingdom": "GBR", "Uruguay": "URY",
}  # fmt: skip


def nev_split(folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Share of BEV in NEV: registrations of the last two years, else the IEA's 2024."""
    monthly: dict[tuple[str, str], dict[str, float]] = {}
    for row in figures(folder, "registrations_monthly.csv"):
        place, year = ANDREW_NAMES.get(row["country"]), row["yyyymm"][:4]
        if place and year >= "2024" and row["fuel"] in {"BatteryElectric", "PluginHybrid"}:
            counts = monthly.setdefault((place, year), {})
            counts[row["fuel"]] = counts.get(row["fuel"], 0.0) + float(row["value"])
    andrew, iea = book.cite(*ANDREW), book.cite(*IEA_2025)
    done = set()
    for (place, year), counts in sorted(monthly.items()):
        if len(counts) == 2 and sum(counts.values()) > 0:
            done.add((place, year))
            share = counts["BatteryElectric"] / sum(counts.values())
            yield {
                "place": place,
                "year": year,
                "bev_share": repr(round(share, 4)),
                **evidence(andrew, "2026-08-22", "high"),
            }
    yearly: dict[tuple[str, str], dict[str, float]] = {}
    for row in figures(folder, "ev_sales.csv"):
        wanted = (row["edition"], row["category"], row["parameter"])
        if wanted == ("2025", "Historical", "EV sales") and row["year"] >= "2023":
            counts = yearly.setdefault((row["iso3"], row["year"]), {})
            counts[row["powertrain"]] = float(row["value"])
    for (place, year), counts in sorted(yearly.items()):
        total = counts.get("BEV", 0.0) + counts.get("PHEV", 0.0)
        if len(place) <= 4 and (place, year) not in done and "BEV" in counts and total > 0:
            yield {
                "place": place,
                "year": year,
                "bev_share": repr(round(counts["BEV"] / total, 4)),
                **evidence(iea, "2025-05", "high", "two significant figures"),
            }


def exports(folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """China's exports by destination and definition."""
    for row in figures(folder, "china_exports.csv"):
        source = book.cite(row["source_title"], row["source_url"])
        yield {
            "origin": row["origin"],
            "destination": row["dest_iso3"],
            "period": row["period"],
            "year": row["year"],
            "full_year": "yes" if row["full_year"] == "Y" else "no",
            "powertrain": row["powertrain"],
            "definition": row["definition"],
            "value": number(row["value"], 3),
            "unit": row["unit"],
            **evidence(source, row["as_of"] or row["year"], row["confidence"], row["note"]),
        }


def overseas_production(folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Home, overseas and exported output of the makers of four countries."""
    for row in figures(folder, "overseas_production.csv"):
        source = book.cite(row["source_title"], row["source_url"])
        yield {
            "home": row["home_iso3"],
            "firms": row["firms"],
            "year": row["year"][:4],
            "period": row["year"],
            "metric": row["metric"],
            "value": number(row["value"], 3),
            "unit": row["unit"],
            **evidence(source, row["as_of"] or row["year"], row["confidence"], row["note"]),
        }


def parts_trade(folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """What countries trade in car parts, by heading or as their customs collect it; left out where no one says which."""
    for row in figures(folder, "parts_trade.csv"):
        counted = row["definition"].replace('"', "")
        if not row["source_title"] or counted.startswith("UNSTATED"):
            continue
        source = book.cite(row["source_title"], row["source_url"])
        yield {
            "place": row["reporter"],
            "flow": row["flow"],
            "year": row["year"],
            "goods": "CARS_AND_PARTS" if "vehicles and parts" in counted else "PARTS",
            "definition": counted,
            "value": number(row["value_usd_bn"], 3),
            **evidence(source, row["as_of"] or row["year"], row["confidence"], row["note"]),
        }


def precedents(folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Restraints and plants of the past."""
    for row in figures(folder, "precedents.csv"):
        source = book.cite(row["source_title"], row["source_url"])
        as_of = (row["status_as_of"] or row["year"] or row["announced"] or "2026-07-02").removeprefix("to ")
        yield {
            "record": row["record_id"],
            "kind": row["kind"],
            "home": row["home_country"],
            "company": row["company"],
            "host": row["host_country"],
            "site": row["site"],
            "mode": row["mode"],
            "announced": row["announced"],
            "start": row["start_date"],
            "year": row["year"],
            "value": number(row["value"], 3),
            "unit": row["unit"],
            "capacity": "" if "see note" in row["capacity_per_year"] else row["capacity_per_year"],
            "status": row["status"],
            "status_as_of": row["status_as_of"],
            **evidence(source, as_of[:10], row["confidence"], row["note"]),
        }


VIEWED = {
    "World": "WLD", "China": "CHN", "USA": "USA", "Europe": "EUR", "India": "IND", "Rest of the world": "ROW", "Japan": "JPN",
}  # fmt: skip
"""Places of published projections, as their editions name them."""


def outside_views(folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Published projections of NEV share and sales of cars, one row for both."""
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for row in figures(folder, "forecasts.csv"):
        if (
            row["scope"] != "cars BEV+PHEV"
            or row["metric"] not in {"EV_SHARE", "EV_SALES"}
            or row["region"] not in VIEWED
        ):
            continue
        view = (row["publisher"], row["scenario"], VIEWED[row["region"]], row["target_year"])
        source = book.cite(row["source_title"], row["source_url"], row["publication_date"])
        note = "" if "bottom-up panel" in row["note"] else row["note"]
        told = found.setdefault(
            view,
            {
                "publisher": row["publisher"],
                "scenario": row["scenario"],
                "published_on": row["publication_date"],
                "place": view[2],
                "year": row["target_year"],
                **evidence(source, row["as_of"], row["confidence"], note),
            },
        )
        if row["metric"] == "EV_SHARE":
            told["nev_share"] = fraction(row["value"])
        else:
            told["nev_sales"] = number(row["value"], 0)
    for key in sorted(found):
        yield found[key]


WORLD_BANK = (
    "World Bank, population and gross domestic product at current US dollars (datasets/population, datasets/gdp)",
    "https://github.com/datasets/gdp",
)
FIRST_INCOME = "2005"


def incomes(folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Population and income of the countries whose market is counted somewhere; regions and the world stay out."""
    sold = {row["iso3"] for row in figures(folder, "vehicle_sales.csv") if row["value"]}
    sold |= {row["code"] for row in figures(folder, "nev_history.csv") if row["total_sales"]}
    for row in figures(folder, "macro.csv"):
        if row["iso3"] in sold - {"WLD"} and row["year"] >= FIRST_INCOME and row["population"]:
            yield {
                "place": row["iso3"],
                "year": row["year"],
                "population": number(row["population"], 0),
                "gdp_per_head": number(row["gdp_per_capita_usd"], 0),
                **evidence(book.cite(*WORLD_BANK), row["year"], row["confidence"], row["note"]),
            }


def sea_distances(folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Port to port by sea."""
    source = book.cite(
        "searoute 1.6.0, shortest route on its maritime network", "https://github.com/genthalili/searoute-py"
    )
    for row in figures(folder, "sea_distances.csv"):
        yield {
            "origin": row["origin_iso3"],
            "origin_port": row["origin_port"],
            "destination": row["dest_iso3"],
            "destination_port": row["dest_port"],
            "route": row["route_variant"],
            "distance": number(row["distance_nm"], 0),
            **evidence(source, row["as_of"], row["confidence"], "shortest route, not a schedule"),
        }


def costs(folder: Path, book: SourceBook) -> Iterator[dict[str, str]]:
    """Cost and freight facts."""
    for row in figures(folder, "logistics_costs.csv"):
        url = "" if row["source_url"].startswith("..") else row["source_url"]
        title = "" if row["source_title"].endswith(".csv") else row["source_title"]
        yield {
            "fact": row["fact_id"],
            "kind": row["kind"],
            "item": row["item"],
            "place": row["country_or_route"],
            "period": row["period"],
            "value": number(row["value"], 3),
            "unit": row["unit"],
            **evidence(book.cite(title, url), row["as_of"] or row["period"], row["confidence"], row["note"]),
        }
