"""Scales on which NEV shares grow: logit and gompit, and how far a share may go on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from roadstead.terms.arrays import Floats

Link = Literal["logit", "gompit"]
LINKS: tuple[Link, Link] = ("logit", "gompit")
FLOOR, CEILING = 2e-4, 0.995
"""Shares are kept inside; the sources round what is smaller to nothing. The ceiling is fixed: free ones collapse to the last
level in back-tests."""


def link(share: Floats, kind: Link) -> Floats:
    """Logit ln(s / (1 - s)), or gompit -ln(-ln s)."""
    s = np.clip(share, FLOOR, CEILING)
    return np.asarray(np.log(s / (1 - s)) if kind == "logit" else -np.log(-np.log(s)))


def unlink(value: Floats, kind: Link) -> Floats:
    """Inverse of :func:`link`."""
    if kind == "logit":
        return np.asarray(1.0 / (1.0 + np.exp(-value)))
    return np.asarray(np.exp(-np.exp(-np.clip(value, -6.0, 60.0))))


def between(share: Floats, low: float, high: float) -> Floats:
    """How far a share has come from a low level to a high one, on the log scale. [fraction]"""
    way = (np.log(np.clip(share, FLOOR, 1.0)) - np.log(low)) / (np.log(high) - np.log(low))
    return np.asarray(np.clip(way, 0.0, 1.0))
