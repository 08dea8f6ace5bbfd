"""How wrong a plan may be, as tables: ways to act on fresh paths, where each breaks, signposts held against what comes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.report.cells import Column, PlusMinus, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from roadstead.playbook.book import Book
    from roadstead.playbook.breaks_book import Broken
    from roadstead.playbook.rehearsal_book import Estimate, Outcome
    from roadstead.playbook.signs_book import Confirmed, Rates
    from roadstead.report.cells import Cell
    from roadstead.report.words import Words

RATES = (
    Column("beside"), Column("false_alarm", "share", holds="estimates"), Column("missed", "share", holds="estimates"),
    Column("shown", "count"), Column("taken", "count"), Column("asked", "count"),
    Column("gain", "money", holds="estimates"),
)  # fmt: skip


def rehearsal(book: Book, words: Words) -> Table:
    """What the plan and other ways to act come to on fresh paths; none where nobody rehearsed."""
    return outcomes(book.rehearsal.outcomes if book.rehearsal else (), words)


def outcomes(found: Iterable[Outcome], words: Words) -> Table:
    """What ways to act come to on fresh paths."""
    columns = (
        Column("way"), Column("mean", "money", holds="estimates"), Column("p10", "money"), Column("p50", "money"),
        Column("p90", "money"), Column("tail", "money", holds="estimates"),
        Column("plan_is_better_by", "money", holds="estimates"), Column("regret", "money", holds="estimates"),
        Column("beats", "share", holds="estimates"), Column("keeps", "share"),
    )  # fmt: skip
    rows = (
        (
            words.label(f"comparison.{one.key}"), _estimated(one.mean), one.low, one.middle, one.high, _estimated(one.tail),
            _estimated(one.behind), _estimated(one.regret), _estimated(one.beats), one.keeps,
        )
        for one in found
    )  # fmt: skip
    return Table("rehearsal", columns, tuple(rows))


def breaks(book: Book, words: Words) -> Table:
    """Where each way to act breaks."""
    columns = (
        Column("way"), Column("broken", "share", holds="estimates"), Column("coverage", "share", holds="estimates"),
        Column("density", "share", holds="estimates"), Column("where", "prose"),
    )  # fmt: skip
    rows = (
        (
            words.label(f"comparison.{one.key}"), _estimated(one.share), _estimated(one.coverage), _estimated(one.density),
            words.say(one.said),
        )
        for one in (book.rehearsal.broken if book.rehearsal else ())
    )  # fmt: skip
    return Table("breaks", columns, tuple(rows))


def where_each_breaks(found: Iterable[Broken], words: Words) -> tuple[tuple[str, str], ...]:
    """The same in sentences, each with the ways it is said of."""
    same: dict[str, list[str]] = {}
    for one in found:
        same.setdefault(words.say(one.said), []).append(words.label(f"comparison.{one.key}"))
    return tuple((words.in_a_row(ways), said) for said, ways in same.items())


def fresh_signs(book: Book, words: Words, *, once: bool = False) -> Table:
    """Signposts held against the tree, against what the plan does on fresh paths, and against what pays there.

    ``once`` names a decision in the first of its rows alone.
    """
    rows = (
        (*(("", "") if once and i else (words.say(one.signpost.what), float(one.signpost.year))), *rates, better)
        for one in (book.rehearsal.signs if book.rehearsal else ())
        for i, (rates, better) in enumerate(_with_better(one, words))
    )
    columns = (Column("what", "prose"), Column("year", "year"), *RATES, Column("better", "prose"))
    return Table("fresh_signs", columns, tuple(rows))


def _with_better(one: Confirmed, words: Words) -> Iterator[tuple[tuple[Cell, ...], str | None]]:
    """Rows of a signpost; the sign that the paths would have stands beside what pays."""
    rows = sign_rates(one, words).rows
    for i, row in enumerate(rows):
        yield row, words.say(one.better.said) if one.better is not None and i == len(rows) - 1 else None


def sign_rates(one: Confirmed, words: Words) -> Table:
    """How often a signpost misleads, beside everything it is held against."""
    sign = one.signpost
    rows: list[tuple[Cell, ...]] = [
        (words.label("beside.tree"), sign.false_alarm, sign.missed, None, None, None, None),
        (words.label("beside.plan"), *_rates(one.fresh), None),
    ]
    if one.pays is not None:
        rows.append((words.label("beside.pays"), *_rates(one.pays), _estimated(one.gain)))
    return Table("fresh_signs", RATES, tuple(rows))


def _rates(found: Rates) -> tuple[Cell, ...]:
    counts = (float(found.shown), float(found.taken), float(found.asked))
    return (_estimated(found.false_alarm), _estimated(found.missed), *counts)


def _estimated(of: Estimate | None) -> Cell:
    return None if of is None else PlusMinus(of.value, of.error)
