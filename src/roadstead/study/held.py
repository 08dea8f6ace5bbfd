"""A plan's decisions held while figures of its case are others: what it is then worth, on its tree or in its most likely future."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint.certify import stand
from roadstead.footprint.plan import Decisions
from roadstead.futures.costs.circumstances import representative_year
from roadstead.futures.costs.waiting import with_waiting
from roadstead.futures.evaluate import evaluate
from roadstead.futures.grow import along
from roadstead.futures.prospect import NodeYears
from roadstead.futures.spared import Spared, sell_alike
from roadstead.playbook.reading import likely_path
from roadstead.playbook.yardsticks import carried_out, unasked
from roadstead.study import costing, patch_tables
from roadstead.study.patch import Setting
from roadstead.study.spec import reader_again
from roadstead.study.workplace import place_for_work
from roadstead.terms.errors import RoadsteadError, raise_if_any
from roadstead.terms.tables import scan_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.footprint.plan import FootprintPlan
    from roadstead.futures.costs.costing import Costing
    from roadstead.futures.evaluate import Evaluation
    from roadstead.futures.grow import Grown
    from roadstead.futures.prospect import Prospect
    from roadstead.outlook.forecast import Outlook
    from roadstead.study.axes import Point
    from roadstead.study.entry_paths import Courses
    from roadstead.study.spec import Study
    from roadstead.terms.arrays import Flags, Floats
    from roadstead.terms.errors import Fault
    from roadstead.terms.tables import Row
    from roadstead.trade.rulebook import Rulebook


A_CAR = 1.0
"""Cars below which a lane carries none. [cars/year]"""


@dataclass(frozen=True, slots=True)
class Held:
    """A plan whose decisions are held, and all that it was made on.

    Attributes
    ----------
    answered
        Own prices that rivals had answered, as in ``Ready``; they answer the same ones still.
    npv
        What it is worth. [money]
    """

    folder: Path
    rulebook: Rulebook
    outlook: Outlook
    evaluation: Evaluation
    answered: Mapping[str, Floats] | None
    plan: FootprintPlan
    npv: float


@dataclass(frozen=True, slots=True)
class Ends:
    """Ends of assumptions to try.

    Attributes
    ----------
    whole
        True on the whole tree. False in the most likely future, where the second end is left out if it would have to be costed anew.
    """

    points: tuple[tuple[Point, ...], ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class _Tree:
    """The tree or a part of it, and what the decisions are worth on it as the case stands.

    Attributes
    ----------
    keeps
        False where decisions do not keep there what the case asks, as it stands: then nothing is asked of them at any end either.
    """

    grown: Grown
    decisions: Decisions
    answered: Mapping[str, Floats] | None
    spared: Spared
    npv: float
    keeps: bool = True


class Weigher:
    """One worker: the case read once, then what the plan is worth at one end of an assumption after another."""

    def __init__(self, held: Held) -> None:
        self._held, self._again = held, reader_again(held.folder)
        self._courses: Courses = {}
        self._base = self._again({})
        self._standing = self._costing(self._base)
        ledger = held.evaluation.ledger
        known = replace(held.evaluation, ledger=replace(ledger, costing=self._standing))
        flows = _ever_open(ledger.grown, known.prospect, held.plan.decisions)
        spared = Spared(ledger.node_years, flows, known, {})
        self._whole = _Tree(ledger.grown, held.plan.decisions, held.answered, spared, held.npv)
        self._near = self._most_likely()

    def __call__(self, ends: Ends) -> list[tuple[float | None, ...]]:
        """What each end moves NPV by; None where the decisions cannot be kept, or the end makes no sound case. [money]"""
        tree = self._whole if ends.whole else self._near
        return [self._moved(some, tree) for some in ends.points]

    def _moved(self, ends: tuple[Point, ...], tree: _Tree) -> tuple[float | None, ...]:
        found: list[float | None] = []
        for end in ends:
            try:
                costs = self._costing(self._with(end))
                if found and tree is self._near and not sell_alike(costs, self._standing):
                    break
                worth = self._worth(tree, self._evaluated(tree, costs))
            except RoadsteadError:
                worth = None
            found.append(None if worth is None else worth - tree.npv)
        return tuple(found)

    def _with(self, end: Point) -> Study:
        """The case with one end worked in."""
        changed: dict[str, tuple[Row, ...]] = {}
        faults: list[Fault] = []
        with place_for_work() as name:
            place = Path(name)
            for table in patch_tables.TABLES:
                if (path := self._held.folder / f"{table}.csv").exists():
                    shutil.copyfile(path, place / path.name)
            before = {path.name: path.read_bytes() for path in place.iterdir()}
            for patch in end.patches:
                assert isinstance(patch, Setting)
                patch_tables.apply(place, patch, self._base.world.gazetteer)
            for table, schema in patch_tables.TABLES.items():
                path = place / f"{table}.csv"
                if path.exists() and path.read_bytes() != before[path.name]:
                    changed[table] = scan_table(path, schema, faults, must_rest_on=schema.evidence) or ()
        raise_if_any(faults)
        return self._again(changed)

    def _costing(self, study: Study) -> Costing:
        return with_waiting(costing.prepare(study, self._held.outlook, self._courses), self._held.rulebook)

    def _evaluated(self, tree: _Tree, costs: Costing) -> Prospect:
        held = self._held
        return evaluate(tree.grown, costs, held.rulebook, tree.grown.events, tree.answered, tree.spared).prospect

    def _worth(self, tree: _Tree, prospect: Prospect) -> float | None:
        found = carried_out("held", tree.grown.tree, prospect if tree.keeps else unasked(prospect), tree.decisions)
        return found.certificate.expected if found.keeps else None

    def _most_likely(self) -> _Tree:
        """The most likely future as if it were certain, a node-year a stage, on lanes that carry cars in it."""
        whole, held = self._whole, self._held
        path = list(likely_path(whole.grown.tree))
        grown, d = along(whole.grown, path), held.plan.decisions
        whole_years = held.evaluation.prospect.node_years
        years = NodeYears(np.arange(len(path)), grown.tree.start.copy(), grown.tree.years.copy())
        decisions = Decisions(d.commit[path], d.close[path], d.build[path], d.retire[path])
        answered = held.answered
        if answered is not None:
            at = [whole_years.holding(n, representative_year(years, i)) for i, n in enumerate(path)]
            answered = {market: price[at] for market, price in answered.items()}
        there = np.isin(whole_years.node, path)
        bare = Spared(years, np.asarray((held.plan.flows.flow[there] >= A_CAR).any(0)))
        known = evaluate(grown, self._standing, held.rulebook, grown.events, answered, bare)
        base = carried_out("held", grown.tree, known.prospect, decisions)
        spared = replace(bare, known=known, laws={})
        return _Tree(grown, decisions, answered, spared, base.certificate.expected, base.keeps)


def _ever_open(grown: Grown, prospect: Prospect, decisions: Decisions) -> Flags:
    """Arcs that decisions ever open. Shape (A,)."""
    opened = np.append(stand(grown.tree, prospect, decisions).is_open.any(0), True)  # -1, for none, is the last
    return np.asarray(opened[prospect.arcs.supply_option] & opened[prospect.arcs.entry_option])
