"""`roadstead divert`: an importer adds points of duty on an origin; who loses, who gains, and how sure that is."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from roadstead.cli.printing import answers, chart_faults, print_blocks, print_json
from roadstead.showing import diversion
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from roadstead.study.diverted import Diversion
    from roadstead.trade.condition import Facts


@dataclass(frozen=True, kw_only=True)
class Duty:
    """The duty as it was and what is added, as typed."""

    origin: Annotated[str, Parameter(help="Country or bloc whose cars are hit: CHN, EU27.")]
    on: Annotated[str, Parameter(help="Day of the change, YYYY-MM-DD; its law says what the duty was before.")]
    points: Annotated[float, Parameter(help="Percentage points added to the duty; negative to take some away.")] = 10.0
    powertrain: Annotated[str, Parameter(help="ALL or BEV; with flows of your own any powertrain.")] = "ALL"
    firm: Annotated[str, Parameter(help="Carmaker, on whose producer group some rates hang.")] = ""
    fact: Annotated[list[str], Parameter(help="NAME=VALUE, as often as needed: qualifies.USMCA=true.")] = field(
        default_factory=list
    )


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What the answer stands on, as typed."""

    flows: Annotated[
        Path | None, Parameter(help="Flows of your own: a CSV file with importer, exporter and units.")
    ] = None
    value: Annotated[float | None, Parameter(help="Customs value of a car from abroad on average, in US$.")] = None
    as_known_on: Annotated[str | None, Parameter(help="Use only rules published by this day.")] = None
    rules: Annotated[Path | None, Parameter(help="Folder with your own tables of rules.")] = None


@dataclass(frozen=True, kw_only=True)
class Output:
    """How the answer is told."""

    chart: Annotated[Path | None, Parameter(help="Draw who gains and who loses to a file: .html, .svg or .png.")] = None
    json: Annotated[bool, Parameter(help="Print JSON.")] = False
    csv: Annotated[bool, Parameter(help="Print every figure with its band as CSV.")] = False


def divert(
    importer: str,
    /,
    *,
    duty: Annotated[Duty, Parameter(name="*")],
    ground: Annotated[Ground | None, Parameter(name="*")] = None,
    output: Annotated[Output | None, Parameter(name="*")] = None,
) -> None:
    """Tell who loses and who gains where an importer adds points of duty on an origin.

    Parameters
    ----------
    importer
        Country or customs union that raises its duty: EU27, Germany, USA.
    """
    from roadstead.study import diversions

    base, wanted = ground or Ground(), output or Output()
    faults, facts = _contradictions(wanted), _facts(duty.fact)
    if faults:
        raise RoadsteadError(faults)
    found = diversions.divert(
        importer,
        duty.origin,
        duty.points,
        duty.on,
        powertrain=duty.powertrain,
        value=base.value,
        firm=duty.firm,
        facts=facts,
        flows=base.flows,
        as_known_on=base.as_known_on,
        rules=base.rules,
    )
    if wanted.chart is not None:
        diversion.diversion_drawn(found).save(wanted.chart)
    if wanted.json:
        print_json(found)
    elif wanted.csv:
        _print_csv(found)
    else:
        print_blocks(diversion.blocks(found))
        if wanted.chart is not None:
            answers().print(f"drawn: {wanted.chart}", soft_wrap=True)


def _contradictions(wanted: Output) -> list[Fault]:
    faults = []
    if wanted.json and wanted.csv:
        faults.append(Fault("--csv", "RS-C701", "figures are printed as JSON or as CSV, not both", "one"))
    return [*faults, *chart_faults(wanted.chart)]


def _facts(texts: list[str]) -> "Facts":
    from roadstead.trade.inquiry import read_facts

    return read_facts(texts)


def _print_csv(found: "Diversion") -> None:
    """Every figure in one table: what it is of, the figure, its band."""
    import csv
    import sys

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("table", "place", "figure", "unit", "before", "centre", "low", "high"))
    for name, unit in FIGURES.items():
        band = getattr(found, name)
        if band is not None:
            before = repr(found.revenue_before) if name == "revenue" else ""
            writer.writerow(("importer", found.importer, name, unit, before, band.centre, band.low, band.high))
    for lane in found.lanes:
        for name, unit, before in (("change", "cars/year", repr(lane.before)), ("price", "1", "")):
            band = getattr(lane, name)
            writer.writerow(("lane", lane.exporter, name, unit, before, band.centre, band.low, band.high))
    for market in found.markets:
        for name, unit in (("from_origin", "cars/year"), ("sold", "cars/year"), ("index", "1")):
            band = getattr(market, name)
            writer.writerow(("market", market.place, name, unit, "", band.centre, band.low, band.high))
    for maker in found.makers:
        for name, unit, before in (("change", "cars/year", repr(maker.before)), ("surplus", "US$/year", "")):
            band = getattr(maker, name)
            writer.writerow(("maker", maker.place, name, unit, before, band.centre, band.low, band.high))


FIGURES = {
    "lost": "cars/year", "home": "cars/year", "others": "cars/year", "unbought": "cars/year", "elsewhere": "cars/year",
    "kept": "cars/year", "unmade": "cars/year", "diverted": "1", "import_elasticity": "1", "index": "1",
    "revenue": "US$/year", "consumers": "US$/year", "producers": "US$/year", "net": "US$/year",
}  # fmt: skip
"""Figures of the importer, with their units."""
