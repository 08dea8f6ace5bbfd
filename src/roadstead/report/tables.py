"""The playbook's tables as typed cells: what the page prints and the workbook holds, once for both."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from roadstead.playbook.book import Amount
from roadstead.report.cells import Column, Table, linked, table_of, without_empty
from roadstead.report.regret import regret
from roadstead.report.rehearsal import breaks, rehearsal
from roadstead.report.signs import fresh_signs, signposts
from roadstead.report.sources import sources
from roadstead.report.weights import weights

if TYPE_CHECKING:
    from collections.abc import Callable

    from roadstead.playbook.book import Book
    from roadstead.report.cells import Cell
    from roadstead.report.words import Words


def do_now(book: Book, words: Words) -> Table:
    """What to commit to now."""
    rows = (
        (
            words.say(entry.what), words.say(entry.why), entry.costs_to_skip, entry.skip_gap,
            words.say(entry.flip) if entry.flip else None, words.listed(words.assumed(item) for item in entry.unsourced),
        )
        for entry in book.do_now
    )  # fmt: skip
    return table_of(
        "do_now", "what:prose why:prose costs_to_skip:money skip_gap:money flip:prose unsourced:prose", rows
    )


def triggers(book: Book, words: Words) -> Table:
    """What to watch for, and what it changes."""
    rows = (
        (
            words.name(entry.event), entry.probability, float(entry.watch_in),
            words.joined(entry.then), words.joined(entry.otherwise), words.phrase(entry.rests_on),
        )
        for entry in book.triggers
    )  # fmt: skip
    return table_of(
        "triggers", "event:prose probability:share watch_in:year then:prose otherwise:prose rests_on:prose", rows
    )


def later(book: Book, words: Words) -> Table:
    """What can wait."""
    rows = ((float(entry.year), entry.probability, words.say(entry.what)) for entry in book.later)
    return table_of("later", "year:year probability:share what:prose", rows)


def comparisons(book: Book, words: Words) -> Table:
    """The plan and what it is held against."""
    rows = (
        (words.label(f"comparison.{row.key}"), row.npv, row.plan_is_better_by, row.capital, row.worst)
        for row in book.comparisons
    )
    return table_of("comparisons", "plan npv:money plan_is_better_by:money capital:money worst:money", rows)


def fronts(book: Book, words: Words) -> Table:
    """The three fronts, beside Japan and Korea."""
    rows = (
        (
            words.name(row.who), float(row.year), row.big_markets, row.overseas, row.nev,
            words.phrase(row.denominator), words.phrase(row.source),
        )
        for row in book.fronts
    )  # fmt: skip
    return table_of(
        "fronts", "who year:year big_markets:share overseas:share nev:share denominator:prose source:prose", rows
    )


def maps(book: Book, words: Words) -> Table:
    """What a car from home meets in every market, and what is sold there, year by year."""
    model = words.name(book.atlas.model)
    rows = (
        (float(found.year), words.name(m.place), model, m.duty, m.cars, words.label(f"mode.{m.mode}"))
        for found in book.atlas.maps
        for m in found.markets
    )
    return table_of("maps", "year:year market model duty_from_home:share sales:cars mode", rows)


def timeline(book: Book, words: Words) -> Table:
    """How every market is supplied, year by year."""
    rows = (
        (words.name(s.market), float(s.year), words.label(f"mode.{s.mode}"), s.cars, s.local_share)
        for s in book.timeline
    )
    return table_of("timeline", "market year:year mode cars:cars local_share:share", rows)


def tree(book: Book, words: Words) -> Table:
    """The policy tree, node by node."""
    names = {node.node: words.name(node.name) for node in book.tree}
    rows = (
        (
            float(node.node), names.get(node.parent), names[node.node], float(node.year),
            float(node.year + node.years - 1), node.probability, words.listed(map(words.name, node.fires)),
            words.joined(node.decisions),
        )
        for node in book.tree
    )  # fmt: skip
    columns = "node:count after name first:year last:year probability:share fires:prose decisions:prose"
    return table_of("tree", columns, rows)


def waterfalls(book: Book, words: Words) -> Table:
    """Every bar of every lane, with what it cites."""
    rows = (
        (
            words.name(lane.market), words.name(lane.model), words.name(lane.supply), words.label(f"mode.{lane.mode}"),
            float(lane.year), lane.cars, words.cost(bar.key), bar.amount, words.listed(bar.cites), lane.net_price,
            lane.retail_price,
        )
        for lane in book.waterfalls
        for bar in lane.bars
    )  # fmt: skip
    columns = "market model supply mode year:year cars:cars line amount:money_per_car cites:prose"
    return table_of("waterfalls", f"{columns} net_price:money_per_car retail_price:money_per_car", rows)


def volumes(book: Book, words: Words) -> Table:
    """Expected cars by mode and year."""
    rows = ((float(v.year), words.label(f"mode.{v.mode}"), v.cars, v.low_total, v.high_total) for v in book.volumes)
    return table_of("volumes", "year:year mode cars:cars low_total:cars high_total:cars", rows)


def sites(book: Book, words: Words) -> Table:
    """Expected capacity and output of every site."""
    rows = (
        (words.name(s.site), words.label(f"mode.{s.mode}"), float(s.year), s.capacity, s.output) for s in book.sites
    )  # fmt: skip
    return table_of("sites", "site mode year:year capacity:cars output:cars", rows)


def futures(book: Book, words: Words) -> Table:
    """NPV on every path through the tree."""
    rows = ((words.name(f.name), f.probability, words.label(f"comparison.{f.key}"), f.npv) for f in book.futures)
    return table_of("futures", "future:prose probability:share plan npv:money", rows)


def exports(book: Book, words: Words) -> Table:
    """Exports from home by country as the horizon begins and ends; none where there are none."""
    first, last = book.cover.first_year, book.cover.last_year
    columns = [
        Column("country"), Column("cars_sent", "money", first), Column("cars_sent", "money", last),
        Column("parts_sent", "money", first), Column("parts_sent", "money", last),
    ]  # fmt: skip
    rows = (
        (words.name(c.country), *(x or None for x in (c.cars_first, c.cars_last, c.parts_first, c.parts_last)))
        for c in (book.pull.countries if book.pull else ())
    )
    return Table("exports", tuple(columns), tuple(rows))


def suppliers(book: Book, words: Words) -> Table:
    """Lines abroad as a supplier sees them: whether they begin, and what they make and take as the horizon ends."""
    rows = (
        (
            words.name(li.line), words.label(f"mode.{li.mode}"), li.started, float(li.likely_start), li.expected, li.p10,
            li.p50, li.p90, li.home_per_car, li.local_per_car,
        )
        for li in (book.pull.lines if book.pull else ())
    )  # fmt: skip
    columns = "line_abroad mode ever:share likely_start:year made:cars p10:cars p50:cars p90:cars"
    return table_of("suppliers", f"{columns} home_per_car:money_per_car local_per_car:money_per_car", rows)


def forerunners(book: Book, words: Words) -> Table:
    """Countries whose makers built abroad before: their exports of cars and of parts."""
    rows = (
        (
            words.name(f.who), float(f.year), f.cars, f.parts, f.share, words.phrase(f.counted),
            linked(words.phrase(f.source), f.url),
        )
        for f in (book.pull.forerunners if book.pull else ())
    )  # fmt: skip
    columns = "who year:year cars_billions:number parts_billions:number parts_share:share counted:prose source:prose"
    return table_of("forerunners", columns, rows)


def shipped(book: Book, words: Words) -> Table:
    """Exports from home by year, country and goods."""
    rows = (
        (
            float(s.year), words.name(s.country), words.label(f"goods.{s.goods}"), s.heading, s.car_sets, s.value, s.low,
            s.high,
        )
        for s in (book.pull.shipped if book.pull else ())
    )  # fmt: skip
    return table_of(
        "shipped", "year:year country goods heading car_sets:cars value_sent:money low:money high:money", rows
    )


def production(book: Book, words: Words) -> Table:
    """Cars by line, model and year over futures."""
    rows = (
        (
            words.name(o.line), words.name(o.country), words.label(f"mode.{o.mode}"), words.name(o.model), float(o.year),
            o.expected, o.p10, o.p50, o.p90,
        )
        for o in (book.pull.production if book.pull else ())
    )  # fmt: skip
    return table_of("production", "line_abroad country mode model year:year made:cars p10:cars p50:cars p90:cars", rows)


def starts(book: Book, words: Words) -> Table:
    """Probability of every line's first year."""
    rows = (
        (
            words.name(s.line), words.name(s.country), words.label(f"mode.{s.mode}"),
            words.label("ui.never") if s.year is None else float(s.year), s.starts, s.started,
        )
        for s in (book.pull.starts if book.pull else ())
    )  # fmt: skip
    return table_of("starts", "line_abroad country mode first_car:year starts:share started:share", rows)


def content(book: Book, words: Words) -> Table:
    """What lines take of each part group, from home and nearby."""
    rows = (
        (
            words.name(c.line), words.name(c.country), words.name(c.model), float(c.year), words.label(f"group.{c.group}"),
            c.heading, c.cars, c.home, c.local, c.home_per_car, c.local_per_car,
        )
        for c in (book.pull.content if book.pull else ())
    )  # fmt: skip
    columns = "line_abroad country model year:year group heading made:cars home_parts:money local_parts:money"
    return table_of("content", f"{columns} home_per_car:money_per_car local_per_car:money_per_car", rows)


def demand(book: Book, words: Words) -> Table:
    """What the plan implies about demand, by market."""
    rows = (
        (
            words.name(m.market), m.cars, m.own_elasticity, m.market_elasticity, m.pass_through, m.import_elasticity,
            m.diverted_share, m.cost_gap, m.moved, m.curve_error,
            words.listed(words.label(f"column.{check}") for check in m.outside) or None,
        )
        for m in (book.demand.markets if book.demand else ())
    )  # fmt: skip
    columns = (
        "market sales:cars own_elasticity:ratio market_elasticity:ratio pass_through:ratio import_elasticity:ratio"
    )
    return table_of(
        "demand", f"{columns} diverted_share:share cost_gap:share moved:share curve_error:share outside:prose", rows
    )


def bands(book: Book, words: Words) -> Table:
    """Bands that demand is held against, and what they rest on."""
    rows = (
        (words.label(f"column.{b.check}"), b.low, b.high, words.phrase(b.source), b.note)
        for b in (book.demand.bands if book.demand else ())
    )
    return table_of("bands", "check band_low:ratio band_high:ratio source:prose note:prose", rows)


def markets(book: Book, words: Words) -> Table:
    """Markets in some years, in expectation."""
    rows = (
        (words.name(m.market), float(m.year), m.size, m.nev_share, m.sales, m.exported, m.kits, m.contract, m.local)
        for m in book.markets
    )
    columns = "market year:year size:cars nev_share:share sales:cars exported:cars kits:cars contract:cars local:cars"
    return table_of("markets", columns, rows)


def decisions(book: Book, words: Words) -> Table:
    """Every decision at every node."""
    rows = ((words.name(d.node), float(d.year), d.probability, words.say(d.what), d.capital) for d in book.decisions)
    return table_of("decisions", "node:prose year:year probability:share what:prose capital:money", rows)


def events(book: Book, words: Words) -> Table:
    """Events of the tree, what they change and what their probability rests on."""
    rows = ((words.name(e.event), e.stated, e.implied, words.changes(e.changes), e.rests_on) for e in book.events)
    return table_of("events", "event:prose stated:share implied:share changes:prose rests_on:prose", rows)


def other_rules(book: Book, words: Words) -> Table:
    """Rules that are no duties, those the plan only shows first."""
    rows = (
        (
            words.listed(map(words.name, rule.markets)), rule.measure, words.label(f"standing.{rule.standing}"),
            words.label(f"effect.{rule.effect}"), rule.title, rule.printed or None, rule.first, rule.last,
            linked(words.phrase(rule.source), rule.url),
        )
        for rule in book.other_rules
    )  # fmt: skip
    columns = "markets:prose measure standing effect rule:prose printed:prose in_force_from in_force_to source:prose"
    return table_of("other_rules", columns, rows)


def _number(text: str) -> Cell:
    """A number where a text is one."""
    try:
        value = float(text)
    except ValueError:
        return text
    return value if isfinite(value) else text


def flexibility(book: Book, words: Words) -> Table:
    """What flexibility is worth, in columns that hold anything: where every question was answered, none says what was left open."""
    rows = (
        (
            words.say(row.what), row.worth.value if row.worth else None, row.worth.low if row.worth else None,
            row.worth.high if row.worth else None, None if row.worth else words.label(f"flexibility.{row.standing}"),
        )
        for row in book.flexibility
    )  # fmt: skip
    columns = "what:prose worth:money at_least:money at_most:money unworked"
    return without_empty(table_of("flexibility", columns, rows))


def evidence(book: Book, words: Words) -> Table:
    """Every figure of the case and what it rests on."""
    rows = (
        (
            row.figure, _number(row.value), words.unit(row.unit), linked(words.phrase(row.source), row.url), row.as_of,
            words.label(f"confidence.{row.confidence}"), words.label("assumption") if row.is_assumption else None, row.note,
        )
        for row in book.evidence
    )  # fmt: skip
    return table_of("evidence", "figure value:number unit source:prose as_of confidence assumption note:prose", rows)


def about(book: Book, words: Words) -> Table:
    """What was planned, on what knowledge, in what money, how close to the best plan, and what to beware of."""
    cover = book.cover
    lines: list[tuple[str, Cell]] = [
        ("carmaker", words.name(cover.carmaker)), ("run", cover.run), ("currency", cover.currency),
        ("price_year", float(cover.price_year)), ("first_year", float(cover.first_year)),
        ("last_year", float(cover.last_year)), ("as_known_on", cover.as_known_on), ("world_as_of", cover.world_as_of),
        ("rules_as_of", cover.rules_as_of), ("proof", proof(book, words)),
        *(("convention", words.say(said)) for said in cover.conventions),
        *(("warning", words.say(said)) for said in book.warnings),
    ]  # fmt: skip
    return table_of("about", "what said:prose", ((words.label(f"about.{key}"), said) for key, said in lines))


def proof(book: Book, words: Words) -> str:
    """How close to the best plan, and who proves it."""
    cover = book.cover
    added, npv = Amount(cover.gap_value_added, "share", "gap"), Amount(cover.gap_npv, "share", "gap/npv")
    if not isfinite(cover.gap_value_added):
        return words.tell("proof.npv", npv=npv, bound=cover.bound)
    return words.tell("proof", added=added, npv=npv, bound=cover.bound)


ALL: tuple[Callable[[Book, Words], Table], ...] = (
    do_now, triggers, later, comparisons, rehearsal, breaks, signposts, fresh_signs, flexibility, weights, fronts, maps, timeline, tree, waterfalls, volumes, sites, futures, regret, markets,
    demand, bands, shipped, suppliers, production, starts, content, forerunners, decisions, events, other_rules, sources, evidence, about,
)  # fmt: skip
"""Every table, in the order of the workbook's sheets."""
