"""Claims held against the reference world: what each says, what the tables give, and a verdict by rule.

A figure *meets* a claim by its relation: ``about`` within a twentieth of the value; ``over`` from the value to a quarter above
it, ``under`` below the value by a quarter at most, since a text that says over 60 % of 95 % describes something else; ``more``
and ``less`` on the one side or the other, however far; ``leading`` where the places named are the largest, in any order.
Only figures that cite a document and are not rough decide. Docs/claims.md tells the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from roadstead.study.claim_quantities import work_out
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.evidence import document, titles
from roadstead.terms.showing import Answers
from roadstead.world.claim_schemas import AS_TOLD

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from roadstead.study.claim_figures import Figure
    from roadstead.terms.evidence import Source
    from roadstead.terms.tables import Row
    from roadstead.world.reference import World

NEAR = 0.05
"""How far a figure may be from the value of a claim that says about so many. [share of the value]"""
LOOSE = 0.25
"""How far beyond the value of a claim that says over, or under, so many. [share of the value]"""


class Verdict(StrEnum):
    """All that a claim may be found to be."""

    HOLDS = "holds"
    ANOTHER = "holds with another definition"
    DEPENDS = "depends on the source"
    NOT = "does not hold"
    UNCHECKED = "cannot be checked"


class Standing(StrEnum):
    """How the figures of one reading stand to the claim."""

    MET = "met"
    MIXED = "met by some sources"
    NOT_MET = "not met"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a claim, and what it gives.

    Attributes
    ----------
    differs_by
        ``as told``, or what sets it apart.
    figures
        Every figure, those that contradict each other side by side.
    low, high
        Span of the figures that cite a document, rough ones with them; of all where none does. None without a figure. [unit of
        the claim]
    """

    number: int
    differs_by: str
    quantity: str
    explanation: str
    explanation_zh: str
    figures: tuple[Figure, ...]
    low: float | None
    high: float | None
    standing: Standing

    @property
    def deciding(self) -> tuple[Figure, ...]:
        """Figures that decide."""
        return tuple(figure for figure in self.figures if figure.decides)


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim and what became of it.

    Attributes
    ----------
    value
        The value claimed. [unit]
    names
        Places named, of a claim about the largest.
    made_in
        Document that makes the claim.
    rests_on
        The reading that the verdict rests on; None where none decides.
    source
        Titles of the documents the verdict rests on; the claim's own where it cannot be checked.
    world
        Facts that it was held against.
    """

    claim: str
    told_in: str
    statement: str
    statement_zh: str
    relation: str
    value: float | None
    unit: str
    names: tuple[str, ...]
    year: int | None
    made_in: Source
    note: str
    readings: tuple[Reading, ...]
    verdict: Verdict
    rests_on: Reading | None
    source: tuple[str, ...]
    world: World = field(repr=False, compare=False)


class Claims(Answers["Claim"]):
    """Claims, each with what became of it."""

    __slots__ = ()


def claims(world: World, wanted: Sequence[str] = ()) -> Claims:
    """Every claim of claims.csv, or those wanted by their ids, with a verdict.

    Raises
    ------
    RoadsteadError
        RS-W305 where an id is that of no claim.
    """
    rows = world.tables["claims"]
    known = [row["claim"] for row in rows]
    asked = [name.strip().upper() for name in wanted]
    strange = sorted(set(asked) - set(known))
    if strange:
        expected = f"one of {', '.join(known)}"
        raise RoadsteadError([Fault("claims", "RS-W305", f"there is no claim `{name}`", expected) for name in strange])
    readings: dict[str, list[Row]] = {}
    for row in world.tables["claim_readings"]:
        readings.setdefault(row["claim"], []).append(row)
    return Claims(
        _claim(world, row, readings.get(row["claim"], [])) for row in rows if not asked or row["claim"] in asked
    )


def _claim(world: World, row: Row, told: Iterable[Row]) -> Claim:
    readings = tuple(_reading(world, row, reading) for reading in told)
    verdict, rests_on = judge(readings)
    made_in = document(world.sources, row["source"])
    deciding = () if rests_on is None else rests_on.deciding
    ids = dict.fromkeys(source for figure in deciding for source in figure.sources)
    return Claim(
        **{name: row[name] for name in ("claim", "told_in", "statement", "statement_zh", "relation", "value", "unit")},
        names=row["names"],
        year=row["year"],
        made_in=made_in,
        note=row["note"],
        readings=readings,
        verdict=verdict,
        rests_on=rests_on,
        source=titles(world.sources, ids) or (made_in.title,),
        world=world,
    )


def _reading(world: World, claim: Row, row: Row) -> Reading:
    figures = tuple(work_out(world, row))
    deciding = [figure for figure in figures if figure.decides]
    cited = [figure for figure in figures if figure.is_sourced]
    values = [figure.value for figure in cited or figures if figure.value is not None]
    return Reading(
        number=row["reading"],
        differs_by=row["differs_by"],
        quantity=row["quantity"],
        explanation=row["explanation"],
        explanation_zh=row["explanation_zh"],
        figures=figures,
        low=min(values, default=None),
        high=max(values, default=None),
        standing=_standing([meets(figure, claim["relation"], claim["value"], claim["names"]) for figure in deciding]),
    )


def meets(figure: Figure, relation: str, value: float | None, names: Sequence[str] = ()) -> bool:
    """Whether a figure stands to a claim's value, or a list to its places, as the relation says."""
    if relation == "leading":
        return set(figure.places[: len(names)]) == set(names)
    assert figure.value is not None
    assert value is not None
    found = figure.value
    match relation:
        case "about":
            return abs(found - value) <= NEAR * value
        case "over":
            return value <= found <= (1.0 + LOOSE) * value
        case "under":
            return (1.0 - LOOSE) * value <= found < value
        case "more":
            return found > value
        case _:
            return found < value


def _standing(met: Sequence[bool]) -> Standing:
    if not met:
        return Standing.UNKNOWN
    return Standing.MET if all(met) else Standing.MIXED if any(met) else Standing.NOT_MET


def judge(readings: Sequence[Reading]) -> tuple[Verdict, Reading | None]:
    """The verdict, by rule, and the reading it rests on.

    A claim holds where its own terms are met; depends on the source where sources of its own terms contradict each other
    about it; holds with another definition where only another reading is met; does not hold where its own terms are not met
    and no other reading's are; and cannot be checked where nothing decides in its own terms and no other reading is met.
    """
    own = [reading for reading in readings if reading.differs_by == AS_TOLD]
    others = [reading for reading in readings if reading.differs_by != AS_TOLD]
    for among, standing, verdict in (
        (own, Standing.MET, Verdict.HOLDS),
        (own, Standing.MIXED, Verdict.DEPENDS),
        (others, Standing.MET, Verdict.ANOTHER),
        (others, Standing.MIXED, Verdict.DEPENDS),
        (own, Standing.NOT_MET, Verdict.NOT),
    ):
        for reading in among:
            if reading.standing is standing:
                return verdict, reading
    return Verdict.UNCHECKED, None
