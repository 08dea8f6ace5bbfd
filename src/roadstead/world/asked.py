"""What a maker asks of its plan, whatever that costs: capital budgets, and how much the worst futures count."""

from __future__ import annotations

from dataclasses import dataclass, field
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
class Asked:
    """Rules of business that no market and no law sets.

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
