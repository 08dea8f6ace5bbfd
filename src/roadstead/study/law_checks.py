"""The law of a case: its own rules are sound, every event finds what it changes, and every lane can be costed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from roadstead.futures.costs.costing import Circumstances, Costing, voyage
from roadstead.futures.costs.lane_costs import Supply, lane_cost
from roadstead.futures.costs.variants import line_of
from roadstead.futures.evaluate import barred, list_arcs
from roadstead.futures.events import TreePlan
from roadstead.study.folders import RULES
from roadstead.terms.errors import Fault, RoadsteadError, in_folder
from roadstead.terms.tables import hs_fault, scan_table
from roadstead.trade import rulebook, schemas
from roadstead.trade.amendment import amend

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from roadstead.futures.evaluate import ArcKey
    from roadstead.study.document import Document
    from roadstead.study.spec import Study
    from roadstead.terms.tables import Row
    from roadstead.trade.rulebook import Rulebook
    from roadstead.world.places import Gazetteer
    from roadstead.world.reference import World

PLACES = {"measures": ("importer",), "taxes": ("importer",), "non_tariff": ("importer",), "blocs": ("member",)}
"""Columns of the rulebook's tables that name a country."""
OTHERS = "OTHERS"


def own_rules(folder: Path, world: World, faults: list[Fault]) -> list[Row]:
    """Note what is wrong with the case's own rules; their rows, for the check of sources."""
    rules = folder / RULES
    if not rules.is_dir():
        return []
    found: list[Row] = []
    noted: list[Fault] = []
    for schema in schemas.ALL:
        path = rules / f"{schema.name}.csv"
        if path.exists():
            rows = scan_table(path, schema, noted, must_rest_on=True) or ()
            noted += _strangers(schema.name, rows, world.gazetteer)
            found += rows
            if schema.name == "measures":
                noted += _damaged_codes(rows)
    if not noted:
        try:
            rulebook.load(None, rules, world.dollars().keys())
        except RoadsteadError as error:
            noted += error.faults
    faults += [in_folder(RULES, fault) for fault in noted]
    return found


def _strangers(table: str, rows: Iterable[Row], gazetteer: Gazetteer) -> Iterator[Fault]:
    """Cells that should name a country and do not: a rule of nobody would never be applied, and nobody would know."""
    for row in rows:
        for column in PLACES.get(table, ()):
            text = row[column]
            if text and text not in gazetteer.places:
                known = gazetteer.find(text)
                fault = gazetteer.fault(text, row.where(column))
                meant = f"its code {known.place_id}" if known else fault.expected
                yield replace(fault, message=f"`{text}` is no code of a country or bloc", expected=meant)


_NUMBER = re.compile(r"[0-9][0-9.]*([eE][+-]?[0-9]+)?")
_CODE = re.compile(r"[0-9]{4}(\.?[0-9]{2}){0,3}")


def _damaged_codes(rows: Iterable[Row]) -> Iterator[Fault]:
    """HS codes that a spreadsheet took for numbers; printed lists of codes in words are left alone."""
    for row in rows:
        for code in str(row["hs"] or "").split("|"):
            if _NUMBER.fullmatch(code.strip()) and not _CODE.fullmatch(code.strip()):
                yield hs_fault(row.where("hs"), code.strip())


def rehearse(study: Study, document: Document, faults: list[Fault]) -> None:
    """Note every event that would change nothing, and every lane that cannot be costed, before any plan meets them."""
    book = rulebook.load(study.as_known_on, study.own_rules, study.world.dollars().keys())
    faults += _firms(study, document, {*book.groups, OTHERS})
    faults += _currencies(study, document)
    books = _books(study, document, book, faults)
    faults += _lanes(study, books[_declared(study).nodes[0].node_id])


def _firms(study: Study, document: Document, known: set[str]) -> Iterator[Fault]:
    for i, event in enumerate(document.case.events):
        for j, change in enumerate(study.events[event.id].amendments):
            for firm in sorted(change.firms - known):
                where = document.where("events", i, "amendments", j)
                yield Fault(where, "RS-S606", f"trade law knows no firm `{firm}`", f"one of {', '.join(sorted(known))}")


def _currencies(study: Study, document: Document) -> Iterator[Fault]:
    """Money of grants, levies and charges in a currency that is worth nothing known."""
    known = study.world.dollars()
    for i, event in enumerate(document.case.events):
        for j, change in enumerate(study.events[event.id].amendments):
            if change.currency and change.currency not in known:
                where = document.where("events", i, "amendments", j)
                message = f"`{change.action}` is an amount in {change.currency}, for which no exchange rate is known"
                yield Fault(where, "RS-L206", message, "a row of indicator exchange_rate in your own economies.csv")


def _declared(study: Study) -> TreePlan:
    """The declared tree; of one to be grown, the line on which nothing happens that is not certain."""
    return study.tree if isinstance(study.tree, TreePlan) else study.tree.line()


def _books(study: Study, document: Document, book: Rulebook, faults: list[Fault]) -> dict[str, Rulebook]:
    """Rules as amended by every node; an amendment that changes nothing is told where it first does so."""
    order = {event.id: i for i, event in enumerate(document.case.events)}
    told: set[tuple[str, int]] = set()
    books: dict[str, Rulebook] = {}
    tree = _declared(study)
    for node, stage in zip(tree.nodes, tree.stages, strict=True):
        now, year = books.get(node.parent, book), tree.starts[stage]
        for event in node.fires:
            for j, change in enumerate(study.events[event].amendments):
                try:
                    now = amend(now, [(change, date(year, 1, 1))])
                except RoadsteadError as error:
                    if (event, j) not in told:
                        where = document.where("events", order[event], "amendments", j)
                        message = f"{error.faults[0].message} as `{node.node_id}` begins in {year}"
                        faults.append(replace(error.faults[0], where=where, message=message))
                    told.add((event, j))
        books[node.node_id] = now
    return books


def _lanes(study: Study, book: Rulebook) -> Iterator[Fault]:
    """Every lane is costed in the first year under the rules of the root, and has a way to go on every route."""
    carmaker = study.carmaker
    costing = Costing(
        world=study.world,
        carmaker=carmaker,
        conventions=study.conventions,
        shipping=study.shipping,
        overland=study.overland,
        dollars=study.world.dollars(study.conventions.price_year),
        bev_of_nev={},
        segment_now={},
        first_year=study.case.horizon.first,
        last_decision=study.case.horizon.last_decision,
    )
    may_come = study.catalogue.events.values() if study.catalogue else ()
    routes = {event.route for event in (*study.events.values(), *may_come) if event.route}
    today = Circumstances(book, study.conventions.route, {})
    for arc in list_arcs(costing, book, carmaker.offers, tuple(carmaker.lines.values())):
        yield from _lane(study, costing, arc, today)
        for route in routes - {today.route}:
            yield from _ways(study, costing, arc, route)


def _lane(study: Study, costing: Costing, arc: ArcKey, now: Circumstances) -> Iterator[Fault]:
    carmaker, year = costing.carmaker, costing.first_year
    offer = carmaker.offers[arc.offer]
    line = line_of(carmaker, arc)
    model = carmaker.models[offer.model_id]
    if barred(costing, now, line, model, offer.market, year):
        return
    try:
        lane_cost(costing, Supply(line, model, offer.market, arc.regime, year, now))
    except RoadsteadError as error:
        yield from _told_at_row(study, arc, error)


def _ways(study: Study, costing: Costing, arc: ArcKey, route: str) -> Iterator[Fault]:
    carmaker = costing.carmaker
    offer = carmaker.offers[arc.offer]
    model, home = carmaker.models[offer.model_id], carmaker.home.place
    legs = (
        ((home, carmaker.lines[arc.line].place), (carmaker.lines[arc.line].place, offer.market))
        if arc.line
        else ((home, offer.market),)
    )
    try:
        for origin, destination in legs:
            voyage(costing, origin, destination, model, costing.first_year, route)
    except RoadsteadError as error:
        yield from _told_at_row(study, arc, error)


def _told_at_row(study: Study, arc: ArcKey, error: RoadsteadError) -> Iterator[Fault]:
    where = _row_of(study, arc)
    for fault in error.faults:
        yield replace(fault, where=where, message=f"{fault.where}: {fault.message}")


def _row_of(study: Study, arc: ArcKey) -> str:
    """Place of the line's row, or of the market's where cars come from home."""
    if arc.line:
        return next(row for row in study.rows["lines"] if row["line"] == arc.line).where("place")
    market, find = study.carmaker.offers[arc.offer].market, study.world.gazetteer.find
    for row in study.rows["markets"]:
        place = find(row["market"])
        if place is not None and place.place_id == market:
            return row.where("market")
    raise LookupError(market)
