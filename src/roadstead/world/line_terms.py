"""What a line needs before it makes a model, and other ways to make it there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tooling:
    """What it takes before a line can make a model.

    Attributes
    ----------
    cost, fixed
        Capital, and yearly cost from then on. [money], [money/year]
    lead
        Years from order to the first car.
    """

    model_id: str
    cost: float
    fixed: float
    lead: int


@dataclass(frozen=True, slots=True)
class ContentVariant:
    """Another content that a line's cars may be made with, car by car.

    Attributes
    ----------
    local_content
        Share of material bought in the host country. [fraction]
    local_premium
        What all of it costs over home material. [fraction]
    """

    name: str
    local_content: float
    local_premium: float
