"""What case.yaml says, held against itself and against the tables: horizon, tree, events, pins, announced programme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.futures.events import LIMITED_TO
from roadstead.study.estimates import unfit_terms
from roadstead.study.scenarios import patches_of
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.ids import PRODUCT_WORDS
from roadstead.trade.amendment import BRINGS, NEED_MONEY, NEED_RATE
from roadstead.trade.facts import VOCABULARY, is_known
from roadstead.trade.schemas import MEASURES
from roadstead.world.carmaker import RUNS, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.study.document import Document
    from roadstead.study.entries import AmendmentEntry, CaseFile, EventEntry, PinEntry, ShiftEntry
    from roadstead.world.carmaker import Carmaker, Line

TOLERANCE = 1e-6
SUPPORTED_MONEY = "USD"
KINDS = next(column.choices for column in MEASURES.columns if column.name == "kind")


def structure(document: Document, faults: list[Fault]) -> None:
    """Note what does not hang together in horizon, money, declared facts, tree and events."""
    faults += _calendar(document)
    faults += _budgets(document)
    faults += _declared(document)
    if document.case.tree.grown is None:
        faults += _nodes(document)
        faults += _probabilities(document)
    else:
        faults += _grown(document)
    faults += _events(document)
    faults += _scenarios(document)


def _calendar(document: Document) -> Iterator[Fault]:
    case, horizon = document.case, document.case.horizon
    if case.money.currency != SUPPORTED_MONEY:
        message = f"totals in {case.money.currency} are not expressible yet"
        expected = f"{SUPPORTED_MONEY}; figures may be in any currency"
        yield Fault(document.where("money", "currency"), "RS-S608", message, expected)
    if not horizon.first < horizon.last_decision <= horizon.last:
        message = f"the horizon runs {horizon.first}, {horizon.last_decision}, {horizon.last}"
        yield Fault(document.where("horizon"), "RS-S608", message, "first < last_decision <= last")
    if case.money.base_year > horizon.first:
        message = f"sales and prices of {case.money.base_year} for a plan that begins in {horizon.first}"
        expected = f"a year whose sales are known, at most {horizon.first}"
        yield Fault(document.where("money", "base_year"), "RS-S608", message, expected)
    stages = list(case.tree.stages)
    if stages[0] != horizon.first or stages != sorted(set(stages)) or stages[-1] > horizon.last:
        expected = f"rising years, the first of them {horizon.first}, the last not after {horizon.last}"
        yield Fault(document.where("tree", "stages"), "RS-S609", f"the stages begin in {stages}", expected)


def _budgets(document: Document) -> Iterator[Fault]:
    """A budget is one of a stage: decisions are taken as a stage begins, and in no year between."""
    stages = document.case.tree.stages
    for year in document.case.budget:
        if year not in stages:
            message = f"a budget of {year}, in which no stage begins"
            expected = f"a year in which one does: {', '.join(map(str, stages))}"
            yield Fault(document.where("budget", year), "RS-S619", message, expected)


def _declared(document: Document) -> Iterator[Fault]:
    for importer, facts in document.case.declared.items():
        for name in facts:
            if not is_known(name):
                expected = f"one of {', '.join(sorted(VOCABULARY))}"
                where = document.where("declared", importer, name)
                yield Fault(where, "RS-L202", f"`{name}` is not a fact that law asks for", expected)


def _grown(document: Document) -> Iterator[Fault]:
    """As many numbers of nodes as stages, one root, never fewer than before; and events of the catalogue alone."""
    tree = document.case.tree
    nodes = tree.grown.nodes if tree.grown else ()
    where = document.where("tree", "grown", "nodes")
    if len(nodes) != len(tree.stages):
        message = f"{len(nodes)} numbers of nodes for {len(tree.stages)} stages"
        yield Fault(where, "RS-S609", message, "one number of nodes for each stage")
    elif nodes[0] != 1 or list(nodes) != sorted(nodes):
        message = f"stages of {', '.join(map(str, nodes))} nodes"
        yield Fault(where, "RS-S609", message, "1 node in the first stage, and in none fewer than in the one before")
    for i, event in enumerate(document.case.events):
        if event.probability < 1.0:
            message = (
                f"`{event.id}` has probability {event.probability:g}, and a grown tree draws from the catalogue alone"
            )
            expected = "1 for what holds from the first day on; what may happen goes to futures/events.csv"
            yield Fault(document.where("events", i, "probability"), "RS-S609", message, expected)


def _nodes(document: Document) -> Iterator[Fault]:
    """Every node once, below a node that stands above it, on a path with one node per stage."""
    case = document.case
    depth: dict[str, int] = {}
    parents = {node.parent for node in case.tree.nodes}
    known = {event.id for event in case.events}
    last = len(case.tree.stages) - 1
    for i, node in enumerate(case.tree.nodes):
        where = document.where("tree", "nodes", i)
        if node.id in depth:
            yield Fault(where, "RS-S609", f"node `{node.id}` stands twice", "each node once")
        if i == 0 and node.parent:
            yield Fault(
                where, "RS-S609", f"the first node has the parent `{node.parent}`", "the root, without a parent"
            )
        elif i > 0 and not node.parent:
            expected = "`parent:` with the id of a node above; only the first node has none"
            yield Fault(where, "RS-S609", f"`{node.id}` has no parent", expected)
        elif i > 0 and node.parent not in depth:
            place = document.where("tree", "nodes", i, "parent")
            expected = "the id of a node that stands above it"
            yield Fault(place, "RS-S609", f"the parent `{node.parent}` of `{node.id}` is not known", expected)
        depth[node.id] = depth.get(node.parent, -1 if i == 0 else last) + 1
        if i > 0 and node.parent in depth and (node.id in parents) != (depth[node.id] < last):
            message = f"`{node.id}` is at stage {depth[node.id] + 1} of {last + 1}"
            yield Fault(where, "RS-S609", message, "one node per stage on every path, a leaf in the last stage")
        for j, event in enumerate(node.fires):
            if event not in known:
                place = document.where("tree", "nodes", i, "fires", j)
                yield Fault(place, "RS-S609", f"there is no event `{event}`", f"one of {', '.join(sorted(known))}")


def _probabilities(document: Document) -> Iterator[Fault]:
    """The root is certain, and the nodes below one parent share all of its probability."""
    nodes = document.case.tree.nodes
    if nodes[0].probability < 1.0:
        where = document.where("tree", "nodes", 0, "probability")
        yield Fault(where, "RS-S610", f"the root has probability {nodes[0].probability:g}", "1, or nothing")
    below: dict[str, list[int]] = {}
    for i, node in enumerate(nodes):
        below.setdefault(node.parent, []).append(i)
        if node.probability == 0.0:
            where = document.where("tree", "nodes", i, "probability")
            message = f"`{node.id}` has probability 0: nothing can be said of what is worth how much there"
            yield Fault(where, "RS-S610", message, "more than 0, or leave the node out")
    for parent, children in below.items():
        total = sum(nodes[i].probability for i in children)
        if parent and abs(total - 1.0) > TOLERANCE:
            where = document.where("tree", "nodes", children[0], "probability")
            shown = " + ".join(f"{nodes[i].probability:g}" for i in children)
            message = f"the probabilities under `{parent}` sum to {total:g} ({shown})"
            yield Fault(where, "RS-S610", message, "probabilities that sum to 1")


def _events(document: Document) -> Iterator[Fault]:
    fired = {event for node in document.case.tree.nodes for event in node.fires}
    seen: set[str] = set()
    for i, event in enumerate(document.case.events):
        where = document.where("events", i)
        if event.id in seen:
            yield Fault(where, "RS-S602", f"event `{event.id}` stands twice", "each event once")
        seen.add(event.id)
        if event.id not in fired and document.case.tree.grown is None:
            expected = "name it in a node's `fires`, or leave it out"
            yield Fault(where, "RS-S609", f"no node fires `{event.id}`", expected)
        if not event.rests_on.strip():
            expected = "sources, or the reasoning behind the probability"
            place = document.where("events", i, "rests_on")
            yield Fault(place, "RS-T111", f"nothing stands behind `{event.id}`", expected)
        if _is_empty(event):
            expected = "amendments, or demand, a route, local content, least prices, terms of demand, or shifts"
            yield Fault(where, "RS-S603", f"`{event.id}` changes nothing", expected)
        for j, change in enumerate(event.amendments):
            yield from _amendment(change, document.where("events", i, "amendments", j))
        for j, shift in enumerate(event.shifts):
            yield from _shift(shift, document.where("events", i, "shifts", j))
        for name, code, message, expected in unfit_terms(event.terms):
            yield Fault(document.where("events", i, "terms", name), code, message, expected)


def _scenarios(document: Document) -> Iterator[Fault]:
    """Scenarios whose patches are none, that stand on one that is not there, or on themselves."""
    for name in document.case.scenarios:
        try:
            patches_of(name, document.case.scenarios, ())
        except RoadsteadError as error:
            for fault in error.faults:
                yield Fault(document.where("scenarios", name), fault.code, fault.message, fault.expected)


def _is_empty(event: EventEntry) -> bool:
    found = (event.amendments, event.demand, event.route, event.content, event.least_prices, event.terms, event.shifts)
    return not any(found)


def _amendment(change: AmendmentEntry, where: str) -> Iterator[Fault]:
    if change.action in NEED_RATE and change.rate is None:
        yield Fault(where, "RS-S603", f"`{change.action}` without a rate", "`rate:` as a fraction")
    if change.action in NEED_MONEY and not (change.money and change.currency):
        yield Fault(where, "RS-S603", f"`{change.action}` of no money", "`money:` a car, and its `currency:`")
    if change.makers and change.action not in BRINGS:
        message = f"`{change.action}` holds for all makers, and some are named"
        yield Fault(where, "RS-S603", message, f"no `makers:`; {', '.join(BRINGS)} may name some")
    if change.kind and change.kind not in KINDS:
        yield Fault(where, "RS-S603", f"there is no kind of measure `{change.kind}`", f"one of {', '.join(KINDS)}")
    for product in change.products:
        if product.lower() not in PRODUCT_WORDS and product not in PRODUCT_WORDS.values():
            yield Fault(where, "RS-S603", f"there is no product `{product}`", f"one of {', '.join(PRODUCT_WORDS)}")


def _shift(one: ShiftEntry, where: str) -> Iterator[Fault]:
    for some in ("makers", "powertrains"):
        if getattr(one, some) and LIMITED_TO.get(one.kind) != some:
            takes = ", ".join(kind for kind, other in LIMITED_TO.items() if other == some)
            message = f"`{one.kind}` holds for all {some}, and some are named"
            yield Fault(where, "RS-S603", message, f"no `{some}:`; {takes} may name some")


def pins(document: Document, carmaker: Carmaker, faults: list[Fault]) -> None:
    """Note pins that name nothing, ask for what cannot be, or contradict one another."""
    wanted: dict[str, PinEntry] = {}
    for i, pin in enumerate(document.case.pins):
        where = document.where("pins", i)
        faults += _pin(pin, where, document.case, carmaker)
        if pin.what in wanted and wanted[pin.what].do != pin.do:
            faults.append(Fault(where, "RS-S614", f"`{pin.what}` is pinned both open and never", "one of the two"))
        wanted.setdefault(pin.what, pin)


def _pin(pin: PinEntry, where: str, case: CaseFile, carmaker: Carmaker) -> Iterator[Fault]:
    line, channel = carmaker.lines.get(pin.what), carmaker.channels.get(pin.what)
    if line is None and (channel is None or channel.entered):
        free = [name for name, line in carmaker.lines.items() if line.standing not in RUNS]
        free += [market for market, channel in carmaker.channels.items() if not channel.entered]
        known = "is entered already" if channel else "is no line and no market"
        yield Fault(where, "RS-S614", f"`{pin.what}` {known}: it cannot be pinned", f"one of {', '.join(free)}")
        return
    if line is not None and line.standing in RUNS:
        message = f"`{pin.what}` is {line.standing}: it runs without a decision"
        yield Fault(where, "RS-S614", message, "a pin on an announced or candidate line")
        return
    if pin.do == "never":
        return
    first, last = case.horizon.first, case.horizon.last_decision
    lead = line.lead if line is not None else channel.entry_lead if channel is not None else 0
    if pin.by is None:
        message = f"`open` {pin.what} without a year"
        yield Fault(where, "RS-S614", message, "`by:` with the year of commitment")
    elif not first <= pin.by <= last:
        message = f"{pin.by} is outside the years in which something can be committed to"
        yield Fault(where, "RS-S614", message, f"a year from {first} to {last}")
    elif first + lead > case.horizon.last:
        message = f"`{pin.what}` takes {lead} years: even ordered in {first} it opens after {case.horizon.last}"
        yield Fault(where, "RS-S614", message, "a shorter lead time, a longer horizon, or no pin")


def announced(document: Document, carmaker: Carmaker, faults: list[Fault]) -> None:
    """Note an announced programme that does not fit the lines: it is a baseline, so it must be one that can be."""
    case = document.case
    free = {name: line for name, line in carmaker.lines.items() if line.standing not in RUNS}
    for name, entry in case.announced.items():
        where = document.where("announced", name)
        if name not in free:
            why = f"is {carmaker.lines[name].standing}" if name in carmaker.lines else "is no line"
            expected = f"one of {', '.join(free) or 'no line: none is free to decide'}"
            faults.append(Fault(where, "RS-S617", f"`{name}` {why}: nothing can be announced of it", expected))
            continue
        faults += _programme(entry.year, entry.modules, free[name], case, where)
    for name, line in free.items():
        if line.standing is Standing.ANNOUNCED and name not in case.announced:
            expected = f"an entry `{name}: {{year: ..., modules: ...}}`, or another standing in lines.csv"
            message = f"`{name}` is announced in lines.csv, but not in case.yaml"
            faults.append(Fault(document.where("announced"), "RS-S617", message, expected))


def _programme(year: int, modules: float, line: Line, case: CaseFile, where: str) -> Iterator[Fault]:
    first, last = case.horizon.first, case.horizon.last_decision
    if not first <= year <= last:
        message = f"{year} is outside the years in which something can be committed to"
        yield Fault(where, "RS-S617", message, f"a year from {first} to {last}")
    elif year + line.lead > case.horizon.last:
        message = f"`{line.line_id}` takes {line.lead} years: ordered in {year} it opens after {case.horizon.last}"
        yield Fault(where, "RS-S617", message, f"a year up to {case.horizon.last - line.lead}")
    if modules == 0 and not line.converts:
        yield Fault(where, "RS-S617", f"`{line.line_id}` is announced without a capacity step", "more than 0")
    if modules > line.modules_limit:
        message = f"{modules:g} steps announced where `{line.line_id}` can have {line.modules_limit:g}"
        yield Fault(where, "RS-S617", message, "at most modules_limit of lines.csv")
