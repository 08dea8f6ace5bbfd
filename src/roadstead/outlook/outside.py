r"""Views from outside: projections that others published, blended with our own draws, and scored on their own past.

.. math::
    \operatorname{logit} s'_t = \operatorname{logit} s_t + w\,(\operatorname{logit} v_t - \operatorname{logit} m_t)   \qquad (O.7)

with v the view, m the median of our draws and w the weight given to it: every draw moves by as much, so the spread stays
our own. Between the years a view names it goes straight on the logit scale, from the last share known on; after its last
year the draws stay moved as they were then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.outlook.links import link, unlink
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from roadstead.terms.arrays import Floats, Ints
    from roadstead.world.reference import World


@dataclass(frozen=True, slots=True)
class View:
    """One published projection of one place and year.

    Attributes
    ----------
    published_on
        Day, month or year, as far as known.
    share, sales
        NEV share and NEV sold; None where not published. [fraction], [cars]
    """

    publisher: str
    scenario: str
    published_on: str
    place: str
    year: int
    share: float | None
    sales: float | None

    @property
    def name(self) -> str:
        """Publisher and scenario."""
        return f"{self.publisher}/{self.scenario}"

    @property
    def origin(self) -> int:
        """Last full year its authors could know."""
        return int(self.published_on[:4]) - 1


def published(world: World) -> tuple[View, ...]:
    """Every view of the reference world."""
    return tuple(
        View(
            publisher=row["publisher"],
            scenario=row["scenario"],
            published_on=row["published_on"],
            place=row["place"],
            year=row["year"],
            share=row["nev_share"],
            sales=row["nev_sales"],
        )
        for row in world.tables["outside_views"]
    )


def chosen(views: Iterable[View], name: str) -> Mapping[str, tuple[Ints, Floats]]:
    """Years and shares of one publisher's scenario, by place.

    Raises
    ------
    RoadsteadError
        RS-O408 where none has the name.
    """
    known = [view for view in views if view.share is not None]
    told = [view for view in known if view.name.casefold() == name.strip().casefold()]
    if not told:
        expected = f"one of {', '.join(sorted({view.name for view in known}))}"
        raise RoadsteadError(Fault("--view", "RS-O408", f"no view is called {name!r}", expected))
    found: dict[str, tuple[Ints, Floats]] = {}
    for place in dict.fromkeys(view.place for view in told):
        mine = sorted((view.year, view.share or 0.0) for view in told if view.place == place)
        years, shares = zip(*mine, strict=True)
        found[place] = (np.asarray(years, dtype=np.int64), np.asarray(shares, dtype=np.float64))
    return found


def blend(draws: Floats, years: Ints, last: tuple[int, float], view: tuple[Ints, Floats], weight: float) -> Floats:
    """Draws moved towards a view (O.7).

    Parameters
    ----------
    draws
        Shape (draws, T). [fraction]
    years
        Calendar years of the draws. Shape (T,).
    last
        Last year known and its share.
    view
        Years the view names, and its shares.
    weight
        From 0, our own alone, to 1, the view's centre with our spread.

    Raises
    ------
    RoadsteadError
        RS-O409 where the weight is not between 0 and 1.
    """
    if not 0.0 <= weight <= 1.0:
        raise RoadsteadError(Fault("--weight", "RS-O409", f"a weight of {weight:g}", "a number from 0 to 1"))
    named, shares = view
    ahead = named > last[0]
    if not ahead.any():
        return draws  # a view that ends before the forecast begins has nothing to say of it
    at = np.concatenate([[last[0]], named[ahead]]).astype(np.float64)
    logits = link(np.concatenate([[last[1]], shares[ahead]]), "logit")
    reached = np.minimum(years, at[-1])
    centre = link(np.median(draws, axis=0), "logit")
    gap = np.interp(reached, at, logits) - np.interp(reached, years, centre)
    return unlink(link(draws, "logit") + weight * gap, "logit")
