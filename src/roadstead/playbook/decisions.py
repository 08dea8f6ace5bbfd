"""The plan's decisions, each as a sentence: what is opened, entered, enlarged or closed, where and for which money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.playbook.book import Amount, Sentence

if TYPE_CHECKING:
    from roadstead.footprint.plan import Decisions
    from roadstead.playbook.book import Term
    from roadstead.playbook.reading import Reading
    from roadstead.world.carmaker import Line

HALF = 0.5


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision at one node.

    Attributes
    ----------
    kind
        open, enter, expand, close or retire.
    subject
        Line or market.
    modules
        Capacity steps bought or retired with it.
    capital
        Money committed before tax relief, of the year it is paid. [money]
    """

    node: int
    kind: str
    subject: str
    modules: float
    capital: float

    @property
    def key(self) -> tuple[str, str]:
        """What is decided, whatever the node."""
        return self.kind, self.subject


def decisions(reading: Reading) -> tuple[Decision, ...]:
    """Every decision, node by node."""
    ledger = reading.evaluation.ledger
    plan = reading.plan.decisions
    lines = ledger.lines
    found: list[Decision] = []
    entries = reading.evaluation.prospect.labels.option[len(lines) :]
    for node in range(reading.tree.count):
        for i, line in enumerate(lines):
            found += _of_line(node, i, line, plan)
        for j, name in enumerate(entries):
            if plan.commit[node, len(lines) + j] > HALF:
                market = name.removeprefix("enter ")
                cost = ledger.costing.carmaker.channels[market].entry_cost
                found.append(Decision(node, "enter", market, 1.0, cost))
    return tuple(found)


def _of_line(node: int, i: int, line: Line, plan: Decisions) -> list[Decision]:
    modules, retired = float(plan.build[node, i + 1]), float(plan.retire[node, i + 1])
    capital = modules * line.module_cost * (1.0 - line.grant)
    if plan.commit[node, i] > HALF:
        return [Decision(node, "open", line.line_id, modules, capital + line.open_cost * (1.0 - line.grant))]
    found = []
    if modules > HALF:
        found.append(Decision(node, "expand", line.line_id, modules, capital))
    if plan.close[node, i] > HALF:
        found.append(Decision(node, "close", line.line_id, retired, line.exit_cost))
    elif retired > HALF:
        found.append(Decision(node, "retire", line.line_id, retired, 0.0))
    return found


def sentence(reading: Reading, decision: Decision) -> Sentence:
    """A decision in words."""
    carmaker = reading.evaluation.ledger.costing.carmaker
    if decision.kind == "enter":
        models = tuple(reading.model(o.model_id) for o in carmaker.offers if o.market == decision.subject)
        return Sentence(
            "enter",
            {"market": reading.place(decision.subject), "models": models, "cost": Amount(decision.capital, "money")},
        )
    line = carmaker.lines[decision.subject]
    terms: dict[str, Term] = {
        "site": reading.names.line(line.line_id),
        "place": reading.place(line.place),
        "models": tuple(reading.model(m) for m in line.models),
        "capacity": Amount(decision.modules * line.module_size, "cars"),
        "year": Amount(float(reading.tree.start[decision.node] + line.lead), "year"),
        "capital": Amount(decision.capital, "money"),
    }
    key = f"open.{line.mode.value}" if decision.kind == "open" else decision.kind
    return Sentence(key, terms)
