"""Names of places as a case writes them, each checked where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roadstead.terms.errors import Fault
    from roadstead.world.places import Gazetteer


@dataclass(frozen=True, slots=True)
class Places:
    """Turns written names into ids and notes those it does not know."""

    gazetteer: Gazetteer
    faults: list[Fault]

    def country(self, text: str, where: str) -> str:
        """Id of a country or bloc; the text itself, with a fault noted, where it is none."""
        place = self.gazetteer.find(text)
        if place is None:
            self.faults.append(self.gazetteer.fault(text, where))
            return text
        return place.place_id

    def territory(self, text: str, where: str) -> str:
        """Customs territory of a country or bloc."""
        place = self.gazetteer.find(text)
        if place is None:
            self.faults.append(self.gazetteer.fault(text, where))
            return text
        return self.gazetteer.territory(place.place_id)
