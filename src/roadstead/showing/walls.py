"""How the back-test of the catalogue's counts is told: tables, and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roadstead.futures.catalogue.hindcast import CATALOGUE, FORECASTS
from roadstead.report.listing import percent, table
from roadstead.showing.futures import CHINESE
from roadstead.showing.telling import Telling, framed
from roadstead.showing.walls_words import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from roadstead.futures.catalogue.counting import BaseClass, Counted
    from roadstead.futures.catalogue.hindcast import ClassTest, Hindcast
    from roadstead.report.amounts import Language
    from roadstead.report.listing import Listing
    from roadstead.showing.telling import Told

QUIET = 6
"""Of what was told likeliest and did not come, so many are shown."""


def hindcast_told(found: Hindcast) -> Telling:
    """The back-test of counts in a notebook."""
    headline = f"{len(found.questions)} questions asked on {found.known}, {int(found.came.sum())} came by {found.until}"
    return Telling(headline, blocks(found, "en"), lambda: by_question(found))


def by_question(found: Hindcast) -> pl.DataFrame:
    """A row for every question and way of telling it."""
    rows = (
        (one.base, one.place, one.year, one.exposure, one.came, way, float(chances[i]))
        for way, chances in found.chances.items()
        for i, one in enumerate(found.questions)
    )
    return framed("base place year:int exposure:number came:yes told_by chance:number", rows)


def blocks(found: Hindcast, language: Language) -> Iterator[Listing | str]:
    """Everything a person is told, in order."""
    words = WORDS[language]
    dates = {"known": found.known.isoformat(), "until": found.until.isoformat()}
    for title, (columns, rows) in (
        (words["classes"], classes(found, language)),
        (words["scores"], scores(found, language)),
        (words["bins"], bins(found, language)),
        (words["big"], came(found, language)),
        (words["quiet"], quiet(found, language)),
    ):
        told = title.format(**dates, count=len(found.questions), came=int(found.came.sum()))
        yield table(told, columns, rows)
    yield ""
    yield from foot(found, language)


def classes(found: Hindcast, language: Language) -> Told:
    """A class a row: what was counted, what was expected of it, what came."""
    words = WORDS[language]
    columns = ("counted", "in", "asked", "expected", "came", "range")
    return ("id", words["class"], *(">" + words[name] for name in columns), words["held"]), [
        (
            one.base.base,
            _class_title(one, language),
            str(one.count),
            f"{one.exposure:,.1f}",
            str(one.asked),
            f"{one.expected:.1f}",
            str(one.came),
            "" if one.held is None else f"{one.least}-{one.most}",
            "" if one.held is None else words["yes" if one.held else "no"],
        )
        for one in found.classes
        if one.asked
    ]


def _class_title(one: ClassTest, language: Language) -> str:
    told = title(one.base, language)
    return WORDS[language]["within"].format(title=told, other=one.within) if one.within else told


def title(base: BaseClass, language: Language) -> str:
    """What a class is called."""
    return base.title if language == "en" else base.title_zh


def scores(found: Hindcast, language: Language) -> Told:
    """A way of telling chances a row."""
    words = WORDS[language]
    columns = ("expected", "brier", "reliability", "resolution", "skill")
    rows = []
    for name in FORECASTS:
        one, (best, low, high) = found.score(name), found.skill[name]
        rows.append(
            (
                words[name],
                f"{one.expected:.1f}",
                f"{one.brier:.4f}",
                f"{one.reliability:.4f}",
                f"{one.resolution:.4f}",
                f"{100 * best:+.1f} % ({100 * low:+.1f} to {100 * high:+.1f})"
                if language == "en"
                else f"{100 * best:+.1f}%（{100 * low:+.1f}至{100 * high:+.1f}）",
            )
        )
    return (words["way"], *(">" + words[name] for name in columns)), rows


def bins(found: Hindcast, language: Language) -> Told:
    """What came of chances told, a bin a row."""
    words = WORDS[language]
    rows = [
        (
            words["nothing"]
            if one.high == 0.0
            else words["bin"].format(low=percent(one.low, 0), high=percent(one.high, 0)),
            str(one.count),
            percent(one.chance, 1),
            str(one.came),
            percent(one.came / one.count, 1),
        )
        for one in found.bins(CATALOGUE)
    ]
    return (words["told"], *(">" + words[name] for name in ("questions", "mean", "came", "share"))), rows


def came(found: Hindcast, language: Language) -> Told:
    """What came, likeliest first."""
    words = WORDS[language]
    reached = [
        (chance, base, event) for (base, _), (chance, event) in found.by_the_end(CATALOGUE).items() if event is not None
    ]
    reached.sort(key=lambda one: (-one[0], one[1], one[2].place))
    return (">" + words["chance"], words["place"], words["class"], words["first"], words["what"]), [
        (percent(chance, 1), event.place, base, event.day.isoformat(), event.text) for chance, base, event in reached
    ]


def quiet(found: Hindcast, language: Language) -> Told:
    """What was told likeliest and did not come."""
    words = WORDS[language]
    by_name = {one.base.base: one.base for one in found.classes}
    missed = sorted(
        (-chance, base, place)
        for (base, place), (chance, event) in found.by_the_end(CATALOGUE).items()
        if event is None
    )
    return (">" + words["chance"], words["place"], words["class"]), [
        (percent(-chance, 1), place, title(by_name[base], language)) for chance, base, place in missed[:QUIET]
    ]


def foot(found: Hindcast, language: Language) -> Iterator[str]:
    """What the tables come to, and what they cannot say."""
    words, one = WORDS[language], found.score(CATALOGUE)
    judged = [each for each in found.classes if each.held is not None and not each.within]
    known = [f"{event.place} {event.day.isoformat()} {event.text}" for each in found.classes for event in each.known]
    unasked = [title(each.base, language) for each in found.classes if not each.asked]
    yield words["verdict"].format(
        expected=f"{one.expected:.0f}",
        came=one.came,
        times=f"{one.came / one.expected:.1f}" if one.expected else "-",
        chance=f"{found.as_many(CATALOGUE):.0e}",
    )
    yield words["held foot"].format(held=sum(each.held is True for each in judged), classes=len(judged))
    yield words["honest"].format(came=one.came, happenings=found.happenings)
    yield words["known foot"].format(year=found.known.year, known="; ".join(known) or words["none"])
    yield words["unasked"].format(classes="; ".join(unasked) or words["none"])
    yield words["not judged"]


def as_json(found: Hindcast) -> dict[str, Any]:
    """Everything, for machines."""
    return {
        "known": found.known,
        "until": found.until,
        "questions": len(found.questions),
        "came": int(found.came.sum()),
        "happenings": found.happenings,
        "as_many_by_the_counts": found.as_many(CATALOGUE),
        "classes": [
            {
                "class": one.base.base,
                "title": one.base.title,
                "title_zh": one.base.title_zh,
                "count": one.count,
                "exposure": one.exposure,
                "per": one.per,
                "per_zh": CHINESE[one.per],
                "asked": one.asked,
                "exposure_later": one.later,
                "expected": one.expected,
                "came": one.came,
                "least": one.least,
                "most": one.most,
                "held": one.held,
                "within": one.within or None,
                "known_before": [_event(event) for event in one.known],
            }
            for one in found.classes
        ],
        "forecasts": {
            name: {"score": found.score(name), "skill": found.skill[name], "bins": found.bins(name)}
            for name in FORECASTS
        },
        "each": [
            {
                "class": question.base,
                "place": question.place,
                "year": question.year,
                "exposure": question.exposure,
                "event": None if question.event is None else _event(question.event),
                **{name: float(found.chances[name][row]) for name in FORECASTS},
            }
            for row, question in enumerate(found.questions)
        ],
    }


def _event(event: Counted) -> dict[str, Any]:
    return {"place": event.place, "day": event.day, "text": event.text, "rows": event.rows, "sources": event.sources}
