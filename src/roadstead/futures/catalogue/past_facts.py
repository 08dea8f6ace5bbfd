"""Counts of what happened before, from the tables of facts: subsidies, plants, restraints, routes, incomes."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from roadstead.futures.catalogue.counting import LARGE, Counted, Tally, years
from roadstead.trade.schedule import ONE_DAY
from roadstead.world.plants import ABROAD, CHINESE, Standing, begun, standing_of, waiting
from roadstead.world.plants import day as day_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from roadstead.futures.catalogue.counting import BaseClass, Ground
    from roadstead.terms.tables import Row

PLANTS = (ABROAD, CHINESE)
RESTRAINTS = ("VER_QUOTA", "IMPORT_LIMIT")
ROUNDING = 1e-9
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def support_ended(ground: Ground, base: BaseClass) -> Tally:
    """Years in which a country ended or cut what it gave electric cars; ``of`` names the kinds of step."""
    places = [
        place
        for place in ground.world.markets
        if not base.places or place in base.places or (LARGE in base.places and _is_large_country(ground, place))
    ]
    by_year: dict[tuple[str, int], list[Row]] = {}
    for row in ground.world.tables["policy_steps"]:
        day = row["takes_effect"]
        if (
            row["kind"] in base.of
            and row["direction"] < 0
            and row["place"] in places
            and date(base.since, 1, 1) <= day <= ground.until
        ):
            by_year.setdefault((row["place"], day.year), []).append(row)
    counted = tuple(
        _told(place, min(row["takes_effect"] for row in rows), "; ".join(row["kind"] for row in rows), rows, "step")
        for (place, _), rows in sorted(by_year.items())
    )
    risk = dict.fromkeys(sorted(places), years(date(base.since, 1, 1), ground.until))
    return Tally(counted, risk, "country-years")


def _is_large_country(ground: Ground, place: str) -> bool:
    return ground.world.gazetteer.places[place].kind == "territory" and ground.world.markets[place].is_large


def plant_opened(ground: Ground, base: BaseClass) -> Tally:
    """Years in which makers of the home country opened a plant in one or more of the places of the class."""
    by_year: dict[int, list[tuple[date, Row]]] = {}
    for row in _precedents(ground, (CHINESE,)):
        day = begun(row, ground.until)
        if day is not None and row["host"] in base.places and day >= date(base.since, 1, 1):
            by_year.setdefault(day.year, []).append((day, row))
    counted = []
    for found in by_year.values():
        found.sort(key=lambda one: one[0])
        rows = [row for _, row in found]
        text = "; ".join(f"{row['company']}, {row['site']}" for row in rows)
        counted.append(_told(rows[0]["host"], found[0][0], text, rows, "record"))
    together = {"|".join(base.places): years(date(base.since, 1, 1), ground.until)}
    return Tally(tuple(counted), together, "years")


def plant_refused(ground: Ground, base: BaseClass) -> Tally:
    """Plants announced and then refused, shelved or given up, in the years they waited."""
    counted: list[Counted] = []
    risk: dict[str, float] = {}
    for row in _precedents(ground, (CHINESE,)):
        waited = waiting(row, ground.until)
        if waited is None or waited[0].year < base.since or (base.places and row["host"] not in base.places):
            continue
        until = waited[1]
        risk[row["host"]] = risk.get(row["host"], 0.0) + years(*waited)
        told = day_of(row["status_as_of"])
        if standing_of(row) is Standing.GIVEN_UP and (told is None or told <= ground.until):
            counted.append(
                _told(row["host"], until, f"{row['company']}, {row['site']}: {row['status']}", [row], "record")
            )
    return Tally(tuple(counted), risk, "years in which a plant waited")


def plant_lost(ground: Ground, base: BaseClass) -> Tally:
    """Plants of precedents.csv lost to politics, in the years they ran."""
    lost = {row["record"]: row for row in ground.episodes if row["kind"] == "PLANT_LOST" and row["record"]}
    counted: list[Counted] = []
    risk: dict[str, float] = {}
    for row in _precedents(ground, PLANTS):
        start = begun(row, ground.until)
        if start is None:
            continue
        if base.places and row["host"] not in base.places:
            continue
        episode = lost.get(row["record"])
        until = min(episode["began"], ground.until) if episode else ground.until
        risk[row["host"]] = risk.get(row["host"], 0.0) + years(max(start, date(base.since, 1, 1)), until)
        if episode and episode["began"] <= ground.until:
            counted.append(_told(row["host"], episode["began"], episode["title"], [episode], "episode"))
    return Tally(tuple(counted), risk, "plant-years")


def restraint_ended(ground: Ground, base: BaseClass) -> Tally:
    """Limits of the past on one country's cars that ended, in the years they held; each from its first year on record."""
    held: dict[str, list[Row]] = {}
    for row in _precedents(ground, RESTRAINTS):
        single = row["host"] in ground.world.gazetteer.places
        if single and (not base.places or row["host"] in base.places) and _YEAR.search(str(row["year"])):
            held.setdefault(row["host"], []).append(row)
    counted, risk = [], {}
    for host, rows in held.items():
        found = sorted(int(y) for row in rows for y in _YEAR.findall(str(row["year"])) if row["unit"] != "abolished")
        first, last = max(found[0], base.since), found[-1]
        # "to 1992": a limit whose first year is not on record does not tell how long it held.
        if any(str(row["year"]).startswith("to ") for row in rows):
            continue
        risk[host] = float(last - first + 1)
        counted.append(_told(host, date(last, 12, 31), f"{found[0]} to {last}", rows, "record"))
    return Tally(tuple(counted), risk, "years in which one held")


def route_closed(ground: Ground, base: BaseClass) -> Tally:
    """Closings of a sea route, in the years it was open."""
    closed = _closings(ground, base)
    shut = sum(years(row["began"], min(row["ended"] or ground.until, ground.until)) for row in closed)
    counted = tuple(_told(row["place"], row["began"], row["title"], [row], "episode") for row in closed)
    return Tally(counted, {"WLD": years(date(base.since, 1, 1), ground.until) - shut}, "years in which it was open")


def route_opened(ground: Ground, base: BaseClass) -> Tally:
    """Openings of a sea route again, in the years it was closed."""
    closed = _closings(ground, base)
    shut = sum(years(row["began"], min(row["ended"] or ground.until, ground.until)) for row in closed)
    ended = [row for row in closed if row["ended"] and row["ended"] <= ground.until]
    counted = tuple(_told(row["place"], row["ended"], row["title"], [row], "episode") for row in ended)
    return Tally(counted, {"WLD": shut}, "years in which it was closed")


def _closings(ground: Ground, base: BaseClass) -> list[Row]:
    return [
        row
        for row in ground.episodes
        if row["kind"] == "ROUTE_CLOSED" and date(base.since, 1, 1) <= row["began"] <= ground.until
    ]


def income_fall(ground: Ground, base: BaseClass) -> Tally:
    """Years in which a country's income per head in dollars fell by the class's step, which its exchange rate explains."""
    series: dict[str, dict[int, Row]] = {}
    for row in ground.world.tables["incomes"]:
        if row["gdp_per_head"] and (not base.places or row["place"] in base.places):
            series.setdefault(row["place"], {})[row["year"]] = row
    counted: list[Counted] = []
    risk: dict[str, float] = {}
    for place, rows in series.items():
        for year in range(base.since, (ground.until + ONE_DAY).year):
            if year not in rows or year - 1 not in rows:
                continue
            risk[place] = risk.get(place, 0.0) + 1.0
            change = rows[year]["gdp_per_head"] / rows[year - 1]["gdp_per_head"] - 1.0
            if change <= -base.step + ROUNDING:
                source = (rows[year].evidence.source_id,)
                text = f"income per head {change:+.0%} in dollars"
                counted.append(
                    Counted(place, date(year, 12, 31), text, (f"incomes {place} {year}",), source, date(year, 12, 31))
                )
    return Tally(tuple(counted), risk, "country-years")


def _precedents(ground: Ground, kinds: Sequence[str]) -> Iterable[Row]:
    return (row for row in ground.world.tables["precedents"] if row["kind"] in kinds)


def _told(place: str, day: date, text: str, rows: Sequence[Row], key: str) -> Counted:
    sources = tuple(dict.fromkeys(row.evidence.source_id for row in rows if row.evidence.is_sourced))
    known = min((row["known_from"] for row in rows if row.values.get("known_from")), default=day)
    return Counted(place, day, text, tuple(row[key] for row in rows), sources, min(known, day))
