"""Signposts: the sign that parts the futures of a decision, and how often it misleads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from roadstead.futures.tree import history, node_probability
from roadstead.playbook.decisions import Decision, decisions, likeliest
from roadstead.playbook.signposts import Column, Question, Sign, best, choose, foretold, in_step, signposts
from roadstead.playbook.signposts import signs as every_sign

if TYPE_CHECKING:
    from roadstead.playbook.reading import Reading
    from roadstead.playbook.signs_book import Condition
    from roadstead.study.study import Run

QUARTERS = np.asarray([0.1, 0.2, 0.3, 0.4])


ALL = np.ones(4, dtype=bool)


def question(*taken: int) -> Question:
    """Four nodes, and those at which it is decided."""
    return Question(np.isin(np.arange(4), taken), QUARTERS)


def sign(of: str, *shown: int, bears: bool = True, above: bool = True) -> Sign:
    return Sign("event", of, above, 0.5, np.isin(np.arange(4), shown), bears)


def test_a_sign_that_never_misleads_is_taken():
    first, second = sign("first", 0, 1), sign("second", 0, 1, 2)
    assert best([second, first], question(0, 1), ALL) == (first,)


def test_of_equals_the_first_is_taken():
    first, second = sign("first", 0, 1), sign("second", 0, 1)
    assert best([first, second], question(0, 1), ALL) == (first,)


def test_two_signs_together_where_one_misleads():
    """Alone, the first gives 0.3 of false alarms and the second 0.4; together none."""
    first, second = sign("first", 0, 1, 2), sign("second", 0, 1, 3)
    assert question(0, 1).misled(np.stack([first.shown, second.shown])) == pytest.approx([0.3, 0.4])
    assert best([second, first], question(0, 1), ALL) == (second, first)


def test_what_misleads_where_little_hangs_on_it_is_taken():
    """The first misleads at a node of 0.4 where nothing is lost, the second at one of 0.1 where most is."""
    first, second = sign("first", 0, 1, 3), sign("second", 1)
    dear = Question(np.isin(np.arange(4), (0, 1)), QUARTERS * np.asarray([50.0, 10.0, 10.0, 0.1]))
    assert best([first, second], question(0, 1), ALL) == (second,)
    assert best([first, second], dear, ALL) == (first,)


def test_events_in_step_stand_together():
    """What bears on the decision first, and where that is a staying away, what comes instead of it too."""
    comes, goes, far = sign("comes", 0, 1), sign("goes", 0, 1, above=False), sign("far", 0, 1, bears=False)
    other = sign("other", 2)
    assert in_step(far, [comes, goes, far, other], ALL) == [comes, far]
    assert in_step(far, [goes, far, other], ALL) == [goes, far]
    assert in_step(other, [comes, other], ALL) == [other]


def test_of_levels_that_part_alike_the_widest_gap_is_taken():
    """Both part the first two nodes from the others: the first by a hair of what it spans, the second by nearly all of it."""
    hair, wide = (
        Column("share", "near", np.asarray([0.40, 0.31, 0.30, 0.10])),
        Column("share", "wide", np.asarray([0.42, 0.40, 0.12, 0.10])),
    )
    [chosen] = choose([hair, wide], question(0, 1), ALL)
    assert (chosen.of, chosen.above) == ("wide", True)
    assert chosen.threshold == pytest.approx(0.26)
    assert chosen.gap == pytest.approx(0.28 / 0.32)
    assert next(one.of for one in every_sign([hair, wide], ALL)) == "wide"


def test_left_out_a_node_does_not_choose_its_own_sign():
    """By hand: without either of the two next to the threshold, halfway between the others lies on its other side, so both mislead."""
    share = Column("share", "market", np.asarray([0.50, 0.25, 0.20, 0.10]))
    asked = question(0, 1)
    [chosen] = choose([share], asked, ALL)
    assert (chosen.shown == asked.taken).all()
    assert foretold([share], asked).tolist() == [True, False, True, False]


def test_where_all_others_say_the_same_a_node_is_told_as_they_are():
    share = Column("share", "market", np.asarray([0.50, 0.25, 0.20, 0.10]))
    assert foretold([share], question(0)).tolist() == [False, False, False, False]


def test_a_sign_is_borne_out_where_it_misleads_less_than_to_do_always_alike():
    """Done at nodes of 0.3 in all, so never to do it misleads at 0.3; so does what is wrong at the third alone; at the second, 0.2."""
    asked = question(0, 1)
    assert not asked.borne_out(np.asarray([True, True, True, False]))
    assert asked.borne_out(np.asarray([True, False, False, False]))
    assert not asked.borne_out(np.zeros(4, dtype=bool))


def shows(reading: Reading, condition: Condition, node: int) -> bool:
    """A condition looked up by hand at a node."""
    ledger = reading.evaluation.ledger
    if condition.kind == "event":
        come = {one.event for one in ledger.grown.happened[node] if one.since <= condition.year}
        return (condition.of in come) == condition.above
    assert condition.kind == "share"
    market = ledger.selling.markets.index(condition.of)
    share = ledger.grown.nev_share[node, market, condition.year - reading.tree.first_year]
    return bool(share >= condition.threshold) == condition.above


def test_rates_are_counted_on_the_tree(reading: Reading, starter_run: Run):
    """Every signpost of the starter case, node by node."""
    found = signposts(reading, starter_run.ready.study.events)
    assert found == starter_run.book.signposts
    assert found
    likely = node_probability(reading.tree)
    for one in found:
        assert {c.kind for c in one.conditions} <= {"event", "share"}
        taken = {d.node for d in decisions(reading) if d.key == (one.kind, one.subject)}
        nodes = np.flatnonzero(reading.tree.start == one.year).tolist()
        shown = {n for n in nodes if all(shows(reading, c, n) for c in one.conditions)}
        at = taken & set(nodes)
        assert one.probability == pytest.approx(sum(likely[n] for n in at))
        assert 0.0 < one.probability < 1.0
        assert one.missed == pytest.approx(sum(likely[n] for n in at - shown) / one.probability)
        assert one.false_alarm == pytest.approx(sum(likely[n] for n in shown - at) / sum(likely[n] for n in shown))
        assert one.tried is not None
        assert one.tried.beside == "left_out"
        assert {c.year for c in one.conditions} <= {one.year, one.year - 1}
        assert one.tried.rates.asked == len(nodes)
        assert one.tried.rates.taken == len(at)


def test_what_is_decided_on_every_path_needs_no_sign(reading: Reading, starter_run: Run):
    likely = node_probability(reading.tree)
    for one in signposts(reading, starter_run.ready.study.events):
        at = {
            d.node
            for d in decisions(reading)
            if d.key == (one.kind, one.subject) and reading.tree.start[d.node] == one.year
        }
        assert sum(likely[n] for n in at) < 1.0


def test_what_is_done_once_is_asked_only_where_it_has_not_been_done(reading: Reading, starter_run: Run):
    """A line opened early on one half of the tree is no question there later on."""
    ledger, tree, d = reading.evaluation.ledger, reading.tree, reading.plan.decisions
    line = ledger.lines[0].line_id
    option = reading.evaluation.prospect.labels.option.index(line)
    commit = np.zeros_like(d.commit)
    second = np.flatnonzero(tree.parent == 0).tolist()
    last = [n for n in range(tree.count) if second[1] in history(tree, n)[:-1]]
    commit[second[0], option] = commit[last[0], option] = 1.0
    plan = replace(reading.plan, decisions=replace(d, commit=commit, build=np.zeros_like(d.build), close=commit * 0.0))
    changed = replace(reading, plan=plan)
    found = {one.year: one for one in signposts(changed, starter_run.ready.study.events) if one.subject == line}
    likely = node_probability(tree)
    assert set(found) == {int(tree.start[second[0]]), int(tree.start[last[0]])}
    late = found[int(tree.start[last[0]])]
    assert late.probability == pytest.approx(likely[last[0]])
    assert late.missed == 0.0
    assert late.false_alarm == pytest.approx(0.0)  # fast or slow parts the one half that is left


def test_of_several_sizes_the_likeliest_is_named(reading: Reading):
    """Not the dearest: the unlikeliest node takes three steps, the others one."""
    tree = reading.tree
    likely = node_probability(tree)
    small = [n for n in range(1, tree.count) if tree.start[n] == tree.start[1]]
    few = min(small, key=lambda n: likely[n])
    same = [Decision(n, "expand", "bahia", 3.0 if n == few else 1.0, 9e7 if n == few else 3e7) for n in small]
    assert likely[few] < sum(likely[n] for n in small) / 2
    assert likeliest(tree, same).modules == 1.0
    assert likeliest(tree, [one for one in same if one.node == few]).modules == 3.0
