"""A home or a maker of the precedents in full, with the rows and documents behind every figure; and all of them as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roadstead.report.listing import percent, table
from roadstead.showing.precedents import in_year, place, share, shares
from roadstead.showing.precedents import years as years_of
from roadstead.showing.precedents_words import METRICS, STANDINGS_ZH, WORDS
from roadstead.terms.evidence import document, titles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from roadstead.outlook.localisation import Curve
    from roadstead.report.amounts import Language
    from roadstead.report.listing import Listing
    from roadstead.study.precedents import Home, MakerPlaced, Placed, Precedents
    from roadstead.terms.tables import Row
    from roadstead.world.overseas import OverseasShare
    from roadstead.world.plants import Plant
    from roadstead.world.reference import World

TOLD = ("record", "metric", "firms", "company", "site", "year", "period", "value", "unit", "status", "note")
"""Columns of a row that JSON has."""


def years(home: Home, world: World, language: Language) -> Listing:
    """A row a year: exported, made abroad, made at home, and both shares; figures that contradict each other side by side."""
    words = WORDS[language]
    metrics = ("EXPORTS", "OVERSEAS_PRODUCTION", "DOMESTIC_PRODUCTION")
    columns = (words["year"], *(f">{words[METRICS[metric]]}" for metric in metrics))
    columns = (*columns, f">{words['of sales']}", f">{words['of production']}")
    rows = [
        (
            str(year),
            *(" / ".join(f"{row['value'] / 1e3:,.0f}" for row in told.get(metric, ())) for metric in metrics),
            _marked((one for one in (*home.points, *home.rough) if one.year == year), language),
            _marked((one for one in home.of_production if one.year == year), language),
        )
        for year, told in home.series.items()
        if any(told.get(metric) for metric in metrics)
    ]
    return table(place(home.home, world, language), columns, rows)


def _marked(told: Iterable[OverseasShare], language: Language) -> str:
    mark = WORDS[language]["rough mark"]
    return " / ".join(dict.fromkeys(f"{percent(one.share, 1)}{mark if one.is_rough else ''}" for one in told))


def home_rests_on(home: Home, found: Precedents, world: World, language: Language) -> Iterator[str]:
    """The curve, and every row with its document."""
    words, curve = WORDS[language], home.fitted.curve
    yield ""
    yield words["rough is"]
    yield words["curve"].format(
        name=place(home.home, world, language),
        ceiling=share(curve.ceiling),
        pace=f"{curve.pace:.3f}",
        middle=in_year(curve.middle, language),
        error=percent(home.fitted.error, 1),
        count=len(home.points),
    )
    for told in home.series.values():
        for metric, rows in told.items():
            for row in rows:
                yield words["source"].format(
                    year=row["year"],
                    metric=words[METRICS[metric]],
                    value=f"{row['value'] / 1e3:,.0f}",
                    firms=row["firms"],
                    source=_document(row, found, language),
                    line=row.line,
                )


def _document(row: Row, found: Precedents, language: Language) -> str:
    return "; ".join(titles(found.world.sources, [row["source"]])) or WORDS[language]["no source"]


def maker_lines(one: MakerPlaced, found: Precedents, world: World, language: Language) -> Iterator[str]:
    """A maker: where it stands, what that rests on, and every plant."""
    words, maker = WORDS[language], one.maker
    if one.ahead is None or one.like is None:
        yield words["maker unknown"].format(maker=maker.maker)
    else:
        first, last = (shares(span, language) for span in one.ahead)
        now = shares(maker.share, language)
        yield words["maker head"].format(
            maker=maker.maker, share=now, like=years_of(one.like, language), y2030=first, y2035=last
        )
    if maker.own is not None:
        told = {"share": percent(maker.own.share, 1), "year": maker.own.year}
        yield words["maker own"].format(**told, source=_document(maker.own.pair.abroad, found, language))
    if maker.sold is not None:
        value = f"{maker.sold['value'] / 1e3:,.0f}"
        yield words["maker sold"].format(
            year=maker.sold["year"], value=value, source=_document(maker.sold, found, language)
        )
    low, middle, high = (f"{value / 1e3:,.0f}" for value in maker.later)
    now = f"{maker.capacity / 1e3:,.0f}"
    yield words["maker capacity"].format(now=now, later=middle, low=low, high=high, untold=maker.untold)
    for plants in maker.plants.values():
        for plant in plants:
            yield _plant(plant, found, world, language)


def _plant(plant: Plant, found: Precedents, world: World, language: Language) -> str:
    words, row = WORDS[language], plant.row
    none = words["none"]
    months = plant.late if plant.is_due else 0.0
    planned = "" if plant.planned_by is None else plant.planned_by["date"]
    rests_on = [row["source"], *([] if plant.planned_by is None else [plant.planned_by["source"]])]
    known = plant.host in world.gazetteer.places
    return words["plant"].format(
        host=place(plant.host, world, language) if known else plant.host,
        site=plant.site or none,
        status=row["status"] or none if language == "en" else STANDINGS_ZH[plant.standing.value],
        announced=row["announced"] or none,
        planned=planned or none,
        begins=row["start"] or none,
        late=words["plant late"].format(months=f"{months:.0f}") if months else "",
        capacity=words["a year"].format(value=f"{plant.capacity / 1e3:,.0f}") if plant.capacity else none,
        source="; ".join(titles(found.world.sources, rests_on)) or words["no source"],
    )


def as_json(found: Precedents, world: World, homes: Sequence[Home], makers: Sequence[MakerPlaced]) -> dict[str, Any]:
    """The precedents for machines: every figure with its denominator, rows and documents."""
    rates = found.rates
    return {
        "basis": "foreign sales: made abroad and exported",
        "homes": [_home(home, world) for home in homes],
        "china": [_placed(placed, world) for placed in found.china],
        "sales_abroad_in_2030": [_row(row, world) for row in found.sales],
        "left_out": [
            {
                "home": one.home,
                "from": one.year,
                "share": one.level,
                "years": [
                    {"year": year, "known": known, "low": span[0], "middle": span[1], "high": span[2]}
                    for year, known, span in one.told
                ],
                "inside": one.inside,
                "mean_error": one.error,
            }
            for one in found.checks
        ],
        "plants": {
            "due": [{"months_late": months} | _plant_json(p) for months, p in zip(rates.late, rates.due, strict=True)],
            "share_late": rates.share_late,
            "median_months_late": rates.median_late,
            "mean_months_late": rates.mean_late,
            "given_up": rates.given_up.count,
            "years_waited": rates.given_up.exposure,
            "given_up_a_year": dict(zip(("low", "counted", "high"), rates.rates, strict=True)),
            "closed": [_plant_json(plant) for plant in rates.closed],
            "transplants": rates.transplants,
            "stranded": [_plant_json(plant) for plant in rates.stranded],
        },
        "years_from_limit_to_first_car": found.waits,
        "utilisation": found.utilisation,
        "known_on": found.known_on,
        "makers": [_maker(one, world) for one in makers],
    }


def _home(home: Home, world: World) -> dict[str, Any]:
    one = world.gazetteer.places[home.home]
    return {
        "home": home.home,
        "name": one.name,
        "name_zh": one.name_zh,
        "curve": _curve(home.fitted.curve),
        "error": home.fitted.error,
        "curves_without": {year: _curve(curve) for year, curve in home.fitted.without.items()},
        "peak_of_exports": _row(home.peak, world),
        "share_at_peak": home.at_peak,
        "half_abroad_in": home.half,
        "shares": [_share(point, world) for point in (*home.points, *home.rough, *home.of_production)],
        "series": [_row(row, world) for told in home.series.values() for rows in told.values() for row in rows],
    }


def _curve(curve: Curve) -> dict[str, float]:
    return {"ceiling": curve.ceiling, "pace": curve.pace, "middle": curve.middle}


def _placed(placed: Placed, world: World) -> dict[str, Any]:
    spans = ("low", "middle", "high")
    return {
        "level": _share(placed.level, world),
        "stood_there_in": placed.like,
        "ahead": [
            {
                "year": one.year,
                "by_home": {home: dict(zip(spans, span, strict=True)) for home, span in one.by_home.items()},
                "share": dict(zip(spans, one.share, strict=True)),
                "cars_abroad": dict(zip(spans, cars, strict=True)),
            }
            for one, cars in zip(placed.ahead, placed.cars, strict=True)
        ],
    }


def _maker(one: MakerPlaced, world: World) -> dict[str, Any]:
    maker = one.maker
    return {
        "maker": maker.maker,
        "share": maker.share,
        "as_of": maker.year,
        "stated": None if maker.own is None else _share(maker.own, world),
        "sold": None if maker.sold is None else _row(maker.sold, world),
        "as_japan_in": one.like,
        "ahead": one.ahead,
        "capacity": maker.capacity,
        "capacity_2030": dict(zip(("low", "middle", "high"), maker.later, strict=True)),
        "plants_without_capacity": maker.untold,
        "plants": [_plant_json(plant) for plants in maker.plants.values() for plant in plants],
    }


def _share(one: OverseasShare, world: World) -> dict[str, Any]:
    return {
        "home": one.home,
        "firms": one.firms,
        "period": one.period,
        "share": one.share,
        "denominator": one.basis,
        "rough": one.is_rough,
        "made_abroad": _row(one.pair.abroad, world),
        "beside": _row(one.pair.beside, world),
    }


def _row(row: Row, world: World) -> dict[str, Any]:
    source = row["source"]
    told = {key: value for key, value in row.values.items() if key in TOLD and value is not None}
    return told | {
        "row": row.at,
        "source": document(world.sources, source) if source else None,
    }


def _plant_json(plant: Plant) -> dict[str, Any]:
    return {
        "record": plant.record,
        "maker": plant.maker,
        "host": plant.host,
        "site": plant.site,
        "standing": plant.standing,
        "announced": plant.announced,
        "first_planned": plant.planned,
        "begins": plant.begins,
        "ended": plant.ended,
        "capacity": plant.capacity,
    }
