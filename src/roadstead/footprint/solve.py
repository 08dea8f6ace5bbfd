"""Find a plan, prove how good it is, and say which bound proves it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from roadstead.footprint.bounds import weak_duality
from roadstead.footprint.certify import certify
from roadstead.footprint.columns import MONEY
from roadstead.footprint.conflict import explained
from roadstead.footprint.decompose import Goal, decompose, proposed
from roadstead.footprint.dispatch import dispatch, no_new, read_decisions
from roadstead.footprint.extensive import INFEASIBLE, OPTIMAL, Basis, Limits
from roadstead.footprint.formulation import formulate
from roadstead.footprint.ground import ground
from roadstead.footprint.linking import cut_rows, joined, no_cuts
from roadstead.footprint.method import chosen, grows_large
from roadstead.footprint.one_program import ROUNDING, Listener, branched, relaxation
from roadstead.footprint.operations import offers
from roadstead.footprint.plan import Decisions
from roadstead.footprint.price_proof import PriceProof, bound_of
from roadstead.footprint.program import tightened
from roadstead.footprint.rounding import Tries, good_start, valued
from roadstead.footprint.session import ALONE, Checkpoint, Session, share_of
from roadstead.footprint.strengthening import lump_rows, lumps_in_force
from roadstead.footprint.tails import risk_prices, risk_ratio, tail_rows, weighed
from roadstead.footprint.watching import keeper, told
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from roadstead.footprint.certify import Certificate
    from roadstead.footprint.linking import LinkingCuts
    from roadstead.footprint.lump_prices import Lumps
    from roadstead.footprint.method import Method
    from roadstead.footprint.one_program import Relaxed
    from roadstead.footprint.plan import FootprintPlan, Pin
    from roadstead.footprint.rounding import Start
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Floats

TOLERANCE = 1e-6
"""Share of NPV by which a solver may be off before its word is not taken."""
CLASH, NOT_IN_TIME = "RS-F503", "RS-F504"
"""Codes of a plan that cannot be, and of one that was not found in time."""
UNPLANNED = frozenset({CLASH, NOT_IN_TIME, "RS-F505"})
"""Codes of problems without a plan: an answer, and no fault of whoever asked."""
REFUTED = "Refuted"
"""Our word for a solver that said what the plan's certified value shows to be wrong."""

SHORT = 0.003
"""Gap of value added at which a decomposition that only proposes a plan to begin from has done enough."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to look.

    Attributes
    ----------
    gap
        Share of value added over the standing footprint that may be left unproven. [fraction]
    seconds
        Limit of time for one solve. [s]
    workers
        Processes for solves that do not wait for one another; threads of a solve that stands alone.
    method
        The planner to use; None leaves the choice to the problem's size.
    cluster
        Address of a Dask scheduler whose workers do a decomposition's node-years, or ``local``; one program is solved here.
    """

    gap: float = 0.01
    seconds: float = 60.0
    workers: int = 1
    method: Method | None = None
    cluster: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What ``bound_certified`` can be worked out from again without a solver.

    Attributes
    ----------
    pins, cuts
        What the program held.
    prices
        A price for every row. Shape (W,).
    lumps
        Cuts (F.28) and (F.30) that it held as well, with their prices.
    risk
        Prices of every path in every tail, from which risk weights follow (F.27). Shape (E * leaves,).
    """

    pins: tuple[Pin, ...]
    cuts: LinkingCuts
    prices: Floats
    lumps: Lumps
    risk: Floats


@dataclass(frozen=True, slots=True)
class Solved:
    """A plan with what proves it.

    Attributes
    ----------
    standing
        Value of today's and committed footprint with nothing new; minus infinity where it cannot serve what must be. [money]
    basis
        Where the relaxation ended, for a solve of the same prospect under other pins.
    bound_certified
        No plan is worth more, by weak duality (F.13), whatever a solver says. [money]
    bound_solver
        No plan is worth more, by the solver's branch and bound; where its word is refuted, ``bound_certified``. [money]
    status
        The solver's own word for how it ended, or ``Refuted`` where the plan's certified value shows it to be wrong.
    method, reason
        The planner that found it, and why that one.
    """

    plan: FootprintPlan
    certificate: Certificate
    standing: float
    proof: Proof | PriceProof
    basis: Basis
    bound_certified: float
    bound_solver: float
    status: str
    seconds: float
    method: Method = "extensive"
    reason: str = ""

    @property
    def bound(self) -> float:
        """The lower of both bounds, never below the plan's own certified value. [money]"""
        return max(min(self.bound_certified, self.bound_solver), self.certificate.value)

    @property
    def gap_bound(self) -> Literal["certified", "solver"]:
        """Which of both bounds the gap rests on."""
        return "certified" if self.bound_certified <= self.bound_solver else "solver"

    @property
    def value_added(self) -> float:
        """Value over today's and committed footprint; infinite where that cannot serve what must be. [money]"""
        return self.certificate.value - self.standing

    @property
    def unproven(self) -> float:
        """What a better plan could still be worth more; nothing where only rounding is left. [money]"""
        rest = self.bound - self.certificate.value
        return rest if rest > ROUNDING * abs(self.certificate.value) else 0.0

    @property
    def gap_value_added(self) -> float:
        """Unproven rest as a share of value added; infinite where nothing is added and something is unproven.

        No number where today's footprint cannot serve what must be: value added has no beginning then, NPV has.
        """
        return share_of(self.unproven, self.value_added) if np.isfinite(self.standing) else float("nan")

    @property
    def gap_npv(self) -> float:
        """Unproven rest as a share of NPV."""
        return share_of(self.unproven, self.certificate.value)

    @property
    def gap_reached(self) -> float:
        """The gap that an effort speaks of: of value added where that has a beginning and is something, else of NPV."""
        return self.gap_value_added if np.isfinite(self.gap_value_added) else self.gap_npv


def solve(
    tree: ScenarioTree,
    prospect: Prospect,
    effort: Effort,
    *,
    pins: tuple[Pin, ...] = (),
    start: Decisions | None = None,
    beside: Solved | None = None,
    session: Session = ALONE,
) -> Solved:
    """Plan a prospect by the planner its size calls for, polished and certified.

    ``start`` are decisions to begin from, if they fit; ``beside`` is another solve of the same prospect, whose cuts hold
    here too and whose relaxation ended near; ``session`` is who watches.

    Raises
    ------
    RoadsteadError
        RS-F503 where no plan honours the pins; RS-F504 where none was found in time; RS-F505 where no plan serves what must be.
    """
    method, reason = chosen(prospect, effort.method, effort.cluster)
    if method == "decomposition":
        solved = _by_decomposition(tree, prospect, effort, pins, start, session)
    else:
        solved = _by_extensive_form(tree, prospect, effort, pins, (start, beside), session)
    return replace(solved, method=method, reason=reason)


def _by_decomposition(
    tree: ScenarioTree,
    prospect: Prospect,
    effort: Effort,
    pins: tuple[Pin, ...],
    start: Decisions | None,
    session: Session,
) -> Solved:
    began = time.perf_counter()
    goal = Goal(effort.gap, effort.seconds, effort.workers, effort.cluster)
    found = decompose(tree, prospect, goal, pins=pins, start=start, session=session)
    if found.status == INFEASIBLE:
        raise RoadsteadError(_unfit(tree, prospect, pins, effort))
    if found.plan is None or found.certificate is None or found.proof is None:
        raise RoadsteadError(_not_found(effort, found.status))
    allowed = effort.gap * max(_added(found.certificate.value, found.standing), 0.0)
    status, bound = believed(found.status, found.bound_solver, found.bound_certified, found.certificate.value, allowed)
    none = np.zeros(0, dtype=np.int64)
    return Solved(
        plan=found.plan,
        certificate=found.certificate,
        standing=found.standing,
        proof=found.proof,
        basis=Basis(none, none),
        bound_certified=found.bound_certified,
        bound_solver=bound,
        status=status,
        seconds=time.perf_counter() - began,
    )


def believed(status: str, bound: float, certified: float, value: float, allowed: float) -> tuple[str, float]:
    """A solver's status and bound, or ``Refuted`` and the certified bound where the plan's certified value shows them wrong.

    A bound below a plan that exists is none; and what is said to be optimal leaves no more unproven than is ``allowed``.
    """
    off = TOLERANCE * abs(value)
    if bound < value - off or (status == OPTIMAL and min(bound, certified) - value > allowed + off):
        return REFUTED, certified if bound < value - off else bound
    return status, bound


def _by_extensive_form(
    tree: ScenarioTree,
    prospect: Prospect,
    effort: Effort,
    pins: tuple[Pin, ...],
    near: tuple[Decisions | None, Solved | None],
    session: Session,
) -> Solved:
    began = time.perf_counter()
    start, beside = near
    found = session.found or Checkpoint()
    start = found.decisions or start
    standing = beside.standing if beside else _standing(tree, prospect)
    cuts = beside.proof.cuts if beside and isinstance(beside.proof, Proof) else no_cuts(prospect)
    begin_at = found.ended or (beside.basis if beside else None)
    at = relaxation(tree, prospect, pins, cuts if found.cuts is None else found.cuts, begin_at)
    relaxed = at.strong.relaxed
    if relaxed.status == INFEASIBLE:
        raise RoadsteadError(_unfit(tree, prospect, pins, effort))
    if relaxed.point is None or at.strong.price is None:
        raise RoadsteadError(_not_found(effort, relaxed.status))
    proof = _proof(tree, prospect, at, pins, at.strong.price)
    certified = prove(tree, prospect, proof)
    many = grows_large(prospect, at.whole.columns)
    enough = (certified + effort.gap * standing) / (1.0 + effort.gap) / MONEY  # less than that leaves more than the gap
    begin = _proposal(tree, prospect, (effort, pins), at) if many and start is None else None
    if begin is None:
        begin = good_start(tree, prospect, at.whole.columns, at.warm, relaxed.point, start, Tries(enough))
    added = 0.0 if begin is None else _added(begin.value, standing / MONEY)
    limits = Limits(
        absolute_gap=effort.gap * max(added, 0.0),
        seconds=max(effort.seconds - (time.perf_counter() - began), 1.0),
        threads=effort.workers,
        straight=many,
    )
    if begin is not None and certified / MONEY - begin.value <= limits.absolute_gap:
        answer = replace(relaxed, point=begin.point)  # the relaxation has proved enough: nothing to branch for
    else:
        kept = keeper(prospect, at.whole.columns, at.cuts, session)
        answer = branched(tree, at, begin, limits, Listener(kept, told(session, standing, began), session.stop))
    point = answer.point
    if point is None:
        raise RoadsteadError(
            _unfit(tree, prospect, pins, effort) if answer.status == INFEASIBLE else _not_found(effort, answer.status)
        )
    plan = dispatch(tree, prospect, read_decisions(at.whole.columns, point, prospect.resources))
    certificate = certify(tree, prospect, plan)
    allowed = effort.gap * max(certificate.value - standing, MONEY * added, 0.0)
    status, bound = believed(answer.status, MONEY * answer.bound, certified, certificate.value, allowed)
    return Solved(
        plan=plan,
        certificate=certificate,
        standing=standing,
        proof=proof,
        basis=at.basis.with_rows(at.strong.links.count),
        bound_certified=certified,
        bound_solver=bound,
        status=status,
        seconds=time.perf_counter() - began,
    )


def _proposal(
    tree: ScenarioTree, prospect: Prospect, asked: tuple[Effort, tuple[Pin, ...]], at: Relaxed
) -> Start | None:
    """The plan a short decomposition comes by, if it comes by one that keeps what the relaxed program asks, pins included."""
    effort, pins = asked
    goal = Goal(max(effort.gap, SHORT), effort.seconds, effort.workers)
    first = proposed(tree, prospect, goal, pins)
    return None if first is None else valued(tree, prospect, at.whole.columns, at.warm, first)


def prove(tree: ScenarioTree, prospect: Prospect, proof: Proof | PriceProof) -> float:
    """The bound a saved proof gives, worked out anew without a solver. [money]"""
    if isinstance(proof, PriceProof):
        return MONEY * bound_of(ground(tree, prospect, proof.pins), proof)
    whole = formulate(tree, prospect, proof.pins)
    offered = offers(tree, prospect)
    lumps = lumps_in_force(offered, whole, proof.lumps)
    program = tightened(whole.program, cut_rows(prospect, whole.columns, proof.cuts))
    program = tightened(program, *lump_rows(offered, whole, lumps))
    prices = np.append(proof.prices, lumps.price)
    return MONEY * weak_duality(
        weighed(tree, prospect, whole, program, risk_ratio(tree, prospect.tails, proof.risk)), prices
    )


def _proof(tree: ScenarioTree, prospect: Prospect, at: Relaxed, pins: tuple[Pin, ...], price: Floats) -> Proof:
    """Prices of the program's rows and its cuts', and what the prices of tails between them make every node count."""
    rows, more = len(at.whole.program.low), tail_rows(tree, prospect.tails)
    risk = risk_prices(tree, price[rows : rows + more])
    prices = np.append(np.delete(price, np.s_[rows : rows + more]), at.strong.link_price)
    return Proof(pins, joined(at.cuts, at.strong.links), prices, at.strong.lumps, risk)


def _standing(tree: ScenarioTree, prospect: Prospect) -> float:
    """Value of today's and committed footprint; minus infinity where it cannot serve what must be, or keep a pledge. [money]"""
    try:
        plan = dispatch(tree, prospect, no_new(tree, prospect))
    except RoadsteadError:
        if prospect.demand.least.any() or prospect.labels.pledge or (prospect.options.needs >= 0).any():
            return float("-inf")
        raise
    return certify(tree, prospect, plan).value


def _added(value: float, standing: float) -> float:
    """What a gap is a share of: value added, or the value itself where value added has no beginning."""
    return value - standing if np.isfinite(standing) else abs(value)


def _unfit(tree: ScenarioTree, prospect: Prospect, pins: tuple[Pin, ...], effort: Effort) -> list[Fault]:
    """Why nothing fits: the rules that cannot all be kept, or that time ended before they were found."""
    message = f"no plan fits, and in {effort.seconds:g} s it was not found what stands in its way"
    return explained(tree, prospect, pins, effort.seconds) or [Fault("plan", NOT_IN_TIME, message, "more seconds")]


def _not_found(effort: Effort, status: str) -> Fault:
    message = f"no plan was found in {effort.seconds:g} s: the solver says {status!r}"
    return Fault("plan", NOT_IN_TIME, message, "more seconds, or a wider gap")


def without(tree: ScenarioTree, prospect: Prospect, solved: Solved, effort: Effort, pins: tuple[Pin, ...]) -> Solved:
    """Plan again under further pins, beginning from a plan with what they forbid taken out.

    A pin of the plan that speaks of the same decision gives way: what a wish costs is asked for, too.
    """
    again = {(pin.kind, pin.index) for pin in pins}
    kept = tuple(pin for pin in solved.proof.pins if (pin.kind, pin.index) not in again)
    d = solved.plan.decisions
    commit, close, build, retire = d.commit.copy(), d.close.copy(), d.build.copy(), d.retire.copy()
    for pin in pins:
        if pin.do:
            continue
        of_option = pin.kind in {"option", "close"}
        rows = np.flatnonzero(prospect.resources.option == pin.index).tolist() if of_option else [pin.index]
        retire[:, rows] = 0.0
        if of_option:
            close[:, pin.index] = 0.0
        if pin.kind == "option":
            commit[:, pin.index] = 0.0
        if pin.kind in {"option", "resource"}:
            build[:, rows] = 0.0
    begin = Decisions(commit, close, build, retire)
    return solve(tree, prospect, effort, pins=(*kept, *pins), start=begin, beside=solved)
