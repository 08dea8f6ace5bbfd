"""How claims are told: as a table, one in full, and as JSON."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from roadstead.report.listing import percent, table
from roadstead.showing.telling import Telling, framed
from roadstead.study.claims import Verdict
from roadstead.terms.evidence import document, titles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from roadstead.report.amounts import Language
    from roadstead.report.listing import Listing
    from roadstead.study.claim_figures import Figure
    from roadstead.study.claims import Claim, Reading
    from roadstead.world.reference import World

WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "claim": "claim",
        "figure": "our figure",
        "verdict": "verdict",
        "no figure": "none",
        "to": "{low} to {high}",
        "unsourced": "no source located",
        "rough": "rough or without a source: does not decide",
        "head": "{claim}: {statement} ({part}): {verdict}",
        "reading": "  {differs}: {figure}, {standing}: {explanation}",
        "source": "      {figure}  {rows}: {titles}",
        "more rows": "{rows} and {count} more",
        "note": "  note: {note}",
        "made in": "  made in: {title}, {url}",
        "count": "{verdict}: {count}",
        "foot": "{total} claims; {counts}",
        "more": "one in full, with every reading and source: `roadstead claims C26`; the rule is in docs/claims.md",
        "because": "{verdict}: {differs}",
    },
    "zh": {
        "claim": "说法",
        "figure": "我们的数字",
        "verdict": "结论",
        "no figure": "无",
        "to": "{low}至{high}",
        "unsourced": "未找到来源",
        "rough": "粗略或无来源，不作为依据",
        "head": "{claim}：{statement}（{part}）：{verdict}",
        "reading": "  {differs}：{figure}，{standing}：{explanation}",
        "source": "      {figure}  {rows}：{titles}",
        "more rows": "{rows}等，另有{count}行",
        "note": "  说明：{note}",
        "made in": "  出处：{title}，{url}",
        "count": "{verdict}{count}条",
        "foot": "共{total}条；{counts}",
        "more": "查看单条的全部口径与来源：`roadstead claims C26`；规则见 docs/claims.md",
        "because": "{verdict}：{differs}",
    },
}
CHINESE = {
    "holds": "成立",
    "holds with another definition": "换一种口径才成立",
    "depends on the source": "因来源而异",
    "does not hold": "不成立",
    "cannot be checked": "无法核实",
    "met": "符合",
    "met by some sources": "部分来源符合",
    "not met": "不符合",
    "not known": "未知",
    "as told": "按原文",
    "calendar year": "年份",
    "part of the year": "部分月份",
    "count": "统计口径",
    "vehicles counted": "所计车辆",
    "makers counted": "所计车企",
    "places counted": "所计国家",
    "goods counted": "所计货物",
    "denominator": "分母",
    "edition": "版本",
    "publisher": "机构",
    "measure": "指标",
    "digest": "摘要",
    "whole text": "全文",
}
SHOWN_ROWS = 4
"""Rows of the tables that a figure's line names; JSON has them all."""


def claims_told(found: Sequence[Claim]) -> Telling:
    """Claims in a notebook; one alone with every reading and source."""
    counts, more = foot(found, "en")
    alone = len(found) == 1
    blocks = in_full(found[0], "en") if alone else (listed(found, "en"), more)
    columns = "claim told_in statement statement_zh relation value:number unit names year:int verdict low:number"
    rows = [
        (
            one.claim, one.told_in, one.statement, one.statement_zh, one.relation, one.value, one.unit,
            ", ".join(one.names), one.year, one.verdict.value, *((r.low, r.high) if (r := one.rests_on) else (None, None)),
            "; ".join(one.source), one.note,
        )
        for one in found
    ]  # fmt: skip
    return Telling(counts, blocks, lambda: framed(f"{columns} high:number source note", rows))


def listed(found: Sequence[Claim], language: Language) -> Listing:
    """Every claim with the figure its verdict rests on, a row each."""
    words = WORDS[language]
    columns = ("", words["claim"], f">{words['figure']}", words["verdict"])
    return table("", columns, (_row(claim, language) for claim in found))


def _row(claim: Claim, language: Language) -> tuple[str, ...]:
    return (claim.claim, statement(claim, language), _own_figure(claim, language), _verdict(claim, language))


def _own_figure(claim: Claim, language: Language) -> str:
    """Of the reading that decides; else of the first that gives any."""
    shown = claim.rests_on or next((reading for reading in claim.readings if reading.figures), None)
    return WORDS[language]["no figure"] if shown is None else span(shown, claim.unit, claim.world, language)


def statement(claim: Claim, language: Language) -> str:
    """The claim in a language."""
    return claim.statement if language == "en" else claim.statement_zh


def _verdict(claim: Claim, language: Language) -> str:
    """The verdict, with what sets the reading apart where it is another than the claim's own."""
    verdict = said(claim.verdict.value, language)
    if claim.verdict is not Verdict.ANOTHER or claim.rests_on is None:
        return verdict
    return WORDS[language]["because"].format(verdict=verdict, differs=said(claim.rests_on.differs_by, language))


def said(word: str, language: Language) -> str:
    """A word of the closed vocabularies in a language."""
    if language == "en":
        return word
    if word.startswith("paragraph"):
        return f"第{word.split(maxsplit=1)[1].replace(' and ', '、')}段"
    return CHINESE[word]


def span(reading: Reading, unit: str, world: World, language: Language) -> str:
    """The figure of a reading, or its span where sources contradict each other."""
    if not reading.figures:
        return WORDS[language]["no figure"]
    if reading.low is None or reading.high is None:
        return printed((reading.deciding or reading.figures)[0], unit, world, language)
    low, high = (amount(value, unit, language) for value in (reading.low, reading.high))
    return low if low == high else WORDS[language]["to"].format(low=low, high=high)


def printed(figure: Figure, unit: str, world: World, language: Language) -> str:
    """One figure: an amount in its unit, or the places of a list by name."""
    if figure.value is not None:
        return amount(figure.value, unit, language)
    places = (world.gazetteer.places[place] for place in figure.places[:5])
    names = [place.name if language == "en" else place.name_zh for place in places]
    return ", ".join(names) if language == "en" else "、".join(names)


def amount(value: float, unit: str, language: Language) -> str:
    """A value in its unit."""
    match unit:
        case "vehicles" if language == "zh":
            return f"{value / 1e4:,.1f}万辆"
        case "vehicles":
            return f"{value / 1e6:,.2f} m"
        case "share":
            return percent(value, 1)
        case "US$bn":
            return f"US${value:,.1f} bn" if language == "en" else f"{10 * value:,.0f}亿美元"
        case "count":
            return f"{value:,.0f}"
        case _:
            return f"{value:.2f}"


def foot(found: Sequence[Claim], language: Language) -> tuple[str, str]:
    """How many claims came out how, and where to read on."""
    words = WORDS[language]
    met = Counter(claim.verdict for claim in found)
    told = [words["count"].format(verdict=said(v.value, language), count=met[v]) for v in Verdict if met[v]]
    return words["foot"].format(total=len(found), counts=("; " if language == "en" else "；").join(told)), words["more"]


def in_full(claim: Claim, language: Language) -> Iterator[str]:
    """A claim with every reading, and the rows and documents behind every figure."""
    words = WORDS[language]
    head = {"claim": claim.claim, "statement": statement(claim, language), "part": said(claim.told_in, language)}
    yield words["head"].format(**head, verdict=_verdict(claim, language))
    for reading in claim.readings:
        yield words["reading"].format(
            differs=said(reading.differs_by, language),
            figure=span(reading, claim.unit, claim.world, language),
            standing=said(reading.standing.value, language),
            explanation=reading.explanation if language == "en" else reading.explanation_zh,
        )
        for figure in reading.figures:
            yield _source(figure, claim.unit, claim.world, language)
    if claim.note and language == "en":
        yield words["note"].format(note=claim.note)
    yield words["made in"].format(title=claim.made_in.title, url=claim.made_in.url)


def _source(figure: Figure, unit: str, world: World, language: Language) -> str:
    words = WORDS[language]
    rows = ", ".join(figure.rows[:SHOWN_ROWS])
    if len(figure.rows) > SHOWN_ROWS:
        rows = words["more rows"].format(rows=rows, count=len(figure.rows) - SHOWN_ROWS)
    told = titles(world.sources, figure.sources[:SHOWN_ROWS])
    line = words["source"].format(
        figure=printed(figure, unit, world, language), rows=rows, titles="; ".join(told) or words["unsourced"]
    )
    return line if figure.decides else f"{line} ({words['rough']})"


def as_json(claim: Claim) -> dict[str, Any]:
    """A claim for machines: `verdict`, and in `source` the titles of the documents it rests on."""
    rests_on = claim.rests_on
    return {
        "claim": claim.claim,
        "told_in": claim.told_in,
        "statement": claim.statement,
        "statement_zh": claim.statement_zh,
        "relation": claim.relation,
        "value": claim.value,
        "unit": claim.unit,
        "names": claim.names,
        "year": claim.year,
        "verdict": claim.verdict,
        "verdict_zh": CHINESE[claim.verdict.value],
        "rests_on_reading": None if rests_on is None else rests_on.number,
        "low": None if rests_on is None else rests_on.low,
        "high": None if rests_on is None else rests_on.high,
        "source": "; ".join(claim.source),
        "made_in": claim.made_in,
        "note": claim.note,
        "readings": [_reading(reading, claim.world) for reading in claim.readings],
    }


def _reading(reading: Reading, world: World) -> dict[str, Any]:
    return {
        "reading": reading.number,
        "differs_by": reading.differs_by,
        "quantity": reading.quantity,
        "explanation": reading.explanation,
        "explanation_zh": reading.explanation_zh,
        "standing": reading.standing,
        "low": reading.low,
        "high": reading.high,
        "figures": [
            {
                "value": figure.value,
                "places": figure.places,
                "decides": figure.decides,
                "rows": figure.rows,
                "sources": [document(world.sources, s) for s in figure.sources if s],
            }
            for figure in reading.figures
        ],
    }
