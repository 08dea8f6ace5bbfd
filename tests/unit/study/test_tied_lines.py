"""Lives, notice, conversion, choices, joint ventures and tooling of lines, from the tables of a case to the plan that is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from roadstead.footprint.certify import certify
from roadstead.footprint.solve import Effort, solve
from roadstead.futures.evaluate import evaluate
from roadstead.playbook.decisions import decisions, sentence
from roadstead.playbook.reading import Names, Reading, capacity, output, tool_names
from roadstead.report.words import Words
from roadstead.study.progress import Quiet
from roadstead.study.silence import solver_silenced
from roadstead.study.spec import read_study
from roadstead.study.study import prepare, run
from roadstead.study.sweep import _names as names_of_a_sweep

QUICK = Effort(gap=0.1, seconds=60.0, workers=1)
LINES = "lines.csv"


def widen(case, *columns: str) -> None:
    """Give lines.csv further columns, empty in every row."""
    rows = case.table(LINES)
    case.write(LINES, [row + (list(columns) if not i else [""] * len(columns)) for i, row in enumerate(rows)])


def plant_at_bahia(case, **further: str) -> int:
    """A plant that the kit line of Bahia can be converted to; the line it stands in."""
    if "converts" not in case.table(LINES)[0]:
        widen(case, "converts")
    line = case.add(
        LINES,
        **{
            "line": "bahia_plant", "name": "Bahia, plant", "name_zh": "巴伊亚（整车厂）", "place": "BRA", "mode": "local",
            "standing": "candidate", "module_size": "25000", "modules_now": "0", "modules_limit": "0", "lead": "2",
            "models": "city|voyage", "converts": "bahia", **further,
        },
    )  # fmt: skip
    for item, value, unit in (
        ("open_cost", "30000000", "USD"), ("local_content", "0.6", "1"), ("local_premium", "0", "1"),
        ("site_fixed", "1000000", "USD/year"), ("module_cost", "100000000", "USD"),
    ):  # fmt: skip
        case.add("figures.csv", subject="bahia_plant", item=item, value=value, unit=unit)
    return line


def prospect(case):
    return prepare(read_study(case.folder), Quiet()).evaluation.prospect


def test_what_is_left_out_ties_nothing(starter_ready):
    options, resources = starter_ready.evaluation.prospect.options, starter_ready.evaluation.prospect.resources
    assert not options.minimum_life.any()
    assert not options.notice.any()
    assert not resources.notice.any()
    assert (options.maximum_life == 9999).all()
    assert (resources.maximum_life == 9999).all()
    assert (options.grows_from == -1).all()
    assert (options.needs == -1).all()
    assert (options.choice == -1).all()


@pytest.mark.parametrize("method", ["extensive", "decomposition"])
def test_a_line_of_a_part_of_a_step_closes_as_a_whole(case, method):
    """By each planner: 2.4 steps stand, so dear to keep that all are given up."""
    case.set(LINES, ("bahia",), "modules_now", "2.4")
    case.set(LINES, ("bahia",), "modules_limit", "5")
    case.set("figures.csv", ("kit", "site_fixed"), "value", "4e8")
    found = prepare(read_study(case.folder), Quiet())
    tree, posed = found.grown.tree, found.evaluation.prospect
    with solver_silenced():
        solved = solve(tree, posed, Effort(gap=0.05, seconds=60.0, method=method))
    bahia = posed.labels.resource.index("bahia")
    assert solved.plan.decisions.close[0, posed.labels.option.index("bahia")] == 1
    assert solved.plan.decisions.retire[0, bahia] == pytest.approx(2.4)
    assert certify(tree, posed, solved.plan).value == solved.certificate.value


def test_lives_and_notice_hold_for_the_line_and_its_steps(case):
    widen(case, "minimum_life", "maximum_life", "notice")
    for column, value in (("minimum_life", "3"), ("maximum_life", "6"), ("notice", "1")):
        case.set(LINES, ("styria",), column, value)
    p = prospect(case)
    d, r = p.labels.option.index("styria"), p.labels.resource.index("styria")
    assert (p.options.minimum_life[d], p.options.maximum_life[d], p.options.notice[d]) == (3, 6, 1)
    assert (p.resources.minimum_life[r], p.resources.maximum_life[r], p.resources.notice[r]) == (3, 6, 1)
    assert p.options.minimum_life.sum() == 3
    assert p.resources.minimum_take[r] == 0.7, "paid for through the notice as before"


def test_a_life_counts_from_the_year_in_which_a_running_line_opened(case):
    widen(case, "maximum_life")
    case.set(LINES, ("bahia",), "maximum_life", "5")
    p = prospect(case)
    assert p.options.opens[p.labels.option.index("bahia")] == 2025
    standing = p.resources.existing[:, p.labels.resource.index("bahia")]
    assert (standing > 0).tolist() == (p.node_years.year < 2030).tolist()


def test_a_plant_takes_over_the_steps_of_the_kit_line_it_converts(case):
    plant_at_bahia(case)
    p = prospect(case)
    kit, plant = p.labels.option.index("bahia"), p.labels.option.index("bahia_plant")
    assert p.options.grows_from[plant] == kit
    assert p.resources.limit[p.labels.resource.index("bahia_plant")] == 0
    row = p.labels.resource.index("bahia")
    users = p.resources.use_arc[p.resources.use_resource == row]
    assert set(p.arcs.supply_option[users].tolist()) == {kit, plant}
    assert p.resources.option[row] == kit


def test_steps_of_its_own_stand_beside_those_taken_over(case):
    plant_at_bahia(case, modules_limit="2", module_size="40000")
    p = prospect(case)
    own, taken = p.labels.resource.index("bahia_plant"), p.labels.resource.index("bahia")
    assert (p.resources.limit[own], p.resources.size[own]) == (2.0, 40000.0)
    assert p.resources.option[own] == p.labels.option.index("bahia_plant")
    plant = p.arcs.supply == p.labels.supply.index("bahia_plant")
    new = np.asarray([regime == "new steps" for regime in p.arcs.regime])
    assert (plant & new).sum() == (plant & ~new).sum() > 0
    for row, mine in ((own, plant & new), (taken, plant & ~new)):
        assert set(np.flatnonzero(mine)) <= set(p.resources.use_arc[p.resources.use_resource == row])
    assert np.array_equal(p.arcs.margin[:, plant & new], p.arcs.margin[:, plant & ~new])


def test_a_plan_takes_cheap_steps_of_its_own(case):
    plant_at_bahia(case, modules_limit="2")
    case.set("figures.csv", ("bahia_plant", "module_cost"), "value", "1e6")
    with solver_silenced():
        done = run(read_study(case.folder), effort=QUICK, progress=Quiet())
    p, build = done.ready.evaluation.prospect, done.solved.plan.decisions.build
    assert build[:, p.labels.resource.index("bahia_plant")].any()
    said = [Words("en", "USD").say(row.what).replace("\u00a0", " ") for row in done.book.decisions]
    assert any(words.startswith("Expand Bahia, plant (Brazil) by ") and words.endswith("for $1 m.") for words in said)


def test_a_conversion_is_taken_and_told_in_both_languages(case):
    plant_at_bahia(case)
    with solver_silenced():
        done = run(read_study(case.folder), effort=QUICK, progress=Quiet())
    ready, solved = done.ready, done.solved
    reading = Reading(ready.grown.tree, ready.evaluation, solved.plan, solved.certificate, Names(
        ready.study.names, {}, ready.grown.names
    ))  # fmt: skip
    found = [d for d in decisions(reading) if d.kind == "convert"]
    assert found
    assert {d.subject for d in found} == {"bahia_plant"}
    first = found[0]
    assert first.capital == 30e6
    year = int(ready.grown.tree.start[first.node]) + 2
    said = Words("en", "USD").say(sentence(reading, first)).replace("\u00a0", " ")
    assert said.startswith("Convert Bahia, kit line (Brazil) to Bahia, plant: its capacity then makes ")
    assert said.endswith(f"first cars in {year}, for $30 m.")
    assert Words("zh", "USD").say(sentence(reading, first)).startswith("将巴西巴伊亚（散件组装）改造为巴伊亚（整车厂）")
    more = Words("en", "USD").say(sentence(reading, replace(first, modules=1.0))).replace("\u00a0", " ")
    assert "Bahia, plant: its capacity and 25,000 cars a year more then make " in more
    told = [row.what.key for row in done.book.decisions]
    assert told.count("convert") == len(found)
    able, made = capacity(reading), output(reading)
    assert (made <= able + 1.0).all(), "a line makes no more than it can once it has become another"
    assert made[:, [line.line_id for line in ready.evaluation.ledger.lines].index("bahia_plant")].any()


def test_a_conversion_may_be_announced_without_further_steps(case):
    plant_at_bahia(case, standing="announced", opens="2029")
    case.edit("case.yaml", "announced: {}", "announced:\n  bahia_plant: {year: 2027, modules: 0}")
    with solver_silenced():
        done = run(read_study(case.folder), effort=QUICK, progress=Quiet())
    worth = {row.key: row for row in done.book.comparisons}
    assert worth["announced"].capital == pytest.approx(30e6 / done.ready.evaluation.prospect.options.outlay[3])
    assert worth["announced"].npv != worth["standing"].npv


def test_a_line_announced_without_a_step_is_told(case):
    case.set(LINES, ("izmir",), "standing", "announced")
    case.set(LINES, ("izmir",), "opens", "2029")
    case.edit("case.yaml", "announced: {}", "announced:\n  izmir: {year: 2027, modules: 0}")
    assert (case.fault().code, "without a capacity step" in str(case.fault())) == ("RS-S617", True)


def test_of_a_choice_at_most_one_is_taken(case):
    widen(case, "choice")
    for line in ("izmir", "styria"):
        case.set(LINES, (line,), "choice", "europe")
    p = prospect(case)
    assert p.options.choice[[p.labels.option.index(n) for n in ("bahia", "izmir", "styria")]].tolist() == [-1, 0, 0]


def test_a_joint_venture_pays_and_earns_its_share_and_home_what_it_sends(starter_ready):
    """(P.4) on one arc: two thirds of the venture's profit, and a third of what home earns on the kit."""
    ledger = starter_ready.evaluation.ledger
    carmaker = ledger.costing.carmaker
    bahia = carmaker.lines["bahia"]
    shared = replace(carmaker, lines={**carmaker.lines, "bahia": replace(bahia, own_share=2 / 3)})
    ready = starter_ready
    again = evaluate(ready.grown, replace(ledger.costing, carmaker=shared), ready.rulebook, ready.study.events)
    p, q = ready.evaluation.prospect, again.prospect
    a = next(a for a, key in enumerate(ledger.arcs) if key.line == "bahia")
    bars = {bar.key: bar.amount for bar in ledger.waterfall(a, 0)}
    model = carmaker.models[ledger.offers[ledger.arcs[a].offer].model_id]
    sold = model.transfer_margin * (bars["kit"] + bars["inland"])
    expected = 2 / 3 * p.arcs.margin[0, a] + sold / 3 * (1 - carmaker.home.tax_rate)
    assert q.arcs.margin[0, a] == pytest.approx(expected)
    others = [a for a, key in enumerate(ledger.arcs) if key.line != "bahia"]
    assert np.array_equal(q.arcs.margin[:, others], p.arcs.margin[:, others])
    d, r = p.labels.option.index("bahia"), p.labels.resource.index("bahia")
    assert q.resources.cost[:, r] == pytest.approx(p.resources.cost[:, r] * 2 / 3)
    assert q.resources.fixed[:, r] == pytest.approx(p.resources.fixed[:, r] * 2 / 3)
    assert q.options.fixed[:, d] == pytest.approx(p.options.fixed[:, d] * 2 / 3)
    assert q.options.exit_cost[:, d] == pytest.approx(p.options.exit_cost[:, d] * 2 / 3)


def tool(case, **further: str) -> None:
    columns = ("line", "model", "cost", "fixed", "currency", "lead", "source", "as_of", "confidence", "note")
    case.write("tooling.csv", [list(columns)])
    given = {"line": "bahia", "model": "voyage", "cost": "20e6", "fixed": "1e6", "currency": "USD", "lead": "1"}
    case.add("tooling.csv", **(given | further))


def test_a_model_is_made_only_where_it_is_tooled_for(case):
    tool(case)
    p = prospect(case)
    option = p.labels.option.index("tool voyage at bahia")
    assert p.options.needs[option] == p.labels.option.index("bahia")
    bahia, voyage = p.labels.supply.index("bahia"), p.labels.model.index("voyage")
    model = np.asarray([k for _, k in p.labels.cell])[p.arcs.cell]
    here = p.arcs.supply == bahia
    assert set(p.arcs.supply_option[here & (model == voyage)].tolist()) == {option}
    assert set(p.arcs.supply_option[here & (model != voyage)].tolist()) == {p.labels.option.index("bahia")}
    assert p.options.outlay[option] * p.options.cost[0, option] == pytest.approx(20e6)


def test_tools_are_called_by_model_and_site_beside_others_and_in_sweeps(case):
    tool(case)
    study = read_study(case.folder)
    option = "tool voyage at bahia"
    called = tool_names(study.carmaker, study.names)[option]
    model, (site, site_zh) = study.carmaker.models["voyage"], study.names["bahia"]
    assert (called.en, called.zh) == (f"{model.name}, {site}", f"{model.name_zh}（{site_zh}）")
    assert names_of_a_sweep(study)[option] == (called.en, called.zh)


def test_tooling_is_told(case):
    tool(case)
    with solver_silenced():
        done = run(read_study(case.folder), effort=QUICK, progress=Quiet())
    (row,) = [row for row in done.book.do_now if row.what.key == "tool"]
    assert Words("en", "USD").say(row.what).replace("\u00a0", " ").startswith("Tool ")
    assert "Bahia, kit line" in Words("en", "USD").say(row.what)
    assert row.costs_to_skip > 0
    assert Words("zh", "USD").say(row.what)
    assert Words("en", "USD").say(row.why)


@pytest.mark.parametrize(
    ("key", "column", "value", "words"),
    [
        ("izmir", "converts", "bahia", "`bahia` is no kit line in TUR, so `izmir` cannot grow out of it"),
        ("izmir", "converts", "bahai", "`bahai` is no line"),
        ("izmir", "choice", "europe", "`izmir` alone has the choice `europe`"),
        ("bahia", "choice", "europe", "`bahia` is operating: it is chosen already"),
        ("styria", "own_share", "0.5", "it has no shares"),
    ],
)
def test_ties_that_do_not_fit_are_told_at_their_cell(case, key, column, value, words):
    widen(case, column)
    where = case.set(LINES, (key,), column, value)
    fault = case.fault()
    assert (fault.where, fault.code) == (where, "RS-S620")
    assert words in str(fault)


def test_a_life_that_ends_before_it_may_is_told(case):
    widen(case, "minimum_life", "maximum_life")
    case.set(LINES, ("styria",), "minimum_life", "5")
    where = case.set(LINES, ("styria",), "maximum_life", "4")
    assert (case.fault().where, case.fault().code) == (where, "RS-S620")


@pytest.mark.parametrize(
    ("further", "column", "words"),
    [
        ({"converts": "bahia_plant"}, "converts", "is no kit line in BRA"),
    ],
)
def test_a_conversion_that_does_not_fit_is_told(case, further, column, words):
    line = plant_at_bahia(case, **further)
    fault = case.fault()
    assert fault.where == f"{LINES}:{line}:{case.table(LINES)[0].index(column) + 1} ({column})"
    assert (fault.code, words in str(fault)) == ("RS-S620", True)


@pytest.mark.parametrize(
    ("further", "column", "code"),
    [
        ({"line": "izmit"}, "line", "RS-S606"),
        ({"model": "truck"}, "model", "RS-S606"),
        ({"currency": "XYZ"}, "currency", "RS-S605"),
        ({"cost": "-1"}, "cost", "RS-T110"),
    ],
)
def test_tooling_that_does_not_fit_is_told(case, further, column, code):
    tool(case, **further)
    fault = case.fault()
    assert fault.code == code
    assert fault.where.endswith(f"({column})")
