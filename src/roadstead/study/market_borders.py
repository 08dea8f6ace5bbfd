"""What a border does to one reference car from home: how open it is, and what crossing it adds.

Openness is one less the mean of the duties on a petrol car, a plug-in hybrid and a battery car, over the customs value, a duty
above it counting as one and a car that law bars as one. The car is taken to meet the origin rules of home's agreements. The
landed-cost gap is freight, insurance, duties and fees over the price free on board; taxes that a car made there pays as well are
not in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.study.market_cell import Cell
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.ids import HOME
from roadstead.trade import rulebook
from roadstead.trade.inquiry import Inquiry, understand
from roadstead.trade.quote import answer
from roadstead.trade.valuation import valuation
from roadstead.world.lanes import ShippingTerms, freight_per_car

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from roadstead.trade.condition import FactValue
    from roadstead.trade.quote import Quote
    from roadstead.trade.rulebook import Rulebook
    from roadstead.world.reference import World

ROUTE = "SUEZ_OPEN"
POWERTRAINS = ("ICE", "PHEV", "BEV")


@dataclass(frozen=True, slots=True)
class Border:
    """How open a country is, and what it adds to the reference car."""

    openness: Cell
    landed_gap: Cell


@dataclass(frozen=True, slots=True)
class _Way:
    """A country's freight and insurance for one car, and ids of what they rest on. [US$/car]"""

    freight: float
    insurance: float
    note: str
    sources: tuple[str, ...]


def border_cells(
    world: World, terms: Mapping[str, float], on: date, powertrain: str, places: Sequence[str]
) -> dict[str, Border]:
    """Openness and landed-cost gap of every place, the gap for a car of one powertrain."""
    rules = rulebook.load(None, None, world.dollars().keys())
    found = {}
    for place in places:
        way = _way(world, terms, on, place)
        told: dict[str, Quote | str] = {
            one: _quote(world, rules, _inquiry(terms, on, place, one, _value(world, rules, terms, place, way)))
            for one in dict.fromkeys((*POWERTRAINS, powertrain))
        }
        gap = _gap(told[powertrain], way, terms["car.fob"])
        found[place] = Border(_openness({one: told[one] for one in POWERTRAINS}, on), gap)
    return found


def _value(world: World, rules: Rulebook, terms: Mapping[str, float], place: str, way: _Way | None) -> float:
    """Customs value of the reference car on the importer's basis. [US$/car]"""
    cif = valuation(rules, world.gazetteer.territory(place)) == "CIF"
    return terms["car.fob"] + (way.freight + way.insurance if cif and way is not None else 0.0)


def _way(world: World, terms: Mapping[str, float], on: date, place: str) -> _Way | None:
    """By sea to the country's own port, else to a port of transit of its customs territory; None where there is neither."""
    distance, note, port = world.lanes.distance(HOME, place, ROUTE), "", place
    if distance is None:
        territory = world.gazetteer.territory(place)
        for row in world.tables["transit_ports"]:
            if world.gazetteer.territory(row["place"]) == territory:
                port = row["place"]
                distance = world.lanes.distance(HOME, port, ROUTE)
                note = f"by the port of {port}, without the way on from there"
    if distance is None:
        return None
    ship = ShippingTerms(charter={on.year: terms["ship.charter"]}, **{name: terms[f"ship.{name}"] for name in SHIP})
    freight = float(freight_per_car(ship, distance, terms["car.volume"], np.asarray([on.year]))[0])
    return _Way(
        freight, terms["ship.insurance_rate"] * (terms["car.fob"] + freight), note, _cited(world, port, distance)
    )


def _cited(world: World, port: str, distance: float) -> tuple[str, ...]:
    """Documents behind the distance, the car and the ship; ``assumption`` where a term is one."""
    ways = [
        row
        for row in world.tables["sea_distances"]
        if {row["origin"], row["destination"]} == {HOME, port} and (row["route"], row["distance"]) == (ROUTE, distance)
    ]
    terms = [row for row in world.tables["market_terms"] if row["term"].startswith(("car.", "ship."))]
    return tuple(dict.fromkeys(row["source"] for row in (*ways, *terms) if row["source"]))


SHIP = ("fuel", "speed", "port_days", "round_trip", "capacity", "fill", "reference_volume", "handling")


def _inquiry(terms: Mapping[str, float], on: date, place: str, powertrain: str, value: float) -> Inquiry:
    """The reference car as law may ask for it, of a maker at home."""
    burns, plugs = powertrain in {"ICE", "PHEV"}, powertrain in {"BEV", "PHEV"}
    battery = terms["car.battery_kwh"] / (3.0 if burns else 1.0) if plugs else 0.0
    facts: dict[str, FactValue] = {
        "firm_nationality": HOME,
        "model_year": float(on.year),
        "power_kw": terms["car.power_kw"],
        "mass_kg": terms["car.mass_kg"],
        "engine_cm3": terms["car.engine_cm3"] if burns else 0.0,
        "battery_kwh": battery,
        "fuel": "petrol" if burns else "electric",
    }
    return Inquiry(importer=place, origin=HOME, powertrain=powertrain, on=on, value=value, facts=facts)


def _quote(world: World, rules: Rulebook, inquiry: Inquiry) -> Quote | str:
    """What the border charges a car that meets the origin rules of home's agreements, or why the rules cannot say."""
    try:
        quote = answer(understand(inquiry, world.gazetteer), rules, world)
        origin = {fact.name: True for fact in quote.missing if fact.name.startswith(QUALIFIES)}
        if not origin:
            return quote
        return answer(understand(replace(inquiry, facts={**inquiry.facts, **origin}), world.gazetteer), rules, world)
    except RoadsteadError as error:
        return error.faults[0].message


QUALIFIES = "qualifies."
"""Beginning of the facts that say a car meets an agreement's rule of origin."""


def _openness(told: Mapping[str, Quote | str], on: date) -> Cell:
    refused = [f"{powertrain}: {quote}" for powertrain, quote in told.items() if isinstance(quote, str)]
    if refused:
        return Cell(missing=refused[0])
    quotes = [quote for quote in told.values() if not isinstance(quote, str)]
    charged = [1.0 if _bars(quote) else min(1.0, quote.total_duty_rate) for quote in quotes]
    barred = sorted({rule.measure for quote in quotes for rule in quote.prohibitions if rule.bars_firm})
    undeclared = sorted({fact.name for quote in quotes for fact in quote.missing})
    notes = [f"barred by {', '.join(barred)}"] if barred else []
    notes += [f"dearest reading of {', '.join(undeclared)}"] if undeclared else []
    taken = sorted({fact.name for quote in quotes for fact in quote.declared if fact.name.startswith(QUALIFIES)})
    notes += [f"taken to meet {', '.join(name.removeprefix(QUALIFIES) for name in taken)}"] if taken else []
    return Cell(
        value=1.0 - sum(charged) / len(charged),
        period=on.isoformat(),
        sources=_sources(quotes),
        by="roadstead duty, mean of petrol, plug-in hybrid and battery car",
        note="; ".join(notes),
    )


def _bars(quote: Quote) -> bool:
    return any(rule.bars_firm for rule in quote.prohibitions)


def _gap(quote: Quote | str, way: _Way | None, price: float) -> Cell:
    if way is None:
        return Cell(missing="no sea lane leads there, and no freight over land is in the package")
    if isinstance(quote, str):
        return Cell(missing=quote)
    added = way.freight + way.insurance + quote.total_duty_amount + quote.total_fee_amount
    return Cell(
        value=added / price,
        period=quote.on.isoformat(),
        sources=tuple(dict.fromkeys((*_sources([quote]), *way.sources))),
        by="freight (W.1), insurance, duties and fees over the price free on board",
        note=way.note,
    )


def _sources(quotes: Sequence[Quote]) -> tuple[str, ...]:
    lines = (line for quote in quotes for line in (*quote.lines, *quote.fees))
    barred = (rule for quote in quotes for rule in quote.prohibitions if rule.bars_firm)
    cited = (*(line.cited.source for line in lines), *(rule.cited.source for rule in barred))
    return tuple(dict.fromkeys(source for source in cited if source))
