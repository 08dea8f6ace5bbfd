"""Random numbers that belong to a name, a seed and a path, whoever draws them, in whatever order and however many at once.

The generator is counter-based (Philox; Salmon et al. 2011, Supercomputing): its n-th number is a function of key and n alone.
The key is the seed and the name of what is drawn; path i has the numbers from i times the length of a path on. So adding an
event or a currency leaves what is drawn for all others as it was, and two worlds are compared under the same luck.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from roadstead.terms.arrays import Floats

WORD = 4
"""Numbers the generator makes at each step of its counter; a path's numbers are a multiple of it."""
LEAST = 2.0**-54
"""Stands for a nothing among uniform numbers where their normal quantile is taken; the next number is four times as large."""


def uniform(name: str, seed: int, first: int, count: int, length: int) -> Floats:
    """Numbers in [0, 1) of the paths ``first``, ``first`` + 1, ..., the first ``length`` of each. Shape (length, count)."""
    steps = -(-length // WORD)
    of_name = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")
    key = np.asarray([seed % 2**64, of_name], dtype=np.uint64)
    numbers = np.random.Generator(np.random.Philox(key=key, counter=first * steps)).random((count, steps * WORD))
    return np.ascontiguousarray(numbers[:, :length].T)


def normal(name: str, seed: int, first: int, count: int, length: int) -> Floats:
    """Standard normal numbers by inversion, one of each uniform number. Shape (length, count)."""
    from scipy.special import ndtri  # who only looks packaged parameters up draws nothing

    numbers = uniform(name, seed, first, count, length)
    return np.asarray(ndtri(np.maximum(numbers, LEAST, out=numbers), out=numbers))
