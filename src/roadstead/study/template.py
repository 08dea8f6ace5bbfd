"""A new case from a bundled one: copied whole or not at all, and never over anything that is there."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from roadstead.study.bundled import CASE_FILE, bundled, case_folder
from roadstead.study.bundled import names as names_of_bundled
from roadstead.study.manifest import files_of
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.placing import unpacked
from roadstead.terms.workbooks import SUFFIXES

TOP_KEY = re.compile(r"(\w+):")
GROWN = """\
# Possible futures, as a tree grown from simulated paths: of the events that `roadstead futures .` lists with their chances, of
# demand, and of what batteries, currencies and freight cost. `nodes` is how many nodes each stage has. The same seed grows the
# same tree; `roadstead check .` prints it. Rows in futures/events.csv change the events or add your own.
#   paths       how many are drawn (1000 to 1000000)
#   events      all, or the ids of those that nodes may show
#   economy     false: batteries, currencies and freight keep to what the tables say
tree:
  stages: {stages}
  grown: {{nodes: {nodes}, seed: 1, paths: 20000, events: all, economy: true}}

"""
CERTAIN = "# What holds from the first day on, whatever else comes.\nevents:\n"
WIDER = 3.0
"""How many times as many nodes as the stage before a stage of a new grown tree has, the last ones less."""
MOST_NODES = 12
"""Nodes that the last stage of a new grown tree has at most."""


def source_of(name: str) -> Path:
    """Folder that a new case is made from: a bundled case by its name, a case folder or a workbook by its path."""
    written = Path(name)
    is_case = written.suffix.lower() in SUFFIXES or (written / CASE_FILE).is_file()
    return case_folder(written) if is_case else bundled(name)


def new_case(folder: Path | str, template: str = "starter", *, grown: bool = False) -> tuple[str, ...]:
    """Copy a case to a folder that is not there yet, or empty; the names of the files copied.

    Parameters
    ----------
    template
        Name of a bundled case, or the path of a case folder or a workbook.
    grown
        True for a tree grown from simulated paths in place of the declared one and its events.

    Raises
    ------
    RoadsteadError
        RS-S615 for no such bundled case, RS-S616 where something is in the folder already.
    """
    place = Path(folder)
    source = source_of(template)
    if grown and template not in names_of_bundled():
        expected = f"--from {' or '.join(names_of_bundled())}; in another case, `grown:` takes the place of `nodes:`"
        raise RoadsteadError(Fault("--grown", "RS-S615", "only the tree of a bundled case is replaced", expected))
    if place.exists() and not (place.is_dir() and not any(place.iterdir())):
        expected = "a place that does not exist yet; nothing is ever written over"
        raise RoadsteadError(Fault(str(place), "RS-S616", "something is here already", expected))
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.parent / f".{place.name}.{os.getpid()}"
    try:
        names = tuple(_copied(source, beside))
        if grown:
            case = beside / CASE_FILE
            case.write_text(with_grown_tree(case.read_text(encoding="utf-8")), encoding="utf-8")
        if place.exists():
            place.rmdir()
        beside.rename(place)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return names


def with_grown_tree(text: str) -> str:
    """A case file with a grown tree of the same stages; of the declared events those stay that are certain."""
    found = []
    for key, block in _blocks(text.splitlines(keepends=True)):
        if key == "tree":
            stages = next(line.split(":", 1)[1].strip() for line in block if line.strip().startswith("stages:"))
            nodes = [min(round(WIDER**stage) + stage, MOST_NODES) for stage in range(stages.count(",") + 1)]
            found.append(GROWN.format(stages=stages, nodes=nodes))
        else:
            found += _certain(block) if key == "events" else block
    return "".join(found)


def _certain(block: list[str]) -> list[str]:
    """The events that hold from the first day on."""
    heads = [i for i, line in enumerate(block) if line.startswith("  - id:")]
    items = [block[i:end] for i, end in zip(heads, [*heads[1:], len(block)], strict=True)]
    kept = [line for item in items if any(line.strip() == "probability: 1.0" for line in item) for line in item]
    return [CERTAIN, *kept, "\n"] if kept else []


def _blocks(lines: list[str]) -> list[tuple[str, list[str]]]:
    """Top-level keys of a case file in order, each with the comments right above it; what stands before the first has none."""
    found: list[tuple[str, list[str]]] = []
    begun = 0
    for i, line in enumerate(lines):
        match = TOP_KEY.match(line)
        if match is None:
            continue
        top = i
        while top > begun and lines[top - 1].startswith("#"):
            top -= 1
        if found:
            found[-1][1].extend(lines[begun:top])
        else:
            found.append(("", lines[:top]))
        found.append((match[1], []))
        begun = top
    found[-1][1].extend(lines[begun:])
    return found


def _copied(source: Path, target: Path) -> list[str]:
    """Copy contents, not permissions: an installed package may be read-only. A workbook that was unpacked stays where it is."""
    names, book = [], unpacked(source).get("workbook")
    for path in files_of(source):
        inside = path.relative_to(source)
        if inside.as_posix() != book:
            (target / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / inside)
            names.append(inside.as_posix())
    return names
