"""What-ifs in words: sweeps and runs side by side as tables of text, and as one page that asks nobody for anything."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from markupsafe import Markup

from roadstead.playbook.book import Amount
from roadstead.report.charts import map_differences, sweep_lines, tornado
from roadstead.report.charts.files import Drawing
from roadstead.report.html import filled
from roadstead.report.listing import Listing
from roadstead.report.weights import assumption, bars, end
from roadstead.terms.ids import EntryMode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import altair as alt

    from roadstead.playbook.book import Name, Term
    from roadstead.playbook.what_if_book import Commitment, Mover, RunWorth, SideBySide, SweepBook, SweepPoint, Taken
    from roadstead.report.words import Words

CERTAIN = 0.995
"""Probability from which something is said without it."""
MOVERS = 15
"""Assumptions that a picture shows."""
NOTABLE = 1000.0
"""Cars a year between most and least made that are worth a row of their own."""
MOVED = ("case", "assumption", ">low", ">high", ">npv_low", ">npv_high", ">noise", ">changed")
"""Heads of the table of assumptions."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A caption and its drawings: for a page, and for a telephone where that is another; ``spans`` where it takes the page's width."""

    caption: str
    wide: Markup
    narrow: Markup | None
    spans: bool


def sweep_sheet(book: SweepBook, words: Words, most: int | None = None) -> Listing:
    """Every point of a sweep; of a tornado, every assumption with what its ends do. ``most``: commitments named at each point."""
    if book.movers:
        rows = tuple(_mover(mover, words) for mover in book.movers)
        return _sheet("tornado", MOVED, rows, words)
    axes = tuple(f">{axis}" for axis in book.axes)
    heads = (">npv", ">sold", ">made", ">duty", ">price", "built")
    caption = words.label("whatif.points")
    labels = tuple(_head(head, words) for head in heads)
    rows = tuple(_point(point, book, words, most) for point in book.points)
    return Listing(caption, (words.label("whatif.case"), *axes, *labels), rows)


def places_sheet(book: SweepBook, words: Words, most: int | None = None) -> Listing | None:
    """Every point by customs territory, of those that the sweep asks about and those where it moves what is made; none of a tornado.

    ``most``: territories of one case named, where not all of them are.
    """
    if book.movers:
        return None
    rows = []
    for case in dict.fromkeys(point.case for point in book.points):
        mine = [point for point in book.points if point.case == case]
        for place in _moved(mine)[:most]:
            for point in mine:
                at = next((one for one in point.places if one.place_id == place), None)
                if at is not None:
                    price = "–" if at.price is None else words.amount(Amount(at.price, "money_per_car"))
                    cars = (words.cars(at.sold), words.cars(at.made))
                    names = (words.name(case), words.name(at.place))
                    rows.append((*names, *_values(point, book, words), *cars, words.money(at.duty), price))
    if not rows:
        return None
    heads = (words.label("whatif.case"), words.label("whatif.place"), *(f">{axis}" for axis in book.axes))
    labels = tuple(_head(head, words) for head in (">sold_there", ">made_there", ">duty_there", ">price_there"))
    return Listing(words.label("whatif.places"), (*heads, *labels), tuple(rows))


def _moved(points: Sequence[SweepPoint]) -> list[str]:
    """Territories that are asked about, then those between whose most and least made lie a thousand cars, the widest apart first."""
    made: dict[str, list[float]] = {}
    asked = dict.fromkeys(at.place_id for point in points for at in point.places if at.asked)
    planned = [point for point in points if point.npv is not None]
    for point in planned:
        for at in point.places:
            made.setdefault(at.place_id, []).append(at.made)
    # Where nothing is sold, made or paid at a point, it has no entry there.
    apart = {place: max(cars) - (min(cars) if len(cars) == len(planned) else 0.0) for place, cars in made.items()}
    others = sorted((p for p, by in apart.items() if by >= NOTABLE and p not in asked), key=lambda p: -apart[p])
    return [*asked, *others]


def _head(head: str, words: Words) -> str:
    mark = ">" if head.startswith(">") else ""
    return mark + words.label(f"whatif.{head.removeprefix('>')}")


def _sheet(key: str, heads: tuple[str, ...], rows: tuple[tuple[str, ...], ...], words: Words) -> Listing:
    return Listing(words.label(f"whatif.{key}"), tuple(_head(head, words) for head in heads), rows)


def _point(point: SweepPoint, book: SweepBook, words: Words, most: int | None) -> tuple[str, ...]:
    values = _values(point, book, words)
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


def _values(point: SweepPoint, book: SweepBook, words: Words) -> tuple[str, ...]:
    """Value of every axis; of the case as it stands, that it is."""
    if not book.axes:
        return ()
    return point.values or (words.label("whatif.as_it_stands"), *([""] * (len(book.axes) - 1)))


def _all_built(point: SweepPoint, words: Words, most: int | None) -> list[str]:
    """What is committed to, the earliest and likeliest first, and how many more where only some are named.

    Of a point that is held against the case as it stands, what differs from that.
    """
    built = point.added if point.compared else point.built
    told = [_built(one, words) for one in sorted(built, key=lambda one: (one.year, -one.probability))]
    if point.compared:
        told += [words.tell(f"whatif.not.{one.kind}", what=one.what) for one in point.dropped]
        told = told or [words.label("whatif.as_it_stands")]
    shown = told if most is None or len(told) <= most else told[: most - 1]
    rest = len(told) - len(shown)
    return [*shown, *([words.tell("whatif.and_more", count=Amount(float(rest), "count"))] if rest else [])]


def _built(one: Commitment, words: Words) -> str:
    terms: dict[str, Term] = {"what": one.what, **_when(one.year, one.probability)}
    return words.tell(f"whatif.{one.kind}", **terms)


def _when(year: int, probability: float) -> dict[str, Term]:
    likely = float(probability >= CERTAIN)
    return {
        "year": Amount(float(year), "year"), "share": Amount(probability, "share"), "likely": Amount(likely, "count"),
    }  # fmt: skip


def _mover(mover: Mover, words: Words) -> tuple[str, ...]:
    def money(value: float | None) -> str:
        return "–" if value is None else words.money(value)

    return (
        words.name(mover.case),
        assumption(mover.assumption, words),
        end(mover.low, words),
        end(mover.high, words),
        money(mover.npv_low),
        money(mover.npv_high),
        f"± {words.money(mover.noise)}",
        f"{mover.changed_low} / {mover.changed_high}",
    )


def compared(comparison: SideBySide, words: Words) -> tuple[Listing, ...]:
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
        Listing(words.label("whatif.decisions"), decisions, differing or nothing),
        Listing(
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
    on_telephone = sweep_pictures(book, words, is_narrow=True)
    figures = [
        _figure(draw(), on_telephone[key](), spans=bool(book.movers))
        for key, draw in sweep_pictures(book, words).items()
    ]
    lead = [words.tell("whatif.money", currency=words.currency_name(), year=Amount(float(book.price_year), "year"))]
    if book.fixed:
        lead.insert(0, words.tell("whatif.fixed", patches=words.listed(book.fixed)))
    sheets = (sweep_sheet(book, words), places_sheet(book, words))
    return _page(title, lead, figures, ((), tuple(sheet for sheet in sheets if sheet)), words)


def sweep_pictures(book: SweepBook, words: Words, *, is_narrow: bool = False) -> dict[str, Callable[[], Drawing]]:
    """By name, what moves each case's worth most; of a grid, a line for each case over the first axis.

    ``is_narrow``: as a telephone shows them.
    """
    cases = tuple(dict.fromkeys(mover.case for mover in book.movers))
    apart, slim = ("-narrow", sweep_lines.NARROW) if is_narrow else ("", 0.0)
    found: dict[str, Callable[[], Drawing]] = {
        f"tornado{i or ''}": partial(_tornado, f"tornado{i}{apart}", case, (book, words), slim or tornado.WIDTH)
        for i, case in enumerate(cases)
    }
    if not book.movers:
        for key, lines, kind in sweep_lines.series(book, words):
            name = f"lines-{key}{apart}"
            caption = words.label(f"whatif.{key}")
            draw = partial(sweep_lines.lines_chart, lines, book.axes[0], kind, words, slim or sweep_lines.WIDE)
            found[key] = partial(_lines, name, caption, draw)
    return found


def _tornado(name: str, case: Name, of: tuple[SweepBook, Words], width: float) -> Drawing:
    book, words = of
    shown = [mover for mover in book.movers if mover.case == case][:MOVERS]
    caption = words.headed(words.name(case), words.label("whatif.npv_change"))
    return Drawing(name, tornado.tornado_chart(bars(shown, words), words, width), caption, is_titled=False)


def _lines(name: str, caption: str, draw: Callable[[], alt.LayerChart]) -> Drawing:
    return Drawing(name, draw(), caption, is_titled=False)


def _figure(wide: Drawing, narrow: Drawing | None = None, *, spans: bool) -> Figure:
    """Drawings as the page holds them."""
    inside = [None if one is None else Markup(one.inside()) for one in (wide, narrow)]  # noqa: S704 -- escaped by the renderer
    return Figure(wide.title, inside[0] or Markup(), inside[1], spans)


def comparison_page(comparison: SideBySide, words: Words) -> str:
    """Runs side by side as a page, a map of differences for every run but the first."""
    figures = [_figure(map_drawn(comparison, i, words), spans=True) for i in range(1, len(comparison.runs))]
    lead = [words.tell("whatif.side")]
    worth, decisions, markets = compared(comparison, words)
    return _page(words.label("whatif.compare"), lead, figures, ((worth, decisions), (markets,)), words)


def map_drawn(comparison: SideBySide, run: int, words: Words) -> Drawing:
    """What a run does otherwise than the first, on the map."""
    caption = words.headed(comparison.runs[run].run, words.label("whatif.map"))
    return Drawing(f"map{run}", map_differences.differences_chart(comparison, run, words), caption, is_titled=False)


def _page(
    title: str,
    lead: list[str],
    figures: list[Figure],
    sheets: tuple[tuple[Listing, ...], tuple[Listing, ...]],
    words: Words,
) -> str:
    """The page; ``sheets`` are those before the figures, and those after them."""
    before, after = sheets
    return filled("what_if.html", words, title=title, lead=lead, figures=figures, before=before, after=after)
