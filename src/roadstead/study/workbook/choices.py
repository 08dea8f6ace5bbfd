"""What a cell of the template may hold: drop-downs, bounds, and a word on what belongs there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roadstead.study.items import ITEMS
from roadstead.study.workbook.forms import CASE, LISTS, forms
from roadstead.study.workbook.words import words
from roadstead.terms.placing import letters
from roadstead.terms.tables import Column, Kind
from roadstead.world import reference

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from roadstead.study.workbook.words import Language

FLAGS = {"en": ("yes", "no"), "zh": ("是", "否")}
LONGEST_LIST, LONGEST_TITLE, LONGEST_MESSAGE = 255, 32, 255
"""Characters that Excel takes in a drop-down written out, and in the title and text of a message."""
DEEP = 1000
"""Row down to which names given in one sheet are offered in the others."""
PLACES, CURRENCIES, FIGURES = "places", "currencies", "figures"
LISTED = {
    "market": PLACES, "place": PLACES, "importer": PLACES, "nationality": PLACES, "home": PLACES,
    "currency": CURRENCIES, "money.currency": CURRENCIES, "item": FIGURES,
}  # fmt: skip
"""Columns whose words stand in the sheet of lists."""
GIVEN = {
    "model": ("models", "model"), "models": ("models", "model"), "line": ("lines", "line"), "lines": ("lines", "line"),
    "converts": ("lines", "line"), "event": ("events", "id"), "fires": ("events", "id"), "parent": ("tree", "id"),
    "source": ("sources", "source"), "what": ("lines", "line"),
}  # fmt: skip
"""Columns whose words are given in a column of another sheet."""


class Choices:
    """What cells may hold, in one language, in a workbook with some sheets."""

    def __init__(self, language: Language, sheets: Collection[str]) -> None:
        self.language, self.sheets = language, sheets
        places = reference.load().gazetteer.places.values()
        self.lists: dict[str, tuple[tuple[str, ...], list[tuple[str, ...]]]] = {
            PLACES: (("country", "name", "name_zh"), [(p.place_id, p.name, p.name_zh) for p in places]),
            CURRENCIES: (("currency",), [(code,) for code in sorted(reference.packaged_currencies())]),
            FIGURES: (
                ("item", "unit", "of", "meaning"),
                [(name, item.unit, item.of, item.meaning) for name, item in ITEMS.items()],
            ),
        }

    def flag(self, value: str) -> str:
        """Yes or no in the language of the workbook."""
        yes, no = FLAGS[self.language]
        return {"yes": yes, "no": no}.get(value, value)

    def allowed(self, column: Column) -> str:
        """The words that a column may hold, for its note."""
        if column.kind is Kind.LIST:
            said = ", ".join(column.choices)
            return f" ({words()['how.list'][self.language]}{': ' if said else ''}{said})"
        return f": {', '.join(column.choices)}" if column.choices and column.name != "kind" else ""

    def rules(self, sheet: str, column: Column, note: str) -> Iterator[dict[str, Any]]:
        """The rule for the cells of a column, at most one: what may be typed, and what is said as a cell is chosen."""
        message = {
            "input_title": column.name[:LONGEST_TITLE],
            "input_message": note if len(note) <= LONGEST_MESSAGE else f"{note[: LONGEST_MESSAGE - 1]}…",
            "error_title": column.name[:LONGEST_TITLE],
            "error_message": note if len(note) <= LONGEST_MESSAGE else f"{note[: LONGEST_MESSAGE - 1]}…",
        }
        rule = self._rule(sheet, column)
        yield message | (rule or {"validate": "any"})

    def _rule(self, sheet: str, column: Column) -> dict[str, Any] | None:
        if column.kind is Kind.FLAG:
            return {"validate": "list", "source": list(FLAGS[self.language])}
        if column.kind is Kind.LIST:
            return None
        if column.choices and len(",".join(column.choices)) <= LONGEST_LIST:
            return {"validate": "list", "source": list(column.choices)}
        if column.kind.is_number:
            return self._bounds(column)
        source = self._offered(sheet, column.name)
        # A name, a bloc or * may stand where a code is offered: the reader says what is wrong, the drop-down only helps.
        return None if source is None else {"validate": "list", "source": source, "error_type": "information"}

    def _bounds(self, column: Column) -> dict[str, Any] | None:
        least, most = column.least, column.most
        if column.kind is Kind.FRACTION:
            least, most = 0.0 if least is None else least, 1.0 if most is None else most
        if column.kind is Kind.YEAR:
            least, most = 1900.0 if least is None else least, 2200.0 if most is None else most
        whole = "integer" if column.kind in {Kind.COUNT, Kind.YEAR} else "decimal"
        if least is not None and most is not None:
            return {"validate": whole, "criteria": "between", "minimum": least, "maximum": most}
        if least is not None:
            return {"validate": whole, "criteria": ">=", "value": least}
        return None if most is None else {"validate": whole, "criteria": "<=", "value": most}

    def _offered(self, sheet: str, column: str) -> str | None:
        """Cells in which the words of a column stand."""
        if column in LISTED and (sheet != "markets" or column != "item"):
            at = self._columns()[LISTED[column]]
            name = words()[f"sheet.{LISTS}"][self.language]
            return f"='{name}'!${letters(at + 1)}$2:${letters(at + 1)}${1 + len(self.lists[LISTED[column]][1])}"
        key, named = GIVEN.get(column, ("", ""))
        if key not in self.sheets or (key, named) == (sheet, column) or sheet == CASE or "/" in sheet:
            return None
        form = forms()[key]
        letter = letters(1 + [one.name for one in form.columns].index(named))
        return f"='{form.sheet(self.language)}'!${letter}$4:${letter}${DEEP}"

    def _columns(self) -> dict[str, int]:
        """First column of every list, from 0."""
        found, at = {}, 0
        for name, (heads, _) in self.lists.items():
            found[name] = at
            at += len(heads) + 1
        return found

    def write(self, sheet: Any, heading: Any, text: Any) -> None:
        """The sheet of lists, one beside the other."""
        for name, at in self._columns().items():
            heads, rows = self.lists[name]
            for c, head in enumerate(heads, at):
                sheet.write_string(0, c, head, heading)
                sheet.set_column(c, c, 60 if head == "meaning" else 22 if head.startswith(("name", "item")) else 11)
            for r, row in enumerate(rows, 1):
                for c, cell in enumerate(row, at):
                    sheet.write_string(r, c, cell, text)
        sheet.freeze_panes(1, 0)
