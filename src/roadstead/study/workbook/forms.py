"""Every sheet a workbook can have: which file of the case it stands for, its columns, and what it is called in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from roadstead.futures.catalogue import catalogue
from roadstead.futures.catalogue import tables as event_tables
from roadstead.study import tables
from roadstead.study.folders import FACTS, RULES
from roadstead.study.workbook import entry_forms
from roadstead.study.workbook.words import Language, words
from roadstead.terms.tables import Column, Kind, Schema
from roadstead.trade import schemas as law
from roadstead.world import schemas as facts

if TYPE_CHECKING:
    from roadstead.study.workbook.entry_forms import EntryTable

CASE, VALUE = "case", "value"
HOW_TO, LISTS = "how_to", "lists"
"""Sheets of the template that no case is read from."""
MUST = (CASE, "tree", "events")
_TABLES = tuple(schema.name for schema in tables.ALL)
"""Parts of case.yaml, and tables, that every case fills in."""


class Group(StrEnum):
    """Where a sheet belongs, in the order of the workbook."""

    ENTRIES = "entries"
    TABLES = "tables"
    MORE = "more"
    FACTS = "facts"
    LAW = "law"
    FUTURES = "futures"


@dataclass(frozen=True, slots=True)
class Form:
    """One sheet.

    Attributes
    ----------
    key
        Path of the table in the case folder without its ending, or the name of a part of case.yaml.
    schema
        Its columns; of a table, its own schema.
    entries
        The list of case.yaml that it holds; None for a table.
    """

    key: str
    group: Group
    schema: Schema
    entries: EntryTable | None = None

    @property
    def columns(self) -> tuple[Column, ...]:
        """Own columns and those of evidence."""
        return self.schema.all_columns

    @property
    def may_be_empty(self) -> bool:
        """True for a sheet that a case can do without."""
        return self.group not in {Group.ENTRIES, Group.TABLES} or self.key not in {*MUST, *_TABLES}

    @property
    def file(self) -> str:
        """Path of the table in the case folder."""
        return f"{self.key}.csv"

    def sheet(self, language: Language) -> str:
        """Name of the sheet; of the package's own tables that nobody has named, their path."""
        named = words().get(f"sheet.{self.key}")
        return named[language] if named else self.key.replace("/", ".")

    def label(self, column: str, language: Language) -> str:
        """Heading of a column: its name in the tables, or its Chinese name."""
        named = words().get(f"column.{column}")
        return named["zh"] if named and language == "zh" else column

    def what(self, language: Language) -> str:
        """What the sheet holds."""
        named = words().get(f"about.{self.key}")
        return named["zh"] if named and language == "zh" else self.schema.description

    def note(self, column: Column, language: Language) -> str:
        """What a column holds; of the package's own kinds of facts, law and events in English only."""
        said = words().get(f"note.{self.key}.{column.name}") or words().get(f"note.{column.name}")
        return said[language] if said and said[language] else column.description


def _table(schema: Schema, group: Group, folder: str = "") -> Form:
    return Form(f"{folder}{schema.name}", group, schema)


def _entries(name: str, columns: tuple[Column, ...], table: EntryTable | None = None) -> Form:
    """A part of case.yaml, whose rows carry no evidence."""
    schema = Schema(name, words()[f"about.{name}"]["en"], columns, key=(), evidence=False)
    return Form(name, Group.ENTRIES, schema, table)


@lru_cache(maxsize=1)
def forms() -> dict[str, Form]:
    """Every form by its key, in the order of the sheets."""
    value = Column(VALUE, Kind.TEXT, "")
    found = [_entries(CASE, (Column("entry", Kind.TEXT, ""), value))]
    found += [_entries(table.name, table.columns, table) for table in entry_forms.TABLES]
    found += [_table(schema, Group.TABLES) for schema in tables.WITH_SOURCES]
    found += [_table(schema, Group.MORE) for schema in tables.OPTIONAL]
    found += [_table(schema, Group.FACTS, f"{FACTS}/") for schema in facts.ALL]
    found += [_table(schema, Group.LAW, f"{RULES}/") for schema in law.ALL]
    found += [_table(schema, Group.FUTURES, f"{catalogue.FOLDER}/") for schema in event_tables.ALL]
    return {form.key: form for form in found}
