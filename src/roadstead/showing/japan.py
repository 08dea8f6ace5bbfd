"""How the back-test of 1981 is told: plans beside what came, what hangs on which assumption, and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roadstead.report.listing import percent, table
from roadstead.showing.telling import Telling, framed
from roadstead.study.japan_1981 import BESIDE, ENDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import polars as pl

    from roadstead.report.amounts import Language
    from roadstead.report.listing import Listing
    from roadstead.showing.telling import Told
    from roadstead.study.japan_1981 import Answer, JapanIn1981, Maker

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
        "pushes": "What each end does: combinations that decide at once, and the mean chance of a plant at all",
        "one": "end",
        "push": "{at_once} of {count}; {mean}",
        "right": "Of {total} answers (does it decide by {first}, by {last}?) the plans had {plan} right; "
        "`always build` has {always}, `never build` {never}.",
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
        "pushes": "各端点的作用：立即决定的组合数，以及建厂的平均可能",
        "one": "一端",
        "push": "{count}个中{at_once}个；{mean}",
        "right": "共{total}个回答（至{first}年、至{last}年是否决定建厂），方案答对{plan}个；“总是建厂”答对{always}个，“从不建厂”答对{never}个。",
        "source": "{site}：{title}",
        "more": "共{count}个方案，均未按结果调整；对错与运气见 docs/evidence-japan.md",
    },
}


def japan_told(found: JapanIn1981) -> Telling:
    """The back-test of 1981 in a notebook."""
    right = found.told_right["plan"]
    headline = f"{len(found.makers)} makers as of {found.first}: {right} of {len(found.asked)} answers right"
    return Telling(headline, blocks(found, "en"), lambda: by_scenario(found))


def by_scenario(found: JapanIn1981) -> pl.DataFrame:
    """Makers and scenarios, a row each, the case as it stands under no scenario."""
    rows = (
        (maker.name, scenario, answer.at_once, answer.ever, answer.first, answer.made, answer.npv)
        for maker in found.makers
        for scenario, answer in (("", maker.plan), *maker.ends.items(), *maker.beside.items())
    )
    return framed("maker scenario at_once:yes ever:number first:int made:number npv:number", rows)


def blocks(found: JapanIn1981, language: Language) -> Iterator[Listing | str]:
    """Everything a person is told, in order."""
    words = WORDS[language]
    yield _table(words["plans"].format(year=found.first), plans(found, language))
    yield words["right"].format(total=len(found.asked), first=found.first, last=found.last, **found.told_right)
    yield ""
    yield _table(words["beside"], beside(found, language))
    yield _table(words["ends"], ends(found, language))
    if has_corners(found):
        yield _table(words["corners"], corners(found, language))
        yield _table(words["pushes"], pushes(found, language))
    yield ""
    for maker in found.makers:
        for row in maker.happened:
            source = found.sources[row["source"]]
            yield words["source"].format(site=row["site"], title=f"{source.title}, {source.url}")
    yield words["more"].format(count=found.planned)


def _table(title: str, told: Told) -> Listing:
    return table(title, *told)


def has_corners(found: JapanIn1981) -> bool:
    """True where every combination of ends was planned."""
    return all(maker.corners for maker in found.makers)


def said(found: JapanIn1981, answer: Answer, language: Language) -> str:
    """What a plan says of a plant, in words."""
    words = WORDS[language]
    if answer.at_once:
        return words["now"].format(year=found.first)
    if answer.first is None:
        return words["never"].format(last=found.last)
    return words["if"].format(chance=percent(answer.ever, 1), year=answer.first)


def plans(found: JapanIn1981, language: Language) -> Told:
    """What each plan says, what building at once would have cost it, and what was done."""
    words = WORDS[language]
    rows: list[tuple[str, ...]] = []
    for maker in found.makers:
        cost = maker.price_of_building
        deeds = (
            words["deed"].format(
                **{key: row[key] for key in ("site", "decided", "first", "capacity")}, what=words[row["what"]]
            )
            for row in maker.happened
        )
        amount = f"${cost / 1e6:,.0f}m ({percent(cost / maker.plan.npv, 1)})"
        rows.append((words[maker.name], said(found, maker.plan, language), amount, "; ".join(deeds)))
    return tuple(words[key] for key in ("maker", "plan", "at once instead", "done")), rows


def beside(found: JapanIn1981, language: Language) -> Told:
    """What holds against the plan."""
    return _scenarios(found, language, "beside", BESIDE)


def ends(found: JapanIn1981, language: Language) -> Told:
    """One assumption at one end, all else as it stands."""
    return _scenarios(found, language, "ends", [end for pair in ENDS for end in pair])


def _scenarios(found: JapanIn1981, language: Language, kind: str, names: Sequence[str]) -> Told:
    words = WORDS[language]
    rows: list[tuple[str, ...]] = []
    for name in names:
        answers = [getattr(maker, kind)[name] for maker in found.makers]
        cells = (
            said(found, one, language) if one.first is None
            else words["made"].format(answer=said(found, one, language), cars=one.made)
            for one in answers
        )  # fmt: skip
        rows.append((_title(found, name, language), *cells))
    return (words["what"], *(words[maker.name] for maker in found.makers)), rows


def _title(found: JapanIn1981, name: str, language: Language) -> str:
    return found.titles[name][language == "zh"]


def corners(found: JapanIn1981, language: Language) -> Told:
    """How many combinations of ends give which answer."""
    words = WORDS[language]
    rows: list[tuple[str, ...]] = []
    for maker in found.makers:
        cells = (f"{maker.counts[key]:,}" for key in ("at once", "later", "none"))
        rows.append((words[maker.name], *cells, f"{len(maker.corners):,}"))
    counted = (words[key].format(year=found.first, last=found.last) for key in ("at once", "later", "none", "count"))
    return (words["maker"], *(f">{name}" for name in counted)), rows


def pushes(found: JapanIn1981, language: Language) -> Told:
    """Of the combinations with an end, how many decide at once; and the chance of a plant at all, on average over them."""
    words = WORDS[language]
    rows: list[tuple[str, ...]] = []
    for end in (end for pair in ENDS for end in pair):
        cells = (
            words["push"].format(at_once=push.at_once, count=push.count, mean=percent(push.ever, 0))
            for push in (maker.pushed(end) for maker in found.makers)
        )
        rows.append((_title(found, end, language), *cells))
    return (words["one"], *(words[maker.name] for maker in found.makers)), rows


def as_json(found: JapanIn1981) -> dict[str, Any]:
    """Everything, for machines."""
    return {
        "first": found.first,
        "last": found.last,
        "planned": found.planned,
        "right": found.told_right,
        "answers": len(found.asked),
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
        told["counts"] = maker.counts
    return told


def _answer(one: Answer) -> dict[str, Any]:
    return {"at_once": one.at_once, "ever": one.ever, "first": one.first, "made": one.made, "npv": one.npv}
