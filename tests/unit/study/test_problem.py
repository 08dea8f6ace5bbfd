"""A problem in one file: read back to the last bit, refused where it is damaged, open to anybody's arrays."""

from __future__ import annotations

import json
import zipfile
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prospects import best_plan, changed, invented

import roadstead as rs
from benchmarks import instances
from benchmarks.facilities import Facilities, as_prospect
from roadstead.footprint.plan import Pin
from roadstead.futures.axes import DIMENSIONS, arrays
from roadstead.study.parquet import digest, same_tree
from roadstead.study.problem import unsound
from roadstead.study.progress import Quiet

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.footprint.session import News
    from roadstead.futures.prospect import NodeYears, Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.study.study import Ready

MADE = invented(1)


def is_same(first: tuple[ScenarioTree, Prospect] | None, second: tuple[ScenarioTree, Prospect]) -> bool:
    """To the last bit: values, kinds, names."""
    return (
        first is not None
        and same_tree(first[0], second[0])
        and digest(first[1]) == digest(second[1])
        and all(getattr(first[0], f.name).dtype == getattr(second[0], f.name).dtype for f in fields(first[0])[:4])
    )


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1000))
def test_a_problem_is_read_back_to_the_last_bit(seed: int, tmp_path: Path):
    made = invented(seed)
    path = rs.save_problem(tmp_path / "a.problem", made.tree, made.prospect)
    assert is_same(rs.load_problem(path), (made.tree, made.prospect))


def test_problems_of_every_origin_are_read_back(starter_ready: Ready, tmp_path: Path):
    """A case, an instance without groups, a facility location."""
    f = Facilities(np.asarray([9.0, 9.0]), np.ones(2), np.asarray([3.0, 4.0]), np.eye(2))
    case = (starter_ready.grown.tree, starter_ready.evaluation.prospect)
    for name, problem in {
        "case": case,
        "tiny": instances.as_prospect(instances.generate("tiny")),
        "f": as_prospect(f),
    }.items():
        assert is_same(rs.load_problem(rs.save_problem(tmp_path / name, *problem)), problem)


def test_equal_problems_give_equal_files(tmp_path: Path):
    first, second = (rs.save_problem(tmp_path / name, MADE.tree, MADE.prospect) for name in "ab")
    assert first.read_bytes() == second.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"], "nothing is left beside it"


def test_any_numpy_reads_it(tmp_path: Path):
    path = rs.save_problem(tmp_path / "a.npz", MADE.tree, MADE.prospect)
    found = np.load(path, allow_pickle=False)
    assert np.array_equal(found["arcs.margin"], MADE.prospect.arcs.margin)
    assert {name.removesuffix(".npy") for name in found.files} > set(DIMENSIONS)


def test_solve_problem_plans_what_was_read(tmp_path: Path):
    path = rs.save_problem(tmp_path / "a", MADE.tree, MADE.prospect)
    solved = rs.solve_problem(*rs.load_problem(path), gap=0.0)
    assert solved.certificate.value == pytest.approx(best_plan(1).certificate.value, rel=1e-9)
    pinned = rs.solve_problem(*rs.load_problem(path), gap=0.0, pins=(Pin("option", 0, do=False),))
    assert pinned.certificate.value <= solved.certificate.value * (1 + 1e-9)


def faults(call: Any, *given: Any, **named: Any) -> list[str]:
    with pytest.raises(rs.RoadsteadError) as caught:
        call(*given, **named)
    return [f"{fault.where}: {fault.message} [{fault.code}]" for fault in caught.value.faults]


# Damaged files.


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_file_is_refused_or_harmless(data: st.DataObject, tmp_path: Path):
    """One byte flipped, or the end cut off: a fault, or the same problem where the byte means nothing."""
    path = rs.save_problem(tmp_path / "a", MADE.tree, MADE.prospect)
    whole = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(whole) - 1))
    if data.draw(st.booleans()):
        whole[at] ^= 1 << data.draw(st.integers(0, 7))
    else:
        del whole[at:]
    path.write_bytes(whole)
    met, codes = None, set()
    try:
        met = rs.load_problem(path)
    except rs.RoadsteadError as error:
        codes = {fault.code for fault in error.faults}
    assert codes <= {"RS-S711", "RS-S712"}
    assert codes or is_same(met, (MADE.tree, MADE.prospect))


def again(path: Path, **changed_members: bytes | None) -> Path:
    """The file with members replaced, or left out, and sound sums."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for name, content in changed_members.items():
        if content is None:
            del members[name]
        else:
            members[name] = content
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_what_is_no_problem_is_told(tmp_path: Path):
    path = tmp_path / "a"
    assert faults(rs.load_problem, path) == [
        f"{path}: cannot be read as a problem: [Errno 2] No such file or directory: '{path}' [RS-S711]"
    ]
    path.write_text("dear", encoding="utf-8")
    assert faults(rs.load_problem, path) == [f"{path}: cannot be read as a problem: File is not a zip file [RS-S711]"]
    rs.save_problem(path, MADE.tree, MADE.prospect)
    [told] = faults(rs.load_problem, again(path, **{"arcs.margin.npy": None}))
    assert "arcs.margin.npy" in told
    assert told.endswith("[RS-S711]")


def test_another_version_is_told(tmp_path: Path):
    path = rs.save_problem(tmp_path / "a", MADE.tree, MADE.prospect)
    with zipfile.ZipFile(path) as archive:
        named = json.loads(archive.read("problem.json"))
    again(path, **{"problem.json": json.dumps(named | {"format": 99}).encode()})
    [told] = faults(rs.load_problem, path)
    assert "format 99, where this version reads 2" in told
    again(path, **{"problem.json": json.dumps({"format": 2}).encode()})
    [told] = faults(rs.load_problem, path)
    assert told.endswith("[RS-S712]")


def test_code_in_a_file_is_not_run(tmp_path: Path):
    """An array of objects is a pickle; none is read."""
    path = rs.save_problem(tmp_path / "a", MADE.tree, MADE.prospect)
    objects = tmp_path / "objects.npy"
    np.save(objects, np.asarray([{}], dtype=object), allow_pickle=True)
    [told] = faults(rs.load_problem, again(path, **{"arcs.margin.npy": objects.read_bytes()}))
    assert "Object arrays cannot be loaded" in told


def test_shapes_are_checked_on_reading(tmp_path: Path):
    path = rs.save_problem(tmp_path / "a", MADE.tree, MADE.prospect)
    short = tmp_path / "short.npy"
    np.save(short, MADE.prospect.arcs.margin[:-1])
    [told] = faults(rs.load_problem, again(path, **{"arcs.margin.npy": short.read_bytes()}))
    assert "arcs.margin has shape" in told
    assert told.endswith("[RS-S712]")


def test_where_it_cannot_be_written(tmp_path: Path):
    (tmp_path / "file").write_text("dear", encoding="utf-8")
    [told] = faults(rs.save_problem, tmp_path / "file" / "a", MADE.tree, MADE.prospect)
    assert told.endswith("cannot be written: Not a directory [RS-S713]")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


# Tree and prospect that do not fit each other.


def test_kinds_of_numbers_are_told():
    """Those that are no whole numbers as arrays are put together, others with all that is wrong."""
    wrong = changed(MADE, "arcs", allowed=np.ones(MADE.prospect.arcs.allowed.shape))
    assert faults(rs.solve_problem, wrong.tree, wrong.prospect) == ["arcs.allowed: holds float64 [RS-S712]"]
    with pytest.raises(ValueError, match=r"arcs\.cell holds float64, expected whole numbers"):
        changed(MADE, "arcs", cell=MADE.prospect.arcs.cell.astype(float))


YEARS = MADE.prospect.node_years
LAST = np.flatnonzero(YEARS.node == 0)[-1]


@pytest.mark.parametrize(
    "years",
    [
        replace(YEARS, year=YEARS.year + (YEARS.node == 0)),
        replace(YEARS, year=YEARS.year - (YEARS.node == 0)),
        replace(YEARS, span=YEARS.span + (np.arange(YEARS.count) == LAST)),
    ],
    ids=["begin late", "begin early", "run on"],
)
def test_years_that_do_not_fill_their_node_are_told(years: NodeYears):
    spoilt = changed(MADE, node_years=years)
    [told] = faults(rs.solve_problem, spoilt.tree, spoilt.prospect)
    assert told == f"node_years.year: do not fill node 0, {MADE.tree.name[0]} [RS-S712]"


def test_a_tree_of_another_size_is_told():
    other = invented(4)
    assert other.tree.count != MADE.tree.count
    [told] = faults(rs.solve_problem, other.tree, MADE.prospect)
    assert told == f"node_discount: has {MADE.tree.count} nodes, the tree {other.tree.count} [RS-S712]"


def test_a_cell_of_no_market_is_told():
    labels = replace(MADE.prospect.labels, cell=((99, 0), *MADE.prospect.labels.cell[1:]))
    spoilt = changed(MADE, labels=labels)
    [fault] = unsound(spoilt.tree, spoilt.prospect)
    assert fault.where == "labels.cell"


@pytest.mark.parametrize(
    "bad",
    [{"gap": 5.0}, {"gap": -1.0}, {"gap": "1"}, {"seconds": 0.0}, {"seconds": "9"}, {"workers": 0}, {"workers": 1.5},
     {"cluster": 8786}],
)  # fmt: skip
def test_an_effort_that_is_none_is_told(bad: dict[str, Any]):
    [told] = faults(rs.solve_problem, MADE.tree, MADE.prospect, **bad)
    assert told.endswith(("[RS-S622]", "[RS-T109]"))


def test_what_nobody_can_want_is_refused():
    with pytest.raises(TypeError, match="time"):
        rs.solve_problem(MADE.tree, MADE.prospect, time=60.0)  # type: ignore[call-arg]


def test_what_is_no_tree_is_told():
    [told] = faults(rs.solve_problem, MADE.prospect, MADE.tree)
    assert told == "tree, prospect: are a Prospect and a ScenarioTree [RS-S712]"


@pytest.mark.parametrize(
    ("pins", "message"),
    [
        ([Pin("option", -1, do=True, by=2030)], "pins[0]: names entry -1 to `option`"),
        ([Pin("option", 0, do=False), Pin("retire", 999, do=False)], "pins[1]: names entry 999 to `retire`"),
        ([Pin("open", 0, do=False)], "pins[0]: is of kind 'open'"),  # type: ignore[arg-type]
        ([("option", 0, False)], "pins[0]: is a tuple"),
        ([Pin("option", 0, do=True, amount=-1.0)], "pins[0]: asks for -1 with do=True"),
        ([Pin("option", 0, do=True, amount=np.nan)], "pins[0]: asks for nan with do=True"),
        ([Pin("option", 0, do=False, amount=1.0)], "pins[0]: asks for 1 with do=False"),
        (Pin("option", 0, do=False), "pins: is a Pin"),
    ],
)
def test_pins_on_nothing_are_told(pins: Any, message: str):
    assert faults(rs.solve_problem, MADE.tree, MADE.prospect, pins=pins) == [f"{message} [RS-S712]"]


class Told(Quiet):
    """Hears all news."""

    def __init__(self) -> None:
        self.news: list[News] = []

    def gap(self, news: News) -> None:
        self.news.append(news)


class Watching(Told):
    """Ends a search once it has a plan."""

    def stopped(self) -> bool:
        return bool(self.news) and np.isfinite(self.news[-1].value)


def test_a_search_is_watched_and_ended():
    size = instances.Size(12, 5, 3, (1, 2, 2), (2, 3, 3))  # the relaxation does not prove the plan found first
    tree, prospect = instances.as_prospect(instances.generate(size, 3))
    watching = Watching()
    solved = rs.solve_problem(tree, prospect, gap=0.0, seconds=600.0, progress=watching)
    assert watching.stopped()
    assert solved.status != "Optimal"
    assert solved.certificate.value >= watching.news[-1].value * (1 - 1e-9)
    assert solved.bound >= solved.certificate.value


def test_no_value_is_told_that_no_plan_has():
    """Before it had a bound, the solver told 12.95 bn of a problem whose best plan is worth 12.24 bn."""
    size = instances.Size(12, 5, 3, (1, 2, 2), (2, 3, 3))
    tree, prospect = instances.as_prospect(instances.generate(size, 2))
    watching = Told()
    solved = rs.solve_problem(tree, prospect, gap=0.0, seconds=600.0, progress=watching)
    assert solved.status == "Optimal"
    assert max(news.value for news in watching.news) == pytest.approx(solved.certificate.value, rel=1e-9)


def test_a_cluster_is_handed_on():
    """A problem that one program holds says that it had no part in it."""
    solved = rs.solve_problem(MADE.tree, MADE.prospect, gap=0.5, cluster="local")
    assert solved.reason.endswith("; the cluster has no part in it")


def test_nothing_of_a_prospect_is_left_out(tmp_path: Path):
    path = rs.save_problem(tmp_path / "a", MADE.tree, MADE.prospect)
    with zipfile.ZipFile(path) as archive:
        names = {name.removesuffix(".npy") for name in archive.namelist()}
    assert names == {"problem.json", *arrays(MADE.prospect), *(f"tree.{f.name}" for f in fields(MADE.tree)[:4])}
