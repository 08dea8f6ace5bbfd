"""Signposts: the sign that parts the futures of a decision, and how often it misleads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from roadstead.futures.tree import history, node_probability
from roadstead.playbook.decisions import Decision, decisions, likeliest
from roadstead.playbook.signposts import Asked, _best, _in_step, _Sign, signposts

if TYPE_CHECKING:
    from roadstead.playbook.reading import Reading
    from roadstead.playbook.signs_book import Condition
    from roadstead.study.study import Run

QUARTERS = np.asarray([0.1, 0.2, 0.3, 0.4])


def asked(*taken: int) -> Asked:
    """Four nodes, and those at which it is decided."""
    return Asked(2029, np.arange(1, 5), QUARTERS, np.isin(np.arange(4), taken))


def sign(of: str, *shown: int, bears: bool = True, above: bool = True) -> _Sign:
    return _Sign("event", of, above, 0.5, np.isin(np.arange(4), shown), bears)


def test_a_sign_that_never_misleads_is_taken():
    first, second = sign("first", 0, 1), sign("second", 0, 1, 2)
    assert _best([second, first], asked(0, 1)) == (first,)


def test_of_equals_the_first_is_taken():
    first, second = sign("first", 0, 1), sign("second", 0, 1)
    assert _best([first, second], asked(0, 1)) == (first,)


def test_two_signs_together_where_one_misleads():
    """Alone, the first gives 0.3 of false alarms and the second 0.4; together none."""
    first, second = sign("first", 0, 1, 2), sign("second", 0, 1, 3)
    assert asked(0, 1).misled(np.stack([first.shown, second.shown])) == pytest.approx([0.3, 0.4])
    assert _best([second, first], asked(0, 1)) == (second, first)


def test_events_in_step_stand_together():
    """What bears on the decision first, and where that is a staying away, what comes instead of it too."""
    comes, goes, far = sign("comes", 0, 1), sign("goes", 0, 1, above=False), sign("far", 0, 1, bears=False)
    other = sign("other", 2)
    assert _in_step(far, [comes, goes, far, other]) == [comes, far]
    assert _in_step(far, [goes, far, other]) == [goes, far]
    assert _in_step(other, [comes, other]) == [other]


def shows(reading: Reading, condition: Condition, node: int) -> bool:
    """A condition looked up by hand at a node."""
    ledger = reading.evaluation.ledger
    if condition.kind == "event":
        return (condition.of in {one.event for one in ledger.grown.happened[node]}) == condition.above
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
