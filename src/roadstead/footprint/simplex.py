"""A linear program in the solver, kept warm while rows come and go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint.extensive import model_of, new_solver

if TYPE_CHECKING:
    from scipy import sparse

    from roadstead.footprint.program import Program
    from roadstead.terms.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Vertex:
    """Where the solver stands: its own word for how it ended, point, prices of rows, reduced gains and value.

    Shapes (V,), (W,), (V,).
    """

    status: str
    point: Floats
    price: Floats
    reduced: Floats
    value: float


class Simplex:
    """The dual simplex method from basis to basis."""

    def __init__(self, program: Program) -> None:
        self._flat = program.constant
        self._solver = new_solver(1)
        self._solver.passModel(model_of(program))

    def add(self, rows: sparse.csr_matrix, most: Floats) -> None:
        """Further rows of at most so much."""
        self._solver.addRows(
            len(most), np.full(len(most), -np.inf), most,
            rows.nnz, rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32), rows.data,
        )  # fmt: skip

    def drop(self, rows: Ints) -> None:
        """Rows without which it goes on; those behind move up."""
        self._solver.deleteRows(len(rows), rows.astype(np.int32))

    def forget(self) -> None:
        """Begin from nothing next time."""
        self._solver.clearSolver()

    def run(self, seconds: float) -> Vertex:
        """Solve as it stands, for so long at most."""
        solver = self._solver
        solver.setOptionValue("time_limit", solver.getRunTime() + seconds)
        solver.run()
        solver.setOptionValue("time_limit", np.inf)
        solution = solver.getSolution()
        return Vertex(
            status=solver.modelStatusToString(solver.getModelStatus()),
            point=np.asarray(solution.col_value),
            price=np.asarray(solution.row_dual),
            reduced=np.asarray(solution.col_dual),
            value=float(solver.getInfo().objective_function_value) + self._flat,
        )

    def bound_columns(self, columns: Ints, low: Floats, high: Floats) -> None:
        """Other bounds of some columns."""
        self._solver.changeColsBounds(len(columns), columns.astype(np.int32), low, high)

    def bound_rows(self, rows: Ints, low: Floats, high: Floats) -> None:
        """Other bounds of some rows."""
        self._solver.changeRowsBounds(len(rows), rows.astype(np.int32), low, high)  # type: ignore[attr-defined]
