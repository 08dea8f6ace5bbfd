"""Decomposition: a master of decisions, node-year programs that answer with prices, and a proof that needs no solver.

Each round the master proposes decisions; a point between them and the best so far (in-out) is priced by the node-year
programs in worker processes; their cuts, added up by node, go back to the master. Once the relaxed point is known to be near,
proposals are rounded to whole decisions, which are changed for the better, and valued by the same programs. What the relaxed master cannot close, branch and bound on the master does, with
decisions fixed that could no longer pay.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint import extensive
from roadstead.footprint.certify import certify
from roadstead.footprint.columns import MONEY
from roadstead.footprint.dispatch import read_decisions
from roadstead.footprint.extensive import INFEASIBLE, OPTIMAL, Limits
from roadstead.footprint.ground import ground
from roadstead.footprint.improving import Improver
from roadstead.footprint.program import narrowed
from roadstead.footprint.search import Search
from roadstead.footprint.session import ALONE, Checkpoint, News
from roadstead.footprint.states import decisions_at
from roadstead.footprint.turns import Turns
from roadstead.terms.errors import RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from roadstead.footprint.certify import Certificate
    from roadstead.footprint.ground import Ground
    from roadstead.footprint.master import MasterAnswer
    from roadstead.footprint.plan import Decisions, FootprintPlan, Pin
    from roadstead.footprint.price_proof import PriceProof
    from roadstead.footprint.pricing import BarePrices
    from roadstead.footprint.session import Session
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Floats

STEP, NEAR_STEP = 0.6, 0.4
"""How far a round goes from the best point so far to what the master proposes; and once cuts on lumps (F.28, F.30) are looked for."""
BEGIN = 0.25
"""Share of everything with which the first prices are asked for."""
STALLED = 0.1
"""Share of the gap asked for, below which the relaxed master has nothing more to give."""
FIRST, NEAR_OFF, NEAR_GOAL = 0.01, 0.5, 0.2
"""How near the master is solved where it is from within: at first, of what stands; then of what it is off by, and of that at which it is stalled."""
ROUNDING = 1e-6
"""Share of NPV, or of a decision, that is a solver's rounding."""
CLOSED = 1e-8
"""Share of NPV left unproven at which a gap of nothing counts as closed."""
LITTLE = 1.0
"""Time that a master gets when time is over. [s]"""
IDLE = 8
"""Rounds that bring nothing, neither bound nor point, after which none will: what is left is a solver's rounding."""
AT_FIRST = 16
"""Of so many nodes that run alike, one is asked about what is given before anything is known; the others borrow its prices."""
THEN = 3
"""The same in the first round."""
ROUNDED_EVERY = 3
"""Every so many rounds a proposal is rounded, too; in all, the plan so far is changed."""
PLANS_WANTING = 1.5
"""How much further from the bound the plan lies than the relaxed point, for it to be changed at every stage."""
NEAR, SIGHT = 0.02, 0.2
"""Share of value added within which the relaxed point is known, for plans to be looked for (what is rounded early is soon outdone), and for cuts on lumps."""
FIRST_ROUNDS = 12
"""Rounds after which they are looked for in any case."""
FIRST_SHARE = 0.5
"""Share of the time after which they are, too."""
ENDING = 3.0
"""Times as long as flows and certificate of what stands, kept for those of the plan and its proof: 1.7 to 2.7 on 1,093 nodes."""
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
        run = _Run(search, goal, session, began)
        standing = run.begin(start)
        answer = run.relax(standing)
        if answer is None:
            return Decomposed(None, None, MONEY * standing, None, np.inf, np.inf, search.master.status)
        run.polish(answer, standing)
        last = answer
        if answer.value - search.best > run.allowance(standing):
            # What is new since then may say more; one that time cuts off may say less.
            again = search.master.solve(run.spare(), run.near(answer.value, standing)) or answer
            last = min(again, answer, key=lambda each: each.value)
        plan = None if search.plan is None else search.plan_of(search.plan)
        with ThreadPoolExecutor(1) as beside:  # the workers have the proof to do
            valued = None if plan is None else beside.submit(certify, tree, prospect, plan)
            proof, bound = search.proved(last, pins)
    unmet = INFEASIBLE if plan is None and search.bound == -np.inf else TIME_OUT
    return Decomposed(
        plan=plan,
        certificate=None if valued is None else valued.result(),
        standing=MONEY * standing,
        proof=proof,
        bound_certified=MONEY * bound,
        bound_solver=MONEY * search.bound,
        status=OPTIMAL if plan is not None and run.rest(standing) <= ROUNDING * abs(search.best) else unmet,
    )


def proposed(tree: ScenarioTree, prospect: Prospect, goal: Goal, pins: tuple[Pin, ...]) -> Decisions | None:
    """The plan that rounds of a decomposition come by, for another planner to begin from; nothing is branched for or proved."""
    began = time.perf_counter()
    at = ground(tree, prospect, pins)
    with Search(at, goal.workers, began + goal.seconds) as search:
        run = _Run(search, goal, ALONE, began)
        run.relax(run.begin(None))
        plan = search.plan
    return None if plan is None else read_decisions(at.decided.columns, plan, prospect.resources)


@dataclass(slots=True)
class _Run:
    """A search with its goal and its clock."""

    search: Search
    goal: Goal
    session: Session
    began: float
    standing: float = float("-inf")
    rounded: int = 0
    pause: int = ROUNDED_EVERY

    def left(self) -> float:
        """Time left. [s]"""
        return 0.0 if self.session.stop() else self.search.left()

    def spare(self) -> float:
        """Time left for one solve of the master: a little even where none is, for what is new since the last. [s]"""
        return max(self.left(), LITTLE)

    def allowance(self, standing: float) -> float:
        """What may be left unproven."""
        best = self.search.best
        if not np.isfinite(best):
            return 0.0
        added = best - standing if np.isfinite(standing) else abs(best)
        return max(self.goal.gap * max(added, 0.0), CLOSED * abs(best))

    def rest(self, standing: float) -> float:
        """What is unproven beyond what may be."""
        return self.search.bound - self.search.best - self.allowance(standing)

    def tell(self) -> None:
        """Progress in money."""
        if self.session.tell is not None:
            best, bound, standing = (MONEY * each for each in (self.search.best, self.search.bound, self.standing))
            self.session.tell(News(best, bound, standing, time.perf_counter() - self.began))

    def keep(self, *prices: BarePrices) -> None:
        """What there is to go on from: prices of a round, and the best plan."""
        keep, search, at = self.session.keep, self.search, self.search.at
        if keep is not None:
            plan = search.plan
            decisions = None if plan is None else read_decisions(at.decided.columns, plan, at.prospect.resources)
            keep(Checkpoint(decisions, prices=prices))

    def begin(self, start: Decisions | None) -> float:
        """Prices of what stands, and of a quarter of everything; the value of what stands."""
        search, at = self.search, self.search.at
        if not at.offered.always_fits:
            search.learn_from_nothing()
        before = time.perf_counter()
        standing = self.standing = self._stands()
        # Flows, certificate and proof of the plan take about so much longer than those of what stands, and shall be there in time, too.
        search.ends -= min(ENDING * (time.perf_counter() - before), max(search.left(), 0.0) / 2)
        found = self.session.found or Checkpoint()
        for prices in found.prices:
            search.learn_again(prices)
        start = found.decisions or start
        if start is not None:
            first = search.completed(decisions_at(at.families, start, len(at.decided.program.gain)))
            if first is not None and search.fits(first):
                search.try_whole(first)
        some = search.answers(_some_of_all(at), search.spread(AT_FIRST), lend=True)
        if not search.answering(some).all():
            search.learn_from_nothing()
        search.learn(some)
        return standing

    def _stands(self) -> float:
        """Value of what stands, minus infinity where it keeps not every rule but pins; it is the first plan where they let it be one."""
        search, at = self.search, self.search.at
        nothing, promised = np.zeros(len(at.decided.program.gain)), float("-inf")
        if len(at.prospect.pledges.earns):
            held = np.concatenate([family[family >= 0] for family in at.families])
            asked = np.concatenate([*at.decided.pin, held[:0]])  # pins ask for what does not stand yet
            with search.master.eased(asked):
                first = search.master.fitted(held, nothing[held])
                if first is None:
                    return float("-inf")
                _, nothing, _ = search.settled(first, held)
                again = search.master.fitted(held, nothing[held])
            promised = float("inf") if again is None else search.master.estimate(again)
        try:
            standing = certify(at.tree, at.prospect, search.plan_of(nothing)).value / MONEY
        except RoadsteadError:
            return float("-inf")
        search.best, search.plan = float("-inf"), None
        if search.fits(nothing):
            search.best, search.plan = standing, nothing
            search.seen.add(nothing.tobytes())
        return max(standing, promised)  # no more is called value added than is sure

    def relax(self, standing: float) -> MasterAnswer | None:
        """Round after round of cuts until the relaxed master has no more to give; None where it has nothing at all.

        Where its solver gives up later on, rounds end: what the last answer proves stays proved.
        """
        search = self.search
        most = FIRST * abs(standing) if np.isfinite(standing) else 0.0
        answer = again = best = search.master.solve(near=most)
        inside, inside_value, before, rounds, since, idle = _some_of_all(search.at), -np.inf, np.inf, 0, 0, 0
        improver, near, lumps = Improver(search), False, not search.at.offered.lumpy.any()
        turns = Turns(search.master.family, search.spread(THEN), *search.dealt())
        while answer is not None and again is not None:
            answer = again
            best = answer if best is None or answer.value < best.value else best
            search.bound = min(search.bound, answer.value)
            self.tell()
            goal = STALLED * self.allowance(standing) + CLOSED * abs(answer.value)
            ends = answer.value - inside_value <= goal or idle > IDLE
            if self.rest(standing) <= 0 or self.left() <= 0 or (ends and lumps and turns.all):
                break
            off = answer.value - inside_value if np.isfinite(inside_value) else np.inf
            if (off <= SIGHT * (inside_value - standing) or ends) and not lumps:
                # From here on cuts on lumps are looked for: every value is lower with them, that of the best point so far, too.
                lumps, inside_value, idle = True, -np.inf, 0
            elif ends:
                # What nodes that were passed over earn is not known, only expected: before rounds end, all are asked.
                inside_value = -np.inf
                turns.ask_all()
            # A point short of what the master proposes may leave it where it is: then the proposal itself is asked about.
            moved, before = before - answer.value, answer.value
            step = (NEAR_STEP if lumps else STEP) if moved > STALLED * goal else 1.0
            point = step * answer.point + (1.0 - step) * inside
            value = self._round(turns, point, lumps=lumps, lend=rounds == 0)
            idle = idle + 1 if max(value - inside_value, moved) <= CLOSED * abs(answer.value) else 0
            if value > inside_value:
                inside, inside_value = point, value
            rounds += 1
            near = bool(np.isfinite(inside_value)) and answer.value - inside_value <= NEAR * (inside_value - standing)
            late = rounds > FIRST_ROUNDS or self.left() < (1.0 - FIRST_SHARE) * self.goal.seconds
            search.purge(best)
            wanted = bool(since or near or late) and self.left() > 0
            points = answer.point, inside
            known = max(inside_value, self.search.best)
            with self._master_solving(self.near(answer.value, standing, known)) as solved:
                if wanted:
                    self._look_for_plans(improver, points, since, inside_value)
            since += wanted
            again = solved()
        return best

    def near(self, bound: float, standing: float, known: float = np.inf) -> float:
        """How near its optimum the master is solved: little beside what it is off by, and beside what it may be."""
        goal = STALLED * self.allowance(standing)
        return max(NEAR_GOAL * goal, NEAR_OFF * (bound - known) if np.isfinite(known) else 0.0)

    def _round(self, turns: Turns, point: Floats, *, lumps: bool, lend: bool) -> float:
        """Ask about a point; its value as far as it is known or expected, minus infinity where it is unfit."""
        search, asked = self.search, turns.next()
        answered = search.answers(point, asked, lumps=lumps, lend=lend)
        earned = turns.learn(
            asked, search.master.allowed(point), search.earned(point, answered), search.answering(answered) & ~asked
        )
        search.learn(answered)
        self.keep(answered.prices)
        return search.master.worth(point, earned)

    @contextmanager
    def _master_solving(self, near: float) -> Iterator[Callable[[], MasterAnswer | None]]:
        """The master is solved while plans are looked for, or after it where they need its solver, too."""
        solve = partial(self.search.master.solve, self.spare(), near)
        if not self.search.apart:
            yield solve
            return
        self.search.master.make_ready()
        with ThreadPoolExecutor(1) as beside:
            yield beside.submit(solve).result

    def _look_for_plans(self, improver: Improver, points: tuple[Floats, Floats], since: int, relaxed: float) -> None:
        """Round a proposal now and then, and change the plan so far: at every stage, where plans are what is wanting."""
        search = self.search
        if since >= self.rounded:
            before = search.best
            search.round_off(points)
            self.pause = ROUNDED_EVERY if search.best > before else 2 * self.pause
            self.rounded = since + self.pause
        for _ in improver.stages:
            if self.left() <= 0 or self.rest(self.standing) <= 0 or not improver.step():
                return
            if search.bound - search.best <= PLANS_WANTING * (search.bound - relaxed):
                return

    def polish(self, answer: MasterAnswer, standing: float) -> None:
        """Branch and bound on the master, its best plans valued and cut off, until the gap is closed or time is over."""
        search = self.search
        if self.rest(standing) > 0:
            Improver(search).improve()
            self.tell()
        relaxed, tried = answer, set[bytes]()
        while self.rest(standing) > 0 and self.left() > 0:
            search.bound = min(search.bound, relaxed.value)
            hope, spare = search.best, self.allowance(standing)
            whole, least = search.master.whole_program(), hope + spare / 2
            program = narrowed(whole, relaxed.point, relaxed.value, relaxed.reduced, least)
            # One thread: the master beside it is solved with one, and a process has one scheduler.
            limits = Limits(spare / 4, CLOSED / 4, max(self.left(), 0.1))
            met = extensive.run(program, limits, stop=self.session.stop)
            if met.status == INFEASIBLE:
                search.bound = min(search.bound, hope + spare / 2)
                return
            search.bound = min(search.bound, max(met.bound, hope + spare / 2))
            self.tell()
            if met.point is None:
                return
            plan = search.completed(_rounded_off(search.at, met.point[: len(answer.point)]))
            if plan is None or plan.tobytes() in tried:
                return
            tried.add(plan.tobytes())
            search.try_whole(plan)
            self.keep()
            again = search.master.solve(self.spare(), self.near(search.bound, standing))
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
