r"""Why no plan fits: the smallest set of business rules that cannot all be kept, and what would have to give.

Rules that business asks for (pins, budgets, cars that must be served, pledges) are let go one by one; what is not needed for the
conflict is left out, until every rule that is left is (a deletion filter: Chinneck and Dravnieks, *ORSA Journal on Computing* 3,
1991). For each of them the least by which it alone would have to give way is worked out, as cars short are in (F.20), and what the
plan would then be worth, so that the cheapest way out can be named.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import sparse

from roadstead.footprint.columns import CARS, MONEY, live_arcs
from roadstead.footprint.extensive import INFEASIBLE, Limits, run
from roadstead.footprint.formulation import formulate, formulate_decisions
from roadstead.footprint.method import MOST_FLOWS
from roadstead.footprint.program import giving_way
from roadstead.footprint.shortage import unserved
from roadstead.footprint.tails import with_tails
from roadstead.futures.tree import years_before
from roadstead.terms.errors import Fault

if TYPE_CHECKING:
    from roadstead.footprint.extensive import Answer
    from roadstead.footprint.formulation import Formulation
    from roadstead.footprint.plan import Pin
    from roadstead.footprint.program import Program
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Floats, Ints

    Kind = Literal["pin", "budget", "served", "pledge"]

UNIT = {"pin": 1.0, "budget": MONEY, "served": CARS, "pledge": CARS}
"""What one unit of a slack is."""
ROUNDING = 1e-6
"""Prices and amounts below this are a solver's rounding. In the program's unit."""
SHARE_OF_TIME = 0.1
"""Part of the time that one question to the solver may take."""
WAY_OUT_GAP = 0.01
"""Share of NPV by which ways out are told apart."""
DONE = {"option": "committed to", "resource": "enlarged", "close": "closed", "retire": "cut back"}
"""What a pin asks to be done."""
MOST_CONFLICTS = 4
"""Conflicts that are told at once."""
MOST_CELLS, MOST_WAYS = 3, 3
"""Cells, and ways out beside the best, that are named one by one."""


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One thing that business asks for, and the rows that hold it.

    Attributes
    ----------
    where
        What a fault names it by.
    entry
        Pin, node, cell or pledge, by its index.
    words
        What it asks for.
    share
        By how much each row gives way where the rule gives way by one. Shape of ``rows``.
    """

    kind: Kind
    where: str
    entry: int
    words: str
    rows: Ints
    share: Floats


@dataclass(frozen=True, slots=True)
class Way:
    """A way out: what one rule alone would have to give, and what the plan would then be worth.

    Attributes
    ----------
    words
        What would have to be asked for instead.
    value
        Minus infinity where it was not worked out. [money]
    """

    words: str
    value: float = float("-inf")


class Conflict:
    """A problem that nothing fits, its rules, and the clock."""

    def __init__(self, tree: ScenarioTree, prospect: Prospect, pins: tuple[Pin, ...], seconds: float) -> None:
        self.tree, self.prospect, self.pins = tree, prospect, pins
        self.ends = time.perf_counter() + seconds
        self.limits = Limits(seconds=max(SHARE_OF_TIME * seconds, 1.0))
        p = prospect
        # Where nothing must be served or kept, flows can be none, so that what is decided on nodes alone tells.
        self.flows = bool(p.demand.least.any() or p.labels.pledge)
        doing = tuple(pin for pin in pins if pin.do)
        state = formulate if self.flows else formulate_decisions
        self.whole = _never_rows(state(tree, prospect, doing), pins)
        self.rules = _rules(tree, prospect, pins, self.whole)

    def left(self) -> float:
        """Time left. [s]"""
        return self.ends - time.perf_counter()

    def fits(self, held: list[Rule]) -> bool:
        """False where it is sure that nothing keeps these rules and all that is no business rule."""
        program = _without(self.whole.program, [rule for rule in self.rules if rule not in held])
        program = replace(program, gain=np.zeros_like(program.gain))
        if run(replace(program, whole=np.zeros_like(program.whole)), self.limits).status == INFEASIBLE:
            return False
        return run(program, self.limits).status != INFEASIBLE

    def smallest(self) -> list[Rule]:
        """Rules that cannot all be kept, none of which can be left out; none where rules are not to blame, or time ended first."""
        held = self._suspects()
        if self.fits(held):
            return []
        for rule in list(held):
            rest = [each for each in held if each is not rule]
            if self.left() > 0 and not self.fits(rest):
                held = rest
        return held

    def _suspects(self) -> list[Rule]:
        """The rules with a price in the least that must be missed of all together; all of them where that says nothing."""
        rows = np.concatenate([np.zeros(0, dtype=np.int64), *(rule.rows for rule in self.rules)])
        program = giving_way(self.whole.program, rows, np.arange(len(rows)), np.ones(len(rows)))
        answer = run(replace(program, whole=np.zeros_like(program.whole)), self.limits)
        if answer.price is None or answer.bound > -ROUNDING:
            return self.rules
        priced = [rule for rule in self.rules if np.any(np.abs(answer.price[rule.rows]) > ROUNDING)]
        return priced if priced and not self.fits(priced) else self.rules

    def ways(self, conflict: list[Rule]) -> list[Way]:
        """What would do in place of each rule alone, the others of its conflict kept, the best first; those that alone cannot help left out."""
        found = [way for rule in conflict if self.left() > 0 and (way := self._way(rule, conflict)) is not None]
        return sorted(found, key=lambda way: -way.value)

    def _way(self, rule: Rule, conflict: list[Rule]) -> Way | None:
        if rule.kind == "pin":
            return self._later(rule.entry, conflict)
        # What would do for everything, else for this conflict alone: the others are told beside it.
        others = [each for each in self.rules if each not in conflict]
        for program in (self.whole.program, _without(self.whole.program, others)):
            relenting = giving_way(program, rule.rows, np.zeros_like(rule.rows), rule.share)
            answer = run(relenting, self.limits)
            if answer.point is not None:
                break
        else:
            return None
        less = UNIT[rule.kind] * float(answer.point[-1])
        if rule.kind == "budget":
            words = f"{rule.where} of {self.prospect.budget[rule.entry] + less:,.0f}"
        elif rule.kind == "served":
            words = f"up to {less:,.0f} fewer cars a year of {rule.where}"
        else:
            words = f"{rule.words} with a balance that may be {less:,.0f} lower"
        return Way(words, self._worth(self.pins, rule, float(answer.point[-1]) * (1.0 + ROUNDING) + ROUNDING))

    def _later(self, at: int, conflict: list[Rule]) -> Way | None:
        """A pin put off to the first year in which it can be honoured, or dropped."""
        pin = self.pins[at]
        others = (*self.pins[:at], *self.pins[at + 1 :])
        late = pin.do and pin.amount is None
        years = np.unique(self.tree.start[self.tree.start > pin.by]).tolist() if late else []
        for year in years:
            put_off = (*self.pins[:at], replace(pin, by=year), *self.pins[at + 1 :])
            if self._again(put_off, conflict):
                return Way(f"{_pin_words(self.prospect, replace(pin, by=year))}", self._worth(put_off))
        if self._again(others, conflict):
            return Way(f"no pin {_pin_words(self.prospect, pin)}", self._worth(others))
        return None

    def _again(self, pins: tuple[Pin, ...], conflict: list[Rule]) -> bool:
        """True where a conflict is none under other pins."""
        other = Conflict(self.tree, self.prospect, pins, max(self.left(), 1.0))
        held = {(rule.kind, rule.entry) for rule in conflict if rule.kind != "pin"}
        named = {self.pins[rule.entry] for rule in conflict if rule.kind == "pin"}
        kept = [
            rule
            for rule in other.rules
            if (rule.kind, rule.entry) in held
            or (rule.kind == "pin" and (pins[rule.entry] in named or pins[rule.entry] not in self.pins))
        ]
        return other.fits(kept)

    def _worth(self, pins: tuple[Pin, ...], rule: Rule | None = None, less: float = 0.0) -> float:
        """What a plan is worth under pins, with a rule given way by so much; minus infinity where that takes too long. [money]"""
        if live_arcs(self.prospect).sum() > MOST_FLOWS:
            return float("-inf")
        whole = _never_rows(formulate(self.tree, self.prospect, tuple(pin for pin in pins if pin.do)), pins)
        if rule is not None:
            rules = _rules(self.tree, self.prospect, pins, whole)
            same = next(each for each in rules if (each.kind, each.entry) == (rule.kind, rule.entry))
            low, high = whole.program.low.copy(), whole.program.high.copy()
            low[same.rows] -= less * same.share
            high[same.rows] += less * same.share
            whole = replace(whole, program=replace(whole.program, low=low, high=high))
        program = with_tails(self.tree, self.prospect, whole)
        answer = run(program, replace(self.limits, relative_gap=WAY_OUT_GAP))
        return float("-inf") if answer.point is None else MONEY * _value(program, answer)


def _value(program: Program, answer: Answer) -> float:
    assert answer.point is not None
    return float(program.gain @ answer.point) + program.constant


def _never_rows(whole: Formulation, pins: tuple[Pin, ...]) -> Formulation:
    """Pins that forbid as rows, too: nothing of what they name is done anywhere."""
    c, program = whole.columns, whole.program
    family = {"option": c.u, "resource": c.z, "close": c.v, "retire": c.w}
    rows, done, matrix = [], iter(whole.pin), program.matrix
    for pin in pins:
        if pin.do:
            rows.append(next(done))
            continue
        columns = family[pin.kind][:, pin.index]
        columns = columns[columns >= 0]
        entries = (np.ones(len(columns)), (np.zeros(len(columns), dtype=np.int64), columns))
        rows.append(np.asarray([matrix.shape[0]]))
        matrix = sparse.vstack([matrix, sparse.csr_matrix(entries, shape=(1, matrix.shape[1]))]).tocsr()
    more = matrix.shape[0] - len(program.low)
    program = replace(
        program,
        matrix=matrix,
        low=np.concatenate([program.low, np.full(more, -np.inf)]),
        high=np.concatenate([program.high, np.zeros(more)]),
    )
    return replace(whole, program=program, pin=tuple(rows))


def _rules(tree: ScenarioTree, p: Prospect, pins: tuple[Pin, ...], whole: Formulation) -> list[Rule]:
    """Every rule of business, with what to call it: pins last, for they are the easiest to give up and the last to be left out."""
    found = []
    for c in range(len(p.labels.cell)):
        rows = whole.must[:, c]
        if (rows >= 0).any():
            market, model = p.labels.cell[c]
            where = f"{p.labels.model[model]} in {p.labels.market[market]}"
            words = f"up to {p.demand.least[:, c].max():,.0f} cars a year of {where}"
            found.append(Rule("served", where, c, words, rows[rows >= 0], np.ones(int((rows >= 0).sum()))))
    # A balance that may be lower by one at all times begins with one more, and has what is lost of that made good.
    first = (years_before(tree, p.node_years.node) < 0)[:, None]
    opening = np.where(first, 1.0, 1.0 - p.pledges.carry[None, :] ** p.node_years.span[:, None])
    for j, name in enumerate(p.labels.pledge):
        words = f"the pledge `{name}`"
        found.append(Rule("pledge", f"`{name}`", j, words, whole.balance[:, j], opening[:, j]))
    for n in np.flatnonzero(whole.budget >= 0).tolist():
        where = f"a budget of {tree.start[n]} ({tree.name[n]})"
        found.append(Rule("budget", where, n, f"{where} of {p.budget[n]:,.0f}", whole.budget[[n]], np.ones(1)))
    for i, rows in enumerate(whole.pin):
        found.append(Rule("pin", f"pins[{i}]", i, _pin_words(p, pins[i]), rows, np.ones(len(rows))))
    return found


def _pin_words(p: Prospect, pin: Pin) -> str:
    labels = p.labels.option if pin.kind in {"option", "close"} else p.labels.resource
    if not pin.do:
        asked = "never"
    elif pin.amount is None:
        asked = f"{DONE[pin.kind]} by {pin.by}"
    else:
        asked = f"{DONE[pin.kind]}, exactly {pin.amount:g} up to {pin.by}"
    return f"`{labels[pin.index]}` {asked}"


def _without(program: Program, dropped: list[Rule]) -> Program:
    """The program with the rows of some rules let go."""
    low, high = program.low.copy(), program.high.copy()
    for rule in dropped:
        low[rule.rows], high[rule.rows] = -np.inf, np.inf
    return replace(program, low=low, high=high)


def explained(tree: ScenarioTree, prospect: Prospect, pins: tuple[Pin, ...], seconds: float) -> list[Fault]:
    """Why nothing fits; none where no rule of business is to blame, or time ended before it was found."""
    conflict = Conflict(tree, prospect, pins, seconds)
    faults: list[Fault] = []
    for _ in range(MOST_CONFLICTS):
        held = conflict.smallest()
        if not held:
            break
        if all(rule.kind == "served" for rule in held):
            faults += unserved(tree, prospect, conflict.limits)
        else:
            first = next((rule for rule in reversed(held) if rule.kind == "pin"), held[-1])
            where = first.where if first.kind == "pin" else "plan"
            faults.append(Fault(where, "RS-F503", _told(held), _way_out(conflict.ways(held))))
        # What has been told is let go: what clashes beside it is told, too.
        conflict.rules = [rule for rule in conflict.rules if rule not in held]
        conflict.whole = replace(conflict.whole, program=_without(conflict.whole.program, held))
    return list(dict.fromkeys(faults))


def _told(held: list[Rule]) -> str:
    """The conflict in words."""
    served = [rule for rule in held if rule.kind == "served"]
    others = [rule for rule in reversed(held) if rule.kind != "served"]
    if not served and len(others) == 1:
        [rule] = others
        return f"no plan can honour the pin {rule.words}" if rule.kind == "pin" else f"no plan keeps {rule.words}"
    words = [f"the pin {rule.words}" if rule.kind == "pin" else rule.words for rule in others]
    if len(served) > MOST_CELLS:
        words.append(f"the cars of {len(served)} models in markets that must be served")
    else:
        words += [rule.words for rule in served]
    return f"no plan keeps these together: {'; '.join(words)}"


def _way_out(ways: list[Way]) -> str:
    """What would do, the best first."""
    if not ways:
        return "more than one of them has to give way"
    best, *others = ways
    worth = f", with a plan worth {best.value:,.0f}" if np.isfinite(best.value) else ""
    rest = "".join(f"; or {way.words}" for way in others[:MOST_WAYS])
    return f"{'cheapest: ' if others else ''}{best.words}{worth}{rest}"
