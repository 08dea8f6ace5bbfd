"""Parts exports beside car exports, told: whether they rise where cars give way, where they go, and who went before."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from roadstead.playbook.book import Amount, Name, Sentence
from roadstead.playbook.parts import drawn, export_years, shipped
from roadstead.playbook.parts_book import CountryExports, Forerunner, Pull
from roadstead.playbook.suppliers import briefs, content, production, starts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.playbook.book import Term
    from roadstead.playbook.parts_book import ExportYear, Shipped
    from roadstead.playbook.reading import Reading
    from roadstead.terms.tables import Row
    from roadstead.world.reference import World

COUNTRIES = 8
"""Destinations named; the others are summed."""
OTHERS, ALL = Name("Other countries", "其他国家"), Name("All countries", "合计")
FORERUNNERS = {"KOR": (1977, 1992, 2012, 2016, 2017), "JPN": (2016, 2023)}
"""Years shown of countries whose makers built plants abroad before."""


def pull(reading: Reading) -> Pull:
    """The chapter on parts."""
    found = drawn(reading)
    years, sent = export_years(reading, found), shipped(reading, found)
    begun, before = starts(reading, found), forerunners(reading.evaluation.ledger.costing.world)
    return Pull(
        said=told(years, reading.place(reading.evaluation.ledger.costing.carmaker.home.place)),
        years=years,
        countries=countries(sent, reading.tree.first_year, reading.tree.last_year),
        lines=briefs(reading, found, begun),
        shipped=sent,
        production=production(reading, found),
        starts=begun,
        content=content(reading, found),
        forerunners=before,
        before=risen(before),
    )


def told(years: Sequence[ExportYear], home: Name) -> tuple[Sentence, ...]:
    """How parts go beside cars, whether and when they pass them, and in how many futures they are ahead as the horizon ends."""
    last = years[-1]
    if not any(year.parts for year in years):
        return (Sentence("parts.none", {"home": home}),)
    ahead = Sentence(
        "parts.ahead", {"share": Amount(last.parts_ahead, "share", f"ahead/{last.year}"), "last": _year(last.year)}
    )
    return (_course(years), _passing(years), ahead, _giving_way(years))


def _course(years: Sequence[ExportYear]) -> Sentence:
    """From the first year to the last."""
    first, last = years[0], years[-1]
    terms: dict[str, Term] = {
        "first": _year(first.year),
        "last": _year(last.year),
        "cars_first": _cars(first),
        "cars_last": _cars(last),
        "parts_first": _parts(first),
        "parts_last": _parts(last),
    }
    return Sentence("parts.course", terms)


def _giving_way(years: Sequence[ExportYear]) -> Sentence:
    """What parts do in the year in which car exports fall most."""
    before, after = min(pairwise(years), key=lambda pair: pair[1].cars - pair[0].cars, default=(years[0], years[0]))
    if after.cars >= before.cars:
        return Sentence("parts.no_fall", {})
    terms: dict[str, Term] = {
        "year": _year(after.year),
        "fall": Amount(1.0 - after.cars / before.cars, "share", f"fall/cars/{after.year}"),
        "parts_before": _parts(before),
        "parts_after": _parts(after),
    }
    return Sentence("parts.fall", terms)


def _passing(years: Sequence[ExportYear]) -> Sentence:
    """When expected parts pass expected cars: for good, only for some years, always or never."""
    ahead = [year.parts >= year.cars for year in years]
    first, last = years[0], years[-1]
    terms: dict[str, Term] = {"last": _year(last.year)}
    if all(ahead):
        return Sentence("parts.always", {**terms, "first": _year(first.year)})
    if not any(ahead):
        near = max(years, key=lambda year: year.parts / year.cars)
        share = Amount(near.parts / near.cars, "share")
        return Sentence("parts.never", {**terms, "year": _year(near.year), "share": share})
    if not ahead[-1]:
        then = years[len(ahead) - 1 - ahead[::-1].index(True)]
        return Sentence(
            "parts.falls_back",
            {**terms, "year": _year(then.year), "parts": _parts(last), "cars": _cars(last)},
        )
    then = years[len(ahead) - ahead[::-1].index(False)]
    return Sentence("parts.pass", {**terms, "year": _year(then.year), "parts": _parts(then), "cars": _cars(then)})


def _year(year: int) -> Amount:
    return Amount(float(year), "year")


def _cars(of: ExportYear) -> Amount:
    return Amount(of.cars, "money", f"sent/cars/{of.year}")


def _parts(of: ExportYear) -> Amount:
    return Amount(of.parts, "money", f"sent/inputs/{of.year}")


def countries(sent: Sequence[Shipped], first: int, last: int) -> tuple[CountryExports, ...]:
    """The destinations that matter most as the horizon begins and ends, all others, and their sum."""
    sums: dict[str, list[float]] = {}
    names: dict[str, Name] = {}
    for row in sent:
        if row.year not in {first, last}:
            continue
        names[row.country_id] = row.country
        at = 2 * (row.goods != "cars") + (row.year == last)
        sums.setdefault(row.country_id, [0.0] * 4)[at] += row.value
    order = sorted(sums, key=lambda country: -sum(sums[country]))
    rows = [CountryExports(country, names[country], *sums[country]) for country in order[:COUNTRIES]]
    if rest := [sums[country] for country in order[COUNTRIES:]]:
        rows.append(CountryExports("", OTHERS, *map(sum, zip(*rest, strict=True))))
    if rows:
        rows.append(CountryExports("", ALL, *map(sum, zip(*sums.values(), strict=True))))
    return tuple(rows)


def forerunners(world: World) -> tuple[Forerunner, ...]:
    """Exports of cars and parts of countries whose makers went abroad before, in the years known for them."""
    found = []
    for place, years in FORERUNNERS.items():
        name = world.gazetteer.places[place]
        for year in years:
            rows = [
                row for row in world.tables["parts_trade"]
                if (row["place"], row["year"], row["flow"]) == (place, year, "EXPORT")
            ]  # fmt: skip
            parts, cars = (next((r for r in rows if r["goods"] == goods), None) for goods in ("PARTS", "CARS"))
            if parts is not None:
                found.append(_forerunner(world, Name(name.name, name.name_zh), parts, cars))
    return tuple(found)


def _forerunner(world: World, who: Name, parts: Row, cars: Row | None) -> Forerunner:
    used = [world.sources[row["source"]] for row in (parts, cars) if row is not None]
    counted = dict.fromkeys(row["definition"] for row in (parts, cars) if row is not None)
    return Forerunner(
        who=who,
        year=parts["year"],
        cars=None if cars is None else float(cars["value"]),
        parts=float(parts["value"]),
        share=None if cars is None else float(parts["value"] / cars["value"]),
        counted="; ".join(counted),
        source="; ".join(dict.fromkeys(source.title for source in used)),
        url=used[0].url,
        key=f"{parts['place']}/{parts['year']}",
    )


def risen(rows: Sequence[Forerunner]) -> Sentence | None:
    """The rise of parts over cars from its lowest, among years of a country that are counted in one way."""
    for first in rows:
        alike = [row for row in rows if (row.who, row.counted) == (first.who, first.counted) and row.share is not None]
        if len(alike) < 2:
            continue
        low = min(alike, key=lambda row: row.share or 0.0)
        high = max((row for row in alike if row.year >= low.year), key=lambda row: row.share or 0.0)
        return Sentence(
            "parts.before",
            {
                "who": first.who,
                "low": Amount(low.share or 0.0, "share", f"before/{low.key}/share"),
                "from": _year(low.year),
                "high": Amount(high.share or 0.0, "share", f"before/{high.key}/share"),
                "to": _year(high.year),
            },
        )
    return None
