"""An event made certain: in every node from a year on, on a tree that stays a tree."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadstead.study.patch_tree import demand_shares, make_certain, make_never
from roadstead.terms.errors import RoadsteadError

LAST = 2036


@st.composite
def trees(draw: st.DrawFn) -> dict[str, Any]:
    """A tree as a case states it, with events a, b and c here and there, each at most once on a path."""
    stages = [2027, *sorted(draw(st.sets(st.integers(2028, 2035), min_size=1, max_size=3)))]
    nodes: list[dict[str, Any]] = [{"id": "n0", "name": "today", "name_zh": "今", "fires": []}]
    seen: dict[str, set[str]] = {"n0": set()}
    level = ["n0"]
    for _ in stages[1:]:
        below = []
        for parent in level:
            weights = draw(st.lists(st.integers(1, 9), min_size=1, max_size=3))
            for weight in weights:
                fires = [e for e in draw(st.sets(st.sampled_from("abc"), max_size=2)) if e not in seen[parent]]
                name = f"n{len(nodes)}"
                share = weight / sum(weights)
                nodes.append(
                    {"id": name, "parent": parent, "probability": share, "fires": fires, "name": name, "name_zh": name}
                )
                seen[name] = seen[parent] | set(fires)
                below.append(name)
        level = below
    return {"stages": stages, "nodes": nodes}


def paths(tree: dict[str, Any]) -> list[list[dict[str, Any]]]:
    nodes = {node["id"]: node for node in tree["nodes"]}
    ends = nodes.keys() - {node.get("parent") for node in tree["nodes"]}
    found = []
    for end in ends:
        path = [nodes[end]]
        while path[0].get("parent"):
            path.insert(0, nodes[path[0]["parent"]])
        found.append(path)
    return found


@given(trees(), st.sampled_from("abcd"), st.integers(2027, LAST))
def test_it_has_come_true_on_every_path_by_then_and_only_once(tree: dict[str, Any], event: str, year: int):
    make_certain(tree, event, year, LAST, (), "--event")
    for path in paths(tree):
        assert len(path) == len(tree["stages"])
        fired = [tree["stages"][i] for i, node in enumerate(path) if event in node.get("fires", ())]
        assert len(fired) == 1
        assert fired[0] <= year


@given(trees(), st.sampled_from("abcd"), st.integers(2027, LAST))
def test_the_tree_stays_a_tree(tree: dict[str, Any], event: str, year: int):
    before = copy.deepcopy(tree)
    make_certain(tree, event, year, LAST, (), "--event")
    assert tree["stages"] == sorted({*before["stages"], year})
    names = [node["id"] for node in tree["nodes"]]
    assert len(set(names)) == len(names)
    below: dict[str, float] = {}
    known: set[str] = set()
    for node in tree["nodes"]:
        if node.get("parent"):
            assert node["parent"] in known
            below[node["parent"]] = below.get(node["parent"], 0.0) + node["probability"]
        known.add(node["id"])
    assert all(total == pytest.approx(1.0) for total in below.values())


@given(trees(), st.integers(2027, LAST))
def test_an_event_the_tree_does_not_know_moves_no_other(tree: dict[str, Any], year: int):
    before = copy.deepcopy(tree)
    make_certain(tree, "d", year, LAST, (), "--event")

    def others(of: dict[str, Any]) -> list[tuple[str, ...]]:
        return sorted(
            tuple(e for node in path for e in sorted(node.get("fires", ())) if e != "d") for path in paths(of)
        )

    assert others(tree) == others(before)


def test_where_branches_differ_those_with_the_event_are_taken():
    tree = {
        "stages": [2027, 2029],
        "nodes": [
            {"id": "today"},
            {"id": "walls", "parent": "today", "probability": 0.6, "fires": ["kept"]},
            {"id": "deal", "parent": "today", "probability": 0.4, "fires": ["ended"]},
        ],
    }
    make_certain(tree, "kept", 2029, LAST, (), "--event")
    assert [(node["id"], node.get("probability")) for node in tree["nodes"]] == [("today", None), ("walls", 1.0)]


def test_a_stage_with_a_budget_is_not_parted():
    tree = {"stages": [2027, 2032], "nodes": [{"id": "a", "name": "", "name_zh": ""}, {"id": "b", "parent": "a"}]}
    with pytest.raises(RoadsteadError, match="RS-S735"):
        make_certain(tree, "x", 2029, LAST, [2027], "--event")
    make_certain(tree, "x", 2032, LAST, [2027], "--event")


def test_halves_of_the_outlook_stay_what_the_tree_made_them():
    tree = {
        "stages": [2027, 2032],
        "nodes": [
            {"id": "today"},
            {"id": "f", "parent": "today", "probability": 0.54, "fires": ["fast"]},
            {"id": "s", "parent": "today", "probability": 0.46, "fires": ["slow"]},
        ],
    }
    classes = {"fast": "fast", "slow": "slow"}
    assert demand_shares(tree, classes) == {"slow": pytest.approx(0.46), "fast": pytest.approx(0.54)}
    assert demand_shares(tree, {}) == {"slow": 0.5, "fast": 0.5}


@given(trees(), st.sampled_from("abc"))
def test_an_event_that_never_comes_is_on_no_path_and_the_tree_stays_one(tree: dict[str, Any], event: str):
    """By hand: of the paths without it each keeps its place, and what is left of one parent sums to one."""
    before = copy.deepcopy(tree)
    if not any(event in node.get("fires", ()) for node in before["nodes"]):
        with pytest.raises(RoadsteadError, match="RS-S735"):
            make_never(tree, event, "--event")
        return
    make_never(tree, event, "--event")
    assert not any(event in node.get("fires", ()) for node in tree["nodes"])
    below: dict[str, float] = {}
    for node in tree["nodes"]:
        if node.get("parent"):
            below[node["parent"]] = below.get(node["parent"], 0.0) + node["probability"]
    assert all(total == pytest.approx(1.0) for total in below.values())
    assert all(len(path) == len(tree["stages"]) for path in paths(tree))
    kept = {path[-1]["id"] for path in paths(tree)}
    assert {
        path[-1]["id"] for path in paths(before) if not any(event in node.get("fires", ()) for node in path)
    } <= kept


def test_branches_without_an_event_keep_their_odds_as_it_never_comes():
    tree = {
        "stages": [2027, 2029],
        "nodes": [
            {"id": "today"},
            {"id": "walls", "parent": "today", "probability": 0.5, "fires": ["raised"]},
            {"id": "deal", "parent": "today", "probability": 0.3, "fires": ["ended"]},
            {"id": "same", "parent": "today", "probability": 0.2},
        ],
    }
    make_never(tree, "raised", "--event")
    assert {node["id"]: node.get("probability") for node in tree["nodes"]} == {
        "today": None, "deal": pytest.approx(0.6), "same": pytest.approx(0.4)}  # fmt: skip
