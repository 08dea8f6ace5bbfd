"""`roadstead duty`: what one car is charged at a border, each line with its citation."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from roadstead.cli.printing import answers, number, percent, plain, print_json, table
from roadstead.terms.ids import PRODUCT_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from roadstead.terms.errors import Fault
    from roadstead.trade.condition import Facts
    from roadstead.trade.inquiry import Inquiry
    from roadstead.trade.quote import Cited, Quote, QuoteLine


@dataclass(frozen=True, kw_only=True)
class Question:
    """The shipment asked about, as typed."""

    importer: Annotated[str, Parameter(help="Country or customs territory that levies: DEU, Germany, EU27.")]
    powertrain: Annotated[str, Parameter(help="ICE, HEV, PHEV, EREV, BEV or FCEV.")]
    value: Annotated[float, Parameter(help="Customs value of one car on the importer's own basis, in US$.")]
    origin: Annotated[str, Parameter(help="Country of origin; may be left out where origins are compared.")] = ""
    on: Annotated[
        str,
        Parameter(
            help="Day of entry, YYYY-MM-DD; may be left out of a timeline or where days are compared.",
        ),
    ] = ""
    product: Annotated[str, Parameter(help="car, ckd, skd, parts, battery or truck.")] = "car"
    firm: Annotated[str, Parameter(help="Carmaker, on whose producer group some rates hang.")] = ""
    fact: Annotated[list[str], Parameter(help="NAME=VALUE, as often as needed: qualifies.USMCA=true.")] = field(
        default_factory=list
    )
    as_known_on: Annotated[str | None, Parameter(help="Use only rules published by this day.")] = None
    rules: Annotated[Path | None, Parameter(help="Folder with your own tables of rules.")] = None


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What to set beside a single quote."""

    compare: Annotated[
        str,
        Parameter(
            help="Quotes side by side: origin=JPN,KOR,MEX, firm=BYD,SAIC or on=2025-01-01,2027-01-01.",
        ),
    ] = ""
    timeline: Annotated[str, Parameter(help="What the lane pays from year to year, 2018-2030, step by step.")] = ""
    chart: Annotated[Path | None, Parameter(help="Draw the timeline to a file: .html, .svg or .png.")] = None


def duty(
    question: Annotated[Question, Parameter(name="*")],
    *,
    beside: Annotated[Beside | None, Parameter(name="*")] = None,
    json: bool = False,
) -> None:
    """Quote the duty on one car, with a citation for each line; or several quotes side by side, or over the years.

    Parameters
    ----------
    json
        Print JSON.
    """
    from roadstead.cli import lanes

    wanted = beside or Beside()
    faults = _contradictions(question, wanted)
    inquiry = _inquiry(question, faults)
    if wanted.compare:
        lanes.compare(inquiry, wanted.compare, faults, json=json)
    elif wanted.timeline:
        lanes.timeline(inquiry, wanted.timeline, wanted.chart, faults, json=json)
    else:
        told = _answered(inquiry, faults)
        if json:
            print_json(as_json(told))
        else:
            _print(told)


def _contradictions(question: Question, wanted: Beside) -> "list[Fault]":
    """What does not go together."""
    from roadstead.terms.errors import Fault

    faults = []
    if wanted.compare and wanted.timeline:
        faults.append(Fault("--timeline", "RS-C701", "quotes are compared or drawn over the years, not both", "one"))
    if wanted.chart is not None and not wanted.timeline:
        faults.append(Fault("--chart", "RS-C701", "there is no timeline to draw", "`--timeline 2018-2030` beside it"))
    varied = wanted.compare.partition("=")[0].strip()
    if not question.origin and varied != "origin":
        faults.append(Fault("--origin", "RS-C701", "is missing", "the country of origin, or `--compare origin=...`"))
    if not question.on and varied != "on" and (wanted.compare or not wanted.timeline):
        faults.append(Fault("--on", "RS-C701", "is missing", "the day of entry, YYYY-MM-DD"))
    return faults


def _inquiry(question: Question, faults: "list[Fault]") -> "Inquiry":
    """The question as the trade room takes it; facts that cannot be read are noted."""
    from roadstead.terms.errors import RoadsteadError
    from roadstead.trade.inquiry import Inquiry, read_facts

    facts: Facts = {}
    try:
        facts = read_facts(question.fact)
    except RoadsteadError as error:
        faults += error.faults
    return Inquiry(
        importer=question.importer,
        origin=question.origin,
        powertrain=question.powertrain,
        on=question.on,
        value=question.value,
        product=question.product,
        firm=question.firm,
        facts=facts,
        as_known_on=question.as_known_on,
        rules=question.rules,
    )


def _answered(inquiry: "Inquiry", faults: "list[Fault]") -> "Quote":
    from roadstead.terms.errors import RoadsteadError
    from roadstead.trade.quote import quote
    from roadstead.world import reference

    said = {fault.where for fault in faults}
    try:
        told = quote(inquiry, reference.load())
    except RoadsteadError as error:
        raise RoadsteadError([*faults, *(fault for fault in error.faults if fault.where not in said)]) from None
    if faults:
        raise RoadsteadError(faults)
    return told


def as_json(told: "Quote") -> dict[str, Any]:
    """The quote with the citation of each line beside its numbers."""
    found: dict[str, Any] = plain(told)
    for part in ("lines", "fees", "taxes", "prohibitions"):
        for entry in found[part]:
            cited = entry.pop("cited")
            known = bool(cited["source"])
            entry["source"] = {"id": cited["source"], "title": cited["title"], "url": cited["url"]} if known else None
            entry |= {name: cited[name] for name in ("as_of", "confidence", "note")}
    return found


def _print(told: "Quote") -> None:
    console = answers()
    firm = f" of {told.firm}" if told.firm else ""
    where = told.importer if told.place == told.importer else f"{told.importer} ({told.place})"
    goods = next(word for word, product in PRODUCT_WORDS.items() if product == told.product)
    console.print(f"{told.powertrain} {goods}{firm} from {told.origin} into {where} on {told.on}")
    console.print(f"customs value US${number(told.customs_value)}, {told.valuation}")
    console.print()
    notes = _Notes()
    charges = [*told.lines, *told.fees]
    if charges:
        columns = ("measure", "kind", ">rate", ">US$/car", "in force", "instrument", "cited")
        console.print(table("", columns, (_row(line, notes) for line in charges)))
    console.print(f"duty: {percent(told.total_duty_rate)} of the customs value, US${number(told.total_duty_amount)}")
    if told.fees:
        console.print(f"fees, which are no duty: US${number(told.total_fee_amount)}")
    if told.taxes:
        console.print()
        rows = (
            (t.tax, t.name, percent(t.rate), t.base, "" if t.amount is None else number(t.amount), notes.of(t.cited))
            for t in told.taxes
        )
        console.print(table("taxes, kept apart", ("tax", "name", ">rate", "on", ">US$/car", "cited"), rows))
    if told.fees or told.taxes:
        both = (
            f"{percent(told.with_import_taxes_rate)} of the customs value, US${number(told.with_import_taxes_amount)}"
        )
        console.print(f"duty, fees and taxes on import: {both}")
    _print_open(told, notes, console)
    console.print()
    for line in notes.lines():
        console.print(line, soft_wrap=True)
    console.print(f"rules as of {told.rules_as_of}" + (f", as known on {told.as_known_on}" if told.as_known_on else ""))


def _print_open(told: "Quote", notes: "_Notes", console: "Console") -> None:
    """What was declared, what was not, and what else to know."""
    if told.missing:
        console.print()
        rows = (
            (
                f"{missing.name}=",
                "" if missing.saves_rate is None else percent(missing.saves_rate),
                missing.meaning,
                "; ".join(missing.decides),
            )
            for missing in told.missing
        )
        columns = ("--fact", ">true saves", "meaning", "decides")
        console.print(table("not declared: the dearest reading holds", columns, rows))
    remarks = list(told.remarks)
    for fact in told.declared:
        if fact.saves_rate:
            saved = "saves" if fact.saves_rate > 0 else "costs"
            remarks.append(f"{fact.name}={_typed(fact.value)} as declared {saved} {percent(abs(fact.saves_rate))}")
    for rule in told.prohibitions:
        holds = {None: "may bar", True: "bars", False: "does not bar"}[rule.bars_firm]
        whom = f"makers of {' and '.join(rule.nationalities)}" if rule.nationalities else "such cars"
        remarks.append(f"{rule.measure} {holds} {whom}: {rule.title} {notes.of(rule.cited)}")
    if remarks:
        console.print()
        for remark in remarks:
            console.print(f"- {remark}", soft_wrap=True)


def _typed(value: bool | float | str) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else value


def _row(line: "QuoteLine", notes: "_Notes") -> tuple[str, ...]:
    since = line.effective_from.isoformat() if line.effective_from else ""
    until = line.effective_to.isoformat() if line.effective_to else ""
    return (
        line.measure,
        line.kind.lower().replace("_", " "),
        _rate(line),
        number(line.amount),
        f"{since} to {until}" if until else f"since {since}",
        line.instrument,
        notes.of(line.cited),
    )


def _rate(line: "QuoteLine") -> str:
    """The rate as law states it: on a share of the value, or joined to an amount."""
    if line.layer == "fee" or (line.specific and not line.rate):
        return f"US${number(line.specific)}"
    rate = percent(line.rate)
    if line.share != 1.0:
        rate += f" on {percent(line.share)}"
    if line.specific:
        joined = "or" if line.shape == "higher" else "+"
        rate += f" {joined} US${number(line.specific)}"
    return rate


class _Notes:
    """Citations, numbered as they are met."""

    def __init__(self) -> None:
        self.met: dict[tuple[str, ...], int] = {}

    def of(self, cited: "Cited") -> str:
        """The mark of a citation."""
        note = (cited.title or cited.source, cited.url, cited.as_of, cited.confidence, cited.note)
        return f"[{self.met.setdefault(note, len(self.met) + 1)}]"

    def lines(self) -> "Iterator[str]":
        """All citations in full."""
        for (title, url, as_of, confidence, note), mark in self.met.items():
            named = ", ".join(filter(None, (title or "no source located", url)))
            yield f"[{mark}] {named} (as of {as_of}, confidence {confidence}){': ' + note if note else ''}"
