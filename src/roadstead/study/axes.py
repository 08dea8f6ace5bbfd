"""What a sweep goes over: axes with the values they take, all their points, and the assumptions of a case one by one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from roadstead.study.cover import VALUE_COLUMNS
from roadstead.study.estimates import READ
from roadstead.study.items import ITEMS
from roadstead.study.patch import Setting, number, setting
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.evidence import ASSUMPTION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from roadstead.study.patch import Patch
    from roadstead.study.spec import Study

MOST = 2000
"""Points of one sweep, all cases together."""
FORM = "SELECTOR=0.0..0.4/5 for five values from 0 to 0.4, or SELECTOR=0.1,0.2,0.3"
WHOLE_YEARS = frozenset({"year", "years"})
"""Units of figures that a share more or less does not fit."""
LOW, HIGH = "low", "high"
BESIDE = ("prices", "ambitions", "volumes", "models")
"""Tables beside figures.csv whose main figure may be an assumption."""
DEMAND = frozenset(READ) & ITEMS.keys()
"""Terms of demand that a figure of the case may state."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A selector and the values it takes, as written."""

    path: tuple[str, ...]
    values: tuple[str, ...]
    year: int | None = None

    @property
    def name(self) -> str:
        """The selector in a line."""
        return "/".join(self.path) + ("" if self.year is None else f"@{self.year}")


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to plan: values by axis, and the patches they are; none at all for the case as it stands."""

    values: tuple[tuple[str, str], ...]
    patches: tuple[Patch, ...]

    @property
    def text(self) -> str:
        """The point in a line."""
        return ", ".join(patch.text for patch in self.patches)


AS_IT_STANDS = Point((), ())


def axis(text: str) -> Axis:
    """Read ``SELECTOR=FROM..TO/POINTS`` or ``SELECTOR=VALUE,VALUE``.

    Raises
    ------
    RoadsteadError
        RS-S741 where it is no axis.
    """
    where = f"--over {text}"
    if "=" not in text:
        raise RoadsteadError(Fault(where, "RS-S741", "this axis names no values", FORM))
    one = setting(text)
    return Axis(one.path, _values(one.value, where), one.year)


def _values(text: str, where: str) -> tuple[str, ...]:
    first, dots, rest = text.partition("..")
    if not dots:
        found = tuple(value.strip() for value in text.split(","))
        if not all(found) or len(set(found)) < len(found):
            raise RoadsteadError(Fault(where, "RS-S741", "a value is empty or stands twice", FORM))
        return found
    last, _, count = rest.partition("/")
    times = first.startswith("x") and last.startswith("x")
    low, high = (number(end.removeprefix("x") if times else end) for end in (first.strip(), last.strip()))
    if low is None or high is None or not count.strip().isdigit() or not 2 <= int(count) <= MOST:
        raise RoadsteadError(Fault(where, "RS-S741", f"{text!r} is no span of 2 to {MOST:,} points", FORM))
    return tuple(f"{'x' if times else ''}{value:.10g}" for value in np.linspace(low, high, int(count)))


def grid(axes: Sequence[Axis]) -> tuple[Point, ...]:
    """Every combination of values, the case as it stands first; the last axis moves fastest."""
    found = [AS_IT_STANDS]
    for values in product(*(one.values for one in axes)):
        pairs = tuple(zip((one.name for one in axes), values, strict=True))
        patches = tuple(Setting(one.path, value, one.year) for one, value in zip(axes, values, strict=True))
        found.append(Point(pairs, patches))
    return tuple(found)


def tornado(study: Study, spread: float, only: Sequence[str] = ()) -> tuple[Point, ...]:
    """The case as it stands, then every assumption at its low and its high end, everything else as it stands.

    Figures of one item move together where they are assumptions: by ``spread`` down and up, or as far as the item's bounds allow. The
    elasticities and the share of a duty that rivals pass on go to the ends of their ranges.

    Parameters
    ----------
    only
        Items or tables to look at; all where none is named.

    Raises
    ------
    RoadsteadError
        RS-S741 for a spread that is none, or an item that is no assumption of the case.
    """
    if not 0.0 < spread < 1.0:
        raise RoadsteadError(Fault("--spread", "RS-S741", f"{spread:g} is no spread", "a fraction such as 0.2"))
    found = [AS_IT_STANDS]
    every = (*_figures(study, spread), *_tables(study, spread), *_demand(study))
    known = {part for name, _ in every for part in name.split("/")}
    for item in only:
        if item not in known:
            items = ", ".join(sorted(name.split("/")[-1] for name, _ in every))
            message = f"`{item}` is no assumption of the case"
            raise RoadsteadError(Fault(f"--over {item}", "RS-S741", message, f"one of {items}"))
    for name, (low, high) in every:
        if only and not set(only) & set(name.split("/")):
            continue
        path = tuple(name.split("/"))
        found += [
            Point(((name, side),), (Setting(path, value),)) for side, value in ((LOW, low), (HIGH, high)) if value
        ]
    return tuple(found)


def _figures(study: Study, spread: float) -> Iterable[tuple[str, tuple[str, str]]]:
    values: dict[str, list[float]] = {}
    for row in study.rows["figures"]:
        if row["source"] == ASSUMPTION and row["value"]:
            values.setdefault(row["item"], []).append(float(row["value"]))
    for item, found in values.items():
        if item not in DEMAND and ITEMS[item].unit not in WHOLE_YEARS:
            yield f"figures/assumed/{item}", _ends(found, ITEMS[item].least, ITEMS[item].most, spread)


def _ends(values: Sequence[float], least: float, most: float, spread: float) -> tuple[str, str]:
    """Factors for a share less and more of numbers, cut where one of them would leave its bounds; empty where none is left."""
    low, high = 1.0 - spread, 1.0 + spread
    for value in values:
        bounds = (least / value, most / value) if value > 0 else (most / value, least / value)
        low, high = max(low, bounds[0]), min(high, bounds[1])
    return (f"x{low:.6g}" if low < 1.0 else "", f"x{high:.6g}" if high > 1.0 else "")


def _tables(study: Study, spread: float) -> Iterable[tuple[str, tuple[str, str]]]:
    for table in BESIDE:
        column, _ = VALUE_COLUMNS[table]
        rows = [row for row in study.rows[table] if row["source"] == ASSUMPTION and row[column]]
        if rows:
            keys = 1 if table == "models" else 2
            most = 1.0 if column == "share" else float("inf")
            name = "/".join((table, *(["assumed"] * keys), column))
            yield name, _ends([float(row[column]) for row in rows], 0.0, most, spread)


def _demand(study: Study) -> Iterable[tuple[str, tuple[str, str]]]:
    for item in sorted(DEMAND):
        term = study.conventions.demand.of(item)
        yield f"figures/case/{item}", (f"{term.low:.6g}", f"{term.high:.6g}")
