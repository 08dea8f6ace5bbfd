"""What ties a line's commitment to years and to other lines: lives, notice, conversion, choices, tooling of models.

A line that converts another (a kit line turned into a plant) takes over its modules: what is made with them uses the first line's
resource. Steps of its own, at its own cost, are a resource beside it, which cars use under a regime of their own. A model
that a line must be tooled for is made there only once an option of its own is open, which needs the line's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.terms.years import NEVER
from roadstead.world.carmaker import RUNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.terms.arrays import Ints
    from roadstead.world.carmaker import Carmaker, Line
    from roadstead.world.line_terms import Tooling


@dataclass(frozen=True, slots=True)
class Ties:
    """Fields of ``Options`` of the same names, of lines, then of other options."""

    minimum_life: Ints
    maximum_life: Ints
    notice: Ints
    grows_from: Ints
    needs: Ints
    choice: Ints


def grown_out_of(lines: Mapping[str, Line], line_id: str) -> tuple[str, ...]:
    """A line, what it converts, what that converted before it, and so on."""
    found = [line_id]
    while lines[found[-1]].converts:
        found.append(lines[found[-1]].converts)
    return tuple(found)


def first_line(lines: Mapping[str, Line], line_id: str) -> str:
    """The line whose modules a line works with: the first that it grows out of, or itself."""
    return grown_out_of(lines, line_id)[-1]


def tooled(carmaker: Carmaker) -> tuple[tuple[Line, Tooling], ...]:
    """Every model that a line must be tooled for, with the line, in the order of the options."""
    return tuple((line, tool) for line in carmaker.lines.values() for tool in line.tooling)


def tool_name(line: Line, tool: Tooling) -> str:
    """What the option of tooling a model at a line is called."""
    return f"tool {tool.model_id} at {line.line_id}"


def opens(line: Line, first_year: int) -> int:
    """Year in which a line's option is open without a decision.

    A line that runs, or will, is open from the first year on: what is still to pay for one being built is paid while it is not.
    A life is counted from the year in which a line opened, where that has been.
    """
    if line.standing not in RUNS:
        return NEVER
    return min(line.opens, first_year) if line.minimum_life or line.maximum_life < NEVER else first_year


def _ahead(line: Line, first_year: int) -> int:
    """Years by which a line that will run counts as open before it is: its lives begin so much later."""
    return max(line.opens - first_year, 0) if line.standing in RUNS else 0


def ties(carmaker: Carmaker, others: int, first_year: int) -> Ties:
    """Ties of every line, of ``others`` options that have none, and of every model's tooling."""
    lines, tools = tuple(carmaker.lines.values()), tooled(carmaker)
    at = {line.line_id: i for i, line in enumerate(lines)}
    names = tuple(dict.fromkeys(line.choice for line in lines if line.choice))
    rest = others + len(tools)

    def column(of_lines: Sequence[int], otherwise: int) -> Ints:
        return np.asarray([*of_lines, *[otherwise] * rest], dtype=np.int64)

    needs = column([-1] * len(lines), -1)
    needs[len(lines) + others :] = [at[line.line_id] for line, _ in tools]
    return Ties(
        minimum_life=column([n + _ahead(ln, first_year) if (n := ln.minimum_life) else 0 for ln in lines], 0),
        maximum_life=column([min(ln.maximum_life + _ahead(ln, first_year), NEVER) for ln in lines], NEVER),
        notice=column([line.notice for line in lines], 0),
        grows_from=column([at.get(line.converts, -1) for line in lines], -1),
        needs=needs,
        choice=column([names.index(line.choice) if line.choice else -1 for line in lines], -1),
    )
