r"""Dated steps of policy: how far one known beforehand moves a forecast, learnt from what followed earlier ones.

.. math::
    \operatorname{logit} s'_{t+h} &= \operatorname{logit} s_{t+h} + \textstyle\sum_k b_k\, x_k(t, t+h), \qquad
    x_k(t, u) = \textstyle\sum_{i \in k} d_i \bigl(\varphi_i(u) - \varphi_i(t)\bigr)                              \\
    b &= \max\bigl(0,\ (X^\top W X + \lambda I)^{-1} X^\top W e\bigr)                                      \qquad (O.8)

with :math:`d_i` the direction of step i and :math:`\varphi_i(u)` the part of year u in which it is in force; e the error of
the forecast of the year ahead, less the median of the markets that had no step that year; X holds :math:`x_k(t, t+1)` of the
same rows, and W counts every step once a year, however many markets it binds. The ridge :math:`\lambda` draws the effect of
a kind that few steps have shown to nothing, and an effect of the wrong sign is none.

Only kinds in :data:`MOVES` move a forecast. Moving it by standards, mandates, taxes or new subsidies too made back-tests of
2023 to 2025 worse; most of all by the European standard of 2025, which did not repeat what that of 2020 had taught.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from roadstead.outlook.links import link, unlink

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from roadstead.outlook.growth import Moments
    from roadstead.terms.arrays import Flags, Floats, Ints
    from roadstead.terms.tables import Row
    from roadstead.world.places import Gazetteer

KINDS = ("co2_step", "mandate", "subsidy_start", "subsidy_end", "tax_on_nev", "import_ban")
MOVES = frozenset({"subsidy_end"})
"""Kinds that move a forecast; the effects of the others are learnt beside them, so that none takes the blame of another."""
SHRINK = 1.0
"""Weight of the prior that a kind of step has no effect, in steps of full size."""
LEAST = 0.0005
"""Share of NEV below which an error teaches nothing: sources round there."""
ENOUGH_CALM = 5
"""Markets without a step that a year must have for their median error to be taken out."""


@dataclass(frozen=True, slots=True)
class Step:
    """One dated step of policy.

    Attributes
    ----------
    step
        Id of its row in policy_steps.csv.
    places
        Territories under it.
    takes_effect, known_from
        First day it binds, and day it was decided or announced.
    direction
        1 where it favours NEV, -1 where it does not.
    """

    step: str
    places: frozenset[str]
    kind: str
    takes_effect: date
    known_from: date
    direction: float


@dataclass(frozen=True, slots=True)
class Effects:
    """Steps known by some day, and what steps of each kind have done.

    Attributes
    ----------
    sizes
        Logit by which a step of a kind in force for a whole year moves the share its way, none below zero. [logit]
    """

    steps: tuple[Step, ...]
    sizes: Mapping[str, float]

    def shift(self, place: str, origin: int, years: Ints) -> Floats:
        """Logit by which shares of some years move against a forecast made at the end of ``origin``. Shape (years,)."""
        moving = [step for step in self.steps if step.kind in MOVES and place in step.places]
        told = [self.sizes[s.kind] * s.direction * changed(s, np.full(len(years), origin), years) for s in moving]
        return np.sum(told, axis=0) if told else np.zeros(len(years))

    def moved(self, draws: Floats, place: str, origin: int) -> Floats:
        """Draws of the years after ``origin`` (O.8); the same where no step moves them. Shape (draws, years)."""
        shift = self.shift(place, origin, np.arange(origin + 1, origin + 1 + draws.shape[1]))
        return unlink(link(draws, "logit") + shift, "logit") if np.any(shift != 0.0) else draws


def read_steps(rows: Iterable[Row], gazetteer: Gazetteer) -> tuple[Step, ...]:
    """Steps of policy_steps.csv, those of a bloc for each of its members."""
    return tuple(
        Step(
            step=row["step"],
            places=_members(row["place"], gazetteer),
            kind=row["kind"],
            takes_effect=row["takes_effect"],
            known_from=row["known_from"],
            direction=float(row["direction"]),
        )
        for row in rows
    )


def _members(place: str, gazetteer: Gazetteer) -> frozenset[str]:
    if gazetteer.places[place].kind == "territory":
        return frozenset({place})
    territories = (p for p in gazetteer.places.values() if p.kind == "territory")
    return frozenset(p.place_id for p in territories if p.customs_territory == place)


def in_force(step: Step, year: int) -> float:
    """Part of a year in which a step binds. [fraction]"""
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    return min(max((after - max(step.takes_effect, first)).days, 0) / (after - first).days, 1.0)


def changed(step: Step, since: Ints, until: Ints) -> Floats:
    """How much more of each later year than of the earlier one a step binds. Shapes (n,). [fraction]"""
    years = np.unique(np.concatenate([since, until]))
    part = np.asarray([in_force(step, year) for year in years.tolist()])
    return np.asarray(part[np.searchsorted(years, until)] - part[np.searchsorted(years, since)])


def learn_effects(
    seen: Moments, foretold: Floats, places: Sequence[str], steps: Iterable[Step], origin: int, known_by: date
) -> Effects:
    """Effects (O.8) as they could be known at the end of year ``origin``, of the steps known by some day.

    Parameters
    ----------
    foretold
        Forecasts of the year ahead made at the end of each row's year. Shape (n,). [fraction]
    places
        Market of each history that ``seen`` counts.
    """
    known = tuple(step for step in steps if step.known_from <= known_by)
    later = seen.later[:, 0]
    judged = (seen.year + 1 <= origin) & seen.teaches & np.isfinite(later) & np.isfinite(foretold)
    rows = np.flatnonzero(judged & (seen.share > LEAST))
    year, market = seen.year[rows], [places[i] for i in seen.market[rows].tolist()]
    design, weight = np.zeros((len(rows), len(KINDS))), np.zeros(len(rows))
    for step in known:
        bound = np.asarray([place in step.places for place in market], dtype=bool)
        change = np.where(bound, changed(step, year, year + 1), 0.0)
        design[:, KINDS.index(step.kind)] += step.direction * change
        for y in np.unique(year[change != 0.0]).tolist():
            under = (change != 0.0) & (year == y)
            weight[under] = np.maximum(weight[under], 1.0 / under.sum())
    error = _less_common(link(later[rows], "logit") - link(foretold[rows], "logit"), year, weight == 0.0)
    weighted = design.T * weight
    sizes = np.linalg.solve(weighted @ design + SHRINK * np.eye(len(KINDS)), weighted @ error)
    return Effects(known, dict(zip(KINDS, np.maximum(sizes, 0.0).tolist(), strict=True)))


def _less_common(error: Floats, year: Ints, calm: Flags) -> Floats:
    """Errors less the median of the markets without a step of the same year, where these are enough. Shape (n,)."""
    found = error.copy()
    for y in np.unique(year).tolist():
        others = error[calm & (year == y)]
        if len(others) >= ENOUGH_CALM:
            found[year == y] -= np.median(others)
    return found
