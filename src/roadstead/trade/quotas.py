r"""Quotas filled in the order cars arrive: by units or value, in windows with carry-over, parts kept or capped.

.. math::
    a_k = \min\big(n_k,\ Q_w - A - R_k,\ \sigma_c Q - A_c\big)   \qquad (T.12)

Of n cars that come, a are admitted: what the windows opened so far hold, less what was admitted, less what is still kept for
others, and never more than the cap of a class c. What is not admitted pays the rate over the quota or, where a permit is
needed, does not enter. Shapes: Canada's Notice to Importers on electric vehicles of Chinese origin (halves, share kept for
cars up to CAD 35,000), Argentina's Decree 49/2025 (Chinese brands at most half), Brazil's quotas by value (Gecex 532/2023)
and its pool of kits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from roadstead.trade.facts import read_condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from roadstead.terms.errors import Fault
    from roadstead.terms.evidence import Evidence
    from roadstead.terms.tables import Row
    from roadstead.trade.condition import Expression, Facts
    from roadstead.trade.law import Measure
    from roadstead.trade.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class QuotaShare:
    """A part of a quota kept for the shipments that meet a condition, or the most they may take."""

    measure_id: str
    condition: Expression
    condition_text: str
    share: float
    is_reserved: bool
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Quota:
    """A quota of one period.

    Attributes
    ----------
    volume
        In cars, or in US dollars of customs value where ``by_value``.
    windows
        Equal parts, in whole months, the period opens in; what a window leaves is carried into the next.
    """

    name: str
    volume: float
    by_value: bool
    first: date
    last: date
    windows: int = 1
    shares: tuple[QuotaShare, ...] = ()

    def opened(self, on: date) -> float:
        """Volume of the windows opened by a day."""
        if not self.first <= on <= self.last:
            return 0.0
        window = _months(self.first, on) * self.windows // (_months(self.first, self.last) + 1)
        return self.volume * (window + 1) / self.windows


@dataclass(frozen=True, slots=True)
class Arrival:
    """Cars at the border on one day, alike in the facts a quota asks for.

    Attributes
    ----------
    value
        Customs value of one. [US$/car]
    """

    on: date
    cars: float
    value: float
    facts: Facts = field(default_factory=dict)


def _months(first: date, on: date) -> int:
    return (on.year - first.year) * 12 + on.month - first.month


def read_shares(rows: Iterable[Row], faults: list[Fault]) -> dict[str, tuple[QuotaShare, ...]]:
    """Shares of every quota; a condition that states nothing is noted."""
    found: dict[str, list[QuotaShare]] = {}
    for row in rows:
        condition = read_condition(row, faults)
        if condition is not None:
            kept = row["rule"] == "RESERVED"
            share = QuotaShare(row["measure"], condition, row["condition"], row["share"], kept, row.evidence)
            found.setdefault(row["measure"], []).append(share)
    return {measure: tuple(shares) for measure, shares in found.items()}


def quota_of(rulebook: Rulebook, measure: Measure, first: date, last: date) -> Quota:
    """The quota of a measure for one period; rows that draw on one pool give quotas of one name."""
    return Quota(
        name=measure.quota_pool or measure.measure_id,
        volume=measure.quota or 0.0,
        by_value="value" in measure.quota_unit,
        first=max(first, measure.span.first or first),
        last=min(last, measure.span.last or last),
        windows=measure.quota_windows,
        shares=rulebook.quota_shares.get(measure.measure_id, ()),
    )


def fill(quota: Quota, arrivals: Sequence[Arrival]) -> list[float]:
    """Cars admitted of each arrival, in the order of their days (T.12); a fact not declared opens no kept share."""
    admitted = [0.0] * len(arrivals)
    taken = 0.0
    by_class = [0.0] * len(quota.shares)
    for k in sorted(range(len(arrivals)), key=lambda k: arrivals[k].on):
        arrival = arrivals[k]
        size = arrival.value if quota.by_value else 1.0
        told = [share.condition.judge(arrival.facts).holds for share in quota.shares]
        room = quota.opened(arrival.on) - taken
        for c, share in enumerate(quota.shares):
            part = share.share * quota.volume
            if share.is_reserved and told[c] is not True:
                # What is kept for a class is kept of every window in proportion.
                room -= max(0.0, share.share * quota.opened(arrival.on) - by_class[c])
            elif not share.is_reserved and told[c] is not False:
                room = min(room, part - by_class[c])
        cars = min(arrival.cars, max(0.0, room) / size) if size > 0 else arrival.cars
        admitted[k] = cars
        taken += cars * size
        for c, share in enumerate(quota.shares):
            if told[c] is True or (told[c] is None and not share.is_reserved):
                by_class[c] += cars * size
    return admitted
