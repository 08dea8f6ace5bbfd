"""Entries of case.yaml as sheets: one of single values, and one for each list, every column as the entry's own type says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from roadstead.study.entries import (
    EARLIEST,
    LATEST,
    AmendmentEntry,
    AnnouncedEntry,
    CaseFile,
    ContentEntry,
    EventEntry,
    LeastPriceEntry,
    NodeEntry,
    PinEntry,
    ScenarioEntry,
    ShiftEntry,
)
from roadstead.terms.tables import Column, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

NEXT, OF = "#", "@"
"""Steps of a way: the next of a list; the one of a list whose id stands in the column named behind it. Behind ``=``: a key."""
APART = "; "
"""Between patches in one cell, which may hold | themselves."""
PATCHES = {("scenarios", "set"), ("scenarios", "events"), ("case", "patched")}


@dataclass(frozen=True, slots=True)
class EntryTable:
    """A list of case.yaml as a table.

    Attributes
    ----------
    way
        Path of keys that a row stands under.
    columns
        Those that the way names, then the entry's own; a single one named ``value`` is all that stands at the way's end.
    """

    name: str
    way: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def named(self) -> tuple[str, ...]:
        """Columns that the way names."""
        return tuple(step[1:] for step in self.way if step[0] in {OF, "="})

    @property
    def own(self) -> tuple[Column, ...]:
        """Columns of the entry itself."""
        return self.columns[len(self.named) :]

    @property
    def is_single(self) -> bool:
        """True where a row holds one value and no entry of several."""
        return [column.name for column in self.own] == ["value"]


def columns_of(model: type[BaseModel]) -> tuple[Column, ...]:
    """A column for each entry of a model that one cell can hold."""
    found = (column_of(name, field) for name, field in model.model_fields.items())
    return tuple(column for column in found if column is not None)


def column_of(name: str, field: FieldInfo) -> Column | None:
    """The column of an entry; None for one that holds further entries."""
    return _column(name, field.annotation, list(field.metadata), required=field.is_required())


def _column(name: str, kind: Any, metadata: list[Any], *, required: bool) -> Column | None:
    if get_origin(kind) is Annotated:
        inner, *more = get_args(kind)
        more = [part for one in more for part in (one.metadata if isinstance(one, FieldInfo) else [one])]
        return _column(name, inner, more, required=required)
    if get_origin(kind) in {Union, UnionType}:
        others = [one for one in get_args(kind) if one is not type(None)]
        return _column(name, others[0], metadata, required=required and len(others) == len(get_args(kind)))
    if get_origin(kind) is tuple:
        item = _column(name, get_args(kind)[0], [], required=False)
        return item and Column(name, Kind.LIST, "", required=required, choices=item.choices)
    if get_origin(kind) is Literal:
        return Column(name, Kind.TEXT, "", required=required, choices=tuple(filter(None, get_args(kind))))
    if not isinstance(kind, type) or issubclass(kind, (BaseModel, dict)):
        return None
    least, most = _bound(metadata, ("ge", "gt")), _bound(metadata, ("le", "lt"))
    choices = tuple(one.value for one in kind) if issubclass(kind, StrEnum) else ()
    return Column(name, _kind(kind, least, most), "", required=required, least=least, most=most, choices=choices)


def _bound(metadata: list[Any], names: tuple[str, str]) -> float | None:
    return next((float(v) for one in metadata for n in names if (v := getattr(one, n, None)) is not None), None)


def _kind(kind: type, least: float | None, most: float | None) -> Kind:
    if kind is bool:
        return Kind.FLAG
    if kind is int:
        return Kind.YEAR if (least, most) == (EARLIEST, LATEST) else Kind.COUNT
    if kind is float:
        return Kind.FRACTION if (least, most) == (0.0, 1.0) else Kind.NUMBER
    return Kind.TEXT


def _text(name: str) -> Column:
    return Column(name, Kind.TEXT, "")


_EVENTS = ("events", OF + "event")
TABLES = (
    EntryTable("tree", ("tree", "nodes", NEXT), columns_of(NodeEntry)),
    EntryTable("certain", ("tree", "grown", "certain", "=event"), (_text("event"), Column("value", Kind.YEAR, ""))),
    EntryTable("events", ("events", NEXT), columns_of(EventEntry)),
    EntryTable("amendments", (*_EVENTS, "amendments", NEXT), (_text("event"), *columns_of(AmendmentEntry))),
    EntryTable("content", (*_EVENTS, "content", NEXT), (_text("event"), *columns_of(ContentEntry))),
    EntryTable("least_prices", (*_EVENTS, "least_prices", NEXT), (_text("event"), *columns_of(LeastPriceEntry))),
    EntryTable("shifts", (*_EVENTS, "shifts", NEXT), (_text("event"), *columns_of(ShiftEntry))),
    EntryTable("terms", (*_EVENTS, "terms", "=term"), (_text("event"), _text("term"), _text("value"))),
    EntryTable("pins", ("pins", NEXT), columns_of(PinEntry)),
    EntryTable("budget", ("budget", "=year"), (Column("year", Kind.YEAR, ""), Column("value", Kind.NUMBER, "", least=0.0))),
    EntryTable("announced", ("announced", "=line"), (_text("line"), *columns_of(AnnouncedEntry))),
    EntryTable("declared", ("declared", "=importer", "=fact"), (_text("importer"), _text("fact"), _text("value"))),
    EntryTable("scenarios", ("scenarios", "=scenario"), (_text("scenario"), *columns_of(ScenarioEntry))),
)  # fmt: skip
"""In this order: an event stands before what it changes."""
CLASSES = "classes"


def singles() -> tuple[Column, ...]:
    """Every entry that is one value, under its path with points between."""
    return tuple(_singles("", CaseFile))


def _singles(above: str, model: type[BaseModel], *, needed: bool = True) -> Iterator[Column]:
    for name, field in model.model_fields.items():
        column = column_of(above + name, field)
        if column is not None:
            yield column if needed else replace(column, required=False)
        elif name == CLASSES:
            yield Column(f"{above}{name}.slow", Kind.FRACTION, "", required=False, least=0.0, most=1.0)
            yield Column(f"{above}{name}.fast", Kind.FRACTION, "", required=False, least=0.0, most=1.0)
        else:
            inner = _model(field.annotation)
            if inner is not None:
                yield from _singles(f"{above}{name}.", inner, needed=needed and field.is_required())


def _model(kind: Any) -> type[BaseModel] | None:
    """The model of an entry that holds others; None for a list or a mapping."""
    found = [one for one in (kind, *get_args(kind)) if isinstance(one, type) and issubclass(one, BaseModel)]
    return found[0] if found and get_origin(kind) not in {tuple, dict} else None
