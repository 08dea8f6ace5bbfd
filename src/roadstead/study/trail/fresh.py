"""Trails of a rehearsal: what ways to act come to on fresh paths, worked out again from what the run keeps of every path."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.policies import EXPORTS
from roadstead.playbook.rehearse import IN_STRATUM, WORST, Foreseen, Rehearsed, outcomes
from roadstead.study.trail.ground import unknown
from roadstead.study.trail.steps import Keyed, Step, step, summed
from roadstead.study.trail.volumes import LEVELS
from roadstead.study.trail.worth import PLAN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.playbook.book import Term
    from roadstead.playbook.rehearsal_book import Estimate, Outcome
    from roadstead.study.trail.ground import Ground
    from roadstead.terms.arrays import Floats, Ints

GROUPS = 10
"""Groups of paths that a mean is told by, from the worst to the best."""
SHARES = ("beats_exports", "keeps", "fails")

TREE_SAYS_MORE, FAILS = "tree_says_more", "fails"
"""Figures of the plan that only sentences tell."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a run keeps of its rehearsal.

    Attributes
    ----------
    first
        Number of the first path.
    """

    first: int
    rehearsed: Rehearsed
    foreseen: Foreseen | None

    def npv(self, way: str) -> Floats:
        """NPV by path. Shape (P,). [money]"""
        return np.asarray(self.rehearsed.npv[:, self.rehearsed.policies.index(way)])


def kept_paths(g: Ground, key: str) -> Kept:
    """What became of every path; RS-S791 where nobody rehearsed the run, or it keeps none of them."""
    table = g.paths
    if g.book.rehearsal is None or table is None:
        raise unknown(
            key,
            "the run keeps no fresh paths",
            f"`roadstead rehearse {g.kept.folder}` first, of a case whose tree is grown",
        )
    ways = tuple(table["key"].unique(maintain_order=True).to_list())

    def by_path(column: str) -> Floats:
        return np.asarray(table[column].fill_null(np.nan).to_numpy().reshape(-1, len(ways)))

    weight, foresight = by_path("probability")[:, 0], by_path("foresight")[:, 0]
    npv, keeps = by_path("npv"), np.asarray(table["keeps"].to_numpy().reshape(-1, len(ways)))
    count, foreseen = int(np.isfinite(foresight).sum()), None
    if count:
        order = np.argsort(npv[:, 0], kind="stable")
        strata = tuple(np.array_split(order, max(count // IN_STRATUM, 1)))
        looked = tuple(np.sort(each[np.isfinite(foresight[each])]) for each in strata)
        foreseen = Foreseen(strata, looked, foresight, by_path("foresight_bound")[:, 0])
    return Kept(int(table["path"].min()), Rehearsed(ways, weight, npv, keeps), foreseen)  # type: ignore[arg-type]


def listed(g: Ground) -> Iterator[Keyed]:
    """Every figure of every way to act on fresh paths."""
    if g.book.rehearsal is None:
        return
    for one in g.book.rehearsal.outcomes:
        for name, value in _figures(one, g.book.rehearsal.on_tree).items():
            yield Keyed(f"fresh/{one.key}/{name}", what_of(one.key, name), Amount(value, kind_of(name)))  # type: ignore[arg-type]


def _figures(one: Outcome, on_tree: float) -> dict[str, float]:
    """What is told of a way to act, as the table of the run calls it; of the plan, what the tree says more, and how often it fails, too."""
    plain = {"p10": one.low, "p50": one.middle, "p90": one.high, "keeps": one.keeps}
    if one.key == PLAN:
        plain |= {TREE_SAYS_MORE: on_tree - one.mean.value, FAILS: 1.0 - one.keeps}
    return {name: found.value for name, found in estimates(one).items()} | plain


def estimates(one: Outcome) -> dict[str, Estimate]:
    """Figures of a way to act that have a standard error."""
    known = {
        "mean": one.mean, "worst_tenth": one.tail, "plan_is_better_by": one.behind, "regret": one.regret,
        "beats_exports": one.beats,
    }  # fmt: skip
    return {name: found for name, found in known.items() if found is not None}


def kind_of(name: str) -> str:
    """How a figure is printed."""
    return "share" if name in SHARES else "money"


def what_of(way: str, name: str) -> Sentence:
    """What a figure of a way to act is."""
    return {
        "mean": Sentence("trail.fresh.mean", {"which": way}),
        "p10": Sentence("trail.fresh.p10", {"which": way}),
        "p50": Sentence("trail.fresh.p50", {"which": way}),
        "p90": Sentence("trail.fresh.p90", {"which": way}),
        "worst_tenth": Sentence("trail.fresh.worst_tenth", {"which": way}),
        "plan_is_better_by": Sentence("trail.fresh.plan_is_better_by", {"which": way}),
        "regret": Sentence("trail.fresh.regret", {"which": way}),
        "beats_exports": Sentence("trail.fresh.beats_exports", {"which": way}),
        "keeps": Sentence("trail.fresh.keeps", {"which": way}),
        FAILS: Sentence("trail.fresh.fails", {"which": way}),
        TREE_SAYS_MORE: Sentence("trail.fresh.tree_says_more", {}),
    }[name]


def fresh(g: Ground, key: str, way: str, name: str) -> Step:
    """What a way to act comes to on fresh paths."""
    kept = kept_paths(g, key)
    found = {one.key: one for one in outcomes(kept.rehearsed, kept.foreseen, EXPORTS)}
    g.among(key, way, found, "way to act that was rehearsed")
    figures = _figures(found[way], g.reading.certificate.expected)
    g.among(key, name, figures, "figure of it")
    whole = step(what_of(way, name), figures[name], kind_of(name), key=key)
    if name == "mean":
        return _mean(kept, whole, way, found[way].mean.error)
    if name in LEVELS:
        return _quantile(kept, whole, way, LEVELS[name])
    if name == "worst_tenth":
        return _tail(kept, whole, way, found[way].low)
    if name in {TREE_SAYS_MORE, "plan_is_better_by"}:
        return _differs(g, whole, found[PLAN], found[way])
    if name == "regret":
        return _regret(kept, whole, way, found[way].regret)
    return _counted(kept, whole, way, name)


def _differs(g: Ground, whole: Step, plan: Outcome, way: Outcome) -> Step:
    """What the plan comes to less what a way does; of the plan itself, what its tree says less that."""
    if way.behind is None:
        said = step(Sentence("trail.npv", {}), g.reading.certificate.expected, "money", key="npv")
        how = Sentence("trail.how.fresh.tree_says_more", {})
    else:
        said = step(what_of(PLAN, "mean"), plan.mean.value, "money", key=f"fresh/{PLAN}/mean")
        how = Sentence("trail.how.fresh.better", {"error": _error(way.behind, "money")})
    less = step(what_of(way.key, "mean"), -way.mean.value, "money", key=f"fresh/{way.key}/mean")
    return summed(_how(whole, how), [said, less])


def _mean(kept: Kept, whole: Step, way: str, error: float) -> Step:
    """Tenths of the paths, from the worst to the best."""
    npv, weight = kept.npv(way), kept.rehearsed.weight
    parts = [
        step(
            Sentence("trail.fresh.group", {**ends(kept, npv, each), "count": Amount(float(len(each)), "count")}),
            float(weight[each] @ npv[each]),
            "money",
            key=path_key(kept, way, int(each[len(each) // 2])),
        )
        for each in groups(npv)
    ]
    count = Amount(float(len(npv)), "count")
    how = Sentence("trail.how.fresh.mean", {"paths": count, "error": Amount(error, "money")})
    return summed(_how(whole, how), parts)


def groups(npv: Floats) -> list[Ints]:
    """Tenths of the paths, from the worst to the best. Shape (P,)."""
    return [each for each in np.array_split(np.argsort(npv, kind="stable"), GROUPS) if len(each)]


def ends(kept: Kept, npv: Floats, group: Ints) -> dict[str, Term]:
    """The worst and the best of a group of paths."""
    first, last = int(group[0]), int(group[-1])
    return {
        "low": Amount(float(npv[first]), "money"),
        "high": Amount(float(npv[last]), "money"),
        "first": str(kept.first + first),
        "last": str(kept.first + last),
    }


def path_key(kept: Kept, way: str, path: int) -> str:
    """Where a path leads on: that of the plan, whose decisions the run keeps."""
    return f"path/{kept.first + path}" if way == PLAN else ""


def _quantile(kept: Kept, whole: Step, way: str, level: float) -> Step:
    """The path that has it."""
    npv = kept.npv(way)
    path = int(np.flatnonzero(npv == whole.amount.value)[0])
    part = step(
        Sentence("trail.fresh.path", {"path": str(kept.first + path)}),
        whole.amount.value,
        "money",
        key=path_key(kept, way, path),
        how=None if way == PLAN else Sentence("trail.how.fresh.not_decisions", {}),
    )
    how = Sentence("trail.how.fresh.quantile", {"share": Amount(level, "share")})
    return summed(_how(whole, how), [part])


def _tail(kept: Kept, whole: Step, way: str, edge: float) -> Step:
    """The quantile, less the mean of what paths below it fall short of it, over a tenth."""
    npv, weight = kept.npv(way), kept.rehearsed.weight
    short = float(weight @ np.maximum(edge - npv, 0.0)) / WORST
    parts = [
        step(what_of(way, "p10"), edge, "money", key=f"fresh/{way}/p10"),
        step(Sentence("trail.fresh.short", {"count": Amount(float((npv < edge).sum()), "count")}), -short, "money"),
    ]
    return replace(summed(_how(whole, Sentence("trail.how.fresh.tail", {})), parts), equation="P.6")


def _regret(kept: Kept, whole: Step, way: str, found: Estimate | None) -> Step:
    """The best plans of the paths looked at, less what the way comes to on the same, stratum by stratum."""
    seen_ahead, weight, npv = kept.foreseen, kept.rehearsed.weight, kept.npv(way)
    assert seen_ahead is not None
    pairs = list(zip(seen_ahead.strata, seen_ahead.looked, strict=True))
    ahead = sum(float(weight[all_of].sum()) * float(seen_ahead.npv[looked].mean()) for all_of, looked in pairs)
    own = sum(float(weight[all_of].sum()) * float(npv[looked].mean()) for all_of, looked in pairs)
    count = Amount(float(seen_ahead.count), "count")
    parts = [
        step(Sentence("trail.fresh.ahead", {"count": count}), ahead, "money"),
        step(Sentence("trail.fresh.on_the_same", {"which": way}), -own, "money"),
    ]
    strata = Amount(float(len(pairs)), "count")
    how = Sentence("trail.how.fresh.regret", {"strata": strata, "error": _error(found, "money")})
    return replace(summed(_how(whole, how), parts), equation="P.5")


def _counted(kept: Kept, whole: Step, way: str, name: str) -> Step:
    """A share of paths: which, and of how many."""
    if name in {"keeps", FAILS}:
        yes = kept.rehearsed.keeps[:, kept.rehearsed.policies.index(way)]
    else:
        yes = kept.npv(way) > kept.npv(EXPORTS)
    if name == FAILS:
        yes = ~yes
    counts = {"count": Amount(float(yes.sum()), "count"), "paths": Amount(float(len(yes)), "count")}
    return _how(whole, Sentence("trail.how.fresh.counted", counts))


def _how(whole: Step, how: Sentence) -> Step:
    return replace(whole, how=how)


def _error(found: Estimate | None, kind: str) -> Amount:
    return Amount(found.error if found else 0.0, kind)  # type: ignore[arg-type]
