"""Signposts on fresh paths: what each would have cost where nobody drew the future for it, and the sign that pays there.

On the tree a sign is chosen among many on a few nodes, so its rates there flatter it. On a fresh path the sign is looked up as it is
on the tree: an event has come by the first year of the stage, a duty is that year's, a share that of the year before. Beside it stands what the plan does on
the path, what it decides at the node that the path is at, and what pays there (``turns``). Where what can be seen in time earns more, that is the
sign to go by. It is chosen on every second path, each counting by the money that hangs on it, and tried on the others (``discovery``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.costs.circumstances import representative_year
from roadstead.futures.evaluate import node_years
from roadstead.futures.growth.fan import fan_of, walked
from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.breaks import clause
from roadstead.playbook.decisions import HALF
from roadstead.playbook.discovery import FEWEST, Limit, discover, earning, inside, telling
from roadstead.playbook.hinges import bears, places
from roadstead.playbook.misled import lost, rates_of, tried
from roadstead.playbook.observed import Sight, duties, known_in_time, nodes_in
from roadstead.playbook.sign_words import condition
from roadstead.playbook.signs_book import Confirmed, sign_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal

    from roadstead.futures.grow import Grown
    from roadstead.futures.growth.from_paths import Source
    from roadstead.playbook.book import Term
    from roadstead.playbook.breaks import Names
    from roadstead.playbook.discovery import Box, Worth
    from roadstead.playbook.hinges import Hinge
    from roadstead.playbook.observed import Seen
    from roadstead.playbook.reading import Reading
    from roadstead.playbook.rehearsal_book import Estimate
    from roadstead.playbook.rehearse import Rehearsed
    from roadstead.playbook.signposts import Posted
    from roadstead.playbook.signs_book import Beside, Condition, Rates, Signpost
    from roadstead.terms.arrays import Flags, Floats, Ints

LOOKED, JUDGED = slice(0, None, 2), slice(1, None, 2)
"""Paths that a sign is chosen on, as ``discover`` has them, and those that it is tried on."""


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
        What is known of them as each stage begins.
    npv
        Of every turn, done and not done, by the key of doing it; not a number on paths where it was not carried out. Shape (P, 2) each. [money]
    """

    source: Source
    fan: Grown
    at: Ints
    seen: Seen
    npv: Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class OnPaths:
    """A decision on the paths on which it may be taken, or on which it is known what that is worth.

    Attributes
    ----------
    taken
        Where the plan does it. Shape (n,).
    by_tree
        Where the tree's sign says so. Shape (n,).
    value, steps, sights
        What can be seen as it is due, and what a round number of each is. Shapes (n, F), (F,), (F,).
    worth
        Of doing it; None where that cannot be told. Shape (n,). [money]
    """

    taken: Flags
    by_tree: Flags
    value: Floats
    steps: Floats
    sights: tuple[Sight, ...]
    worth: Floats | None

    @property
    def done(self) -> Flags:
        """Where it pays, or else where the plan does it."""
        return self.taken if self.worth is None else self.worth > 0.0


def fresh_paths(source: Source, first: int, rehearsed: Rehearsed, seen: Seen, posted: Sequence[Posted]) -> Fresh:
    """The paths ``first``, ``first`` + 1, ...; ``rehearsed``: what came of them, turns included."""
    paths = source.told(first, len(rehearsed.weight))
    turned = [one.turn for one in posted if one.turn is not None]
    npv = {turn.do.key: rehearsed.of((turn.do.key, turn.do_not.key)).npv for turn in turned}
    return Fresh(source, fan_of(source, paths), walked(source, paths), known_in_time(source, paths, seen), npv)


def confirmed(fresh: Fresh, names: Names, posted: Sequence[Posted]) -> tuple[Confirmed, ...]:
    """Signposts on fresh paths."""
    return tuple(_confirmed(fresh, names, one) for one in posted)


def _confirmed(fresh: Fresh, names: Names, one: Posted) -> Confirmed:
    stage = fresh.source.plan.starts.index(one.hinge.year)
    asked, now = one.hinge.asked, fresh.at[:, stage]
    may = np.flatnonzero(np.isin(now, asked.nodes))
    taken = np.isin(now[may], asked.nodes[asked.taken])
    nodes = nodes_in(fresh.fan, one.hinge.year, len(now))[may]
    held = [shows(fresh.source, fresh.fan, each, nodes) for each in one.signpost.conditions]
    blind = one.signpost.tried is not None and one.signpost.tried.always
    by_tree = np.all(held, axis=0) if held else np.full(len(may), blind)
    beside_the_plan, worth = rates_of(by_tree, taken), None
    if one.turn is not None:
        npv = fresh.npv[one.turn.do.key]
        differ = np.isin(now[may], one.turn.nodes) & np.isfinite(npv[may]).all(1)
        may, by_tree, taken = may[differ], by_tree[differ], taken[differ]
        worth = npv[may, 0] - npv[may, 1]
    columns = bearing(fresh, names[0], one.hinge)
    sights = tuple(fresh.seen.sights[i] for i in columns)
    met = OnPaths(taken, by_tree, fresh.seen.value[may][:, columns], fresh.seen.step[columns], sights, worth)
    return told(one.signpost, beside_the_plan, met, names)


def bearing(fresh: Fresh, reading: Reading, hinge: Hinge) -> list[int]:
    """What can be seen as a decision is due, and bears on it: of its markets and where its line stands, or of all the world."""
    where, events = places(reading, hinge.same[0]), reading.evaluation.ledger.grown.events
    home = {reading.evaluation.ledger.costing.carmaker.home.place}

    def bears_on(sight: Sight) -> bool:
        if sight.kind == "event":
            levels = (event for name, event in events.items() if name.partition(":")[0] == sight.of)
            return any(bears(reading, event, where) for event in levels)
        if sight.kind == "rate":
            return bool((where | home) & set(fresh.source.world.places[sight.of]))
        return sight.kind in {"battery", "freight"} or sight.of.partition(" ")[0] in where

    return [i for i, sight in enumerate(fresh.seen.sights) if sight.year <= hinge.year and bears_on(sight)]


def told(signpost: Signpost, beside_the_plan: Rates, met: OnPaths, names: Names) -> Confirmed:
    """The tree's sign on paths, and the one to go by."""
    chosen = chosen_sign(signpost, met, names)
    found = Confirmed(signpost, beside_the_plan, chosen, said(chosen, met, names))
    if met.worth is None:
        return found
    worth = met.worth[JUDGED]
    pays = rates_of(met.by_tree[JUDGED], worth > 0.0)
    return replace(found, pays=pays, lost=lost(met.by_tree[JUDGED], worth), nearest=lost(met.taken[JUDGED], worth))


def chosen_sign(signpost: Signpost, met: OnPaths, names: Names) -> Signpost:
    """The sign that earns most on the paths looked at: one of what is seen, the tree's, or to do always alike.

    Where it is not known what doing it is worth: the one that tells best what the plan does.
    """
    done, worth, shown = met.done, met.worth, met.by_tree
    conditions, chosen_on = signpost.conditions, signpost.chosen_on
    always = bool(done[LOOKED].mean() > HALF if worth is None else worth[LOOKED].sum() > 0.0) if len(done) else False
    if len(done) >= 2 * FEWEST:
        good, found = _good(met), discover(met.value, done, met.steps, worth)
        by_tree = good(shown[LOOKED])
        if found is not None and good(inside(found.box, met.value[LOOKED])) > by_tree:
            conditions = tuple(
                condition(
                    (sight.kind, sight.of, sight.year),
                    (limit.above, limit.threshold),
                    *names,
                    key=f"{sign_key(signpost.kind, signpost.subject, signpost.year)}/threshold{i}",
                )
                for i, limit in enumerate(found.box, 1)
                for sight in (met.sights[limit.column],)
            )
            shown, chosen_on = _shown(found.box, met.value), "paths"
        elif by_tree <= 0.0:  # to do always alike earns nothing less: (P.7) and (P.8) are held against that
            conditions, shown, chosen_on = (), np.full(len(done), always), "paths"
    own = rates_of(shown[LOOKED], done[LOOKED])
    beside: Beside = "plan" if worth is None else "pays"
    held = done[JUDGED], None if worth is None else worth[JUDGED]
    return replace(
        signpost,
        conditions=conditions,
        false_alarm=own.false_alarm.value if own.false_alarm else 0.0,
        missed=own.missed.value if own.missed else 0.0,
        chosen_on=chosen_on,
        tried=tried(beside, shown[JUDGED], held, always=always),
    )


def _good(met: OnPaths) -> Worth:
    """How good it is to act on some of the paths looked at."""
    return telling(met.done[LOOKED]) if met.worth is None else earning(met.worth[LOOKED])


def _shown(box: Box, value: Floats) -> Flags:
    """Paths that show the conditions made of a box: below a threshold means less than it. Shape (n,)."""
    held = [(value[:, one.column] >= one.threshold) == one.above for one in box]
    return np.asarray(np.all(held, axis=0))


def shows(source: Source, fan: Grown, condition: Condition, nodes: Ints) -> Flags:
    """Which nodes of a fan, all of one stage, show a condition of the tree's. Shapes (n,) -> (n,)."""
    if condition.kind == "event":
        come = (
            any(one.event == condition.of and one.since <= condition.year for one in fan.happened[n])
            for n in nodes.tolist()
        )
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


def said(chosen: Signpost, met: OnPaths, names: Names) -> Sentence:
    """What these paths say of a sign."""
    if len(met.done) < 2 * FEWEST:
        return Sentence("sign.few", {"paths": Amount(float(len(met.done)), "count")})
    found, of = chosen.tried, f"sign/{chosen.kind}/{chosen.subject}/{chosen.year}"
    assert found is not None
    terms: dict[str, Term] = {
        "share": Amount(float(met.done.mean()), "share"),
        "always": Amount(float(found.always), "count"),
    }
    if chosen.chosen_on == "paths":
        limits = ((Sight(one.kind, one.of, one.year), Limit(0, one.above, one.threshold)) for one in chosen.conditions)
        terms["where"] = tuple(clause(sight, limit, *names) for sight, limit in limits)
    if met.worth is None and not chosen.conditions:
        return Sentence("sign.nothing_tells", terms)
    if met.worth is None:
        _give(
            terms,
            "share",
            (f"{of}/false_alarm", f"{of}/missed"),
            false=found.rates.false_alarm,
            missed=found.rates.missed,
        )
        told_here = chosen.chosen_on == "paths"
        return Sentence("sign.told_here", terms) if told_here else Sentence("sign.tells_no_better", terms)
    worth = met.worth[JUDGED]
    _give(
        terms,
        "money",
        tuple(f"{of}/{name}" for name in ("lost", "blind", "pays/lost", "pays/nearest")),
        lost=found.lost,
        blind=found.blind,
        tree=lost(met.by_tree[JUDGED], worth),
        nearest=lost(met.taken[JUDGED], worth),
    )
    if chosen.chosen_on == "tree":
        return Sentence("sign.stands", terms)
    return Sentence("sign.chosen", terms) if chosen.conditions else Sentence("sign.blind", terms)


def _give(
    terms: dict[str, Term], unit: Literal["money", "share"], keys: Sequence[str], **given: Estimate | None
) -> None:
    """Estimates with their errors as terms, each with the key of its figure; nothing where there is none."""
    for key, (name, one) in zip(keys, given.items(), strict=True):
        terms[name] = Amount(one.value if one else 0.0, unit, key)
        terms[f"{name}_error"] = Amount(one.error if one else 0.0, unit, f"{key}/error")
