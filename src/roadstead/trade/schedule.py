"""One lane's duties through the years: the law settled once for every stretch of days and band of value.

Between the days on which some rule begins or ends, and between the amounts that some condition is held against, a shipment
meets one and the same stack. So a lane's law is settled once for each such stretch and band, by ``settle`` itself, and
trade/tariff.py only looks it up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from roadstead.terms.errors import RoadsteadError
from roadstead.trade.condition import FactValue, comparisons
from roadstead.trade.duty import Shipment, Stack, settle
from roadstead.trade.valuation import valuation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from roadstead.trade.law import Measure, Span
    from roadstead.trade.rulebook import Rulebook, Treaties
    from roadstead.trade.valuation import Valuation

Dollars: TypeAlias = "Callable[[int], Mapping[str, float]]"
"""US dollars per unit of each currency, by year."""
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Lane:
    """Shipments alike in all that law asks for, apart from their day and their value.

    Attributes
    ----------
    facts
        Declared facts by name, in any order. The free-on-board value comes with each shipment, unless it is among them.
    """

    importer: str
    origin: str
    product: str
    powertrain: str
    firm: str
    facts: tuple[tuple[str, FactValue], ...] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days on which a lane meets one law.

    Attributes
    ----------
    first
        First of them; the last is the day before the next stretch.
    value_breaks, fob_breaks
        Customs values, and free-on-board values, at which a band begins; the first begins at nothing. [US$/car]
    stacks
        What each pair of bands meets, those of one customs value together; a refusal where the law cannot be worked out.
    """

    first: date
    value_breaks: tuple[float, ...]
    fob_breaks: tuple[float, ...]
    stacks: tuple[Stack | RoadsteadError, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """A lane's stretches, the earlier first."""

    lane: Lane
    basis: Valuation
    stretches: tuple[Stretch, ...]


def draw_up(
    rulebook: Rulebook, lane: Lane, scope: Sequence[Measure], days: tuple[date, date], dollars: Dollars
) -> Schedule:
    """Settle a lane's law for every stretch of days and band of value.

    Parameters
    ----------
    scope
        Measures that may reach the lane, as ``in_scope`` finds them.
    days
        First and last day asked for, both included.
    """
    first, last = days
    cuts = {day for day in _cuts(rulebook, lane, scope, days) if first < day <= last}
    stretches = tuple(_stretch(rulebook, lane, scope, day, dollars(day.year)) for day in sorted({first, *cuts}))
    return Schedule(lane, valuation(rulebook, lane.importer), stretches)


def in_scope(rulebook: Rulebook, lane: Lane) -> tuple[Measure, ...]:
    """Measures that may reach a lane on some day and at some value, its importer's own before those of its unions."""
    unions = blocs_of(rulebook.treaties, lane.importer)
    named = {"*", lane.origin, *blocs_of(rulebook.treaties, lane.origin)}
    return tuple(
        measure
        for importer in (lane.importer, *unions)
        for measure in rulebook.measures.get(importer, ())
        if measure.is_law
        and lane.product in measure.products
        and (not measure.powertrains or lane.powertrain in measure.powertrains)
        and named & measure.origins
    )


def value_breaks(rulebook: Rulebook, goods: Shipment, dollars: Mapping[str, float]) -> tuple[float, ...]:
    """Customs values in US dollars at which what a shipment is charged may change in another way than its value does."""
    lane = Lane(goods.importer, goods.origin, goods.product, goods.powertrain, goods.firm)
    held = [measure for measure in in_scope(rulebook, lane) if measure.span.covers(goods.on)]
    return _breaks(held, "customs_value", dollars)


@lru_cache(maxsize=4096)
def blocs_of(treaties: Treaties, place: str) -> tuple[str, ...]:
    """Blocs that a place is ever a member of."""
    return tuple(bloc for bloc, members in treaties.blocs.items() if any(member == place for member, _ in members))


def _cuts(rulebook: Rulebook, lane: Lane, scope: Sequence[Measure], days: tuple[date, date]) -> Iterator[date]:
    """Days on which something that the lane's law rests on begins, or has ended the day before."""
    places = {lane.importer, lane.origin}
    members = [(member, span) for bloc in rulebook.blocs.values() for member, span in bloc]
    names = places | {bloc for place in places for bloc in blocs_of(rulebook.treaties, place)}
    spans = [measure.span for measure in scope]
    spans += [span for member, span in members if member in places]
    spans += [agreement.span for agreement in rulebook.agreements.values() if names & agreement.members]
    for span in spans:
        yield from _edges(span)
    if any(_asks_for_money(measure) for measure in scope):
        yield from (worth.first for worths in rulebook.units.values() for worth in worths)
        yield from (date(year, 1, 1) for year in range(days[0].year, days[1].year + 1))


def _edges(span: Span) -> Iterator[date]:
    if span.first is not None:
        yield span.first
    if span.last is not None and span.last < date.max:
        yield span.last + ONE_DAY


def _asks_for_money(measure: Measure) -> bool:
    """True where an exchange rate moves what a measure charges, or whom."""
    if measure.specific:
        return True
    return measure.condition is not None and any("." in name for name, _, _ in comparisons(measure.condition))


def _stretch(
    rulebook: Rulebook, lane: Lane, scope: Sequence[Measure], day: date, dollars: Mapping[str, float]
) -> Stretch:
    held = [measure for measure in scope if measure.span.covers(day)]
    value_breaks, fob_breaks = (_breaks(held, amount, dollars) for amount in ("customs_value", "fob_value"))
    stacks = tuple(
        _settled(rulebook, lane, day, value, fob, dollars)
        for value in (0.0, *value_breaks)
        for fob in (0.0, *fob_breaks)
    )
    return Stretch(day, value_breaks, fob_breaks, stacks)


def _settled(
    rulebook: Rulebook, lane: Lane, day: date, value: float, fob: float, dollars: Mapping[str, float]
) -> Stack | RoadsteadError:
    facts: dict[str, FactValue] = {"fob_value": fob, **dict(lane.facts)}
    shipment = Shipment(lane.importer, lane.origin, lane.product, lane.powertrain, lane.firm, day, facts)
    try:
        return settle(rulebook, shipment, value, dollars)
    except RoadsteadError as error:
        return error


def _breaks(measures: Iterable[Measure], amount: str, dollars: Mapping[str, float]) -> tuple[float, ...]:
    """Amounts in US dollars at which the answer of some condition may change."""
    found: set[float] = set()
    for measure in measures:
        if measure.condition is None:
            continue
        for name, sign, bound in comparisons(measure.condition):
            fact, _, currency = name.partition(".")
            if fact != amount or (currency and currency not in dollars):
                continue
            rate = dollars[currency] if currency else 1.0
            if sign not in {"<=", ">"}:
                found.add(_least(bound, rate))
            if sign not in {"<", ">="}:
                found.add(_least(math.nextafter(bound, math.inf), rate))
    return tuple(sorted(found - {0.0}))


def _least(bound: float, rate: float) -> float:
    """The least amount in US dollars that, told in a currency of a rate, is no less than a bound: to the last digit."""
    amount = bound * rate
    while amount > 0.0 and amount / rate >= bound:
        amount = math.nextafter(amount, 0.0)
    while amount / rate < bound:
        amount = math.nextafter(amount, math.inf)
    return amount
