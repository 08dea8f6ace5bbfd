"""A finished run as trails look at it: its lanes and years by name, and how likely each of them is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import polars as pl

from roadstead.footprint.certify import account, stand
from roadstead.futures.costs.circumstances import representative_year
from roadstead.futures.evaluate import HOME
from roadstead.futures.tree import history, node_probability
from roadstead.playbook.observed import seen
from roadstead.playbook.parts import drawn
from roadstead.playbook.reading import capacity, likely_path, path_weight, weight_by_year
from roadstead.playbook.signposts import posted
from roadstead.playbook.waterfalls import supply_key
from roadstead.study.store import TABLES
from roadstead.study.trail.roots import Roots
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.spelling import meant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from polars import DataFrame

    from roadstead.footprint.certify import Account, States
    from roadstead.futures.costs.costing import Circumstances
    from roadstead.futures.evaluate import Ledger
    from roadstead.playbook.book import Book, Name, Term
    from roadstead.playbook.discovery import Found
    from roadstead.playbook.observed import Seen
    from roadstead.playbook.parts import Drawn
    from roadstead.playbook.reading import Reading
    from roadstead.playbook.signposts import Posted
    from roadstead.study.kept import Kept
    from roadstead.study.trail.steps import Step
    from roadstead.terms.arrays import Floats
    from roadstead.world.carmaker import Line, Model, Offer

    Asked: TypeAlias = Callable[["Ground", str, Sequence[str]], Step]
    """Answers a key: the whole of it, and what follows its first word."""

AT = "@n"
"""Stands before the number of a node of the tree."""
PATTERNS = (
    "npv, npv/NODE, npv/NODE/YEAR, npv/kinds, added, added/share, gap, gap/npv, capital, skip/KIND/LINE or MARKET",
    "landed, duty or margin/MARKET/MODEL/LINE or home/YEAR, price or net/MARKET/MODEL/YEAR, duties/MARKET/YEAR, duties/MARKET/MODEL/YEAR",
    "gain/LINE/YEAR, earned/MARKET/YEAR, gain, saving or earned/MARKET/MODEL/LINE/YEAR, full/YEAR, fall/GOODS/YEAR, ahead/YEAR",
    "cars, size, nev or abroad/MARKET/YEAR, cars/MARKET/MODEL/LINE or home/YEAR, mode/MODE/MARKET/YEAR, mode/MODE/YEAR, since/MARKET/YEAR",
    "made or room/LINE/YEAR, total/YEAR/p10 or p90, front/FRONT/YEAR or COUNTRY, line/LINE/FIGURE, before/COUNTRY/YEAR/FIGURE",
    "sent/GOODS/YEAR, sent/GOODS/COUNTRY/YEAR, sent/GOODS/YEAR/p10 or p90, demand/MARKET or all/CHECK, band/CHECK/low or high, weight/ASSUMPTION/low or high",
    "decided or capacity/KIND/LINE or MARKET/NODE, reached or after/NODE, later/KIND/LINE or MARKET/YEAR/STEPS, turn, turned or sold/NODES, sold/NODES/MARKET, chance or stated/EVENT",
    "better, capital or worst/WAY, regret/NODE, most, mean or none/WAY",
    "future/NODE, worth/QUESTION, sign/KIND/LINE or MARKET/YEAR, fresh or breaks/WAY/FIGURE (/error: its standard error), path/NUMBER, path/NUMBER/any key",
)
"""How keys are written."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A way of a car to a market in a node-year."""

    arc: int
    node_year: int
    offer: Offer
    line: Line | None
    model: Model
    key: str


class Ground:
    """What trails are worked out from."""

    def __init__(self, kept: Kept, book: Book, paths: DataFrame | None = None) -> None:
        self.kept, self.book, self._paths = kept, book, paths
        self._visible: dict[tuple[int, int], Seen] = {}
        self.reading: Reading = kept.reading
        self.study = kept.ready.study
        self.roots = Roots(kept.ready.study, kept.ready.grown.events)
        self.ledger: Ledger = kept.reading.evaluation.ledger
        self.prospect = kept.reading.evaluation.prospect
        self.chance: Floats = node_probability(self.reading.tree)
        self._by_year = weight_by_year(self.reading)
        self._likely = path_weight(self.reading, likely_path(self.reading.tree))
        self.states: States = stand(self.reading.tree, self.prospect, self.reading.plan.decisions)
        self.account: Account = account(self.reading.tree, self.prospect, self.reading.plan, self.states)

    @cached_property
    def posted(self) -> tuple[Posted, ...]:
        """Signposts as the tree alone has them, worked out again where one is asked about."""
        return posted(self.reading, self.kept.ready.grown.events)

    @cached_property
    def paths(self) -> DataFrame | None:
        """What became of every fresh path: as it was given, or as the run keeps it; None where nobody rehearsed."""
        file = self.kept.folder / TABLES / "rehearsal_paths.parquet"
        return pl.read_parquet(file) if self._paths is None and file.is_file() else self._paths

    @cached_property
    def boxes(self) -> dict[bytes, Found | None]:
        """What shows where ways to act break, by the paths they break on, as it is found again."""
        return {}

    def visible(self, first: int, count: int) -> Seen:
        """What can be seen of the paths ``first``, ``first`` + 1, ..., so many, drawn and looked at once."""
        if (first, count) not in self._visible:
            source = self.kept.ready.source
            assert source is not None
            self._visible[first, count] = seen(source, first, count)
        return self._visible[first, count]

    @cached_property
    def drawn(self) -> Drawn:
        """What leaves home, worked out again where parts or lines are asked about."""
        return drawn(self.reading)

    @cached_property
    def able(self) -> Floats:
        """Capacity at work by node-year and line. Shape (Y, lines). [cars/year]"""
        return capacity(self.reading)

    def weight(self, year: int) -> Floats:
        """Probability of each node-year in a calendar year. Shape (Y,)."""
        return np.asarray(self._by_year[year - self.reading.tree.first_year])

    def now(self, node_year: int) -> Circumstances:
        """What holds in a node-year."""
        return self.ledger.circumstances[node_year]

    def costed_in(self, node_year: int) -> int:
        """Calendar year that a node-year is costed in."""
        return representative_year(self.ledger.node_years, node_year)

    def come(self, node_year: int) -> frozenset[str]:
        """Events in force in a node-year."""
        happened = self.ledger.grown.happened[self.node_of(node_year)]
        return frozenset(one.event for one in happened if one.holds(self.costed_in(node_year)))

    def came(self, nodes: Iterable[int]) -> tuple[str, ...]:
        """Events that have come by nodes: what tells these from others."""
        happened = self.ledger.grown.happened
        return tuple(dict.fromkeys(one.event for n in nodes for one in happened[n]))

    def node_of(self, node_year: int) -> int:
        """Node that a node-year is of."""
        return int(self.ledger.node_years.node[node_year])

    def history_of(self, node_year: int) -> tuple[int, ...]:
        """Nodes on the way to a node-year, the root first."""
        return history(self.reading.tree, self.node_of(node_year))

    def at(self, node_year: int) -> str:
        """What a key ends with where it is of a node."""
        return f"{AT}{self.node_of(node_year)}"

    def supply(self, line: Line | None) -> Name:
        """Name of what supplies a lane."""
        return self.reading.names.line(line.line_id) if line else self.reading.place(self.home)

    def lane_words(self, arc: int) -> tuple[dict[str, Term], str]:
        """What names a lane in a sentence: model, market and supply; and how its key begins."""
        found = self.ledger.arcs[arc]
        offer = self.ledger.offers[found.offer]
        line = self.ledger.costing.carmaker.lines[found.line] if found.line else None
        terms: dict[str, Term] = {
            "model": self.reading.model(offer.model_id),
            "market": self.reading.place(offer.market),
            "supply": self.supply(line),
        }
        return terms, f"{offer.market}/{offer.model_id}/{supply_key(found)}"

    @property
    def home(self) -> str:
        """Home country."""
        return self.ledger.costing.carmaker.home.place

    def year(self, key: str, text: str) -> tuple[int, int | None]:
        """Year, and node where one is named, at the end of a key."""
        written, _, node = text.partition(AT)
        year = _number(written)
        if year not in self.reading.years:
            years = f"a year from {self.reading.tree.first_year} to {self.reading.tree.last_year}"
            raise unknown(key, f"`{written}` is no year of the plan", years)
        if not node:
            return year, None
        found = _number(node)
        alive = {self.node_of(y) for y in np.flatnonzero(self.weight(year) > 0).tolist()}
        if found not in alive:
            nodes = f"one of {', '.join(f'{AT}{n}' for n in sorted(alive))}"
            raise unknown(key, f"node {node} of the tree does not hold in {year}", nodes)
        return year, found

    def node_year(self, key: str, text: str) -> int:
        """Node-year of a lane's key: that of the node named, else that of the most likely future."""
        year, node = self.year(key, text)
        if node is None:
            return int(self._likely[year - self.reading.tree.first_year].argmax())
        return self.ledger.node_years.holding(node, year)

    def lane(self, key: str, parts: tuple[str, str, str], text: str) -> Lane:
        """The lane that a key names: market, model, and line or home, with the customs regime after a plus sign."""
        market, model, source = parts
        supply, _, regime = source.partition("+")
        self.market(key, market)
        at = self.node_year(key, text)
        known: dict[tuple[str, str, str], int] = {}
        for a, each in enumerate(self.ledger.arcs):
            offer = self.ledger.offers[each.offer]
            if offer.market == market:
                known[offer.model_id, each.line or HOME, each.regime] = a
        self.among(key, model, {one for one, _, _ in known}, "model offered there")
        self.among(key, supply, {line for one, line, _ in known if one == model}, "supply of it")
        self.among(key, regime, {r for one, line, r in known if (one, line) == (model, supply)}, "regime or variant")
        arc = known[model, supply, regime]
        found = self.ledger.arcs[arc]
        carmaker = self.ledger.costing.carmaker
        line = carmaker.lines[found.line] if found.line else None
        name = f"{market}/{model}/{source}/{text}"
        return Lane(arc, at, self.ledger.offers[found.offer], line, carmaker.models[model], name)

    def market(self, key: str, market: str) -> int:
        """Number of a market."""
        markets = self.ledger.selling.markets
        self.among(key, market, markets, "market of the plan")
        return markets.index(market)

    def cell(self, key: str, market: str, model: str) -> int:
        """Number of a model in a market."""
        self.market(key, market)
        offers = {offer.model_id: c for c, offer in enumerate(self.ledger.offers) if offer.market == market}
        self.among(key, model, offers, "model offered there")
        return offers[model]

    def among(self, key: str, written: str, known: Iterable[str], what: str) -> None:
        """RS-S791 where a part of a key is none of those known."""
        names = tuple(known)
        if written not in names:
            raise unknown(key, f"`{written}` is no {what}", meant(written, sorted(names)))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else -1


def unknown(key: str, message: str, expected: str) -> RoadsteadError:
    """RS-S791"""
    return RoadsteadError(Fault(key, "RS-S791", message, expected))
