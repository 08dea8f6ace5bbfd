"""Documentation that runs: every python block is executed, every `$ roadstead` line is run and prints what the page shows.

Commands of the README are run by the command that is installed, each in a process of its own; those of other pages in this one.
"""

from __future__ import annotations

import io
import re
import shlex
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from roadstead.cli import main

ROOT = Path(__file__).parents[2]
PAGES = sorted(path for path in (*(ROOT / "docs").rglob("*.md"), ROOT / "README.md") if "_build" not in path.parts)
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
TERMINAL = {"COLUMNS": "120", "NO_COLOR": "1", "TERM": "dumb", "PYTHONIOENCODING": "utf-8"}


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a page, with the line it begins on."""

    kind: str
    text: str
    line: int


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [Block(m.group(1), m.group(2), text.count("\n", 0, m.start()) + 2) for m in BLOCK.finditer(text)]


def commands(text: str) -> list[tuple[str, list[str]]]:
    """Commands of a console block, each with the lines it is shown to print."""
    found: list[tuple[str, list[str]]] = []
    for line in text.replace("\\\n", " ").splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line.strip():
            found[-1][1].append(line)
    return found


def squeezed(text: str) -> str:
    return " ".join(text.split())


def shown(expected: list[str], printed: str) -> str | None:
    """The first expected line that is not printed in its order; `...` stands for anything."""
    rest = squeezed(printed)
    for line in expected:
        for part in line.split("..."):
            wanted = squeezed(part)
            at = rest.find(wanted)
            if at < 0:
                return wanted
            rest = rest[at + len(wanted) :]
    return None


WITH_BLOCKS = [page for page in PAGES if blocks(page)]


def test_there_is_something_to_run():
    assert {page.name for page in WITH_BLOCKS} >= {"quickstart.md", "README.md"}


@pytest.mark.parametrize("page", WITH_BLOCKS, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_the_page_shows_is_true(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    for name, value in TERMINAL.items():
        monkeypatch.setenv(name, value)
    names: dict[str, object] = {"__name__": "__main__"}
    for block in blocks(page):
        where = f"{page.relative_to(ROOT)}:{block.line}"
        if block.kind == "python":
            exec(compile("\n" * (block.line - 1) + block.text, str(page), "exec"), names)
            continue
        for command, expected in commands(block.text):
            printed = run(command, where, installed=page.name == "README.md")
            missing = shown(expected, printed)
            assert missing is None, f"{where}: `{command}` does not print {missing!r}; it prints\n{printed}"


def run(command: str, where: str, *, installed: bool) -> str:
    program, *words = shlex.split(command, comments=True)
    assert program == "roadstead", f"{where}: a console block runs roadstead only; other commands stand in sh blocks"
    if installed:
        entry = str(Path(sys.executable).with_name("roadstead"))
        done = subprocess.run([entry, *words], check=False, capture_output=True, text=True, encoding="utf-8")
        status, out, err = done.returncode, done.stdout, done.stderr
    else:
        printed, told = io.StringIO(), io.StringIO()
        with redirect_stdout(printed), redirect_stderr(told):
            status = main(words)
        out, err = printed.getvalue(), told.getvalue()
    assert status == 0, f"{where}: `{command}` ends with {status}\n{out}{err}"
    return out


def test_shown_lines_are_looked_for_in_order():
    assert shown(["a  b", "... d"], "a b\nc d") is None
    assert shown(["d", "a"], "a d") == "a"
