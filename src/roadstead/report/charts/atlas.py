"""Maps of landed duty and flows, year by year: what a car from home meets in every planned market, and where cars go.

The ground is drawn once and every year's marks are laid over it, each a drawing of its own, of which the page shows one. They are
written here and not by the charts' renderer, which would take a fifth of a second for each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from html import escape
from math import pi, sqrt
from typing import TYPE_CHECKING

from roadstead.playbook.book import Amount
from roadstead.report.charts.map import (
    LABEL_HEIGHT,
    MARK,
    MIDDLE,
    around,
    crowded_regions,
    flow_width,
    ground,
    inside,
    region,
    tint,
    world,
)
from roadstead.report.charts.projection import drawn_pieces, free_place, unbroken_arc
from roadstead.report.charts.style import FONTS, INK, MODE_COLOURS, PAPER, SIZE, svg, text_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from roadstead.playbook.book import Name
    from roadstead.playbook.map_book import Atlas, Map, MapFlow, MapMarket
    from roadstead.report.charts.projection import Frame
    from roadstead.report.words import Words

RING = 26.0
"""Area of the ring of a place that sends cars. [square pixels]"""


@dataclass(frozen=True, slots=True)
class Window:
    """One window of the atlas.

    Attributes
    ----------
    markets
        Countries it tells of; those of a crowded region are told of in that region's own.
    places
        Where the text of each place stands in every year: x, y and the anchor.
    """

    key: str
    frame: Frame
    markets: frozenset[str]
    places: Mapping[tuple[float, float], tuple[float, float, str]]


def windows(atlas: Atlas, words: Words) -> tuple[Window, ...]:
    """The world, and every region that is too crowded on it."""
    markets = atlas.maps[0].markets
    crowded = crowded_regions(markets)
    at_large = [m for m in markets if not any(m in members for members in crowded.values())]
    found = [_window("world", world(), at_large, atlas, words)]
    found += [_window(key, region(members), members, atlas, words) for key, members in crowded.items()]
    return tuple(found)


def most_cars(atlas: Atlas) -> float:
    """Cars of the largest flow of any year: all widths are in proportion to it."""
    return max((flow.cars for found in atlas.maps for flow in found.flows), default=0.0)


def stacked(atlas: Atlas, window: Window, words: Words, leads: Mapping[str, str] | None = None) -> str:
    """The ground with the marks of every year over it, as markup; ``leads``: where marks and labels lead, by what they say."""
    drawings = [_ground(window.key, window.frame)]
    for found in atlas.maps:
        shown = " shown" if found.year == atlas.opens_at else ""
        drawings.append(_drawing(atlas, found, window, words, f'class="at y{found.year}{shown}"', leads=leads))
    return f'<div class="stack">{"".join(drawings)}</div>'


def of_a_year(atlas: Atlas, found: Map, window: Window, words: Words) -> str:
    """The ground with the marks of one year on it, as one drawing."""
    return _drawing(
        atlas, found, window, words, 'xmlns="http://www.w3.org/2000/svg"', _ground(window.key, window.frame)
    )


@lru_cache(maxsize=16)
def _ground(key: str, frame: Frame) -> str:
    """Land in a window, the same on every page that has the window."""
    return svg(ground(frame), f"map-{key}", "")


def _drawing(
    atlas: Atlas,
    found: Map,
    window: Window,
    words: Words,
    attributes: str,
    under: str = "",
    leads: Mapping[str, str] | None = None,
) -> str:
    """The marks of a year over what lies ``under`` them."""
    frame, told = window.frame, escape(spoken(atlas, found, window, words))
    size = f'width="{frame.width:g}" height="{frame.height:g}" viewBox="0 0 {frame.width:g} {frame.height:g}"'
    marks = "".join(_marks(found, window, most_cars(atlas), words, leads or {}))
    role = "group" if "<a " in marks else "img"
    return (
        f'<svg {attributes} role="{role}" aria-label="{told}" {size} font-family="{escape(FONTS)}" '
        f'font-size="{SIZE}">{under}{marks}</svg>'
    )


def spoken(atlas: Atlas, found: Map, window: Window, words: Words) -> str:
    """What a window shows in a year, for readers who do not see it."""
    title = words.tell("map.year", model=atlas.model, year=Amount(float(found.year), "year"))
    told = [said(market, found.year, words) for market in found.markets if market.iso3 in window.markets]
    return words.headed(title, words.listed(told))


def said(market: MapMarket, year: int, words: Words) -> str:
    """A market in one line."""
    return words.tell(
        "map.market", market=market.place, duty=Amount(market.duty, "share"), cars=Amount(market.cars, "cars"),
        year=Amount(float(year), "year"), mode=market.mode,
    )  # fmt: skip


def duty_said(market: MapMarket, year: int, words: Words) -> str:
    """What the label of a market says in a year."""
    return f"{words.name(market.place)} {year}: {words.share(market.duty)}"


def flow_said(flow: MapFlow, words: Words) -> str:
    """A flow in one line."""
    return words.tell(
        "map.flow", origin=flow.origin, destination=flow.destination, cars=Amount(flow.cars, "cars"), mode=flow.mode
    )


def origins(found: Map) -> dict[tuple[float, float], Name]:
    """Places that send cars abroad."""
    return {flow.start: flow.origin for flow in found.flows}


def _window(key: str, frame: Frame, labelled: Sequence[MapMarket], atlas: Atlas, words: Words) -> Window:
    """A window with its texts placed once for all years, each with room for the longest it will be; most cars first."""
    texts: dict[tuple[float, float], list[str]] = {}
    cars: dict[str, float] = {}
    for market in (m for found in atlas.maps for m in found.markets if frame.holds(m.longitude, m.latitude)):
        cars[market.iso3] = cars.get(market.iso3, 0.0) + market.cars
        texts.setdefault((market.longitude, market.latitude), []).append(_label(market, words))
    by_size = sorted(labelled, key=lambda m: -cars.get(m.iso3, 0.0))
    wanted = {at: texts[at] for m in by_size if (at := (m.longitude, m.latitude)) in texts}
    drawn_larger = crowded_regions(atlas.maps[0].markets) if frame.kind == "equalEarth" else ()
    for at, name in (pair for found in atlas.maps for pair in origins(found).items()):
        if at not in texts and frame.holds(*at) and not any(inside(at, name_of) for name_of in drawn_larger):
            wanted[at] = [words.short(name)]
    return Window(key, frame, frozenset(m.iso3 for m in labelled), _placed(wanted, (*texts, *wanted), frame))


def _placed(
    texts: Mapping[tuple[float, float], Sequence[str]], marks: Iterable[tuple[float, float]], frame: Frame
) -> dict[tuple[float, float], tuple[float, float, str]]:
    """Where each text stands that finds a place."""
    taken = [around(frame.pixel(*at)) for at in marks]
    found = {}
    for at, said_there in texts.items():
        x = frame.pixel(*at)[0]
        size = max(map(text_width, said_there)) + 2.0, LABEL_HEIGHT
        box = free_place(frame.pixel(*at), size, taken, frame)
        if box is None:
            continue
        taken.append(box)
        anchor, stands = ("start", box.left) if box.left > x else ("end", box.right) if box.right < x else ("middle", x)
        found[at] = stands, (box.top + box.bottom) / 2, anchor
    return found


def _label(market: MapMarket, words: Words) -> str:
    return f"{words.short(market.place)} {words.share(market.duty)}"


def _marks(found: Map, window: Window, most: float, words: Words, leads: Mapping[str, str]) -> Iterator[str]:
    """Flows, marks and texts of a year, one over the other."""
    frame = window.frame
    yield '<g fill="none" stroke-linecap="round" opacity=".78">'
    for flow in sorted(found.flows, key=lambda flow: -flow.cars):
        path = _path(flow.start, flow.end, frame)
        if path:
            look = f'stroke="{MODE_COLOURS[flow.mode]}" stroke-width="{flow_width(flow.cars, most):.1f}"'
            yield f'<path d="{path}" {look}>{_title(flow_said(flow, words))}</path>'
    yield f'</g><g stroke="{INK}" stroke-width=".9">'
    for market in found.markets:
        at = market.longitude, market.latitude
        told = said(market, found.year, words)
        yield _led(_dot(at, frame, MARK, tint(market.duty), told), told, leads)
    for at, name in origins(found).items():
        yield _dot(at, frame, RING, PAPER, words.name(name))
    yield f'</g><g fill="{INK}" stroke="{PAPER}" stroke-width="3" stroke-linejoin="round" paint-order="stroke">'
    texts = {(m.longitude, m.latitude): (_label(m, words), duty_said(m, found.year, words)) for m in found.markets}
    for at, name in origins(found).items():
        texts.setdefault(at, (words.short(name), ""))
    for at, (text, told) in texts.items():
        if at in window.places:
            x, y, anchor = window.places[at]
            label = f'<text x="{x:.1f}" y="{y:.1f}" dy=".35em" text-anchor="{anchor}">{escape(text)}</text>'
            yield _led(label, told, leads)
    yield "</g>"


@lru_cache(maxsize=1024)
def _path(start: tuple[float, float], end: tuple[float, float], frame: Frame) -> str:
    """A great circle in a window; most years send cars the same ways."""
    pieces = drawn_pieces(unbroken_arc(start, end, MIDDLE - 180.0), frame)
    return "".join("M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in piece) for piece in pieces)


def _dot(at: tuple[float, float], frame: Frame, area: float, fill: str, told: str) -> str:
    if not frame.holds(*at):
        return ""
    x, y = frame.pixel(*at)
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{sqrt(area / pi):.1f}" fill="{fill}">{_title(told)}</circle>'


def _led(mark: str, told: str, leads: Mapping[str, str]) -> str:
    """A mark as a link, where what it says leads anywhere."""
    return f'<a href="{leads[told]}" aria-label="{escape(told)}">{mark}</a>' if mark and told in leads else mark


def _title(told: str) -> str:
    return f"<title>{escape(told)}</title>"
