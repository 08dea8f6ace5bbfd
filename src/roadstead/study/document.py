"""case.yaml: read with the place of every key, checked by type, every fault in one go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.scalarstring import ScalarString

from roadstead.study.entries import CaseFile
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.placing import entry_cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PLAIN = {"tuple_type": "a list: [one, another]", "too_short": "a list with at least one entry"}
"""What was expected where the checker's own words are a programmer's."""


@dataclass(frozen=True, slots=True)
class Document:
    """case.yaml with the place of everything in it.

    Attributes
    ----------
    whole
        False where faulty parts are left out of ``case``: good for finding more faults, not for planning.
    """

    written: _Lines | _Cells
    case: CaseFile
    whole: bool

    def where(self, *path: str | int) -> str:
        """``file:line:column``, or ``Sheet!C7``, of the entry at a path of keys and indices."""
        return self.written.place(path)


@dataclass(frozen=True, slots=True)
class _Lines:
    """Places in the file itself."""

    name: str
    root: CommentedMap

    def place(self, path: tuple[str | int, ...]) -> str:
        """Place of what stands at a path, or of the nearest thing above it."""
        return _place(self.name, self.root, path)

    def key(self, path: tuple[str | int, ...]) -> str:
        """Place of the last key of a path itself."""
        return _key_place(self.name, self.root, path)


@dataclass(frozen=True, slots=True)
class _Cells:
    """Places in the workbook that the file was made from: cells by path, its keys and indices joined by points."""

    cells: Mapping[str, str]

    def place(self, path: tuple[str | int, ...]) -> str:
        """Cell of what stands at a path, or of the nearest thing above it."""
        for n in range(len(path), -1, -1):
            found = self.cells.get(".".join(map(str, path[:n])))
            if found is not None:
                return found
        return ""

    key = place


_AMBIGUOUS = re.compile(r"(?i)(no|yes|on|off|y|n)")
_YES_NO = "many YAML readers take it for yes or no"


def scan_document(path: Path, faults: list[Fault]) -> Document | None:
    """Read a case file and note every fault in it; None where too little of it holds to look any further.

    RS-S601 unreadable, RS-S602 duplicated key or ambiguous word, RS-S603 wrong or missing entry, RS-T109 percentage.
    """
    try:
        root, noted = _load(path)
    except RoadsteadError as error:
        faults += error.faults
        return None
    noted += _ambiguous(path.name, root)
    cells = entry_cells(path)
    written = _Lines(path.name, root) if cells is None else _Cells(cells)
    read = plain(root)
    wrong: set[str] = set()
    try:
        case: CaseFile | None = CaseFile.model_validate(read)
    except ValidationError as error:
        told = {_spot(fault) for fault in noted}
        for found in error.errors():
            wrong.add(str(found["loc"][0]))
            fault = _fault(written, dict(found))
            if _spot(fault) not in told or found["type"] == "missing":
                told.add(_spot(fault))
                noted.append(fault)
        case = _without(read, wrong)
    faults += noted
    return None if case is None else Document(written, case, whole=not noted)


def _spot(fault: Fault) -> str:
    return fault.where.partition(" ")[0]


_STUMP = {"stages": [1990], "nodes": [{"id": "-", "name": "-", "name_zh": "-"}]}
_EMPTY: dict[str, Any] = {"tree": _STUMP, "events": [], "pins": [], "announced": {}, "declared": {}, "effort": {}, "budget": {},
                         "risk": None, "flexibility": {}, "assumptions": {}}  # fmt: skip


def _without(read: Any, wrong: set[str]) -> CaseFile | None:
    """The case with its faulty parts empty, or None where it has faults in parts that the tables lean on."""
    known = {key: value for key, value in read.items() if key in CaseFile.model_fields}
    try:
        return CaseFile.model_validate(known | {key: _EMPTY[key] for key in wrong & _EMPTY.keys()})
    except ValidationError:
        return None


def _load(path: Path) -> tuple[CommentedMap, list[Fault]]:
    """The file as ruamel reads it, with the keys that stand twice."""
    where = f"{path.name}:1:1"
    try:
        root, faults = _composed(path.name, path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        expected = "a case folder with a case.yaml in it: `roadstead new FOLDER` makes one"
        raise RoadsteadError(Fault(str(path), "RS-S601", "there is no such file", expected)) from None
    except UnicodeDecodeError:
        raise RoadsteadError(Fault(where, "RS-S601", "this file is not written in UTF-8", "UTF-8")) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{path.name}:{mark.line + 1}:{mark.column + 1}" if mark else where
        raise RoadsteadError(Fault(place, "RS-S601", f"not readable as YAML: {error.problem}", "YAML 1.2")) from None
    except RecursionError:
        raise RoadsteadError(Fault(where, "RS-S601", "an entry contains itself", "entries without a loop")) from None
    except (OSError, YAMLError, ValueError, TypeError, AttributeError) as error:
        # ruamel lets Python's own errors out for words it half knows, such as the date 2026-13-01.
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise RoadsteadError(Fault(where, "RS-S601", f"not readable as YAML: {said[0]}", "YAML 1.2")) from None
    if not isinstance(root, CommentedMap):
        raise RoadsteadError(Fault(where, "RS-S601", "no keys stand here", "keys such as `name:` and `tree:`"))
    return root, list(faults)


@lru_cache(maxsize=16)
def _composed(name: str, text: str) -> tuple[Any, tuple[Fault, ...]]:
    """A text as ruamel reads it, which nobody changes, with the keys that stand twice.

    A desk, a sweep and a rehearsal read one case over and over, and this is most of the time it takes to read.
    """
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.allow_duplicate_keys = True
    nodes = yaml.compose(text)  # ``load`` would read the text a second time
    faults = tuple(_doubled(name, nodes))
    root = None if nodes is None else yaml.constructor.construct_document(nodes)
    plain(root)  # an entry that contains itself has no end
    return root, faults


def _doubled(name: str, node: Any) -> Iterator[Fault]:
    """Keys that stand twice in one mapping."""
    if isinstance(node, MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            mark = key.start_mark
            if isinstance(key, ScalarNode) and key.value in seen:
                message = f"`{key.value}` stands twice, first in line {seen[key.value]}"
                yield Fault(f"{name}:{mark.line + 1}:{mark.column + 1}", "RS-S602", message, "each key once")
            elif isinstance(key, ScalarNode):
                seen[key.value] = mark.line + 1
            yield from _doubled(name, value)
    elif isinstance(node, SequenceNode):
        for value in node.value:
            yield from _doubled(name, value)


def plain(node: Any) -> Any:
    """A tree of the YAML reader as dictionaries with text for keys, lists and values."""
    if isinstance(node, dict):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(value) for value in node]
    return node


def _ambiguous(name: str, node: Any) -> Iterator[Fault]:
    """Words such as NO that stand without quotes, keys and values alike."""
    if isinstance(node, CommentedMap):
        for key, value in node.items():
            if isinstance(key, bool) or is_ambiguous(key):
                yield _yes_no(_at(name, node.lc.key(key)), str(key))
            if is_ambiguous(value):
                yield _yes_no(_at(name, node.lc.value(key)), value)
            yield from _ambiguous(name, value)
    elif isinstance(node, CommentedSeq):
        for i, value in enumerate(node):
            if is_ambiguous(value):
                yield _yes_no(_at(name, node.lc.item(i)), value)
            yield from _ambiguous(name, value)


def is_ambiguous(word: Any) -> bool:
    """True for a word such as NO that stands without quotes and that many YAML readers take for yes or no."""
    return isinstance(word, str) and not isinstance(word, ScalarString) and bool(_AMBIGUOUS.fullmatch(word))


def _yes_no(where: str, text: str) -> Fault:
    meant = "NOR for Norway, " if text.lower() == "no" else ""
    expected = f'{meant}true or false for a fact, or quotes: "{text}"'
    return Fault(where, "RS-S602", f"{text} without quotes: {_YES_NO}", expected)


def _at(name: str, place: tuple[int, int]) -> str:
    return f"{name}:{place[0] + 1}:{place[1] + 1}"


def _place(name: str, root: Any, path: tuple[str | int, ...]) -> str:
    node, at = root, (0, 0)
    for key in path:
        # A year is a number in the file, and text to whoever checks it.
        step = int(key) if isinstance(node, CommentedMap) and key not in node and str(key).isdigit() else key
        if isinstance(node, CommentedMap) and step in node:
            at = node.lc.value(step)
            node = node[step]
        elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
            at = node.lc.item(step)
            node = node[step]
        else:
            break
    return _at(name, at)


def _key_place(name: str, root: Any, path: tuple[str | int, ...]) -> str:
    """Place of the last key of a path itself, not of what stands after it."""
    node = root
    for step in path[:-1]:
        node = node[step]
    known = isinstance(node, CommentedMap) and path[-1] in node
    return _at(name, node.lc.key(path[-1])) if known else _place(name, root, path)


def _fault(written: _Lines | _Cells, found: dict[str, Any]) -> Fault:
    path = tuple(found["loc"])
    given: Any = found.get("input")
    where = f"{written.place(path)} ({'.'.join(str(step) for step in path)})"
    template = "an entry of the template (`roadstead new FOLDER` writes it)"
    match found["type"]:
        case "missing":
            return Fault(where, "RS-S603", f"`{path[-1]}` is missing", template)
        case "extra_forbidden":
            return Fault(written.key(path), "RS-S603", f"`{path[-1]}` is not known here", template)
        case "percentage":
            expected = f"a fraction: write {float(given) / 100:g} for {float(given):g} %"
            return Fault(where, "RS-T109", found["msg"], expected)
        case "string_type" if isinstance(given, bool):
            return _yes_no(where, "yes" if given else "no")
        case _:
            said = PLAIN.get(found["type"]) or found["msg"][0].lower() + found["msg"][1:]
            return Fault(where, "RS-S603", _unfit(given), said)


def _unfit(given: Any) -> str:
    if given is None:
        return "nothing stands here"
    if isinstance(given, dict):
        return "keys stand here and do not fit"
    if isinstance(given, (list, tuple)):
        return "a list stands here and does not fit"
    return f"{str(given)!r} does not fit"
