"""How the precedents are told: the homes' paths, China and its makers on them, and what plants came to."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from roadstead.report.listing import percent, table
from roadstead.showing.precedents_words import WORDS
from roadstead.showing.telling import Telling, framed
from roadstead.terms.evidence import titles
from roadstead.world.plants import Standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from roadstead.report.amounts import Language
    from roadstead.report.charts.files import Drawing
    from roadstead.report.listing import Listing
    from roadstead.study.precedents import Home, MakerPlaced, Placed, Precedents
    from roadstead.world.reference import World


def precedents_told(found: Precedents) -> Telling:
    """The precedents in a notebook."""
    world, plain = found.world, found.china[0]
    ahead = ", ".join(f"{_bracketed(one.share)} in {one.year}" for one in plain.ahead)
    headline = f"China made {percent(plain.level.share, 1)} of its foreign sales abroad in {plain.level.year}: {ahead}"
    drawings = {"paths": lambda: paths_drawn(found, world, "en")}
    return Telling(headline, blocks(found, world, "en"), lambda: by_year(found), drawings)


def by_year(found: Precedents) -> pl.DataFrame:
    """Shares of foreign sales made abroad, a row for every home and year: known, known roughly, or ahead with its span."""
    rows: list[tuple[object, ...]] = [
        (home.home, one.year, one.share, None, None, standing)
        for home in found.homes
        for standing, points in (("known", home.points), ("rough", home.rough))
        for one in points
    ]
    level = found.china[0].level
    rows.append((level.home, level.year, level.share, None, None, "known"))
    rows += [(level.home, one.year, one.share[1], one.share[0], one.share[2], "ahead") for one in found.china[0].ahead]
    return framed("home year:int share:number low:number high:number standing", rows)


def blocks(found: Precedents, world: World, language: Language) -> Iterator[Listing | str]:
    """Tables, each followed by what it takes to read it."""
    words = WORDS[language]
    yield words["homes"]
    yield homes(found, world, language)
    yield ""
    yield from _home_notes(found, language)
    yield ""
    start = found.china[0].level
    level = words["level"].format(share=percent(start.share, 1), period=start.period)
    yield words["of level"].format(title=words["china"], level=level)
    yield china(found, world, language)
    yield ""
    yield from _china_notes(found, world, language)
    yield ""
    yield words["makers"]
    yield makers(found, language)
    yield ""
    yield from _maker_notes(found, world, language)
    yield ""
    yield words["more"]


def place(code: str, world: World, language: Language) -> str:
    """A country's name in a language."""
    one = world.gazetteer.places[code]
    return one.name if language == "en" else one.name_zh


def million(value: float, language: Language, digits: int = 2) -> str:
    """Cars in millions, or in 万, without the unit."""
    return f"{value / 1e6:.{digits}f}" if language == "en" else f"{value / 1e4:,.0f}"


def in_year(year: float, language: Language) -> str:
    """A year of a curve; never where it does not come there."""
    return f"{year:.0f}" if isfinite(year) else WORDS[language]["never"]


def share(value: float) -> str:
    """A share without decimals."""
    return percent(value, 0)


def homes(found: Precedents, world: World, language: Language) -> Listing:
    """A row a home."""
    words = WORDS[language]
    names = ("first", "last", "peak", "half", "ceiling", "pace")
    columns = (words["home"], *(f">{words[name]}" for name in names))
    return table("", columns, (_home(home, world, language) for home in found.homes))


def _home(home: Home, world: World, language: Language) -> tuple[str, ...]:
    words, curve = WORDS[language], home.fitted.curve
    return (
        place(home.home, world, language),
        f"{home.first.year} {share(home.first.share)}",
        f"{home.last.year} {share(home.last.share)}",
        words["at peak"].format(year=home.peak["year"], share=share(home.at_peak)),
        in_year(home.half, language),
        share(curve.ceiling),
        f"{curve.pace:.2f}",
    )


def _home_notes(found: Precedents, language: Language) -> Iterator[str]:
    words = WORDS[language]
    at_peak = {home.home.lower(): share(home.at_peak) for home in found.homes}
    yield words["peak first"].format(**at_peak)
    yield words["read"]
    yield _korea(found, language)


def _korea(found: Precedents, language: Language) -> str:
    """What became of Hyundai's and Kia's plants abroad since the peak of Korea's exports."""
    words = WORDS[language]
    korea = next(home for home in found.homes if home.home == "KOR")
    abroad = [pair.pair.abroad for pair in korea.points if pair.year >= korea.peak["year"]]
    first, last = min(abroad, key=lambda row: row["year"]), max(abroad, key=lambda row: row["year"])
    china = [row for year in korea.series.values() for row in year.get("CHINA_PRODUCTION", ())]
    told = {"first": first, "last": last, "china_first": china[0], "china_last": china[-1]}
    values = {key: million(row["value"], language) for key, row in told.items()}
    years = {f"{key}_year": row["year"] for key, row in told.items()}
    stranded = ("; " if language == "en" else "；").join(
        words["stranded"].format(site=one.site, start=one.row["start"][:4], ended=one.ended.year)
        for one in found.rates.stranded
        if one.ended is not None
    )
    return words["korea"].format(**values, **years, stranded=stranded)


def china(found: Precedents, world: World, language: Language) -> Listing:
    """China at each home's pace and at all, with Volvo in the last row."""
    words = WORDS[language]
    plain, volvo = found.china
    marks = [str(one.year) for one in plain.ahead]
    cars = [words["cars"].format(year=mark) for mark in marks]
    columns = (words["pace of"], *(f">{name}" for name in (words["like"], *marks, *cars)))
    rows = [
        (
            place(home.home, world, language),
            in_year(plain.like[home.home], language),
            *(_bracketed(one.by_home[home.home]) for one in plain.ahead),
            *([""] * len(marks)),
        )
        for home in found.homes
    ]
    for name, placed in ((words["all"], plain), (words["with Volvo"], volvo)):
        rows.append((name, "", *(_bracketed(one.share) for one in placed.ahead), *_cars(placed, language)))
    return table("", columns, rows)


def _bracketed(span: tuple[float, float, float]) -> str:
    low, middle, high = (f"{100.0 * value:.0f}" for value in span)
    return f"{middle} % ({low}-{high})"


def _cars(placed: Placed, language: Language) -> list[str]:
    told = [[million(value, language, 1) for value in span] for span in placed.cars]
    return [f"{middle} ({low}-{high})" for low, middle, high in told]


def _china_notes(found: Precedents, world: World, language: Language) -> Iterator[str]:
    words = WORDS[language]
    yield words["range is"].format(share=percent(found.china[1].level.share, 1))
    firsts = [
        words["first of"].format(home=place(home.home, world, language), share=share(home.first.share))
        for home in found.homes
    ]
    yield words["extrapolated"].format(firsts=(", " if language == "en" else "、").join(firsts))
    low, middle, high = (million(row["value"], language, 1) for row in found.sales)
    rests_on = "; ".join(titles(world.sources, [row["source"] for row in found.sales]))
    yield words["cars are"].format(low=low, middle=middle, high=high, titles=rests_on)
    yield _check(found, world, language)


def _check(found: Precedents, world: World, language: Language) -> str:
    words = WORDS[language]
    each = [
        words["check of"].format(
            home=place(one.home, world, language), inside=one.inside, years=len(one.told), error=_points(one.error)
        )
        for one in found.checks
    ]
    return words["check"].format(
        inside=sum(one.inside for one in found.checks),
        years=sum(len(one.told) for one in found.checks),
        error=_points(found.missed),
        each=("; " if language == "en" else "；").join(each),
    )


def _points(value: float) -> str:
    return f"{100.0 * value:.0f}"


def makers(found: Precedents, language: Language) -> Listing:
    """A row a maker."""
    words = WORDS[language]
    marks = [str(one.year) for one in found.china[0].ahead]
    names = (words["plants"], words["capacity"], words["later"], words["now"], words["as Japan"], *marks)
    columns = (words["maker"], *(f">{name}" for name in names))
    return table("", columns, (_maker(one, language) for one in found.makers))


def _maker(one: MakerPlaced, language: Language) -> tuple[str, ...]:
    maker, unknown = one.maker, WORDS[language]["unknown"]
    runs, waits, *lost = (len(maker.plants[standing]) for standing in Standing)
    placed = one.ahead is not None and maker.share is not None
    return (
        maker.maker,
        f"{runs}+{waits}-{sum(lost)}",
        _thousands(maker.capacity) if maker.capacity else unknown,
        _thousands(maker.later[1]) if maker.later[1] else unknown,
        shares(maker.share, language) if placed else unknown,
        years(one.like, language) if one.like else unknown,
        *(shares(span, language) for span in one.ahead or ()),
        *([unknown, unknown] if one.ahead is None else []),
    )


def _thousands(value: float) -> str:
    return f"{value / 1e3:,.0f}"


def shares(span: tuple[float, float] | None, language: Language) -> str:
    """Lowest and highest share; one where they are the same."""
    if span is None:
        return WORDS[language]["unknown"]
    low, high = (f"{100.0 * value:.0f}" for value in span)
    return f"{low} %" if low == high else WORDS[language]["range"].format(low=low, high=f"{high} %")


def years(span: tuple[float, float], language: Language) -> str:
    """First and last year of a curve; one where they are the same, the first alone where it never comes to the last."""
    if isfinite(span[0]) and not isfinite(span[1]):
        return WORDS[language]["on"].format(year=in_year(span[0], language))
    low, high = (in_year(year, language) for year in span)
    return low if low == high else WORDS[language]["range"].format(low=low, high=high)


def _maker_notes(found: Precedents, world: World, language: Language) -> Iterator[str]:
    words, rates = WORDS[language], found.rates
    yield words["used"].format(used=share(found.utilisation))
    now, later = found.capacity
    yield words["total"].format(
        now=million(now, language, 1),
        later=million(later, language, 1),
        made=million(found.made, language, 1),
        counts=("; " if language == "en" else "；").join(_counts(world, language)),
    )
    worst = rates.worst
    yield words["late"].format(
        late=rates.count_late,
        due=len(rates.due),
        median=f"{rates.median_late:.0f}",
        mean=f"{rates.mean_late:.0f}",
        worst=f"{worst[0]:.0f}",
        worst_at=f"{worst[1].maker}, {place(worst[1].host, world, language)}",
    )
    low, rate, high = (percent(value, 1) for value in rates.rates)
    given = {"count": rates.given_up.count, "years": f"{rates.given_up.exposure:.0f}"}
    yield words["given up"].format(**given, rate=rate, low=low, high=high)
    yield words["closed"].format(closed=len(rates.closed), all=rates.transplants)
    waits = found.waits.values()
    yield words["waits"].format(low=min(waits), high=max(waits), median=f"{found.median_wait:g}")


def _counts(world: World, language: Language) -> list[str]:
    """What others count of China's capacity abroad."""
    words = WORDS[language]
    rows = [row for row in world.tables["precedents"] if "capacity/yr abroad" in (row["unit"] or "")]
    rows += [row for row in world.tables["overseas_production"] if row["metric"] == "OVERSEAS_CAPACITY"]
    told: dict[str, list[str]] = {}
    for row in rows:
        counted = words["counted"].format(value=million(row["value"], language, 1), year=row["year"])
        told.setdefault(titles(world.sources, [row["source"]])[0], []).append(counted)
    comma = ", " if language == "en" else "、"
    return [words["count"].format(told=comma.join(counts), title=title) for title, counts in told.items()]


def paths_drawn(found: Precedents, world: World, language: Language) -> Drawing:
    """The paths of the homes, and where China stands and may go."""
    from roadstead.report.charts import localisation

    words = WORDS[language]
    placed = found.china[0]
    paths = [
        localisation.Path(
            place(home.home, world, language),
            [(one.year, one.share) for one in home.points],
            [(one.year, one.share) for one in home.rough],
            home.fitted.curve.at,
        )
        for home in found.homes
    ]
    start = placed.level.year
    ahead = [(year, *placed.ahead_of(year, found.homes)) for year in range(start, placed.ahead[-1].year + 1)]
    fan = localisation.Fan(place(placed.level.home, world, language), placed.level.share, ahead)
    return localisation.drawn(
        words["chart"], paths, fan, localisation.Labels(words["chart rough"], words["chart axis"])
    )
