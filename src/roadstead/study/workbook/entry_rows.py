"""case.yaml from the rows of a workbook, with the cell of every entry; and back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from roadstead.study.entries import CaseFile
from roadstead.study.workbook import entry_forms
from roadstead.study.workbook.entry_forms import APART, NEXT, OF, PATCHES
from roadstead.study.workbook.forms import CASE, VALUE
from roadstead.terms.errors import Fault
from roadstead.terms.spelling import meant
from roadstead.terms.tables import Column, Kind
from roadstead.terms.workbooks import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from roadstead.study.workbook.entry_forms import EntryTable
    from roadstead.study.workbook.reading import Table
    from roadstead.terms.workbooks import Value

YES_NO = {"yes": True, "no": False, "true": True, "false": False, "是": True, "否": False}
NEEDED = {name for name, field in CaseFile.model_fields.items() if field.is_required()}


@dataclass(slots=True)
class Entries:
    """Entries of case.yaml as they are read.

    Attributes
    ----------
    cells
        Cell of every entry by its path, keys and indices joined by points.
    """

    root: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def at(self, path: tuple[str | int, ...], cell: str) -> None:
        """Note the cell of an entry, which is also that of whatever it stands in where nothing is said yet."""
        self.cells[".".join(map(str, path))] = cell
        for n in range(len(path)):
            self.cells.setdefault(".".join(map(str, path[:n])), cell)

    def singles(self, table: Table) -> None:
        """Single values, one a row."""
        known = {column.name: column for column in entry_forms.singles()}
        seen: dict[str, int] = {}
        for row, values in table.records:
            where, name = table.where(row, "entry"), text_of(values.get("entry", ""))
            if name not in known:
                message = f"`{name}` is not known here" if name else "no entry is named here"
                self.faults.append(Fault(where, "RS-S603", message, meant(name, known, "an entry of the template")))
                continue
            if name in seen:
                self.faults.append(_twice(where, name, table.place.line(seen[name])))
                continue
            seen[name] = row
            path = tuple(name.split("."))
            self.at(path, _bare_cell(table, row, VALUE))
            if len(path) > 1 and path[0] in NEEDED:
                # What every case has is there, if only empty, so that each value it lacks is told at its own cell.
                self.root.setdefault(path[0], {})
            if VALUE in values:
                node = self.root
                for step in path[:-1]:
                    node = node.setdefault(step, {})
                node[path[-1]] = entry_value(values[VALUE], known[name], (CASE, name))

    def rows(self, form: EntryTable, table: Table) -> None:
        """Entries of a list, one a row."""
        for row, values in table.records:
            path = self._way(form, table, row, values)
            if path is None:
                continue
            node: Any = self.root
            for step in path[:-1]:
                node = node[step]
            self.at(path, _bare_cell(table, row, form.columns[0].name))
            if form.is_single:
                self.at(path, _bare_cell(table, row, VALUE))
                node[path[-1]] = _single(values.get(VALUE), form)
                continue
            for column in form.own:
                self.at((*path, column.name), _bare_cell(table, row, column.name))
                if column.name in values:
                    value = entry_value(values[column.name], column, (form.name, column.name))
                    node[path[-1]][column.name] = value

    def _way(
        self, form: EntryTable, table: Table, row: int, values: Mapping[str, Value]
    ) -> tuple[str | int, ...] | None:
        """The path that a row stands under, with everything on the way there; None, with a fault noted, where it leads nowhere."""
        for name in form.named:
            if name not in values:
                self.faults.append(
                    Fault(table.where(row, name), "RS-T105", "nothing stands here", f"the {name} that the row is of")
                )
                return None
        node: Any = self.root
        path: list[str | int] = []
        for i, step in enumerate(form.way):
            after = form.way[i + 1][0] if i + 1 < len(form.way) else ""
            if step == NEXT:
                node.append({})
                key: str | int = len(node) - 1
            elif step[0] == OF:
                name = text_of(values[step[1:]])
                ids = [one.get("id") for one in node]
                if name not in ids:
                    expected = meant(name, map(str, ids), "the id of a row of that sheet")
                    self.faults.append(
                        Fault(table.where(row, step[1:]), "RS-S606", f"there is no {step[1:]} `{name}`", expected)
                    )
                    return None
                key = ids.index(name)
            elif step[0] == "=":
                key = text_of(values[step[1:]])
                if not after and key in node:
                    self.faults.append(_twice(table.where(row, step[1:]), str(key), "a row above"))
                    return None
                node.setdefault(key, {})
            else:
                key = step
                node.setdefault(key, [] if after in {NEXT, OF} else {})
            path.append(key)
            node = node[key]
        return tuple(path)


def _bare_cell(table: Table, row: int, column: str) -> str:
    """``Sheet!C7`` alone: whoever tells of an entry adds its path."""
    return table.where(row, column).partition(" ")[0]


def _single(value: Value | None, form: EntryTable) -> Any:
    column = form.own[0]
    if value is None:
        return None
    return _word(value) if column.kind is Kind.TEXT else entry_value(value, column, (form.name, column.name))


def _twice(where: str, name: str, first: str) -> Fault:
    return Fault(where, "RS-T104", f"`{name}` stands twice, first in {first}", "one row for each")


def entry_value(value: Value, column: Column, of: tuple[str, str]) -> Any:
    """What a cell says as case.yaml would: numbers as numbers, lists as lists; what does not fit stays as it is, to be told."""
    if column.kind is Kind.LIST:
        if column.name.endswith("grown.events") and text_of(value) == "all":
            return "all"
        apart = APART.strip() if of in PATCHES else "|"
        parts = [part.strip() for part in text_of(value).split(apart)]
        return [_number(part) if column.name.endswith(("stages", "nodes")) else part for part in parts if part]
    if column.kind.is_number:
        return _number(value)
    if column.kind is Kind.FLAG:
        return YES_NO.get(text_of(value).casefold(), text_of(value))
    return text_of(value)


def _number(value: Value) -> Any:
    """A number, whole where it is; a number stored as text counts as one."""
    if isinstance(value, str) and "_" not in value:
        try:
            value = float(value)
        except ValueError:
            return value
    if isinstance(value, float) and not isinstance(value, bool):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    return value if isinstance(value, bool) else text_of(value)


def _word(value: Value) -> Any:
    """A number, yes or no, or a word: what a term of demand or a declared fact may be."""
    if isinstance(value, bool):
        return value
    found = _number(value)
    return YES_NO.get(found.casefold(), found) if isinstance(found, str) else found


def rows_of(case: CaseFile) -> dict[str, list[dict[str, Any]]]:
    """Rows of every sheet of entries, as a workbook shows a case."""
    root = case.model_dump(mode="json")
    found = {table.name: [_shown(row, table) for row in _walk(root, table.way)] for table in entry_forms.TABLES}
    found[CASE] = [
        {"entry": column.name, VALUE: _cell(_under(root, column.name), column, (CASE, column.name))}
        for column in entry_forms.singles()
    ]
    return found


def _under(root: Any, name: str) -> Any:
    for step in name.split("."):
        root = root.get(step) if isinstance(root, dict) else None
    return root


def _walk(node: Any, way: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """What stands at the end of a way, with the columns that the way names; nothing where the way ends before."""
    if node is None:
        return
    if not way:
        yield node if isinstance(node, dict) else {VALUE: node}
        return
    step, rest = way[0], way[1:]
    if step == NEXT or step[0] == OF:
        for one in node:
            named = {step[1:]: one["id"]} if step[0] == OF else {}
            yield from (named | row for row in _walk(one, rest))
    elif step[0] == "=":
        for key, one in node.items():
            yield from ({step[1:]: key} | row for row in _walk(one, rest))
    else:
        yield from _walk(node[step], rest)


def _shown(row: Mapping[str, Any], table: EntryTable) -> dict[str, Any]:
    return {column.name: _cell(row[column.name], column, (table.name, column.name)) for column in table.columns}


def _cell(value: Any, column: Column, of: tuple[str, str]) -> Any:
    if isinstance(value, list):
        return (APART if of in PATCHES else "|").join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if column.kind in {Kind.YEAR, Kind.COUNT} and isinstance(value, str):
        return int(value)
    return value
