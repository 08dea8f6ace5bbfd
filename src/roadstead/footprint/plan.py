"""What a plan is: decisions on nodes, flows on node-years, and what was asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from roadstead.terms.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Pin:
    """A wish the plan must honour: do something by a year on every path, never do it, or do exactly so much of it at first.

    Attributes
    ----------
    kind
        ``option``: commit to it; ``resource``: buy modules of it; ``close``: close an option; ``retire``: retire modules.
    index
        Option or resource.
    amount
        None: once at least, or never, as ``do`` says. A number: exactly that, at every node that begins by the year.
    """

    kind: Literal["option", "resource", "close", "retire"]
    index: int
    do: bool
    by: int = 0
    amount: float | None = None


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decisions on nodes.

    Attributes
    ----------
    commit, close
        1 where an option is committed to, or closed, at a node. Shape (N, D).
    build, retire
        Modules ordered, or retired, at a node. Shape (N, R).
    """

    commit: Floats
    close: Floats
    build: Floats
    retire: Floats

    def at(self, nodes: Ints) -> Decisions:
        """Decisions on other nodes, on each as on one of these."""
        return Decisions(self.commit[nodes], self.close[nodes], self.build[nodes], self.retire[nodes])


@dataclass(frozen=True, slots=True)
class Flows:
    """How cars flow in every node-year.

    Attributes
    ----------
    flow
        Cars per year on every arc. Shape (Y, A).
    sale
        Cars per year in every price segment of a cell. Shape (Y, C, S).
    group_sale
        The same for groups. Shape (Y, G, T).
    short
        Units short of a resource's minimum take. Shape (Y, R).
    """

    flow: Floats
    sale: Floats
    group_sale: Floats
    short: Floats


@dataclass(frozen=True, slots=True)
class FootprintPlan:
    """Decisions and the flows they allow."""

    decisions: Decisions
    flows: Flows
