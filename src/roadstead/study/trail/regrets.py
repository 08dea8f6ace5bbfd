"""Trails of what the plan is held against: by how much it is better, capital, the worst future, and regret future by future."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.reading import path_name
from roadstead.playbook.regret import ALIKE
from roadstead.study.trail.ground import AT
from roadstead.study.trail.steps import Keyed, Step, step, summed
from roadstead.study.trail.worth import PLAN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from roadstead.playbook.book import Comparison, FutureValue, Term
    from roadstead.study.trail.ground import Asked, Ground

OVER = ("most", "mean")
"""Regret over all futures: the largest, and the expected."""
NONE = "none"
"""In place of these: in how much of the futures there is none."""
STANDING = "standing"


def listed(g: Ground) -> Iterator[Keyed]:
    """Of every way to act: by how much the plan is better, capital, the worst future, its worth and regret in every future."""
    for key, row in _rows(g).items():
        if key not in {PLAN, STANDING}:
            yield Keyed(f"better/{key}", _better(key), Amount(row.plan_is_better_by, "money"))
        if key != PLAN:
            yield Keyed(f"capital/{key}", Sentence("trail.capital_of", {"which": key}), Amount(row.capital, "money"))
        yield Keyed(f"worst/{key}", Sentence("trail.worst", {"which": key}), Amount(row.worst, "money"))
    for one in g.book.futures:
        if one.key != PLAN:
            terms: dict[str, Term] = {"node": path_name(g.reading, one.leaf), "which": one.key}
            yield Keyed(_at(one), Sentence("trail.in_future_of", terms), Amount(one.npv, "money"))
    found = g.book.regrets
    if found is None:
        return
    for i, way in enumerate(found.keys):
        yield Keyed(f"regret/most/{way}", _over("most", way), Amount(found.most[i], "money"))
        yield Keyed(f"regret/mean/{way}", _over("mean", way), Amount(found.mean[i], "money"))
        if way == PLAN:
            of = none(g, f"regret/{NONE}/{way}", way)
            yield Keyed(of.key, of.what, of.amount)
        for regret in found.rows:
            what = _regret(g, regret.leaf, way)
            yield Keyed(f"regret/{AT[1:]}{regret.leaf}/{way}", what, Amount(regret.lost[i], "money"))


def better(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """By how much the plan is worth more."""
    rows = _rows(g)
    g.among(key, rest[0], [one for one in rows if one != PLAN], "plan it is held against")
    parts = (
        step(Sentence("trail.npv", {}), rows[PLAN].npv, "money", key="npv"),
        step(Sentence("trail.minus_way", {"which": rest[0]}), -rows[rest[0]].npv, "money", key=f"npv/{rest[0]}"),
    )
    value = sum(part.amount.value for part in parts)
    return summed(step(_better(rest[0]), value, "money", key=key, how=Sentence("trail.how.better", {})), parts)


def capital(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """Capital of a plan it is held against, of which the run keeps no decisions."""
    rows = _rows(g)
    g.among(key, rest[0], [one for one in rows if one != PLAN], "plan it is held against")
    what = Sentence("trail.capital_of", {"which": rest[0]})
    return step(what, rows[rest[0]].capital, "money", key=key, how=Sentence("trail.how.own_plan", {}))


def worst(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """The future in which a way to act is worth least."""
    g.among(key, rest[0], _rows(g), "way to act")
    least = min((one for one in g.book.futures if one.key == rest[0]), key=lambda one: one.npv)
    what = Sentence("trail.worst", {"which": rest[0]})
    whole = step(what, least.npv, "money", key=key, how=Sentence("trail.how.worst", {}))
    return summed(whole, [_in(g, least, 1.0)])


def regret(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """What a way to act loses in a future against the best of them there; or the largest or the mean of that over futures."""
    of, way = rest
    by_leaf = _by_leaf(g)
    g.among(key, way, next(iter(by_leaf.values())), "way to act")
    names = {f"{AT[1:]}{leaf}": leaf for leaf in by_leaf}
    g.among(key, of, (*OVER, NONE, *names), "future of the tree, and not `most`, `mean` or `none`")
    if of == NONE:
        return none(g, key, way)
    if of in OVER:
        return _over_all(g, key, of, way)
    ways = by_leaf[names[of]]
    best = max(ways.values(), key=lambda one: one.npv)
    is_best = best.npv - ways[way].npv <= ALIKE * abs(best.npv)
    parts = [] if is_best else [_in(g, best, 1.0), _in(g, ways[way], -1.0)]
    lost = sum(part.amount.value for part in parts)
    how = Sentence("trail.how.regret", {"which": best.key})
    return summed(step(_regret(g, names[of], way), lost, "money", key=key, how=how), parts)


def _over_all(g: Ground, key: str, of: str, way: str) -> Step:
    found = g.book.regrets
    assert found is not None
    i = found.keys.index(way)
    if of == "most":
        row = max(found.rows, key=lambda one: one.lost[i])
        parts = [_lost(g, row.leaf, way, row.lost[i], 1.0)]
        how = Sentence("trail.how.regret_most", {})
        return summed(step(_over(of, way), row.lost[i], "money", key=key, how=how), parts)
    parts = [_lost(g, row.leaf, way, row.lost[i], row.probability) for row in found.rows if row.lost[i]]
    value = sum(part.amount.value for part in parts)
    return summed(step(_over(of, way), value, "money", key=key, how=Sentence("trail.how.regret_mean", {})), parts)


def none(g: Ground, key: str, way: str) -> Step:
    """In how much of the futures no other way does better: the futures in which it loses nothing."""
    found = g.book.regrets
    assert found is not None
    i, parts = found.keys.index(way), []
    for row in found.rows:
        if not row.lost[i]:
            what = Sentence("trail.line.node", {"node": path_name(g.reading, row.leaf)})
            parts.append(step(what, row.probability, "share", key=f"reached/{AT[1:]}{row.leaf}"))
    what = Sentence("trail.regret.none", {"which": way})
    value = round(sum(part.amount.value for part in parts), 9)  # as it is told, so that all is all
    return summed(step(what, value, "share", key=key, how=Sentence("trail.how.regret_none", {})), parts)


def _lost(g: Ground, leaf: int, way: str, lost: float, chance: float) -> Step:
    terms: dict[str, Term] = {
        "node": path_name(g.reading, leaf),
        "lost": Amount(lost, "money"),
        "chance": Amount(float(g.chance[leaf]), "share"),
    }
    what = Sentence("trail.regret.part", terms)
    return step(what, lost * chance, "money", key=f"regret/{AT[1:]}{leaf}/{way}")


def _in(g: Ground, one: FutureValue, sign: float) -> Step:
    """What a way to act is worth in a future."""
    terms: dict[str, Term] = {"node": path_name(g.reading, one.leaf), "which": one.key}
    return step(Sentence("trail.in_future_of", terms), sign * one.npv, "money", key=_at(one))


def _at(one: FutureValue) -> str:
    return "/".join(filter(None, (f"future/{AT[1:]}{one.leaf}", "" if one.key == PLAN else one.key)))


def _rows(g: Ground) -> Mapping[str, Comparison]:
    return {row.key: row for row in g.book.comparisons}


def _by_leaf(g: Ground) -> Mapping[int, Mapping[str, FutureValue]]:
    found: dict[int, dict[str, FutureValue]] = {}
    for one in g.book.futures:
        found.setdefault(one.leaf, {})[one.key] = one
    return found


def _better(way: str) -> Sentence:
    return Sentence("trail.better", {"which": way})


def _over(of: str, way: str) -> Sentence:
    terms = {"which": way}
    return Sentence("trail.regret.most", terms) if of == "most" else Sentence("trail.regret.mean", terms)


def _regret(g: Ground, leaf: int, way: str) -> Sentence:
    return Sentence("trail.regret", {"node": path_name(g.reading, leaf), "which": way})


ANSWERS: Mapping[tuple[str, int], Asked] = {
    ("better", 1): better,
    ("capital", 1): capital,
    ("worst", 1): worst,
    ("regret", 2): regret,
}
"""What may be asked here, by the first word of a key and how many follow."""
