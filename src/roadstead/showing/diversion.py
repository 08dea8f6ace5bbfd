"""How a diversion is told: who loses, who gains, and how sure that is."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from roadstead.report.listing import number, percent, table
from roadstead.showing.telling import Telling, framed

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from roadstead.report.charts.files import Drawing
    from roadstead.report.listing import Listing
    from roadstead.study.diverted import Band, Diversion, Lane

SHOWN = 12
"""Lanes shown; the rest are summed up."""
MARKETS = 6
"""Other markets shown."""


def diversion_told(found: Diversion) -> Telling:
    """A diversion in a notebook."""
    lost = f"{found.origin} loses {_cars(found.lost.centre)} cars a year in {found.importer}"
    headline = f"{title(found)}: {lost} ({_cars(found.lost.low)} to {_cars(found.lost.high)})"
    drawings = {"diversion": lambda: diversion_drawn(found)}
    return Telling(headline, islice(blocks(found), 1, None), lambda: by_lane(found), drawings)


def by_lane(found: Diversion) -> pl.DataFrame:
    """Exporters in the market, a row each."""
    columns = "exporter duty:number before:number change:number change_low:number change_high:number price:number"
    rows = (
        (
            lane.exporter, lane.duty, lane.before, lane.change.centre, lane.change.low, lane.change.high,
            lane.price.centre, lane.is_home, lane.is_hit, lane.is_known,
        )
        for lane in found.lanes
    )  # fmt: skip
    return framed(f"{columns} is_home:yes is_hit:yes is_known:yes", rows)


def title(found: Diversion) -> str:
    """What is asked."""
    kind = "cars" if found.powertrain == "ALL" else f"{found.powertrain} cars"
    change = f"{abs(found.points):g} points {'more' if found.points >= 0 else 'less'} duty"
    return f"{found.importer}: {change} on {kind} from {found.origin} from {found.on}"


def blocks(found: Diversion) -> Iterator[Listing | str]:
    """The whole answer: lanes, where cars go, money, other markets, and what it rests on."""
    yield f"{title(found)}, {percent(found.duty_before, 1)} before, {percent(found.duty_after, 1)} after"
    yield ""
    heads = ("made in", ">duty before", ">cars before", ">change", ">per cent", ">from", ">to", ">price")
    yield table("", heads, _lane_rows(found))
    yield ""
    yield _ways(found)
    yield ""
    yield _worth(found)
    yield ""
    rows = (
        (one.place, _signed(one.from_origin.centre), _signed(one.sold.centre), _price(one.index.centre))
        for one in found.markets[:MARKETS]
    )
    yield table("", ("other markets", ">cars from the origin", ">all cars", ">price index"), rows)
    yield ""
    for one in found.parameters:
        yield f"- {one.name}: {one.value:g}, from {one.low:g} to {one.high:g}"
    for remark in found.remarks:
        yield f"- {remark}"


def _ways(found: Diversion) -> Listing:
    """Cars lost, and where they go."""
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
    return table("", ("cars a year", ">centre", ">from", ">to"), drawn)


def _worth(found: Diversion) -> Listing:
    """Prices, revenue and surplus."""
    worth = [
        ("price index of the market", _price(found.index.centre), _price(found.index.low), _price(found.index.high)),
        (f"duties collected, {_millions(found.revenue_before)} before", *_money(found.revenue)),
        ("buyers' surplus", *_money(found.consumers)),
        ("home makers' surplus", *_money(found.producers)),
        ("all three together", *_money(found.net)),
    ]
    return table("", (f"{found.importer}, million US$ a year", ">centre", ">from", ">to"), worth)


def _lane_rows(found: Diversion) -> Iterator[tuple[str, ...]]:
    for lane in found.lanes[:SHOWN]:
        yield _lane_row(lane)
    rest = found.lanes[SHOWN:]
    if rest:
        before, change = sum(lane.before for lane in rest), sum(lane.change.centre for lane in rest)
        name = f"{len(rest)} others"
        yield (name, "", number(before), _signed(change), percent(change / before, 1), "", "", "")


def _lane_row(lane: Lane) -> tuple[str, ...]:
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


def _money(band: Band) -> tuple[str, str, str]:
    return _millions(band.centre), _millions(band.low), _millions(band.high)


def diversion_drawn(found: Diversion) -> Drawing:
    """Who gains and who loses."""
    from roadstead.report.charts import diversion

    bars = [
        diversion.Bar(lane.exporter, lane.change.centre, lane.change.low, lane.change.high, _kind(lane))
        for lane in found.lanes
    ]
    unbought = -found.unbought.centre, -found.unbought.high, -found.unbought.low
    return diversion.drawn(title(found), bars, diversion.Bar("", *unbought, "market"))


def _kind(lane: Lane) -> str:
    return "hit" if lane.is_hit else "home" if lane.is_home else "others"
