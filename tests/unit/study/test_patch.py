"""Patches: what is selected, in which order they count, what is refused, and a patched case that is a case like any other."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadstead.futures.catalogue import catalogue
from roadstead.study.patch import Certain, Named, Never, Setting, effective, event, factor, read, setting
from roadstead.study.patched import patched, work_in
from roadstead.study.spec import read_study
from roadstead.terms.errors import RoadsteadError

if TYPE_CHECKING:
    from roadstead.study.spec import Study
    from roadstead.terms.errors import Fault

STARTER = Path(__file__).parents[3] / "cases" / "starter"
PARTS = st.text(alphabet="ABCdef012 _-.é中", min_size=1, max_size=8).map(str.strip).filter(bool)
PATHS = st.lists(PARTS, min_size=2, max_size=4).map(tuple)
VALUES = st.one_of(
    st.floats(-1e9, 1e9).map(repr),
    st.floats(0.1, 9.0).map(lambda f: f"x{f!r}"),
    st.sampled_from(["never", "open 2029"]),
)
YEARS = st.one_of(st.none(), st.integers(1990, 2090))
SETTINGS = st.builds(Setting, PATHS, VALUES, YEARS)
CERTAINS = st.builds(Certain, PARTS.filter(lambda text: not text[-4:].isdigit()), st.integers(1990, 2090))


def study_with(*asked: str) -> Study:
    with patched(STARTER, asked) as folder:
        return read_study(folder)


def faults(*asked: str) -> tuple[Fault, ...]:
    with pytest.raises(RoadsteadError) as caught, patched(STARTER, asked):
        pass
    return caught.value.faults


def figure(study: Study, subject: str, item: str) -> float:
    (value,) = [r["value"] for r in study.rows["figures"] if (r["subject"], r["item"]) == (subject, item)]
    return float(value)


@given(SETTINGS)
def test_a_setting_is_read_as_it_is_written(patch: Setting):
    assert setting(patch.text) == patch
    assert read(patch.text) == patch


@given(CERTAINS)
def test_an_event_is_read_as_it_is_written(patch: Certain):
    assert event(patch.text) == patch
    assert read(patch.text) == patch


@given(PARTS)
def test_an_event_that_never_comes_is_read_as_it_is_written(name: str):
    assert event(Never(name).text) == read(Never(name).text) == Never(name)


@pytest.mark.parametrize(
    "text",
    ["us opens 2029", "us opens in 2029", "us opens  from 2029", "us opens 2029年", "us opens 2029年起"],
)
def test_a_year_is_said_in_several_ways(text: str):
    assert event(text) == Certain("us opens", 2029)


@pytest.mark.parametrize(
    "text",
    [
        "美国开放2029",
        "美国开放 2029年起",
        "2029年美国开放",
        "自2029年起，美国开放",
        "美国2029年开放",
        "美国 2029年 开放",
    ],
)
def test_a_year_stands_anywhere_in_chinese(text: str):
    assert event(text).event.replace(" ", "") == "美国开放"
    assert event(text).year == 2029


@given(st.lists(st.one_of(SETTINGS, CERTAINS), max_size=8))
def test_of_two_about_the_same_thing_the_later_counts(patches: list[Setting | Certain]):
    kept = effective(patches)
    assert effective(kept) == kept
    plain = [p for p in patches if isinstance(p, Setting) and factor(p.value) is None]
    for one in plain:
        about = [
            p
            for p in plain
            if [x.casefold() for x in p.path] == [x.casefold() for x in one.path] and p.year == one.year
        ]
        assert about[-1] in kept
        assert sum(p in kept for p in dict.fromkeys(about)) == 1


def test_what_is_no_patch_is_refused_all_at_once():
    told = faults("EU27/MFN=", "/x=3", "figures/case/fill")
    assert [fault.code for fault in told] == ["RS-S733", "RS-S733"]
    with pytest.raises(RoadsteadError):
        event("us_lets_in")
    assert read("high_walls") == Named("high_walls")


def test_a_rate_of_law_is_an_event_from_the_first_day():
    study = study_with("EU27/COUNTERVAILING/OTHERS=0.50")
    event = study.events["patch_1"]
    (change,) = event.amendments
    assert (change.action, change.importer, change.kind, change.rate) == ("set", "EU27", "COUNTERVAILING", 0.5)
    assert change.firms == {"OTHERS"}
    assert study.tree.nodes[0].fires == ("patch_1",)
    assert study.case.patched == ("EU27/COUNTERVAILING/OTHERS=0.50",)


def test_an_ordinary_duty_is_that_on_cars_unless_another_product_is_named():
    (cars,) = study_with("EU27/MFN=0.2").events["patch_1"].amendments
    (kits,) = study_with("BRA/MFN/ckd=0.2").events["patch_1"].amendments
    assert cars.products == {"CAR_CBU"}
    assert kits.products == {"KIT_CKD"}


@pytest.mark.parametrize(
    ("asked", "code", "near"),
    [
        ("EU27/COUNTERVALING=0.3", "RS-S731", "COUNTERVAILING"),
        ("EU27/COUNTERVAILING/JPN=0.3", "RS-S731", "EU27-023"),
        ("EU27=0.3", "RS-S732", "COUNTERVAILING"),
        ("EU27/MFN/COUNTERVAILING=0.3", "RS-S732", "one patch for each"),
        ("EU27/MFN=30", "RS-S733", "0.3"),
        ("EU27/MFN=high", "RS-S733", "0.30"),
        ("EU27/MFN=-0.1", "RS-S733", "fraction"),
        ("figurs/case/fill=0.8", "RS-S731", "figures"),
        ("figures/izmr/open_cost=4", "RS-S731", "izmir"),
        ("lines/izmir/open_cst=4", "RS-S731", "open_cost"),
        ("prices/DEU=20000", "RS-S732", "city, voyage"),
        ("prices/DEU/city=cheap", "RS-S733", "29900"),
        ("prices/DEU/city=20000@2029", "RS-S733", "no year"),
        ("markets/NOR=0.1", "RS-S731", "DEU"),
        ("case/draw=500", "RS-S731", "draws"),
        ("case/horizon=2030", "RS-S732", "case/horizon/first"),
        ("case=2", "RS-S732", "case/ENTRY"),
        ("case/tree/stages=2030", "RS-S732", "one value"),
        ("case/tree/stages/2029=2030", "RS-S731", "case.yaml"),
        ("case/name=[", "RS-S733", "single value"),
        ("pins/izmir=perhaps", "RS-S733", "never"),
        ("USA 2029", "RS-S734", "us_lets_in"),
        ("USA sings 2029", "RS-S734", "us_lets_in"),
        ("eu_hybrids_duty never", "RS-S735", "no path"),
        ("charter_peak 2029", "RS-F545", "played"),
        ("turkey_relents 2050", "RS-S735", "2027 to 2036"),
        ("zaf_raises:steep 2029", "RS-F545", "only"),
        ("high_wals", "RS-S736", "high_walls"),
        ("nowhere.yaml", "RS-S736", "over:"),
    ],
)  # fmt: skip
def test_what_selects_nothing_or_too_much_or_does_not_fit_is_told_with_what_was_nearest(
    asked: str, code: str, near: str
):
    (fault,) = faults(asked)
    assert fault.code == code, fault
    assert near in str(fault)


def test_what_the_patched_case_does_not_hold_is_told_with_its_patches():
    (fault,) = faults("figures/case/fill=8")
    assert fault.code == "RS-T109"
    assert fault.where.startswith("with figures/case/fill=8: figures.csv:")


def test_figures_are_set_multiplied_and_given_to_a_line_of_its_own():
    base = read_study(STARTER)
    study = study_with("figures/case/fill=0.8", "figures/case/fill=x0.5", "lines/styria/conversion=1234")
    assert figure(study, "case", "fill") == pytest.approx(0.4)
    assert study.carmaker.lines["styria"].conversion == 1234
    others = {name: line.conversion for name, line in base.carmaker.lines.items() if name != "styria"}
    assert others == {name: line.conversion for name, line in study.carmaker.lines.items() if name != "styria"}
    (row,) = [r for r in study.rows["figures"] if (r["subject"], r["item"]) == ("case", "fill")]
    assert row["source"] == "assumption"
    assert "set by hand" in row["note"]


@settings(max_examples=3, deadline=None)
@given(st.permutations(["figures/case/fill=0.7", "figures/case/fill=x1.1", "figures/case/fill=0.6"]))
def test_patches_count_in_the_order_they_are_given(order: list[str]):
    expected = figure(read_study(STARTER), "case", "fill")
    for text in order:
        value = text.partition("=")[2]
        expected = expected * 1.1 if value.startswith("x") else float(value)
    assert figure(study_with(*order), "case", "fill") == pytest.approx(expected)


def test_every_row_and_every_assumption():
    base, study = read_study(STARTER), study_with("prices/every/city=x2")
    before = {r["market"]: r["price"] for r in base.rows["prices"] if r["model"] == "city"}
    after = {r["market"]: r["price"] for r in study.rows["prices"] if r["model"] == "city"}
    assert after == {market: pytest.approx(2 * price) for market, price in before.items()}
    moved = study_with("figures/assumed/conversion=x0.5")
    for row, was in zip(moved.rows["figures"], base.rows["figures"], strict=True):
        half = was["item"] == "conversion" and was["source"] == "assumption"
        assert row["value"] == pytest.approx(was["value"] * (0.5 if half else 1.0))


def test_pins_and_entries_of_the_case():
    study = study_with("pins/izmir=open 2029", "pins/styria=never", "pins/styria=free", "case/draws=500")
    assert [(pin.what, pin.do, pin.by) for pin in study.pins] == [("izmir", "open", 2029)]
    assert study.case.draws == 500
    nodes = {node.id: node.probability for node in study_with(
        "case/tree/nodes/walls/probability=0.9", "case/tree/nodes/deal/probability=0.1").case.tree.nodes}  # fmt: skip
    assert (nodes["walls"], nodes["deal"]) == (0.9, 0.1)


KEYS = [
    "case",
    "tree",
    "nodes",
    "walls",
    "events",
    "stages",
    "budget",
    "pins",
    "izmir",
    "figures",
    "every",
    "EU27",
    "MFN",
    "prices",
    "x",
]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from(KEYS), min_size=1, max_size=4), st.sampled_from(["0.2", "x2", "[", "no", "open 2029", "-"])
)
def test_whatever_is_typed_is_worked_in_or_refused_as_a_fault(path: list[str], value: str):
    with suppress(RoadsteadError), patched(STARTER, [f"{'/'.join(path)}={value}"]) as folder:
        assert read_study(folder).case.patched


def test_every_event_that_is_played_can_be_made_certain_where_it_does_something(tmp_path: Path):
    """Of each market one at a time, so that none takes away what another acts on; alone where some of them do nothing here."""
    base = read_study(STARTER)
    known = catalogue.load(base.world.gazetteer, base.sources).events.values()
    waiting = {event.event_id: frozenset(event.markets) for event in known if event.played}
    played, idle = len(waiting), set()

    def works(*names: str) -> None:
        study = work_in(base, [Certain(name, 2030) for name in names], tmp_path / "-".join(names), names)
        assert study.events.keys() >= set(names)
        assert 2030 in study.tree.starts

    while waiting:
        batch: dict[str, frozenset[str]] = {}
        for name, markets in waiting.items():
            if not any(markets & others for others in batch.values()):
                batch[name] = markets
        try:
            works(*batch)
        except RoadsteadError:
            for name in batch:
                try:
                    works(name)
                except RoadsteadError as error:
                    idle |= {(name, fault.code) for fault in error.faults}
        waiting = {name: markets for name, markets in waiting.items() if name not in batch}
    assert {code for _, code in idle} <= {"RS-S735", "RS-L205"}, idle
    assert len(idle) < played / 3


def test_an_event_whose_branches_another_took_is_still_one_of_the_case():
    """Where sales are certain to be slow, no branch of the starter case brings fast ones; what is said later holds."""
    study = study_with("demand_slow 2032", "demand_fast 2032")
    brought = [node.fires for node in study.tree.nodes]
    assert {event for fires in brought for event in fires} >= {"demand_slow", "demand_fast"}


def test_a_case_without_patches_is_its_own_folder():
    with patched(STARTER, ()) as folder:
        assert folder == STARTER


def test_patches_on_a_patched_case_are_told_after_those_before(tmp_path: Path):
    from shutil import copytree

    with patched(STARTER, ["figures/case/fill=0.8"]) as folder:
        copytree(folder, tmp_path / "once")
    with patched(tmp_path / "once", ["EU27/MFN=0.2"]) as folder:
        twice = read_study(folder)
    assert twice.case.patched == ("figures/case/fill=0.8", "EU27/MFN=0.2")


def test_the_case_itself_is_never_written_to():
    before = {path: path.read_bytes() for path in STARTER.rglob("*") if path.is_file()}
    study_with("worst", "prices/every/every=x0.9", "EU27/MFN=0.3")
    assert before == {path: path.read_bytes() for path in STARTER.rglob("*") if path.is_file()}
