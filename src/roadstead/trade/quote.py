"""The duty of one car, told in full: every line with its citation, fees and taxes apart, and what was not declared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any
from roadstead.terms.ids import Product
from roadstead.terms.showing import Shown
from roadstead.trade import columns, doubts, rulebook, schemas
from roadstead.trade.duty import covers, settle
from roadstead.trade.firms import no_group, read_firm
from roadstead.trade.inquiry import read_day, understand
from roadstead.trade.non_tariff import FORBIDS
from roadstead.trade.obligations import obligations_of
from roadstead.trade.taxes import cascade, export_taxes, taxes_in_force
from roadstead.trade.valuation import Valuation, valuation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from roadstead.terms.evidence import Evidence, Source
    from roadstead.trade.charges import Line
    from roadstead.trade.doubts import DeclaredFact, MissingFact
    from roadstead.trade.duty import Shipment, Stack
    from roadstead.trade.inquiry import Asked, Inquiry
    from roadstead.trade.law import Tax
    from roadstead.trade.non_tariff import NonTariff
    from roadstead.trade.rulebook import Rulebook
    from roadstead.world.reference import World

TAX_FORMS = {Product.CAR: "CBU", Product.LIGHT_TRUCK: "CBU", Product.KIT_CKD: "CKD", Product.KIT_SKD: "CKD"}
"""Form of supply that taxes name, by product; parts and batteries carry no tax on cars."""


@dataclass(frozen=True, slots=True)
class Cited:
    """What a row of law rests on; ``title`` is empty where no source was located."""

    source: str
    title: str
    url: str
    as_of: str
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One charge.

    Attributes
    ----------
    rate
        Ad valorem rate. [fraction]
    share
        Share of the customs value the rate is charged on. [fraction]
    specific
        Specific amount, joined to the rate as ``shape`` says. [US$/car]
    amount
        The charge. [US$/car]
    effective_rate
        The charge over the customs value. [fraction]
    """

    measure: str
    kind: str
    layer: str
    shape: str
    rate: float
    share: float
    specific: float
    amount: float
    effective_rate: float
    instrument: str
    status: str
    effective_from: date | None
    effective_to: date | None
    cited: Cited


@dataclass(frozen=True, slots=True)
class QuoteTax:
    """A tax on the car, never part of the duty.

    Attributes
    ----------
    base
        ``customs value with duty`` with the taxes before it, ``dealer price`` with the taxes before it, or ``price free on
        board`` for what the country of origin does not give back to the maker.
    amount
        Where the base is known: taxes on import, and on export where customs values are free on board. [US$/car]
    """

    tax: str
    name: str
    base: str
    rate: float
    amount: float | None
    cited: Cited


@dataclass(frozen=True, slots=True)
class Prohibition:
    """A rule that bars cars, or makers of some nationalities.

    Attributes
    ----------
    nationalities
        Home countries of the makers barred; empty for a rule that asks for no nationality.
    bars_firm
        None where a fact that decides it is not declared.
    """

    measure: str
    title: str
    nationalities: tuple[str, ...]
    bars_firm: bool | None
    cited: Cited


@dataclass(frozen=True, slots=True)
class Quote(Shown):
    """What one car is charged at a border.

    Attributes
    ----------
    total_duty_rate
        Ad-valorem equivalent of the duties: all of them over the customs value; fees and taxes apart. [fraction]
    total_duty_amount, total_fee_amount
        Duties, and fees that are no duties. [US$/car]
    lines, fees
        Duties, and fees that are no duties.
    with_import_taxes_rate, with_import_taxes_amount
        Duties, fees and taxes on import: their ad-valorem equivalent, and the sum. [fraction], [US$/car]
    declared
        Facts declared, and what each of them does.
    missing
        Facts nobody declared, for which the dearest reading holds.
    as_known_on
        Only rules published by then were used; None for all that the tables hold.
    """

    importer: str
    place: str
    origin: str
    product: str
    powertrain: str
    firm: str
    on: date
    as_known_on: date | None
    rules_as_of: date
    valuation: Valuation
    currency: str
    customs_value: float
    total_duty_rate: float
    total_duty_amount: float
    total_fee_amount: float
    lines: tuple[QuoteLine, ...]
    fees: tuple[QuoteLine, ...]
    taxes: tuple[QuoteTax, ...]
    with_import_taxes_rate: float
    with_import_taxes_amount: float
    declared: tuple[DeclaredFact, ...]
    missing: tuple[MissingFact, ...]
    prohibitions: tuple[Prohibition, ...]
    remarks: tuple[str, ...]


def quote(inquiry: Inquiry, world: World) -> Quote:
    """Answer an inquiry from the packaged rules and the asker's own.

    Raises
    ------
    RoadsteadError
        With every fault of the inquiry; RS-L211 where no rule is known for it.
    NotExpressibleError
        RS-L210 where a rule that applies has a shape the engine cannot work out.
    """
    faults: list[Fault] = []
    known = None if inquiry.as_known_on is None else read_day(inquiry.as_known_on, "--as-known-on", faults)
    own_tables(inquiry.rules, faults)
    try:
        asked = understand(inquiry, world.gazetteer)
    except RoadsteadError as error:
        faults += error.faults
    raise_if_any(faults)
    return answer(asked, rulebook.load(known, inquiry.rules, world.dollars().keys()), world, known)


def own_tables(folder: Path | None, faults: list[Fault]) -> None:
    """Note a fault where a folder of own tables holds none."""
    names = [f"{schema.name}.csv" for schema in schemas.ALL]
    if folder is not None and not any((folder / name).is_file() for name in names):
        message = "no table of rules lies here"
        faults.append(Fault(str(folder), "RS-T101", message, f"a folder with one or more of {', '.join(names)}"))


def answer(asked: Asked, rules: Rulebook, world: World, as_known_on: date | None = None) -> Quote:
    """Settle the shipment and tell it in full."""
    value = asked.value
    basis = valuation(rules, asked.shipment.importer)
    firm, remarks = read_firm(rules, asked.shipment.firm)
    given = {"fob_value": value} if basis == "FOB" else {}
    shipment = replace(asked.shipment, firm=firm, facts={**given, **asked.shipment.facts})
    dollars = world.dollars(shipment.on.year)
    stack = settle(rules, shipment, value, dollars)
    lines = tuple(_line(line, value, world.sources) for line in stack.lines)
    charges = float(stack.amounts(np.asarray(value)).sum())
    duties = tuple(line for line in lines if line.layer == "duty")
    taxes = _taxes(asked, rules)
    on_import = (value + charges) * (1.0 + cascade(taxes, "IMPORT")) - value
    told = replace(shipment, facts=asked.shipment.facts)
    declared = doubts.declared_facts(rules, told, value, dollars, stack)
    return Quote(
        importer=shipment.importer,
        place=asked.place.place_id,
        origin=shipment.origin,
        product=shipment.product,
        powertrain=shipment.powertrain,
        firm=asked.shipment.firm,
        on=shipment.on,
        as_known_on=as_known_on,
        rules_as_of=rules.as_of,
        valuation=basis,
        currency="USD",
        customs_value=value,
        total_duty_rate=float(stack.duty_rate(value)),
        total_duty_amount=sum(line.amount for line in duties),
        total_fee_amount=sum(line.amount for line in lines if line.layer == "fee"),
        lines=duties,
        fees=tuple(line for line in lines if line.layer == "fee"),
        taxes=(
            *_left_on_export(shipment, rules, basis, value, world.sources),
            *_tax_lines(taxes, value + charges, world.sources),
        ),
        with_import_taxes_rate=on_import / value,
        with_import_taxes_amount=on_import,
        declared=declared,
        missing=doubts.missing_facts(rules, shipment, value, dollars, stack),
        prohibitions=(*_prohibitions(asked, rules, world.sources), *_barred(stack, world.sources)),
        remarks=(*remarks, *_doubtful(asked, rules, stack), *stack.remarks, *_owed(shipment, rules), *_idle(declared)),
    )


def cited(evidence: Evidence, sources: Mapping[str, Source]) -> Cited:
    """What a row rests on, with its source spelled out."""
    source = sources.get(evidence.source_id)
    return Cited(
        source=evidence.source_id,
        title=source.title if source else "",
        url=source.url if source else "",
        as_of=evidence.as_of,
        confidence=evidence.confidence.value,
        note=evidence.note,
    )


def _line(line: Line, value: float, sources: Mapping[str, Source]) -> QuoteLine:
    measure = line.measure
    amount = float(line.amount(np.asarray(value)))
    return QuoteLine(
        measure=measure.measure_id,
        kind=measure.kind,
        layer=line.layer,
        shape=line.shape,
        rate=line.rate,
        share=line.share,
        specific=line.specific,
        amount=amount,
        effective_rate=amount / value,
        instrument=measure.instrument,
        status=measure.status,
        effective_from=measure.span.first,
        effective_to=measure.span.last,
        cited=cited(measure.evidence, sources),
    )


def _taxes(asked: Asked, rules: Rulebook) -> tuple[Tax, ...]:
    """Taxes of the country asked about; a union levies none itself."""
    shipment = asked.shipment
    form = TAX_FORMS.get(Product(shipment.product))
    if form is None:
        return ()
    return taxes_in_force(rules, asked.place.place_id, shipment.powertrain, form, shipment.on)


def _left_on_export(
    shipment: Shipment, rules: Rulebook, basis: Valuation, value: float, sources: Mapping[str, Source]
) -> tuple[QuoteTax, ...]:
    """Taxes that stay on the goods as they leave their country of origin."""
    found = export_taxes(rules, shipment.origin, Product(shipment.product), shipment.powertrain, shipment.on)
    return tuple(
        QuoteTax(
            tax=tax.tax_id,
            name=tax.name,
            base="price free on board",
            rate=tax.rate,
            amount=tax.rate * value if basis == "FOB" else None,
            cited=cited(tax.evidence, sources),
        )
        for tax in found
    )


def _tax_lines(taxes: tuple[Tax, ...], base: float, sources: Mapping[str, Source]) -> tuple[QuoteTax, ...]:
    found = []
    for tax in taxes:
        amount = None
        if tax.base == "IMPORT":
            amount = tax.rate * base  # (T.6)
            base += amount
        told = "customs value with duty" if tax.base == "IMPORT" else "dealer price"
        found.append(QuoteTax(tax.tax_id, tax.name, told, tax.rate, amount, cited(tax.evidence, sources)))
    return tuple(found)


def _prohibitions(asked: Asked, rules: Rulebook, sources: Mapping[str, Source]) -> tuple[Prohibition, ...]:
    shipment = asked.shipment
    form = TAX_FORMS.get(Product(shipment.product))
    home = shipment.facts.get("firm_nationality")
    return tuple(
        Prohibition(
            measure=row.measure_id,
            title=row.title,
            nationalities=tuple(sorted(row.bars)),
            bars_firm=True if not row.bars else None if home is None else home in row.bars,
            cited=cited(row.evidence, sources),
        )
        for row in rules.non_tariff
        if form is not None and _bars(rules, row, shipment, form)
    )


def _barred(stack: Stack, sources: Mapping[str, Source]) -> tuple[Prohibition, ...]:
    """Prohibitions at the border, whoever makes the car."""
    return tuple(
        Prohibition(
            measure=measure.measure_id,
            title=measure.instrument or measure.evidence.note,
            nationalities=(),
            bars_firm=True if certain else None,
            cited=cited(measure.evidence, sources),
        )
        for measure, certain in stack.barred
    )


def _bars(rules: Rulebook, row: NonTariff, shipment: Shipment, form: str) -> bool:
    return (
        row.acts
        and row.effect == FORBIDS
        and row.importer == shipment.importer
        and row.status in columns.ENACTED
        and row.span.covers(shipment.on)
        and form in row.forms
        and (not row.made_in or covers(rules, row.made_in, shipment.origin, shipment.on))
    )


def _doubtful(asked: Asked, rules: Rulebook, stack: Stack) -> list[str]:
    """What the date and the place leave open."""
    found = []
    on = asked.shipment.on
    if on > rules.as_of:
        found.append(f"law as the tables know it on {rules.as_of}; what came later is not in them")
    if asked.place.kind == "customs union":
        found.append(f"taxes are a member's own: name a country of {asked.place.name} to see them")
    if asked.shipment.firm and any("OTHERS" in line.measure.firms for line in stack.lines):
        found.append(no_group(rules, asked.shipment.firm))
    return found


def _owed(shipment: Shipment, rules: Rulebook) -> list[str]:
    """What a maker owes for this car, under each incentive it declares."""
    return [
        f"{one.obligation_id}: for {fact}, {one.owed:g} made locally per car imported by {one.due}, or repay"
        for fact, told in shipment.facts.items()
        if told is True
        for one in obligations_of(rules, shipment.importer, fact, shipment.on)
    ]


def _idle(declared: tuple[DeclaredFact, ...]) -> list[str]:
    idle = (fact.name for fact in declared if not fact.matters and fact.name != "firm_nationality")
    return [f"{name} was declared and changes nothing here" for name in idle]
