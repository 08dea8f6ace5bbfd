"""How wrong a plan may be, as tables: ways to act on fresh paths, and where each breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.report.cells import Column, PlusMinus, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roadstead.playbook.book import Book, Sentence
    from roadstead.playbook.breaks_book import Broken
    from roadstead.playbook.rehearsal_book import Estimate, Outcome
    from roadstead.report.cells import Cell
    from roadstead.report.words import Words


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
            words.label(f"comparison.{one.key}"), estimated(one.mean), one.low, one.middle, one.high, estimated(one.tail),
            estimated(one.behind), estimated(one.regret), estimated(one.beats), one.keeps,
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
            words.label(f"comparison.{one.key}"), estimated(one.share), estimated(one.coverage), estimated(one.density),
            words.say(one.said),
        )
        for one in (book.rehearsal.broken if book.rehearsal else ())
    )  # fmt: skip
    return Table("breaks", columns, tuple(rows))


def where_each_breaks(found: Iterable[Broken], words: Words) -> tuple[tuple[str, Sentence], ...]:
    """The same in sentences, each with the ways it is said of; its figures are those of the first of them."""
    same: dict[str, list[Broken]] = {}
    for one in found:
        same.setdefault(words.say(one.said), []).append(one)
    ways = ([words.label(f"comparison.{one.key}") for one in alike] for alike in same.values())
    return tuple((words.in_a_row(names), alike[0].said) for names, alike in zip(ways, same.values(), strict=True))


def estimated(of: Estimate | None) -> Cell:
    """An estimate with its error, as one cell."""
    return None if of is None else PlusMinus(of.value, of.error)
