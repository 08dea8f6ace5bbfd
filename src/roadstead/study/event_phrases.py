"""A plain phrase for an event: a market and what happens there, in English or Chinese, where exactly one event is both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.futures.catalogue.catalogue import CatalogueEvent
    from roadstead.study.entries import EventEntry
    from roadstead.world.places import Gazetteer


class Does(StrEnum):
    """What an event does to a market, as a phrase says it."""

    OPENS = "opens"
    CUTS = "cuts"
    RAISES = "raises"
    CLOSES = "closes"
    KEEPS = "keeps"


VERBS: Mapping[Does, str] = {
    Does.OPENS: "open reopen let allow admit widen unban",
    Does.CUTS: "cut lower reduce relent drop lift halve end remove abolish scrap waive repeal",
    Does.RAISES: "raise hike increase add impose double put levy",
    Does.CLOSES: "close shut bar ban block prohibit exclude",
    Does.KEEPS: "keep prolong extend continue renew maintain retain",
}
VERBS_ZH: Mapping[Does, str] = {
    Does.OPENS: "开放 放开 允许 放宽 解禁",
    Does.CUTS: "取消 下调 降低 降税 削减 减税 终止 解除 废除",
    Does.RAISES: "提高 上调 加税 加征 征收 增加",
    Does.CLOSES: "关闭 封闭 禁止 封锁 收紧",
    Does.KEEPS: "延长 延续 维持 继续 保留",
}
NEXT_BEST: Mapping[Does, tuple[Does, ...]] = {
    Does.OPENS: (Does.OPENS, Does.CUTS),
    Does.CUTS: (Does.CUTS, Does.OPENS),
    Does.RAISES: (Does.RAISES, Does.CLOSES),
    Does.CLOSES: (Does.CLOSES, Does.RAISES),
    Does.KEEPS: (Does.KEEPS,),
}
"""What a verb may mean, nearest first: a market opens where a ban falls, or else where a duty does."""
OF_KIND = {"duty raised": Does.RAISES, "duty lifted": Does.CUTS, "duty prolonged": Does.KEEPS}
OF_ACTION = {
    "add": Does.RAISES,
    "enact": Does.RAISES,
    "lift": Does.OPENS,
    "prolong": Does.KEEPS,
    "end": Does.CUTS,
    "forbid": Does.CLOSES,
    "refuse_sites": Does.CLOSES,
    "limit_exports": Does.CLOSES,
    "export_tax": Does.RAISES,
}
OF_ENDING = {"PROHIBITION": Does.OPENS, "QUOTA_TRQ": Does.CLOSES, "PREFERENTIAL": Does.RAISES}
"""What it is to end a rule that is no duty, or that lowers one."""
AGAINST = {Does.RAISES: {Does.CUTS, Does.OPENS}, Does.CUTS: {Does.RAISES, Does.CLOSES}}
"""What single rows may do in an event that as a whole does something else."""
FILLING = frozenset("the a an its their his her up down out in on of for to from by again more market markets".split())  # noqa: SIM905
FILLING_ZH = re.compile("[对的在将其了再次市场,，。]")
SAME = {"duties": "duty", "tariff": "duty", "tariffs": "duty"}
WORD = re.compile(r"[^\W_]+")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SHORT_CODE = 3
"""Letters of a code that is only one where it stands in capitals or first: `can`, `in` and `per` are words."""
STEM = 5
"""Letters by which two words are the same in another form."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event by what a phrase may say of it.

    Attributes
    ----------
    places
        Markets it concerns.
    does
        What it does there, as its rules and its verbs tell.
    text
        Its id, titles and kind, in lower case.
    """

    event_id: str
    title: str
    places: frozenset[str]
    does: frozenset[Does]
    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase taken apart: places, verbs, and what is left."""

    places: frozenset[str]
    does: tuple[Does, ...]
    rest: tuple[str, ...]


def of_catalogue(event: CatalogueEvent) -> Event:
    """What a phrase may say of an event of the catalogue."""
    text = f"{event.event_id} {event.title} {event.comes} {event.kind} {event.title_zh} {event.comes_zh}"
    whole = OF_KIND.get(event.kind)
    does = {one for row in event.changes if (one := _of(row["action"], row["kind"])) is not None}
    does = {whole, *(does - AGAINST.get(whole, set()))} if whole else does
    places = {*event.markets, *(row["place"] for row in event.changes)}
    return Event(event.event_id, event.title, frozenset(places), frozenset(does), text.casefold())


def of_case(event: EventEntry, gazetteer: Gazetteer) -> Event:
    """What a phrase may say of an event that a case declares: of what it only sets, its title says which way."""
    named = [change.importer for change in event.amendments]
    named += [*(rule.place for rule in event.content), *(one.importer for one in event.least_prices)]
    named += [one.place for one in event.shifts]
    places = {place.place_id for name in named if (place := gazetteer.find(name)) is not None}
    text = f"{event.id} {event.title} {event.title_zh}".casefold()
    told = [
        None if change.measure and not change.kind else _of(change.action, change.kind) for change in event.amendments
    ]
    does = {one for one in told if one is not None}
    if not told or None in told:
        does |= set(_verbs(text))
    return Event(event.id, event.title, frozenset(places), frozenset(does), text)


def _of(action: str, kind: str) -> Does | None:
    """What a change of law does; None where that hangs on rates."""
    if action == "enact" and kind in OF_ENDING:
        return {Does.OPENS: Does.CLOSES, Does.CLOSES: Does.OPENS}[OF_ENDING[kind]]
    return OF_ENDING.get(kind, OF_ACTION["end"]) if action == "end" else OF_ACTION.get(action)


def meant(phrase: str, events: Sequence[Event], gazetteer: Gazetteer) -> list[Event]:
    """Events that a phrase may mean: its places are theirs, they do what it says, and nothing it says is foreign to them.

    Of several, those count that concern no other place.
    """
    said = taken_apart(phrase, gazetteer)
    if not said.places or not (said.does or said.rest):
        return []
    found = _all_meant(said, events)
    return [event for event in found if event.places <= said.places] or found


def _all_meant(said: Phrase, events: Sequence[Event]) -> list[Event]:
    there = [event for event in events if said.places <= event.places]
    if said.rest:
        there = [event for event in there if all(_speaks_of(event, word) for word in said.rest)]
        by_words = [event for event in there if set(said.does) <= set(_verbs(event.text))]
    else:
        by_words = []
    if not said.does:
        return there
    # A quota that is raised is no market that closes: with a thing named, these verbs mean what they say.
    literal = said.rest and said.does[0] in {Does.RAISES, Does.CLOSES}
    for wanted in NEXT_BEST[said.does[0]][: 1 if literal else None]:
        found = [event for event in there if wanted in event.does or event in by_words]
        if found:
            return found
    return by_words


def taken_apart(phrase: str, gazetteer: Gazetteer) -> Phrase:
    """Places, verbs and other words of a phrase."""
    places, rest = _places(phrase, gazetteer)
    english = [word for word in (w.casefold() for w in WORD.findall(rest)) if not CHINESE.search(word)]
    chinese = "".join(CHINESE.findall(rest))
    does = _verbs(f"{' '.join(english)} {chinese}")[:1]  # `lifts the ban`: the second verb is what it speaks of
    verbs = {form for one in does for form in _forms(one)}
    left = [word for word in english if word not in FILLING and word not in verbs]
    for verb in (verb for one in does for verb in VERBS_ZH[one].split()):
        chinese = chinese.replace(verb, " ")
    return Phrase(frozenset(places), does, (*left, *FILLING_ZH.sub(" ", chinese).split()))


def _places(phrase: str, gazetteer: Gazetteer) -> tuple[set[str], str]:
    """Places that a phrase names, the longest names first, and the phrase without them."""
    found, rest = set[str](), phrase.replace("U.S.", "US")
    names = [name for name in gazetteer.written if CHINESE.search(name)]
    for name in sorted(names, key=len, reverse=True):
        if name in rest:
            found.add(gazetteer.written[name])
            rest = rest.replace(name, " ")
    words = [(one.start(), one.end()) for one in WORD.finditer(rest)]
    spans = [(words[i][0], words[j][1]) for i in range(len(words)) for j in range(i, min(i + 5, len(words)))]
    taken: list[tuple[int, int]] = []
    for first, end in sorted(spans, key=lambda span: span[0] - span[1]):
        text = rest[first:end]
        place = gazetteer.find(text)
        clear = len(text) > SHORT_CODE or text.isupper() or not rest[:first].strip()
        if place is not None and clear and all(end <= a or b <= first for a, b in taken):
            found.add(place.place_id)
            taken.append((first, end))
    cuts = [0, *(edge for span in sorted(taken) for edge in span), len(rest)]
    return found, " ".join(rest[a:b] for a, b in list(pairwise(cuts))[::2])


def _verbs(text: str) -> tuple[Does, ...]:
    """What a text says is done, in the order in which it says so."""
    words = WORD.findall(text)
    at = {one: min((i for i, word in enumerate(words) if word in _forms(one)), default=-1) for one in Does}
    said = sorted((i, one) for one, i in at.items() if i >= 0)
    said += [(len(words), one) for one in Does if any(verb in text for verb in VERBS_ZH[one].split())]
    return tuple(dict.fromkeys(one for _, one in said))


def _forms(one: Does) -> set[str]:
    """Every form of the verbs of a kind."""
    found = set[str]()
    for verb in VERBS[one].split():
        short = verb.removesuffix("e")
        found |= {
            verb,
            f"{verb}s",
            f"{verb}es",
            f"{short}ed",
            f"{short}ing",
            f"{verb}{verb[-1]}ed",
            f"{verb}{verb[-1]}ing",
        }
    return found


def _speaks_of(event: Event, word: str) -> bool:
    """True where an event's own words have this one, in any form."""
    if CHINESE.search(word):
        return word in event.text
    word = _plain(word)
    return any(
        known == word or (len(word) >= STEM and len(known) >= STEM and known[:STEM] == word[:STEM])
        for known in map(_plain, WORD.findall(event.text))
    )


def _plain(word: str) -> str:
    """A word without the s of many, or of he."""
    word = SAME.get(word, word)
    return word.removesuffix("s") if len(word) > SHORT_CODE else word
