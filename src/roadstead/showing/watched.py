"""How a run's triggers are told on newer rules and facts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from roadstead.report.listing import table
from roadstead.showing import worlds
from roadstead.showing.telling import Telling, framed

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from roadstead.report.listing import Listing
    from roadstead.report.words import Words
    from roadstead.study.observing import Observation
    from roadstead.study.watch import EventWatched, SignWatched, Watched

STATUS = {
    "en": {"fired": "fired", "near": "near", "not yet": "not yet", "unseen": "cannot be seen yet"},
    "zh": {"fired": "已触发", "near": "临近", "not yet": "尚未", "unseen": "尚无法判断"},
}
HEADS = {
    "en": (("event", "may come from", "chance", "stands", "seen"), ("decision", "decide by", "sign", "stands", "seen")),
    "zh": (("事件", "最早年份", "概率", "状态", "观测"), ("决策", "决策期限", "信号", "状态", "观测")),
}
WORDS = {
    "en": {
        "events": "Events, as known on {as_of} (the case: {since})",
        "signs": "Signposts",
        "part": "{value:.0%} of what it would change is law",
        "is": "{value:.1%} in {year}",
        "are": "{value:,.0f} in {year}",
        "none": "nothing that is known tells",
        "left": "{days} days left",
        "late": "{days} days ago",
        "no_signs": "Nothing the plan does later hangs on how things turn out.",
        "sources": "Read from:",
        "from": "By assumption: an event has fired from {come:.0%} of its change and is near from {on_its_way:.0%}; "
        "a share or duty is near within {near:.0%} of its threshold, new cars within {near:.0%} of theirs.",
    },
    "zh": {
        "events": "事件：截至{as_of}所知（案例：{since}）",
        "signs": "路标",
        "part": "其变化的{value:.0%}已成法规",
        "is": "{year}年为{value:.1%}",
        "are": "{year}年为{value:,.0f}辆",
        "none": "尚无可据以判断的信息",
        "left": "还有{days}天",
        "late": "已过{days}天",
        "no_signs": "方案的后续决策不取决于形势变化。",
        "sources": "依据：",
        "from": "以下为假设：事件变化达{come:.0%}视为已触发，达{on_its_way:.0%}视为临近；占比或税负距阈值不足{near:.0%}、新车销量与阈值相差不足其{near:.0%}视为临近。",
    },
}

SAID = {"event": "part", "size": "are"}
"""Words for what is seen of a condition, where it is no share."""


def assumed() -> dict[str, float]:
    """From where on an event has fired or is near, as a part of its change, and how near a threshold is near."""
    from roadstead.study.observing import COME, NEAR, ON_ITS_WAY

    return {"come": COME, "on_its_way": ON_ITS_WAY, "near": NEAR}


def as_json(found: Watched, words: Words) -> dict[str, Any]:
    """Events and signposts with what is seen of them, sentences in words."""
    return {
        "run": found.folder,
        "since": found.since,
        "as_of": found.as_of,
        "assumed": assumed(),
        "world_moved": None if found.moved is None else worlds.as_json(found.moved),
        "events": found.events,
        "signposts": [
            {
                "decision": words.say(one.signpost.what),
                "kind": one.signpost.kind,
                "subject": one.signpost.subject,
                "decide_by": date(one.signpost.year, 1, 1),
                "days_left": one.days_left,
                "lead": one.signpost.lead,
                "status": one.status,
                "false_alarm": one.signpost.false_alarm,
                "missed": one.signpost.missed,
                "chosen_on": one.signpost.chosen_on,
                "tried": one.signpost.tried,
                "conditions": [
                    {
                        "kind": condition.kind,
                        "of": condition.of,
                        "above": condition.above,
                        "threshold": condition.threshold,
                        "year": condition.year,
                        "said": words.say(condition.said),
                        "seen": seen,
                    }
                    for condition, seen in zip(one.signpost.conditions, one.seen, strict=True)
                ],
            }
            for one in found.signs
        ],
    }


def blocks(found: Watched, words: Words) -> Iterator[Listing | str]:
    """Events and signposts with what is seen of them, and where that was read."""
    own = WORDS[words.language]
    for_events, for_signs = HEADS[words.language]
    title = own["events"].format(as_of=found.as_of.isoformat(), since=found.since.isoformat())
    yield table(title, for_events, (_event(one, words) for one in found.events))
    if found.signs:
        yield table(own["signs"], for_signs, (_sign(one, words) for one in found.signs))
    else:
        yield own["no_signs"]
    yield own["from"].format(**assumed())
    if found.moved is not None:
        yield worlds.said(found.moved, found.folder, words.language)
    observed = [one.seen for one in found.events] + [seen for one in found.signs for seen in one.seen]
    sources = dict.fromkeys(source for seen in observed for source in seen.sources)
    if sources:
        yield own["sources"]
    for source in sources:
        yield f"  {source}"


def watched_told(found: Watched) -> Telling:
    """What has become of a run's triggers, in a notebook."""
    from roadstead.report.words import Words

    fired = sum(one.seen.status == "fired" for one in found.events)
    headline = f"{found.folder.name} on {found.as_of}: {fired} of {len(found.events)} events have fired"
    return Telling(headline, blocks(found, Words("en", found.currency)), lambda: by_event(found))


def by_event(found: Watched) -> pl.DataFrame:
    """Events, a row each, with what is seen of them."""
    rows = (
        (
            one.event_id, one.title, one.title_zh, one.probability, one.watch_in, one.seen.status, one.seen.value,
            one.seen.year, "; ".join(one.seen.sources),
        )
        for one in found.events
    )  # fmt: skip
    columns = "event title title_zh probability:number watch_in:int status seen:number year:int sources"
    return framed(columns, rows)


def _event(one: EventWatched, words: Words) -> tuple[str, ...]:
    title = one.title if words.language == "en" else one.title_zh
    stands = STATUS[words.language][one.seen.status]
    return title, str(one.watch_in), words.share(one.probability), stands, _seen(one.seen, "part", words)


def _sign(one: SignWatched, words: Words) -> tuple[str, ...]:
    from roadstead.report.signs import sign as said_sign

    own, sign = WORDS[words.language], one.signpost
    left = own["left" if one.days_left >= 0 else "late"].format(days=abs(one.days_left))
    seen = "; ".join(
        _seen(seen, SAID.get(condition.kind, "is"), words)
        for condition, seen in zip(sign.conditions, one.seen, strict=True)
    )
    return (
        words.say(sign.what),
        f"{sign.year}-01-01 ({left})",
        said_sign(sign, words),
        STATUS[words.language][one.status],
        seen,
    )


def _seen(seen: Observation, key: str, words: Words) -> str:
    own = WORDS[words.language]
    if seen.value is None:
        return own["none"]
    return own["is" if seen.is_share else key].format(value=seen.value, year=seen.year)
