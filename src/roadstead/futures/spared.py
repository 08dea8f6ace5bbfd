"""What of an evaluation need not be worked out where only its plan's decisions are asked about: other node-years, idle flows, what is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Hashable

    from roadstead.futures.costs.costing import Costing
    from roadstead.futures.evaluate import Evaluation
    from roadstead.futures.prospect import NodeYears
    from roadstead.terms.arrays import Flags

OF_HOME = {"capacity": 0.0, "reserved": 0.0, "reserved_growth": 0.0}
OF_LINE = {
    "open_cost": 0.0, "module_cost": 0.0, "site_fixed": 0.0, "module_fixed": 0.0, "minimum_take": 0.0, "exit_cost": 0.0,
    "sunk_share": 0.0, "grant": 0.0,
}  # fmt: skip
OF_CHANNEL = {"entry_cost": 0.0, "entry_fixed": 0.0, "growth": 0.0, "module": None}
OF_CASE = {
    "discount_base": 0.0, "salvage_share": 0.0, "plant_life": 0.0, "plant_ramp": (), "channel_ramp": (), "channel_headroom": 0.0,
}  # fmt: skip
"""Figures on which limits and money of capacity rest, and neither what a car earns nor what sells, each with what stands for it."""


@dataclass(frozen=True, slots=True)
class Spared:
    """What an evaluation may leave out.

    Attributes
    ----------
    years
        Node-years to work out, in place of all.
    flows
        Arcs that anything may flow on; the others are shut. Shape (A,).
    known
        An evaluation with the same tree, node-years and law: what a car earns and what sells is taken from it where it is the same.
    laws
        As in ``Moments``, of evaluations with the same circumstances, object for object: those of ``known``.
    """

    years: NodeYears | None = None
    flows: Flags | None = None
    known: Evaluation | None = None
    laws: dict[Hashable, Any] | None = None


NOTHING = Spared()


def sell_alike(one: Costing, other: Costing) -> bool:
    """True where cars earn and sell alike under both: nothing differs but figures of capacity."""
    return _without_capacity(one) == _without_capacity(other)


def _without_capacity(costing: Costing) -> Costing:
    maker = costing.carmaker

    def bare(thing: Any, fields: dict[str, Any]) -> Any:
        return replace(thing, **fields)

    stripped = replace(
        maker,
        home=bare(maker.home, OF_HOME),
        lines={key: bare(line, OF_LINE) for key, line in maker.lines.items()},
        channels={key: bare(channel, OF_CHANNEL) for key, channel in maker.channels.items()},
    )
    # Paths of entries follow from the offers, which are compared themselves.
    return replace(costing, carmaker=stripped, conventions=bare(costing.conventions, OF_CASE), entry_paths={})
