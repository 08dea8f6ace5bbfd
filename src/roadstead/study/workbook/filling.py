"""What stands in the sheets of a template: a case that is there already, or what every case begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from roadstead.study.bundled import CASE_FILE
from roadstead.study.document import scan_document
from roadstead.study.entries import CaseFile
from roadstead.study.items import ITEMS, OPTIONAL
from roadstead.study.spec import read_study
from roadstead.study.workbook import entry_forms
from roadstead.study.workbook.entry_rows import rows_of
from roadstead.study.workbook.forms import CASE, VALUE, Group, forms
from roadstead.terms.errors import Fault, raise_if_any
from roadstead.terms.tables import scan_table

if TYPE_CHECKING:
    from pathlib import Path


Rows = dict[str, list[dict[str, Any]]]
"""Rows by the key of their form; a cell that is None, empty or not named is blank."""
WHOSE = {"line": "*", "market": "*", "home": "home", "case": "case", "year": ""}
"""Subject that a figure of each kind is asked for first."""
FIGURES = "figures"


def from_case(folder: Path) -> Rows:
    """Every row of a sound case.

    Raises
    ------
    RoadsteadError
        With every fault of the case.
    """
    read_study(folder)
    faults: list[Fault] = []
    document = scan_document(folder / CASE_FILE, faults)
    raise_if_any(faults)
    assert document is not None
    found: Rows = rows_of(document.case)
    for form in forms().values():
        path = folder / form.file
        if form.group is not Group.ENTRIES and path.exists():
            found[form.key] = [dict(row.values) for row in scan_table(path, form.schema, faults) or ()]
    return found


def empty() -> Rows:
    """A new case: what has a value where nothing is said, and a line for each figure that every case needs."""
    singles = [{"entry": column.name, VALUE: _preset(column.name)} for column in entry_forms.singles()]
    asked = [(name, item) for name, item in ITEMS.items() if name not in OPTIONAL and item.of in WHOSE]
    figures = [
        {"subject": WHOSE[item.of], "item": name, "unit": item.unit.replace("money", "USD")} for name, item in asked
    ]
    return {CASE: singles, FIGURES: figures}


def _preset(name: str) -> Any:
    """The value of an entry of case.yaml where nothing is said; None where it has to be said."""
    model: Any = CaseFile
    found: Any = None
    for step in name.split("."):
        if isinstance(model, BaseModel):
            found = model = getattr(model, step, None)
        elif model is CaseFile:
            field = CaseFile.model_fields[step]
            found = model = None if field.is_required() else field.get_default(call_default_factory=True)
        else:
            return None
    if isinstance(found, bool):
        return "yes" if found else "no"
    return found if isinstance(found, (int, float, str)) else None
