"""What is asked of flexibility, each question as the problems whose values answer it.

A problem is the plan's own with something known, held or changed. Whatever can be said of its plan beforehand is where its
search begins: a plan for all futures is one for some of them, too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint.linking import LinkingCuts
from roadstead.footprint.plan import Decisions, Pin
from roadstead.futures.subtrees import nodes_to, with_futures
from roadstead.futures.tree import leaves, node_probability

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from roadstead.footprint.nearby import Ended
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.playbook.worth_book import Key


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem to be valued, with decisions to begin from.

    Attributes
    ----------
    ends
        Leaves one of which will be reached, as is known today; empty where nothing is known. The part of the tree is cut out where
        the problem is solved: many at once would not fit into memory.
    same
        True where it is the plan's own problem under other pins: what its proof found holds here too.
    """

    tree: ScenarioTree
    prospect: Prospect
    start: Decisions
    pins: tuple[Pin, ...] = ()
    same: bool = False
    ends: tuple[int, ...] = ()

    def posed(self) -> tuple[ScenarioTree, Prospect, Decisions]:
        """Tree, prospect and decisions to begin from: those of the futures that are left."""
        if not self.ends:
            return self.tree, self.prospect, self.start
        return *with_futures(self.tree, self.prospect, self.ends), self.start.at(nodes_to(self.tree, self.ends))

    def of_cuts(self, cuts: LinkingCuts) -> LinkingCuts:
        """Of cuts of the plan's own problem, those of the years that are left, which hold here too."""
        if not self.ends:
            return cuts
        left = np.isin(self.prospect.node_years.node, nodes_to(self.tree, self.ends))
        place, kept = np.cumsum(left) - 1, left[cuts.node_year]
        return LinkingCuts(
            place[cuts.node_year[kept]], cuts.cell[kept], cuts.segment[kept], cuts.by_entry[kept], cuts.options[kept]
        )

    def of_ended(self, ended: Ended) -> Ended:
        """Of where the plan's own relaxation has ended, what is left."""
        if not self.ends:
            return ended
        nodes = nodes_to(self.tree, self.ends)
        return ended.among(nodes, self.prospect.node_years.of(nodes))


Met = dict[tuple[int, ...], Problem]
"""Problems of who knows in which leaves he may end, by these leaves."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and the problems that answer it, each with its probability.

    Attributes
    ----------
    at_least, at_most
        What is known of the answer without any number. [money]
    price
        Taken off the answer. [money]
    """

    key: Key
    of: tuple[str, ...]
    problems: tuple[tuple[float, Problem], ...]
    at_least: float = -np.inf
    at_most: float = np.inf
    price: float = 0.0


def parted(tree: ScenarioTree, came: Mapping[str, frozenset[int]]) -> dict[tuple[str, ...], tuple[int, ...]]:
    """Leaves at which an event has come, for all events that part the futures; those that part them alike stand together.

    One that comes just where another stays away parts them alike.
    """
    ends = frozenset(leaves(tree))
    named: dict[frozenset[frozenset[int]], list[str]] = {}
    for event, at in came.items():
        if at and at != ends:
            named.setdefault(frozenset({at, ends - at}), []).append(event)
    return {tuple(events): tuple(sorted(came[events[0]])) for events in named.values()}


def known(
    tree: ScenarioTree, prospect: Prospect, plan: Decisions, parts: Iterable[Sequence[int]], met: Met
) -> tuple[tuple[float, Problem], ...]:
    """Problems of who knows today in which part of the futures he will end; probabilities of the parts.

    A part that has been asked for before is the same problem again.
    """
    likely, found = node_probability(tree), []
    for ends in parts:
        kept = tuple(leaf for leaf in ends if likely[leaf] > 0.0)
        if kept and kept not in met:
            met[kept] = Problem(tree, prospect, plan, ends=kept)
        if kept:
            found.append((float(likely[list(kept)].sum()), met[kept]))
    return tuple(found)


def all_known(tree: ScenarioTree, prospect: Prospect, plan: Decisions, met: Met) -> Question:
    """EVPI: every future known today."""
    return Question("perfect", (), known(tree, prospect, plan, [[leaf] for leaf in leaves(tree)], met), at_least=0.0)


def event_known(
    tree: ScenarioTree, prospect: Prospect, plan: Decisions, turns: tuple[tuple[str, ...], Sequence[int]], met: Met
) -> Question:
    """EVPI of one thing: whether it will have come by the end of the horizon is known today, nothing else is.

    ``turns``: the events it is told by, and the leaves at which the first of them has come.
    """
    events, at = turns
    others = [leaf for leaf in leaves(tree) if leaf not in set(at)]
    return Question("event", events, known(tree, prospect, plan, [at, others], met), at_least=0.0)


def held_at_first(tree: ScenarioTree, first: Decisions) -> tuple[Pin, ...]:
    """Pins that hold every decision of the root as it is in ``first``."""
    families = (
        ("option", first.commit), ("close", first.close), ("resource", first.build), ("retire", first.retire),
    )  # fmt: skip
    by = tree.first_year
    return tuple(
        Pin(kind, i, do=True, by=by, amount=float(amount))  # type: ignore[arg-type]
        for kind, decided in families
        for i, amount in enumerate(decided[0].tolist())
    )


def mean_held(tree: ScenarioTree, prospect: Prospect, first: Decisions) -> Question:
    """VSS: the first decisions of the plan for the mean future are held, all later ones are free. Told the other way round."""
    problem = Problem(tree, prospect, first, held_at_first(tree, first), same=True)
    return Question("mean", (), ((1.0, problem),), at_most=0.0)


def waiting(tree: ScenarioTree, prospect: Prospect, plan: Decisions) -> Question:
    """Nothing is decided before the next stage."""
    later = [part.copy() for part in (plan.commit, plan.close, plan.build, plan.retire)]
    for part in later:
        part[tree.parent == 0] += part[0]
        part[0] = 0.0
    start = Decisions(*later)
    problem = Problem(tree, prospect, start, held_at_first(tree, start), same=True)
    return Question("wait", (), ((1.0, problem),), at_most=0.0)


def waiting_with(tree: ScenarioTree, prospect: Prospect, plan: Decisions, pin: Pin) -> Question:
    """One thing is not done before the next stage."""
    labels = prospect.labels.option if pin.kind in {"option", "close"} else prospect.labels.resource
    only = replace(pin, do=True, by=tree.first_year, amount=0.0)
    start = _without(tree, prospect, plan, pin)
    problem = Problem(tree, prospect, start, (only,), same=True)
    return Question("wait_one", (labels[pin.index],), ((1.0, problem),), at_most=0.0)


def smaller_steps(tree: ScenarioTree, prospect: Prospect, plan: Decisions, resource: int, dearer: float) -> Question:
    """Steps of a line come in halves, each car of their capacity dearer to buy by a share."""
    r, half = prospect.resources, np.ones(len(prospect.labels.resource))
    half[resource] = 0.5
    costs = half.copy()
    costs[resource] *= 1.0 + dearer
    changed = replace(
        r,
        size=r.size * half,
        limit=r.limit / half,
        existing=r.existing / half,
        cost=r.cost * costs,
        fixed=r.fixed * half,
        scrap=r.scrap * half,
        salvage=r.salvage * half,
    )
    start = replace(plan, build=plan.build / half, retire=plan.retire / half)
    problem = Problem(tree, replace(prospect, resources=changed), start)
    return Question("module", (prospect.labels.resource[resource],), ((1.0, problem),))


def right_to_site(
    tree: ScenarioTree, prospect: Prospect, plan: Decisions, option: int, terms: tuple[float, int]
) -> Question:
    """A share of what a site and its first step cost is paid now; it may be committed to later, some years sooner, and not now."""
    share, sooner = terms
    options, resources = prospect.options, prospect.resources
    gated = resources.option == option
    allowed, lead, module_lead = options.allowed.copy(), options.lead.copy(), resources.lead.copy()
    allowed[0, option] = False
    lead[option] = max(lead[option] - sooner, 0)
    module_lead[gated] = np.maximum(module_lead[gated] - sooner, 0)
    changed = replace(
        prospect,
        options=replace(options, allowed=allowed, lead=lead),
        resources=replace(resources, lead=module_lead),
    )
    at, steps = prospect.node_discount[0], np.flatnonzero(gated & resources.whole)
    today = options.cost[0, option] * at[options.risk[option]]
    today += float((resources.cost[0, steps] * at[resources.risk[steps]]).sum())
    start = _without(tree, prospect, plan, Pin("option", option, do=False)) if plan.commit[0, option] > 0 else plan
    problem = Problem(tree, changed, start)
    return Question("option", (prospect.labels.option[option],), ((1.0, problem),), price=share * float(today))


def _without(tree: ScenarioTree, prospect: Prospect, d: Decisions, pin: Pin) -> Decisions:
    """Decisions with what the root decides of one thing put off to where the next stage begins."""
    commit, close, build, retire = (part.copy() for part in (d.commit, d.close, d.build, d.retire))
    children = np.flatnonzero(tree.parent == 0)
    of = {"option": commit, "close": close, "resource": build, "retire": retire}[pin.kind]
    moved = [(of, pin.index)]
    if pin.kind in {"option", "close"}:
        rows = np.flatnonzero(prospect.resources.option == pin.index).tolist()
        moved += [(build if pin.kind == "option" else retire, r) for r in rows]
    for part, i in moved:
        part[children, i] += part[0, i]
        part[0, i] = 0.0
    return Decisions(commit, close, build, retire)
