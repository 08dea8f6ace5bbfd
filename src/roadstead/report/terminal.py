"""The playbook's first screen in a terminal: do now, triggers, later, what it is worth, the three fronts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from rich.cells import cell_len
from rich.text import Text

from roadstead.playbook.book import Amount
from roadstead.report.amounts import money_scale
from roadstead.report.html import page_table, scale_of_all
from roadstead.report.lines import broken
from roadstead.report.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from roadstead.playbook.book import Book, DoNow, Trigger
    from roadstead.report.amounts import MoneyScale
    from roadstead.report.cells import Table

WIDTH, HEIGHT = 100, 45
INDENT = 3
HEADING, MUTED, COST = "bold", "dim", "red"
WARNINGS = 1
"""Warnings that stand on the first screen; the page has all."""
FOR_NOW, FOR_TRIGGERS = 0.55, 0.62
"""Part of the room left that each list may take in turn; the last takes what remains."""


def print_first_screen(book: Book, console: Console, language: Literal["en", "zh"] = "en") -> None:
    """Print the first screen as wide as the console is, and at most 45 lines high."""
    words = Words(language, book.cover.currency)
    for line in first_screen(book, words, min(console.width, WIDTH)):
        console.print(line, no_wrap=True, overflow="crop", highlight=False)


def first_screen(book: Book, words: Words, width: int = WIDTH, height: int = HEIGHT) -> list[Text]:
    """The lines of the first screen; lists that are too long end by saying how many entries are missing."""
    above = [
        _title(book, words),
        *(line for said in book.headline for line in _wrapped(Text(words.say(said)), width)),
        *_wrapped(Text(words.joined(book.cover.conventions), style=MUTED), width),
        *_wrapped(Text(words.joined(book.warnings[:WARNINGS]), style=MUTED), width),
        *_demand(book, words, width),
    ]
    below = [*_comparisons(book, words, width), *_fronts(book, words, width)]
    room = height - len(above) - len(below)

    def add(key: str, entries: Sequence[list[Text]], part: float) -> list[Text]:
        return _list(_heading(key, words, width), entries, int(room * part), words)

    now = add("ui.do_now", [_now(entry, i, words, width) for i, entry in enumerate(book.do_now, 1)], FOR_NOW)
    room -= len(now)
    triggers = add("ui.triggers", [_trigger(entry, words, width) for entry in book.triggers], FOR_TRIGGERS)
    room -= len(triggers)
    later = add("ui.later", _later(book, words, width), 1.0)
    return [*above, *now, *triggers, *later, *below]


def _demand(book: Book, words: Words, width: int) -> list[Text]:
    """What the plan implies about demand, and what of it lies outside published bands."""
    said = book.demand.said if book.demand else ()
    if not said:
        return []
    flags = Text(f"{words.label('ui.outside')} {words.listed(map(words.brief, said[1:]))}", style=COST)
    return [*_wrapped(Text(words.brief(said[0]), style=MUTED), width), *(_wrapped(flags, width) if said[1:] else [])]


def _title(book: Book, words: Words) -> Text:
    cover = book.cover
    horizon = words.fill("horizon", first=cover.first_year, last=cover.last_year, date=cover.as_known_on)
    return Text.assemble((words.name(cover.carmaker), "bold"), "  ", (horizon, MUTED))


def _wrapped(text: Text, width: int, indent: int = 0) -> list[Text]:
    """A text in lines no wider than a width, all but the first indented."""
    parts = broken(text.plain, width - indent, cell_len)
    ends = [sum(map(len, parts[:i])) for i in range(1, len(parts))]
    lines = text.divide(ends)
    for line in lines:
        line.rstrip()
    return [line if i == 0 else Text(" " * indent).append_text(line) for i, line in enumerate(lines)]


def _heading(key: str, words: Words, width: int) -> Text:
    label = words.label(key)
    return Text.assemble((label, HEADING), " ", ("─" * (width - cell_len(label) - 1), MUTED))


def _list(heading: Text, entries: Sequence[list[Text]], room: int, words: Words) -> list[Text]:
    """A heading and as many entries as fit, then how many are left."""
    found = [heading]
    for i, entry in enumerate(entries):
        is_last = i == len(entries) - 1
        if len(found) + len(entry) + (not is_last) > room:
            found.append(Text(" " * INDENT + words.fill("more", count=len(entries) - i), style=MUTED))
            break
        found += entry
    return found


def _now(entry: DoNow, number: int, words: Words, width: int) -> list[Text]:
    what = Text.assemble(f"{number:>2} ", (words.brief(entry.what), "bold"))
    cost = Text(" " * INDENT).append(words.skip(entry.costs_to_skip, entry.skip_gap), style=COST)
    if entry.unsourced:
        cost.append(f" {words.fill('assumed', count=len(entry.unsourced))}", style=MUTED)
    return [*_wrapped(what, width, INDENT), *_wrapped(cost, width, INDENT)]


def _trigger(entry: Trigger, words: Words, width: int) -> list[Text]:
    """Two lines: the event, how likely and from when, and what it is worth; then what is decided, as far as it fits."""
    worth = [words.brief(said) for said in entry.then if said.key == "trigger.npv"]
    decided = [words.brief(said) for said in entry.then if said.key != "trigger.npv"]
    odds = f"{words.share(entry.probability)} {words.fill('watch', year=entry.watch_in)}"
    first = Text.assemble(" • ", (words.name(entry.event), "bold"), f" · {odds}")
    first.append("".join(f" · {said}" for said in worth), style=COST)
    second = Text(" " * INDENT + words.listed(decided))
    second.truncate(width, overflow="ellipsis")
    return [*_wrapped(first, width, INDENT), *([second] if decided else [])]


def _later(book: Book, words: Words, width: int) -> list[list[Text]]:
    return [
        _wrapped(
            Text(f" {entry.year} {words.share(entry.probability):>6} {words.brief(entry.what)}"), width, INDENT + 10
        )
        for entry in book.later
    ]


def _padded(text: str, width: int, *, at_right: bool) -> str:
    space = " " * max(width - cell_len(text), 0)
    return space + text if at_right else text + space


def _comparisons(book: Book, words: Words, width: int) -> list[Text]:
    columns = ("npv", "plan_is_better_by", "capital", "worst")
    scale = money_scale((getattr(row, name) for row in book.comparisons for name in columns), words.language)
    rows = [
        (words.label(f"comparison.{row.key}"), *(scale.number(getattr(row, name)) for name in columns))
        for row in book.comparisons
    ]
    heads = _heads([_unit(scale, words), *(words.label(f"column.{name}") for name in columns)], rows, width)
    widths = [max(cell_len(row[c]) for row in (*heads, *rows)) for c in range(len(columns) + 1)]
    lines = [
        Text("  ".join(_padded(cell, widths[c], at_right=c > 0) for c, cell in enumerate(row)))
        for row in (*heads, *rows)
    ]
    for i, line in enumerate(lines[: len(heads) + 1]):
        line.stylize(MUTED if i < len(heads) else "bold")
    return [_heading("ui.worth", words, width), *lines]


def in_one_unit(table: Table, words: Words) -> tuple[list[str], list[tuple[str, ...]]]:
    """Heads and rows of a table in print, its money in one unit that stands over the names; heads of numbers begin with >."""
    shown = page_table(table, words, one_scale=True)
    numbers = [f">{column.heading(words)}" for column in table.columns[1:]]
    return [_unit(scale_of_all(table, words), words), *numbers], [
        tuple(cell.text for cell in row) for row in shown.rows
    ]


def _unit(scale: MoneyScale, words: Words) -> str:
    if words.language == "zh":
        return f"{scale.word}{words.currency_name()}"
    return f"{words.currency} {scale.word}".rstrip()


def _heads(names: Sequence[str], rows: Sequence[tuple[str, ...]], width: int) -> list[tuple[str, ...]]:
    """Headings in one line, or over several where one would be wider than the screen."""
    longest = [max(cell_len(row[c]) for row in rows) for c in range(len(names))]
    if sum(max(cell_len(name), room) for name, room in zip(names, longest, strict=True)) + 2 * len(names) - 2 <= width:
        return [tuple(names)]
    parts = [
        [part.rstrip() for part in broken(name, max(room, *(cell_len(word) for word in name.split())), cell_len)]
        for name, room in zip(names, longest, strict=True)
    ]
    high = max(map(len, parts))
    return [tuple(part[i - high + len(part)] if i >= high - len(part) else "" for part in parts) for i in range(high)]


def _fronts(book: Book, words: Words, width: int) -> list[Text]:
    """One line a front: the plan's years, then those it is compared with."""
    found = [_heading("ui.fronts", words, width)]
    for front in ("overseas", "big_markets", "nev"):
        known = [row for row in book.fronts if getattr(row, front) is not None]
        shares = " · ".join(
            words.tell("fronts.share", who=row.who, year=Amount(row.year, "year"), share=_share(row, front))
            for row in known
        )
        found += _wrapped(Text.assemble((f"{words.label(f'ui.front.{front}')}  ", MUTED), shares), width, INDENT)
    return found if len(book.fronts) else []


def _share(row: object, front: str) -> Amount:
    return Amount(getattr(row, front), "share")
