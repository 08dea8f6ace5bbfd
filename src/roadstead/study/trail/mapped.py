"""Which figures of the map have a trail: duties and cars of its markets, of the year it opens at and of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.playbook.book import Amount, Sentence
from roadstead.study.trail.steps import Keyed, dated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.playbook.book import Term
    from roadstead.playbook.map_book import Map
    from roadstead.study.trail.ground import Ground


def listed(g: Ground) -> Iterator[Keyed]:
    """Of the year that the map opens at."""
    for shown in g.book.atlas.maps:
        if shown.year == g.book.atlas.opens_at:
            yield from _of_a_year(g, shown)


def of_other_years(g: Ground) -> Iterator[Keyed]:
    """Of the years that it does not open at."""
    for shown in g.book.atlas.maps:
        if shown.year != g.book.atlas.opens_at:
            yield from _of_a_year(g, shown)


def _of_a_year(g: Ground, shown: Map) -> Iterator[Keyed]:
    """Duties, and the cars of the most likely future, whose node the timeline names."""
    on_the_way = {one.key.partition("@")[0]: one.key for one in g.book.timeline if one.key}
    for market in shown.markets:
        of = f"{market.iso3}/{shown.year}"
        terms: dict[str, Term] = {"market": market.place, "year": dated(shown.year)}
        yield Keyed(f"duties/{of}", Sentence("trail.duties", terms), Amount(market.duty, "share"))
        if of in on_the_way:
            yield Keyed(f"cars/{on_the_way[of]}", Sentence("trail.cars", terms), Amount(market.cars, "cars"))
