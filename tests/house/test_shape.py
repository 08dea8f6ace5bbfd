"""Files a reader can hold in mind: short, plainly named, with few parameters a function."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_SOURCE, LONGEST = 400, 500
MOST_PARAMETERS = 7
LEFTOVERS = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "misc",
    "core",
    "manager",
    "managers",
    "stuff",
    "deprecated",
}


def test_files_are_short(root: Path, modules: list[Path]):
    def limit(path: Path) -> int:
        return LONGEST_SOURCE if path.is_relative_to(root / "src") else LONGEST

    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules}
    assert lengths, "no module found"
    long = [f"{path.relative_to(root)}: {n} lines" for path, n in lengths.items() if n > limit(path)]
    assert not long, "\n".join(long)


def test_functions_take_few_parameters(root: Path, modules: list[Path]):
    many = [
        f"{path.relative_to(root)}:{function.lineno}: {function.name} takes {count}"
        for path in modules
        if not path.is_relative_to(root / "tests")
        for function, count in parameters(ast.parse(path.read_text(encoding="utf-8")))
        if count > MOST_PARAMETERS
    ]
    assert not many, "\n".join(many)


def parameters(tree: ast.Module) -> list[tuple[ast.FunctionDef | ast.AsyncFunctionDef, int]]:
    """Functions with the number of their parameters, self and cls left out."""
    methods = {
        id(item)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for item in node.body
        if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef))
        and not any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in item.decorator_list)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            a = node.args
            count = (
                len(a.posonlyargs) + len(a.args) + len(a.kwonlyargs) + (a.vararg is not None) + (a.kwarg is not None)
            )
            found.append((node, count - (id(node) in methods)))
    return found


def test_parameters_are_counted_without_self():
    source = (
        "class A:\n    def f(self, a, *, b): ...\n    @staticmethod\n    def g(a, /, *b, **c): ...\ndef h(a): ...\n"
    )
    assert {f.name: n for f, n in parameters(ast.parse(source))} == {"f": 2, "g": 3, "h": 1}


def test_no_room_for_leftovers(root: Path, modules: list[Path]):
    poor = [
        str(path.relative_to(root))
        for path in modules
        if LEFTOVERS & {part.removesuffix(".py").strip("_") for part in path.relative_to(root).parts}
    ]
    assert not poor, "\n".join(poor)
