"""What a program may ask of the past: would what is packaged have been right?"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from roadstead.futures.catalogue.hindcast import Hindcast
    from roadstead.study.makers.back_test import MakersTest
    from roadstead.study.makers.case import Assumed

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


def backtest_makers(
    *names: str,
    known: int = KNOWN,
    assumed: Assumed | None = None,
    cases: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> MakersTest:
    """Plan Chinese makers as they stood at the end of a year, and hold the places against the plants that came.

    Parameters
    ----------
    names
        Makers; none for all.
    assumed
        What every maker is assumed to reach, and how far prices carry a duty.
    cases
        Folder to keep the makers' cases in.
    tell
        Told the name of the maker that is planned next.

    Raises
    ------
    RoadsteadError
        RS-S761 where no maker of the year, or of that name, is packaged.
    """
    from roadstead.study.makers.back_test import back_test

    return back_test(known, names, assumed, cases, tell)
