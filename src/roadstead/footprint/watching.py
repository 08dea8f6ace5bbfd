"""What a session hears of a solver that holds one program: plans worth keeping, and how far it is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from roadstead.footprint.columns import MONEY
from roadstead.footprint.dispatch import read_decisions
from roadstead.footprint.session import Checkpoint, News

if TYPE_CHECKING:
    from collections.abc import Callable

    from roadstead.footprint.columns import Columns
    from roadstead.footprint.extensive import ProgressCall
    from roadstead.footprint.linking import LinkingCuts
    from roadstead.footprint.session import Session
    from roadstead.futures.prospect import Prospect
    from roadstead.terms.arrays import Floats


def keeper(
    prospect: Prospect, columns: Columns, cuts: LinkingCuts, session: Session
) -> Callable[[Floats | None], None]:
    """Keeps a point of the program, and the cuts, to go on from."""

    def keep(point: Floats | None) -> None:
        if session.keep is not None:
            session.keep(
                Checkpoint(None if point is None else read_decisions(columns, point, prospect.resources), cuts)
            )

    return keep


def told(session: Session, standing: float, began: float) -> ProgressCall | None:
    """Tell a session in money what a solver tells of its program."""
    tell = session.tell
    if tell is None:
        return None
    return lambda value, bound, _: tell(News(MONEY * value, MONEY * bound, standing, time.perf_counter() - began))
