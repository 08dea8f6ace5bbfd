"""What flexibility is worth, told: every answer as a line of the playbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.tree import leaves
from roadstead.playbook.book import Amount, Name, Sentence
from roadstead.playbook.flexibility import answers
from roadstead.playbook.leaving_out import pinned_off
from roadstead.playbook.reading import tool_names
from roadstead.playbook.worth_book import Worth, worth_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.footprint.solve import Solved
    from roadstead.futures.grow import Grown
    from roadstead.playbook.decisions import Decision
    from roadstead.playbook.flexibility import Allowed, Answer, Terms
    from roadstead.playbook.reading import Reading


def worth(reading: Reading, solved: Solved, first: Sequence[Decision], allowed: Allowed) -> tuple[Worth, ...]:
    """Work out what flexibility is worth beside a plan, and tell it, what is worth most first among its kind."""
    evaluation = reading.evaluation
    came, pins = has_come(evaluation.ledger.grown), [pinned_off(evaluation, d) for d in first]
    found = answers(reading.tree, evaluation.prospect, solved, came, pins, allowed)
    told = [_told(reading, one, allowed.terms) for one in found]
    order = {key: i for i, key in enumerate(dict.fromkeys(one.key for one in told))}
    return tuple(sorted(told, key=lambda one: (order[one.key], -(one.worth.value if one.worth else -np.inf))))


def has_come(grown: Grown) -> dict[str, frozenset[int]]:
    """Leaves at which each event has come."""
    found: dict[str, set[int]] = {}
    for leaf in leaves(grown.tree):
        for one in grown.happened[leaf]:
            found.setdefault(one.event, set()).add(leaf)
    return {event: frozenset(at) for event, at in found.items()}


def _told(reading: Reading, answer: Answer, terms: Terms) -> Worth:
    question = answer.question
    what = _words(reading, question.key, question.of, terms, question.price)
    return Worth(
        question.key, what, question.of, answer.worth, question.price, answer.standing, answer.solved, answer.plan
    )


def _words(reading: Reading, key: str, of: tuple[str, ...], terms: Terms, price: float) -> Sentence:
    """What is valued, in words."""
    asked = worth_key(key, of)
    match key:
        case "perfect":
            said = Sentence("worth.perfect", {})
        case "event":
            said = Sentence("worth.event", {"events": tuple(reading.names.event(event) for event in of)})
        case "mean":
            said = Sentence("worth.mean", {})
        case "wait":
            said = Sentence("worth.wait", {"year": _next_stage(reading)})
        case "wait_one" if of[0].startswith("enter "):
            market = reading.place(of[0].removeprefix("enter "))
            said = Sentence("worth.wait_enter", {"year": _next_stage(reading), "market": market})
        case "wait_one":
            said = Sentence("worth.wait_line", {"year": _next_stage(reading), "site": _named(reading, of[0])})
        case "module":
            dearer = Amount(terms.dearer, "share", f"{asked}/dearer")
            said = Sentence("worth.module", {"site": _named(reading, of[0]), "share": dearer})
        case _:
            site, years = _named(reading, of[0]), Amount(float(terms.sooner), "years", f"{asked}/sooner")
            cost = Amount(price, "money", f"{asked}/price")
            said = Sentence("worth.option", {"site": site, "price": cost, "years": years})
    return said


def _next_stage(reading: Reading) -> Amount:
    """Year in which the second stage begins."""
    return Amount(float(reading.tree.start[reading.tree.parent == 0][0]), "year")


def _named(reading: Reading, label: str) -> Name:
    """A line or a model's tools by name; a resource nobody named as it is."""
    if label in reading.names.lines:
        return reading.names.line(label)
    return tool_names(reading.evaluation.ledger.costing.carmaker, reading.names.lines).get(label, Name(label, label))
