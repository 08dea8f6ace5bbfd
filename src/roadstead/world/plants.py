"""Plants that makers announced, began, gave up or closed: what precedents.csv and plant_dates.csv say of each, read in one place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import ceil
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from roadstead.terms.tables import Row
    from roadstead.world.reference import World

ABROAD, CHINESE, STRANDED = "TRANSPLANT", "CN_PLANT", "STRANDED"
"""Kinds of plants in precedents.csv."""
GIVEN_UP = ("refused", "abandoned", "shelved", "not advanced")
"""What the status of a plant begins with whose maker never got it."""
NOT_YET = (
    "planned",
    "expected",
    "under construction",
    "announced",
    "construction",
    "seeking",
    "not decided",
    "equipment",
    "asset purchase",
)
DAYS_A_YEAR = 365.25
DAYS_A_MONTH = DAYS_A_YEAR / 12.0
BRANDS_OF = {"Great Wall": "GWM", "GAC Aion": "GAC", "SAIC-GM-Wuling": "SAIC"}
"""Makers that precedents.csv names by a brand or a venture of theirs."""
VOLVO = "Volvo"
"""Stands apart from Geely, as in the counts of what Chinese groups make abroad."""


class Standing(StrEnum):
    """How far a plant has come."""

    RUNS = "runs"
    WAITS = "not begun"
    GIVEN_UP = "given up"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Plant:
    """A plant abroad.

    Attributes
    ----------
    announced, begins, ended
        Days as far as known; the first of a month or year that is told no closer. ``begins`` is the first car, or the start
        last stated.
    planned
        Last day of the start of production first stated, and the row that states it; None where no document was located.
    capacity
        As stated; None where it is not. [cars/year]
    known
        Last day of what the status was stated as of.
    """

    record: str
    home: str
    maker: str
    host: str
    site: str
    announced: date | None
    begins: date | None
    ended: date | None
    planned: date | None
    planned_by: Row | None
    capacity: float | None
    standing: Standing
    known: date | None
    row: Row

    @property
    def is_due(self) -> bool:
        """True where a start first stated can be held against what came: it is past, or was put off."""
        if self.planned is None or self.begins is None:
            return False
        begun = self.standing in {Standing.RUNS, Standing.ENDED}
        return begun or self.begins > self.planned

    def ran(self, day: date) -> bool:
        """True where it ran on a day, as far as its dates tell."""
        return self.begins is not None and self.begins <= day and (self.ended is None or self.ended > day)

    @property
    def late(self) -> float:
        """Months from the end of the start first stated to the first car or the start last stated; 0 where in time. [months]"""
        assert self.planned is not None
        assert self.begins is not None
        return max(0.0, (self.begins - self.planned).days / DAYS_A_MONTH)


def plants(world: World, kind: str) -> tuple[Plant, ...]:
    """Every plant of a kind, as the tables have them."""
    dates = {(row["record"], row["event"]): row for row in world.tables["plant_dates"]}
    return tuple(_plant(row, dates) for row in world.tables["precedents"] if row["kind"] == kind)


def _plant(row: Row, dates: Mapping[tuple[str, str], Row]) -> Plant:
    planned, ended = (dates.get((row["record"], event)) for event in ("FIRST_PLANNED", "ENDED"))
    over = None if ended is None else day(ended["date"])
    return Plant(
        record=row["record"],
        home=row["home"],
        maker=maker_of(row["company"]),
        host=row["host"],
        site=row["site"] or "",
        announced=day(row["announced"]),
        begins=day(row["start"]),
        ended=over,
        planned=None if planned is None else last_day(planned["date"]),
        planned_by=planned,
        capacity=float(row["capacity"]) if row["capacity"] else None,
        standing=Standing.ENDED if over else standing_of(row),
        known=last_day(row["status_as_of"]),
        row=row,
    )


def standing_of(row: Row) -> Standing:
    """How far the plant of a row of precedents.csv has come, by the words of its status; one without a status runs."""
    status = str(row["status"] or "")
    if status.startswith(GIVEN_UP):
        return Standing.GIVEN_UP
    return Standing.WAITS if status.startswith(NOT_YET) else Standing.RUNS


def begun(row: Row, until: date) -> date | None:
    """Day of a plant's first car, where it had come until a day."""
    first = day(row["start"])
    return first if first is not None and first <= until and standing_of(row) is Standing.RUNS else None


def waiting(row: Row, until: date) -> tuple[date, date] | None:
    """Days from and to which a plant announced was waited for: to its first car, or to when its maker is known to have given it up."""
    first = day(row["announced"])
    if first is None or first > until:
        return None
    ended = day(row["status_as_of"]) if standing_of(row) is Standing.GIVEN_UP else day(row["start"])
    return first, min(ended or until, until)


def maker_of(company: str) -> str:
    """The group that a row is counted for: of two the first named, without what stands in brackets."""
    if VOLVO in company:
        return VOLVO
    first = company.partition("/")[0].partition(" (")[0]
    return BRANDS_OF.get(first, first)


def waits_after_limit(rows: Iterable[Row], home: str, host: str) -> Mapping[str, int]:
    """Years from the first limit on a home's exports to a host to the first car of each maker's plant there, by maker.

    From precedents.csv: export restraint (VER_QUOTA), plants (TRANSPLANT) by the year of their first car; a plant of two makers
    counts for the first named.
    """
    here = [row for row in rows if row["home"] == home and row["host"] == host]
    limit = min(int(row["year"]) for row in here if row["kind"] == "VER_QUOTA")
    first: dict[str, int] = {}
    for row in sorted((row for row in here if row["kind"] == ABROAD), key=lambda row: int(row["year"])):
        first.setdefault(maker_of(row["company"]), int(row["year"]) - limit)
    return first


def japanese_wait(rows: Iterable[Row]) -> int:
    """Years Japanese makers took from restraint to their first plant in America: the median of makers, rounded up."""
    return ceil(median(waits_after_limit(rows, "JPN", "USA").values()))


_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")


def day(text: str | None) -> date | None:
    """The day a cell names, the first of its month or year where it names no more; None where it names none."""
    parts = _DATE.fullmatch((text or "").strip())
    if parts is None:
        return None
    year, month, number = parts.groups()
    return date(int(year), int(month or 1), int(number or 1))


def last_day(text: str | None) -> date | None:
    """The day a cell names, the last of its month or year where it names no more; None where it names none."""
    first = day(text)
    parts = _DATE.fullmatch((text or "").strip())
    if first is None or parts is None or parts[3]:
        return first
    after = date(first.year + 1, 1, 1) if not parts[2] or first.month == 12 else date(first.year, first.month + 1, 1)
    return after - timedelta(days=1)
