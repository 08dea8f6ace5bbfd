"""How the back-test of 1981 is told: plans beside what came, what hangs on which assumption, and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from roadstead.report.listing import percent, table
from roadstead.study.japan_1981 import BESIDE, ENDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from roadstead.report.listing import Listing
    from roadstead.study.japan_1981 import Answer, JapanIn1981, Maker

Language = Literal["en", "zh"]
WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "honda": "Honda",
        "nissan": "Nissan",
        "toyota": "Toyota",
        "cars": "cars",
        "pickups": "pickups",
        "plans": "A plant in America: the plan of {year}, and what was done",
        "maker": "maker",
        "plan": "plan",
        "at once instead": "to build at once costs",
        "done": "done",
        "never": "none to {last}",
        "now": "decides in {year}",
        "if": "waits; {chance} decides from {year}",
        "deed": "{site} ({what}): told of {decided}, first {first}, {capacity:,.0f} a year",
        "beside": "Held against the plan",
        "what": "what",
        "ends": "One assumption at one end",
        "made": "{answer}; {cars:,.0f} a year",
        "corners": "Every combination of ends",
        "count": "combinations",
        "at once": "decides in {year}",
        "later": "waits, decides later on some path",
        "none": "none to {last}",
        "pushes": "{maker}: chance of a plant by each end, over all combinations",
        "one": "end",
        "other": "other end",
        "right": "Of {total} answers (does it decide by {first}, by {last}?) {right} were right.",
        "source": "{site}: {title}",
        "more": "{count} plans, none of them fitted to what came; docs/evidence-japan.md says what was right, wrong and luck",
    },
    "zh": {
        "honda": "本田",
        "nissan": "日产",
        "toyota": "丰田",
        "cars": "轿车",
        "pickups": "皮卡",
        "plans": "在美建厂：{year}年的方案与实际",
        "maker": "车企",
        "plan": "方案",
        "at once instead": "立即建厂的代价",
        "done": "实际",
        "never": "至{last}年不建",
        "now": "{year}年决定建厂",
        "if": "等待；{chance}的可能自{year}年起建厂",
        "deed": "{site}（{what}）：{decided}年公布，{first}首车，年产能{capacity:,.0f}辆",
        "beside": "与方案对照",
        "what": "情形",
        "ends": "单一假设取一端",
        "made": "{answer}；年均{cars:,.0f}辆",
        "corners": "所有假设端点的组合",
        "count": "组合数",
        "at once": "{year}年决定",
        "later": "等待，部分路径上日后决定",
        "none": "至{last}年不建",
        "pushes": "{maker}：各端点下建厂的可能（所有组合平均）",
        "one": "一端",
        "other": "另一端",
        "right": "共{total}个回答（至{first}年、至{last}年是否决定建厂），{right}个正确。",
        "source": "{site}：{title}",
        "more": "共{count}个方案，均未按结果调整；对错与运气见 docs/evidence-japan.md",
    },
}


def blocks(found: JapanIn1981, language: Language) -> Iterator[Listing | str]:
    """Everything a person is told, in order."""
    words, total = WORDS[language], found.told_right
    yield _plans(found, language)
    yield words["right"].format(total=total[1], right=total[0], first=found.first, last=found.last)
    yield ""
    yield _scenarios(found, language, "beside", BESIDE)
    yield _scenarios(found, language, "ends", [end for pair in ENDS for end in pair])
    if all(maker.corners for maker in found.makers):
        yield _corners(found, language)
        for maker in found.makers:
            yield _pushes(found, maker, language)
    yield ""
    for maker in found.makers:
        for row in maker.happened:
            source = found.sources[row["source"]]
            yield words["source"].format(site=row["site"], title=f"{source.title}, {source.url}")
    yield words["more"].format(count=found.planned)


def said(found: JapanIn1981, answer: Answer, language: Language) -> str:
    """What a plan says of a plant, in words."""
    words = WORDS[language]
    if answer.at_once:
        return words["now"].format(year=found.first)
    if answer.first is None:
        return words["never"].format(last=found.last)
    return words["if"].format(chance=percent(answer.ever, 2), year=answer.first)


def _plans(found: JapanIn1981, language: Language) -> Listing:
    words = WORDS[language]
    rows = []
    for maker in found.makers:
        cost = maker.plan.npv - maker.beside["built_at_once"].npv
        deeds = (
            words["deed"].format(
                **{key: row[key] for key in ("site", "decided", "first", "capacity")}, what=words[row["what"]]
            )
            for row in maker.happened
        )
        rows.append((words[maker.name], said(found, maker.plan, language), f"${cost / 1e6:,.0f}m", "\n".join(deeds)))
    heads = [words[key] for key in ("maker", "plan", "at once instead", "done")]
    return table(words["plans"].format(year=found.first), heads, rows)


def _scenarios(found: JapanIn1981, language: Language, kind: str, names: Sequence[str]) -> Listing:
    words = WORDS[language]
    rows = []
    for name in names:
        answers = [getattr(maker, kind)[name] for maker in found.makers]
        cells = (words["made"].format(answer=said(found, one, language), cars=one.made) for one in answers)
        rows.append((found.titles[name][language == "zh"], *cells))
    return table(words[kind], [words["what"], *(words[maker.name] for maker in found.makers)], rows)


def _corners(found: JapanIn1981, language: Language) -> Listing:
    words = WORDS[language]
    rows = []
    for maker in found.makers:
        counted = counts(maker)
        rows.append(
            (
                words[maker.name],
                *(f"{counted[key]:,}" for key in ("at once", "later", "none")),
                f"{len(maker.corners):,}",
            )
        )
    heads = [
        words[key].format(year=found.first, last=found.last) for key in ("maker", "at once", "later", "none", "count")
    ]
    return table(words["corners"], heads, rows)


def counts(maker: Maker) -> dict[str, int]:
    """Combinations by what the plan does in them."""
    answers = maker.corners.values()
    at_once = sum(one.at_once for one in answers)
    never = sum(one.first is None for one in answers)
    return {"at once": at_once, "later": len(answers) - at_once - never, "none": never}


def _pushes(found: JapanIn1981, maker: Maker, language: Language) -> Listing:
    """What each end does to the chance of a plant, on average over all combinations that have it."""
    words = WORDS[language]
    rows = []
    for pair in ENDS:
        cells = (f"{found.titles[end][language == 'zh']}: {percent(mean_chance(maker, end), 2)}" for end in pair)
        rows.append(tuple(cells))
    return table(words["pushes"].format(maker=words[maker.name]), [words["one"], words["other"]], rows)


def mean_chance(maker: Maker, end: str) -> float:
    """Chance that a plant is decided on at all, on average over the combinations with an end."""
    chances = [answer.ever for corner, answer in maker.corners.items() if end in corner]
    return sum(chances) / len(chances)


def as_json(found: JapanIn1981) -> dict[str, Any]:
    """Everything, for machines."""
    right, total = found.told_right
    return {
        "first": found.first,
        "last": found.last,
        "planned": found.planned,
        "right": right,
        "answers": total,
        "makers": [_maker(maker, found) for maker in found.makers],
    }


def _maker(maker: Maker, found: JapanIn1981) -> dict[str, Any]:
    told: dict[str, Any] = {
        "maker": maker.name,
        "plan": _answer(maker.plan),
        "ends": {name: _answer(one) for name, one in maker.ends.items()},
        "beside": {name: _answer(one) for name, one in maker.beside.items()},
        "happened": [
            {
                **{key: row[key] for key in ("site", "what", "decided", "first", "capacity")},
                "source": found.sources[row["source"]].url,
            }
            for row in maker.happened
        ],
    }
    if maker.corners:
        told["corners"] = [{"ends": corner, **_answer(one)} for corner, one in maker.corners.items()]
        told["counts"] = counts(maker)
    return told


def _answer(one: Answer) -> dict[str, Any]:
    return {"at_once": one.at_once, "ever": one.ever, "first": one.first, "made": one.made, "npv": one.npv}
