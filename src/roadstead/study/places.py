"""Names of places as a case writes them, each checked where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roadstead.terms.errors import Fault
    from roadstead.world.places import Gazetteer


@dataclass(frozen=True, slots=True)
class Places:
    """Turns written names into ids and notes those it does not know.

    Attributes
    ----------
    unknown
        What was written and is no place.
    """

    gazetteer: Gazetteer
    faults: list[Fault]
    unknown: set[str] = field(default_factory=set)

    def country(self, text: str, where: str) -> str:
        """Id of a country or bloc; the text itself, with a fault noted, where it is none."""
        place = self.gazetteer.find(text)
        if place is None:
            self.faults.append(self.gazetteer.fault(text, where))
            self.unknown.add(text)
            return text
        return place.place_id

    def territory(self, text: str, where: str) -> str:
        """Customs territory of a country or bloc."""
        place_id = self.country(text, where)
        return place_id if place_id in self.unknown else self.gazetteer.territory(place_id)
