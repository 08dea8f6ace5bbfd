"""Entry paths of a case: those it states, those of the analogues it names, else those of every analogue there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from roadstead.demand.analogues import NEV, analogues, named
from roadstead.demand.entry import HIGH, LOW, analogue_path, assumed_path, fit_course, stated_path
from roadstead.demand.entry_terms import entry_terms
from roadstead.playbook.book import Amount, Name, Sentence
from roadstead.study.tables import ENTRY_PATHS
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.ids import Powertrain, powertrain_class

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from roadstead.demand.entry import Course, EntryPath
    from roadstead.futures.costs.costing import Costing
    from roadstead.study.spec import Study
    from roadstead.terms.tables import Row
    from roadstead.world.carmaker import Carmaker
    from roadstead.world.places import Gazetteer
    from roadstead.world.reference import World

Cell = tuple[str, Powertrain]
Courses: TypeAlias = "dict[tuple[str, ...], Course | None]"
"""Courses fitted to what became of entries before, by the names of these."""
SHARES = ("low", "middle", "high")


def entry_paths(study: Study, courses: Courses | None = None) -> Mapping[Cell, EntryPath]:
    """The path of every powertrain that the brand is new with in a market.

    ``courses``: those fitted already on the same world, to which new ones are added.
    """
    told = _by_cell(study.rows.get(ENTRY_PATHS.name, ()), study.world.gazetteer)
    years, found = study.conventions.years_to_mature, {}
    courses = {} if courses is None else courses
    for cell, mature in _entries(study.carmaker).items():
        rows = told.get(cell, [])
        if rows and not rows[0]["analogues"]:
            found[cell] = _stated(rows)
            continue
        names = rows[0]["analogues"] if rows else ()
        if names not in courses:
            alike = named(study.world, names, rows[0].where("analogues")) if names else analogues(study.world, NEV)
            courses[names] = fit_course(alike)
        course = courses[names]
        if course is not None:
            found[cell] = analogue_path(course, mature, years)
        else:
            spread = entry_terms()["entry_spread"]
            found[cell] = assumed_path(mature, years, spread.value, spread.evidence)
    return found


def check(rows: Sequence[Row], carmaker: Carmaker, world: World) -> Iterator[Fault]:
    """Every row of entry_paths.csv is about an entry, and says one thing of it."""
    entries, told = _entries(carmaker), _by_cell(rows, world.gazetteer)
    seen: dict[tuple[object, ...], Row] = {}
    for row in rows:
        market = _market(row, world.gazetteer)
        first = seen.setdefault((market, row["powertrain"], row["years"]), row)
        if market and first is not row:
            message = f"`{row['market']}` has this row in {first.called} already, under another name"
            yield Fault(row.where("market"), "RS-T104", message, "one row for each year on the market")
        if market not in carmaker.channels:
            expected = f"one of {', '.join(carmaker.channels)}"
            yield Fault(row.where("market"), "RS-S641", f"`{row['market']}` is no market that is planned", expected)
        elif row["powertrain"] and (market, Powertrain(row["powertrain"])) not in entries:
            message = f"{row['powertrain']} in {market} is no entry: it is sold there today, or not offered at all"
            expected = "a powertrain that is offered and sold nothing in the base year"
            yield Fault(row.where("powertrain"), "RS-S641", message, expected)
        else:
            yield from _kind(row, told.get((market, Powertrain(row["powertrain"] or "BEV")), []))
            yield from _names(row, world)


def _kind(row: Row, beside: Sequence[Row]) -> Iterator[Fault]:
    """Analogues, or a year with three shares; not both, and not both kinds for one entry."""
    stated = [row[name] for name in ("years", *SHARES)]
    if row["analogues"]:
        if any(value is not None for value in stated) or len(beside) > 1:
            expected = "one row with analogues alone, or rows with years, low, middle and high"
            yield Fault(row.where("analogues"), "RS-S641", "an entry has analogues and a path of its own", expected)
        return
    if None in stated:
        expected = "years, low, middle and high together, or analogues"
        yield Fault(row.where("years"), "RS-S641", "a path without a year or one of its shares", expected)
        return
    low, middle, high = (row[name] for name in SHARES)
    if not 0.0 < low <= middle <= high < 1.0:
        message = f"shares {low:g}, {middle:g}, {high:g} of an entry"
        yield Fault(row.where("low"), "RS-S641", message, "low, middle and high in this order, above 0 and below 1")


def _names(row: Row, world: World) -> Iterator[Fault]:
    try:
        named(world, row["analogues"] or (), row.where("analogues"))
    except RoadsteadError as error:
        yield from error.faults


def told(costing: Costing) -> Iterator[Sentence]:
    """What the shares of entries rest on, once for all that share their analogues."""
    alike: dict[tuple[str, tuple[str, ...]], list[Cell]] = {}
    for cell, path in costing.entry_paths.items():
        alike.setdefault((path.basis, path.analogues), []).append(cell)
    places = costing.world.gazetteer.places
    for (basis, names), cells in alike.items():
        path = costing.entry_paths[cells[0]]
        markets = tuple(Name(places[m].name, places[m].name_zh) for m in dict.fromkeys(market for market, _ in cells))
        last = float(path.years[-1])
        settled = path.share(last)
        if basis == "analogues":
            yield Sentence(
                "warn.entry",
                {
                    "markets": markets,
                    "count": Amount(len(names), "count"),
                    "entries": ", ".join(names),
                    "first": Amount(path.share(1.0) / settled, "share"),
                    "third": Amount(path.share(3.0) / settled, "share"),
                    "low": Amount(path.share(last, LOW) / settled, "share"),
                    "high": Amount(path.share(last, HIGH) / settled, "share"),
                },
            )
        elif basis == "assumption":
            yield Sentence("warn.entry_assumed", {"markets": markets})


def _entries(carmaker: Carmaker) -> dict[Cell, float]:
    """Mature share of the brand in every powertrain it is new with."""
    found: dict[Cell, float] = {}
    for offer in carmaker.offers:
        if carmaker.channels[offer.market].entered and offer.sales > 0.0:
            continue
        cell = offer.market, powertrain_class(carmaker.models[offer.model_id].powertrain)
        found[cell] = found.get(cell, 0.0) + offer.mature_share
    return found


def _by_cell(rows: Sequence[Row], gazetteer: Gazetteer) -> dict[Cell, list[Row]]:
    found: dict[Cell, list[Row]] = {}
    for row in rows:
        if row["powertrain"]:
            found.setdefault((_market(row, gazetteer), Powertrain(row["powertrain"])), []).append(row)
    return found


def _market(row: Row, gazetteer: Gazetteer) -> str:
    place = gazetteer.find(row["market"] or "")
    return place.place_id if place else ""


def _stated(rows: Sequence[Row]) -> EntryPath:
    ordered = sorted(rows, key=lambda row: row["years"])
    years = np.asarray([float(row["years"]) for row in ordered])
    shares = np.asarray([[row[name] for name in SHARES] for row in ordered])
    return stated_path(years, shares, tuple(row.evidence for row in ordered))
