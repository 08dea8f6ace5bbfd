"""The back-test of 1981: three Japanese makers planned from what could be known, at every corner of what is only assumed, beside what they did."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from roadstead.study import scenarios
from roadstead.study.api import effort_of
from roadstead.study.axes import Point
from roadstead.study.bundled import past_case
from roadstead.study.patch import Named
from roadstead.study.silence import solver_silenced
from roadstead.study.sweep import sweep
from roadstead.terms.errors import Fault, raise_if_any
from roadstead.terms.showing import Shown
from roadstead.terms.tables import Column, Kind, Schema, read_table
from roadstead.world.schemas import SOURCES
from roadstead.world.sources import sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from roadstead.footprint.solve import Effort
    from roadstead.study.progress import Progress
    from roadstead.study.spec import Study
    from roadstead.study.sweep import PlannedPoint
    from roadstead.terms.evidence import Source
    from roadstead.terms.tables import Row

CASE = "japan-1981"
PLANT = "us_plant"
MAKERS: Mapping[str, tuple[str, ...]] = {"honda": (), "nissan": ("nissan",), "toyota": ("toyota",)}
"""The scenarios of the case that make it each maker's."""
ENDS = (
    ("making_cheap", "making_dear"),
    ("capital_cheap", "capital_dear"),
    ("home_dear", "home_cheap"),
    ("buyers_more", "buyers_same"),
    ("walls_stay", "walls_fall"),
    ("buyers_keen", "buyers_loyal"),
    ("money_cheap", "money_dear"),
)
"""Assumptions, each by the scenarios of its two ends."""
LIKELY = 0.5
"""Chance from which a plan is taken to say that a plant will be decided on."""
AT_ONCE = "built_at_once"
BESIDE = (AT_ONCE, "content_comes", "no_restraint", "limits_last", "yen_rises")
"""Scenarios that the plan is held against: the last two are hindsight."""
HAPPENED = Schema(
    "happened",
    "What the makers did.",
    (
        Column("maker", Kind.TEXT, "maker"),
        Column("site", Kind.TEXT, "site"),
        Column("what", Kind.TEXT, "what was made there first"),
        Column("decided", Kind.YEAR, "year it was told of"),
        Column("first", Kind.TEXT, "month of the first vehicle"),
        Column("capacity", Kind.NUMBER, "capacity", unit="vehicles/year", least=0),
    ),
    key=("maker", "site", "what"),
    evidence=True,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a plan says of a plant.

    Attributes
    ----------
    at_once
        True where it is decided on as the plan begins.
    ever
        Chance that it is decided on at all. [fraction]
    first
        First year in which it may be decided on; none where it never is.
    made
        Cars made there a year, over all years planned and all futures. [vehicles/year]
    npv
        Expected NPV of the plan. [money]
    """

    at_once: bool
    ever: float
    first: int | None
    made: float
    npv: float


@dataclass(frozen=True, slots=True)
class Pushed:
    """The combinations with one end.

    Attributes
    ----------
    at_once, count
        Those that decide at once, and all.
    ever
        Chance that a plant is decided on at all, on average over them. [fraction]
    """

    at_once: int
    count: int
    ever: float


@dataclass(frozen=True, slots=True)
class Maker:
    """One maker's plan of 1981, and what it did.

    Attributes
    ----------
    plan
        The case as it stands.
    ends, beside
        One assumption at one end, or one thing held against the plan, by scenario.
    corners
        Every combination of ends; empty where they were not asked for.
    """

    name: str
    plan: Answer
    ends: Mapping[str, Answer]
    beside: Mapping[str, Answer]
    corners: Mapping[tuple[str, ...], Answer]
    happened: tuple[Row, ...]

    @property
    def price_of_building(self) -> float:
        """What it costs the plan to build at once, whatever the figures say. [money]"""
        return self.plan.npv - self.beside[AT_ONCE].npv

    @property
    def counts(self) -> Mapping[str, int]:
        """Combinations by what the plan does in them."""
        answers = self.corners.values()
        at_once = sum(one.at_once for one in answers)
        never = sum(one.first is None for one in answers)
        return {"at once": at_once, "later": len(answers) - at_once - never, "none": never}

    def pushed(self, end: str) -> Pushed:
        """What an end does."""
        answers = [answer for corner, answer in self.corners.items() if end in corner]
        at_once = sum(one.at_once for one in answers)
        return Pushed(at_once, len(answers), sum(one.ever for one in answers) / len(answers))


@dataclass(frozen=True, slots=True)
class JapanIn1981(Shown):
    """The whole back-test.

    Attributes
    ----------
    first, last
        Year as which the plan begins, and the last in which something may be decided.
    titles
        English and Chinese title of each scenario.
    planned
        Plans made, those found in a folder among them.
    """

    makers: tuple[Maker, ...]
    first: int
    last: int
    titles: Mapping[str, tuple[str, str]]
    sources: Mapping[str, Source]
    planned: int

    @property
    def asked(self) -> tuple[tuple[Maker, int, bool], ...]:
        """Every maker and year by which it may have decided on a plant, and whether it had."""
        years = (self.first, self.last)
        return tuple(
            (maker, year, any(row["decided"] <= year for row in maker.happened))
            for maker in self.makers
            for year in years
        )

    @property
    def told_right(self) -> Mapping[str, int]:
        """How many of these the plan had right, and how many two rules that look at nothing: always build, never build."""
        return {
            "plan": sum(self._says(maker.plan, year) is was for maker, year, was in self.asked),
            "always": sum(was for _, _, was in self.asked),
            "never": sum(not was for _, _, was in self.asked),
        }

    def _says(self, answer: Answer, year: int) -> bool:
        return answer.at_once if year == self.first else answer.ever >= LIKELY


def japan_1981(
    *, corners: bool = False, makers: Iterable[str] = (), folder: Path | None = None, progress: Progress | None = None
) -> JapanIn1981:
    """Plan the makers on what was known at the end of 1981.

    Parameters
    ----------
    corners
        Also at every combination of the ends of what is assumed.
    makers
        Those to plan; all where none is named.
    folder
        Where plans are kept as they are found, and found again.

    Raises
    ------
    RoadsteadError
        RS-S761 where a maker is none of them.
    """
    planned = tuple(makers or MAKERS)
    raise_if_any(
        Fault("makers", "RS-S761", f"no maker is called `{name}`", f"one of {', '.join(MAKERS)}")
        for name in planned
        if name not in MAKERS
    )
    case = past_case(CASE)
    happened = read_table(case / f"{HAPPENED.name}.csv", HAPPENED)
    single = [(), *((end,) for pair in ENDS for end in pair), *((name,) for name in BESIDE)]
    wanted = [*single, *(product(*ENDS) if corners else ())]
    found, base = [], None
    for name in planned:
        swept = _Swept(case, MAKERS[name], None if folder is None else folder / name, progress)
        base, answers = swept.at(wanted)
        found.append(
            Maker(
                name=name,
                plan=answers[()],
                ends={end: answers[end,] for pair in ENDS for end in pair},
                beside={end: answers[end,] for end in BESIDE},
                corners={corner: answers[corner] for corner in wanted[len(single) :]},
                happened=tuple(row for row in happened if row["maker"] == name),
            )
        )
    assert base is not None
    return JapanIn1981(
        makers=tuple(found),
        first=base.case.horizon.first,
        last=base.case.horizon.last_decision,
        titles={name: (entry.title, entry.title_zh or entry.title) for name, entry in base.case.scenarios.items()},
        sources=sources(read_table(case / f"{SOURCES.name}.csv", SOURCES)),
        planned=len(found) * len(wanted),
    )


@dataclass(slots=True)
class _Swept:
    """One maker planned at many points."""

    case: Path
    fixed: tuple[str, ...]
    folder: Path | None
    progress: Progress | None
    base: Study | None = None

    def at(self, wanted: Sequence[tuple[str, ...]]) -> tuple[Study, dict[tuple[str, ...], Answer]]:
        """What the plan says at every point."""

        def points(study: Study) -> tuple[Point, ...]:
            self.base = study
            return tuple(_point(study, names) for names in wanted)

        with solver_silenced():
            swept = sweep([self.case], points, _effort, fixed=self.fixed, folder=self.folder, progress=self.progress)
        assert self.base is not None
        return self.base, dict(zip(wanted, map(_answer, swept.points), strict=True))


def _point(study: Study, names: tuple[str, ...]) -> Point:
    inside = scenarios.resolved(study, [Named(name) for name in names])
    return Point(tuple((name, "") for name in names), tuple(patch for _, patches in inside for patch in patches))


def _effort(study: Study) -> Effort:
    return effort_of(study.case)


def _answer(planned: PlannedPoint) -> Answer:
    came = planned.outcome
    assert came is not None, planned.fault
    plant = next((one for one in came.built if (one.kind, one.what) == ("open", PLANT)), None)
    if plant is None:
        return Answer(at_once=False, ever=0.0, first=None, made=came.local_output, npv=came.npv)
    return Answer(plant.now, plant.probability, plant.year, came.local_output, came.npv)
