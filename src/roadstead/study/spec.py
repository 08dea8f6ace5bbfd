"""A case folder read, checked and put together: what is planned, for whom, under which possible futures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from roadstead.futures.events import ContentRule, Event, NodePlan, TreePlan
from roadstead.study import assemble, checks, tables
from roadstead.study.document import read_document
from roadstead.study.figures import Lookup, read_figures
from roadstead.study.places import Places
from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any
from roadstead.terms.ids import PRODUCT_WORDS
from roadstead.terms.tables import read_table
from roadstead.trade.amendment import Amendment
from roadstead.world import reference
from roadstead.world.sources import sources as cited

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from roadstead.study.document import AmendmentEntry, CaseFile, Document, PinEntry
    from roadstead.terms.evidence import Source
    from roadstead.terms.tables import Row, Schema
    from roadstead.world.carmaker import Carmaker, Conventions, Figure
    from roadstead.world.lanes import ShippingTerms
    from roadstead.world.reference import World


@dataclass(frozen=True, slots=True)
class Study:
    """One case, ready to run.

    Attributes
    ----------
    overland
        Freight between places no ship serves, by pair. [money/car]
    names
        Name and Chinese name of every line.
    used
        Figures behind every line, market and the case, by who asked for them.
    sources
        Sources by id, the case's own and the packaged ones.
    rows
        Every row of the case's tables, for the list of evidence.
    """

    folder: Path
    case: CaseFile
    world: World
    as_known_on: date
    carmaker: Carmaker
    conventions: Conventions
    shipping: ShippingTerms
    overland: Mapping[tuple[str, str], float]
    tree: TreePlan
    events: Mapping[str, Event]
    pins: tuple[PinEntry, ...]
    names: Mapping[str, tuple[str, str]]
    node_names: Mapping[str, tuple[str, str]]
    used: Mapping[str, Mapping[str, Figure]]
    sources: Mapping[str, Source]
    rows: Mapping[str, tuple[Row, ...]]

    @property
    def own_rules(self) -> Path | None:
        """Folder of the case's own rules, if it has one."""
        path = self.folder / "rules"
        return path if path.is_dir() else None


def read_study(folder: Path) -> Study:
    """Read and check a case folder.

    Raises
    ------
    RoadsteadError
        With every fault found, each with its place.
    """
    faults: list[Fault] = []
    own_world = folder / "world"
    world = reference.load(own_world if own_world.is_dir() else None)
    rows = _read_tables(folder, faults)
    document = _read_case(folder, faults)
    places = Places(world.gazetteer, faults)
    sources = dict(world.sources) | dict(cited(rows.get("sources", ())))
    checks.sources_exist(rows, sources, faults)
    checks.own_rules(folder, faults)
    if document is None or len(rows) < len(tables.WITH_SOURCES):
        raise_if_any(faults)
        raise RoadsteadError(faults)
    checks.structure(document, faults)
    dollars = world.dollars(document.case.money.price_year)
    figures = read_figures(rows["figures"], dollars, faults)
    lookup = Lookup(figures, faults)
    inputs = assemble.Inputs(document, rows, world, places, lookup, dollars)
    carmaker = assemble.carmaker(inputs)
    conventions = assemble.conventions(inputs)
    shipping = assemble.shipping(inputs)
    overland = assemble.overland(inputs)
    events = {entry.id: _event(document, i, places) for i, entry in enumerate(document.case.events)}
    checks.lines(carmaker, rows, places, world, faults)
    checks.offers(carmaker, rows, world, document, faults)
    checks.pins(document, carmaker, faults)
    raise_if_any(faults)
    case = document.case
    return Study(
        folder=folder,
        case=case,
        world=world,
        as_known_on=date.fromisoformat(case.as_known_on),
        carmaker=carmaker,
        conventions=conventions,
        shipping=shipping,
        overland=overland,
        tree=tree_plan(case),
        events=events,
        pins=case.pins,
        names={row["line"]: (row["name"], row["name_zh"]) for row in rows["lines"]},
        node_names={node.id: (node.name, node.name_zh) for node in case.tree.nodes},
        used=lookup.used,
        sources=sources,
        rows=rows,
    )


def _read_tables(folder: Path, faults: list[Fault]) -> dict[str, tuple[Row, ...]]:
    rows: dict[str, tuple[Row, ...]] = {}
    for schema in tables.WITH_SOURCES:
        try:
            rows[schema.name] = _table(folder, schema)
        except RoadsteadError as error:
            faults.extend(error.faults)
    return rows


def _table(folder: Path, schema: Schema) -> tuple[Row, ...]:
    return read_table(folder / f"{schema.name}.csv", schema, must_rest_on=schema.evidence)


def _read_case(folder: Path, faults: list[Fault]) -> Document | None:
    try:
        return read_document(folder / "case.yaml")
    except RoadsteadError as error:
        faults.extend(error.faults)
        return None


def tree_plan(case: CaseFile) -> TreePlan:
    """The declared tree; a node's stage is its depth."""
    depth: dict[str, int] = {}
    for node in case.tree.nodes:
        depth[node.id] = depth[node.parent] + 1 if node.parent else 0
    nodes = tuple(NodePlan(n.id, n.parent, n.probability, n.fires, n.name) for n in case.tree.nodes)
    return TreePlan(case.tree.stages, case.horizon.last, nodes, tuple(depth[n.node_id] for n in nodes))


def _event(document: Document, index: int, places: Places) -> Event:
    entry = document.case.events[index]
    amendments = tuple(
        _amendment(entry.id, change, places, document.where("events", index, "amendments", j))
        for j, change in enumerate(entry.amendments)
    )
    content = tuple(
        ContentRule(places.territory(rule.place, document.where("events", index, "content", j, "place")), rule.least)
        for j, rule in enumerate(entry.content)
    )
    return Event(
        entry.id, entry.title, entry.title_zh, amendments, entry.demand, entry.route, content,
        entry.probability, entry.rests_on, entry.note,
    )  # fmt: skip


def _amendment(event: str, change: AmendmentEntry, places: Places, where: str) -> Amendment:
    origins = (o if o == "*" else places.territory(o, where) for o in change.origins)
    return Amendment(
        action=change.action,
        importer=places.territory(change.importer, where),
        name=event,
        kind=change.kind,
        measure_id=change.measure,
        origins=frozenset(origins),
        powertrains=frozenset(change.powertrains),
        products=frozenset(PRODUCT_WORDS.get(p.lower(), p) for p in change.products),
        firms=frozenset(change.firms),
        rate=change.rate,
    )
