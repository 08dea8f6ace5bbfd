"""Approval of a new model: the scheme a market's law asks for, and whether an approval the model already has serves there.

A market asks for one scheme. It may take the approval of another as its own: parties to the agreement of 1958 recognise each
other's approvals under United Nations regulations, which every car approved in the European Union has; others take American
or European papers by their own law.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.trade.law import Span

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from roadstead.terms.evidence import Evidence
    from roadstead.terms.tables import Row
    from roadstead.trade.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Scheme:
    """A scheme of approval; trade/schemas_beside.py says what each field holds.

    Attributes
    ----------
    cost
        Of one model, None where no figure was found. [currency/model]
    months
        It takes, None where no figure was found. [months]
    """

    scheme_id: str
    name: str
    places: frozenset[str]
    accepts: frozenset[str]
    cost: float | None
    currency: str
    months: float | None
    span: Span
    evidence: Evidence

    def served_by(self, held: Iterable[str]) -> bool:
        """True where one of the approvals held is this scheme's, or is taken as its own."""
        return any(one == self.scheme_id or one in self.accepts for one in held)


def read_scheme(row: Row) -> Scheme:
    """The scheme a row states."""
    return Scheme(
        scheme_id=row["scheme"],
        name=row["name"],
        places=frozenset(row["places"]),
        accepts=frozenset(row["accepts"]),
        cost=row["cost"],
        currency=row["currency"],
        months=row["months"],
        span=Span(row["effective_from"], row["effective_to"]),
        evidence=row.evidence,
    )


def scheme_of(rulebook: Rulebook, market: str, territory: str, on: date) -> Scheme | None:
    """What a market asks for on a day, its own scheme before its union's; None where the tables know of none."""
    held = [scheme for scheme in rulebook.homologation if scheme.span.covers(on)]
    own = next((scheme for scheme in held if market in scheme.places), None)
    return own or next((scheme for scheme in held if territory in scheme.places), None)
