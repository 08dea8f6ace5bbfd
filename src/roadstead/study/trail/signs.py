"""Trails of signposts: how likely a decision is, where a threshold lies between futures, how often a sign misleads and what that costs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.capacity.tying import tool_name, tooled
from roadstead.futures.evaluate import HOME
from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.decisions import TOOL
from roadstead.playbook.reading import path_name
from roadstead.playbook.sign_words import unit
from roadstead.playbook.signs_book import sign_key
from roadstead.study.trail import errors
from roadstead.study.trail.ground import AT
from roadstead.study.trail.lanes import duty
from roadstead.study.trail.steps import ERROR, Keyed, Step, step, summed
from roadstead.study.trail.volumes import history

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.playbook.book import Term
    from roadstead.playbook.rehearsal_book import Estimate
    from roadstead.playbook.signposts import Column, Posted
    from roadstead.playbook.signs_book import Condition, Rates, Signpost
    from roadstead.playbook.trails_book import Root
    from roadstead.study.trail.ground import Ground
    from roadstead.terms.arrays import Flags, Floats

COURSE = {"battery": ("battery_",), "freight": ("charter_",), "rate": ("rate_", "growth_")}
"""Beginnings of the parameters that the course of what no market has was drawn by."""
THRESHOLD, LEAD = "threshold", "lead"
RATES = {"false_alarm": "false alarms", "missed": "missed"}
"""Rates of a sign, and what each is called in a sentence."""
COUNTS = ("shown", "taken", "asked")
"""What rates are counted on."""
PROBABLE = "probable"


def listed(g: Ground) -> Iterator[Keyed]:
    """Every figure of every signpost."""
    for one in g.book.signposts:
        for name, (value, kind) in _figures(one).items():
            yield Keyed(key_of(one, name), _what(one, name), Amount(value, kind))  # type: ignore[arg-type]


def key_of(one: Signpost, name: str) -> str:
    """Key of a figure of a signpost."""
    return "/".join(filter(None, (sign_key(one.kind, one.subject, one.year), name)))


def _figures(one: Signpost) -> dict[str, tuple[float, str]]:
    """Its figures with how each is printed; nothing names how likely the decision is."""
    found = {"": (one.probability, "share"), LEAD: (float(one.lead), "years")}
    for i, condition in enumerate(one.conditions, 1):
        if condition.kind != "event":
            found[f"{THRESHOLD}{i}"] = (condition.threshold, unit(condition.kind))
    if one.conditions:
        found |= {f"own_{name}": (getattr(one, name), "share") for name in RATES}
    if one.tried is not None:
        rates, tried = one.tried.rates, one.tried
        known = {"false_alarm": rates.false_alarm, "missed": rates.missed, "lost": tried.lost, "blind": tried.blind}
        for name, estimate in known.items():
            kind = "share" if name in RATES else "money"
            found |= {name: (estimate.value, kind), f"{name}{ERROR}": (estimate.error, kind)} if estimate else {}
        if tried.beside != "left_out":
            found |= {name: (float(getattr(rates, name)), "count") for name in COUNTS}
    return found


def _what(one: Signpost, name: str) -> Sentence:
    if known := errors.figure(name):
        return errors.of(_what(one, known))
    kind = name.rstrip("0123456789") or PROBABLE
    terms: dict[str, Term] = {"what": (one.what,)}
    if kind == THRESHOLD:
        terms["sign"] = (one.conditions[int(name.removeprefix(THRESHOLD)) - 1].said,)
    return {
        PROBABLE: Sentence("trail.sign.taken", terms),
        "shown": Sentence("trail.sign.shown", terms),
        "taken": Sentence("trail.sign.done", terms),
        "asked": Sentence("trail.sign.asked", terms),
        THRESHOLD: Sentence("trail.sign.threshold", terms),
        LEAD: Sentence("trail.sign.lead", terms),
        "own_false_alarm": Sentence("trail.sign.own_false_alarm", terms),
        "own_missed": Sentence("trail.sign.own_missed", terms),
        "false_alarm": Sentence("trail.sign.false_alarm", terms),
        "missed": Sentence("trail.sign.missed", terms),
        "lost": Sentence("trail.sign.lost", terms),
        "blind": Sentence("trail.sign.blind", terms),
    }[kind]


def sign(g: Ground, key: str) -> Step:
    """A figure of a signpost."""
    known = {key_of(one, name): (one, name) for one in g.book.signposts for name in _figures(one)}
    g.among(key, key, known, "figure of a signpost")
    one, name = known[key]
    value, kind = _figures(one)[name]
    met = met_again(g, one)
    whole = step(_what(one, name), value, kind, key=key)
    if not name:
        found = _taken(g, whole, met)
    elif name == LEAD:
        found = replace(whole, how=Sentence("trail.how.lead", {}), rests_on=_behind_lead(g, one))
    elif name.startswith(THRESHOLD):
        found = _threshold(g, whole, met, one.conditions[int(name.removeprefix(THRESHOLD)) - 1], one)
    elif name.startswith("own_"):
        rate = name.removeprefix("own_")
        found = (
            rate_by_node(g, whole, met, met.shown, rate) if one.chosen_on == "tree" else _chosen_on_paths(g, whole, one)
        )
    elif one.tried is not None and one.tried.beside == "left_out":
        found = _on_tree(g, whole, met, name, one.tried.always)
    else:
        assert one.tried is not None
        found = _tried_on_paths(g, whole, one, name)
    return found


def _behind_lead(g: Ground, one: Signpost) -> tuple[Root, ...]:
    """Rows that say how many years a decision takes; none of what is given up, which acts at once."""
    if one.kind in {"close", "retire"}:
        return ()
    if one.kind == "enter":
        return g.roots.figures(one.subject, "entry_lead")
    if one.kind == TOOL:
        at, tool = next(pair for pair in tooled(g.ledger.costing.carmaker) if tool_name(*pair) == one.subject)
        of = at.line_id, tool.model_id
        return g.roots.own("tooling", lambda row: (row["line"], row["model"]) == of, "lead")
    return g.roots.own("lines", lambda row: row["line"] == one.subject, "lead")


def met_again(g: Ground, one: Signpost) -> Posted:
    """A signpost as the tree alone has it, worked out again."""
    return next(
        p for p in g.posted if (p.hinge.kind, p.hinge.subject, p.hinge.year) == (one.kind, one.subject, one.year)
    )


def _taken(g: Ground, whole: Step, met: Posted) -> Step:
    """The nodes at which it is taken, each as likely as it is."""
    asked = met.hinge.asked
    parts = [
        step(_node(g, n), weight, "share", rests_on=_come(g, n))
        for n, weight, taken in zip(asked.nodes.tolist(), asked.weight.tolist(), asked.taken.tolist(), strict=True)
        if taken
    ]
    return summed(replace(whole, how=Sentence("trail.how.taken", {})), parts)


def _threshold(g: Ground, whole: Step, met: Posted, condition: Condition, one: Signpost) -> Step:
    """Halfway between the nearest futures on both sides, where it was chosen on the tree."""
    if one.chosen_on != "tree":
        how = Sentence("trail.how.paths_threshold", {})
        return replace(whole, how=how, rests_on=behind(g, condition))
    column = next(c for c in met.columns if (c.kind, c.of) == (condition.kind, condition.of))
    below, above = column.value < condition.threshold, column.value >= condition.threshold
    parts = [
        _half(g, met, column, float(column.value[below].max())),
        _half(g, met, column, float(column.value[above].min())),
    ]
    told = replace(whole, how=Sentence("trail.how.halfway", {}), rests_on=behind(g, condition))
    return summed(told, parts)


def _half(g: Ground, met: Posted, column: Column, value: float) -> Step:
    """Half of what a future nearest to a threshold has."""
    n = int(met.hinge.asked.nodes[np.flatnonzero(column.value == value)[0]])
    terms: dict[str, Term] = {"node": path_name(g.reading, n), "value": Amount(value, "share")}
    market, _, model = column.of.partition(" ")
    key = f"duty/{market}/{model}/home/{met.hinge.year}@n{n}" if column.kind == "duty" else ""
    return step(Sentence("trail.sign.half", terms), value / 2.0, "share", key=key, rests_on=_come(g, n))


def _on_tree(g: Ground, whole: Step, met: Posted, name: str, always: bool) -> Step:
    """A figure of the sign where it was tried: at every node, as it is chosen without it."""
    if name in RATES:
        return rate_by_node(g, whole, met, met.left_out, name)
    if known := errors.figure(name):
        return _error_on_tree(g, whole, met, known, always)
    flags = met.left_out if name == "lost" else np.full(len(met.left_out), always)
    assert met.worth is not None
    asked = met.hinge.asked
    short = (np.maximum(met.worth, 0.0) - met.worth * flags) * asked.weight / asked.weight.sum()
    parts = [
        step(_misled(g, n, float(met.worth[i]), bool(flags[i])), short[i], "money", rests_on=_come(g, n))
        for i, n in enumerate(asked.nodes.tolist())
        if short[i]
    ]
    how = Sentence("trail.how.lost", {}) if name == "lost" else Sentence("trail.how.blind", {})
    return summed(replace(whole, how=how), parts)


def _error_on_tree(g: Ground, whole: Step, met: Posted, name: str, always: bool) -> Step:
    """How far from their mean the nodes lie that it is taken over."""
    asked, shown = met.hinge.asked, met.left_out
    of = np.full(len(shown), True)
    if name in RATES:
        of, wrong = (shown, ~asked.taken) if name == "false_alarm" else (asked.taken, ~shown)
        value = wrong.astype(float)
    else:
        assert met.worth is not None
        value = np.maximum(met.worth, 0.0) - met.worth * (shown if name == "lost" else np.full(len(shown), always))
    groups = [
        errors.Group(_node(g, n), np.asarray([i]), f"reached/{AT[1:]}{n}")
        for i, n in enumerate(asked.nodes[of].tolist())
    ]
    how = Sentence("trail.how.error.nodes", {"count": Amount(float(len(groups)), "count")})
    return errors.by_groups(whole, value[of], asked.weight[of] / asked.weight[of].sum(), groups, how)


def rate_by_node(g: Ground, whole: Step, met: Posted, shown: Flags, rate: str) -> Step:
    """The nodes at which a sign misleads one way, by their probability among those that it could mislead at."""
    asked = met.hinge.asked
    of, wrong = (shown, ~asked.taken) if rate == "false_alarm" else (asked.taken, ~shown)
    all_of: Floats = asked.weight[of]
    parts = [
        step(_node(g, n), asked.weight[i] / all_of.sum(), "share", rests_on=_come(g, n))
        for i, n in enumerate(asked.nodes.tolist())
        if of[i] and wrong[i]
    ]
    count = Amount(float(of.sum()), "count")
    said = {
        "false_alarm": Sentence("trail.how.false_alarm", {"count": count}),
        "missed": Sentence("trail.how.missed", {"count": count}),
    }
    told = replace(whole, how=said[rate])
    return summed(told, parts) if all_of.size else told


def _chosen_on_paths(g: Ground, whole: Step, one: Signpost) -> Step:
    roots = tuple(root for condition in one.conditions for root in behind(g, condition))
    return replace(whole, how=Sentence("trail.how.own_paths", {}), rests_on=roots)


def _tried_on_paths(g: Ground, whole: Step, one: Signpost, name: str) -> Step:
    """A figure that fresh paths gave: the run keeps how many they were, and not what each showed."""
    assert one.tried is not None
    return on_paths(g, whole, one.tried.rates, name, (one.conditions, one.tried.beside == "pays"))


def on_paths(g: Ground, whole: Step, rates: Rates, name: str, of: tuple[tuple[Condition, ...], bool]) -> Step:
    """A figure that fresh paths gave of a sign of some conditions, beside what the plan does there or, where that is known, what pays."""
    conditions, pays = of
    figure = errors.figure(name)
    if figure in RATES:
        found: Estimate = getattr(rates, figure)
        return errors.counted(whole, found.value, rates.shown if figure == "false_alarm" else rates.taken)
    roots = tuple(root for condition in conditions for root in behind(g, condition))
    counts = {which: Amount(float(getattr(rates, which)), "count") for which in COUNTS}
    if figure:
        how = Sentence("trail.how.error.kept", {"paths": counts["asked"]})
    else:
        how = Sentence("trail.how.tried_pays", counts) if pays else Sentence("trail.how.tried_plan", counts)
    return replace(whole, how=how, rests_on=roots)


def behind(g: Ground, condition: Condition) -> tuple[Root, ...]:
    """Rows behind what a condition looks at."""
    return behind_sight(g, condition.kind, condition.of, condition.year)


def behind_sight(g: Ground, kind: str, of: str, year: int) -> tuple[Root, ...]:
    """Rows behind what can be seen in a year (``observed.Sight``)."""
    market, _, model = of.partition(" ")
    if kind == "event":
        return g.roots.events_named([of])
    if kind == "share":
        return g.roots.series("nev", lambda row: row["place"] == market, "nev_share", "nev_sales")
    if kind == "size":
        return history(g, market)
    if kind == "duty":
        found = duty(g, g.lane(of, (market, model, HOME), str(year)))
        return tuple(root for part in found.parts for root in part.rests_on)
    return tuple(root for begins in COURSE[kind] for root in g.roots.economy_terms(begins))


def _node(g: Ground, n: int) -> Sentence:
    return Sentence("trail.sign.node", {"node": path_name(g.reading, n), "chance": Amount(float(g.chance[n]), "share")})


def _misled(g: Ground, n: int, worth: float, shown: bool) -> Sentence:
    terms: dict[str, Term] = {
        "node": path_name(g.reading, n),
        "chance": Amount(float(g.chance[n]), "share"),
        "worth": Amount(worth, "money"),
        "shown": Amount(float(shown), "count"),
    }
    return Sentence("trail.sign.misled", terms)


def _come(g: Ground, n: int) -> tuple[Root, ...]:
    return g.roots.events_named(g.came([n]))
