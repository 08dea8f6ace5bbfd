"""Look up the figures of a case: narrowest subject first, units checked, money brought to the case's currency."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from roadstead.study.items import ITEMS, Item
from roadstead.terms.errors import Fault
from roadstead.terms.tables import Column, Kind, check_bounds
from roadstead.world.carmaker import Figure, Figures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.terms.tables import Row


@dataclass(slots=True)
class Lookup:
    """Figures of a case with the faults met on the way.

    Attributes
    ----------
    used
        Figures asked for by who asked, so that what a decision rests on can be told.
    """

    figures: Figures
    faults: list[Fault]
    used: dict[str, dict[str, Figure]] = field(default_factory=dict)

    def need(self, item: str, asked_by: str, *subjects: str) -> float:
        """The figure of the first subject that has one; a fault, and nan, where none has."""
        found = self.figures.get(item, *subjects)
        if found is None:
            wanted = ITEMS[item]
            expected = (
                f"a row in figures.csv with item `{item}` [{wanted.unit}] ({wanted.meaning}) "
                f"for {' or, wider, '.join(dict.fromkeys(subjects))}"
            )
            self.faults.append(Fault("figures.csv", "RS-S604", f"{asked_by} has no figure `{item}`", expected))
            return float("nan")
        self.used.setdefault(asked_by, {})[item] = found
        return found.value

    def maybe(self, item: str, asked_by: str, *subjects: str) -> float | None:
        """The figure, or None where no subject has one."""
        found = self.figures.get(item, *subjects)
        if found is None:
            return None
        self.used.setdefault(asked_by, {})[item] = found
        return found.value


def read_figures(rows: Sequence[Row], dollars: Mapping[str, float], faults: list[Fault]) -> Figures:
    """Check every figure's item, unit and bounds; money goes to US dollars."""
    found: dict[tuple[str, str], Figure] = {}
    for row in rows:
        item = ITEMS.get(row["item"])
        if item is None:
            expected = "an item of docs/tables.md: " + ", ".join(sorted(ITEMS))
            faults.append(Fault(row.where("item"), "RS-S605", f"`{row['item']}` is no figure a plan needs", expected))
            continue
        if row["value"] is None:
            continue
        factor = _factor(row, item, dollars, faults)
        if factor is None:
            continue
        value = row["value"] * factor
        _check(row, item, faults)
        found[row["subject"], row["item"]] = Figure(value, item.unit, row.evidence, row.where("value"))
    return Figures(found)


def _factor(row: Row, item: Item, dollars: Mapping[str, float], faults: list[Fault]) -> float | None:
    """What the value is multiplied with to be in the item's unit, money in US dollars."""
    money, slash, per = row["unit"].partition("/")
    wanted, _, wanted_per = item.unit.partition("/")
    if wanted == "money" and money in dollars and per == wanted_per:
        return dollars[money]
    if row["unit"] == item.unit and wanted != "money":
        return 1.0
    example = f"USD{slash or ('/' if wanted_per else '')}{wanted_per}" if wanted == "money" else item.unit
    message = f"`{row['item']}` in `{row['unit']}`"
    faults.append(Fault(row.where("unit"), "RS-S605", message, f"unit `{example}` ({item.meaning})"))
    return None


def _check(row: Row, item: Item, faults: list[Fault]) -> None:
    share = item.unit == "1" and item.most <= 1.0
    kind = Kind.FRACTION if share else Kind.NUMBER
    column = Column(row["item"], kind, item.meaning, item.unit, least=item.least, most=item.most)
    check_bounds(row["value"], column, row.where("value"), faults)
