"""How the catalogue of events is told: as a table, one event in full, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roadstead.report.listing import number, percent, table
from roadstead.showing.telling import Telling, framed
from roadstead.terms.evidence import document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars as pl

    from roadstead.futures.catalogue.base_rates import BaseRate
    from roadstead.futures.catalogue.foresight import EventChance, EventChances
    from roadstead.report.amounts import Language
    from roadstead.report.charts.files import Drawing
    from roadstead.report.listing import Listing
    from roadstead.terms.evidence import Source

WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "event": "event",
        "chance": "a year",
        "by": "by {year}",
        "base": "base rate",
        "played": "played",
        "yes": "yes",
        "no": "shown",
        "chances": "chance in a year: {chances}; experts {low} to {high} in {first}",
        "from": "{chance} from {year}",
        "lasts": "lasts {years} years on average",
        "for good": "lasts for good",
        "needs": "needs {events}",
        "ends": "ends {events}",
        "levels": "levels ({amount}): {levels}",
        "does": "does: {does}",
        "influence": "{cause} in force multiplies its odds by {factor} ({kind}, {years})",
        "as long": "as long as it lasts",
        "years": "for {years} years",
        "counted": "base rate: {title}: {chance} (80 %: {low} to {high}), {count} in {exposure} {per}; own markets {own}",
        "own": "{count} in {exposure}",
        "leaves": "  counts: {note}",
        "no base": "base rate: none, no class of the past is like it",
        "why": "judgement: {why}",
        "rests": "rests on",
        "foot": "{count} events, {played} of them played; past counted to {until}; chances by a year on {paths} joint paths",
        "more": "one in full: `roadstead futures --event ID`; chances are judgements beside base rates, docs/futures.md",
    },
    "zh": {
        "event": "事件",
        "chance": "年概率",
        "by": "至{year}年",
        "base": "基准率",
        "played": "可推演",
        "yes": "是",
        "no": "仅展示",
        "chances": "年概率：{chances}；专家区间{first}年{low}至{high}",
        "from": "{year}年起{chance}",
        "lasts": "平均持续{years}年",
        "for good": "长期有效",
        "needs": "以{events}为前提",
        "ends": "终止{events}",
        "levels": "程度（{amount}）：{levels}",
        "does": "影响：{does}",
        "influence": "{cause}生效时其胜算乘以{factor}（{kind}，{years}）",
        "as long": "持续期间",
        "years": "{years}年内",
        "counted": "基准率：{title}：{chance}（80%区间{low}至{high}），{exposure}个{per}中{count}次；本市场{own}",
        "own": "{exposure}中{count}次",
        "leaves": "  口径：{note}",
        "no base": "基准率：无，历史上没有可比类别",
        "why": "判断：{why}",
        "rests": "依据",
        "foot": "共{count}个事件，其中{played}个可推演；历史统计截至{until}；累计概率取自{paths}条联合路径",
        "more": "查看单个事件：`roadstead futures --event ID`；概率为判断，与基准率并列，见 docs/futures.md",
    },
}

CHINESE = {
    "duty raised": "加税",
    "duty lifted": "减税",
    "duty prolonged": "关税延长",
    "quota or least price": "配额或最低价",
    "content rule": "含量规则",
    "connected-car ban": "网联汽车禁令",
    "plant permit": "建厂许可",
    "sanction": "制裁",
    "expropriation": "征用",
    "rival localises": "对手本地化",
    "exchange rate": "汇率",
    "freight": "航运",
    "demand": "需求",
    "home rule": "本国规则",
    "retaliation": "报复",
    "imitation": "仿效",
    "bargain": "交易",
    "exhaustion": "衰竭",
    "common cause": "共同原因",
    "market-years": "市场年",
    "market-years in which it was charged": "征收期市场年",
    "place-years": "地区年",
    "country-years": "国家年",
    "plant-years": "工厂年",
    "years": "年",
    "years in which one stood": "禁令有效年",
    "years in which a plant waited": "待建工厂年",
    "years in which one held": "限制有效年",
    "years in which it was open": "开放年",
    "years in which it was closed": "关闭年",
    "occasions": "场合",
}
"""Words of the tables in Chinese."""


def chances_told(found: EventChances) -> Telling:
    """The catalogue in a notebook; one event alone in full."""
    alone = len(found.events) == 1
    headline = title(found.events[0], "en") if alone else "What law and trade may do next, and how likely"
    blocks = in_full(found.events[0], "en") if alone else (listed(found, "en"), *foot(found, "en"))
    return Telling(headline, blocks, lambda: by_event(found), {"chances": lambda: chances_drawn(found, "en")})


def by_event(found: EventChances) -> pl.DataFrame:
    """Events, a row each."""
    marks = " ".join(f"by_{mark}:number" for mark in found.marks)
    columns = f"event title title_zh markets kind first:int chance:number chance_low:number chance_high:number {marks}"
    rows = (
        (
            one.event.event_id, one.event.title, one.event.title_zh, " ".join(one.event.markets), one.event.kind, one.first,
            *one.chance, *one.by, *((b.chance, b.low, b.high, b.count, b.exposure) if (b := one.base) else [None] * 5),
            one.event.played,
        )
        for one in found.events
    )  # fmt: skip
    base = "base_rate:number base_low:number base_high:number base_count:int base_exposure:number played:yes"
    return framed(f"{columns} {base}", rows)


def listed(found: EventChances, language: Language) -> Listing:
    """All events, a row each."""
    words = WORDS[language]
    marks = [">" + words["by"].format(year=mark) for mark in found.marks]
    columns = ("id", words["event"], ">" + words["chance"], *marks, words["base"], words["played"])
    return table("", columns, (_row(one, found, language) for one in found.events))


def _row(one: EventChance, found: EventChances, language: Language) -> tuple[str, ...]:
    words, event = WORDS[language], one.event
    when = "" if one.first == found.start else f" ({one.first})"
    base = one.base
    counted = f"{percent(base.chance, 1)} ({percent(base.low, 1)[:-2]}-{percent(base.high, 1)[:-2]})" if base else "-"
    return (
        event.event_id,
        title(one, language),
        percent(one.chance[0], 1) + when,
        *(percent(value, 0) for value in one.by),
        counted,
        words["yes" if event.played else "no"],
    )


def foot(found: EventChances, language: Language) -> tuple[str, str]:
    """What stands under the table."""
    words, played = WORDS[language], sum(one.event.played for one in found.events)
    told = words["foot"].format(count=len(found.events), played=played, until=found.until, paths=number(found.paths))
    return told, words["more"]


def title(one: EventChance, language: Language) -> str:
    """What happens, in a language."""
    return one.event.title if language == "en" else one.event.title_zh


def chances_drawn(found: EventChances, language: Language) -> Drawing:
    """Chances of a year beside base rates."""
    from roadstead.report.charts import chances

    rows = [
        chances.Chance(
            title(one, language),
            *one.chance,
            *((one.base.chance, one.base.low, one.base.high) if one.base else (None, None, None)),
        )
        for one in found.events
    ]
    return chances.drawn(rows, chances.ENGLISH if language == "en" else chances.CHINESE)


def _said(word: str, language: Language) -> str:
    return word if language == "en" else CHINESE.get(word, word)


def in_full(one: EventChance, language: Language) -> Iterator[str]:
    """One event, line by line."""
    words, event, hazard = WORDS[language], one.event, one.event.hazard
    yield f"{event.event_id}: {title(one, language)} ({_said(event.kind, language)}; {' '.join(event.markets)})"
    chances = ", ".join(words["from"].format(year=year, chance=percent(value, 1)) for year, value in hazard.yearly)
    low, high = (percent(value, 1) for value in one.chance[1:])
    yield words["chances"].format(chances=chances, low=low, high=high, first=one.first)
    is_for_good = hazard.lasts == float("inf")
    yield words["for good"] if is_for_good else words["lasts"].format(years=f"{hazard.lasts:g}")
    if hazard.needs:
        yield words["needs"].format(events=hazard.needs)
    if hazard.ends:
        yield words["ends"].format(events=", ".join(hazard.ends))
    if event.amount_is:
        told = [
            f"{d.title if language == 'en' else d.title_zh} {percent(d.level.probability, 0)}" for d in event.degrees
        ]
        amount = event.amount_is if language == "en" else event.amount_is_zh
        yield words["levels"].format(amount=amount, levels=", ".join(told))
    yield words["does"].format(does=event.would_change if language == "en" else event.would_change_zh)
    for influence in hazard.influences:
        years = words["as long"] if influence.years == 0 else words["years"].format(years=influence.years)
        yield words["influence"].format(
            cause=influence.cause, factor=f"{influence.factor:g}", kind=_said(influence.kind, language), years=years
        )
    yield from _base(one, language)
    yield words["why"].format(why=event.why if language == "en" else event.why_zh)
    yield words["rests"] + ":"
    for cited in event.evidence:
        address = f" <{cited.url}>" if cited.url else ""
        yield f"  {cited.about}: {cited.text} [{cited.source}{address}, {cited.confidence}]"


def _base(one: EventChance, language: Language) -> Iterator[str]:
    words, base = WORDS[language], one.base
    if base is None:
        yield words["no base"]
        return
    yield words["counted"].format(
        title=base.title if language == "en" else base.title_zh,
        count=base.count,
        exposure=f"{base.exposure:.0f}",
        per=_said(base.per, language),
        chance=percent(base.chance, 1),
        low=percent(base.low, 1),
        high=percent(base.high, 1),
        own=words["own"].format(count=one.own_count, exposure=f"{one.own_exposure:.1f}"),
    )
    yield words["leaves"].format(note=base.note)
    for counted in base.counted:
        yield f"  {counted.day}  {counted.place}  {counted.text} ({', '.join(counted.rows)})"


def as_json(found: EventChances, sources: Mapping[str, Source]) -> dict[str, Any]:
    """The catalogue as JSON: `events`, each with `evidence` and `base_rate`."""
    return {
        "until": found.until,
        "start": found.start,
        "marks": found.marks,
        "events": [_event(one, found, sources) for one in found.events],
    }


def _event(one: EventChance, found: EventChances, sources: Mapping[str, Source]) -> dict[str, Any]:
    event, hazard = one.event, one.event.hazard
    told: dict[str, Any] = {
        "id": event.event_id,
        "title": event.title,
        "title_zh": event.title_zh,
        "markets": event.markets,
        "kind": event.kind,
        "first": one.first,
        "chance": one.chance[0],
        "chance_low": one.chance[1],
        "chance_high": one.chance[2],
        "chances": [{"from": year, "chance": value} for year, value in hazard.yearly],
    }
    for mark, reached, alone in zip(found.marks, one.by, one.alone, strict=True):
        told |= {f"by_{mark}": reached, f"by_{mark}_alone": alone}
    return told | {
        "needs": hazard.needs,
        "ends": hazard.ends,
        "lasts": hazard.lasts,
        "influences": hazard.influences,
        "amount_is": event.amount_is,
        "amount_is_zh": event.amount_is_zh,
        "levels": [
            {"id": d.level.level_id, "title": d.title, "title_zh": d.title_zh}
            | {"probability": d.level.probability, "amount": d.level.amount}
            for d in event.degrees
        ],
        "played": event.played,
        "would_change": event.would_change,
        "would_change_zh": event.would_change_zh,
        "changes": [row.values for row in event.changes],
        "demand": event.demand,
        "route": event.route,
        "why": event.why,
        "why_zh": event.why_zh,
        "evidence": event.evidence,
        "base_rate": None if one.base is None else _rate(one, one.base, sources),
    }


def _rate(one: EventChance, base: BaseRate, sources: Mapping[str, Source]) -> dict[str, Any]:
    def cited(ids: tuple[str, ...]) -> list[dict[str, str]]:
        return [{"source": one.title, "url": one.url} for one in (document(sources, i) for i in ids)]

    return {
        "class": base.base,
        "title": base.title,
        "title_zh": base.title_zh,
        "count": base.count,
        "exposure": base.exposure,
        "per": base.per,
        "chance": base.chance,
        "low": base.low,
        "high": base.high,
        "own_count": one.own_count,
        "own_exposure": one.own_exposure,
        "note": base.note,
        "counted": [
            {"place": c.place, "day": c.day, "text": c.text, "rows": c.rows, "sources": cited(c.sources)}
            for c in base.counted
        ],
    }
