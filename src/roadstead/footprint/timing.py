r"""When an order placed at a node works: lead time and ramp-up on the tree.

.. math::
    \phi_{r,n,y} = \frac{1}{|y|} \sum_{t \in y} \rho_r(t - t_n - L_r) \, [n \preceq n(y)]   \qquad (F.1)

with :math:`t_n` the first year of node n, :math:`L_r` the lead time, :math:`\rho_r(a)` the share of capacity reached in
the (a+1)-th year of output (zero before it), and :math:`n \preceq n(y)` read "n is on the path to the node of y".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.tree import ancestry

if TYPE_CHECKING:
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Floats


@dataclass(frozen=True, slots=True)
class Timing:
    """How orders reach node-years.

    Attributes
    ----------
    on_path
        1 where node n is on the path to node m. Shape (N, N), row m.
    reaches
        1 where node n is on the path to node-year y. Shape (Y, N).
    module_output
        Share of a module's capacity available (F.1). Shape (R, Y, N).
    module_service
        Share of the node-year's years in which the module is in service. Shape (R, Y, N).
    option_open
        1 where an option committed to at n is open in any year of y. Shape (D, Y, N).
    option_service
        Share of the node-year's years in which it is open. Shape (D, Y, N).
    retired
        Share of a module's capacity that one retired at n takes off (F.3): what a standing module yields. Shape (R, Y, N).
    module_ready, option_ready
        1 where an order at n, above m on the path, has come into service as node m begins. Shapes (R, N, N), (D, N, N),
        row m.
    """

    on_path: Floats
    reaches: Floats
    module_output: Floats
    module_service: Floats
    option_open: Floats
    option_service: Floats
    retired: Floats
    module_ready: Floats
    option_ready: Floats


def standing_modules(tree: ScenarioTree, prospect: Prospect) -> Floats:
    """Modules standing without a decision, at the most there are from each node on: all of a line that grows, none of one
    that has ended. Shape (N, R).
    """
    standing = np.zeros((tree.count, len(prospect.labels.resource)))
    np.maximum.at(standing, prospect.node_years.node, prospect.resources.existing)
    for node in range(tree.count - 1, 0, -1):
        parent = int(tree.parent[node])
        standing[parent] = np.maximum(standing[parent], standing[node])
    return standing


def standing_yield(tree: ScenarioTree, prospect: Prospect) -> Floats:
    """Share of its capacity that a module standing without a decision yields; one where none stands. Shape (Y, R)."""
    standing = standing_modules(tree, prospect)[prospect.node_years.node]
    return np.where(standing > 0, prospect.resources.existing / np.where(standing > 0, standing, 1.0), 1.0)


def timing(tree: ScenarioTree, prospect: Prospect) -> Timing:
    """Work out when an order placed at any node works in any node-year."""
    years, resources, options = prospect.node_years, prospect.resources, prospect.options
    on_path = ancestry(tree)
    reaches = on_path[years.node]
    longest = int(years.span.max())
    offset = np.arange(longest)
    calendar = years.year[:, None] + offset  # (Y, longest)
    counted = offset[None, :] < years.span[:, None]

    def age(lead: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        return calendar[:, None, :] - tree.start[None, :, None] - lead  # (Y, N, longest)

    def mean(value: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Floats:
        share = (value * counted[:, None, :]).sum(-1) / years.span[:, None]
        return np.asarray(share * reaches)

    steps = resources.ramp.shape[1]
    output, service = [], []
    for r in range(len(resources.lead)):
        a = age(int(resources.lead[r]))
        output.append(mean(np.where(a >= 0, resources.ramp[r, np.clip(a, 0, steps - 1)], 0.0)))
        service.append(mean((a >= 0).astype(float)))
    option_service = [mean((age(int(lead)) >= 0).astype(float)) for lead in options.lead]
    empty = np.zeros((0, years.count, tree.count))
    option_service_array = np.stack(option_service) if option_service else empty

    def ready(leads: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Floats:
        due = tree.start[None, None, :] + leads[:, None, None] <= tree.start[None, :, None]
        return np.asarray(due * (on_path - np.eye(tree.count))[None])

    return Timing(
        on_path=on_path,
        reaches=reaches,
        module_output=np.stack(output) if output else empty,
        module_service=np.stack(service) if service else empty,
        option_open=(option_service_array > 0).astype(float),
        option_service=option_service_array,
        retired=np.asarray(standing_yield(tree, prospect).T[:, :, None] * reaches[None]),
        module_ready=ready(resources.lead),
        option_ready=ready(options.lead),
    )
