"""What a maker asks of its plan, whatever that costs: budgets, how much the worst futures count, cars to be served, pledges."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Tail:
    """The worst futures, weighed beside the mean over all.

    Attributes
    ----------
    level
        Share of futures, by probability, that are the worst. [fraction]
    weight
        What the mean over them counts; the mean over all counts the rest to one. [fraction]
    """

    level: float
    weight: float


@dataclass(frozen=True, slots=True)
class Least:
    """Cars of a model that must be served in a market, in every year from the first to the last. [cars/year]"""

    market: str
    model_id: str
    first: int
    last: int
    cars: float


class PledgeKind(StrEnum):
    """What is owed: cars made locally for cars brought in, a quota's rest carried over, local content on average."""

    LOCAL_FOR_IMPORTS = "local_for_imports"
    QUOTA_CARRY_OVER = "quota_carry_over"
    LOCAL_CONTENT = "local_content"


@dataclass(frozen=True, slots=True)
class PledgeTerms:
    """One account that links years.

    Attributes
    ----------
    place
        Country or customs territory that it is owed to.
    amount
        Cars to be made there for a car brought in; share of a quota's rest that is left a year later; least share of local content.
    due
        Year at whose end nothing may be owed any more, and after which it is not counted; 0 where nothing may be owed at the end
        of any year.
    lines
        Lines that count; all that stand in the place where empty.
    """

    name: str
    kind: PledgeKind
    place: str
    amount: float
    due: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """Rules of business that no market sets.

    Attributes
    ----------
    budget
        Most capital that may be committed at each node of a stage, by the first year of the stage: after grants, before the tax
        that its depreciation saves. What is still owed for lines committed before the plan begins is beside it. [money]
    tail
        The worst futures that count more; None where the mean alone does.
    """

    budget: Mapping[int, float] = field(default_factory=dict)
    tail: Tail | None = None
    least: tuple[Least, ...] = ()
    pledges: tuple[PledgeTerms, ...] = ()
