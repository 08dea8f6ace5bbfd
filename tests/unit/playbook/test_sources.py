"""Sources of a playbook: each once, with all that rests on it, assumptions never among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.playbook.book import EvidenceRow
from roadstead.playbook.sources import sources

if TYPE_CHECKING:
    from roadstead.playbook.book import Book


def row(source: str, as_of: str, confidence: str, *, is_assumption: bool = False) -> EvidenceRow:
    return EvidenceRow("wage", "4", "USD", source, "https://example.org", as_of, confidence, is_assumption, "")


def test_a_source_tells_its_newest_date_and_its_least_sure_figure():
    found = sources(
        [
            row("Yearbook", "2024", "high"),
            row("Yearbook", "2025-03", "low"),
            row("Survey", "2023", "medium"),
            row("assumption", "2026", "low", is_assumption=True),
        ],
        (),
        (),
    )
    assert [(one.source, one.figures, one.as_of, one.confidence) for one in found] == [
        ("Yearbook", 2, "2025-03", "low"),
        ("Survey", 1, "2023", "medium"),
    ]


def test_sources_of_a_book_count_every_sourced_figure_rule_and_duty(book: Book):
    assert sum(one.figures for one in book.sources) == sum(not entry.is_assumption for entry in book.evidence)
    assert sum(one.rules for one in book.sources) == len(book.other_rules)
    cites = {cite for lane in book.waterfalls for bar in lane.bars for cite in bar.cites}
    assert sum(one.duties for one in book.sources) == len(cites)
    assert len({(one.source, one.url) for one in book.sources}) == len(book.sources)
