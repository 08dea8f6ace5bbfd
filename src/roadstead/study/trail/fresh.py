"""Trails of a rehearsal: what ways to act come to on fresh paths, worked out again from what the run keeps of every path."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.playbook.book import Amount, Name, Sentence
from roadstead.playbook.breaks import breaks, broken
from roadstead.playbook.observed import seen
from roadstead.playbook.policies import EXPORTS
from roadstead.playbook.rehearse import IN_STRATUM, WORST, Foreseen, Rehearsed, outcomes
from roadstead.study.trail.ground import unknown
from roadstead.study.trail.signs import behind_sight
from roadstead.study.trail.steps import Keyed, Step, step, summed
from roadstead.study.trail.volumes import LEVELS
from roadstead.study.trail.worth import PLAN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.playbook.book import Term
    from roadstead.playbook.breaks_book import Broken
    from roadstead.playbook.rehearsal_book import Estimate, Outcome
    from roadstead.study.trail.ground import Ground
    from roadstead.terms.arrays import Floats, Ints

GROUPS = 10
"""Groups of paths that a mean is told by, from the worst to the best."""
SHARES = ("beats_exports", "keeps")
TOLD_OF_BREAKS = ("share", "coverage", "density")


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
    """Every figure of every way to act on fresh paths, and where each breaks."""
    if g.book.rehearsal is None:
        return
    for one in g.book.rehearsal.outcomes:
        for name, value in _figures(one).items():
            yield Keyed(f"fresh/{one.key}/{name}", _what(one.key, name), Amount(value, _kind(name)))  # type: ignore[arg-type]
    for told in g.book.rehearsal.broken:
        for name in TOLD_OF_BREAKS:
            found: Estimate | None = getattr(told, name)
            if found is not None:
                yield Keyed(f"breaks/{told.key}/{name}", _of_breaks(told.key, name), Amount(found.value, "share"))


def _figures(one: Outcome) -> dict[str, float]:
    """What is told of a way to act, as the table of the run calls it."""
    estimates = {
        "mean": one.mean, "worst_tenth": one.tail, "plan_is_better_by": one.behind, "regret": one.regret,
        "beats_exports": one.beats,
    }  # fmt: skip
    plain = {"p10": one.low, "p50": one.middle, "p90": one.high, "keeps": one.keeps}
    return {name: found.value for name, found in estimates.items() if found is not None} | plain


def _kind(name: str) -> str:
    return "share" if name in SHARES else "money"


def _what(way: str, name: str) -> Sentence:
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
    }[name]


def _of_breaks(way: str, name: str) -> Sentence:
    return {
        "share": Sentence("trail.breaks.share", {"which": way}),
        "coverage": Sentence("trail.breaks.coverage", {"which": way}),
        "density": Sentence("trail.breaks.density", {"which": way}),
    }[name]


def fresh(g: Ground, key: str, way: str, name: str) -> Step:
    """What a way to act comes to on fresh paths."""
    kept = kept_paths(g, key)
    found = {one.key: one for one in outcomes(kept.rehearsed, kept.foreseen, EXPORTS)}
    g.among(key, way, found, "way to act that was rehearsed")
    figures = _figures(found[way])
    g.among(key, name, figures, "figure of it")
    whole = step(_what(way, name), figures[name], _kind(name), key=key)
    if name == "mean":
        return _mean(kept, whole, way, found[way].mean.error)
    if name in LEVELS:
        return _quantile(kept, whole, way, LEVELS[name])
    if name == "worst_tenth":
        return _tail(kept, whole, way, found[way].low)
    if name == "plan_is_better_by":
        parts = [step(_what(PLAN, "mean"), found[PLAN].mean.value, "money", key=f"fresh/{PLAN}/mean")]
        parts.append(step(_what(way, "mean"), -found[way].mean.value, "money", key=f"fresh/{way}/mean"))
        behind = found[way].behind
        return summed(_how(whole, Sentence("trail.how.fresh.better", {"error": _error(behind, "money")})), parts)
    if name == "regret":
        return _regret(kept, whole, way, found[way].regret)
    return _counted(kept, whole, way, name)


def _mean(kept: Kept, whole: Step, way: str, error: float) -> Step:
    """Tenths of the paths, from the worst to the best."""
    npv, weight = kept.npv(way), kept.rehearsed.weight
    groups = [each for each in np.array_split(np.argsort(npv, kind="stable"), GROUPS) if len(each)]
    parts = [
        step(
            Sentence("trail.fresh.group", {**_ends(kept, npv, each), "count": Amount(float(len(each)), "count")}),
            float(weight[each] @ npv[each]),
            "money",
            key=_path_key(kept, way, int(each[len(each) // 2])),
        )
        for each in groups
    ]
    count = Amount(float(len(npv)), "count")
    how = Sentence("trail.how.fresh.mean", {"paths": count, "error": Amount(error, "money")})
    return summed(_how(whole, how), parts)


def _ends(kept: Kept, npv: Floats, group: Ints) -> dict[str, Term]:
    first, last = int(group[0]), int(group[-1])
    return {
        "low": Amount(float(npv[first]), "money"),
        "high": Amount(float(npv[last]), "money"),
        "first": str(kept.first + first),
        "last": str(kept.first + last),
    }


def _path_key(kept: Kept, way: str, path: int) -> str:
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
        key=_path_key(kept, way, path),
        how=None if way == PLAN else Sentence("trail.how.fresh.not_decisions", {}),
    )
    how = Sentence("trail.how.fresh.quantile", {"share": Amount(level, "share")})
    return summed(_how(whole, how), [part])


def _tail(kept: Kept, whole: Step, way: str, edge: float) -> Step:
    """The quantile, less the mean of what paths below it fall short of it, over a tenth."""
    npv, weight = kept.npv(way), kept.rehearsed.weight
    short = float(weight @ np.maximum(edge - npv, 0.0)) / WORST
    parts = [
        step(_what(way, "p10"), edge, "money", key=f"fresh/{way}/p10"),
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
    if name == "keeps":
        yes = kept.rehearsed.keeps[:, kept.rehearsed.policies.index(way)]
    else:
        yes = kept.npv(way) > kept.npv(EXPORTS)
    counts = {"count": Amount(float(yes.sum()), "count"), "paths": Amount(float(len(yes)), "count")}
    return _how(whole, Sentence("trail.how.fresh.counted", counts))


def broken_where(g: Ground, key: str, way: str, name: str) -> Step:
    """Where a way to act breaks: counted again on the same paths, drawn and looked at again."""
    kept, source = kept_paths(g, key), g.kept.ready.source
    assert g.book.rehearsal is not None
    assert source is not None
    known = {one.key: one for one in g.book.rehearsal.broken}
    g.among(key, way, known, "way to act that was told to break")
    g.among(key, name, [one for one in TOLD_OF_BREAKS if getattr(known[way], one) is not None], "figure of it")
    told = known[way]
    what = _of_breaks(way, name)
    fell = breaks(kept.rehearsed, told.how)[:, kept.rehearsed.policies.index(way)]
    counts = {"count": Amount(float(fell.sum()), "count"), "paths": Amount(float(len(fell)), "count")}
    if name == "share":
        share = float(kept.rehearsed.weight @ fell)
        said = {
            "exports": Sentence("trail.how.breaks.exports", counts),
            "worst": Sentence("trail.how.breaks.worst", counts),
            "regret": Sentence("trail.how.breaks.regret", counts),
        }
        return _how(step(what, share, "share", key=key), said[told.how])
    again = _again(g, kept, told)
    roots = tuple(root for limit in again.where for root in behind_sight(g, limit.kind, limit.of, limit.year))
    found: Estimate = getattr(again, name)
    where = tuple(limit.said for limit in again.where)
    how = Sentence("trail.how.breaks.where", {"where": where, "error": _error(found, "share")})
    return step(what, found.value, "share", key=key, how=how, rests_on=roots, equation="P.7")


def _again(g: Ground, kept: Kept, told: Broken) -> Broken:
    source = g.kept.ready.source
    assert source is not None
    visible = seen(source, kept.first, len(kept.rehearsed.weight))
    names = {event.event_id: Name(event.title, event.title_zh) for event in source.kept}
    return next(one for one in broken(kept.rehearsed, visible, told.how, (g.reading, names)) if one.key == told.key)


def _how(whole: Step, how: Sentence) -> Step:
    return replace(whole, how=how)


def _error(found: Estimate | None, kind: str) -> Amount:
    return Amount(found.error if found else 0.0, kind)  # type: ignore[arg-type]
