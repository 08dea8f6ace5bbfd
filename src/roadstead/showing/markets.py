"""How the ranking of markets is told: as a table, one market in full, and as JSON."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from roadstead.report.listing import percent, table
from roadstead.showing.telling import Telling, framed
from roadstead.study.markets import KEYS
from roadstead.terms.evidence import ASSUMPTION, document, titles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import polars as pl

    from roadstead.report.amounts import Language
    from roadstead.report.listing import Listing
    from roadstead.study.market_cell import Cell
    from roadstead.study.markets import Market, Markets, Transit
    from roadstead.terms.evidence import Source
    from roadstead.world.reference import World

WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "market": "market",
        "tier": "tier {tier}",
        "score": "score",
        "may be": "may be",
        "size": "m",
        "growth": "grows",
        "nev_share": "NEV",
        "openness": "open",
        "landed_gap": "gap",
        "country_risk": "risk",
        "chinese_share": "brands",
        "size is": "m: million new cars sold in the latest year known (size); points go by orders of magnitude",
        "growth is": "grows: % a year from there to {until}, by the outlook's median (growth)",
        "nev_share is": "NEV: % of cars that plug in (nev_share)",
        "openness is": "open: 1 less the mean duty on a petrol car, a plug-in hybrid and a battery car from China; barred counts as 1 (openness)",
        "landed_gap is": "gap: freight, insurance, duties and fees on a {powertrain} car, % of its price free on board; less is better (landed_gap)",
        "country_risk is": "risk: country risk premium, %; less is better (country_risk)",
        "chinese_share is": "brands: % of new cars that are of Chinese brands (chinese_share)",
        "weight": "weight {weight}",
        "from": "from {title}, and {others} more",
        "from one": "from {title}",
        "no source": "no source located",
        "unknown": "?: not known, counted as the median of those known; `may be` says what rank that leaves open",
        "transit": "* port of transit: {places}. Ranked by what is sold there; what is shipped there goes on",
        "port": "{name} ({shipped} shipped in {period}, {over} of the cars sold there in a year)",
        "left out": "too little known to rank: {names}",
        "more": "one in full, with every figure's source: `roadstead markets BRA`; law of {on}; docs/markets.md tells the rest",
        "head": "{rank} {name}: tier {tier}, score {score} (rank {best} to {worst})",
        "line": "  {name}: {value} ({period}): {source}",
        "missing": "  {name}: not known: {why}",
        "in transit": "  port of transit: serves {serves}; {shipped} shipped there in {period}: {source}",
        "assumed": "an assumption",
        "terms": "assumptions of market_terms.csv",
    },
    "zh": {
        "market": "市场",
        "tier": "第{tier}梯队",
        "score": "得分",
        "may be": "可能名次",
        "size": "百万辆",
        "growth": "增长",
        "nev_share": "新能源",
        "openness": "开放度",
        "landed_gap": "到岸差",
        "country_risk": "风险",
        "chinese_share": "品牌",
        "size is": "百万辆：已知最近一年新车销量，按数量级计分（size）",
        "growth is": "增长：由该年至{until}年的年均增速（%），取展望中位数（growth）",
        "nev_share is": "新能源：插电类汽车份额（%，nev_share）",
        "openness is": "开放度：1减去对中国产燃油、插混、纯电车关税的平均值；禁止进入按1计（openness）",
        "landed_gap is": "到岸差：一辆{powertrain}车的运费、保险、关税和规费占离岸价的百分比，越低越好（landed_gap）",
        "country_risk is": "风险：国家风险溢价（%），越低越好（country_risk）",
        "chinese_share is": "品牌：中国品牌占新车的份额（%，chinese_share）",
        "weight": "权重{weight}",
        "from": "来源：{title}，另有{others}份",
        "from one": "来源：{title}",
        "no source": "未找到来源",
        "unknown": "?：未知，按已知值的中位数计；“可能名次”给出由此留下的名次范围",
        "transit": "* 转运口岸：{places}。名次依据当地销量；运往那里的车多数继续转运",
        "port": "{name}（{period}运入{shipped}辆，为当地年销量的{over}）",
        "left out": "已知信息太少，未排名：{names}",
        "more": "查看单个市场及每个数字的来源：`roadstead markets BRA`；法规日期{on}；详见 docs/markets.md",
        "head": "{rank} {name}：第{tier}梯队，得分{score}（名次{best}至{worst}）",
        "line": "  {name}：{value}（{period}）：{source}",
        "missing": "  {name}：未知：{why}",
        "in transit": "  转运口岸：服务{serves}；{period}运入{shipped}辆：{source}",
        "assumed": "假设",
        "terms": "market_terms.csv 中的假设",
    },
}
MISSING_ZH = {
    "no outlook": "没有展望：其过去的新能源份额未知",
    "no share of Chinese": "没有中国品牌份额数据",
    "no NEV share": "没有新能源份额数据",
    "no country risk": "数据包中没有国家风险溢价",
    "no sea lane": "没有海运航线，数据包中也没有陆运运费",
}
"""Why a figure is missing, by the beginning of the English words; what the rules say is left in English."""
NOTES_ZH = {
    "roadstead outlook, median": "roadstead outlook 中位数",
    "roadstead duty, mean of petrol, plug-in hybrid and battery car": "roadstead duty，燃油、插混、纯电三者平均",
    "freight (W.1), insurance": "运费（W.1）、保险、关税和规费与离岸价之比",
    "no source located": "未找到来源",
    "barred by": "禁止：{rest}",
    "dearest reading of": "按最高税负解读：{rest}",
    "taken to meet": "视为符合原产地规则：{rest}",
    "by the port of": "经转运口岸，不含其后路程：{rest}",
}
"""Notes by the beginning of the English words."""


def markets_told(found: Markets) -> Telling:
    """The ranking in a notebook."""
    best = ", ".join(market.name for market in found.markets[:3])
    headline = f"{len(found.markets)} markets ranked by the law of {found.on}: {best} first"
    return Telling(headline, _ranking(found), lambda: by_market(found))


def _ranking(found: Markets) -> Iterator[Listing | str]:
    from roadstead.world import reference

    yield listed(found, "en")
    yield from foot(found, reference.load(), "en")


def by_market(found: Markets) -> pl.DataFrame:
    """Markets, best first, a row each; figures as they are, not in points."""
    figures = " ".join(f"{key}:number" for key in KEYS)
    columns = (
        f"rank:int best:int worst:int tier:int market name name_zh region score:number {figures} missing transit:yes"
    )
    rows = (
        (
            one.rank, one.best, one.worst, one.tier, one.market, one.name, one.name_zh, one.region, one.score,
            *(one.cells[key].value for key in KEYS), ", ".join(one.missing), one.transit is not None,
        )
        for one in found.markets
    )  # fmt: skip
    return framed(columns, rows)


def listed(found: Markets, language: Language) -> Listing:
    """Every market, best first, tier by tier."""
    words = WORDS[language]
    columns = ("", f">{words['may be']}", words["market"], f">{words['score']}", *(f">{words[key]}" for key in KEYS))
    rows = []
    tier = 0
    for market in found.markets:
        if market.tier > tier:
            tier = market.tier
            rows.append(("", "", words["tier"].format(tier=tier), *[""] * (len(columns) - 3)))
        rows.append(_row(market, language))
    return table("", columns, rows)


def _row(market: Market, language: Language) -> tuple[str, ...]:
    return (
        str(market.rank),
        f"{market.best}-{market.worst}" if market.best != market.worst else "",
        name(market, language) + ("*" if market.transit else ""),
        f"{market.score:.2f}",
        *(_short(key, market.cells[key]) for key in KEYS),
    )


def _short(key: str, cell: Cell) -> str:
    """A figure without its unit, which the foot of the table tells; a question mark where there is none."""
    if cell.value is None:
        return "?"
    match key:
        case "size":
            return f"{cell.value / 1e6:.2f}"
        case "openness":
            return f"{cell.value:.2f}"
        case "growth" | "country_risk":
            return f"{100.0 * cell.value:.1f}"
        case _:
            return f"{100.0 * cell.value:.0f}"


def name(market: Market, language: Language) -> str:
    """A market's name in a language."""
    return market.name if language == "en" else market.name_zh


def printed(key: str, value: float) -> str:
    """A figure with its unit."""
    match key:
        case "size":
            return f"{value:,.0f}"
        case "openness":
            return f"{value:.2f}"
        case _:
            return percent(value, 1)


def foot(found: Markets, world: World, language: Language) -> Iterator[str]:
    """What the columns are and weigh, what is not known, ports of transit, and what was left out."""
    words, comma = WORDS[language], "; " if language == "en" else "；"
    for key in KEYS:
        told = words[f"{key} is"].format(until=found.until, powertrain=found.powertrain)
        yield comma.join(
            (told, words["weight"].format(weight=f"{found.weights[key]:g}"), _mostly(key, found, language))
        )
    yield words["unknown"]
    ports = [_port(market, market.transit, language) for market in found.markets if market.transit is not None]
    if ports:
        yield words["transit"].format(places=comma.join(ports))
    if found.left_out:
        places = [world.gazetteer.places[place] for place in found.left_out]
        told = ", ".join(p.name for p in places) if language == "en" else "、".join(p.name_zh for p in places)
        yield words["left out"].format(names=told)
    yield words["more"].format(on=found.on)


def _mostly(key: str, found: Markets, language: Language) -> str:
    """The document that most of a column's figures rest on, and how many there are beside it."""
    cited = Counter(s for market in found.markets for s in market.cells[key].sources if s != ASSUMPTION)
    if not cited:
        return WORDS[language]["no source"]
    (most, _), *others = cited.most_common()
    return WORDS[language]["from" if others else "from one"].format(
        title=titles(found.sources, [most])[0], others=len(others)
    )


def _port(market: Market, transit: Transit, language: Language) -> str:
    if transit.shipped is None or transit.shipped.value is None or transit.over_size is None:
        return name(market, language)
    return WORDS[language]["port"].format(
        name=name(market, language),
        shipped=f"{transit.shipped.value:,.0f}",
        period=transit.shipped.period,
        over=f"{transit.over_size:.2f}",
    )


def in_full(market: Market, found: Markets, language: Language) -> Iterator[str]:
    """A market with the source of every figure."""
    words = WORDS[language]
    yield words["head"].format(
        rank=market.rank,
        name=name(market, language),
        tier=market.tier,
        score=f"{market.score:.3f}",
        best=market.best,
        worst=market.worst,
    )
    for key in KEYS:
        cell = market.cells[key]
        if cell.value is None:
            yield words["missing"].format(name=words[key], why=_why(cell.missing, language))
        else:
            value = printed(key, cell.value)
            yield words["line"].format(
                name=words[key], value=value, period=cell.period, source=_rests(key, cell, found, language)
            )
    if market.transit is not None and market.transit.shipped is not None:
        transit, sent = market.transit, market.transit.shipped
        yield words["in transit"].format(
            serves=transit.serves if language == "en" else transit.serves_zh,
            shipped=f"{sent.value or 0:,.0f}",
            period=sent.period,
            source="; ".join(titles(found.sources, (*sent.sources, transit.source))),
        )


def _why(missing: str, language: Language) -> str:
    if language == "en":
        return missing
    return next((zh for begins, zh in MISSING_ZH.items() if missing.startswith(begins)), missing)


def _rests(key: str, cell: Cell, found: Markets, language: Language) -> str:
    words = WORDS[language]
    told = [*titles(found.sources, [s for s in cell.sources if s != ASSUMPTION])]
    told += [words["terms" if key == "landed_gap" else "assumed"]] if ASSUMPTION in cell.sources else []
    notes = [_noted(note, language) for note in cell.note.split("; ") if note]
    return ("; " if language == "en" else "；").join(filter(None, (_noted(cell.by, language), *told, *notes)))


def _noted(text: str, language: Language) -> str:
    """A note in a language: what it begins with put in words, the names behind it as they are."""
    if language == "en":
        return text
    for begins, words in NOTES_ZH.items():
        if text.startswith(begins):
            return words.format(rest=text.removeprefix(begins).partition(", without")[0].strip())
    return text


def as_json(found: Markets, wanted: Sequence[Market]) -> dict[str, Any]:
    """The ranking for machines, every figure with its source."""
    return {
        "on": found.on,
        "powertrain": found.powertrain,
        "weights": found.weights,
        "markets": [
            {
                "market": one.market,
                "name": one.name,
                "name_zh": one.name_zh,
                "region": one.region,
                "rank": one.rank,
                "rank_best": one.best,
                "rank_worst": one.worst,
                "tier": one.tier,
                "score": one.score,
                "score_low": one.low,
                "score_high": one.high,
                "missing": one.missing,
                "port_of_transit": one.transit is not None,
                "transit": None if one.transit is None else _transit(one.transit, found),
                "columns": {key: _cell(cell, found) for key, cell in one.cells.items()},
            }
            for one in wanted
        ],
        "left_out": found.left_out,
    }


def _transit(transit: Transit, found: Markets) -> dict[str, Any]:
    return {
        "serves": transit.serves,
        "serves_zh": transit.serves_zh,
        "shipped": None if transit.shipped is None else _cell(transit.shipped, found),
        "shipped_over_sold": transit.over_size,
        "source": _documents((transit.source,), found),
    }


def _cell(cell: Cell, found: Markets) -> dict[str, Any]:
    return {
        "value": cell.value,
        "period": cell.period,
        "source": _documents(cell.sources, found),
        "by": cell.by,
        "note": cell.note,
        "missing": cell.missing,
    }


def _documents(ids: Sequence[str], found: Markets) -> list[Source]:
    return [document(found.sources, one) for one in ids]
