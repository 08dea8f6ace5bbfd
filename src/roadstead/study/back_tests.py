"""What a program may ask of the past: would what is packaged have been right?"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roadstead.futures.catalogue.hindcast import Hindcast

KNOWN = 2021
"""Year at whose end chances are counted where none is named."""


def backtest_walls(known: int = KNOWN) -> Hindcast:
    """Count at the end of a year how likely the catalogue's classes of events were, and hold it against what came since.

    Raises
    ------
    RoadsteadError
        RS-F546 where no year lies between it and the packaged tables.
    """
    from roadstead.futures.catalogue import catalogue
    from roadstead.futures.catalogue.counting import Ground
    from roadstead.futures.catalogue.hindcast import hindcast
    from roadstead.terms.ids import HOME
    from roadstead.trade import rulebook
    from roadstead.trade.law import AS_OF
    from roadstead.world import reference

    world = reference.load()
    found = catalogue.load(world.gazetteer, world.sources)

    def on(day: date) -> Ground:
        return Ground(rulebook.load(day), world, found.episodes, HOME, day)

    return hindcast(found, on, date(known, 12, 31), AS_OF)
