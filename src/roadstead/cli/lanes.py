"""`roadstead duty --compare` and `--timeline`: quotes side by side, and one lane over the years."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from roadstead.cli.duty import as_json
from roadstead.cli.printing import answers, chart_faults, number, percent, plain, print_json, table
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from roadstead.report.charts.lane import LaneStep
    from roadstead.trade.comparison import Step, Variant
    from roadstead.trade.inquiry import Inquiry
    from roadstead.trade.quote import Quote, QuoteLine

Answer = TypeVar("Answer")
NO_QUOTE = "no quote"


def compare(inquiry: "Inquiry", asked: str, faults: list[Fault], *, json: bool) -> None:
    """Print quotes side by side."""
    from roadstead.trade import comparison
    from roadstead.world import reference

    by, values = comparison.read_comparison(asked)
    variants = _unless(faults, lambda: comparison.compare(inquiry, by, values, reference.load()))
    if json:
        print_json([_variant(variant) for variant in variants])
        return
    console = answers()
    lane = _lane(inquiry, by)
    console.print(f"{lane}, customs value US${number(inquiry.value)}")
    console.print()
    columns = (by, *(f">{variant.value}" for variant in variants))
    console.print(table("", columns, _side_by_side(variants)))
    console.print()
    for variant in variants:
        for said in _open(variant.quote, variant.faults):
            console.print(f"- {variant.value}: {said}", soft_wrap=True)
    console.print("each line's citation: `roadstead rules show ID`")


def timeline(inquiry: "Inquiry", asked: str, chart: Path | None, faults: list[Fault], *, json: bool) -> None:
    """Print, and draw where asked, what a lane pays over the years."""
    from roadstead.trade import comparison
    from roadstead.world import reference

    faults += chart_faults(chart)
    steps = _unless(faults, lambda: comparison.timeline(inquiry, comparison.read_years(asked), reference.load()))
    if chart is not None:
        _draw(inquiry, steps, chart)
    if json:
        print_json([_step(step) for step in steps])
        return
    console = answers()
    console.print(f"{_lane(inquiry, 'on')}, customs value US${number(inquiry.value)}")
    console.print()
    columns = ("from", "to", ">duty", ">with fees and import taxes", "lines")
    console.print(table("", columns, (_stepped(step) for step in steps)))
    said = _open_over_years(steps)
    if said:
        console.print()
        for text in said:
            console.print(f"- {text}", soft_wrap=True)
    if chart is not None:
        console.print(f"drawn: {chart}", soft_wrap=True)


def _unless(faults: list[Fault], ask: "Callable[[], Answer]") -> "Answer":
    """The answer, unless something is wrong with the question; then everything that is."""
    said = {fault.where for fault in faults}
    try:
        found = ask()
    except RoadsteadError as error:
        raise RoadsteadError([*faults, *(fault for fault in error.faults if fault.where not in said)]) from None
    if faults:
        raise RoadsteadError(faults)
    return found


def _variant(variant: "Variant") -> dict[str, Any]:
    head = {"by": variant.by, "value": variant.value}
    return head | (as_json(variant.quote) if variant.quote else {"faults": plain(variant.faults)})


def _step(step: "Step") -> dict[str, Any]:
    head = {"first": plain(step.first), "last": plain(step.last)}
    return head | (as_json(step.quote) if step.quote else {"faults": plain(step.faults)})


def _lane(inquiry: "Inquiry", by: str) -> str:
    """What is asked, without what differs."""
    words = {
        "powertrain": inquiry.powertrain.upper(),
        "product": inquiry.product,
        "firm": f"of {inquiry.firm}" if inquiry.firm else "",
        "origin": f"from {inquiry.origin}",
        "importer": f"into {inquiry.importer}",
        "on": f"on {inquiry.on}",
    }
    return " ".join(word for name, word in words.items() if word and name != by)


def _side_by_side(variants: "Sequence[Variant]") -> list[list[str]]:
    quotes = [variant.quote for variant in variants]
    kinds = dict.fromkeys(line.kind for told in quotes if told for line in (*told.lines, *told.fees))
    rows = [[_word(kind), *(_of_kind(told, kind) for told in quotes)] for kind in kinds]

    def total(name: str, cell: "Callable[[Quote], str]") -> None:
        rows.append([name, *(NO_QUOTE if told is None else cell(told) for told in quotes)])

    total("duty", lambda told: percent(told.total_duty_rate))
    total("duty, US$", lambda told: number(told.total_duty_amount))
    if any(told and _pays_more_than_duty(told) for told in quotes):
        total("with fees and import taxes", lambda told: percent(told.with_import_taxes_rate))
        total("with them, US$", lambda told: number(told.with_import_taxes_amount))
    if any(told and told.missing for told in quotes):
        total("not declared", lambda told: ", ".join(missing.name for missing in told.missing))
    return rows


def _of_kind(told: "Quote | None", kind: str) -> str:
    lines = () if told is None else (line for line in (*told.lines, *told.fees) if line.kind == kind)
    return ", ".join(_line(line) for line in lines)


def _line(line: "QuoteLine") -> str:
    """A line in short: its ad-valorem equivalent, or its amount where it is a fee, and its row."""
    return f"{percent(line.effective_rate) if line.layer == 'duty' else 'US$' + number(line.amount)} {line.measure}"


def _pays_more_than_duty(told: "Quote") -> bool:
    return bool(told.fees) or any(tax.amount for tax in told.taxes)


def _word(kind: str) -> str:
    return kind.lower().replace("_", " ")


def _stepped(step: "Step") -> tuple[str, ...]:
    told = step.quote
    days = step.first.isoformat(), step.last.isoformat()
    if told is None:
        return (*days, NO_QUOTE, "", "")
    lines = ", ".join(_line(line) for line in (*told.lines, *told.fees))
    both = percent(told.with_import_taxes_rate) if _pays_more_than_duty(told) else ""
    return (*days, percent(told.total_duty_rate), both, lines)


def _open(told: "Quote | None", faults: tuple[Fault, ...]) -> list[str]:
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


def _open_over_years(steps: "Sequence[Step]") -> list[str]:
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


def _draw(inquiry: "Inquiry", steps: "Sequence[Step]", chart: Path) -> None:
    from roadstead.report.charts import lane

    drawn = [_drawn(step) for step in steps]
    lane.write(chart, f"Duty on one {_lane(inquiry, 'on')}", drawn)


def _drawn(step: "Step") -> "LaneStep":
    from roadstead.report.charts.lane import LaneStep

    told = step.quote
    if told is None:
        return LaneStep(step.first, step.last, {}, None, known=False)
    parts: dict[str, float] = {}
    for line in told.lines:
        parts[_word(line.kind)] = parts.get(_word(line.kind), 0.0) + line.effective_rate
    both = told.with_import_taxes_rate if _pays_more_than_duty(told) else None
    return LaneStep(step.first, step.last, parts, both)
