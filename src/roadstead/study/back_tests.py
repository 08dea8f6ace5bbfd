"""What a program may ask of the past: would what is packaged have been right?"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from roadstead.futures.catalogue.hindcast import Hindcast
    from roadstead.study.japan_1981 import JapanIn1981
    from roadstead.study.makers.assumed import Assumed
    from roadstead.study.makers.back_test import MakersTest
    from roadstead.study.progress import Progress

KNOWN = 2021
"""Year at whose end chances are counted where none is named."""


def backtest_walls(known: int = KNOWN) -> Hindcast:
    """Count at the end of a year how likely the catalogue's classes of events were, and hold it against what came since.

    Raises
    ------
    RoadsteadError
        RS-F546 where the packaged law has no year up to it, or none after it.
    """
    from roadstead.futures.catalogue import catalogue
    from roadstead.futures.catalogue.counting import Ground
    from roadstead.futures.catalogue.hindcast import hindcast
    from roadstead.terms.errors import Fault, RoadsteadError
    from roadstead.terms.ids import HOME
    from roadstead.trade import rulebook
    from roadstead.trade.law import AS_OF, FLOOR
    from roadstead.world import reference

    if not FLOOR.year <= known < AS_OF.year:
        expected = f"a year from {FLOOR.year} to {AS_OF.year - 1}: the packaged law is of {FLOOR} to {AS_OF}"
        raise RoadsteadError(Fault("known", "RS-F546", f"{known} cannot be looked back from", expected))
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


def backtest_japan(
    *,
    corners: bool = False,
    makers: Iterable[str] = (),
    out: Path | str | None = None,
    progress: Progress | None = None,
) -> JapanIn1981:
    """Plan Honda, Nissan and Toyota on what could be known at the end of 1981, beside what they did.

    Parameters
    ----------
    corners
        Also at every combination of the ends of what is assumed: minutes.
    makers
        ``honda``, ``nissan``, ``toyota``; all where none is named.
    out
        Folder in which plans are kept as they are found. The same back-test goes on from there.

    Raises
    ------
    RoadsteadError
        RS-S761 where a maker is none of them.
    """
    from pathlib import Path

    from roadstead.study.japan_1981 import japan_1981

    return japan_1981(
        corners=corners, makers=tuple(makers), folder=None if out is None else Path(out), progress=progress
    )
