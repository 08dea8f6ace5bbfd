"""Where a maker might build: every customs territory of some size whose law is packaged, by rule and not by what came.

A union of countries is one candidate; its plant stands in its largest market, and its largest markets stand for its buyers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.study.makers.tables import sizes
from roadstead.terms.ids import HOME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.trade.rulebook import Rulebook
    from roadstead.world.reference import World

LEAST = 100_000.0
"""Cars a year from which a territory is a candidate: assumed. [cars/year]"""
OF_A_UNION = 5
"""Countries of a union that stand for its buyers."""
NEAR = 2
"""Years after the one asked for in which a first count of sales still stands for it."""
SCOPES = ("PASSENGER", "PC_LCV", "LIGHT", "ALL_DOMESTIC", "ALL", "ALL_RETAIL")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customs territory.

    Attributes
    ----------
    host
        Country a plant would stand in.
    markets
        Countries whose buyers are planned, with the cars sold there in the year. [cars]
    size
        Cars sold in the territory. [cars/year]
    borrowed
        Year of the count where it is another than the one asked for, by country.
    """

    territory: str
    host: str
    markets: Mapping[str, float]
    size: float
    borrowed: Mapping[str, int]


def candidates(world: World, rulebook: Rulebook, known: int) -> tuple[Candidate, ...]:
    """All of them, the largest first; ``rulebook`` as of the packaged tables, so that the list is the same whatever is planned."""
    sold = _sold(world, known)
    unions = {bloc for bloc in rulebook.measures if bloc in rulebook.blocs}
    members = {
        bloc: [place for place in sold if world.gazetteer.places[place].kind != "customs union"
               and world.gazetteer.territory(place) == bloc]
        for bloc in unions
    }  # fmt: skip
    found = []
    for territory in rulebook.measures:
        inside = members.get(territory) or ([territory] if territory in sold and territory not in unions else [])
        whole = sum(sold[place][0] for place in inside)
        if territory == HOME or whole < LEAST:
            continue
        largest = sorted(inside, key=lambda place: -sold[place][0])[:OF_A_UNION]
        found.append(
            Candidate(
                territory=territory,
                host=largest[0],
                markets={place: sold[place][0] for place in largest},
                size=whole,
                borrowed={place: sold[place][1] for place in largest if sold[place][1] != known},
            )
        )
    return tuple(sorted(found, key=lambda one: -one.size))


def _sold(world: World, known: int) -> dict[str, tuple[float, int]]:
    """Cars sold in every country and the year of the count: the market's own history, else the nearest count there is."""
    found: dict[str, tuple[float, int]] = {}
    for place, history in world.markets.items():
        if place in world.gazetteer.places:
            near = [f for f in history.sales if known - NEAR <= f.year <= known]
            if near:
                found[place] = near[-1].value, near[-1].year
    nearest: dict[str, tuple[int, int, float, int]] = {}
    for row in world.tables["sales"]:
        place, away = row["place"], row["year"] - known
        if place in found or not row["preferred"] or row["scope"] not in SCOPES or abs(away) > NEAR:
            continue
        rank = (abs(away), SCOPES.index(row["scope"]), float(row["value"]), row["year"])
        nearest[place] = min(nearest.get(place, rank), rank)
    found |= {place: (value, year) for place, (_, _, value, year) in nearest.items()}
    for row in sizes():
        if row["place"] not in found and abs(row["year"] - known) <= NEAR:
            found[row["place"]] = row["sales"], row["year"]
    return found
