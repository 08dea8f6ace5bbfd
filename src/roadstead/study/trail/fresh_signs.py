"""Trails of how often the tree's signs mislead on fresh paths: rates beside their counts, of which a run keeps no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.playbook.book import Amount, Sentence
from roadstead.study.trail import errors
from roadstead.study.trail.signs import COUNTS, RATES, key_of, met_again, on_paths, rate_by_node
from roadstead.study.trail.steps import ERROR, Keyed, step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.playbook.book import Term
    from roadstead.playbook.rehearsal_book import Estimate
    from roadstead.playbook.signs_book import Confirmed, Rates
    from roadstead.study.trail.ground import Ground
    from roadstead.study.trail.steps import Step

TREE, PLAN, PAYS = "tree", "plan", "pays"
"""What a sign is held against, as keys call it: nodes of the tree, what the plan does on fresh paths, what pays there."""


def listed(g: Ground) -> Iterator[Keyed]:
    """Every figure of the tree's signs, beside all that they are held against."""
    for one in g.book.rehearsal.signs if g.book.rehearsal else ():
        for name, amount in _figures(one).items():
            yield Keyed(key_of(one.signpost, name), _what(one, name), amount)


def _figures(one: Confirmed) -> dict[str, Amount]:
    """Its figures by name: what it is held against, then which."""
    found = {f"{TREE}/{name}": Amount(getattr(one.signpost, name), "share") for name in RATES}
    for beside, rates in _held(one).items():
        for name in RATES:
            found |= _estimated(f"{beside}/{name}", getattr(rates, name), "share")
        found |= {f"{beside}/{name}": Amount(float(getattr(rates, name)), "count") for name in COUNTS}
    return found | _estimated(f"{PAYS}/lost", one.lost, "money") | _estimated(f"{PAYS}/nearest", one.nearest, "money")


def _held(one: Confirmed) -> dict[str, Rates]:
    return {PLAN: one.fresh} | ({} if one.pays is None else {PAYS: one.pays})


def _estimated(name: str, found: Estimate | None, kind: str) -> dict[str, Amount]:
    """An estimate and its error; nothing where there is none."""
    if found is None:
        return {}
    return {name: Amount(found.value, kind), f"{name}{ERROR}": Amount(found.error, kind)}  # type: ignore[arg-type]


def _what(one: Confirmed, name: str) -> Sentence:
    if known := errors.figure(name):
        return errors.of(_what(one, known))
    beside, which = name.split("/")
    terms: dict[str, Term] = {"beside": beside, "what": (one.signpost.what,)}
    return {
        "false_alarm": Sentence("trail.beside.false_alarm", terms),
        "missed": Sentence("trail.beside.missed", terms),
        "shown": Sentence("trail.beside.shown", terms),
        "taken": Sentence("trail.beside.taken", terms),
        "asked": Sentence("trail.beside.asked", terms),
        "lost": Sentence("trail.beside.lost", terms),
        "nearest": Sentence("trail.beside.nearest", terms),
    }[which]


def beside(g: Ground, key: str) -> Step | None:
    """A figure of a sign beside what it is held against; None where the key asks for none."""
    signs = g.book.rehearsal.signs if g.book.rehearsal else ()
    known = {key_of(one.signpost, name): (one, name) for one in signs for name in _figures(one)}
    if key not in known:
        return None
    one, name = known[key]
    amount = _figures(one)[name]
    whole = step(_what(one, name), amount.value, amount.kind, key=key)
    against, _, which = name.partition("/")
    if against == TREE:
        met = met_again(g, one.signpost)
        return rate_by_node(g, whole, met, met.shown, which)
    return on_paths(g, whole, _held(one)[against], which, (one.signpost.conditions, against == PAYS))
