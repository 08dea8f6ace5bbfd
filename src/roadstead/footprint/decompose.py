"""Decomposition: a master of decisions, node-year programs that answer with prices, and a proof that needs no solver.

Each round the master proposes decisions; a point between them and the best so far (in-out) is priced by the node-year
programs in worker processes; their cuts, added up by node, go back to the master. Every round a proposal is rounded to whole
decisions and valued by the same programs. What the relaxed master cannot close, branch and bound on the master does, with
decisions fixed that could no longer pay.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint import extensive
from roadstead.footprint.certify import certify
from roadstead.footprint.columns import MONEY
from roadstead.footprint.extensive import INFEASIBLE, OPTIMAL, Limits
from roadstead.footprint.improving import Improver
from roadstead.footprint.search import PriceProof, Search, bound_of, ground
from roadstead.footprint.session import ALONE, News
from roadstead.footprint.states import decisions_at

if TYPE_CHECKING:
    from roadstead.footprint.certify import Certificate
    from roadstead.footprint.master import MasterAnswer
    from roadstead.footprint.plan import Decisions, FootprintPlan, Pin
    from roadstead.footprint.program import Program
    from roadstead.footprint.search import Ground
    from roadstead.footprint.session import Session
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Floats

STEP = 0.6
"""How far a round goes from the best point so far to what the master proposes."""
BEGIN = 0.25
"""Share of everything with which the first prices are asked for."""
STALLED = 0.1
"""Share of the gap asked for, below which the relaxed master has nothing more to give."""
ROUNDING = 1e-6
"""Share of NPV, or of a decision, that is a solver's rounding."""
CLOSED = 1e-8
"""Share of NPV left unproven at which a gap of nothing counts as closed."""
ROUNDED_EVERY = 2
"""Every so many rounds a proposal is rounded; in those between, the plan so far is changed."""
PLANS_WANTING = 4.0
"""How much further from the bound the plan lies than the relaxed point, for it to be changed twice."""
FIRST_ROUNDS = 3
"""Rounds whose proposals are too far off to be rounded."""
TIME_OUT = "Time limit reached"
"""The solver's word for a search that time has ended."""


@dataclass(frozen=True, slots=True)
class Goal:
    """How far to go: a share of value added, a time from the start [s], and the processes or the cluster for it."""

    gap: float
    seconds: float
    workers: int
    cluster: str | None = None


@dataclass(frozen=True, slots=True)
class Decomposed:
    """What a decomposition has found; in money.

    Attributes
    ----------
    plan, certificate
        None where nothing fits or nothing was found in time.
    bound_certified
        By the prices of the proof (F.18), whatever a solver says.
    bound_solver
        By the master's branch and bound, or its relaxation where that came to no end.
    """

    plan: FootprintPlan | None
    certificate: Certificate | None
    standing: float
    proof: PriceProof | None
    bound_certified: float
    bound_solver: float
    status: str


def decompose(
    tree: ScenarioTree,
    prospect: Prospect,
    goal: Goal,
    *,
    pins: tuple[Pin, ...] = (),
    start: Decisions | None = None,
    session: Session = ALONE,
) -> Decomposed:
    """Plan a prospect by decomposition."""
    began = time.perf_counter()
    at = ground(tree, prospect, pins)
    with Search(at, goal.workers, began + goal.seconds, goal.cluster) as search:
        run = _Run(search, goal, session)
        standing = run.begin(start)
        answer = run.relax(standing)
        if answer is None:
            return Decomposed(None, None, MONEY * standing, None, np.inf, np.inf, search.master.status)
        run.polish(answer, standing)
        last = search.master.solve() or answer
        prices, rows = search.proof(last), last.price
        certified = MONEY * bound_of(at, prices, rows)
        if search.plan is None:
            return Decomposed(
                None, None, MONEY * standing, PriceProof(pins, prices, rows), certified, MONEY * search.bound,
                INFEASIBLE if search.bound == -np.inf else TIME_OUT,
            )  # fmt: skip
        plan = search.plan_of(search.plan)
        reached = run.rest(standing) <= ROUNDING * abs(search.best)
        return Decomposed(
            plan=plan,
            certificate=certify(tree, prospect, plan),
            standing=MONEY * standing,
            proof=PriceProof(pins, prices, rows),
            bound_certified=certified,
            bound_solver=MONEY * search.bound,
            status=OPTIMAL if reached else TIME_OUT,
        )


@dataclass(slots=True)
class _Run:
    """A search with its goal and its clock."""

    search: Search
    goal: Goal
    session: Session
    standing: float = float("-inf")

    def left(self) -> float:
        """Time left. [s]"""
        return 0.0 if self.session.stop() else self.search.left()

    def allowance(self, standing: float) -> float:
        """What may be left unproven."""
        best = self.search.best
        return max(self.goal.gap * max(best - standing, 0.0), CLOSED * abs(best)) if np.isfinite(best) else 0.0

    def rest(self, standing: float) -> float:
        """What is unproven beyond what may be."""
        return self.search.bound - self.search.best - self.allowance(standing)

    def tell(self) -> None:
        """Progress in money."""
        if self.session.tell is not None:
            best, bound, standing = (MONEY * each for each in (self.search.best, self.search.bound, self.standing))
            self.session.tell(News(best, bound, standing, self.goal.seconds - self.search.left()))

    def begin(self, start: Decisions | None) -> float:
        """Prices of what stands, and of a quarter of everything; the value of what stands."""
        search, at = self.search, self.search.at
        nothing = np.zeros(len(at.decided.program.gain))
        plan = search.plan_of(nothing)
        standing = self.standing = certify(at.tree, at.prospect, plan).value / MONEY
        if search.fits(nothing):
            search.best, search.plan = standing, nothing
            search.seen.add(nothing.tobytes())
        if start is not None:
            first = decisions_at(at.families, start, len(nothing))
            if search.fits(first):
                search.try_whole(first)
        search.learn(search.answers(_some_of_all(at)))
        return standing

    def relax(self, standing: float) -> MasterAnswer | None:
        """Round after round of cuts until the relaxed master has no more to give; None where it has nothing at all.

        Where its solver gives up later on, rounds end: what the last answer proves stays proved.
        """
        search = self.search
        answer = again = search.master.solve()
        inside, inside_value, rounds = _some_of_all(search.at), -np.inf, 0
        improver = Improver(search)
        while answer is not None and again is not None:
            answer = again
            search.bound = min(search.bound, answer.value)
            self.tell()
            goal = STALLED * self.allowance(standing) + CLOSED * abs(answer.value)
            if self.rest(standing) <= 0 or answer.value - inside_value <= goal or self.left() <= 0:
                break
            point = STEP * answer.point + (1.0 - STEP) * inside
            answered = search.answers(point)
            search.learn(answered)
            value = search.allowed(point, answered)
            if value > inside_value:
                inside, inside_value = point, value
            rounds += 1
            if rounds > FIRST_ROUNDS and self.left() > 0:
                self._look_for_plans(improver, answer, rounds, inside_value)
            search.purge()
            again = search.master.solve()
        return answer

    def _look_for_plans(self, improver: Improver, answer: MasterAnswer, rounds: int, inside_value: float) -> None:
        """What the master proposes rounded, or the plan so far changed: twice, where plans are what is wanting."""
        search = self.search
        if rounds % ROUNDED_EVERY == 0 or not improver.step():
            search.round_off(answer.point)
        elif search.bound - search.best > PLANS_WANTING * (search.bound - inside_value) and self.left() > 0:
            improver.step()

    def polish(self, answer: MasterAnswer, standing: float) -> None:
        """Branch and bound on the master, its best plans valued and cut off, until the gap is closed or time is over."""
        search = self.search
        if self.rest(standing) > 0:
            Improver(search).improve()
            self.tell()
        relaxed, again_met = answer, set[bytes]()
        while self.rest(standing) > 0 and self.left() > 0:
            search.bound = min(search.bound, relaxed.value)
            hope, spare = search.best, self.allowance(standing)
            program = _narrowed(search.master.whole_program(), relaxed, hope + spare / 2)
            # One thread: the master beside it is solved with one, and a process has one scheduler.
            met = extensive.run(program, Limits(spare / 4, CLOSED / 4, max(self.left(), 0.1)))
            if met.status == INFEASIBLE:
                search.bound = min(search.bound, hope + spare / 2)
                return
            search.bound = min(search.bound, max(met.bound, hope + spare / 2))
            self.tell()
            if met.point is None:
                return
            whole = search.completed(_rounded_off(search.at, met.point[: len(answer.point)]))
            if whole is None or whole.tobytes() in again_met:
                return
            again_met.add(whole.tobytes())
            search.try_whole(whole)
            again = search.master.solve()
            if again is None:
                return
            relaxed = again


def _some_of_all(at: Ground) -> Floats:
    """A share of every option and of every module, ordered at once."""
    point = np.zeros(len(at.decided.program.gain))
    for family in at.families[0], at.families[2]:
        first = family[0][family[0] >= 0]
        point[first] = BEGIN * at.decided.program.ceiling[first]
    return point


def _rounded_off(at: Ground, point: Floats) -> Floats:
    """A solver leaves whole decisions a millionth off."""
    return np.where(at.decided.program.whole, np.round(point), np.maximum(point, 0.0))


def _narrowed(program: Program, relaxed: MasterAnswer, least: float) -> Program:
    """Decisions held where they are, that could not move and leave ``least`` within reach of the relaxed value."""
    width = len(relaxed.point)
    floor, ceiling = program.floor.copy(), program.ceiling.copy()
    whole = program.whole[:width]
    out = whole & (relaxed.point <= ROUNDING) & (relaxed.value + relaxed.reduced < least)
    ceiling[:width][out] = 0.0
    full = whole & (relaxed.point >= ceiling[:width] - ROUNDING) & (relaxed.value - relaxed.reduced < least) & ~out
    floor[:width][full] = ceiling[:width][full]
    return replace(program, floor=floor, ceiling=ceiling)
