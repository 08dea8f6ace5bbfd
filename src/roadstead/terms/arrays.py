"""Array types, and the habit that a result's arrays cannot be changed behind its back."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Shorts: TypeAlias = npt.NDArray[np.int8]
Flags: TypeAlias = npt.NDArray[np.bool_]

NUMBERS = {"f": "numbers", "i": "whole numbers", "b": "true or false"}
"""Kinds of numbers that arrays hold, by numpy's letter."""


def must_be_array(name: str, value: object, axes: int | None = None, kinds: str = "fib") -> None:
    """Raise ValueError where a value is no array, or none with so many axes and one of some kinds of numbers."""
    if not isinstance(value, np.ndarray):
        raise ValueError(f"{name} is a {type(value).__name__}, expected a numpy array")  # noqa: TRY004 - as of any array that is unfit
    if axes is not None and value.ndim != axes:
        raise ValueError(f"{name} has shape {value.shape}, expected {axes} {'axis' if axes == 1 else 'axes'}")
    if value.dtype.kind not in kinds:
        raise ValueError(f"{name} holds {value.dtype}, expected {NUMBERS[kinds[0]]}")


def frozen(array: npt.NDArray[Any]) -> None:
    """Make ``array`` read-only."""
    array.setflags(write=False)
