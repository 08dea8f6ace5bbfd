"""Quotes side by side: one shipment in several variants, and one lane over the years."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any
from roadstead.terms.showing import Answers
from roadstead.trade import rulebook
from roadstead.trade.inquiry import read_day, understand
from roadstead.trade.quote import Quote, answer, own_tables, quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from roadstead.trade.inquiry import Asked, Inquiry
    from roadstead.trade.law import Span
    from roadstead.trade.rulebook import Rulebook
    from roadstead.world.reference import World

VARIED = ("origin", "firm", "on", "importer", "powertrain", "product")
"""What of a shipment may differ between quotes that are compared."""
LAW_IS_SILENT = frozenset({"RS-L206", "RS-L207", "RS-L210", "RS-L211"})
"""Faults that say something of the law, or of a fact it asks for, and nothing of how the question was put."""
EARLIEST, LATEST, LONGEST = 2015, 2060, 40
"""Years a timeline may span: the tables begin in 2015."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One of the quotes compared.

    Attributes
    ----------
    by, value
        What differs, and what it is here.
    quote
        None where no rule is known for the shipment, or a rule cannot be worked out; ``faults`` say which.
    """

    by: str
    value: str
    quote: Quote | None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """Days, first and last included, on which a lane pays the same by the same lines."""

    first: date
    last: date
    quote: Quote | None
    faults: tuple[Fault, ...] = ()


class Variants(Answers["Variant"]):
    """Quotes of one shipment in several variants."""

    __slots__ = ()


class Steps(Answers["Step"]):
    """A lane over the years, step by step."""

    __slots__ = ()


def read_comparison(text: str) -> tuple[str, tuple[str, ...]]:
    """``origin=JPN,KOR`` as what differs and its values; whether they can be compared, ``compare`` says."""
    by, _, listed = text.partition("=")
    return by.strip(), tuple(value.strip() for value in listed.split(",") if value.strip())


def compare(inquiry: Inquiry, by: str, values: Sequence[str | date], world: World) -> Variants:
    """Quote the same shipment once for each value of what differs.

    Raises
    ------
    RoadsteadError
        RS-L281 where the comparison names nothing to compare; every fault of the shipments, once.
    """
    if by not in VARIED or len(values) < 2 or len(set(values)) < len(values):
        message = f"{by}={','.join(map(str, values))} compares nothing"
        expected = f"two or more different values of one of {', '.join(VARIED)}: origin=JPN,KOR,MEX"
        raise RoadsteadError(Fault("--compare", "RS-L281", message, expected))
    variants: list[Variant] = []
    faults: dict[Fault, None] = {}
    for value in values:
        told: Quote | None = None
        silent: tuple[Fault, ...] = ()
        try:
            varied: dict[str, Any] = {by: value}
            told = quote(replace(inquiry, **varied), world)
        except RoadsteadError as error:
            silent = error.faults
            faults |= {fault: None for fault in silent if fault.code not in LAW_IS_SILENT}
        variants.append(Variant(by, str(value), told, silent))
    raise_if_any(list(faults))
    return Variants(variants)


def read_years(text: str) -> tuple[int, int]:
    """``2018-2030`` as first and last year.

    Raises
    ------
    RoadsteadError
        RS-L283 where these are no years the tables speak of.
    """
    first, _, last = text.partition("-")
    try:
        years = int(first), int(last or first)
    except ValueError:
        years = 0, 0
    if not (EARLIEST <= years[0] <= years[1] <= LATEST and years[1] - years[0] < LONGEST):
        expected = f"first and last year between {EARLIEST} and {LATEST}, at most {LONGEST} of them: 2018-2030"
        raise RoadsteadError(Fault("--timeline", "RS-L283", f"{text!r} are no years of the tables", expected))
    return years


def timeline(inquiry: Inquiry, years: tuple[int, int], world: World) -> Steps:
    """What a lane pays from the first day of a year to the last day of another, step by step.

    The law is asked on every day on which a row of it begins or ends; ``inquiry.on`` does not matter.

    Raises
    ------
    RoadsteadError
        RS-L283 for years the tables do not speak of, and every fault of the inquiry.
    """
    first, last = read_years(f"{years[0]}-{years[1]}")
    faults: list[Fault] = []
    known = None if inquiry.as_known_on is None else read_day(inquiry.as_known_on, "--as-known-on", faults)
    own_tables(inquiry.rules, faults)
    begin, end = date(first, 1, 1), date(last, 12, 31)
    try:
        asked = understand(replace(inquiry, on=begin), world.gazetteer)
    except RoadsteadError as error:
        faults += error.faults
    raise_if_any(faults)
    rules = rulebook.load(known, inquiry.rules)
    steps: list[Step] = []
    for day, following in _days(rules, asked, begin, end):
        step = _step(asked, day, following - timedelta(days=1), rules, world, known)
        if steps and _told(steps[-1]) == _told(step):
            steps[-1] = replace(steps[-1], last=step.last)
        else:
            steps.append(step)
    return Steps(steps)


def _days(rules: Rulebook, asked: Asked, begin: date, end: date) -> Iterable[tuple[date, date]]:
    """Days on which something may change, each with the next: years begin, rows begin, rows have ended."""
    importer = asked.shipment.importer
    levied_by = {importer, *(bloc for bloc, members in rules.blocs.items() if importer in {m for m, _ in members})}
    spans: list[Span] = [m.span for place in levied_by for m in rules.measures.get(place, ())]
    spans += [tax.span for tax in rules.taxes.get(asked.place.place_id, ())]
    spans += [agreement.span for agreement in rules.agreements.values()]
    spans += [rule.span for rule in rules.origin_rules]
    spans += [span for members in rules.blocs.values() for _, span in members]
    spans += [row.span for row in rules.non_tariff if row.importer == importer]
    days = {date(year, 1, 1) for year in range(begin.year, end.year + 2)}
    days |= {span.first for span in spans if span.first is not None}
    days |= {span.last + timedelta(days=1) for span in spans if span.last is not None and span.last < end}
    wanted = sorted(day for day in days if begin <= day <= end)
    return zip(wanted, [*wanted[1:], end + timedelta(days=1)], strict=True)


def _step(asked: Asked, day: date, last: date, rules: Rulebook, world: World, known: date | None) -> Step:
    on_the_day = replace(asked, shipment=replace(asked.shipment, on=day))
    try:
        return Step(day, last, answer(on_the_day, rules, world, known))
    except RoadsteadError as error:
        if any(fault.code not in LAW_IS_SILENT for fault in error.faults):
            raise
        return Step(day, last, None, error.faults)


def _told(step: Step) -> object:
    """What must be the same for two steps to be one: the lines, what they charge, and what bars the car."""
    told = step.quote
    if told is None:
        return tuple((fault.code, fault.message.split(" on ")[0]) for fault in step.faults)
    lines = tuple((line.measure, line.amount) for line in (*told.lines, *told.fees))
    taxes = tuple((tax.tax, tax.rate) for tax in told.taxes)
    return lines, taxes, tuple(rule.measure for rule in told.prohibitions)
