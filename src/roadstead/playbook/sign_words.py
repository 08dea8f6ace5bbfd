"""Conditions of a sign in words, each a sentence of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.signs_book import Condition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.playbook.book import Name, Term
    from roadstead.playbook.reading import Reading
    from roadstead.playbook.signs_book import Kind


def condition(
    what: tuple[Kind, str, int],
    limit: tuple[bool, float],
    reading: Reading,
    events: Mapping[str, Name] | None = None,
    *,
    key: str = "",
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
    key
        Of its threshold.
    """
    (kind, of, year), (above, threshold) = what, limit
    terms = terms_of(what, limit, reading, events or {})
    if kind != "event":
        terms["threshold"] = Amount(threshold, unit(kind), key)
        said = Sentence(f"sign.{kind}", terms)
    elif above:
        said = Sentence("sign.has_come", {"event": terms["event"]})
    else:
        said = Sentence("sign.stays_away", {"event": terms["event"]})
    return Condition(kind, of, above, threshold, year, said)


def unit(kind: Kind) -> Literal["cars", "share"]:
    """How the threshold of a condition is printed."""
    return "cars" if kind == "size" else "share"


def terms_of(
    what: tuple[Kind, str, int], limit: tuple[bool, float], reading: Reading, events: Mapping[str, Name]
) -> dict[str, Term]:
    """What a sentence on a limit names; parameters as of ``condition``."""
    (kind, of, year), (above, threshold) = what, limit
    terms: dict[str, Term] = {"year": Amount(float(year), "year"), "above": Amount(float(above), "count")}
    if kind == "event":
        return {**terms, "event": events[of] if of in events else reading.names.event(of)}
    terms["threshold"] = Amount(threshold, unit(kind))
    market, _, model = of.partition(" ")
    if kind in {"duty", "share", "size"}:
        terms["market"] = reading.place(market)
    if kind == "duty":
        terms["model"] = reading.model(model)
    if kind == "rate":
        terms["currency"] = of
    return terms
