"""Moments in which cars are made and sold, side by side: years under the rules of their nodes, and what things cost in each.

Thousands of paths share few laws. What rests on law is asked once for every law that stands in some moment, and taken wherever it
stands; what batteries, freight and currencies cost differs from moment to moment, and is arithmetic on arrays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from roadstead.terms.arrays import frozen
from roadstead.trade.schedule import blocs_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from roadstead.futures.costs.costing import Circumstances
    from roadstead.terms.arrays import Floats, Ints
    from roadstead.trade.rulebook import Rulebook

Asked = TypeVar("Asked")


class Moments:
    """Some years with the circumstances of each; n of them.

    Attributes
    ----------
    year
        Shape (n,).
    now
        Length n.
    """

    def __init__(self, year: Iterable[int], now: Sequence[Circumstances]) -> None:
        self.year: Ints = np.fromiter(year, dtype=np.int64, count=len(now))
        self.now = tuple(now)
        self._whole: tuple[Moments, Ints] | None = None
        self._arrays: dict[Hashable, Floats] = {}
        self._numbers: dict[Hashable, Ints] = {}
        self._apart: dict[tuple[Hashable, ...], tuple[Ints, Ints]] = {}
        self._some: dict[bytes, Moments] = {}

    def __len__(self) -> int:
        return len(self.now)

    def some(self, at: Ints) -> Moments:
        """Some of the moments, in the order of ``at``; the same object wherever the same are asked for."""
        if len(at) == len(self) and bool((at == np.arange(len(self))).all()):
            return self
        if self._whole is not None:
            return self._whole[0].some(self._whole[1][at])
        key = at.tobytes()
        if key not in self._some:
            self._some[key] = part = Moments(self.year[at], [self.now[i] for i in at.tolist()])
            part._whole = self, at
        return self._some[key]

    @property
    def all(self) -> Moments:
        """All moments that these are some of."""
        return self if self._whole is None else self._whole[0]

    @property
    def battery(self) -> Floats:
        """Cost of batteries over the case's own course. Shape (n,)."""
        return self._array("battery", lambda now: now.battery)

    @property
    def freight(self) -> Floats:
        """Freight by sea over the case's own course. Shape (n,)."""
        return self._array("freight", lambda now: now.freight)

    def worth_of(self, place: str) -> Floats:
        """Real worth of what is paid in a place, over today's. Shape (n,)."""
        return self._array(("worth", place), lambda now: now.worth_of(place))

    def content_of(self, place: str) -> Floats:
        """Least local content in a place. Shape (n,). [fraction]"""
        return self._array(("content", place), lambda now: now.content.get(place, 0.0))

    @property
    def places(self) -> Ints:
        """Where these moments are among ``all``. Shape (n,)."""
        return np.arange(len(self)) if self._whole is None else self._whole[1]

    @property
    def years(self) -> Hashable:
        """By year."""
        return self._number("years", lambda year, _: (year,))

    @property
    def routes(self) -> Hashable:
        """By year and sea route."""
        return self._number("routes", lambda year, now: (year, now.route))

    @property
    def treaties(self) -> Hashable:
        """By year and treaties."""
        return self._number("treaties", lambda year, now: (year, id(now.rulebook.treaties)))

    @property
    def rules(self) -> Hashable:
        """By year and all rules but measures at borders, told apart by identity: what no event touched is one object in every node."""

        def standing(year: int, now: Circumstances) -> tuple[object, ...]:
            return year, id(now.rulebook.non_tariff), id(now.rulebook.taxes), id(now.rulebook.treaties)

        return self._number("rules", standing)

    @property
    def contents(self) -> Hashable:
        """By the least local content of places."""
        return self._number("contents", lambda _, now: tuple(sorted(now.content.items())))

    @property
    def shifts(self) -> Hashable:
        """By what events move beside law."""
        return self._number("shifts", lambda _, now: now.shifts)

    @property
    def terms(self) -> Hashable:
        """By the terms of demand that events have set."""
        return self._number("terms", lambda _, now: tuple(sorted(now.terms.items())))

    def costs(self, place: str) -> Hashable:
        """By what batteries and freight by sea cost, and money of a place is worth."""
        return self._number(("costs", place), lambda _, now: (now.battery, now.freight, now.worth_of(place)))

    def numbers(self, by: Hashable) -> Ints:
        """The number of every moment by which such are told apart. Shape (n,)."""
        return self._numbers[by]

    def measures(self, importer: str) -> Hashable:
        """By the measures of a customs territory and its unions, whatever the year."""
        return self._number(("measures", importer), lambda _, now: filed(now.rulebook, importer))

    def taxes(self, place: str) -> Hashable:
        """By the taxes of a place, whatever the year."""
        return self._number(("taxes", place), lambda _, now: (id(now.rulebook.taxes.get(place)),))

    def law(self, importer: str) -> Hashable:
        """By year and those measures."""
        return self._number(("law", importer), lambda year, now: (year, *filed(now.rulebook, importer)))

    def apart(self, *by: Hashable) -> tuple[Ints, Ints]:
        """A first moment of every kind that differs in something, and the kind of every moment. Shapes (kinds,), (n,)."""
        if by not in self._apart:
            joined = np.zeros(len(self), dtype=np.int64)
            for each in by:
                number = self._numbers[each]
                joined = joined * (int(number.max(initial=0)) + 1) + number
            _, first, which = np.unique(joined, return_index=True, return_inverse=True)
            self._apart[by] = first, which.reshape(-1)
        return self._apart[by]

    def each(self, work: Callable[[int, Circumstances], Asked], *by: Hashable) -> tuple[list[Asked], Ints]:
        """What is found of a year and its circumstances, once for each kind, and the kind of every moment. Shape (n,)."""
        first, which = self.apart(*by)
        return [work(int(self.year[i]), self.now[i]) for i in first.tolist()], which

    def told(
        self, key: Hashable, work: Callable[[int, Circumstances], float | tuple[float, ...]], *by: Hashable
    ) -> Floats:
        """A number found so in every moment, or several; ``key`` tells it from all others. Shape (n,), or (n, numbers)."""
        if key not in self._arrays:
            found, which = self.each(work, *by)
            self._arrays[key] = np.asarray(found, dtype=np.float64)[which]
            frozen(self._arrays[key])
        return self._arrays[key]

    def _array(self, key: Hashable, of: Callable[[Circumstances], float]) -> Floats:
        if key not in self._arrays:
            if self._whole is None:
                found = np.asarray([of(now) for now in self.now], dtype=np.float64)
            else:
                whole, at = self._whole
                found = whole._array(key, of)[at]  # noqa: SLF001 - one of its own kind
            frozen(found)
            self._arrays[key] = found
        return self._arrays[key]

    def _number(self, key: Hashable, of: Callable[[int, Circumstances], tuple[object, ...]]) -> Hashable:
        """Numbers every moment, alike where ``of`` tells the same; its key."""
        if key not in self._numbers:
            if self._whole is None:
                seen: dict[tuple[object, ...], int] = {}
                told = (of(year, now) for year, now in zip(self.year.tolist(), self.now, strict=True))
                found = np.asarray([seen.setdefault(each, len(seen)) for each in told], dtype=np.int64)
            else:
                whole, at = self._whole
                found = whole.numbers(whole._number(key, of))[at]  # noqa: SLF001 - one of its own kind
            self._numbers[key] = found
        return key


def filed(book: Rulebook, importer: str) -> tuple[int, ...]:
    """Measures of a customs territory and its unions, told apart by identity: what no event touched is one object in every node."""
    unions = blocs_of(book.treaties, importer)
    return (id(book.treaties), *(id(book.measures.get(one)) for one in (importer, *unions)))
