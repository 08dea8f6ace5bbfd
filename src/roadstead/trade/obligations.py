r"""Incentives that are owed for: cars imported at a lower duty oblige their maker to make cars locally, or to repay.

.. math::
    D = \max\Big(0,\ \sum_{t \in I} m_t - \sum_o \frac{1}{\omega_o} \sum_{t \in L_o} q_t\Big)\, g   \qquad (T.15)

Of m cars imported in the window I, those not made good by local output q in the windows L at \omega cars each are charged
the duty g the incentive took off. Sources: Indonesia, BKPM Regulation 6/2023 (one for one by the end of 2027, else the relief is
repaid from the bank guarantee); Thailand, EV3.0 and EV3.5 packages of the Board of Investment and the Excise Department. A
later day with a higher \omega is a row of its own: the debt is made good under the first row whose day has not passed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from roadstead.terms.evidence import Evidence
    from roadstead.terms.tables import Row
    from roadstead.trade.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Obligation:
    """Local production owed for imports under an incentive; trade/schemas.py says what each field holds.

    Attributes
    ----------
    owed
        Cars to be made locally per car imported, where they are made by ``due``.
    """

    obligation_id: str
    importer: str
    fact: str
    imported_from: date
    imported_to: date
    made_from: date
    due: date
    owed: float
    penalty: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Debt:
    """How an obligation stands.

    Attributes
    ----------
    imported, made
        Cars that make the debt, and cars that count towards it. [cars]
    owed
        Cars to be made in all: what was made good, at what it was made good at, and the rest at the last row's. [cars]
    short
        Cars imported that are not made good. [cars]
    penalty
        What they cost. [money]
    """

    obligation_ids: tuple[str, ...]
    imported: float
    made: float
    owed: float
    short: float
    penalty: float


def read_obligations(rows: Iterable[Row], as_known_on: date) -> tuple[Obligation, ...]:
    """Every obligation whose imports had begun by a day, the earlier due first."""
    found = [
        Obligation(
            obligation_id=row["obligation"],
            importer=row["importer"],
            fact=row["fact"],
            imported_from=row["imported_from"],
            imported_to=row["imported_to"],
            made_from=row["made_from"],
            due=row["due"],
            owed=row["owed"],
            penalty=row["penalty"],
            evidence=row.evidence,
        )
        for row in rows
        if row["imported_from"] <= as_known_on
    ]
    return tuple(sorted(found, key=lambda one: (one.due, one.obligation_id)))


def obligations_of(rulebook: Rulebook, importer: str, fact: str, imported_on: date) -> tuple[Obligation, ...]:
    """What one import under an incentive obliges to, the earlier due first."""
    return tuple(
        one
        for one in rulebook.obligations
        if one.importer == importer and one.fact == fact and one.imported_from <= imported_on <= one.imported_to
    )


def debt(
    obligations: Sequence[Obligation],
    imports: Mapping[date, float],
    output: Mapping[date, float],
    duty_forgone: float,
) -> Debt:
    """How obligations for the same imports stand once the last of them is due (T.15).

    Parameters
    ----------
    obligations
        Of one incentive, the earlier due first, as ``obligations_of`` gives them; at least one.
    imports, output
        Cars imported under the incentive and cars made locally, by day (or any day of their year). [cars]
    duty_forgone
        Duty the incentive took off one car. [money/car]
    """
    first = obligations[0]
    brought = sum(cars for day, cars in imports.items() if first.imported_from <= day <= first.imported_to)
    left, counted, made, after = brought, 0.0, 0.0, first.made_from
    for one in obligations:
        cars = sum(number for day, number in output.items() if after <= day <= one.due)
        good = min(left, cars / one.owed) if one.owed > 0 else left
        left -= good
        made += cars
        counted += good * one.owed
        after = one.due + timedelta(days=1)
    owed = counted + left * obligations[-1].owed
    return Debt(tuple(one.obligation_id for one in obligations), brought, made, owed, left, left * duty_forgone)
