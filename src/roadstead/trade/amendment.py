"""Reform as amendment: a named change of rows from a day on, never an `if` in a formula.

Most change rows of duty. ``lift`` ends a rule that is no duty; ``forbid``, ``grant``, ``levy`` and ``charge`` bring one;
``export_tax`` brings a tax that a maker's own country does not give back, or takes, as goods leave it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, get_args

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.evidence import ASSUMPTION, Confidence, Evidence
from roadstead.terms.ids import Product
from roadstead.trade.columns import POWERTRAINS
from roadstead.trade.condition import parse
from roadstead.trade.law import Measure, Span, Tax
from roadstead.trade.non_tariff import COST_PER_CAR, FORBIDS, PRICE_SUBSIDY, PRICE_TAX, NonTariff
from roadstead.trade.taxes import EXPORT_FORMS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roadstead.trade.rulebook import Rulebook

Action = Literal["end", "prolong", "set", "add", "lift", "enact", "forbid", "grant", "levy", "charge", "export_tax"]
ACTIONS: tuple[Action, ...] = get_args(Action)
BRINGS = {"forbid": FORBIDS, "grant": PRICE_SUBSIDY, "levy": PRICE_TAX, "charge": COST_PER_CAR}
"""Actions that bring a rule other than a duty, and what that rule does."""
EXPORT_TAX: Action = "export_tax"
NEED_RATE = frozenset({"set", "add", EXPORT_TAX})
NEED_MONEY = frozenset({"grant", "levy", "charge"})
EVERY_FORM = frozenset({"CBU", "CKD", "LOCAL"})


@dataclass(frozen=True, slots=True)
class Amendment:
    """One change of the rulebook.

    Attributes
    ----------
    action
        ``end`` the rows chosen; ``prolong`` them past their last day; ``set`` their rate; ``add`` a charge on top;
        ``lift`` a non-tariff measure, or every prohibition; ``enact`` rows that are in the table but not law; ``forbid`` makers to
        sell; ``grant`` the buyer of a car money, or ``levy`` it; ``charge`` its maker; ``export_tax`` what leaves the importer's own
        ports.
    importer
        Whose rules change.
    kind, measure_id, origins, powertrains, products, firms
        Which rows; empty means any. For ``add``, what the new charge covers; of a rule that is brought, where cars are made, and which.
    rate
        New rate for ``set`` and ``add``; of a top-up, the new ceiling; of a tax on export. [fraction of the customs value; of
        the price free on board]
    name, title
        The event that brings the change, and what people call it; cited as its source.
    makers
        Home countries of the makers that a rule that is brought concerns; empty for all.
    money, currency
        Of a grant, levy or charge. [currency/car]
    condition
        Facts of the car that a rule that is brought hangs on.
    """

    action: Action
    importer: str
    name: str
    kind: str = ""
    measure_id: str = ""
    origins: frozenset[str] = frozenset()
    powertrains: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()
    firms: frozenset[str] = frozenset()
    rate: float | None = None
    title: str = ""
    makers: frozenset[str] = frozenset()
    money: float | None = None
    currency: str = ""
    condition: str = ""


def part_of(change: Amendment) -> tuple[str, ...]:
    """The part of the rulebook that an amendment changes: rules other than duties, taxes, or one importer's measures."""
    if change.action == "lift" or change.action in BRINGS:
        return ("non_tariff",)
    return ("taxes",) if change.action == EXPORT_TAX else ("measures", change.importer)


def amend(rulebook: Rulebook, amendments: Iterable[tuple[Amendment, date]]) -> Rulebook:
    """The rulebook with every amendment made from its day on.

    Raises
    ------
    RoadsteadError
        RS-L205 where an amendment changes nothing, RS-L209 where a rate is missing or a row has none to set.
    """
    for amendment, day in amendments:
        rulebook = _amend_once(rulebook, amendment, day)
    return rulebook


def _amend_once(rulebook: Rulebook, change: Amendment, day: date) -> Rulebook:
    if change.action in NEED_RATE and change.rate is None:
        message = f"`{change.action}` for {change.importer} names no rate"
        raise RoadsteadError(Fault(f"event {change.name}", "RS-L209", message, "`rate:` as a fraction"))
    if change.action in NEED_MONEY and not (change.money and change.currency):
        message = f"`{change.action}` for {change.importer} names no money"
        raise RoadsteadError(Fault(f"event {change.name}", "RS-L209", message, "`money:` a car, and its `currency:`"))
    state = (*rulebook.state, f"{change.name}@{day}")
    if change.action == "lift":
        return _lift(rulebook, change, day, state)
    if change.action in BRINGS:
        rules = (*rulebook.non_tariff, _rule(change, day, len(rulebook.non_tariff)))
        return replace(rulebook, non_tariff=rules, state=state)
    if change.action == EXPORT_TAX:
        before = rulebook.taxes.get(change.importer, ())
        taxes = {**rulebook.taxes, change.importer: (*before, _tax_on_export(change, day, len(before)))}
        return replace(rulebook, taxes=taxes, state=state)
    old = rulebook.measures.get(change.importer, ())
    if change.action == "add":
        new = (*old, _added(change, day, len(old)))
    else:
        new = tuple(part for measure in old for part in _changed(measure, change, day))
        if new == old:
            raise _changes_nothing(change)
    return replace(rulebook, measures={**rulebook.measures, change.importer: new}, state=state)


def _lift(rulebook: Rulebook, change: Amendment, day: date, state: tuple[str, ...]) -> Rulebook:
    def lifted(row: NonTariff) -> NonTariff:
        named = row.measure_id == change.measure_id if change.measure_id else row.effect == FORBIDS
        if not (named and row.acts and row.importer == change.importer):
            return row
        return replace(row, span=_ended(row.span, day))

    rows = tuple(lifted(row) for row in rulebook.non_tariff)
    if rows == rulebook.non_tariff:
        raise _changes_nothing(change)
    return replace(rulebook, non_tariff=rows, state=state)


def _changes_nothing(change: Amendment) -> RoadsteadError:
    chosen = " ".join(filter(None, (change.importer, change.kind, change.measure_id)))
    message = f"to {change.action} {chosen} changes nothing"
    expected = f"rows that stand in the rulebook: `roadstead duty --importer {change.importer} ...` shows them"
    return RoadsteadError(Fault(f"event {change.name}", "RS-L205", message, expected))


def _ended(span: Span, day: date) -> Span:
    last = day - timedelta(days=1)
    return Span(span.first, min(span.last, last) if span.last else last)


def chosen(measure: Measure, change: Amendment, day: date) -> bool:
    """True where a change of that day reaches a measure."""
    law = not measure.is_law if change.action == "enact" else measure.is_law
    # What ends the day before can still be prolonged.
    running = day - timedelta(days=1) if change.action == "prolong" else day
    return (
        law
        and (measure.span.last is None or measure.span.last >= running)
        and (change.action != "prolong" or measure.span.last is not None)
        and change.kind in {"", measure.kind}
        and change.measure_id in {"", measure.measure_id}
        and (not change.origins or bool(change.origins & measure.origins) or "*" in measure.origins)
        and (not change.powertrains or not measure.powertrains or bool(change.powertrains & measure.powertrains))
        and (not change.products or bool(change.products & measure.products))
        and (not change.firms or bool(change.firms & measure.firms))
    )


def _changed(measure: Measure, change: Amendment, day: date) -> Iterable[Measure]:
    if not chosen(measure, change, day):
        yield measure
        return
    inside, outside = _split(measure, change)
    yield from outside
    begins = max(day, inside.span.first) if inside.span.first else day
    if change.action == "enact":
        span = Span(day, inside.span.last)
        yield replace(inside, status="FUTURE", span=span, instrument=_instrument(change), evidence=_evidence(change))
        return
    if change.action == "prolong":
        yield replace(inside, span=Span(inside.span.first, None))
        return
    if inside.span.first is None or inside.span.first < begins:
        yield replace(inside, span=_ended(inside.span, begins))
    if change.action == "set":
        yield _with_rate(inside, change, Span(begins, inside.span.last))


def _with_rate(measure: Measure, change: Amendment, span: Span) -> Measure:
    """The measure from a day on, at the new rate."""
    name = f"{measure.measure_id}*"
    if measure.rate_type == "CEILING_TOPUP":
        return replace(
            measure,
            measure_id=name,
            ceiling=change.rate,
            span=span,
            instrument=_instrument(change),
            evidence=_evidence(change),
        )
    if measure.rate_type == "SPECIFIC":
        message = f"{measure.measure_id} is an amount per car, which has no rate to set"
        expected = "`end` it and `add` a rate, or choose other rows by `measure`"
        raise RoadsteadError(Fault(f"event {change.name}", "RS-L209", message, expected))
    return replace(
        measure,
        measure_id=name,
        rate=change.rate,
        span=span,
        instrument=_instrument(change),
        evidence=_evidence(change),
    )


def _split(measure: Measure, change: Amendment) -> tuple[Measure, tuple[Measure, ...]]:
    """The part of a measure a change reaches, and the parts it leaves as they are."""
    outside: list[Measure] = []
    if change.powertrains:
        covered = measure.powertrains or frozenset(POWERTRAINS)
        if rest := covered - change.powertrains:
            outside.append(replace(measure, powertrains=rest))
        measure = replace(measure, powertrains=covered & change.powertrains)
    if change.products:
        if rest := measure.products - change.products:
            outside.append(replace(measure, products=rest))
        measure = replace(measure, products=measure.products & change.products)
    if change.origins:
        if "*" in measure.origins:
            exempt = measure.origins_except | change.origins
            outside.append(replace(measure, origins_except=exempt))
            measure = replace(measure, origins=change.origins)
        else:
            if rest := measure.origins - change.origins:
                outside.append(replace(measure, origins=rest))
            measure = replace(measure, origins=measure.origins & change.origins)
    return measure, tuple(outside)


def _evidence(change: Amendment) -> Evidence:
    return Evidence(ASSUMPTION, "", Confidence.LOW, f"event {change.name}")


def _instrument(change: Amendment) -> str:
    """What stands where a law would be cited."""
    return f"assumed: {change.title or change.name}"


def _added(change: Amendment, day: date, count: int) -> Measure:
    return Measure(
        measure_id=f"{change.name}/{count}",
        importer=change.importer,
        origins=change.origins or frozenset("*"),
        origins_except=frozenset(),
        products=change.products or frozenset({"CAR_CBU"}),
        powertrains=change.powertrains,
        kind=change.kind or "SURTAX",
        rate_type="AD_VALOREM",
        rate=change.rate,
        specific=None,
        specific_currency="",
        specific_unit="",
        ceiling=None,
        base="CIF",
        stack="ADD",
        replaces=frozenset(),
        group="",
        firms=change.firms,
        condition=None,
        condition_text="",
        quota=None,
        quota_unit="",
        over_quota_rate=None,
        requires=(),
        instrument=_instrument(change),
        status="FUTURE",
        span=Span(day, None),
        known_from=day,
        not_expressible="",
        evidence=_evidence(change),
    )


def _rule(change: Amendment, day: date, count: int) -> NonTariff:
    """A rule other than a duty that an event brings."""
    return NonTariff(
        measure_id=f"{change.name}/{count}",
        importer=change.importer,
        category="EVENT",
        title=_instrument(change),
        printed="",
        effect=BRINGS[change.action],
        acts=True,
        worked_out_in="",
        outward=False,
        amount=change.money,
        currency=change.currency,
        bars=change.makers,
        made_in=change.origins,
        not_made_in=frozenset(),
        powertrains=change.powertrains,
        forms=EVERY_FORM,
        condition=parse(change.condition, f"event {change.name}") if change.condition else None,
        condition_text=change.condition,
        driver_side="",
        status="FUTURE",
        span=Span(day, None),
        evidence=_evidence(change),
    )


def _tax_on_export(change: Amendment, day: date, count: int) -> Tax:
    """A tax on what leaves the importer's own ports, borne by its maker."""
    assert change.rate is not None
    return Tax(
        tax_id=f"{change.name}/{count}",
        importer=change.importer,
        name=_instrument(change),
        powertrains=change.powertrains,
        base="EXPORT",
        order=count,
        rate=change.rate,
        forms=frozenset(EXPORT_FORMS[Product(product)] for product in change.products),
        status="FUTURE",
        span=Span(day, None),
        evidence=_evidence(change),
    )
