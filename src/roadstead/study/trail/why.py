"""Ask a finished run why: every figure with a key, and the trail of one, worked out again from what the run keeps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from roadstead.futures.evaluate import HOME
from roadstead.futures.grow import marginals
from roadstead.playbook.book import Amount, Sentence
from roadstead.study.kept import kept_book, must_be_as_written, take_up
from roadstead.study.snapshot import world_of
from roadstead.study.trail import (
    broken,
    flexible,
    fresh,
    fresh_errors,
    fresh_signs,
    implied,
    lanes,
    mapped,
    reasons,
    regrets,
    sent,
    signs,
    supplied,
    taken,
    turned,
    volumes,
    worth,
)
from roadstead.study.trail.ground import Ground, Lane, unknown
from roadstead.study.trail.on_path import on_path
from roadstead.study.trail.steps import NEAR, Keyed, Step, step, unequal
from roadstead.terms.showing import Shown
from roadstead.terms.spelling import meant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from roadstead.playbook.book import EventRow, MarketRow, Term, Waterfall
    from roadstead.study.progress import Progress

MOST_MEANT = 3
"""Keys that a wrong one is answered with."""


@dataclass(frozen=True, slots=True)
class Why(Shown):
    """What a run was asked.

    Attributes
    ----------
    keys
        Figures of the playbook, where no key was named.
    trail
        Trail of the one that was.
    """

    folder: Path
    currency: str
    keys: tuple[Keyed, ...] = ()
    trail: Step | None = None


def why(folder: Path, key: str, progress: Progress) -> Why:
    """List the keys of a run's figures, or follow one of them back to the rows it rests on.

    The run is worked out again from its inputs, on the world it was made with, and must come out as it was.

    Raises
    ------
    RoadsteadError
        RS-S703 where it is no run folder; RS-S705 where it does not come out as it was written; RS-S791 where no figure has this key;
        RS-S792 where a trail does not lead to the figure.
    """
    with world_of(folder):
        kept = take_up(folder, progress)
        must_be_as_written(kept)
        ground = Ground(kept, kept_book(folder))
        currency = kept.ready.study.conventions.currency
        known = tuple(listed(ground))
        if not key:
            return Why(folder, currency, keys=known)
        found = trail(ground, key, [one.key for one in known])
        for one in known:
            if one.key == key and abs(one.amount.value - found.amount.value) > NEAR * max(abs(one.amount.value), 1.0):
                raise unequal(key, one.amount.value, found.amount.value)
        return Why(folder, currency, trail=found)


def listed(g: Ground) -> Iterator[Keyed]:
    """Figures of the playbook that have a trail, as the playbook has them, each once."""
    known: set[str] = set()
    for one in _every(g):
        if one.key not in known:
            known.add(one.key)
            yield one


def _every(g: Ground) -> Iterator[Keyed]:
    rows = {row.key: row for row in g.book.comparisons}
    money: list[tuple[str, Sentence, float]] = [("npv", Sentence("trail.npv", {}), rows[worth.PLAN].npv)]
    money.append(("npv/kinds", Sentence("trail.npv", {}), rows[worth.PLAN].npv))
    money += [(f"npv/{k}", Sentence("trail.npv_of", {"which": k}), r.npv) for k, r in rows.items() if k != worth.PLAN]
    if g.kept.told["result"]["standing"] is not None:
        money.append(("added", Sentence("trail.added", {}), rows["standing"].plan_is_better_by))
        share = worth.added_share(g, "added/share", worth.SHARE)
        yield Keyed("added/share", share.what, share.amount)
    money.append(("capital", Sentence("trail.capital", {}), rows[worth.PLAN].capital))
    skipped = ((row, row.costs_to_skip) for row in g.book.do_now)
    money += [
        (f"skip/{row.key}", Sentence("trail.skip", {"what": (row.what,)}), cost)
        for row, cost in skipped
        if cost is not None and row.key
    ]
    yield from (Keyed(key, what, Amount(value, "money")) for key, what, value in money)
    yield Keyed("gap", Sentence("trail.gap", {}), worth.gap(g).amount)
    of_npv = worth.gap_of_npv(g, "gap/npv", worth.NPV)
    yield Keyed("gap/npv", of_npv.what, of_npv.amount)
    yield from _lanes(g)
    yield from mapped.listed(g)
    yield from _markets(g)
    for row in filter(_has_key, g.book.events):
        yield Keyed(f"chance/{row.key}", Sentence("trail.chance", {"event": row.event}), Amount(row.implied, "share"))
    rooms = (
        reasons, turned, regrets, taken, flexible, signs, fresh_signs, fresh, fresh_errors, broken, implied, supplied, sent,
    )  # fmt: skip
    for room in rooms:
        yield from room.listed(g)
    yield from mapped.of_other_years(g)


def _lanes(g: Ground) -> Iterator[Keyed]:
    """Waterfalls, with the price and what is kept of it."""
    for row in filter(_has_key, g.book.waterfalls):
        terms: dict[str, Term] = {
            "model": row.model,
            "market": row.market,
            "supply": row.supply,
            "year": Amount(float(row.year), "year"),
        }
        market, model, supply, year = row.key.split("/")
        whole = sum(bar.amount for bar in row.bars)
        yield Keyed(f"landed/{row.key}", Sentence("trail.landed", terms), _per_car(whole))
        if supply == HOME:
            yield Keyed(f"price/{market}/{model}/{year}", Sentence("trail.price", terms), _per_car(row.retail_price))
            yield Keyed(f"net/{market}/{model}/{year}", Sentence("trail.net", terms), _per_car(row.net_price))


def _markets(g: Ground) -> Iterator[Keyed]:
    """Cars sold, market size, NEV share, and what lines make, in the years shown."""
    for row in filter(_has_key, g.book.markets):
        terms: dict[str, Term] = {"market": row.market, "year": Amount(float(row.year), "year")}
        yield Keyed(f"cars/{row.key}", Sentence("trail.cars", terms), Amount(row.sales, "cars"))
        yield Keyed(f"size/{row.key}", Sentence("trail.size", terms), Amount(row.size, "cars"))
        yield Keyed(f"nev/{row.key}", Sentence("trail.nev", terms), Amount(row.nev_share, "share"))
    years = {row.year for row in g.book.markets}
    for site in g.book.sites:
        if site.year in years and site.output and site.key:
            what = Sentence("trail.made", {"site": site.site, "year": Amount(float(site.year), "year")})
            yield Keyed(f"made/{site.key}", what, Amount(site.output, "cars"))


def _has_key(row: Waterfall | MarketRow | EventRow) -> bool:
    """True but for a book that was written before its rows had keys."""
    return bool(row.key)


def trail(g: Ground, key: str, known: list[str]) -> Step:
    """The trail of a figure."""
    kind, *rest = key.split("/")
    found = _asked(g, key, rest).get((kind, len(rest))) or _asked_at_length(g, key, known).get(kind)
    if found is None:
        near = meant(key, known, "a key", MOST_MEANT)
        raise unknown(key, "no figure has this key", f"{near}; `roadstead why {g.kept.folder}` lists them")
    return found()


def _asked(g: Ground, key: str, rest: list[str]) -> dict[tuple[str, int], Callable[[], Step]]:
    """What may be asked, by the first word of a key and how many follow."""

    def on(answer: Callable[[Ground, Lane], Step]) -> Callable[[], Step]:
        return lambda: answer(g, g.lane(key, (rest[0], rest[1], rest[2]), rest[3]))

    def priced(answer: Callable[[Ground, int, int], Step]) -> Callable[[], Step]:
        return lambda: answer(g, g.cell(key, rest[0], rest[1]), g.node_year(key, rest[2]))

    rooms = (reasons, turned, regrets, taken, implied, supplied, sent)
    answers = {of: answer for room in rooms for of, answer in room.ANSWERS.items()}
    return {of: partial(answer, g, key, rest) for of, answer in answers.items()} | {
        ("npv", 0): lambda: worth.npv(g),
        ("npv", 1): lambda: _npv(g, key, rest[0]),
        ("npv", 2): lambda: worth.of_node_year(g, key, *rest),
        ("added", 0): lambda: worth.added(g),
        ("added", 1): lambda: worth.added_share(g, key, rest[0]),
        ("gap", 0): lambda: worth.gap(g),
        ("gap", 1): lambda: worth.gap_of_npv(g, key, rest[0]),
        ("capital", 0): lambda: worth.capital(g),
        ("skip", 2): lambda: worth.skip(g, key, *rest),
        ("landed", 4): on(lanes.landed),
        ("duty", 4): on(lanes.duty),
        ("margin", 4): on(lanes.margin),
        ("price", 3): priced(lanes.price),
        ("net", 3): priced(lanes.net),
        ("cars", 2): lambda: volumes.sold(g, key, *rest),
        ("cars", 4): lambda: volumes.on_lane(g, key, g.lane(key, (rest[0], rest[1], rest[2]), rest[3]), rest[3]),
        ("size", 2): lambda: volumes.size(g, key, *rest),
        ("nev", 2): lambda: volumes.nev_share(g, key, *rest),
        ("made", 2): lambda: volumes.made(g, key, *rest),
        ("chance", 1): lambda: _of_event(g, key, rest[0]),
        ("future", 1): lambda: flexible.future(g, key, rest[0]),
        ("future", 2): lambda: flexible.future_of(g, key, *rest),
        ("fresh", 2): lambda: fresh.fresh(g, key, *rest),
        ("fresh", 3): lambda: fresh_errors.fresh_error(g, key, *rest),
        ("breaks", 2): lambda: broken.broken_where(g, key, *rest),
        ("breaks", 3): lambda: broken.broken_where(g, key, *rest),
    }


def _asked_at_length(g: Ground, key: str, known: list[str]) -> dict[str, Callable[[], Step]]:
    """What may be asked by the first word of a key, however many follow."""
    _, *rest = key.split("/")
    if not rest:
        return {}
    return {
        "worth": lambda: flexible.worth(g, key),
        "weight": lambda: implied.weight(g, key, rest),
        "sign": lambda: fresh_signs.beside(g, key) or signs.sign(g, key),
        "path": lambda: on_path(g, key, rest[0], rest[1:], lambda there, of: trail(there, of, known)),
    }


def _npv(g: Ground, key: str, which: str) -> Step:
    if which == "kinds":
        return worth.kinds(g)
    nodes = [f"n{n}" for n in range(g.reading.tree.count)]
    return worth.of_node(g, key, which) if which in nodes else worth.compared(g, key, which, nodes)


def _of_event(g: Ground, key: str, event_id: str) -> Step:
    """How likely an event is on the tree, beside what its author states."""
    implied, events = marginals(g.kept.ready.grown), g.kept.ready.grown.events
    g.among(key, event_id, implied, "event of the tree")
    event = events[event_id]
    how = Sentence("trail.how.chance", {"stated": Amount(event.probability, "share")})
    roots = (g.roots.event(event),)
    what = Sentence("trail.chance", {"event": g.reading.names.event(event_id)})
    return step(what, implied[event_id], "share", key=key, how=how, rests_on=roots)


def _per_car(value: float) -> Amount:
    return Amount(value, "money_per_car")
