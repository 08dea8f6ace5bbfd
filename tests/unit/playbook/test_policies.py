"""Ways to act beside a plan: what each may and must do on invented prospects, and how long Japanese makers took."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from prospects import invented

from roadstead.footprint.solve import Effort, solve
from roadstead.futures.tree import history, leaves
from roadstead.playbook import yardsticks
from roadstead.playbook.policies import (
    kits_first,
    local_everywhere,
    not_before,
    policies,
    timetable,
)
from roadstead.terms.ids import EntryMode
from roadstead.terms.years import NEVER

EXACT = Effort(gap=0.0)
MODES = {"plant": EntryMode.LOCAL, "contract": EntryMode.CONTRACT, "kit": EntryMode.KIT}


@dataclass(frozen=True)
class Line:
    """All that is asked of a line."""

    line_id: str
    mode: EntryMode


def lines_of(made) -> list[Line]:
    names = [name for name in made.prospect.labels.option if not name.startswith("enter")]
    return [Line(name, MODES.get(name.split()[0], EntryMode.LOCAL)) for name in names]


def of_mode(made, *modes: EntryMode) -> list[int]:
    names, opens = made.prospect.labels.option, made.prospect.options.opens
    found = [names.index(line.line_id) for line in lines_of(made) if line.mode in modes]
    return [i for i in found if opens[i] >= NEVER]


@pytest.mark.parametrize("seed", range(6))
def test_every_way_does_what_its_name_says(seed: int):
    made = invented(seed)
    tree, p = made.tree, made.prospect
    solved = solve(tree, p, EXACT)
    held = (yardsticks.standing(tree, p), yardsticks.export_only(tree, p, EXACT))
    found = {one.key: one for one in policies(tree, p, (solved.plan.decisions, held), lines_of(made), 3, EXACT)}
    assert list(found)[:3] == ["plan", "standing", "export_only"]
    assert [key for key, one in found.items() if not one.abroad] == ["export_only"]
    plants = of_mode(made, EntryMode.LOCAL)
    others = of_mode(made, EntryMode.LOCAL, EntryMode.CONTRACT)
    if "kits_first" in found:
        assert found["kits_first"].decisions.commit[0, others].sum() == 0.0
    if "local_everywhere" in found:
        assert (found["local_everywhere"].decisions.commit[0, plants] == 1.0).all()
    if "timetable" in found:
        commit = found["timetable"].decisions.commit
        lines = of_mode(made, *EntryMode)
        for i in lines:
            by_path = [sum(commit[n, i] for n in history(tree, leaf)) for leaf in leaves(tree)]
            assert by_path == [float(i in plants)] * len(by_path)
        for i in plants:
            year = tree.start[commit[:, i] > 0.5]
            due = max(tree.first_year + 3 - int(p.options.lead[i]), tree.first_year)
            assert (year <= due).all()
            assert not ((tree.start > year.max()) & (tree.start <= due)).any()


def test_some_seed_has_every_way():
    keys: set[str] = set()
    for seed in range(6):
        made = invented(seed)
        solved = solve(made.tree, made.prospect, EXACT)
        keys |= {one.key for one in policies(made.tree, made.prospect, (solved, ()), lines_of(made), 3, EXACT)}
    assert {"kits_first", "local_everywhere", "timetable"} <= keys


def test_a_case_without_such_lines_has_no_such_way():
    made = invented(1)
    for way in (kits_first, local_everywhere):
        assert way(made.tree, made.prospect, []) is None
    assert timetable(made.tree, made.prospect, [], 5) is None


def test_not_before_a_year():
    made = invented(2)
    found = not_before(made.tree, made.prospect, {0: NEVER}).options.allowed
    assert not found[:, 0].any()
    assert (found[:, 1:] == made.prospect.options.allowed[:, 1:]).all()
    first = not_before(made.tree, made.prospect, {0: made.tree.first_year}).options.allowed
    assert (first == made.prospect.options.allowed).all()
