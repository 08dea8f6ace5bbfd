"""What law makes a carmaker wait and pay for before its first car: approvals, permits, networks asked for.

A market not entered asks for an approval of every model that is to be sold there, unless one the model already has from the
markets it is sold in serves as well; approval goes on beside building the network, so the longer of both counts.

A delay that holds for built-up cars lengthens the entry of a market; one that holds only for cars made there lengthens the
lead of a line in that country, as does one of the maker's home country on building there. Delays run side by side, so the longest counts, in whole years as all leads are. What is to
be paid once is paid on entering the market. Law is taken as it stands when the horizon begins.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from math import ceil
from typing import TYPE_CHECKING

from roadstead.futures.costs.costing import BUILT_UP, as_law_sees
from roadstead.trade.homologation import scheme_of
from roadstead.trade.non_tariff import DELAYS, ONE_OFF_COST, met, met_abroad
from roadstead.world.carmaker import RUNS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roadstead.futures.costs.costing import Costing
    from roadstead.trade.homologation import Scheme
    from roadstead.trade.non_tariff import NonTariff
    from roadstead.trade.rulebook import Rulebook
    from roadstead.world.carmaker import Channel, Line

ON_ENTRY = frozenset({DELAYS, ONE_OFF_COST})
MONTHS = 12


def with_waiting(costing: Costing, rulebook: Rulebook) -> Costing:
    """The costing with every wait and every payment on entry that law adds to those of the case."""
    carmaker = costing.carmaker
    channels = {market: _entered(costing, rulebook, channel) for market, channel in carmaker.channels.items()}
    lines = {line_id: _built(costing, rulebook, line) for line_id, line in carmaker.lines.items()}
    return replace(costing, carmaker=replace(carmaker, channels=channels, lines=lines))


def _entered(costing: Costing, rulebook: Rulebook, channel: Channel) -> Channel:
    """A market's channel; one that is entered already waits for nothing."""
    if channel.entered:
        return channel
    year = costing.first_year
    rules: dict[str, NonTariff] = {}
    paid = 0.0
    for offer in costing.carmaker.offers:
        if offer.market != channel.market:
            continue
        car = as_law_sees(costing, None, costing.carmaker.models[offer.model_id], channel.market, year)
        for rule in met(rulebook, car, date(year, 7, 1), ON_ENTRY):
            if rule.measure_id not in rules and rule.effect == ONE_OFF_COST:
                paid += car.money(rule)
            rules[rule.measure_id] = rule
    approval = approvals(costing, rulebook, channel.market)
    lead = max(channel.entry_lead, ceil(approval.months / MONTHS)) + _years(rules.values())
    return replace(channel, entry_lead=lead, entry_cost=channel.entry_cost + paid + approval.cost)


@dataclass(frozen=True, slots=True)
class Approvals:
    """What approving the models that are to be sold in a market takes.

    Attributes
    ----------
    models
        Models that have no approval yet that serves there.
    scheme
        What the market asks for; None where the tables know of none.
    cost
        Of all of them, nothing where no figure is known. [money]
    months
        Of the slowest, nothing where no figure is known. [months]
    """

    models: tuple[str, ...]
    scheme: Scheme | None
    cost: float
    months: float

    @property
    def is_open(self) -> bool:
        """True where models must be approved and no figure says what it costs."""
        return bool(self.models) and (self.scheme is None or self.scheme.cost is None)


def approvals(costing: Costing, rulebook: Rulebook, market: str) -> Approvals:
    """Approvals that the models offered in a market still need when the horizon begins."""
    carmaker, on = costing.carmaker, date(costing.first_year, 7, 1)
    scheme = scheme_of(rulebook, market, costing.territory(market), on)
    offered = dict.fromkeys(offer.model_id for offer in carmaker.offers if offer.market == market)
    held = {model_id: _held(costing, rulebook, model_id, on) for model_id in offered}
    needed = tuple(m for m in offered if scheme is None or not scheme.served_by(held[m]))
    if scheme is None or not needed:
        return Approvals(needed, scheme, 0.0, 0.0)
    each = (scheme.cost or 0.0) * _money(costing, scheme.currency)
    return Approvals(needed, scheme, len(needed) * each, scheme.months or 0.0)


def _held(costing: Costing, rulebook: Rulebook, model_id: str, on: date) -> set[str]:
    """Schemes under which a model is approved: those of the markets it is sold in."""
    sold = (o.market for o in costing.carmaker.offers if o.model_id == model_id and o.sales > 0)
    found = (scheme_of(rulebook, market, costing.territory(market), on) for market in sold)
    return {scheme.scheme_id for scheme in found if scheme is not None}


def _money(costing: Costing, currency: str) -> float:
    """Money of the case per unit of a currency."""
    return costing.dollars[currency] / costing.dollars[costing.conventions.currency] if currency else 1.0


def _built(costing: Costing, rulebook: Rulebook, line: Line) -> Line:
    """A line; one that stands or is being built waits for nothing."""
    if line.standing in RUNS:
        return line
    year, home = costing.first_year, costing.carmaker.home.place
    on, delays = date(year, 7, 1), frozenset({DELAYS})
    rules: list[NonTariff] = []
    for model_id in line.models:
        car = as_law_sees(costing, line, costing.carmaker.models[model_id], line.place, year)
        rules += (rule for rule in met(rulebook, car, on, delays) if BUILT_UP not in rule.forms)
        rules += met_abroad(rulebook, home, car, on, delays)
    return replace(line, lead=line.lead + _years(rules))


def _years(rules: Iterable[NonTariff]) -> int:
    """Years the longest of some delays takes."""
    return ceil(max((rule.amount or 0.0 for rule in rules if rule.effect == DELAYS), default=0.0) / MONTHS)
