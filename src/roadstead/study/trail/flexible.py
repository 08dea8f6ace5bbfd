"""Trails of what flexibility is worth, and of what the plan is worth in one future."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from roadstead.futures.tree import history
from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.reading import path_name
from roadstead.playbook.worth_book import worth_key
from roadstead.study.trail.ground import AT, unknown
from roadstead.study.trail.steps import NEAR, Keyed, Step, step, summed
from roadstead.study.trail.worth import PLAN, at_node, invested

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.playbook.book import Term
    from roadstead.playbook.trails_book import Root
    from roadstead.playbook.worth_book import Between, Valued, Worth
    from roadstead.study.trail.ground import Ground

ASSUMED = {"module": ("half_step_dearer",), "option": ("site_right", "site_sooner")}
"""What of the case's own assumptions on flexibility a question rests on."""

TOLD = {"dearer": "half_step_dearer", "price": "site_right", "sooner": "site_sooner"}
"""What a question's own words say of them, as the ends of keys, and the entry of the case behind each."""

ENDS = ("at_least", "at_most")
"""Between which a worth lies."""


def listed(g: Ground) -> Iterator[Keyed]:
    """Every worth of flexibility that was worked out, and the plan's worth in every future."""
    for key, row in _worths(g).items():
        if row.worth is not None:
            yield Keyed(key, Sentence("trail.worth", {"what": (row.what,)}), Amount(row.worth.value, "money"))
            for end in ENDS:
                yield Keyed(f"{key}/{end}", _end_of(row, end), Amount(_told(row.worth, end), "money"))
    for row in g.book.flexibility:
        for said in _assumed(row):
            yield Keyed(said.key, _words_of(row, said.key), replace(said, key=""))
    for one in g.book.futures:
        if one.key == PLAN:
            yield Keyed(f"future/{AT[1:]}{one.leaf}", _in_future(g, one.leaf), Amount(one.npv, "money"))


def _worths(g: Ground) -> dict[str, Worth]:
    """Lines of what flexibility is worth by key."""
    return {worth_key(row.key, row.of): row for row in g.book.flexibility if row.worth is not None}


def worth(g: Ground, key: str) -> Step:
    """What one kind of flexibility is worth: the problems that answer it, less the plan; or the least or the most it may be."""
    known = _worths(g)
    of, _, end = key.rpartition("/")
    if end in ENDS and of in known:
        return _end(key, known[of], end)
    said = {one.key: row for row in g.book.flexibility for one in _assumed(row)}
    if key in said:
        return _assumption(g, key, said[key])
    g.among(key, key, known, "worth that was worked out")
    row = known[key]
    assert row.worth is not None
    ends = _ends(row.worth)
    whole = step(
        Sentence("trail.worth", {"what": (row.what,)}),
        row.worth.value,
        "money",
        key=key,
        how=Sentence("trail.how.worth", ends),
        rests_on=_rests_on(g, row),
    )
    if row.plan is None:
        return replace(whole, how=Sentence("trail.how.worth_unkept", ends))
    sign = -1.0 if row.key == "mean" else 1.0
    parts = [_problem(g, one, sign) for one in row.solved]
    own = g.reading.certificate.expected
    is_plan = abs(row.plan.value - own) <= NEAR * max(abs(own), 1.0)  # else it was planned again, by the mean alone
    bound = Sentence("trail.how.bound", {"bound": Amount(row.plan.bound, "money")})
    itself = Sentence("trail.npv", {}) if is_plan else Sentence("trail.by_the_mean", {})
    parts.append(step(itself, -sign * row.plan.value, "money", key="npv" if is_plan else "", how=bound))
    if row.price:
        parts.append(step(Sentence("trail.asked_now", {}), -row.price, "money"))
    rest = row.worth.value - sum(part.amount.value for part in parts)
    if abs(rest) > NEAR * max(abs(row.plan.value), 1.0):
        parts.append(step(Sentence("trail.narrowed", {}), rest, "money"))
    return summed(whole, parts)


def _assumed(row: Worth) -> list[Amount]:
    """What its words say the case assumes."""
    return [term for term in row.what.terms.values() if isinstance(term, Amount) and term.key]


def _words_of(row: Worth, key: str) -> Sentence:
    terms: dict[str, Term] = {"what": (row.what,)}
    return {
        "dearer": Sentence("trail.worth.dearer", terms),
        "price": Sentence("trail.worth.price", terms),
        "sooner": Sentence("trail.worth.sooner", terms),
    }[key.rpartition("/")[2]]


def _assumption(g: Ground, key: str, row: Worth) -> Step:
    """What a question assumes, as the case says it; the price of a right, which is a share of what the site and its first step cost."""
    found = next(one for one in _assumed(row) if one.key == key)
    name = TOLD[key.rpartition("/")[2]]
    value = float(getattr(g.study.case.flexibility, name))
    roots = (g.roots.of_case(f"flexibility.{name}", value),)
    whole = step(_words_of(row, key), found.value, found.kind, key=key, rests_on=roots)
    if name != TOLD["price"]:
        return whole
    terms = {"share": Amount(value, "share"), "today": Amount(row.price / value if value else 0.0, "money")}
    costs = tuple(root for one in row.of for root in invested(g, one))
    return replace(whole, how=Sentence("trail.how.price_of_right", terms), rests_on=(*roots, *costs))


def _told(found: Between, end: str) -> float:
    return found.low if end == "at_least" else found.high


def _end(key: str, row: Worth, end: str) -> Step:
    """The least that a worth may be: what was found one way, less the bound on the other; or the most, the other way about."""
    assert row.worth is not None
    value = _told(row.worth, end)
    whole = step(_end_of(row, end), value, "money", key=key, how=Sentence("trail.how.worth_unkept", _ends(row.worth)))
    if row.plan is None:
        return whole
    sign = -1.0 if row.key == "mean" else 1.0
    is_found = (end == "at_least") == (sign > 0)
    there = sum(one.chance * (one.value if is_found else one.bound) for one in row.solved)
    own = row.plan.bound if is_found else row.plan.value
    found, bound = Sentence("trail.end.found", {}), Sentence("trail.end.bound", {})
    here, known = Sentence("trail.end.plan_bound", {}), Sentence("trail.end.plan", {})
    parts = [step(found if is_found else bound, sign * there, "money")]
    parts.append(step(here if is_found else known, -sign * own, "money"))
    if row.price:
        parts.append(step(Sentence("trail.asked_now", {}), -row.price, "money"))
    rest = value - sum(part.amount.value for part in parts)
    if abs(rest) > NEAR * max(abs(row.plan.value), 1.0):
        parts.append(step(Sentence("trail.narrowed", {}), rest, "money"))
    return summed(replace(whole, how=Sentence("trail.how.worth", _ends(row.worth))), parts)


def _ends(found: Between) -> dict[str, Term]:
    return {"low": Amount(found.low, "money"), "high": Amount(found.high, "money")}


def _end_of(row: Worth, end: str) -> Sentence:
    terms: dict[str, Term] = {"what": (row.what,)}
    return Sentence("trail.worth.least", terms) if end == "at_least" else Sentence("trail.worth.most", terms)


def _problem(g: Ground, one: Valued, sign: float) -> Step:
    """A problem by its probability, with the events by which its future is told where it is of one alone."""
    terms = {
        "value": Amount(one.value, "money"),
        "chance": Amount(one.chance, "share"),
        "count": Amount(float(len(one.ends)), "count"),
    }
    how = Sentence("trail.how.solved", {"bound": Amount(one.bound, "money")})
    if len(one.ends) != 1:
        what = Sentence("trail.solved_some", terms) if one.ends else Sentence("trail.solved_all", {})
        return step(what, sign * one.chance * one.value, "money", how=how)
    (leaf,) = one.ends
    what = Sentence("trail.solved_one", terms | {"node": path_name(g.reading, leaf)})
    return step(what, sign * one.chance * one.value, "money", key=f"future/{AT[1:]}{leaf}", how=how)


def _rests_on(g: Ground, row: Worth) -> tuple[Root, ...]:
    """Events asked about, what the case assumes of the question, and what a line or an entry costs."""
    if row.key == "event":
        return g.roots.events_named(row.of)
    entry = g.study.case.flexibility
    assumed = (g.roots.of_case(f"flexibility.{name}", getattr(entry, name)) for name in ASSUMED.get(row.key, ()))
    return (*assumed, *(root for name in row.of for root in invested(g, name)))


def future(g: Ground, key: str, text: str) -> Step:
    """What the plan is worth where one future comes: its nodes, each as it is where it is reached."""
    leaves = {f"{AT[1:]}{one.leaf}": one for one in g.book.futures if one.key == PLAN}
    g.among(key, text, leaves, "future of the tree")
    leaf = leaves[text].leaf
    nodes = history(g.reading.tree, leaf)
    by_node = g.reading.certificate.by_node
    parts = [step(at_node(g, n), by_node[n] / g.chance[n], "money", key=f"npv/{AT[1:]}{n}") for n in nodes]
    roots = g.roots.events_named(g.came(nodes))
    how = Sentence("trail.how.reached", {})
    value = sum(part.amount.value for part in parts)
    return summed(step(_in_future(g, leaf), value, "money", key=key, how=how, rests_on=roots), parts)


def future_of(g: Ground, key: str, text: str, which: str) -> Step:
    """What a plan that this one is held against is worth in one future."""
    if which == PLAN:
        return future(g, key, text)
    of = {(f"{AT[1:]}{one.leaf}", one.key): one for one in g.book.futures}
    if (text, which) not in of:
        raise unknown(key, f"`{text}` is no future, or `{which}` no plan it is held against", "`future/n3/standing`")
    found = of[text, which]
    what = Sentence("trail.in_future_of", {"node": path_name(g.reading, found.leaf), "which": which})
    return step(what, found.npv, "money", key=key, how=Sentence("trail.how.own_plan", {}))


def _in_future(g: Ground, leaf: int) -> Sentence:
    chance = Amount(float(g.chance[leaf]), "share")
    return Sentence("trail.in_future", {"node": path_name(g.reading, leaf), "chance": chance})
