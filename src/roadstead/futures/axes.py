"""Axes of every array of a prospect: what it is checked, stored and read back by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from roadstead.terms.arrays import must_be_array
from roadstead.terms.years import NEVER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.futures.prospect import Prospect
    from roadstead.terms.arrays import Floats

    Array = np.ndarray[tuple[int, ...], np.dtype[Any]]

DIMENSIONS = {
    "node_years.node": "y",
    "node_years.year": "y",
    "node_years.span": "y",
    "arcs.cell": "a",
    "arcs.supply": "a",
    "arcs.supply_option": "a",
    "arcs.entry_option": "a",
    "arcs.risk": "a",
    "arcs.margin": "ya",
    "arcs.allowed": "ya",
    "demand.member_cell": "v",
    "demand.member_group": "v",
    "demand.cell_risk": "c",
    "demand.group_risk": "g",
    "demand.least": "yc",
    "demand.width": "ycs",
    "demand.price": "ycs",
    "demand.group_width": "ygt",
    "demand.group_price": "ygt",
    "resources.option": "r",
    "resources.size": "r",
    "resources.limit": "r",
    "resources.whole": "r",
    "resources.lead": "r",
    "resources.minimum_take": "r",
    "resources.take_price": "r",
    "resources.risk": "r",
    "resources.minimum_life": "r",
    "resources.maximum_life": "r",
    "resources.notice": "r",
    "resources.outlay": "r",
    "resources.use_arc": "u",
    "resources.use_resource": "u",
    "resources.use_amount": "u",
    "resources.ramp": "rq",
    "resources.free": "yr",
    "resources.existing": "yr",
    "resources.usable": "yr",
    "resources.fixed": "yr",
    "resources.cost": "nr",
    "resources.scrap": "nr",
    "resources.salvage": "nr",
    "options.opens": "d",
    "options.lead": "d",
    "options.risk": "d",
    "options.fixed": "yd",
    "options.cost": "nd",
    "options.exit_cost": "nd",
    "options.allowed": "nd",
    "options.minimum_life": "d",
    "options.maximum_life": "d",
    "options.notice": "d",
    "options.grows_from": "d",
    "options.needs": "d",
    "options.choice": "d",
    "options.outlay": "d",
    "pledges.earns": "j",
    "pledges.spends": "j",
    "pledges.earn_rate": "j",
    "pledges.spend_rate": "j",
    "pledges.carry": "j",
    "pledges.grant": "yj",
    "pledges.floor": "yj",
    "pledges.ceiling": "yj",
    "tails.level": "e",
    "tails.weight": "e",
    "discount": "yk",
    "node_discount": "nk",
    "end_discount": "k",
    "budget": "n",
}
"""Axes of every array, by part and name; it is checked, stored and read back by this list."""


INDEX = {
    "node_years.node": "n",
    "arcs.cell": "c",
    "arcs.supply": "o",
    "arcs.supply_option": "d",
    "arcs.entry_option": "d",
    "arcs.risk": "k",
    "demand.member_cell": "c",
    "demand.member_group": "g",
    "demand.cell_risk": "k",
    "demand.group_risk": "k",
    "resources.option": "d",
    "resources.use_arc": "a",
    "resources.use_resource": "r",
    "resources.risk": "k",
    "options.risk": "k",
    "options.grows_from": "d",
    "options.needs": "d",
    "pledges.earns": "r",
    "pledges.spends": "r",
}
"""Arrays that point to entries of an axis."""
AMOUNTS = {"least", "width", "group_width", "free", "existing", "usable", "size", "limit", "lead", "ramp", "use_amount",
           "minimum_take", "take_price", "minimum_life", "maximum_life", "notice", "earn_rate", "spend_rate", "carry",
           "grant", "budget", "weight", "outlay",
           "discount", "node_discount", "end_discount"}  # fmt: skip
MAY_BE_NONE = ("arcs.supply_option", "arcs.entry_option", "resources.option", "options.grows_from", "options.needs",
               "options.choice", "pledges.earns", "pledges.spends")  # fmt: skip
"""Arrays in which -1 stands for none."""
MAY_BE_INFINITE = ("budget", "pledges.ceiling")
"""Arrays in which infinity stands for no limit."""
LEAST = {
    **dict.fromkeys(INDEX, 0),
    **dict.fromkeys(MAY_BE_NONE, -1),
    **{name: 0 for name in DIMENSIONS if name.rpartition(".")[2] in AMOUNTS},
    "node_years.span": 1,
}
"""Least value of those arrays that have one."""


def arrays(prospect: Prospect) -> dict[str, Array]:
    """Every array of a prospect by its name in ``DIMENSIONS``."""
    found = {}
    for name in DIMENSIONS:
        part, _, field = name.rpartition(".")
        found[name] = getattr(getattr(prospect, part) if part else prospect, field)
    return found


def sizes(prospect: Prospect) -> dict[str, int]:
    """Length of every axis."""
    p = prospect
    return {
        "y": p.node_years.count,
        "n": len(p.node_discount),
        "a": len(p.arcs.cell),
        "o": len(p.labels.supply),
        "c": len(p.labels.cell),
        "g": len(p.labels.group),
        "r": len(p.labels.resource),
        "d": len(p.labels.option),
        "k": len(p.labels.risk),
        "s": p.demand.width.shape[-1],
        "t": p.demand.group_width.shape[-1],
        "u": len(p.resources.use_arc),
        "v": len(p.demand.member_cell),
        "q": p.resources.ramp.shape[-1],
        "j": len(p.labels.pledge),
        "e": len(p.tails.level),
    }


def check_shapes(prospect: Prospect) -> None:
    """Raise ValueError where an array's shape does not fit its axes, or it holds what it must not."""
    p, found = prospect, arrays(prospect)
    for name, array in found.items():
        must_be_array(name, array, len(DIMENSIONS[name]), "i" if name in INDEX else "fib")
    length = sizes(p)
    _check_values(found, length)
    if len(p.arcs.regime) != length["a"]:
        raise ValueError(f"arcs.regime has {len(p.arcs.regime)} entries, expected {length['a']}")
    _check_options(p)
    _check_accounts(p)
    if np.any(np.diff(p.node_years.node) < 0):
        raise ValueError("node-years are sorted by node")
    if _rises(p.demand.width, p.demand.price):
        raise ValueError("prices of a cell's segments must not rise")
    if _rises(p.demand.group_width, p.demand.group_price):
        raise ValueError("prices of a group's segments must not rise")


def _check_values(found: Mapping[str, Array], length: Mapping[str, int]) -> None:
    """Every array has the shape of its axes, and holds what they allow."""
    for name, array in found.items():
        shape = tuple(length[axis] for axis in DIMENSIONS[name])
        if array.shape != shape:
            raise ValueError(f"{name} has shape {array.shape}, expected {shape}")
        if not np.all(np.isfinite(array) | (np.isposinf(array) if name in MAY_BE_INFINITE else False)):
            raise ValueError(f"{name} holds a number that is not finite")
        least = LEAST.get(name, -np.inf)
        if array.size and array.min() < least:
            raise ValueError(f"{name} holds {array.min()}, expected at least {least}")
        if (axis := INDEX.get(name)) and array.size and array.max() >= length[axis]:
            raise ValueError(f"{name} points to entry {array.max()} of axis {axis}, which has {length[axis]}")


def _check_options(p: Prospect) -> None:
    """Conversions and needs lead up to an option that is there first, and what converts may be converted."""
    count = len(p.options.opens)
    for name in ("grows_from", "needs"):
        above = getattr(p.options, name)
        at = np.arange(count)
        for _ in range(count):
            at = np.where(at >= 0, above[np.maximum(at, 0)] if count else at, -1)
        if np.any(at >= 0):
            raise ValueError(f"options.{name} leads in a circle")
    grown = np.flatnonzero(p.options.grows_from >= 0)
    ends = p.options.maximum_life < NEVER
    if np.any(ends[p.options.grows_from[grown]] | ends[grown]):
        raise ValueError(
            "options.grows_from joins an option with a maximum life to another: what ends by itself is not converted"
        )


def _check_accounts(p: Prospect) -> None:
    """Accounts that may be overdrawn keep what is owed; tails are shares."""
    if np.any(p.pledges.carry > 1.0):
        raise ValueError("pledges.carry holds more than one")
    owing = np.any(p.pledges.floor < 0, axis=0)
    if np.any(p.pledges.carry[owing] < 1.0):
        raise ValueError("pledges.carry is one where the floor lies below nothing: a debt does not shrink")
    if np.any(p.pledges.floor > p.pledges.ceiling):
        raise ValueError("pledges.floor lies above pledges.ceiling")
    if np.any((p.tails.level <= 0) | (p.tails.level > 1)):
        raise ValueError("tails.level lies above nothing and at most at one")
    if p.tails.weight.sum() > 1.0 + 1e-12:
        raise ValueError("tails.weight adds up to more than one")


def _rises(width: Floats, price: Floats) -> bool:
    """True where a segment that has any width is dearer than one before it."""
    lowest = np.minimum.accumulate(np.where(width > 0, price, np.inf), axis=-1)
    return bool(np.any((width > 0)[..., 1:] & (price[..., 1:] > lowest[..., :-1] + 1e-6)))
