"""Array types, and the habit that a result's arrays cannot be changed behind its back."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Shorts: TypeAlias = npt.NDArray[np.int8]
Flags: TypeAlias = npt.NDArray[np.bool_]


def frozen(array: npt.NDArray[Any]) -> None:
    """Make ``array`` read-only."""
    array.setflags(write=False)
