"""A workbook as a case folder, in which everything knows the cell it came from."""

from __future__ import annotations

import csv
import io
import shutil
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from roadstead.study import manifest
from roadstead.study.bundled import CASE_FILE
from roadstead.study.document import is_ambiguous
from roadstead.study.workbook import entry_forms
from roadstead.study.workbook.entry_rows import YES_NO, Entries
from roadstead.study.workbook.forms import CASE, Form, Group, forms
from roadstead.study.workbook.reading import chosen, table
from roadstead.study.workplace import place_to_stay
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.placing import note_written
from roadstead.terms.tables import Kind, header_is_right
from roadstead.terms.workbooks import must_be_small, read_workbook, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from roadstead.study.workbook.reading import Table
    from roadstead.terms.tables import Column
    from roadstead.terms.workbooks import Value

_OPENED: dict[tuple[str, str], Path] = {}


def opened(path: Path) -> Path:
    """Folder of the case in a workbook, unpacked once for as long as the process runs.

    Raises
    ------
    RoadsteadError
        RS-T101, RS-T112 or RS-T114 where it cannot be read; RS-S652 where it holds no case. What is wrong within it is told with the
        faults of the case.
    """
    if not path.exists():
        expected = f"a workbook: `roadstead template {path.name}` makes one"
        raise RoadsteadError(Fault(str(path), "RS-S601", "there is no such file", expected))
    must_be_small(path)
    known = str(path.resolve()), manifest.sha256(path)
    folder = _OPENED.get(known)
    if folder is None or not folder.exists():
        folder = place_to_stay() / (path.stem.strip(".") or "case")
        unpack(path, folder)
        _OPENED[known] = folder
    return folder


def unpack(path: Path, into: Path) -> None:
    """Write the case of a workbook to a new folder: its tables, its case.yaml, the workbook itself, and where each part stood."""
    faults: list[Fault] = []
    found = chosen(read_workbook(path), faults)
    if CASE not in found:
        names = " or ".join(f"`{forms()[CASE].sheet(language)}`" for language in ("en", "zh"))
        expected = "a workbook that `roadstead template` wrote"
        raise RoadsteadError(Fault(path.name, "RS-S652", f"this workbook has no sheet {names}", expected))
    read = {key: table(sheet, forms()[key], faults) for key, sheet in found.items()}
    entries = _entries(read, faults)
    entries.cells.setdefault("", f"{found[CASE].name}!A1")
    into.mkdir(parents=True)
    # What begins with a point or two strokes is no file of a case, and would not be kept.
    book = f"{path.stem.lstrip('._') or 'case'}{path.suffix}"
    shutil.copyfile(path, into / book)
    (into / CASE_FILE).write_text(_yaml(entries.root), encoding="utf-8")
    is_chinese = not found[CASE].name.isascii()
    tables: dict[str, dict[str, Any]] = {"": {}}
    called = {form.file: form.sheet("zh" if is_chinese else "en") for form in forms().values()}
    called[CASE_FILE] = found[CASE].name
    for key, form in forms().items():
        if form.group is not Group.ENTRIES:
            _write(form, read.get(key), into, tables, sheet=called[form.file])
    for folder, known in tables.items():
        placed: dict[str, Any] = {"tables": known}
        if not folder:
            placed |= {"workbook": book, "called": called}
            placed |= {"entries": entries.cells, "faults": [asdict(fault) for fault in (*faults, *entries.faults)]}
        files = [*known] if folder else [CASE_FILE, *known]
        note_written(into / folder, placed, (file for file in files if (into / folder / file).exists()))


def _entries(read: Mapping[str, Table], faults: list[Fault]) -> Entries:
    entries = Entries()
    entries.singles(read[CASE])
    for form in entry_forms.TABLES:
        found = read.get(form.name)
        if found is None:
            continue
        head = found.header, list(found.columns)
        if header_is_right(found.placing, head, form.columns, faults):
            entries.rows(form, found)
    return entries


def _write(form: Form, read: Table | None, into: Path, tables: dict[str, dict[str, Any]], *, sheet: str) -> None:
    """Write one table; one that may be left out is, where it holds no row."""
    folder, _, name = form.key.rpartition("/")
    if read is None or not (read.records or form.group is Group.TABLES):
        if form.group is Group.TABLES:
            tables[""][f"{name}.csv"] = {"sheet": sheet, "rows": [], "columns": []}
        return
    (into / folder).mkdir(exist_ok=True)
    kinds = {column.name: column for column in form.columns}
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(read.columns)
    for _, values in read.records:
        writer.writerow([table_text(values[name], kinds.get(name)) if name in values else "" for name in read.columns])
    (into / folder / f"{name}.csv").write_text(text.getvalue(), encoding="utf-8", newline="")
    placing = read.placing
    placed = {"sheet": read.sheet, "rows": placing.rows, "columns": placing.columns}
    tables.setdefault(folder, {})[f"{name}.csv"] = placed


def _yaml(root: Mapping[str, Any]) -> str:
    """case.yaml as a person would go on with it; words that some readers take for yes or no stand in quotes."""
    yaml = YAML()
    yaml.width, yaml.default_flow_style = 140, False
    yaml.indent(mapping=2, sequence=4, offset=2)
    text = io.StringIO()
    yaml.dump(_quoted(root), text)
    return text.getvalue()


def _quoted(node: Any) -> Any:
    if isinstance(node, dict):
        return {_quoted(key): _quoted(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_quoted(value) for value in node]
    return DoubleQuotedScalarString(node) if isinstance(node, str) and is_ambiguous(node) else node


def table_text(value: Value, column: Column | None) -> str:
    """A value as a table's own file would hold it."""
    text = text_of(value)
    if column is not None and column.kind is Kind.FLAG and text.casefold() in YES_NO:
        return "yes" if YES_NO[text.casefold()] else "no"
    return text
