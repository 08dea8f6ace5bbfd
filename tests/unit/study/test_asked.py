"""Budgets and the worst futures as a case states them: read with their place, and at work in the prospect."""

from __future__ import annotations

import numpy as np
import pytest

from roadstead.footprint.solve import Effort
from roadstead.report.words import Words
from roadstead.study.progress import Quiet
from roadstead.study.silence import solver_silenced
from roadstead.study.spec import read_study
from roadstead.study.store import store, verify
from roadstead.study.study import prepare, run
from roadstead.terms.errors import RoadsteadError

YAML = "case.yaml"
QUICK = Effort(gap=0.1, seconds=60.0, workers=1)


def ask(case, text: str) -> None:
    for entry in text.split("\n"):
        old = "budget: {}" if entry.startswith("budget") else "risk: {level: 0.1, weight: 0}"
        case.edit(YAML, old, entry)


def test_without_them_nothing_is_limited_and_the_mean_alone_counts(starter_ready):
    p = starter_ready.evaluation.prospect
    assert np.isinf(p.budget).all()
    assert p.tails.level.size == p.tails.weight.size == 0


def test_a_budget_holds_at_every_node_of_its_stage(case):
    ask(case, "budget: {2027: 150e6, 2029: 0}")
    ready = prepare(read_study(case.folder), Quiet())
    tree, p = ready.grown.tree, ready.evaluation.prospect
    assert p.budget[tree.start == 2027].tolist() == [150e6]
    assert p.budget[tree.start == 2029].tolist() == [0.0, 0.0]
    assert np.isinf(p.budget[tree.start == 2032]).all()


def test_a_budget_counts_what_is_paid_before_the_tax_it_saves(starter_ready):
    p, ledger = starter_ready.evaluation.prospect, starter_ready.evaluation.ledger
    lines, channels = ledger.costing.carmaker.lines, ledger.costing.carmaker.channels
    izmir = lines["izmir"]
    d, r = p.labels.option.index("izmir"), p.labels.resource.index("izmir")
    assert p.options.outlay[d] * p.options.cost[0, d] == pytest.approx(0.9 * izmir.open_cost)
    assert p.resources.outlay[r] * p.resources.cost[0, r] == pytest.approx(0.9 * izmir.module_cost)
    entry = p.labels.option.index("enter GBR")
    assert p.options.outlay[entry] * p.options.cost[0, entry] == pytest.approx(channels["GBR"].entry_cost)
    dealers = p.labels.resource.index("dealers DEU")
    assert p.resources.outlay[dealers] * p.resources.cost[0, dealers] == pytest.approx(10e6)


def test_the_worst_futures_are_weighed(case):
    ask(case, "risk: {level: 0.1, weight: 0.3}")
    tails = prepare(read_study(case.folder), Quiet()).evaluation.prospect.tails
    assert (tails.level.tolist(), tails.weight.tolist()) == ([0.1], [0.3])


def test_a_weight_of_nothing_is_no_tail(case):
    assert read_study(case.folder).case.risk is not None
    assert prepare(read_study(case.folder), Quiet()).evaluation.prospect.tails.level.size == 0


@pytest.mark.parametrize(
    ("text", "spot", "code", "words"),
    [
        ("budget: {2028: 150e6}", "150e6}", "RS-S619", "a year in which one does: 2027, 2029, 2032"),
        ("budget: {2027: -1}", "-1}", "RS-S603", "greater than or equal to 0"),
        ("budget: {2027: much}", "much}", "RS-S603", "a valid number"),
        ("budget: [150e6]", "[150e6]", "RS-S603", "does not fit"),
        ("risk: {level: 10, weight: 0.3}", "10, weight", "RS-T109", "write 0.1 for 10 %"),
        ("risk: {level: 0, weight: 0.3}", "0, weight", "RS-S603", "greater than 0"),
        ("risk: {level: 0.1, weight: 30}", "30}", "RS-T109", "write 0.3 for 30 %"),
        ("risk: {level: 0.1, share: 0.3, weight: 0.1}", "share: 0.3", "RS-S603", "`share` is not known here"),
    ],
)
def test_what_cannot_be_is_told_at_its_place(case, text, spot, code, words):
    ask(case, text)
    fault = case.fault()
    assert fault.where.partition(" ")[0] == case.line_of(YAML, text).rpartition(":")[0] + f":{text.index(spot) + 1}"
    assert fault.code == code
    assert words in str(fault)


def test_a_pin_and_a_budget_that_clash_are_told_at_the_pin(case):
    case.edit(YAML, "pins: []", "pins:\n  - {what: izmir, do: open, by: 2028}")
    ask(case, "budget: {2027: 20e6}")
    with pytest.raises(RoadsteadError) as caught, solver_silenced():
        run(read_study(case.folder), effort=QUICK, progress=Quiet())
    (fault,) = caught.value.faults
    assert fault.where == case.line_of(YAML, "{what: izmir, do: open, by: 2028}")
    assert fault.code == "RS-F503"
    for words in (
        "the pin `izmir` committed to by 2028",
        "a budget of 2027 (Rules as they stand) of 20,000,000",
        "committed to by 2029",
    ):
        assert words in str(fault)


def test_a_plan_with_both_says_what_is_maximised_and_prints_expected_npv(case, tmp_path):
    ask(case, "budget: {2027: 40e6, 2029: 100e6}\nrisk: {level: 0.3, weight: 0.5}")
    with solver_silenced():
        done = run(read_study(case.folder), effort=QUICK, progress=Quiet())
        checks = {check.name: check for check in verify(store(done, tmp_path / "run")).checks}
    certificate = done.solved.certificate
    assert all(check.holds for check in checks.values())
    assert f"; weighed with its worst futures {certificate.value:,.2f}" in checks["plan"].detail
    assert "plan weighed with its worst futures" in checks["bounds"].detail
    assert certificate.value < certificate.expected
    assert next(row for row in done.book.comparisons if row.key == "plan").npv == certificate.expected
    said = Words("en", "USD").joined(done.book.cover.conventions).replace("\u00a0", " ")
    assert "At most $40 m of capital may be committed as 2027 begins." in said
    assert "50% of expected NPV and 50% of its mean over the worst 30% of futures" in said
    p, d = done.ready.evaluation.prospect, done.solved.plan.decisions
    paid = (p.options.outlay * p.options.cost * d.commit).sum(1) + (
        p.resources.outlay * p.resources.cost * d.build
    ).sum(1)
    assert (paid <= p.budget * (1 + 1e-6)).all()


def test_what_the_plan_is_held_against_may_break_a_budget_and_that_is_said(case):
    case.set("lines.csv", ("izmir",), "standing", "announced")
    case.set("lines.csv", ("izmir",), "opens", "2029")
    case.edit(YAML, "announced: {}", "announced:\n  izmir: {year: 2027, modules: 1}")
    ask(case, "budget: {2027: 40e6}")
    with solver_silenced():
        done = run(read_study(case.folder), effort=QUICK, progress=Quiet())
    said = [Words("en", "USD").say(s).replace("\u00a0", " ") for s in done.book.warnings if s.key == "warn.not_kept"]
    assert len(said) == 1
    assert "(b) Announced programme does not keep what the case asks" in said[0]
