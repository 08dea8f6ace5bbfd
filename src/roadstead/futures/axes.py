"""Axes of every array of a prospect: what it is checked, stored and read back by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from roadstead.futures.prospect import Prospect
    from roadstead.terms.arrays import Floats

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
    "discount": "yk",
    "node_discount": "nk",
    "end_discount": "k",
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
}
"""Arrays that point to entries of an axis."""
AMOUNTS = {"least", "width", "group_width", "free", "existing", "usable", "size", "limit", "lead", "ramp", "use_amount",
           "minimum_take", "take_price"}  # fmt: skip
LEAST = {
    **dict.fromkeys(INDEX, 0),
    **dict.fromkeys(("arcs.supply_option", "arcs.entry_option", "resources.option"), -1),
    **{name: 0 for name in DIMENSIONS if name.rpartition(".")[2] in AMOUNTS},
    "node_years.span": 1,
}
"""Least value of those arrays that have one."""


def arrays(prospect: Prospect) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[Any]]]:
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
    }


def check_shapes(prospect: Prospect) -> None:
    """Raise ValueError where an array's shape does not fit its axes, or it holds what it must not."""
    p, length = prospect, sizes(prospect)
    for name, array in arrays(prospect).items():
        shape = tuple(length[axis] for axis in DIMENSIONS[name])
        if array.shape != shape:
            raise ValueError(f"{name} has shape {array.shape}, expected {shape}")
        if not np.all(np.isfinite(array)):
            raise ValueError(f"{name} holds a number that is not finite")
        least = LEAST.get(name, -np.inf)
        if array.size and array.min() < least:
            raise ValueError(f"{name} holds {array.min()}, expected at least {least}")
        if (axis := INDEX.get(name)) and array.size and array.max() >= length[axis]:
            raise ValueError(f"{name} points to entry {array.max()} of axis {axis}, which has {length[axis]}")
    if len(p.arcs.regime) != length["a"]:
        raise ValueError(f"arcs.regime has {len(p.arcs.regime)} entries, expected {length['a']}")
    if np.any(np.diff(p.node_years.node) < 0):
        raise ValueError("node-years are sorted by node")
    if _rises(p.demand.width, p.demand.price):
        raise ValueError("prices of a cell's segments must not rise")
    if _rises(p.demand.group_width, p.demand.group_price):
        raise ValueError("prices of a group's segments must not rise")


def _rises(width: Floats, price: Floats) -> bool:
    """True where a segment that has any width is dearer than one before it."""
    lowest = np.minimum.accumulate(np.where(width > 0, price, np.inf), axis=-1)
    return bool(np.any((width > 0)[..., 1:] & (price[..., 1:] > lowest[..., :-1] + 1e-6)))
