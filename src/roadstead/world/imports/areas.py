"""Numeric codes of countries at UN Comtrade and in BACI: those of the United Nations (M49), but for a few of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from roadstead.world.places import Gazetteer

OWN = {
    "251": "FRA",  # with Monaco and the overseas departments
    "381": "ITA",
    "490": "TWN",  # "Other Asia, nes"
    "579": "NOR",  # with Svalbard and Jan Mayen
    "699": "IND",
    "757": "CHE",  # with Liechtenstein
    "842": "USA",  # with Puerto Rico and the Virgin Islands
}
"""Codes that differ from M49."""
WORLD_CODE, WORLD = "0", "WLD"


MOST_NAMED = 12
ITSELF = "a country with itself: goods that came back"


def unplaced(codes: Iterable[str]) -> str:
    """Why lines with such codes are left out, in words."""
    ordered = sorted(set(codes), key=lambda code: (len(code), code))
    named = ", ".join(ordered[:MOST_NAMED])
    more = f" and {len(ordered) - MOST_NAMED} more" if len(ordered) > MOST_NAMED else ""
    return f"one side is a group of countries or an area not specified (codes {named}{more})"


def areas(gazetteer: Gazetteer) -> Mapping[str, str]:
    """Place by code, without leading zeros; codes of groups, bunkers and areas not specified are in none."""
    m49 = {place.m49.lstrip("0"): place.place_id for place in gazetteer.places.values() if place.m49}
    return m49 | OWN
