"""What flexibility is worth, and the signposts, as tables for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from roadstead.report.words import Words

if TYPE_CHECKING:
    from roadstead.playbook.book import Book, Sentence
    from roadstead.report.amounts import Language

LANGUAGES: tuple[tuple[str, Language], ...] = (("", "en"), ("_zh", "zh"))
FLEXIBILITY: dict[str, Any] = {
    "key": pl.String, "what": pl.String, "what_zh": pl.String, "of": pl.List(pl.String), "worth": pl.Float64,
    "at_least": pl.Float64, "at_most": pl.Float64, "price": pl.Float64, "standing": pl.String,
}  # fmt: skip
SIGNPOSTS: dict[str, Any] = {
    "kind": pl.String, "subject": pl.String, "what": pl.String, "what_zh": pl.String, "year": pl.Int64, "lead": pl.Int64,
    "probability": pl.Float64, "false_alarm": pl.Float64, "missed": pl.Float64, "sign": pl.String, "of": pl.String,
    "above": pl.Boolean, "threshold": pl.Float64, "sign_year": pl.Int64, "said": pl.String, "said_zh": pl.String,
}  # fmt: skip


def tabled(book: Book) -> dict[str, pl.DataFrame]:
    """Both tables by name, their columns the same whether there are rows or none."""
    currency = book.cover.currency
    worth = [
        {
            "key": row.key,
            **said("what", row.what, currency),
            "of": list(row.of),
            "worth": row.worth.value if row.worth else None,
            "at_least": row.worth.low if row.worth else None,
            "at_most": row.worth.high if row.worth else None,
            "price": row.price,
            "standing": row.standing,
        }
        for row in book.flexibility
    ]
    signs = [
        {
            "kind": row.kind,
            "subject": row.subject,
            **said("what", row.what, currency),
            "year": row.year,
            "lead": row.lead,
            "probability": row.probability,
            "false_alarm": row.false_alarm,
            "missed": row.missed,
            "sign": condition.kind,
            "of": condition.of,
            "above": condition.above,
            "threshold": condition.threshold,
            "sign_year": condition.year,
            **said("said", condition.said, currency),
        }
        for row in book.signposts
        for condition in row.conditions
    ]
    return {"flexibility": pl.DataFrame(worth, FLEXIBILITY), "signposts": pl.DataFrame(signs, SIGNPOSTS)}


def said(name: str, sentence: Sentence, currency: str) -> dict[str, Any]:
    """A sentence in both languages, the second under a name with ``_zh``."""
    return {f"{name}{end}": Words(language, currency).say(sentence) for end, language in LANGUAGES}
