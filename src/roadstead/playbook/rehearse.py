r"""A plan on fresh paths: what it is worth where nobody drew the future for it, beside other ways to act, and beside foresight.

A policy is the decisions of a plan on its tree, taken on a path at the nodes that the path is at (``futures.growth.fan``), as far as the path
lets them be (``footprint.reach``: a site may be refused there); flows are the best they allow. With v the NPV of a policy on P paths, w their weights, f that of perfect foresight on a stratified sample,

.. math::
    \text{regret} = \sum_{h} W_h \, \overline{(f - v)}_h                                          \qquad (P.5)

.. math::
    \text{CVaR}_\alpha = q_\alpha - \frac{1}{\alpha} \sum_i w_i \, (q_\alpha - v_i)^+              \qquad (P.6)

over strata h of paths with like NPV of the first policy, W their share of paths, and q a quantile. Sources: Cochran (1977), Sampling
Techniques, chapters 5 and 12; Rockafellar & Uryasev (2000), Journal of Risk 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from roadstead.engine.local import map_tasks
from roadstead.footprint.certify import certify
from roadstead.footprint.dispatcher import Dispatcher
from roadstead.footprint.solve import Effort, solve
from roadstead.futures.paths.streams import uniform
from roadstead.playbook.quantiles import HIGH, LOW, MIDDLE, quantile
from roadstead.playbook.rehearsal_book import Estimate, Outcome
from roadstead.playbook.yardsticks import asks, unasked, without_lines
from roadstead.terms.arrays import frozen
from roadstead.terms.errors import RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from roadstead.footprint.plan import Decisions
    from roadstead.futures.growth.fan import Fan
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Flags, Floats, Ints

WORST = 0.1
"""Share of paths that the conditional value at risk is the mean of."""
SAMPLE = "foresight"
"""Name under which it is drawn which paths are looked at with foresight."""
ASIDE = 4
"""Parts at most on which policies aside are carried out: what they show needs fewer paths than what a plan is worth."""
TOGETHER = 25
"""Paths whose flows are worked out together: their programs stay warm from policy to policy, and are held in memory."""
IN_STRATUM = 2
"""Paths looked at in every stratum: the fewest that tell how far they spread."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A way to act.

    Attributes
    ----------
    decisions
        On the nodes of the tree. Shapes (N, D), (N, R).
    abroad
        False for a maker who has no line abroad.
    aside
        True for one that is carried out for what it shows of another, and is told of no further.
    """

    key: str
    decisions: Decisions
    abroad: bool = True
    aside: bool = False


class Unopened(Protocol):
    """Some paths whose prospect is not worked out yet: that is done where they are looked at."""

    @property
    def paths(self) -> int:
        """Number of paths."""

    def fan(self) -> Fan:
        """The paths with their prospect."""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """NPV of policies on paths.

    Attributes
    ----------
    weight
        Probability of every path. Shape (P,).
    npv
        Shape (P, policies). [money]
    keeps
        False where a policy breaks what the case asks for, and is valued as if nothing were asked. Shape (P, policies).
    """

    policies: tuple[str, ...]
    weight: Floats
    npv: Floats
    keeps: Flags

    def __post_init__(self) -> None:
        for array in (self.weight, self.npv, self.keeps):
            frozen(array)

    def of(self, policies: Sequence[str]) -> Rehearsed:
        """Some of the policies."""
        at = [self.policies.index(key) for key in policies]
        return Rehearsed(tuple(policies), self.weight, self.npv[:, at], self.keeps[:, at])


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Perfect foresight on some of the paths, each planned as if it were certain.

    Attributes
    ----------
    strata
        The paths of each stratum. Length H.
    looked
        Those of them looked at. Length H.
    npv, bound
        What is found, and what cannot be passed, by path; not a number where nobody looked. Shape (P,). [money]
    """

    strata: tuple[Ints, ...]
    looked: tuple[Ints, ...]
    npv: Floats
    bound: Floats

    @property
    def count(self) -> int:
        """Paths that were planned with foresight."""
        return sum(len(each) for each in self.looked)


def rehearse(
    parts: Sequence[Unopened],
    policies: Sequence[Policy],
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Rehearsed:
    """Carry policies out on paths, part by part; every part's paths are as likely as its number of them says.

    Those that are aside are carried out on the first parts, and are worth what is no number on the others.
    """
    keys, shown = [policy.key for policy in policies], tuple(policy for policy in policies if not policy.aside)
    asked = [tuple(policies) if i < ASIDE else shown for i in range(len(parts))]
    tasks = list(zip(parts, asked, strict=True))
    found = map_tasks(_carried, tasks, workers=workers, progress=progress)
    count = sum(len(weight) for weight, _, _ in found)
    npv, keeps = np.full((count, len(policies)), np.nan), np.zeros((count, len(policies)), dtype=bool)
    begin = 0
    for carried_out, (weight, worth, kept) in zip(asked, found, strict=True):
        rows, at = slice(begin, begin + len(weight)), [keys.index(policy.key) for policy in carried_out]
        npv[rows, at], keeps[rows, at] = worth, kept
        begin += len(weight)
    return Rehearsed(
        policies=tuple(keys),
        weight=np.concatenate([weight * len(weight) / count for weight, _, _ in found]),
        npv=npv,
        keeps=keeps,
    )


def _carried(task: tuple[Unopened, tuple[Policy, ...]]) -> tuple[Floats, Floats, Flags]:
    part, policies = task
    fan = part.fan()
    shares = np.array_split(np.arange(fan.paths), -(-fan.paths // TOGETHER))
    found = [side_by_side(fan if len(shares) == 1 else fan.of(share), policies) for share in shares]
    npv, keeps = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return fan.tree.branch_probability[1 :: fan.depth], npv, keeps


def side_by_side(fan: Fan, policies: Sequence[Policy]) -> tuple[Floats, Flags]:
    """NPV of every policy on every path, and where it keeps what the case asks for. Shapes (P, policies).

    Policies that decide alike on a path are worth the same there, and looked at once.
    """
    npv, keeps = np.zeros((fan.paths, len(policies))), np.zeros((fan.paths, len(policies)), dtype=bool)
    known: dict[tuple[bool, int, bytes], int] = {}
    warm: dict[bool, Dispatcher] = {}
    for which, policy in enumerate(policies):
        keys = [(policy.abroad, i, row.tobytes()) for i, row in enumerate(_decided(fan, policy))]
        new = [i for i, key in enumerate(keys) if key not in known]
        known |= {keys[i]: which for i in new}
        if new:
            part = (fan, policy, warm) if len(new) == fan.paths else (fan.of(new), policy)
            npv[new, which], keeps[new, which] = carried(*part)
        same = [known[key] for key in keys]
        npv[:, which], keeps[:, which] = npv[np.arange(fan.paths), same], keeps[np.arange(fan.paths), same]
    return npv, keeps


def _decided(fan: Fan, policy: Policy) -> Floats:
    """All that a policy decides on every path, the root included, one row a path."""
    d = policy.decisions
    nodes = np.concatenate([np.zeros((fan.paths, 1), dtype=np.int64), fan.at[1:].reshape(fan.paths, fan.depth)], axis=1)
    rows = np.concatenate([d.commit, d.close, d.build, d.retire], axis=1)
    return np.asarray(rows[nodes].reshape(fan.paths, -1))


def carried(fan: Fan, policy: Policy, warm: dict[bool, Dispatcher] | None = None) -> tuple[Floats, Flags]:
    """NPV of a policy on every path, and where it keeps what the case asks for. Shapes (P,).

    ``warm``: what other policies were carried out on the same paths with, those with lines abroad and those without.
    """
    there = policy.decisions.at(fan.at)
    prospect = fan.prospect if policy.abroad else without_lines(fan.prospect)
    programs = {} if warm is None else warm
    if policy.abroad not in programs:
        programs[policy.abroad] = Dispatcher(fan.tree, prospect)
    try:
        return _valued(fan, prospect, programs[policy.abroad], there), np.ones(fan.paths, dtype=bool)
    except RoadsteadError:
        if not asks(prospect):
            raise
    if fan.paths > 1:  # paths on which it does keep it are valued as such
        halves = np.array_split(np.arange(fan.paths), 2)
        parts = [carried(fan.of(half), policy) for half in halves]
        return np.concatenate([npv for npv, _ in parts]), np.concatenate([keeps for _, keeps in parts])
    free = unasked(prospect)
    return _valued(fan, free, Dispatcher(fan.tree, free), there), np.zeros(1, dtype=bool)


def _valued(fan: Fan, prospect: Prospect, programs: Dispatcher, decisions: Decisions) -> Floats:
    """NPV by path of what can be done of decisions."""
    plan = programs.plan(programs.within_reach(decisions))
    return fan.by_path(certify(fan.tree, prospect, plan).by_node)


def foresee(
    parts: Sequence[Unopened],
    rehearsed: Rehearsed,
    sample: tuple[int, int],
    effort: Effort,
    progress: Callable[[int, int], None] | None = None,
) -> Foreseen:
    """Plan ``sample`` paths, drawn by a seed, each as if it were certain; strata are paths with like NPV of the first policy.

    ``parts``: those that policies were carried out on, so that their demand is cut into the same segments.
    """
    count, seed = sample
    paths = len(rehearsed.weight)
    order = np.argsort(rehearsed.npv[:, 0], kind="stable")
    strata = tuple(np.array_split(order, max(min(count, paths) // IN_STRATUM, 1)))
    drawn = uniform(SAMPLE, seed, 0, paths, 1)[0]
    looked = tuple(np.sort(each[np.argsort(drawn[each], kind="stable")[:IN_STRATUM]]) for each in strata)
    which = np.sort(np.concatenate(looked))
    alone = Effort(effort.gap, effort.seconds, 1, effort.method)
    ends = np.cumsum([part.paths for part in parts])
    shares = np.split(which, np.searchsorted(which, ends[:-1]))
    begins = ends - [part.paths for part in parts]
    tasks = [
        (part, share - begin, alone) for part, share, begin in zip(parts, shares, begins, strict=True) if len(share)
    ]
    found = np.concatenate(map_tasks(_foreseen, tasks, workers=effort.workers, progress=progress))
    npv, bound = np.full(paths, np.nan), np.full(paths, np.nan)
    npv[which], bound[which] = found.T
    return Foreseen(strata, looked, npv, bound)


def _foreseen(task: tuple[Unopened, Ints, Effort]) -> Floats:
    """What the best plan for each of some paths alone is worth, and what none can pass. Shape (paths, 2)."""
    part, looked, effort = task
    fan = part.fan()
    alone = (fan.of([i]) for i in looked)
    return np.asarray([foresight(one.tree, one.prospect, effort) for one in alone])


def foresight(tree: ScenarioTree, prospect: Prospect, effort: Effort) -> tuple[float, float]:
    """The same for a path that stands alone."""
    try:
        solved = solve(tree, prospect, effort)
    except RoadsteadError:
        if not asks(prospect):
            raise
        solved = solve(tree, unasked(prospect), effort)
    return solved.certificate.expected, solved.bound


def outcomes(rehearsed: Rehearsed, foreseen: Foreseen | None, against: str) -> tuple[Outcome, ...]:
    """What policies come to, side by side; the first of them is the plan."""
    r = rehearsed
    other = r.npv[:, r.policies.index(against)]
    found = []
    for i, key in enumerate(r.policies):
        npv = r.npv[:, i]
        low, middle, high = (float(quantile(npv, r.weight, level)) for level in (LOW, MIDDLE, HIGH))
        found.append(
            Outcome(
                key=key,
                mean=mean(npv, r.weight),
                low=low,
                middle=middle,
                high=high,
                tail=tail(npv, r.weight),
                behind=mean(r.npv[:, 0] - npv, r.weight) if i else None,
                regret=regret(npv, r.weight, foreseen) if foreseen else None,
                beats=mean((npv > other).astype(float), r.weight) if key != against else None,
                keeps=float(np.average(r.keeps[:, i], weights=r.weight)),
            )
        )
    return tuple(found)


def mean(value: Floats, weight: Floats) -> Estimate:
    """Weighted mean."""
    middle = float(weight @ value)
    return Estimate(middle, float(np.sqrt((weight**2) @ (value - middle) ** 2)))


def tail(value: Floats, weight: Floats, share: float = WORST) -> Estimate:
    """(P.6)."""
    edge = float(quantile(value, weight, share))
    short = mean(np.maximum(edge - value, 0.0), weight)
    return Estimate(edge - short.value / share, short.error / share)


def regret(value: Floats, weight: Floats, foreseen: Foreseen) -> Estimate:
    """(P.5); the error is that of the sample in its strata and that of the paths themselves."""
    total, within, between = regret_apart(value, weight, foreseen)
    return Estimate(total, float(np.sqrt(within + between)))


def regret_apart(value: Floats, weight: Floats, foreseen: Foreseen) -> tuple[float, float, float]:
    """Regret, and its variance: that of the sample in its strata, and that of the paths themselves. [money, money squared]"""
    total = spread = within = 0.0
    for stratum, looked in zip(foreseen.strata, foreseen.looked, strict=True):
        share, missed = float(weight[stratum].sum()), foreseen.npv[looked] - value[looked]
        total += share * float(missed.mean())
        spread += share * float((missed**2).mean())
        if len(looked) > 1:
            left = 1.0 - len(looked) / len(stratum)
            within += share**2 * float(missed.var(ddof=1)) / len(looked) * left
    return total, within, max(spread - total**2, 0.0) * float((weight**2).sum())
