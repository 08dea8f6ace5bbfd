"""`roadstead duty`: what one car is charged at a border, each line with its citation."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from roadstead.cli.printing import plain, print_blocks, print_json
from roadstead.showing.quotes import blocks

if TYPE_CHECKING:
    from roadstead.terms.errors import Fault
    from roadstead.trade.condition import Facts
    from roadstead.trade.inquiry import Inquiry
    from roadstead.trade.quote import Quote


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
    chart: Annotated[
        Path | None, Parameter(help="Draw the timeline or the comparison to a file: .html, .svg or .png.")
    ] = None


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
        lanes.compare(inquiry, wanted.compare, wanted.chart, faults, json=json)
    elif wanted.timeline:
        lanes.timeline(inquiry, wanted.timeline, wanted.chart, faults, json=json)
    else:
        told = _answered(inquiry, faults)
        if json:
            print_json(as_json(told))
        else:
            print_blocks(blocks(told))


def _contradictions(question: Question, wanted: Beside) -> "list[Fault]":
    """What does not go together."""
    from roadstead.terms.errors import Fault

    faults = []
    if wanted.compare and wanted.timeline:
        faults.append(Fault("--timeline", "RS-C701", "quotes are compared or drawn over the years, not both", "one"))
    if wanted.chart is not None and not (wanted.timeline or wanted.compare):
        expected = "`--timeline 2018-2030` or `--compare origin=JPN,KOR` beside it"
        faults.append(Fault("--chart", "RS-C701", "there is nothing to draw", expected))
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
