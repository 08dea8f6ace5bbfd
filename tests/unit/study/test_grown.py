"""A case whose tree is grown from paths: read, refused where it cannot be, planned, told and verified like any other."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from rehearsals import small_grown_case

from roadstead.footprint.solve import Effort
from roadstead.futures.tree import history, leaves, node_probability
from roadstead.study import growing
from roadstead.study.growing import begin
from roadstead.study.patch import event, setting
from roadstead.study.patched import patched
from roadstead.study.preflight import check
from roadstead.study.progress import Quiet
from roadstead.study.silence import solver_silenced
from roadstead.study.spec import read_study
from roadstead.study.store import store, verify
from roadstead.study.study import prepare, run
from roadstead.study.template import new_case
from roadstead.terms.errors import RoadsteadError

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.study.spec import Study
    from roadstead.study.study import Run

YAML = "case.yaml"
GROWN = "grown: {nodes: [1, 4, 11], seed: 1, paths: 2000, events: all, economy: true}"


@pytest.fixture(scope="module")
def grown_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """On a tree of few nodes."""
    folder = tmp_path_factory.mktemp("small") / "case"
    small_grown_case(folder)
    with solver_silenced():
        return run(read_study(folder), effort=Effort(gap=0.01, seconds=300.0, workers=1), progress=Quiet())


@pytest.fixture
def grown(tmp_path, case):
    """A copy of the grown starter case that a test may spoil, on a tenth of its paths."""
    folder = tmp_path / "grown"
    new_case(folder, grown=True)
    copy = type(case)(folder)
    copy.edit(YAML, "paths: 20000", "paths: 2000")
    return copy


def says(fault, where: str, code: str, *words: str) -> None:
    assert (fault.where, fault.code) == (where, code)
    for word in words:
        assert word in str(fault)


def test_it_plans_to_a_proven_gap(grown_run: Run):
    assert grown_run.solved.gap_value_added <= 0.01
    assert grown_run.solved.certificate.value > grown_run.book.comparisons[1].npv


def test_the_playbook_speaks_of_its_nodes_and_events(grown_run: Run):
    grown, book = grown_run.ready.grown, grown_run.book
    assert [(node.name.en, node.name.zh) for node in book.tree] == list(grown.names)
    assert sum(node.probability for node in book.tree if node.node in leaves(grown.tree)) == pytest.approx(1.0)
    titles = {event.title for event in grown.events.values()}
    assert {title for node in book.tree for title in (name.en for name in node.fires)} <= titles
    assert {row.event.en for row in book.events} == titles
    assert book.timeline


def test_triggers_are_named_as_the_nodes_on_the_way(grown_run: Run):
    """One for every node that may come or not, as likely as it is, by what sets it and those before it apart."""
    grown, book = grown_run.ready.grown, grown_run.book
    probability = node_probability(grown.tree)
    told = {
        " › ".join(grown.names[n][0] for n in history(grown.tree, node)[1:]): float(probability[node])
        for node in range(1, grown.tree.count)
        if (grown.tree.parent == grown.tree.parent[node]).sum() > 1
    }
    assert {trigger.event.en: trigger.probability for trigger in book.triggers} == pytest.approx(told)
    assert all((trigger.rests_on and "›" in trigger.event.zh) or trigger.watch_in == 2029 for trigger in book.triggers)


def test_its_run_folder_verifies(grown_run: Run, tmp_path: Path):
    found = verify(store(grown_run, tmp_path / "run"))
    assert [one for one in found.checks if not one.holds] == []


@pytest.mark.parametrize("template", ["starter", "byd"])
def test_any_bundled_case_may_grow_its_tree(template: str, tmp_path: Path):
    new_case(tmp_path / "case", template, grown=True)
    study, source = read_study(tmp_path / "case"), read_study(new_source(template))
    assert study.tree.starts == source.tree.starts
    assert study.pins == source.pins
    assert {name: event.probability for name, event in study.events.items()} == {
        name: 1.0 for name, event in source.events.items() if event.probability == 1.0
    }
    text = (tmp_path / "case" / YAML).read_text(encoding="utf-8")
    assert "What may happen" not in text
    assert "nodes:\n" not in text


def new_source(template: str) -> Path:
    from roadstead.study.bundled import bundled

    return bundled(template)


def test_check_tells_the_tree(grown_study: Study):
    found = check(grown_study.folder)
    assert found.nodes == len(found.tree) == 16
    assert found.futures == 11
    assert found.nearness is not None
    assert found.need.memory > 0.0
    assert found.tree[0].parent == -1
    stated = {one.event: one for one in found.events}
    assert stated["eu_duty_prolonged"].stated == pytest.approx(0.62, abs=0.03)
    assert any("move no money of this case" in remark for remark in found.remarks)
    assert not any("the tree implies" in remark for remark in found.remarks)


def test_a_case_may_leave_the_economy_out(grown):
    grown.edit(YAML, "economy: true", "economy: false")
    found = begin(read_study(grown.folder), Quiet()).grown
    assert found.climate is None
    told = " ".join(name for name, _ in found.names)
    assert "EU keeps duty" in told
    assert "batteries" not in told
    assert "BRL" not in told


def test_events_named_are_the_only_ones_shown(grown):
    grown.edit(YAML, "events: all", "events: [eu_duty_prolonged, gbr_duty, kor_defence]")
    study = read_study(grown.folder)
    found = begin(study, Quiet()).grown
    assert set(found.events) == {"eu_duty_prolonged", "gbr_duty:ten", "gbr_duty:twenty", "gbr_duty:thirty_five"}
    assert "kor_defence: moves no money of this case, so the tree leaves it out" in check(grown.folder).remarks


def test_what_is_certain_holds_from_the_first_day(grown):
    event = """
events:
  - {id: turkey, title: T, title_zh: 土, probability: 1.0, rests_on: law, amendments: [{action: end, importer: TUR, kind: SURTAX}]}
"""
    grown.edit(YAML, f"  {GROWN}\n", f"  {GROWN}\n{event}")
    found = begin(read_study(grown.folder), Quiet()).grown
    assert all(happened[0].event == "turkey" and happened[0].since == 2027 for happened in found.happened)
    assert not any(one.event == "tur_ends_surtax" for happened in found.happened for one in happened)


def test_a_case_brings_events_of_its_own(grown):
    folder = grown.folder / "futures"
    folder.mkdir()
    write(
        folder / "events.csv",
        "event,title,title_zh,comes,comes_zh,stays_away,stays_away_zh,markets,kind,chances,low,high,played,would_change,would_change_zh,why,why_zh",
        "tha_wall,Thailand shuts,泰国关闭,Thailand shuts,泰国关闭,Thailand open,泰国开放,THA,duty raised,2028=0.5,0.5,2,yes,duty,关税,made up,虚构",
    )
    write(
        folder / "event_changes.csv",
        "event,place,action,kind,measure,origins,powertrains,products,firms,rate",
        "tha_wall,THA,add,,,CHN,BEV,car,,1.5",
    )
    write(
        folder / "event_evidence.csv",
        "event,about,url,source,as_of,confidence,note",
        "tha_wall,chance,,assumption,2026-07-02,low,made up for the test",
    )
    grown.edit(YAML, "events: all, economy: true", "events: [tha_wall], economy: false")
    found = begin(read_study(grown.folder), Quiet()).grown
    assert set(found.events) == {"tha_wall"}
    assert found.events["tha_wall"].probability > 0.9
    shown = [one for happened in found.happened for one in happened]
    assert shown
    assert {one.event for one in shown} == {"tha_wall"}
    assert all(one.since >= 2028 for one in shown)


def write(path: Path, *lines: str) -> None:
    rows = [next(csv.reader([line])) for line in lines]
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(rows)


@pytest.mark.parametrize(
    ("new", "at", "code", "words"),
    [
        ("nodes: [1, 4]", "[1, 4]", "RS-S609", ["2 numbers of nodes for 3 stages"]),
        ("nodes: [2, 4, 8]", "[2, 4, 8]", "RS-S609", ["1 node in the first stage"]),
        ("nodes: [1, 8, 4]", "[1, 8, 4]", "RS-S609", ["none fewer than in the one before"]),
    ],
)
def test_a_shape_that_no_tree_has(grown, new, at, code, words):
    grown.edit(YAML, "nodes: [1, 4, 11]", new)
    says(grown.fault(), grown.line_of(YAML, at), code, *words)


def test_events_that_are_none_or_only_shown(grown):
    grown.edit(YAML, "events: all", "events: [moon_opens, ind_opens]")
    first, second = grown.faults()
    assert first.where == grown.line_of(YAML, "moon_opens")
    assert "there is no event `moon_opens`" in str(first)
    assert "`ind_opens` cannot be planned with" in str(second)
    assert {first.code, second.code} == {"RS-S609"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f"  {GROWN}\n", "\n"),
        (f"  {GROWN}\n", f"  {GROWN}\n  nodes: [{{id: today, name: a, name_zh: b}}]\n"),
    ],
)
def test_a_tree_is_declared_or_grown(grown, old, new):
    grown.edit(YAML, old, new)
    fault = grown.fault()
    assert fault.code == "RS-S603"
    assert "either `nodes:`, root first, or `grown:`" in str(fault)


def test_what_may_happen_is_not_declared_beside_it(grown):
    event = "events:\n  - {id: x, title: x, title_zh: x, probability: 0.4, rests_on: made up, demand: slow}\n"
    grown.edit(YAML, f"  {GROWN}\n", f"  {GROWN}\n{event}")
    says(grown.fault(), grown.line_of(YAML, "0.4, rests"), "RS-S609", "futures/events.csv")


def test_a_faulty_table_of_events(grown):
    folder = grown.folder / "futures"
    folder.mkdir()
    write(folder / "event_changes.csv", "event,place,action,kind,measure,origins,powertrains,products,firms,rate",
          "no_such,THA,add,,,CHN,BEV,car,,1.5")  # fmt: skip
    fault = grown.fault()
    assert fault.where == "futures/event_changes.csv:2:1 (event)"
    assert fault.code == "RS-F541"


def test_a_tree_too_large_is_refused_before_anything_is_drawn(grown, monkeypatch):
    grown.edit(YAML, "nodes: [1, 4, 11]", "nodes: [1, 1000, 100000]")
    study = read_study(grown.folder)
    monkeypatch.setattr(growing, "grow_from_paths", lambda *_: pytest.fail("paths were drawn"))
    with pytest.raises(RoadsteadError) as caught:
        begin(study, Quiet())
    (fault,) = caught.value.faults
    assert fault.code == "RS-F533"
    assert fault.where == grown.line_of(YAML, "stages: [2027")
    assert "at most" in fault.expected


@pytest.mark.parametrize("read", [lambda study: begin(study, Quiet()), lambda study: prepare(study, Quiet())])
def test_a_declared_tree_too_large_is_refused_before_anything_is_evaluated(case, monkeypatch, read):
    """Of seven nodes on a machine that can take on what six of them need: by `check`, which begins, and by `plan`, which prepares."""
    study = read_study(case.folder)
    begun = begin(study, Quiet())
    nodes, base = begun.grown.tree.count, growing._need(0.0)
    room = base.memory + (begun.need.memory - base.memory) * (nodes - 1) / nodes + 1e-6
    monkeypatch.setattr(growing, "machine_memory", lambda: room / growing.MOST_MEMORY)
    monkeypatch.setattr("roadstead.study.study.evaluate", lambda *_: pytest.fail("the prospect was worked out"))
    with pytest.raises(RoadsteadError) as caught:
        read(study)
    (fault,) = caught.value.faults
    assert fault.code == "RS-F533"
    assert fault.where == study.pin_places["tree"]
    assert f"planning on {nodes} nodes" in fault.message
    assert f"at most {nodes - 1} nodes" in fault.expected


def test_need_grows_with_the_tree():
    small, large = (growing._need(flows) for flows in (1e3, 1e5))
    assert small.within(large)
    assert not large.within(small)
    assert growing.machine_memory() > small.memory


def shown(folder: Path) -> list[tuple[str, int]]:
    """Events on the paths to the leaves of a case's tree, with the year in which each came."""
    found = begin(read_study(folder), Quiet()).grown
    return [[(one.event, one.since) for one in found.happened[leaf]] for leaf in leaves(found.tree)]


def test_a_rate_holds_on_a_grown_tree_from_its_first_day_or_from_a_later_year(grown):
    with patched(grown.folder, [setting("EU27/COUNTERVAILING=0.30"), setting("TUR/SURTAX=0.10@2030")]) as folder:
        study, ends = read_study(folder), shown(folder)
    assert study.case.patched == ("EU27/COUNTERVAILING=0.30", "TUR/SURTAX=0.10@2030")
    assert all(("patch_1", 2027) in path and ("patch_2", 2030) in path for path in ends)


def test_an_event_is_certain_in_a_later_year_of_a_tree_grown_anew(grown):
    with patched(grown.folder, [event("Türkiye ends surtax 2030")]) as folder:
        study, ends = read_study(folder), shown(folder)
    assert study.case.tree.grown.certain == {"tur_ends_surtax": 2030}
    assert all([since for name, since in path if name == "tur_ends_surtax"] == [2030] for path in ends)
    assert any(name != "tur_ends_surtax" for path in ends for name, _ in path)


def test_an_event_never_comes_on_a_tree_grown_anew(grown):
    before = shown(grown.folder)
    assert any(name == "eu_duty_prolonged" for path in before for name, _ in path)
    with patched(grown.folder, [event("EU keeps duty never")]) as folder:
        ends = shown(folder)
    assert not any(name == "eu_duty_prolonged" for path in ends for name, _ in path)


def test_a_degree_that_is_named_is_the_one_that_comes(grown):
    with patched(grown.folder, [event("bra_defence:twenty 2031")]) as folder:
        ends = shown(folder)
    assert all(("bra_defence:twenty", 2031) in path for path in ends)


def test_events_named_in_the_case_are_shown_with_the_one_made_certain(grown):
    grown.edit(YAML, "events: all", "events: [eu_duty_prolonged]")
    with patched(grown.folder, [event("tur_ends_surtax 2030")]) as folder:
        ends = shown(folder)
    assert {name for path in ends for name, _ in path} == {"eu_duty_prolonged", "tur_ends_surtax"}


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("certain: {moon_opens: 2030}", ["there is no event `moon_opens`"]),
        ("certain: {ind_opens: 2030}", ["shown, not played by itself"]),
        ("certain: {tur_ends_surtax: 2050}", ["outside the years planned", "2027 to 2036"]),
        ("certain: {'bra_defence:steep': 2030}", ["no level `steep`", "twenty"]),
        ("never: [moon_opens]", ["there is no event `moon_opens`"]),
        ("certain: {tur_ends_surtax: 2030}, never: [tur_ends_surtax]", ["certain and never comes"]),
        ("certain: {tur_ends_surtax: 2030, tur_raises: 2030}", ["both are certain in 2030"]),
    ],
)
def test_what_is_settled_beforehand_must_be_able_to_be(grown, entry: str, words: list[str]):
    grown.edit(YAML, "events: all,", f"events: all, {entry},")
    fault = grown.fault()
    assert fault.where.startswith("case.yaml:")
    for word in words:
        assert word in str(fault)


def test_what_a_case_declares_beside_a_grown_tree_is_certain_from_its_first_day_alone(grown):
    entry = """
events:
  - {id: turkey, title: T, title_zh: 土, probability: 1.0, rests_on: law, amendments: [{action: end, importer: TUR, kind: SURTAX}]}
"""
    grown.edit(YAML, f"  {GROWN}\n", f"  {GROWN}\n{entry}")
    with pytest.raises(RoadsteadError) as caught, patched(grown.folder, [event("turkey 2030")]):
        pass
    (fault,) = caught.value.faults
    assert fault.code == "RS-S735"
    assert "2027" in fault.expected
    with patched(grown.folder, [event("turkey never")]) as folder:
        assert not read_study(folder).events
