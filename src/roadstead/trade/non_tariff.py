"""Rules other than duties: what each of them does, and which of them a car meets.

A rule acts on a plan only by its typed effect: it forbids a way of supply, delays, costs money once or per car, or moves the
price the buyer pays. A condition it names is judged as that of a duty: a missing fact never wins anything, so a grant that
may hold is not paid, and a charge that may hold is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.trade.columns import ENACTED
from roadstead.trade.duty import covers
from roadstead.trade.landed import CostLine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from roadstead.terms.evidence import Evidence
    from roadstead.terms.tables import Row
    from roadstead.trade.condition import Expression, Facts
    from roadstead.trade.law import Span
    from roadstead.trade.rulebook import Rulebook

FORBIDS, DELAYS, ONE_OFF_COST, COST_PER_CAR = "FORBIDS", "DELAYS", "ONE_OFF_COST", "COST_PER_CAR"
PRICE_TAX, PRICE_SUBSIDY = "PRICE_TAX", "PRICE_SUBSIDY"
ON_PRICE = frozenset({PRICE_TAX, PRICE_SUBSIDY})
NEED_MONEY = frozenset({ONE_OFF_COST, COST_PER_CAR, *ON_PRICE})
ACTING = NEED_MONEY | {FORBIDS, DELAYS}
"""Effects the engine can apply."""


@dataclass(frozen=True, slots=True)
class NonTariff:
    """A measure other than a duty; trade/schemas.py says what each field holds.

    Attributes
    ----------
    printed
        Amount, unit, base and condition in the source's words.
    bars
        Home countries of the firms it concerns; empty for all.
    outward
        True for a rule of a maker's home country on what it sells or builds abroad.
    amount
        What it acts with. [months] of a delay, else [currency] or [currency/car]
    """

    measure_id: str
    importer: str
    category: str
    title: str
    printed: str
    effect: str
    acts: bool
    worked_out_in: str
    outward: bool
    amount: float | None
    currency: str
    bars: frozenset[str]
    made_in: frozenset[str]
    not_made_in: frozenset[str]
    powertrains: frozenset[str]
    forms: frozenset[str]
    condition: Expression | None
    condition_text: str
    driver_side: str
    status: str
    span: Span
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Car:
    """A car as a rule of the market sees it.

    Attributes
    ----------
    market, territory
        Country it is sold in, and that country's customs territory.
    made_in
        Country that finishes it.
    form
        CBU, CKD or LOCAL: how it was made where that was inside the territory, else built up.
    nationality
        Home country of the maker.
    retail_price
        With all taxes; None where it is not sold. [money/car]
    rates
        Money per unit of each currency.
    """

    market: str
    territory: str
    made_in: str
    form: str
    powertrain: str
    nationality: str
    facts: Facts
    retail_price: float | None
    rates: Mapping[str, float]

    def told(self, currency: str) -> Facts:
        """The car's facts to a rule in a currency, in which a price counts too."""
        if self.retail_price is None or currency not in self.rates:
            return self.facts
        return {"retail_price": self.retail_price / self.rates[currency], **self.facts}

    def money(self, rule: NonTariff) -> float:
        """The amount a rule acts with. [money] or [money/car]

        Raises
        ------
        RoadsteadError
            RS-L206 for a currency without a rate, which a rule that an event brings may have.
        """
        if rule.currency not in self.rates:
            message = f"{rule.measure_id} is an amount in {rule.currency}, for which no exchange rate is known"
            expected = "a row of indicator exchange_rate in your own economies.csv"
            raise RoadsteadError(Fault(rule.importer, "RS-L206", message, expected))
        return (rule.amount or 0.0) * self.rates[rule.currency]


def read(row: Row, span: Span, condition: Expression | None) -> NonTariff:
    """The measure a row states."""
    printed = " ".join(text for text in (row["value"], row["unit"], row["base"], row["condition_text"]) if text)
    return NonTariff(
        measure_id=row["measure"],
        importer=row["importer"],
        category=row["category"],
        title=row["title"],
        printed=printed,
        effect=row["effect"],
        acts=row["acts"],
        worked_out_in=row["worked_out_in"],
        outward=bool(row["outward"]),
        amount=row["amount"],
        currency=row["currency"],
        bars=frozenset(row["firm_nationality"]),
        made_in=frozenset(row["made_in"]),
        not_made_in=frozenset(row["not_made_in"]),
        powertrains=frozenset(row["powertrains"]),
        forms=frozenset(row["forms"]),
        condition=condition,
        condition_text=row["condition"],
        driver_side=row["driver_side"],
        status=row["status"],
        span=span,
        evidence=row.evidence,
    )


def met(rulebook: Rulebook, car: Car, on: date, effects: frozenset[str]) -> Iterator[NonTariff]:
    """Acting rules with one of some effects that a car meets on a day."""
    for rule in rulebook.non_tariff:
        if (
            rule.acts
            and not rule.outward
            and rule.effect in effects
            and rule.importer in {car.market, car.territory}
            and rule.status in ENACTED
            and rule.span.covers(on)
            and car.form in rule.forms
            and (not rule.powertrains or car.powertrain in rule.powertrains)
            and (not rule.bars or car.nationality in rule.bars)
            and (not rule.made_in or covers(rulebook, rule.made_in, car.made_in, on))
            and not (rule.not_made_in and covers(rulebook, rule.not_made_in, car.made_in, on))
            and _holds(rule, car.told(rule.currency))
        ):
            yield rule


def met_abroad(rulebook: Rulebook, home: str, car: Car, on: date, effects: frozenset[str]) -> Iterator[NonTariff]:
    """Acting rules of a maker's home country that a car made abroad meets where it is made."""
    for rule in rulebook.non_tariff:
        if (
            rule.acts
            and rule.outward
            and rule.effect in effects
            and rule.importer == home
            and rule.status in ENACTED
            and rule.span.covers(on)
            and (not rule.powertrains or car.powertrain in rule.powertrains)
            and (not rule.made_in or covers(rulebook, rule.made_in, car.made_in, on))
            and _holds(rule, car.told(rule.currency))
        ):
            yield rule


def _holds(rule: NonTariff, facts: Facts) -> bool:
    """Whether the condition holds; what a missing fact leaves open goes against the maker."""
    if rule.condition is None:
        return True
    holds = rule.condition.judge(facts).holds
    return rule.effect != PRICE_SUBSIDY if holds is None else holds


def cost_bars(rulebook: Rulebook, car: Car, on: date) -> list[CostLine]:
    """What rules cost a car, a bar each."""
    return [rule_bar("rule_cost", rule, car.money(rule)) for rule in met(rulebook, car, on, frozenset({COST_PER_CAR}))]


def price_moved(rulebook: Rulebook, car: Car, on: date, reference: Car, then: date) -> dict[NonTariff, float]:
    """What rules take of a car's price before tax and dealer, or (below zero) add to it. [money/car]

    The buyer pays the reference price in all. A levy on him is part of it. A grant is not: the price was met beside the
    grants of the ``reference`` car of that day, so only what the car gets more or less than those moves what is kept.
    """
    moved = {rule: _sign(rule) * car.money(rule) for rule in met(rulebook, car, on, ON_PRICE)}
    for rule in met(rulebook, reference, then, frozenset({PRICE_SUBSIDY})):
        moved[rule] = moved.get(rule, 0.0) - _sign(rule) * reference.money(rule)
    return {rule: amount for rule, amount in moved.items() if amount != 0.0}


def _sign(rule: NonTariff) -> float:
    return -1.0 if rule.effect == PRICE_SUBSIDY else 1.0


def rule_bar(key: str, rule: NonTariff, amount: float) -> CostLine:
    """A bar that cites its rule."""
    return CostLine(key, amount, f"{rule.measure_id} {rule.title}", rule.evidence.source_id, is_rule=True)


def driver_side(rulebook: Rulebook, market: str, territory: str, on: date) -> str:
    """Side of the steering wheel that a market's traffic asks for, the country's own row before its union's; or nothing."""
    sides = {
        rule.importer: rule.driver_side
        for rule in rulebook.non_tariff
        if rule.driver_side and rule.importer in {market, territory} and rule.span.covers(on)
    }
    return sides.get(market) or sides.get(territory, "")


def concerning(rulebook: Rulebook, market: str, territory: str, first: date, last: date) -> Iterator[NonTariff]:
    """Enacted rules of a market on those who sell there that hold on some day from the first to the last."""
    return (rule for rule in _holding(rulebook, {market, territory}, first, last) if not rule.outward)


def binding_abroad(rulebook: Rulebook, home: str, first: date, last: date) -> Iterator[NonTariff]:
    """Enacted rules of a maker's home country on what it sells or builds abroad, as ``concerning`` for its markets."""
    return (rule for rule in _holding(rulebook, {home}, first, last) if rule.outward)


def _holding(rulebook: Rulebook, places: set[str], first: date, last: date) -> Iterator[NonTariff]:
    for rule in rulebook.non_tariff:
        if (
            rule.importer in places
            and rule.status in ENACTED
            and (rule.span.first is None or rule.span.first <= last)
            and (rule.span.last is None or rule.span.last >= first)
        ):
            yield rule


def is_shown_only(rule: NonTariff) -> bool:
    """True where nothing works a rule out: it is shown, not modelled."""
    return not rule.acts and not rule.worked_out_in
