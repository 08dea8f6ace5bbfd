"""Where a playbook's figures come from, as plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source, with how much of the playbook rests on it.

    Attributes
    ----------
    figures
        Figures of the case that name it.
    rules
        Rules beside duties that name it.
    duties
        Measures charged in the waterfalls that name it.
    as_of
        ISO date of the newest of those figures; empty where none is dated.
    confidence
        Of the least sure of those figures; empty where it has none.
    """

    source: str
    url: str
    figures: int
    rules: int
    duties: int
    as_of: str
    confidence: str
