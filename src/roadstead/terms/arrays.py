"""Array types, and the habit that a result's arrays cannot be changed behind its back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Shorts: TypeAlias = npt.NDArray[np.int8]
Flags: TypeAlias = npt.NDArray[np.bool_]

NUMBERS = {"f": "numbers", "i": "whole numbers", "b": "true or false"}
"""Kinds of numbers that arrays hold, by numpy's letter."""
AT_A_TIME = 256
"""Node-years that are worked on together: an array over them and all arcs takes 15 MB in a large problem."""


def must_be_array(name: str, value: object, axes: int | None = None, kinds: str = "fib") -> None:
    """Raise ValueError where a value is no array, or none with so many axes and one of some kinds of numbers."""
    if not isinstance(value, np.ndarray):
        raise ValueError(f"{name} is a {type(value).__name__}, expected a numpy array")  # noqa: TRY004 - as of any array that is unfit
    if axes is not None and value.ndim != axes:
        raise ValueError(f"{name} has shape {value.shape}, expected {axes} {'axis' if axes == 1 else 'axes'}")
    if value.dtype.kind not in kinds:
        raise ValueError(f"{name} holds {value.dtype}, expected {NUMBERS[kinds[0]]}")


def in_turn(count: int, together: int = AT_A_TIME) -> Iterator[slice]:
    """Rows of a tall array some at a time: arrays over all node-years and arcs, over and over, are what fills the memory of a large problem."""
    for begin in range(0, max(count, 1), together):
        yield slice(begin, min(begin + together, count))


def as_rows(numbers: Ints) -> slice | Ints:
    """Numbers of rows as what picks them: a slice where they stand side by side, so that what is picked is no copy."""
    beside = len(numbers) > 0 and bool(np.all(np.diff(numbers) == 1))
    return slice(int(numbers[0]), int(numbers[-1]) + 1) if beside else numbers


def frozen(array: npt.NDArray[Any]) -> None:
    """Make ``array`` read-only."""
    array.setflags(write=False)
