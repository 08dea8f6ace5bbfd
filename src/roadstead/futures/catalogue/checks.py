"""What does not fit together in the tables of events, told before any event is drawn."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from roadstead.futures.catalogue.counting import LARGE
from roadstead.futures.catalogue.tables import EVENTS, OF_AN_EVENT
from roadstead.futures.events import LIMITED_TO, SHIFTS
from roadstead.terms.errors import Fault
from roadstead.terms.ids import PRODUCT_WORDS
from roadstead.trade import amendment
from roadstead.trade.facts import condition_faults
from roadstead.trade.schemas import MEASURES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from roadstead.terms.tables import Row
    from roadstead.world.places import Gazetteer

MEASURE_KINDS = next(column.choices for column in MEASURES.columns if column.name == "kind")
NEED_RATE = amendment.NEED_RATE | {"content", "least_price", *SHIFTS}
"""Changes that are nothing without a number."""
TAKES = {
    "makers": {*amendment.BRINGS, *(kind for kind, some in LIMITED_TO.items() if some == "makers")},
    "powertrains": {
        *amendment.ACTIONS, "least_price", *(kind for kind, some in LIMITED_TO.items() if some == "powertrains")
    },
}  # fmt: skip
"""Changes that may hold for some makers or powertrains; all others hold for all there are."""
WORLD = "WLD"
EVENT = re.compile(r"event (?P<event>.+?)(?:, influence of (?P<cause>.+))?")
"""Where a fault of a hazard stands, as hazards say it."""
OF_HAZARD = {
    "RS-F511": (EVENTS.name, "chances"),
    "RS-F512": ("event_levels", "probability"),
    "RS-F513": (EVENTS.name, "needs"),
    "RS-F514": (EVENTS.name, "needs"),
    "RS-F515": (EVENTS.name, "low"),
    "RS-F516": (EVENTS.name, "chances"),
    "RS-F517": (EVENTS.name, "lasts"),
}
"""Table and column that a fault of an event's own hazard comes from."""


def faults_of(tables: Mapping[str, Sequence[Row]], named: Collection[str], gazetteer: Gazetteer) -> Iterator[Fault]:
    """Every name that is none, and every event that says too little or too much.

    ``named`` are the ids of all events, those included that a user's row leaves out.
    """
    for schema in OF_AN_EVENT:
        for row in tables[schema.name]:
            yield from _known(row, "event", named)
    for row in tables["event_influences"]:
        yield from _known(row, "cause", named)
    for row in tables["base_classes"]:
        yield from _places(row, "places", gazetteer, spared=LARGE)
    classes = {row["base"] for row in tables["base_classes"]}
    for row in tables[EVENTS.name]:
        rows = {s.name: [r for r in tables[s.name] if r["event"] == row["event"]] for s in OF_AN_EVENT}
        yield from _places(row, "markets", gazetteer, spared=WORLD)
        if row["base"] and row["base"] not in classes:
            expected = f"one of {', '.join(sorted(classes))}, or nothing"
            yield Fault(row.where("base"), "RS-F541", f"there is no base class `{row['base']}`", expected)
        for name in row["ends"]:
            if name not in named:
                yield Fault(row.where("ends"), "RS-F541", f"there is no event `{name}`", "an event of events.csv")
        yield from _effect(row, rows)
        yield from _grounds(row, rows)
        for change in rows["event_changes"]:
            yield from _change(change, gazetteer, [level["level"] for level in rows["event_levels"]])


def placed(fault: Fault, tables: Mapping[str, Sequence[Row]]) -> Fault:
    """A fault of an event's hazard at the cell that it comes from."""
    found = EVENT.fullmatch(fault.where)
    if found is None:
        return fault
    name, cause = found["event"], found["cause"]
    if cause:
        table, column = "event_influences", "years" if fault.code == "RS-F517" else "factor"
    else:
        table, column = OF_HAZARD.get(fault.code, (EVENTS.name, "event"))
    rows = [row for row in tables[table] if row["event"] == name and (not cause or row["cause"] == cause)]
    return replace(fault, where=rows[0].where(column), message=f"`{name}`: {fault.message}") if rows else fault


def _known(row: Row, column: str, named: Collection[str]) -> Iterator[Fault]:
    if row[column] not in named:
        yield Fault(row.where(column), "RS-F541", f"there is no event `{row[column]}`", "an event of events.csv")


def _places(row: Row, column: str, gazetteer: Gazetteer, *, spared: str) -> Iterator[Fault]:
    for place in row[column]:
        if place != spared and place not in gazetteer.places:
            yield gazetteer.fault(place, row.where(column))


def _effect(row: Row, rows: Mapping[str, Sequence[Row]]) -> Iterator[Fault]:
    """An event that is played changes something; one that is only shown does not."""
    changes = bool(rows["event_changes"] or row["demand"] or row["route"])
    if row["played"] and not changes:
        expected = "rows in event_changes.csv, demand or a route; or `no`, with what it would change in words"
        yield Fault(row.where("played"), "RS-F542", f"`{row['event']}` is played and changes nothing", expected)
    if changes and not row["played"]:
        expected = "`yes`, or no changes, demand or route"
        yield Fault(row.where("played"), "RS-F542", f"`{row['event']}` has changes and is not played", expected)
    if rows["event_levels"] and not row["amount_is"]:
        expected = "what their amounts mean, for instance: added duty"
        yield Fault(row.where("amount_is"), "RS-F542", f"`{row['event']}` has levels that mean nothing", expected)


def _grounds(row: Row, rows: Mapping[str, Sequence[Row]]) -> Iterator[Fault]:
    """Each figure of an event rests on something."""
    told = {r["about"] for r in rows["event_evidence"]}
    needed = {"chance": True, "lasts": row["lasts"] is not None, "levels": bool(rows["event_levels"])}
    for about, is_needed in needed.items():
        if is_needed and about not in told:
            expected = f"a row of event_evidence.csv about `{about}`: a source, or `assumption` with its reasoning"
            message = f"nothing stands behind `{row['event']}`: {about}"
            yield Fault(row.where("event"), "RS-F544", message, expected)
    for r in rows["event_evidence"]:
        if not r["note"]:
            expected = "what the source says of it"
            yield Fault(r.where("note"), "RS-F544", f"`{row['event']}`: a source without a word of it", expected)


def _change(row: Row, gazetteer: Gazetteer, levels: Sequence[str]) -> Iterator[Fault]:
    yield from _change_names(row, gazetteer, levels)
    if row["action"] in NEED_RATE and row["rate"] is None and not levels:
        message = f"`{row['action']}` without a rate, and the event has no levels"
        yield Fault(row.where("rate"), "RS-F542", message, "a rate as a fraction, or levels that amount to one")
    if row["action"] in amendment.NEED_MONEY and not (row["money"] and row["currency"]):
        message = f"`{row['action']}` of no money"
        yield Fault(row.where("money"), "RS-F542", message, "money a car, and the code of its currency")
    if row["action"] == "least_price" and not row["powertrains"]:
        yield Fault(
            row.where("powertrains"), "RS-F542", "a least price of no car", "powertrains whose cars it holds for"
        )
    for some, taking in TAKES.items():
        if row[some] and row["action"] not in taking:
            message = f"`{row['action']}` holds for all {some}, and some are named"
            yield Fault(row.where(some), "RS-F542", message, f"none, or one of {', '.join(sorted(taking))}")
    if row["condition"]:
        yield from condition_faults(row["condition"], row.where("condition"))


def _change_names(row: Row, gazetteer: Gazetteer, levels: Sequence[str]) -> Iterator[Fault]:
    """Names in a change that are none."""
    if row["place"] not in gazetteer.places:
        yield gazetteer.fault(row["place"], row.where("place"))
    for column in ("origins", "makers"):
        for place in row[column]:
            if place != "*" and place not in gazetteer.places:
                yield gazetteer.fault(place, row.where(column))
    if row["level"] and row["level"] not in levels:
        message, expected = f"`{row['event']}` has no level `{row['level']}`", f"one of {', '.join(levels)}"
        yield Fault(row.where("level"), "RS-F542", message, expected)
    if row["kind"] and row["kind"] not in MEASURE_KINDS:
        expected = f"one of {', '.join(MEASURE_KINDS)}"
        yield Fault(row.where("kind"), "RS-F541", f"there is no kind of measure `{row['kind']}`", expected)
    for product in row["products"]:
        if product not in PRODUCT_WORDS:
            expected = f"one of {', '.join(PRODUCT_WORDS)}"
            yield Fault(row.where("products"), "RS-F541", f"there is no product `{product}`", expected)
