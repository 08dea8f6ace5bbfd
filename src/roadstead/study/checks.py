"""Cross-checks of a case: what types and bounds cannot see."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.evidence import ASSUMPTION
from roadstead.terms.ids import PRODUCT_WORDS
from roadstead.terms.tables import hs_fault
from roadstead.trade import rulebook
from roadstead.world.carmaker import Standing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from roadstead.study.document import CaseFile, Document
    from roadstead.study.places import Places
    from roadstead.terms.evidence import Source
    from roadstead.terms.tables import Row
    from roadstead.world.carmaker import Carmaker
    from roadstead.world.reference import World

TOLERANCE = 1e-6
SUPPORTED_MONEY = "USD"


def sources_exist(rows: Mapping[str, tuple[Row, ...]], sources: Mapping[str, Source], faults: list[Fault]) -> None:
    """Every row cites a known source or says it is an assumption."""
    for name, table in rows.items():
        if name == "sources":
            continue
        for row in table:
            cited = row["source"]
            if cited and cited != ASSUMPTION and cited not in sources:
                expected = f"an id of sources.csv, or `{ASSUMPTION}` with the reasoning in the note"
                faults.append(Fault(row.where("source"), "RS-S607", f"no source `{cited}` is listed", expected))


_LOST_ZERO = re.compile(r"\d+|\d+\.\d")


def own_rules(folder: Path, faults: list[Fault]) -> None:
    """The case's own rules are readable, and their HS codes kept their zeros."""
    rules = folder / "rules"
    if not rules.is_dir():
        return
    try:
        rulebook.load(None, rules)
    except RoadsteadError as error:
        faults.extend(error.faults)
    path = rules / "measures.csv"
    if not path.exists():
        return
    with path.open(encoding="utf-8-sig", newline="") as handle:
        reader = csv.DictReader(handle)
        for row in reader:
            for code in filter(None, (row.get("hs") or "").split("|")):
                digits = code.replace(".", "")
                damaged = _LOST_ZERO.fullmatch(code.strip()) and len(digits) not in {4, 6, 8, 10}
                if damaged:
                    faults.append(hs_fault(f"measures.csv:{reader.line_num} (hs)", code))


def structure(document: Document, faults: list[Fault]) -> None:
    """Horizon, money, tree and events hang together."""
    case = document.case
    if case.money.currency != SUPPORTED_MONEY:
        message = f"totals in {case.money.currency} are not expressible yet"
        faults.append(
            Fault(
                document.where("money", "currency"),
                "RS-S608",
                message,
                f"{SUPPORTED_MONEY}; figures may be in any currency",
            )
        )
    horizon = case.horizon
    if not horizon.first < horizon.last_decision <= horizon.last:
        message = f"the horizon runs {horizon.first}, {horizon.last_decision}, {horizon.last}"
        faults.append(Fault(document.where("horizon"), "RS-S608", message, "first < last_decision <= last"))
    if case.tree.stages[0] != horizon.first or list(case.tree.stages) != sorted(set(case.tree.stages)):
        expected = f"rising years, the first of them {horizon.first}, the last before {horizon.last}"
        faults.append(Fault(document.where("tree", "stages"), "RS-S609", f"stages {list(case.tree.stages)}", expected))
    _tree(document, case, faults)
    _events(document, case, faults)


def _tree(document: Document, case: CaseFile, faults: list[Fault]) -> None:
    depth: dict[str, int] = {}
    below: dict[str, list[int]] = {}
    known = {event.id for event in case.events}
    for i, node in enumerate(case.tree.nodes):
        where = document.where("tree", "nodes", i)
        if node.id in depth:
            faults.append(Fault(where, "RS-S609", f"node `{node.id}` stands twice", "each node once"))
        if bool(node.parent) == (i == 0):
            message = "the first node is the root and has no parent; every other node has one"
            faults.append(Fault(where, "RS-S609", message, "`parent:` with the id of a node above"))
        if node.parent and node.parent not in depth:
            expected = "the id of a node that stands above it"
            faults.append(Fault(where, "RS-S609", f"parent `{node.parent}` of `{node.id}` is not known", expected))
        depth[node.id] = depth.get(node.parent, -1) + 1
        if node.parent:
            below.setdefault(node.parent, []).append(i)
        for event in node.fires:
            if event not in known:
                expected = f"one of {', '.join(sorted(known))}"
                faults.append(
                    Fault(document.where("tree", "nodes", i, "fires"), "RS-S609", f"no event `{event}`", expected)
                )
    for parent, children in below.items():
        total = sum(case.tree.nodes[i].probability for i in children)
        if abs(total - 1.0) > TOLERANCE:
            where = document.where("tree", "nodes", children[0], "probability")
            shown = " + ".join(f"{case.tree.nodes[i].probability:g}" for i in children)
            message = f"the probabilities under `{parent}` sum to {total:g} ({shown})"
            faults.append(Fault(where, "RS-S610", message, "probabilities that sum to 1"))
    last = len(case.tree.stages) - 1
    for i, node in enumerate(case.tree.nodes):
        leaf = node.id not in below
        if leaf != (depth[node.id] == last):
            message = f"`{node.id}` is at stage {depth[node.id] + 1} of {last + 1}"
            faults.append(
                Fault(document.where("tree", "nodes", i), "RS-S609", message, "every path has one node per stage")
            )


def _events(document: Document, case: CaseFile, faults: list[Fault]) -> None:
    fired = {event for node in case.tree.nodes for event in node.fires}
    seen: set[str] = set()
    for i, event in enumerate(case.events):
        where = document.where("events", i)
        if event.id in seen:
            faults.append(Fault(where, "RS-S602", f"event `{event.id}` stands twice", "each event once"))
        seen.add(event.id)
        if event.id not in fired:
            faults.append(
                Fault(where, "RS-S609", f"no node fires `{event.id}`", "name it in a node's `fires`, or leave it out")
            )
        if not event.rests_on.strip():
            expected = "sources, or the reasoning behind the probability"
            faults.append(Fault(where, "RS-T111", f"nothing stands behind `{event.id}`", expected))
        for j, change in enumerate(event.amendments):
            place = document.where("events", i, "amendments", j)
            if change.action in {"set", "add"} and change.rate is None:
                faults.append(Fault(place, "RS-S603", f"`{change.action}` without a rate", "`rate:` as a fraction"))
            for product in change.products:
                if product.lower() not in PRODUCT_WORDS and product not in PRODUCT_WORDS.values():
                    faults.append(
                        Fault(place, "RS-S603", f"no product `{product}`", f"one of {', '.join(PRODUCT_WORDS)}")
                    )


def lines(
    carmaker: Carmaker, rows: Mapping[str, tuple[Row, ...]], places: Places, world: World, faults: list[Fault]
) -> None:
    """Lines name known models, say when they open, and can sell somewhere that is planned."""
    markets = set(carmaker.channels)
    for row in rows["lines"]:
        if row["line"] not in carmaker.lines:
            continue
        line = carmaker.lines[row["line"]]
        for model in line.models:
            if model not in carmaker.models:
                expected = f"one of {', '.join(carmaker.models)}"
                faults.append(Fault(row.where("models"), "RS-S606", f"no model `{model}`", expected))
        if row["lead"] is None and line.standing in {Standing.ANNOUNCED, Standing.CANDIDATE}:
            expected = "years from order to first output, for instance 2"
            faults.append(
                Fault(row.where("lead"), "RS-S611", f"`{line.line_id}` has capacity without a lead time", expected)
            )
        if not line.opens and line.standing is not Standing.CANDIDATE:
            expected = "the first year of output"
            faults.append(
                Fault(row.where("opens"), "RS-S611", f"`{line.line_id}` is {line.standing} but has no year", expected)
            )
        if line.modules_now > line.modules_limit:
            message = f"{line.modules_now:g} modules stand where at most {line.modules_limit:g} can be"
            faults.append(Fault(row.where("modules_limit"), "RS-S611", message, "a limit at least as high"))
        if line.place not in places.gazetteer.places:
            continue
        territory = places.gazetteer.territory(line.place)
        reachable = {m for m in markets if m in places.gazetteer.places and places.gazetteer.territory(m) == territory}
        if not reachable and not line.serves:
            message = f"`{line.line_id}` stands in {line.place}, for which there is no market data"
            expected = f"a row for a market of {territory} in markets.csv, or markets it `serves`"
            faults.append(Fault(row.where("place"), "RS-S612", message, expected))
    for row in rows["markets"]:
        place = places.gazetteer.find(row["market"])
        if place is not None and place.place_id not in world.markets:
            message = f"no history of sales and NEV share of {place.name} is known"
            expected = "a market of `roadstead world --markets`, or your own world/sales.csv and world/nev.csv"
            faults.append(Fault(row.where("market"), "RS-S612", message, expected))


def offers(
    carmaker: Carmaker, rows: Mapping[str, tuple[Row, ...]], world: World, document: Document, faults: list[Fault]
) -> None:
    """Every market sells something, and nothing sells more than its market buys."""
    sold = {offer.market for offer in carmaker.offers}
    for row in rows["markets"]:
        place = world.gazetteer.find(row["market"])
        if place is not None and place.place_id not in sold:
            message = f"nothing is offered in {place.name}"
            expected = (
                "a price in prices.csv, a share in mix.csv and a mature share in ambitions.csv for at least one model"
            )
            faults.append(Fault(row.where("market"), "RS-S612", message, expected))
    for row in rows["volumes"]:
        place = world.gazetteer.find(row["market"])
        history = world.markets.get(place.place_id) if place else None
        if place and history and row["sales"] and row["sales"] > history.sales[-1].value:
            message = f"{row['sales']:,.0f} cars sold where the market bought {history.sales[-1].value:,.0f}"
            faults.append(Fault(row.where("sales"), "RS-S613", message, f"cars of {document.case.money.base_year}"))
    for market, channel in carmaker.channels.items():
        if channel.entered and not any(o.market == market and o.sales > 0 for o in carmaker.offers) and market in sold:
            message = f"{market} is entered but nothing was sold there"
            faults.append(
                Fault(
                    "volumes.csv", "RS-S613", message, "its sales in volumes.csv, or `no` under entered in markets.csv"
                )
            )


def pins(document: Document, carmaker: Carmaker, faults: list[Fault]) -> None:
    """Pins name lines or markets, say by when, and do not contradict one another."""
    wanted: dict[str, str] = {}
    for i, pin in enumerate(document.case.pins):
        where = document.where("pins", i)
        line = carmaker.lines.get(pin.what)
        channel = carmaker.channels.get(pin.what)
        if line is None and (channel is None or channel.entered):
            free = [*carmaker.lines, *(m for m, c in carmaker.channels.items() if not c.entered)]
            faults.append(Fault(where, "RS-S614", f"`{pin.what}` cannot be pinned", f"one of {', '.join(free)}"))
            continue
        if line is not None and line.standing in {Standing.OPERATING, Standing.COMMITTED}:
            message = f"`{pin.what}` is {line.standing}: it runs without a decision"
            faults.append(Fault(where, "RS-S614", message, "a pin on an announced or candidate line"))
        if pin.do == "open" and pin.by is None:
            faults.append(
                Fault(where, "RS-S614", f"`open` {pin.what} without a year", "`by:` with the year of commitment")
            )
        if wanted.get(pin.what, pin.do) != pin.do:
            message = f"`{pin.what}` is pinned both open and never"
            faults.append(Fault(where, "RS-S614", message, "one of the two"))
        wanted[pin.what] = pin.do
        last = document.case.horizon
        if pin.do == "open" and pin.by is not None and not last.first <= pin.by <= last.last_decision:
            message = f"{pin.by} is outside the years in which something can be committed to"
            faults.append(Fault(where, "RS-S614", message, f"a year from {last.first} to {last.last_decision}"))
