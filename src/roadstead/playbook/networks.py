"""Networks of dealers and workshops that the plan enlarges, told node by node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.futures.capacity.channels import resource_name
from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.decisions import Decision

if TYPE_CHECKING:
    from roadstead.playbook.book import Term
    from roadstead.playbook.reading import Reading

WIDEN = "widen"
LEAST = 1.0
"""Cars a year below which an enlargement is rounding."""


def enlarged(reading: Reading) -> tuple[Decision, ...]:
    """What each node spends on networks that stand, all markets together; the subject names them, the largest first."""
    carmaker = reading.evaluation.ledger.costing.carmaker
    build, found = reading.plan.decisions.build, []
    for node in range(reading.tree.count):
        steps = []
        for market, channel in carmaker.channels.items():
            if (module := channel.module) is None:
                continue
            bought = float(build[node, _row(reading, market)])
            if bought * module.size >= LEAST:
                steps.append((bought * module.size, bought * module.cost, market))
        if steps:
            steps.sort(reverse=True)
            subject = "|".join(market for _, _, market in steps)
            cars, capital = sum(step[0] for step in steps), sum(step[1] for step in steps)
            found.append(Decision(node, WIDEN, subject, cars, capital))
    return tuple(found)


def widening(reading: Reading, decision: Decision) -> Sentence:
    """An enlargement in words."""
    return Sentence("widen", _terms(reading, decision))


def widening_now(reading: Reading) -> tuple[Sentence, ...]:
    """What is spent on networks as the plan begins, where anything is."""
    return tuple(Sentence("warn.networks", _terms(reading, d)) for d in enlarged(reading) if d.node == 0)


def _terms(reading: Reading, decision: Decision) -> dict[str, Term]:
    markets = decision.subject.split("|")
    channels = reading.evaluation.ledger.costing.carmaker.channels
    lead = min(module.lead for m in markets if (module := channels[m].module) is not None)
    return {
        "markets": tuple(reading.place(market) for market in markets),
        "capacity": decision.of_size(1.0),  # steps of a network are told in cars
        "year": Amount(float(reading.tree.start[decision.node] + lead), "year"),
        "capital": decision.committed,
    }


def _row(reading: Reading, market: str) -> int:
    return reading.evaluation.prospect.labels.resource.index(resource_name(market))
