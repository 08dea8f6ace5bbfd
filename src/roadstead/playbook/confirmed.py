"""Signposts on fresh paths: how often each would have misled where nobody drew the future for it.

On the tree a sign is chosen among many on a few nodes, so its rates there flatter it. On a fresh path the sign is looked up as it is
on the tree: an event has come by the end of the stage, a share or duty is that of the year. Beside it stands what the plan does on
the path, what it decides at the node that the path is at, and what pays there (``turns``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.costs.circumstances import representative_year
from roadstead.futures.evaluate import node_years
from roadstead.futures.growth.fan import fan_of, walked
from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.breaks import restrictions
from roadstead.playbook.discovery import discover, inside, share
from roadstead.playbook.observed import duties, nodes_in
from roadstead.playbook.rehearse import mean
from roadstead.playbook.signposts import asked_of
from roadstead.playbook.signs_book import Better, Confirmed, Rates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.futures.grow import Grown
    from roadstead.futures.growth.from_paths import Source
    from roadstead.playbook.breaks import Names
    from roadstead.playbook.observed import Seen
    from roadstead.playbook.rehearsal_book import Estimate
    from roadstead.playbook.rehearse import Rehearsed
    from roadstead.playbook.signs_book import Condition, Signpost
    from roadstead.playbook.turns import Turn
    from roadstead.terms.arrays import Flags, Floats, Ints


def rates(shown: Flags, taken: Flags) -> Rates:
    """Rates of a sign on paths on which a decision may be taken. Shapes (n,)."""
    return Rates(
        false_alarm=_share(~taken[shown]),
        missed=_share(~shown[taken]),
        asked=len(shown),
        shown=int(shown.sum()),
        taken=int(taken.sum()),
    )


def _share(those: Flags) -> Estimate | None:
    """Share of some paths; None of no paths."""
    return share(int(those.sum()), those.size) if those.size else None


@dataclass(frozen=True, slots=True)
class Fresh:
    """Fresh paths with all that a sign is held against there.

    Attributes
    ----------
    fan
        The paths side by side.
    at
        Nodes of the grown tree that they are at. Shape (P, stages).
    seen
        What can be seen of them.
    npv
        Of every turn, done and not done; not a number on paths where it was not carried out. Shape (P, 2) each. [money]
    """

    source: Source
    fan: Grown
    at: Ints
    seen: Seen
    npv: Mapping[int, Floats]


def fresh_paths(source: Source, first: int, rehearsed: Rehearsed, seen: Seen, turns: Sequence[Turn | None]) -> Fresh:
    """The paths ``first``, ``first`` + 1, ...; ``rehearsed``: what came of them, turns included."""
    paths = source.told(first, len(rehearsed.weight))
    npv = {i: rehearsed.of((turn.do.key, turn.do_not.key)).npv for i, turn in enumerate(turns) if turn is not None}
    return Fresh(source, fan_of(source, paths), walked(source, paths), seen, npv)


def confirmed(
    fresh: Fresh, names: Names, signposts: Sequence[Signpost], turns: Sequence[Turn | None]
) -> tuple[Confirmed, ...]:
    """Signposts on fresh paths."""
    return tuple(
        _confirmed(fresh, names, signpost, None if turn is None else (turn, fresh.npv[i]))
        for i, (signpost, turn) in enumerate(zip(signposts, turns, strict=True))
    )


def _confirmed(fresh: Fresh, names: Names, signpost: Signpost, turned: tuple[Turn, Floats] | None) -> Confirmed:
    stage = fresh.source.plan.starts.index(signpost.year)
    asked, now = asked_of(names[0], signpost), fresh.at[:, stage]
    may = np.flatnonzero(np.isin(now, asked.nodes))
    taken = np.isin(now[may], asked.nodes[asked.taken])
    nodes = nodes_in(fresh.fan, signpost.year, len(now))[may]
    shown = np.all([shows(fresh.source, fresh.fan, one, nodes) for one in signpost.conditions], axis=0)
    beside_the_plan = rates(shown, taken)
    if turned is None:
        return Confirmed(signpost, beside_the_plan)
    turn, npv = turned
    differ = np.isin(now[may], turn.nodes) & np.isfinite(npv[may]).all(1)
    may, shown, taken = may[differ], shown[differ], taken[differ]
    worth = npv[may, 0] - npv[may, 1]
    better = _better(fresh.seen, names, signpost.year, may, taken, worth)
    return Confirmed(signpost, beside_the_plan, rates(shown, worth > 0.0), gained(shown, taken, worth), better)


def _better(seen: Seen, names: Names, year: int, may: Ints, taken: Flags, worth: Floats) -> Better | None:
    """The sign in what can be seen by a year that earns most, where it tells on which of some paths doing it pays. Shapes (n,)."""
    columns = [i for i, sight in enumerate(seen.sights) if sight.year <= year]
    value, pays = seen.value[may][:, columns], worth > 0.0
    found = discover(value, pays, seen.step[columns], worth)
    if found is None:
        return None
    where = restrictions(found, [seen.sights[i] for i in columns], names)
    judged = slice(1, None, 2)  # the paths that discover did not look at
    shown = inside(found.box, value[judged])
    told, gain = rates(shown, pays[judged]), gained(shown, taken[judged], worth[judged])
    assert told.false_alarm is not None
    assert told.missed is not None
    assert gain is not None
    said = Sentence(
        "sign.better",
        {
            "share": Amount(float(pays.mean()), "share"),
            "where": tuple(one.said for one in where),
            "false": Amount(told.false_alarm.value, "share"),
            "false_error": Amount(told.false_alarm.error, "share"),
            "missed": Amount(told.missed.value, "share"),
            "missed_error": Amount(told.missed.error, "share"),
            "gain": Amount(gain.value, "money"),
            "gain_error": Amount(gain.error, "money"),
        },
    )
    return Better(where, told, gain, said)


def gained(shown: Flags, taken: Flags, worth: Floats) -> Estimate | None:
    """What it is worth to decide by a sign: mean with its standard error; None of no paths. Shapes (n,). [money]

    ``worth``: of doing it, on every path.
    """
    if not len(worth):
        return None
    more = worth * (shown.astype(np.float64) - taken)
    return mean(more, np.full(len(more), 1.0 / len(more)))


def shows(source: Source, fan: Grown, condition: Condition, nodes: Ints) -> Flags:
    """Which nodes of a fan, all of one stage, show a condition. Shapes (n,) -> (n,)."""
    if condition.kind == "event":
        come = (any(one.event == condition.of for one in fan.happened[n]) for n in nodes.tolist())
        value = np.fromiter(come, dtype=np.float64, count=len(nodes))
    elif condition.kind == "share":
        market = source.world.outlook.places.index(condition.of)
        value = fan.nev_share[nodes, market, condition.year - fan.tree.first_year]
    else:
        market_id, _, model = condition.of.partition(" ")
        years = node_years(fan)
        stage = np.flatnonzero(fan.tree.start == condition.year)[0]
        costed = representative_year(years, int(np.flatnonzero(years.node == stage)[0]))
        value = duties(source, fan, nodes, costed, [(market_id, model)])[:, 0]
    held: Flags = value >= condition.threshold
    return held if condition.above else ~held
