"""Countries, territories and blocs: exact names only, and a guess for the person who mistyped."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.terms.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from roadstead.terms.tables import Row


@dataclass(frozen=True, slots=True)
class Place:
    """A territory, a customs union or an aggregate."""

    place_id: str
    iso2: str
    m49: str
    name: str
    name_zh: str
    kind: str
    region: str
    customs_territory: str


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """All places, and every way they may be written."""

    places: Mapping[str, Place]
    written: Mapping[str, str]

    def find(self, text: str) -> Place | None:
        """The place whose code, name or alias is exactly ``text`` (case aside), or None."""
        place_id = self.written.get(text.strip().casefold())
        return self.places[place_id] if place_id else None

    def fault(self, text: str, where: str) -> Fault:
        """What to say of a name that is no place."""
        near = difflib.get_close_matches(text.strip().casefold(), list(self.written), 1, 0.6)
        guess = f"; did you mean {self.written[near[0]]} ({self.places[self.written[near[0]]].name})?" if near else ""
        expected = f"an ISO 3166-1 alpha-3 code such as DEU, or a bloc such as EU27{guess}"
        return Fault(where, "RS-W301", f"{text!r} is no country or bloc known here", expected)

    def territory(self, place_id: str) -> str:
        """The customs territory a place belongs to."""
        return self.places[place_id].customs_territory or place_id


def gazetteer(rows: Iterable[Row]) -> Gazetteer:
    """Build the gazetteer from places.csv."""
    places: dict[str, Place] = {}
    written: dict[str, str] = {}
    for row in rows:
        place = Place(
            place_id=row["place"],
            iso2=row["iso2"],
            m49=row["m49"],
            name=row["name"],
            name_zh=row["name_zh"],
            kind=row["kind"],
            region=row["region"],
            customs_territory=row["customs_territory"],
        )
        places[place.place_id] = place
        for name in (place.place_id, place.iso2, place.name, place.name_zh, *row["aliases"]):
            if name:
                written.setdefault(name.casefold(), place.place_id)
    return Gazetteer(places, written)
