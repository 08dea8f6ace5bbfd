"""Hand a program to HiGHS and take back a point, its bound and its row prices; bounds.py and certify.py check them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np

from roadstead.footprint.program import tightened

if TYPE_CHECKING:
    from collections.abc import Callable

    from scipy import sparse

    from roadstead.footprint.program import Program
    from roadstead.terms.arrays import Floats, Ints

    ProgressCall = Callable[[float, float, float], None]


OPTIMAL = "Optimal"
"""The solver's word for a proof that reached its gap."""
INFEASIBLE = "Infeasible"
"""The solver's word for a program nothing fits."""
SMALLEST = 1e-6
"""Differences below this are rounding. In the program's unit."""
LONGEST = 600.0
"""A linear program that has not ended by then has gone wrong. [s]"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the solver returned.

    Attributes
    ----------
    status
        The solver's own word for how it ended.
    point
        Values of the columns, or None where none was found. Shape (V,).
    price
        Row prices of a linear program, or None. Shape (W,).
    bound
        Best objective still possible by the solver's account.
    seconds
        Its own clock.
    """

    status: str
    point: Floats | None
    price: Floats | None
    bound: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Limits:
    """How far to go: stop at an absolute gap (program units), a relative gap, or a time.

    ``straight``: no presolve, so that a start keeps its value (see ``_falls_short``) and rows that look idle stay for cuts to be made
    of; and no search for plans in programs of their own, which takes longer than branching from a good start.
    """

    absolute_gap: float = 0.0
    relative_gap: float = 1e-6
    seconds: float = 60.0
    threads: int = 1
    straight: bool = False


def run(
    program: Program,
    limits: Limits,
    *,
    start: Floats | None = None,
    progress: ProgressCall | None = None,
    stop: Callable[[], bool] | None = None,
    improved: Callable[[Floats], None] | None = None,
) -> Answer:
    """Maximise ``program``; ``improved`` is given every better point, and ``stop`` ends the search with the best so far."""
    solver = new_solver(limits.threads)
    solver.setOptionValue("time_limit", limits.seconds)
    solver.setOptionValue("mip_abs_gap", limits.absolute_gap)
    solver.setOptionValue("mip_rel_gap", limits.relative_gap)
    if limits.straight:
        solver.setOptionValue("presolve", "off")
        for search in ("rens", "rins", "root_reduced_cost"):
            solver.setOptionValue(f"mip_heuristic_run_{search}", False)
    solver.passModel(model_of(program))
    if start is not None:
        point = highspy.HighsSolution()
        point.col_value = list(start)
        solver.setSolution(point)
    _listen(solver, program.constant, progress, stop, improved)
    solver.run()
    answer = _answer(solver, program)
    if start is None or not _falls_short(answer, program, limits):
        return answer
    left = replace(limits, seconds=max(limits.seconds - answer.seconds, 1.0))
    again = run(program, left, progress=progress, stop=stop, improved=improved)
    return answer if again.point is None else again


def _listen(
    solver: highspy.Highs,
    constant: float,
    progress: ProgressCall | None,
    stop: Callable[[], bool] | None,
    improved: Callable[[Floats], None] | None,
) -> None:
    """Have the solver tell how far it is, what it has found, and ask whether to go on."""
    kinds = highspy.cb.HighsCallbackType

    def told(kind: Any, _text: str, out: Any, into: Any, _user: Any) -> None:
        if kind == kinds.kCallbackMipImprovingSolution:
            if improved is not None:
                improved(np.array(out.mip_solution))
            return
        if progress is not None:
            # Before it has a bound, the solver may tell a value that no point of the program has.
            value = out.mip_primal_bound if np.isfinite(out.mip_dual_bound) else -np.inf
            progress(value + constant, out.mip_dual_bound + constant, out.running_time)
        if stop is not None and stop():
            into.user_interrupt = True

    if progress is not None or stop is not None or improved is not None:
        solver.setCallback(told, None)
        solver.startCallback(kinds.kCallbackMipInterrupt)
    if improved is not None:
        solver.startCallback(kinds.kCallbackMipImprovingSolution)


def _falls_short(answer: Answer, program: Program, limits: Limits) -> bool:
    """True where a proof is said to be done, but the point handed back is not the one it is about.

    HiGHS 1.16 does this with a start whose value it misreads after presolve: on a frozen problem of 15 nodes a start worth 56,840
    counts as 61,097, more than the relaxation allows, the search ends at its first node, and the start comes back.
    """
    if answer.point is None or answer.status != OPTIMAL:
        return False
    met = float(program.gain @ answer.point) + program.constant
    return answer.bound - met > max(limits.absolute_gap, limits.relative_gap * abs(met)) + SMALLEST


def new_solver(threads: int) -> highspy.Highs:
    """A silent solver."""
    # The scheduler is shared by every solver of the process and refuses a second number of threads.
    highspy.Highs.resetGlobalScheduler(True)
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    solver.setOptionValue("threads", threads)
    return solver


def _answer(solver: highspy.Highs, program: Program) -> Answer:
    info = solver.getInfo()
    solution = solver.getSolution()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible.value
    integer = bool(program.whole.any())
    return Answer(
        status=solver.modelStatusToString(solver.getModelStatus()),
        point=np.asarray(solution.col_value) if found else None,
        price=None if integer or not solution.dual_valid else np.asarray(solution.row_dual),
        bound=(info.mip_dual_bound if integer else info.objective_function_value) + program.constant,
        seconds=solver.getRunTime(),
    )


@dataclass(frozen=True, slots=True)
class Basis:
    """Where a linear program ended: the solver's status of every column and row. Shapes (V,), (W,)."""

    column: Ints
    row: Ints

    def with_rows(self, more: int) -> Basis:
        """The same with rows that were not there, and bind nothing."""
        return Basis(self.column, np.append(self.row, np.full(more, int(highspy.HighsBasisStatus.kBasic))))


class WarmProgram:
    """A linear program solved again and again, each time from the last basis: with further rows, or with columns fixed.

    On the bundled case a changed decision costs about a hundredth of a solve from nothing.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self._solver = new_solver(1)
        self._solver.passModel(model_of(program))

    def solve(self, seconds: float = LONGEST) -> Answer:
        """Solve as it stands."""
        self._solver.setOptionValue("time_limit", self._solver.getRunTime() + seconds)
        self._solver.run()
        return _answer(self._solver, self.program)

    def basis(self) -> Basis:
        """Where the last solve ended."""
        met = self._solver.getBasis()
        return Basis(np.asarray([int(s) for s in met.col_status]), np.asarray([int(s) for s in met.row_status]))

    def begin_at(self, basis: Basis) -> None:
        """Begin the next solve where another ended; nothing is done where the shapes differ."""
        if (len(basis.column), len(basis.row)) != (len(self.program.gain), len(self.program.low)):
            return
        begin = highspy.HighsBasis()
        begin.col_status = [highspy.HighsBasisStatus(int(s)) for s in basis.column]
        begin.row_status = [highspy.HighsBasisStatus(int(s)) for s in basis.row]
        begin.valid = True
        self._solver.setBasis(begin)

    def add_rows(self, rows: sparse.csr_matrix, high: Floats | None = None) -> None:
        """Add rows, each at most ``high``, zero where nothing is said."""
        count = rows.shape[0]
        start, index = rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32)
        low, most = np.full(count, -np.inf), np.zeros(count) if high is None else high
        self._solver.addRows(count, low, most, rows.nnz, start, index, rows.data)
        self.program = tightened(self.program, rows, most)

    def value(self, columns: Ints, values: Floats) -> float:
        """Objective with ``columns`` fixed at ``values``; minus infinity where nothing fits. In the program's unit."""
        self._solver.changeColsBounds(len(columns), columns.astype(np.int32), values, values)
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return float("-inf")
        return float(self._solver.getInfo().objective_function_value) + self.program.constant

    def reduced(self) -> Floats:
        """Reduced gains of the columns at the last solve. Shape (V,)."""
        return np.asarray(self._solver.getSolution().col_dual)

    def point(self) -> Floats:
        """Values of the columns at the last solve. Shape (V,)."""
        return np.asarray(self._solver.getSolution().col_value)


def model_of(program: Program) -> highspy.HighsLp:
    """A program in the words of the solver."""
    model = highspy.HighsLp()
    model.num_col_ = len(program.gain)
    model.num_row_ = len(program.low)
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = program.gain
    model.col_lower_ = program.floor
    model.col_upper_ = program.ceiling
    model.row_lower_ = program.low
    model.row_upper_ = program.high
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = program.matrix.indptr
    model.a_matrix_.index_ = program.matrix.indices
    model.a_matrix_.value_ = program.matrix.data
    if program.whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[int(w)] for w in program.whole]
    return model
