"""How quotes are told side by side, and one lane over the years."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from roadstead.report.listing import number, percent, table
from roadstead.showing.quotes import lane, word
from roadstead.showing.telling import Telling, framed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import polars as pl

    from roadstead.report.charts.files import Drawing
    from roadstead.report.charts.lane import LaneStep
    from roadstead.report.listing import Listing
    from roadstead.terms.errors import Fault
    from roadstead.trade.comparison import Step, Variant
    from roadstead.trade.quote import Quote, QuoteLine

NO_QUOTE = "no quote"
TOTALS = (
    "duty_rate:number duty_amount:number fee_amount:number with_taxes_rate:number with_taxes_amount:number lines missing "
    "faults"
)


def variants_told(found: Sequence[Variant]) -> Telling:
    """Quotes side by side in a notebook."""
    quoted = sorted(((one.quote.total_duty_rate, one.value) for one in found if one.quote), key=lambda pair: pair[0])
    by = found[0].by if found else "nothing"
    headline = f"{len(found)} quotes by {by}"
    if quoted:
        (least, first), (most, last) = quoted[0], quoted[-1]
        headline += f": duty from {percent(least)} ({first}) to {percent(most)} ({last})"
    rows = [(one.by, one.value, *_totals(one.quote, one.faults)) for one in found]
    drawings: dict[str, Callable[[], Drawing]] = {"duties": lambda: duties_drawn(f"shipment by {by}", found)}
    blocks = side_by_side(found) if found else ()
    return Telling(headline, blocks, lambda: framed(f"by value {TOTALS}", rows), drawings if found else {})


def steps_told(found: Sequence[Step]) -> Telling:
    """A lane over the years in a notebook."""
    quoted = next((one.quote for one in found if one.quote), None)
    named = lane(quoted, on_a_day=False) if quoted else "a lane without any quote"
    when = f", {found[0].first} to {found[-1].last}" if found else ""
    return Telling(f"Duty on one {named}{when}", over_years(found), lambda: _by_step(found), _drawings(found, named))


def _drawings(found: Sequence[Step], named: str) -> dict[str, Callable[[], Drawing]]:
    return {"timeline": lambda: lane_drawn(named, found)} if found else {}


def _by_step(found: Sequence[Step]) -> pl.DataFrame:
    rows = [(one.first, one.last, *_totals(one.quote, one.faults)) for one in found]
    return framed(f"first:day last:day {TOTALS}", rows)


def _totals(told: Quote | None, faults: Sequence[Fault]) -> tuple[object, ...]:
    if told is None:
        return None, None, None, None, None, "", "", "; ".join(fault.message for fault in faults)
    return (
        told.total_duty_rate, told.total_duty_amount, told.total_fee_amount, told.with_import_taxes_rate,
        told.with_import_taxes_amount, ", ".join(line.measure for line in (*told.lines, *told.fees)),
        ", ".join(missing.name for missing in told.missing), "",
    )  # fmt: skip


def side_by_side(variants: Sequence[Variant]) -> Iterator[Listing | str]:
    """Quotes beside each other, what is open in each, and where citations are."""
    heads = (variants[0].by, *(f">{variant.value}" for variant in variants))
    yield table("", heads, _compared(variants))
    yield ""
    for variant in variants:
        for said in _open(variant.quote, variant.faults):
            yield f"- {variant.value}: {said}"
    yield "each line's citation: `roadstead rules show ID`"


def over_years(steps: Sequence[Step]) -> Iterator[Listing | str]:
    """A lane step by step, and what is open in it."""
    yield table("", ("from", "to", ">duty", ">with fees and import taxes", "lines"), map(_stepped, steps))
    said = _open_over_years(steps)
    if said:
        yield ""
        for text in said:
            yield f"- {text}"


def _compared(variants: Sequence[Variant]) -> list[list[str]]:
    quotes = [variant.quote for variant in variants]
    kinds = dict.fromkeys(line.kind for told in quotes if told for line in (*told.lines, *told.fees))
    rows = [[word(kind), *(_of_kind(told, kind) for told in quotes)] for kind in kinds]

    def total(name: str, cell: Callable[[Quote], str]) -> None:
        rows.append([name, *(NO_QUOTE if told is None else cell(told) for told in quotes)])

    total("duty", lambda told: percent(told.total_duty_rate))
    total("duty, US$", lambda told: number(told.total_duty_amount))
    if any(told and _pays_more_than_duty(told) for told in quotes):
        total("with fees and import taxes", lambda told: percent(told.with_import_taxes_rate))
        total("with them, US$", lambda told: number(told.with_import_taxes_amount))
    if any(told and told.missing for told in quotes):
        total("not declared", lambda told: ", ".join(missing.name for missing in told.missing))
    return rows


def _of_kind(told: Quote | None, kind: str) -> str:
    lines = () if told is None else (line for line in (*told.lines, *told.fees) if line.kind == kind)
    return ", ".join(_line(line) for line in lines)


def _line(line: QuoteLine) -> str:
    """A line in short: its ad-valorem equivalent, or its amount where it is a fee, and its row."""
    return f"{percent(line.effective_rate) if line.layer == 'duty' else 'US$' + number(line.amount)} {line.measure}"


def _pays_more_than_duty(told: Quote) -> bool:
    return bool(told.fees) or any(tax.amount for tax in told.taxes)


def _stepped(step: Step) -> tuple[str, ...]:
    told = step.quote
    days = step.first.isoformat(), step.last.isoformat()
    if told is None:
        return (*days, NO_QUOTE, "", "")
    lines = ", ".join(_line(line) for line in (*told.lines, *told.fees))
    both = percent(told.with_import_taxes_rate) if _pays_more_than_duty(told) else ""
    return (*days, percent(told.total_duty_rate), both, lines)


def _open(told: Quote | None, faults: tuple[Fault, ...]) -> list[str]:
    """What is missing and what it would save, what bars the car, and why there is no quote."""
    if told is None:
        return [f"{fault.message}; {fault.expected}" for fault in faults]
    said = [
        f"{missing.name} is not declared"
        + (f": true saves {percent(missing.saves_rate)}" if missing.saves_rate else "")
        for missing in told.missing
    ]
    for rule in told.prohibitions:
        if rule.bars_firm is not False:
            makers = f"makers of {' and '.join(rule.nationalities)}" if rule.nationalities else "every maker"
            said.append(f"{rule.measure} {'bars' if rule.bars_firm else 'may bar'} {makers}: {rule.title}")
    return said


def _open_over_years(steps: Sequence[Step]) -> list[str]:
    """The same over all steps, each fact once with the most it would ever save."""
    saves: dict[str, float] = {}
    for step in steps:
        for missing in step.quote.missing if step.quote else ():
            saves[missing.name] = max(saves.get(missing.name, 0.0), missing.saves_rate or 0.0)
    facts = [
        f"{name} is not declared" + (f": true saves up to {percent(rate)}" if rate else "")
        for name, rate in saves.items()
    ]
    rest = (replace(step.quote, missing=()) if step.quote else None for step in steps)
    told = (_open(quote, step.faults) for quote, step in zip(rest, steps, strict=True))
    return [*facts, *dict.fromkeys(text for texts in told for text in texts)]


def lane_drawn(named: str, steps: Sequence[Step]) -> Drawing:
    """The duty of a lane over the years."""
    from roadstead.report.charts import lane

    return lane.drawn(f"Duty on one {named}", [_drawn(step) for step in steps])


def _drawn(step: Step) -> LaneStep:
    from roadstead.report.charts.lane import LaneStep

    parts, both = _charged(step.quote)
    return LaneStep(parts, both, known=step.quote is not None, first=step.first, last=step.last)


def duties_drawn(named: str, variants: Sequence[Variant]) -> Drawing:
    """Duties of several variants side by side."""
    from roadstead.report.charts import duties

    rows = [duties.Charged(*_charged(one.quote), known=one.quote is not None, name=one.value) for one in variants]
    return duties.drawn(f"Duty on one {named}", rows)


def quote_drawn(told: Quote) -> Drawing:
    """The duty of one quote."""
    from roadstead.report.charts import duties

    return duties.drawn(f"Duty on one {lane(told)}", [duties.Charged(*_charged(told), name=told.origin)])


def _charged(told: Quote | None) -> tuple[dict[str, float], float | None]:
    """Rates by kind, and the total with fees and taxes where there are any."""
    if told is None:
        return {}, None
    parts: dict[str, float] = {}
    for line in told.lines:
        parts[word(line.kind)] = parts.get(word(line.kind), 0.0) + line.effective_rate
    return parts, told.with_import_taxes_rate if _pays_more_than_duty(told) else None
