"""What a count of the past starts from, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from roadstead.terms.tables import Row
    from roadstead.trade.rulebook import Rulebook
    from roadstead.world.reference import World

LARGE = "large"
DAYS_A_YEAR = 365.25


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Where the past is looked up.

    Attributes
    ----------
    home
        Country whose cars meet the rules.
    until
        Last day that counts.
    episodes
        Rows of episodes.csv.
    """

    rulebook: Rulebook
    world: World
    episodes: tuple[Row, ...]
    home: str
    until: date


@dataclass(frozen=True, slots=True)
class BaseClass:
    """A class of events of the past; catalogue_tables.py says what each field holds."""

    base: str
    title: str
    title_zh: str
    counts: str
    of: tuple[str, ...]
    places: tuple[str, ...]
    since: int
    step: float
    note: str


@dataclass(frozen=True, slots=True)
class Counted:
    """One event of the past that counts.

    Attributes
    ----------
    day
        First day of it, as far as the table tells.
    rows
        Rows it is read from.
    sources
        Ids of the sources of these rows.
    known
        Day from which it was known to come: when what brings it was published, its own day where that is not on record.
    """

    place: str
    day: date
    text: str
    rows: tuple[str, ...]
    sources: tuple[str, ...]
    known: date


@dataclass(frozen=True, slots=True)
class Tally:
    """Events counted, and how much time or how many occasions they are counted in.

    Attributes
    ----------
    exposure
        Time at risk in units of ``per``, which are ``occasions`` where each event answers one chance to happen.
    at_risk
        Exposure by place.
    """

    counted: tuple[Counted, ...]
    at_risk: dict[str, float]
    per: str

    @property
    def exposure(self) -> float:
        """All places together."""
        return sum(self.at_risk.values())


Counter: TypeAlias = "Callable[[Ground, BaseClass], Tally]"


def years(first: date, last: date) -> float:
    """Years from a day to another, both included; none where the second comes first."""
    return max(0.0, ((last - first).days + 1) / DAYS_A_YEAR)


def importers(ground: Ground) -> tuple[str, ...]:
    """Markets abroad whose law is in the rulebook and whose sales are known."""
    places = sorted(ground.rulebook.measures)
    return tuple(place for place in places if place in ground.world.markets and place != ground.home)


def markets(ground: Ground, base: BaseClass) -> tuple[str, ...]:
    """Markets of a class: all importers, those named, or the large ones of them."""
    wanted = set(base.places)
    return tuple(
        place
        for place in importers(ground)
        if not wanted or place in wanted or (LARGE in wanted and ground.world.markets[place].is_large)
    )


def at_risk(ground: Ground, base: BaseClass, places: tuple[str, ...]) -> dict[str, float]:
    """Years each place is looked at: all from the class's first."""
    return dict.fromkeys(places, years(date(base.since, 1, 1), ground.until))
