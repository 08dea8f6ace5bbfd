"""Signposts as tables: what shows that the time of a decision has come, how often that misleads, and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.playbook.book import Amount, Sentence
from roadstead.report.cells import Column, Table
from roadstead.report.rehearsal import estimated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.playbook.book import Book
    from roadstead.playbook.signs_book import Confirmed, Rates, Signpost
    from roadstead.report.cells import Cell
    from roadstead.report.words import Words

RATES = (
    Column("beside"), Column("false_alarm", "share", holds="estimates"), Column("missed", "share", holds="estimates"),
    Column("shown", "count"), Column("taken", "count"), Column("asked", "count"),
    Column("lost", "money", holds="estimates"),
)  # fmt: skip


def signposts(book: Book, words: Words) -> Table:
    """For every decision that hangs on how things turn out: what shows that its time has come, and how that does where it was not chosen."""
    columns = (
        Column("what", "prose"), Column("year", "year"), Column("probability", "share"), Column("sign", "prose"),
        Column("false_alarm", "share", holds="estimates"), Column("missed", "share", holds="estimates"),
        Column("lost", "money", holds="estimates"), Column("blind", "money", holds="estimates"), Column("tried"),
        Column("lead_time", "prose"),
    )  # fmt: skip
    rows = (
        (
            words.say(row.what), float(row.year), row.probability, _found(row, words), *_tried(row, words),
            words.say(row.lead_time),
        )
        for row in book.signposts
    )  # fmt: skip
    return Table("signposts", columns, tuple(rows))


def sign(row: Signpost, words: Words) -> str:
    """What shows that the time has come; where nothing does, what to do whatever comes."""
    if row.conditions or row.tried is None:
        return words.joined([condition.said for condition in row.conditions])
    if row.tried.lost is None:
        return words.tell("sign.untold")
    return words.say(Sentence("sign.none", {"always": Amount(float(row.tried.always), "count")}))


def _found(row: Signpost, words: Words) -> str:
    """The sign; where none that was tried ever showed in time, that, and what to do whatever comes where it is known."""
    tried = row.tried
    if tried is None or not tried.never_right:
        return sign(row, words)
    if tried.blind is None:
        return words.tell("sign.not_found_untold")
    return words.tell("sign.not_found", always=Amount(float(tried.always), "count"))


def _tried(row: Signpost, words: Words) -> tuple[Cell, ...]:
    """How a sign did where it was not chosen; of one that was never right, what deciding without it loses alone."""
    tried = row.tried
    if tried is None:
        return None, None, None, None, None
    rates = tried.rates
    by_it = estimated(rates.false_alarm), estimated(rates.missed), estimated(tried.lost)
    return (
        *((None, None, None) if tried.never_right else by_it), estimated(tried.blind), words.label(f"tried.{tried.beside}"),
    )  # fmt: skip


def fresh_signs(book: Book, words: Words, *, once: bool = False) -> Table:
    """Signposts held against the tree, what the plan does on fresh paths and what pays there, and the sign to go by.

    ``once`` names a decision in the first of its rows alone.
    """
    rows = (
        (*(("", "") if once and i else (words.say(one.signpost.what), float(one.signpost.year))), *rates, told)
        for one in (book.rehearsal.signs if book.rehearsal else ())
        for i, (rates, told) in enumerate(_with_words(one, words))
    )
    columns = (Column("what", "prose"), Column("year", "year"), *RATES, Column("sign", "prose"))
    return Table("fresh_signs", columns, tuple(rows))


def _with_words(one: Confirmed, words: Words) -> Iterator[tuple[tuple[Cell, ...], str | None]]:
    """Rows of a signpost: beside the first stands the tree's sign, beside the last what is said of it and of the sign to go by."""
    rows = sign_rates(one, words).rows
    for i, row in enumerate(rows):
        yield row, sign(one.signpost, words) if i == 0 else words.say(one.said) if i == len(rows) - 1 else None


def sign_rates(one: Confirmed, words: Words) -> Table:
    """How often a signpost misleads, beside everything it is held against, and the sign to go by where it is another."""
    sign, chosen = one.signpost, one.chosen
    rows: list[tuple[Cell, ...]] = [
        (words.label("beside.tree"), sign.false_alarm, sign.missed, None, None, None, None),
        (words.label("beside.plan"), *_rates(one.fresh), None),
    ]
    if one.pays is not None:
        rows.append((words.label("beside.pays"), *_rates(one.pays), estimated(one.lost)))
    if chosen.chosen_on == "paths" and chosen.tried is not None:
        tried = chosen.tried
        rows.append((words.label(f"chosen.{tried.beside}"), *_rates(tried.rates), estimated(tried.lost)))
    return Table("fresh_signs", RATES, tuple(rows))


def _rates(found: Rates) -> tuple[Cell, ...]:
    counts = (float(found.shown), float(found.taken), float(found.asked))
    return (estimated(found.false_alarm), estimated(found.missed), *counts)
