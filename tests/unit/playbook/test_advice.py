"""Do now, triggers, later: what the book says is what the plan does, and what it costs to do otherwise."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from roadstead.futures.capacity.capital import TAX_YEARS
from roadstead.futures.costs.costing import OVERLAND_DAYS
from roadstead.futures.events import Happening
from roadstead.futures.tree import history, leaves, node_probability
from roadstead.playbook.book import Amount
from roadstead.playbook.decisions import HALF, decisions
from roadstead.playbook.leaving_out import pinned_off
from roadstead.playbook.reading import continuation, path_values
from roadstead.playbook.reasons import why
from roadstead.playbook.triggers import triggers
from roadstead.terms.years import NEVER

if TYPE_CHECKING:
    from roadstead.playbook.book import Book, Sentence
    from roadstead.playbook.reading import Reading
    from roadstead.study.study import Run


def amount(sentence: Sentence, name: str) -> float:
    term = sentence.terms[name]
    assert isinstance(term, Amount)
    return term.value


def test_decisions_are_those_of_the_plan(reading: Reading):
    """Every commitment, closure and module of the plan stands behind one decision, and nothing else does."""
    plan, lines = reading.plan.decisions, reading.evaluation.ledger.lines
    labels = reading.evaluation.prospect.labels.option
    found = decisions(reading)
    for n in range(reading.tree.count):
        mine = [d for d in found if d.node == n]
        opened = {d.subject for d in mine if d.kind == "open"}
        entered = {f"enter {d.subject}" for d in mine if d.kind == "enter"}
        assert opened | entered == {labels[i] for i in np.flatnonzero(plan.commit[n] > HALF)}
        assert {d.subject for d in mine if d.kind == "close"} == {
            labels[i] for i in np.flatnonzero(plan.close[n] > HALF)
        }
        for i, line in enumerate(lines):
            bought = sum(d.modules for d in mine if d.subject == line.line_id and d.kind in {"open", "expand"})
            assert bought == plan.build[n, i + 1]
    assert len({(d.node, *d.key) for d in found}) == len(found)


def test_a_decision_commits_capital_before_tax(reading: Reading):
    carmaker = reading.evaluation.ledger.costing.carmaker
    for d in decisions(reading):
        if d.kind == "enter":
            assert d.capital == carmaker.channels[d.subject].entry_cost
            continue
        line = carmaker.lines[d.subject]
        site = line.open_cost if d.kind == "open" else 0.0
        if d.kind in {"open", "expand"}:
            assert d.capital == pytest.approx((site + d.modules * line.module_cost) * (1 - line.grant))


def test_do_now_is_what_the_root_decides(book: Book, reading: Reading):
    first = [d for d in decisions(reading) if d.node == 0]
    assert first, "the starter case does something at once"
    assert len(book.do_now) == len(first)
    kinds = Counter("enter" if d.kind == "enter" else d.kind for d in first)
    assert Counter(entry.what.key.split(".")[0] for entry in book.do_now) == kinds
    costs = [entry.costs_to_skip for entry in book.do_now]
    assert costs == sorted(costs, reverse=True)


def test_what_is_left_out_costs(book: Book, starter_run: Run):
    """Never worth more than the plan could be shown to fall short by; the plan without it is itself proven to a gap."""
    for entry in book.do_now:
        assert entry.costs_to_skip >= -starter_run.solved.unproven
        assert entry.skip_gap >= 0.0
        assert entry.skip_gap <= 0.02 * max(abs(starter_run.solved.value_added), 1.0) + 1.0


def test_what_is_done_now_rests_on_what_the_case_assumes(book: Book, starter_run: Run):
    """All figures of the tutorial are made up, and each line of advice says which it rests on."""
    used = starter_run.ready.study.used
    for entry in book.do_now:
        assert entry.unsourced
    assumed = {
        f"{item} " for figures in used.values() for item, figure in figures.items() if figure.evidence.is_assumption
    }
    shown = [text for entry in book.do_now for text in entry.unsourced if not text.startswith(("price of", "measure "))]
    assert shown
    assert all(any(text.startswith(item) for item in assumed) for text in shown)


def test_the_reason_has_the_cars_of_its_year(book: Book, reading: Reading):
    """Cars of a reason are the expected cars of that line, or in that market, in the year it names."""
    ledger, p = reading.evaluation.ledger, reading.evaluation.prospect
    probability = node_probability(reading.tree)
    for entry in book.do_now:
        if "cars" not in entry.why.terms:
            continue
        year = int(amount(entry.why, "year"))
        place = entry.what.terms.get("market") if entry.what.key == "enter" else entry.what.terms["site"]
        expected = 0.0
        for y in range(p.node_years.count):
            if not p.node_years.year[y] <= year < p.node_years.year[y] + p.node_years.span[y]:
                continue
            for a, key in enumerate(ledger.arcs):
                mine = reading.names.line(key.line) if key.line and entry.what.key != "enter" else None
                if entry.what.key == "enter":
                    mine = reading.place(ledger.offers[key.offer].market)
                if mine == place:
                    expected += probability[p.node_years.node[y]] * reading.plan.flows.flow[y, a]
        assert amount(entry.why, "cars") == pytest.approx(expected)


def test_giving_up_capacity_is_not_explained_by_what_the_line_earns(reading: Reading, book: Book):
    """The gain over shipping from home is a reason for cars still made, not for capacity that goes."""
    year = int(amount(book.do_now[0].why, "year"))
    makes = next(d for d in decisions(reading) if d.kind == "open" and d.node == 0)
    kept, given_up = why(reading, makes, year), why(reading, replace(makes, kind="retire"), year)
    assert kept.key != given_up.key == "why.retire"
    assert amount(given_up, "cars") == pytest.approx(amount(kept, "cars"))
    assert set(given_up.terms) == {"cars", "year"}


def test_every_first_decision_can_be_pinned_off(reading: Reading):
    labels = reading.evaluation.prospect.labels
    for d in decisions(reading):
        pin = pinned_off(reading.evaluation, d)
        names = labels.option if pin.kind in {"option", "close"} else labels.resource
        assert names[pin.index].removeprefix("enter ") == d.subject
        assert not pin.do
        assert (
            pin.kind
            == {"open": "option", "enter": "option", "expand": "resource", "close": "close", "retire": "retire"}[d.kind]
        )


def test_triggers_are_as_likely_as_the_nodes_they_begin(book: Book, starter_run: Run):
    tree, grown = starter_run.ready.grown.tree, starter_run.ready.grown
    events, probability = starter_run.ready.study.events, node_probability(tree)
    likely: Counter[str] = Counter()
    begins: dict[str, int] = {}
    for n in range(1, tree.count):
        together = " + ".join(events[event].title for event in grown.begun(n))
        likely[together] += float(probability[n])
        begins[together] = min(begins.get(together, 9999), int(tree.start[n]))
    assert {t.event.en: t.probability for t in book.triggers} == pytest.approx(dict(likely))
    assert {t.event.en: t.watch_in for t in book.triggers} == begins
    assert all(t.rests_on for t in book.triggers)


def test_triggers_of_one_stage_are_all_that_can_happen(book: Book):
    by_year: Counter[int] = Counter()
    for trigger in book.triggers:
        by_year[trigger.watch_in] += trigger.probability  # type: ignore[assignment]
    assert dict(by_year) == pytest.approx({2029: 1.0, 2032: 1.0})


def test_a_trigger_may_begin_in_several_places(reading: Reading, starter_run: Run):
    """Fast demand after either answer of the EU is one trigger, as likely as both together."""
    nodes = [node.node_id for node in starter_run.ready.study.tree.nodes]
    ledger = reading.evaluation.ledger
    happened = tuple(
        () if n < 3 else (Happening("demand_fast" if name.endswith("fast") else "demand_slow", n, 2032, NEVER),)
        for n, name in enumerate(nodes)
    )
    told = replace(ledger, grown=replace(ledger.grown, happened=happened))
    found = triggers(
        replace(reading, evaluation=replace(reading.evaluation, ledger=told)), starter_run.ready.study.events
    )
    probability = node_probability(reading.tree)
    fast = [n for n, name in enumerate(nodes) if name.endswith("fast")]
    title = starter_run.ready.study.events["demand_fast"].title
    assert {t.event.en: t.probability for t in found}[title] == pytest.approx(probability[fast].sum())
    assert sum(t.probability for t in found) == pytest.approx(1.0)


def test_a_trigger_says_what_it_is_worth(book: Book, reading: Reading, starter_run: Run):
    """Value where the EU's duty stays against value where it goes, each with all that may follow."""
    value = continuation(reading.tree, reading.certificate.by_node)
    nodes = [node.node_id for node in starter_run.ready.study.tree.nodes]
    title = starter_run.ready.study.events["eu_duty_prolonged"].title
    (trigger,) = (t for t in book.triggers if t.event.en == title)
    worth = next(s for s in trigger.then if s.key == "trigger.npv")
    assert amount(worth, "npv") == pytest.approx(value[nodes.index("walls")] - value[nodes.index("deal")])


def test_triggers_come_with_what_the_plan_does(book: Book, reading: Reading, starter_run: Run):
    """What is opened only where the duty stays is told there, and not on the other side."""
    nodes = [node.node_id for node in starter_run.ready.study.tree.nodes]
    walls, deal = nodes.index("walls"), nodes.index("deal")
    title = starter_run.ready.study.events["eu_duty_prolonged"].title
    (trigger,) = (t for t in book.triggers if t.event.en == title)
    keys = {n: {d.key for d in decisions(reading) if d.node == n} for n in (walls, deal)}
    only_there = [d for d in decisions(reading) if d.node == walls and d.key not in keys[deal]]
    told = [s.terms["site"] for s in trigger.then if "site" in s.terms]
    assert told == [
        reading.names.line(d.subject) for d in sorted(only_there, key=lambda d: -d.capital) if d.kind != "enter"
    ]
    only_here = [d for d in decisions(reading) if d.node == deal and d.key not in keys[walls]]
    other = [s.terms["site"] for s in trigger.otherwise if "site" in s.terms]
    assert other == [
        reading.names.line(d.subject) for d in sorted(only_here, key=lambda d: -d.capital) if d.kind != "enter"
    ]


def test_later_is_what_other_nodes_decide(book: Book, reading: Reading):
    probability = node_probability(reading.tree)
    likely: Counter[tuple[int, str, str, float]] = Counter()
    for d in decisions(reading):
        if d.node > 0:
            likely[int(reading.tree.start[d.node]), *d.key, d.modules] += float(probability[d.node])
    assert len(book.later) == len(likely)
    assert Counter((entry.year, round(entry.probability, 9)) for entry in book.later) == Counter(
        (year, round(p, 9)) for (year, _, _, _), p in likely.items()
    )
    assert all(0.0 < entry.probability <= 1.0 + 1e-9 for entry in book.later)
    assert [entry.year for entry in book.later] == sorted(entry.year for entry in book.later)


def test_values_of_paths_average_to_the_expected_value(reading: Reading):
    values = path_values(reading.tree, reading.certificate.by_node)
    probability = node_probability(reading.tree)
    assert set(values) == set(leaves(reading.tree))
    assert sum(probability[leaf] * value for leaf, value in values.items()) == pytest.approx(reading.certificate.value)


def test_what_is_still_to_come_adds_up_to_the_value_of_paths(reading: Reading):
    """From the root all of it; from a leaf its own years alone."""
    value = continuation(reading.tree, reading.certificate.by_node)
    probability = node_probability(reading.tree)
    assert value[0] == pytest.approx(reading.certificate.value)
    own = reading.certificate.by_node / probability
    for leaf, whole in path_values(reading.tree, reading.certificate.by_node).items():
        assert value[leaf] == pytest.approx(own[leaf])
        assert whole == pytest.approx(own[list(history(reading.tree, leaf))].sum())


def test_the_headline_is_the_plan_against_standing_still(book: Book, starter_run: Run):
    worth = next(s for s in book.headline if s.key == "headline.value")
    solved = starter_run.solved
    assert amount(worth, "npv") == solved.certificate.value
    assert amount(worth, "added") == pytest.approx(solved.value_added)
    assert amount(worth, "share") == pytest.approx(solved.value_added / abs(solved.standing))
    gap = next(s for s in book.headline if s.key == "headline.gap")
    assert amount(gap, "gap") == book.cover.gap_value_added == solved.gap_value_added
    assert gap.terms["bound"] == book.cover.bound == solved.gap_bound
    assert book.cover.gap_value_added <= 0.01


def test_what_the_program_assumes_in_every_case_is_told(book: Book, starter_run: Run):
    [told] = [warning for warning in book.warnings if warning.key == "warn.every_case"]
    value = starter_run.ready.study.conventions.demand.of("rival_value").value
    assert (amount(told, "value"), amount(told, "days"), amount(told, "years")) == (value, OVERLAND_DAYS, TAX_YEARS)
