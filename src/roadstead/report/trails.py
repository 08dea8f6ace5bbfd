"""Where figures come from, in print: which figures of the page lead to their trail, and the trails at its end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from roadstead.playbook.book import Book, Sentence, Trigger
    from roadstead.playbook.trails_book import TrailPart, TrailRow
    from roadstead.report.html import PageCell, PageTable
    from roadstead.report.words import Words

LEAST = 0.5
"""Money or cars below which a part that leads nowhere is not printed."""


@dataclass(frozen=True, slots=True)
class RowShown:
    """A row in print: what it says, its document and where that is, what else is known of it."""

    says: str
    source: str
    url: str
    told: str


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
        self._known = book.trails.keys if book.trails else frozenset()

    def address(self, key: str) -> str:
        """Where the page tells the trail of a figure; nothing where it does not."""
        return f"#why-{quote(key)}" if key in self._known else ""

    def first(self) -> list[tuple[str, str]]:
        """Of what the headline tells: the word for it, and the address."""
        found = ((key, self.address(key)) for key in ("npv", "npv/kinds", "added", "gap", "capital"))
        return [(key.replace("/", "."), address) for key, address in found if address]

    def trigger(self, entry: Trigger) -> str:
        """Of the probability of a trigger that is one event of the tree."""
        alike = (
            one.key
            for one in self._book.events
            if one.event == entry.event and abs(one.implied - entry.probability) < 1e-9
        )
        return self.address(f"chance/{next(alike, '')}")

    def comparisons(self, table: PageTable) -> PageTable:
        """NPV of the plan and of what it is held against, value added, capital."""
        rows = (
            ("", "npv" if row.key == "plan" else f"npv/{row.key}", "added" if row.key == "standing" else "",
             "capital" if row.key == "plan" else "")
            for row in self._book.comparisons
        )  # fmt: skip
        return self._led(table, rows)

    def markets(self, table: PageTable) -> PageTable:
        """Size, NEV share and sales of markets."""
        of = ("", "", "size", "nev", "cars")
        return self._led(table, ([f"{kind}/{row.key}" if kind else "" for kind in of] for row in self._book.markets))

    def events(self, table: PageTable) -> PageTable:
        """Chances of events as the tree implies them."""
        return self._led(table, (("", "", f"chance/{row.key}") for row in self._book.events))

    def _led(self, table: PageTable, keys: Iterable[Sequence[str]]) -> PageTable:
        rows = []
        for row, of in zip(table.rows, keys, strict=True):
            rows.append((*map(self._cell, row, of), *row[len(of) :]))
        return replace(table, rows=tuple(rows))

    def _cell(self, cell: PageCell, key: str) -> PageCell:
        address = self.address(key)
        return replace(cell, url=address) if address else cell


def trails(book: Book, words: Words) -> list[TrailShown]:
    """Every trail of the book."""
    if book.trails is None:
        return []
    asked, rows = Asked(book), [_row(row, words) for row in book.trails.rows]

    def part(one: TrailPart) -> PartShown:
        how = how_said(one.how, one.equation, words)
        what = words.say(one.what).rstrip(".。")
        address = asked.address(one.key)
        return PartShown(what, words.amount(one.amount), address, one.key, how, tuple(rows[i] for i in one.rests_on))

    return [
        TrailShown(
            one.figure.key,
            part(one.figure),
            tuple(part(p) for p in one.parts if p.key or p.rests_on or abs(p.amount.value) >= LEAST),
            f"roadstead why {book.cover.run or 'RUN'} {one.figure.key}",
        )
        for one in book.trails.figures
    ]


def how_said(how: Sentence | None, equation: str, words: Words) -> str:
    """How a figure is worked out, with its equation."""
    numbered = words.tell("trail.equation", equation=equation) if equation else ""
    return words.listed(filter(None, (words.say(how) if how else "", numbered)))


def standing(as_of: str, confidence: str, words: Words) -> tuple[str, str]:
    """Of which day a row is, and how sure it is."""
    return words.tell("trail.as_of", day=as_of) if as_of else "", words.tell("trail.sure", which=confidence)


def _row(row: TrailRow, words: Words) -> RowShown:
    source = row.source or words.label("assumption" if row.is_assumption else "ui.trails.none")
    is_link = row.url.startswith(("https://", "http://"))
    told = words.listed(filter(None, (*standing(row.as_of, row.confidence, words), row.note, row.at)))
    says = words.listed(one.replace(" money", f" {words.currency}") for one in row.says)
    return RowShown(words.headed(row.row, says), source, row.url if is_link else "", told)
