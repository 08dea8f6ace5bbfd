"""Where figures come from, in print: which figures of the page lead to their trail, and the trails at its end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isclose
from typing import TYPE_CHECKING
from urllib.parse import quote

from roadstead.playbook.trails_book import WORKED_IN
from roadstead.report.cell_keys import CELL_KEYS
from roadstead.terms.evidence import ASSUMPTION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.playbook.book import Amount, Book, Sentence
    from roadstead.playbook.trails_book import Root, TrailPart
    from roadstead.report.html import PageCell, PageTable
    from roadstead.report.words import Words

SAME = 1e-9
"""Share of its size within which a number of a sentence is the figure that its trail leads to."""
LEAST = 0.5
"""Money or cars below which a part that leads nowhere is not printed; shares always are."""


@dataclass(frozen=True, slots=True)
class RowShown:
    """A row in print: what it says, its document and where that is, what else is known of it; where it stands."""

    says: str
    source: str
    url: str
    told: str
    at: str


@dataclass(frozen=True, slots=True)
class PartShown:
    """A part in print; ``address`` of its own trail on the page, else the ``key`` it may be asked for with, where it can be at all."""

    what: str
    amount: str
    address: str
    key: str
    how: str
    rows: tuple[RowShown, ...]


@dataclass(frozen=True, slots=True)
class TrailShown:
    """A trail in print, and the command that tells the same and goes on."""

    key: str
    figure: PartShown
    parts: tuple[PartShown, ...]
    command: str


class Asked:
    """Which figures have a trail on the page."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._known = {one.figure.key: one.figure.amount for one in book.trails.figures} if book.trails else {}

    def address(self, key: str) -> str:
        """Where the page tells the trail of a figure; nothing where it does not."""
        return f"#why-{quote(key)}" if key in self._known else ""

    def says(self, amount: Amount) -> str:
        """Where the page tells the trail of an amount in a sentence; nothing where that trail says another number.

        Signs may differ: a sentence says by how much less.
        """
        told = self._known.get(amount.key)
        alike = told and told.kind == amount.kind and isclose(abs(told.value), abs(amount.value), rel_tol=SAME)
        return self.address(amount.key) if alike else ""

    def first(self) -> list[tuple[str, str]]:
        """Of what the headline tells: the word for it, and the address."""
        found = ((key, self.address(key)) for key in ("npv", "npv/kinds", "added", "gap", "capital"))
        return [(key.replace("/", "."), address) for key, address in found if address]

    def leads(self, keys: Mapping[str, str]) -> dict[str, str]:
        """Where marks of a drawing lead, by what they say, of those that lead anywhere."""
        found = ((said, self.address(key)) for said, key in keys.items())
        return {said: address for said, address in found if address}

    def led(self, table: PageTable) -> PageTable:
        """A table whose figures lead to their trails."""
        if table.key not in CELL_KEYS:
            return table
        rows = (
            (*map(self._cell, row, of), *row[len(of) :])
            for row, of in zip(table.rows, CELL_KEYS[table.key](self._book), strict=True)
        )
        return replace(table, rows=tuple(rows))

    def _cell(self, cell: PageCell, key: str) -> PageCell:
        address = self.address(key)
        if not address or not cell.text:
            return cell
        return replace(cell, url=address, error_url=self.address(f"{key}/error") if cell.error else "")


def trails(book: Book, words: Words, asked: Asked) -> list[TrailShown]:
    """Every trail of the book."""
    if book.trails is None:
        return []
    rows = [row_shown(row, words) for row in book.trails.rows]

    def part(one: TrailPart) -> PartShown:
        what, how = words.say(one.what).rstrip(".。"), how_told(one.how, one.equation, words)
        address = asked.address(one.key)
        return PartShown(what, words.amount(one.amount), address, one.key, how, tuple(rows[i] for i in one.rests_on))

    return [
        TrailShown(
            one.figure.key,
            part(one.figure),
            tuple(part(p) for p in one.parts if p.key or p.rests_on or counts(p.amount)),
            f"roadstead why {book.cover.run or 'RUN'} {one.figure.key}",
        )
        for one in book.trails.figures
    ]


def counts(amount: Amount) -> bool:
    """True where an amount is more than rounding leaves."""
    return amount.kind in {"share", "ratio"} or abs(amount.value) >= LEAST


def how_told(how: Sentence | None, equation: str, words: Words) -> str:
    """How a figure is worked out, with its equation; nothing where its rows say it all."""
    numbered = words.tell("trail.equation", equation=equation) if equation else ""
    return words.listed(filter(None, (words.say(how) if how else "", numbered)))


def row_shown(root: Root, words: Words) -> RowShown:
    """A row in print. An event's reasoning stands for its source; no other assumption has one."""
    is_reasoned = root.table == "events" and root.source != ASSUMPTION
    if root.is_assumption and not is_reasoned:
        source = words.label("assumption")
    else:
        source = root.source or words.label("ui.trails.none")
    url = root.url if root.url.startswith(("https://", "http://")) else ""
    dated = words.tell("trail.as_of", day=root.as_of) if root.as_of else ""
    told = words.listed(filter(None, (dated, words.tell("trail.sure", which=root.confidence), root.note)))
    says = words.listed(one.replace(" money", f" {words.currency}") for one in root.says)
    at = root.at
    if at.startswith(WORKED_IN):
        at = words.tell("trail.worked_in", patch=at.removeprefix(WORKED_IN))
    return RowShown(words.headed(f"{root.table} {root.row}".strip(), says), source, url, told, at)
