"""A case folder read, checked and put together: what is planned, for whom, under which possible futures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from roadstead.futures.catalogue import catalogue
from roadstead.futures.events import NodePlan, PathPlan, TreePlan
from roadstead.outlook.beside import NOTHING, known_beside
from roadstead.study import assemble, checks, entry_paths, grown_checks, law_checks, segments, table_checks, tables
from roadstead.study.declared import Told, declared_event
from roadstead.study.document import scan_document
from roadstead.study.estimates import out_of_order
from roadstead.study.figures import Lookup, Reader, read_figures
from roadstead.study.folders import FACTS, RULES
from roadstead.study.places import Places
from roadstead.terms.errors import Fault, RoadsteadError, in_folder, in_order, spot
from roadstead.terms.placing import as_known, noted, placing
from roadstead.terms.showing import Shown
from roadstead.terms.tables import scan_table
from roadstead.trade import rulebook
from roadstead.world import reference, schemas
from roadstead.world.schemas import SOURCES
from roadstead.world.sources import sources as cited

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from roadstead.futures.catalogue.catalogue import Catalogue
    from roadstead.futures.events import Event
    from roadstead.outlook.beside import Beside
    from roadstead.study.document import Document
    from roadstead.study.entries import CaseFile, PinEntry
    from roadstead.terms.evidence import Source
    from roadstead.terms.tables import Row
    from roadstead.world.carmaker import Carmaker, Conventions, Figure
    from roadstead.world.lanes import ShippingTerms
    from roadstead.world.reference import World


@dataclass(frozen=True, slots=True)
class Study(Shown):
    """One case, ready to run.

    Attributes
    ----------
    beside
        What the outlook knows beside histories: months of the year under way, a published projection.
    overland
        Freight between places no ship serves, by pair. [money/car]
    pin_places
        Place of all pins and of each in the case file, by the name the planner gives it; of what else it asks as `asked`, of cars to be
        served as `MODEL in MARKET`.
    events
        Those that the case declares.
    catalogue
        Events that a tree is grown from, with those whose coming is settled; None where the case declares its tree.
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
    beside: Beside
    overland: Mapping[tuple[str, str], float]
    tree: TreePlan | PathPlan
    events: Mapping[str, Event]
    catalogue: Catalogue | None
    pins: tuple[PinEntry, ...]
    pin_places: Mapping[str, str]
    names: Mapping[str, tuple[str, str]]
    used: Mapping[str, Mapping[str, Figure]]
    sources: Mapping[str, Source]
    rows: Mapping[str, tuple[Row, ...]]

    @property
    def own_rules(self) -> Path | None:
        """Folder of the case's own rules, if it has one."""
        return _if_there(self.folder / RULES)

    @property
    def own_facts(self) -> Path | None:
        """Folder of the case's own facts, if it has one."""
        return _if_there(self.folder / FACTS)

    @property
    def own_events(self) -> Path | None:
        """Folder of the case's own events, if it has one."""
        return _if_there(self.folder / catalogue.FOLDER)


def _if_there(folder: Path) -> Path | None:
    return folder if folder.is_dir() else None


def read_study(folder: Path) -> Study:
    """Read and check a case folder.

    Raises
    ------
    RoadsteadError
        With every fault found, each with its place.
    """
    faults = noted(folder)
    document = scan_document(folder / "case.yaml", faults)
    world, facts = _world(folder, date.fromisoformat(document.case.as_known_on) if document else None, faults)
    rows = _read_tables(folder, faults)
    sources = dict(world.sources) | dict(cited(rows.get("sources", ())))
    laws = law_checks.own_rules(folder, world, faults)
    case_rows = [row for name, table in rows.items() if name != SOURCES.name for row in table]
    if SOURCES.name in rows:
        table_checks.sources_exist((*case_rows, *(facts or ()), *laws), sources, faults)
    if document is not None and document.whole:
        checks.structure(document, faults)
    if document is None or facts is None or any(schema.name not in rows for schema in tables.WITH_SOURCES):
        raise RoadsteadError(as_known(folder, _in_order(faults)))
    study = _assembled(folder, document, rows, Ground(world, sources, faults))
    if not faults:
        law_checks.rehearse(study, document, faults)
    if faults:
        raise RoadsteadError(as_known(folder, _in_order(faults)))
    return study


@dataclass(frozen=True, slots=True)
class Ground:
    """What a case stands on, and the faults found so far."""

    world: World
    sources: Mapping[str, Source]
    faults: list[Fault]


def _assembled(folder: Path, document: Document, rows: Mapping[str, tuple[Row, ...]], ground: Ground) -> Study:
    """Put a case together and hold its parts against one another; with faults noted, it is not fit to be planned."""
    world, faults, case = ground.world, ground.faults, document.case
    places = Places(world.gazetteer, faults)
    dollars = world.dollars(case.money.price_year)
    lines = [row["line"] for row in rows["lines"]]
    figures = read_figures(rows["figures"], Reader(lines, places, dollars, faults))
    lookup = Lookup(figures, faults, placing(folder / "figures.csv").begins, _askers(rows, world))
    inputs = assemble.Inputs(document, rows, world, places, lookup, dollars)
    carmaker = assemble.carmaker(inputs)
    conventions = assemble.conventions(inputs)
    shipping = assemble.shipping(inputs)
    faults += lookup.tell_missing(places.unknown)
    hosts = tuple(dict.fromkeys(line.place for line in carmaker.lines.values()))
    about = Told(places, hosts, tuple(carmaker.channels), conventions.demand, carmaker.home.place)
    events = {entry.id: declared_event(document, i, about) for i, entry in enumerate(case.events)}
    table_checks.check(table_checks.Tables(rows, case, carmaker, world), rulebook.load(), faults)
    faults += entry_paths.check(rows.get(tables.ENTRY_PATHS.name, ()), carmaker, world)
    faults += segments.check(rows.get(tables.SEGMENTS.name, ()), carmaker, world.gazetteer)
    if document.whole:
        checks.pins(document, carmaker, faults)
        checks.announced(document, carmaker, faults)
        for i, message in out_of_order(case, events, conventions.demand, carmaker.channels):
            expected = "a market elasticity nearer zero than a model's own"
            faults.append(Fault(document.where("tree", "nodes", i, "fires"), "RS-D502", message, expected))
    return Study(
        folder=folder,
        case=case,
        world=world,
        as_known_on=date.fromisoformat(case.as_known_on),
        carmaker=carmaker,
        conventions=conventions,
        shipping=shipping,
        beside=_beside(document, world, faults),
        overland=assemble.overland(inputs),
        tree=tree_plan(case),
        events=events,
        catalogue=None if case.tree.grown is None else _catalogue(folder, document, ground),
        pins=case.pins,
        pin_places={"pins": document.where("pins"), "tree": document.where("tree")}
        | {f"pins[{i}]": document.where("pins", i) for i in range(len(case.pins))}
        | _asked_at(document, rows, carmaker),
        names={row["line"]: (row["name"], row["name_zh"]) for row in rows["lines"]},
        used=lookup.used,
        sources=ground.sources,
        rows=rows,
    )


def _asked_at(document: Document, rows: Mapping[str, tuple[Row, ...]], carmaker: Carmaker) -> dict[str, str]:
    """Where a case asks what no plan may keep: the first such place as `asked`, and cars to be served by their names."""
    places = [document.where("budget")] if document.case.budget else []
    places += [
        row.where(name) for table, name in (("pledges", "pledge"), ("least", "market")) for row in rows.get(table, ())
    ]
    served = zip(carmaker.asked.least, rows.get("least", ()), strict=True)
    named = {f"{one.model_id} in {one.market}": row.where("cars") for one, row in served}
    return named | ({"asked": places[0]} if places else {})


def _beside(document: Document, world: World, faults: list[Fault]) -> Beside:
    """Months and the projection that a case blends in; a fault of the latter stands at its entry."""
    asked = document.case.outlook
    try:
        return known_beside(world, asked.outside_view, asked.weight, policies=asked.policy_steps)
    except RoadsteadError as error:
        where = document.where("outlook", "outside_view")
        faults += [Fault(where, fault.code, fault.message, fault.expected) for fault in error.faults]
        return NOTHING


def _askers(rows: Mapping[str, tuple[Row, ...]], world: World) -> dict[str, str]:
    """Place of the row of every line and market, under the name it asks for figures with."""
    found = {row["line"]: row.where("line") for row in rows["lines"]}
    for row in rows["markets"]:
        place = world.gazetteer.find(row["market"])
        if place is not None:
            found[place.place_id] = row.where("market")
    return found


def _in_order(faults: list[Fault]) -> tuple[Fault, ...]:
    """Faults in the order of their places; of a cell that cannot be read, nothing else is said."""
    blank = {spot(fault.where) for fault in faults if fault.code == "RS-T115"}
    faults = [fault for fault in faults if fault.code == "RS-T115" or spot(fault.where) not in blank]
    unread = {fault.where for fault in faults if fault.code.startswith("RS-T")}
    kept = [fault for fault in faults if fault.where not in unread or fault.code.startswith("RS-T")]
    return in_order(kept)


def _world(folder: Path, known_on: date | None, faults: list[Fault]) -> tuple[World, list[Row] | None]:
    """The reference world as known on a day, with the case's own facts, and their rows; None where these cannot be read."""
    own = folder / FACTS
    if not own.is_dir():
        return reference.load(known_on=known_on), []
    noted: list[Fault] = []
    rows: list[Row] = []
    for schema in schemas.ALL:
        path = own / f"{schema.name}.csv"
        if path.exists():
            found = scan_table(path, schema, noted, must_rest_on=True)
            rows += (found or ()) if schema.evidence else ()
    if noted:
        faults += [in_folder(FACTS, fault) for fault in noted]
        return reference.load(), None
    return reference.load(own, known_on), rows


def _read_tables(folder: Path, faults: list[Fault]) -> dict[str, tuple[Row, ...]]:
    own = [s for s in tables.OPTIONAL if (folder / f"{s.name}.csv").exists()]
    found = {
        s.name: scan_table(folder / f"{s.name}.csv", s, faults, must_rest_on=s.evidence)
        for s in (*tables.WITH_SOURCES, *own)
    }
    return {name: rows for name, rows in found.items() if rows is not None}


def _catalogue(folder: Path, document: Document, ground: Ground) -> Catalogue | None:
    """The catalogue with the case's own events; None, with faults noted, where it does not hold."""
    own, grown = _if_there(folder / catalogue.FOLDER), document.case.tree.grown
    try:
        found = catalogue.load(ground.world.gazetteer, ground.sources, own)
    except RoadsteadError as error:
        ground.faults.extend(in_folder(catalogue.FOLDER, fault) for fault in error.faults)
        return None
    assert grown is not None
    return grown_checks.as_settled(document, grown, found, ground.faults)


def tree_plan(case: CaseFile) -> TreePlan | PathPlan:
    """The tree as it is declared, a node's stage being its depth, or as it is to be grown."""
    grown = case.tree.grown
    if grown is not None:
        seed = case.seed if grown.seed is None else grown.seed
        certain = [name.partition(":")[0] for name in grown.certain if grown.events]
        return PathPlan(
            case.tree.stages,
            case.horizon.last,
            grown.nodes,
            seed,
            grown.paths,
            tuple(dict.fromkeys((*grown.events, *certain))),
            tuple(event.id for event in case.events),
            grown.economy,
        )
    depth: dict[str, int] = {}
    for node in case.tree.nodes:
        depth[node.id] = depth.get(node.parent, -1) + 1
    nodes = tuple(NodePlan(n.id, n.parent, n.probability, n.fires, n.name, n.name_zh) for n in case.tree.nodes)
    shares = {str(name): share for name, share in case.tree.classes.items()}
    return TreePlan(case.tree.stages, case.horizon.last, nodes, tuple(depth[n.node_id] for n in nodes), shares)
