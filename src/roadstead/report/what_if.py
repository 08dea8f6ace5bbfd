"""What-ifs in words: sweeps and runs side by side as tables of text, and as one page that asks nobody for anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from roadstead.playbook.book import Amount
from roadstead.report.charts import map_differences, sweep_lines, tornado
from roadstead.report.charts.style import svg
from roadstead.report.html import filled
from roadstead.terms.ids import EntryMode

if TYPE_CHECKING:
    from roadstead.playbook.book import Term
    from roadstead.playbook.what_if_book import Commitment, Mover, RunWorth, SideBySide, SweepBook, SweepPoint, Taken
    from roadstead.report.words import Words

CERTAIN = 0.995
"""Probability from which something is said without it."""
MOVERS = 15
"""Assumptions that a picture shows."""
MOVED = ("case", "assumption", ">low", ">high", ">npv_low", ">npv_high", ">noise", ">changed")
"""Heads of the table of assumptions."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of text; heads that begin with > are of numbers and stand to the right."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing and its caption."""

    caption: str
    drawing: Markup


def sweep_sheet(book: SweepBook, words: Words, most: int | None = None) -> Sheet:
    """Every point of a sweep; of a tornado, every assumption with what its ends do. ``most``: commitments named at each point."""
    if book.movers:
        rows = tuple(_mover(mover, words) for mover in book.movers)
        return _sheet("tornado", MOVED, rows, words)
    axes = tuple(f">{axis}" for axis in book.axes)
    heads = (">npv", ">sold", ">made", ">duty", ">price", "built")
    caption = words.label("whatif.points")
    labels = tuple(_head(head, words) for head in heads)
    rows = tuple(_point(point, book, words, most) for point in book.points)
    return Sheet(caption, (words.label("whatif.case"), *axes, *labels), rows)


def _head(head: str, words: Words) -> str:
    mark = ">" if head.startswith(">") else ""
    return mark + words.label(f"whatif.{head.removeprefix('>')}")


def _sheet(key: str, heads: tuple[str, ...], rows: tuple[tuple[str, ...], ...], words: Words) -> Sheet:
    return Sheet(words.label(f"whatif.{key}"), tuple(_head(head, words) for head in heads), rows)


def _point(point: SweepPoint, book: SweepBook, words: Words, most: int | None) -> tuple[str, ...]:
    values = point.values or (words.label("whatif.as_it_stands"), *([""] * (len(book.axes) - 1)))
    if not book.axes:
        values = ()
    if point.npv is None or point.sales is None or point.local_output is None:
        return (words.name(point.case), *values, "", "", "", "", "", point.fault)
    return (
        words.name(point.case),
        *values,
        words.money(point.npv),
        words.cars(point.sales),
        words.cars(point.local_output),
        words.money(point.duty or 0.0),
        "–" if point.price is None else words.amount(Amount(point.price, "money_per_car")),
        words.listed(_all_built(point, words, most)),
    )


def _all_built(point: SweepPoint, words: Words, most: int | None) -> list[str]:
    """What is committed to, the earliest and likeliest first, and how many more where only some are named."""
    in_order = sorted(point.built, key=lambda one: (one.year, -one.probability))
    shown = in_order if most is None or len(in_order) <= most else in_order[: most - 1]
    rest = len(in_order) - len(shown)
    more = [words.tell("whatif.and_more", count=Amount(float(rest), "count"))] if rest else []
    return [*(_built(one, words) for one in shown), *more]


def _built(one: Commitment, words: Words) -> str:
    terms: dict[str, Term] = {"what": one.what, **_when(one.year, one.probability)}
    return words.tell(f"whatif.{one.kind}", **terms)


def _when(year: int, probability: float) -> dict[str, Term]:
    likely = float(probability >= CERTAIN)
    return {
        "year": Amount(float(year), "year"), "share": Amount(probability, "share"), "likely": Amount(likely, "count"),
    }  # fmt: skip


def assumption(text: str, words: Words) -> str:
    """An assumption by what it is called, not by its selector."""
    table, *rest = text.split("/")
    return words.assumed(rest[-1]) if table == "figures" else words.label(f"whatif.of.{table}")


def _mover(mover: Mover, words: Words) -> tuple[str, ...]:
    def money(value: float | None) -> str:
        return "–" if value is None else words.money(value)

    return (
        words.name(mover.case),
        assumption(mover.assumption, words),
        mover.low,
        mover.high,
        money(mover.npv_low),
        money(mover.npv_high),
        f"± {words.money(mover.noise)}",
        f"{mover.changed_low} / {mover.changed_high}",
    )


def compared(comparison: SideBySide, words: Words) -> tuple[Sheet, ...]:
    """Runs, the decisions in which they differ, and cars by market and mode."""
    runs = tuple(f">{run.run}" for run in comparison.runs)
    worth = tuple(_worth(run, comparison.npv_more(i), words) for i, run in enumerate(comparison.runs))
    heads = ("run", "with", ">npv", ">npv_first", ">value_added", ">gap")
    differing = tuple(
        (words.tell(f"whatif.decide.{one.kind}", what=one.what), *(_taken(taken, words) for taken in one.taken))
        for one in comparison.decisions
        if one.differs
    )
    nothing = ((words.label("whatif.alike"), *([""] * len(runs))),)
    decisions = (words.label("whatif.decision"), *(head.removeprefix(">") for head in runs))
    return (
        _sheet("compare", heads, worth, words),
        Sheet(words.label("whatif.decisions"), decisions, differing or nothing),
        Sheet(
            words.label("whatif.markets"),
            (words.label("whatif.market"), words.label("ui.modes"), *runs),
            tuple(_of_markets(comparison, words)),
        ),
    )


def _worth(run: RunWorth, more: float, words: Words) -> tuple[str, ...]:
    added = "–" if run.value_added is None else words.money(run.value_added)
    patches = words.listed(run.patches) if run.patches else words.label("whatif.as_it_stands")
    return (run.run, patches, words.money(run.npv), words.money(more), added, words.share(run.gap))


def _taken(taken: Taken, words: Words) -> str:
    if taken.year is None:
        return words.label("whatif.never")
    return words.tell("whatif.taken", **_when(taken.year, taken.probability))


def _of_markets(comparison: SideBySide, words: Words) -> list[tuple[str, ...]]:
    """Each market's total, then the modes of which any run has cars."""
    found = []
    for market in comparison.markets:
        totals = tuple(words.cars(total) for total in market.totals)
        found.append((words.name(market.market), words.label("whatif.all"), *totals))
        for i, mode in enumerate(EntryMode):
            cars = [one[i] for one in market.cars]
            if max(cars) >= 1.0:
                found.append(("", words.label(f"mode.{mode.value}"), *(words.cars(one) for one in cars)))
    return found


def sweep_page(book: SweepBook, words: Words) -> str:
    """A sweep as a page."""
    title = words.label("whatif.tornado" if book.movers else "whatif.sweep")
    figures: list[Figure] = []
    for case in dict.fromkeys(mover.case for mover in book.movers):
        shown = [mover for mover in book.movers if mover.case == case][:MOVERS]
        bars = [
            tornado.Bar(assumption(m.assumption, words), m.low, m.high, m.npv_low, m.npv_high, m.noise) for m in shown
        ]
        caption = f"{words.name(case)}: {words.label('whatif.npv_change')}"
        chart = tornado.tornado_chart(bars, words)
        figures.append(Figure(caption, Markup(svg(chart, f"tornado{len(figures)}", caption))))  # noqa: S704 -- escaped
    if not book.movers:
        for key, lines, kind in sweep_lines.series(book, words):
            caption = words.label(f"whatif.{key}")
            chart = sweep_lines.lines_chart(lines, book.axes[0], kind, words)
            figures.append(Figure(caption, Markup(svg(chart, f"lines-{key}", caption))))  # noqa: S704 -- escaped
    lead = [words.tell("whatif.money", currency=words.currency_name(), year=Amount(float(book.price_year), "year"))]
    if book.fixed:
        lead.insert(0, words.tell("whatif.fixed", patches=words.listed(book.fixed)))
    return _page(title, lead, figures, ((), (sweep_sheet(book, words),)), words)


def comparison_page(comparison: SideBySide, words: Words) -> str:
    """Runs side by side as a page, a map of differences for every run but the first."""
    figures: list[Figure] = []
    for i, run in enumerate(comparison.runs[1:], 1):
        chart = map_differences.differences_chart(comparison, i, words)
        caption = f"{run.run}: {words.label('whatif.map')}"
        figures.append(Figure(caption, Markup(svg(chart, f"map{i}", caption))))  # noqa: S704 -- escaped by the renderer
    lead = [words.tell("whatif.side")]
    worth, decisions, markets = compared(comparison, words)
    return _page(words.label("whatif.compare"), lead, figures, ((worth, decisions), (markets,)), words)


def _page(
    title: str,
    lead: list[str],
    figures: list[Figure],
    sheets: tuple[tuple[Sheet, ...], tuple[Sheet, ...]],
    words: Words,
) -> str:
    """The page; ``sheets`` are those before the figures, and those after them."""
    before, after = sheets
    return filled("what_if.html", words, title=title, lead=lead, figures=figures, before=before, after=after)
