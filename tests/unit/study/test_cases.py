"""The bundled cases: sound, cited, and with the probabilities they state."""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from pathlib import Path

import pytest

from roadstead.study.bundled import case_folder
from roadstead.study.spec import Study, read_study
from roadstead.terms.errors import RoadsteadError
from roadstead.world.carmaker import Standing

CASES = Path(__file__).parents[3] / "cases"
NAMES = sorted(str(path.parent.relative_to(CASES)) for path in CASES.rglob("case.yaml"))
OVERSEAS_2025 = 1_046_083  # cars BYD sold abroad in 2025, as cited in its case


@pytest.fixture(scope="module", params=NAMES)
def study(request: pytest.FixtureRequest) -> Study:
    return read_study(CASES / request.param)


@pytest.fixture(scope="module")
def byd() -> Study:
    return read_study(CASES / "byd")


def implied(study: Study) -> dict[str, float]:
    """Probability that each event has fired on the way to a leaf, worked out from the declared nodes alone."""
    nodes = {node.id: node for node in study.case.tree.nodes}
    parents = {node.parent for node in nodes.values()}
    found: dict[str, float] = defaultdict(float)
    for leaf in nodes.values():
        if leaf.id in parents:
            continue
        at, chance, fired = leaf, 1.0, set(leaf.fires)
        while at.parent:
            chance *= at.probability
            at = nodes[at.parent]
            fired |= set(at.fires)
        for event in fired:
            found[event] += chance
    return found


def test_cases_are_there():
    assert {"byd", "past/japan-1981", "starter"} <= set(NAMES)


def test_events_state_what_the_tree_implies(study):
    found = implied(study)
    stated = {event.id: event.probability for event in study.case.events}
    assert dict(found) == pytest.approx(stated, abs=0.005)


def test_every_row_rests_on_something(study):
    for name, rows in study.rows.items():
        for row in rows if name != "sources" else ():
            proof = row.evidence
            assert proof.source_id in study.sources or (proof.is_assumption and proof.note), row.where("source")


def test_no_source_is_listed_in_vain(study):
    cited = {row["source"] for name, rows in study.rows.items() if name != "sources" for row in rows}
    for table in study.folder.rglob("*.csv"):
        if table.name == "sources.csv":
            continue
        with table.open(encoding="utf-8", newline="") as handle:
            cited |= {row["source"] for row in csv.DictReader(handle)}
    assert {row["source"] for row in study.rows["sources"]} <= cited


def test_own_sources_name_a_page(study):
    for row in study.rows["sources"]:
        host, slash, page = row["url"].removeprefix("https://").partition("/")
        assert host, row.where("url")
        assert slash, row.where("url")
        assert page, row.where("url")


@pytest.mark.parametrize(("day", "last"), [("2025-12-30", 2024), ("2025-12-31", 2025), ("2026-07-02", 2025)])
def test_histories_end_with_the_last_year_that_was_over(tmp_path, day, last):
    folder = tmp_path / "starter"
    shutil.copytree(CASES / "starter", folder)
    text = (folder / "case.yaml").read_text(encoding="utf-8")
    (folder / "case.yaml").write_text(text.replace("as_known_on: 2026-07-02", f"as_known_on: {day}"), encoding="utf-8")
    head = "place,year,months,nev_share,nev_share_before,nev_sales,total_sales,source,as_of,confidence,note\n"
    rows = "".join(f"TUR,{year},3,0.2,0.1,200,1000,assumption,{year}-04,low,made up\n" for year in range(2023, 2028))
    (folder / "world").mkdir(exist_ok=True)
    (folder / "world" / "year_to_date.csv").write_text(head + rows, encoding="utf-8")
    world = read_study(folder).world
    assert max(row["year"] for name in ("sales", "nev", "incomes") for row in world.tables[name]) == last
    assert max(row["year"] for row in world.tables["year_to_date"]) == int(day[:4])


def test_the_case_of_byd_is_as_large_as_promised(byd):
    case, carmaker = byd.case, byd.carmaker
    assert 15 <= len(case.tree.nodes) <= 40
    assert 20 <= len(carmaker.channels) <= 25
    assert 8 <= len(carmaker.lines) <= 12
    assert len(carmaker.models) == 5
    standings = {line.standing for line in carmaker.lines.values()}
    assert standings == set(Standing)


@pytest.mark.parametrize("importer", ["EU27", "USA", "MEX", "BRA", "TUR", "RUS", "CAN"])
def test_the_case_of_byd_doubts_the_law_of_each_wall(byd, importer):
    chances = [
        event.probability
        for event in byd.events.values()
        if any(change.importer == importer for change in event.amendments)
    ]
    assert any(0.0 < chance < 1.0 for chance in chances)


def test_the_case_of_byd_doubts_local_content_and_demand(byd):
    events = byd.events.values()
    assert {rule.place for event in events for rule in event.content} >= {"THA", "IDN"}
    assert {event.demand for event in events} >= {"slow", "fast"}


def test_byd_sells_no_more_than_it_sold_abroad(byd):
    planned = sum(offer.sales for offer in byd.carmaker.offers)
    assert 0.5 * OVERSEAS_2025 < planned < OVERSEAS_2025


def test_a_file_is_no_case_folder(tmp_path):
    for name, expected in (
        ("case.yaml", f"the folder it is in: {tmp_path}"),
        ("a.problem", "a folder with a case.yaml"),
    ):
        (tmp_path / name).touch()
        with pytest.raises(RoadsteadError) as caught:
            case_folder(tmp_path / name)
        [fault] = caught.value.faults
        assert (fault.code, fault.message) == ("RS-S601", "this is a file, not a case folder")
        assert fault.expected == expected


def test_the_starter_case_is_made_up_and_small():
    study = read_study(CASES / "starter")
    assert len(study.case.tree.nodes) <= 9
    assert len(study.case.events) >= 3
    assert len(study.carmaker.channels) <= 6
    assert {line.mode.value for line in study.carmaker.lines.values()} == {"kit", "local", "contract"}
    assert "made up" in (study.folder / "case.yaml").read_text(encoding="utf-8").splitlines()[0]
    keys = set(study.case.model_dump()) - {"patched"}
    text = (study.folder / "case.yaml").read_text(encoding="utf-8")
    assert all(f"\n{key}:" in text for key in keys), "the template shows every key that a person writes"
