"""Look up the figures of a case: narrowest subject first, units checked, money brought to the case's currency."""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from roadstead.study.items import ITEMS, Item
from roadstead.terms.errors import Fault
from roadstead.terms.ids import EntryMode
from roadstead.terms.tables import Column, Kind, check_bounds
from roadstead.world.carmaker import Figure, Figures

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from roadstead.study.places import Places
    from roadstead.terms.tables import Row

CLOSE = 0.75
"""How alike a misspelt item must be to a known one to be taken for it."""


@dataclass(slots=True)
class Lookup:
    """Figures of a case with the faults met on the way.

    Attributes
    ----------
    table
        Where the table of figures begins.
    asked_at
        Place of the row that stands for who asks: a line's, a market's.
    used
        Figures asked for by who asked, so that what a decision rests on can be told.
    missing
        Subjects that would have done, by item and by who asked in vain.
    """

    figures: Figures
    faults: list[Fault]
    table: str = "figures.csv:1:1"
    asked_at: Mapping[str, str] = field(default_factory=dict)
    used: dict[str, dict[str, Figure]] = field(default_factory=dict)
    missing: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)

    def need(self, item: str, asked_by: str, *subjects: str) -> float:
        """The figure of the first subject that has one; where none has, nan, and ``tell_missing`` will say so."""
        found = self.maybe(item, asked_by, *subjects)
        if found is None:
            self.missing.setdefault(item, {})[asked_by] = subjects
            return math.nan
        return found

    def maybe(self, item: str, asked_by: str, *subjects: str) -> float | None:
        """The figure, or None where no subject has one."""
        found = self.figures.get(item, *subjects)
        if found is None:
            return None
        self.used.setdefault(asked_by, {})[item] = found
        return found.value

    def tell_missing(self, unknown: Collection[str]) -> Iterator[Fault]:
        """One fault for every item asked for in vain; who asked for a place that is none is told of that instead."""
        for item, asked in self.missing.items():
            askers = {name: subjects for name, subjects in asked.items() if not set(subjects) & set(unknown)}
            if not askers:
                continue
            first, subjects = next(iter(askers.items()))
            where = self.asked_at.get(first, "") if len(askers) == 1 else ""
            wanted = ITEMS[item]
            wider = " or, wider, ".join(dict.fromkeys(subjects))
            expected = f"a row in figures.csv with the item `{item}` [{wanted.unit}] ({wanted.meaning}) for {wider}"
            message = f"{_and_others(tuple(askers))} no figure `{item}`"
            yield Fault(where or self.table, "RS-S604", message, expected)


def _and_others(names: tuple[str, ...]) -> str:
    if len(names) == 1:
        return f"{names[0]} has"
    return f"{', '.join(names[:-1])} and {names[-1]} have"


@dataclass(frozen=True, slots=True)
class Reader:
    """What the figures of a case may be about, and what their money is worth.

    Attributes
    ----------
    lines
        Ids of the lines.
    dollars
        US dollars per unit of each currency.
    """

    lines: Collection[str]
    places: Places
    dollars: Mapping[str, float]
    faults: list[Fault]


def read_figures(rows: Sequence[Row], reader: Reader) -> Figures:
    """Check every figure's subject, item, unit and bounds; money goes to US dollars.

    A figure with a fault counts as nan, so that it is not also told to be missing.
    """
    found: dict[tuple[str, str], Figure] = {}
    for row in rows:
        name = _item(row, reader.faults)
        if name is None:
            continue
        item = ITEMS[name]
        subject = _subject(row, item, reader)
        factor = _factor(row, item, reader)
        value = math.nan
        if row["value"] is not None and factor is not None and _is_within(row, item, reader.faults):
            value = row["value"] * factor
        if (subject, name) in found:
            expected = f"one row for each subject; the other is {found[subject, name].where}"
            message = f"`{name}` of {subject} stands twice"
            reader.faults.append(Fault(row.where("subject"), "RS-T104", message, expected))
        found[subject, name] = Figure(value, item.unit, row.evidence, row.where("value"))
    return Figures(found)


def _item(row: Row, faults: list[Fault]) -> str | None:
    """Name of a row's item, or of the one it was most likely meant to be; None where it is like none."""
    if row["item"] in ITEMS:
        return str(row["item"])
    near = difflib.get_close_matches(row["item"], list(ITEMS), 1, CLOSE)
    expected = f"did you mean `{near[0]}`?" if near else f"one of {', '.join(sorted(ITEMS))}"
    faults.append(Fault(row.where("item"), "RS-S605", f"`{row['item']}` is no figure a plan needs", expected))
    return near[0] if near else None


def _subject(row: Row, item: Item, reader: Reader) -> str:
    """Whose figure a row is, places under their code; a fault is noted where that is nobody a plan knows."""
    text = str(row["subject"])
    if item.of == "lane":
        origin, arrow, destination = text.partition(">")
        if arrow:
            where = row.where("subject")
            return f"{reader.places.country(origin, where)}>{reader.places.country(destination, where)}"
    elif text in reader.lines or text in _WORDS[item.of] or (item.of == "year" and _YEAR.fullmatch(text)):
        return text
    elif item.of in {"line", "market"} or row["item"] == "country_premium":
        place = reader.places.gazetteer.find(text)
        if place is not None:
            return place.place_id
    if text:
        message = f"`{text}` is nobody who has a figure `{row['item']}`"
        reader.faults.append(Fault(row.where("subject"), "RS-S606", message, _SUBJECTS[item.of]))
    return text


_YEAR = re.compile(r"(19|20)[0-9]{2}")
_WORDS = {
    "line": frozenset({"*", "home", *EntryMode}),
    "market": frozenset({"*"}),
    "home": frozenset({"home"}),
    "case": frozenset({"case"}),
    "year": frozenset[str](),
    "lane": frozenset[str](),
}
_SUBJECTS = {
    "line": "a line of lines.csv, a country, a mode (kit, contract, local), or * for all",
    "market": "a country, or * for all",
    "home": "home",
    "case": "case; a country for country_premium",
    "year": "a year, for instance 2027",
    "lane": "FROM>TO, for instance CHN>UZB",
}


def _factor(row: Row, item: Item, reader: Reader) -> float | None:
    """What the value is multiplied with to be in the item's unit, money in US dollars."""
    money, slash, per = row["unit"].partition("/")
    wanted, _, wanted_per = item.unit.partition("/")
    if wanted == "money" and money in reader.dollars and per == wanted_per:
        return reader.dollars[money]
    if row["unit"] == item.unit and wanted != "money":
        return 1.0
    if row["unit"]:
        example = f"USD{slash or ('/' if wanted_per else '')}{wanted_per}" if wanted == "money" else item.unit
        message = f"`{row['item']}` in `{row['unit']}`"
        reader.faults.append(Fault(row.where("unit"), "RS-S605", message, f"unit `{example}` ({item.meaning})"))
    return None


def _is_within(row: Row, item: Item, faults: list[Fault]) -> bool:
    share = item.unit == "1" and item.most <= 1.0
    kind = Kind.FRACTION if share else Kind.NUMBER
    column = Column(row["item"], kind, item.meaning, item.unit, least=item.least, most=item.most)
    return check_bounds(row["value"], column, row.where("value"), faults)
