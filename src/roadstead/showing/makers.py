"""How the back-test of makers is told: tables, and JSON; in English and Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roadstead.report.listing import percent, table
from roadstead.showing.telling import Telling, framed
from roadstead.study.makers.back_test import DEAREST, FOLLOWED, LARGEST, NEAREST, PLAN, RULES, SHELTERED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars as pl

    from roadstead.report.amounts import Language
    from roadstead.report.listing import Listing
    from roadstead.showing.telling import Told
    from roadstead.study.makers.back_test import MakersTest, MakerTest

WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "planning": "planning {name}",
        "places": "Where the plan would have built from the end of {known} on, and where plants came (on record to {seen})",
        "maker": "maker",
        "place": "place",
        "planned": "planned, first car",
        "came": "came, first car",
        "verdict": "",
        "hit": "hit",
        "false": "did not come",
        "missed": "not picked",
        "given up": "hit, given up",
        "missed given up": "not picked, given up",
        "kit": "kits {year}",
        "whole": "whole {year}",
        "no year": "not begun",
        "nothing": "-",
        "scores": "Picks and hits, and simple rules with as many picks for each maker",
        "way": "picks by",
        "picks": "picks",
        "hits": "hits",
        "blind": "blind",
        "precision": "precision",
        "recall": "hit rate",
        "chance": "by chance",
        "moved": "places moved",
        "kept": "hits not given up",
        PLAN: "the plan",
        LARGEST: "largest markets",
        DEAREST: "highest duty",
        SHELTERED: "duty times size",
        NEAREST: "shortest way by sea",
        FOLLOWED: "most other Chinese plants",
        "timing": "Of {hits} hits with a year the plan's first car is {mean} years from the one that came on average, {absolute} either way; "
        "{mode} began as planned, with kits or whole.",
        "outside": "Came in no candidate, and so could not be picked: {outside}.",
        "before": "There already, or announced, and not asked: {before}.",
        "means": "Blind: hits to be expected of as many picks drawn from the candidates. By chance: how likely so many are then (B.8); places "
        "moved: where places' names are moved about alike for all makers, who follow one another. Docs/evidence-makers.md.",
        "none": "none",
    },
    "zh": {
        "planning": "正在规划 {name}",
        "places": "自{known}年底起规划会建厂的地方，与实际建厂的地方（记录至{seen}）",
        "maker": "企业",
        "place": "地区",
        "planned": "规划（首车）",
        "came": "实际（首车）",
        "verdict": "",
        "hit": "命中",
        "false": "未发生",
        "missed": "未选中",
        "given up": "命中，已放弃",
        "missed given up": "未选中，已放弃",
        "kit": "散件 {year}",
        "whole": "整车 {year}",
        "no year": "未投产",
        "nothing": "-",
        "scores": "选点与命中，及各企业选点数相同的简单规则",
        "way": "选点方式",
        "picks": "选点",
        "hits": "命中",
        "blind": "盲选",
        "precision": "精确率",
        "recall": "命中率",
        "chance": "偶然概率",
        "moved": "换位概率",
        "kept": "未放弃的命中",
        PLAN: "规划",
        LARGEST: "最大市场",
        DEAREST: "最高关税",
        SHELTERED: "关税乘以市场",
        NEAREST: "海路最近",
        FOLLOWED: "其他中国工厂最多",
        "timing": "在有年份的{hits}个命中中，规划首车与实际首车平均相差{mean}年，绝对值{absolute}年；{mode}个的起步方式（散件或整车）与规划一致。",
        "outside": "发生在候选之外，无法选中：{outside}。",
        "before": "已有或已宣布，不作提问：{before}。",
        "means": "盲选：从候选中随机选同样多时的预期命中。偶然概率：此时命中数不少于实际的概率（B.8）；换位概率：各企业互相跟随，故将地名对所有企业一同打乱。见 docs/evidence-makers.md。",
        "none": "无",
    },
}


def makers_told(found: MakersTest) -> Telling:
    """The back-test of makers in a notebook."""
    fared = found.fared(PLAN)
    headline = (
        f"{len(found.makers)} makers planned at the end of {found.known}: {fared.hits} of {fared.picks} places came"
    )
    return Telling(headline, blocks(found, "en"), lambda: by_place(found))


def by_place(found: MakersTest) -> pl.DataFrame:
    """A row for every place that was picked or came."""
    rows = (
        (
            maker.maker, maker.name, maker.name_zh, place, pick is not None, pick.year if pick else None, one is not None,
            one.year if one else None, one.is_given_up if one else None,
        )
        for maker in found.makers
        for place in sorted({*maker.picks, *maker.came})
        for pick, one in ((maker.picks.get(place), maker.came.get(place)),)
    )  # fmt: skip
    columns = "maker name name_zh place planned:yes planned_for:int came:yes came_in:int given_up:yes"
    return framed(columns, rows)


def blocks(found: MakersTest, language: Language) -> Iterator[Listing | str]:
    """Everything a person is told, in order."""
    words = WORDS[language]
    columns, rows = places(found, language)
    yield table(words["places"].format(known=found.known, seen=found.seen), columns, rows)
    columns, rows = scores(found, language)
    yield table(words["scores"], columns, rows)
    yield ""
    yield from foot(found, language)


def places(found: MakersTest, language: Language) -> Told:
    """Every place that was picked or came, maker by maker."""
    words = WORDS[language]
    rows = [row for maker in found.makers for row in _places_of(maker, language)]
    return tuple(words[name] for name in ("maker", "place", "planned", "came", "verdict")), rows


def _places_of(maker: MakerTest, language: Language) -> Iterator[tuple[str, ...]]:
    words = WORDS[language]
    name = maker.name if language == "en" else maker.name_zh

    def started(year: int | None, *, is_kit: bool) -> str:
        return words["kit" if is_kit else "whole"].format(year=words["no year"] if year is None else year)

    for place in sorted({*maker.picks, *maker.came}):
        pick, one = maker.picks.get(place), maker.came.get(place)
        if one is None:
            verdict = "false"
        elif pick is None:
            verdict = "missed given up" if one.is_given_up else "missed"
        else:
            verdict = "given up" if one.is_given_up else "hit"
        yield (
            name,
            place,
            words["nothing"] if pick is None else started(pick.year, is_kit=pick.is_kit),
            words["nothing"] if one is None else started(one.year, is_kit=one.is_kit),
            words[verdict],
        )


def scores(found: MakersTest, language: Language) -> Told:
    """The plan and the simple rules, a row each."""
    words, rows = WORDS[language], []
    for way in (PLAN, *RULES):
        one, kept = found.fared(way), found.fared(way, kept=True)
        rows.append(
            (
                words[way],
                str(one.picks),
                str(one.hits),
                f"{one.blind:.1f}",
                _share(one.precision),
                _share(one.recall),
                f"{one.by_chance:.3f}",
                f"{one.moved:.3f}",
                f"{kept.hits}",
            )
        )
    names = ("picks", "hits", "blind", "precision", "recall", "chance", "moved", "kept")
    return (words["way"], *(">" + words[name] for name in names)), rows


def _share(value: float) -> str:
    return percent(value, 0) if value == value else "-"  # noqa: PLR0124 - what is no number is not itself


def foot(found: MakersTest, language: Language) -> Iterator[str]:
    """What the tables come to, and what they cannot say."""
    words, timing = WORDS[language], found.timing()
    outside = [f"{m.name}: {', '.join(m.outside)}" for m in found.makers if m.outside]
    before = [f"{m.name}: {', '.join(m.before)}" for m in found.makers if m.before]
    if timing.hits:
        yield words["timing"].format(
            hits=timing.hits, mean=f"{timing.mean:+.1f}", absolute=f"{timing.absolute:.1f}", mode=timing.same_mode
        )
    yield words["outside"].format(outside="; ".join(outside) or words["none"])
    yield words["before"].format(before="; ".join(before) or words["none"])
    yield words["means"]


def as_json(found: MakersTest) -> dict[str, Any]:
    """Everything, for machines."""
    return {
        "known": found.known,
        "seen": found.seen,
        "assumed": found.assumed,
        "makers": [
            {
                "maker": maker.maker,
                "candidates": maker.places,
                "picks": list(maker.picks.values()),
                "came": list(maker.came.values()),
                "outside": list(maker.outside.values()),
                "before": maker.before,
                "rules": maker.by_rule,
                "gap": maker.gap,
            }
            for maker in found.makers
        ],
        "fared": {way: {"all": found.fared(way), "kept": found.fared(way, kept=True)} for way in (PLAN, *RULES)},
        "timing": found.timing(),
    }
