"""Conditions of a sign in words, each a sentence of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.signs_book import Condition

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from roadstead.playbook.book import Name, Term
    from roadstead.playbook.reading import Reading
    from roadstead.playbook.signs_book import Kind


def condition(
    what: tuple[Kind, str, int], limit: tuple[bool, float], reading: Reading, events: Mapping[str, Name] | None = None
) -> Condition:
    """A condition with its words.

    Parameters
    ----------
    what
        Kind, of what, and the year in which it is looked at.
    limit
        Whether it speaks from the threshold upwards, and the threshold.
    events
        Titles of events that the tree does not name.
    """
    (kind, of, year), (above, threshold) = what, limit
    return Condition(kind, of, above, threshold, year, _said(what, limit, reading, events or {}))


def _said(
    what: tuple[Kind, str, int], limit: tuple[bool, float], reading: Reading, events: Mapping[str, Name]
) -> Sentence:
    (kind, of, year), (above, threshold) = what, limit
    if kind == "event":
        event = events[of] if of in events else reading.names.event(of)
        return Sentence("sign.has_come", {"event": event}) if above else Sentence("sign.stays_away", {"event": event})
    market, _, model = of.partition(" ")
    terms: dict[str, Term] = {
        "year": Amount(float(year), "year"),
        "threshold": Amount(threshold, "cars" if kind == "size" else "share"),
        "above": Amount(float(above), "count"),
    }
    said: dict[str, Callable[[], Sentence]] = {
        "duty": lambda: Sentence(
            "sign.duty", {**terms, "market": reading.place(market), "model": reading.model(model)}
        ),
        "share": lambda: Sentence("sign.share", {**terms, "market": reading.place(market)}),
        "size": lambda: Sentence("sign.size", {**terms, "market": reading.place(market)}),
        "battery": lambda: Sentence("sign.battery", terms),
        "freight": lambda: Sentence("sign.freight", terms),
        "rate": lambda: Sentence("sign.rate", {**terms, "currency": of}),
    }
    return said[kind]()
