"""`roadstead divert`: an importer adds points of duty on an origin; who loses, who gains, and how sure that is."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from roadstead.cli.printing import answers, chart_faults, number, percent, print_json, table
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from roadstead.study.diverted import Band, Diversion, Lane
    from roadstead.trade.condition import Facts

SHOWN = 12
"""Lanes shown; the rest are summed up."""
MARKETS = 6
"""Other markets shown."""


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
        _draw(found, wanted.chart)
    if wanted.json:
        print_json(found)
    elif wanted.csv:
        _print_csv(found)
    else:
        _print(found, wanted.chart)


def _contradictions(wanted: Output) -> list[Fault]:
    faults = []
    if wanted.json and wanted.csv:
        faults.append(Fault("--csv", "RS-C701", "figures are printed as JSON or as CSV, not both", "one"))
    return [*faults, *chart_faults(wanted.chart)]


def _facts(texts: list[str]) -> "Facts":
    from roadstead.trade.inquiry import read_facts

    return read_facts(texts)


def _title(found: "Diversion") -> str:
    kind = "cars" if found.powertrain == "ALL" else f"{found.powertrain} cars"
    change = f"{abs(found.points):g} points {'more' if found.points >= 0 else 'less'} duty"
    return f"{found.importer}: {change} on {kind} from {found.origin} from {found.on}"


def _print(found: "Diversion", chart: Path | None) -> None:
    console = answers()
    console.print(f"{_title(found)}, {percent(found.duty_before, 1)} before, {percent(found.duty_after, 1)} after")
    console.print()
    columns = ("made in", ">duty before", ">cars before", ">change", ">per cent", ">from", ">to", ">price")
    console.print(table("", columns, _lane_rows(found)))
    console.print()
    _print_ways(found, console)
    console.print()
    _print_money(found, console)
    console.print()
    others = ("other markets", ">cars from the origin", ">all cars", ">price index")
    rows = (
        (one.place, _signed(one.from_origin.centre), _signed(one.sold.centre), _price(one.index.centre))
        for one in found.markets[:MARKETS]
    )
    console.print(table("", others, rows))
    console.print()
    for one in found.parameters:
        console.print(f"- {one.name}: {one.value:g}, from {one.low:g} to {one.high:g}", soft_wrap=True)
    for remark in found.remarks:
        console.print(f"- {remark}", soft_wrap=True)
    if chart is not None:
        console.print(f"drawn: {chart}", soft_wrap=True)


def _print_ways(found: "Diversion", console: "Console") -> None:
    rows = [
        (f"{found.origin} loses in {found.importer}", found.lost),
        (f"  gained by makers in {found.importer}", found.home),
        ("  gained by other exporters", found.others),
        ("  bought by nobody", found.unbought),
        (f"  sold by {found.origin} in other markets instead", found.elsewhere),
        (f"  sold by {found.origin} at home instead", found.kept),
        ("  no longer made there", found.unmade),
    ]
    drawn = [(name, *(_cars(value) for value in (band.centre, band.low, band.high))) for name, band in rows]
    if (share := found.diverted) is not None:
        told = (percent(value, 0) for value in (share.centre, share.low, share.high))
        drawn.append(("share diverted to other exporters", *told))
    if (implied := found.import_elasticity) is not None:
        told = (f"{value:.1f}" for value in (implied.centre, implied.low, implied.high))
        drawn.append(("import elasticity implied", *told))
    console.print(table("", ("cars a year", ">centre", ">from", ">to"), drawn))


def _print_money(found: "Diversion", console: "Console") -> None:
    worth = [
        ("price index of the market", _price(found.index.centre), _price(found.index.low), _price(found.index.high)),
        (f"duties collected, {_millions(found.revenue_before)} before", *_money(found.revenue)),
        ("buyers' surplus", *_money(found.consumers)),
        ("home makers' surplus", *_money(found.producers)),
        ("all three together", *_money(found.net)),
    ]
    console.print(table("", (f"{found.importer}, million US$ a year", ">centre", ">from", ">to"), worth))


def _lane_rows(found: "Diversion") -> "Iterator[tuple[str, ...]]":
    for lane in found.lanes[:SHOWN]:
        yield _lane_row(lane)
    rest = found.lanes[SHOWN:]
    if rest:
        before, change = sum(lane.before for lane in rest), sum(lane.change.centre for lane in rest)
        name = f"{len(rest)} others"
        yield (name, "", number(before), _signed(change), percent(change / before, 1), "", "", "")


def _lane_row(lane: "Lane") -> tuple[str, ...]:
    mark = "" if lane.is_known else "~"
    return (
        lane.exporter,
        "home" if lane.is_home else percent(lane.duty, 1),
        mark + number(lane.before),
        _signed(lane.change.centre),
        percent(lane.change.centre / lane.before, 1),
        _signed(lane.change.low),
        _signed(lane.change.high),
        _price(lane.price.centre),
    )


def _signed(value: float) -> str:
    return f"{value:+,.0f}" if round(value) else "0"


def _cars(value: float) -> str:
    return number(value) if round(value) else "0"


def _price(ratio: float) -> str:
    text = f"{100.0 * (ratio - 1.0):+.2f} %"
    return text if any(digit in text for digit in "123456789") else "0 %"


def _millions(value: float) -> str:
    return f"{value / 1e6:,.0f}"


def _money(band: "Band") -> tuple[str, str, str]:
    return _millions(band.centre), _millions(band.low), _millions(band.high)


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


def _draw(found: "Diversion", chart: Path) -> None:
    from roadstead.report.charts import diversion

    bars = [
        diversion.Bar(lane.exporter, lane.change.centre, lane.change.low, lane.change.high, _kind(lane))
        for lane in found.lanes
    ]
    unbought = -found.unbought.centre, -found.unbought.high, -found.unbought.low
    diversion.write(chart, _title(found), bars, diversion.Bar("", *unbought, "market"))


def _kind(lane: "Lane") -> str:
    return "hit" if lane.is_hit else "home" if lane.is_home else "others"
