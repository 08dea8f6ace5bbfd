"""Chances of events as they would have been counted on a day of the past, held against what came since.

A question is a class of events, a place and a year: did such a thing happen there and then? What the counts of base_classes.csv
would have said is worked out from what was on record on that day; what came is counted the same way later. What was law already
is no question. Judgements of the catalogue cannot be held against years that their authors had seen: only counts can.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from roadstead.futures.catalogue import brier
from roadstead.futures.catalogue.base_rates import HALF, HIGH, LOW, OCCASION, one_or_more
from roadstead.futures.catalogue.past import COUNTED
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.showing import Shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from roadstead.futures.catalogue.catalogue import Catalogue
    from roadstead.futures.catalogue.counting import BaseClass, Counted, Ground, Tally
    from roadstead.terms.arrays import Flags, Floats

WITHIN: Mapping[str, str] = {
    "aimed_after": "duty_aimed",
    "aimed_quiet": "duty_aimed",
    "connected_rule": "market_closed",
    "plant_lost_rus": "plant_lost",
}
"""Classes whose events another class counts too, and which: told beside it, and not in the sums."""
CATALOGUE, PRIOR, RENEWED, OWN, ONE_RATE, NEVER = "catalogue", "prior", "renewed", "own", "one rate", "never"
FORECASTS = (CATALOGUE, PRIOR, RENEWED, OWN, ONE_RATE, NEVER)
"""Every way of telling chances that is tried: the count of each class (B.1); the same with Jeffreys' half event; counted anew at
every year's end; the place's own count; one rate for all classes and places; nothing ever comes."""
SEED, DRAWS = 1, 2_000
LAST_DAY = (12, 31)


@dataclass(frozen=True, slots=True)
class Question:
    """A class of events in a place and a year.

    Attributes
    ----------
    exposure
        Time at risk in that year, in the class's unit; 1 for an occasion.
    event
        What came; None where nothing did.
    """

    base: str
    place: str
    year: int
    exposure: float
    event: Counted | None

    @property
    def came(self) -> bool:
        """True where it came."""
        return self.event is not None


@dataclass(frozen=True, slots=True)
class ClassTest:
    """One class of events.

    Attributes
    ----------
    count, exposure
        Events and time at risk up to the day; ``per`` is the unit.
    asked, later
        Questions, and their time at risk.
    came
        Events that came.
    least, most
        Bounds of 80 % for their number by the count and the little it tells; None where nothing was at risk.
    known
        Events that came and were law already, so that nothing was asked.
    within
        Class that counts the same events and stands in the sums for both; empty for none.
    """

    base: BaseClass
    count: int
    exposure: float
    per: str
    asked: int
    later: float
    expected: float
    came: int
    least: int | None
    most: int | None
    known: tuple[Counted, ...]
    within: str

    @property
    def held(self) -> bool | None:
        """True where as many came as the bounds say; None where there is nothing to say."""
        return None if self.least is None or self.most is None else self.least <= self.came <= self.most


@dataclass(frozen=True, slots=True, eq=False)
class Hindcast(Shown):
    """Chances of the past and what came.

    Attributes
    ----------
    known
        Last day that chances are counted to.
    until
        Last day on which something could come.
    questions
        Those in the sums, N of them.
    chances
        By way of telling them. Shapes (N,). [fraction]
    came
        Shape (N,).
    skill
        Of each way over one rate for all: the best guess, and an interval of 80 % as places are drawn anew.
    beside
        Questions of classes whose events another class counts too.
    """

    known: date
    until: date
    classes: tuple[ClassTest, ...]
    questions: tuple[Question, ...]
    chances: Mapping[str, Floats]
    came: Flags
    skill: Mapping[str, tuple[float, float, float]]
    beside: tuple[Question, ...]

    def score(self, forecast: str) -> brier.Score:
        """What one way of telling chances was worth."""
        return brier.score(self.chances[forecast], self.came)

    def bins(self, forecast: str) -> tuple[brier.Bin, ...]:
        """What came of chances told."""
        return brier.bins(self.chances[forecast], self.came)

    def as_many(self, forecast: str) -> float:
        """Chance that as many or more come as did, were all chances right and nothing hung together."""
        return brier.at_least(self.chances[forecast], int(self.came.sum()))

    @property
    def happenings(self) -> int:
        """Events that came, each place and day once, however many classes count them."""
        return len({(q.event.place, q.event.day) for q in self.questions if q.event is not None})

    def by_the_end(self, forecast: str) -> dict[tuple[str, str], tuple[float, Counted | None]]:
        """Chance of each class in each place to have come by the last day, and the first that did."""
        stays: dict[tuple[str, str], float] = {}
        first: dict[tuple[str, str], Counted | None] = {}
        for question, chance in zip(self.questions, self.chances[forecast].tolist(), strict=True):
            key = (question.base, question.place)
            stays[key] = stays.get(key, 1.0) * (1.0 - chance)
            first[key] = first.get(key) or question.event
        return {key: (1.0 - stay, first[key]) for key, stay in stays.items()}


def hindcast(catalogue: Catalogue, ground_on: Callable[[date], Ground], known: date, until: date) -> Hindcast:
    """Count on a day what a year may bring, and hold it against what came up to another.

    Parameters
    ----------
    ground_on
        What was on record on a day.
    known
        Last day of a year.

    Raises
    ------
    RoadsteadError
        RS-F546 where the first day is no last day of a year, or not before the second.
    """
    if (known.month, known.day) != LAST_DAY or known >= until:
        expected = f"the last day of a year before {until.isoformat()}"
        raise RoadsteadError(Fault("known", "RS-F546", f"{known.isoformat()} cannot be looked back from", expected))
    ends = [date(year, *LAST_DAY) for year in range(known.year, until.year)]
    then = {end.year: _tallies(catalogue, ground_on(end)) for end in ends}
    now = ground_on(until)
    outcomes = {end.year: _tallies(catalogue, replace(now, until=end)) for end in (*ends, until)}
    asked: list[Question] = []
    before: dict[str, tuple[Counted, ...]] = {}
    for name in catalogue.classes:
        found = list(_questions(name, {year: tallies[name] for year, tallies in outcomes.items()}))
        open_ones = [q for q in found if q.event is None or q.event.known > known]
        before[name] = tuple(q.event for q in found if q.event is not None and q.event.known <= known)
        asked += open_ones if then[known.year][name].exposure > 0.0 else []
    questions = tuple(q for q in asked if q.base not in WITHIN)
    chances = _chances(questions, then, known.year)
    came = np.asarray([q.came for q in questions], dtype=bool)
    groups = [q.place for q in questions]
    return Hindcast(
        known=known,
        until=until,
        classes=tuple(
            _class_test(base, then[known.year][name], [q for q in asked if q.base == name], before[name])
            for name, base in catalogue.classes.items()
        ),
        questions=questions,
        chances=chances,
        came=came,
        skill={name: _skill(chances[name], chances[ONE_RATE], came, groups) for name in FORECASTS},
        beside=tuple(q for q in asked if q.base in WITHIN),
    )


def _skill(told: Floats, reference: Floats, came: Flags, groups: list[str]) -> tuple[float, float, float]:
    best = brier.skill(brier.brier(told, came), brier.brier(reference, came))
    return best, *brier.resampled_skill(told, reference, came, groups, SEED, DRAWS)


def _tallies(catalogue: Catalogue, ground: Ground) -> dict[str, Tally]:
    return {name: COUNTED[base.counts](ground, base) for name, base in catalogue.classes.items()}


def _questions(name: str, tallies: Mapping[int, Tally]) -> Iterator[Question]:
    """Every place and year with something at risk, from what the tally of a year's end has more than the one before."""
    for before, year in pairwise(tallies):
        old, new = tallies[before], tallies[year]
        seen = {(one.place, one.day, one.rows) for one in old.counted}
        fresh = [one for one in new.counted if (one.place, one.day, one.rows) not in seen and one.day.year == year]
        for place, total in sorted(new.at_risk.items()):
            exposure = total - old.at_risk.get(place, 0.0)
            events = [one for one in fresh if _place_of(one, new) == place]
            if new.per == OCCASION:
                answers: list[Counted | None] = [*events, *[None] * (round(exposure) - len(events))]
                yield from (Question(name, place, year, 1.0, answer) for answer in answers)
            elif exposure > 0.0 or events:
                yield Question(name, place, year, exposure, events[0] if events else None)


def _place_of(event: Counted, tally: Tally) -> str:
    """The place at risk that an event answers: its own, or the one that stands for several or for the world."""
    if event.place in tally.at_risk:
        return event.place
    return next(place for place in tally.at_risk if len(tally.at_risk) == 1 or event.place in place.split("|"))


def _chances(questions: tuple[Question, ...], then: Mapping[int, Mapping[str, Tally]], known: int) -> dict[str, Floats]:
    names = dict.fromkeys(q.base for q in questions)
    first = then[known]
    rated = [first[name] for name in names if first[name].per != OCCASION]
    together = sum(len(t.counted) for t in rated) / sum(t.exposure for t in rated) if rated else 0.0

    def told(question: Question, forecast: str) -> float:
        tally = then[question.year - 1 if forecast == RENEWED else known][question.base]
        count, exposure = float(len(tally.counted)), tally.exposure
        if forecast == NEVER:
            return 0.0
        if forecast == ONE_RATE:
            return one_or_more(together * question.exposure)
        if forecast == OWN:
            exposure = tally.at_risk.get(question.place, 0.0)
            count = float(sum(_place_of(one, tally) == question.place for one in tally.counted))
        prior = HALF if forecast == PRIOR else 0.0
        if tally.per == OCCASION:
            return (count + prior) / (exposure + 2.0 * prior) if exposure else 0.0
        return one_or_more((count + prior) / exposure * question.exposure) if exposure else 0.0

    return {forecast: np.asarray([told(question, forecast) for question in questions]) for forecast in FORECASTS}


def _class_test(base: BaseClass, tally: Tally, asked: list[Question], known: tuple[Counted, ...]) -> ClassTest:
    count, exposure, later = len(tally.counted), tally.exposure, sum(q.exposure for q in asked)
    least = most = None
    if exposure > 0.0 and later > 0.0 and tally.per != OCCASION:
        # A rate with Jeffreys' prior behind it: the number to come is a negative binomial.
        spread = stats.nbinom(count + HALF, exposure / (exposure + later))
        least, most = int(spread.ppf(LOW)), int(spread.ppf(HIGH))
    rate = count / exposure if exposure > 0.0 else 0.0
    return ClassTest(
        base=base,
        count=count,
        exposure=exposure,
        per=tally.per,
        asked=len(asked),
        later=later,
        expected=sum(rate if tally.per == OCCASION else one_or_more(rate * q.exposure) for q in asked),
        came=sum(q.came for q in asked),
        least=least,
        most=most,
        known=known,
        within=WITHIN.get(base.base, ""),
    )
