"""Years that do not pass."""

from __future__ import annotations

NEVER = 9999
"""A year that no horizon reaches, and a span that none is as long as: never opens, never ends."""
