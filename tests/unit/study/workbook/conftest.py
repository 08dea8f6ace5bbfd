"""Workbooks as a person fills them in: written by the template, changed with another program, read as a case."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from roadstead.study.spec import read_study
from roadstead.study.workbook import filling
from roadstead.study.workbook.unpack import opened
from roadstead.study.workbook.write import write_template
from roadstead.terms.errors import RoadsteadError

if TYPE_CHECKING:
    from roadstead.study.spec import Study
    from roadstead.terms.errors import Fault

CASES = Path(__file__).parents[4] / "cases"


class Book:
    """A workbook that a test fills in."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.changed = openpyxl.load_workbook(path)

    def set(self, cell: str, value: Any) -> None:
        """Write a value, a date or a formula to ``Sheet!C7``."""
        sheet, _, at = cell.partition("!")
        self.changed[sheet][at] = value

    def at(self, sheet: str, key: str, column: str) -> str:
        """``Sheet!C7`` of the first row that begins with a key."""
        rows = self.changed[sheet]
        heads = [cell.value for cell in rows[2]]
        row = next(row for row in rows.iter_rows(min_row=3) if row[0].value == key)
        return f"{sheet}!{row[heads.index(column)].coordinate}"

    def entry(self, name: str) -> str:
        """``Case!B7`` of an entry."""
        return self.at("Case", name, "value")

    def save(self) -> Path:
        self.changed.save(self.path)
        return self.path

    def study(self) -> Study:
        return read_study(opened(self.save()))

    def faults(self) -> tuple[Fault, ...]:
        with pytest.raises(RoadsteadError) as caught:
            self.study()
        return caught.value.faults

    def told(self) -> list[tuple[str, str]]:
        return [(fault.where.partition(" ")[0], fault.code) for fault in self.faults()]


@pytest.fixture(scope="session")
def starter_rows() -> filling.Rows:
    return filling.from_case(CASES / "starter")


@pytest.fixture(scope="session")
def written(starter_rows, tmp_path_factory) -> dict[str, Path]:
    """The starter case as a workbook in either language."""
    place = tmp_path_factory.mktemp("books")
    return {language: write_template(place / f"{language}.xlsx", starter_rows, language) for language in ("en", "zh")}


@pytest.fixture
def book(written, tmp_path) -> Book:
    return Book(Path(shutil.copy(written["en"], tmp_path / "book.xlsx")))


@pytest.fixture
def chinese(written, tmp_path) -> Book:
    return Book(Path(shutil.copy(written["zh"], tmp_path / "book.xlsx")))
