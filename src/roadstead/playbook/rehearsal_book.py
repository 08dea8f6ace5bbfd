"""How wrong a plan may be: what it and other ways to act come to on paths that its tree has not seen, as plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over paths with its standard error."""

    value: float
    error: float
