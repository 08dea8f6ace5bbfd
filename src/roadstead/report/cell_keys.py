"""Which figure a cell of the page is: for every row of a table, the keys of its cells, in the order of its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.playbook.signs_book import sign_key
from roadstead.playbook.worth_book import worth_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from roadstead.playbook.book import Book
    from roadstead.playbook.signs_book import Signpost

FRESH = ("mean", "p10", "p50", "p90", "worst_tenth", "plan_is_better_by", "regret", "beats_exports", "keeps")
RATES, COUNTS = ("false_alarm", "missed"), ("shown", "taken", "asked")
MODES = ("export", "kit", "contract", "local")
LINE = ("started", "likely_start", "made", "p10", "p50", "p90", "home_per_car", "local_per_car")
DEMAND = (
    "cars", "own_elasticity", "market_elasticity", "pass_through", "import_elasticity", "diverted_share", "cost_gap",
    "moved", "curve_error",
)  # fmt: skip
"""Ends of the keys of a row, column by column."""
Keys = tuple[str, ...]


def comparisons(book: Book) -> Iterator[Keys]:
    """The plan and what it is held against."""
    for one in book.comparisons:
        if one.key == "plan":
            yield "", "npv", "", "capital", "worst/plan"
        else:
            better = "added" if one.key == "standing" else f"better/{one.key}"
            yield "", f"npv/{one.key}", better, f"capital/{one.key}", f"worst/{one.key}"


def regret(book: Book) -> Iterator[Keys]:
    """Regret over all futures, then in each, beside its probability and the best NPV there."""
    found = book.regrets
    if found is None:
        return
    for over in ("most", "mean"):
        yield "", "", "", *(f"regret/{over}/{way}" for way in found.keys)
    for row in found.rows:
        best = future(row.leaf, found.keys[row.lost.index(0.0)])
        yield "", f"reached/n{row.leaf}", best, *(f"regret/n{row.leaf}/{way}" for way in found.keys)


def future(leaf: int, way: str) -> str:
    """Key of what a way to act is worth in a future."""
    return f"future/n{leaf}" if way == "plan" else f"future/n{leaf}/{way}"


def flexibility(book: Book) -> Iterator[Keys]:
    """What flexibility is worth, and between which it lies."""
    for row in book.flexibility:
        key = worth_key(row.key, row.of)
        yield ("", key, f"{key}/at_least", f"{key}/at_most") if row.worth else ()


def weights(book: Book) -> Iterator[Keys]:
    """Assumptions at their ends."""
    for one in book.weights.rows if book.weights else ():
        yield "", "", f"weight/{one.assumption}/low", "", f"weight/{one.assumption}/high"


def rehearsal(book: Book) -> Iterator[Keys]:
    """Ways to act on fresh paths."""
    for one in book.rehearsal.outcomes if book.rehearsal else ():
        yield "", *(f"fresh/{one.key}/{name}" for name in FRESH)


def signposts(book: Book) -> Iterator[Keys]:
    """Decisions that hang, and how their signs did where they were not chosen."""
    for one in book.signposts:
        key = sign(one)
        yield "", "", key, "", *(f"{key}/{name}" for name in ("false_alarm", "missed", "lost", "blind"))


def sign(one: Signpost) -> str:
    """Key of how likely a decision is that hangs."""
    return sign_key(one.kind, one.subject, one.year)


def breaks(book: Book) -> Iterator[Keys]:
    """Where ways to act break."""
    for one in book.rehearsal.broken if book.rehearsal else ():
        yield "", *(f"breaks/{one.key}/{name}" for name in ("share", "coverage", "density"))


def fresh_signs(book: Book) -> Iterator[Keys]:
    """Signposts on fresh paths: the tree's sign beside the tree, what the plan does and what pays; then the sign to go by, if chosen there."""
    for one in book.rehearsal.signs if book.rehearsal else ():
        key = sign(one.signpost)
        yield "", "", "", *(f"{key}/tree/{name}" for name in RATES)
        held = ("plan",) if one.pays is None else ("plan", "pays")
        of = [f"{key}/{beside}" for beside in held]
        if one.chosen.chosen_on == "paths" and one.chosen.tried is not None:
            of.append(key)
        for beside in of:
            yield "", "", "", *(f"{beside}/{name}" for name in (*RATES, *COUNTS, "lost"))


def exports(book: Book) -> Iterator[Keys]:
    """Exports by country as the horizon begins and ends; the sum of all in the last row."""
    ends = book.cover.first_year, book.cover.last_year
    rows = book.pull.countries if book.pull else ()
    for i, row in enumerate(rows):
        of = "" if i == len(rows) - 1 else f"{row.country_id or 'others'}/"
        yield "", *(f"sent/{goods}/{of}{year}" for goods in ("cars", "inputs") for year in ends)


def suppliers(book: Book) -> Iterator[Keys]:
    """Lines abroad as a supplier sees them."""
    for one in book.pull.lines if book.pull else ():
        yield "", "", *(f"line/{one.key}/{name}" for name in LINE)


def forerunners(book: Book) -> Iterator[Keys]:
    """Those who built abroad before."""
    for one in book.pull.forerunners if book.pull else ():
        yield "", "", *(f"before/{one.key}/{name}" for name in ("cars", "parts", "share"))


def demand(book: Book) -> Iterator[Keys]:
    """What the plan implies about demand."""
    for one in book.demand.markets if book.demand else ():
        yield "", *(f"demand/{one.key}/{check}" for check in DEMAND)


def bands(book: Book) -> Iterator[Keys]:
    """Bands it is held against."""
    for one in book.demand.bands if book.demand else ():
        yield "", f"band/{one.check}/low", f"band/{one.check}/high"


def markets(book: Book) -> Iterator[Keys]:
    """Markets in some years."""
    for one in book.markets:
        by_mode = (f"mode/{mode}/{one.key}" for mode in MODES)
        yield "", "", f"size/{one.key}", f"nev/{one.key}", f"cars/{one.key}", *by_mode


def decisions(book: Book) -> Iterator[Keys]:
    """Every decision at every node."""
    for one in book.decisions:
        yield "", "", f"reached/{one.key.rpartition('/')[2]}", "", f"decided/{one.key}"


def events(book: Book) -> Iterator[Keys]:
    """Events of the tree: what its author states stands in the trail of what the tree implies."""
    for one in book.events:
        yield "", f"stated/{one.key}", f"chance/{one.key}"


CELL_KEYS: Mapping[str, Callable[[Book], Iterator[Keys]]] = {
    "comparisons": comparisons,
    "regret": regret,
    "flexibility": flexibility,
    "weights": weights,
    "rehearsal": rehearsal,
    "signposts": signposts,
    "breaks": breaks,
    "fresh_signs": fresh_signs,
    "exports": exports,
    "suppliers": suppliers,
    "forerunners": forerunners,
    "demand": demand,
    "bands": bands,
    "markets": markets,
    "decisions": decisions,
    "events": events,
}
"""Tables whose figures have keys."""
