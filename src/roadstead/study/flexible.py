"""What flexibility is worth, and the signposts, as tables for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from roadstead.report.words import Words

if TYPE_CHECKING:
    from roadstead.playbook.book import Book, Sentence
    from roadstead.playbook.rehearsal_book import Estimate
    from roadstead.playbook.signs_book import Condition, Signpost
    from roadstead.report.amounts import Language

LANGUAGES: tuple[tuple[str, Language], ...] = (("", "en"), ("_zh", "zh"))


def with_errors(*names: str) -> dict[str, Any]:
    """Columns of estimates, each with its standard error."""
    return {column: pl.Float64 for name in names for column in (name, f"{name}_error")}


FLEXIBILITY: dict[str, Any] = {
    "key": pl.String, "what": pl.String, "what_zh": pl.String, "of": pl.List(pl.String), "worth": pl.Float64,
    "at_least": pl.Float64, "at_most": pl.Float64, "price": pl.Float64, "standing": pl.String,
}  # fmt: skip
SIGNPOSTS: dict[str, Any] = {
    "kind": pl.String, "subject": pl.String, "what": pl.String, "what_zh": pl.String, "year": pl.Int64, "lead": pl.Int64,
    "probability": pl.Float64, "false_alarm": pl.Float64, "missed": pl.Float64, "chosen_on": pl.String, "tried": pl.String,
    **with_errors("tried_false_alarm", "tried_missed", "lost", "blind"), "always": pl.Boolean, "sign": pl.String, "of": pl.String,
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
    return {
        "flexibility": pl.DataFrame(worth, FLEXIBILITY),
        "signposts": pl.DataFrame(
            [_sign(row, one, currency) for row in book.signposts for one in row.conditions or (None,)], SIGNPOSTS
        ),
    }


def _sign(row: Signpost, one: Condition | None, currency: str) -> dict[str, Any]:
    """A condition of a signpost; one row without where it has none."""
    tried = row.tried
    told: dict[str, Any] = {"said": None, "said_zh": None} if one is None else said("said", one.said, currency)
    return {
        "kind": row.kind,
        "subject": row.subject,
        **said("what", row.what, currency),
        "year": row.year,
        "lead": row.lead,
        "probability": row.probability,
        "false_alarm": row.false_alarm,
        "missed": row.missed,
        "chosen_on": row.chosen_on,
        "tried": tried.beside if tried else None,
        **estimate("tried_false_alarm", tried.rates.false_alarm if tried else None),
        **estimate("tried_missed", tried.rates.missed if tried else None),
        **estimate("lost", tried.lost if tried else None),
        **estimate("blind", tried.blind if tried else None),
        "always": tried.always if tried else None,
        "sign": one.kind if one else None,
        "of": one.of if one else None,
        "above": one.above if one else None,
        "threshold": one.threshold if one else None,
        "sign_year": one.year if one else None,
        **told,
    }


def estimate(name: str, of: Estimate | None) -> dict[str, float | None]:
    """An estimate and its standard error, under a name and the same with ``_error``."""
    return {name: of.value if of else None, f"{name}_error": of.error if of else None}


def said(name: str, sentence: Sentence, currency: str) -> dict[str, Any]:
    """A sentence in both languages, the second under a name with ``_zh``."""
    return {f"{name}{end}": Words(language, currency).say(sentence) for end, language in LANGUAGES}
