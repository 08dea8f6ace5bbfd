"""Counts of what law did before, from the dated rows of the rulebook itself.

The duty on a car is worked out by the product's own engine on every day on which some rule begins or ends: a plain car of
the home country, of a maker that no row names, outside quotas and without proof of origin. So a rise counts as the
rulebook charges it, whatever rows it is made of.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.catalogue.counting import Counted, Tally, at_risk, importers, markets, years
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.ids import Product
from roadstead.trade.columns import ENACTED
from roadstead.trade.duty import Shipment, covers, settle
from roadstead.trade.law import FLOOR
from roadstead.trade.non_tariff import FORBIDS
from roadstead.trade.schedule import ONE_DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from roadstead.futures.catalogue.counting import BaseClass, Ground
    from roadstead.trade.condition import FactValue
    from roadstead.trade.law import Measure
    from roadstead.trade.rulebook import Rulebook

CAR = Product.CAR
VALUE, FOB_SHARE = 20_000.0, 0.9
"""Customs value of the car whose duty is followed, and the part of it that it is worth on board at home: assumed. [US$], [1]"""
BUILD: Mapping[str, float] = {"engine_cm3": 1500.0, "power_kw": 120.0, "mass_kg": 1800.0}
"""What amounts of duty ask of that car, a middling one: assumed. docs/futures.md says which counts move with it."""
BATTERY_KWH = {"BEV": 60.0, "PHEV": 18.0, "ICE": 0.0}
"""Its battery: assumed likewise. [kWh]"""
POWERTRAINS = tuple(BATTERY_KWH)
ADDED = frozenset({"SURTAX", "COUNTERVAILING", "ANTIDUMPING"})
"""Kinds of duty beside the ordinary one."""
LIMITS = frozenset({"QUOTA_TRQ", "MIN_PRICE"})
ROUNDING = 1e-9
KEPT = 0.5
"""Share of a measure's rate at which what takes its place still counts as the measure going on."""
MEMORY = 2
"""Years for which a measure elsewhere is fresh."""


@dataclass(frozen=True, slots=True)
class Stand:
    """What a car meets from a day on.

    Attributes
    ----------
    duty
        All duties on the car's value. [fraction]
    added
        Those of them beside the ordinary duty. [fraction]
    rows
        Measures that charge it.
    """

    day: date
    duty: float
    added: float
    rows: frozenset[str]


@lru_cache(maxsize=8)
def duty_paths(ground: Ground) -> dict[tuple[str, str], tuple[Stand, ...]]:
    """Duty on the car through time, by market and powertrain; what cannot be worked out on a day is left out."""
    dollars = ground.world.dollars()
    found = {}
    for place in importers(ground):
        for powertrain in POWERTRAINS:
            path = [
                stand
                for day in _days(ground, place, powertrain)
                if (stand := _stand(ground, place, powertrain, day, dollars)) is not None
            ]
            found[place, powertrain] = tuple(path)
    return found


def _days(ground: Ground, place: str, powertrain: str) -> list[date]:
    """Days on which some measure that may reach the car begins, or has ended the day before."""
    days = {FLOOR}
    for measure in _reaching(ground.rulebook, place, powertrain):
        for day in (measure.span.first, measure.span.last and measure.span.last + ONE_DAY):
            if day and FLOOR < day <= ground.until:
                days.add(day)
    return sorted(days)


def _reaching(rulebook: Rulebook, place: str, powertrain: str) -> Iterator[Measure]:
    unions = [bloc for bloc, members in rulebook.blocs.items() if any(member == place for member, _ in members)]
    for importer in (place, *unions):
        for measure in rulebook.measures.get(importer, ()):
            if measure.is_law and CAR in measure.products and powertrain in (measure.powertrains or {powertrain}):
                yield measure


def _stand(ground: Ground, place: str, powertrain: str, day: date, dollars: Mapping[str, float]) -> Stand | None:
    facts: dict[str, FactValue] = {
        **BUILD,
        "battery_kwh": BATTERY_KWH[powertrain],
        "firm_nationality": ground.home,
        "fob_value": FOB_SHARE * VALUE,
    }
    if powertrain == "BEV":
        facts["engine_cm3"] = 0.0
    car = Shipment(place, ground.home, CAR, powertrain, "", day, facts)
    try:
        lines = settle(ground.rulebook, car, VALUE, dollars).lines
    except RoadsteadError:
        return None
    duties = [(float(line.amount(np.asarray(VALUE))) / VALUE, line) for line in lines if line.layer == "duty"]
    return Stand(
        day,
        sum(rate for rate, _ in duties),
        sum(rate for rate, line in duties if line.measure.kind in ADDED),
        frozenset(line.measure.measure_id for _, line in duties),
    )


def duty_rise(ground: Ground, base: BaseClass) -> Tally:
    """Years in which a market's duty on the car rose at once by the class's step; phases of one decree count once."""
    return _years_with(ground, base, lambda before, after: after.duty - before.duty)


def duty_fall(ground: Ground, base: BaseClass) -> Tally:
    """Years in which a market's duty on the car fell at once by the class's step."""
    return _years_with(ground, base, lambda before, after: before.duty - after.duty)


def added_lifted(ground: Ground, base: BaseClass) -> Tally:
    """Years in which duty beside the ordinary one fell by the class's step, in years in which there was any."""
    found = _years_with(ground, base, lambda before, after: before.added - after.added)
    risk = dict.fromkeys(markets(ground, base), 0.0)
    for place in risk:
        spells = [
            _spells(duty_paths(ground)[place, powertrain], date(base.since, 1, 1), ground.until)
            for powertrain in base.of or POWERTRAINS
        ]
        risk[place] = max(spells, default=0.0)
    return Tally(found.counted, risk, "market-years in which it was charged")


def _spells(path: tuple[Stand, ...], first: date, last: date) -> float:
    """Years between two days in which duty beside the ordinary one was charged; none where no day could be worked out."""
    total = 0.0
    ends = [*(later.day - ONE_DAY for later in path[1:]), last]
    for stand, until in zip(path, ends[: len(path)], strict=True):
        if stand.added > 0:
            total += years(max(stand.day, first), min(until, last))
    return total


def _years_with(ground: Ground, base: BaseClass, change: Callable[[Stand, Stand], float]) -> Tally:
    places, counted = markets(ground, base), []
    for place in places:
        seen: set[int] = set()
        decrees: set[str] = set()
        for before, after, powertrain in sorted(_steps(ground, base, place), key=lambda step: step[1].day):
            if change(before, after) < base.step - ROUNDING or after.day.year < base.since:
                continue
            rows = _rows(ground, after.rows - before.rows) or _rows(ground, before.rows - after.rows)
            named = {row.instrument for row in rows if row.instrument}
            if after.day.year in seen or (named and named <= decrees):
                continue
            seen.add(after.day.year)
            decrees |= named
            text = f"{powertrain} {before.duty:.1%} to {after.duty:.1%}"
            counted.append(_told(place, after.day, text, rows))
    return Tally(tuple(counted), at_risk(ground, base, places), "market-years")


def _steps(ground: Ground, base: BaseClass, place: str) -> Iterator[tuple[Stand, Stand, str]]:
    for powertrain in base.of or POWERTRAINS:
        for before, after in pairwise(duty_paths(ground)[place, powertrain]):
            yield before, after, powertrain


def _rows(ground: Ground, ids: Iterable[str]) -> list[Measure]:
    wanted = set(ids)
    found = {m.measure_id: m for m in ground.rulebook.every_measure() if m.measure_id in wanted}
    return [found[name] for name in sorted(found)]


def _told(place: str, day: date, text: str, rows: Iterable[Measure]) -> Counted:
    rows = tuple(rows)
    sources = tuple(dict.fromkeys(row.evidence.source_id for row in rows if row.evidence.is_sourced))
    known = min((row.known_from for row in rows if row.span.first == day), default=day)
    return Counted(place, day, text, tuple(row.measure_id for row in rows), sources, min(known, day))


def duty_aimed(ground: Ground, base: BaseClass) -> Tally:
    """Years in which a market began to charge a duty beside the ordinary one on cars of the home country by name."""
    places = markets(ground, base)
    return Tally(tuple(_aimed(ground, base, places)), at_risk(ground, base, places), "market-years")


def aimed_after(ground: Ground, base: BaseClass) -> Tally:
    """The same in years that follow one in another market of the class by up to two."""
    return _aimed_where(ground, base, is_fresh=True)


def aimed_quiet(ground: Ground, base: BaseClass) -> Tally:
    """The same in all other years."""
    return _aimed_where(ground, base, is_fresh=False)


def _aimed_where(ground: Ground, base: BaseClass, *, is_fresh: bool) -> Tally:
    places = markets(ground, base)
    every = list(_aimed(ground, base, places))

    def fresh(place: str, year: int) -> bool:
        return any(one.place != place and 1 <= year - one.day.year <= MEMORY for one in every)

    risk = dict.fromkeys(places, 0.0)
    for place in places:
        for year in range(base.since, ground.until.year + 1):
            if fresh(place, year) is is_fresh:
                risk[place] += years(date(year, 1, 1), min(date(year, 12, 31), ground.until))
    counted = tuple(one for one in every if fresh(one.place, one.day.year) is is_fresh)
    return Tally(counted, risk, "market-years")


def _aimed(ground: Ground, base: BaseClass, places: tuple[str, ...]) -> Iterator[Counted]:
    for place in places:
        by_year: dict[int, list[Measure]] = {}
        for measure in ground.rulebook.measures.get(place, ()):
            first = measure.span.first
            if (
                measure.is_law
                and measure.kind in ADDED
                and CAR in measure.products
                and ground.home in measure.origins
                and len(measure.origins) == 1
                and first is not None
                and max(FLOOR, date(base.since, 1, 1)) < first <= ground.until
                and not _succeeds(ground, measure)
            ):
                by_year.setdefault(first.year, []).append(measure)
        for rows in by_year.values():
            first_day = min(row.span.first for row in rows if row.span.first)
            text = "; ".join(f"{row.kind} {'amount' if row.rate is None else f'{row.rate:.1%}'}" for row in rows)
            yield _told(place, first_day, text, rows)


def _succeeds(ground: Ground, measure: Measure) -> bool:
    """True where a measure takes the place of one of its kind at no lower a rate the day before: nothing new began."""
    assert measure.span.first is not None
    before = measure.span.first - ONE_DAY
    return any(
        other.kind == measure.kind
        and other.is_law
        and other.span.last == before
        and other.origins & measure.origins
        and (other.rate or 0.0) >= (measure.rate or 0.0)
        and bool(set(other.firms) & set(measure.firms)) is bool(other.firms or measure.firms)
        for other in ground.rulebook.measures.get(measure.importer, ())
    )


def added_kept(ground: Ground, base: BaseClass) -> Tally:
    """Last days of limited duties beside the ordinary one: how many of them went on at half the rate or more."""
    counted: list[Counted] = []
    risk = dict.fromkeys(markets(ground, base), 0.0)
    for place in risk:
        law = [m for m in ground.rulebook.measures.get(place, ()) if m.is_law and m.kind in ADDED and CAR in m.products]
        ends: dict[date, list[Measure]] = {}
        for measure in law:
            last = measure.span.last
            if last and date(base.since, 1, 1) <= last < ground.until and _reaches_home(ground, measure, last):
                ends.setdefault(last, []).append(measure)
        for last, rows in sorted(ends.items()):
            risk[place] += 1.0
            heirs = [m for m in law if m.span.first == last + ONE_DAY and _reaches_home(ground, m, last + ONE_DAY)]
            if all(_goes_on(row, heirs) for row in rows):
                counted.append(_told(place, last, "went on", [*rows, *heirs]))
    return Tally(tuple(counted), {place: n for place, n in risk.items() if n}, "occasions")


def _reaches_home(ground: Ground, measure: Measure, day: date) -> bool:
    return covers(ground.rulebook, measure.origins, ground.home, day) and not covers(
        ground.rulebook, measure.origins_except, ground.home, day
    )


def _goes_on(measure: Measure, heirs: Iterable[Measure]) -> bool:
    rates = [
        heir.rate or 0.0
        for heir in heirs
        if (not (heir.firms or measure.firms) or heir.firms & measure.firms)
        and (not (heir.powertrains and measure.powertrains) or heir.powertrains & measure.powertrains)
    ]
    return max(rates, default=0.0) >= KEPT * (measure.rate or 0.0) > 0.0


def limit_begun(ground: Ground, base: BaseClass) -> Tally:
    """Years in which a market opened a quota or took a least price for cars of the home country, the first of a row."""
    places, counted = markets(ground, base), []
    for place in places:
        law = [
            m for m in ground.rulebook.measures.get(place, ()) if m.is_law and m.kind in LIMITS and CAR in m.products
        ]
        by_year: dict[int, list[Measure]] = {}
        for measure in law:
            first = measure.span.first
            if first is None or not FLOOR < first <= ground.until or first.year < base.since:
                continue
            follows = any(m.kind == measure.kind and m.span.last == first - ONE_DAY for m in law)
            if _reaches_home(ground, measure, first) and not follows:
                by_year.setdefault(first.year, []).append(measure)
        for rows in by_year.values():
            day = min(row.span.first for row in rows if row.span.first)
            counted.append(_told(place, day, " ".join(sorted({row.kind for row in rows})), rows))
    return Tally(tuple(counted), at_risk(ground, base, places), "market-years")


def rule_begun(ground: Ground, base: BaseClass) -> Tally:
    """Years in which a place enacted a rule other than a duty of the class's categories."""
    places = _ruled(ground, base)
    by_year: dict[tuple[str, int], list[tuple[date, str, str, str]]] = {}
    for row in ground.rulebook.non_tariff:
        first = row.span.first
        if first is None or not max(FLOOR, date(base.since - 1, 12, 31)) < first <= ground.until:
            continue
        if row.importer in places and row.category in base.of and row.status in ENACTED:
            by_year.setdefault((row.importer, first.year), []).append(
                (first, row.measure_id, row.title, row.evidence.source_id if row.evidence.is_sourced else "")
            )
    counted = []
    for (place, _), found in sorted(by_year.items()):
        found.sort()
        rows, sources = tuple(f[1] for f in found), tuple(dict.fromkeys(f[3] for f in found if f[3]))
        counted.append(Counted(place, found[0][0], found[0][2], rows, sources, found[0][0]))
    return Tally(tuple(counted), at_risk(ground, base, places), "place-years")


def rule_lifted(ground: Ground, base: BaseClass) -> Tally:
    """Prohibitions of the class's categories that ended, in the years they stood."""
    counted: list[Counted] = []
    risk: dict[str, float] = {}
    for row in ground.rulebook.non_tariff:
        first, last = row.span.first, row.span.last
        if row.effect != FORBIDS or row.category not in base.of or first is None or first > ground.until:
            continue
        until = min(last or ground.until, ground.until)
        risk[row.importer] = risk.get(row.importer, 0.0) + years(max(first, date(base.since, 1, 1)), until)
        if last and last < ground.until:
            source = (row.evidence.source_id,) if row.evidence.is_sourced else ()
            counted.append(Counted(row.importer, last, row.title, (row.measure_id,), source, last))
    return Tally(tuple(counted), risk, "years in which one stood")


def _ruled(ground: Ground, base: BaseClass) -> tuple[str, ...]:
    """Places whose rules other than duties are in the rulebook; those named, where some are."""
    known = sorted({row.importer for row in ground.rulebook.non_tariff})
    if not base.places:
        return tuple(place for place in known if place != ground.home)
    large = set(markets(ground, base))
    return tuple(place for place in known if place in base.places or place in large)
