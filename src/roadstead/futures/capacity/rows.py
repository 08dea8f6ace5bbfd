"""Further rows of resources: limits and counters on flows that no module lifts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from roadstead.terms.years import NEVER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.futures.prospect import Resources
    from roadstead.terms.arrays import Floats


@dataclass(frozen=True, slots=True)
class BuiltResources:
    """Resources with their names: home, lines, dealer channels, quotas, and what limits or counts beside them."""

    names: tuple[str, ...]
    arrays: Resources


def with_rows(
    built: BuiltResources, names: Sequence[str], free: Floats, uses: Sequence[tuple[int, int, float]]
) -> BuiltResources:
    """The resources with rows that have a free amount and no modules.

    Parameters
    ----------
    free
        Shape (Y, rows). [units/year]
    uses
        Arc, row among the new ones, and units by car.
    """
    res, count, rows = built.arrays, len(built.names), len(names)

    def longer(array: Any, value: float) -> Any:
        """The array with ``value`` for every new row, along its last axis."""
        return np.concatenate([array, np.full((*array.shape[:-1], rows), value, dtype=array.dtype)], axis=-1)

    arrays = replace(
        res,
        option=longer(res.option, -1),
        use_arc=np.concatenate([res.use_arc, np.asarray([a for a, _, _ in uses], dtype=np.int64)]),
        use_resource=np.concatenate([res.use_resource, np.asarray([count + r for _, r, _ in uses], dtype=np.int64)]),
        use_amount=np.concatenate([res.use_amount, np.asarray([amount for _, _, amount in uses], dtype=np.float64)]),
        free=np.concatenate([res.free, free], axis=1),
        existing=longer(res.existing, 0.0),
        usable=longer(res.usable, 1.0),
        size=longer(res.size, 1.0),
        limit=longer(res.limit, 0.0),
        whole=longer(res.whole, 0),
        lead=longer(res.lead, 0),
        ramp=np.concatenate([res.ramp, np.ones((rows, res.ramp.shape[1]))]),
        cost=longer(res.cost, 0.0),
        fixed=longer(res.fixed, 0.0),
        scrap=longer(res.scrap, 0.0),
        salvage=longer(res.salvage, 0.0),
        minimum_take=longer(res.minimum_take, 0.0),
        take_price=longer(res.take_price, 0.0),
        risk=longer(res.risk, 0),
        minimum_life=longer(res.minimum_life, 0),
        maximum_life=longer(res.maximum_life, NEVER),
        notice=longer(res.notice, 0),
        outlay=longer(res.outlay, 1.0),
    )
    return BuiltResources((*built.names, *names), arrays)
