"""A plan read back in the words of the case: cars by market, mode and year, capacity by site, what each future is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint.timing import timing
from roadstead.futures.capacity.tying import grown_out_of, tool_name, tooled
from roadstead.futures.tree import history, leaves, node_probability
from roadstead.playbook.book import Name
from roadstead.terms.ids import EntryMode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.footprint.certify import Certificate
    from roadstead.footprint.plan import FootprintPlan
    from roadstead.futures.evaluate import Evaluation
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Floats
    from roadstead.world.carmaker import Carmaker

MODES = tuple(mode.value for mode in EntryMode)


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called, in both languages.

    Attributes
    ----------
    lines, events, nodes
        English and Chinese names by id.
    """

    lines: Mapping[str, tuple[str, str]]
    events: Mapping[str, tuple[str, str]]
    nodes: tuple[tuple[str, str], ...]

    def line(self, line_id: str) -> Name:
        """Name of a line's site."""
        return Name(*self.lines[line_id])

    def event(self, event_id: str) -> Name:
        """Title of an event."""
        return Name(*self.events[event_id])

    def node(self, node: int) -> Name:
        """Name of a node of the tree."""
        return Name(*self.nodes[node])


@dataclass(frozen=True, slots=True)
class Reading:
    """A plan beside the prospect it was made for.

    Attributes
    ----------
    names
        Names of lines, events and nodes.
    """

    tree: ScenarioTree
    evaluation: Evaluation
    plan: FootprintPlan
    certificate: Certificate
    names: Names

    def place(self, place_id: str) -> Name:
        """Name of a country."""
        place = self.evaluation.ledger.costing.world.gazetteer.places[place_id]
        return Name(place.name, place.name_zh)

    def model(self, model_id: str) -> Name:
        """Name of a model group."""
        model = self.evaluation.ledger.costing.carmaker.models[model_id]
        return Name(model.name, model.name_zh)

    @property
    def years(self) -> range:
        """Calendar years of the horizon."""
        return range(self.tree.first_year, self.tree.last_year + 1)


def tool_names(carmaker: Carmaker, lines: Mapping[str, tuple[str, str]]) -> dict[str, Name]:
    """What a model's tools at a line are called, by the planner's name of them; ``lines``: names of lines."""
    found = {}
    for line, tool in tooled(carmaker):
        site, model = Name(*lines[line.line_id]), carmaker.models[tool.model_id]
        found[tool_name(line, tool)] = Name(f"{model.name}, {site.en}", f"{model.name_zh}（{site.zh}）")
    return found


def path_name(reading: Reading, node: int) -> Name:
    """Names of the nodes after the root up to this one: each tells what sets a node apart from its siblings alone."""
    return joined([reading.names.node(n) for n in history(reading.tree, node)[1:]], " › ")


def joined(names: Sequence[Name], between: str) -> Name:
    """Names as one."""
    return Name(between.join(name.en for name in names), between.join(name.zh for name in names))


def arc_modes(evaluation: Evaluation) -> tuple[str, ...]:
    """Entry mode of every arc. Length A."""
    lines = evaluation.ledger.costing.carmaker.lines
    return tuple(lines[key.line].mode.value if key.line else EntryMode.EXPORT.value for key in evaluation.ledger.arcs)


def cars(reading: Reading) -> Floats:
    """Cars by node-year, market and mode. Shape (Y, M, 4), modes in the order of MODES. [cars/year]"""
    p = reading.evaluation.prospect
    market = p.arc_market
    mode = np.asarray([MODES.index(m) for m in arc_modes(reading.evaluation)])
    found = np.zeros((p.node_years.count, len(p.labels.market), len(MODES)))
    for a in range(len(market)):
        found[:, market[a], mode[a]] += reading.plan.flows.flow[:, a]
    return found


def weight_by_year(reading: Reading) -> Floats:
    """Probability of each node-year in each calendar year; columns sum to one. Shape (T, Y)."""
    years = reading.evaluation.prospect.node_years
    probability = node_probability(reading.tree)[years.node]
    calendar = np.asarray(list(reading.years))[:, None]
    inside = (calendar >= years.year) & (calendar < years.year + years.span)
    return np.asarray(inside * probability)


def at_the_end_of_demand(reading: Reading) -> float:
    """Share of all cars, expected over futures and years, that sell where a demand curve ends. [fraction]

    There the width of the curve sets the volume, and not the price.
    """
    p = reading.evaluation.prospect
    sold = reading.plan.flows.sale.sum(-1)
    ended = sold >= (1.0 - 1e-6) * p.demand.width.sum(-1)
    weight = (node_probability(reading.tree)[p.node_years.node] * p.node_years.span)[:, None]
    total = float((weight * sold).sum())
    return float((weight * sold * ended).sum()) / total if total else 0.0


def likely_path(tree: ScenarioTree) -> tuple[int, ...]:
    """Nodes of the most likely path, root first."""
    probability = node_probability(tree)
    leaf = max(leaves(tree), key=lambda n: probability[n])
    return history(tree, leaf)


def path_weight(reading: Reading, path: tuple[int, ...]) -> Floats:
    """1 where a node-year lies on a path in a calendar year. Shape (T, Y)."""
    years = reading.evaluation.prospect.node_years
    calendar = np.asarray(list(reading.years))[:, None]
    inside = (calendar >= years.year) & (calendar < years.year + years.span)
    return np.asarray(inside & np.isin(years.node, path)).astype(float)


def path_values(tree: ScenarioTree, by_node: Floats) -> dict[int, float]:
    """NPV of every path, given each node's part of expected NPV. Keys are leaves. [money]"""
    conditional = by_node / node_probability(tree)
    return {leaf: float(sum(conditional[n] for n in history(tree, leaf))) for leaf in leaves(tree)}


def continuation(tree: ScenarioTree, by_node: Floats) -> Floats:
    """Value of a node and all that may follow it, given that it is reached. Shape (N,). [money]"""
    total = by_node.copy()
    for node in range(tree.count - 1, 0, -1):
        total[tree.parent[node]] += total[node]
    return np.asarray(total / node_probability(tree))


def capacity(reading: Reading) -> Floats:
    """Modules' capacity at work by node-year and line. Shape (Y, lines). [cars/year]"""
    p = reading.evaluation.prospect
    when = timing(reading.tree, p)
    build, retire = reading.plan.decisions.build, reading.plan.decisions.retire
    count = len(reading.evaluation.ledger.lines)
    found = np.zeros((p.node_years.count, count))
    for i in range(count):
        r = i + 1
        ordered, gone = when.years.matrix(when.module_output[r]), when.years.matrix(when.retired[r])
        modules = p.resources.existing[:, r] + ordered @ build[:, r] - gone @ retire[:, r]
        found[:, i] = p.resources.usable[:, r] * p.resources.size[r] * modules
    return _handed_on(reading, np.maximum(found, 0.0))


def _handed_on(reading: Reading, able: Floats) -> Floats:
    """Capacity of lines that are converted counted with what they have become, from the year it opens. Shape (Y, lines)."""
    lines = reading.evaluation.ledger.lines
    at, years = {line.line_id: i for i, line in enumerate(lines)}, reading.evaluation.prospect.node_years
    by_name = {line.line_id: line for line in lines}
    # A line before what grows out of it.
    grown = sorted((ln for ln in lines if ln.converts), key=lambda ln: len(grown_out_of(by_name, ln.line_id)))
    for line in grown:
        for y, node in enumerate(years.node.tolist()):
            path = np.asarray(history(reading.tree, node))
            begun = path[reading.plan.decisions.commit[path, at[line.line_id]] > 0.5]
            calendar = years.year[y] + np.arange(years.span[y])
            opened = float(np.mean([(calendar >= reading.tree.start[n] + line.lead).mean() for n in begun] or [0.0]))
            able[y, at[line.line_id]] += opened * able[y, at[line.converts]]
            able[y, at[line.converts]] *= 1.0 - opened
    return able


def output(reading: Reading) -> Floats:
    """Cars made by node-year and line. Shape (Y, lines). [cars/year]"""
    p = reading.evaluation.prospect
    found = np.zeros((p.node_years.count, len(reading.evaluation.ledger.lines)))
    for a, supply in enumerate(p.arcs.supply.tolist()):
        if supply > 0:
            found[:, supply - 1] += reading.plan.flows.flow[:, a]
    return found
