"""The terms of demand as they hold in a case: each parameter by market and powertrain, with its range and whose word it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.terms.evidence import Evidence

Origin = Literal["estimate", "figure", "packaged", "event"]
"""Whose word a term is: a row of estimates.csv, a row of figures.csv, the package, or an event of the tree."""
EVERY = ""
"""Stands for every market, and for every powertrain."""


@dataclass(frozen=True, slots=True)
class Term:
    """One parameter of demand as it holds somewhere.

    Attributes
    ----------
    value
        In the parameter's own unit.
    low, high
        Ends of its range; both the value itself where an event set it.
    distribution, uncertain
        How draws lie in the range, and whether it may be drawn.
    where
        ``file:line:column`` in the case; empty for a packaged one.
    """

    name: str
    value: float
    low: float
    high: float
    distribution: str
    uncertain: bool
    origin: Origin
    evidence: Evidence
    where: str = ""

    def as_set(self, value: float) -> Term:
        """The same parameter where an event of the tree has set it."""
        return Term(self.name, value, value, value, self.distribution, uncertain=False, origin="event",
                    evidence=self.evidence)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemandTerms:
    """Every parameter of demand, from narrow to wide.

    Attributes
    ----------
    found
        By parameter, market and powertrain; every parameter has an entry for every market and powertrain.
    """

    found: Mapping[tuple[str, str, str], Term]

    def of(self, name: str, market: str = EVERY, powertrain: str = EVERY) -> Term:
        """A parameter: of the market and powertrain, else the market, else the powertrain anywhere, else anywhere."""
        for key in ((name, market, powertrain), (name, market, EVERY), (name, EVERY, powertrain)):
            if key in self.found:
                return self.found[key]
        return self.found[name, EVERY, EVERY]

    def terms_of_demand(
        self, market: str, powertrain: str = EVERY, set_by_events: Mapping[str, float] | None = None
    ) -> dict[str, Term]:
        """Every parameter by name as it holds in a market for a powertrain, at a node where events have set some."""
        found = {}
        for name in self.names:
            term = self.of(name, market, powertrain)
            found[name] = term.as_set(set_by_events[name]) if set_by_events and name in set_by_events else term
        return found

    @property
    def names(self) -> tuple[str, ...]:
        """Every parameter there is."""
        return tuple(dict.fromkeys(name for name, _, _ in self.found))
