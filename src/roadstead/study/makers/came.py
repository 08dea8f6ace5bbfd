"""Plants that came after a day, by maker and customs territory, from the table of precedents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.world.plants import CHINESE, Standing, plants

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from roadstead.world.plants import Plant
    from roadstead.world.reference import World

FULL = "full"


@dataclass(frozen=True, slots=True)
class Came:
    """A maker's first plant in a territory after a day.

    Attributes
    ----------
    year
        Year of its first car, or of the start last stated; None where none was.
    is_kit
        True where it began with kits.
    is_given_up
        True where all that was announced there was refused, shelved or given up.
    records
        Rows of precedents.csv.
    """

    territory: str
    year: int | None
    is_kit: bool
    is_given_up: bool
    records: tuple[str, ...]


def known_already(world: World, maker: str, day: date) -> frozenset[str]:
    """Territories in which the maker had a plant on a day, or had said that it would: nothing is asked of them."""
    return frozenset(
        territory
        for territory, plant in _of(world, maker)
        if (plant.begins is not None and plant.begins <= day)
        or (plant.announced is not None and plant.announced <= day)
    )


def came(world: World, maker: str, day: date) -> dict[str, Came]:
    """What was announced or opened after a day, by territory; where the maker was already, nothing counts."""
    before = known_already(world, maker, day)
    found: dict[str, list[Plant]] = {}
    for territory, plant in _of(world, maker):
        if territory not in before and (plant.announced is not None or plant.begins is not None):
            found.setdefault(territory, []).append(plant)
    return {territory: _together(territory, those) for territory, those in found.items()}


def _together(territory: str, those: list[Plant]) -> Came:
    kept = [plant for plant in those if plant.standing is not Standing.GIVEN_UP]
    begun = sorted((plant for plant in kept or those if plant.begins), key=lambda plant: str(plant.begins))
    first = begun[0] if begun else (kept or those)[0]
    return Came(
        territory=territory,
        year=first.begins.year if first.begins else None,
        is_kit=not str(first.row["mode"] or FULL).startswith(FULL),
        is_given_up=not kept,
        records=tuple(plant.record for plant in those),
    )


def standing(world: World, maker: str, day: date) -> dict[str, list[Plant]]:
    """Plants that the maker ran on a day, by territory."""
    found: dict[str, list[Plant]] = {}
    for territory, plant in _of(world, maker):
        if plant.ran(day):
            found.setdefault(territory, []).append(plant)
    return found


def _of(world: World, maker: str) -> Iterable[tuple[str, Plant]]:
    """A maker's plants, each with its customs territory; those without one country are left out."""
    for plant in plants(world, CHINESE):
        if plant.maker != maker:
            continue
        if plant.host in world.gazetteer.places:
            yield world.gazetteer.territory(plant.host), plant
        elif plant.host == "EU":
            yield "EU27", plant


def built_by_others(world: World, maker: str, day: date) -> dict[str, int]:
    """Plants of other Chinese makers that ran on a day, by territory."""
    found: dict[str, int] = {}
    for plant in plants(world, CHINESE):
        if plant.maker == maker or plant.host not in world.gazetteer.places:
            continue
        if plant.ran(day):
            territory = world.gazetteer.territory(plant.host)
            found[territory] = found.get(territory, 0) + 1
    return found
