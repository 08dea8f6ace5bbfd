"""What can be seen of the grown starter case's fresh paths, and its plan's decisions carried out everywhere and nowhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from roadstead.footprint.solve import Effort
from roadstead.futures.evaluate import evaluate, node_years
from roadstead.futures.growth.fan import drawn, fan_of, walked
from roadstead.futures.tree import node_probability
from roadstead.playbook import observed, rehearse
from roadstead.playbook.book import Name, Sentence
from roadstead.playbook.confirmed import confirmed, fresh_paths, shows
from roadstead.playbook.decisions import decisions
from roadstead.playbook.marks import duty_from_home
from roadstead.playbook.observed import known_in_time, seen
from roadstead.playbook.rehearse import Policy
from roadstead.playbook.signposts import posted
from roadstead.playbook.signs_book import Condition
from roadstead.study.progress import Quiet
from roadstead.study.rehearsing import Size, explained, rehearsal
from roadstead.study.silence import solver_silenced
from roadstead.study.study import Ready, read_back

if TYPE_CHECKING:
    from roadstead.footprint.solve import Solved
    from roadstead.futures.growth.from_paths import Source
    from roadstead.playbook.reading import Reading
    from roadstead.playbook.signposts import Posted
    from roadstead.study.rehearsing import Rehearsal

EFFORT = Effort(gap=0.01, seconds=60.0, workers=1)
COUNT = 60


@pytest.fixture(scope="module")
def reading(ready: Ready, grown_plan: Solved) -> Reading:
    return read_back(ready.study, ready, grown_plan)


@pytest.fixture(scope="module")
def signs(ready: Ready, reading: Reading) -> tuple[Posted, ...]:
    with solver_silenced():
        return posted(reading, ready.grown.events)


@pytest.fixture(scope="module")
def found(ready: Ready, reading: Reading, signs: tuple[Posted, ...]) -> tuple[Rehearsal, Rehearsal]:
    """With the turns still in it, and as it is told."""
    plan = reading.plan.decisions
    ways = [
        Policy("plan", plan),
        Policy(
            "export_only", replace(plan, **{k: 0.0 * getattr(plan, k) for k in ("commit", "close", "build", "retire")})
        ),
    ]
    with solver_silenced():
        beside = [way for one in signs if one.turn is not None for way in (one.turn.do, one.turn.do_not)]
        whole = rehearsal(ready, (*ways, *beside), Size(COUNT, 0), EFFORT, Quiet())
        return whole, explained(ready, whole, reading, signs, "worst")


def test_what_is_seen_is_what_the_paths_do(source: Source):
    first = source.plan.paths
    paths, visible = source.told(first, COUNT), seen(source, first, COUNT)
    begin, outlook = int(paths.years[0]), source.world.outlook
    assert visible.value.shape == (COUNT, len(visible.sights))
    assert {sight.kind for sight in visible.sights} == {"event", "duty", "share", "size", "battery", "freight", "rate"}
    assert {sight.year for sight in visible.sights} == {2029, 2032}
    assert (np.ptp(visible.value, axis=0) > 0).all()
    for i in range(0, COUNT, 7):
        t = {sight.year: sight.year - begin for sight in visible.sights}
        for sight, value in zip(visible.sights, visible.value[i], strict=True):
            year, draw = t[sight.year], paths.draw[i]
            if sight.kind == "event":
                assert value == (paths.level[i, year, paths.events.index(sight.of)] >= 0)
            elif sight.kind in {"share", "size"}:
                table = outlook.nev_share if sight.kind == "share" else outlook.market
                assert value == table[draw, outlook.places.index(sight.of), year]
            elif sight.kind == "rate":
                assert value == paths.factors.rates[i, year, paths.currencies.index(sight.of)]
            elif sight.kind != "duty":
                assert value == getattr(paths.factors, sight.kind)[i, year]


def test_what_is_known_in_time_is_law_of_the_year_and_figures_of_the_year_before(source: Source):
    first = source.plan.paths
    paths, visible = source.told(first, COUNT), seen(source, first, COUNT)
    known, begin = known_in_time(source, paths, visible), int(paths.years[0])
    law = {sight: visible.value[:, i] for i, sight in enumerate(visible.sights) if sight.kind in {"event", "duty"}}
    places, years = source.world.outlook.places, source.world.outlook.years.tolist()
    for sight, value in zip(known.sights, known.value.T, strict=True):
        if sight.kind in {"event", "duty"}:
            assert (value == law[sight]).all()
        else:
            assert sight.year in {2028, 2031}
        if sight.kind == "share":
            market = source.world.outlook.nev_share[:, places.index(sight.of), years.index(sight.year)]
            assert (value == market[paths.draw]).all()
        if sight.kind == "battery":
            assert (value == paths.factors.battery[:, sight.year - begin]).all()
    assert {sight.kind for sight in known.sights} == {sight.kind for sight in visible.sights}


def test_duties_seen_are_those_of_the_law_alone(source: Source):
    """The same as a whole evaluation says where batteries, freight and rates keep to the case's course."""
    first = source.plan.paths
    visible = seen(source, first, COUNT)
    at = next(i for i, sight in enumerate(visible.sights) if sight.kind == "duty" and sight.year == 2032)
    market, model = visible.sights[at].of.split(" ")
    few = 4
    fan = replace(fan_of(source, source.told(first, few)), climate=None)
    world = evaluate(fan, source.world.costing, source.world.rulebook, fan.events)
    years = node_years(fan)
    for i in range(few):
        y = int(np.flatnonzero((years.node == 2 + 2 * i) & (years.year == 2032))[0])
        assert visible.value[i, at] == pytest.approx(duty_from_home(world, market, model, y))
    assert len(np.unique(visible.value[:, at])) > 1


def test_a_condition_is_looked_up_on_a_path_as_on_the_tree(source: Source):
    first, few = source.plan.paths, 5
    fan = fan_of(source, source.told(first, few))
    world = evaluate(fan, source.world.costing, source.world.rulebook, fan.events)
    years, nodes = node_years(fan), 2 + 2 * np.arange(few)
    said = Sentence("sign.duty", {})
    duty = np.asarray([duty_from_home(world, "BRA", "city", int(np.flatnonzero(years.node == n)[0])) for n in nodes])
    middle = float(np.median(duty))
    share = fan.nev_share[nodes, source.world.outlook.places.index("BRA"), 2032 - fan.tree.first_year]
    event = next(one.event for n in nodes for one in fan.happened[n] if one.since <= 2032)
    come = np.asarray([event in {one.event for one in fan.happened[n] if one.since <= 2032} for n in nodes])
    for above in (True, False):
        held = shows(source, fan, Condition("duty", "BRA city", above, middle, 2032, said), nodes)
        assert (held == ((duty >= middle) == above)).all()
        held = shows(source, fan, Condition("share", "BRA", above, 0.3, 2032, said), nodes)
        assert (held == ((share >= 0.3) == above)).all()
        held = shows(source, fan, Condition("event", event, above, 0.5, 2032, said), nodes)
        assert (held == (come == above)).all()


def test_duties_are_the_same_however_many_are_looked_at_together(source: Source, monkeypatch: pytest.MonkeyPatch):
    fan = fan_of(source, source.told(source.plan.paths, 9))
    nodes, lanes = 2 + 2 * np.arange(9), [("BRA", "city"), ("TUR", "city")]
    whole = observed.duties(source, fan, nodes, 2032, lanes)
    monkeypatch.setattr(observed, "TOGETHER", 4)
    assert (observed.duties(source, fan, nodes, 2032, lanes) == whole).all()
    assert observed.duties(source, fan, nodes[:0], 2032, lanes).shape == (0, 2)


def test_on_a_grown_tree_a_sign_that_left_out_futures_do_not_bear_out_is_none(signs: tuple[Posted, ...]):
    for one in signs:
        tried = one.signpost.tried
        assert tried is not None
        assert tried.beside == "left_out"
        if one.turn is None:
            continue
        assert tried.lost is not None
        assert tried.blind is not None
        worth = dict(zip(one.turn.nodes.tolist(), one.turn.worth.tolist(), strict=True))
        asked = one.hinge.asked
        always, never = (
            sum(w * max(way * worth.get(n, 0.0), 0.0) for n, w in zip(asked.nodes.tolist(), asked.weight, strict=True))
            for way in (-1.0, 1.0)
        )
        assert tried.blind.value == pytest.approx(min(always, never) / asked.weight.sum())
        if one.signpost.conditions:
            assert tried.lost.value <= tried.blind.value * 1.001 + 1.0


def test_no_sign_waits_for_what_is_known_too_late(signs: tuple[Posted, ...], found: tuple[Rehearsal, Rehearsal]):
    """Shares and the like are counted after their year, so those of the year before are looked up; law is known in its year."""
    every = [*(one.signpost for one in signs), *(one.chosen for one in found[1].signs)]
    for one in every:
        for condition in one.conditions:
            assert condition.year <= one.year - (condition.kind not in {"event", "duty"})


def test_what_is_worth_doing_on_the_tree_is_what_the_plan_does(reading: Reading, signs: tuple[Posted, ...]):
    """Up to the gap of the plan: taken where it pays, and not where it costs."""
    for one in signs:
        if one.turn is None:
            continue
        taken = np.isin(one.turn.nodes, one.hinge.asked.nodes[one.hinge.asked.taken])
        wrong = np.where(taken, -one.turn.worth, one.turn.worth).max()
        assert wrong < EFFORT.gap * reading.certificate.expected / node_probability(reading.tree)[one.turn.nodes].min()


def test_a_turn_differs_by_its_decision_alone(reading: Reading, signs: tuple[Posted, ...]):
    assert any(one.turn is not None for one in signs)
    plan, start = reading.plan.decisions, reading.tree.start
    for one in signs:
        signpost, turn, asked = one.signpost, one.turn, one.hinge.asked
        if turn is None:
            continue
        assert signpost.kind == "expand"
        assert set(turn.nodes) <= set(asked.nodes)
        row = reading.evaluation.prospect.labels.resource.index(signpost.subject)
        assert (turn.do.decisions.build[turn.nodes, row] > 0).all()
        assert (turn.do_not.decisions.build[turn.nodes, row] == 0).all()
        for way in (turn.do, turn.do_not):
            assert way.aside
            others = np.ones(plan.build.shape, dtype=bool)
            others[np.ix_(np.flatnonzero(start == signpost.year), [row])] = False
            assert (way.decisions.build == plan.build)[others].all()
            assert (way.decisions.commit == plan.commit).all()


def test_on_every_path_the_plan_is_one_side_of_a_turn(
    source: Source, reading: Reading, signs: tuple[Posted, ...], found: tuple[Rehearsal, Rehearsal]
):
    whole, told = found
    at = walked(source, source.told(whole.first, COUNT))
    npv = dict(zip(whole.rehearsed.policies, whole.rehearsed.npv.T, strict=True))
    checked = 0
    for i, (own, one) in enumerate(zip(signs, told.signs, strict=True)):
        if f"do {i}" not in npv:
            assert one.pays is None
            continue
        signpost, asked = own.signpost, own.hinge.asked
        now = at[:, source.plan.starts.index(signpost.year)]
        taken, may = np.isin(now, asked.nodes[asked.taken]), np.isin(now, asked.nodes)
        differ = may & (npv[f"do {i}"] != npv[f"do not {i}"])
        side = np.where(taken, npv[f"do {i}"], npv[f"do not {i}"])
        assert side[differ] == pytest.approx(npv["plan"][differ], rel=1e-9)
        assert one.fresh.taken == taken.sum()
        assert one.fresh.asked == may.sum()
        assert one.pays is not None
        assert own.turn is not None
        judged = np.flatnonzero(may & np.isin(now, own.turn.nodes))[1::2]
        assert one.pays.taken == (npv[f"do {i}"] > npv[f"do not {i}"])[judged].sum()
        checked += int(differ.sum())
    assert checked > 20
    assert told.rehearsed.policies == ("plan", "export_only")
    assert [one.key for one in told.outcomes] == ["plan", "export_only"]


def test_what_is_aside_is_carried_out_on_the_first_parts_alone(
    source: Source,
    reading: Reading,
    signs: tuple[Posted, ...],
    found: tuple[Rehearsal, Rehearsal],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(rehearse, "ASIDE", 2)
    first, each = source.plan.paths, 20
    plan = Policy("plan", reading.plan.decisions)
    with solver_silenced():
        beside = [way for one in signs if one.turn is not None for way in (one.turn.do, one.turn.do_not)]
        parts = [drawn(source, first + at, each) for at in range(0, COUNT, each)]
        less = rehearse.rehearse(parts, (*beside, plan))
    whole, aside = found[0].rehearsed, [way.key for way in beside]
    assert less.of(aside).npv[:40] == pytest.approx(whole.of(aside).npv[:40], rel=1e-9)
    assert np.isnan(less.of(aside).npv[40:]).all()
    assert less.of(["plan"]).npv == pytest.approx(whole.of(["plan"]).npv, rel=1e-9)
    titles = {event.event_id: Name(event.title, event.title_zh) for event in source.kept}
    fresh = fresh_paths(source, first, less, seen(source, first, COUNT), signs)
    for one, other in zip(confirmed(fresh, (reading, titles), signs), found[1].signs, strict=True):
        assert one.fresh == other.fresh
        if one.pays is not None:
            assert other.pays is not None
            assert one.pays.asked <= min(other.pays.asked, 40)


def test_no_more_than_the_first_signposts_are_turned(
    ready: Ready, reading: Reading, signs: tuple[Posted, ...], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("roadstead.playbook.turns.MOST", 1)
    with solver_silenced():
        found = posted(reading, ready.grown.events)
    assert [one.turn is not None for one in found] == [True, *(False for _ in signs[1:])]


def test_on_the_trees_own_paths_it_is_done_as_often_as_on_the_tree(
    source: Source, reading: Reading, signs: tuple[Posted, ...]
):
    at = walked(source, source.told(0, source.plan.paths))
    for one in signs:
        signpost, asked = one.signpost, one.hinge.asked
        now = at[:, source.plan.starts.index(signpost.year)]
        assert np.isin(now, asked.nodes[asked.taken]).mean() == pytest.approx(signpost.probability)
        likely = node_probability(reading.tree)
        taken = {d.node for d in decisions(reading) if d.key == (signpost.kind, signpost.subject)}
        assert set(asked.nodes[asked.taken]) == taken & set(np.flatnonzero(reading.tree.start == signpost.year))
        assert likely[asked.nodes] == pytest.approx(asked.weight)


def test_where_ways_break_is_told_of_every_way(found: tuple[Rehearsal, Rehearsal]):
    whole, told = found
    assert whole.broken == ()
    assert [(one.key, one.how, one.paths) for one in told.broken] == [("plan", "worst", 6), ("export_only", "worst", 6)]
    assert all(isinstance(one.said, Sentence) for one in told.broken)
