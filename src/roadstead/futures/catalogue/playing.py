"""From an event of the catalogue to what a plan works out: amendments, least content and prices, demand, route, shifts."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from roadstead.futures.events import SHIFTS, ContentRule, Event, LeastPrice, Shift
from roadstead.futures.selling.nests import nest_of
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.ids import PRODUCT_WORDS, Powertrain
from roadstead.trade.amendment import ACTIONS, NEED_RATE, Amendment

if TYPE_CHECKING:
    from roadstead.futures.catalogue.catalogue import CatalogueEvent, Degree
    from roadstead.futures.events import DemandClass
    from roadstead.terms.tables import Row

PLAYED = "an event that `roadstead futures` marks as played"


def unplayed(event: CatalogueEvent) -> str:
    """Why an event that is only shown cannot be planned with: its own words say what it would change, and why that is not played."""
    return f"`{event.event_id}` cannot be planned with: {event.would_change}"


def play(event: CatalogueEvent, level_id: str = "", probability: float = 1.0) -> Event:
    """The event at one of its levels, as a plan works it out; the likeliest level where none is named.

    Parameters
    ----------
    probability
        How likely it is to have come, where that is known.

    Raises
    ------
    RoadsteadError
        RS-F545 for an event that is shown and not played, or a level that it does not have.
    """
    if not event.played:
        raise RoadsteadError(Fault(f"event {event.event_id}", "RS-F545", unplayed(event), PLAYED))
    degree = _degree(event, level_id)
    amount = degree.level.amount
    title = f"{event.title}: {degree.title}" if degree.title else event.title
    title_zh = f"{event.title_zh}：{degree.title_zh}" if degree.title_zh else event.title_zh
    rows = [row for row in event.changes if row["level"] in {"", degree.level.level_id}]
    return Event(
        event_id=event.event_id,
        title=title,
        title_zh=title_zh,
        amendments=tuple(_amendment(event, title, row, amount) for row in rows if row["action"] in ACTIONS),
        demand=cast("DemandClass", event.demand),
        route=event.route,
        content=tuple(ContentRule(row["place"], _rate(row, amount)) for row in rows if row["action"] == "content"),
        probability=probability,
        rests_on=event.why,
        note=event.would_change,
        least_prices=tuple(
            LeastPrice(row["place"], _nests(row), _rate(row, amount)) for row in rows if row["action"] == "least_price"
        ),
        shifts=tuple(
            Shift(row["action"], row["place"], _rate(row, amount), frozenset(row["makers"]), _nests(row))
            for row in rows
            if row["action"] in SHIFTS
        ),
    )


def _nests(row: Row) -> tuple[str, ...]:
    return tuple(dict.fromkeys(nest_of(Powertrain(p)) for p in row["powertrains"]))


def _degree(event: CatalogueEvent, level_id: str) -> Degree:
    if not level_id:
        return max(event.degrees, key=lambda degree: degree.level.probability)
    for degree in event.degrees:
        if degree.level.level_id == level_id:
            return degree
    expected = f"one of {', '.join(degree.level.level_id for degree in event.degrees)}"
    raise RoadsteadError(Fault(f"event {event.event_id}", "RS-F545", f"it has no level `{level_id}`", expected))


def _rate(row: Row, amount: float) -> float:
    return amount if row["rate"] is None else float(row["rate"])


def _amendment(event: CatalogueEvent, title: str, row: Row, amount: float) -> Amendment:
    return Amendment(
        action=row["action"],
        importer=row["place"],
        name=event.event_id,
        title=title,
        kind=row["kind"],
        measure_id=row["measure"],
        origins=frozenset(row["origins"]),
        powertrains=frozenset(row["powertrains"]),
        products=frozenset(PRODUCT_WORDS[product] for product in row["products"]),
        firms=frozenset(row["firms"]),
        rate=_rate(row, amount) if row["action"] in NEED_RATE else None,
        makers=frozenset(row["makers"]),
        money=row["money"],
        currency=row["currency"],
        condition=row["condition"],
    )
