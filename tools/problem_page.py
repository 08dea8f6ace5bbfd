"""The page problem.md: every array of a tree and a prospect, from the lists they are checked by and the docstrings of their types."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields
from typing import TYPE_CHECKING

from roadstead.futures import axes, prospect
from roadstead.futures.prospect import Prospect
from roadstead.futures.tree import ScenarioTree
from roadstead.study.parquet import PARTS
from roadstead.study.problem import HOLDS, KINDS, NAMES, TREE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Grid = Callable[[Sequence[str], Iterable[Sequence[str]]], list[str]]

INDENT = re.compile(r"^(?=\S)", re.MULTILINE)
SHAPE = re.compile(r"\s*Shapes? \([^.]*?\)(?: each)?\.|\s*Length [A-Z]\.")
UNIT = re.compile(r"\s*\[([^\]]+)\]$")

EXAMPLE = """```python
import numpy as np
import roadstead as rs
from roadstead.futures.prospect import Arcs, Demand, Labels, NodeYears, Options, Prospect, Resources
from roadstead.futures.tree import ScenarioTree

two, three = np.asarray([0.0, 0.0]), np.ones((3, 1))  # home and the plant; three node-years
tree = ScenarioTree(
    parent=np.asarray([-1, 0, 0]),
    start=np.asarray([2027, 2028, 2028]),
    years=np.asarray([1, 4, 4]),
    branch_probability=np.asarray([1.0, 0.5, 0.5]),
    name=("today", "wall", "open"),
    state=("", "", ""),
)
problem = Prospect(
    labels=Labels(
        market=("land",),
        model=("car",),
        cell=((0, 0),),
        supply=("home", "plant"),
        group=(),
        resource=("home", "plant"),
        option=("plant",),
        risk=("all",),
    ),
    node_years=NodeYears(node=np.asarray([0, 1, 2]), year=np.asarray([2027, 2028, 2028]), span=np.asarray([1, 4, 4])),
    arcs=Arcs(
        cell=np.asarray([0, 0]),
        supply=np.asarray([0, 1]),
        regime=("", ""),
        supply_option=np.asarray([-1, 0]),
        entry_option=np.asarray([-1, -1]),
        risk=np.asarray([0, 0]),
        margin=np.asarray([[1000.0, 500.0], [1000.0, 1200.0], [1000.0, 500.0]]),
        allowed=np.asarray([[True, True], [False, True], [True, True]]),
    ),
    demand=Demand(
        member_cell=np.zeros(0, dtype=int),
        member_group=np.zeros(0, dtype=int),
        width=np.full((3, 1, 1), 10_000.0),
        price=np.zeros((3, 1, 1)),
        group_width=np.zeros((3, 0, 1)),
        group_price=np.zeros((3, 0, 1)),
        cell_risk=np.asarray([0]),
        group_risk=np.zeros(0, dtype=int),
    ),
    resources=Resources(
        option=np.asarray([-1, 0]),
        use_arc=np.asarray([0, 1]),
        use_resource=np.asarray([0, 1]),
        use_amount=np.ones(2),
        free=three * [10_000.0, 0.0],
        existing=three * two,
        usable=three * [1.0, 1.0],
        size=np.asarray([1.0, 5_000.0]),
        limit=np.asarray([0.0, 2.0]),
        whole=np.asarray([False, True]),
        lead=np.asarray([0, 1]),
        ramp=np.ones((2, 1)),
        cost=three * [0.0, 6e6],
        fixed=three * [0.0, 0.5e6],
        scrap=three * two,
        salvage=three * two,
        minimum_take=two,
        take_price=two,
        risk=np.asarray([0, 0]),
    ),
    options=Options(
        opens=np.asarray([9999]),
        lead=np.asarray([1]),
        cost=three * 2e6,
        fixed=three * 0.2e6,
        exit_cost=three * 0.0,
        allowed=three > 0,
        risk=np.asarray([0]),
    ),
    discount=np.asarray([[1.0], [4.0], [4.0]]),
    node_discount=three,
    end_discount=np.ones(1),
)
rs.save_problem("wall.problem", tree, problem)
solved = rs.solve_problem(*rs.load_problem("wall.problem"), gap=0.0)
assert solved.plan.decisions.commit.tolist() == [[0.0], [1.0], [0.0]]  # wait, and build behind the wall
print(f"{solved.certificate.value:,.0f}, at most {solved.bound:,.0f}")
```"""


ANSWER = """## The answer

`solved` holds the plan, what it is worth, and what proves that. Below, N, D and the like are the lengths of the axes further down.

| what | meaning |
| --- | --- |
| `solved.plan.decisions` | `commit` and `close`, shape (N, D): 1 where an option is committed to or closed at a node; `build` and `retire`, shape (N, R): modules |
| `solved.plan.flows` | `flow` (Y, A), `sale` (Y, C, S), `group_sale` (Y, G, T): cars a year; `short` (Y, R): units short of a minimum take |
| `solved.certificate` | `value`, what is maximised, worked out anew from the plan; `expected`, the expected NPV; `by_node`; `capital`; `worst_violation` [cars/year] |
| `solved.bound_certified`, `solved.bound_solver` | no plan is worth more: by weak duality from `solved.proof`, and by branch and bound; `solved.bound` is the lower, `solved.gap_bound` says which |
| `solved.standing` | value with nothing new: where value added begins |
| `solved.gap_value_added`, `solved.gap_npv` | the unproven rest as a share of value added and of NPV |
| `solved.status` | the solver's word, or `Refuted` where the certified value shows it to be wrong |
| `solved.method`, `solved.reason` | `extensive` (one program) or `decomposition`, and why |

A plan kept from anywhere is checked and valued, and a proof is worked out again, without a solver:

```python
from roadstead.footprint.certify import certify
from roadstead.footprint.solve import prove

# Refuses a plan that breaks a limit (RS-F502).
assert certify(tree, problem, solved.plan).value == solved.certificate.value
assert prove(tree, problem, solved.proof) == solved.bound_certified
```

A **pin** is a wish whatever it costs. Where pins, budgets, cars that must be served and pledges clash, the smallest set that does is
told, with the cheapest way out (RS-F503, RS-F505 in {doc}`errors`):

```python
from roadstead.footprint.plan import Pin

now = rs.solve_problem(tree, problem, pins=[Pin("option", index=0, do=True, by=2027)])
print(f"building now costs {solved.certificate.value - now.certificate.value:,.0f}")
try:
    rs.solve_problem(tree, problem, pins=[Pin("option", 0, do=True, by=2027), Pin("option", 0, do=False)])
except rs.RoadsteadError as error:
    print(error)
```

`Pin("option", ...)` commits to an option, `"resource"` buys modules of a resource, `"close"` and `"retire"` end what they name; `do=False`
forbids it everywhere, and with `amount` exactly that is done at every node that begins by the year.

**Long searches.** `progress` is any object with the methods of `roadstead.study.progress.Quiet`: `gap(news)` is told value, bound and both
gaps, and once `stopped()` is true the search ends with its best certified plan. With `unfinished`, a folder, what is found is kept
there until the search ends; one that was killed goes on from it when the same problem is given again. With two workers or more
processes are spawned, so a script begins its work under `if __name__ == "__main__":`."""


def attributes(kind: type) -> dict[str, str]:
    """What a docstring in numpy's style says of each attribute."""
    told = inspect.getdoc(kind) or ""
    _, _, listed = told.partition("Attributes\n----------\n")
    found: dict[str, str] = {}
    for entry in INDENT.split(listed)[1:]:
        names, _, text = entry.partition("\n")
        said = " ".join(line.strip() for line in text.splitlines() if line.strip())
        found |= dict.fromkeys((name.strip() for name in names.split(",")), said)
    return found


def meaning(text: str) -> tuple[str, str]:
    """An attribute's text without its shape, and its unit."""
    bare = SHAPE.sub("", text)
    unit = UNIT.search(bare)
    return (UNIT.sub("", bare).strip(), unit.group(1) if unit else "")


def bounds(name: str) -> str:
    """What is checked beside the shape."""
    said = [f"points to an entry of axis {axes.INDEX[name].upper()}"] if name in axes.INDEX else []
    said += [f"at least {axes.LEAST[name]:g}"] if name in axes.LEAST else []
    said += ["may be infinite"] if name in axes.MAY_BE_INFINITE else []
    return f" ({', '.join(said)})" if said else ""


def rows(part: str, kind: type) -> Iterable[tuple[str, str, str, str, str]]:
    """One row an array: name, shape, what it holds, unit, meaning."""
    told = attributes(kind)
    for field in fields(kind):
        name = f"{part}.{field.name}".strip(".")
        if name in axes.DIMENSIONS:
            shape = (
                "(" + ", ".join(axes.DIMENSIONS[name].upper()) + ("," if len(axes.DIMENSIONS[name]) == 1 else "") + ")"
            )
            said, unit = meaning(told[field.name])
            yield f"`{name}`", shape, HOLDS[KINDS.get(name, "Floats")][1], unit, said + bounds(name)


def axes_rows() -> Iterable[tuple[str, str, str]]:
    """The table of axes in the docstring of the prospect."""
    table = (prospect.__doc__ or "").split("====  ==========")[2]
    found: list[list[str]] = []
    for line in table.splitlines()[1:]:
        if line[:4].strip() and not line.startswith("="):
            found.append([line[:6].strip(), line[6:18].strip(), line[18:].strip()])
        elif found and line[18:].strip():
            found[-1][2] += " " + line[18:].strip()
    return ((f"`{axis}`", length, entry) for axis, length, entry in found)


def problem_page(made: str, grid: Grid) -> str:
    """Page problem.md."""
    header = ("array", "shape", "holds", "unit", "meaning")
    told = attributes(ScenarioTree)
    tree = [(f"`tree.{n}`", "(N,)", HOLDS[str(TREE[n])][1], "", meaning(told[n])[0]) for n in TREE]
    lines = [
        "# A problem from arrays", "", made, "",
        "The planner sees a problem as a scenario tree and a `Prospect`: arrays, and names for people. A case is turned into one;",
        "anybody may pose one without a case. What the planner makes of it stands in {doc}`model`.",
        "", "```python", "import roadstead as rs", "```", "",
        "- `rs.solve_problem(tree, prospect, gap=0.01, seconds=60, workers=1, cluster=None, pins=(), progress=None, unfinished=None)`",
        "  plans it: [the answer](#the-answer);",
        "- `rs.save_problem(path, tree, prospect)` keeps it in one file, `rs.load_problem(path)` reads it back to the last bit.",
        "", "What does not fit is refused as it is made, saved, loaded or solved, with the array named.",
        "", "## A small one", "",
        "One market, a home with room for all, a wall that may rise in 2028, and a plant that could stand behind it. Nothing competes,",
        "nothing is discounted.", "", EXAMPLE, "",
        ANSWER, "",
        "## Axes", "", *grid(("axis", "length", "an entry is"), axes_rows()), "",
        "`u` runs over the uses of resources, `q` over the steps of a ramp. An axis may be empty: a problem without options, groups,",
        "pledges or tails is one, and what is said to be left out need not be given. Money is real, after tax, in one currency; cars are cars a year.", "",
        "## The tree", "", *grid(header, tree), "",
        "Every node has a readable `name` and an opaque `state`, which the planner never reads. All paths end in the same year.", "",
    ]  # fmt: skip
    for part, kind in PARTS.items():
        title = part.replace("_", "-").capitalize()
        summary = (inspect.getdoc(kind) or "").partition("\n\nAttributes")[0]
        lines += [f"## {title}", "", " ".join(summary.split()), "", *grid(header, rows(part, kind)), ""]
    lines += [
        "Arcs also carry `regime`, a name of the customs regime each, for people.", "",
        "## Discounting and budgets", "", *grid(header, rows("", Prospect)), "",
        "## The file", "",
        f"A zip archive: every array above as `NAME.npy` in numpy's own format, and `{NAMES}` with the format's number, the names of",
        "nodes and their states, the labels of all axes and the regime of every arc. `numpy.load(path)` opens the arrays without",
        "Roadstead. No member is a pickle, every member is checked against its sum, and equal problems give equal files.", "",
    ]  # fmt: skip
    return "\n".join(lines)
