"""Duties of one importer on cars from many origins on a day, for all cars or for one powertrain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.demand.flows import ALL_CARS
from roadstead.terms.errors import RoadsteadError
from roadstead.trade.inquiry import Inquiry
from roadstead.trade.quote import quote

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from roadstead.study.diversions import Ask
    from roadstead.trade.quote import Quote
    from roadstead.world.reference import World


@dataclass(frozen=True, slots=True)
class LaneDuties:
    """Duty on the cars of each origin.

    Attributes
    ----------
    rates
        Ad-valorem equivalent of all duties by origin; zero where no rule is known, which a remark says. [fraction]
    """

    on: date
    rates: Mapping[str, float]
    remarks: tuple[str, ...]


def lane_duties(importer: str, origins: Sequence[str], ask: Ask, world: World, hit: str) -> LaneDuties:
    """Quote every origin; faults of the origin that is ``hit`` are raised, of others remarked."""
    weights, remarks = _mix(importer, ask.powertrain, world)
    first = _quotes(importer, hit, weights, ask, world)
    rates: dict[str, float] = {}
    open_facts = set(_missing(first))
    remarks += _barred(first)
    remarks += _of_the_firm(first, ask.firm)
    for origin in origins:
        if world.gazetteer.territory(origin) == importer:
            continue
        try:
            told = first if origin == hit else _quotes(importer, origin, weights, ask, world)
        except RoadsteadError as error:
            remarks.append(f"{origin}: no quote, counted free of duty ({error.faults[0].message})")
            continue
        rates[origin] = sum(weight * told[powertrain].total_duty_rate for powertrain, weight in weights.items())
        open_facts.update(_missing(told))
    if open_facts:
        remarks.append(f"not declared, so the dearest reading holds: {', '.join(sorted(open_facts))}")
    return LaneDuties(next(iter(first.values())).on, rates, tuple(remarks))


def _of_the_firm(told: Mapping[str, Quote], firm: str) -> list[str]:
    """How the maker's name was read, and whether the table of producer groups knows it at all."""
    said = (remark for quoted in told.values() for remark in quoted.remarks if firm and remark.startswith(firm))
    return list(dict.fromkeys(said))


def _missing(told: Mapping[str, Quote]) -> list[str]:
    return [missing.name for quoted in told.values() for missing in quoted.missing]


def _quotes(importer: str, origin: str, weights: Mapping[str, float], ask: Ask, world: World) -> dict[str, Quote]:
    return {
        powertrain: quote(
            Inquiry(
                importer,
                origin,
                powertrain,
                ask.on,
                ask.value,
                firm=ask.firm,
                facts=ask.facts,
                as_known_on=ask.as_known_on,
                rules=ask.rules,
            ),
            world,
        )
        for powertrain in weights
    }


def _mix(importer: str, powertrain: str, world: World) -> tuple[dict[str, float], list[str]]:
    """Powertrains to quote, with their weights: one, or those a market buys where all cars are asked for."""
    if powertrain != ALL_CARS:
        return {powertrain: 1.0}, []
    known = world.markets.get(importer)
    if known is None:
        return {"ICE": 1.0}, [
            f"what {importer} buys by powertrain is not known: duties are those of petrol and diesel cars"
        ]
    nev, bev = known.nev_share[-1], known.bev_of_nev.value
    weights = {"ICE": 1.0 - nev.value, "PHEV": nev.value * (1.0 - bev), "BEV": nev.value * bev}
    told = ", ".join(f"{100 * weight:.0f} % {name}" for name, weight in weights.items())
    return weights, [f"duties are weighted by what {importer} bought in {nev.year}, whatever the origin: {told}"]


def _barred(told: Mapping[str, Quote]) -> list[str]:
    """Rules that bar cars of the origin hit."""
    return [
        f"{rule.measure} {'bars' if rule.bars_firm else 'may bar'} such cars: {rule.title}"
        for quoted in told.values()
        for rule in quoted.prohibitions
        if rule.bars_firm is not False
    ]
