"""What law makes a carmaker wait and pay for before its first car: approvals, permits, networks asked for.

A delay that holds for built-up cars lengthens the entry of a market; one that holds only for cars made there lengthens the
lead of a line in that country. Delays run side by side, so the longest counts, in whole years as all leads are. What is to
be paid once is paid on entering the market. Law is taken as it stands when the horizon begins.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import ceil
from typing import TYPE_CHECKING

from roadstead.futures.costing import BUILT_UP, as_law_sees
from roadstead.trade.non_tariff import DELAYS, ONE_OFF_COST, met
from roadstead.world.carmaker import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roadstead.futures.costing import Costing
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
    years = _years(rules.values())
    return replace(channel, entry_lead=channel.entry_lead + years, entry_cost=channel.entry_cost + paid)


def _built(costing: Costing, rulebook: Rulebook, line: Line) -> Line:
    """A line; one that stands or is being built waits for nothing."""
    if line.standing in {Standing.OPERATING, Standing.COMMITTED}:
        return line
    year = costing.first_year
    rules = [
        rule
        for model_id in line.models
        for rule in met(
            rulebook,
            as_law_sees(costing, line, costing.carmaker.models[model_id], line.place, year),
            date(year, 7, 1),
            frozenset({DELAYS}),
        )
        if BUILT_UP not in rule.forms
    ]
    return replace(line, lead=line.lead + _years(rules))


def _years(rules: Iterable[NonTariff]) -> int:
    """Years the longest of some delays takes."""
    return ceil(max((rule.amount or 0.0 for rule in rules if rule.effect == DELAYS), default=0.0) / MONTHS)
