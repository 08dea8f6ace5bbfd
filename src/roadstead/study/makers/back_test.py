"""Would the plan have found the places? Every maker planned at the end of a year, against the plants that came."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.study.api import effort_of
from roadstead.study.checkpoint import Searches
from roadstead.study.makers import tables
from roadstead.study.makers.assumed import Assumed
from roadstead.study.makers.came import built_by_others, came, known_already
from roadstead.study.makers.candidates import candidates
from roadstead.study.makers.case import KIT, SEA, STEPS, Ground, write_case
from roadstead.study.makers.pricing import charged, shop
from roadstead.study.makers.scoring import Asked, best, fared
from roadstead.study.progress import Quiet
from roadstead.study.silence import solver_silenced
from roadstead.study.study import prepare, settle
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.ids import HOME
from roadstead.terms.showing import Shown
from roadstead.trade import rulebook
from roadstead.world import reference

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from roadstead.study.makers.came import Came
    from roadstead.study.makers.scoring import Fared
    from roadstead.study.spec import Study
    from roadstead.terms.tables import Row

PLAN = "plan"
LARGEST, DEAREST, SHELTERED, NEAREST, FOLLOWED = "largest", "dearest", "duty times size", "nearest", "where others are"
RULES = (LARGEST, DEAREST, SHELTERED, NEAREST, FOLLOWED)
"""Simple rules with as many picks as the plan, maker by maker: the largest markets, the highest duty on the maker's cars, duty times size,
the shortest way by sea, and where most other Chinese makers' plants ran already."""
FAR = 1e9
"""Stands for a way that is not known: farther than any. [nautical miles]"""


@dataclass(frozen=True, slots=True)
class Pick:
    """A place that the plan picks.

    Attributes
    ----------
    year
        Year of the first car.
    """

    territory: str
    is_kit: bool
    year: int


@dataclass(frozen=True, slots=True)
class MakerTest:
    """One maker.

    Attributes
    ----------
    picks
        Where the plan builds first, by territory.
    came
        What was announced or opened since, by territory: those in the list of candidates.
    outside
        What came in no candidate.
    before
        Candidates in which it had, or had announced, a plant.
    by_rule
        Picks of every simple rule.
    gap
        What is not proven of the plan's value added.
    """

    maker: str
    name: str
    name_zh: str
    places: frozenset[str]
    picks: Mapping[str, Pick]
    came: Mapping[str, Came]
    outside: Mapping[str, Came]
    before: tuple[str, ...]
    by_rule: Mapping[str, frozenset[str]]
    gap: float

    def asked(self, way: str, *, kept: bool = False) -> Asked:
        """The question, answered by the plan or a rule; with ``kept`` only plants that were not given up have come."""
        picked = frozenset(self.picks) if way == PLAN else self.by_rule[way]
        found = frozenset(place for place, one in self.came.items() if not (kept and one.is_given_up))
        return Asked(self.maker, self.places, picked, found)


@dataclass(frozen=True, slots=True)
class Timing:
    """Years from the first car as planned to the one that came, over all hits with a year.

    Attributes
    ----------
    same_mode
        Hits that began as planned, with kits or whole.
    """

    hits: int
    mean: float
    absolute: float
    same_mode: int


@dataclass(frozen=True, slots=True)
class MakersTest(Shown):
    """All makers of a year.

    Attributes
    ----------
    known
        Year at whose end they are planned.
    seen
        Last day that plants are on record for.
    """

    known: int
    seen: str
    assumed: Assumed
    makers: tuple[MakerTest, ...]

    def fared(self, way: str, *, kept: bool = False) -> Fared:
        """How the plan or a rule fared."""
        return fared([maker.asked(way, kept=kept) for maker in self.makers])

    def timing(self) -> Timing:
        """How far off the years were."""
        pairs = [
            (maker.picks[place], one)
            for maker in self.makers
            for place, one in maker.came.items()
            if place in maker.picks
        ]
        errors = [pick.year - one.year for pick, one in pairs if one.year is not None]
        count = len(errors)
        return Timing(
            hits=count,
            mean=sum(errors) / count if count else float("nan"),
            absolute=sum(map(abs, errors)) / count if count else float("nan"),
            same_mode=sum(pick.is_kit is one.is_kit for pick, one in pairs),
        )


def ground_of(known: int) -> Ground:
    """What cases of a year stand on.

    Raises
    ------
    RoadsteadError
        RS-S761 where no maker of the year is packaged.
    """
    if known not in tables.years():
        expected = f"one of {', '.join(map(str, tables.years()))}"
        raise RoadsteadError(
            Fault("known", "RS-S761", f"no maker stands in makers.csv at the end of {known}", expected)
        )
    world, day = reference.load(), date(known, 12, 31)
    return Ground(
        known=known,
        day=day,
        world=world,
        then=reference.load(known_on=day),
        rulebook=rulebook.load(day),
        candidates=candidates(world, rulebook.load(), known),
    )


def back_test(
    known: int,
    names: Sequence[str] = (),
    assumed: Assumed | None = None,
    cases: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> MakersTest:
    """Plan every maker of a year, or those named, and hold the places against those that came.

    Parameters
    ----------
    cases
        Folder to keep the makers' cases in; None to keep none.
    tell
        Told the name of the maker that is planned next.

    Raises
    ------
    RoadsteadError
        RS-S761 where no maker of the year, or of that name, is packaged.
    """
    ground, wanted = ground_of(known), tables.makers(known)
    for name in names:
        if name not in wanted:
            raise RoadsteadError(
                Fault("maker", "RS-S761", f"no maker is called `{name}`", f"one of {', '.join(wanted)}")
            )
    values, found = assumed or Assumed(), []
    for name in names or wanted:
        tell(name)
        with tempfile.TemporaryDirectory() as folder, solver_silenced():
            case = (cases or Path(folder)) / f"{name.lower()}-{known}"
            found.append(_planned(write_case(case, wanted[name], ground, values), wanted[name], ground))
    seen = max(str(row["status_as_of"] or "") for row in ground.world.tables["precedents"])
    return MakersTest(known, seen, values, tuple(found))


def _planned(study: Study, maker: Row, ground: Ground) -> MakerTest:
    ready = prepare(study, Quiet())
    settled = settle(study, ready, effort_of(study.case, workers=1), Quiet(), Searches())
    tree, decisions = settled.ready.grown.tree, settled.solved.plan.decisions
    options = settled.ready.evaluation.prospect.labels.option
    picks: dict[str, Pick] = {}
    for node, option in zip(*decisions.commit.nonzero(), strict=True):
        line = study.carmaker.lines.get(options[int(option)])
        if line is None or line.modules_now > 0:
            continue
        territory, is_kit = ground.world.gazetteer.territory(line.place), line.mode.value == KIT
        pick = Pick(territory, is_kit, int(tree.start[int(node)]) + STEPS[line.mode.value][2])
        picks[territory] = min(picks.get(territory, pick), pick, key=lambda one: one.year)
    name = maker["maker"]
    before = known_already(ground.world, name, ground.day)
    places = frozenset(one.territory for one in ground.candidates) - before
    since = came(ground.world, name, ground.day)
    picks = {place: pick for place, pick in picks.items() if place in places}
    ranks = _ranks(study, ground, name)
    return MakerTest(
        maker=name,
        name=maker["name"],
        name_zh=maker["name_zh"],
        places=places,
        picks=picks,
        came={place: one for place, one in since.items() if place in places},
        outside={place: one for place, one in since.items() if place not in places},
        before=tuple(sorted(before)),
        by_rule={rule: best(ranks[rule], places, len(picks)) for rule in RULES},
        gap=settled.solved.gap_reached,
    )


def _ranks(study: Study, ground: Ground, maker: str) -> dict[str, dict[str, float]]:
    """What every simple rule goes by, by territory."""
    at = shop(study, ground.rulebook, 1.0)
    models = study.carmaker.models.values()
    duty, away = {}, {}
    for one in ground.candidates:
        rates = [charged(at, one.host, model, model.ex_works, named=True) for model in models]
        duty[one.territory] = sum(rates) / len(rates)
        miles = [ground.world.lanes.distance(HOME, market, SEA) for market in one.markets]
        away[one.territory] = min((mile for mile in miles if mile is not None), default=FAR)
    size = {one.territory: one.size for one in ground.candidates}
    others, together = built_by_others(ground.world, maker, ground.day), sum(size.values())
    return {
        LARGEST: size,
        DEAREST: duty,
        SHELTERED: {place: rate * size[place] for place, rate in duty.items()},
        NEAREST: {place: -mile for place, mile in away.items()},
        # Where as many are, the larger market first: its size over that of all never makes up for a plant.
        FOLLOWED: {place: others.get(place, 0) + size[place] / together for place in size},
    }
