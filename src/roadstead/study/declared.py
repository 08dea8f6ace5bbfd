"""The events that a case declares, as case.yaml states them, with what could change nothing in the case told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.futures.events import ContentRule, Event, LeastPrice, Shift
from roadstead.futures.selling.nests import nest_of
from roadstead.study.estimates import set_terms
from roadstead.terms.errors import Fault
from roadstead.terms.ids import PRODUCT_WORDS
from roadstead.trade.amendment import BRINGS, EXPORT_TAX, Amendment
from roadstead.trade.facts import condition_faults

if TYPE_CHECKING:
    from roadstead.study.document import Document
    from roadstead.study.entries import AmendmentEntry, EventEntry, ShiftEntry
    from roadstead.study.places import Places
    from roadstead.world.demand_terms import DemandTerms

OF_LINES = frozenset({"refuse_sites", "seize"})


@dataclass(frozen=True, slots=True)
class Told:
    """What the events of a case may speak of: places, countries with a line, planned markets, terms of demand, the maker's home."""

    places: Places
    hosts: tuple[str, ...]
    markets: tuple[str, ...]
    demand: DemandTerms
    home: str


def declared_event(document: Document, index: int, about: Told) -> Event:
    """The event that stands at a place of the list, with faults noted where it names what is not there or changes nothing."""
    entry, places, hosts = document.case.events[index], about.places, about.hosts
    amendments = tuple(
        _amendment(entry, change, about, document.where("events", index, "amendments", j))
        for j, change in enumerate(entry.amendments)
    )
    content = tuple(
        ContentRule(host, rule.least)
        for j, rule in enumerate(entry.content)
        for host in _ruled(rule.place, document.where("events", index, "content", j, "place"), places, hosts)
    )
    return Event(
        entry.id, entry.title, entry.title_zh, amendments, entry.demand, entry.route, content,
        entry.probability, entry.rests_on, entry.note, set_terms(entry.terms, about.demand),
        tuple(
            LeastPrice(
                _importer(one.importer, document.where("events", index, "least_prices", j, "importer"), about),
                tuple(dict.fromkeys(nest_of(powertrain) for powertrain in one.powertrains)), one.share,
            )
            for j, one in enumerate(entry.least_prices)
        ),
        tuple(
            _shift(one, document.where("events", index, "shifts", j, "place"), about)
            for j, one in enumerate(entry.shifts)
        ),
    )  # fmt: skip


def _shift(one: ShiftEntry, where: str, about: Told) -> Shift:
    places = about.places
    if one.kind in OF_LINES:
        _ruled(one.place, where, places, about.hosts, f"{one.kind} there")
    named = places.country(one.place, where)
    if named not in places.unknown:
        if one.kind == "limit_exports" and named not in {about.home, places.gazetteer.territory(about.home)}:
            message = f"the maker ships nothing from {named} as its home, so a limit on that changes nothing"
            places.faults.append(Fault(where, "RS-S612", message, about.home))
        if one.kind in {"rivals_build", "nev_sales"}:
            known = [market for market in about.markets if market not in places.unknown]
            if not any(named in {market, places.gazetteer.territory(market)} for market in known):
                message = f"no planned market lies in {named}, so {one.kind} there changes nothing"
                places.faults.append(Fault(where, "RS-S612", message, f"one of {', '.join(known)}"))
    makers = frozenset(places.country(maker, where) for maker in one.makers)
    nests = tuple(dict.fromkeys(nest_of(powertrain) for powertrain in one.powertrains))
    return Shift(one.kind, named, one.amount, makers, nests)


def _importer(text: str, where: str, about: Told) -> str:
    """The customs territory of a least price, which some planned market lies in."""
    named, places = about.places.territory(text, where), about.places
    territories = {places.gazetteer.territory(market) for market in about.markets if market not in places.unknown}
    if named not in places.unknown and named not in territories:
        message = f"no planned market lies in {named}, so a least price there changes nothing"
        places.faults.append(Fault(where, "RS-S612", message, f"one of {', '.join(sorted(territories))}"))
    return named


def _ruled(
    text: str, where: str, places: Places, hosts: tuple[str, ...], what: str = "a least local content there"
) -> list[str]:
    """Countries with a line in which what is ruled holds: the one named, or those of the union named."""
    named = places.country(text, where)
    if named in places.unknown:
        return []
    found = [host for host in hosts if host not in places.unknown]
    found = [host for host in found if named in {host, places.gazetteer.territory(host)}]
    if not found:
        message = f"no line stands in {named}, so {what} changes nothing"
        places.faults.append(Fault(where, "RS-S612", message, f"one of {', '.join(hosts)}, or leave it out"))
    return found


def _amendment(event: EventEntry, change: AmendmentEntry, about: Told, where: str) -> Amendment:
    places = about.places
    origins = (o if o == "*" else places.territory(o, where) for o in change.origins)
    # A rule other than a duty, or a tax, may be one country's in a union; duties are the union's.
    own = change.action in BRINGS or change.action == EXPORT_TAX
    importer = places.country(change.importer, where) if own else places.territory(change.importer, where)
    shipping = dict.fromkeys(place for place in (about.home, *about.hosts) if place not in places.unknown)
    if change.action == EXPORT_TAX and importer not in {*places.unknown, *shipping}:
        message = f"no car of the maker leaves {importer}, so a tax on export there changes nothing"
        places.faults.append(Fault(where, "RS-S612", message, f"one of {', '.join(shipping)}"))
    places.faults.extend(condition_faults(change.condition, where) if change.condition else ())
    return Amendment(
        action=change.action,
        importer=importer,
        name=event.id,
        title=event.title,
        kind=change.kind,
        measure_id=change.measure,
        origins=frozenset(origins),
        powertrains=frozenset(change.powertrains),
        products=frozenset(PRODUCT_WORDS.get(p.lower(), p) for p in change.products),
        firms=frozenset(change.firms),
        rate=change.rate,
        makers=frozenset(places.country(maker, where) for maker in change.makers),
        money=change.money,
        currency=change.currency,
        condition=change.condition,
    )
