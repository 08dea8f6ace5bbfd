r"""Schedules of many lanes as arrays: which stack a shipment meets, and what its lines charge, for millions at once.

.. math::
    T_l = \max(r_l V,\ g_l) + f_l                                            \qquad (T.13)

says (T.1) and (T.2) in one form: r the rate on the whole value (share and rate together), g the amount of a higher-of rule
(minus infinity without one), f the specific amount of any other.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.trade.schedule import draw_up, in_scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.terms.arrays import Flags, Floats, Ints
    from roadstead.trade.charges import Line
    from roadstead.trade.duty import Stack
    from roadstead.trade.law import Measure
    from roadstead.trade.rulebook import Rulebook
    from roadstead.trade.schedule import Dollars, Lane, Schedule


@dataclass(frozen=True, slots=True, eq=False)
class Tariff:
    """What every lane is charged on every day and value.

    A *stretch* is a lane's days under one law, a *segment* one band of value in a stretch. Lanes D, days T, stretches C,
    segments S, lines of the longest stack L.

    Attributes
    ----------
    first_day
        Ordinal of the first day (``date.toordinal``).
    period
        Number of each day's period, within which no lane's law changes. Shape (T,).
    stretch
        By lane and period. Shape (D, periods).
    with_freight
        1 for lanes whose customs value holds freight and insurance, else 0. Shape (D,).
    segment
        First segment of each stretch. Shape (C,).
    value_breaks, fob_breaks
        Where a band of customs value, and of free-on-board value, begins; infinite where there is none. Shapes (C, bands).
        [US$/car]
    fob_bands
        Bands of free-on-board value for each band of customs value. Shape (C,).
    is_banded
        Stretches with more than one band. Shape (C,).
    rate, least, amount
        r, g and f of (T.13). Shape (S, L). [fraction], [US$/car], [US$/car]
    is_duty
        False for fees, and where a stack has no such line. Shape (S, L).
    has_amount
        Segments with an amount beside their rates. Shape (S,).
    is_refused
        Segments whose law cannot be worked out. Shape (S,).
    stacks
        The law behind each segment, or its refusal. Length S.
    """

    first_day: int
    period: Ints
    stretch: Ints
    with_freight: Floats
    segment: Ints
    value_breaks: Floats
    fob_breaks: Floats
    fob_bands: Ints
    is_banded: Flags
    rate: Floats
    least: Floats
    amount: Floats
    is_duty: Flags
    has_amount: Flags
    is_refused: Flags
    stacks: tuple[Stack | RoadsteadError, ...]

    @property
    def width(self) -> int:
        """Lines of the longest stack."""
        return int(self.rate.shape[1])

    def lines(self, segment: int) -> tuple[Line, ...]:
        """The lines of one segment, in the order of its charges."""
        stack = self.stacks[segment]
        if isinstance(stack, RoadsteadError):
            raise stack
        return stack.lines

    def find(self, lane: Ints, day: Ints, value: Floats, fob: Floats) -> Ints:
        """Segment of each shipment. All shapes (n,); ``day`` are ordinals, amounts in US$/car.

        Raises
        ------
        RoadsteadError
            RS-L213 for a day outside the tariff; the refusal of the law where one of the shipments meets it.
        """
        days = day - self.first_day
        if days.size and not (days.min() >= 0 and days.max() < len(self.period)):
            raise RoadsteadError(self._no_such_day(day))
        at = lane * self.stretch.shape[1]
        at += self.period.take(days)
        stretch = self.stretch.ravel().take(at)
        found: Ints = self.segment.take(stretch)
        banded = np.flatnonzero(self.is_banded.take(stretch))
        if banded.size:
            within = stretch.take(banded)
            by_value = (value.take(banded)[:, None] >= self.value_breaks.take(within, axis=0)).sum(axis=1)
            by_fob = (fob.take(banded)[:, None] >= self.fob_breaks.take(within, axis=0)).sum(axis=1)
            found[banded] += by_value * self.fob_bands.take(within) + by_fob
        if self.is_refused.any():
            refused = self.is_refused.take(found)
            if refused.any():
                self.lines(int(found[refused.argmax()]))
        return found

    def charges(self, segment: Ints, value: Floats) -> Floats:
        """What each line charges on each customs value (T.13). Shape (n, L). [US$/car]"""
        charged: Floats = self.rate.take(segment, axis=0)
        charged *= value[:, None]
        special = np.flatnonzero(self.has_amount.take(segment))
        if special.size:
            which = segment.take(special)
            part = np.maximum(charged.take(special, axis=0), self.least.take(which, axis=0))
            part += self.amount.take(which, axis=0)
            charged[special] = part
        return charged

    def _no_such_day(self, day: Ints) -> Fault:
        first, last = self.first_day, self.first_day + len(self.period) - 1
        wrong = int(day[(day < first) | (day > last)][0])
        met = date.fromordinal(wrong).isoformat() if 0 < wrong <= date.max.toordinal() else str(wrong)
        expected = f"a day from {date.fromordinal(first)} to {date.fromordinal(last)}"
        return Fault("tariff", "RS-L213", f"{met} is not in it", expected)


class Schedules:
    """Schedules drawn up so far, each lane once for each set of measures that may reach it.

    A lane whose measures no event touched keeps its schedule from node to node of a tree: only what was patched is
    settled again.
    """

    def __init__(self, first: date, last: date, dollars: Dollars) -> None:
        self._days = (first, last)
        self._dollars = dollars
        self._schedules: list[Schedule] = []
        self._known: dict[tuple[object, ...], int] = {}
        self._tariff: Tariff | None = None
        # Measures are told apart by identity, so those asked about are kept.
        self._kept: list[tuple[Rulebook, tuple[Measure, ...]]] = []

    def lane(self, rulebook: Rulebook, lane: Lane, scope: tuple[Measure, ...] | None = None) -> int:
        """Number of a lane under a rulebook, for ``Consignments`` and ``Tariff.find``; ``scope``: as ``in_scope`` found it."""
        scope = in_scope(rulebook, lane) if scope is None else scope
        key = (lane, id(rulebook.treaties), *map(id, scope))
        if key not in self._known:
            self._known[key] = len(self._schedules)
            self._schedules.append(draw_up(rulebook, lane, scope, self._days, self._dollars))
            self._kept.append((rulebook, scope))
            self._tariff = None
        return self._known[key]

    def __len__(self) -> int:
        return len(self._schedules)

    @property
    def tariff(self) -> Tariff:
        """All of them as arrays."""
        if self._tariff is None:
            self._tariff = compile_tariff(self._schedules, self._days)
        return self._tariff


def compile_tariff(schedules: Sequence[Schedule], days: tuple[date, date]) -> Tariff:
    """Lay schedules out as arrays; ``days`` are the first and the last day, both included."""
    first, last = days[0].toordinal(), days[1].toordinal()
    stretches = [stretch for schedule in schedules for stretch in schedule.stretches]
    begins = sorted({first, *(stretch.first.toordinal() for stretch in stretches)})
    period = np.searchsorted(begins, np.arange(first, last + 1), side="right") - 1
    by_lane = np.zeros((len(schedules), len(begins)), dtype=np.int64)
    counted = 0
    for row, schedule in zip(by_lane, schedules, strict=True):
        own = [stretch.first.toordinal() for stretch in schedule.stretches]
        row[:] = counted + np.searchsorted(own, begins, side="right") - 1
        counted += len(own)
    bands = [len(stretch.stacks) for stretch in stretches]
    stacks = tuple(stack for stretch in stretches for stack in stretch.stacks)
    rate, least, amount, is_duty = (np.ascontiguousarray(column) for column in np.moveaxis(_charged(stacks), 2, 0))
    refused = np.asarray([isinstance(stack, RoadsteadError) for stack in stacks], dtype=bool)
    return Tariff(
        first_day=first,
        period=period,
        stretch=by_lane,
        with_freight=np.asarray([schedule.basis == "CIF" for schedule in schedules], dtype=np.float64),
        segment=np.cumsum([0, *bands[:-1]])[: len(bands)],
        value_breaks=_padded([stretch.value_breaks for stretch in stretches], np.inf),
        fob_breaks=_padded([stretch.fob_breaks for stretch in stretches], np.inf),
        fob_bands=np.asarray([1 + len(stretch.fob_breaks) for stretch in stretches], dtype=np.int64),
        is_banded=np.asarray(bands, dtype=np.int64) > 1,
        rate=rate,
        least=least,
        amount=amount,
        is_duty=is_duty > 0.0,
        has_amount=np.any((least > -np.inf) | (amount > 0.0), axis=1),
        is_refused=refused,
        stacks=stacks,
    )


def _charged(stacks: Sequence[Stack | RoadsteadError]) -> Floats:
    """r, g, f of (T.13) and whether it is a duty, of every line of every segment. Shape (S, L, 4)."""
    told = [() if isinstance(stack, RoadsteadError) else stack.lines for stack in stacks]
    nothing = (0.0, -np.inf, 0.0, 0.0)
    table = np.full((len(told), max(map(len, told), default=0), len(nothing)), nothing)
    for row, lines in zip(table, told, strict=True):
        for at, line in enumerate(lines):
            rate, is_duty = line.rate * line.share, float(line.layer == "duty")
            higher = line.shape == "higher"
            row[at] = (rate, line.specific, 0.0, is_duty) if higher else (rate, -np.inf, line.specific, is_duty)
    return table


def _padded(rows: Sequence[Sequence[float]], filler: float) -> Floats:
    """Rows of different length as one array."""
    width = max(map(len, rows), default=0)
    filled = itertools.chain.from_iterable((*row, *[filler] * (width - len(row))) for row in rows)
    return np.fromiter(filled, dtype=np.float64, count=len(rows) * width).reshape(len(rows), width)
