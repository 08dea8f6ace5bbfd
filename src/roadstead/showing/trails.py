"""How the trail of a figure is told: the figure, its parts, and under each the rows and documents that it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roadstead.report.listing import table
from roadstead.report.trails import counts, how_told, row_shown
from roadstead.showing.telling import Telling, framed
from roadstead.study.trail.ground import PATTERNS
from roadstead.study.trail.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import polars as pl

    from roadstead.playbook.trails_book import Root
    from roadstead.report.listing import Listing
    from roadstead.report.words import Words
    from roadstead.study.trail.steps import Keyed
    from roadstead.study.trail.why import Why

HEADS = {"en": ("key", "figure", ">value"), "zh": ("键", "数字", ">数值")}
WORDS = {
    "en": {
        "more": "Any other lane, year or node may be asked, too:",
        "ask": "`roadstead why {run} KEY` follows one of them; @n3 after a year asks about node 3 of the tree.",
        "rests": "Rests on:",
    },
    "zh": {
        "more": "也可查询其他线路、年份或节点：",
        "ask": "用`roadstead why {run} 键`追溯其中一项；年份后加@n3可查询情景树的节点3。",
        "rests": "依据：",
    },
}


def as_json(found: Why, english: Words, chinese: Words) -> dict[str, Any]:
    """The keys of a run, or the trail of one of them, in both languages."""
    told: dict[str, Any] = {"run": found.folder, "currency": found.currency}
    if found.trail is None:
        return told | {"keys": [figure_as_json(one, english, chinese) for one in found.keys]}
    return told | figure_as_json(found.trail, english, chinese)


def figure_as_json(one: Step | Keyed, english: Words, chinese: Words) -> dict[str, Any]:
    """A figure with what it was worked out from."""
    told: dict[str, Any] = {
        "key": one.key,
        "what": english.say(one.what),
        "what_zh": chinese.say(one.what),
        "value": one.amount.value,
        "kind": one.amount.kind,
    }
    if isinstance(one, Step):
        told |= {
            "how": english.say(one.how) if one.how else "",
            "how_zh": chinese.say(one.how) if one.how else "",
            "equation": one.equation,
            "parts": [figure_as_json(part, english, chinese) for part in one.parts],
            "rests_on": one.rests_on,
        }
    return told


def why_told(found: Why) -> Telling:
    """A trail, or the keys of a run, in a notebook."""
    from roadstead.report.words import Words

    words = Words("en", found.currency)
    if found.trail is None:
        headline = f"{found.folder.name}: {len(found.keys)} figures that may be asked about"
        return Telling(headline, _keys(found.keys, found.folder, words), lambda: _rows(found.keys, found.currency))
    trail = found.trail
    return Telling(_figure(trail, words), _below(trail, words), lambda: _rows((trail, *trail.parts), found.currency))


def _rows(of: tuple[Keyed, ...] | tuple[Step, ...], currency: str) -> pl.DataFrame:
    """Figures, a row each: of a trail the one that was asked about, and its parts."""
    from roadstead.report.words import Words

    english, chinese = Words("en", currency), Words("zh", currency)
    rows = (
        (
            one.key, english.say(one.what), chinese.say(one.what), one.amount.value, one.amount.kind,
            english.say(one.how) if isinstance(one, Step) and one.how else "",
            "\n".join(rests_on(root, english) for root in one.rests_on) if isinstance(one, Step) else "",
        )
        for one in of
    )  # fmt: skip
    return framed("key what what_zh value:number kind how rests_on", rows)


def blocks(found: Why, words: Words) -> Iterator[Listing | str]:
    """All keys of a run, or the trail of one of them; what a row rests on is said once."""
    if found.trail is None:
        yield from _keys(found.keys, found.folder, words)
        return
    yield _figure(found.trail, words)
    yield from _below(found.trail, words)


def _keys(keys: tuple[Keyed, ...], run: Path, words: Words) -> Iterator[Listing | str]:
    own = WORDS[words.language]
    yield table("", HEADS[words.language], ((one.key, words.say(one.what), words.amount(one.amount)) for one in keys))
    yield own["more"]
    for pattern in PATTERNS:
        yield f"  {pattern}"
    yield own["ask"].format(run=run)


def _below(step: Step, words: Words) -> Iterator[str]:
    """What stands below a figure that was asked about."""
    shown = set["Root"]()

    def rows(one: Step, indent: int) -> Iterator[str]:
        for root in one.rests_on:
            yield " " * indent + rests_on(root, words, whole=root not in shown)
            shown.add(root)

    for line in _how(step, words):
        yield f"  {line}"
    for part in (part for part in step.parts if part.key or part.rests_on or counts(part.amount)):
        yield f"  {_figure(part, words)}{f'  [{part.key}]' if part.key else ''}"
        for line in _how(part, words):
            yield f"      {line}"
        yield from rows(part, 6)
    if step.rests_on:
        yield WORDS[words.language]["rests"]
        yield from rows(step, 2)


def _figure(one: Step, words: Words) -> str:
    return words.headed(words.say(one.what).rstrip(".。"), words.amount(one.amount))


def _how(one: Step, words: Words) -> Iterator[str]:
    """How a figure is worked out, in a line; none where its rows say it all."""
    if how := how_told(one.how, one.equation, words):
        yield how


def rests_on(root: Root, words: Words, *, whole: bool = True) -> str:
    """A row in a line: where it stands, what it says, and what it rests on."""
    shown = row_shown(root, words)
    row = f"{shown.at} {shown.says}".strip()
    return f"{row} ({words.listed((f'{shown.source} {shown.url}'.strip(), shown.told))})" if whole else row
