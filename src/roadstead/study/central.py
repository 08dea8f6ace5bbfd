"""The central future: what fires today stays, nothing else happens, and the outlook keeps to its mean."""

from __future__ import annotations

from roadstead.futures.events import NodePlan, TreePlan


def central_plan(plan: TreePlan) -> TreePlan:
    """One path through the stages of a tree."""
    root = plan.nodes[0]
    nodes = [root]
    for i in range(1, len(plan.starts)):
        nodes.append(NodePlan(f"central {plan.starts[i]}", nodes[-1].node_id, 1.0, (), f"central {plan.starts[i]}"))
    return TreePlan(plan.starts, plan.last, tuple(nodes), tuple(range(len(nodes))))
