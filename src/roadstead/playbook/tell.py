"""Tell a plan as a playbook: do now, triggers, later, what it is worth and why."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite
from typing import TYPE_CHECKING

from roadstead.futures.tree import leaves, node_probability
from roadstead.playbook import marks
from roadstead.playbook.book import Amount, Book, Comparison, DecisionRow, DoNow, EventRow, FutureValue, Sentence
from roadstead.playbook.decisions import CONVERT, NEW, TOOL, decisions, sentence
from roadstead.playbook.fronts import fronts
from roadstead.playbook.leaving_out import flipped_markets, lost_markets
from roadstead.playbook.maps import atlas
from roadstead.playbook.networks import WIDEN, enlarged, widening, widening_now
from roadstead.playbook.pull import pull
from roadstead.playbook.reading import at_the_end_of_demand, path_name, path_values
from roadstead.playbook.reasons import unsourced_measures, why
from roadstead.playbook.regret import regrets
from roadstead.playbook.signposts import signposts
from roadstead.playbook.smooth import smooth_sentence
from roadstead.playbook.sources import sources
from roadstead.playbook.triggers import later, triggers
from roadstead.playbook.waterfalls import waterfalls

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.footprint.solve import Solved
    from roadstead.futures.events import Event, Shift
    from roadstead.playbook.book import Cover, EvidenceRow, OtherRule
    from roadstead.playbook.decisions import Decision
    from roadstead.playbook.demand_book import ImpliedDemand
    from roadstead.playbook.reading import Reading
    from roadstead.playbook.weights_book import Weights
    from roadstead.playbook.worth_book import Worth
    from roadstead.playbook.yardsticks import Yardstick


NOTABLE = 0.02
"""Share of cars at the end of a demand curve that is worth a warning."""


@dataclass(frozen=True, slots=True)
class Told:
    """All that was worked out, ready to be told.

    Attributes
    ----------
    left_out
        The plan without each first decision, in their order; None where what is asked cannot be kept without it.
    full_home
        The plan at full home cost.
    implied
        Probability of every event as the tree implies it.
    rests_on
        Assumptions and unsourced rows behind every line and market, in words.
    alike
        True where what was worked into the case moves nothing that the plan is worked out from.
    years
        Years shown in tables; the second of them is the year of the waterfalls and the reasons, and the one the atlas opens at.
    """

    reading: Reading
    solved: Solved
    yardsticks: tuple[Yardstick, ...]
    left_out: tuple[Solved | None, ...]
    full_home: Solved
    events: Mapping[str, Event]
    implied: Mapping[str, float]
    rests_on: Mapping[str, tuple[str, ...]]
    cover: Cover
    evidence: tuple[EvidenceRow, ...]
    warnings: tuple[Sentence, ...]
    years: tuple[int, ...]
    other_rules: tuple[OtherRule, ...] = ()
    demand: ImpliedDemand | None = None
    flexibility: tuple[Worth, ...] = ()
    weights: Weights | None = None
    alike: bool = False


def first_decisions(reading: Reading) -> tuple[Decision, ...]:
    """Decisions taken as the horizon begins."""
    return tuple(d for d in decisions(reading) if d.node == 0)


def tell(told: Told) -> Book:
    """Put the book together."""
    reading, year = told.reading, told.years[1]
    futures, lanes = _futures(told), waterfalls(reading, year)
    names = {event.event_id: event for event in told.events.values()}
    return Book(
        cover=told.cover,
        headline=_headline(told),
        do_now=_do_now(told, year),
        triggers=triggers(reading, told.events),
        later=later(reading),
        comparisons=_comparisons(told),
        fronts=fronts(reading, told.cover.carmaker, (told.cover.first_year, year, told.cover.last_year)),
        atlas=atlas(reading, year),
        timeline=marks.timeline(reading),
        tree=marks.tree_nodes(reading),
        waterfalls=lanes,
        volumes=marks.volumes(reading),
        sites=marks.sites(reading),
        futures=futures,
        markets=marks.market_rows(reading, told.years),
        decisions=_rows(reading),
        evidence=told.evidence,
        events=tuple(
            EventRow(reading.names.event(e), names[e].probability, p, _changes(names[e]), names[e].rests_on, e)
            for e, p in told.implied.items()
        ),
        warnings=(*_of_the_plan(reading), *_beside(told), *told.warnings),
        other_rules=told.other_rules,
        demand=told.demand,
        pull=pull(reading),
        flexibility=told.flexibility,
        weights=told.weights,
        signposts=signposts(reading, told.events),
        regrets=regrets(futures),
        sources=sources(told.evidence, told.other_rules, lanes),
    )


def _of_the_plan(reading: Reading) -> tuple[Sentence, ...]:
    """What to know before trusting this plan's numbers."""
    share = at_the_end_of_demand(reading)
    notable = (Sentence("warn.curve_end", {"share": Amount(share, "share")}),) if share > NOTABLE else ()
    return (*widening_now(reading), *notable, Sentence("warn.exports_only", {}), smooth_sentence(reading))


def _beside(told: Told) -> tuple[Sentence, ...]:
    """Which of the plans it is held against do not keep what the case asks."""
    return tuple(Sentence("warn.not_kept", {"key": y.key}) for y in told.yardsticks if not y.keeps)


def _headline(told: Told) -> tuple[Sentence, ...]:
    value = told.solved.certificate.expected
    standing = next(y for y in told.yardsticks if y.key == "standing").certificate.expected
    share = (value - standing) / abs(standing) if standing else 0.0
    worth = Sentence(
        "headline.value",
        {
            "npv": Amount(value, "money", "npv"),
            "added": Amount(value - standing, "money", "added"),
            "share": Amount(share, "share", "added/share"),
        },
    )
    gap = Sentence(
        "headline.gap", {"gap": Amount(told.cover.gap_value_added, "share", "gap"), "bound": told.cover.bound}
    )
    if not isfinite(told.cover.gap_value_added):  # what stands cannot keep what is asked: value added has no beginning
        gap = Sentence(
            "headline.gap_npv", {"gap": Amount(told.cover.gap_npv, "share", "gap"), "bound": told.cover.bound}
        )
    nothing = (
        () if any(d.kind in NEW for d in first_decisions(told.reading)) else (Sentence("headline.nothing_now", {}),)
    )
    # Whoever reads on must know first that this is not the case as it stands.
    patches = ", ".join(told.cover.patches)
    what_if = (_what_if(patches, alike=told.alike),) if patches else ()
    return (*what_if, worth, *nothing, gap)


def _what_if(patches: str, *, alike: bool) -> Sentence:
    return (
        Sentence("headline.alike", {"patches": patches}) if alike else Sentence("headline.with", {"patches": patches})
    )


def _do_now(told: Told, year: int) -> tuple[DoNow, ...]:
    found = []
    for decision, without in zip(first_decisions(told.reading), told.left_out, strict=True):
        found.append(
            DoNow(
                what=sentence(told.reading, decision),
                why=why(told.reading, decision, year),
                costs_to_skip=None if without is None else told.solved.certificate.value - without.certificate.value,
                skip_gap=0.0 if without is None else without.bound - without.certificate.value,
                unsourced=(*told.rests_on.get(decision.subject, ()), *unsourced_measures(told.reading, decision, year)),
                flip=_flip(told, decision),
                key="/".join(decision.key),
            )
        )
    return tuple(sorted(found, key=lambda entry: -inf if entry.costs_to_skip is None else -entry.costs_to_skip))


def _flip(told: Told, decision: Decision) -> Sentence | None:
    evaluation = told.reading.evaluation
    if decision.kind in {"enter", TOOL}:
        return None
    gained = flipped_markets(evaluation, told.solved, told.full_home, decision.subject)
    lost = lost_markets(evaluation, told.solved, told.full_home, decision.subject)
    option = evaluation.prospect.labels.option.index(decision.subject)
    still = told.full_home.plan.decisions.commit[0, option] > 0.5 or decision.kind not in {"open", CONVERT}
    if not still:
        return Sentence("flip.not_opened", {"site": told.reading.names.line(decision.subject)})
    place = told.reading.place
    if gained:
        return Sentence("flip.to_local", {"markets": tuple(place(m) for m in gained)})
    if lost:
        return Sentence("flip.to_other", {"markets": tuple(place(m) for m in lost)})
    return None


def _comparisons(told: Told) -> tuple[Comparison, ...]:
    tree = told.reading.tree
    mine = told.solved.certificate
    rows = [("plan", mine), *((y.key, y.certificate) for y in told.yardsticks)]
    return tuple(
        Comparison(
            key=key,  # type: ignore[arg-type]
            npv=certificate.expected,
            plan_is_better_by=mine.expected - certificate.expected,
            capital=certificate.capital,
            worst=min(path_values(tree, certificate.by_node).values()),
        )
        for key, certificate in rows
    )


def _futures(told: Told) -> tuple[FutureValue, ...]:
    reading = told.reading
    probability = node_probability(reading.tree)
    rows = [("plan", told.solved.certificate), *((y.key, y.certificate) for y in told.yardsticks)]
    values = {key: path_values(reading.tree, certificate.by_node) for key, certificate in rows}
    return tuple(
        FutureValue(leaf, path_name(reading, leaf), float(probability[leaf]), key, by_leaf[leaf])
        for key, by_leaf in values.items()
        for leaf in leaves(reading.tree)
    )


def _rows(reading: Reading) -> tuple[DecisionRow, ...]:
    probability = node_probability(reading.tree)
    return tuple(
        DecisionRow(
            node=reading.names.node(d.node),
            year=int(reading.tree.start[d.node]),
            probability=float(probability[d.node]),
            what=widening(reading, d) if d.kind == WIDEN else sentence(reading, d),
            capital=d.capital,
            key=d.at_node,
        )
        for d in sorted((*decisions(reading), *enlarged(reading)), key=lambda d: d.node)
    )


def _changes(event: Event) -> str:
    parts = [
        " ".join(
            filter(
                None,
                (
                    a.action,
                    a.importer,
                    a.measure_id or a.kind,
                    "" if a.rate is None else f"{a.rate:.0%}",
                    "" if a.money is None else f"{a.currency} {a.money:,.0f}",
                ),
            )
        )
        for a in event.amendments
    ]
    parts += [f"local content {rule.place} at least {rule.least:.0%}" for rule in event.content]
    parts += [f"route {event.route}"] if event.route else []
    parts += [f"demand {event.demand}"] if event.demand else []
    parts += [f"{name} {value:g}" for name, value in event.terms.items()]
    parts += [_moves(one) for one in event.shifts]
    parts += [f"least price {one.importer} {'/'.join(one.nests)} {one.share:.0%}" for one in event.least_prices]
    return "; ".join(parts)


def _moves(one: Shift) -> str:
    """What an event moves beside law, in words that the labels know one by one."""
    if one.kind == "refuse_sites":
        return f"{'refuse_sites' if one.amount else 'permit_sites'} {one.place}"
    return f"{one.kind} {one.place} {'/'.join(one.nests)} {one.amount:.0%}".replace("  ", " ")
