"""The plan's decisions, each as a sentence: what is opened, entered, enlarged or closed, where and for which money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.futures.capacity.tying import first_line, tool_name, tooled
from roadstead.futures.tree import history, node_probability
from roadstead.playbook.book import Amount, Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.footprint.plan import Decisions
    from roadstead.futures.tree import ScenarioTree
    from roadstead.playbook.book import Term
    from roadstead.playbook.reading import Reading
    from roadstead.world.carmaker import Carmaker, Line

HALF = 0.5
CONVERT, TOOL = "convert", "tool"
NEW = frozenset({"open", "enter", "expand", CONVERT, TOOL})
"""Kinds of decision that commit to something new."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision at one node.

    Attributes
    ----------
    kind
        open, convert, tool, enter, expand, close or retire.
    subject
        Line or market, or the option of a model's tooling.
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

    @property
    def at_node(self) -> str:
        """What ends the key of its figure."""
        return f"{self.kind}/{self.subject}/n{self.node}"

    def of_size(self, size: float) -> Amount:
        """Capacity of its steps as a figure, each of a size. [cars/year]"""
        return Amount(self.modules * size, "cars", f"capacity/{self.at_node}")

    @property
    def committed(self) -> Amount:
        """Its capital as a figure. [money]"""
        return Amount(self.capital, "money", f"decided/{self.at_node}")


def decisions(reading: Reading) -> tuple[Decision, ...]:
    """Every decision, node by node."""
    ledger = reading.evaluation.ledger
    options = reading.evaluation.prospect.labels.option
    return decided(ledger.costing.carmaker, ledger.lines, options, reading.plan.decisions)


def decided(carmaker: Carmaker, lines: Sequence[Line], options: Sequence[str], plan: Decisions) -> tuple[Decision, ...]:
    """Every decision of a plan, node by node; ``options`` are the planner's names, those of ``lines`` first."""
    tools = tooled(carmaker)
    found: list[Decision] = []
    entries = options[len(lines) : len(options) - len(tools)]
    for node in range(len(plan.commit)):
        for i in range(len(lines)):
            found += _of_line(node, i, lines, plan)
        for j, name in enumerate(entries):
            if plan.commit[node, len(lines) + j] > HALF:
                market = name.removeprefix("enter ")
                cost = carmaker.channels[market].entry_cost
                found.append(Decision(node, "enter", market, 1.0, cost))
        for j, (line, tool) in enumerate(tools, len(lines) + len(entries)):
            if plan.commit[node, j] > HALF:
                found.append(Decision(node, TOOL, tool_name(line, tool), 0.0, tool.cost * line.own_share))
    return tuple(found)


def likeliest(tree: ScenarioTree, same: Sequence[Decision]) -> Decision:
    """The one that speaks for what is decided in several nodes in unlike amounts: of the likeliest amount, else of the dearest."""
    probability = node_probability(tree)
    chance: dict[float, float] = {}
    for one in same:
        chance[one.modules] = chance.get(one.modules, 0.0) + float(probability[one.node])
    return max(same, key=lambda one: (round(chance[one.modules], 9), one.capital, float(probability[one.node])))


def first_taken(tree: ScenarioTree, found: Sequence[Decision]) -> dict[tuple[str, str], tuple[int, float]]:
    """First year of every decision, and the probability that it is taken at all."""
    probability = node_probability(tree)
    nodes: dict[tuple[str, str], set[int]] = {}
    for one in found:
        nodes.setdefault(one.key, set()).add(one.node)
    return {
        key: (
            min(int(tree.start[n]) for n in at),
            min(float(sum(probability[n] for n in at if not at & set(history(tree, n)[:-1]))), 1.0),
        )
        for key, at in nodes.items()
    }


def _of_line(node: int, i: int, lines: Sequence[Line], plan: Decisions) -> list[Decision]:
    line, found = lines[i], []
    modules, retired = float(plan.build[node, i + 1]), float(plan.retire[node, i + 1])
    capital, site = modules * line.module_cost * line.own_capital, line.open_cost * line.own_capital
    if plan.commit[node, i] > HALF:
        return [Decision(node, CONVERT if line.converts else "open", line.line_id, modules, capital + site)]
    grown = [j for j, other in enumerate(lines) if other.converts and _first(lines, j) == i]
    closing = plan.close[node, i] > HALF
    if line.converts and closing:  # what it took over is given up with it
        retired += float(plan.retire[node, _first(lines, i) + 1])
    if modules > HALF:
        found.append(Decision(node, "expand", line.line_id, modules, capital))
    if closing:
        found.append(Decision(node, "close", line.line_id, retired, line.exit_cost * line.own_share))
    elif retired > HALF and not any(plan.close[node, j] > HALF for j in grown):
        found.append(Decision(node, "retire", line.line_id, retired, 0.0))
    return found


def _first(lines: Sequence[Line], i: int) -> int:
    """The line whose steps a line works with."""
    by_name = {line.line_id: line for line in lines}
    return lines.index(by_name[first_line(by_name, lines[i].line_id)])


def working(reading: Reading, line_id: str, node: int, year: int) -> Line:
    """What a line has become by a year, by decisions up to a node: its steps work there then."""
    lines, start = reading.evaluation.ledger.lines, reading.tree.start
    commit, path = reading.plan.decisions.commit, history(reading.tree, node)

    def is_open(i: int) -> bool:
        return any(commit[n, i] > HALF and start[n] + lines[i].lead <= year for n in path)

    now = next(line for line in lines if line.line_id == line_id)
    while (
        i := next((i for i, line in enumerate(lines) if line.converts == now.line_id and is_open(i)), None)
    ) is not None:
        now = lines[i]
    return now


def sentence(reading: Reading, decision: Decision) -> Sentence:
    """A decision in words."""
    carmaker = reading.evaluation.ledger.costing.carmaker
    if decision.kind == "enter":
        models = tuple(reading.model(o.model_id) for o in carmaker.offers if o.market == decision.subject)
        return Sentence(
            "enter",
            {"market": reading.place(decision.subject), "models": models, "cost": decision.committed},
        )
    if decision.kind == TOOL:
        return _tooling(reading, decision)
    bought = line = carmaker.lines[decision.subject]
    if decision.kind in {"expand", "retire"}:
        line = working(reading, line.line_id, decision.node, int(reading.tree.start[decision.node]) + bought.lead)
    terms: dict[str, Term] = {
        "site": reading.names.line(line.line_id),
        "place": reading.place(line.place),
        "models": tuple(reading.model(m) for m in line.models),
        "capacity": decision.of_size(bought.module_size),
        "year": Amount(float(reading.tree.start[decision.node] + bought.lead), "year"),
        "capital": decision.committed,
    }
    if decision.kind == CONVERT:
        terms["first"] = reading.names.line(line.converts)
    key = f"open.{line.mode.value}" if decision.kind == "open" else decision.kind
    return Sentence(key, terms)


def _tooling(reading: Reading, decision: Decision) -> Sentence:
    """A model's tooling in words."""
    line, tool = next(
        pair for pair in tooled(reading.evaluation.ledger.costing.carmaker) if tool_name(*pair) == decision.subject
    )
    terms: dict[str, Term] = {
        "model": reading.model(tool.model_id),
        "site": reading.names.line(line.line_id),
        "place": reading.place(line.place),
        "year": Amount(float(reading.tree.start[decision.node] + tool.lead), "year"),
        "capital": decision.committed,
    }
    return Sentence("tool", terms)
