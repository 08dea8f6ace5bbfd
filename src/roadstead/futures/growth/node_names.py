"""Readable names of a tree's nodes: what holds there and not at its siblings, dearest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.growth.stakes import of_events

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from roadstead.futures.growth.stakes import Stakes
    from roadstead.terms.arrays import Floats, Ints, Shorts

MOST = 3
"""Differences that a name tells."""
WORTH_TELLING = 0.2
"""A difference is told if it is worth this part of the dearest one."""
ROOT, NOTHING_NEW = ("today", "今天"), ("as before", "照旧")
FACTORS = (
    (("slow EVs", "电动化慢"), ("fast EVs", "电动化快")),
    (("cheap batteries", "电池便宜"), ("dear batteries", "电池昂贵")),
    (("cheap freight", "运费低"), ("dear freight", "运费高")),
)
"""What below and above the siblings' mean is called, for demand, batteries and freight."""


@dataclass(frozen=True, slots=True)
class EventWords:
    """What an event is called in the name of a node.

    Attributes
    ----------
    comes, comes_zh
        Where it is in force: "Brazil raises".
    stays_away, stays_away_zh
        Where it is not, though it is at a sibling: "Brazil keeps its duty".
    levels, levels_zh
        Words for each level, told where the event has several.
    """

    comes: str
    comes_zh: str
    stays_away: str
    stays_away_zh: str
    levels: tuple[str, ...]
    levels_zh: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What names tell of N nodes.

    Attributes
    ----------
    parent
        -1 at the root, else a node before. Shape (N,).
    level
        Level in force in the node's last year. Shape (N, E).
    mean
        Demand, battery, freight and rates, means over the node's years. Shape (N, 3 + C).
    share
        Of all paths. Shape (N,).
    """

    parent: Ints
    level: Shorts
    mean: Floats
    share: Floats


@dataclass(frozen=True, slots=True)
class _Item:
    """One difference and its money."""

    money: float
    english: str
    chinese: str


def names(
    seen: Seen, stakes: Stakes, words: Sequence[EventWords], currencies: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of all nodes, in English and in Chinese; those of siblings differ."""
    told = [ROOT] * len(seen.parent)
    for above in range(len(seen.parent)):
        children = np.flatnonzero(seen.parent == above)
        if children.size == 1:
            told[children[0]] = _alone(seen, stakes, words, int(children[0]))
        elif children.size:
            items = [_differences(seen, stakes, words, currencies, (int(n), children)) for n in children]
            for n, name in zip(children.tolist(), _apart(items), strict=True):
                told[n] = name
    return tuple(english for english, _ in told), tuple(chinese for _, chinese in told)


def _alone(seen: Seen, stakes: Stakes, words: Sequence[EventWords], node: int) -> tuple[str, str]:
    """Name of a node without siblings: what changed since its parent."""
    now, before = seen.level[node], seen.level[seen.parent[node]]
    worth = np.abs(of_events(now, stakes) - of_events(before, stakes))
    items = [_event_item(seen, words[e], node, e, float(worth[e])) for e in np.flatnonzero(now != before).tolist()]
    return _joined(_dearest(items)[:MOST]) if items else NOTHING_NEW


def _differences(
    seen: Seen,
    stakes: Stakes,
    words: Sequence[EventWords],
    currencies: Sequence[str],
    place: tuple[int, Ints],
) -> list[_Item]:
    """What a node has that its siblings have not, dearest first."""
    node, siblings = place
    weight = seen.share[siblings] / seen.share[siblings].sum()
    worth = of_events(seen.level[siblings], stakes)
    own = worth[siblings == node][0]
    away = np.abs(own - weight @ worth)
    differ = np.flatnonzero((seen.level[siblings] != seen.level[siblings[0]]).any(axis=0))
    items = [_event_item(seen, words[e], node, e, float(away[e])) for e in differ.tolist()]
    above = (seen.mean[node] - weight @ seen.mean[siblings]) * stakes.units
    items += [item for item in _factor_items(above, currencies) if item.money > 0.0]
    return _dearest(items)


def _event_item(seen: Seen, words: EventWords, node: int, event: int, money: float) -> _Item:
    level = int(seen.level[node, event])
    before = int(seen.level[seen.parent[node], event])
    if level < 0 and before >= 0:
        return _Item(money, f"{words.comes}: over", f"{words.comes_zh}：结束")
    if level < 0:
        return _Item(money, words.stays_away, words.stays_away_zh)
    if len(words.levels) > 1:
        return _Item(money, f"{words.comes} ({words.levels[level]})", f"{words.comes_zh}（{words.levels_zh[level]}）")
    return _Item(money, words.comes, words.comes_zh)


def _factor_items(above: Floats, currencies: Sequence[str]) -> Iterator[_Item]:
    called = [
        *FACTORS,
        *(((f"weak {name}", f"{name} 走弱"), (f"strong {name}", f"{name} 走强")) for name in currencies),
    ]
    for money, (low, high) in zip(above.tolist(), called, strict=True):
        yield _Item(abs(money), *(high if money > 0.0 else low))


def _dearest(items: list[_Item]) -> list[_Item]:
    return sorted(items, key=lambda item: (-item.money, item.english))


def _joined(items: Sequence[_Item]) -> tuple[str, str]:
    return ", ".join(item.english for item in items), "，".join(item.chinese for item in items)


def _apart(items: list[list[_Item]]) -> list[tuple[str, str]]:
    """Names of siblings from their differences: as short as tells them apart, with a number where nothing does."""
    dearest = max((found[0].money for found in items if found), default=0.0)
    told = [max(1, min(MOST, sum(item.money >= WORTH_TELLING * dearest for item in found))) for found in items]
    while True:
        found = [_joined(some[:count]) if some else NOTHING_NEW for some, count in zip(items, told, strict=True)]
        twice = [i for i, name in enumerate(found) if found.count(name) > 1 and told[i] < len(items[i])]
        if not twice:
            break
        for i in twice:
            told[i] += 1
    return [
        (f"{english} ({found[: i + 1].count(found[i])})", f"{chinese}（{found[: i + 1].count(found[i])}）")
        if found.count(found[i]) > 1
        else (english, chinese)
        for i, (english, chinese) in enumerate(found)
    ]
