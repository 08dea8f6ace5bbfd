"""Small files in other people's layouts, written by the test that reads them."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from roadstead.terms.errors import RoadsteadError
from roadstead.world import reference

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


@pytest.fixture(scope="session")
def gazetteer():
    return reference.load().gazetteer


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """Writes a CSV file of a header and rows."""

    def write(header: str, *rows: Sequence[object] | str, name: str = "file.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        with path.open("w", encoding=encoding, newline="") as file:
            file.write(header + "\n")
            for row in rows:
                if isinstance(row, str):
                    file.write(row + "\n")
                else:
                    csv.writer(file, lineterminator="\n").writerow(row)
        return path

    return write


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Writes a workbook whose first sheet is a cover and whose second holds the table."""

    def write(header: str, *rows: Sequence[object], name: str = "file.xlsx") -> Path:
        path = tmp_path / name
        with xlsxwriter.Workbook(path) as book:
            book.add_worksheet("About").write(0, 0, "Data of the outlook")
            sheet = book.add_worksheet("Data")
            sheet.write_row(0, 0, header.split(","))
            for number, row in enumerate(rows, 1):
                sheet.write_row(number, 0, row)
        return path

    return write


@pytest.fixture
def told() -> Callable[..., list[tuple[str, str]]]:
    """Place and code of every fault that a reader raises."""

    def faults(read: Callable[..., object], *args: object, **options: object) -> list[tuple[str, str]]:
        with pytest.raises(RoadsteadError) as caught:
            read(*args, **options)
        assert all(fault.message and fault.expected for fault in caught.value.faults)
        return [(fault.where, fault.code) for fault in caught.value.faults]

    return faults
