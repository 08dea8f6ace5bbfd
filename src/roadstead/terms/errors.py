"""What goes wrong, said to the person who can mend it: what, where, what was expected, what to do next, and a code."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong with what a person handed in.

    Attributes
    ----------
    where
        ``file:line:column``, ``Sheet!Cell`` or a name; empty where there is no place.
    code
        Stable code; ``roadstead explain CODE`` tells more.
    message
        What was met.
    expected
        What would have been right, and what to do next.
    """

    where: str
    code: str
    message: str
    expected: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        expected = f"; {self.expected}" if self.expected else ""
        return f"{place}{self.message}{expected} [{self.code}]"


class RoadsteadError(Exception):
    """One or many faults; every fault found is in it."""

    def __init__(self, faults: Iterable[Fault] | Fault) -> None:
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class NotExpressibleError(RoadsteadError):
    """A rule of law has a shape the engine cannot work out yet."""


def raise_if_any(faults: Iterable[Fault]) -> None:
    """Raise one error with all ``faults``, in the order of their places; do nothing if there are none."""
    found = in_order(faults)
    if found:
        raise RoadsteadError(found)


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Every fault once, in the order of their places."""
    return tuple(sorted(dict.fromkeys(faults), key=_place))


def in_folder(folder: str, fault: Fault) -> Fault:
    """A fault of a file in a folder of the case, named from the case; a cell of a workbook is named already."""
    return fault if _CELL.match(fault.where) else replace(fault, where=f"{folder}/{fault.where}")


_CELL = re.compile(r"(?P<sheet>[^!:]+)!(?P<column>[A-Z]{1,7})(?P<row>[0-9]+)")


def spot(where: str) -> tuple[str, int, int]:
    """File or sheet, line or row, and column of a place; 0 for what it does not say."""
    cell = _CELL.match(where)
    if cell:
        column = 0
        for letter in cell["column"]:
            column = column * 26 + ord(letter) - 64
        return cell["sheet"], int(cell["row"]), column
    name, _, rest = where.partition(":")
    line, _, label = rest.removeprefix("record ").partition(":")
    line, number = line.split(" ", 1)[0], label.split(" ", 1)[0]
    return name, int(line) if line.isdigit() else 0, int(number) if number.isdigit() else 0


def _place(fault: Fault) -> tuple[str, int, int]:
    """Sort key that puts line 9 before line 10, record 9 before record 10, and column Z before AA."""
    return spot(fault.where)
